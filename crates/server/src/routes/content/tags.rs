//! Tags: versions that people see beside the published one, each shared by itself.

use super::drafts::latest;
use super::versions::body;
use super::{allow, permitted, published};
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::{Author, Viewer};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::routes::administration::edit::{self, Plan};
use crate::routes::administration::nouns::without_grants;
use crate::routes::shelf::whole;
use authz::decide;
use authz::permit::{TagContent, ViewContent};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::access::Granted;
use model::item::Item;
use model::name::{TagName, WorkbookName};
use model::snapshot::Kind;
use model::workbook::{TagPath, VersionName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::Change;
use utoipa::ToSchema;

/// Tags of a workbook.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tags)]
pub(in crate::routes) struct TagsAnswer {
    /// By name.
    items: Vec<TagAnswer>,
}

/// A tag.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tag)]
struct TagAnswer {
    #[schema(value_type = String)]
    tag: TagName,
    /// The version as it stands in addresses: `sales@production`.
    #[schema(value_type = String)]
    name: VersionName,
}

/// What a tag is put on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Tagged)]
pub(super) struct Tagged {
    /// The number of a version; absent: the published one.
    #[serde(default)]
    version: Option<u64>,
}

/// The tags of a workbook that the caller sees.
#[utoipa::path(
    get, operation_id = "list_tags_of_workbook", path = "/api/v1/workbooks/{workbook}/tags", tag = "content",
    params(("workbook" = String, Path)),
    responses((status = 200, body = TagsAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(in crate::routes) async fn list(
    viewer: Viewer,
    State(app): State<App>,
    Named(name): Named<WorkbookName>,
) -> Result<Json<TagsAnswer>, Problem> {
    let snapshot = &viewer.organization.snapshot;
    let sees = |version: &VersionName| decide::<ViewContent>(&viewer.principal, snapshot, &whole(version)).is_ok();
    let tags = snapshot.workbooks.iter().filter(|(_, version, _)| version.workbook == name && version.tag.is_some());
    let seen = tags
        .filter(|(_, version, _)| sees(version))
        .filter_map(|(_, version, _)| Some(TagAnswer { tag: version.tag.clone()?, name: version.clone() }));
    let items: Vec<TagAnswer> = seen.collect();
    // Whoever sees no version of it is not told that there are no tags.
    let seen = items.first().map_or_else(|| name.clone().into(), |tag| tag.name.clone());
    let warrant = allow::<ViewContent>(&app, &viewer, &seen).await?;
    audit::reading_content(&app, &viewer, &warrant, name.as_str(), "tags_listed").await?;
    Ok(Json(TagsAnswer { items }))
}

/// Puts a tag on a version, whatever it was on before. What was granted on the tag stays.
#[utoipa::path(
    put, operation_id = "set_tag", path = "/api/v1/workbooks/{workbook}/tags/{tag}", tag = "content",
    request_body = Tagged, params(("workbook" = String, Path), ("tag" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(in crate::routes) async fn set(
    author: Author,
    State(app): State<App>,
    Named((name, tag)): Named<(WorkbookName, TagName)>,
    Definition(tagged): Definition,
) -> Result<StatusCode, Problem> {
    drop(allow::<TagContent>(&app, &author.viewer, &name.clone().into()).await?);
    let Tagged { version } = of_json(tagged)?;
    let (id, _) = published(&author.viewer, &name)?;
    let number = match version {
        Some(number) => number,
        None => latest(&app, id).await?,
    };
    let unknown = || {
        let detail = "`version`: expected the number of a version of the workbook".to_owned();
        Problem::Invalid { code: "invalid_member", detail }
    };
    let body = body(&app, id, number).await.map_err(|problem| match problem {
        Problem::NotFound => unknown(),
        problem => problem,
    })?;
    let path = TagPath { workbook: name.clone(), tag };
    edit::write(&app, author, None, |viewer| {
        let warrant = permitted::<TagContent>(viewer, &name.clone().into())?;
        let item = Item::new(Kind::Tag, path.to_string(), &body).map_err(|_| Problem::Internal)?;
        let mut after = viewer.organization.definitions.clone();
        after.tags.insert(path.clone(), body.clone());
        Ok(Plan {
            warrant,
            after,
            changes: vec![Change::from(item)],
            aside: None,
            secrets: BTreeMap::new(),
            resource: path.to_string(),
            event: "tag_set".to_owned(),
            fields: vec![format!("version {number}")],
            at: format!("workbooks/{path}.yaml: "),
        })
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a tag away, with what was granted on it.
#[utoipa::path(
    delete, operation_id = "remove_tag", path = "/api/v1/workbooks/{workbook}/tags/{tag}", tag = "content",
    params(("workbook" = String, Path), ("tag" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(in crate::routes) async fn remove(
    author: Author,
    State(app): State<App>,
    Named((name, tag)): Named<(WorkbookName, TagName)>,
) -> Result<StatusCode, Problem> {
    let path = TagPath { workbook: name.clone(), tag };
    edit::write(&app, author, None, |viewer| {
        let warrant = permitted::<TagContent>(viewer, &name.clone().into())?;
        let mut after = viewer.organization.definitions.clone();
        after.tags.remove(&path).ok_or(Problem::NotFound)?;
        let mut changes = vec![Change::gone(Kind::Tag, path.to_string())];
        changes.extend(without_grants(&mut after, |grant| grant.on == Granted::Tag(path.clone())));
        Ok(Plan {
            warrant,
            after,
            changes,
            aside: None,
            secrets: BTreeMap::new(),
            resource: path.to_string(),
            event: "tag_removed".to_owned(),
            fields: Vec::new(),
            at: "nothing stands there".to_owned(),
        })
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
