//! The workbooks that somebody sees, and which of them they like.

use crate::app::App;
use crate::audit;
use crate::callers::Viewer;
use crate::page::{Page, Paging, Parameters};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use authz::permit::ViewContent;
use authz::{Resource, decide};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::name::{MemberId, WorkbookId};
use model::workbook::{Place, VersionName, Workbook};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A workbook, as it stands on the shelf.
#[derive(Serialize, ToSchema)]
#[schema(as = ShelvedWorkbook)]
pub(super) struct Shelved {
    /// As it stands in addresses; behind `@` the tag of the version, if it is not the published one.
    #[schema(value_type = String)]
    name: VersionName,
    title: String,
    /// The workspace or folder it is in: `shop` or `shop/daily`.
    r#in: String,
    /// The id of the folder; null: it is in none.
    #[schema(required = true)]
    folder: Option<String>,
    /// Whether the caller likes it.
    favourite: bool,
}

/// A page of workbooks.
#[derive(Serialize, ToSchema)]
#[schema(as = Workbooks)]
pub(super) struct Shelf {
    /// By name.
    items: Vec<Shelved>,
    /// Behind which the next page begins; absent: this is the last one.
    next: Option<String>,
}

/// The workbooks that the caller may look at: those that `GET /api/v1/workbooks/{workbook}` would answer.
#[utoipa::path(
    get, operation_id = "list_workbooks", path = "/api/v1/workbooks", params(Paging),
    responses((status = 200, body = Shelf), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn list(
    viewer: Viewer,
    State(app): State<App>,
    Parameters(paging): Parameters<Paging>,
) -> Result<Json<Shelf>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let after: Option<VersionName> = match after.as_str() {
        "" => None,
        name => Some(name.parse().map_err(|_| Paging::not_a_cursor())?),
    };
    let snapshot = &viewer.organization.snapshot;
    audit::listing(&app, &viewer).await?;
    let favourites = match viewer.principal.member() {
        Some(member) => app.store.favourites(member).await?,
        None => BTreeSet::new(),
    };
    let reader = viewer.reader();
    let behind = snapshot.workbooks.iter().filter(|(_, name, _)| after.as_ref().is_none_or(|after| *name > after));
    let seen = behind.filter(|(_, name, _)| decide::<ViewContent>(&viewer.principal, snapshot, &whole(name)).is_ok());
    let told = seen.map(|(id, name, workbook)| {
        let (place, folder) = match &workbook.place {
            Place::Workspace(workspace) => (workspace.to_string(), None),
            Place::Folder(folder) => (folder.to_string(), snapshot.folders.id(folder).map(ToString::to_string)),
        };
        let title = workbook.title.read_by(&reader);
        let shelved = Shelved { name: name.clone(), title, r#in: place, folder, favourite: favourites.contains(id) };
        (shelved, name.to_string())
    });
    let Page { items, next } = Page::of(told.take(limit as usize + 1).collect(), limit);
    Ok(Json(Shelf { items, next }))
}

/// The published workbooks that the caller may look at, once it is recorded that they are told.
pub(super) async fn seen<'a>(app: &App, viewer: &'a Viewer) -> Result<Vec<(&'a VersionName, &'a Workbook)>, Problem> {
    audit::listing(app, viewer).await?;
    let snapshot = &viewer.organization.snapshot;
    let published = snapshot.workbooks.iter().filter(|(_, name, _)| name.tag.is_none());
    let seen =
        published.filter(|(_, name, _)| decide::<ViewContent>(&viewer.principal, snapshot, &whole(name)).is_ok());
    Ok(seen.map(|(_, name, workbook)| (name, workbook)).collect())
}

/// Notes that the caller likes the workbook.
#[utoipa::path(
    put, operation_id = "like_workbook", path = "/api/v1/workbooks/{workbook}/favourite",
    params(("workbook" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn like(
    viewer: Viewer,
    State(app): State<App>,
    Named(name): Named<VersionName>,
) -> Result<StatusCode, Problem> {
    set(&app, &viewer, &name, true).await
}

/// Notes that the caller does not like the workbook in particular.
#[utoipa::path(
    delete, operation_id = "unlike_workbook", path = "/api/v1/workbooks/{workbook}/favourite",
    params(("workbook" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn unlike(
    viewer: Viewer,
    State(app): State<App>,
    Named(name): Named<VersionName>,
) -> Result<StatusCode, Problem> {
    set(&app, &viewer, &name, false).await
}

async fn set(app: &App, viewer: &Viewer, name: &VersionName, liked: bool) -> Result<StatusCode, Problem> {
    let name = &viewer.version(name.clone());
    let resource = whole(name);
    let permit = match decide::<ViewContent>(&viewer.principal, &viewer.organization.snapshot, &resource) {
        Ok(permit) => permit,
        Err(denial) => return Err(audit::denied::<ViewContent>(app, viewer, &resource, &denial).await?),
    };
    let (member, workbook) = (member(viewer)?, id_of(viewer, name)?);
    let event = audit::keeping(app, viewer, &resource, &permit, if liked { "liked" } else { "unliked" });
    app.store.set_favourite(member, workbook, liked, event).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The workbook as such.
pub(super) fn whole(name: &VersionName) -> Resource {
    Resource::Page { workbook: name.clone(), page: None }
}

/// Who is calling, if the store knows them: nothing is kept of anybody else.
pub(super) fn member(viewer: &Viewer) -> Result<&MemberId, Problem> {
    viewer.principal.member().ok_or_else(|| Problem::Forbidden {
        code: "members_only",
        detail: "nothing is kept for whom the store does not know".to_owned(),
    })
}

pub(super) fn id_of<'a>(viewer: &'a Viewer, name: &VersionName) -> Result<&'a WorkbookId, Problem> {
    viewer.organization.snapshot.workbooks.id(name).ok_or(Problem::NotFound)
}
