//! Drafts: what a workbook is to show, which only its authors see, until it is published.

use super::{allow, expect_of_version, expect_visible, member, permitted, published, states};
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::{Author, Viewer};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::routes::administration::edit::{self, NotPlanned, Plan};
use authz::access::may_publish;
use authz::permit::{PublishContent, SaveContent};
use axum::Json;
use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use model::access::Definitions;
use model::item::Item;
use model::name::{WorkbookId, WorkbookName};
use model::personal::PersonalText;
use model::publication::Audience;
use model::snapshot::Kind;
use model::workbook::{Element, Page, VersionBody, Workbook};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::Change;
use store::edit::Aside;
use store::versions::Draft;
use utoipa::ToSchema;

/// A draft to be saved.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewDraft)]
pub(super) struct NewDraft {
    /// As in files of workbooks.
    #[schema(value_type = Value)]
    title: PersonalText,
    /// As in files of workbooks, without publications and names in other products, which stay as they are.
    #[schema(value_type = Vec<Object>)]
    pages: Vec<Page>,
    /// The number of the version that it was made from; absent: that of the draft before, or else the published one.
    #[serde(default)]
    based_on: Option<u64>,
}

/// A draft.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Draft)]
pub(super) struct DraftAnswer {
    /// As in files of workbooks.
    #[schema(value_type = Value)]
    title: PersonalText,
    /// As in files of workbooks.
    #[schema(value_type = Vec<Object>)]
    pages: Vec<Page>,
    /// The number of the version that it was made from: only while that is the published one, it can be published.
    based_on: u64,
    edited_at: DateTime<Utc>,
    /// The id of the member who saved it last.
    edited_by: String,
}

/// What was published.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Published)]
pub(super) struct PublishedAnswer {
    /// The number of the version that is published now.
    version: u64,
}

/// The draft of a workbook, for those who may change it, with its `ETag`.
#[utoipa::path(
    get, operation_id = "show_draft", path = "/api/v1/workbooks/{workbook}/draft", tag = "content",
    params(("workbook" = String, Path)),
    responses((status = 200, body = DraftAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn show(
    viewer: Viewer,
    State(app): State<App>,
    Named(name): Named<WorkbookName>,
) -> Result<Response, Problem> {
    let warrant = allow::<SaveContent>(&app, &viewer, &name.clone().into()).await?;
    audit::reading_content(&app, &viewer, &warrant, name.as_str(), "draft_read").await?;
    let (id, _) = published(&viewer, &name)?;
    answer(app.store.draft(id).await?.ok_or(Problem::NotFound)?)
}

/// Saves what a workbook is to show. Nobody but its authors sees it. `If-Match` with the `ETag` that was read, or
/// `If-None-Match: *` for the first, keep authors from writing over each other.
#[utoipa::path(
    put, operation_id = "save_draft", path = "/api/v1/workbooks/{workbook}/draft", tag = "content",
    request_body = NewDraft,
    params(
        ("workbook" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was read."),
        ("If-None-Match" = Option<String>, Header, description = "`*`: there is no draft yet."),
    ),
    responses((status = 200, body = DraftAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn save(
    viewer: Viewer,
    State(app): State<App>,
    Named(name): Named<WorkbookName>,
    headers: HeaderMap,
    Definition(body): Definition,
) -> Result<Response, Problem> {
    let warrant = allow::<SaveContent>(&app, &viewer, &name.clone().into()).await?;
    let NewDraft { title, pages, based_on } = of_json(body)?;
    expect_of_version(&pages)?;
    let (id, _) = published(&viewer, &name)?;
    let latest = latest(&app, id).await?;
    let based_on = match based_on {
        Some(number) => number,
        None => app.store.draft(id).await?.map_or(latest, |draft| draft.based_on),
    };
    if !(1..=latest).contains(&based_on) {
        let detail = format!("`based_on`: expected the number of a version, 1 to {latest}");
        return Err(Problem::Invalid { code: "invalid_member", detail });
    }
    let body = VersionBody { title, pages };
    let event = audit::changing(&app, &viewer, &warrant, name.as_str(), "draft_saved");
    put(&app, &viewer, id, (&body, based_on), &headers, event).await
}

/// Saves, if the draft is as expected.
pub(super) async fn put(
    app: &App,
    viewer: &Viewer,
    id: &WorkbookId,
    draft: (&VersionBody, u64),
    headers: &HeaderMap,
    event: store::audit::AuditEvent,
) -> Result<Response, Problem> {
    let wanted = states(headers)?;
    let saved = app.store.save_draft(id, draft, wanted.expected(), member(viewer)?, event).await?;
    answer(saved.ok_or(Problem::Changed)?)
}

/// Discards the draft of a workbook.
#[utoipa::path(
    delete, operation_id = "discard_draft", path = "/api/v1/workbooks/{workbook}/draft", tag = "content",
    params(
        ("workbook" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that was read."),
    ),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn discard(
    viewer: Viewer,
    State(app): State<App>,
    Named(name): Named<WorkbookName>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    let warrant = allow::<SaveContent>(&app, &viewer, &name.clone().into()).await?;
    let (id, _) = published(&viewer, &name)?;
    let wanted = states(&headers)?;
    let draft = app.store.draft(id).await?.ok_or(Problem::NotFound)?;
    let event = audit::changing(&app, &viewer, &warrant, name.as_str(), "draft_discarded");
    if wanted.fits(&draft.state) && app.store.discard_draft(id, wanted.expected(), event).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::Changed)
}

/// Publishes the draft: it becomes the next version, which everybody sees to whom the workbook is shared, and is no draft any
/// more. What is opened to guests or by links is changed by those who may open it. Refused while another version than the one it was made from is published.
#[utoipa::path(
    post, operation_id = "publish_draft", path = "/api/v1/workbooks/{workbook}/publish", tag = "content",
    params(
        ("workbook" = String, Path),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the draft that was read."),
    ),
    responses((status = 200, body = PublishedAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn publish(
    author: Author,
    State(app): State<App>,
    Named(name): Named<WorkbookName>,
    headers: HeaderMap,
) -> Result<Json<PublishedAnswer>, Problem> {
    drop(allow::<PublishContent>(&app, &author.viewer, &name.clone().into()).await?);
    let (id, _) = published(&author.viewer, &name)?;
    let id = id.clone();
    let draft = app.store.draft(&id).await?.ok_or_else(no_draft)?;
    if !states(&headers)?.fits(&draft.state) {
        return Err(Problem::Changed);
    }
    let latest_now = latest(&app, &id).await?;
    if draft.based_on != latest_now {
        let detail = format!(
            "version {latest_now} is published, and the draft was made from version {}: save it again, based on the published one",
            draft.based_on
        );
        return Err(Problem::Conflict { code: "draft_out_of_date", detail });
    }
    edit::write(&app, author, None, |viewer| {
        let version = name.clone().into();
        let warrant = permitted::<PublishContent>(viewer, &version)?;
        let (_, workbook) = published(viewer, &name)?;
        expect_visible(viewer, (&version, workbook), &draft.body)?;
        let next = draft.body.published_in(workbook);
        let item = Item::new(Kind::Workbook, name.as_str(), &next).map_err(|_| Problem::Internal)?;
        let changes = vec![Change::from(item)];
        let mut after = viewer.organization.definitions.clone();
        after.workbooks.insert(name.clone(), next.clone());
        if shows_strangers_more(workbook, &next) {
            expect_opener(viewer, (&name, &next), &after, &changes)?;
        }
        Ok(Plan {
            warrant,
            after,
            changes,
            aside: Some(Aside::Publish(id.clone(), draft.state.clone())),
            secrets: BTreeMap::new(),
            resource: name.to_string(),
            event: "workbook_published".to_owned(),
            fields: Vec::new(),
            at: format!("workbooks/{name}.yaml: "),
        })
    })
    .await?;
    Ok(Json(PublishedAnswer { version: latest(&app, &id).await? }))
}

/// The number of the version that is published.
pub(in crate::routes) async fn latest(app: &App, id: &WorkbookId) -> Result<u64, Problem> {
    let latest = app.store.versions(id, u64::MAX, 1).await?;
    latest.first().map(|version| version.number).ok_or(Problem::NotFound)
}

/// Whether what is opened to guests or by links shows something else afterwards.
fn shows_strangers_more(before: &Workbook, after: &Workbook) -> bool {
    if !after.publications.is_empty() {
        return before.pages != after.pages;
    }
    let is_same = |page: &Page, element: &Element| {
        let before = before.pages.iter().find(|other| other.name == page.name);
        before.is_some_and(|before| before.controls == page.controls && before.elements.contains(element))
    };
    let opened = |page: &&Page, element: &&Element| !element.publications.is_empty() && !is_same(page, element);
    after.pages.iter().any(|page| page.elements.iter().any(|element| opened(&page, &element)))
}

/// Whether the caller may open to strangers what is opened already, and shows something else now: as if they made the
/// publications themselves.
fn expect_opener(
    viewer: &Viewer,
    (name, next): (&WorkbookName, &Workbook),
    after: &Definitions,
    changes: &[Change],
) -> Result<(), NotPlanned> {
    let (principal, snapshot) = (&viewer.principal, &viewer.organization.snapshot);
    let refused = |why| NotPlanned::NotPublished { why, resource: format!("workbook/{name}") };
    drop(may_publish(principal, snapshot, name, false).map_err(refused)?);
    // What does not hold is refused when it is checked.
    let Ok(snapshot) = edit::as_it_will_be(&viewer.organization, after, changes) else { return Ok(()) };
    let of_elements = next.pages.iter().flat_map(|page| &page.elements).flat_map(|element| &element.publications);
    for publication in next.publications.iter().chain(of_elements) {
        if let Audience::PublicLink(link) = &publication.to {
            drop(authz::access::publish(principal, &snapshot, name, link).map_err(refused)?);
        }
    }
    Ok(())
}

fn no_draft() -> Problem {
    Problem::Conflict { code: "no_draft", detail: "there is no draft: save one first".to_owned() }
}

fn answer(draft: Draft) -> Result<Response, Problem> {
    let tag = HeaderValue::from_str(&format!("\"{}\"", draft.state)).map_err(|_| Problem::Internal)?;
    let Draft { body: VersionBody { title, pages }, based_on, edited_at, editor, .. } = draft;
    let mut response =
        Json(DraftAnswer { title, pages, based_on, edited_at, edited_by: editor.to_string() }).into_response();
    response.headers_mut().insert(ETAG, tag);
    Ok(response)
}
