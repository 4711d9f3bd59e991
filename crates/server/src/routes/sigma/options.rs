//! What stands in an address behind the question mark: the token, options of the page, and values of controls.

use super::refusal;
use crate::problem::Problem;
use dialect::sigma::PARAMETERS;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use url::form_urlencoded;

/// Options that are true or false.
const SWITCHES: &[&str] = &[
    "disable_auto_refresh",
    "disable_mobile_view",
    "hide_bookmarks",
    "hide_folder_navigation",
    "hide_menu",
    "hide_page_controls",
    "hide_reload_button",
    "hide_title",
    "hide_tooltip",
    "hide_view_select",
    "responsive_height",
];

/// Options that are texts. They are display only: what they name is decided afresh.
const TEXTS: &[&str] = &["lng", "lng_variant", "menu_position", "theme", "view_id", "page_id"];

/// What an address says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Search {
    /// Options of the page, by their names without the colon.
    pub(super) options: Map<String, Value>,
    /// Values by the names of controls.
    pub(super) controls: BTreeMap<String, Vec<Value>>,
}

/// The token in a search. Nothing else is read before somebody is known to have signed it.
pub(super) fn token(search: &str) -> Option<String> {
    form_urlencoded::parse(search.as_bytes()).find(|(name, _)| name == ":jwt").map(|(_, value)| value.into_owned())
}

/// Reads a search; every parameter at most once, and none that is not known.
pub(super) fn read(search: &str) -> Result<Search, Problem> {
    let mut found = Search::default();
    let mut seen = std::collections::BTreeSet::new();
    for (name, value) in form_urlencoded::parse(search.as_bytes()) {
        if !seen.insert(name.clone().into_owned()) {
            return Err(refusal::invalid(format!("`{}` is given twice", short(&name))));
        }
        match name.strip_prefix(':') {
            Some("jwt") => {}
            Some(option) => {
                let value = option_value(option, &value)?;
                found.options.insert(option.to_owned(), value);
            }
            None => {
                let values = value.split(',').filter(|one| !one.is_empty()).map(|one| Value::String(one.to_owned()));
                found.controls.insert(name.into_owned(), values.collect());
            }
        }
    }
    Ok(found)
}

/// Reads the options of a signed address, in which other parameters say who is looking.
pub(super) fn of_signed(search: &str) -> Result<Search, Problem> {
    let says_who = |name: &str| PARAMETERS.contains(&name) || name.starts_with(":ua_");
    let kept = form_urlencoded::parse(search.as_bytes()).filter(|(name, _)| !says_who(name));
    let kept = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    read(&kept)
}

fn option_value(option: &str, value: &str) -> Result<Value, Problem> {
    let truth = || value.parse::<bool>().ok().map(Value::Bool);
    let read = match option {
        "embed" => Some(Value::Bool(true)).filter(|_| value == "true"),
        option if SWITCHES.contains(&option) => truth(),
        option if TEXTS.contains(&option) => Some(Value::String(value.chars().take(100).collect())),
        _ => return Err(refusal::invalid(format!("`:{}` is not supported", short(option)))),
    };
    read.ok_or_else(|| refusal::invalid(format!("`:{}` is not valid: expected `true` or `false`", short(option))))
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(search: &str) -> Value {
        match read(search) {
            Ok(Search { options, controls }) => json!([options, controls]),
            Err(problem) => json!(problem.to_string()),
        }
    }

    #[test]
    fn options_have_colons_and_controls_have_none() {
        assert_eq!(
            told(":jwt=a.b.c&:embed=true&%3Ahide_title=true&origin=JFK,LGA&:theme=Dark"),
            json!([{"embed": true, "hide_title": true, "theme": "Dark"}, {"origin": ["JFK", "LGA"]}])
        );
        assert_eq!(told("origin="), json!([{}, {"origin": []}]));
        assert_eq!(told(":jwt=a&:jwt=b"), "`:jwt` is given twice");
        assert_eq!(told(":hide_title=yes"), "`:hide_title` is not valid: expected `true` or `false`");
        assert_eq!(told(":bookmark=1"), "`:bookmark` is not supported");
        assert_eq!(told(":embed=false"), "`:embed` is not valid: expected `true` or `false`");
    }

    #[test]
    fn of_a_signed_address_the_options_are_kept() {
        let read = of_signed(":nonce=1&:email=a@b.example&:hide_menu=true&origin=JFK");
        let kept = read.map(|read| json!([read.options, read.controls])).map_err(|problem| problem.to_string());
        assert_eq!(kept, Ok(json!([{"hide_menu": true}, {"origin": ["JFK"]}])));
        assert!(of_signed(":nonce=1&:bookmark=2").is_err(), "what is not known is refused here too");
    }
}
