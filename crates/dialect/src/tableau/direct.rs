//! Connected apps with direct trust: tokens are signed with a secret that both sides have.

use crate::jwt::Token;
use crate::tableau::claims::Unread;
use crate::tableau::{Presented, SignedIn, TableauRefusal};
use crate::vitrine::vouched;
use chrono::{DateTime, Utc};
use model::access::EmbedKey;
use model::name::KeyId;
use std::fmt;

/// A connected app, whose client id is that of its key.
#[derive(Debug, Clone, Copy)]
pub struct ConnectedApp<'a> {
    /// The id of the key.
    pub id: &'a KeyId,
    /// The key.
    pub key: &'a EmbedKey,
    /// Its secrets: one, or two while one replaces the other.
    pub secrets: &'a [Secret<'a>],
}

/// A secret of a connected app.
#[derive(Clone, Copy)]
pub struct Secret<'a> {
    /// The secret id. Public; tokens name it.
    pub id: &'a str,
    /// The secret value: its text signs, as it is written.
    pub value: &'a [u8],
}

impl fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("id", &self.id).finish_non_exhaustive()
    }
}

impl ConnectedApp<'_> {
    /// Verifies a token with the secret that it names, and reads it. It counts once. `app`: the enabled one of
    /// [`Presented::issuer`], if there is one.
    ///
    /// # Errors
    /// It is not accepted. Before the signature is verified, errors speak of the token's shape and of public ids alone.
    pub fn verify(
        presented: Presented<'_>,
        app: Option<&ConnectedApp<'_>>,
        now: DateTime<Utc>,
    ) -> Result<SignedIn, TableauRefusal> {
        let kid = presented.key_id().ok_or(TableauRefusal::KeyIdMissing)?.to_owned();
        let issuer = presented.issuer().to_owned();
        let token = Token::of_parts(presented.parts)?;
        let is_meant = |app: &&ConnectedApp<'_>| app.key.client_id.as_str() == issuer && !app.key.disabled;
        let app = app.filter(is_meant).ok_or(TableauRefusal::UnknownTrust)?;
        let secret = app.secrets.iter().find(|secret| secret.id == kid).ok_or(TableauRefusal::UnknownSecret)?;
        let (verified, claims) = token.verify([(app.id, secret.value)])?.into_parts();
        let mut claims = Unread::new(claims);
        claims.take("iss");
        claims.audience()?;
        let times = claims.times(app.key, now)?;
        let jti = claims.required("jti")?;
        let scopes = claims.scopes(&["scp"], false)?;
        let name = claims.required("sub")?;
        let (claims, ignored) = claims.rest(name, app.key.mode)?;
        let assertion = vouched(&verified, claims).once(jti, times.expires_at);
        Ok(SignedIn { assertion, scopes, site: None, expires_at: times.expires_at, ignored })
    }
}
