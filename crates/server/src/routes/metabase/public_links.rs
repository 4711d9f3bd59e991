//! Public links, made, listed and taken away at the addresses of Metabase's API. Who may is decided as everywhere; a refusal is
//! Vitrine's own.

use super::place::{entity_id, number};
use crate::app::App;
use crate::callers::{Author, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::public_links::{self, Link, NewLink};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::assertion::{ContentKind, ForeignContent};
use model::dialect::{Dialect, ForeignId, KnownAs};
use model::personal::PersonalText;
use model::publication::{ParameterState, opened};
use model::snapshot::ContentAddress;
use model::workbook::Workbook;
use serde_json::{Value, json};

/// What whoever makes a link has to know.
const WARNING: &str = "whoever has the link sees all of its data; filters in the address hide nothing";

/// `GET /api/card/public`
pub(super) async fn cards(caller: Author, State(app): State<App>) -> Result<Json<Value>, Problem> {
    list(&app, &caller.viewer, ContentKind::Element).await
}

/// `GET /api/dashboard/public`
pub(super) async fn dashboards(caller: Author, State(app): State<App>) -> Result<Json<Value>, Problem> {
    list(&app, &caller.viewer, ContentKind::Workbook).await
}

/// `POST /api/card/{card}/public_link`
pub(super) async fn make_of_card(
    caller: Author,
    State(app): State<App>,
    Named(id): Named<String>,
) -> Result<Json<Value>, Problem> {
    make(&app, caller, ContentKind::Element, &id).await
}

/// `POST /api/dashboard/{dashboard}/public_link`
pub(super) async fn make_of_dashboard(
    caller: Author,
    State(app): State<App>,
    Named(id): Named<String>,
) -> Result<Json<Value>, Problem> {
    make(&app, caller, ContentKind::Workbook, &id).await
}

/// `DELETE /api/card/{card}/public_link`
pub(super) async fn revoke_of_card(
    caller: Author,
    State(app): State<App>,
    Named(id): Named<String>,
) -> Result<StatusCode, Problem> {
    revoke(&app, caller, ContentKind::Element, &id).await
}

/// `DELETE /api/dashboard/{dashboard}/public_link`
pub(super) async fn revoke_of_dashboard(
    caller: Author,
    State(app): State<App>,
    Named(id): Named<String>,
) -> Result<StatusCode, Problem> {
    revoke(&app, caller, ContentKind::Workbook, &id).await
}

/// The content that is known by a number or an entity id.
fn address(viewer: &Viewer, kind: ContentKind, id: &str) -> Option<ContentAddress> {
    let content = ForeignContent { dialect: Dialect::Metabase, kind, id: ForeignId::new(id) };
    viewer.organization.snapshot.known_as(&content).cloned()
}

/// A link to all that is shown, in which every control may be set. One that is there already is told again.
async fn make(app: &App, caller: Author, kind: ContentKind, id: &str) -> Result<Json<Value>, Problem> {
    let definitions = &caller.viewer.organization.definitions;
    let found = address(&caller.viewer, kind, id).and_then(|(name, page, element)| {
        let workbook = definitions.workbooks.get(&name)?;
        let (controls, data) = opened(definitions, workbook, page.as_ref().zip(element.as_ref()));
        let parameters = controls.into_iter().map(|control| (control, ParameterState::Enabled)).collect();
        Some(NewLink { workbook: name, page, element, parameters, data })
    });
    let Some(new) = found else { return Err(public_links::unseen(app, &caller.viewer).await?) };
    let link = match public_links::existing(app, &caller.viewer, &new).await? {
        Some(link) => link,
        None => public_links::made(app, caller, None, new).await?,
    };
    Ok(Json(json!({"uuid": link.id, "warning": WARNING})))
}

async fn revoke(app: &App, caller: Author, kind: ContentKind, id: &str) -> Result<StatusCode, Problem> {
    let meant = address(&caller.viewer, kind, id);
    let is_meant = |link: &Link| {
        let of = meant.as_ref();
        of.is_some_and(|(workbook, page, element)| {
            (workbook, page, element) == (&link.workbook, &link.page, &link.element)
        })
    };
    public_links::revoked(app, caller, is_meant).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn list(app: &App, viewer: &Viewer, kind: ContentKind) -> Result<Json<Value>, Problem> {
    let links = public_links::managed(app, viewer).await?;
    let of_kind = links.iter().filter(|link| link.element.is_some() == (kind == ContentKind::Element));
    let workbooks = &viewer.organization.definitions.workbooks;
    let told = of_kind.filter_map(|link| Some(told(viewer, link, workbooks.get(&link.workbook)?)));
    Ok(Json(told.collect()))
}

fn told(viewer: &Viewer, link: &Link, workbook: &Workbook) -> Value {
    let elements =
        workbook.pages.iter().filter(|page| Some(&page.name) == link.page.as_ref()).flat_map(|page| &page.elements);
    let mut elements = elements.filter(|element| Some(&element.name) == link.element.as_ref());
    let (title, known_as): (&PersonalText, &KnownAs) =
        elements.next().map_or((&workbook.title, &workbook.known_as), |element| (&element.title, &element.known_as));
    let id = number(known_as).map_or_else(|| json!(entity_id(known_as)), |number| json!(number));
    json!({"id": id, "name": title.read_by(&viewer.reader()), "public_uuid": link.id})
}
