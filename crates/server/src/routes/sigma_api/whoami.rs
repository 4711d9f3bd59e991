//! Who is calling.

use super::asked::Asked;
use super::organization;
use crate::callers::Program;
use crate::problem::Problem;
use axum::Json;
use serde_json::{Value, json};

/// The member for whom the credential acts.
pub(super) async fn show(caller: Program, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let (viewer, facts) = (&caller.viewer, caller.viewer.principal.facts());
    Ok(Json(json!({
        "userId": facts.member().ok_or(Problem::NotFound)?,
        "organizationId": organization::id(viewer),
        "accountType": facts.account_type,
    })))
}
