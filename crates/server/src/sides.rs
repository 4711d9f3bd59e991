//! The two sides of one server: the application, and what hosts embed.
//!
//! Where embeds have an origin of their own (`embed_url`), browsers keep them apart: nothing that runs in a frame of a host has
//! the cookie of whoever has logged in, and nothing that is embedded stands beside pages in which people type passwords.

use crate::app::App;
use crate::problem::Problem;
use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::middleware::Next;
use axum::response::Response;
use model::enforcement::{Point, enforced};
use url::Url;

/// Where a route is, if embeds have an origin of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// At both origins.
    Both,
    /// At that of the application.
    Application,
    /// At that of embeds.
    Embeds,
}

/// 404 at the other origin.
pub async fn expect_side(
    State((app, side)): State<(App, Side)>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let is_there =
        app.embed_origin.as_ref().is_none_or(|origin| is_asked_at(&request, origin) == (side == Side::Embeds));
    if is_there || !enforced(Point::EmbedOrigin) {
        return Ok(next.run(request).await);
    }
    Err(Problem::NotFound)
}

/// Whether a request is to that origin, as its browser says: whoever else asks may say what they like.
fn is_asked_at(request: &Request, origin: &str) -> bool {
    let named = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let Some(host) = request.uri().authority().map(|it| it.as_str()).or(named) else { return false };
    let scheme = origin.split("://").next().unwrap_or_default();
    Url::parse(&format!("{scheme}://{host}")).is_ok_and(|url| url.origin().ascii_serialization() == origin)
}
