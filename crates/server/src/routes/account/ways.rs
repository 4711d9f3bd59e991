//! By what people may log in, for the page at which they do.

use crate::app::App;
use crate::callers::Anyone;
use crate::passkeys;
use crate::problem::{Problem, ProblemBody};
use axum::Json;
use axum::extract::State;
use model::access::IdentityProvider;
use serde::Serialize;
use utoipa::ToSchema;

/// By what people may log in.
#[derive(Serialize, ToSchema)]
#[schema(as = WaysIn)]
pub(in crate::routes) struct WaysIn {
    /// Whether by an address and a password.
    password: bool,
    /// Whether by a passkey: the public address has a host name.
    passkey: bool,
    /// By which identity providers, in the order of their names.
    providers: Vec<WayIn>,
}

#[derive(Serialize, ToSchema)]
struct WayIn {
    /// The provider.
    name: String,
    /// Where a browser goes to log in with it. `?return_to=…` says where it is to come back to.
    address: String,
}

/// By what people may log in: whoever is not in yet has to know.
#[utoipa::path(
    get,
    operation_id = "list_ways_in",
    path = "/api/v1/login",
    responses((status = 200, body = WaysIn), (status = "default", body = ProblemBody)),
)]
pub(super) async fn list(_: Anyone, State(app): State<App>) -> Result<Json<WaysIn>, Problem> {
    let organization = app.organization_now().await?;
    let snapshot = &organization.snapshot;
    let enabled = snapshot.providers.iter().map(|(.., provider)| provider).filter(|provider| !provider.disabled);
    let mut providers: Vec<WayIn> = enabled.map(way_in).collect();
    providers.sort_by(|one, other| one.name.cmp(&other.name));
    let passkey = passkeys::party(&app).is_some();
    Ok(Json(WaysIn { password: snapshot.organization.password_login, passkey, providers }))
}

fn way_in(provider: &IdentityProvider) -> WayIn {
    let name = provider.name.to_string();
    let address =
        if provider.oidc.is_some() { format!("/auth/oidc/{name}") } else { format!("/auth/sso?provider={name}") };
    WayIn { name, address }
}
