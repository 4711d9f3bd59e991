//! User attributes: what there are.

use super::asked::Asked;
use super::value;
use crate::app::App;
use crate::body::{Definition, of_json};
use crate::callers::Program;
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::noun;
use crate::routes::written::{expect_only, invalid, needed, text, written};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use model::attribute::AttributeDefinition;
use serde_json::{Map, Value, json};

/// What can be written of one. Some of it has one value only here.
const WRITABLE: [&str; 7] =
    ["name", "label", "type", "default_value", "value_is_hidden", "user_can_view", "user_can_edit"];

/// What is told of one, and cannot be written.
const TOLD: [&str; 5] = ["can", "id", "is_system", "is_permanent", "hidden_value_domain_whitelist"];

/// An attribute. Nobody sees or changes values of their own by themselves.
fn told(id: &str, definition: &AttributeDefinition) -> Value {
    let AttributeDefinition { name, kind, description, default, .. } = definition;
    let label = if description.is_empty() { name.as_str() } else { description };
    json!({
        "id": id,
        "name": name,
        "label": label,
        "type": value::kind_told(*kind),
        "default_value": default.as_ref().and_then(value::told),
        "is_system": false,
        "is_permanent": false,
        "value_is_hidden": false,
        "user_can_view": false,
        "user_can_edit": false,
    })
}

/// The attributes.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let all = noun::every::<AttributeDefinition>(&app, &caller.viewer).await?;
    Ok(Json(asked.list(all.iter().map(|(id, definition)| told(id, definition)).collect())?))
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
    Ok(Json(asked.told(told(&id, &definition))))
}

/// Makes one.
pub(super) async fn make(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = sent(body)?;
    needed(&sent, "name")?;
    let kind = value::kind_read(needed(&sent, "type")?)?;
    let new = definition(&sent, &json!({ "name": sent.get("name"), "type": kind }))?;
    let (id, definition, _) = noun::made::<AttributeDefinition>(&app, caller, None, new).await?;
    Ok(Json(asked.told(told(&id, &definition))))
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
    let sent = sent(body)?;
    let before = noun::read::<AttributeDefinition>(&app, &caller.viewer, &id).await?;
    let before = serde_json::to_value(before).map_err(|_| Problem::Internal)?;
    let patch = definition(&sent, &before)?;
    let definition = noun::changed::<AttributeDefinition>(&app, caller, &id, &HeaderMap::new(), patch).await?;
    Ok(Json(asked.told(told(&id, &definition))))
}

/// Removes one.
pub(super) async fn remove(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
) -> Result<Response, Problem> {
    noun::remove::<AttributeDefinition>(&app, caller.administrator(), &id, &HeaderMap::new()).await
}

fn sent(body: Value) -> Result<Map<String, Value>, Problem> {
    let sent = written(body, &WRITABLE, &TOLD)?;
    expect_only(&sent, "value_is_hidden", &json!(false), "values are told to whoever administers members")?;
    expect_only(&sent, "user_can_edit", &json!(false), "nobody sets values of their own")?;
    match sent.get("user_can_view") {
        None | Some(Value::Null | Value::Bool(_)) => Ok(sent),
        Some(_) => Err(invalid("user_can_view", "expected true or false")),
    }
}

/// What was sent, as definitions say it, over what there is.
fn definition(sent: &Map<String, Value>, before: &Value) -> Result<Value, Problem> {
    let mut after = before.as_object().cloned().unwrap_or_default();
    if let Some(name) = text(sent, "name")? {
        after.insert("name".to_owned(), name.into());
    }
    if let Some(label) = text(sent, "label")? {
        after.insert("description".to_owned(), label.into());
    }
    // Dates are told as instants are: whoever sends back what they have read changes nothing.
    let told = after.get("type").cloned().and_then(|kind| serde_json::from_value(kind).ok()).map(value::kind_told);
    if let Some(kind) = text(sent, "type")?.filter(|kind| told != Some(kind)) {
        after.insert("type".to_owned(), json!(value::kind_read(kind)?));
    }
    if let Some(default) = sent.get("default_value") {
        let typed = of_json::<AttributeDefinition>(Value::Object(after.clone()))?;
        after.insert("default".to_owned(), value::read(&typed, "default_value", default)?);
    }
    Ok(Value::Object(after))
}
