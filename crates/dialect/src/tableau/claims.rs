//! What all of Tableau's tokens claim in the same way. Read only behind a signature that holds.

use crate::jwt::moment;
use crate::tableau::scope::Scopes;
use crate::tableau::{AHEAD, LONGEST, TableauRefusal};
use chrono::{DateTime, Duration, Utc};
use model::access::{EmbedKey, Mode};
use model::assertion::{Claimant, Claims};
use serde_json::{Map, Value};

/// Where Tableau's own claims are.
const NAMESPACE: &str = "https://tableau.com/";

/// What unified access tokens are for, and no other.
pub(super) const TENANT: &str = "https://tableau.com/tenantId";
pub(super) const SITE: &str = "https://tableau.com/siteId";

/// The most names of groups.
const MOST_GROUPS: usize = 1000;

const TEXT: &str = "a text of 1 to 255 characters without control characters";
const MOMENT: &str = "a time in seconds since 1970";

/// Claims that have not been taken yet.
pub(super) struct Unread(Map<String, Value>);

/// From when to when a token counts.
pub(super) struct Times {
    /// The end.
    pub(super) expires_at: DateTime<Utc>,
}

impl Unread {
    pub(super) const fn new(claims: Map<String, Value>) -> Self {
        Self(claims)
    }

    pub(super) fn take(&mut self, claim: &str) -> Option<Value> {
        self.0.shift_remove(claim)
    }

    pub(super) fn has(&self, claim: &str) -> bool {
        self.0.contains_key(claim)
    }

    /// A text that may be missing.
    pub(super) fn text(&mut self, claim: &str) -> Result<Option<String>, TableauRefusal> {
        let Some(value) = self.take(claim) else { return Ok(None) };
        let text = value.as_str().filter(|text| is_line(text)).map(str::to_owned);
        text.map(Some).ok_or_else(|| invalid(claim, TEXT))
    }

    /// A text that must be there.
    pub(super) fn required(&mut self, claim: &str) -> Result<String, TableauRefusal> {
        self.text(claim)?.ok_or_else(|| missing(claim, "a text"))
    }

    fn moment(&mut self, claim: &str) -> Result<Option<DateTime<Utc>>, TableauRefusal> {
        let Some(value) = self.take(claim) else { return Ok(None) };
        moment(&value).map(Some).ok_or_else(|| invalid(claim, MOMENT))
    }

    /// That the token counts now, for as long as tokens may, by `exp`, `nbf` and `iat`.
    pub(super) fn times(&mut self, key: &EmbedKey, now: DateTime<Utc>) -> Result<Times, TableauRefusal> {
        let (issued_at, valid_from) = (self.moment("iat")?, self.moment("nbf")?);
        let expires_at = self.moment("exp")?.ok_or_else(|| missing("exp", MOMENT))?;
        let ahead = |at: DateTime<Utc>| (at - now).num_seconds();
        if expires_at <= now {
            return Err(TableauRefusal::Expired { ahead: ahead(expires_at) });
        }
        for (claim, at) in [("iat", issued_at), ("nbf", valid_from)] {
            if let Some(at) = at.filter(|at| *at > now + Duration::seconds(AHEAD)) {
                return Err(TableauRefusal::NotYetValid { claim, ahead: ahead(at) });
            }
        }
        let longest = Duration::seconds(LONGEST);
        if issued_at.is_some_and(|it| expires_at > it + longest) {
            return Err(TableauRefusal::LivesTooLong { ahead: None });
        }
        if expires_at > now + longest {
            return Err(TableauRefusal::LivesTooLong { ahead: Some(ahead(expires_at - longest)) });
        }
        if key.not_before.is_some_and(|it| issued_at.is_none_or(|issued_at| issued_at < it)) {
            return Err(TableauRefusal::IssuedTooEarly);
        }
        Ok(Times { expires_at })
    }

    /// That the token was made for Tableau: `aud` is it, or has it among others.
    pub(super) fn audience(&mut self) -> Result<(), TableauRefusal> {
        let is_meant = match self.take("aud") {
            Some(Value::String(audience)) => audience == "tableau",
            Some(Value::Array(all)) => all.iter().all(Value::is_string) && all.iter().any(|it| it == "tableau"),
            Some(_) => false,
            None => return Err(missing("aud", "`tableau`")),
        };
        if is_meant { Ok(()) } else { Err(TableauRefusal::AudienceRefused) }
    }

    /// The scopes, as a list or as a text with blanks between; none, if the claim is missing. `names`: what the claim may be
    /// called.
    pub(super) fn scopes(&mut self, names: &[&'static str], is_shared: bool) -> Result<Scopes, TableauRefusal> {
        const EXPECTED: &str = "a list of scopes, or a text of them with blanks between";
        let mut found: Option<Vec<String>> = None;
        for name in names {
            let Some(value) = self.take(name) else { continue };
            let texts = match value {
                Value::String(text) => Some(text.split_ascii_whitespace().map(str::to_owned).collect()),
                Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
                _ => None,
            };
            let texts: Vec<String> = texts.ok_or_else(|| invalid(name, EXPECTED))?;
            if found.as_ref().is_some_and(|before| *before != texts) {
                return Err(invalid(name, "the same scopes as in `scp`"));
            }
            found = Some(texts);
        }
        Scopes::read(found.iter().flatten().map(String::as_str), is_shared)
    }

    /// Whoever the token is about: known here, or on demand by the groups that it asserts.
    pub(super) fn claimant(&mut self, name: String) -> Result<Claimant, TableauRefusal> {
        const ON_DEMAND: &str = "https://tableau.com/oda";
        match self.take(ON_DEMAND) {
            None => Ok(Claimant::Member(name)),
            Some(Value::Bool(true)) => Ok(Claimant::OnDemand(name)),
            Some(Value::Bool(false)) => Ok(Claimant::Member(name)),
            Some(Value::String(text)) if text == "true" => Ok(Claimant::OnDemand(name)),
            Some(Value::String(text)) if text == "false" => Ok(Claimant::Member(name)),
            Some(_) => Err(invalid(ON_DEMAND, "`true` or `false`")),
        }
    }

    /// The groups that the token asserts. `None`: it does not speak of any.
    fn groups(&mut self) -> Result<Option<Vec<String>>, TableauRefusal> {
        const GROUPS: &str = "https://tableau.com/groups";
        let Some(value) = self.take(GROUPS) else { return Ok(None) };
        let line = |value: &Value| value.as_str().filter(|text| is_line(text)).map(str::to_owned);
        let groups = match &value {
            Value::String(_) => line(&value).map(|group| vec![group]),
            Value::Array(items) if items.len() <= MOST_GROUPS => items.iter().map(line).collect(),
            _ => None,
        };
        groups.map(Some).ok_or_else(|| invalid(GROUPS, "a list of at most 1000 names of groups"))
    }

    /// What is claimed about whoever it is, and which claims are in Tableau's own namespace and not known; a strict key refuses
    /// those, and every key what makes a unified access token. Every other claim that is left is a user attribute; what is no
    /// value or list of values is there and has none.
    pub(super) fn rest(mut self, name: String, mode: Mode) -> Result<(Claims, Vec<String>), TableauRefusal> {
        let claimant = self.claimant(name)?;
        let teams = self.groups()?;
        // It was compared with the header's.
        self.take("kid");
        let (unknown, attributes): (Vec<_>, Vec<_>) = self.0.into_iter().partition(|(it, _)| it.starts_with(NAMESPACE));
        let unknown: Vec<String> = unknown.into_iter().map(|(name, _)| name.chars().take(80).collect()).collect();
        let refused = unknown.iter().find(|name| mode == Mode::Strict || [TENANT, SITE].contains(&name.as_str()));
        if let Some(name) = refused {
            return Err(TableauRefusal::UnknownClaim(name.clone()));
        }
        let attributes = attributes.into_iter().map(|(name, value)| (name, values_only(value))).collect();
        Ok((Claims { claimant, teams, attributes, ..Claims::default() }, unknown))
    }
}

fn values_only(value: Value) -> Value {
    let is_value = |value: &Value| value.is_string() || value.is_number() || value.is_boolean();
    let fits = value.as_array().map_or_else(|| is_value(&value), |items| items.iter().all(is_value));
    if fits { value } else { Value::Null }
}

fn is_line(text: &str) -> bool {
    (1..=255).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

pub(super) fn missing(claim: &str, expected: &'static str) -> TableauRefusal {
    TableauRefusal::ClaimMissing { claim: claim.to_owned(), expected }
}

pub(super) fn invalid(claim: &str, expected: &'static str) -> TableauRefusal {
    TableauRefusal::ClaimInvalid { claim: claim.to_owned(), expected }
}
