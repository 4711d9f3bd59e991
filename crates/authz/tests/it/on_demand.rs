//! People on demand: known by the teams a token asserts, for one session, to look and nothing else.

use crate::world::{World, claims, element, told, world};
use authz::{ExportCsv, ExportPicture, ProfileWrite, RunQuery, Who};
use model::access::MemberKind;
use model::assertion::{Claimant, Claims};
use model::attribute::AttributeValue;
use model::value::Scalar;

fn asserted(teams: &[&str]) -> Claims {
    Claims { claimant: Claimant::OnDemand("visitor@acme.example".into()), ..claims("", teams) }
}

/// The world, with access on demand for Staff.
fn open() -> World {
    let mut world = world();
    world.definitions.organization.on_demand_access = true;
    world.definitions.teams.iter_mut().find(|team| team.name.as_str() == "Staff").unwrap().on_demand = true;
    world
}

#[test]
fn t6_a_team_that_admits_them_lets_people_in_who_have_no_account() {
    let mut world = open();
    let opened = world.open(asserted(&["Staff", "Managers"])).unwrap();
    assert_eq!((&opened.facts.who, &opened.profile), (&Who::OnDemand, &ProfileWrite::None));
    assert!(world.members.is_empty());
    let principal = world.resume(opened.facts).unwrap();
    let teams: Vec<&str> = principal.teams().iter().map(|team| team.as_str()).collect();
    assert_eq!(teams, ["Staff"], "only teams that admit them count");
    assert!(world.decide::<RunQuery>(&principal, &element("overview", "total")).is_ok());
}

#[test]
fn t6_they_look_and_nothing_else() {
    let mut world = open();
    let permissions = Some(["view", "export_csv", "export_picture", "explore"].map(str::to_owned).to_vec());
    let principal = world.enter(Claims { permissions, ..asserted(&["Staff"]) });
    assert_eq!(principal.permissions().len(), 1);
    assert!(world.decide::<ExportCsv>(&principal, &element("overview", "total")).is_err());
    assert!(world.decide::<ExportPicture>(&principal, &element("overview", "total")).is_err());
    let listed = world.enter(Claims { permissions: Some(vec![]), ..asserted(&["Staff"]) });
    assert!(listed.permissions().is_empty());
}

#[test]
fn t6_each_missing_piece_refuses() {
    let mut world = open();
    assert_eq!(told(world.open(asserted(&[]))).0, "on_demand_teams_required");
    assert_eq!(told(world.open(asserted(&["Managers"]))).0, "on_demand_teams_required");
    let (code, detail) = told(world.open(asserted(&["Nobody"])));
    assert!(code == "unknown_team" && detail.contains("`Staff`"), "{detail}");
    world.definitions.organization.on_demand_access = false;
    assert_eq!(told(world.open(asserted(&["Staff"]))).0, "on_demand_off");
}

#[test]
fn t6_sessions_end_with_the_switch_and_with_the_last_team_that_admits_them() {
    let mut world = open();
    let facts = world.open(asserted(&["Staff"])).unwrap().facts;
    assert!(world.resume(facts.clone()).is_ok());
    world.definitions.teams.iter_mut().for_each(|team| team.on_demand = false);
    assert!(world.resume(facts.clone()).is_err());
    world.definitions.teams.iter_mut().for_each(|team| team.on_demand = true);
    world.definitions.organization.on_demand_access = false;
    assert!(world.resume(facts).is_err());
}

#[test]
fn t6_whom_the_directory_knows_is_that_member_or_refused() {
    let mut world = open();
    world.know(MemberKind::Internal, "visitor@acme.example", "View", &["Staff"]);
    let opened = world.open(asserted(&["Staff"])).unwrap();
    assert_eq!(opened.facts.kind(), Some(MemberKind::Internal));
    world.members[0].active = false;
    assert_eq!(told(world.open(asserted(&["Staff"]))).0, "person_refused", "deactivated, and not let in as a stranger");
    world.members[0].active = true;
    world.key("host").bind_internal_by_email = false;
    assert_eq!(told(world.open(asserted(&["Staff"]))).0, "person_refused");
}

#[test]
fn t6_the_values_of_their_teams_and_tenant_are_theirs() {
    let mut world = open();
    let principal = world.enter(Claims { tenant: Some("acme".into()), ..asserted(&["Staff", "Managers"]) });
    let value = |name: &str| principal.attribute(&name.parse().unwrap()).cloned();
    let text = |text: &str| Some(AttributeValue::One(Scalar::Text(text.into())));
    assert_eq!((value("colour"), value("plan")), (text("blue"), text("gold")), "only teams that admit them count");
}
