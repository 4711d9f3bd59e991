//! Signed addresses of Looker.

use super::Explained;
use crate::token::Question;
use dialect::key::Refused;
use dialect::looker::{LookerRefusal, SignedUrl};
use model::access::{EmbedKey, Permission, SignatureHash};
use model::assertion::Assertion;
use model::name::KeyId;

/// Takes an address apart. Nothing in it says with which hash it is signed, so both are tried.
pub(super) fn signed(question: &Question<'_>, explained: &mut Explained) -> Result<Assertion, String> {
    let (_, address) = question.text.split_once("://").ok_or("expected an address that begins with `https://`")?;
    let (host, rest) = address.find('/').map(|at| address.split_at(at)).unwrap_or((address, ""));
    let (path, search) = rest.split_once('?').unwrap_or((rest, ""));
    let search = search.split('#').next().unwrap_or_default();
    let url = SignedUrl::parse(path, search).map_err(|refusal| refusal.to_string())?;
    explained.string_to_sign = Some(url.string_to_sign(host));
    let key = question.key(Some("looker")).ok_or("expected `--client-id`")?;
    explained.key = question.client_id.as_ref().map(ToString::to_string);
    let id = KeyId::new(key.client_id.as_str());
    let secrets = question.secret.into_iter();
    let secrets = secrets.flat_map(|it| [SignatureHash::Sha256, SignatureHash::Sha1].map(|hash| (&id, hash, it)));
    let signed = url.verify(host, secrets).map_err(|refused| match refused {
        Refused::WrongSignature => LookerRefusal::Signature.to_string(),
        other => super::told(other, question),
    })?;
    explained.verified = true;
    explained.signature = Some(signed.hash().as_str());
    explained.unknown = signed.unknown_permissions().map_err(|refusal| refusal.to_string())?;
    let (assertion, lives) = (signed.assertion(&of_everything(key), question.now), signed.seconds_left(question.now));
    explained.seconds_left = lives;
    assertion.map_err(|refusal| refusal.to_string())
}

/// A key whose ceiling holds every permission: which of them one has is not known here.
fn of_everything(mut key: EmbedKey) -> EmbedKey {
    let held = Permission::ALL.iter().copied().filter(|held| !held.is_of_administration());
    key.ceiling.permissions = held.collect();
    key
}
