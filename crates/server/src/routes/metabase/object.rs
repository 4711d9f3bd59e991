//! Cards and dashboards without their rows.

use super::caller::Guest;
use super::chosen::{judged, nothing_here};
use super::place::{Dashcard, entity_id, number};
use super::refusal::MetabaseRefusal;
use crate::app::App;
use crate::asking::permitted;
use crate::audit;
use authz::permit::{SettableControls, ViewContent};
use authz::{Reader, Resource, settable_controls};
use axum::Json;
use axum::extract::State;
use model::chart::Chart;
use model::name::ControlName;
use model::snapshot::Snapshot;
use model::value::ColumnType;
use model::workbook::{Control, ControlKind, DataElement, Element, Page, Show, Workbook};
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
    let mut body = shown.card(&found, data);
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
    let tabs: Vec<Value> = (1..)
        .zip(&workbook.pages)
        .map(|(id, page): (u32, &Page)| json!({"id": id, "name": page.title.read_by(&shown.reader)}))
        .collect();
    Ok(Json(json!({
        "id": number(&workbook.known_as),
        "entity_id": entity_id(&workbook.known_as),
        "name": workbook.title.read_by(&shown.reader),
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
    let resource = Resource::Page { workbook: guest.scope.version(), page: guest.scope.page.clone() };
    let permit = permitted::<ViewContent>(app, &guest.viewer, &resource).await.map_err(failed)?;
    judged(guest, BTreeMap::new())?;
    audit::allowed(app, &guest.viewer, &resource, &permit).await.map_err(failed)?.complete(0, 0);
    let workbook = guest.viewer.organization.snapshot.workbooks.named(&guest.scope.version());
    workbook.ok_or_else(|| nothing_here(guest.door))
}

/// What of an object is shown: only parameters that whoever looks may set.
struct Shown<'a> {
    snapshot: &'a Snapshot,
    reader: Reader<'a>,
    settable: SettableControls,
}

impl<'a> Shown<'a> {
    fn of(guest: &'a Guest) -> Self {
        let snapshot = &guest.viewer.organization.snapshot;
        let settable = settable_controls(&guest.viewer.principal, snapshot);
        Self { snapshot, reader: guest.viewer.reader(), settable }
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
            _ if control.kind == ControlKind::Text => "string/contains",
            Some(ColumnType::Integer | ColumnType::Decimal { .. }) => "number/=",
            Some(ColumnType::Date | ColumnType::Timestamp) => "date/all-options",
            Some(ColumnType::Boolean) => "boolean/=",
            Some(ColumnType::Text) | None => "string/=",
        };
        let default = control.default.for_person(&self.reader);
        let default = if default.is_empty() { Value::Null } else { json!(default) };
        let name = control.title.read_by(&self.reader);
        json!({"id": control.name, "slug": control.name, "name": name, "type": kind, "default": default})
    }

    /// The fields behind parameters, by the ids of the parameters.
    fn fields(&self, controls: &[&Control]) -> Value {
        let field = |control: &&Control| (control.name.to_string(), json!([{"name": control.field}]));
        Value::Object(controls.iter().map(field).collect())
    }

    fn dashcard(&self, dashcard: &Dashcard<'_>) -> Value {
        let Element { title, width, .. } = dashcard.element;
        let (settings, card) = match &dashcard.element.show {
            Show::Text(text) => {
                let text = text.markdown_read_by(&self.reader);
                (json!({"text": text, "virtual_card": {"display": "text"}}), Value::Null)
            }
            Show::Data(data) => {
                (json!({"card.title": title.read_by(&self.reader)}), Value::Object(self.card(dashcard, data)))
            }
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

    /// A card. What it asks is not told: only what it draws.
    fn card(&self, dashcard: &Dashcard<'_>, data: &DataElement) -> Map<String, Value> {
        let body = json!({
            "id": dashcard.card(),
            "entity_id": entity_id(&dashcard.element.known_as),
            "name": dashcard.element.title.read_by(&self.reader),
            "description": null,
            "display": display(&data.chart),
            "visualization_settings": {},
            "dataset_query": {"type": "query", "query": {}},
        });
        match body {
            Value::Object(body) => body,
            _ => Map::new(),
        }
    }
}

/// What Metabase calls a chart.
const fn display(chart: &Chart) -> &'static str {
    match chart {
        Chart::Kpi(_) => "scalar",
        Chart::Line(_) => "line",
        Chart::Area(_) => "area",
        Chart::Bar(_) => "bar",
        Chart::Scatter(_) => "scatter",
        Chart::Pie(_) => "pie",
        Chart::Funnel(_) => "funnel",
        Chart::Gauge(_) => "gauge",
        Chart::Pivot(_) => "pivot",
        // Metabase has no heatmap: there it is a table.
        Chart::Heatmap(_) | Chart::Table(_) => "table",
    }
}
