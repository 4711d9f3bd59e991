//! Signing on by an identity provider: the session of whoever it brings, and the tenant that is made for them.

use crate::app::App;
use crate::audit;
use crate::correlation::CorrelationId;
use crate::organization::Organization;
use crate::problem::Problem;
use authz::{Directory, Facts, NotSignedOn, Opening, SignOn, SignedOn};
use chrono::{DateTime, Utc};
use model::access::Tenant;
use model::assertion::ProviderAssertion;
use model::item::{Item, Revised};
use model::snapshot::Kind;
use std::collections::BTreeMap;
use store::edit::Edit;
use store::sessions::{Credential, OpenSession};
use store::{Change, StoreError};

/// How often it begins again because the organization or the member changes at the same time, or a tenant was made.
const ATTEMPTS: usize = 5;

/// Why nobody was signed on.
#[derive(Debug)]
pub(crate) enum NotOpened {
    /// They do not come in.
    Refused(NotSignedOn),
    /// The token was used before.
    TokenUsed,
    /// It could not be tried.
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for NotOpened {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

/// Opens the session of whoever the provider brings, which lasts no longer than `until`. It is for the caller to record it
/// before the credential goes out.
pub(crate) async fn open(
    app: &App,
    correlation: &CorrelationId,
    assertion: &ProviderAssertion,
    until: Option<DateTime<Utc>>,
    credential: Credential,
) -> Result<Facts, NotOpened> {
    for _ in 0..ATTEMPTS {
        let organization = app.organization_now().await?;
        let snapshot = &organization.snapshot;
        let directory = match authz::sign_on_lookup(assertion.provider(), assertion.claims(), snapshot) {
            Some(lookup) => app.store.find(&lookup).await?,
            None => Directory::default(),
        };
        let (session, new_member) = (store::new_session_id()?, store::new_member_id()?);
        let opening = Opening { session, new_member, now: app.clock.now() };
        let signed_on = match authz::sign_on(assertion, snapshot, &directory, opening, until) {
            Err(refused) => return Err(NotOpened::Refused(refused)),
            Ok(SignOn::MakeTenant(tenant)) => {
                make_tenant(app, correlation, &organization, assertion, &tenant).await?;
                continue;
            }
            Ok(SignOn::Enter(signed_on)) => *signed_on,
        };
        let SignedOn { facts, profile, found, linked } = &signed_on;
        let kept = OpenSession {
            revision: snapshot.revision,
            facts,
            found: found.as_ref(),
            linked: *linked,
            profile,
            once: assertion.counts_once(),
            credential,
        };
        match app.store.open_session(kept).await {
            Err(StoreError::Stale { .. }) => {}
            Err(StoreError::TokenUsed) => return Err(NotOpened::TokenUsed),
            kept => return Ok(kept?.facts),
        }
    }
    Err(NotOpened::Problem(Problem::Unavailable))
}

/// Makes a tenant, if everything else holds with it; nothing, if somebody else changes the organization at the same time.
async fn make_tenant(
    app: &App,
    correlation: &CorrelationId,
    organization: &Organization,
    assertion: &ProviderAssertion,
    tenant: &Tenant,
) -> Result<(), NotOpened> {
    let item = Item::new(Kind::Tenant, tenant.name.as_str(), tenant).map_err(|_| Problem::Internal)?;
    let (mut after, mut ids) = (organization.definitions.clone(), organization.ids.clone());
    let (kind, name) = (item.kind, item.name.clone());
    let revised = [Revised { kind, id: format!("new {name}"), name, body: Some(item.body.clone()) }];
    ids.revise(&revised);
    after.tenants.push(tenant.clone());
    let snapshot = &organization.snapshot;
    if snapshot.revised(&after, &ids, &revised, snapshot.revision).is_err() {
        return Err(NotOpened::Refused(NotSignedOn::NoSuchTenant));
    }
    let provider = snapshot.providers.name(assertion.provider()).map(ToString::to_string).unwrap_or_default();
    let event = audit::made_by_provider(app, correlation, &format!("tenant/{}", tenant.name), &provider);
    let edit = Edit {
        revision: snapshot.revision,
        changes: vec![Change::from(item)],
        secrets: BTreeMap::new(),
        aside: None,
        once: None,
        now: app.clock.now(),
    };
    match app.store.edit(edit, event).await {
        Ok(_) | Err(StoreError::Stale { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
