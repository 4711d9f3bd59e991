//! Identity providers in files: what holds, and what does not, with the message that says so.

use model::files::{read, write};
use std::collections::BTreeMap;

const WORLD: [(&str, &str); 6] = [
    ("vitrine.yaml", "name: Test\n"),
    ("issuers.yaml", "issuers: [{name: host, trusted_domains: [acme.example]}, {name: other}]\n"),
    ("tenants.yaml", "tenants: [{name: acme}]\n"),
    ("teams.yaml", "teams: [{name: A}, {name: B}, {name: acme/Night}]\n"),
    (
        "account_types.yaml",
        "account_types: [{name: View, permissions: [view]}, {name: Admin, permissions: [administer]}]\n",
    ),
    ("attributes.yaml", "attributes: [{name: region, type: text}]\n"),
];

const PROVIDER: &str = "\
identity_providers:
  - name: sso
    issuer: host
    jwt: {sign_in: 'https://app.acme.example/sso?a=b', secrets: [{secret_file: secrets/a}, stored]}
    claims: {email: /mail, first_name: null, attributes: {region: area}}
    teams: {sync: additive, map: {a: [A]}, of_tenants: [B]}
    account_types: {map: {v: View}}
    provisioning: {members: true}
    ceiling: {tenants: [acme], teams: [A, B], attributes: {region: [West]}}
    frame_origins: ['https://host.acme.example']
";

fn files(provider: &str, more: &[(&str, &str)]) -> BTreeMap<String, String> {
    let own = [("identity_providers.yaml", provider)];
    let all = WORLD.iter().chain(&own).chain(more);
    all.map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect()
}

/// What is wrong, at which file, line and field.
fn told(provider: &str, more: &[(&str, &str)]) -> Vec<String> {
    let problems = match read(&files(provider, more)) {
        Ok(written) => written.check().err().unwrap_or_default(),
        Err(problems) => problems,
    };
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_provider_is_written_as_it_was_read() {
    assert_eq!(told(PROVIDER, &[]), [""; 0]);
    let definitions = read(&files(PROVIDER, &[])).unwrap().definitions().clone();
    let again = read(&write(&definitions).unwrap()).unwrap();
    assert_eq!(*again.definitions(), definitions);
    let members = "members: [{subject: a@acme.example, issuer: host, kind: internal, account_type: View}]\n";
    assert_eq!(told(PROVIDER, &[("members.yaml", members)]), [""; 0], "whom the provider vouches for");
}

#[test]
fn what_does_not_hold_is_told_at_its_place() {
    for (from, to, message) in [
        (
            "issuer: host",
            "issuer: hots",
            ":3: identity_providers[0].issuer: unknown issuer `hots`: expected one of `host`, `other`",
        ),
        (
            "name: sso",
            "name: S S",
            ":2: identity_providers[0].name: `S S` is not a valid identity provider's name: expected ",
        ),
        ("    jwt: {", "    saml: {", ":4: identity_providers[0].saml: unknown member `saml`: expected one of "),
        (
            "jwt: {sign_in: 'https://app.acme.example/sso?a=b', secrets: [{secret_file: secrets/a}, stored]}",
            "jwt: null",
            ":2: identity_providers[0]: no way to sign on: expected `jwt`",
        ),
        (
            "[{secret_file: secrets/a}, stored]",
            "[]",
            ":4: identity_providers[0].jwt.secrets: 0 secrets: expected one, or two while one replaces the other",
        ),
        (
            "{secret_file: secrets/a}, stored",
            "stored, stored",
            ":4: identity_providers[0].jwt.secrets[1]: the first secret again: expected another one",
        ),
        (
            "https://app.acme",
            "http://app.acme",
            ":4: identity_providers[0].jwt.sign_in: `http://app.acme.example/sso?a=b` is no address to send browsers to: expected `https://…` without user and fragment, or `http://localhost`",
        ),
        (
            "email: /mail",
            "email: ''",
            ":5: identity_providers[0].claims.email: no claim: expected 1 to 255 characters without control characters",
        ),
        (
            "region: area",
            "region: '@tenant'",
            ":5: identity_providers[0].claims.attributes.region: `@tenant` is about the token, and no fact about a person: expected another claim",
        ),
        (
            "attributes: {region: area}",
            "attributes: {regio: area}",
            ":5: identity_providers[0].claims.attributes.regio: unknown attribute `regio`: expected `region`",
        ),
        (
            ", attributes: {region: [West]}}",
            "}",
            ":5: identity_providers[0].claims.attributes.region: attribute `region` is not in the ceiling: expected it there, with its values",
        ),
        (
            "sync: additive, ",
            "",
            ":6: identity_providers[0].teams: teams without `sync` are given to nobody: expected `additive` or `replacing`",
        ),
        (
            "a: [A]",
            "a: [acme/Night]",
            ":6: identity_providers[0].teams.map.a[acme/Night]: `acme/Night` is a tenant's own team: expected one of the organization's, one of `A`, `B`",
        ),
        (
            "teams: [A, B]",
            "teams: [A]",
            ":6: identity_providers[0].teams.of_tenants[B]: team `B` is not in the ceiling: expected it there",
        ),
        (
            "v: View",
            "v: Veiw",
            ":7: identity_providers[0].account_types.map.v: unknown account type `Veiw`: expected one of `Admin`, `View`",
        ),
        (
            "v: View",
            "v: Admin",
            ":7: identity_providers[0].account_types.map.v: account type `Admin` is not in the ceiling: expected it there",
        ),
        (
            "map: {v: View}",
            "usual: Admin",
            ":7: identity_providers[0].account_types.usual: account type `Admin` is not in the ceiling: expected it there",
        ),
        (
            "ceiling: {",
            "ceiling: {account_types: [View, Admin], ",
            ":9: identity_providers[0].ceiling.account_types[Admin]: `Admin` administers: expected account types without `administer`, as no administrator comes in so",
        ),
        (
            "members: true",
            "members: true, tenants: true",
            ":8: identity_providers[0].provisioning.tenants: tenants are made that the ceiling does not name: expected `any` as its `tenants`",
        ),
        (
            "tenants: [acme]",
            "tenants: [acne]",
            ":9: identity_providers[0].ceiling.tenants[acne]: unknown tenant `acne`: expected `acme`",
        ),
        (
            "ceiling: {",
            "ceiling: {session_seconds: 59, ",
            ":9: identity_providers[0].ceiling.session_seconds: `59`: expected 60 to 86400 seconds",
        ),
        (
            "https://host.",
            "https://*.",
            ":10: identity_providers[0].frame_origins[https://*.acme.example]: `https://*.acme.example` is a pattern: expected one exact origin",
        ),
        (
            "host.acme.example",
            "host.acme.example/app",
            ":10: identity_providers[0].frame_origins[https://host.acme.example/app]: `https://host.acme.example/app` is no origin: ",
        ),
    ] {
        assert!(PROVIDER.contains(from), "{from}");
        let found = told(&PROVIDER.replacen(from, to, 1), &[]);
        let expected = format!("identity_providers.yaml{message}");
        assert!(found.iter().any(|one| one.starts_with(&expected)), "{expected}\n{found:#?}");
    }
    let twice = format!("{PROVIDER}{}", PROVIDER.split_once('\n').unwrap().1);
    assert_eq!(
        told(&twice, &[])[0],
        "identity_providers.yaml:11: identity_providers[1].name: a second identity provider `sso`: expected every name once"
    );
}
