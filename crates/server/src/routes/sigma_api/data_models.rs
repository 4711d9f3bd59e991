//! Data models: models, whose explores are the elements that questions are asked of.

use super::asked::Asked;
use super::data;
use super::{inode, organization};
use crate::app::App;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::catalogue;
use axum::Json;
use axum::extract::State;
use model::access::Granted;
use model::name::ModelName;
use serde_json::{Value, json};

/// Those that the caller sees.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let seen = data::seen(&app, &caller.viewer).await?;
    Ok(Json(asked.list(seen.models.keys().filter_map(|name| told(&caller.viewer, name)).collect())?))
}

/// One of them.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let name = found(&app, &caller.viewer, &id).await?;
    Ok(Json(told(&caller.viewer, &name).ok_or(Problem::NotFound)?))
}

/// The model of that id, if it is there for the caller.
async fn found(app: &App, viewer: &Viewer, id: &str) -> Result<ModelName, Problem> {
    let seen = data::seen(app, viewer).await?;
    match inode::found(viewer, id) {
        Some(Granted::Model(name)) if seen.models.contains_key(&name) => Ok(name),
        _ => Err(Problem::NotFound),
    }
}

fn told(viewer: &Viewer, name: &ModelName) -> Option<Value> {
    let model = viewer.organization.definitions.models.get(name)?;
    Some(json!({
        "dataModelId": inode::id(viewer, &Granted::Model(name.clone()))?,
        "organizationId": organization::id(viewer),
        "name": name,
        "connectionId": inode::id(viewer, &Granted::Connection(model.connection.clone()))?,
    }))
}

/// Its explores that the caller may ask questions of.
pub(super) async fn elements(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let name = found(&app, &caller.viewer, &id).await?;
    let all = catalogue::every(&app, &caller.viewer).await?;
    let own = all.iter().filter(|(path, ..)| path.model == name);
    let told = own.map(|(path, explore, _)| json!({"elementId": path.explore, "name": explore.title, "type": "table"}));
    Ok(Json(asked.list(told.collect())?))
}

/// Their fields that exist for the caller.
pub(super) async fn columns(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let name = found(&app, &caller.viewer, &id).await?;
    let mut told = Vec::new();
    for (path, _, offered) in catalogue::every(&app, &caller.viewer).await? {
        let own = offered.fields.iter().filter(|_| path.model == name);
        told.extend(own.map(|column| {
            json!({
                "columnId": format!("{}/{}", path.explore, column.name),
                "elementId": path.explore,
                "name": column.name,
                "label": column.label,
            })
        }));
    }
    Ok(Json(asked.list(told)?))
}
