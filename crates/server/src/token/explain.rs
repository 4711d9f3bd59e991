//! A token taken apart: what is verified, who it would be, what is not understood, how long it counts.

mod looker;
pub(crate) mod tableau;

use super::Question;
use crate::identity_test::Tested;
use chrono::{DateTime, Utc};
use dialect::jwt::Token;
use dialect::key::Refused;
use dialect::metabase;
use dialect::sigma::{SignedUrl, embed};
use dialect::vitrine::Bearer;
use model::assertion::{Assertion, Claimant, ContentClaim};
use model::dialect::Dialect;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

/// What there is to say of a token. Never the secret.
#[derive(Default)]
pub(crate) struct Explained {
    pub(crate) dialect: String,
    pub(crate) verified: bool,
    /// Why it is not accepted; `None`: it is.
    pub(crate) refusal: Option<String>,
    pub(crate) key: Option<String>,
    /// The hash with which an address is signed, where there are several.
    pub(crate) signature: Option<&'static str>,
    /// What must have been signed, of an address, in parts.
    pub(crate) to_sign: Vec<(&'static str, String)>,
    /// What would explain a signature that is not right.
    pub(crate) mistake: Option<String>,
    pub(crate) claims: Option<Map<String, Value>>,
    principal: Option<Value>,
    pub(crate) unknown: Vec<String>,
    pub(crate) counts_once: Option<String>,
    pub(crate) seconds_left: Option<i64>,
    /// The times that it says, in seconds from now: what is over is less than 0.
    pub(crate) times: Vec<(&'static str, i64)>,
    /// Tableau's code of the refusal, the same in a word, and by how many seconds the host's clock seems to be ahead.
    pub(crate) code: Option<(u32, &'static str)>,
    pub(crate) clock_skew_seconds: Option<i64>,
    /// What the token is for, where tokens say so.
    pub(crate) scopes: Vec<String>,
    /// Where an address leads.
    pub(crate) target: Option<String>,
}

/// Looks at it as the door of its dialect would: what there is to say, and what is vouched for, if it is accepted. Tokens of
/// Tableau are judged by their trust: [`tableau::told`].
pub(crate) fn explain(question: &Question<'_>) -> (Explained, Option<Assertion>) {
    let mut explained = Explained { dialect: question.dialect.to_string(), ..Explained::default() };
    let outcome = match question.dialect {
        Dialect::Sigma if question.text.contains("/embed/1-") => signed_url(question, &mut explained),
        Dialect::Looker => looker::signed(question, &mut explained),
        Dialect::Vitrine | Dialect::Metabase | Dialect::Sigma => token(question, &mut explained),
        Dialect::Tableau => Err("it takes the trust that the token names".to_owned()),
    };
    match outcome {
        Ok(assertion) => {
            // A nonce of Looker's is kept longer than its address counts, and the session begins with it.
            explained.accept(question.now, &assertion, question.dialect != Dialect::Looker);
            (explained, Some(assertion))
        }
        Err(refusal) => {
            explained.refusal = Some(refusal);
            (explained, None)
        }
    }
}

/// The token in a text: the text itself, or what an address of the dialect carries.
fn carried(dialect: Dialect, text: &str) -> String {
    if !text.contains("://") && !text.starts_with('/') {
        return text.to_owned();
    }
    let (path, search) = text.split_once('?').unwrap_or((text, ""));
    let in_search = form_urlencoded::parse(search.as_bytes()).find(|(name, _)| name == ":jwt");
    match (dialect, in_search) {
        (Dialect::Sigma, Some((_, jwt))) => jwt.into_owned(),
        _ => path.split('#').next().and_then(|path| path.rsplit('/').next()).unwrap_or_default().to_owned(),
    }
}

fn token(question: &Question<'_>, explained: &mut Explained) -> Result<Assertion, String> {
    let text = carried(question.dialect, question.text);
    let token = Token::parse(&text).map_err(|refused| told(refused, question))?;
    // Whatever a guest's token says, it is of no key.
    let names_key = question.dialect != Dialect::Metabase;
    let named = token.kid().or_else(|| token.issuer()).filter(|_| names_key).map(str::to_owned);
    let held = question.keys.of(question.dialect, named.as_deref());
    if held.is_empty() {
        return Err(question.keys.missing(question.dialect, named.as_deref()));
    }
    let (kid, bearer) = (token.kid().map(str::to_owned), question.dialect == Dialect::Vitrine);
    let secrets = || held.iter().flat_map(|held| held.signing());
    explained.key = held.first().filter(|_| held.len() == 1).map(|held| held.key.client_id.to_string());
    let signed = token.verify(secrets()).map_err(|refused| told(refused, question))?;
    explained.verify(signed.claims(), question);
    let of_key = held.iter().find(|held| held.id == *signed.key().id());
    let held = of_key.ok_or_else(|| told(Refused::UnknownKey, question))?;
    explained.key = Some(held.key.client_id.to_string());
    if question.dialect == Dialect::Sigma && kid.as_deref() != Some(held.key.client_id.as_str()) {
        return Err("the header's `kid` is not the client id: no key is meant".to_owned());
    }
    if bearer {
        let token = Token::parse(&text).map_err(|refused| told(refused, question))?;
        let secrets = held.secrets.iter().copied();
        let bearer = Bearer::verify(token, Some(&held.id), Some(&held.key), secrets, question.now);
        return bearer.map_err(|refused| told(refused, question))?.assertion().map_err(|error| error.to_string());
    }
    if question.dialect == Dialect::Metabase {
        let known = |name: &&String| !metabase::CLAIMS.contains(&name.as_str());
        explained.unknown = signed.claims().keys().filter(known).cloned().collect();
        return metabase::guest(signed, None, &held.key, question.now).map_err(|error| error.to_string());
    }
    let kid = held.key.client_id.as_str();
    let read = embed(signed, kid, &held.key, question.now).map_err(|error| error.to_string())?;
    explained.unknown = read.unknown;
    Ok(read.assertion)
}

fn signed_url(question: &Question<'_>, explained: &mut Explained) -> Result<Assertion, String> {
    let url = SignedUrl::parse(question.text).map_err(|refused| told(refused, question))?;
    let named = url.client_id().map(str::to_owned);
    explained.key.clone_from(&named);
    let named = named.as_deref().ok_or("the address names no key: expected `:client_id`")?;
    let held = question.keys.of(question.dialect, Some(named)).pop();
    let held = held.ok_or_else(|| question.keys.missing(question.dialect, Some(named)))?;
    let signed = url.verify(held.signing()).map_err(|refused| told(refused, question))?;
    explained.verified = true;
    let times = signed.says_it_was_made_at().map(|made_at| (":time", (made_at - question.now).num_seconds()));
    explained.times = times.into_iter().collect();
    signed.assertion(&held.key, question.now).map_err(|error| error.to_string())
}

fn told(refused: Refused, question: &Question<'_>) -> String {
    match refused {
        Refused::UnknownKey if question.keys.lack_secret() => {
            "the signature was not verified: expected `--secret-file`".to_owned()
        }
        Refused::WrongSignature => "the signature is not one of this secret".to_owned(),
        Refused::AlgorithmRefused => "the header's `alg` is not `HS256`, the only one that is accepted".to_owned(),
        Refused::OutOfTime => "`iat` and `exp` are missing, not now, or more than 300 seconds apart".to_owned(),
        other => other.to_string(),
    }
}

impl Explained {
    /// Of a token of an identity provider, what is said of any token: who logs in with it is told elsewhere.
    pub(crate) fn of_login(identity: &Tested, claims: &Map<String, Value>, now: DateTime<Utc>) -> Self {
        let refusal = identity.refusal().map(str::to_owned);
        let counts_once = identity.counts_once().map(str::to_owned);
        let mut explained = Self { verified: true, refusal, counts_once, ..Self::default() };
        explained.show_claims(claims, now);
        explained
    }

    /// Shows the claims, which somebody has signed who may.
    fn verify(&mut self, claims: &Map<String, Value>, question: &Question<'_>) {
        self.verified = true;
        self.show_claims(claims, question.now);
    }

    /// Shows claims that are known to be somebody's, and the times among them.
    pub(crate) fn show_claims(&mut self, claims: &Map<String, Value>, now: DateTime<Utc>) {
        self.claims = Some(claims.clone());
        let seconds = |name: &str| {
            let at = DateTime::from_timestamp(claims.get(name)?.as_f64()?.trunc() as i64, 0)?;
            Some((at - now).num_seconds())
        };
        let times = ["iat", "nbf", "exp"].into_iter().filter_map(|name| Some((name, seconds(name)?)));
        self.times = times.collect();
    }

    /// Tells who it would be. `ends`: whether the id by which it counts once is kept as long as it counts.
    fn accept(&mut self, now: DateTime<Utc>, assertion: &Assertion, ends: bool) {
        let claims = assertion.claims();
        let who = match &claims.claimant {
            Claimant::Member(subject) => json!({"member": subject}),
            Claimant::OnDemand(subject) => json!({"on_demand": subject}),
            Claimant::Guest => json!("guest"),
        };
        let content = claims.content.as_ref().map(|content| match content {
            ContentClaim::Named { workbook, page, tag } => json!({"workbook": workbook, "page": page, "tag": tag}),
            ContentClaim::Foreign(content) => json!({"kind": format!("{:?}", content.kind), "id": content.id}),
        });
        self.principal = Some(json!({
            "who": who, "tenant": claims.tenant, "email": claims.email, "teams": claims.teams,
            "account_type": claims.account_type, "attributes": claims.attributes, "content": content,
            "parameters": claims.locked_parameters, "permissions": claims.permissions, "models": claims.models,
        }));
        let once = assertion.counts_once();
        self.counts_once = once.map(|once| once.id.clone());
        let until = if ends { once.map(|once| once.until).or(claims.expires_at) } else { None };
        self.seconds_left = self.seconds_left.or_else(|| until.map(|until| (until - now).num_seconds()));
    }

    /// What must have been signed, of an address, a line for each part.
    fn string_to_sign(&self) -> Option<String> {
        let lines: Vec<&str> = self.to_sign.iter().map(|(_, text)| text.as_str()).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// Why it is not accepted, and, of an address that is not signed as it must be, what must have been signed.
    pub(crate) fn refused_with_what_to_sign(&self) -> String {
        let refusal = self.refusal.clone().unwrap_or_default();
        let Some(text) = self.string_to_sign().filter(|_| !self.verified) else { return refusal };
        let mistake = self.mistake.as_ref().map(|it| format!(" Most likely {it}.")).unwrap_or_default();
        format!("{refusal}.{mistake} What must have been signed, with the hash and a secret of a key, is: {text}")
    }

    /// One JSON object.
    pub(super) fn json(&self) -> String {
        json!({
            "accepted": self.refusal.is_none(), "refusal": self.refusal, "dialect": self.dialect, "key": self.key,
            "signature_verified": self.verified, "claims": self.claims, "principal": self.principal,
            "unknown_claims": self.unknown, "counts_once": self.counts_once, "seconds_left": self.seconds_left,
            "signature": self.signature, "string_to_sign": self.string_to_sign(), "mistake": self.mistake,
            "code": self.code.map(|(code, _)| code), "reason": self.code.map(|(_, reason)| reason),
            "clock_skew_seconds": self.clock_skew_seconds, "scopes": self.scopes,
        })
        .to_string()
    }

    /// For people.
    pub(super) fn lines(&self) -> String {
        let mut lines = vec![match &self.refusal {
            None => "accepted".to_owned(),
            Some(refusal) => format!("refused: {refusal}"),
        }];
        let mut line = |name: &str, value: String| lines.push(format!("  {name:<13}{value}"));
        line("dialect", self.dialect.clone());
        line("key", self.key.clone().unwrap_or_else(|| "none named".to_owned()));
        line(
            "signature",
            match (self.verified, self.signature) {
                (true, Some(hash)) => format!("verified, {hash}"),
                (true, None) => "verified".to_owned(),
                (false, _) => "not verified, so nothing it says is shown".to_owned(),
            },
        );
        for (name, value) in
            self.principal.iter().filter_map(Value::as_object).flatten().filter(|(_, it)| !is_empty(it))
        {
            line(name, plain(value));
        }
        if let Some((code, reason)) = self.code {
            line("code", format!("{code}, `{reason}`"));
        }
        if let Some(skew) = self.clock_skew_seconds {
            let side = if skew > 0 { "ahead of" } else { "behind" };
            let told = format!("{} seconds {side} this one, if the token is a new one", skew.abs());
            line("host clock", told);
        }
        if !self.scopes.is_empty() {
            line("scopes", self.scopes.join(", "));
        }
        if !self.unknown.is_empty() {
            line(
                "unknown",
                format!("{} (a compatible key ignores them, a strict one refuses)", self.unknown.join(", ")),
            );
        }
        if let Some(id) = &self.counts_once {
            line("once", format!("`{id}` opens one session"));
        }
        if self.refusal.is_none() {
            let left = self.seconds_left.map_or("it never expires".to_owned(), |left| format!("{left} seconds"));
            line("lives", left);
        }
        if let Some(mistake) = &self.mistake {
            line("mistake", mistake.clone());
        }
        let wanted = self.to_sign.iter().filter(|_| !self.verified);
        for (place, (_, text)) in wanted.enumerate() {
            lines.push(format!("  {:<13}{text}", if place == 0 { "to sign" } else { "" }));
        }
        lines.join("\n")
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty)
}

/// Texts without quotes, lists without brackets, objects as `name value`.
fn plain(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => joined(items.iter().map(plain).collect()),
        Value::Object(members) => joined(
            members.iter().filter(|(_, it)| !it.is_null()).map(|(name, it)| format!("{name} {}", plain(it))).collect(),
        ),
        other => other.to_string(),
    }
}
