//! API credentials: made for a member, for whom they act.

use super::noun::allow_page;
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::{Administrator, Viewer};
use crate::page::{Page, Parameters};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::requests::{made_before, once};
use authz::{Credential, Mandate, Matter, Member, administer};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, TimeDelta, Utc};
use model::access::Permission;
use model::name::{CredentialId, MemberId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::TokenHash;
use utoipa::{IntoParams, ToSchema};

/// The longest that a credential counts.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// Which credentials.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    /// At most so many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
    /// Those of a member, by id.
    owner: Option<String>,
}

/// A credential to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCredential {
    /// For people, 1 to 100 characters.
    name: String,
    /// The id of the member for whom it acts.
    owner: String,
    /// What it is narrowed to, at least one. Of these, it may what its owner may.
    scopes: BTreeSet<Permission>,
    /// When it ends by itself, within 366 days.
    expires_at: DateTime<Utc>,
}

/// A credential.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Credential)]
pub(super) struct CredentialAnswer {
    /// For ever; public.
    id: String,
    name: String,
    owner: String,
    scopes: BTreeSet<Permission>,
    made_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// `va_…`: the bearer token. Shown once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl CredentialAnswer {
    fn of(credential: Credential, secret: Option<String>) -> Self {
        let Credential { id, name, owner, scopes, made_at, expires_at } = credential;
        Self { id: id.to_string(), name, owner: owner.to_string(), scopes, made_at, expires_at, secret }
    }
}

/// A page of credentials.
#[derive(Serialize, ToSchema)]
#[schema(as = Credentials)]
pub(super) struct CredentialsAnswer {
    /// In the order of their ids.
    items: Vec<CredentialAnswer>,
    /// Behind which the next page begins; absent: this is the last one.
    next: Option<String>,
}

/// Credentials that were not ended.
#[utoipa::path(
    get, operation_id = "list_credentials", path = "/api/v1/api-credentials", tag = "/api/v1/api-credentials",
    params(Listing),
    responses((status = 200, body = CredentialsAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn list(
    caller: Administrator,
    State(app): State<App>,
    Parameters(listing): Parameters<Listing>,
) -> Result<Json<CredentialsAnswer>, Problem> {
    let viewer = &caller.viewer;
    let matter = Matter::of_organization(Permission::ManageCredentials);
    let list = ("credentials", "credentials_listed");
    let (limit, after) = allow_page(&app, viewer, &matter, list, (listing.limit, listing.after)).await?;
    let owner = listing.owner.map(MemberId::new);
    let found = app.store.credentials(owner.as_ref(), &after, limit + 1).await?;
    let told = found.into_iter().map(|credential| {
        let id = credential.id.to_string();
        (CredentialAnswer::of(credential, None), id)
    });
    let Page { items, next } = Page::of(told.collect(), limit);
    Ok(Json(CredentialsAnswer { items, next }))
}

/// Makes a credential for a member. Its secret is shown once.
#[utoipa::path(
    post, operation_id = "make_credential", path = "/api/v1/api-credentials", tag = "/api/v1/api-credentials",
    request_body = NewCredential,
    params(("Idempotency-Key" = Option<String>, Header, description = "1 to 200 printable characters.")),
    responses(
        (status = 200, body = CredentialAnswer, description = "An equal request has made it before; without the secret."),
        (status = 201, body = CredentialAnswer),
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
    let once = once(&headers, viewer, &format!("/api/v1/api-credentials {body}"))?;
    let new: NewCredential = of_json(body)?;
    let owner = app.store.person(&MemberId::new(&new.owner)).await?.map(|person| person.member);
    let (matter, mandate) = allowed(&app, viewer, owner.as_ref()).await?;
    if let Some(id) = made_before(&app, once.as_ref()).await? {
        let made = app.store.credential_called(&CredentialId::new(id)).await?.ok_or(Problem::NotFound)?;
        return Ok(Json(CredentialAnswer::of(made, None)).into_response());
    }
    let owner = owner.ok_or_else(|| invalid("owner", "expected the id of a member"))?;
    let credential = new.checked(owner.id, app.clock.now())?;
    let secret = store::new_credential_secret()?;
    let resource = format!("credential/{}", credential.id);
    let event = audit::administering(&app, viewer, &matter, &resource, "credential_made", &mandate);
    app.store.make_credential(&credential, TokenHash::of(secret.expose()), once.as_ref(), event).await?;
    let answer = CredentialAnswer::of(credential, Some(secret.expose().to_owned()));
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// Ends a credential at once.
#[utoipa::path(
    delete, operation_id = "end_credential", path = "/api/v1/api-credentials/{credential}",
    tag = "/api/v1/api-credentials", params(("credential" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn end(
    caller: Administrator,
    State(app): State<App>,
    Named(id): Named<CredentialId>,
) -> Result<StatusCode, Problem> {
    let viewer = &caller.viewer;
    let credential = app.store.credential_called(&id).await?;
    let owner = match &credential {
        Some(credential) => app.store.person(&credential.owner).await?.map(|person| person.member),
        None => None,
    };
    let (matter, mandate) = allowed(&app, viewer, owner.as_ref()).await?;
    let event = audit::administering(&app, viewer, &matter, &format!("credential/{id}"), "credential_ended", &mandate);
    if app.store.end_credential(&id, event).await? { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::NotFound) }
}

/// Whether the caller administers credentials of that owner, who holds no permission that the caller lacks.
async fn allowed(app: &App, viewer: &Viewer, owner: Option<&Member>) -> Result<(Matter, Mandate), Problem> {
    let types = &viewer.organization.snapshot.account_types;
    let held = owner.and_then(|owner| types.get(&owner.account_type)).map(|kind| kind.permissions.clone());
    let matter = Matter::of_organization(Permission::ManageCredentials).giving(&held.unwrap_or_default());
    match administer(&viewer.principal, &viewer.organization.snapshot, &matter) {
        Ok(mandate) => Ok((matter, mandate)),
        Err(denial) => Err(audit::not_administering(app, viewer, &matter, "credential", &denial).await?),
    }
}

impl NewCredential {
    fn checked(self, owner: MemberId, now: DateTime<Utc>) -> Result<Credential, Problem> {
        let Self { name, scopes, expires_at, .. } = self;
        if !(1..=100).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(invalid("name", "expected 1 to 100 characters"));
        }
        if scopes.is_empty() {
            return Err(invalid("scopes", "expected at least one permission"));
        }
        if expires_at <= now || expires_at > now + LONGEST {
            return Err(invalid("expires_at", "expected a time within the next 366 days"));
        }
        Ok(Credential { id: store::new_credential_id()?, name, owner, scopes, made_at: now, expires_at })
    }
}

fn invalid(field: &str, expected: &str) -> Problem {
    Problem::Invalid { code: "invalid_member", detail: format!("`{field}`: {expected}") }
}
