//! An assertion tied to what it names: the key, its issuer, the tenant, the subject.

use crate::ceiling::{allows_claim, holds_tenant};
use crate::email;
use crate::living;
use crate::refusal::{Refusal, shortened};
use model::access::{AnyOf, EmbedKey, Issuer};
use model::assertion::{Assertion, Claims};
use model::dialect::Dialect;
use model::name::{IssuerId, KeyId, TenantId, TenantName, fold_subject};
use model::snapshot::Snapshot;
use std::collections::BTreeSet;

/// Claims, with everything that vouches for them found in the snapshot.
pub(super) struct Vouched<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) key_id: &'a KeyId,
    pub(super) key: &'a EmbedKey,
    pub(super) issuer_id: &'a IssuerId,
    pub(super) issuer: &'a Issuer,
    pub(super) tenant: Option<&'a TenantId>,
    /// Folded if it is an e-mail; `None` of guests.
    pub(super) subject: Option<String>,
    pub(super) claims: &'a Claims,
}

impl<'a> Vouched<'a> {
    pub(super) fn new(assertion: &'a Assertion, snapshot: &'a Snapshot) -> Result<Self, Refusal> {
        let key_id = assertion.key();
        let claims = assertion.claims();
        let key = snapshot.keys.get(key_id).ok_or_else(|| Refusal::unknown("there is no such key"))?;
        if key.disabled {
            return Err(Refusal::unknown(format!("the key `{}` is disabled", key.client_id)));
        }
        let issuer_id = snapshot.issuers.id(&key.issuer);
        let issuer = snapshot.issuers.named(&key.issuer);
        let (issuer_id, issuer) = issuer_id.zip(issuer).ok_or_else(|| Refusal::unknown("there is no such issuer"))?;
        let subject = claims.claimant.subject();
        if subject.is_some_and(|subject| subject.trim().is_empty()) {
            return Err(Refusal::invalid("subject_required", "subject", "expected what you call the person"));
        }
        let tenant = if subject.is_some() { tenant(claims, key, snapshot)? } else { None };
        let subject = subject.map(fold_subject);
        if subject.as_deref().is_some_and(|subject| living::is_blocked(issuer, subject)) {
            return Err(Refusal::of_person(&snapshot.organization, "the subject is blocked"));
        }
        Ok(Self { snapshot, key_id, key, issuer_id, issuer, tenant, subject, claims })
    }

    /// The folded e-mail addresses by which the person may be known: the claimed one and the subject.
    pub(super) fn emails(&self) -> BTreeSet<String> {
        let claimed = self.claims.email.as_deref().and_then(email::folded);
        claimed.into_iter().chain(self.subject.as_deref().and_then(email::folded)).collect()
    }

    /// Whether somebody who is not known may be made by a token.
    pub(super) const fn makes_people(&self) -> bool {
        !matches!(self.key.dialect, Dialect::Tableau)
    }

    /// The person's e-mail address, as far as this token says. One that is claimed and is none is none: the subject
    /// does not stand in for it.
    pub(super) fn email(&self) -> Option<String> {
        let by_subject = || self.subject.as_deref().and_then(email::folded);
        self.claims.email.as_deref().map_or_else(by_subject, email::folded)
    }
}

/// The tenant of a key of Tableau's dialect, whose tokens name none: the one that its ceiling names, if it names one.
fn of_connected_app(key: &EmbedKey) -> Option<&TenantName> {
    let AnyOf::These(tenants) = &key.ceiling.tenants else { return None };
    tenants.first().filter(|_| key.dialect == Dialect::Tableau && tenants.len() == 1)
}

/// The claimed tenant, inside the ceiling. Unlike other names, tenants are not listed: they are the organization's
/// customers.
fn tenant<'a>(claims: &Claims, key: &EmbedKey, snapshot: &'a Snapshot) -> Result<Option<&'a TenantId>, Refusal> {
    let inside = |name: Option<&TenantName>| allows_claim(holds_tenant(&key.ceiling, name));
    let claimed = claims.tenant.as_deref().or_else(|| of_connected_app(key).map(TenantName::as_str));
    let Some(claimed) = claimed else {
        let required = || Refusal::invalid("tenant_required", "tenant", "expected a tenant that this key may name");
        return if inside(None) { Ok(None) } else { Err(required()) };
    };
    let name = snapshot.tenant_called(key.dialect, claimed).filter(|name| inside(Some(name)));
    if name.is_some_and(|name| !living::is_active(snapshot, name)) {
        return Err(Refusal::tenant_deactivated());
    }
    let id = name.and_then(|name| snapshot.tenants.id(name));
    let unknown = || format!("`{}` is not accepted: expected a tenant that this key may name", shortened(claimed));
    id.map(Some).ok_or_else(|| Refusal::invalid("unknown_tenant", "tenant", unknown()))
}
