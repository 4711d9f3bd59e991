//! A member as they are told.

use super::{reached, resource};
use crate::app::App;
use crate::audit;
use crate::callers::{Administrator, Viewer};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use authz::ResolvedFrom;
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use model::access::{MemberKind, WrittenAttributes};
use model::name::{AccountTypeName, AttributeName, IssuerName, MemberId, TeamName, TenantName};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use store::people::Person;
use utoipa::ToSchema;

/// A member.
#[derive(Serialize, ToSchema)]
#[schema(as = Member)]
pub(in super::super) struct MemberAnswer {
    /// For ever; whoever comes with the same identity after they were deleted is somebody else.
    id: String,
    /// What their issuer calls them; of internal members, their e-mail address.
    subject: String,
    /// Who vouches for them; null: Vitrine itself, or an issuer that is gone.
    #[schema(required = true)]
    issuer: Option<IssuerName>,
    /// Their tenant; null: none.
    #[schema(required = true)]
    tenant: Option<TenantName>,
    /// `internal` or `embed`
    #[schema(value_type = String)]
    kind: MemberKind,
    /// Whether an embed made them and describes them with each token.
    automatic: bool,
    /// Whether they get in nowhere.
    deactivated: bool,
    /// Whether they have ever logged in.
    has_logged_in: bool,
    /// E-mail address.
    #[schema(required = true)]
    email: Option<String>,
    /// Given name.
    #[schema(required = true)]
    first_name: Option<String>,
    /// Family name.
    #[schema(required = true)]
    last_name: Option<String>,
    /// What they may do.
    account_type: AccountTypeName,
    /// Their teams.
    teams: BTreeSet<TeamName>,
    /// Their own attribute values.
    #[schema(value_type = BTreeMap<String, Value>)]
    attributes: WrittenAttributes,
    /// When they were made.
    made_at: DateTime<Utc>,
    /// When they were changed last.
    changed_at: DateTime<Utc>,
}

impl MemberAnswer {
    pub(in super::super) fn of(person: &Person, viewer: &Viewer) -> Self {
        let (member, snapshot) = (&person.member, &viewer.organization.snapshot);
        Self {
            id: member.id.to_string(),
            subject: member.subject.clone(),
            issuer: member.issuer.as_ref().and_then(|id| snapshot.issuers.name(id)).cloned(),
            tenant: member.tenant.as_ref().and_then(|id| snapshot.tenants.name(id)).cloned(),
            kind: member.kind,
            automatic: member.automatic,
            deactivated: !member.active,
            has_logged_in: member.has_logged_in,
            email: member.email.clone(),
            first_name: member.first_name.clone(),
            last_name: member.last_name.clone(),
            account_type: member.account_type.clone(),
            teams: member.teams.iter().filter_map(|id| snapshot.teams.name(id)).cloned().collect(),
            attributes: member.attributes.clone(),
            made_at: person.made_at,
            changed_at: person.changed_at,
        }
    }
}

/// A value, and where it comes from.
#[derive(Serialize, ToSchema)]
#[schema(as = EffectiveAttribute)]
pub(in super::super) struct Effective {
    /// As it was written; null: none, for there is no value or it cannot be used.
    #[schema(required = true)]
    value: Option<Value>,
    /// `member`, `team`, `tenant`, `default` or `nowhere`
    from: &'static str,
    /// The team or tenant it is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// What counts of a member without a token's claims.
#[derive(Serialize, ToSchema)]
#[schema(as = Effectives)]
pub(in super::super) struct EffectiveAnswer {
    /// Every attribute.
    #[schema(value_type = BTreeMap<String, Effective>)]
    attributes: BTreeMap<AttributeName, Effective>,
}

/// The attribute values of a member in a session without claims, and where each comes from: the first of their own, those
/// of their teams by rank, of their tenant, and the default.
#[utoipa::path(
    get, operation_id = "show_effective_attributes", path = "/api/v1/members/{member}/effective",
    tag = "/api/v1/members", params(("member" = String, Path)),
    responses((status = 200, body = EffectiveAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(in super::super) async fn effective(
    caller: Administrator,
    State(app): State<App>,
    Named(id): Named<MemberId>,
) -> Result<Json<EffectiveAnswer>, Problem> {
    let resolved = resolved(&app, &caller.viewer, &id).await?;
    let told = resolved.into_iter().map(|(attribute, (value, from))| {
        let (from, name) = match from {
            ResolvedFrom::Member => ("member", None),
            ResolvedFrom::Team(team) => ("team", Some(team.to_string())),
            ResolvedFrom::Tenant(tenant) => ("tenant", Some(tenant.to_string())),
            ResolvedFrom::Default => ("default", None),
            ResolvedFrom::Nowhere => ("nowhere", None),
        };
        (attribute, Effective { value, from, name })
    });
    Ok(Json(EffectiveAnswer { attributes: told.collect() }))
}

/// Each attribute's value, and where it comes from, once it is decided and recorded that the caller is told.
pub(in crate::routes) async fn resolved(
    app: &App,
    viewer: &Viewer,
    id: &MemberId,
) -> Result<BTreeMap<AttributeName, (Option<Value>, ResolvedFrom)>, Problem> {
    let (person, matter, mandate) = reached(app, viewer, id).await?;
    let event = audit::administering(app, viewer, &matter, &resource(id), "attributes_read", &mandate);
    app.store.record(event).await?;
    Ok(authz::resolved_from(&viewer.organization.snapshot, &person.member))
}
