//! Embed keys and their ceilings.

use super::{Known, access, expect_distinct, expect_known, expect_organization_team, not_a_value, providers};
use crate::access::{AnyOf, Ceiling, Definitions, EmbedKey, SecretReference, TableauTrust, UnifiedAccess};
use crate::attribute::AttributeDefinition;
use crate::dialect::Dialect;
use crate::problem::{Position, Report, unknown};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// How long the longest session of a key may be, in seconds.
const SESSION_SECONDS: RangeInclusive<u32> = 60..=86_400;

/// How many requests a minute the rate of a key may be.
const RATE: RangeInclusive<u32> = 1..=1_000_000;

pub(super) fn check(definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    let organization = Position::top("vitrine.yaml").member("allowed_origins");
    origins(&definitions.organization.allowed_origins, &organization, report);
    let list = Position::list("embed_keys");
    let ids = definitions.embed_keys.iter().enumerate();
    expect_distinct(report, "embed key", ids.map(|(i, key)| (list.item(i).member("client_id"), &key.client_id)));
    let mut issuers = BTreeSet::new();
    for (index, key) in definitions.embed_keys.iter().enumerate() {
        let position = list.item(index);
        let is_first = key.dialect != Dialect::Tableau || issuers.insert(key.named_by_tokens());
        let named = position.member(if key.trust.is_some() { "trust" } else { "client_id" });
        report.expect(is_first, &named, || {
            format!("another key of Tableau's dialect has tokens of `{}`: expected one alone", key.named_by_tokens())
        });
        expect_known(report, &position.member("issuer"), "issuer", &key.issuer, &known.issuers);
        signed_with(key, &position, report);
        let leaves_hash = key.dialect == Dialect::Looker || key.signature_hash.is_usual();
        report.expect(leaves_hash, &position.member("signature_hash"), || {
            format!("`sha_1` with the dialect `{}`: expected `sha_256`, with which it always signs", key.dialect)
        });
        guest_attributes(key, &position.member("guest_attributes"), known, report);
        ceiling(&key.ceiling, &position.member("ceiling"), known, report);
    }
}

/// Secrets, or keys of somebody else's.
fn signed_with(key: &EmbedKey, position: &Position, report: &mut Report) {
    let Some(trust) = &key.trust else { return secrets(&key.secrets, &position.member("secrets"), report) };
    let at = position.member("trust");
    report.expect(key.dialect == Dialect::Tableau, &at, || {
        format!("a trust with the dialect `{}`: expected the dialect `tableau`", key.dialect)
    });
    report.expect(key.secrets.is_empty(), &position.member("secrets"), || {
        "secrets beside `trust`: expected none, as tokens are signed with keys of the issuer's".to_owned()
    });
    match trust {
        TableauTrust::AuthorizationServer(server) => {
            let at = at.member("authorization_server");
            match &server.jwks_url {
                Some(url) => {
                    issuer(&server.issuer, &at, report);
                    keys_at(url, server.private_network, &at, report);
                }
                None => providers::discovered_at(("issuer", &server.issuer), server.private_network, &at, report),
            }
        }
        TableauTrust::UnifiedAccess(access) => unified(access, &at.member("unified_access"), report),
    }
}

fn unified(access: &UnifiedAccess, at: &Position, report: &mut Report) {
    issuer(&access.issuer, at, report);
    let one = access.public_key.is_some() != access.jwks_url.is_some();
    report.expect(one, at, || "expected `public_key` or `jwks_url`, and one of the two".to_owned());
    let is_public = access.public_key.as_ref().is_none_or(|key| key.trim().starts_with("-----BEGIN PUBLIC KEY-----"));
    report.expect(is_public, &at.member("public_key"), || {
        "no public key: expected one that begins with `-----BEGIN PUBLIC KEY-----`".to_owned()
    });
    if let Some(url) = &access.jwks_url {
        keys_at(url, access.private_network, at, report);
    }
    let claim = &access.username_claim;
    report.expect(is_line(claim), &at.member("username_claim"), || "no claim: expected 1 to 255 characters".to_owned());
    report.expect(!access.scopes.is_empty(), &at.member("scopes"), || {
        "no scope: expected at least one, such as `tableau:views:embed`".to_owned()
    });
    for scope in &access.scopes {
        report.expect(is_scope(scope), &at.member("scopes").entry(scope), || {
            format!("`{scope}` is no scope: expected `tableau:RESOURCE:ACTION`, where `*` stands for all of them")
        });
    }
    let for_nothing = access.tenants.is_empty() && access.sites.is_empty();
    report.expect(!for_nothing, at, || "for no tenant and no site: expected one at least".to_owned());
}

fn issuer(name: &str, at: &Position, report: &mut Report) {
    report.expect(is_line(name), &at.member("issuer"), || "no name: expected 1 to 255 characters".to_owned());
}

fn is_line(text: &str) -> bool {
    (1..=255).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn is_scope(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let is_part = |text: &str| text == "*" || ((1..=64).contains(&text.len()) && text.chars().all(fits));
    let parts = text.strip_prefix("tableau:").and_then(|rest| rest.split_once(':'));
    parts.is_some_and(|(resource, action)| is_part(resource) && is_part(action))
}

/// Where keys are fetched.
fn keys_at(url: &str, private_network: bool, at: &Position, report: &mut Report) {
    report.expect(providers::is_address(url), &at.member("jwks_url"), || {
        format!("`{url}` is no address of keys: expected `https://…` without user and fragment, or `http://localhost`")
    });
    report.expect(private_network || !providers::is_of_this_machine(url), &at.member("private_network"), || {
        "the keys are on this machine: expected `true`".to_owned()
    });
}

fn guest_attributes(key: &EmbedKey, position: &Position, known: &Known<'_>, report: &mut Report) {
    for (parameter, attribute) in &key.guest_attributes {
        let position = position.member(parameter);
        let found = known.attributes.contains_key(attribute);
        report.expect(found, &position, || unknown("attribute", attribute, known.attributes.keys()));
        let inside = key.ceiling.attributes.contains_key(attribute);
        report.expect(inside || !found, &position, || {
            format!("attribute `{attribute}` is not in the key's ceiling: expected it there, with its values")
        });
    }
}

/// Notes what is wrong with one or two secrets.
pub(super) fn secrets(secrets: &[SecretReference], position: &Position, report: &mut Report) {
    let count = secrets.len();
    report.expect((1..=2).contains(&count), position, || {
        format!("{count} secrets: expected one, or two while one replaces the other")
    });
    let [first, second] = secrets else { return };
    report.expect(first != second, &position.item(1), || "the first secret again: expected another one".to_owned());
}

/// Notes what is wrong with a ceiling.
pub(super) fn ceiling(ceiling: &Ceiling, position: &Position, known: &Known<'_>, report: &mut Report) {
    names(ceiling, position, known, report);
    attributes(ceiling, &position.member("attributes"), known, report);
    for (index, content) in ceiling.content.iter().enumerate() {
        access::content(content, &position.member("content").item(index), known, report);
    }
    origins(&ceiling.origins, &position.member("origins"), report);
    let seconds = ceiling.session_seconds;
    report.expect(SESSION_SECONDS.contains(&seconds), &position.member("session_seconds"), || {
        format!("`{seconds}`: expected {} to {} seconds", SESSION_SECONDS.start(), SESSION_SECONDS.end())
    });
    let rate = ceiling.rate.unwrap_or(*RATE.end());
    report.expect(RATE.contains(&rate), &position.member("rate"), || {
        format!("`{rate}`: expected {} to {} requests a minute", RATE.start(), RATE.end())
    });
}

/// Notes what no browser sends as an origin.
pub(super) fn origins(origins: &BTreeSet<String>, position: &Position, report: &mut Report) {
    for origin in origins {
        report.expect(is_origin(origin), &position.entry(origin), || {
            format!(
                "`{origin}` is no origin: expected `https://host`, `https://*.host`, or `http://localhost` or \
                 `http://127.0.0.1`, each with a port or none, in lower case and without a path"
            )
        });
    }
}

fn names(ceiling: &Ceiling, position: &Position, known: &Known<'_>, report: &mut Report) {
    for tenant in listed(&ceiling.tenants) {
        let position = position.member("tenants").entry(tenant);
        expect_known(report, &position, "tenant", tenant, &known.tenants);
    }
    for team in listed(&ceiling.teams) {
        expect_organization_team(report, &position.member("teams").entry(team), team, known);
    }
    // The usual type is nobody's mistake where there is none of that name.
    let written = ceiling.account_types.iter().filter(|_| ceiling.account_types != Ceiling::default().account_types);
    for kind in written {
        let position = position.member("account_types").entry(kind);
        expect_known(report, &position, "account type", kind, &known.account_types);
    }
    for held in ceiling.permissions.iter().filter(|held| held.is_of_administration()) {
        report.add(
            &position.member("permissions").entry(held.as_str()),
            format!("`{}`: expected only permissions an embed session may hold", held.as_str()),
        );
    }
}

fn attributes(ceiling: &Ceiling, position: &Position, known: &Known<'_>, report: &mut Report) {
    for (name, values) in &ceiling.attributes {
        let position = position.member(name);
        let Some(attribute) = known.attributes.get(name) else {
            report.add(&position, unknown("attribute", name, known.attributes.keys()));
            continue;
        };
        let one = AttributeDefinition { list: false, ..(*attribute).clone() };
        for value in listed(values) {
            let value = serde_json::Value::from(value.clone());
            let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            report.expect(one.read(&value).is_some(), &position.entry(written), || not_a_value(&one, &value));
        }
    }
}

fn listed<T: Ord>(names: &AnyOf<T>) -> impl Iterator<Item = &T> {
    let listed = match names {
        AnyOf::Any(_) => None,
        AnyOf::These(names) => Some(names),
    };
    listed.into_iter().flatten()
}

/// Whether a browser would send this text as an origin, or it stands for such texts with one leading label.
fn is_origin(text: &str) -> bool {
    let (authority, default_port, any_host) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(authority), _) => (authority, 443, true),
        (_, Some(authority)) => (authority, 80, false),
        _ => return false,
    };
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let host_fits = match host.strip_prefix("*.") {
        Some(parent) => any_host && parent.contains('.') && is_host(parent),
        None => ["localhost", "127.0.0.1"].contains(&host) || (any_host && is_host(host)),
    };
    host_fits && port.is_none_or(|port| is_port(port, default_port))
}

fn is_host(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.split('.').all(|label| !label.is_empty() && label.chars().all(fits))
}

/// Browsers leave the scheme's own port out of an origin.
fn is_port(text: &str, default: u16) -> bool {
    text.parse::<u16>().is_ok_and(|port| port != 0 && port != default && port.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::is_origin;

    #[test]
    fn origins_are_those_that_browsers_send() {
        for fine in [
            "https://app.acme.example",
            "https://*.acme.example",
            "https://acme.example:8443",
            "http://localhost:8090",
            "http://127.0.0.1:8090",
            "http://localhost",
        ] {
            assert!(is_origin(fine), "{fine}");
        }
        for odd in [
            "",
            "*",
            "null",
            "app.acme.example",
            "https://",
            "https://*",
            "https://*.example",
            "https://a.*.example",
            "https://**.acme.example",
            "https://*.*.acme.example",
            "https://Acme.example",
            "https://acme.example/",
            "https://acme.example:443",
            "https://acme.example:0443",
            "https://acme.example:",
            "https://user@acme.example",
            "https://acme.example https://evil.example",
            "https://acme.example;",
            "http://acme.example",
            "http://localhost.evil.example",
            "http://*.localhost",
            "javascript://localhost",
        ] {
            assert!(!is_origin(odd), "{odd}");
        }
    }
}
