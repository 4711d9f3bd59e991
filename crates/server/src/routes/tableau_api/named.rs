//! What stands in addresses: the version, the site and ids.

use crate::problem::{Problem, tableau_api};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Deserialize;

/// The id of what an address is about. Its caller is known to be in the site.
#[derive(Deserialize)]
pub(super) struct One {
    pub(super) id: String,
}

/// The id of something, and of somebody in it.
#[derive(Deserialize)]
pub(super) struct Of {
    pub(super) id: String,
    pub(super) user: String,
}

/// An address below a version of the API.
pub(super) struct Versioned;

impl<S: Sync> FromRequestParts<S> for Versioned {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        if tableau_api::is_of_api(parts.uri.path()) { Ok(Self) } else { Err(Problem::NotFound) }
    }
}
