//! What of content depends on who looks.

use super::{Known, not_a_value};
use crate::name::AttributeName;
use crate::personal::{PersonalText, ShownWhen};
use crate::problem::{Position, Report, unknown};

/// Attributes that everybody has and nobody defines.
pub(super) const SYSTEM_ATTRIBUTES: &[&str] =
    &["email", "first_name", "last_name", "locale", "number_format", "time_zone"];

/// Notes attributes in a text that do not exist.
pub(super) fn text(text: &PersonalText, position: &Position, known: &Known<'_>, report: &mut Report) {
    text.attributes().for_each(|name| expect_attribute(name, position, known, report));
}

/// Notes an attribute that does not exist, and values that are none of it.
pub(super) fn shown_when(shown: Option<&ShownWhen>, position: &Position, known: &Known<'_>, report: &mut Report) {
    let Some(ShownWhen { attribute, is_any_of }) = shown else { return };
    expect_attribute(attribute, &position.member("attribute"), known, report);
    let values = position.member("is_any_of");
    report.expect(!is_any_of.is_empty(), &values, || "no values: expected at least one".to_owned());
    let Some(definition) = known.attributes.get(attribute) else { return };
    for (index, value) in is_any_of.iter().enumerate() {
        report.expect(definition.read(value).is_some(), &values.item(index), || not_a_value(definition, value));
    }
}

/// Notes an attribute that does not exist.
pub(super) fn expect_attribute(name: &AttributeName, position: &Position, known: &Known<'_>, report: &mut Report) {
    let found = known.attributes.contains_key(name) || SYSTEM_ATTRIBUTES.contains(&name.as_str());
    report.expect(found, position, || {
        let defined = known.attributes.keys().map(|name| name.as_str());
        unknown("attribute", name, defined.chain(SYSTEM_ATTRIBUTES.iter().copied()))
    });
}
