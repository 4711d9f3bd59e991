//! Cards and dashboards without their rows.

use super::caller::Guest;
use super::chosen::{judged, nothing_here};
use super::place::{Dashcard, entity_id, number};
use super::refusal::MetabaseRefusal;
use crate::app::App;
use crate::asking::permitted;
use crate::audit;
use authz::permit::{SettableControls, ViewContent};
use authz::{Resource, settable_controls};
use axum::Json;
use axum::extract::State;
use model::chart::Chart;
use model::name::ControlName;
use model::snapshot::Snapshot;
use model::value::ColumnType;
use model::workbook::{Control, DataElement, Element, Page, Show, Workbook};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Columns of a dashboard's grid, two to each of ours.
const GRID: u32 = 2;

type Answering = Result<Json<Value>, MetabaseRefusal>;

/// `GET …/card/{token}`
pub(super) async fn card(guest: Guest, State(app): State<App>) -> Answering {
    let workbook = opened(&app, &guest).await?;
    let (page, element) = guest.scope.element().ok_or_else(|| nothing_here(guest.door))?;
    let found = Dashcard::all(workbook).find(|one| one.page.name == *page && one.element.name == *element);
    let found = found.ok_or_else(|| nothing_here(guest.door))?;
    let data = found.data().ok_or_else(|| nothing_here(guest.door))?;
    let shown = Shown::of(&guest);
    let controls: Vec<&Control> =
        shown.controls(found.page).filter(|it| data.controls.contains_key(&it.name)).collect();
    let mut body = card_of(&found, data);
    body.insert("parameters".into(), controls.iter().map(|control| shown.parameter(control)).collect());
    body.insert("param_fields".into(), shown.fields(&controls));
    Ok(Json(Value::Object(body)))
}

/// `GET …/dashboard/{token}`
pub(super) async fn dashboard(guest: Guest, State(app): State<App>) -> Answering {
    let workbook = opened(&app, &guest).await?;
    let shown = Shown::of(&guest);
    let mut controls: BTreeMap<&ControlName, &Control> = BTreeMap::new();
    for page in &workbook.pages {
        for control in shown.controls(page) {
            controls.entry(&control.name).or_insert(control);
        }
    }
    let controls: Vec<&Control> = controls.into_values().collect();
    let dashcards: Vec<Value> = Dashcard::all(workbook).map(|dashcard| shown.dashcard(&dashcard)).collect();
    let tabs: Vec<Value> =
        (1..).zip(&workbook.pages).map(|(id, page): (u32, &Page)| json!({"id": id, "name": page.title})).collect();
    Ok(Json(json!({
        "id": number(&workbook.known_as),
        "entity_id": entity_id(&workbook.known_as),
        "name": workbook.title,
        "description": null,
        "parameters": controls.iter().map(|control| shown.parameter(control)).collect::<Vec<_>>(),
        "dashcards": dashcards,
        "tabs": tabs,
        "param_fields": shown.fields(&controls),
        "auto_apply_filters": true,
        "width": "fixed",
    })))
}

/// The workbook, if whoever looks may: decided, judged and recorded.
async fn opened<'a>(app: &App, guest: &'a Guest) -> Result<&'a Workbook, MetabaseRefusal> {
    let failed = |problem| MetabaseRefusal::failed(guest.door, problem);
    let resource = Resource::Page { workbook: guest.scope.workbook.clone(), page: guest.scope.page.clone() };
    let permit = permitted::<ViewContent>(app, &guest.viewer, &resource).await.map_err(failed)?;
    judged(guest, BTreeMap::new())?;
    audit::allowed(app, &guest.viewer, &resource, &permit).await.map_err(failed)?.complete(0, 0);
    let workbook = guest.viewer.organization.snapshot.workbooks.named(&guest.scope.workbook);
    workbook.ok_or_else(|| nothing_here(guest.door))
}

/// What of an object is shown: only parameters that whoever looks may set.
struct Shown<'a> {
    snapshot: &'a Snapshot,
    settable: SettableControls,
}

impl<'a> Shown<'a> {
    fn of(guest: &'a Guest) -> Self {
        let snapshot = &guest.viewer.organization.snapshot;
        Self { snapshot, settable: settable_controls(&guest.viewer.principal, snapshot) }
    }

    fn controls<'p>(&self, page: &'p Page) -> impl Iterator<Item = &'p Control> + use<'p, '_, 'a> {
        page.controls.iter().filter(|control| self.settable.admit(&control.name))
    }

    fn kind(&self, control: &Control) -> Option<ColumnType> {
        let model = self.snapshot.models.named(&control.explore.model)?;
        let explore = model.explores.get(&control.explore.explore)?;
        model.dimension_type(explore, explore.dimensions.get(&control.field)?)
    }

    fn parameter(&self, control: &Control) -> Value {
        let kind = match self.kind(control) {
            Some(ColumnType::Integer | ColumnType::Decimal { .. }) => "number/=",
            Some(ColumnType::Date | ColumnType::Timestamp) => "date/all-options",
            Some(ColumnType::Boolean) => "boolean/=",
            Some(ColumnType::Text) | None => "string/=",
        };
        let default = if control.default.is_empty() { Value::Null } else { json!(control.default) };
        json!({"id": control.name, "slug": control.name, "name": control.title, "type": kind, "default": default})
    }

    /// The fields behind parameters, by the ids of the parameters.
    fn fields(&self, controls: &[&Control]) -> Value {
        let field = |control: &&Control| (control.name.to_string(), json!([{"name": control.field}]));
        Value::Object(controls.iter().map(field).collect())
    }

    fn dashcard(&self, dashcard: &Dashcard<'_>) -> Value {
        let Element { title, width, .. } = dashcard.element;
        let (settings, card) = match &dashcard.element.show {
            Show::Text(text) => (json!({"text": text, "virtual_card": {"display": "text"}}), Value::Null),
            Show::Data(data) => (json!({"card.title": title}), Value::Object(card_of(dashcard, data))),
        };
        json!({
            "id": dashcard.number,
            "card_id": dashcard.card(),
            "card": card,
            "dashboard_tab_id": dashcard.tab,
            "size_x": u32::from(*width) * GRID,
            "parameter_mappings": self.mappings(dashcard),
            "visualization_settings": settings,
        })
    }

    fn mappings(&self, dashcard: &Dashcard<'_>) -> Vec<Value> {
        let used = dashcard.data().into_iter().flat_map(|data| &data.controls);
        let shown = used.filter(|(name, _)| self.settable.admit(name));
        let mapping = |(name, field): (&ControlName, &model::name::FieldName)| {
            let target = json!(["dimension", ["field", field, null]]);
            json!({"parameter_id": name, "card_id": dashcard.card(), "target": target})
        };
        shown.map(mapping).collect()
    }
}

/// A card. What it asks is not told: only what it draws.
fn card_of(dashcard: &Dashcard<'_>, data: &DataElement) -> Map<String, Value> {
    let display = match &data.chart {
        Chart::Kpi { .. } => "scalar",
        Chart::Line { .. } => "line",
        Chart::Bar { .. } => "bar",
        Chart::Table {} => "table",
    };
    let body = json!({
        "id": dashcard.card(),
        "entity_id": entity_id(&dashcard.element.known_as),
        "name": dashcard.element.title,
        "description": null,
        "display": display,
        "visualization_settings": {},
        "dataset_query": {"type": "query", "query": {}},
    });
    match body {
        Value::Object(body) => body,
        _ => Map::new(),
    }
}
