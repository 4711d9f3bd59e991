//! Texts: `West`, `-West`, `%land`, `NULL`, `EMPTY`, `"in quotes"`; behind `^` each character stands for itself.

use super::{FilterExpressionError, Parts};
use crate::filter::Condition;
use crate::value::Scalar;

const EXPECTED: &str = "texts separated by commas, such as `West,East`, `%land` or `-West`";

pub(super) fn read(text: &str, parts: &mut Parts<'_>) -> Result<(), FilterExpressionError> {
    for item in items(text)? {
        item.add(parts).ok_or_else(|| FilterExpressionError::of(text, EXPECTED))?;
    }
    Ok(())
}

/// A character of an item, and whether it stands for itself whatever it is.
type Written = (char, bool);

#[derive(Default)]
struct Item {
    characters: Vec<Written>,
    is_quoted: bool,
}

/// The items between commas, without the blanks around them.
fn items(text: &str) -> Result<Vec<Item>, FilterExpressionError> {
    let mut items = vec![Item::default()];
    let mut in_quotes = false;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let Some(item) = items.last_mut() else { break };
        match character {
            '^' => match characters.next() {
                Some(itself) => item.characters.push((itself, true)),
                None => return Err(FilterExpressionError::of(text, "a character behind `^`")),
            },
            '"' => {
                in_quotes = !in_quotes;
                item.is_quoted = true;
            }
            ',' if !in_quotes => items.push(Item::default()),
            other => item.characters.push((other, in_quotes)),
        }
    }
    if in_quotes {
        return Err(FilterExpressionError::of(text, "a second `\"`"));
    }
    items.iter_mut().for_each(Item::trim);
    Ok(items)
}

impl Item {
    fn trim(&mut self) {
        let is_blank = |written: &Written| !written.1 && written.0.is_whitespace();
        let start = self.characters.iter().take_while(|written| is_blank(written)).count();
        self.characters.drain(..start);
        while self.characters.last().is_some_and(is_blank) {
            self.characters.pop();
        }
    }

    /// `None`: there is nothing in it.
    fn add(mut self, parts: &mut Parts<'_>) -> Option<()> {
        if self.characters.is_empty() && !self.is_quoted {
            return None;
        }
        if self.word().is_some_and(|word| parts.null(&word).is_some()) {
            return Some(());
        }
        let excluded = self.characters.first() == Some(&('-', false));
        if excluded {
            self.characters.remove(0);
        }
        match self.word().as_deref() {
            Some("") if !self.is_quoted => return None,
            Some("empty") => {
                let (null, empty) = (parts.is_null(false), equal(parts, String::new()));
                parts.condition_of(Condition::Or(vec![null, empty]), excluded);
            }
            _ if self.characters == [('%', false)] => {
                let any = parts.is_null(true);
                parts.condition_of(any, excluded);
            }
            _ if self.characters.contains(&('%', false)) => {
                let like = Condition::Like { term: parts.term.clone(), pattern: self.pattern() };
                parts.condition_of(like, excluded);
            }
            _ => parts.value(Scalar::Text(self.characters.iter().map(|(character, _)| character).collect()), excluded),
        }
        Some(())
    }

    /// The text in lower case, if no character of it is escaped or quoted.
    fn word(&self) -> Option<String> {
        let is_plain = !self.is_quoted && self.characters.iter().all(|(_, itself)| !itself);
        is_plain.then(|| self.characters.iter().map(|(character, _)| character.to_ascii_lowercase()).collect())
    }

    fn pattern(&self) -> String {
        let mut pattern = String::new();
        for (character, itself) in &self.characters {
            if matches!(character, '\\' | '_') || *character == '%' && *itself {
                pattern.push('\\');
            }
            pattern.push(*character);
        }
        pattern
    }
}

fn equal(parts: &Parts<'_>, text: String) -> Condition {
    Condition::OneOf { term: parts.term.clone(), values: vec![Scalar::Text(text)] }
}
