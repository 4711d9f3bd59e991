//! Embed secrets: those of the key of Looker's dialect, of which there may be two while one takes the place of the other.

use super::super::user::instant;
use crate::app::App;
use crate::body::MaybeDefinition;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::Plan;
use crate::routes::administration::edit::{self, NotPlanned, Warrant};
use crate::routes::administration::noun::{self, Noun as _};
use crate::routes::written::{expect_only, invalid, text, written};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use data_encoding::HEXLOWER;
use model::access::{EmbedKey, SecretReference, SignatureHash};
use model::dialect::Dialect;
use model::name::KeyId;
use model::snapshot::Kind;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use store::apply::Holder;
use store::{Change, Secret};

/// What of a secret is told, and cannot be written.
const TOLD: [&str; 5] = ["can", "id", "secret", "created_at", "user_id"];

/// The most secrets that a key has.
const MOST: usize = 2;

/// `POST /api/4.0/embed_config/secrets`: one more secret of the key of Looker's dialect, which the server makes and shows once.
pub(crate) async fn make(
    caller: Program,
    State(app): State<App>,
    MaybeDefinition(body): MaybeDefinition,
) -> Result<Json<Value>, Problem> {
    let sent = written(body, &["algorithm", "enabled", "secret_type"], &TOLD)?;
    expect_only(&sent, "enabled", &json!(true), "a secret that is not to count is deleted")?;
    expect_only(&sent, "secret_type", &json!("SSO"), "addresses are signed with it, and there are no tokens")?;
    let secret = store::new_key_secret()?;
    let (viewer, plan, _) = edit::write(&app, caller, None, |viewer| {
        warrant(viewer, None)?;
        let (id, mut key) = the_key(viewer)?;
        let warrant = warrant(viewer, Some(&key))?;
        expect_algorithm(&sent, key.signature_hash)?;
        let mut held = held(viewer, &id);
        if held.len() >= MOST {
            return Err(conflict("two_secrets", "the key has two secrets, and no more at a time: delete one").into());
        }
        held.push(secret.clone());
        key.secrets.push(SecretReference::Stored);
        planned(viewer, warrant, key, held)
    })
    .await?;
    let name = plan.resource.rsplit('/').next().unwrap_or_default();
    let key = EmbedKey::named(&plan.after, name).ok_or(Problem::Internal)?;
    Ok(Json(json!({
        "id": id_of(&secret),
        "secret": secret.expose(),
        "algorithm": algorithm(key.signature_hash),
        "enabled": true,
        "created_at": instant(app.clock.now()),
        "user_id": viewer.principal.member(),
        "secret_type": "SSO",
    })))
}

/// `DELETE /api/4.0/embed_config/secrets/{embed_secret_id}`: what is signed with it counts no more.
pub(crate) async fn remove(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
) -> Result<StatusCode, Problem> {
    edit::write(&app, caller, None, |viewer| {
        warrant(viewer, None)?;
        let keys = viewer.organization.snapshot.keys.iter().filter(|(.., key)| key.dialect == Dialect::Looker);
        let found = keys.filter_map(|(key_id, _, key)| {
            let held = held(viewer, key_id);
            Some((held.iter().position(|secret| id_of(secret) == id)?, held, key.clone()))
        });
        let (place, mut held, mut key) = found.last().ok_or(Problem::NotFound)?;
        let warrant = warrant(viewer, Some(&key))?;
        if held.len() == 1 {
            return Err(
                conflict("last_secret", "the key has no other secret: make one first, or disable the key").into()
            );
        }
        held.remove(place);
        if place < key.secrets.len() {
            key.secrets.remove(place);
        }
        planned(viewer, warrant, key, held)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Proof that the caller may administer embed keys, or this one: whoever has a secret of it gives what its ceiling has.
fn warrant(viewer: &Viewer, key: Option<&EmbedKey>) -> Result<Warrant, NotPlanned> {
    let resource = key.map_or_else(|| "embed_keys".to_owned(), |key| noun::resource_of(Kind::Key, Some(key), ""));
    edit::expect_mandate(viewer, &noun::matter_of(viewer, key), &resource)
}

/// The one enabled key of Looker's dialect.
fn the_key(viewer: &Viewer) -> Result<(KeyId, EmbedKey), Problem> {
    let keys = viewer.organization.snapshot.keys.iter();
    let keys = keys.filter(|(.., key)| key.dialect == Dialect::Looker && !key.disabled);
    let keys: Vec<_> = keys.map(|(id, _, key)| (id.clone(), key.clone())).collect();
    match <[_; 1]>::try_from(keys) {
        Ok([key]) => Ok(key),
        Err(keys) if keys.is_empty() => {
            Err(conflict("no_key", "there is no enabled embed key of the dialect `looker`"))
        }
        Err(_) => {
            Err(conflict("several_keys", "there are several enabled embed keys of the dialect `looker`: expected one"))
        }
    }
}

/// The secrets of a key, in the order of its references.
fn held(viewer: &Viewer, key: &KeyId) -> Vec<Secret> {
    viewer.organization.secrets.get(key).cloned().unwrap_or_default()
}

/// What a secret is known by: it tells nothing of it.
fn id_of(secret: &Secret) -> String {
    let digest = Sha256::digest(format!("id of an embed secret\n{}", secret.expose()));
    HEXLOWER.encode(digest.get(..16).unwrap_or_default())
}

const fn algorithm(hash: SignatureHash) -> &'static str {
    match hash {
        SignatureHash::Sha256 => "hmac/sha-256",
        SignatureHash::Sha1 => "hmac/sha-1",
    }
}

/// Expects an algorithm, if one is named, to be the one with which the key's addresses are signed.
fn expect_algorithm(sent: &Map<String, Value>, hash: SignatureHash) -> Result<(), Problem> {
    match text(sent, "algorithm")? {
        Some(named) if named != algorithm(hash) => {
            Err(invalid("algorithm", &format!("expected `{}`, that of the key (`signature_hash`)", algorithm(hash))))
        }
        _ => Ok(()),
    }
}

/// The key with these secrets and no others.
fn planned(viewer: &Viewer, warrant: Warrant, key: EmbedKey, held: Vec<Secret>) -> Result<Plan, NotPlanned> {
    let mut after = viewer.organization.definitions.clone();
    let (changes, at) = (vec![Change::from(key.item()?)], key.at(&after));
    let resource = noun::resource_of(Kind::Key, Some(&key), "");
    let secrets = BTreeMap::from([(Holder::Key(key.client_id.clone()), held)]);
    let (event, fields) = (format!("{}_changed", Kind::Key.as_str()), vec!["secrets".to_owned()]);
    key.put(&mut after);
    Ok(Plan { warrant, after, changes, aside: None, secrets, resource, event, fields, at })
}

fn conflict(code: &'static str, detail: &str) -> Problem {
    Problem::Conflict { code, detail: detail.to_owned() }
}
