//! What hosts let people in with: addresses that are signed for them, and sessions without cookies. Whoever may administer embed
//! keys may, for with a key's secret they could do the same themselves, within its ceiling.

pub(super) mod cookieless;
pub(super) mod owner;
pub(super) mod secrets;
pub(super) mod signed;

use crate::app::App;
use crate::audit;
use crate::body::of_json;
use crate::callers::Viewer;
use crate::organization::Organization;
use crate::problem::Problem;
use crate::routes::looker::host;
use crate::routes::written::{invalid, written};
use authz::{Mandate, Matter, administer, origin_admitted};
use chrono::{DateTime, Utc};
use dialect::looker::{LookerRefusal, SignedEmbed, SignedUrl, signed_address};
use model::access::{EmbedKey, Permission};
use model::dialect::Dialect;
use model::name::KeyId;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;

/// What a host says of the person.
#[derive(Deserialize)]
pub(super) struct Said {
    session_length: Option<u64>,
    force_logout_login: Option<bool>,
    external_user_id: Option<Value>,
    first_name: Option<String>,
    last_name: Option<String>,
    user_timezone: Option<String>,
    permissions: Option<Vec<String>>,
    models: Option<Vec<String>>,
    group_ids: Option<Vec<Value>>,
    external_group_id: Option<Value>,
    user_attributes: Option<Value>,
    embed_domain: Option<String>,
}

/// What a body may say of the person.
const SAID: [&str; 12] = [
    "session_length",
    "force_logout_login",
    "external_user_id",
    "first_name",
    "last_name",
    "user_timezone",
    "permissions",
    "models",
    "group_ids",
    "external_group_id",
    "user_attributes",
    "embed_domain",
];

/// What a body says: of the person, and these members more. Whatever else is in it is refused by name.
fn said<T: DeserializeOwned>(body: Value, more: &[&str]) -> Result<T, Problem> {
    of_json(Value::Object(written(body, &[more, &SAID].concat(), &[])?))
}

/// Seconds of a session of which nothing is said.
const SESSION_LENGTH: u64 = 300;

impl Said {
    /// The parameters of an address that says so.
    fn parameters(&self, now: DateTime<Utc>) -> Result<Vec<(&'static str, Value)>, Problem> {
        let nonce = store::new_name_ending()?;
        let optional = [
            ("group_ids", self.group_ids.as_ref().map(|ids| json!(ids))),
            ("external_group_id", self.external_group_id.clone()),
            ("user_attributes", self.user_attributes.clone()),
            ("first_name", self.first_name.as_ref().map(|name| json!(name))),
            ("last_name", self.last_name.as_ref().map(|name| json!(name))),
            ("user_timezone", self.user_timezone.as_ref().map(|zone| json!(zone))),
        ];
        let required = [
            ("nonce", json!(nonce)),
            ("time", json!(now.timestamp())),
            ("session_length", json!(self.session_length.unwrap_or(SESSION_LENGTH))),
            ("external_user_id", self.external_user_id.clone().unwrap_or(Value::Null)),
            ("permissions", json!(self.permissions.as_deref().unwrap_or_default())),
            ("models", json!(self.models.as_deref().unwrap_or_default())),
            ("access_filters", json!({})),
            ("force_logout_login", json!(self.force_logout_login.unwrap_or(true))),
        ];
        let optional = optional.into_iter().filter_map(|(name, value)| Some((name, value?)));
        Ok(required.into_iter().chain(optional).collect())
    }
}

/// A key of Looker's dialect for which somebody may let people in.
struct Signing {
    organization: Arc<Organization>,
    id: KeyId,
    key: EmbedKey,
    matter: Matter,
    mandate: Mandate,
}

impl Signing {
    /// The key that is named, by its client id or its id; without a name, the one there is.
    async fn with(app: &App, viewer: &Viewer, named: Option<&str>) -> Result<Self, Problem> {
        let (organization, matter, mandate) = mandated(app, viewer).await?;
        let keys = organization.snapshot.keys.iter();
        let keys = keys.filter(|(.., key)| key.dialect == Dialect::Looker && !key.disabled);
        let keys = keys
            .filter(|(id, _, key)| named.is_none_or(|named| named == key.client_id.as_str() || named == id.as_str()));
        let keys: Vec<_> = keys.map(|(id, _, key)| (id.clone(), key.clone())).collect();
        match <[_; 1]>::try_from(keys) {
            Ok([(id, key)]) => Ok(Self { organization, id, key, matter, mandate }),
            Err(keys) if keys.is_empty() => {
                Err(invalid("secret_id", "there is no such enabled key of Looker's dialect"))
            }
            Err(_) => Err(invalid("secret_id", "expected the client id of one of the keys of Looker's dialect")),
        }
    }

    /// An address that the key has signed, for a target.
    fn address(&self, app: &App, target: &str, said: &Said) -> Result<String, Problem> {
        let parameters = said.parameters(app.clock.now())?;
        let secret = self.organization.secrets_of(&self.id).next().ok_or(Problem::Unavailable)?;
        Ok(signed_address(&host(app), target, &parameters, self.key.signature_hash, secret))
    }

    /// What an address says that the key has signed: read as if somebody had come with it.
    fn read(&self, app: &App, address: &str) -> Result<SignedEmbed, Problem> {
        let (path, search) = address.split_once('?').unwrap_or((address, ""));
        let url = SignedUrl::parse(path, search).map_err(|refused| unfit_for(&refused))?;
        let secrets = self.organization.secrets_of(&self.id);
        let secrets = secrets.map(|secret| (&self.id, self.key.signature_hash, secret));
        url.verify(&host(app), secrets).map_err(|_| Problem::Unavailable)
    }

    /// Expects that pages of that origin may have embeds of the key in frames.
    fn expect_domain(&self, domain: Option<&str>) -> Result<(), Problem> {
        let Some(domain) = domain else { return Ok(()) };
        let admitted = origin_admitted(&self.key.ceiling, domain);
        let expected = "expected an origin that the key's ceiling has, such as `https://app.example`";
        if admitted { Ok(()) } else { Err(invalid("embed_domain", expected)) }
    }

    fn resource(&self) -> String {
        format!("embed_key/{}", self.key.client_id)
    }
}

/// Proof that somebody may administer embed keys.
async fn mandated(app: &App, viewer: &Viewer) -> Result<(Arc<Organization>, Matter, Mandate), Problem> {
    let matter = Matter::of(Permission::ManageKeys, None);
    let organization = Arc::clone(&viewer.organization);
    match administer(&viewer.principal, &organization.snapshot, &matter) {
        Ok(mandate) => Ok((organization, matter, mandate)),
        Err(denial) => Err(audit::not_administering(app, viewer, &matter, "embed_keys", &denial).await?),
    }
}

/// What an address is refused for, as a member of the body of which it was made.
fn unfit_for(refused: &LookerRefusal) -> Problem {
    match refused {
        LookerRefusal::Invalid(member, expected) => invalid(member, &format!("expected {expected}")),
        LookerRefusal::TooLong => invalid("body", "it comes to an address that is too long"),
        other => invalid("body", &other.to_string()),
    }
}
