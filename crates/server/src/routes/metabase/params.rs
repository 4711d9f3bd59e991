//! Values that a viewer can pick for a parameter.

use super::caller::Guest;
use super::chosen::{Chosen, judged, nothing_here};
use super::refusal::MetabaseRefusal;
use crate::app::App;
use crate::controls::{ControlValues, Offered, Wanted, offered};
use authz::settable_controls;
use axum::Json;
use axum::extract::{Path, State};
use model::name::{ControlName, PageName};
use model::publication::ParameterState;
use model::workbook::VersionName;
use query::Search;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Most values of one answer.
const MOST: u32 = 1000;

type Parameters = Path<BTreeMap<String, String>>;
type Answering = Result<Json<Value>, MetabaseRefusal>;

/// `GET …/params/{parameter}/values`
pub(super) async fn values(
    guest: Guest,
    State(app): State<App>,
    chosen: Chosen,
    Path(parameters): Parameters,
) -> Answering {
    found(&app, &guest, &chosen, &parameters, Search::Anywhere("")).await
}

/// `GET …/params/{parameter}/search/{text}`
pub(super) async fn search(
    guest: Guest,
    State(app): State<App>,
    chosen: Chosen,
    Path(parameters): Parameters,
) -> Answering {
    let text = parameters.get("text").map(String::as_str).unwrap_or_default();
    found(&app, &guest, &chosen, &parameters, Search::Anywhere(text)).await
}

async fn found(
    app: &App,
    guest: &Guest,
    chosen: &Chosen,
    parameters: &BTreeMap<String, String>,
    search: Search<'_>,
) -> Answering {
    let name = searchable(guest, parameters, "Cannot search for values")?;
    let place = place(guest, &name).ok_or_else(|| nothing_here(guest.door))?;
    let chosen = chosen.judged(guest)?;
    let wanted = Wanted { place, search, chosen: &chosen, only: None, most: MOST };
    let Offered { values, truncated, completions } = asked(app, guest, wanted).await?;
    let values: Vec<Value> = values.into_iter().map(|(value, label)| pair(value, label)).collect();
    let body = json!({"values": values, "has_more_values": truncated});
    crate::asking::Answered::complete(completions, values.len(), body.to_string().len());
    Ok(Json(body))
}

/// `GET …/params/{parameter}/remapping?value=V`: the value and what people read instead, if whoever looks could pick it.
pub(super) async fn remapping(
    guest: Guest,
    State(app): State<App>,
    chosen: Chosen,
    Path(parameters): Parameters,
) -> Answering {
    let name = searchable(&guest, &parameters, "Cannot get remapped value for parameter")?;
    let place = place(&guest, &name).ok_or_else(|| nothing_here(guest.door))?;
    judged(&guest, BTreeMap::new())?;
    let value = Value::String(chosen.value.unwrap_or_default());
    let none = ControlValues::new();
    let wanted = Wanted { place, search: Search::Anywhere(""), chosen: &none, only: Some(value.clone()), most: 1 };
    let Offered { values, completions, .. } = asked(&app, &guest, wanted).await?;
    // It was filtered by the value, in whatever spelling; so the first one is it.
    let known = values.into_iter().next();
    let body = known.map_or_else(|| pair(value.clone(), None), |(value, label)| pair(value, label));
    crate::asking::Answered::complete(completions, 1, body.to_string().len());
    Ok(Json(body))
}

fn pair(value: Value, label: Option<Value>) -> Value {
    Value::Array(std::iter::once(value).chain(label).collect())
}

async fn asked(app: &App, guest: &Guest, wanted: Wanted<'_>) -> Result<Offered, MetabaseRefusal> {
    let offered = offered(app, &guest.viewer, wanted).await;
    offered.map_err(|problem| MetabaseRefusal::failed(guest.door, problem))
}

/// The parameter that the address names, if its values may be asked for.
fn searchable(
    guest: &Guest,
    parameters: &BTreeMap<String, String>,
    verb: &str,
) -> Result<ControlName, MetabaseRefusal> {
    let refused = |sentence: String| MetabaseRefusal::Sentence(guest.door, sentence);
    let given = parameters.get("parameter").map(String::as_str).unwrap_or_default();
    let name = ControlName::new(given).ok().filter(|name| place(guest, name).is_some());
    let name = name.ok_or_else(|| refused(format!("{verb}: nil is not an enabled parameter.")))?;
    let (principal, snapshot) = (&guest.viewer.principal, &guest.viewer.organization.snapshot);
    if settable_controls(principal, snapshot).admit(&name) {
        return Ok(name);
    }
    let enabled = authz::parameter_state(principal, snapshot, &name) == ParameterState::Enabled;
    Err(refused(if enabled {
        format!("You can't specify a value for \"{name}\" if it's already set in the JWT.")
    } else {
        format!("{verb}: \"{name}\" is not an enabled parameter.")
    }))
}

/// Where the parameter's control is: on the first page that has it, of what the token opens.
fn place(guest: &Guest, name: &ControlName) -> Option<(VersionName, PageName, ControlName)> {
    let scope = &guest.scope;
    let workbook = guest.viewer.organization.snapshot.workbooks.named(&scope.version())?;
    let mut pages = workbook.pages.iter().filter(|page| scope.page.as_ref().is_none_or(|named| *named == page.name));
    let page = pages.find(|page| page.controls.iter().any(|control| control.name == *name))?;
    Some((scope.version(), page.name.clone(), name.clone()))
}
