//! Drill fields: what is shown of the rows that measures count.

use super::expect_distinct;
use crate::name::FieldName;
use crate::problem::{Position, Report, unknown};
use crate::semantic::Explore;

/// Checks those of an explore and of its measures.
pub(super) fn check(explore: &Explore, position: &Position, report: &mut Report) {
    known(explore, &explore.drill_fields, &position.member("drill_fields"), report);
    for (name, measure) in &explore.measures {
        let position = position.member("measures").member(name).member("drill_fields");
        let is_made = !measure.aggregate.measures().is_empty();
        report.expect(!is_made || measure.drill_fields.is_none(), &position, || {
            "drill fields of a measure of measures: expected them in what it is made of".to_owned()
        });
        if let Some(fields) = &measure.drill_fields {
            known(explore, fields, &position, report);
        }
    }
}

fn known(explore: &Explore, fields: &[FieldName], position: &Position, report: &mut Report) {
    expect_distinct(report, "field", fields.iter().enumerate().map(|(i, field)| (position.item(i), field)));
    for (index, field) in fields.iter().enumerate() {
        report.expect(explore.dimensions.contains_key(field), &position.item(index), || {
            unknown("dimension", field, explore.dimensions.keys())
        });
    }
}
