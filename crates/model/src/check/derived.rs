//! Derived tables: that there is an answer with their columns, and that none is made of itself.

use super::elements;
use super::workbooks::Asked;
use crate::name::ColumnName;
use crate::problem::{Position, Report, unknown};
use crate::semantic::{Derived, Explore, Model, Table};
use crate::value::ColumnType;

pub(super) fn check(model: &Model, (table, derived): (&Table, &Derived), position: &Position, report: &mut Report) {
    let at = position.member("derived");
    let Some(explore) = model.explores.get(&derived.explore) else {
        report.add(&at.member("explore"), unknown("explore of the model", &derived.explore, model.explores.keys()));
        return;
    };
    let is_of_itself = model.with_origins(model.made_of(table)).into_iter().any(|name| {
        let found = model.tables.get(name);
        found.is_some_and(|found| std::ptr::eq(found, table))
    });
    report.expect(!is_of_itself, &at.member("explore"), || {
        format!("explore `{}` reads this table: expected one that does without it", derived.explore)
    });
    for (column, kind) in &table.columns {
        checked_column((model, explore), column, *kind, &position.member("columns").member(column), report);
    }
    let asked = Asked { model, explore };
    for (index, filter) in derived.filters.iter().enumerate() {
        elements::checked_filter(filter, &asked, &at.member("filters").item(index), report);
    }
}

fn checked_column(
    (model, explore): (&Model, &Explore),
    column: &ColumnName,
    kind: ColumnType,
    position: &Position,
    report: &mut Report,
) {
    let Some(field) = explore.field_called(column) else {
        report.add(position, unknown("field", column, explore.dimensions.keys().chain(explore.measures.keys())));
        return;
    };
    let found = match explore.measures.get(field) {
        Some(measure) => {
            report.expect(!measure.aggregate.is_over_answer(), position, || {
                "a measure that depends on the other rows of an answer: expected one of its own row".to_owned()
            });
            model.measure_type(explore, measure)
        }
        None => explore.dimensions.get(field).and_then(|dimension| model.dimension_type(explore, dimension)),
    };
    if let Some(found) = found {
        report.expect(found == kind, position, || format!("field `{field}` is {found}: expected this type"));
    }
}
