//! Claims in the words of a provider → what they come to here, with what became of each. Nobody is looked up.

use super::provider::Provider;
use super::refused::NotSignedOn;
use crate::ceiling::holds_value;
use crate::email;
use crate::refusal::shortened;
use model::access::{TeamSync, claim, is_reserved};
use model::attribute::{AttributeDefinition, AttributeKind, AttributeValue};
use model::enforcement::{Point, enforced};
use model::name::{AccountTypeName, AttributeName, TeamName};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// The most values of the claim of teams, as many as hosts may claim.
const MOST_TEAMS: usize = 1000;

/// What became of a claim, or of one of its values: for whoever administers providers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The claim.
    pub claim: String,
    /// The value, shortened.
    pub value: String,
    /// What it came to; `None`: to nothing.
    pub becomes: Option<String>,
    /// Why.
    pub why: String,
}

/// The claim of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TenantClaim {
    Absent,
    Odd,
    Named(String),
}

/// What claims come to.
pub(super) struct Reading {
    /// What the provider calls the person; `None`: nothing that can be kept.
    pub(super) subject: Option<String>,
    /// What the provider calls its session.
    pub(super) session: Option<String>,
    /// As it counts here.
    pub(super) email: Option<String>,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) tenant: TenantClaim,
    pub(super) tenant_attributes: BTreeMap<AttributeName, Json>,
    /// `None`: there is no such claim, or it does not count.
    pub(super) teams: Option<BTreeSet<TeamName>>,
    /// `None`: there is no such claim.
    pub(super) account_type: Option<AccountTypeName>,
    /// Claimed ones; with one that cannot be used, `None` is what is claimed.
    pub(super) attributes: BTreeMap<AttributeName, Option<AttributeValue>>,
    /// The same as it is kept for the person; `None`: nothing is kept for them.
    pub(super) own_attributes: Option<BTreeMap<AttributeName, Option<Json>>>,
    pub(super) told: Vec<Told>,
}

impl Reading {
    pub(super) fn of(provider: &Provider<'_>, claims: &Map<String, Json>) -> Self {
        let mut reader = Reader { provider, claims, told: Vec::new() };
        let names = &provider.defined.claims;
        let email = reader.email();
        let subject = match provider.defined.subject_claim() {
            Some(claim) => reader.subject(claim),
            None => email.clone(),
        };
        let session = reader.session();
        let first_name = reader.name("first name", names.first_name.as_deref());
        let last_name = reader.name("family name", names.last_name.as_deref());
        let tenant = reader.tenant();
        let teams = reader.teams();
        let account_type = reader.account_type();
        let (attributes, own_attributes) = reader.attributes();
        let tenant_attributes = reader.tenant_attributes();
        reader.others();
        let told = reader.told;
        Self {
            subject,
            session,
            email,
            first_name,
            last_name,
            tenant,
            tenant_attributes,
            teams,
            account_type,
            attributes,
            own_attributes,
            told,
        }
    }

    /// By what a person is known.
    pub(super) fn known_by(&self) -> Result<KnownBy<'_>, NotSignedOn> {
        let subject = self.subject.as_deref().ok_or(NotSignedOn::NoSubject);
        let email = self.email.as_deref().ok_or(NotSignedOn::NoEmail)?;
        Ok(KnownBy { subject: subject?, email })
    }
}

/// By what a person is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct KnownBy<'a> {
    /// What the provider calls them.
    pub(super) subject: &'a str,
    /// Their address.
    pub(super) email: &'a str,
}

/// Attributes that are claimed; with `None`: one that cannot be used.
type Claimed<T> = BTreeMap<AttributeName, Option<T>>;

struct Reader<'a> {
    provider: &'a Provider<'a>,
    claims: &'a Map<String, Json>,
    told: Vec<Told>,
}

impl<'a> Reader<'a> {
    fn tell(&mut self, claim: &str, value: &Json, becomes: Option<String>, why: &str) {
        let value = value.as_str().map_or_else(|| shortened(&value.to_string()), shortened);
        self.told.push(Told { claim: shortened(claim), value, becomes, why: why.to_owned() });
    }

    fn claim(&self, name: Option<&'a str>) -> Option<(&'a str, &'a Json)> {
        name.and_then(|name| Some((name, claim(self.claims, name)?)))
    }

    fn email(&mut self) -> Option<String> {
        let (name, value) = self.claim(Some(&self.provider.defined.claims.email))?;
        let folded = value.as_str().and_then(email::folded);
        let email = folded.clone().filter(|_| self.is_verified());
        let becomes = email.as_ref().map(|email| format!("e-mail address {email}"));
        let is_trusted = email.as_ref().is_some_and(|email| email::trusts(self.provider.issuer, email));
        let why = match (&email, is_trusted) {
            (None, _) if folded.is_some() => "the provider does not say that it is verified: expected `email_verified`",
            (None, _) => "not an e-mail address",
            (Some(_), true) => "of a domain for which the issuer is believed",
            (Some(_), false) => "for display: the issuer is not believed for its domain",
        };
        self.tell(name, value, becomes, why);
        email
    }

    /// Whether the address counts: some providers let people write what they like. Cognito says so in a text.
    fn is_verified(&self) -> bool {
        let Some(oidc) = &self.provider.defined.oidc else { return true };
        let said = self.claims.get("email_verified");
        let is_verified = said == Some(&Json::Bool(true)) || said.and_then(Json::as_str) == Some("true");
        is_verified || oidc.unverified_email && said.is_none() || !enforced(Point::VerifiedAddresses)
    }

    fn subject(&mut self, claim: &'a str) -> Option<String> {
        let value = self.claims.get(claim)?;
        let is_id = |text: &&str| (1..=255).contains(&text.len()) && !text.chars().any(char::is_control);
        let subject = value.as_str().filter(is_id).map(str::to_owned);
        let becomes = subject.as_ref().map(|subject| format!("identity {subject}"));
        let why = if subject.is_some() { "for ever" } else { "not a text of 1 to 255 bytes" };
        self.tell(claim, value, becomes, why);
        subject
    }

    fn session(&self) -> Option<String> {
        self.provider.defined.oidc.as_ref()?;
        self.claims.get("sid")?.as_str().filter(|id| (1..=255).contains(&id.len())).map(str::to_owned)
    }

    fn name(&mut self, what: &str, name: Option<&'a str>) -> Option<String> {
        let (name, value) = self.claim(name)?;
        let text = value.as_str().map(str::trim).filter(|text| is_line(text)).map(str::to_owned);
        let becomes = text.as_ref().map(|text| format!("{what} {text}"));
        let why = if text.is_some() { "a text" } else { "not a text of 1 to 255 characters: the name stays" };
        self.tell(name, value, becomes, why);
        text
    }

    fn tenant(&mut self) -> TenantClaim {
        let Some((name, value)) = self.claim(self.provider.defined.claims.tenant.as_deref()) else {
            return TenantClaim::Absent;
        };
        let text = match value {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
            _ => None,
        };
        let becomes = text.as_ref().map(|text| format!("tenant {}", shortened(text)));
        self.tell(name, value, becomes, if text.is_some() { "a text" } else { "neither a text nor a whole number" });
        text.map_or(TenantClaim::Odd, TenantClaim::Named)
    }

    fn teams(&mut self) -> Option<BTreeSet<TeamName>> {
        let (name, value) = self.claim(self.provider.defined.claims.teams.as_deref())?;
        if self.provider.defined.teams.sync == TeamSync::Off {
            self.tell(name, value, None, "teams are not synchronized");
            return None;
        }
        let values = match value {
            Json::String(_) => std::slice::from_ref(value),
            Json::Array(items) if items.len() <= MOST_TEAMS => items.as_slice(),
            _ => {
                self.tell(name, value, None, "neither a text nor a list of at most 1,000 texts: no team");
                &[]
            }
        };
        let mut teams = BTreeSet::new();
        for value in values {
            teams.extend(self.teams_of(name, value));
        }
        Some(teams)
    }

    fn teams_of(&mut self, name: &str, value: &Json) -> BTreeSet<TeamName> {
        let Some(text) = value.as_str() else {
            self.tell(name, value, None, "not a text");
            return BTreeSet::new();
        };
        let map = &self.provider.defined.teams.map;
        let by_name = || TeamName::new(text).into_iter().collect();
        let meant: BTreeSet<TeamName> =
            if map.is_empty() { by_name() } else { map.get(text).cloned().unwrap_or_default() };
        let given: BTreeSet<TeamName> = meant.iter().filter(|team| self.provider.gives(team)).cloned().collect();
        let names: Vec<&str> = given.iter().map(TeamName::as_str).collect();
        let becomes = (!given.is_empty()).then(|| format!("team {}", names.join(", ")));
        let is_there = meant.iter().any(|team| self.provider.snapshot.teams.id(team).is_some());
        let why = match (given.is_empty(), map.is_empty(), is_there) {
            (false, true, _) => "the team of that name",
            (false, false, _) => "mapped",
            (true, _, true) => "beyond the ceiling",
            (true, true, false) => "no team of that name",
            (true, false, false) => "not mapped",
        };
        self.tell(name, value, becomes, why);
        given
    }

    fn account_type(&mut self) -> Option<AccountTypeName> {
        let (name, value) = self.claim(self.provider.defined.claims.account_type.as_deref())?;
        let mapping = &self.provider.defined.account_types;
        let by_name = || AccountTypeName::new(value.as_str()?).ok();
        let mapped = || mapping.map.get(value.as_str()?).cloned();
        let meant = if mapping.map.is_empty() { by_name() } else { mapped() };
        let (provider, types) = (self.provider, &self.provider.snapshot.account_types);
        let is_given = |kind: &AccountTypeName| {
            let exists = types.get(kind).is_some_and(|kind| !kind.administers());
            exists && Provider::may_give(provider.ceiling.account_types.contains(kind))
        };
        let given = meant.clone().filter(is_given);
        let why = match (&given, &meant) {
            (Some(_), _) if mapping.map.is_empty() => "the account type of that name",
            (Some(_), _) => "mapped",
            (None, Some(_)) => "beyond the ceiling: the usual account type",
            (None, None) => "not mapped: the usual account type",
        };
        let given = given.unwrap_or_else(|| mapping.usual.clone());
        self.tell(name, value, Some(format!("account type {given}")), why);
        Some(given)
    }

    /// What is claimed for the session, and what of it is kept: what OpenID Connect claims is the person's own.
    fn attributes(&mut self) -> (Claimed<AttributeValue>, Option<Claimed<Json>>) {
        let (mut claimed, mut kept) = (BTreeMap::new(), BTreeMap::new());
        for definition in self.provider.snapshot.attributes.values() {
            let may_claim = Provider::may_give(self.provider.ceiling.attributes.contains_key(&definition.name));
            let own = definition.name.as_str();
            let name = self.provider.defined.claims.attributes.get(&definition.name).map_or(own, String::as_str);
            let Some((name, value)) = self.claim(Some(name)).filter(|(name, _)| may_claim && !is_reserved(name)) else {
                continue;
            };
            let given = self.attribute(definition, name, value);
            kept.insert(definition.name.clone(), given.as_ref().map(|_| spelled(definition, value)));
            claimed.insert(definition.name.clone(), given);
        }
        (claimed, self.provider.defined.oidc.as_ref().map(|_| kept))
    }

    fn attribute(&mut self, definition: &AttributeDefinition, name: &str, value: &Json) -> Option<AttributeValue> {
        let read = definition.read(&spelled(definition, value));
        let inside =
            |value: &AttributeValue| Provider::may_give(holds_value(&self.provider.ceiling, definition, value));
        let given = read.clone().filter(inside);
        let becomes = format!("attribute {}", definition.name);
        let why = match (&given, &read) {
            (Some(_), _) => "for this session",
            (None, Some(_)) => "none in this session: beyond the ceiling",
            (None, None) => "none in this session: not a value of the attribute",
        };
        self.tell(name, value, Some(becomes), why);
        given
    }

    fn tenant_attributes(&mut self) -> BTreeMap<AttributeName, Json> {
        let Some((name, value)) = self.claim(self.provider.defined.claims.tenant_attributes.as_deref()) else {
            return BTreeMap::new();
        };
        if !self.provider.defined.provisioning.tenants {
            self.tell(name, value, None, "tenants are not made");
            return BTreeMap::new();
        }
        let mut given = BTreeMap::new();
        for (claimed, value) in value.as_object().into_iter().flatten() {
            let definition = self.provider.snapshot.attributes.values().find(|it| it.name.as_str() == claimed);
            let spelled = definition.map(|definition| (definition, spelled(definition, value)));
            let fits = |(definition, spelled): &(&AttributeDefinition, Json)| {
                let read = definition.read(spelled);
                read.is_some_and(|it| Provider::may_give(holds_value(&self.provider.ceiling, definition, &it)))
            };
            let becomes = spelled.filter(fits);
            let told = becomes.as_ref().map(|(definition, _)| format!("attribute {} of a new tenant", definition.name));
            let why = if told.is_some() { "if the tenant is made" } else { "no value that the provider may give" };
            self.tell(&format!("{name}/{claimed}"), value, told, why);
            given.extend(becomes.map(|(definition, spelled)| (definition.name.clone(), spelled)));
        }
        given
    }

    /// Claims that nothing names.
    fn others(&mut self) {
        let told: BTreeSet<String> = self.told.iter().map(|one| one.claim.clone()).collect();
        let names = &self.provider.defined.claims;
        let pointers = [Some(&names.email), names.first_name.as_ref(), names.last_name.as_ref(), names.tenant.as_ref()]
            .into_iter()
            .chain([names.tenant_attributes.as_ref(), names.teams.as_ref(), names.account_type.as_ref()])
            .flatten()
            .chain(names.attributes.values());
        let within: BTreeSet<String> = pointers
            .filter_map(|name| name.strip_prefix('/'))
            .map(|name| name.split('/').next().unwrap_or_default().replace("~1", "/").replace("~0", "~"))
            .collect();
        for (name, value) in self.claims {
            if told.contains(&shortened(name)) || within.contains(name) {
                continue;
            }
            let is_told = names.tenant_attributes.as_ref() == Some(name);
            if !is_told {
                let why = if is_reserved(name) { "reserved: no fact about a person" } else { "nothing names it" };
                self.tell(name, value, None, why);
            }
        }
    }
}

/// Numbers and booleans are texts where a text is meant, as other products keep them.
fn spelled(definition: &AttributeDefinition, value: &Json) -> Json {
    match (definition.kind, value) {
        (AttributeKind::Text, Json::Number(_) | Json::Bool(_)) => Json::String(value.to_string()),
        _ => value.clone(),
    }
}

fn is_line(text: &str) -> bool {
    (1..=255).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}
