//! What authors do with workbooks: drafts, publishing, versions, tags, copies, moves, and the trash.

pub(crate) mod drafts;
pub(crate) mod homes;
pub(crate) mod places;
pub(crate) mod preview;
pub(crate) mod tags;
pub(crate) mod trash;
pub(crate) mod versions;

use super::administration::edit::NotPlanned;
use super::{Route, Warrant, delete, get, post, put};
use crate::app::App;
use crate::callers::Viewer;
use crate::problem::Problem;
use authz::{Action, AtHome, Resource, decide, decide_home};
use axum::http::HeaderMap;
use model::access::{EmbedIdentity, MemberKind, Owner, Permission};
use model::name::{MemberId, WorkbookId, WorkbookName};
use model::workbook::{Page, Place, VersionBody, VersionName, Workbook};
use serde::{Deserialize, Serialize};
use store::versions::Expected;
use utoipa::{OpenApi, ToSchema};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/places", homes::list),
        post("/api/v1/workbooks", places::make),
        delete("/api/v1/workbooks/{workbook}", trash::throw),
        post("/api/v1/workbooks/{workbook}/copy", places::copy),
        post("/api/v1/workbooks/{workbook}/move", places::relocate),
        get("/api/v1/workbooks/{workbook}/draft", drafts::show),
        put("/api/v1/workbooks/{workbook}/draft", drafts::save),
        delete("/api/v1/workbooks/{workbook}/draft", drafts::discard),
        get("/api/v1/workbooks/{workbook}/draft/preview", preview::show),
        post("/api/v1/workbooks/{workbook}/draft/pages/{page}/elements/{element}/query", preview::query),
        post("/api/v1/workbooks/{workbook}/draft/pages/{page}/controls/{control}/values", preview::values),
        post("/api/v1/workbooks/{workbook}/publish", drafts::publish),
        get("/api/v1/workbooks/{workbook}/versions", versions::list),
        get("/api/v1/workbooks/{workbook}/versions/{version}", versions::show),
        get("/api/v1/workbooks/{workbook}/versions/{version}/changes", versions::changes),
        post("/api/v1/workbooks/{workbook}/versions/{version}/restore", versions::restore),
        get("/api/v1/workbooks/{workbook}/tags", tags::list),
        put("/api/v1/workbooks/{workbook}/tags/{tag}", tags::set),
        delete("/api/v1/workbooks/{workbook}/tags/{tag}", tags::remove),
        get("/api/v1/trash", trash::list),
        post("/api/v1/trash/{workbook}/restore", trash::restore),
        delete("/api/v1/trash/{workbook}", trash::purge),
    ]
}

#[derive(OpenApi)]
#[openapi(paths(
    homes::list,
    places::make,
    places::copy,
    places::relocate,
    drafts::show,
    drafts::save,
    drafts::discard,
    drafts::publish,
    preview::show,
    preview::query,
    preview::values,
    versions::list,
    versions::show,
    versions::changes,
    versions::restore,
    tags::list,
    tags::set,
    tags::remove,
    trash::throw,
    trash::list,
    trash::restore,
    trash::purge,
))]
struct Documented;

/// What the routes are, for the OpenAPI document.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    Documented::openapi()
}

/// A workspace or folder.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Home)]
pub(crate) struct Home {
    /// `{"workspace": NAME}` or `{"folder": "WORKSPACE/NAME"}`.
    #[serde(rename = "in")]
    #[schema(value_type = Object)]
    pub(super) place: Place,
}

/// A workbook that was made or put back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MadeWorkbook)]
pub(crate) struct Made {
    /// As it stands in addresses.
    #[schema(value_type = String)]
    pub(super) name: WorkbookName,
    /// What could not come with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(super) warnings: Vec<String>,
}

/// The permit for an action on a workbook as it is published, as proof for the event.
pub(super) fn permitted<A: Action>(viewer: &Viewer, name: &VersionName) -> Result<Warrant, NotPlanned> {
    let resource = Resource::Page { workbook: name.clone(), page: None };
    let decided = decide::<A>(&viewer.principal, &viewer.organization.snapshot, &resource);
    decided.map(Warrant::from).map_err(|denial| NotPlanned::Unpermitted {
        action: A::NAME,
        resource: name.to_string(),
        denial: Box::new(denial),
    })
}

/// The same for something that is done in a workspace or folder. `own`: to what is theirs.
pub(super) fn permitted_in<A: AtHome>(viewer: &Viewer, home: &Place, own: bool) -> Result<Warrant, NotPlanned> {
    let decided = decide_home::<A>(&viewer.principal, &viewer.organization.snapshot, home, own);
    decided.map(Warrant::from).map_err(|denial| NotPlanned::Unpermitted {
        action: A::NAME,
        resource: spelled(home),
        denial: Box::new(denial),
    })
}

/// Decides, and records a refusal.
pub(super) async fn allow<A: Action>(app: &App, viewer: &Viewer, name: &VersionName) -> Result<Warrant, Problem> {
    match permitted::<A>(viewer, name) {
        Ok(warrant) => Ok(warrant),
        Err(refused) => Err(refused.told(app, viewer).await?),
    }
}

/// `shop` or `shop/daily`.
pub(super) fn spelled(place: &Place) -> String {
    match place {
        Place::Workspace(workspace) => workspace.to_string(),
        Place::Folder(folder) => folder.to_string(),
    }
}

/// The workbook as it is published, with its id.
pub(super) fn published<'a>(
    viewer: &'a Viewer,
    name: &WorkbookName,
) -> Result<(&'a WorkbookId, &'a Workbook), Problem> {
    let workbooks = &viewer.organization.snapshot.workbooks;
    let version = VersionName::from(name);
    workbooks.id(&version).zip(workbooks.named(&version)).ok_or(Problem::NotFound)
}

/// Who is calling, if the store knows them: whoever changes something is somebody.
pub(super) fn member(viewer: &Viewer) -> Result<&MemberId, Problem> {
    viewer.principal.member().ok_or(Problem::NotFound)
}

/// The caller as the owner of what they make. `None`: they have no name by which that could be said.
pub(in crate::routes) fn owner(viewer: &Viewer) -> Option<Owner> {
    let (facts, snapshot) = (viewer.principal.facts(), &viewer.organization.snapshot);
    match facts.kind()? {
        MemberKind::Internal => facts.email.clone().map(Owner::Member),
        MemberKind::Embed => Some(Owner::EmbedMember(EmbedIdentity {
            issuer: snapshot.issuers.name(facts.issuer.as_ref()?)?.clone(),
            tenant: viewer.principal.tenant().cloned(),
            subject: facts.subject.clone()?,
        })),
    }
}

/// Whether what somebody writes asks only for what exists for them, beside what stands in the workbook already. Whoever
/// writes models is not asked.
pub(super) fn expect_visible(
    viewer: &Viewer,
    (name, workbook): (&VersionName, &Workbook),
    body: &VersionBody,
) -> Result<(), Problem> {
    let principal = &viewer.principal;
    if principal.tenant().is_none() && principal.permissions().contains(&Permission::ManageModels) {
        return Ok(());
    }
    let found = authz::may_show(principal, &viewer.organization.snapshot, name, workbook, body);
    found.map_err(|field| Problem::Invalid {
        code: "unknown_data",
        detail: format!("`{field}`: asks for something that there is not, or that you may not use"),
    })
}

/// Whether a version says only what versions say.
pub(super) fn expect_of_version(pages: &[Page]) -> Result<(), Problem> {
    for (at, page) in pages.iter().enumerate() {
        let odd = |field: &str| {
            let detail = format!("`{field}`: expected it in the workbook itself, not in a version of it");
            Err(Problem::Invalid { code: "not_of_a_version", detail })
        };
        if !page.known_as.is_empty() {
            return odd(&format!("pages[{at}].known_as"));
        }
        for (index, element) in page.elements.iter().enumerate() {
            let element_at = format!("pages[{at}].elements[{index}]");
            if !element.known_as.is_empty() {
                return odd(&format!("{element_at}.known_as"));
            }
            if !element.publications.is_empty() {
                return odd(&format!("{element_at}.publications"));
            }
        }
    }
    Ok(())
}

/// What `If-Match` and `If-None-Match` say of the draft.
pub(super) fn states(headers: &HeaderMap) -> Result<Wanted, Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    match (text("if-match"), text("if-none-match")) {
        (None | Some("*"), None) => Ok(Wanted::Anything),
        (None, Some("*")) => Ok(Wanted::Nothing),
        (Some(tags), None) => {
            let states = tags.split(',').map(|tag| tag.trim().trim_matches('"').to_owned());
            Ok(Wanted::Any(states.collect()))
        }
        (_, Some(_)) => {
            let detail = "`If-None-Match`: expected `*`, alone".to_owned();
            Err(Problem::Invalid { code: "invalid_if_none_match", detail })
        }
    }
}

/// In which state a draft must be.
#[derive(Debug)]
pub(super) enum Wanted {
    Anything,
    Nothing,
    Any(Vec<String>),
}

impl Wanted {
    pub(super) fn expected(&self) -> Expected<'_> {
        match self {
            Self::Anything => Expected::Anything,
            Self::Nothing => Expected::Nothing,
            Self::Any(states) => Expected::Any(states),
        }
    }

    pub(super) fn fits(&self, state: &str) -> bool {
        match self {
            Self::Anything => true,
            Self::Nothing => false,
            Self::Any(states) => states.iter().any(|one| one == state),
        }
    }
}
