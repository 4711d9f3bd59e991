//! Access grants: what they look at, and that whatever is required of people exists.

use super::{Known, expect_known};
use crate::attribute::AttributeKind;
use crate::name::AccessGrantName;
use crate::problem::{Position, Report, unknown};
use crate::semantic::{AccessGrant, Model};
use std::collections::BTreeSet;

pub(super) fn check(model: &Model, top: &Position, known: &Known<'_>, report: &mut Report) {
    for (name, grant) in &model.access_grants {
        defined(grant, &top.member("access_grants").member(name), known, report);
    }
    let mut required = vec![(top.clone(), &model.required_access_grants)];
    for (name, table) in &model.tables {
        required.push((top.member("tables").member(name), &table.required_access_grants));
    }
    for (name, explore) in &model.explores {
        let position = top.member("explores").member(name);
        for (index, join) in explore.joins.iter().enumerate() {
            required.push((position.member("joins").item(index), &join.required_access_grants));
        }
        for (field, dimension) in &explore.dimensions {
            required.push((position.member("dimensions").member(field), &dimension.required_access_grants));
        }
        for (field, measure) in &explore.measures {
            required.push((position.member("measures").member(field), &measure.required_access_grants));
        }
        required.push((position, &explore.required_access_grants));
    }
    for (position, names) in required {
        named(model, names, &position.member("required_access_grants"), report);
    }
}

fn defined(grant: &AccessGrant, position: &Position, known: &Known<'_>, report: &mut Report) {
    let values = position.member("allowed_values");
    report.expect(!grant.allowed_values.is_empty(), &values, || "no values: expected at least one".to_owned());
    let Some(attribute) = known.attributes.get(&grant.user_attribute) else {
        let position = position.member("user_attribute");
        report.add(&position, unknown("attribute", &grant.user_attribute, known.attributes.keys()));
        return;
    };
    report.expect(attribute.kind != AttributeKind::Filter, &position.member("user_attribute"), || {
        format!("attribute `{}` is a filter expression: expected one whose values can be listed", attribute.name)
    });
    for (index, value) in grant.allowed_values.iter().enumerate() {
        let is_one = !value.is_array() && attribute.read(value).is_some();
        report.expect(is_one, &values.item(index), || {
            let kind = attribute.kind.as_str();
            format!("`{value}` is no value of attribute `{}`: expected {kind}", attribute.name)
        });
    }
}

/// Whether the names are those of access grants of the model.
pub(super) fn named<'a>(
    model: &Model,
    names: impl IntoIterator<Item = &'a AccessGrantName>,
    position: &Position,
    report: &mut Report,
) {
    let known: BTreeSet<&AccessGrantName> = model.access_grants.keys().collect();
    for (index, name) in names.into_iter().enumerate() {
        expect_known(report, &position.item(index), "access grant", name, &known);
    }
}
