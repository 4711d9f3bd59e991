//! Workbooks where they live: made, copied, and moved.

use super::{Home, Made, allow, expect_of_version, expect_visible, owner, permitted, permitted_in, published, spelled};
use crate::app::App;
use crate::body::{Definition, of_json};
use crate::callers::Author;
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::requests::{made_before, once};
use crate::routes::administration::edit::{self, Plan};
use authz::permit::{CopyContent, CreateContent, ManageContent};
use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use model::item::Item;
use model::name::{PageName, WorkbookName};
use model::personal::PersonalText;
use model::snapshot::Kind;
use model::workbook::{Page, Place, VersionBody, VersionName, Workbook};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use store::Change;
use store::idempotency::Once;
use utoipa::ToSchema;

/// A workbook to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWorkbook)]
pub(super) struct NewWorkbook {
    /// As in files of workbooks. Its name is made of it.
    #[schema(value_type = Value)]
    title: PersonalText,
    /// `{"workspace": NAME}` or `{"folder": "WORKSPACE/NAME"}`.
    #[serde(rename = "in")]
    #[schema(value_type = Object)]
    place: Place,
    /// As in files of workbooks; absent: one page without anything on it.
    #[serde(default)]
    #[schema(value_type = Vec<Object>, required = false)]
    pages: Vec<Page>,
}

/// Where a copy goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewCopy)]
pub(super) struct NewCopy {
    /// As in files of workbooks; absent: that of what is copied.
    #[serde(default)]
    #[schema(value_type = Option<Value>)]
    title: Option<PersonalText>,
    /// `{"workspace": NAME}` or `{"folder": "WORKSPACE/NAME"}`.
    #[serde(rename = "in")]
    #[schema(value_type = Object)]
    place: Place,
}

/// Makes a workbook in a workspace or folder in which the caller may change workbooks. It is theirs, and published at once.
/// The server makes its name.
#[utoipa::path(
    post, operation_id = "make_workbook", path = "/api/v1/workbooks", tag = "content", request_body = NewWorkbook,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 printable characters.")),
    responses(
        (status = 200, body = Made, description = "An equal request has made it before."),
        (status = 201, body = Made),
        (status = "default", body = ProblemBody),
    ),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn make(
    author: Author,
    State(app): State<App>,
    headers: HeaderMap,
    Definition(body): Definition,
) -> Result<Response, Problem> {
    let once = once(&headers, &author.viewer, &format!("workbook {body}"))?;
    let (status, name) = make_of(&app, author, once, body).await?;
    made(status, name)
}

/// A workbook of what a request says: whether it was made by it, and its name.
pub(in crate::routes) async fn make_of(
    app: &App,
    author: Author,
    once: Option<Once>,
    body: Value,
) -> Result<(StatusCode, WorkbookName), Problem> {
    let NewWorkbook { title, place, pages } = of_json(body)?;
    expect_of_version(&pages)?;
    let pages = if pages.is_empty() { vec![empty(&title)?] } else { pages };
    create(app, author, once, VersionBody { title, pages }, place, "workbook_made", None).await
}

/// Makes a workbook of what another one shows, in its published version or one under a tag. Grants, tags, publications and
/// earlier versions are not copied. Refused where it shows data that the caller may not use.
#[utoipa::path(
    post, operation_id = "copy_workbook", path = "/api/v1/workbooks/{workbook}/copy", tag = "content",
    request_body = NewCopy,
    params(
        ("workbook" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 200 printable characters."),
    ),
    responses(
        (status = 200, body = Made, description = "An equal request has made it before."),
        (status = 201, body = Made),
        (status = "default", body = ProblemBody),
    ),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn copy(
    author: Author,
    State(app): State<App>,
    Named(name): Named<VersionName>,
    headers: HeaderMap,
    Definition(body): Definition,
) -> Result<Response, Problem> {
    let name = author.viewer.version(name);
    let once = once(&headers, &author.viewer, &format!("copy {name} {body}"))?;
    let (status, name) = copy_of(&app, author, name, once, body).await?;
    made(status, name)
}

/// A copy of a version as a request says: whether it was made by it, and its name.
pub(in crate::routes) async fn copy_of(
    app: &App,
    author: Author,
    name: VersionName,
    once: Option<Once>,
    body: Value,
) -> Result<(StatusCode, WorkbookName), Problem> {
    drop(allow::<CopyContent>(app, &author.viewer, &name).await?);
    let NewCopy { title, place } = of_json(body)?;
    let copied = author.viewer.organization.snapshot.workbooks.named(&name).ok_or(Problem::NotFound)?;
    let mut body = VersionBody::of(copied);
    body.title = title.unwrap_or(body.title);
    create(app, author, once, body, place, "workbook_copied", Some(name)).await
}

async fn create(
    app: &App,
    author: Author,
    once: Option<Once>,
    body: VersionBody,
    place: Place,
    event: &str,
    copied: Option<VersionName>,
) -> Result<(StatusCode, WorkbookName), Problem> {
    if let Some(id) = made_before(app, once.as_ref()).await? {
        let found = author.viewer.organization.ids.name(Kind::Workbook, &id);
        let name = found.and_then(|name| WorkbookName::new(name).ok()).ok_or(Problem::NotFound)?;
        return Ok((StatusCode::OK, name));
    }
    let name = new_name(&body.title)?;
    let owner = owner(&author.viewer);
    let workbook = Workbook {
        title: body.title.clone(),
        place: place.clone(),
        owner,
        known_as: model::dialect::KnownAs::default(),
        publications: Vec::new(),
        pages: body.pages.clone(),
    };
    edit::write(app, author, once.as_ref(), |viewer| {
        if let Some(copied) = &copied {
            drop(permitted::<CopyContent>(viewer, copied)?);
        }
        let warrant = permitted_in::<CreateContent>(viewer, &place, false)?;
        let blank = Workbook { pages: Vec::new(), ..workbook.clone() };
        expect_visible(viewer, (&name.clone().into(), &blank), &body)?;
        let item = Item::new(Kind::Workbook, name.as_str(), &workbook).map_err(|_| Problem::Internal)?;
        let mut after = viewer.organization.definitions.clone();
        after.workbooks.insert(name.clone(), workbook.clone());
        Ok(Plan {
            warrant,
            after,
            changes: vec![Change::from(item)],
            aside: None,
            secrets: BTreeMap::new(),
            resource: name.to_string(),
            event: event.to_owned(),
            fields: copied.iter().map(ToString::to_string).collect(),
            at: format!("workbooks/{name}.yaml: "),
        })
    })
    .await?;
    Ok((StatusCode::CREATED, name))
}

/// Moves a workbook to another workspace or folder: it is shared with whoever that is shared with, and no longer with
/// whoever the old place is. What was granted on the workbook itself stays.
#[utoipa::path(
    post, operation_id = "move_workbook", path = "/api/v1/workbooks/{workbook}/move", tag = "content",
    request_body = Home, params(("workbook" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(in crate::routes) async fn relocate(
    author: Author,
    State(app): State<App>,
    Named(name): Named<WorkbookName>,
    Definition(body): Definition,
) -> Result<StatusCode, Problem> {
    drop(allow::<ManageContent>(&app, &author.viewer, &name.clone().into()).await?);
    let Home { place } = of_json(body)?;
    edit::write(&app, author, None, |viewer| {
        let warrant = permitted::<ManageContent>(viewer, &name.clone().into())?;
        drop(permitted_in::<CreateContent>(viewer, &place, false)?);
        let (_, workbook) = published(viewer, &name)?;
        let from = spelled(&workbook.place);
        let workbook = Workbook { place: place.clone(), ..workbook.clone() };
        let item = Item::new(Kind::Workbook, name.as_str(), &workbook).map_err(|_| Problem::Internal)?;
        let mut after = viewer.organization.definitions.clone();
        after.workbooks.insert(name.clone(), workbook);
        Ok(Plan {
            warrant,
            after,
            changes: vec![Change::from(item)],
            aside: None,
            secrets: BTreeMap::new(),
            resource: name.to_string(),
            event: "workbook_moved".to_owned(),
            fields: vec![format!("from {from}"), format!("to {}", spelled(&place))],
            at: format!("workbooks/{name}.yaml: "),
        })
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A page without anything on it.
fn empty(title: &PersonalText) -> Result<Page, Problem> {
    let name = PageName::new("page-1").map_err(|_| Problem::Internal)?;
    Ok(Page {
        name,
        title: title.clone(),
        known_as: model::dialect::KnownAs::default(),
        shown_when: None,
        controls: Vec::new(),
        elements: Vec::new(),
    })
}

/// Characters of a name that are made by chance.
const CHANCE: usize = 8;
/// Characters of a name that are of the title.
const OF_TITLE: usize = 40;

/// A name made of a title and of chance: whoever makes a workbook does not find out which names there are.
fn new_name(title: &PersonalText) -> Result<WorkbookName, Problem> {
    let title = title.as_str().to_ascii_lowercase();
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug: String = words.collect::<Vec<_>>().join("-").chars().take(OF_TITLE).collect();
    let chance = store::new_name_ending()?;
    let chance: String = chance.chars().take(CHANCE).collect();
    let slug = slug.trim_matches('-');
    let name = if slug.is_empty() { format!("workbook-{chance}") } else { format!("{slug}-{chance}") };
    WorkbookName::new(name).map_err(|_| Problem::Internal)
}

fn made(status: StatusCode, name: WorkbookName) -> Result<Response, Problem> {
    let location = HeaderValue::from_str(&format!("/api/v1/workbooks/{name}")).map_err(|_| Problem::Internal)?;
    let mut response = (status, Json(Made { name, warnings: Vec::new() })).into_response();
    response.headers_mut().insert(LOCATION, location);
    Ok(response)
}
