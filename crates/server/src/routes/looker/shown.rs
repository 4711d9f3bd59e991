//! What of an address is shown to somebody, and where a page in an open session asks for it.

use super::{address, refusal};
use crate::app::App;
use crate::body::Json;
use crate::callers::{Viewer, by_token};
use crate::organization::Organization;
use crate::problem::Problem;
use authz::permit::ViewContent;
use authz::{Principal, Resource, decide};
use axum::extract::State;
use model::name::{ElementName, PageName};
use model::workbook::VersionName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use store::session_tokens::Purpose;

/// The content of an address.
#[derive(Serialize)]
pub(super) struct Shown {
    workbook: VersionName,
    page: Option<PageName>,
    element: Option<ElementName>,
    controls: BTreeMap<String, Vec<Value>>,
}

/// The content of an address (its path and search), if somebody may look at it: one answer for hidden and absent.
pub(super) fn shown(principal: &Principal, organization: &Organization, address: &str) -> Option<Shown> {
    let (path, search) = address.split_once('?').unwrap_or((address, ""));
    let snapshot = &organization.snapshot;
    let (workbook, page, element) = address::content(snapshot, path)?;
    let workbook = address::version(&workbook);
    let resource = Resource::Page { workbook: workbook.clone(), page: page.clone() };
    let found = snapshot.workbooks.named(&workbook)?;
    let visible = decide::<ViewContent>(principal, snapshot, &resource).is_ok();
    visible.then(|| Shown { workbook, page, element, controls: address::filters(found, search) })
}

/// Whether the content of an address is shown to somebody.
pub(in crate::routes) fn shows(principal: &Principal, organization: &Organization, address: &str) -> bool {
    shown(principal, organization, address).is_some()
}

/// What a page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    /// The path and the search of an address.
    address: String,
}

/// What it gets.
#[derive(Serialize)]
pub(super) struct Answer {
    expires_in: i64,
    #[serde(flatten)]
    shown: Shown,
}

/// `POST /api/v1/looker/content`: for a page that has something to ask with, and turns to an address. If that says of which
/// session it is, it must be this one.
pub(super) async fn content(
    viewer: Viewer,
    State(app): State<App>,
    Json(Request { address }): Json<Request>,
) -> Result<axum::Json<Answer>, Problem> {
    let search = address.split_once('?').map_or("", |(_, search)| search);
    if let Some(token) = address::navigation_token(search) {
        let named = by_token(&app, token, Purpose::Navigation).await?;
        if named.ok().is_none_or(|(named, _)| named.session() != viewer.principal.session()) {
            return Err(Problem::SessionEnded);
        }
    }
    let found = shown(&viewer.principal, &viewer.organization, &address).ok_or_else(refusal::not_found)?;
    let expires_in = (viewer.principal.facts().expires_at - app.clock.now()).num_seconds().max(0);
    Ok(axum::Json(Answer { expires_in, shown: found }))
}
