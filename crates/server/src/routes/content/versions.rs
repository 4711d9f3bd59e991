//! Versions by number: what a workbook showed, what changed between two of them, and back to an earlier one.

use super::drafts::{latest, put};
use super::{allow, published};
use crate::app::App;
use crate::audit;
use crate::callers::Viewer;
use crate::page::{Page as ListPage, Paging, Parameters};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use authz::permit::SaveContent;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use chrono::{DateTime, Utc};
use model::difference::{FieldChange, changed_fields};
use model::name::{WorkbookId, WorkbookName};
use model::personal::PersonalText;
use model::workbook::{Page, VersionBody};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// A version that was published once.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Version)]
pub(super) struct VersionAnswer {
    /// From 1 on; the highest is the published one.
    number: u64,
    /// Since when it was published.
    made_at: DateTime<Utc>,
    /// The id of the member who published it; absent: it came with files.
    #[serde(skip_serializing_if = "Option::is_none")]
    made_by: Option<String>,
}

/// A page of versions.
#[derive(Serialize, ToSchema)]
#[schema(as = Versions)]
pub(super) struct VersionsAnswer {
    /// The latest first.
    items: Vec<VersionAnswer>,
    /// Behind which the next page begins; absent: this is the last one.
    next: Option<String>,
}

/// What a version showed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VersionBody)]
pub(super) struct BodyAnswer {
    /// As in files of workbooks.
    #[schema(value_type = Value)]
    title: PersonalText,
    /// As in files of workbooks.
    #[schema(value_type = Vec<Object>)]
    pages: Vec<Page>,
}

/// What changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VersionChanges)]
pub(super) struct ChangesAnswer {
    /// In the order of the fields; none: the two show the same.
    items: Vec<ChangeAnswer>,
}

/// A field that is different.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VersionChange)]
struct ChangeAnswer {
    /// Items of lists by their names, such as `pages.overview.elements.total.width`; `order`: only the order of a list.
    field: String,
    /// What it was; null: nothing.
    #[schema(value_type = Value)]
    before: Value,
    /// What it is; null: nothing.
    #[schema(value_type = Value)]
    after: Value,
}

/// With what a version is compared.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Compared {
    /// The number of a version, or `draft`; the version before without it.
    since: Option<String>,
}

/// The versions of a workbook that were published, for those who may change it.
#[utoipa::path(
    get, operation_id = "list_versions", path = "/api/v1/workbooks/{workbook}/versions", tag = "content",
    params(("workbook" = String, Path), Paging),
    responses((status = 200, body = VersionsAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn list(
    viewer: Viewer,
    State(app): State<App>,
    Named(name): Named<WorkbookName>,
    Parameters(paging): Parameters<Paging>,
) -> Result<Json<VersionsAnswer>, Problem> {
    let warrant = allow::<SaveContent>(&app, &viewer, &name.clone().into()).await?;
    let (limit, after) = (paging.limit()?, paging.after()?);
    let before = match after.as_str() {
        "" => u64::MAX,
        number => number.parse().map_err(|_| Paging::not_a_cursor())?,
    };
    audit::reading_content(&app, &viewer, &warrant, name.as_str(), "versions_listed").await?;
    let (id, _) = published(&viewer, &name)?;
    let found = app.store.versions(id, before, limit + 1).await?;
    let told = found.into_iter().map(|version| {
        let (number, made_at, made_by) = (version.number, version.made_at, version.maker.map(|id| id.to_string()));
        (VersionAnswer { number, made_at, made_by }, number.to_string())
    });
    let ListPage { items, next } = ListPage::of(told.collect(), limit);
    Ok(Json(VersionsAnswer { items, next }))
}

/// What a version showed.
#[utoipa::path(
    get, operation_id = "show_version", path = "/api/v1/workbooks/{workbook}/versions/{version}", tag = "content",
    params(("workbook" = String, Path), ("version" = u64, Path)),
    responses((status = 200, body = BodyAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn show(
    viewer: Viewer,
    State(app): State<App>,
    Named((name, number)): Named<(WorkbookName, u64)>,
) -> Result<Json<BodyAnswer>, Problem> {
    let warrant = allow::<SaveContent>(&app, &viewer, &name.clone().into()).await?;
    audit::reading_content(&app, &viewer, &warrant, name.as_str(), "version_read").await?;
    let (id, _) = published(&viewer, &name)?;
    let VersionBody { title, pages } = body(&app, id, number).await?;
    Ok(Json(BodyAnswer { title, pages }))
}

/// What a version changed since another one, or since the draft.
#[utoipa::path(
    get, operation_id = "compare_versions", path = "/api/v1/workbooks/{workbook}/versions/{version}/changes",
    tag = "content", params(("workbook" = String, Path), ("version" = u64, Path), Compared),
    responses((status = 200, body = ChangesAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn changes(
    viewer: Viewer,
    State(app): State<App>,
    Named((name, number)): Named<(WorkbookName, u64)>,
    Parameters(compared): Parameters<Compared>,
) -> Result<Json<ChangesAnswer>, Problem> {
    let warrant = allow::<SaveContent>(&app, &viewer, &name.clone().into()).await?;
    audit::reading_content(&app, &viewer, &warrant, name.as_str(), "versions_compared").await?;
    let (id, _) = published(&viewer, &name)?;
    let after = body(&app, id, number).await?;
    let before = match compared.since.as_deref() {
        Some("draft") => Some(app.store.draft(id).await?.ok_or(Problem::NotFound)?.body),
        Some(text) => {
            let since = text.parse().map_err(|_| Problem::Invalid {
                code: "invalid_parameter",
                detail: "`since`: expected the number of a version, or `draft`".to_owned(),
            })?;
            Some(body(&app, id, since).await?)
        }
        None if number > 1 => Some(body(&app, id, number - 1).await?),
        None => None,
    };
    let told = |FieldChange { field, before, after }| ChangeAnswer { field, before, after };
    let changes = match before {
        Some(before) => changed_fields(&before, &after),
        None => changed_fields(&serde_json::json!({}), &after),
    };
    Ok(Json(ChangesAnswer { items: changes.into_iter().map(told).collect() }))
}

/// Makes a draft of what a version showed, to be published again. A draft that there is needs `If-Match`.
#[utoipa::path(
    post, operation_id = "restore_version", path = "/api/v1/workbooks/{workbook}/versions/{version}/restore",
    tag = "content",
    params(
        ("workbook" = String, Path), ("version" = u64, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the draft that is written over."),
    ),
    responses((status = 200, body = super::drafts::DraftAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn restore(
    viewer: Viewer,
    State(app): State<App>,
    Named((name, number)): Named<(WorkbookName, u64)>,
    mut headers: HeaderMap,
) -> Result<Response, Problem> {
    let warrant = allow::<SaveContent>(&app, &viewer, &name.clone().into()).await?;
    let (id, _) = published(&viewer, &name)?;
    let body = body(&app, id, number).await?;
    if !headers.contains_key("if-match") {
        headers.insert("if-none-match", axum::http::HeaderValue::from_static("*"));
    }
    let event = audit::changing(&app, &viewer, &warrant, name.as_str(), "version_restored");
    put(&app, &viewer, id, (&body, latest(&app, id).await?), &headers, event).await
}

/// What a version showed, if there is such a version.
pub(super) async fn body(app: &App, id: &WorkbookId, number: u64) -> Result<VersionBody, Problem> {
    app.store.version(id, number).await?.ok_or(Problem::NotFound)
}
