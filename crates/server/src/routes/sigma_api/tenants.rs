//! Tenant organizations: the tenants.

use super::asked::Asked;
use crate::app::App;
use crate::callers::Program;
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::noun;
use axum::Json;
use axum::extract::State;
use model::access::Tenant;
use serde_json::{Value, json};

fn told(id: &str, tenant: &Tenant) -> Value {
    let title = if tenant.title.is_empty() { tenant.name.as_str() } else { &tenant.title };
    json!({ "tenantOrganizationId": id, "name": title, "slug": tenant.name })
}

/// The tenants.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_tokens(&[])?;
    let all = noun::every::<Tenant>(&app, &caller.viewer).await?;
    asked.list_by_token(all.iter().map(|(id, tenant)| told(id, tenant)).collect()).map(Json)
}

/// One of them.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    Ok(Json(told(&id, &noun::read::<Tenant>(&app, &caller.viewer, &id).await?)))
}
