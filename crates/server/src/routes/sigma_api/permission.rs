//! Permissions in Sigma's words: the level of a grant, by what it is on.

use super::inode;
use crate::problem::Problem;
use crate::routes::written::invalid;
use model::access::{Granted, Level};

/// What can be said of a thing, from the lowest on.
const fn words(on: &Granted) -> &'static [(&'static str, Level)] {
    match on {
        Granted::Workspace(_) | Granted::Folder(_) => &[
            ("view", Level::View),
            ("explore", Level::Explore),
            ("organize", Level::Contribute),
            ("edit", Level::Manage),
        ],
        // To share and to delete is more than to edit.
        Granted::Workbook(_) | Granted::Tag(_) => {
            &[("view", Level::View), ("explore", Level::Explore), ("edit", Level::Contribute)]
        }
        Granted::Connection(_) | Granted::Schema(_) | Granted::Table(_) => {
            &[("usage", Level::Use), ("annotate", Level::UseAndAnnotate)]
        }
        // Whoever may ask questions of a model at all asks their own.
        Granted::Model(_) => &[("explore", Level::Use)],
    }
}

/// The level that a permission is on a thing. What does not fit the kind of thing is refused.
pub(super) fn level(on: &Granted, permission: &str) -> Result<Level, Problem> {
    let found = words(on).iter().find(|(word, _)| *word == permission).map(|(_, level)| *level);
    found.ok_or_else(|| {
        let known: Vec<String> = words(on).iter().map(|(word, _)| format!("`{word}`")).collect();
        let known = match known.as_slice() {
            [one] => one.clone(),
            several => format!("one of {}", several.join(", ")),
        };
        invalid("permission", &format!("expected {known} on a {}", inode::kind(on)))
    })
}

/// The permission that a level comes to on a thing: the highest that it holds.
pub(super) fn told(on: &Granted, level: Level) -> Option<&'static str> {
    let is_held = |needed: Level| needed <= level && needed.is_of_data() == level.is_of_data();
    let found = words(on).iter().rfind(|(_, needed)| is_held(*needed));
    found.map(|(word, _)| *word)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn things() -> Result<[Granted; 4], Box<dyn std::error::Error>> {
        Ok([
            Granted::Workspace("shop".parse()?),
            Granted::Workbook("orders".parse()?),
            Granted::Connection("files".parse()?),
            Granted::Model("shop".parse()?),
        ])
    }

    #[test]
    fn each_word_is_told_again() -> Outcome {
        for on in things()? {
            for (word, level_of) in words(&on) {
                assert_eq!(level(&on, word).ok(), Some(*level_of), "{word}");
                assert_eq!(told(&on, *level_of), Some(*word), "{word}");
            }
        }
        Ok(())
    }

    #[test]
    fn levels_between_are_told_as_the_one_below() -> Outcome {
        let [workspace, workbook, connection, model] = things()?;
        assert_eq!(told(&workbook, Level::Manage), Some("edit"));
        assert_eq!(told(&model, Level::UseAndAnnotate), Some("explore"));
        assert_eq!((told(&workspace, Level::Use), told(&connection, Level::Manage)), (None, None));
        Ok(())
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() -> Outcome {
        let [workspace, workbook, connection, model] = things()?;
        for (on, word, expected) in [
            (&workspace, "usage", "`permission`: expected one of `view`, `explore`, `organize`, `edit` on a workspace"),
            (&workbook, "organize", "`permission`: expected one of `view`, `explore`, `edit` on a workbook"),
            (&connection, "view", "`permission`: expected one of `usage`, `annotate` on a connection"),
            (&model, "view", "`permission`: expected `explore` on a data-model"),
            (&workspace, "View", "`permission`: expected one of `view`, `explore`, `organize`, `edit` on a workspace"),
        ] {
            assert_eq!(level(on, word).err().map(|problem| problem.to_string()).as_deref(), Some(expected));
        }
        Ok(())
    }
}
