//! Elements of a page: their queries, what a click does, and their controls.

use super::controls::value_type;
use super::workbooks::{Asked, expect_value};
use super::{Known, charts, expect_distinct, expect_distinct_names, personal};
use crate::access::Definitions;
use crate::name::FieldName;
use crate::problem::{Position, Report, unknown};
use crate::query::{Filter, FilterOperator, Query};
use crate::semantic::Parameter;
use crate::value::ColumnType;
use crate::workbook::{Control, ControlKind, DataElement, Element, Page, Show};

/// Columns of a page.
const COLUMNS: u8 = 12;

pub(super) fn check(
    page: &Page,
    position: &Position,
    definitions: &Definitions,
    known: &Known<'_>,
    report: &mut Report,
) {
    expect_distinct_names(report, "element", position, page.elements.iter().map(|element| &element.name));
    for (index, element) in page.elements.iter().enumerate() {
        checked_element(element, page, &position.item(index), (definitions, known), report);
    }
}

fn checked_element(
    element: &Element,
    page: &Page,
    position: &Position,
    (definitions, known): (&Definitions, &Known<'_>),
    report: &mut Report,
) {
    personal::text(&element.title, &position.member("title"), known, report);
    personal::shown_when(element.shown_when.as_ref(), &position.member("shown_when"), known, report);
    report.expect((1..=COLUMNS).contains(&element.width), &position.member("width"), || {
        format!("`{}`: expected 1 to {COLUMNS} of the page's columns", element.width)
    });
    let position = position.member("show");
    let shown = match &element.show {
        Show::Data(shown) => shown,
        Show::Text(text) => return personal::text(text, &position.member("text"), known, report),
    };
    let position = position.member("data");
    let query = position.member("query");
    let Some(asked) = Asked::known(definitions, &shown.query.explore, &query.member("explore"), report) else { return };
    checked_query(&shown.query, &asked, &query, report);
    charts::check(shown, &asked, &position.member("chart"), report);
    checked_details(shown, page, &asked, &position, report);
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
    report.expect(query.after.is_none(), &position.member("after"), || {
        "a page of an answer: expected whole answers, of which a reader asks for pages".to_owned()
    });
    for (member, is_asked) in [("totals", query.totals), ("subtotals", query.subtotals)] {
        report.expect(!is_asked, &position.member(member), || {
            format!("`{member}` of a query: expected `totals` in a chart of type `table`, or a chart of type `pivot`")
        });
    }
    report.expect(query.limit != Some(0), &position.member("limit"), || "`0`: expected at least 1 row".to_owned());
}

/// Whether an author's filter is on a field or parameter of what is asked, with values of its type.
pub(super) fn checked_filter(filter: &Filter, asked: &Asked<'_>, position: &Position, report: &mut Report) {
    if let Some(parameter) = asked.explore.parameters.get(&filter.field) {
        let is_set = filter.operator == FilterOperator::IsAnyOf && filter.values.len() == 1;
        let fits = is_set && filter.values.iter().all(|value| parameter.value(value).is_some());
        report.expect(fits, &position.member("values"), || {
            format!("parameter `{}`: expected one value that it may have, with `is_any_of`", filter.field)
        });
        return;
    }
    let kind = match asked.explore.measures.get(&filter.field) {
        Some(measure) => asked.model.measure_type(asked.explore, measure),
        None => {
            let dimension = asked.dimension(&filter.field, &position.member("field"), report);
            dimension.and_then(|dimension| asked.model.dimension_type(asked.explore, dimension))
        }
    };
    kind.into_iter().for_each(|kind| checked_values(filter, kind, position, report));
}

/// Whether a filter has as many values as its operator wants, of the type of its field. Instants are also compared with days.
pub(super) fn checked_values(filter: &Filter, kind: ColumnType, position: &Position, report: &mut Report) {
    if filter.operator == FilterOperator::Matches {
        checked_expression(filter, kind, position, report);
        return;
    }
    let is_day = filter.day(kind).is_some();
    for (index, value) in filter.values.iter().enumerate().filter(|_| !is_day) {
        expect_value(value, kind, &filter.field, &position.member("values").item(index), report);
    }
    let count = filter.values.len();
    let expected = match filter.operator {
        FilterOperator::IsNull | FilterOperator::IsNotNull => Some(0),
        operator => operator.comparison().map(|_| 1),
    };
    if let Some(expected) = expected {
        report.expect(count == expected, &position.member("values"), || {
            format!("{count} values: expected {expected} with this operator")
        });
    }
}

/// Whether a filter has one expression, which can be read of the type of its field.
fn checked_expression(filter: &Filter, kind: ColumnType, position: &Position, report: &mut Report) {
    let position = position.member("values");
    match filter.expression(kind) {
        Some(read) => {
            report.value(&position, read);
        }
        None => report
            .add(&position, format!("{} values: expected one filter expression, which is a text", filter.values.len())),
    }
}

/// Notes a field that is not in the answer.
pub(super) fn field_of(query: &Query, field: &FieldName, position: &Position, report: &mut Report) {
    report.expect(query.fields.contains(field), position, || unknown("field of the query", field, &query.fields));
}

/// Notes what a click cannot do.
fn checked_details(shown: &DataElement, page: &Page, asked: &Asked<'_>, position: &Position, report: &mut Report) {
    for (field, control) in &shown.select {
        let position = position.member("select").member(field);
        field_of(&shown.query, field, &position, report);
        let dimension = asked.dimension(field, &position, report);
        let found = page.controls.iter().find(|it| it.name == *control);
        report.expect(found.is_some(), &position, || {
            unknown("control of the page", control, page.controls.iter().map(|control| &control.name))
        });
        let grain = dimension.and_then(|dimension| dimension.grain);
        let is_of_days = grain.is_none_or(|grain| grain.kind() == ColumnType::Date);
        let is_period = found.is_some_and(|control| control.kind == ControlKind::DateRange);
        report.expect(is_of_days || !is_period, &position, || {
            format!("control `{control}` is set to days: expected a field with a grain from `day` to `year`")
        });
    }
    let underlying = shown.underlying.as_deref().unwrap_or_default();
    for (name, fields) in [("drill", shown.drill.as_slice()), ("underlying", underlying)] {
        let position = position.member(name);
        expect_distinct(report, "field", fields.iter().enumerate().map(|(i, field)| (position.item(i), field)));
        for (index, field) in fields.iter().enumerate() {
            asked.dimension(field, &position.item(index), report);
        }
    }
    let in_query = shown.drill.iter().filter(|field| shown.query.fields.contains(field)).count();
    let leads_on = in_query == 1 && shown.drilled().is_some();
    report.expect(shown.drill.is_empty() || leads_on, &position.member("drill"), || {
        "no way to go: expected one field of the query, and finer ones behind it".to_owned()
    });
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
        if let Some(parameter) = asked.explore.parameters.get(field) {
            sets_parameter(control, (field, parameter), definitions, &position, report);
            continue;
        }
        let Some(dimension) = asked.dimension(field, &position, report) else { continue };
        let kinds = control.and_then(|control| value_type(control, definitions));
        let kinds = kinds.zip(asked.model.dimension_type(asked.explore, dimension));
        if let Some((given, filtered)) = kinds {
            report.expect(given == filtered, &position, || {
                format!("control `{name}` gives {given}: expected {filtered}, the type of field `{field}`")
            });
        }
    }
}

/// A control sets a parameter if it holds one value, of its type.
fn sets_parameter(
    control: Option<&Control>,
    (name, parameter): (&FieldName, &Parameter),
    definitions: &Definitions,
    position: &Position,
    report: &mut Report,
) {
    let Some(control) = control else { return };
    report.expect(matches!(control.kind, ControlKind::List | ControlKind::Toggle), position, || {
        format!(
            "control `{}` may hold several values: expected `type: list` or `toggle`, to set parameter `{name}`",
            control.name
        )
    });
    if let Some(given) = value_type(control, definitions) {
        report.expect(given == parameter.kind, position, || {
            format!(
                "control `{}` gives {given}: expected {}, the type of parameter `{name}`",
                control.name, parameter.kind
            )
        });
    }
}
