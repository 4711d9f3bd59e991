//! A token as a stranger sent it.

use crate::jwt::Parts;
use crate::tableau::claims::{SITE, TENANT};
use crate::tableau::{Resources, TableauRefusal};
use serde_json::{Map, Value};

/// A token in the shape of one of Tableau's. What it says is whose secrets or keys to try, nothing more.
#[derive(Debug)]
pub struct Presented<'a> {
    pub(super) text: &'a str,
    pub(super) parts: Parts<'a>,
    issuer: String,
}

impl<'a> Presented<'a> {
    /// Reads a token. Its issuer stands in the header, in the claims or in both, depending on which of Tableau's samples the
    /// host began with.
    ///
    /// # Errors
    /// It is none, does not say who made it, or says it in two ways.
    pub fn parse(text: &'a str) -> Result<Self, TableauRefusal> {
        let parts = Parts::read(text)?;
        let issuer = match (named(&parts.header, "iss")?, named(&parts.claims, "iss")?) {
            (Some(one), Some(other)) if one != other => return Err(TableauRefusal::IssuersContradict),
            (Some(issuer), _) | (None, Some(issuer)) => issuer.to_owned(),
            (None, None) => return Err(TableauRefusal::IssuerMissing),
        };
        let kid = named(&parts.header, "kid")?;
        if named(&parts.claims, "kid")?.is_some_and(|other| kid.is_some_and(|kid| kid != other)) {
            return Err(TableauRefusal::KeyIdsContradict);
        }
        Ok(Self { text, parts, issuer })
    }

    /// The client id of a connected app, or the issuer's address.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// What it claims. Behind a signature that holds it is what somebody has said; before that it is anybody's.
    #[must_use]
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.parts.claims
    }

    /// For which tenant and site it says that it is.
    #[must_use]
    pub fn resources(&self) -> Resources {
        let said =
            |claim: &str| self.parts.claims.get(claim).and_then(Value::as_str).map(str::to_owned).into_iter().collect();
        Resources { tenants: said(TENANT), sites: said(SITE) }
    }

    /// The secret id, or the id of the issuer's key.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.parts.header.get("kid").and_then(Value::as_str).filter(|kid| !kid.is_empty())
    }
}

/// A text that is there; an empty one is not.
fn named<'m>(members: &'m Map<String, Value>, name: &str) -> Result<Option<&'m str>, TableauRefusal> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(_) => Err(TableauRefusal::MalformedToken),
    }
}
