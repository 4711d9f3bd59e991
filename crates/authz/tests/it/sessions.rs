//! Story S4 and what ends a session: pinned facts under live conditions.

use crate::world::{World, claims, with, world};
use authz::{Facts, same_viewer};
use chrono::TimeDelta;
use model::access::MemberKind;
use model::assertion::{Claimant, Claims, ContentClaim};
use serde_json::json;

fn ended(world: &World, facts: &Facts) -> Option<&'static str> {
    let denial = world.resume(facts.clone()).err()?;
    assert_eq!((denial.hidden, denial.code), (false, "session_ended"));
    Some(denial.reasons[0].missing)
}

fn session(world: &mut World) -> Facts {
    world.open(Claims { tenant: Some("acme".into()), ..claims("fred", &["Managers"]) }).unwrap().facts
}

#[test]
fn s4_two_sessions_of_one_person_never_disturb_each_other() {
    let mut world = world();
    let south = world.open(with(claims("fred", &["Managers"]), &[("region", json!(["South"]))])).unwrap().facts;
    let west = world.open(with(claims("fred", &["Staff"]), &[("region", json!(["West"]))])).unwrap().facts;
    let region = "region".parse().unwrap();
    let one = world.resume(south.clone()).unwrap();
    let other = world.resume(west).unwrap();
    assert_ne!(one.attribute(&region), other.attribute(&region));
    assert_eq!(one.facts(), &south, "a later session's claims end nothing and change nothing");
    assert_eq!(one.teams().iter().next().unwrap().as_str(), "Managers");
}

#[test]
fn facts_survive_the_store() {
    let mut world = world();
    let facts = world
        .open(with(claims("fred", &["Managers"]), &[("level", json!(8.5)), ("region", json!(null))]))
        .unwrap()
        .facts;
    let text = serde_json::to_string(&facts).unwrap();
    assert_eq!(serde_json::from_str::<Facts>(&text).unwrap(), facts);
}

#[test]
fn a_session_ends_with_its_time() {
    let mut world = world();
    let facts = session(&mut world);
    assert_eq!(ended(&world, &facts), None);
    world.now += TimeDelta::seconds(3569);
    assert_eq!(ended(&world, &facts), None);
    world.now += TimeDelta::seconds(1);
    assert_eq!(ended(&world, &facts), Some("time left"));
}

type Change = fn(&mut World);

#[test]
fn a_session_ends_with_what_it_rests_on() {
    let changes: [(&str, Change); 12] = [
        ("an enabled key", |world| world.key("host").disabled = true),
        ("an enabled key", |world| world.definitions.embed_keys.clear()),
        ("a key of the same issuer", |world| world.key("host").issuer = "stranger".parse().unwrap()),
        ("an existing tenant", |world| world.definitions.tenants.clear()),
        ("a tenant inside the key's ceiling", |world| world.key("host").ceiling.tenants = Default::default()),
        ("an active member", |world| world.members[0].active = false),
        ("an active member", |world| world.members.clear()),
        ("a member of the same tenant", |world| world.members[0].tenant = None),
        ("an existing account type", |world| world.definitions.account_types.clear()),
        ("an account type that does not administer", |world| {
            world.definitions.account_types[0].permissions.insert(model::access::Permission::Administer);
        }),
        ("the switches under which it was opened", |world| world.definitions.organization.automatic_creation = false),
        ("the switches under which it was opened", |world| world.definitions.organization.capture_attributes = false),
    ];
    for (missing, change) in changes {
        let mut world = world();
        let facts = session(&mut world);
        change(&mut world);
        assert_eq!(ended(&world, &facts), Some(missing));
    }
}

#[test]
fn a_changed_account_type_counts_at_once() {
    let mut world = world();
    let facts = session(&mut world);
    world.definitions.account_types[0].permissions.clear();
    assert!(world.resume(facts).unwrap().permissions().is_empty());
}

#[test]
fn a_deleted_team_ends_the_sessions_that_have_it() {
    let mut world = world();
    let facts = session(&mut world);
    world.definitions.teams.retain(|team| team.name.as_str() != "Managers");
    assert_eq!(ended(&world, &facts), Some("existing teams"));
}

#[test]
fn trust_in_an_issuer_is_withdrawn_at_once() {
    let mut world = world();
    let facts = Facts { email: Some("fred@acme.example".into()), email_trusted: true, ..session(&mut world) };
    for issuer in &mut world.definitions.issuers {
        issuer.trusted_domains = ["acme.example".to_owned()].into();
    }
    assert_eq!(world.resume(facts.clone()).unwrap().trusted_email(), Some("fred@acme.example"));
    for issuer in &mut world.definitions.issuers {
        issuer.trusted_domains.clear();
    }
    assert_eq!(world.resume(facts).unwrap().trusted_email(), None);
}

#[test]
fn a_renamed_person_of_another_kind_is_not_the_same() {
    let mut world = world();
    let facts = session(&mut world);
    world.members[0].kind = MemberKind::Internal;
    assert_eq!(ended(&world, &facts), Some("an active member"));
}

#[test]
fn the_same_viewer_has_the_same_identity_content_and_locks() {
    let mut world = world();
    let facts = session(&mut world);
    let refreshed = world.open(with(
        Claims { tenant: Some("acme".into()), ..claims("fred", &["Staff"]) },
        &[("region", json!(["West"]))],
    ));
    assert!(same_viewer(&facts, &refreshed.unwrap().facts));
    let base = || Claims { tenant: Some("acme".into()), ..claims("fred", &["Managers"]) };
    let others = [
        claims("fred", &["Managers"]),
        Claims { claimant: Claimant::Member("ida".into()), ..base() },
        Claims { content: Some(ContentClaim::Named { workbook: "sales".into(), page: None, tag: None }), ..base() },
        Claims { locked_parameters: [("status".to_owned(), json!("Active"))].into(), ..base() },
    ];
    for other in others {
        assert!(!same_viewer(&facts, &world.open(other.clone()).unwrap().facts), "{other:?}");
    }
}
