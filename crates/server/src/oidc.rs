//! OpenID Connect: what providers say of themselves, the keys they sign with, and the way of a browser there and back.

pub(crate) mod flow;

use crate::clock::Clock;
use crate::outbound::{NoAnswer, Outbound};
use chrono::{DateTime, TimeDelta, Utc};
use dialect::jwk::{JwsError, KeyError, KeySet};
use dialect::oidc::{OidcRefusal, Party};
use model::access::{OidcSignOn, TableauTrust};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;

/// How long what a provider says of itself is believed.
const BELIEVED: TimeDelta = TimeDelta::minutes(10);
/// How long keys are not asked for again because a token names one that is not there.
const BETWEEN_KEYS: TimeDelta = TimeDelta::seconds(30);
/// How long a provider that could not be used is left alone, whoever comes.
const LEFT_ALONE: TimeDelta = TimeDelta::seconds(5);

/// Why a provider cannot be used now. For the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUsable {
    /// It gives no answer.
    #[error(transparent)]
    NoAnswer(#[from] NoAnswer),
    /// It says of itself that it is another one.
    #[error("the configuration is that of another issuer")]
    AnotherIssuer,
    /// Something is missing, or no address.
    #[error("`{0}` of the configuration is not valid: expected an https address")]
    Member(&'static str),
    /// It publishes no keys that can be used.
    #[error("the keys that the provider publishes cannot be used: {0}")]
    Keys(#[from] KeyError),
}

/// What a provider says of itself (OpenID Connect Discovery 1.0, section 3).
#[derive(Debug, Clone)]
pub(crate) struct Configuration {
    pub(crate) authorization: Url,
    pub(crate) token: Url,
    pub(crate) userinfo: Option<Url>,
    /// Whether a secret goes into the form, because the provider knows no other way.
    pub(crate) secret_in_form: bool,
    /// Whether it names itself when it sends a browser back (RFC 9207).
    pub(crate) names_itself: bool,
}

impl Configuration {
    fn read(said: &Map<String, Value>, oidc: &OidcSignOn) -> Result<Self, NotUsable> {
        let address = |name: &'static str| address(said, name, oidc.private_network);
        let needed = |name: &'static str| address(name)?.ok_or(NotUsable::Member(name));
        let methods = said.get("token_endpoint_auth_methods_supported").and_then(Value::as_array);
        Ok(Self {
            authorization: needed("authorization_endpoint")?,
            token: needed("token_endpoint")?,
            userinfo: address("userinfo_endpoint")?,
            secret_in_form: methods.is_some_and(|all| !all.iter().any(|it| it == "client_secret_basic")),
            names_itself: said.get("authorization_response_iss_parameter_supported") == Some(&Value::Bool(true)),
        })
    }
}

/// An address among what a provider says of itself.
fn address(said: &Map<String, Value>, name: &'static str, private_network: bool) -> Result<Option<Url>, NotUsable> {
    let Some(text) = said.get(name) else { return Ok(None) };
    let url = text.as_str().and_then(|text| Url::parse(text).ok());
    let fits = |url: &Url| url.scheme() == "https" || url.scheme() == "http" && private_network;
    url.filter(fits).map(Some).ok_or(NotUsable::Member(name))
}

/// Whoever publishes keys that tokens are signed with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Publisher<'a> {
    /// Its own name, which begins the address of what it says of itself.
    pub(crate) issuer: &'a str,
    /// Where the keys are. `None`: it says so itself.
    pub(crate) keys_at: Option<&'a str>,
    /// Whether that may be in a private network.
    pub(crate) private_network: bool,
}

impl<'a> From<&'a TableauTrust> for Publisher<'a> {
    fn from(trust: &'a TableauTrust) -> Self {
        let (issuer, keys_at, private_network) = match trust {
            TableauTrust::AuthorizationServer(server) => (&server.issuer, &server.jwks_url, server.private_network),
            TableauTrust::UnifiedAccess(access) => (&access.issuer, &access.jwks_url, access.private_network),
        };
        Self { issuer, keys_at: keys_at.as_deref(), private_network }
    }
}

impl<'a> From<&'a OidcSignOn> for Publisher<'a> {
    fn from(oidc: &'a OidcSignOn) -> Self {
        Self { issuer: &oidc.discovery, keys_at: None, private_network: oidc.private_network }
    }
}

/// What is known of a provider.
#[derive(Debug)]
struct Known {
    /// What it says of itself; nothing, if it was only asked for its keys.
    said: Map<String, Value>,
    /// Where its keys are; nothing, if it was never asked.
    keys_url: Option<Url>,
    read_at: DateTime<Utc>,
    keys: KeySet,
    keys_at: DateTime<Utc>,
}

/// One provider.
#[derive(Debug, Default)]
struct Place {
    known: Option<Known>,
    /// When it could last not be used, and why.
    failed: Option<(DateTime<Utc>, NotUsable)>,
}

/// What it calls itself, where its keys are if it is not to say so, and whether it may be in a private network.
type Named = (String, Option<String>, bool);

type SharedPlace = Arc<tokio::sync::Mutex<Place>>;

/// What is known of all providers.
pub struct Providers {
    outbound: Outbound,
    clock: Clock,
    places: Mutex<BTreeMap<Named, SharedPlace>>,
}

impl Providers {
    /// Nothing is known of anybody yet.
    pub(crate) fn new(clock: Clock) -> Self {
        Self { outbound: Outbound::default(), clock, places: Mutex::default() }
    }

    pub(crate) const fn outbound(&self) -> &Outbound {
        &self.outbound
    }

    /// What the provider says of itself.
    pub(crate) async fn configuration(&self, oidc: &OidcSignOn) -> Result<Configuration, NotUsable> {
        let publisher = Publisher::from(oidc);
        let place = self.place(publisher);
        let mut place = place.lock().await;
        Configuration::read(&self.known(&mut place, publisher).await?.said, oidc)
    }

    /// Leaves a provider alone for a while that did not answer another request.
    pub(crate) async fn leave_alone(&self, oidc: &OidcSignOn, why: &NoAnswer) {
        if matches!(why, NoAnswer::Unreachable(..)) {
            let place = self.place(oidc.into());
            place.lock().await.failed = Some((self.clock.now(), why.clone().into()));
        }
    }

    /// What a token comes to, which is checked with the keys of the provider.
    pub(crate) async fn checked<T>(
        &self,
        oidc: &OidcSignOn,
        check: impl Fn(Party<'_>) -> Result<T, OidcRefusal>,
    ) -> Result<Result<T, OidcRefusal>, NotUsable> {
        let is_of_another = |refusal: &OidcRefusal| *refusal == OidcRefusal::Signature(JwsError::UnknownKey);
        let check = |keys: &KeySet| check(Party { issuer: &oidc.discovery, client_id: &oidc.client_id, keys });
        self.checked_with(oidc.into(), check, is_of_another).await
    }

    /// What a token comes to, which is checked with the keys of whoever publishes them; if it names one that is not there, with
    /// keys that are asked for again, but not more often than every 30 seconds.
    pub(crate) async fn checked_with<T, E>(
        &self,
        publisher: Publisher<'_>,
        check: impl Fn(&KeySet) -> Result<T, E>,
        is_of_another: impl Fn(&E) -> bool,
    ) -> Result<Result<T, E>, NotUsable> {
        let place = self.place(publisher);
        let mut place = place.lock().await;
        let known = self.known(&mut place, publisher).await?;
        let url = match (check(&known.keys), &known.keys_url) {
            (Err(refusal), Some(url)) if is_of_another(&refusal) && self.is_over(known.keys_at, BETWEEN_KEYS) => url,
            (checked, _) => return Ok(checked),
        };
        known.keys_at = self.clock.now();
        known.keys = self.keys(url, publisher).await?;
        Ok(check(&known.keys))
    }

    /// Believes that these are somebody's keys, as if they had been asked for now.
    pub(crate) async fn believe(&self, publisher: Publisher<'_>, keys: KeySet) {
        let now = self.clock.now();
        let known = Known { said: Map::new(), keys_url: None, read_at: now, keys, keys_at: now };
        self.place(publisher).lock().await.known = Some(known);
    }

    fn place(&self, publisher: Publisher<'_>) -> SharedPlace {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let Publisher { issuer, keys_at, private_network } = publisher;
        places.entry((issuer.to_owned(), keys_at.map(str::to_owned), private_network)).or_default().clone()
    }

    /// Whether that long has passed since. A clock that was turned back makes nobody wait for longer.
    fn is_over(&self, since: DateTime<Utc>, length: TimeDelta) -> bool {
        let now = self.clock.now();
        now < since || now >= since + length
    }

    /// What is known of it, asked of it first if need be. Whoever comes while it is asked waits for the same answer.
    async fn known<'a>(&self, place: &'a mut Place, publisher: Publisher<'_>) -> Result<&'a mut Known, NotUsable> {
        if let Some((_, why)) = place.failed.as_ref().filter(|(at, _)| !self.is_over(*at, LEFT_ALONE)) {
            return Err(why.clone());
        }
        place.failed = None;
        if place.known.as_ref().is_none_or(|known| self.is_over(known.read_at, BELIEVED)) {
            match self.asked(publisher).await {
                Ok(known) => place.known = Some(known),
                Err(why) => {
                    place.failed = Some((self.clock.now(), why.clone()));
                    return Err(why);
                }
            }
        }
        place.known.as_mut().ok_or(NotUsable::Keys(KeyError::NoKey))
    }

    async fn asked(&self, publisher: Publisher<'_>) -> Result<Known, NotUsable> {
        let (said, keys_url) = match publisher.keys_at {
            Some(address) => (Map::new(), Url::parse(address).map_err(|_| NotUsable::Member("jwks_url"))?),
            None => self.discovered(publisher).await?,
        };
        let keys = self.keys(&keys_url, publisher).await?;
        let now = self.clock.now();
        Ok(Known { said, keys_url: Some(keys_url), read_at: now, keys, keys_at: now })
    }

    /// What it says of itself, and where its keys are.
    async fn discovered(&self, publisher: Publisher<'_>) -> Result<(Map<String, Value>, Url), NotUsable> {
        let Publisher { issuer, private_network, .. } = publisher;
        let configuration = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let configuration = Url::parse(&configuration).map_err(|_| NotUsable::Member("issuer"))?;
        let said = self.outbound.get(&configuration, private_network, None).await?;
        if said.get("issuer").and_then(Value::as_str) != Some(issuer) {
            return Err(NotUsable::AnotherIssuer);
        }
        let keys = address(&said, "jwks_uri", private_network)?.ok_or(NotUsable::Member("jwks_uri"))?;
        Ok((said, keys))
    }

    async fn keys(&self, address: &Url, publisher: Publisher<'_>) -> Result<KeySet, NotUsable> {
        let said = self.outbound.get(address, publisher.private_network, None).await?;
        let text = Value::Object(said).to_string();
        // Never secrets: whoever reads what is published could sign with them.
        Ok(KeySet::parse(text.as_bytes(), false)?)
    }
}
