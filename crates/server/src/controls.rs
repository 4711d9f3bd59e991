//! What people set with a page's controls: as filters of an element, and the values that are offered to them.

use crate::app::App;
use crate::asking::{Answered, ask};
use crate::audit::Completion;
use crate::callers::Viewer;
use crate::problem::Problem;
use authz::Resource;
use authz::permit::SettableControls;
use model::loosely;
use model::name::{ControlName, FieldName, PageName};
use model::query::{Filter, FilterOperator, Query};
use model::semantic::ExplorePath;
use model::snapshot::Snapshot;
use model::time_zone::TimeZone;
use model::value::ColumnType;
use model::workbook::{Control, ControlKind, DataElement, OfferedValue, Page, VersionName};
use query::{Opened, Search, Suggest, suggestions};
use serde_json::Value;
use std::collections::BTreeMap;

/// Values by control; a control that is absent has its default, one without values filters nothing.
pub type ControlValues = BTreeMap<ControlName, Vec<Value>>;

/// The element's query with the filters of its controls, in its own time zone or else the viewer's. Those filters that are fixed
/// come with the permit.
///
/// # Errors
/// 400 if a control is set that may not be.
pub fn filtered(
    viewer: &Viewer,
    page: &Page,
    data: &DataElement,
    chosen: &ControlValues,
    settable: &SettableControls,
) -> Result<Query, Problem> {
    let odd = chosen.keys().find(|name| control(page, name).is_none() || !settable.admit(name));
    if let Some(name) = odd {
        return Err(unsettable(page, name, settable));
    }
    let mut query = data.query.clone();
    let zone = *query.time_zone.get_or_insert_with(|| viewer.time_zone());
    for (name, field) in data.controls.iter().filter(|(name, _)| !settable.is_fixed(name)) {
        let Some(control) = control(page, name) else { continue };
        let values = chosen.get(name).cloned().unwrap_or_else(|| control.default.for_person(&viewer.reader()));
        query.filters.extend(filters(viewer, zone, &data.query.explore, (control, field), &values));
    }
    Ok(query)
}

/// The control of that name.
#[must_use]
pub fn control<'a>(page: &'a Page, name: &ControlName) -> Option<&'a Control> {
    page.controls.iter().find(|control| control.name == *name)
}

/// The filters that a control's values are. What cannot be read as the field's type stays as it is, and is refused
/// when it is asked.
fn filters(
    viewer: &Viewer,
    zone: TimeZone,
    explore: &ExplorePath,
    (control, field): (&Control, &FieldName),
    values: &[Value],
) -> Vec<Filter> {
    if values.is_empty() {
        return Vec::new();
    }
    let kind = dimension_type(&viewer.organization.snapshot, explore, field);
    let as_written = |operator| vec![Filter { field: field.clone(), operator, values: values.to_vec() }];
    if control.kind == ControlKind::Text {
        return as_written(FilterOperator::Contains);
    }
    if control.ignore_case && kind == Some(ColumnType::Text) {
        return as_written(FilterOperator::IsAnyOfIgnoringCase);
    }
    let read = kind.and_then(|kind| loosely::filters(field, kind, values, viewer.today_in(zone)));
    read.unwrap_or_else(|| as_written(FilterOperator::IsAnyOf))
}

fn dimension_type(snapshot: &Snapshot, path: &ExplorePath, field: &FieldName) -> Option<ColumnType> {
    let model = snapshot.models.named(&path.model)?;
    let explore = model.explores.get(&path.explore)?;
    model.dimension_type(explore, explore.dimensions.get(field)?)
}

fn unsettable(page: &Page, name: &ControlName, settable: &SettableControls) -> Problem {
    let names = page.controls.iter().map(|control| &control.name).filter(|name| settable.admit(name));
    let names = names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let expected = if names.is_empty() { "none".to_owned() } else { format!("one of {names}") };
    Problem::Invalid { code: "unknown_control", detail: format!("control `{name}` cannot be set: expected {expected}") }
}

/// A request for the values that a control offers.
pub struct Wanted<'a> {
    /// Where the control is.
    pub place: (VersionName, PageName, ControlName),
    /// What the values must match.
    pub search: Search<'a>,
    /// What is set with the page's other controls, as far as those are of the same explore.
    pub chosen: &'a ControlValues,
    /// The one value that is wanted, for its label.
    pub only: Option<Value>,
    /// At most so many.
    pub most: u32,
}

/// The values that a control offers, each with what people read instead, if there is such.
pub struct Offered {
    /// Values and labels.
    pub values: Vec<(Value, Option<Value>)>,
    /// Whether there are more.
    pub truncated: bool,
    /// To be told how many rows and bytes went out.
    pub completions: Vec<Completion>,
}

/// The values that a control offers to somebody: those its author wrote down, or those of its field in the rows that
/// the person sees.
pub async fn offered(app: &App, viewer: &Viewer, wanted: Wanted<'_>) -> Result<Offered, Problem> {
    let snapshot = &viewer.organization.snapshot;
    let (workbook, page, name) = wanted.place;
    let page_found = snapshot.workbooks.named(&workbook).and_then(|it| it.pages.iter().find(|one| one.name == page));
    let time_zone = viewer.time_zone();
    let found = page_found.and_then(|page| Some((page, control(page, &name)?)));
    let resource = Resource::Control { workbook, page, control: name };
    let answered = ask(app, viewer, &resource, |opened: Opened| {
        let (page, control) = found.ok_or(Problem::NotFound)?;
        let mut filters = chosen_filters(viewer, page, control, wanted.chosen, opened.permit().controls());
        if let Some(only) = &wanted.only {
            let only = std::slice::from_ref(only);
            let of_control = (control, &control.field);
            filters.extend(self::filters(viewer, time_zone, &control.explore, of_control, only));
        }
        let (field, label) = (&control.field, control.label.as_ref());
        let asked = Suggest { field, label, search: wanted.search, filters, limit: wanted.most, time_zone };
        Ok(suggestions(&viewer.organization.catalog, &asked, &opened, app.engine.limits())?)
    })
    .await?;
    let written = found.map(|(_, control)| control.values.as_slice()).unwrap_or_default();
    if written.is_empty() { Ok(of_rows(answered)) } else { Ok(of_list(answered, written, &wanted.search)) }
}

/// The filters of the other controls of a page, where they filter what this one offers.
fn chosen_filters(
    viewer: &Viewer,
    page: &Page,
    offering: &Control,
    chosen: &ControlValues,
    settable: &SettableControls,
) -> Vec<Filter> {
    let others = chosen.iter().filter(|(name, _)| **name != offering.name && settable.admit(name));
    let known = others.filter_map(|(name, values)| Some((control(page, name)?, values)));
    let snapshot = &viewer.organization.snapshot;
    let related = known.filter(|(control, _)| {
        control.explore == offering.explore && !snapshot.only_sets_parameters(page, &control.name)
    });
    let filtered = |(control, values): (&Control, &Vec<Value>)| {
        filters(viewer, viewer.time_zone(), &control.explore, (control, &control.field), values)
    };
    related.flat_map(filtered).collect()
}

fn of_rows(Answered { answer, completions, .. }: Answered) -> Offered {
    let value = crate::present::value;
    let values = answer
        .rows
        .iter()
        .filter_map(|row| Some((value(row.first()?), row.get(1).map(value).filter(|label| !label.is_null()))));
    Offered { values: values.collect(), truncated: answer.truncated, completions }
}

/// Written values are offered to whoever may ask for the field's; the answer itself is not needed.
fn of_list(answered: Answered, written: &[OfferedValue], search: &Search<'_>) -> Offered {
    let matching = written.iter().filter(|offered| {
        let read = offered.label.clone().or_else(|| offered.value.as_str().map(str::to_owned));
        let read = read.unwrap_or_else(|| offered.value.to_string()).to_lowercase();
        match search {
            Search::Beginning(text) => read.starts_with(&text.to_lowercase()),
            Search::Anywhere(text) => read.contains(&text.to_lowercase()),
        }
    });
    let values = matching.map(|offered| (offered.value.clone(), offered.label.clone().map(Value::String)));
    Offered { values: values.collect(), truncated: false, completions: answered.completions }
}
