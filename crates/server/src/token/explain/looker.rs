//! Signed addresses of Looker.

use super::Explained;
use crate::token::Question;
use dialect::key::Refused;
use dialect::looker::{LookerRefusal, SignedUrl};
use model::access::{EmbedKey, Permission};
use model::assertion::Assertion;

/// Takes an address apart. Nothing in it names a key, so each is tried.
pub(super) fn signed(question: &Question<'_>, explained: &mut Explained) -> Result<Assertion, String> {
    let (_, address) = question.text.split_once("://").ok_or("expected an address that begins with `https://`")?;
    let (host, rest) = address.find('/').map(|at| address.split_at(at)).unwrap_or((address, ""));
    if let Some(own) = question.host.filter(|own| *own != host) {
        return Err(LookerRefusal::Host(host.chars().take(255).collect(), own.to_owned()).to_string());
    }
    let (path, search) = rest.split_once('?').unwrap_or((rest, ""));
    let search = search.split('#').next().unwrap_or_default();
    let url = SignedUrl::parse(path, search).map_err(|refusal| refusal.to_string())?;
    explained.to_sign = url.parts_to_sign(host).into_iter().map(|(name, text)| (name, text.to_owned())).collect();
    let made_at = url.says_it_was_made_at();
    explained.times = made_at.map(|it| ("time", (it - question.now).num_seconds())).into_iter().collect();
    let held = question.keys.of(question.dialect, None);
    let only = held.first().filter(|_| held.len() == 1);
    explained.key = only.map(|held| held.key.client_id.to_string());
    if held.is_empty() {
        return Err(question.keys.missing(question.dialect, None));
    }
    explained.mistake = url.mistake(host, held.iter().flat_map(|held| held.hashing())).map(|it| it.to_string());
    let secrets = held.iter().flat_map(|held| held.hashing().map(|(hash, secret)| (&held.id, hash, secret)));
    let signed = url.verify(host, secrets).map_err(|refused| match refused {
        Refused::WrongSignature => LookerRefusal::Signature.to_string(),
        other => super::told(other, question),
    })?;
    explained.mistake = None;
    let of_key = held.iter().find(|held| held.id == *signed.key().id());
    let held = of_key.ok_or_else(|| super::told(Refused::UnknownKey, question))?;
    explained.key = Some(held.key.client_id.to_string());
    explained.verified = true;
    explained.signature = Some(signed.hash().as_str());
    explained.target = Some(signed.target().to_owned());
    explained.unknown = signed.unknown_permissions().map_err(|refusal| refusal.to_string())?;
    // Which permissions a key has that was only described is not known.
    let key = if held.is_in_force { held.key.clone() } else { of_everything(held.key.clone()) };
    let (assertion, lives) = (signed.assertion(&key, question.now), signed.seconds_left(question.now));
    explained.seconds_left = lives;
    assertion.map_err(|refusal| refusal.to_string())
}

/// A key whose ceiling holds every permission.
fn of_everything(mut key: EmbedKey) -> EmbedKey {
    let held = Permission::ALL.iter().copied().filter(|held| !held.is_of_administration());
    key.ceiling.permissions = held.collect();
    key
}
