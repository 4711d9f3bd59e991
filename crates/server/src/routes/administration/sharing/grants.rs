//! Reading and writing them.

use super::{Place, Share, ShareAnswer, not_shared, resource};
use crate::app::App;
use crate::audit;
use crate::body::of_json;
use crate::callers::{Author, Viewer};
use crate::page::{Page, Paging};
use crate::problem::Problem;
use crate::requests::{made_before, matches};
use crate::routes::administration::edit::{self, NotPlanned, Plan, Warrant};
use crate::routes::administration::noun::{Noun, merge, tag, tagged};
use authz::access::{self, CannotGrant, knows, share};
use authz::{Lookup, Mandate, Matter, Member};
use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use model::access::{Grant, Granted, Grantee, Permission};
use model::item::Item;
use model::name::fold_subject;
use model::snapshot::Kind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::Change;
use store::idempotency::Once;

pub(super) async fn list(
    app: &App,
    viewer: &Viewer,
    place: Place,
    named: &str,
    paging: Paging,
) -> Result<Response, Problem> {
    let (limit, after) = (paging.limit()?, paging.after()?);
    let found = found(app, viewer, (place, named), &after, limit as usize + 1).await?;
    let told = found.into_iter().map(|(name, grant, _)| (answer(viewer, grant), name)).collect();
    Ok(Json(Page::of(told, limit)).into_response())
}

/// The grants on content, behind a name in the order of theirs and so many at most, as far as the caller may know whom they
/// are for: each with its name, and the person if it is for one.
pub(in crate::routes) async fn found<'a>(
    app: &App,
    viewer: &'a Viewer,
    (place, named): (Place, &str),
    after: &str,
    most: usize,
) -> Result<Vec<(String, &'a Grant, Option<Member>)>, Problem> {
    let on = reading(app, viewer, place, named, "grants_listed").await?;
    let mut grants: Vec<(String, &Grant)> =
        viewer.organization.snapshot.grants.on(&on).map(|grant| (grant.name(), grant)).collect();
    grants.sort_by(|(one, _), (other, _)| one.cmp(other));
    let mut found = Vec::new();
    for (name, grant) in grants.into_iter().filter(|(name, _)| name.as_str() > after) {
        if found.len() >= most {
            break;
        }
        let person = person(app, viewer, &grant.to).await?;
        if knows(&viewer.principal, &viewer.organization.snapshot, &grant.to, person.as_ref()) {
            found.push((name, grant, person));
        }
    }
    Ok(found)
}

pub(super) async fn show(
    app: &App,
    viewer: &Viewer,
    (place, named): (Place, &str),
    id: &str,
) -> Result<Response, Problem> {
    let on = reading(app, viewer, place, named, "grant_read").await?;
    let grant = known(app, viewer, &on, id).await?.ok_or(Problem::NotFound)?;
    tagged(StatusCode::OK, &grant, json(&answer(viewer, &grant))?, None)
}

pub(super) async fn make(
    app: &App,
    caller: Author,
    (place, named): (Place, &str),
    once: Option<Once>,
    body: Value,
) -> Result<Response, Problem> {
    if let Some(id) = made_before(app, once.as_ref()).await? {
        return show(app, &caller.viewer, (place, named), &id).await;
    }
    let (viewer, id, grant) = shared(app, caller, (place, named), once, body).await?;
    let base = match place {
        Place::Workbook => "workbooks",
        Place::Folder => "folders",
        Place::Workspace => "workspaces",
    };
    let location = format!("/api/v1/{base}/{named}/grants/{id}");
    let answer = ShareAnswer { id, ..warned(app, &viewer, &grant).await? };
    tagged(StatusCode::CREATED, &grant, json(&answer)?, Some(&location))
}

/// Makes a grant on content: its id, and the grant.
pub(in crate::routes) async fn shared(
    app: &App,
    caller: Author,
    (place, named): (Place, &str),
    once: Option<Once>,
    body: Value,
) -> Result<(Viewer, String, Grant), Problem> {
    let Share { to, level, allow, deny } = match (of_json(body), expect_manager(&caller.viewer, place, named)) {
        (Ok(sent), _) => sent,
        (Err(problem), Ok(_)) => return Err(problem),
        // What somebody does not see is no matter of what they send.
        (Err(_), Err(not_planned)) => return Err(not_planned.told(app, &caller.viewer).await?),
    };
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
    Ok((viewer, id, made(&plan)?))
}

pub(super) async fn change(
    app: &App,
    caller: Author,
    (place, named): (Place, &str),
    id: &str,
    headers: &HeaderMap,
    patch: Value,
) -> Result<Response, Problem> {
    let (viewer, grant) = shared_anew(app, caller, (place, named), id, headers, patch).await?;
    tagged(StatusCode::OK, &grant, json(&warned(app, &viewer, &grant).await?)?, None)
}

/// Changes a grant on content: the grant as it is then.
pub(in crate::routes) async fn shared_anew(
    app: &App,
    caller: Author,
    (place, named): (Place, &str),
    id: &str,
    headers: &HeaderMap,
    patch: Value,
) -> Result<(Viewer, Grant), Problem> {
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
    Ok((viewer, grant))
}

pub(in crate::routes) async fn remove(
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
    match expect_manager(viewer, place, named) {
        Ok((on, mandate)) => {
            audit::reading_administration(app, viewer, &matter(), &resource(named), event, &mandate).await?;
            Ok(on)
        }
        Err(not_planned) => Err(not_planned.told(app, viewer).await?),
    }
}

/// The content, if the caller may read and make grants on it.
fn expect_manager(viewer: &Viewer, place: Place, named: &str) -> Result<(Granted, Mandate), NotPlanned> {
    let on = place.expect_content(viewer, named)?;
    let mandate = access::manages(&viewer.principal, &viewer.organization.snapshot, &on);
    mandate.map(|mandate| (on, mandate)).map_err(|why| not_shared(why, resource(named)))
}

const fn matter() -> Matter {
    Matter::of_organization(Permission::ShareContent)
}

pub(super) fn decide(
    viewer: &Viewer,
    named: &str,
    before: Option<&Grant>,
    after: Option<&Grant>,
) -> Result<Warrant, NotPlanned> {
    let decided = share(&viewer.principal, &viewer.organization.snapshot, before, after);
    let warrant = decided.map(|mandate| Warrant::of_mandate(&mandate, &matter()));
    warrant.map_err(|why| not_shared(why, resource(named)))
}

/// Who is absent and whom the caller may not know are refused alike.
pub(super) fn expect_grantee(viewer: &Viewer, to: &Grantee, person: Option<&Member>) -> Result<(), Problem> {
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
    let (on, _) = expect_manager(viewer, place, named)?;
    let snapshot = &viewer.organization.snapshot;
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
pub(in crate::routes) async fn person(app: &App, viewer: &Viewer, to: &Grantee) -> Result<Option<Member>, Problem> {
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
