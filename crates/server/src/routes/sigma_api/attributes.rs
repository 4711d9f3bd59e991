//! User attributes: what there are.

use super::asked::Asked;
use super::names::of_sigma;
use crate::app::App;
use crate::body::{Definition, of_json};
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::noun;
use crate::routes::attribute_text;
use crate::routes::written::{invalid, needed, text, written};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use model::attribute::{AttributeDefinition, AttributeKind};
use model::snapshot::Kind;
use serde_json::{Map, Value, json};

const WRITABLE: [&str; 3] = ["name", "description", "defaultValue"];

/// What of an attribute is told, and cannot be written.
const TOLD: [&str; 5] = ["userAttributeId", "createdBy", "updatedBy", "createdAt", "updatedAt"];

/// An attribute. Values are texts there, whatever their type here.
fn told(id: &str, definition: &AttributeDefinition) -> Value {
    let AttributeDefinition { name, description, default, .. } = definition;
    let default = default.as_ref().and_then(value);
    json!({ "userAttributeId": id, "name": name, "description": description, "defaultValue": default })
}

/// A value, as it is told.
pub(super) fn value(value: &Value) -> Option<Value> {
    attribute_text::told(value).map(|text| json!({ "type": "string", "val": text }))
}

/// A value that is sent as `field`.
pub(super) fn read(definition: &AttributeDefinition, field: &str, sent: Option<&Value>) -> Result<Value, Problem> {
    let expected = || invalid(field, "expected `{\"type\": \"string\", \"val\": …}` with a text");
    let members = sent.and_then(Value::as_object).ok_or_else(expected)?;
    let known = members.keys().all(|name| ["type", "val"].contains(&name.as_str()));
    let is_text = members.get("type") == Some(&json!("string"));
    let text = members.get("val").filter(|text| known && is_text && text.is_string()).ok_or_else(expected)?;
    attribute_text::read(definition, field, text)
}

/// The attribute of an id.
pub(super) fn attribute<'a>(viewer: &'a Viewer, id: &str) -> Option<&'a AttributeDefinition> {
    let name = viewer.organization.ids.name(Kind::Attribute, id)?;
    viewer.organization.definitions.attributes.iter().find(|definition| definition.name.as_str() == name)
}

/// The attributes.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let all = noun::every::<AttributeDefinition>(&app, &caller.viewer).await?;
    asked.list(all.iter().map(|(id, definition)| told(id, definition)).collect()).map(Json)
}

/// One of them.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let definition = noun::read::<AttributeDefinition>(&app, &caller.viewer, &id).await?;
    Ok(Json(told(&id, &definition)))
}

/// Makes one, of texts.
pub(super) async fn make(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &WRITABLE, &TOLD)?;
    let new = definition(&sent, json!({ "name": needed(&sent, "name")?, "type": AttributeKind::Text }))?;
    let (id, made, _) = noun::made::<AttributeDefinition>(&app, &caller, None, new).await.map_err(of_sigma)?;
    Ok(Json(told(&id, &made)))
}

/// Changes one. Its name stays.
pub(super) async fn change(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &WRITABLE, &TOLD)?;
    let before = noun::read::<AttributeDefinition>(&app, &caller.viewer, &id).await?;
    let patch = definition(&sent, serde_json::to_value(before).map_err(|_| Problem::Internal)?)?;
    let changed = noun::changed::<AttributeDefinition>(&app, &caller, &id, &HeaderMap::new(), patch).await;
    Ok(Json(told(&id, &changed.map_err(of_sigma)?)))
}

/// Deletes one.
pub(super) async fn remove(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    noun::remove::<AttributeDefinition>(&app, caller.administrator(), &id, &HeaderMap::new()).await?;
    Ok(Json(json!({})))
}

/// What was sent, as definitions say it, over what there is.
fn definition(sent: &Map<String, Value>, before: Value) -> Result<Value, Problem> {
    let Value::Object(mut after) = before else { return Err(Problem::Internal) };
    for name in ["name", "description"] {
        after.extend(text(sent, name)?.map(|text| (name.to_owned(), text.into())));
    }
    if let Some(default) = sent.get("defaultValue") {
        let default = if default.is_null() {
            Value::Null
        } else {
            let typed = of_json::<AttributeDefinition>(Value::Object(after.clone())).map_err(of_sigma)?;
            read(&typed, "defaultValue", Some(default))?
        };
        after.insert("default".to_owned(), default);
    }
    Ok(Value::Object(after))
}
