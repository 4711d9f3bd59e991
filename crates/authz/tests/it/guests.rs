//! Guests: what was published to them, under parameters that their token sets, and nothing else.

use crate::world::{World, claims, control, element, explore, page, told, world};
use authz::{ExportCsv, Principal, ProfileWrite, RunQuery, ViewContent, Who, settable_controls};
use model::assertion::{Claimant, Claims, ContentClaim};
use model::attribute::AttributeValue;
use model::filter::RowFilter;
use model::name::AttributeName;
use model::publication::{ParameterState, Publication};
use model::rule::Applies;
use model::value::Scalar;
use serde_json::{Value as Json, json};

/// The world, with its workbook `sales` published to the guests of `host`.
fn published(parameters: Json, data: Json) -> World {
    let mut world = world();
    world.definitions.organization.guest_embeds = true;
    let publication = json!({"to": {"guests_of": "host"}, "parameters": parameters, "data": data});
    let publication: Publication = serde_json::from_value(publication).unwrap();
    world.definitions.workbooks.get_mut(&"sales".parse().unwrap()).unwrap().publications.push(publication);
    world
}

fn everything() -> Json {
    json!(["sales.sales", "sales.accounts"])
}

fn guest(parameters: Json) -> Claims {
    let content = Some(ContentClaim::Named { workbook: "sales".into(), page: None, tag: None });
    let locked_parameters = parameters.as_object().unwrap().clone().into_iter().collect();
    let permissions = Some(vec!["view".to_owned()]);
    Claims { claimant: Claimant::Guest, content, locked_parameters, permissions, ..Claims::default() }
}

fn may_run(world: &World, principal: &Principal, page: &str, name: &str) -> bool {
    world.decide::<RunQuery>(principal, &element(page, name)).is_ok()
}

#[test]
fn nobody_is_stored_and_nothing_is_known() {
    let mut world = published(json!({}), everything());
    let opened = world.open(guest(json!({}))).unwrap();
    assert_eq!((opened.profile, &opened.facts.who, &opened.facts.subject), (ProfileWrite::None, &Who::Guest, &None));
    let principal = world.resume(opened.facts).unwrap();
    assert_eq!((principal.member(), principal.tenant(), principal.trusted_email()), (None, None, None));
    assert!(principal.teams().is_empty());
}

#[test]
fn m2_guests_see_what_was_published_and_nothing_else() {
    let mut world = published(json!({}), everything());
    let principal = world.enter(guest(json!({})));
    assert!(world.decide::<ViewContent>(&principal, &page("sales", None)).is_ok());
    assert!(may_run(&world, &principal, "overview", "total"));
    assert!(world.decide::<ViewContent>(&principal, &page("notes", None)).unwrap_err().hidden);
    assert!(world.decide::<RunQuery>(&principal, &explore("sales.sales")).unwrap_err().hidden, "no free queries");
    assert!(world.decide::<ExportCsv>(&principal, &element("overview", "total")).is_err(), "not listed");
}

#[test]
fn what_is_not_published_any_more_is_gone_at_the_next_question() {
    let mut world = published(json!({}), everything());
    let facts = world.open(guest(json!({}))).unwrap().facts;
    world.definitions.workbooks.get_mut(&"sales".parse().unwrap()).unwrap().publications.clear();
    let principal = world.resume(facts.clone()).unwrap();
    assert!(!may_run(&world, &principal, "overview", "total"));
    world.definitions.organization.guest_embeds = false;
    assert!(world.resume(facts).is_err());
    assert_eq!(told(world.open(guest(json!({})))).0, "guest_embeds_off");
}

#[test]
fn content_is_published_to_the_guests_of_one_key() {
    let mut world = published(json!({}), everything());
    world.key("stranger").ceiling.content = world.key("host").ceiling.content.clone();
    assert_eq!(told(world.open_with("stranger", guest(json!({})))).0, "not_published");
    let elsewhere = Some(ContentClaim::Named { workbook: "notes".into(), page: None, tag: None });
    assert_eq!(told(world.open(Claims { content: elsewhere, ..guest(json!({})) })).0, "not_published");
}

#[test]
fn tables_that_were_not_published_are_closed() {
    let mut world = published(json!({}), json!(["sales.accounts"]));
    let principal = world.enter(guest(json!({})));
    assert!(may_run(&world, &principal, "overview", "accounts"));
    assert!(!may_run(&world, &principal, "overview", "total"), "it reads another table");
}

#[test]
fn grants_and_teams_are_for_people() {
    let mut world = published(json!({}), everything());
    world.definitions.workbooks.get_mut(&"sales".parse().unwrap()).unwrap().publications.clear();
    let manager = world.enter(claims("fred", &["Managers"]));
    assert!(may_run(&world, &manager, "overview", "total"));
    assert_eq!(told(world.open(guest(json!({})))).0, "not_published", "whatever is granted to people");
}

#[test]
fn m3_locked_parameters_filter_and_their_elements_alone_are_shown() {
    let mut world = published(json!({"status": "locked"}), everything());
    let principal = world.enter(guest(json!({"status": "Active"})));
    let permit = world.decide::<RunQuery>(&principal, &element("overview", "accounts")).unwrap();
    assert_eq!(permit.locked_filters()[0].values, [json!("Active")]);
    assert!(!permit.controls().admit(&"status".parse().unwrap()));
    assert!(!may_run(&world, &principal, "overview", "total"), "it cannot be filtered by it");
    assert!(world.decide::<RunQuery>(&principal, &control("status")).is_err(), "what is locked is not offered");
}

#[test]
fn a_lock_that_locks_nothing_opens_nothing() {
    let mut world = published(json!({"status": "locked"}), everything());
    for odd in
        [json!({}), json!({"status": null}), json!({"status": ""}), json!({"status": []}), json!({"status": [""]})]
    {
        assert_eq!(told(world.open(guest(odd.clone()))).0, "parameter", "{odd}");
    }
    assert_eq!(told(world.open(guest(json!({"status": "Active", "plan": "x"})))).1, "there is no parameter `plan`");
}

#[test]
fn a_parameter_that_becomes_locked_closes_sessions_without_it() {
    let mut world = published(json!({"status": "enabled"}), everything());
    let facts = world.open(guest(json!({}))).unwrap().facts;
    let principal = world.resume(facts.clone()).unwrap();
    assert!(may_run(&world, &principal, "overview", "accounts"));
    let workbook = world.definitions.workbooks.get_mut(&"sales".parse().unwrap()).unwrap();
    workbook.publications[0].parameters.insert("status".parse().unwrap(), ParameterState::Locked);
    let principal = world.resume(facts).unwrap();
    assert!(!may_run(&world, &principal, "overview", "accounts"));
}

#[test]
fn guests_set_what_is_enabled_and_not_set_for_them() {
    let world = |token: Json| {
        let mut world = published(json!({"status": "enabled", "region": "disabled"}), everything());
        let principal = world.enter(guest(token));
        settable_controls(&principal, &world.snapshot())
    };
    let free = world(json!({}));
    assert!(free.admit(&"status".parse().unwrap()));
    assert!(!free.admit(&"region".parse().unwrap()) && !free.admit(&"other".parse().unwrap()));
    for token in [json!({"status": "Active"}), json!({"status": null}), json!({"status": []})] {
        let set = world(token.clone());
        assert!(!set.admit(&"status".parse().unwrap()) && set.is_fixed(&"status".parse().unwrap()), "{token}");
    }
}

#[test]
fn row_policies_are_for_the_guests_of_a_key_or_for_all_and_never_read_what_a_guest_has_not() {
    let mut world = published(json!({}), everything());
    world.policies.clear();
    let principal = world.enter(guest(json!({})));
    assert_eq!(world.rows(&principal, "accounts", "accounts"), RowFilter::Nothing);
    world.policy("accounts", Applies::PermitGuestsOf(vec!["stranger".parse().unwrap()]), "true");
    world.policy("accounts", Applies::PermitTeams(vec!["Staff".parse().unwrap()]), "true");
    world.policy("accounts", Applies::PermitAll, "tenant_id = user_attribute('primary_id')");
    assert_eq!(world.rows(&principal, "accounts", "accounts"), RowFilter::Nothing);
    world.policy("accounts", Applies::PermitGuestsOf(vec!["host".parse().unwrap()]), "status = 'Active'");
    let rows = world.rows(&principal, "accounts", "accounts");
    assert!(matches!(rows, RowFilter::Where(_)), "{rows:?}");
    world.policy("accounts", Applies::RestrictAll, "tenant_id = user_attribute('primary_id')");
    assert_eq!(world.rows(&principal, "accounts", "accounts"), RowFilter::Nothing, "a restriction nobody can meet");
}

#[test]
fn a_locked_parameter_can_be_an_attribute_inside_the_ceiling() {
    let region = AttributeName::new("region").unwrap();
    let mut world = published(json!({"region": "locked", "level": "locked"}), everything());
    world.key("host").guest_attributes.insert("region".parse().unwrap(), region.clone());
    world.key("host").guest_attributes.insert("level".parse().unwrap(), "level".parse().unwrap());
    let principal = world.enter(guest(json!({"region": ["South"], "level": 7})));
    let south = AttributeValue::Many(vec![Scalar::Text("South".into())]);
    assert_eq!(principal.attribute(&region), Some(&south));
    assert!(may_run(&world, &principal, "overview", "accounts"), "policies read it, so no element need be filtered");
    let unreadable = world.enter(guest(json!({"region": [7], "level": "7"})));
    assert_eq!((unreadable.attribute(&region), unreadable.attribute(&"level".parse().unwrap())), (None, None));
    assert_eq!(told(world.open(guest(json!({"region": "South", "level": 9})))).0, "attribute_value_refused");
    assert!(unreadable.attribute(&"plan".parse().unwrap()).is_none(), "guests have no defaults");
}

#[test]
fn permissions_stand_alone_within_the_ceiling_and_guests_never_explore() {
    let mut world = published(json!({}), everything());
    let with = |names: &[&str]| Claims {
        permissions: Some(names.iter().map(|&name| name.to_owned()).collect()),
        ..guest(json!({}))
    };
    let principal = world.enter(with(&["view", "export_csv", "explore"]));
    let held: Vec<&str> = principal.permissions().iter().map(|held| held.as_str()).collect();
    assert_eq!(held, ["view", "export_csv"]);
    assert!(world.decide::<ExportCsv>(&principal, &element("overview", "total")).is_ok());
    assert_eq!(told(world.open(with(&["export_xlsx"]))).0, "unknown_permission");
    assert!(world.enter(with(&["export_csv"])).permissions().is_empty(), "not without `view`");
}
