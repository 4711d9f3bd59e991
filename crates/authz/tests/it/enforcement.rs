//! Every enforcement point of this crate, switched off: then the leak is there, so the point is needed. One test, one
//! process (nextest): the switch is for the whole process.

use crate::evaluate::{visible_accounts, visible_managers};
use crate::world::{World, claims, element, explore, page, with, world};
use authz::{Action, ColumnAccess, ExportCsv, ExportPage, ExportPicture, Principal, Resource, RunQuery, ViewContent};
use chrono::TimeDelta;
use model::assertion::{Claims, ContentClaim};
use model::enforcement::{Point, switch_off};
use serde_json::json;

fn as_type(account_type: &str, teams: &[&str]) -> Claims {
    Claims { account_type: Some(account_type.into()), ..claims("fred", teams) }
}

/// Denied with the point, allowed without it.
fn only_the_point_denies<A: Action>(
    point: Point,
    world: &World,
    principal: impl Fn(&World) -> Principal,
    what: &Resource,
) {
    assert!(world.decide::<A>(&principal(world), what).is_err());
    let _off = switch_off(point);
    assert!(world.decide::<A>(&principal(world), what).is_ok(), "nothing leaks without {point:?}");
}

fn session(world: &mut World, claims: Claims) -> impl Fn(&World) -> Principal + use<> {
    let facts = world.open(claims).unwrap().facts;
    move |world| world.resume(facts.clone()).unwrap()
}

#[test]
fn content_grant() {
    let mut world = world();
    let principal = session(&mut world, as_type("View", &["Support"]));
    only_the_point_denies::<ViewContent>(Point::ContentGrant, &world, principal, &page("sales", None));
}

#[test]
fn data_grant() {
    let mut world = world();
    world.definitions.grants.retain(|grant| !grant.on.is_data());
    let principal = session(&mut world, as_type("View", &["Managers"]));
    only_the_point_denies::<RunQuery>(Point::DataGrant, &world, principal, &element("overview", "total"));
}

#[test]
fn permission_held() {
    let mut world = world();
    let principal = session(&mut world, as_type("Orphan", &["Managers"]));
    only_the_point_denies::<ViewContent>(Point::PermissionHeld, &world, principal, &page("sales", None));
}

#[test]
fn explore_permission() {
    let mut world = world();
    let principal = session(&mut world, as_type("Act", &["Managers"]));
    only_the_point_denies::<RunQuery>(Point::ExplorePermission, &world, principal, &explore("sales.sales"));
}

#[test]
fn export_permission() {
    let mut world = world();
    let principal = session(&mut world, as_type("View", &["Managers"]));
    only_the_point_denies::<ExportCsv>(Point::ExportPermission, &world, principal, &element("overview", "total"));
}

#[test]
fn export_permission_of_pictures() {
    let mut world = world();
    let principal = session(&mut world, as_type("Act", &["Managers"]));
    let (total, overview) = (element("overview", "total"), page("sales", Some("overview")));
    only_the_point_denies::<ExportPicture>(Point::ExportPermission, &world, &principal, &total);
    only_the_point_denies::<ExportPage>(Point::ExportPermission, &world, &principal, &overview);
}

#[test]
fn session_scope() {
    let mut world = world();
    let content = Some(ContentClaim::Named { workbook: "sales".into(), page: Some("detail".into()), tag: None });
    let principal = session(&mut world, Claims { content, ..as_type("View", &["Managers"]) });
    only_the_point_denies::<RunQuery>(Point::SessionScope, &world, principal, &element("overview", "total"));
}

#[test]
fn locked_parameters() {
    let mut world = world();
    let locked_parameters = [("status".to_owned(), json!("Active"))].into();
    let principal = session(&mut world, Claims { locked_parameters, ..as_type("View", &["Managers"]) });
    only_the_point_denies::<RunQuery>(Point::LockedParameters, &world, principal, &element("overview", "total"));
}

#[test]
fn ceiling_over_session() {
    let mut world = world();
    let principal = session(&mut world, as_type("View", &["Managers"]));
    world.key("host").ceiling.teams = Default::default();
    only_the_point_denies::<ViewContent>(Point::CeilingOverSession, &world, principal, &page("sales", None));
}

#[test]
fn ceiling_over_claims() {
    let mut world = world();
    let beyond = with(claims("fred", &["Board"]), &[("level", json!(9)), ("secret", json!("x"))]);
    assert!(world.open(beyond.clone()).is_err());
    let _off = switch_off(Point::CeilingOverClaims);
    assert!(world.open(beyond).unwrap().facts.teams.iter().any(|team| team.as_str() == "Board"));
}

#[test]
fn session_expiry() {
    let mut world = world();
    let facts = world.open(claims("fred", &["Managers"])).unwrap().facts;
    world.now += TimeDelta::days(1);
    assert!(world.resume(facts.clone()).is_err());
    let _off = switch_off(Point::SessionExpiry);
    assert!(world.resume(facts).is_ok());
}

#[test]
fn none_denies() {
    let mut world = world();
    world.policies.clear();
    world.permit("accounts", &[], "NOT (tenant_id = user_attribute('primary_id'))");
    let principal = world.enter(claims("fred", &["Managers"]));
    assert!(visible_accounts(&world.rows(&principal, "accounts", "accounts")).is_empty());
    let _off = switch_off(Point::NoneDenies);
    assert_eq!(visible_accounts(&world.rows(&principal, "accounts", "accounts")).len(), 5);
}

#[test]
fn restrict_policies() {
    let mut world = world();
    world.permit("sales", &[], "TRUE");
    world.restrict("sales", &[], "region = 'South'");
    let principal = world.enter(claims("fred", &["Managers"]));
    assert_eq!(visible_managers(&world.rows(&principal, "total", "sales")), ["Fred"]);
    let _off = switch_off(Point::RestrictPolicies);
    assert_eq!(visible_managers(&world.rows(&principal, "total", "sales")).len(), 4);
}

/// A column policy for nobody, switched off: then the column is shown.
fn only_the_point_covers(point: Point, otherwise: serde_json::Value) {
    let mut world = world();
    let policy = json!({"columns": ["region"], "visible_to": "nobody", "otherwise": otherwise});
    world.table("sales").column_policies.push(serde_json::from_value(policy).unwrap());
    let principal = session(&mut world, as_type("View", &["Managers"]));
    let region =
        |world: &World| world.columns(&principal(world), "total", "sales").get(&"region".parse().unwrap()).cloned();
    assert_ne!(region(&world), Some(ColumnAccess::Shown));
    let _off = switch_off(point);
    assert_eq!(region(&world), Some(ColumnAccess::Shown), "nothing leaks without {point:?}");
}

#[test]
fn hidden_columns() {
    only_the_point_covers(Point::HiddenColumns, json!("hide"));
}

#[test]
fn column_masks() {
    only_the_point_covers(Point::ColumnMasks, json!({"mask": "null"}));
}

#[test]
fn access_grants() {
    let mut world = world();
    world.access_grant("gold", "colour", &[json!("green")]);
    for explore in world.model().explores.values_mut() {
        explore.required_access_grants.insert("gold".parse().unwrap());
    }
    let principal = session(&mut world, as_type("View", &["Managers"]));
    only_the_point_denies::<RunQuery>(Point::AccessGrants, &world, principal, &element("overview", "total"));
}
