//! Models and explores of which the caller may ask questions, as far as each exists for them.

use super::asked::Asked;
use crate::app::App;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::catalogue;
use axum::Json;
use axum::extract::State;
use model::name::ExploreName;
use model::semantic::{Explore, ExplorePath};
use model::value::ColumnType;
use query::{Offered, OutputColumn};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The names of the models.
pub(super) async fn names(app: &App, viewer: &Viewer) -> Result<Vec<String>, Problem> {
    let mut names: Vec<String> =
        catalogue::every(app, viewer).await?.iter().map(|(path, ..)| path.model.to_string()).collect();
    names.dedup();
    Ok(names)
}

/// The models, each with its explores.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&["exclude_empty", "exclude_hidden", "include_internal", "include_self_service"])?;
    Ok(Json(asked.list(every(&app, &caller.viewer).await?.into_values().collect())?))
}

/// One of them.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(name): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let found = every(&app, &caller.viewer).await?.remove(&name);
    Ok(Json(asked.told(found.ok_or(Problem::NotFound)?)))
}

async fn every(app: &App, viewer: &Viewer) -> Result<BTreeMap<String, Value>, Problem> {
    let mut models: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (path, explore, _) in catalogue::every(app, viewer).await? {
        let told = json!({"name": path.explore, "label": label(explore, &path.explore), "hidden": false});
        models.entry(path.model.to_string()).or_default().push(told);
    }
    let told = |(name, explores): (String, Vec<Value>)| {
        let model = json!({"name": name, "label": name, "explores": explores});
        (name, model)
    };
    Ok(models.into_iter().map(told).collect())
}

/// An explore with its fields, each by the name that queries have for it.
pub(super) async fn explore(
    caller: Program,
    State(app): State<App>,
    Named((model, explore)): Named<(String, String)>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&["add_drills_metadata"])?;
    let all = catalogue::every(&app, &caller.viewer).await?;
    let is_it = |path: &ExplorePath| path.model.as_str() == model && path.explore.as_str() == explore;
    let (path, explore, offered) = all.into_iter().find(|(path, ..)| is_it(path)).ok_or(Problem::NotFound)?;
    Ok(Json(asked.told(told(&path, explore, &offered))))
}

fn told(path: &ExplorePath, explore: &Explore, offered: &Offered) -> Value {
    let (measures, dimensions): (Vec<_>, Vec<_>) = offered.fields.iter().partition(|column| column.is_measure);
    let fields = |columns: Vec<&OutputColumn>, category: &str| -> Vec<Value> {
        columns.into_iter().map(|column| field(&path.explore, column, category)).collect()
    };
    let title = label(explore, &path.explore);
    json!({
        "id": format!("{}::{}", path.model, path.explore),
        "name": path.explore,
        "label": title,
        "title": title,
        "model_name": path.model,
        "view_name": path.explore,
        "hidden": false,
        "fields": {
            "dimensions": fields(dimensions, "dimension"),
            "measures": fields(measures, "measure"),
            "filters": [],
            "parameters": [],
        },
    })
}

fn field(explore: &ExploreName, column: &OutputColumn, category: &str) -> Value {
    let (kind, is_numeric) = match column.kind {
        ColumnType::Text => ("string", false),
        ColumnType::Integer | ColumnType::Decimal { .. } => ("number", true),
        ColumnType::Boolean => ("yesno", false),
        ColumnType::Date => ("date_date", false),
        ColumnType::Timestamp => ("date_time", false),
    };
    json!({
        "name": format!("{explore}.{}", column.name),
        "label": column.label,
        "label_short": column.label,
        "category": category,
        "type": kind,
        "is_numeric": is_numeric,
        "measure": category == "measure",
        "hidden": false,
        "view": explore,
    })
}

fn label<'a>(explore: &'a Explore, name: &'a ExploreName) -> &'a str {
    if explore.title.is_empty() { name.as_str() } else { &explore.title }
}
