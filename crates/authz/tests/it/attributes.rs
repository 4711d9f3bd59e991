//! Story T1 and the resolution of attributes: claim, own, teams by rank, tenant, default; a claim that cannot be
//! used is none and never the next place's value.

use crate::world::{World, claims, told, with, world};
use authz::Identified;
use model::access::MemberKind;
use model::assertion::{Claimant, Claims};
use model::attribute::AttributeValue;
use model::value::Scalar;
use serde_json::{Value as Json, json};

fn value(opened: &Identified, name: &str) -> Option<String> {
    let value = opened.facts.attributes.get(&name.parse().unwrap()).cloned().flatten();
    value.map(|value| match value {
        AttributeValue::One(Scalar::Text(text)) => text,
        other => format!("{other:?}"),
    })
}

fn open(world: &mut World, attributes: &[(&str, Json)]) -> Identified {
    world.open(with(claims("fred", &["Managers", "Staff"]), attributes)).unwrap()
}

#[test]
fn the_first_place_that_has_a_value_wins() {
    let mut world = world();
    world.know(MemberKind::Embed, "hand", "View", &[]).attributes.insert("colour".parse().unwrap(), json!("green"));
    let hand = |attributes: &[(&str, Json)]| with(claims("hand", &["Managers", "Staff"]), attributes);
    assert_eq!(value(&world.open(hand(&[("colour", json!("white"))])).unwrap(), "colour").as_deref(), Some("white"));
    assert_eq!(value(&world.open(hand(&[])).unwrap(), "colour").as_deref(), Some("green"));
    assert_eq!(value(&open(&mut world, &[]), "colour").as_deref(), Some("blue"), "Staff has the lowest rank");
    let of_acme = Claims { tenant: Some("acme".into()), ..claims("fred", &["Managers"]) };
    assert_eq!(value(&world.open(of_acme).unwrap(), "plan").as_deref(), Some("gold"));
    assert_eq!(value(&open(&mut world, &[]), "plan").as_deref(), Some("free"));
    assert_eq!(value(&open(&mut world, &[]), "shown"), None, "a default that is only for display is none here");
    assert_eq!(value(&open(&mut world, &[]), "primary_id"), None);
}

#[test]
fn a_claim_that_cannot_be_used_is_none_and_named_and_never_falls_through() {
    let mut world = world();
    for odd in [json!(null), json!(""), json!("  "), json!([]), json!(7), json!(["red"]), json!({}), json!(true)] {
        let opened = open(&mut world, &[("colour", odd.clone())]);
        assert_eq!(value(&opened, "colour"), None, "{odd}: neither the team's value nor anything else");
        assert_eq!(opened.warnings, ["the value of attribute `colour` cannot be used: it is none in this session"]);
    }
    assert!(open(&mut world, &[]).warnings.is_empty());
}

#[test]
fn a_stored_value_that_cannot_be_used_does_not_fall_through_either() {
    let mut world = world();
    world.know(MemberKind::Embed, "hand", "View", &[]).attributes.insert("colour".parse().unwrap(), json!(7));
    assert_eq!(value(&world.open(claims("hand", &["Staff"])).unwrap(), "colour"), None);
}

#[test]
fn values_of_teams_beyond_the_ceiling_are_not_taken() {
    let mut world = world();
    world.know(MemberKind::Internal, "ida@acme.example", "View", &["Managers", "Board"]);
    world.definitions.teams.iter_mut().find(|team| team.name.as_str() == "Board").unwrap().attributes =
        [("colour".parse().unwrap(), json!("black"))].into();
    let opened =
        world.open(Claims { claimant: Claimant::Member("ida@acme.example".into()), ..Claims::default() }).unwrap();
    assert_eq!(value(&opened, "colour").as_deref(), Some("red"));
}

#[test]
fn t1_without_capture_claims_are_as_if_absent() {
    let mut world = world();
    world.definitions.organization.capture_attributes = false;
    let opened = open(&mut world, &[("colour", json!("white")), ("undefined", json!(1)), ("level", json!(null))]);
    assert_eq!(value(&opened, "colour").as_deref(), Some("blue"));
    assert!(opened.warnings.is_empty());
    world.definitions.organization.capture_attributes = true;
    assert_eq!(value(&open(&mut world, &[("colour", json!("white"))]), "colour").as_deref(), Some("white"));
    assert_eq!(told(world.open(with(claims("fred", &["Staff"]), &[("undefined", json!(1))]))).0, "unknown_attribute");
}

#[test]
fn claims_describe_no_internal_member_and_reach_no_other_session() {
    let mut world = world();
    world.know(MemberKind::Internal, "ida@acme.example", "View", &[]);
    let opened = world.open(with(claims("ida@acme.example", &[]), &[("colour", json!("white"))])).unwrap();
    assert_eq!(value(&opened, "colour"), None);
    open(&mut world, &[("primary_id", json!("1"))]);
    assert_eq!(value(&open(&mut world, &[]), "primary_id"), None);
}
