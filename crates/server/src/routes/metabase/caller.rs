//! Whoever has a guest token or a public link in the address.

use super::refusal::{Door, MetabaseRefusal};
use crate::anonymous::{self, AnonymousRefusal};
use crate::app::App;
use crate::audit::{Refusal, refuse};
use crate::callers::{Caller, CallerKind, Shown, Viewer};
use crate::correlation::CorrelationId;
use crate::organization::Organization;
use crate::rates;
use authz::{Principal, Scope};
use axum::extract::{FromRequestParts, MatchedPath, Path};
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use dialect::metabase::Resource;
use model::publication::LinkId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Somebody nobody knows, in front of what their token or link opens.
pub(super) struct Guest {
    /// As every other viewer: what counts is what was published to them.
    pub(super) viewer: Viewer,
    /// The content that is opened.
    pub(super) scope: Scope,
    /// By which door.
    pub(super) door: Door,
}

impl Caller for Guest {
    const KIND: CallerKind = CallerKind::Guest;
}

impl FromRequestParts<App> for Guest {
    type Rejection = MetabaseRefusal;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, MetabaseRefusal> {
        let Ok(correlation) = CorrelationId::from_request_parts(parts, app).await;
        let pattern = MatchedPath::from_request_parts(parts, app).await;
        let pattern = pattern.map(|path| path.as_str().to_owned()).unwrap_or_default();
        let (door, wanted) = (Door::of(&pattern), wanted(&pattern));
        let credential = credential(parts, app, door).await.ok_or(MetabaseRefusal::NoRoute)?;
        let failed = |problem| MetabaseRefusal::failed(door, problem);
        rates::of_address(app, parts, &correlation).await.map_err(failed)?;
        let organization = app.organization_now().await.map_err(failed)?;
        match enter(&organization, door, credential, wanted, app.clock.now()) {
            Ok((principal, shown, scope)) => {
                let viewer = Viewer { principal: Arc::new(principal), shown, organization, preview: None, correlation };
                rates::of_viewer(app, parts, &viewer).await.map_err(failed)?;
                Ok(Self { viewer, scope, door })
            }
            Err(refused) => {
                let refusal = Refusal { route: pattern, kind: refused.code(), session: None };
                refuse(app, &correlation, refusal).await.map_err(failed)?;
                Err(MetabaseRefusal::of(door, &refused))
            }
        }
    }
}

/// What the address is about: its pattern says so.
fn wanted(pattern: &str) -> Resource {
    if pattern.contains("/card/{token}") { Resource::Question } else { Resource::Dashboard }
}

/// The token or link in the address. A text that is not two or three parts as tokens have them matches no route.
async fn credential(parts: &mut Parts, app: &App, door: Door) -> Option<String> {
    let Path(parameters) = Path::<BTreeMap<String, String>>::from_request_parts(parts, app).await.ok()?;
    let text = parameters.get("token")?;
    let fits = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '='].contains(&c);
    let mut parts = text.split('.');
    let named = |part: Option<&str>| part.is_some_and(|part| !part.is_empty() && part.chars().all(fits));
    let fits = match door {
        Door::Public => text.chars().all(fits),
        Door::Embed => {
            let ends = named(parts.next()) && named(parts.next());
            ends && parts.next().is_none_or(|part| part.chars().all(fits)) && parts.next().is_none()
        }
    };
    fits.then(|| text.clone())
}

fn enter(
    organization: &Organization,
    door: Door,
    text: String,
    wanted: Resource,
    now: DateTime<Utc>,
) -> Result<(Principal, Shown, Scope), AnonymousRefusal> {
    let shown = match door {
        Door::Embed => Shown::Token(text, Some(wanted)),
        Door::Public => Shown::Link(LinkId::try_from(text).map_err(|_| dialect::key::Refused::MalformedToken)?),
    };
    let principal = anonymous::enter(organization, &shown, now)?;
    let scope = principal.facts().scope.clone();
    let is_wanted = |scope: &Scope| scope.element.is_some() == (wanted == Resource::Question);
    let scope = scope.filter(is_wanted).ok_or_else(AnonymousRefusal::no_such_content)?;
    Ok((principal, shown, scope))
}
