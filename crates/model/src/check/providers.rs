//! Identity providers: that what they may give is there, inside their ceilings, and never an administrator's.

use super::{Known, expect_distinct_names, expect_known, expect_organization_team, keys};
use crate::access::{Ceiling, Definitions, IdentityProvider, JwtSignOn, OidcSignOn, TeamSync, is_reserved};
use crate::name::{AccountTypeName, TeamName};
use crate::problem::{Position, Report, unknown};

pub(super) fn check(definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    let list = Position::list("identity_providers");
    let providers = &definitions.identity_providers;
    expect_distinct_names(report, "identity provider", &list, providers.iter().map(|provider| &provider.name));
    for (index, provider) in providers.iter().enumerate() {
        let position = list.item(index);
        expect_known(report, &position.member("issuer"), "issuer", &provider.issuer, &known.issuers);
        way(provider, &position, report);
        alone_at_issuer(provider, providers, &position, report);
        frame_origins(provider, &position.member("frame_origins"), report);
        claims(provider, &position.member("claims"), known, report);
        teams(provider, &position.member("teams"), known, report);
        account_types(provider, &position, known, report);
        ceiling(provider, &position.member("ceiling"), known, report);
        let makes_unlisted = provider.provisioning.tenants && !provider.ceiling.tenants.is_any();
        report.expect(!makes_unlisted, &position.member("provisioning").member("tenants"), || {
            "tenants are made that the ceiling does not name: expected `any` as its `tenants`".to_owned()
        });
    }
}

/// Of an OpenID Connect provider `sub` is a name among its own: nobody else gives names under its issuer.
fn alone_at_issuer(provider: &IdentityProvider, all: &[IdentityProvider], position: &Position, report: &mut Report) {
    let beside = all.iter().find(|other| other.name != provider.name && other.issuer == provider.issuer);
    let Some(other) = beside.filter(|_| provider.oidc.is_some()) else { return };
    let said = format!(
        "issuer `{}` is also that of provider `{}`, and what `oidc` calls people would be mixed up: expected an issuer of its own",
        provider.issuer, other.name
    );
    report.add(&position.member("issuer"), said);
}

/// How people come.
fn way(provider: &IdentityProvider, position: &Position, report: &mut Report) {
    match (&provider.jwt, &provider.oidc) {
        (None, None) => report.add(position, "no way to sign on: expected `jwt` or `oidc`"),
        (Some(_), Some(_)) => report.add(position, "two ways to sign on: expected `jwt` or `oidc`, in a provider each"),
        (Some(jwt), None) => by_jwt(jwt, &position.member("jwt"), report),
        (None, Some(oidc)) => by_oidc(oidc, &position.member("oidc"), report),
    }
}

fn by_jwt(jwt: &JwtSignOn, position: &Position, report: &mut Report) {
    keys::secrets(&jwt.secrets, &position.member("secrets"), report);
    report.expect(is_address(&jwt.sign_in), &position.member("sign_in"), || {
        format!(
            "`{}` is no address to send browsers to: expected `https://…` without user and fragment, or `http://localhost`",
            jwt.sign_in
        )
    });
}

fn by_oidc(oidc: &OidcSignOn, position: &Position, report: &mut Report) {
    discovered_at(("discovery", &oidc.discovery), oidc.private_network, position, report);
    let is_id = is_text(&oidc.client_id);
    report.expect(is_id, &position.member("client_id"), || "expected 1 to 255 visible characters".to_owned());
    let one = oidc.secrets.len() <= 1;
    report.expect(one, &position.member("secrets"), || {
        format!("{} secrets: expected one, or none where Vitrine is registered without", oidc.secrets.len())
    });
    for (index, scope) in oidc.scopes.iter().enumerate() {
        let fits = is_text(scope) && !scope.contains([' ', '"', '\\']);
        let position = position.member("scopes").item(index);
        report.expect(fits, &position, || format!("`{scope}` is no scope: expected visible ASCII without blanks"));
    }
}

/// Notes what is wrong with the name of an issuer below which its configuration is read.
pub(super) fn discovered_at(
    (member, issuer): (&str, &str),
    private_network: bool,
    position: &Position,
    report: &mut Report,
) {
    let is_plain = is_address(issuer) && !issuer.contains('?');
    report.expect(is_plain, &position.member(member), || {
        format!(
            "`{issuer}` is no issuer of OpenID Connect: expected `https://…` without user, query and fragment, or \
             `http://localhost`"
        )
    });
    report.expect(private_network || !is_of_this_machine(issuer), &position.member("private_network"), || {
        "the provider is on this machine: expected `true`".to_owned()
    });
}

/// Whether an address is one of this machine, without TLS.
pub(super) fn is_of_this_machine(address: &str) -> bool {
    address.strip_prefix("http://").is_some_and(is_local)
}

fn is_text(text: &str) -> bool {
    (1..=255).contains(&text.len()) && text.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

/// A pattern would let in whoever gets a name below it, and in these frames there is a cookie.
fn frame_origins(provider: &IdentityProvider, position: &Position, report: &mut Report) {
    keys::origins(&provider.frame_origins, position, report);
    let has_frames = provider.oidc.is_none() || provider.frame_origins.is_empty();
    report.expect(has_frames, position, || {
        "nobody logs in with OpenID Connect in a frame: expected none with `oidc`".to_owned()
    });
    for origin in provider.frame_origins.iter().filter(|origin| origin.contains('*')) {
        report.add(&position.entry(origin), format!("`{origin}` is a pattern: expected one exact origin"));
    }
}

/// An address that a browser can be sent to with its return address added.
pub(super) fn is_address(text: &str) -> bool {
    let rest = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
        (Some(rest), _) => rest,
        (_, Some(rest)) if is_local(rest) => rest,
        _ => return false,
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let odd = |c: char| c.is_control() || c.is_whitespace() || "#\\\"<>^`{|}".contains(c);
    !authority.is_empty() && !authority.contains('@') && text.is_ascii() && !text.contains(odd) && text.len() <= 2000
}

fn is_local(rest: &str) -> bool {
    let host = rest.split(['/', '?', ':']).next().unwrap_or_default();
    ["localhost", "127.0.0.1"].contains(&host)
}

fn claims(provider: &IdentityProvider, position: &Position, known: &Known<'_>, report: &mut Report) {
    let names = &provider.claims;
    let written = [
        ("email", Some(&names.email)),
        ("first_name", names.first_name.as_ref()),
        ("last_name", names.last_name.as_ref()),
        ("tenant", names.tenant.as_ref()),
        ("tenant_attributes", names.tenant_attributes.as_ref()),
        ("teams", names.teams.as_ref()),
        ("account_type", names.account_type.as_ref()),
    ];
    for (what, name) in written.into_iter().filter_map(|(what, name)| Some((what, name?))) {
        claim_name(name, &position.member(what), report);
    }
    for (attribute, name) in &names.attributes {
        let position = position.member("attributes").member(attribute);
        claim_name(name, &position, report);
        report.expect(!is_reserved(name), &position, || {
            format!("`{name}` is about the token, and no fact about a person: expected another claim")
        });
        let found = known.attributes.contains_key(attribute);
        report.expect(found, &position, || unknown("attribute", attribute, known.attributes.keys()));
        let inside = provider.ceiling.attributes.contains_key(attribute);
        report.expect(inside || !found, &position, || {
            format!("attribute `{attribute}` is not in the ceiling: expected it there, with its values")
        });
    }
}

fn claim_name(name: &str, position: &Position, report: &mut Report) {
    let fits = (1..=255).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    report.expect(fits, position, || "no claim: expected 1 to 255 characters without control characters".to_owned());
}

fn teams(provider: &IdentityProvider, position: &Position, known: &Known<'_>, report: &mut Report) {
    let mapping = &provider.teams;
    let says_something = !mapping.map.is_empty() || !mapping.of_tenants.is_empty();
    report.expect(mapping.sync != TeamSync::Off || !says_something, position, || {
        "teams without `sync` are given to nobody: expected `additive` or `replacing`".to_owned()
    });
    let mapped = mapping.map.iter().flat_map(|(value, teams)| {
        let position = position.member("map").member(value);
        teams.iter().map(move |team| (position.entry(team), team))
    });
    let of_tenants = mapping.of_tenants.iter().map(|team| (position.member("of_tenants").entry(team), team));
    for (position, team) in mapped.chain(of_tenants) {
        expect_organization_team(report, &position, team, known);
        let inside = provider.ceiling.teams.admits(team) || !known.organization_teams.contains(team);
        report.expect(inside, &position, || beyond(team));
    }
}

fn beyond(team: &TeamName) -> String {
    format!("team `{team}` is not in the ceiling: expected it there")
}

fn account_types(provider: &IdentityProvider, position: &Position, known: &Known<'_>, report: &mut Report) {
    let mapping = &provider.account_types;
    let written = position.member("account_types");
    for (value, name) in &mapping.map {
        account_type(provider, name, &written.member("map").member(value), known, report);
    }
    // The usual type is nobody's mistake where there is none of that name, as long as nobody is made.
    if provider.provisioning.members || mapping.usual != AccountTypeName::view() {
        account_type(provider, &mapping.usual, &written.member("usual"), known, report);
    }
}

fn account_type(
    provider: &IdentityProvider,
    name: &AccountTypeName,
    position: &Position,
    known: &Known<'_>,
    report: &mut Report,
) {
    expect_known(report, position, "account type", name, &known.account_types);
    let inside = provider.ceiling.account_types.contains(name) || !known.account_types.contains_key(name);
    report.expect(inside, position, || format!("account type `{name}` is not in the ceiling: expected it there"));
}

fn ceiling(provider: &IdentityProvider, position: &Position, known: &Known<'_>, report: &mut Report) {
    let ceiling: Ceiling = provider.ceiling.as_of_a_key();
    keys::ceiling(&ceiling, position, known, report);
    for name in &ceiling.account_types {
        let administers = known.account_types.get(name).is_some_and(|kind| kind.administers());
        report.expect(!administers, &position.member("account_types").entry(name), || {
            format!(
                "`{name}` administers: expected account types without `administer`, as no administrator comes in so"
            )
        });
    }
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn browsers_are_sent_to_addresses() {
        for fine in [
            "https://app.acme.example/sso",
            "https://app.acme.example",
            "https://app.acme.example:8443/sso?from=vitrine",
            "http://localhost:8090/sso",
            "http://127.0.0.1:8090",
        ] {
            assert!(is_address(fine), "{fine}");
        }
        for odd in [
            "",
            "/sso",
            "app.acme.example/sso",
            "//app.acme.example",
            "https://",
            "https:///sso",
            "https://?x",
            "http://app.acme.example/sso",
            "http://localhost.evil.example/sso",
            "http://localhost@evil.example/sso",
            "https://user@app.acme.example",
            "https://app.acme.example/#x",
            "https://app.acme.example/a b",
            "https://app.acme.example\\@evil.example",
            "https://\u{e4}cme.example",
            "javascript://localhost/",
        ] {
            assert!(!is_address(odd), "{odd}");
        }
    }
}
