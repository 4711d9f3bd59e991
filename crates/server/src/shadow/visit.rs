//! Whoever was recorded, at the door of their dialect.

use super::ShadowError;
use super::recorded::{Recorded, SignedBy};
use super::rows::Answered;
use super::signed::Anew;
use crate::policy_tests::{Entered, Inside, SIGN_ON, Server, Signer};
use chrono::{DateTime, Utc};
use model::access::{Definitions, EmbedKey, IdentityProvider};
use model::dialect::Dialect;
use model::name::{ClientId, ProviderName};
use serde_json::json;

/// A server, and those who sign for the people who come to it.
pub(super) struct Visit<'a> {
    pub(super) server: &'a Server,
    pub(super) definitions: &'a Definitions,
    pub(super) now: DateTime<Utc>,
}

/// What was said instead.
type Refusal = String;

impl Visit<'_> {
    /// Signs anew what was recorded, and hands it in.
    pub(super) async fn enter(&self, recorded: &Recorded) -> Result<Result<Inside, Refusal>, ShadowError> {
        let entered = match &recorded.signer {
            SignedBy::Key(named) => match self.key(recorded.dialect, named.as_ref()) {
                Ok(key) => self.by_key(key, recorded).await,
                Err(refusal) => return Ok(Err(refusal)),
            },
            SignedBy::Provider(named) => match self.provider(named.as_ref()) {
                Ok(provider) => self.by_provider(provider, recorded).await,
                Err(refusal) => return Ok(Err(refusal)),
            },
        };
        let Some(entered) = entered else {
            return Ok(Err(format!("this cannot be read as one of {}", recorded.dialect)));
        };
        let wanted = recorded.element.page.workbook.to_string();
        Ok(match entered? {
            Err(answer) => Err(answer.refusal()),
            Ok(inside) => match &inside.workbook {
                Some(opened) if *opened != wanted => Err(format!("the address opens `{opened}`, not `{wanted}`")),
                _ => Ok(inside),
            },
        })
    }

    fn anew<'b>(&self, signer: Signer<'b>) -> Anew<'b> {
        Anew { signer, now: self.now, id: format!("shadow {}", uuid::Uuid::new_v4()) }
    }

    /// The key that was recorded, or else the one that there is.
    fn key(&self, dialect: Dialect, named: Option<&ClientId>) -> Result<&EmbedKey, Refusal> {
        let of_dialect = self.definitions.embed_keys.iter().filter(|key| key.dialect == dialect && !key.disabled);
        let meant = of_dialect.filter(|key| named.is_none_or(|named| key.client_id == *named));
        only(meant, (named.map(ClientId::as_str), "key"), &format!("of the dialect `{dialect}`"))
    }

    /// The same, of identity providers.
    fn provider(&self, named: Option<&ProviderName>) -> Result<&IdentityProvider, Refusal> {
        let signing = self.definitions.identity_providers.iter().filter(|it| it.jwt.is_some() && !it.disabled);
        let meant = signing.filter(|provider| named.is_none_or(|named| provider.name == *named));
        only(meant, (named.map(ProviderName::as_str), "provider"), "with `jwt`")
    }

    /// Somebody for whom an identity provider signs. `None`: what was recorded cannot be read.
    async fn by_provider(&self, provider: &IdentityProvider, recorded: &Recorded) -> Option<Entered> {
        let anew = self.anew(self.server.signer_of_provider(provider));
        let address = if recorded.address.is_empty() { SIGN_ON } else { &recorded.address };
        Some(self.server.sign_on(&anew.sign_on(address, recorded.token.as_deref())?).await)
    }

    /// The same, of keys.
    async fn by_key(&self, key: &EmbedKey, recorded: &Recorded) -> Option<Entered> {
        let (server, address) = (self.server, recorded.address.as_str());
        let (anew, origin) = (self.anew(server.signer(key)), &server.app.public_origin);
        Some(match recorded.dialect {
            Dialect::Metabase => {
                let (path, search) = address.split_once('?').unwrap_or((address, ""));
                let token = recorded.token.as_deref().or_else(|| path.rsplit('/').next())?;
                server.enter_anonymously(anew.token(token)?, search).await
            }
            Dialect::Sigma => server.enter_by_sigma(key, &anew.sigma(address, origin)?).await,
            Dialect::Looker => {
                let host = origin.rsplit('/').next()?;
                server.enter_by_looker(key, &anew.looker(address, host, key.signature_hash)?).await
            }
            Dialect::Tableau => {
                let token = anew.token(recorded.token.as_deref()?)?;
                server.enter_by_tableau(key, address, &token).await
            }
            Dialect::Vitrine => return None,
        })
    }

    /// The rows of the element that was recorded, as its page would ask for them.
    pub(super) async fn element(
        &self,
        inside: &Inside,
        recorded: &Recorded,
    ) -> Result<Result<Answered, Refusal>, ShadowError> {
        let (page, name) = (&recorded.element.page, &recorded.element.name);
        let path = format!("/api/v1/workbooks/{}/pages/{}/elements/{name}/query", page.workbook, page.page);
        let mut controls = inside.controls.clone();
        controls.extend(recorded.controls.iter().map(|(name, values)| (name.to_string(), json!(values))));
        let body = json!({ "controls": controls });
        let answer = self.server.post(&path, inside.pass.shown(), &body, "application/json").await?;
        Ok(if answer.is_success() { Ok(Answered::of(&answer.json())) } else { Err(answer.refusal()) })
    }
}

/// The one that is meant of those who could sign; of which member of a line, and what they are.
fn only<T>(mut meant: impl Iterator<Item = T>, (named, member): (Option<&str>, &str), of: &str) -> Result<T, Refusal> {
    match (named, meant.next(), meant.next()) {
        (_, Some(only), None) => Ok(only),
        (Some(named), ..) => Err(format!("there is no enabled {member} `{named}` {of}")),
        (None, None, _) => Err(format!("there is no enabled {member} {of}")),
        (None, Some(_), Some(_)) => Err(format!("there are several enabled {member}s {of}: expected `{member}`")),
    }
}
