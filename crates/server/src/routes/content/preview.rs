//! A draft as its author would see it once it is published, with their own data: the same decisions and the same queries, in
//! front of the organization as it would be.

use super::{allow, expect_visible, published};
use crate::app::App;
use crate::audit;
use crate::body::Json;
use crate::callers::Viewer;
use crate::path::Named;
use crate::present;
use crate::preview::{NotPreviewed, Preview};
use crate::problem::{Problem, ProblemBody};
use crate::routes::administration::edit;
use crate::routes::{control, element, workbook};
use authz::permit::PreviewContent;
use axum::extract::State;
use axum::response::Response;
use model::name::{ControlName, ElementName, PageName, WorkbookName};
use std::sync::Arc;

/// The draft as its author would see it once it is published: its pages, controls and elements, without data. For whoever may
/// change the workbook and came in without a host; refused where publishing would be, for what the draft says.
#[utoipa::path(
    get, operation_id = "preview_draft", path = "/api/v1/workbooks/{workbook}/draft/preview", tag = "content",
    params(("workbook" = String, Path)),
    responses((status = 200, body = workbook::WorkbookAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn show(
    viewer: Viewer,
    State(app): State<App>,
    Named(name): Named<WorkbookName>,
) -> Result<axum::Json<workbook::WorkbookAnswer>, Problem> {
    let viewer = previewing(&app, viewer, &name).await?;
    workbook::answer(&app, &viewer, name.into()).await
}

/// Rows of an element of the draft.
#[utoipa::path(
    post, operation_id = "preview_element",
    path = "/api/v1/workbooks/{workbook}/draft/pages/{page}/elements/{element}/query", tag = "content",
    params(("workbook" = String, Path), ("page" = String, Path), ("element" = String, Path)),
    request_body = element::Asked,
    responses((status = 200, body = present::Rows), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn query(
    viewer: Viewer,
    State(app): State<App>,
    Named((name, page, element)): Named<(WorkbookName, PageName, ElementName)>,
    Json(asked): Json<element::Asked>,
) -> Result<Response, Problem> {
    let viewer = previewing(&app, viewer, &name).await?;
    element::answer(&app, &viewer, (name.into(), page, element), &asked).await
}

/// Values that a control of the draft offers.
#[utoipa::path(
    post, operation_id = "preview_values",
    path = "/api/v1/workbooks/{workbook}/draft/pages/{page}/controls/{control}/values", tag = "content",
    params(("workbook" = String, Path), ("page" = String, Path), ("control" = String, Path)),
    request_body = control::Asked,
    responses((status = 200, body = present::Values), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn values(
    viewer: Viewer,
    State(app): State<App>,
    Named((name, page, control)): Named<(WorkbookName, PageName, ControlName)>,
    Json(asked): Json<control::Asked>,
) -> Result<Response, Problem> {
    let viewer = previewing(&app, viewer, &name).await?;
    control::answer(&app, &viewer, (name.into(), page, control), &asked).await
}

/// The caller in front of the organization as it would be with the draft published, if they may look at that.
async fn previewing(app: &App, viewer: Viewer, name: &WorkbookName) -> Result<Viewer, Problem> {
    let version = name.into();
    let warrant = allow::<PreviewContent>(app, &viewer, &version).await?;
    audit::reading_content(app, &viewer, &warrant, name.as_str(), "draft_previewed").await?;
    let (id, workbook) = published(&viewer, name)?;
    let body = app.store.draft(id).await?.ok_or(Problem::NotFound)?.body;
    expect_visible(&viewer, (&version, workbook), &body)?;
    let preview = Preview { name: name.clone(), body };
    let organization = preview.of(&viewer.organization).map_err(|refused| match refused {
        NotPreviewed::Gone => Problem::NotFound,
        NotPreviewed::Problems(problems) => edit::refusal(&problems, &format!("workbooks/{name}.yaml: "), &viewer),
    })?;
    Ok(Viewer { organization: Arc::new(organization), preview: Some(Arc::new(preview)), ..viewer })
}
