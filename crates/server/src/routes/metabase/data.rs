//! Rows of cards, as JSON and as files.

use super::caller::Guest;
use super::chosen::{Chosen, nothing_here};
use super::place::Dashcard;
use super::refusal::MetabaseRefusal;
use crate::app::App;
use crate::asking::Answered;
use crate::controls::ControlValues;
use crate::present::{self, FileForm, FileFormat};
use crate::problem::Problem;
use crate::routes::element::{self, rows};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::name::{ControlName, ElementName, PageName};
use model::value::ColumnType;
use model::workbook::VersionName;
use query::{Cell, OutputColumn};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) type Answering = Result<Response, MetabaseRefusal>;
pub(super) type Address = (VersionName, PageName, ElementName);

/// `GET …/card/{token}/query`: 202 and rows.
pub(super) async fn card(guest: Guest, State(app): State<App>, chosen: Chosen) -> Answering {
    let (values, address) = (chosen.judged(&guest)?, card_of(&guest)?);
    answer(&app, &guest, address, &values).await
}

/// `GET …/card/{token}/query/{format}`: 200 and a file.
pub(super) async fn card_file(
    guest: Guest,
    State(app): State<App>,
    chosen: Chosen,
    Path(parameters): Path<BTreeMap<String, String>>,
) -> Answering {
    let (values, address) = (chosen.judged(&guest)?, card_of(&guest)?);
    file(&app, &guest, address, &values, &parameters, chosen.format_rows).await
}

/// `GET …/dashboard/{token}/dashcard/{dashcard}/card/{card}`: 202 and rows.
pub(super) async fn dashcard(
    guest: Guest,
    State(app): State<App>,
    chosen: Chosen,
    Path(parameters): Path<BTreeMap<String, String>>,
) -> Answering {
    let (values, address) = (chosen.judged(&guest)?, dashcard_of(&guest, &parameters)?);
    answer(&app, &guest, address, &values).await
}

/// `GET …/dashboard/{token}/dashcard/{dashcard}/card/{card}/{format}`: 200 and a file.
pub(super) async fn dashcard_file(
    guest: Guest,
    State(app): State<App>,
    chosen: Chosen,
    Path(parameters): Path<BTreeMap<String, String>>,
) -> Answering {
    let (values, address) = (chosen.judged(&guest)?, dashcard_of(&guest, &parameters)?);
    file(&app, &guest, address, &values, &parameters, chosen.format_rows).await
}

/// The element that the token names.
pub(super) fn card_of(guest: &Guest) -> Result<Address, MetabaseRefusal> {
    let (page, element) = guest.scope.element().ok_or_else(|| nothing_here(guest.door))?;
    Ok((guest.scope.version(), page.clone(), element.clone()))
}

/// The element of the workbook that the address names, twice.
pub(super) fn dashcard_of(guest: &Guest, parameters: &BTreeMap<String, String>) -> Result<Address, MetabaseRefusal> {
    let workbook = guest.viewer.organization.snapshot.workbooks.named(&guest.scope.version());
    let named = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
    let (place, card) = (named("dashcard"), named("card"));
    let mut all = workbook.into_iter().flat_map(Dashcard::all);
    let found = all.find(|dashcard| dashcard.is_at(place) && dashcard.shows(card));
    let found = found.ok_or_else(|| nothing_here(guest.door))?;
    Ok((guest.scope.version(), found.page.name.clone(), found.element.name.clone()))
}

async fn answer(app: &App, guest: &Guest, address: Address, values: &ControlValues) -> Answering {
    let answered = asked(app, guest, address, values).await?;
    let columns = answered.answer.columns.iter().map(column).collect();
    let cells = |row: &Vec<Cell>| row.iter().map(present::number_or_value).collect();
    let rows = answered.answer.rows.iter().map(cells).collect();
    sent(guest, answered, columns, rows)
}

/// 202 and rows, unless they are too many bytes.
pub(super) fn sent(guest: &Guest, answered: Answered, columns: Vec<Value>, rows: Vec<Vec<Value>>) -> Answering {
    let count = rows.len();
    let body = json!({
        "data": {"cols": columns, "rows": rows, "insights": null, "results_timezone": answered.time_zone},
        "json_query": {},
        "status": "completed",
    });
    let body = body.to_string();
    if body.len() as u64 > answered.most_bytes {
        return Err(MetabaseRefusal::failed(guest.door, Problem::too_many_bytes()));
    }
    let response = present::answer(body.into_bytes(), count, answered.completions, answered.watch);
    Ok((StatusCode::ACCEPTED, [(axum::http::header::CONTENT_TYPE, "application/json")], response).into_response())
}

pub(super) async fn asked(
    app: &App,
    guest: &Guest,
    address: Address,
    values: &ControlValues,
) -> Result<Answered, MetabaseRefusal> {
    // A dashboard's parameters are set for all of its pages; here those of the card's page count.
    let values = of_page(guest, &address, values);
    rows(app, &guest.viewer, address, &values).await.map_err(|problem| MetabaseRefusal::failed(guest.door, problem))
}

fn of_page(guest: &Guest, (workbook, page, _): &Address, values: &ControlValues) -> ControlValues {
    let workbook = guest.viewer.organization.snapshot.workbooks.named(workbook);
    let page = workbook.and_then(|workbook| workbook.pages.iter().find(|one| one.name == *page));
    let controls = page.map(|page| page.controls.as_slice()).unwrap_or_default();
    let is_there = |name: &ControlName| controls.iter().any(|control| control.name == *name);
    values.iter().filter(|(name, _)| is_there(name)).map(|(name, values)| (name.clone(), values.clone())).collect()
}

async fn file(
    app: &App,
    guest: &Guest,
    address: Address,
    values: &ControlValues,
    parameters: &BTreeMap<String, String>,
    format_rows: bool,
) -> Answering {
    let formats = [("csv", FileFormat::Csv), ("xlsx", FileFormat::Xlsx), ("json", FileFormat::Json)];
    let wanted = parameters.get("format").map(String::as_str).unwrap_or_default();
    let format = formats.iter().find(|(name, _)| *name == wanted).map(|(_, format)| *format);
    let format = format.ok_or(MetabaseRefusal::NoRoute)?;
    let form = FileForm::of_metabase(format, format_rows);
    let values = of_page(guest, &address, values);
    let file = element::file(app, &guest.viewer, address, &values, form).await;
    file.map_err(|problem| MetabaseRefusal::failed(guest.door, problem))
}

/// How a column is told.
pub(super) fn column(column: &OutputColumn) -> Value {
    let base_type = match column.kind {
        ColumnType::Text => "type/Text",
        ColumnType::Integer => "type/BigInteger",
        ColumnType::Decimal { .. } => "type/Decimal",
        ColumnType::Boolean => "type/Boolean",
        ColumnType::Date => "type/Date",
        ColumnType::Timestamp => "type/DateTimeWithLocalTZ",
    };
    json!({"name": column.name, "display_name": column.label, "base_type": base_type})
}
