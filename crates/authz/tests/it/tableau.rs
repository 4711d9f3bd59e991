//! Stories T1, T3 and T7: tokens of Tableau are about people whom somebody administers, with attributes and groups of their own.

use crate::world::{World, claims, told, with, world};
use authz::Principal;
use model::access::{AnyOf, MemberKind};
use model::assertion::Claims;
use model::dialect::Dialect;
use model::name::TenantId;
use serde_json::json;

/// The world, whose key is of Tableau's dialect, and a member whom an administrator has made.
fn tableau() -> World {
    let mut world = world();
    world.key("host").dialect = Dialect::Tableau;
    world.know(MemberKind::Embed, "fred", "View", &["Staff"]);
    world
}

/// What a token says: whoever it is about, and claims.
fn of(subject: &str) -> Claims {
    Claims { teams: None, ..claims(subject, &[]) }
}

fn region(principal: &Principal) -> Option<String> {
    principal.attribute(&"region".parse().unwrap()).map(|value| format!("{:?}", value.scalars()))
}

fn teams(principal: &Principal) -> Vec<String> {
    principal.teams().iter().map(ToString::to_string).collect()
}

#[test]
fn t1_attributes_count_while_they_are_captured_and_are_as_if_absent_otherwise() {
    let mut world = tableau();
    let said = || with(of("fred"), &[("region", json!(["South"]))]);
    assert_eq!(region(&world.enter(said())).as_deref(), Some("[Text(\"South\")]"));
    world.definitions.organization.capture_attributes = false;
    assert_eq!(region(&world.enter(said())), None);
}

#[test]
fn t3_claims_that_are_no_attributes_here_are_nothing() {
    let mut world = tableau();
    let said = with(
        of("fred"),
        &[("region", json!(["South"])), ("preferred_username", json!("fred")), ("secret", json!("x"))],
    );
    let principal = world.enter(said);
    assert_eq!(region(&principal).as_deref(), Some("[Text(\"South\")]"));
    assert_eq!(principal.attribute(&"secret".parse().unwrap()), None, "beyond the ceiling of the key");
    let several = with(of("fred"), &[("level", json!([7, 7]))]);
    let level = |principal: &Principal| principal.attribute(&"level".parse().unwrap()).map(ToString::to_string);
    assert_eq!(level(&world.enter(several)), None, "one that has one value is none with several");
    let one = with(of("fred"), &[("level", json!([7]))]);
    assert_eq!(level(&world.enter(one)).as_deref(), Some("7"), "hosts write one value as a list of it");
    let beyond = with(of("fred"), &[("level", json!(9))]);
    assert_eq!(told(world.open(beyond)).0, "attribute_value_refused", "what is one is bounded as ever");
}

#[test]
fn t2_nobody_is_made_and_nothing_is_written() {
    let mut world = tableau();
    let opened = world.open(with(of("fred"), &[("region", json!(["South"]))])).unwrap();
    assert_eq!(opened.profile, authz::ProfileWrite::None);
    assert!(world.open(of("wilma")).is_err(), "automatic creation is on, and not for tokens of Tableau");
    assert_eq!(world.members.len(), 1);
    assert!(world.open_with("stranger", claims("wilma", &["Staff"])).is_ok());
}

#[test]
fn t7_groups_count_for_the_session_while_the_switch_is_on() {
    let mut world = tableau();
    let said = || Claims { teams: Some(vec!["Managers".to_owned()]), ..of("fred") };
    assert_eq!(teams(&world.enter(said())), ["Staff"], "the switch is off");
    world.definitions.organization.dynamic_teams = true;
    assert_eq!(teams(&world.enter(said())), ["Managers", "Staff"]);
    assert_eq!(teams(&world.enter(of("fred"))), ["Staff"], "for the session alone");
}

/// A connected app is of one tenant, if its ceiling names one, and then of the people of that tenant alone.
#[test]
fn t2_a_connected_app_is_of_the_one_tenant_that_its_ceiling_names() {
    let tenants = |names: &[&str]| AnyOf::These(names.iter().map(|name| name.parse().unwrap()).collect());
    for (ceiling, expected) in [
        (tenants(&[]), Ok(None)),
        (tenants(&["acme"]), Ok(Some("acme"))),
        (tenants(&["acme", "globex"]), Err("tenant_required")),
    ] {
        let mut world = tableau();
        world.key("host").ceiling.tenants = ceiling.clone();
        let acme = world.snapshot().tenants.id(&"acme".parse().unwrap()).cloned();
        let member = world.know(MemberKind::Embed, "ann", "View", &["Staff"]);
        member.tenant = acme.filter(|_| expected == Ok(Some("acme")));
        let opened = world.open(of("ann"));
        let snapshot = world.snapshot();
        let name = |id: &TenantId| snapshot.tenants.name(id).map(ToString::to_string).unwrap_or_default();
        match expected {
            Ok(tenant) => assert_eq!(opened.unwrap().facts.tenant.as_ref().map(name).as_deref(), tenant),
            Err(code) => assert_eq!(told(opened).0, code),
        }
    }
}
