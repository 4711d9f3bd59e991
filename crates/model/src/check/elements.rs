//! Elements of a page: their queries, charts and controls.

use super::workbooks::{Asked, control_type, expect_value};
use super::{expect_distinct, expect_distinct_names};
use crate::access::Definitions;
use crate::chart::Chart;
use crate::name::FieldName;
use crate::problem::{Position, Report, unknown};
use crate::query::{Filter, FilterOperator, Query};
use crate::semantic::Aggregate;
use crate::workbook::{DataElement, Element, Page, Show};

/// Columns of a page.
const COLUMNS: u8 = 12;

pub(super) fn check(page: &Page, position: &Position, definitions: &Definitions, report: &mut Report) {
    expect_distinct_names(report, "element", position, page.elements.iter().map(|element| &element.name));
    for (index, element) in page.elements.iter().enumerate() {
        checked_element(element, page, &position.item(index), definitions, report);
    }
}

fn checked_element(
    element: &Element,
    page: &Page,
    position: &Position,
    definitions: &Definitions,
    report: &mut Report,
) {
    report.expect((1..=COLUMNS).contains(&element.width), &position.member("width"), || {
        format!("`{}`: expected 1 to {COLUMNS} of the page's columns", element.width)
    });
    let Show::Data(shown) = &element.show else { return };
    let position = position.member("show").member("data");
    let query = position.member("query");
    let Some(asked) = Asked::known(definitions, &shown.query.explore, &query.member("explore"), report) else { return };
    checked_query(&shown.query, &asked, &query, report);
    checked_chart(shown, &asked, &position.member("chart"), report);
    checked_controls(shown, page, &asked, definitions, &position.member("controls"), report);
}

fn checked_query(query: &Query, asked: &Asked<'_>, position: &Position, report: &mut Report) {
    let fields = position.member("fields");
    report.expect(!query.fields.is_empty(), &fields, || "no fields: expected at least one".to_owned());
    expect_distinct(report, "field", query.fields.iter().enumerate().map(|(i, field)| (fields.item(i), field)));
    for (index, field) in query.fields.iter().enumerate() {
        let (dimensions, measures) = (&asked.explore.dimensions, &asked.explore.measures);
        let found = dimensions.contains_key(field) || measures.contains_key(field);
        report.expect(found, &fields.item(index), || unknown("field", field, dimensions.keys().chain(measures.keys())));
    }
    for (index, filter) in query.filters.iter().enumerate() {
        checked_filter(filter, asked, &position.member("filters").item(index), report);
    }
    let sorts = position.member("sorts");
    expect_distinct(report, "sort by", query.sorts.iter().enumerate().map(|(i, sort)| (sorts.item(i), &sort.field)));
    for (index, sort) in query.sorts.iter().enumerate() {
        field_of(query, &sort.field, &sorts.item(index).member("field"), report);
    }
    report.expect(query.limit != Some(0), &position.member("limit"), || "`0`: expected at least 1 row".to_owned());
}

fn checked_filter(filter: &Filter, asked: &Asked<'_>, position: &Position, report: &mut Report) {
    let Some(dimension) = asked.dimension(&filter.field, &position.member("field"), report) else { return };
    let values = position.member("values");
    let count = filter.values.len();
    let expected = match filter.operator {
        FilterOperator::IsNull | FilterOperator::IsNotNull => Some(0),
        operator => operator.comparison().map(|_| 1),
    };
    if let Some(expected) = expected {
        report.expect(count == expected, &values, || format!("{count} values: expected {expected} with this operator"));
    }
    let Some(kind) = asked.model.dimension_type(asked.explore, dimension) else { return };
    for (index, value) in filter.values.iter().enumerate() {
        expect_value(value, kind, &filter.field, &values.item(index), report);
    }
}

/// Notes a field that is not in the answer.
fn field_of(query: &Query, field: &FieldName, position: &Position, report: &mut Report) {
    report.expect(query.fields.contains(field), position, || unknown("field of the query", field, &query.fields));
}

fn checked_chart(shown: &DataElement, asked: &Asked<'_>, position: &Position, report: &mut Report) {
    match &shown.chart {
        Chart::Kpi { value } => drawn_number(shown, value, asked, &position.member("value"), report),
        Chart::Line { x, y } | Chart::Bar { x, y } => {
            field_of(&shown.query, x, &position.member("x"), report);
            report.expect(!y.is_empty(), &position.member("y"), || "no fields: expected at least one".to_owned());
            for (index, field) in y.iter().enumerate() {
                drawn_number(shown, field, asked, &position.member("y").item(index), report);
            }
        }
        Chart::Table {} => {}
    }
}

fn drawn_number(shown: &DataElement, field: &FieldName, asked: &Asked<'_>, position: &Position, report: &mut Report) {
    field_of(&shown.query, field, position, report);
    report.expect(is_number(asked, field), position, || format!("field `{field}` is no number: expected one to draw"));
}

/// Whether the field's values are numbers. Fields and columns that do not exist are noted elsewhere.
fn is_number(asked: &Asked<'_>, field: &FieldName) -> bool {
    let kind = match (asked.explore.dimensions.get(field), asked.explore.measures.get(field).map(|it| &it.aggregate)) {
        (Some(dimension), _) => asked.model.dimension_type(asked.explore, dimension),
        (None, Some(Aggregate::Min(path) | Aggregate::Max(path))) => asked.model.column_type(asked.explore, path),
        _ => None,
    };
    kind.is_none_or(|kind| kind.is_number())
}

fn checked_controls(
    shown: &DataElement,
    page: &Page,
    asked: &Asked<'_>,
    definitions: &Definitions,
    position: &Position,
    report: &mut Report,
) {
    for (name, field) in &shown.controls {
        let position = position.member(name);
        let control = page.controls.iter().find(|control| control.name == *name);
        report.expect(control.is_some(), &position, || {
            unknown("control of the page", name, page.controls.iter().map(|control| &control.name))
        });
        let Some(dimension) = asked.dimension(field, &position, report) else { continue };
        let kinds = control.and_then(|control| control_type(control, definitions));
        let kinds = kinds.zip(asked.model.dimension_type(asked.explore, dimension));
        if let Some((given, filtered)) = kinds {
            report.expect(given == filtered, &position, || {
                format!("control `{name}` gives {given}: expected {filtered}, the type of field `{field}`")
            });
        }
    }
}
