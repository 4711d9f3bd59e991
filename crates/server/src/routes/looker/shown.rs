//! What of an address is shown to somebody, and where a page in an open session asks for it.

use super::{address, explored, held, refusal};
use crate::app::App;
use crate::body::Json;
use crate::callers::{Viewer, by_token};
use crate::organization::Organization;
use crate::problem::Problem;
use authz::permit::{RunQuery, ViewContent};
use authz::{Principal, Reader, Resource, decide};
use axum::extract::State;
use model::name::{ElementName, PageName};
use model::presentation::Presentation;
use model::query::Query;
use model::workbook::VersionName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use store::session_tokens::Purpose;

/// The content of an address.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Shown {
    /// A dashboard, or a look.
    Content {
        workbook: VersionName,
        page: Option<PageName>,
        element: Option<ElementName>,
        controls: BTreeMap<String, Vec<Value>>,
    },
    /// An explore: what is asked of it at first.
    Explore { question: Box<Query>, presentation: Box<Presentation> },
}

/// The content of an address (its path and search), if somebody may look at it: one answer for hidden and absent. What is wrong
/// with its filters is told to nobody else.
pub(super) fn shown(principal: &Principal, organization: &Organization, address: &str) -> Result<Shown, Problem> {
    let (path, search) = address.split_once('?').unwrap_or((address, ""));
    let snapshot = &organization.snapshot;
    if let Some(explore) = address::explore(path) {
        let resource = Resource::Explore(explore.clone());
        if decide::<RunQuery>(principal, snapshot, &resource).is_err() {
            return Err(refusal::not_found());
        }
        if address::is_of_query(path) && address::parameter(search, explored::QUERY).is_none() {
            return Err(refusal::parameter_refused(explored::QUERY, "expected the id of a query"));
        }
        let question = Box::new(explored::question(explore, search)?);
        let presentation = Box::new(Reader::new(principal, snapshot).presentation());
        return Ok(Shown::Explore { question, presentation });
    }
    let (workbook, page, element) = address::content(snapshot, path).ok_or_else(refusal::not_found)?;
    let workbook = address::version(&workbook);
    let resource = Resource::Page { workbook: workbook.clone(), page: page.clone() };
    if decide::<ViewContent>(principal, snapshot, &resource).is_err() {
        return Err(refusal::not_found());
    }
    let found = snapshot.workbooks.named(&workbook).ok_or_else(refusal::not_found)?;
    let controls = held::controls((principal, snapshot), (found, element.as_ref()), search)?;
    Ok(Shown::Content { workbook, page, element, controls })
}

/// Whether the content of an address is shown to somebody.
pub(in crate::routes) fn shows(principal: &Principal, organization: &Organization, address: &str) -> bool {
    shown(principal, organization, address).is_ok()
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
    let found = shown(&viewer.principal, &viewer.organization, &address)?;
    let expires_in = (viewer.principal.facts().expires_at - app.clock.now()).num_seconds().max(0);
    Ok(axum::Json(Answer { expires_in, shown: found }))
}
