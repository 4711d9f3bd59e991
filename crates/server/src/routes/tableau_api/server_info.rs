//! What server this is. Clients ask for it before they sign in, to learn which version of the API to speak.

use super::named::Versioned;
use super::told::written;
use crate::callers::Anyone;
use crate::problem::Problem;
use crate::tableau::{Element, Form};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

/// The release of Tableau whose API this is, and the version of that API.
const RELEASE: &str = "2025.3.0";
const API: &str = "3.27";

/// The same for everybody.
pub(super) async fn show(_: Anyone, _: Versioned, headers: HeaderMap) -> Result<Response, Problem> {
    let product =
        Element::of_text("productVersion", RELEASE).with("build", concat!("vitrine-", env!("CARGO_PKG_VERSION")));
    let info = Element::new("serverInfo").holding([product, Element::of_text("restApiVersion", API)]);
    Ok(written(Form::of(&headers), StatusCode::OK, vec![info]))
}
