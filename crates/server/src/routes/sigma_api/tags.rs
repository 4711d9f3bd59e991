//! Tags. Sigma's are the organization's and have ids; here each workbook has its own, and one name is one id.

use super::asked::Asked;
use super::inode;
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::content::tags;
use crate::routes::shelf::whole;
use crate::routes::written::{invalid, needed, written};
use crate::{audit, routes};
use authz::decide;
use authz::permit::ViewContent;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::name::{TagName, WorkbookName};
use model::snapshot::Kind;
use model::workbook::VersionName;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A tag as it is written here: addresses of embeds ignore case, too.
pub(super) fn name_of(text: &str) -> Result<TagName, Problem> {
    let expected = "expected the name of a tag: letters, digits, hyphens and underscores";
    TagName::new(text.to_ascii_lowercase()).map_err(|_| invalid("tag", expected))
}

fn told(tag: &str) -> Value {
    json!({"versionTagId": tag, "name": tag})
}

/// The tags of the workbooks' versions that the caller sees.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    audit::listing(&app, &caller.viewer).await?;
    let tags: BTreeSet<&str> = seen(&caller.viewer).filter_map(|name| Some(name.tag.as_ref()?.as_str())).collect();
    Ok(Json(asked.list(tags.into_iter().map(told).collect())?))
}

/// The versions under tags that the caller sees.
fn seen(viewer: &Viewer) -> impl Iterator<Item = &VersionName> {
    let snapshot = &viewer.organization.snapshot;
    let tagged = snapshot.workbooks.iter().map(|(_, name, _)| name).filter(|name| name.tag.is_some());
    tagged.filter(move |name| decide::<ViewContent>(&viewer.principal, snapshot, &whole(name)).is_ok())
}

/// The workbooks with that tag.
pub(super) async fn workbooks(
    caller: Program,
    State(app): State<App>,
    Named(tag): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    audit::listing(&app, &caller.viewer).await?;
    let viewer = &caller.viewer;
    let versions: Vec<&VersionName> =
        seen(viewer).filter(|name| name.tag.as_ref().is_some_and(|own| own.as_str() == tag)).collect();
    if versions.is_empty() {
        return Err(Problem::NotFound);
    }
    let told = versions.into_iter().filter_map(|name| {
        let id = viewer.organization.ids.get(Kind::Workbook, name.workbook.as_str())?;
        let workbook = viewer.organization.snapshot.workbooks.named(name)?;
        Some(json!({"workbookId": id, "name": workbook.title.read_by(&viewer.reader()), "versionTagId": tag}))
    });
    Ok(Json(asked.list(told.collect())?))
}

/// The tags of one workbook that the caller sees.
pub(super) async fn of_workbook(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let name = workbook(&caller.viewer, &id)?;
    let Json(found) = tags::list(caller.viewer, State(app), Named(name)).await?;
    let found = serde_json::to_value(found).map_err(|_| Problem::Internal)?;
    let items = found.get("items").and_then(Value::as_array).into_iter().flatten();
    let named = items.filter_map(|item| item.get("tag")?.as_str());
    let told = named.map(|tag| json!({"versionTagId": tag, "tagName": tag, "workbookId": id}));
    Ok(Json(asked.list(told.collect())?))
}

fn workbook(viewer: &Viewer, id: &str) -> Result<WorkbookName, Problem> {
    inode::workbook_called(viewer, id).ok_or(Problem::NotFound)
}

/// Puts a tag on what is published of a workbook, whatever it was on before.
pub(super) async fn set(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["workbookId", "tag"], &[])?;
    let (id, tag) = (needed(&sent, "workbookId")?, name_of(needed(&sent, "tag")?)?);
    let name = workbook(&caller.viewer, id)?;
    let told = json!({"workbookId": id, "versionTagId": tag, "tagName": tag});
    let published = Definition(json!({}));
    let _: StatusCode = tags::set(caller.author(), State(app), Named((name, tag)), published).await?;
    Ok(Json(told))
}

/// Takes a tag off a workbook, with what was granted on it.
pub(super) async fn remove(
    caller: Program,
    State(app): State<App>,
    Named((id, tag)): Named<(String, String)>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let name = workbook(&caller.viewer, &id)?;
    // As it reads to somebody who may not: what is no name is no tag either.
    let version = VersionName::from(&name);
    drop(routes::workbook::answer(&app, &caller.viewer, version).await?);
    let tag = TagName::new(tag).map_err(|_| Problem::NotFound)?;
    let _: StatusCode = tags::remove(caller.author(), State(app), Named((name, tag))).await?;
    Ok(Json(json!({})))
}
