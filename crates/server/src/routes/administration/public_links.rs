//! Public links: addresses at which whoever has them sees a workbook or an element. They stand in the workbook, as
//! publications.

use super::edit::{self, NotPlanned, Plan, Warrant};
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::{Author, Viewer};
use crate::page::{Page, Paging, Parameters};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::requests::{made_before, once};
use authz::access::{CannotPublish, administers, may_publish, publish};
use authz::{Mandate, Matter};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use model::access::{Definitions, Permission};
use model::item::Item;
use model::name::{ControlName, ElementName, PageName, WorkbookName};
use model::publication::{Audience, LinkId, ParameterState, Publication, TablePath};
use model::snapshot::Kind;
use model::workbook::Workbook;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use store::Change;
use store::idempotency::Once;
use utoipa::ToSchema;

/// A public link.
#[derive(Serialize, ToSchema)]
#[schema(as = PublicLink)]
struct LinkAnswer {
    /// Whoever has it sees what the link opens.
    #[schema(value_type = String)]
    id: LinkId,
    /// The page of the link.
    address: String,
    #[schema(value_type = String)]
    workbook: WorkbookName,
    /// Of a link to one element: the page it is on. Null: the link is to the workbook.
    #[schema(required = true, value_type = Option<String>)]
    page: Option<PageName>,
    #[schema(required = true, value_type = Option<String>)]
    element: Option<ElementName>,
    /// Who sets which control: `enabled`, or `disabled`.
    #[schema(value_type = BTreeMap<String, String>)]
    parameters: BTreeMap<ControlName, ParameterState>,
    /// The tables whose data it opens, as `model.table`.
    #[schema(value_type = Vec<String>)]
    data: BTreeSet<TablePath>,
}

/// A page of them.
#[derive(Serialize, ToSchema)]
#[schema(as = PublicLinks)]
pub(super) struct LinksAnswer {
    /// By workbook.
    items: Vec<LinkAnswer>,
    /// Behind which the next page begins; absent: this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    next: Option<String>,
}

/// A link to be made.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewPublicLink)]
pub(in crate::routes) struct NewLink {
    #[schema(value_type = String)]
    pub(in crate::routes) workbook: WorkbookName,
    /// Of a link to one element: the page it is on.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(in crate::routes) page: Option<PageName>,
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub(in crate::routes) element: Option<ElementName>,
    /// Who sets which control. One that is not named is set by nobody.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    pub(in crate::routes) parameters: BTreeMap<ControlName, ParameterState>,
    /// The tables whose data it opens, as `model.table`: all that is read for it.
    #[schema(value_type = Vec<String>)]
    pub(in crate::routes) data: BTreeSet<TablePath>,
}

/// The links that the caller may take away: those to content that they manage, of administrators of grants all.
#[utoipa::path(
    get, operation_id = "list_public_links", path = "/api/v1/public-links", tag = "/api/v1/public-links", params(Paging),
    responses((status = 200, body = LinksAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn list(
    caller: Author,
    State(app): State<App>,
    Parameters(paging): Parameters<Paging>,
) -> Result<Json<LinksAnswer>, Problem> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let links = managed(&app, &caller.viewer).await?.into_iter();
    let cursors = links.map(|link| (format!("{}\n{}", link.workbook, link.id), link));
    let mut told: Vec<_> =
        cursors.filter(|(cursor, _)| *cursor > after).map(|(at, it)| (it.answer(&app), at)).collect();
    told.sort_by(|(_, one), (_, other)| one.cmp(other));
    told.truncate(limit as usize + 1);
    let Page { items, next } = Page::of(told, limit);
    Ok(Json(LinksAnswer { items, next }))
}

/// The links that somebody may take away; it is recorded that they asked.
pub(in crate::routes) async fn managed(app: &App, viewer: &Viewer) -> Result<Vec<Link>, Problem> {
    audit::listed(app, viewer, "public_links_listed").await?;
    let (principal, snapshot) = (&viewer.principal, &viewer.organization.snapshot);
    let workbooks = viewer.organization.definitions.workbooks.iter();
    let managed = workbooks.filter(|(name, _)| may_publish(principal, snapshot, name, true).is_ok());
    Ok(managed.flat_map(|(name, workbook)| links(name, workbook)).collect())
}

/// Makes a link to a workbook or an element of it. Whoever has its address sees all of the data that it opens; filters in
/// the address hide nothing. Needs `create_public_links` and the level `manage`, and that everything which the link shows is
/// shown to the caller. One link is of one thing.
#[utoipa::path(
    post, operation_id = "make_public_link", path = "/api/v1/public-links", tag = "/api/v1/public-links",
    request_body = NewLink,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 printable characters.")),
    responses(
        (status = 200, body = LinkAnswer, description = "An equal request has made it before."),
        (status = 201, body = LinkAnswer),
        (status = "default", body = ProblemBody),
    ),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn make(
    caller: Author,
    State(app): State<App>,
    headers: HeaderMap,
    Definition(body): Definition,
) -> Result<Response, Problem> {
    let once = once(&headers, &caller.viewer, &format!("/api/v1/public-links {body}"))?;
    let new: NewLink = of_json(body)?;
    if new.page.is_some() != new.element.is_some() {
        return Err(invalid("`element`: expected `page` and `element`, or neither"));
    }
    if made_before(&app, once.as_ref()).await?.is_some() {
        let made = existing(&app, &caller.viewer, &new).await?.ok_or(Problem::NotFound)?;
        return Ok(Json(made.answer(&app)).into_response());
    }
    let link = made(&app, caller, once.as_ref(), new).await?;
    Ok((StatusCode::CREATED, Json(link.answer(&app))).into_response())
}

/// Makes it, if the caller may.
pub(in crate::routes) async fn made(
    app: &App,
    caller: Author,
    once: Option<&Once>,
    new: NewLink,
) -> Result<Link, Problem> {
    let id = store::new_link_id()?;
    edit::write(app, caller, once, |viewer| planned(viewer, &new, &id)).await?;
    let NewLink { workbook, page, element, parameters, data } = new;
    Ok(Link { id, workbook, page, element, parameters, data })
}

/// The link to that, if there is one and the caller may make and see such.
pub(in crate::routes) async fn existing(app: &App, viewer: &Viewer, new: &NewLink) -> Result<Option<Link>, Problem> {
    if let Err(not_planned) = expect_publisher(viewer, &new.workbook, false) {
        return Err(not_planned.told(app, viewer).await?);
    }
    let workbook = viewer.organization.definitions.workbooks.get(&new.workbook).ok_or(Problem::NotFound)?;
    Ok(links(&new.workbook, workbook).find(|link| link.is_to(new)))
}

/// What is told of a link, or of content, that is hidden from the caller or does not exist.
pub(in crate::routes) async fn unseen(app: &App, viewer: &Viewer) -> Result<Problem, Problem> {
    nothing_there().told(app, viewer).await
}

fn nothing_there() -> NotPlanned {
    NotPlanned::NotPublished { why: CannotPublish::Unseen, resource: "public-links".to_owned() }
}

/// Takes a link away: nobody sees anything by it any more.
#[utoipa::path(
    delete, operation_id = "revoke_public_link", path = "/api/v1/public-links/{link}", tag = "/api/v1/public-links",
    params(("link" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn revoke(
    caller: Author,
    State(app): State<App>,
    Named(id): Named<LinkId>,
) -> Result<StatusCode, Problem> {
    revoked(&app, caller, |link| link.id == id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the link away that is meant, if the caller may.
pub(in crate::routes) async fn revoked(
    app: &App,
    caller: Author,
    is_meant: impl Fn(&Link) -> bool,
) -> Result<(), Problem> {
    let plan_of = |viewer: &Viewer| {
        let mut after = viewer.organization.definitions.clone();
        // What is hidden from the caller and what does not exist are refused alike.
        let found = after.workbooks.iter().find_map(|(name, workbook)| links(name, workbook).find(&is_meant));
        let Link { id, workbook: name, .. } = found.ok_or_else(nothing_there)?;
        let mandate = expect_publisher(viewer, &name, true).map_err(|_| nothing_there())?;
        let audience = Audience::PublicLink(id);
        let workbook = after.workbooks.get_mut(&name).ok_or(Problem::Internal)?;
        publications(workbook).for_each(|of| of.retain(|one| one.to != audience));
        Ok(plan(&name, &mandate, after, "public_link_revoked")?)
    };
    edit::write(app, caller, None, plan_of).await?;
    Ok(())
}

fn expect_publisher(viewer: &Viewer, workbook: &WorkbookName, takes_away: bool) -> Result<Mandate, NotPlanned> {
    let decided = may_publish(&viewer.principal, &viewer.organization.snapshot, workbook, takes_away);
    decided.map_err(|why| not_published(why, workbook))
}

fn not_published(why: CannotPublish, workbook: &WorkbookName) -> NotPlanned {
    NotPlanned::NotPublished { why, resource: format!("workbook/{workbook}") }
}

/// The organization with the link, if the caller may make it.
fn planned(viewer: &Viewer, new: &NewLink, id: &LinkId) -> Result<Plan, NotPlanned> {
    drop(expect_publisher(viewer, &new.workbook, false)?);
    let mut after = viewer.organization.definitions.clone();
    let workbook = after.workbooks.get_mut(&new.workbook).ok_or(Problem::NotFound)?;
    let of = match (&new.page, &new.element) {
        (Some(page), Some(element)) => {
            let page = workbook.pages.iter_mut().find(|one| one.name == *page);
            let element = page.and_then(|page| page.elements.iter_mut().find(|one| one.name == *element));
            let element = element.ok_or_else(|| invalid("`element`: expected an element of the workbook"))?;
            &mut element.publications
        }
        _ => &mut workbook.publications,
    };
    if of.iter().any(|one| matches!(one.to, Audience::PublicLink(_))) {
        let detail = "there is a public link to this already".to_owned();
        return Err(Problem::Conflict { code: "name_taken", detail }.into());
    }
    of.push(Publication {
        to: Audience::PublicLink(id.clone()),
        parameters: new.parameters.clone(),
        data: new.data.clone(),
    });
    let snapshot = edit::as_it_will_be(&viewer.organization, &after, &[changed(&new.workbook, &after)?]);
    let snapshot = snapshot.map_err(|problems| refusal(viewer, &new.workbook, &problems))?;
    let mandate = publish(&viewer.principal, &snapshot, &new.workbook, id);
    let mandate = mandate.map_err(|why| not_published(why, &new.workbook))?;
    Ok(plan(&new.workbook, &mandate, after, "public_link_made")?)
}

/// What is wrong with the link; which tables it lacks, or which policy asks for the person, is named to administrators alone.
fn refusal(viewer: &Viewer, workbook: &WorkbookName, problems: &[model::problem::Problem]) -> Problem {
    let first = problems.first().filter(|_| administers(&viewer.principal));
    let detail = first.map_or_else(
        || {
            "`data`: expected all tables whose data is shown, of which no row policy asks for the person, and `parameters` \
             of controls that are there, `enabled` or `disabled`"
                .to_owned()
        },
        |problem| format!("`{workbook}`: {}", problem.message),
    );
    Problem::Invalid { code: "invalid_definition", detail }
}

fn changed(name: &WorkbookName, after: &Definitions) -> Result<Change, Problem> {
    let workbook = after.workbooks.get(name).ok_or(Problem::Internal)?;
    let item = Item::new(Kind::Workbook, name.as_str(), workbook).map_err(|_| Problem::Internal)?;
    Ok(Change::from(item))
}

fn plan(name: &WorkbookName, mandate: &Mandate, after: Definitions, event: &str) -> Result<Plan, Problem> {
    Ok(Plan {
        warrant: Warrant::of_mandate(mandate, &Matter::of_organization(Permission::CreatePublicLinks)),
        changes: vec![changed(name, &after)?],
        aside: None,
        at: format!("workbooks/{name}.yaml: "),
        after,
        secrets: BTreeMap::new(),
        // Which ids there are is nobody's business who reads the trail.
        resource: format!("workbook/{name}"),
        event: event.to_owned(),
        fields: vec!["publications".to_owned()],
    })
}

/// A link, as it stands in its workbook.
pub(in crate::routes) struct Link {
    pub(in crate::routes) id: LinkId,
    pub(in crate::routes) workbook: WorkbookName,
    pub(in crate::routes) page: Option<PageName>,
    pub(in crate::routes) element: Option<ElementName>,
    parameters: BTreeMap<ControlName, ParameterState>,
    data: BTreeSet<TablePath>,
}

impl Link {
    fn is_to(&self, new: &NewLink) -> bool {
        (&self.workbook, &self.page, &self.element) == (&new.workbook, &new.page, &new.element)
    }

    fn answer(self, app: &App) -> LinkAnswer {
        let kind = if self.element.is_some() { "question" } else { "dashboard" };
        let Self { id, workbook, page, element, parameters, data } = self;
        let address = format!("{}/public/{kind}/{id}", app.origin_of_embeds());
        LinkAnswer { id, address, workbook, page, element, parameters, data }
    }
}

fn links<'a>(name: &'a WorkbookName, workbook: &'a Workbook) -> impl Iterator<Item = Link> + 'a {
    let elements = workbook.pages.iter().flat_map(|page| {
        page.elements.iter().map(move |element| (Some(&page.name), Some(&element.name), &element.publications))
    });
    let all = std::iter::once((None, None, &workbook.publications)).chain(elements);
    all.flat_map(move |(page, element, publications)| {
        publications.iter().filter_map(move |publication| match &publication.to {
            Audience::GuestsOf(_) => None,
            Audience::PublicLink(id) => Some(Link {
                id: id.clone(),
                workbook: name.clone(),
                page: page.cloned(),
                element: element.cloned(),
                parameters: publication.parameters.clone(),
                data: publication.data.clone(),
            }),
        })
    })
}

fn publications(workbook: &mut Workbook) -> impl Iterator<Item = &mut Vec<Publication>> {
    let elements = workbook.pages.iter_mut().flat_map(|page| &mut page.elements);
    std::iter::once(&mut workbook.publications).chain(elements.map(|element| &mut element.publications))
}

fn invalid(detail: &str) -> Problem {
    Problem::Invalid { code: "invalid_member", detail: detail.to_owned() }
}
