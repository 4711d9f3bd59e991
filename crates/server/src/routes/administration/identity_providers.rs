//! Beside identity providers as definitions: what one would make of somebody, without letting anybody in, and Vitrine's secret
//! there.

use super::edit::{self, Plan};
use super::noun::{self, Noun as _};
use crate::app::App;
use crate::audit;
use crate::body::Json;
use crate::callers::Administrator;
use crate::identity_test::{Brought, Question, Tested};
use crate::organization::Organization;
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use authz::{Directory, Matter, Place, administer};
use axum::extract::State;
use axum::http::StatusCode;
use model::access::{IdentityProvider, Permission, SecretReference};
use model::name::{KeyId, ProviderId};
use model::snapshot::Kind;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use store::apply::{Holder, LONGEST_CLIENT_SECRET};
use store::{Change, Secret, TokenHash};
use utoipa::ToSchema;

/// What somebody would bring: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = IdentityTest)]
pub(super) struct TestRequest {
    /// Claims, as if the provider had vouched for them.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    claims: Option<Map<String, Value>>,
    /// A token, of which nothing is told unless the provider has signed it.
    #[serde(default)]
    token: Option<String>,
}

impl TestRequest {
    fn brought(self) -> Result<Brought, Problem> {
        match (self.claims, self.token) {
            (Some(claims), None) => Ok(Brought::Claims(claims)),
            (None, Some(token)) => Ok(Brought::Token(token)),
            _ => {
                let detail = "`claims`: expected these, or a `token`, and not both".to_owned();
                Err(Problem::Invalid { code: "invalid_member", detail })
            }
        }
    }
}

/// Who somebody would be whom the provider brings, what became of each claim, and why. It tells of members, so it needs
/// `manage_members` as well.
#[utoipa::path(
    post, operation_id = "test_identity_provider", path = "/api/v1/identity-providers/{id}/test",
    tag = "/api/v1/identity-providers", request_body = TestRequest, params(("id" = String, Path)),
    responses((status = 200, body = Tested), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn test(
    caller: Administrator,
    State(app): State<App>,
    Named(id): Named<ProviderId>,
    Json(request): Json<TestRequest>,
) -> Result<axum::Json<Tested>, Problem> {
    let viewer = &caller.viewer;
    let snapshot = &viewer.organization.snapshot;
    let resource =
        format!("identity_provider/{}", snapshot.providers.name(&id).map_or(id.as_str(), |name| name.as_str()));
    let of = |needs| Matter { needs, place: Place::Organization, gives: BTreeSet::new() };
    let members = of(Permission::ManageMembers);
    if let Err(denial) = administer(&viewer.principal, snapshot, &members) {
        return Err(audit::not_administering(&app, viewer, &members, &resource, &denial).await?);
    }
    noun::allow(&app, viewer, &of(Permission::ManageKeys), &resource, "identity_tested").await?;
    let defined = snapshot.providers.get(&id).ok_or(Problem::NotFound)?;
    let brought = request.brought()?;
    if defined.disabled {
        let detail = "the provider is disabled: nobody comes in by it".to_owned();
        return Err(Problem::Conflict { code: "disabled", detail });
    }
    Ok(axum::Json(tested(&app, &viewer.organization, &id, brought).await?))
}

/// What would become of whoever brings that to the provider.
pub(super) async fn tested(
    app: &App,
    organization: &Organization,
    id: &ProviderId,
    brought: Brought,
) -> Result<Tested, Problem> {
    let question = Question { provider: id, snapshot: &organization.snapshot, now: app.clock.now() };
    let mut brings = question.brings(brought, organization.secrets_of(&KeyId::new(id.as_str())));
    if let Some(once) = brings.counts_once()
        && app.store.is_token_used(id.as_str(), TokenHash::of(once)).await?
    {
        brings = brings.used();
    }
    let directory = match question.lookup(&brings) {
        Some(lookup) => app.store.find(&lookup).await?,
        None => Directory::default(),
    };
    Ok(question.answer(brings, &directory))
}

/// The secret that a provider has given.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ClientSecret)]
pub(super) struct ClientSecretRequest {
    /// 1 to 4,096 bytes. It is never shown again.
    #[serde(default)]
    #[schema(value_type = String, required, min_length = 1, max_length = 4096)]
    client_secret: Option<String>,
}

impl ClientSecretRequest {
    fn secret(&self) -> Result<Secret, Problem> {
        let given = self.client_secret.as_ref().filter(|text| (1..=LONGEST_CLIENT_SECRET).contains(&text.len()));
        given.cloned().map(Secret::new).ok_or_else(|| {
            let detail = format!("`client_secret`: expected 1 to {LONGEST_CLIENT_SECRET} bytes");
            Problem::Invalid { code: "invalid_member", detail }
        })
    }
}

/// Puts the secret that Vitrine shows at a provider of OpenID Connect, in place of the one before. It counts from the next
/// log-in on.
#[utoipa::path(
    put, operation_id = "put_client_secret", path = "/api/v1/identity-providers/{id}/client-secret",
    tag = "/api/v1/identity-providers", request_body = ClientSecretRequest, params(("id" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn put_client_secret(
    caller: Administrator,
    State(app): State<App>,
    Named(id): Named<String>,
    Json(request): Json<ClientSecretRequest>,
) -> Result<StatusCode, Problem> {
    edit::write(&app, caller, None, |viewer| {
        let mut thing = noun::existing::<IdentityProvider>(viewer, &id)?;
        let matter = noun::matter_of(viewer, Some(&thing));
        let resource = noun::resource_of(Kind::IdentityProvider, Some(&thing), &id);
        let warrant = edit::expect_mandate(viewer, &matter, &resource)?;
        let Some(oidc) = &mut thing.oidc else {
            let detail = "the provider signs with a secret of its own: expected one with `oidc`".to_owned();
            return Err(Problem::Conflict { code: "no_client_secret", detail }.into());
        };
        oidc.secrets = vec![SecretReference::Stored];
        let secrets = BTreeMap::from([(Holder::of(&thing), vec![request.secret()?])]);
        let mut after = viewer.organization.definitions.clone();
        let (changes, at) = (vec![Change::from(thing.item()?)], thing.at(&after));
        thing.put(&mut after);
        let (event, fields) = ("identity_provider_changed".to_owned(), vec!["client_secret".to_owned()]);
        Ok(Plan { warrant, after, changes, aside: None, secrets, resource, event, fields, at })
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
