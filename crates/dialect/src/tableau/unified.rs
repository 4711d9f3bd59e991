//! Unified access tokens (UAT): signed by an application of the host's, within what the trust allows.

use crate::jwk::KeySet;
use crate::key::VerifiedKey;
use crate::tableau::claims::{SITE, TENANT, Unread, missing};
use crate::tableau::oauth::signed;
use crate::tableau::scope::Scopes;
use crate::tableau::{Presented, Scope, SignedIn, TableauRefusal};
use crate::vitrine::vouched;
use chrono::{DateTime, Utc};
use model::access::{EmbedKey, Mode};
use model::name::KeyId;
use std::collections::BTreeSet;

/// A configuration of unified access tokens.
#[derive(Debug, Clone, Copy)]
pub struct UnifiedAccess<'a> {
    /// The id of the key.
    pub id: &'a KeyId,
    /// The key.
    pub key: &'a EmbedKey,
    /// The issuer, byte for byte as in `iss`.
    pub issuer: &'a str,
    /// How tokens are verified.
    pub signer: Signer<'a>,
    /// The claim that says who somebody is.
    pub username_claim: &'a str,
    /// The scopes that a token can have.
    pub scopes: &'a [Scope],
    /// What a token can be for.
    pub resources: &'a Resources,
}

/// With which key tokens are signed.
#[derive(Debug, Clone, Copy)]
pub enum Signer<'a> {
    /// One that was given: [`crate::pem::public_key`]. Tokens need not name it.
    Given(&'a KeySet),
    /// Those that the issuer publishes, as last fetched. Tokens name theirs.
    Published(&'a KeySet),
}

/// Tenants and sites, by their ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resources {
    /// Of tenants.
    pub tenants: BTreeSet<String>,
    /// Of sites.
    pub sites: BTreeSet<String>,
}

impl UnifiedAccess<'_> {
    /// Verifies a token and reads it. It may be used until it expires: Tableau's own client makes two of one id in one second,
    /// so ids say nothing here. `access`: the enabled one of [`Presented::issuer`], if there is one.
    ///
    /// # Errors
    /// It is not accepted. `UnknownSigningKey`: perhaps the issuer has a new key, and fetching them again helps.
    pub fn verify(
        presented: Presented<'_>,
        access: Option<&UnifiedAccess<'_>>,
        now: DateTime<Utc>,
    ) -> Result<SignedIn, TableauRefusal> {
        let access = access.filter(|access| !access.key.disabled).ok_or(TableauRefusal::UnknownTrust)?;
        let keys = match access.signer {
            Signer::Published(_) if presented.key_id().is_none() => return Err(TableauRefusal::KeyIdMissing),
            Signer::Given(keys) | Signer::Published(keys) => keys,
        };
        let mut claims = Unread::new(signed(&presented, access.issuer, keys)?);
        if claims.has("aud") {
            claims.audience()?;
        }
        let times = claims.times(access.key, now)?;
        claims.text("jti")?;
        let site = resource(&mut claims, access.resources)?;
        let (scopes, mut ignored) = access.scopes_of(&mut claims)?;
        let name = claims.text(access.username_claim)?;
        let name = name.ok_or_else(|| missing(access.username_claim, "the name of the user"))?;
        claims.take("sub");
        let (claims, unknown) = claims.rest(name, access.key.mode)?;
        ignored.extend(unknown);
        let assertion = vouched(&VerifiedKey::shown(access.id), claims);
        Ok(SignedIn { assertion, scopes, site, expires_at: times.expires_at, ignored })
    }

    /// The scopes within the trust, and those beyond it, which a strict key refuses. One at least must be left.
    fn scopes_of(&self, claims: &mut Unread) -> Result<(Scopes, Vec<String>), TableauRefusal> {
        let scopes = claims.scopes(&["scp", "scope"], true)?.within(self.scopes);
        let beyond: Vec<String> = scopes.beyond().map(Scope::to_string).collect();
        let is_nothing_left = beyond.len() == scopes.asserted().len();
        match beyond.first() {
            Some(first) if is_nothing_left || self.key.mode == Mode::Strict => {
                Err(TableauRefusal::ScopeRefused(first.clone()))
            }
            _ => Ok((scopes, beyond)),
        }
    }
}

/// The site that a token is for, where it names one. Tenant and site, whichever is named, must be the trust's.
fn resource(claims: &mut Unread, resources: &Resources) -> Result<Option<String>, TableauRefusal> {
    let (tenant, site) = (claims.text(TENANT)?, claims.text(SITE)?);
    if tenant.is_none() && site.is_none() {
        return Err(TableauRefusal::ResourceMissing);
    }
    if tenant.is_some_and(|tenant| !resources.tenants.contains(&tenant)) {
        return Err(TableauRefusal::ResourceRefused(TENANT));
    }
    if site.as_ref().is_some_and(|site| !resources.sites.contains(site)) {
        return Err(TableauRefusal::ResourceRefused(SITE));
    }
    Ok(site)
}
