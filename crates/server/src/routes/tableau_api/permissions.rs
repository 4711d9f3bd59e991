//! Permissions on content: what is granted on it to groups and users, as far as Tableau has words for it. Reading and writing them is for
//! whoever may share it.

use super::capabilities::{self, About, Said, Terms, told as said};
use super::content::{published, view};
use super::named::One;
use super::projects;
use super::told::told;
use crate::app::App;
use crate::callers::{Again, TableauProgram, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::members::change::alone;
use crate::routes::administration::sharing::{self, On, Place, Reach, Wanted};
use crate::tableau::{Element, Sent, invalid_attribute};
use authz::Member;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use dialect::tableau::permissions::Mode;
use model::access::{Grant, Grantee};
use model::name::MemberId;
use model::snapshot::Kind;
use model::workbook;
use serde::Deserialize;

/// The most grants that are read.
const MOST: usize = 10_000;

/// What permissions are on: as grants name it, what of them is told, and how clients know it.
struct Content {
    place: Place,
    named: String,
    about: About,
    element: Element,
}

impl Content {
    const fn at(&self) -> (Place, &str) {
        (self.place, self.named.as_str())
    }

    fn wanted(&self, to: Grantee, Terms { level, allow, deny }: Terms) -> Wanted {
        let on = On::Content(self.place, self.named.clone());
        Wanted { to, on, reach: Reach::Exactly { level, allow, deny } }
    }

    fn of_workbook(viewer: &Viewer, id: &str) -> Result<Self, Problem> {
        let (name, workbook) = published(viewer, id)?;
        let element = Element::new("workbook").with("id", id).with("name", workbook.title.read_by(&viewer.reader()));
        Ok(Self { place: Place::Workbook, named: name.to_string(), about: About::Workbooks, element })
    }

    /// Grants on a project count for all that is in it, so that its own permissions and the default ones of its workbooks are
    /// of the same grants.
    async fn of_project(app: &App, viewer: &Viewer, id: &str, about: About) -> Result<Self, Problem> {
        let project = projects::found(app, viewer, id).await?;
        let place = match project.place {
            workbook::Place::Workspace(_) => Place::Workspace,
            workbook::Place::Folder(_) => Place::Folder,
        };
        Ok(Self { place, named: id.to_owned(), about, element: Element::new("project").with("id", id) })
    }

    /// Of default permissions: of workbooks alone, as grants on data are on the data itself.
    async fn of_defaults(app: &App, viewer: &Viewer, id: &str, kind: &str) -> Result<Self, Problem> {
        let content = Self::of_project(app, viewer, id, About::Workbooks).await?;
        if kind == "workbooks" {
            return Ok(content);
        }
        let kind: String = kind.chars().take(80).collect();
        Err(invalid_attribute(&kind, "expected `workbooks`: other content is not in projects here"))
    }
}

/// Somebody to whom a capability is given.
#[derive(Deserialize)]
pub(super) struct Rule {
    id: String,
    grantees: String,
    grantee: String,
    capability: String,
    mode: String,
    /// Of default permissions: of which content.
    #[serde(default)]
    kind: String,
}

/// Default permissions of a kind of content.
#[derive(Deserialize)]
pub(super) struct Defaults {
    id: String,
    kind: String,
}

/// What is granted on a workbook itself.
pub(super) async fn of_workbook(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
) -> Result<Response, Problem> {
    let content = Content::of_workbook(&caller.viewer, &id)?;
    shown(&app, &caller, &caller.viewer, content).await
}

/// Of a view: that of its workbook, whose views share them.
pub(super) async fn of_view(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
) -> Result<Response, Problem> {
    let view = view(&app, &caller.viewer, &id).await?;
    let workbook = caller.viewer.organization.ids.get(Kind::Workbook, &view.place.0.to_string());
    let content = Content::of_workbook(&caller.viewer, workbook.ok_or(Problem::NotFound)?)?;
    shown(&app, &caller, &caller.viewer, content).await
}

/// Views have the permissions of their workbook.
pub(super) async fn set_of_view(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
) -> Result<Response, Problem> {
    view(&app, &caller.viewer, &id).await?;
    Err(invalid_attribute("permissions", "expected those of the workbook: its views have the same ones"))
}

/// What is granted on a project itself.
pub(super) async fn of_project(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
) -> Result<Response, Problem> {
    let content = Content::of_project(&app, &caller.viewer, &id, About::Project).await?;
    shown(&app, &caller, &caller.viewer, content).await
}

/// What of that counts for workbooks in it.
pub(super) async fn of_defaults(
    caller: TableauProgram,
    State(app): State<App>,
    Named(Defaults { id, kind }): Named<Defaults>,
) -> Result<Response, Problem> {
    let content = Content::of_defaults(&app, &caller.viewer, &id, &kind).await?;
    shown(&app, &caller, &caller.viewer, content).await
}

/// Grants capabilities on a workbook.
pub(super) async fn set_of_workbook(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    Sent(sent): Sent,
) -> Result<Response, Problem> {
    let content = Content::of_workbook(&caller.viewer, &id)?;
    set(&app, &caller, content, &sent).await
}

/// Grants capabilities on a project.
pub(super) async fn set_of_project(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    Sent(sent): Sent,
) -> Result<Response, Problem> {
    let content = Content::of_project(&app, &caller.viewer, &id, About::Project).await?;
    set(&app, &caller, content, &sent).await
}

/// Grants capabilities on the workbooks of a project.
pub(super) async fn set_of_defaults(
    caller: TableauProgram,
    State(app): State<App>,
    Named(Defaults { id, kind }): Named<Defaults>,
    Sent(sent): Sent,
) -> Result<Response, Problem> {
    let content = Content::of_defaults(&app, &caller.viewer, &id, &kind).await?;
    set(&app, &caller, content, &sent).await
}

/// Takes back what is said of one capability on a workbook.
pub(super) async fn remove_of_workbook(
    caller: TableauProgram,
    State(app): State<App>,
    Named(rule): Named<Rule>,
) -> Result<Response, Problem> {
    let content = Content::of_workbook(&caller.viewer, &rule.id)?;
    remove(&app, &caller, content, &rule).await
}

/// Takes back what is said of one capability on a project.
pub(super) async fn remove_of_project(
    caller: TableauProgram,
    State(app): State<App>,
    Named(rule): Named<Rule>,
) -> Result<Response, Problem> {
    let content = Content::of_project(&app, &caller.viewer, &rule.id, About::Project).await?;
    remove(&app, &caller, content, &rule).await
}

/// Takes back what is said of one capability on the workbooks of a project.
pub(super) async fn remove_of_defaults(
    caller: TableauProgram,
    State(app): State<App>,
    Named(rule): Named<Rule>,
) -> Result<Response, Problem> {
    let content = Content::of_defaults(&app, &caller.viewer, &rule.id, &rule.kind).await?;
    remove(&app, &caller, content, &rule).await
}

/// The grants on content that Tableau has words for, each with the person if it is for one.
async fn shown(app: &App, caller: &TableauProgram, viewer: &Viewer, content: Content) -> Result<Response, Problem> {
    let mut rules = Vec::new();
    for (_, grant, person) in sharing::found(app, viewer, content.at(), "", MOST).await? {
        let capabilities = said(grant, content.about);
        let Some(grantee) = grantee_told(viewer, grant, person.as_ref()).filter(|_| !capabilities.is_empty()) else {
            continue;
        };
        let capability = |(name, mode): (_, Mode)| {
            let name: dialect::tableau::permissions::Capability = name;
            Element::new("capability").with("name", name.as_str()).with("mode", mode.as_str())
        };
        let capabilities = Element::list("capabilities", capabilities.into_iter().map(capability));
        rules.push(Element::new("granteeCapabilities").holding([grantee, capabilities]).repeated());
    }
    Ok(told(caller, vec![Element::new("permissions").holding([content.element]).holding(rules)]))
}

/// Whom a grant is for; `None`: Tableau has no words for them, who are everybody of a tenant or a key.
fn grantee_told(viewer: &Viewer, grant: &Grant, person: Option<&Member>) -> Option<Element> {
    match &grant.to {
        Grantee::Team(team) => {
            Some(Element::new("group").with("id", viewer.organization.ids.get(Kind::Team, team.as_str())?))
        }
        _ => Some(Element::new("user").with("id", person?.id.to_string())),
    }
}

/// Says something of capabilities of each grantee that is named, in the place of what was said of them before: all of it is
/// written or nothing.
async fn set(app: &App, caller: &TableauProgram, content: Content, sent: &Element) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let before = sharing::found(app, viewer, content.at(), "", MOST).await?;
    let mut wanted = Vec::new();
    for (kind, id, said) in read(sent, content.about)? {
        let to = grantee(app, viewer, kind, &id).await?;
        if wanted.iter().any(|other: &Wanted| other.to == to) {
            return Err(invalid_attribute("granteeCapabilities", "expected each grantee once"));
        }
        let grant = before.iter().map(|(_, grant, _)| *grant).find(|grant| grant.to.clone().folded() == to);
        let mut terms = Terms::of(grant);
        terms.say(&said)?;
        wanted.push(content.wanted(to, terms));
    }
    write(app, caller, wanted).await?;
    let now = Again::from(caller).again(app).await?;
    shown(app, caller, &now.viewer, content).await
}

async fn write(app: &App, caller: &TableauProgram, wanted: Vec<Wanted>) -> Result<(), Problem> {
    // Who is absent and whom the caller may not know are refused alike.
    sharing::granted(app, caller.author(), &wanted).await.map_err(|problem| match problem {
        Problem::Invalid { code: "unknown_grantee", .. } => unknown(),
        other => other,
    })
}

fn unknown() -> Problem {
    invalid_attribute("id", "expected that of a group, or of a user, with whom you may share")
}

/// Takes back what is said of one capability. A grant that then says nothing goes.
async fn remove(app: &App, caller: &TableauProgram, content: Content, rule: &Rule) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let before = sharing::found(app, viewer, content.at(), "", MOST).await?;
    let to = match rule.grantees.as_str() {
        "groups" => grantee(app, viewer, "group", &rule.grantee).await,
        "users" => grantee(app, viewer, "user", &rule.grantee).await,
        _ => return Err(Problem::NotFound),
    };
    let to =
        to.map_err(|problem| if matches!(problem, Problem::Invalid { .. }) { Problem::NotFound } else { problem })?;
    let capability = capabilities::capability(&rule.capability, content.about)?;
    let mode = Mode::parse(&rule.mode).ok_or(Problem::NotFound)?;
    let grant = before.iter().find(|(_, grant, _)| grant.to.clone().folded() == to);
    let (name, grant, _) = grant.ok_or(Problem::NotFound)?;
    if said(grant, content.about).get(&capability) != Some(&mode) {
        return Err(Problem::NotFound);
    }
    let id = viewer.organization.ids.get(Kind::Grant, name).ok_or(Problem::NotFound)?.to_owned();
    let mut terms = Terms::of(Some(grant));
    terms.unsay(capability, mode);
    if terms.is_empty() {
        sharing::remove(app, caller.author(), content.at(), &id, &HeaderMap::new()).await?;
    } else {
        write(app, caller, vec![content.wanted(to, terms)]).await?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The grantees of a request: of each its kind, its id and what is said of it.
fn read(sent: &Element, about: About) -> Result<Vec<(&'static str, String, Said)>, Problem> {
    let permissions = sent.only("permissions")?;
    permissions.expect(&[], &["workbook", "project", "granteeCapabilities"])?;
    let mut read = Vec::new();
    for one in permissions.all("granteeCapabilities") {
        one.expect(&[], &["group", "user", "capabilities"])?;
        let (kind, grantee) = match (one.any("group"), one.any("user")) {
            (Some(group), None) => ("group", group),
            (None, Some(user)) => ("user", user),
            _ => return Err(invalid_attribute("granteeCapabilities", "expected either a `group` or a `user` in it")),
        };
        let mut pairs = Vec::new();
        for capability in one.only("capabilities")?.all("capability") {
            pairs.push((capability.needed("name")?.to_owned(), capability.needed("mode")?.to_owned()));
        }
        read.push((kind, grantee.needed("id")?.to_owned(), capabilities::read(pairs, about)?));
    }
    if read.iter().all(|(.., said)| said.is_empty()) {
        return Err(invalid_attribute("granteeCapabilities", "expected at least one, with a capability"));
    }
    read.retain(|(.., said)| !said.is_empty());
    Ok(read)
}

/// Whom a rule is for, as grants name them.
async fn grantee(app: &App, viewer: &Viewer, kind: &str, id: &str) -> Result<Grantee, Problem> {
    if kind == "group" {
        let team = viewer.organization.ids.name(Kind::Team, id).and_then(|name| name.parse().ok());
        return team.map(Grantee::Team).ok_or_else(unknown);
    }
    let person = app.store.person(&MemberId::new(id)).await?;
    person.and_then(|person| alone(&person.member, viewer)).ok_or_else(unknown)
}
