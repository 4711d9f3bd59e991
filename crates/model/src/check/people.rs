//! Issuers, tenants, account types, attributes and members.

use super::personal::SYSTEM_ATTRIBUTES;
use super::{Known, expect_distinct, expect_distinct_names, expect_known, not_a_value};
use crate::access::{Definitions, MemberDefinition, MemberKind, Organization};
use crate::attribute::AttributeKind;
use crate::name::{fold_email, fold_subject, is_email};
use crate::problem::{Position, Report};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;

pub(super) fn check(definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    logging_in(&definitions.organization, report);
    issuers(definitions, report);
    tenants(definitions, known, report);
    account_types(definitions, report);
    attributes(definitions, report);
    members(&definitions.members, known, report);
}

/// Within what bounds the length of sessions of the application is, in seconds.
const LOGIN_SESSION_SECONDS: RangeInclusive<u32> = 300..=604_800;
/// And how long somebody stays away from one.
const LOGIN_IDLE_SECONDS: RangeInclusive<u32> = 60..=86_400;

fn logging_in(organization: &Organization, report: &mut Report) {
    for (member, seconds, bounds) in [
        ("login_session_seconds", organization.login_session_seconds, LOGIN_SESSION_SECONDS),
        ("login_idle_seconds", organization.login_idle_seconds, LOGIN_IDLE_SECONDS),
    ] {
        report.expect(bounds.contains(&seconds), &Position::top("vitrine.yaml").member(member), || {
            format!("`{seconds}`: expected {} to {} seconds", bounds.start(), bounds.end())
        });
    }
}

fn issuers(definitions: &Definitions, report: &mut Report) {
    let list = Position::list("issuers");
    expect_distinct_names(report, "issuer", &list, definitions.issuers.iter().map(|issuer| &issuer.name));
    for (index, issuer) in definitions.issuers.iter().enumerate() {
        for domain in &issuer.trusted_domains {
            let position = list.item(index).member("trusted_domains").entry(domain);
            report.expect(is_domain(domain), &position, || {
                format!("`{domain}` is no domain: expected one in lower case, such as `acme.example`")
            });
        }
        for subject in &issuer.blocked {
            let folded = fold_subject(subject);
            report.expect(*subject == folded, &list.item(index).member("blocked").entry(subject), || {
                format!("`{subject}` is an e-mail address: expected `{folded}`, as such addresses are compared")
            });
        }
    }
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !label.is_empty() && label.chars().all(fits)
    };
    text.split('.').all(is_label)
}

fn tenants(definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    let list = Position::list("tenants");
    expect_distinct_names(report, "tenant", &list, definitions.tenants.iter().map(|tenant| &tenant.name));
    let mut taken = BTreeSet::new();
    for (index, tenant) in definitions.tenants.iter().enumerate() {
        known.check_values(&tenant.attributes, &list.item(index).member("attributes"), report);
        for domain in &tenant.domains {
            let position = list.item(index).member("domains").entry(domain);
            report.expect(is_domain(domain), &position, || {
                format!("`{domain}` is no domain: expected one in lower case, such as `acme.example`")
            });
            report.expect(taken.insert(domain), &position, || {
                format!("`{domain}` is another tenant's already: expected a domain of this one alone")
            });
        }
    }
}

/// A permission without the one it needs would look like something and be nothing.
fn account_types(definitions: &Definitions, report: &mut Report) {
    let list = Position::list("account_types");
    expect_distinct_names(report, "account type", &list, definitions.account_types.iter().map(|kind| &kind.name));
    for (index, kind) in definitions.account_types.iter().enumerate() {
        for (held, parent) in kind.ineffective() {
            let (held, parent) = (held.as_str(), parent.as_str());
            report.add(
                &list.item(index).member("permissions").entry(held),
                format!("`{held}` without `{parent}`, which it needs: expected both"),
            );
        }
    }
}

fn attributes(definitions: &Definitions, report: &mut Report) {
    let list = Position::list("attributes");
    expect_distinct_names(report, "attribute", &list, definitions.attributes.iter().map(|attribute| &attribute.name));
    for (index, attribute) in definitions.attributes.iter().enumerate() {
        let name = attribute.name.as_str();
        report.expect(!SYSTEM_ATTRIBUTES.contains(&name), &list.item(index).member("name"), || {
            format!("`{name}` is an attribute everybody has: expected another name")
        });
        let is_list_of_filters = attribute.list && attribute.kind == AttributeKind::Filter;
        report.expect(!is_list_of_filters, &list.item(index).member("list"), || {
            "a list of filter expressions: expected one, in which commas separate alternatives".to_owned()
        });
        let Some(default) = &attribute.default else { continue };
        let position = list.item(index).member("default");
        report.expect(attribute.read(default).is_some(), &position, || not_a_value(attribute, default));
    }
}

pub(super) fn members(members: &[MemberDefinition], known: &Known<'_>, report: &mut Report) {
    let list = Position::list("members");
    let identities = members.iter().enumerate();
    expect_distinct(report, "member", identities.map(|(i, member)| (list.item(i).member("subject"), identity(member))));
    for (index, member) in members.iter().enumerate() {
        let position = list.item(index);
        vouched(member, &position, known, report);
        if let Some(tenant) = &member.tenant {
            expect_known(report, &position.member("tenant"), "tenant", tenant, &known.tenants);
        }
        for team in &member.teams {
            let position = position.member("teams").entry(team);
            expect_known(report, &position, "team", team, &known.teams);
            report.expect(team.is_for(member.tenant.as_ref()), &position, || {
                format!(
                    "`{team}` is a tenant's own team: expected one of the organization's, or of the member's tenant"
                )
            });
        }
        account_type(member, &position, known, report);
        known.check_values(&member.attributes, &position.member("attributes"), report);
    }
}

/// Internal members are one person each by e-mail, embed members by issuer, tenant and subject.
fn identity(member: &MemberDefinition) -> String {
    if member.kind == MemberKind::Internal {
        return fold_email(member.address());
    }
    let issuer = member.issuer.as_ref().map_or("-", |name| name.as_str());
    let tenant = member.tenant.as_ref().map_or("-", |name| name.as_str());
    format!("{issuer} {tenant} {}", fold_subject(&member.subject))
}

fn vouched(member: &MemberDefinition, position: &Position, known: &Known<'_>, report: &mut Report) {
    match (member.kind, &member.issuer) {
        (MemberKind::Embed, Some(issuer)) => {
            expect_known(report, &position.member("issuer"), "issuer", issuer, &known.issuers);
        }
        (MemberKind::Embed, None) => {
            report.add(position, "an embed member without `issuer`: expected who vouches for it")
        }
        (MemberKind::Internal, issuer) => {
            let expected = issuer.as_ref().is_none_or(|issuer| known.providing.contains(issuer));
            report.expect(expected, &position.member("issuer"), || {
                let issuer = issuer.as_ref().map_or("", |issuer| issuer.as_str());
                format!(
                    "`{issuer}` for an internal member: expected the issuer of an identity provider, or none if Vitrine \
                     itself vouches for it"
                )
            });
            let address = member.address();
            report.expect(is_email(address), &position.member("subject"), || {
                format!("`{address}` is no e-mail address: expected one, by which an internal member is known")
            });
            let one_address = !is_email(&member.subject) || fold_email(&member.subject) == fold_email(address);
            report.expect(one_address, &position.member("email"), || {
                format!("`{address}` beside the subject `{}`: expected the same e-mail address", member.subject)
            });
        }
    }
}

fn account_type(member: &MemberDefinition, position: &Position, known: &Known<'_>, report: &mut Report) {
    let position = position.member("account_type");
    let name = &member.account_type;
    expect_known(report, &position, "account type", name, &known.account_types);
    let administers = known.account_types.get(name).is_some_and(|kind| kind.administers());
    report.expect(!(administers && member.kind == MemberKind::Embed), &position, || {
        format!("`{name}` for an embed member: expected an account type without `administer`")
    });
}
