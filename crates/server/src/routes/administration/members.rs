//! Members, made and changed by hand.

pub(in crate::routes) mod answer;
pub(in crate::routes) mod change;
pub(super) mod factors;
pub(super) mod identities;
mod written;

use self::answer::MemberAnswer;
pub(in crate::routes) use self::written::NewMember;
pub(super) use self::written::with_id;
use self::written::{by_hand, expect_own_domain};
use super::noun::{tag, tagged};
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::{Administrator, Viewer};
use crate::login_code;
use crate::mail::Linked;
use crate::page::{Page, Paging, Parameters};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::requests::{made_before, once};
use authz::{Mandate, Matter, Member, administer};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::TimeDelta;
use model::access::{MemberKind, Permission};
use model::name::{AccountTypeName, MemberId, TenantName};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::idempotency::Once;
use store::logins::Purpose;
use store::people::{NotWritten, Person, Sought};
use store::{Secret, TokenHash};
use utoipa::{IntoParams, ToSchema};

/// How long an invitation counts.
const INVITATION: TimeDelta = TimeDelta::days(7);

/// Which members.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    /// At most so many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Those of whom the e-mail address, the subject, or the whole or family name begins so, whatever its case.
    beginning: Option<String>,
    /// Those of a tenant, by its name.
    tenant: Option<TenantName>,
    /// `internal` or `embed`
    #[param(value_type = Option<String>)]
    kind: Option<MemberKind>,
    /// Those of an account type.
    account_type: Option<AccountTypeName>,
    /// Those that may come in, or not.
    active: Option<bool>,
}

/// A page of members.
#[derive(Serialize, ToSchema)]
#[schema(as = Members)]
pub(super) struct MembersAnswer {
    /// In the order of their ids; sought by a beginning, of what begins so.
    items: Vec<MemberAnswer>,
    /// Behind which the next page begins; absent: this is the last one.
    next: Option<String>,
}

/// Members within the caller's reach: whoever is of a tenant sees that tenant's.
#[utoipa::path(
    get, operation_id = "list_members", path = "/api/v1/members", tag = "/api/v1/members", params(Listing),
    responses((status = 200, body = MembersAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn list(
    caller: Administrator,
    State(app): State<App>,
    Parameters(listing): Parameters<Listing>,
) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let tenant = listing.tenant.as_ref().or_else(|| viewer.principal.tenant());
    let mandate = allowed(&app, viewer, &Matter::of(Permission::ManageMembers, tenant), "members").await?;
    record_reading(&app, viewer, tenant, "members", "members_listed", &mandate).await?;
    let tenant = match tenant {
        None => None,
        // A tenant that there is not has no members.
        Some(name) => match viewer.organization.snapshot.tenants.id(name) {
            Some(id) => Some(Some(id.clone())),
            None => return Ok(axum::Json(Page::<MemberAnswer>::of(Vec::new(), 1)).into_response()),
        },
    };
    let Listing { limit, after, beginning, kind, account_type, active, .. } = listing;
    let (limit, after) = Paging::read(limit, after)?;
    let sought = Sought { beginning: beginning.unwrap_or_default(), tenant, kind, account_type, active };
    let found = app.store.people(&sought, &after, limit + 1).await?;
    let told = |(person, last): (Person, String)| (MemberAnswer::of(&person, viewer), last);
    Ok(axum::Json(Page::of(found.into_iter().map(told).collect(), limit)).into_response())
}

/// A new member, and the code that lets them in once if they were invited.
#[derive(Serialize, ToSchema)]
#[schema(as = NewMemberAnswer)]
pub(super) struct Made {
    #[serde(flatten)]
    member: MemberAnswer,
    /// `vl_…`, for an internal member who is invited: who logs in with it is them. It counts once, for seven days.
    #[serde(skip_serializing_if = "Option::is_none")]
    invitation: Option<String>,
    /// The address of a page on which they choose a password with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// Whether the link was sent to their address.
    #[serde(skip_serializing_if = "Option::is_none")]
    mailed: Option<bool>,
}

/// Makes a member by hand: an internal one, who may log in, or an embed one, who may not. With `invite`, the answer has a
/// code with which an internal member logs in once.
#[utoipa::path(
    post, operation_id = "make_member", path = "/api/v1/members", tag = "/api/v1/members", request_body = Object,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 printable characters.")),
    responses(
        (status = 200, body = Made, description = "An equal request has made them before; without the code."),
        (status = 201, body = Made),
        (status = "default", body = ProblemBody),
    ),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn make(
    caller: Administrator,
    State(app): State<App>,
    headers: HeaderMap,
    Definition(body): Definition,
) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let once = once(&headers, viewer, &format!("/api/v1/members {body}"))?;
    if let Some(id) = made_before(&app, once.as_ref()).await? {
        return shown(&app, viewer, &MemberId::new(id)).await;
    }
    let new: NewMember = of_json(body)?;
    let (person, code) = made(&app, viewer, new, once.as_ref()).await?;
    let invitation = code.as_ref().map(|code| code.expose().to_owned());
    let tagged_by = MemberAnswer::of(&person, viewer);
    let (link, mailed) = match invitation.as_deref() {
        Some(code) => mailed(&app, viewer, &person.member, code).await,
        None => (None, None),
    };
    let json = serde_json::to_value(Made { member: MemberAnswer::of(&person, viewer), invitation, link, mailed });
    let location = format!("/api/v1/members/{}", person.member.id);
    tagged(StatusCode::CREATED, &tagged_by, json.map_err(|_| Problem::Internal)?, Some(&location))
}

/// Makes a member, with a code that lets them in once if they are invited.
pub(in crate::routes) async fn made(
    app: &App,
    viewer: &Viewer,
    new: NewMember,
    once: Option<&Once>,
) -> Result<(Person, Option<Secret>), Problem> {
    let matter = Matter::of(Permission::ManageMembers, new.definition.tenant.as_ref());
    let matter = matter.giving(&permissions(viewer, &new.definition.account_type));
    let mandate = allowed(app, viewer, &matter, "member").await?;
    let member = by_hand(viewer, &new.definition)?;
    expect_own_domain(viewer, &member)?;
    change::may_set(viewer, &BTreeSet::new(), &member, !new.definition.attributes.is_empty())?;
    if new.invite && member.kind != MemberKind::Internal {
        let detail = "`invite`: expected an internal member, as embed members do not log in".to_owned();
        return Err(Problem::Invalid { code: "invalid_member", detail });
    }
    let code = store::new_login_code()?;
    let link = new.invite.then(|| (TokenHash::of(code.expose()), app.clock.now() + INVITATION));
    let event = audit::administering(app, viewer, &matter, &resource(&member.id), "member_made", &mandate);
    app.store.make_member(&member, link, once, event).await.map_err(|error| not_written(error, viewer))?;
    let person = app.store.person(&member.id).await?.ok_or(Problem::NotFound)?;
    Ok((person, new.invite.then_some(code)))
}

/// A member, with an `ETag`.
#[utoipa::path(
    get, operation_id = "show_member", path = "/api/v1/members/{member}", tag = "/api/v1/members",
    params(("member" = String, Path)),
    responses((status = 200, body = MemberAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn show(
    caller: Administrator,
    State(app): State<App>,
    Named(member): Named<MemberId>,
) -> Result<Response, Problem> {
    shown(&app, &caller.viewer, &member).await
}

async fn shown(app: &App, viewer: &Viewer, id: &MemberId) -> Result<Response, Problem> {
    answered(&read(app, viewer, id).await?, viewer)
}

/// The member, once it is decided and recorded that the caller is told of them.
pub(in crate::routes) async fn read(app: &App, viewer: &Viewer, id: &MemberId) -> Result<Person, Problem> {
    let (person, matter, mandate) = reached(app, viewer, id).await?;
    let event = audit::administering(app, viewer, &matter, &resource(id), "member_read", &mandate);
    app.store.record(event).await?;
    Ok(person)
}

/// A code with which a member logs in.
#[derive(Serialize, ToSchema)]
#[schema(as = Invitation)]
pub(super) struct InvitationAnswer {
    /// `vl_…`: who logs in with it is the member. It counts once, for seven days; codes of before count no more.
    invitation: String,
    /// The address of a page on which they choose a password with it.
    link: String,
    /// Whether the link was sent to their address.
    mailed: bool,
}

/// Makes a code with which an internal member logs in once, and sends its link to their address.
#[utoipa::path(
    post, operation_id = "invite_member", path = "/api/v1/members/{member}/invitation", tag = "/api/v1/members",
    params(("member" = String, Path)),
    responses((status = 201, body = InvitationAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn invite(
    caller: Administrator,
    State(app): State<App>,
    Named(id): Named<MemberId>,
) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let (person, matter, mandate) = touched(&app, viewer, &id).await?;
    if person.member.kind != MemberKind::Internal || !person.member.active {
        let detail = "only an active internal member can be invited".to_owned();
        return Err(Problem::Conflict { code: "cannot_log_in", detail });
    }
    let code = store::new_login_code()?;
    let event = audit::administering(&app, viewer, &matter, &resource(&id), "member_invited", &mandate);
    let until = app.clock.now() + INVITATION;
    app.store.make_login_link(&id, (Purpose::Invitation, TokenHash::of(code.expose())), until, event).await?;
    let (link, mailed) = mailed(&app, viewer, &person.member, code.expose()).await;
    let (link, mailed) = (link.unwrap_or_default(), mailed.unwrap_or_default());
    let answer = InvitationAnswer { invitation: code.expose().to_owned(), link, mailed };
    Ok((StatusCode::CREATED, axum::Json(answer)).into_response())
}

/// The link of an invitation, and whether it was sent to the member's address. Who invites may pass it on themselves.
pub(in crate::routes) async fn mailed(
    app: &App,
    viewer: &Viewer,
    member: &Member,
    code: &str,
) -> (Option<String>, Option<bool>) {
    let link = login_code::invitation(&app.public_origin, code);
    let organization = &viewer.organization.snapshot.organization.name;
    let to = member.email.as_deref().unwrap_or(&member.subject);
    let letter = Linked { organization, link: &link }.invitation(to);
    let sent = app.mailer.send(letter, app.clock.now()).await;
    if let Err(error) = &sent {
        tracing::warn!(%error, "an invitation was not sent");
    }
    (Some(link), Some(sent.is_ok()))
}

/// The same, to be changed: whoever administers is changed by those only who hold all that they may administer.
pub(in crate::routes) async fn touched(
    app: &App,
    viewer: &Viewer,
    id: &MemberId,
) -> Result<(Person, Matter, Mandate), Problem> {
    let (person, matter, _) = reached(app, viewer, id).await?;
    let mut held = permissions(viewer, &person.member.account_type);
    held.retain(|permission| permission.is_of_administration());
    let matter = matter.giving(&held);
    let mandate = allowed(app, viewer, &matter, &resource(id)).await?;
    Ok((person, matter, mandate))
}

/// The member, if the caller reaches them: the same 404 for whoever is out of reach and whoever there is not.
pub(in crate::routes) async fn reached(
    app: &App,
    viewer: &Viewer,
    id: &MemberId,
) -> Result<(Person, Matter, Mandate), Problem> {
    let person = app.store.person(id).await?;
    let snapshot = &viewer.organization.snapshot;
    let tenant = person.as_ref().and_then(|person| person.member.tenant.as_ref());
    let tenant = tenant.and_then(|id| snapshot.tenants.name(id));
    let matter = Matter::of(Permission::ManageMembers, tenant);
    let mandate = allowed(app, viewer, &matter, &resource(id)).await?;
    Ok((person.ok_or(Problem::NotFound)?, matter, mandate))
}

async fn allowed(app: &App, viewer: &Viewer, matter: &Matter, resource: &str) -> Result<Mandate, Problem> {
    match administer(&viewer.principal, &viewer.organization.snapshot, matter) {
        Ok(mandate) => Ok(mandate),
        Err(denial) => Err(audit::not_administering(app, viewer, matter, resource, &denial).await?),
    }
}

async fn record_reading(
    app: &App,
    viewer: &Viewer,
    tenant: Option<&TenantName>,
    resource: &str,
    event: &str,
    mandate: &Mandate,
) -> Result<(), Problem> {
    let matter = Matter::of(Permission::ManageMembers, tenant);
    audit::reading_administration(app, viewer, &matter, resource, event, mandate).await
}

fn answered(person: &Person, viewer: &Viewer) -> Result<Response, Problem> {
    let answer = MemberAnswer::of(person, viewer);
    let json = serde_json::to_value(&answer).map_err(|_| Problem::Internal)?;
    tagged(StatusCode::OK, &answer, json, None)
}

/// What the holders of an account type may.
fn permissions(viewer: &Viewer, name: &AccountTypeName) -> BTreeSet<Permission> {
    let found = viewer.organization.snapshot.account_types.get(name);
    found.map(|account_type| account_type.permissions.clone()).unwrap_or_default()
}

fn resource(id: &MemberId) -> String {
    format!("member/{id}")
}

pub(super) fn not_written(error: NotWritten, viewer: &Viewer) -> Problem {
    match error {
        // They may be another tenant's.
        NotWritten::Taken(_) if viewer.principal.tenant().is_some() => {
            let detail = "that identity or e-mail address cannot be used".to_owned();
            Problem::Conflict { code: "member_exists", detail }
        }
        NotWritten::Taken(other) => {
            let detail = format!("there is somebody with that identity or e-mail address already: `{other}`");
            Problem::Conflict { code: "member_exists", detail }
        }
        NotWritten::Changed => Problem::Changed,
        NotWritten::Store(error) => error.into(),
    }
}
