//! Where somebody may make workbooks.

use crate::app::App;
use crate::audit;
use crate::callers::Viewer;
use crate::problem::{Problem, ProblemBody};
use authz::decide_home;
use authz::permit::CreateContent;
use axum::Json;
use axum::extract::State;
use model::access::{FolderPath, Workspace};
use model::workbook::Place;
use serde::Serialize;
use utoipa::ToSchema;

/// Workspaces and folders.
#[derive(Serialize, ToSchema)]
#[schema(as = Places)]
pub(super) struct Homes {
    /// Each workspace with its folders behind it, as administrators have put them.
    places: Vec<Told>,
}

/// A workspace or folder.
#[derive(Serialize, ToSchema)]
#[schema(as = Place)]
struct Told {
    /// `{"workspace": NAME}` or `{"folder": "WORKSPACE/NAME"}`.
    #[serde(rename = "in")]
    #[schema(value_type = Object)]
    place: Place,
    /// For people; a folder's behind that of its workspace.
    title: String,
}

/// The workspaces and folders in which the caller may make workbooks. Others are not told.
#[utoipa::path(
    get, operation_id = "list_places", path = "/api/v1/places", tag = "content",
    responses((status = 200, body = Homes), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn list(viewer: Viewer, State(app): State<App>) -> Result<Json<Homes>, Problem> {
    audit::listing(&app, &viewer).await?;
    let snapshot = &viewer.organization.snapshot;
    let all = snapshot.workspaces.iter().flat_map(|(_, _, workspace)| with_folders(workspace));
    let may = |told: &Told| decide_home::<CreateContent>(&viewer.principal, snapshot, &told.place, false).is_ok();
    Ok(Json(Homes { places: all.filter(may).collect() }))
}

fn with_folders(workspace: &Workspace) -> impl Iterator<Item = Told> {
    let own = Told { place: Place::Workspace(workspace.name.clone()), title: workspace.title.clone() };
    let folders = workspace.folders.iter().map(|folder| Told {
        place: Place::Folder(FolderPath { workspace: workspace.name.clone(), folder: folder.name.clone() }),
        title: format!("{} / {}", workspace.title, folder.title),
    });
    std::iter::once(own).chain(folders)
}
