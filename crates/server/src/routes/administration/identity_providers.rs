//! What an identity provider would make of somebody, for whoever administers providers and people. Nobody is let in.

use super::noun;
use crate::app::App;
use crate::audit;
use crate::body::Json;
use crate::callers::Administrator;
use crate::identity_test::{Brought, Question, Tested};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use authz::{Directory, Matter, Place, administer};
use axum::extract::State;
use model::access::Permission;
use model::name::{KeyId, ProviderId};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
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
    let question = Question { provider: &id, snapshot, now: app.clock.now() };
    let brings = question.brings(brought, viewer.organization.secrets_of(&KeyId::new(id.as_str())));
    let directory = match question.lookup(&brings) {
        Some(lookup) => app.store.find(&lookup).await?,
        None => Directory::default(),
    };
    Ok(axum::Json(question.answer(brings, &directory)))
}
