//! What stands behind the question mark, in the APIs of other products: each parameter is known and given once, or refused by its
//! name.

use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::collections::BTreeMap;
use std::convert::Infallible;
use url::form_urlencoded;

/// The parameters of an address, by name.
pub(super) struct Given(BTreeMap<String, Vec<String>>);

impl<S: Sync> FromRequestParts<S> for Given {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect())
    }
}

impl FromIterator<(String, String)> for Given {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in pairs {
            given.entry(name).or_default().push(value);
        }
        Self(given)
    }
}

impl Given {
    /// Expects no other parameters than these, and each at most once.
    pub(super) fn expect(&self, known: &[&str]) -> Result<(), Problem> {
        self.expect_but(|_| false, known)
    }

    /// The same, but for those of which `is_other` says that they are something else.
    pub(super) fn expect_but(&self, is_other: impl Fn(&str) -> bool, known: &[&str]) -> Result<(), Problem> {
        for (name, values) in self.0.iter().filter(|(name, _)| !is_other(name)) {
            if !known.contains(&name.as_str()) {
                let known: Vec<String> = known.iter().map(|known| format!("`{known}`")).collect();
                let known =
                    if known.is_empty() { "no parameters".to_owned() } else { format!("one of {}", known.join(", ")) };
                let name: String = name.chars().take(80).collect();
                return Err(invalid(&name, &format!("expected {known}")));
            }
            if values.len() > 1 {
                return Err(invalid(name, "expected it once"));
            }
        }
        Ok(())
    }

    /// Every parameter, with all that was given for it.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    /// The text of a parameter; none where it is empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|values| values.first()).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// True or false.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.text(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(invalid(name, "expected `true` or `false`")),
        }
    }

    /// A whole number.
    pub(super) fn number(&self, name: &str) -> Result<Option<usize>, Problem> {
        let read = |text: &str| text.parse().map_err(|_| invalid(name, "expected a whole number"));
        self.text(name).map(read).transpose()
    }
}

/// A parameter that is not what was expected.
pub(super) fn invalid(name: &str, expected: &str) -> Problem {
    Problem::Invalid { code: "invalid_parameter", detail: format!("`{name}`: {expected}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> Given {
        form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    }

    #[test]
    fn what_is_unknown_or_given_twice_is_refused_by_name() {
        let refused = |text: &str, known: &[&str]| given(text).expect(known).map_err(|problem| problem.to_string());
        assert_eq!(refused("name=x", &["id", "name"]), Ok(()));
        assert_eq!(refused("nmae=x", &["id", "name"]), Err("`nmae`: expected one of `id`, `name`".to_owned()));
        assert_eq!(refused("id=1", &[]), Err("`id`: expected no parameters".to_owned()));
        assert_eq!(refused("id=1&id=1", &["id"]), Err("`id`: expected it once".to_owned()));
        assert!(given("vf_x=1&vf_x=2&id=3").expect_but(|name| name.starts_with("vf_"), &["id"]).is_ok());
    }

    #[test]
    fn values_are_read() {
        let given = given("flag=true&odd=yes&limit=7&many=a&empty=");
        assert_eq!((given.flag("flag").ok(), given.flag("none").ok()), (Some(Some(true)), Some(None)));
        assert!(given.flag("odd").is_err() && given.number("many").is_err());
        assert_eq!((given.number("limit").ok(), given.text("empty")), (Some(Some(7)), None));
        assert_eq!(given.all().count(), 5);
    }
}
