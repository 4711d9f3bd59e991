//! Parameters of published content: who sets which, and what a guest's token and a guest may say.
//!
//! The rules are those of Metabase's guest embeds, but that a locked parameter is never empty and a disabled one never
//! set. What is in no list is set by nobody.

use crate::refusal::Refusal;
use model::enforcement::{Point, enforced};
use model::name::ControlName;
use model::publication::ParameterState;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt;

/// Who sets which parameter.
pub(crate) type States = BTreeMap<ControlName, ParameterState>;

/// What a token sets: values by parameter. None at all: that there is no filter.
pub(crate) type Values = BTreeMap<ControlName, Vec<Json>>;

/// What is wrong with a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterFault {
    /// Its name, as it was given.
    pub parameter: String,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be wrong with a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nobody may set it, and somebody did.
    Disabled,
    /// The token sets it, and so did the viewer.
    SetByToken,
    /// The token must set it, and did not.
    Missing,
    /// The token alone may set it, and the viewer did.
    Locked,
    /// There is no such parameter.
    Unknown,
}

impl fmt::Display for ParameterFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameter: String = self.parameter.chars().filter(|it| !it.is_control()).take(80).collect();
        match self.fault {
            Fault::Disabled => write!(f, "the parameter `{parameter}` is set by nobody"),
            Fault::SetByToken => write!(f, "the parameter `{parameter}` is set by the token already"),
            Fault::Missing => write!(f, "the parameter `{parameter}` is locked: expected a value for it in the token"),
            Fault::Locked => write!(f, "the parameter `{parameter}` is locked: the token alone sets it"),
            Fault::Unknown => write!(f, "there is no parameter `{parameter}`"),
        }
    }
}

impl std::error::Error for ParameterFault {}

/// The values a token sets, by the names of parameters. A null among others is no value.
pub(crate) fn values(claimed: &BTreeMap<String, Json>) -> Result<Values, Refusal> {
    let name = |name: &str| {
        let unknown = |_| ParameterFault { parameter: name.to_owned(), fault: Fault::Unknown };
        ControlName::new(name).map_err(unknown)
    };
    let list = |json: &Json| {
        let items = json.as_array().map_or(std::slice::from_ref(json), Vec::as_slice);
        items.iter().filter(|item| !item.is_null()).cloned().collect()
    };
    claimed.iter().map(|(text, json)| Ok((name(text)?, list(json)))).collect()
}

/// Whether token and viewer set only what they may, and the token all that it must. The order of faults is
/// Metabase's: that of the parameters, then unknown ones.
///
/// # Errors
/// The first fault.
pub(crate) fn judge<'a>(
    states: &States,
    token: &'a Values,
    viewer: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), ParameterFault> {
    if !enforced(Point::ParameterStates) {
        return Ok(());
    }
    for (name, state) in states {
        let by_token = token.get(name);
        let by_viewer = viewer.clone().any(|set| set == name.as_str());
        let fault = match state {
            ParameterState::Disabled if by_token.is_some() || by_viewer => Some(Fault::Disabled),
            ParameterState::Enabled if by_token.is_some() && by_viewer => Some(Fault::SetByToken),
            ParameterState::Locked if by_token.is_none_or(|values| is_blank(values)) => Some(Fault::Missing),
            ParameterState::Locked if by_viewer => Some(Fault::Locked),
            ParameterState::Disabled | ParameterState::Enabled | ParameterState::Locked => None,
        };
        if let Some(fault) = fault {
            return Err(ParameterFault { parameter: name.to_string(), fault });
        }
    }
    let is_known = |name: &&str| states.keys().any(|known| known.as_str() == *name);
    let unknown = token.keys().map(ControlName::as_str).chain(viewer).find(|name| !is_known(name));
    unknown.map_or(Ok(()), |name| Err(ParameterFault { parameter: name.to_owned(), fault: Fault::Unknown }))
}

/// A lock that locks nothing would show everything.
fn is_blank(values: &[Json]) -> bool {
    let is_empty = |value: &Json| match value {
        Json::String(text) => text.trim().is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
        Json::Null | Json::Array(_) | Json::Object(_) => true,
    };
    values.is_empty() || values.iter().any(is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn judged(state: ParameterState, token: Option<Json>, viewer: &[&str]) -> Result<(), Fault> {
        let name = ControlName::new("p").map_err(|_| Fault::Unknown)?;
        let claimed = token.map(|value| ("p".to_owned(), value)).into_iter().collect();
        let token = values(&claimed).map_err(|_| Fault::Unknown)?;
        judge(&BTreeMap::from([(name, state)]), &token, viewer.iter().copied()).map_err(|fault| fault.fault)
    }

    #[test]
    fn who_may_set_what() {
        use ParameterState::{Disabled, Enabled, Locked};
        for (state, token, viewer, expected) in [
            (Disabled, None, &[][..], Ok(())),
            (Disabled, None, &["p"][..], Err(Fault::Disabled)),
            (Disabled, Some(json!("x")), &[][..], Err(Fault::Disabled)),
            (Disabled, Some(json!("")), &[][..], Err(Fault::Disabled)),
            (Disabled, Some(json!(null)), &[][..], Err(Fault::Disabled)),
            (Enabled, None, &["p"][..], Ok(())),
            (Enabled, Some(json!("x")), &[][..], Ok(())),
            (Enabled, Some(json!(null)), &[][..], Ok(())),
            (Enabled, Some(json!("x")), &["p"][..], Err(Fault::SetByToken)),
            (Enabled, Some(json!(null)), &["p"][..], Err(Fault::SetByToken)),
            (Locked, Some(json!("x")), &[][..], Ok(())),
            (Locked, Some(json!(0)), &[][..], Ok(())),
            (Locked, Some(json!(["x", "y"])), &[][..], Ok(())),
            (Locked, None, &["p"][..], Err(Fault::Missing)),
            (Locked, Some(json!(null)), &[][..], Err(Fault::Missing)),
            (Locked, Some(json!("")), &[][..], Err(Fault::Missing)),
            (Locked, Some(json!("  ")), &[][..], Err(Fault::Missing)),
            (Locked, Some(json!([])), &[][..], Err(Fault::Missing)),
            (Locked, Some(json!([null])), &[][..], Err(Fault::Missing)),
            (Locked, Some(json!(["x", ""])), &[][..], Err(Fault::Missing)),
            (Locked, Some(json!("x")), &["p"][..], Err(Fault::Locked)),
            (Enabled, None, &["q"][..], Err(Fault::Unknown)),
        ] {
            assert_eq!(judged(state, token.clone(), viewer), expected, "{state:?} {token:?} {viewer:?}");
        }
    }

    #[test]
    fn names_that_are_none_are_unknown() {
        let refused = values(&BTreeMap::from([("No Name".to_owned(), json!(1))]));
        assert!(refused.is_err());
        let unknown = judge(&BTreeMap::new(), &BTreeMap::new(), ["foo"].into_iter());
        assert_eq!(unknown.map_err(|fault| (fault.fault, fault.parameter)), Err((Fault::Unknown, "foo".to_owned())));
    }
}
