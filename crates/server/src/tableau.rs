//! What tokens of Tableau's are worth here: whose trust one is of, and what whoever was trusted says.

mod element;
mod sent;
mod site;

pub(crate) use element::Element;
pub(crate) use sent::{Form, Sent, invalid_attribute};
pub(crate) use site::Site;

use crate::app::App;
use crate::oidc::Publisher;
use crate::organization::Organization;
use authz::{Answer, Refusal};
use dialect::jwk::KeySet;
use dialect::pem;
use dialect::tableau::{
    AuthorizationServer, ConnectedApp, Presented, Resources, Scope, Secret, SignedIn, Signer, TableauRefusal,
    UnifiedAccess,
};
use model::access::{AnyOf, EmbedKey, TableauTrust};
use model::dialect::Dialect;
use model::name::KeyId;
use model::snapshot::Snapshot;
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

/// The kinds of trust that a token may be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trusts {
    /// Any of them.
    All,
    /// Connected apps and authorization servers.
    Apps,
    /// Configurations of unified access tokens.
    Unified,
}

impl Trusts {
    const fn extend_to(self, key: &EmbedKey) -> bool {
        let is_unified = matches!(key.trust, Some(TableauTrust::UnifiedAccess(_)));
        match self {
            Self::All => true,
            Self::Apps => !is_unified,
            Self::Unified => is_unified,
        }
    }
}

/// The id of a secret, which tokens name: the same for the same secret, wherever it is kept. It is public, and so secrets of
/// connected apps must be such that nobody guesses them.
pub(crate) fn secret_id(secret: &[u8]) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(b"id of a secret of a connected app\0");
    hash.update(secret);
    let digest: [u8; 32] = hash.finalize().into();
    Builder::from_custom_bytes(digest.first_chunk().copied().unwrap_or_default()).into_uuid()
}

/// The key whose tokens name that client id or issuer. Keys of Tableau's are told apart by it.
pub(crate) fn key<'a>(organization: &'a Organization, issuer: &str) -> Option<(&'a KeyId, &'a EmbedKey)> {
    let is_meant = |key: &EmbedKey| key.dialect == Dialect::Tableau && !key.disabled && key.named_by_tokens() == issuer;
    organization.snapshot.keys.iter().find(|(.., key)| is_meant(key)).map(|(id, _, key)| (id, key))
}

/// Verifies a token with the trust that it names, and reads it.
///
/// # Errors
/// It is not accepted.
pub(crate) async fn verify(
    app: &App,
    organization: &Organization,
    text: &str,
    trusts: Trusts,
) -> Result<SignedIn, TableauRefusal> {
    let presented = Presented::parse(text)?;
    let (id, key) = key(organization, presented.issuer())
        .filter(|(_, key)| trusts.extend_to(key))
        .ok_or(TableauRefusal::UnknownTrust)?;
    match &key.trust {
        None => {
            let secrets: Vec<(String, &[u8])> =
                organization.secrets_of(id).map(|secret| (secret_id(secret).to_string(), secret)).collect();
            let secrets: Vec<Secret<'_>> = secrets.iter().map(|(id, value)| Secret { id, value }).collect();
            let connected = ConnectedApp { id, key, secrets: &secrets };
            ConnectedApp::verify(presented, Some(&connected), app.clock.now())
        }
        Some(trust @ TableauTrust::AuthorizationServer(server)) => {
            published(app, trust.into(), |keys| {
                let server = AuthorizationServer { id, key, issuer: &server.issuer, keys };
                AuthorizationServer::verify(Presented::parse(text)?, Some(&server), app.clock.now())
            })
            .await
        }
        Some(trust @ TableauTrust::UnifiedAccess(access)) => {
            let scopes = access.scopes.iter().map(|text| Scope::parse(text));
            let scopes = scopes.collect::<Result<Vec<_>, _>>().map_err(|_| TableauRefusal::UnknownTrust)?;
            let resources = Resources { tenants: access.tenants.clone(), sites: access.sites.clone() };
            let verified = |signer: Signer<'_>| {
                let access = UnifiedAccess {
                    id,
                    key,
                    issuer: &access.issuer,
                    signer,
                    username_claim: &access.username_claim,
                    scopes: &scopes,
                    resources: &resources,
                };
                UnifiedAccess::verify(Presented::parse(text)?, Some(&access), app.clock.now())
            };
            match &access.public_key {
                Some(given) => {
                    let keys = pem::public_key(given).map_err(|_| TableauRefusal::KeysUnavailable)?;
                    verified(Signer::Given(&keys))
                }
                None => published(app, trust.into(), |keys| verified(Signer::Published(keys))).await,
            }
        }
    }
}

/// What a check comes to with the keys that somebody publishes.
async fn published(
    app: &App,
    publisher: Publisher<'_>,
    check: impl Fn(&KeySet) -> Result<SignedIn, TableauRefusal>,
) -> Result<SignedIn, TableauRefusal> {
    let is_of_another = |refusal: &TableauRefusal| *refusal == TableauRefusal::UnknownSigningKey;
    match app.providers.checked_with(publisher, check, is_of_another).await {
        Ok(checked) => checked,
        Err(error) => {
            tracing::warn!(issuer = publisher.issuer, %error, "the keys of an issuer of Tableau's tokens cannot be had");
            Err(TableauRefusal::KeysUnavailable)
        }
    }
}

/// Whether an address may name that site: none, or the tenant of the key, by its name or by what Tableau called it. It chooses
/// nobody, for nobody has signed it.
pub(crate) fn admits_site(snapshot: &Snapshot, key: &EmbedKey, site: &str) -> bool {
    let AnyOf::These(tenants) = &key.ceiling.tenants else { return site.is_empty() };
    let own = tenants.first().filter(|_| tenants.len() == 1);
    site.is_empty() || own.is_some_and(|own| snapshot.tenant_called(Dialect::Tableau, site) == Some(own))
}

/// Why somebody may not come in whom a token is about, as far as a host may hear it: whether there is such a person, is none of
/// its business.
pub(crate) fn of_person(refused: Refusal) -> TableauRefusal {
    match refused.answer {
        Answer::Forbidden { code: "on_demand_off", .. } => TableauRefusal::OnDemandOff,
        Answer::Invalid { field, .. } => match field.strip_prefix("attributes.") {
            Some(attribute) => invalid(attribute, "a value that this trust may claim"),
            None if field == "teams" => invalid("https://tableau.com/groups", "groups that this trust may claim"),
            None => invalid(&field, "what this trust may claim"),
        },
        Answer::Forbidden { .. }
        | Answer::Parameter(_)
        | Answer::NoSuchContent
        | Answer::NotPublished
        | Answer::Unknown => TableauRefusal::UnknownUser,
    }
}

fn invalid(claim: &str, expected: &'static str) -> TableauRefusal {
    TableauRefusal::ClaimInvalid { claim: claim.to_owned(), expected }
}
