//! A program with an access token.

use super::{Administrator, Again, Author, Caller, CallerKind, Shown, Viewer, authorization, scheme, taken_up};
use crate::app::App;
use crate::correlation::CorrelationId;
use crate::problem::{Problem, sigma_api};
use crate::rates;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use store::TokenHash;

/// The longest text that is looked up, in bytes.
const LONGEST: usize = 200;

/// A program that was written for Looker or for Sigma, with an access token of that API: it acts for the owner of the API
/// credential that it was given the token for, as far as the credential's scopes go.
pub struct Program {
    /// Who it is, at one revision.
    pub viewer: Viewer,
    /// The hash of the token.
    pub token: TokenHash,
    shown: Parts,
}

impl Program {
    /// The same as whoever administers.
    #[must_use]
    pub fn administrator(&self) -> Administrator {
        Administrator { viewer: self.viewer.once_more(), shown: self.shown.clone() }
    }

    /// The same as whoever may change content, and who is in a team of theirs.
    #[must_use]
    pub fn author(&self) -> Author {
        Author { viewer: self.viewer.once_more(), shown: self.shown.clone() }
    }
}

impl From<Program> for Again {
    fn from(Program { viewer, shown, .. }: Program) -> Self {
        Self { viewer, shown }
    }
}

impl From<&Program> for Again {
    fn from(program: &Program) -> Self {
        Self { viewer: program.viewer.once_more(), shown: program.shown.clone() }
    }
}

impl Caller for Program {
    const KIND: CallerKind = CallerKind::Program;
}

impl FromRequestParts<App> for Program {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Ok(correlation) = CorrelationId::from_request_parts(parts, app).await;
        let token = token(parts);
        let viewer = taken_up(app, parts, token.map(Shown::AccessToken), correlation).await?;
        rates::of_viewer(app, parts, &viewer).await?;
        let token = token.ok_or(Problem::SessionEnded)?;
        Ok(Self { viewer, token, shown: parts.clone() })
    }
}

/// A token of the API that is asked. Clients write `Bearer`, and Looker's documentation `token`.
fn token(parts: &Parts) -> Option<TokenHash> {
    let header = authorization(parts)?;
    let text = scheme(header, "bearer").or_else(|| scheme(header, "token"))?;
    let begins = if sigma_api::is_of_api(parts.uri.path()) { "vg_" } else { "vt_" };
    Some(text).filter(|text| text.starts_with(begins) && text.len() <= LONGEST).map(TokenHash::of)
}
