//! Metabase's own addresses of content, for people who are logged in: `/dashboard/1`, `/question/5-orders-by-month`.
//!
//! In a window they show what the application shows. In a frame the host's page gives them tokens of its identity provider, and
//! they need no cookie; in one whose address names the provider, they are the application's again.

use crate::app::App;
use crate::audit;
use crate::callers::{Anyone, Viewer};
use crate::framing;
use crate::page::Parameters;
use crate::problem::Problem;
use crate::routes::document::{self, InFrame};
use crate::routes::{redeem, workbook};
use authz::permit::ViewContent;
use authz::{Resource, decide};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use model::assertion::{ContentKind, ForeignContent};
use model::dialect::{Dialect, ForeignId};
use model::name::{ElementName, PageName};
use model::snapshot::{ContentAddress, Snapshot};
use model::workbook::VersionName;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

/// `GET /dashboard/{dashboard}` and `GET /question/{question}`: static, the same whether there is such a thing or not.
pub(super) async fn document(
    caller: Anyone,
    State(app): State<App>,
    address: Result<Query<InFrame>, QueryRejection>,
) -> Result<Response, Problem> {
    if !matches!(&address, Ok(Query(InFrame { provider: None }))) {
        return document::application(caller, State(app), address).await;
    }
    document::page_for(&framing::origins_of_programs(app.organization_now().await?.as_ref()), None)
}

/// What a page asks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// The path of its address.
    path: String,
}

/// What is at an address, for a page in an open session.
#[derive(Serialize)]
pub(super) struct Content {
    /// Seconds until the session ends.
    expires_in: i64,
    /// By what the page knows its viewer again.
    viewer: Option<String>,
    workbook: VersionName,
    /// Of a question: where it is.
    page: Option<PageName>,
    element: Option<ElementName>,
}

/// `GET /api/v1/metabase/content?path=/dashboard/1`: one answer for what is hidden and what is absent.
pub(super) async fn content(
    viewer: Viewer,
    State(app): State<App>,
    Parameters(Asked { path }): Parameters<Asked>,
) -> Result<Json<Content>, Problem> {
    let snapshot = &viewer.organization.snapshot;
    let (workbook, page, element) = found(snapshot, &path).ok_or(Problem::NotFound)?;
    let workbook = VersionName::from(workbook);
    let resource = Resource::Page { workbook: workbook.clone(), page: page.clone() };
    if let Err(denial) = decide::<ViewContent>(&viewer.principal, snapshot, &resource) {
        return Err(audit::denied::<ViewContent>(&app, &viewer, &resource, &denial).await?);
    }
    if element.as_ref().is_some_and(|element| !is_shown(&viewer, &workbook, page.as_ref(), element)) {
        return Err(Problem::NotFound);
    }
    let facts = viewer.principal.facts();
    let expires_in = (facts.expires_at - app.clock.now()).num_seconds().max(0);
    Ok(Json(Content { expires_in, viewer: redeem::viewer(facts), workbook, page, element }))
}

/// Whether the viewer is shown the element.
fn is_shown(viewer: &Viewer, workbook: &VersionName, page: Option<&PageName>, element: &ElementName) -> bool {
    let known = viewer.organization.snapshot.workbooks.named(workbook);
    let page = known.and_then(|known| known.pages.iter().find(|it| Some(&it.name) == page));
    page.is_some_and(|page| workbook::shown_on(viewer, workbook, page).iter().any(|it| it.name == *element))
}

/// The content that the path of an address names.
fn found(snapshot: &Snapshot, path: &str) -> Option<ContentAddress> {
    let (kind, id) = named(path)?;
    let known = |id: &str| {
        let id = ForeignId::new(id);
        snapshot.known_as(&ForeignContent { dialect: Dialect::Metabase, kind, id }).cloned()
    };
    known(&id).or_else(|| known(number_before_title(&id)?))
}

/// The kind and the id that a path names.
fn named(path: &str) -> Option<(ContentKind, String)> {
    let (kind, id) = path.strip_prefix('/')?.split_once('/')?;
    let kind = match kind {
        "dashboard" => ContentKind::Workbook,
        "question" => ContentKind::Element,
        _ => return None,
    };
    Some((kind, percent_decode_str(id).decode_utf8().ok()?.into_owned()))
}

/// Metabase writes a title behind numbers, for people: `1-orders-by-month`.
fn number_before_title(id: &str) -> Option<&str> {
    let (number, _) = id.split_once('-')?;
    number.chars().all(|c| c.is_ascii_digit()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_dashboards_and_questions() {
        assert_eq!(named("/dashboard/1-a"), Some((ContentKind::Workbook, "1-a".to_owned())));
        assert_eq!(named("/question/Vq3m0J_8xZ"), Some((ContentKind::Element, "Vq3m0J_8xZ".to_owned())));
        assert_eq!(named("/question/a%2Fb"), Some((ContentKind::Element, "a/b".to_owned())));
        for odd in ["", "/", "/dashboard", "dashboard/1", "/collection/1", "/dashboard/%ff", "/Dashboard/1"] {
            assert_eq!(named(odd), None, "{odd}");
        }
    }

    #[test]
    fn titles_stand_behind_numbers() {
        for (id, number) in [("1-orders", Some("1")), ("12-", Some("12")), ("1", None), ("a-1", None), ("1a-b", None)] {
            assert_eq!(number_before_title(id), number, "{id}");
        }
    }
}
