//! Queries of one's own, for those who may explore.

use super::asked::{Asked, invalid};
use super::content::lines;
use super::question::Question;
use crate::app::App;
use crate::asking::{ask, download};
use crate::body::Definition;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::present::{self, FileFormat};
use crate::problem::Problem;
use authz::Resource;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use model::query::Query;
use query::{Opened, column, download as plan_download, secure};
use serde_json::Value;
use std::collections::BTreeSet;

/// Gives a query an id. Whether it can be asked is decided when it is.
pub(super) async fn make(_: Program, asked: Asked, Definition(body): Definition) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    Ok(Json(asked.told(Question::read(body)?.told()?)))
}

/// The query of an id.
pub(super) async fn show(_: Program, Named(id): Named<String>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    Ok(Json(asked.told(Question::of_id(&id)?.told()?)))
}

/// The rows of the query of an id.
pub(super) async fn run(
    caller: Program,
    State(app): State<App>,
    Named((id, format)): Named<(String, String)>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect(&["limit"])?;
    let question = Question::of_id(&id)?.limited(asked.text("limit"))?;
    answer(&app, &caller.viewer, &question, &format).await
}

/// The rows of a query as it is sent.
pub(super) async fn run_inline(
    caller: Program,
    State(app): State<App>,
    Named(format): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Response, Problem> {
    asked.expect(&["limit"])?;
    let question = Question::read(body)?.limited(asked.text("limit"))?;
    answer(&app, &caller.viewer, &question, &format).await
}

async fn answer(app: &App, viewer: &Viewer, question: &Question, format: &str) -> Result<Response, Problem> {
    let path = question.explore().ok_or(Problem::NotFound)?;
    let (resource, catalog) = (Resource::Explore(path.clone()), &viewer.organization.catalog);
    let format = match format {
        "json" => {
            let limits = app.engine.limits();
            let secured = |opened: Opened| Ok(secure(catalog, &asked(viewer, question, &opened)?, &opened, limits)?);
            return lines(path.explore.as_str(), ask(app, viewer, &resource, secured).await?);
        }
        "csv" => FileFormat::Csv,
        "xlsx" => FileFormat::Xlsx,
        _ => return Err(invalid("result_format", "expected `json`, `csv` or `xlsx`")),
    };
    let secured = |opened: &Opened, permit: &_| {
        Ok(plan_download(catalog, &asked(viewer, question, opened)?, opened, permit, app.engine.limits())?)
    };
    let downloading = download(app, viewer, &resource, format, secured).await?;
    present::download(downloading, format.into(), path.explore.as_str()).await
}

/// The query, with what its fields are for whoever asks: those that are hidden from them are unknown.
fn asked(viewer: &Viewer, question: &Question, opened: &Opened) -> Result<Query, Problem> {
    let path = question.explore().ok_or(Problem::NotFound)?;
    let names: BTreeSet<_> = question.fields()?.into_iter().chain(question.filtered()?).collect();
    let columns = names.iter().map(|name| column(&viewer.organization.catalog, name, opened));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    question.query(path, &columns, viewer.time_zone(), |zone| viewer.today_in(zone))
}
