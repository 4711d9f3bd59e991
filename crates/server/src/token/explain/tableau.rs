//! Tokens of Tableau, of its three kinds of trust.

use super::Explained;
use crate::token::keys::described;
use chrono::{DateTime, Utc};
use dialect::jwk::KeySet;
use dialect::tableau::{
    AuthorizationServer, ConnectedApp, Presented, Scope, Secret, SignedIn, Signer, TableauRefusal, UnifiedAccess,
};
use model::access::{EmbedKey, Mode};
use model::dialect::Dialect;
use model::name::{ClientId, KeyId};

/// What is known of a trust.
pub(in crate::token) enum Trust<'a> {
    /// A connected app with direct trust.
    Direct {
        /// By default the one that the token names.
        client_id: Option<ClientId>,
        /// By default the one that the token names.
        secret_id: Option<&'a str>,
        secret: &'a [u8],
    },
    /// OAuth 2.0 trust.
    Server(Issuer<'a>),
    /// Unified access tokens, for whatever tenant and site they name.
    Unified(Issuer<'a>),
}

/// Who signs with a key of its own.
pub(in crate::token) struct Issuer<'a> {
    pub(in crate::token) name: &'a str,
    pub(in crate::token) keys: &'a KeySet,
}

impl Trust<'_> {
    const fn dialect(&self) -> &'static str {
        match self {
            Self::Direct { .. } => "tableau",
            Self::Server(_) => "tableau-eas",
            Self::Unified(_) => "tableau-uat",
        }
    }
}

/// Looks at a token as a site would that has this trust.
pub(in crate::token) fn explain(trust: &Trust<'_>, mode: Mode, text: &str, now: DateTime<Utc>) -> Explained {
    let read = read(trust, mode, text, now);
    told(trust.dialect(), read.as_ref().map(|(key, signed_in)| (key.as_str(), signed_in)), now)
}

/// What there is to say of a token that is of a key, or refused.
pub(crate) fn told(dialect: &str, read: Result<(&str, &SignedIn), &TableauRefusal>, now: DateTime<Utc>) -> Explained {
    let mut explained = Explained { dialect: dialect.to_owned(), ..Explained::default() };
    match read {
        Ok((key, signed_in)) => {
            explained.key = Some(key.to_owned());
            explained.verified = true;
            explained.seconds_left = Some((signed_in.expires_at - now).num_seconds());
            explained.scopes = signed_in.scopes.asserted().iter().map(Scope::to_string).collect();
            explained.accept(now, &signed_in.assertion, true);
            explained.unknown.clone_from(&signed_in.ignored);
        }
        Err(refusal) => {
            explained.code = Some((refusal.code(), refusal.reason()));
            explained.clock_skew_seconds = refusal.clock_skew_seconds();
            explained.refusal = Some(refusal.to_string());
        }
    }
    explained
}

/// What it says, and the name of the trust.
fn read(trust: &Trust<'_>, mode: Mode, text: &str, now: DateTime<Utc>) -> Result<(String, SignedIn), TableauRefusal> {
    let presented = Presented::parse(text)?;
    match trust {
        Trust::Direct { client_id, secret_id, secret } => {
            let client_id = client_id.clone().or_else(|| ClientId::new(presented.issuer()).ok());
            let key = key(client_id, mode)?;
            let named = presented.key_id().unwrap_or_default().to_owned();
            let secrets = [Secret { id: secret_id.unwrap_or(&named), value: secret }];
            let id = KeyId::new(key.client_id.as_str());
            let app = ConnectedApp { id: &id, key: &key, secrets: &secrets };
            Ok((key.client_id.to_string(), ConnectedApp::verify(presented, Some(&app), now)?))
        }
        Trust::Server(Issuer { name, keys }) => {
            let (id, key) = (KeyId::new(*name), nameless(mode)?);
            let server = AuthorizationServer { id: &id, key: &key, issuer: name, keys };
            Ok(((*name).to_owned(), AuthorizationServer::verify(presented, Some(&server), now)?))
        }
        Trust::Unified(Issuer { name, keys }) => {
            let (id, key) = (KeyId::new(*name), nameless(mode)?);
            let any = Scope::parse("tableau:*:*").map_err(|_| TableauRefusal::UnknownTrust)?;
            let resources = presented.resources();
            let access = UnifiedAccess {
                id: &id,
                key: &key,
                issuer: name,
                signer: Signer::Given(keys),
                username_claim: "email",
                scopes: &[any],
                resources: &resources,
            };
            Ok(((*name).to_owned(), UnifiedAccess::verify(presented, Some(&access), now)?))
        }
    }
}

fn key(client_id: Option<ClientId>, mode: Mode) -> Result<EmbedKey, TableauRefusal> {
    client_id.and_then(|client_id| described(client_id, Dialect::default(), mode)).ok_or(TableauRefusal::UnknownTrust)
}

/// A key of a trust that goes by its issuer alone.
fn nameless(mode: Mode) -> Result<EmbedKey, TableauRefusal> {
    key(ClientId::new("issuer").ok(), mode)
}
