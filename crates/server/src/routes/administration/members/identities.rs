//! Identities of a member beside their own: linked to them by an administrator, so that two are one person.

use super::change::alone;
use super::{not_written, resource, touched};
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::{Administrator, Viewer};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::routes::administration::edit::{self, Plan};
use crate::routes::administration::members::change::named_by;
use authz::{CannotLink, Matter, Member, may_link};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use model::access::{Definitions, Grant, Grantee, Permission};
use model::item::Item;
use model::name::{IssuerName, MemberId, TenantName};
use model::snapshot::Kind;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use store::Change;
use store::identities::Identity;
use utoipa::ToSchema;

/// An identity by which somebody comes in.
#[derive(Serialize, ToSchema)]
#[schema(as = Identity)]
struct IdentityAnswer {
    /// For ever.
    id: String,
    /// Who vouches; null: one who is gone.
    #[schema(required = true)]
    issuer: Option<IssuerName>,
    /// The tenant; null: none.
    #[schema(required = true)]
    tenant: Option<TenantName>,
    /// What the issuer calls them.
    subject: String,
    linked_at: DateTime<Utc>,
}

impl IdentityAnswer {
    fn of(identity: Identity, viewer: &Viewer) -> Self {
        let snapshot = &viewer.organization.snapshot;
        let tenant = identity.tenant.as_ref().and_then(|id| snapshot.tenants.name(id)).cloned();
        let Identity { id, issuer, subject, linked_at, .. } = identity;
        Self { id, issuer: snapshot.issuers.name(&issuer).cloned(), tenant, subject, linked_at }
    }
}

/// Identities.
#[derive(Serialize, ToSchema)]
#[schema(as = Identities)]
pub(in super::super) struct IdentitiesAnswer {
    /// Those beside their own.
    items: Vec<IdentityAnswer>,
}

/// Whose identity is to be linked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Link)]
pub(in super::super) struct Link {
    /// The id of an embed member, who becomes the same person and is no more.
    #[schema(value_type = String)]
    member: MemberId,
}

/// The identities that are linked to a member.
#[utoipa::path(
    get, operation_id = "list_identities", path = "/api/v1/members/{member}/identities", tag = "/api/v1/members",
    params(("member" = String, Path)),
    responses((status = 200, body = IdentitiesAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(in super::super) async fn list(
    caller: Administrator,
    State(app): State<App>,
    Named(id): Named<MemberId>,
) -> Result<Json<IdentitiesAnswer>, Problem> {
    let viewer = &caller.viewer;
    let (.., matter, mandate) = super::reached(&app, viewer, &id).await?;
    let event = audit::administering(&app, viewer, &matter, &resource(&id), "identities_read", &mandate);
    app.store.record(event).await?;
    let found = app.store.identities(&id).await?;
    Ok(Json(IdentitiesAnswer { items: found.into_iter().map(|one| IdentityAnswer::of(one, viewer)).collect() }))
}

/// Links the identity of an embed member to another member: whoever comes by it is that member from then on, with one
/// profile. Grants, bookmarks and favourites of the embed member become theirs; everything else that was written of the embed
/// member is gone, and so are they. The sessions of both end. For administrators of the organization.
#[utoipa::path(
    post, operation_id = "link_identity", path = "/api/v1/members/{member}/identities", tag = "/api/v1/members",
    request_body = Link, params(("member" = String, Path)),
    responses((status = 201, body = IdentitiesAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(in super::super) async fn link(
    caller: Administrator,
    State(app): State<App>,
    Named(id): Named<MemberId>,
    Definition(body): Definition,
) -> Result<(StatusCode, Json<IdentitiesAnswer>), Problem> {
    let matter = of_organization(&app, &caller.viewer, &id).await?;
    let Link { member } = of_json(body)?;
    let (to, ..) = touched(&app, &caller.viewer, &id).await?;
    let (from, ..) = touched(&app, &caller.viewer, &member).await.map_err(|problem| match problem {
        Problem::NotFound => invalid("expected the id of a member"),
        other => other,
    })?;
    let (from, to) = (from.member, to.member);
    may_link(&caller.viewer.organization.snapshot, &from, &to).map_err(refused)?;
    let viewer = with_grants_of(&app, caller, &matter, &from, &to).await?;
    let (.., mandate) = touched(&app, &viewer, &id).await?;
    let mut event = audit::administering(&app, &viewer, &matter, &resource(&id), "identity_linked", &mandate);
    event.detail = json!({ "member": from.id });
    app.store.link(&from, &to, event).await.map_err(|error| not_written(error, &viewer))?;
    let found = app.store.identities(&id).await?;
    let items = found.into_iter().map(|one| IdentityAnswer::of(one, &viewer)).collect();
    Ok((StatusCode::CREATED, Json(IdentitiesAnswer { items })))
}

/// Takes an identity away from a member, whose sessions end. Whoever comes by it later is somebody new, who has nothing.
#[utoipa::path(
    delete, operation_id = "unlink_identity", path = "/api/v1/members/{member}/identities/{identity}",
    tag = "/api/v1/members", params(("member" = String, Path), ("identity" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(in super::super) async fn unlink(
    caller: Administrator,
    State(app): State<App>,
    Named((id, identity)): Named<(MemberId, String)>,
) -> Result<StatusCode, Problem> {
    let viewer = &caller.viewer;
    let matter = of_organization(&app, viewer, &id).await?;
    let (.., mandate) = touched(&app, viewer, &id).await?;
    let mut event = audit::administering(&app, viewer, &matter, &resource(&id), "identity_unlinked", &mandate);
    event.detail = json!({ "identity": identity });
    if app.store.unlink(&id, &identity, event).await? { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::NotFound) }
}

/// Who is one person is for administrators of the organization to say: attributes and teams of one become the other's.
async fn of_organization(app: &App, viewer: &Viewer, id: &MemberId) -> Result<Matter, Problem> {
    let matter = Matter::of_organization(Permission::ManageMembers);
    drop(super::allowed(app, viewer, &matter, &resource(id)).await?);
    Ok(matter)
}

/// Makes what is granted to the one alone granted to the other: of two grants on one thing, all that either gives or denies.
async fn with_grants_of(
    app: &App,
    caller: Administrator,
    matter: &Matter,
    from: &Member,
    to: &Member,
) -> Result<Viewer, Problem> {
    let (from, to) = (alone(from, &caller.viewer), alone(to, &caller.viewer));
    let (Some(from), Some(to)) = (from, to) else { return Ok(caller.viewer) };
    let definitions = &caller.viewer.organization.definitions;
    if let Some(what) = named_by(definitions, &from) {
        let detail = format!("{what} names the embed member as its owner or administrator: name somebody else first");
        return Err(Problem::Conflict { code: "in_use", detail });
    }
    if !definitions.grants.iter().any(|grant| grant.to.clone().folded() == from) {
        return Ok(caller.viewer);
    }
    let written = edit::write(app, caller, None, |viewer| {
        let mut after = viewer.organization.definitions.clone();
        let changes = moved(&mut after, &from, &to)?;
        Ok(Plan {
            warrant: edit::expect_mandate(viewer, matter, "grants")?,
            after,
            changes,
            aside: None,
            secrets: BTreeMap::new(),
            resource: "grants".to_owned(),
            event: "grants_changed".to_owned(),
            fields: vec!["to".to_owned()],
            at: "nothing stands there".to_owned(),
        })
    })
    .await?;
    Ok(written.0)
}

fn moved(definitions: &mut Definitions, from: &Grantee, to: &Grantee) -> Result<Vec<Change>, Problem> {
    let is_theirs = |grant: &Grant| grant.to.clone().folded() == *from;
    let (theirs, mut kept): (Vec<Grant>, Vec<Grant>) =
        std::mem::take(&mut definitions.grants).into_iter().partition(is_theirs);
    let mut changes = Vec::new();
    for grant in theirs {
        changes.push(Change::gone(Kind::Grant, grant.name()));
        let mut moved = Grant { to: to.clone(), ..grant };
        if let Some(index) = kept.iter().position(|other| other.name() == moved.name()) {
            let other = kept.swap_remove(index);
            moved.level = moved.level.max(other.level);
            moved.deny.extend(other.deny);
            moved.allow.extend(other.allow);
            moved.allow.retain(|one| !moved.deny.contains(one));
        }
        changes.push(Change::from(Item::new(Kind::Grant, moved.name(), &moved).map_err(|_| Problem::Internal)?));
        kept.push(moved);
    }
    definitions.grants = kept.into();
    Ok(changes)
}

fn refused(why: CannotLink) -> Problem {
    invalid(&why.to_string())
}

fn invalid(expected: &str) -> Problem {
    Problem::Invalid { code: "invalid_member", detail: format!("`member`: {expected}") }
}
