//! Grants on one workbook or folder, made by the people who manage it: what they hold themselves, and with whom they may
//! know.

use super::edit::{self, NotPlanned, Plan, Warrant};
use super::noun::{Noun, merge, tag, tagged};
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::{Author, Viewer};
use crate::page::{Page, Paging, Parameters};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::requests::{made_before, matches, once};
use crate::routes::{Route, delete, get, patch, post};
use authz::access::{self, CannotGrant, knows, share};
use authz::{Lookup, Matter, Member};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use model::access::{Grant, Granted, Grantee, Level, Permission};
use model::item::Item;
use model::name::fold_subject;
use model::snapshot::Kind;
use model::workbook::VersionName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::Change;
use store::idempotency::Once;
use utoipa::{OpenApi, ToSchema};

/// Somebody who may reach it.
#[derive(Serialize, ToSchema)]
#[schema(as = SharedWith)]
struct ShareAnswer {
    /// For ever; the grants of `/api/v1/grants` have the same ids.
    id: String,
    /// Who, as in grants.
    #[schema(value_type = Object)]
    to: Grantee,
    /// What, as in grants.
    #[schema(value_type = Object)]
    on: Granted,
    /// `view`, `explore`, `contribute` or `manage`; null: it only allows or denies.
    #[schema(required = true, value_type = Option<String>)]
    level: Option<Level>,
    /// Permissions that they have there whatever the level.
    #[schema(value_type = Vec<String>)]
    allow: BTreeSet<Permission>,
    /// Permissions that they have not there.
    #[schema(value_type = Vec<String>)]
    deny: BTreeSet<Permission>,
    /// For whoever has just shared a workbook: that data behind it is not theirs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    warnings: Vec<String>,
}

/// A page of them.
#[derive(Serialize, ToSchema)]
#[schema(as = SharedWithAll)]
struct SharesAnswer {
    items: Vec<ShareAnswer>,
    /// Behind which the next page begins; absent: this is the last one.
    next: Option<String>,
}

/// With whom something is to be shared, and how far.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Share)]
struct Share {
    /// Who, as in grants: `{"team": "…"}`, `{"member": "…"}`, `{"embed_member": {…}}`, `{"tenant": "…"}`.
    #[schema(value_type = Object)]
    to: Grantee,
    /// `view`, `explore`, `contribute` or `manage`
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// Permissions that they have there whatever the level.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    allow: BTreeSet<Permission>,
    /// Permissions that they have not there.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    deny: BTreeSet<Permission>,
}

/// What of grants routes are about: the text of an address, read.
#[derive(Clone, Copy)]
enum Place {
    Workbook,
    Folder,
}

impl Place {
    /// The content. `None`: there is none.
    fn content(self, viewer: &Viewer, named: &str) -> Option<Granted> {
        match self {
            Self::Workbook => {
                let version: VersionName = named.parse().ok()?;
                Some(version.tag_path().map_or_else(|| Granted::Workbook(version.workbook.clone()), Granted::Tag))
            }
            Self::Folder => {
                let path = viewer.organization.ids.name(Kind::Folder, named)?;
                path.to_owned().try_into().ok().map(Granted::Folder)
            }
        }
    }

    fn expect_content(self, viewer: &Viewer, named: &str) -> Result<Granted, NotPlanned> {
        self.content(viewer, named).ok_or_else(|| not_shared(CannotGrant::Unseen, resource(named)))
    }
}

fn not_shared(why: CannotGrant, resource: String) -> NotPlanned {
    NotPlanned::NotShared { why, resource }
}

fn resource(named: &str) -> String {
    format!("grants/{named}")
}

macro_rules! shared {
    ($($module:ident: $place:ident, $tag:tt, $named:tt, $path:tt, $one:tt, $list:tt $make:tt $show:tt $change:tt $remove:tt;)*) => {
        $(mod $module {
            use super::*;

            #[doc = "The grants on it, as far as the caller may know whom they are for. Needs what sharing needs."]
            #[utoipa::path(
                get, operation_id = $list, path = $path, tag = $tag, params(($named = String, Path), Paging),
                responses((status = 200, body = SharesAnswer), (status = "default", body = ProblemBody)),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn list(
                caller: Author,
                State(app): State<App>,
                Named(named): Named<String>,
                Parameters(paging): Parameters<Paging>,
            ) -> Result<Response, Problem> {
                super::list(&app, &caller.viewer, Place::$place, &named, paging).await
            }

            #[doc = "Shares it: makes a grant on it. Needs `share_content` and the level `manage` on it; nobody gives more of"]
            #[doc = "it than they have themselves, nor to whom they may not know."]
            #[utoipa::path(
                post, operation_id = $make, path = $path, tag = $tag, request_body = Share,
                params(
                    ($named = String, Path),
                    ("Idempotency-Key" = Option<String>, Header, description = "1 to 200 printable characters."),
                ),
                responses(
                    (status = 200, body = ShareAnswer, description = "An equal request has made it before."),
                    (status = 201, body = ShareAnswer),
                    (status = "default", body = ProblemBody),
                ),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn make(
                caller: Author,
                State(app): State<App>,
                Named(named): Named<String>,
                headers: HeaderMap,
                Definition(body): Definition,
            ) -> Result<Response, Problem> {
                let once = once(&headers, &caller.viewer, &format!("{} {named} {body}", $path))?;
                super::make(&app, caller, (Place::$place, &named), once, body).await
            }

            #[doc = "One grant on it, with its `ETag`."]
            #[utoipa::path(
                get, operation_id = $show, path = $one, tag = $tag,
                params(($named = String, Path), ("grant" = String, Path)),
                responses((status = 200, body = ShareAnswer), (status = "default", body = ProblemBody)),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn show(
                caller: Author,
                State(app): State<App>,
                Named((named, id)): Named<(String, String)>,
            ) -> Result<Response, Problem> {
                super::show(&app, &caller.viewer, (Place::$place, &named), &id).await
            }

            #[doc = "Changes `level`, `allow` and `deny` as they are sent; null takes one away (RFC 7396)."]
            #[utoipa::path(
                patch, operation_id = $change, path = $one, tag = $tag, request_body = Object,
                params(
                    ($named = String, Path),
                    ("grant" = String, Path),
                    ("If-Match" = Option<String>, Header, description = "The `ETag` that was read."),
                ),
                responses((status = 200, body = ShareAnswer), (status = "default", body = ProblemBody)),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn change(
                caller: Author,
                State(app): State<App>,
                Named((named, id)): Named<(String, String)>,
                headers: HeaderMap,
                Definition(patch): Definition,
            ) -> Result<Response, Problem> {
                super::change(&app, caller, (Place::$place, &named), &id, &headers, patch).await
            }

            #[doc = "Takes a grant on it away."]
            #[utoipa::path(
                delete, operation_id = $remove, path = $one, tag = $tag,
                params(
                    ($named = String, Path),
                    ("grant" = String, Path),
                    ("If-Match" = Option<String>, Header, description = "The `ETag` that was read."),
                ),
                responses((status = 204), (status = "default", body = ProblemBody)),
                security(("handle" = []), ("credential" = [])),
            )]
            pub(super) async fn remove(
                caller: Author,
                State(app): State<App>,
                Named((named, id)): Named<(String, String)>,
                headers: HeaderMap,
            ) -> Result<Response, Problem> {
                super::remove(&app, caller, (Place::$place, &named), &id, &headers).await
            }
        })*

        /// Their routes.
        pub(super) fn routes() -> Vec<Route> {
            vec![$(
                get($path, $module::list),
                post($path, $module::make),
                get($one, $module::show),
                patch($one, $module::change),
                delete($one, $module::remove),
            )*]
        }

        #[derive(OpenApi)]
        #[openapi(
            paths($($module::list, $module::make, $module::show, $module::change, $module::remove,)*),
            components(schemas(ShareAnswer, SharesAnswer, Share)),
        )]
        struct Documented;
    };
}

shared! {
    workbooks: Workbook, "/api/v1/workbooks", "workbook",
        "/api/v1/workbooks/{workbook}/grants", "/api/v1/workbooks/{workbook}/grants/{grant}",
        "list_grants_on_workbook" "share_workbook" "show_grant_on_workbook" "change_grant_on_workbook"
        "delete_grant_on_workbook";
    folders: Folder, "/api/v1/folders", "id",
        "/api/v1/folders/{id}/grants", "/api/v1/folders/{id}/grants/{grant}",
        "list_grants_on_folder" "share_folder" "show_grant_on_folder" "change_grant_on_folder"
        "delete_grant_on_folder";
}

/// What the routes are, for the OpenAPI document.
pub(super) fn document() -> utoipa::openapi::OpenApi {
    Documented::openapi()
}

async fn list(app: &App, viewer: &Viewer, place: Place, named: &str, paging: Paging) -> Result<Response, Problem> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let on = reading(app, viewer, place, named, "grants_listed").await?;
    let mut grants: Vec<(String, &Grant)> =
        viewer.organization.snapshot.grants.on(&on).map(|grant| (grant.name(), grant)).collect();
    grants.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut told = Vec::new();
    for (name, grant) in grants.into_iter().filter(|(name, _)| *name > after) {
        if told.len() > limit as usize {
            break;
        }
        let person = person(app, viewer, &grant.to).await?;
        if knows(&viewer.principal, &viewer.organization.snapshot, &grant.to, person.as_ref()) {
            told.push((answer(viewer, grant), name));
        }
    }
    Ok(Json(Page::of(told, limit)).into_response())
}

async fn show(app: &App, viewer: &Viewer, (place, named): (Place, &str), id: &str) -> Result<Response, Problem> {
    let on = reading(app, viewer, place, named, "grant_read").await?;
    let grant = known(app, viewer, &on, id).await?.ok_or(Problem::NotFound)?;
    tagged(StatusCode::OK, &grant, json(&answer(viewer, &grant))?, None)
}

async fn make(
    app: &App,
    caller: Author,
    (place, named): (Place, &str),
    once: Option<Once>,
    body: Value,
) -> Result<Response, Problem> {
    if let Some(id) = made_before(app, once.as_ref()).await? {
        return show(app, &caller.viewer, (place, named), &id).await;
    }
    let Share { to, level, allow, deny } = of_json(body)?;
    let to = to.folded();
    let person = person(app, &caller.viewer, &to).await?;
    let (viewer, plan, edited) = edit::write(app, caller, once.as_ref(), |viewer| {
        let on = place.expect_content(viewer, named)?;
        let grant = Grant { to: to.clone(), on, level, allow: allow.clone(), deny: deny.clone() };
        let decided = decide(viewer, named, None, Some(&grant))?;
        expect_grantee(viewer, &grant.to, person.as_ref())?;
        if viewer.organization.ids.get(Kind::Grant, &grant.name()).is_some() {
            let detail = "`to`: there is a grant for them on this already: change that one".to_owned();
            return Err(Problem::Conflict { code: "name_taken", detail }.into());
        }
        planned(viewer, decided, Some(grant), None, Vec::new())
    })
    .await?;
    let id = edited.ids.first().cloned().unwrap_or_default();
    let grant = made(&plan)?;
    let base = match place {
        Place::Workbook => "workbooks",
        Place::Folder => "folders",
    };
    let location = format!("/api/v1/{base}/{named}/grants/{id}");
    let answer = ShareAnswer { id, ..warned(app, &viewer, &grant).await? };
    tagged(StatusCode::CREATED, &grant, json(&answer)?, Some(&location))
}

async fn change(
    app: &App,
    caller: Author,
    (place, named): (Place, &str),
    id: &str,
    headers: &HeaderMap,
    patch: Value,
) -> Result<Response, Problem> {
    let person = person_of(app, &caller.viewer, id).await?;
    let (viewer, plan, _) = edit::write(app, caller, None, |viewer| {
        let before = existing(viewer, (place, named), id, person.as_ref())?;
        matches(headers, &tag(&before)?)?;
        let mut after = serde_json::to_value(&before).map_err(|_| Problem::Internal)?;
        let fields = merge(&mut after, patch.clone())?;
        let after: Grant = of_json(after)?;
        if (&after.to, &after.on) != (&before.to, &before.on) {
            let detail = "`to` and `on`: expected those it has".to_owned();
            return Err(Problem::Invalid { code: "name_stays", detail }.into());
        }
        let decided = decide(viewer, named, Some(&before), Some(&after))?;
        planned(viewer, decided, Some(after), Some(&before), fields)
    })
    .await?;
    let grant = made(&plan)?;
    tagged(StatusCode::OK, &grant, json(&warned(app, &viewer, &grant).await?)?, None)
}

async fn remove(
    app: &App,
    caller: Author,
    (place, named): (Place, &str),
    id: &str,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let person = person_of(app, &caller.viewer, id).await?;
    edit::write(app, caller, None, |viewer| {
        let before = existing(viewer, (place, named), id, person.as_ref())?;
        matches(headers, &tag(&before)?)?;
        let decided = decide(viewer, named, Some(&before), None)?;
        planned(viewer, decided, None, Some(&before), Vec::new())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Decides whether the caller may read grants on the content, and records it.
async fn reading(app: &App, viewer: &Viewer, place: Place, named: &str, event: &str) -> Result<Granted, Problem> {
    let decided = place.expect_content(viewer, named).and_then(|on| {
        let mandate = access::manages(&viewer.principal, &viewer.organization.snapshot, &on);
        mandate.map(|mandate| (on, mandate)).map_err(|why| not_shared(why, resource(named)))
    });
    match decided {
        Ok((on, mandate)) => {
            audit::reading_administration(app, viewer, &matter(), &resource(named), event, &mandate).await?;
            Ok(on)
        }
        Err(not_planned) => Err(not_planned.told(app, viewer).await?),
    }
}

const fn matter() -> Matter {
    Matter::of_organization(Permission::ShareContent)
}

fn decide(viewer: &Viewer, named: &str, before: Option<&Grant>, after: Option<&Grant>) -> Result<Warrant, NotPlanned> {
    let decided = share(&viewer.principal, &viewer.organization.snapshot, before, after);
    let warrant = decided.map(|mandate| Warrant::of_mandate(&mandate, &matter()));
    warrant.map_err(|why| not_shared(why, resource(named)))
}

/// Who is absent and whom the caller may not know are refused alike.
fn expect_grantee(viewer: &Viewer, to: &Grantee, person: Option<&Member>) -> Result<(), Problem> {
    let snapshot = &viewer.organization.snapshot;
    let is_there = match to {
        Grantee::Member(_) | Grantee::EmbedMember(_) => person.is_some(),
        Grantee::Team(team) => snapshot.teams.id(team).is_some(),
        Grantee::Tenant(tenant) => snapshot.tenants.id(tenant).is_some(),
        Grantee::Key(key) => snapshot.keys.id(key).is_some(),
    };
    if is_there && knows(&viewer.principal, snapshot, to, person) {
        return Ok(());
    }
    let detail = "`to`: expected somebody, or a team, with whom you may share".to_owned();
    Err(Problem::Invalid { code: "unknown_grantee", detail })
}

/// The grant on the content with that id, if the caller may know whom it is for.
fn existing(
    viewer: &Viewer,
    (place, named): (Place, &str),
    id: &str,
    person: Option<&Member>,
) -> Result<Grant, NotPlanned> {
    let on = place.expect_content(viewer, named)?;
    let snapshot = &viewer.organization.snapshot;
    drop(access::manages(&viewer.principal, snapshot, &on).map_err(|why| not_shared(why, resource(named)))?);
    let found = by_id(viewer, id).filter(|grant| grant.on == on);
    let found = found.filter(|grant| knows(&viewer.principal, snapshot, &grant.to, person));
    found.ok_or_else(|| not_shared(CannotGrant::Unseen, resource(named)))
}

async fn known(app: &App, viewer: &Viewer, on: &Granted, id: &str) -> Result<Option<Grant>, Problem> {
    let Some(grant) = by_id(viewer, id).filter(|grant| grant.on == *on) else { return Ok(None) };
    let person = person(app, viewer, &grant.to).await?;
    Ok(knows(&viewer.principal, &viewer.organization.snapshot, &grant.to, person.as_ref()).then_some(grant))
}

fn by_id(viewer: &Viewer, id: &str) -> Option<Grant> {
    let name = viewer.organization.ids.name(Kind::Grant, id)?;
    <Grant as Noun>::named(&viewer.organization.definitions, name)
}

async fn person_of(app: &App, viewer: &Viewer, id: &str) -> Result<Option<Member>, Problem> {
    match by_id(viewer, id) {
        Some(grant) => person(app, viewer, &grant.to).await,
        None => Ok(None),
    }
}

/// Whom the store knows as the grantee, if that is one person.
pub(super) async fn person(app: &App, viewer: &Viewer, to: &Grantee) -> Result<Option<Member>, Problem> {
    let snapshot = &viewer.organization.snapshot;
    match to {
        Grantee::Member(email) => Ok(app.store.internal(email).await?),
        Grantee::EmbedMember(identity) => {
            let tenant = identity.tenant.as_ref().map(|name| snapshot.tenants.id(name));
            let (Some(issuer), None | Some(Some(_))) = (snapshot.issuers.id(&identity.issuer), tenant) else {
                return Ok(None);
            };
            let lookup = Lookup {
                issuer: issuer.clone(),
                tenant: tenant.flatten().cloned(),
                subject: fold_subject(&identity.subject),
                emails: BTreeSet::new(),
            };
            Ok(app.store.find(&lookup).await?.embed)
        }
        Grantee::Team(_) | Grantee::Tenant(_) | Grantee::Key(_) => Ok(None),
    }
}

/// Puts a grant in place of another.
fn planned(
    viewer: &Viewer,
    warrant: Warrant,
    after: Option<Grant>,
    before: Option<&Grant>,
    fields: Vec<String>,
) -> Result<Plan, NotPlanned> {
    let mut definitions = viewer.organization.definitions.clone();
    let (name, event, change, at) = match (after, before) {
        (Some(grant), before) => {
            let change = Change::from(Item::new(Kind::Grant, grant.name(), &grant).map_err(|_| Problem::Internal)?);
            let name = grant.name();
            grant.clone().put(&mut definitions);
            let at = Noun::at(&grant, &definitions);
            (name, if before.is_some() { "grant_changed" } else { "grant_made" }, change, at)
        }
        (None, Some(before)) => {
            let name = before.name();
            drop(Noun::remove(before, &mut definitions));
            (name.clone(), "grant_deleted", Change::gone(Kind::Grant, name), "nothing stands there".to_owned())
        }
        (None, None) => return Err(Problem::Internal.into()),
    };
    Ok(Plan {
        warrant,
        after: definitions,
        changes: vec![change],
        aside: None,
        secrets: BTreeMap::new(),
        resource: format!("grant/{name}"),
        event: event.to_owned(),
        fields,
        at,
    })
}

/// The grant that a plan has put in place.
fn made(plan: &Plan) -> Result<Grant, Problem> {
    let name = plan.resource.strip_prefix("grant/").unwrap_or_default();
    <Grant as Noun>::named(&plan.after, name).ok_or(Problem::Internal)
}

fn answer(viewer: &Viewer, grant: &Grant) -> ShareAnswer {
    let id = viewer.organization.ids.get(Kind::Grant, &grant.name()).unwrap_or_default().to_owned();
    let Grant { to, on, level, allow, deny } = grant.clone();
    ShareAnswer { id, to, on, level, allow, deny, warnings: Vec::new() }
}

/// With what there is to warn of, now that it is in force. Which data is missing is named to administrators alone.
async fn warned(app: &App, viewer: &Viewer, grant: &Grant) -> Result<ShareAnswer, Problem> {
    let mut warnings = grant.warnings(&app.organization_now().await?.snapshot);
    if !warnings.is_empty() && !access::administers(&viewer.principal) {
        warnings = vec!["not all data behind this workbook is theirs: an administrator can grant it".to_owned()];
    }
    Ok(ShareAnswer { warnings, ..answer(viewer, grant) })
}

fn json(answer: &ShareAnswer) -> Result<Value, Problem> {
    serde_json::to_value(answer).map_err(|_| Problem::Internal)
}
