//! The organization's own switches and looks.

use super::edit::{self, Plan};
use super::noun::{allow, merge, tag, tagged};
use crate::app::App;
use crate::body::{Definition, of_json};
use crate::callers::{Administrator, Again};
use crate::problem::{Problem, ProblemBody};
use crate::requests::matches;
use authz::Matter;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use model::access::{Organization, Permission};
use model::item::Item;
use model::snapshot::Kind;
use serde_json::Value;
use std::collections::BTreeMap;
use store::Change;

const RESOURCE: &str = "organization";

/// The organization's switches: as in `vitrine.yaml`, with an `ETag`.
#[utoipa::path(
    get, operation_id = "show_settings", path = "/api/v1/settings", tag = "/api/v1/settings",
    responses((status = 200, body = Object), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn show(caller: Administrator, State(app): State<App>) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let matter = Matter::of_organization(Permission::ManageSettings);
    allow(&app, viewer, &matter, RESOURCE, "definition_read").await?;
    answer(&viewer.organization.definitions.organization)
}

/// Changes the switches that are sent; null sets one back (RFC 7396). Sessions that were opened under another switch end.
#[utoipa::path(
    patch, operation_id = "change_settings", path = "/api/v1/settings", tag = "/api/v1/settings",
    request_body = Object,
    params(("If-Match" = Option<String>, Header, description = "The `ETag` that was read.")),
    responses((status = 200, body = Object), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn change(
    caller: Administrator,
    State(app): State<App>,
    headers: HeaderMap,
    Definition(patch): Definition,
) -> Result<Response, Problem> {
    answer(&changed(&app, caller, &headers, patch).await?)
}

/// The switches as they are after the change.
pub(in crate::routes) async fn changed(
    app: &App,
    caller: impl Into<Again>,
    headers: &HeaderMap,
    patch: Value,
) -> Result<Organization, Problem> {
    let (_, plan, _) = edit::write(app, caller, None, |viewer| {
        let matter = Matter::of_organization(Permission::ManageSettings);
        let warrant = edit::expect_mandate(viewer, &matter, RESOURCE)?;
        let before = &viewer.organization.definitions.organization;
        matches(headers, &tag(before)?)?;
        let mut json = serde_json::to_value(before).map_err(|_| Problem::Internal)?;
        let fields = merge(&mut json, patch.clone())?;
        let organization: Organization = of_json(json)?;
        let item = Item::new(Kind::Organization, "", &organization).map_err(|_| Problem::Internal)?;
        let mut after = viewer.organization.definitions.clone();
        after.organization = organization;
        Ok(Plan {
            warrant,
            aside: None,
            after,
            changes: vec![Change::from(item)],
            secrets: BTreeMap::new(),
            resource: RESOURCE.to_owned(),
            event: "settings_changed".to_owned(),
            fields,
            at: "vitrine.yaml: ".to_owned(),
        })
    })
    .await?;
    Ok(plan.after.organization)
}

fn answer(organization: &Organization) -> Result<Response, Problem> {
    let json = serde_json::to_value(organization).map_err(|_| Problem::Internal)?;
    tagged(StatusCode::OK, organization, json, None)
}
