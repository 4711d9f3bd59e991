//! A program with a token of Tableau's REST API.

use super::{Administrator, Again, Author, Caller, CallerKind, Shown, Viewer, authorization, route, scheme, taken_up};
use crate::app::App;
use crate::audit::{Refusal, refuse};
use crate::correlation::CorrelationId;
use crate::problem::{Problem, tableau_api};
use crate::rates;
use crate::tableau::{Form, Site};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use model::dialect::Dialect;
use store::TokenHash;

/// The longest text that is looked up, in bytes.
const LONGEST: usize = 200;

/// A program that was written for Tableau and has signed in: with a token of a host, as the person that the token is about; or
/// with a personal access token, as the owner of that API credential.
pub struct TableauProgram {
    /// Who it is, at one revision.
    pub viewer: Viewer,
    /// In what it wants answers.
    pub(crate) form: Form,
    shown: Parts,
}

impl TableauProgram {
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

    /// Where it is.
    #[must_use]
    pub(crate) fn site(&self) -> Site {
        Site::of(&self.viewer.principal, &self.viewer.organization)
    }
}

impl From<&TableauProgram> for Again {
    fn from(program: &TableauProgram) -> Self {
        Self { viewer: program.viewer.once_more(), shown: program.shown.clone() }
    }
}

impl Caller for TableauProgram {
    const KIND: CallerKind = CallerKind::Program;
}

impl FromRequestParts<App> for TableauProgram {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Ok(correlation) = CorrelationId::from_request_parts(parts, app).await;
        if !tableau_api::is_of_api(parts.uri.path()) {
            return Err(Problem::NotFound);
        }
        let viewer = taken_up(app, parts, shown(parts), correlation).await?;
        if !is_of_tableau(&viewer) {
            let session = Some(viewer.principal.session().clone());
            let refusal = Refusal { route: route(parts), kind: "handle_of_other_door", session };
            refuse(app, &viewer.correlation, refusal).await?;
            return Err(Problem::SessionEnded);
        }
        rates::of_viewer(app, parts, &viewer).await?;
        let program = Self { viewer, form: Form::of(&parts.headers), shown: parts.clone() };
        let named = site_in(parts.uri.path());
        if named.is_some_and(|named| named != program.site().id) { Err(Problem::NotFound) } else { Ok(program) }
    }
}

/// What a program shows: in Tableau's own header, or in the usual one.
fn shown(parts: &Parts) -> Option<Shown> {
    let own = parts.headers.get("x-tableau-auth");
    let text = match own {
        Some(own) => own.to_str().ok()?,
        None => scheme(authorization(parts)?, "bearer")?,
    };
    let text = Some(text).filter(|text| text.len() <= LONGEST)?;
    if text.starts_with("vb_") {
        Some(Shown::AccessToken(TokenHash::of(text)))
    } else {
        text.starts_with("vh_").then(|| Shown::Handle(TokenHash::of(text)))
    }
}

/// Whether a handle is of a session that a key of Tableau's dialect has opened. Access tokens are told apart by how they begin.
fn is_of_tableau(viewer: &Viewer) -> bool {
    let keys = &viewer.organization.snapshot.keys;
    let key = viewer.principal.facts().key.as_ref().and_then(|key| keys.get(key));
    matches!(viewer.shown, Shown::AccessToken(_)) || key.is_some_and(|key| key.dialect == Dialect::Tableau)
}

/// The site that an address is below, if it is below one.
fn site_in(path: &str) -> Option<&str> {
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["", "api", _, "sites", site, ..] => Some(*site),
        _ => None,
    }
}
