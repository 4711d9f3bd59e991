//! Bookmarks: the state of somebody's filters of a workbook. They hold no rows, and open nothing.

use super::shelf::{id_of, member, whole};
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::Viewer;
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::requests::{made_before, once};
use authz::decide;
use authz::permit::{Action, KeepBookmark, Permit, ShareBookmark, ViewContent};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use model::name::{BookmarkId, ControlName, PageName};
use model::workbook::VersionName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use store::bookmarks::Bookmark;
use utoipa::ToSchema;

/// The state of somebody's filters.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Filters)]
pub(super) struct Filters {
    /// The page that was open.
    page: PageName,
    /// Values by control. Whoever opens the bookmark sets those that they may set.
    #[schema(value_type = BTreeMap<String, Vec<Value>>)]
    controls: BTreeMap<ControlName, Vec<Value>>,
}

/// A bookmark to be kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBookmark)]
pub(super) struct NewBookmark {
    /// For people, 1 to 100 characters.
    title: String,
    state: Filters,
    /// Whether everybody who sees the workbook sees it. Needs `share_bookmarks`.
    #[serde(default)]
    shared: bool,
}

/// A bookmark.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bookmark)]
pub(super) struct BookmarkAnswer {
    id: String,
    title: String,
    state: Filters,
    shared: bool,
    /// Whether it is the caller's own.
    own: bool,
    made_at: DateTime<Utc>,
}

/// Bookmarks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Bookmarks)]
pub(super) struct BookmarksAnswer {
    /// By title.
    items: Vec<BookmarkAnswer>,
}

/// The caller's bookmarks of a workbook, and those that others share.
#[utoipa::path(
    get, operation_id = "list_bookmarks", path = "/api/v1/workbooks/{workbook}/bookmarks",
    params(("workbook" = String, Path)),
    responses((status = 200, body = BookmarksAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn list(
    viewer: Viewer,
    State(app): State<App>,
    Named(name): Named<VersionName>,
) -> Result<Json<BookmarksAnswer>, Problem> {
    let name = viewer.version(name);
    let permit = allowed::<ViewContent>(&app, &viewer, &name).await?;
    let member = member(&viewer)?;
    audit::allowed(&app, &viewer, &whole(&name), &permit).await?.complete(0, 0);
    let found = app.store.bookmarks(id_of(&viewer, &name)?, member).await?;
    let told = found.into_iter().filter_map(|bookmark| {
        let state = serde_json::from_value(bookmark.state.clone()).ok()?;
        Some(answer(bookmark, state, &viewer))
    });
    Ok(Json(BookmarksAnswer { items: told.collect() }))
}

/// Keeps the state of the caller's filters. At most a hundred of one workbook.
#[utoipa::path(
    post, operation_id = "make_bookmark", path = "/api/v1/workbooks/{workbook}/bookmarks",
    request_body = NewBookmark,
    params(
        ("workbook" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 200 printable characters."),
    ),
    responses(
        (status = 200, body = BookmarkAnswer, description = "An equal request has made it before."),
        (status = 201, body = BookmarkAnswer),
        (status = "default", body = ProblemBody),
    ),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn make(
    viewer: Viewer,
    State(app): State<App>,
    Named(name): Named<VersionName>,
    headers: HeaderMap,
    Definition(body): Definition,
) -> Result<Response, Problem> {
    let name = viewer.version(name);
    let once = once(&headers, &viewer, &format!("bookmark {name} {body}"))?;
    let new: NewBookmark = of_json(body)?;
    let permit = allowed::<KeepBookmark>(&app, &viewer, &name).await?;
    if new.shared {
        drop(allowed::<ShareBookmark>(&app, &viewer, &name).await?);
    }
    new.fits(&viewer, &name)?;
    let (owner, workbook) = (member(&viewer)?.clone(), id_of(&viewer, &name)?.clone());
    if let Some(id) = made_before(&app, once.as_ref()).await? {
        let kept = app.store.bookmarks(&workbook, &owner).await?;
        let kept = kept.into_iter().find(|bookmark| bookmark.id.as_str() == id).ok_or(Problem::NotFound)?;
        return Ok(Json(answer(kept, new.state, &viewer)).into_response());
    }
    let state = serde_json::to_value(&new.state).map_err(|_| Problem::Internal)?;
    let (title, shared, made_at) = (new.title, new.shared, app.clock.now());
    let bookmark = Bookmark { id: store::new_bookmark_id()?, workbook, owner, title, state, shared, made_at };
    let event = audit::keeping(&app, &viewer, &whole(&name), &permit, "bookmark_made");
    if !app.store.make_bookmark(&bookmark, once.as_ref(), event).await? {
        let detail = "you keep a hundred bookmarks of this workbook: delete one first".to_owned();
        return Err(Problem::Conflict { code: "too_many_bookmarks", detail });
    }
    Ok((StatusCode::CREATED, Json(answer(bookmark, new.state, &viewer))).into_response())
}

/// Deletes a bookmark of one's own.
#[utoipa::path(
    delete, operation_id = "delete_bookmark", path = "/api/v1/workbooks/{workbook}/bookmarks/{bookmark}",
    params(("workbook" = String, Path), ("bookmark" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn remove(
    viewer: Viewer,
    State(app): State<App>,
    Named((name, id)): Named<(VersionName, BookmarkId)>,
) -> Result<StatusCode, Problem> {
    let name = viewer.version(name);
    let permit = allowed::<KeepBookmark>(&app, &viewer, &name).await?;
    let event = audit::keeping(&app, &viewer, &whole(&name), &permit, "bookmark_deleted");
    let (owner, workbook) = (member(&viewer)?, id_of(&viewer, &name)?);
    if app.store.delete_bookmark(workbook, &id, owner, event).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::NotFound)
    }
}

async fn allowed<A: Action>(app: &App, viewer: &Viewer, name: &VersionName) -> Result<Permit<A>, Problem> {
    let resource = whole(name);
    match decide::<A>(&viewer.principal, &viewer.organization.snapshot, &resource) {
        Ok(permit) => Ok(permit),
        Err(denial) => Err(audit::denied::<A>(app, viewer, &resource, &denial).await?),
    }
}

fn answer(bookmark: Bookmark, state: Filters, viewer: &Viewer) -> BookmarkAnswer {
    let own = viewer.principal.member() == Some(&bookmark.owner);
    let Bookmark { id, title, shared, made_at, .. } = bookmark;
    BookmarkAnswer { id: id.to_string(), title, state, shared, own, made_at }
}

impl NewBookmark {
    /// Whether page and controls are there.
    fn fits(&self, viewer: &Viewer, name: &VersionName) -> Result<(), Problem> {
        let invalid = |detail: String| Err(Problem::Invalid { code: "invalid_member", detail });
        if !(1..=100).contains(&self.title.chars().count()) || self.title.chars().any(char::is_control) {
            return invalid("`title`: expected 1 to 100 characters".to_owned());
        }
        let workbook = viewer.organization.snapshot.workbooks.named(name).ok_or(Problem::NotFound)?;
        let Some(page) = workbook.pages.iter().find(|page| page.name == self.state.page) else {
            return invalid("`state.page`: expected a page of the workbook".to_owned());
        };
        let is_there = |control: &&ControlName| page.controls.iter().any(|one| one.name == **control);
        match self.state.controls.keys().find(|control| !is_there(control)) {
            Some(control) => invalid(format!("`state.controls.{control}`: expected a control of the page")),
            None => Ok(()),
        }
    }
}
