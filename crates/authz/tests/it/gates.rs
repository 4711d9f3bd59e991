//! Access grants: what of a model exists for a session.

use crate::world::{World, claims, element, explore, with, world};
use authz::{Denial, Principal, RunQuery};
use model::assertion::Claims;
use serde_json::{Value as Json, json};

/// The fields of an explore that exist for a session.
fn fields(world: &World, principal: &Principal) -> Vec<String> {
    let permit = world.decide::<RunQuery>(principal, &explore("sales.sales")).unwrap();
    permit.fields().iter().map(ToString::to_string).collect()
}

fn analyst(colour: Json) -> Claims {
    let claims = with(claims("fred", &["Managers"]), &[("colour", colour)]);
    Claims { account_type: Some("Analyze".into()), ..claims }
}

fn gated() -> World {
    let mut world = world();
    world.access_grant("warm", "colour", &[json!("red"), json!("orange")]);
    world
}

#[test]
fn fields_joins_and_tables_are_absent_without_their_access_grants() {
    let mut world = gated();
    let sales = |world: &mut World| world.model().explores.get_mut(&"sales".parse().unwrap()).unwrap().clone();
    let gate = || "warm".parse().unwrap();

    let mut explore = sales(&mut world);
    explore.dimensions.get_mut(&"manager".parse().unwrap()).unwrap().required_access_grants.insert(gate());
    explore.measures.get_mut(&"amount".parse().unwrap()).unwrap().required_access_grants.insert(gate());
    world.model().explores.insert("sales".parse().unwrap(), explore);
    let (red, blue) = (world.enter(analyst(json!("red"))), world.enter(analyst(json!("blue"))));
    assert_eq!(fields(&world, &red), ["amount", "manager", "region"]);
    assert_eq!(fields(&world, &blue), ["region"]);

    let mut world = gated();
    let explore: Json = json!({
        "table": "sales",
        "joins": [
            {"table": "airports", "on": {"sales.region": "code"}, "required_access_grants": ["warm"]},
            {"table": "accounts", "on": {"airports.code": "status"}},
        ],
        "dimensions": {
            "region": {"column": "sales.region"},
            "airport": {"column": "airports.code"},
            "account": {"column": "accounts.account_id"},
        },
    });
    world.model().explores.insert("sales".parse().unwrap(), serde_json::from_value(explore).unwrap());
    let (red, blue) = (world.enter(analyst(json!("red"))), world.enter(analyst(json!("blue"))));
    assert_eq!(fields(&world, &red), ["account", "airport", "region"]);
    assert_eq!(fields(&world, &blue), ["region"], "also what is behind the join");

    world.table("accounts").required_access_grants.insert("warm".parse().unwrap());
    let permit = world.decide::<RunQuery>(&blue, &crate::world::explore("sales.sales")).unwrap();
    assert!(permit.table(&"sales".parse().unwrap(), &"accounts".parse().unwrap()).is_none());
}

#[test]
fn an_explore_without_its_access_grants_is_no_explore() {
    for gate in ["explore", "table", "model"] {
        let mut world = gated();
        let name = || "warm".parse().unwrap();
        match gate {
            "model" => drop(world.model().required_access_grants.insert(name())),
            "table" => drop(world.table("sales").required_access_grants.insert(name())),
            _ => {
                let explore = world.model().explores.get_mut(&"sales".parse().unwrap()).unwrap();
                explore.required_access_grants.insert(name());
            }
        }
        let (red, blue) = (world.enter(analyst(json!("red"))), world.enter(analyst(json!("blue"))));
        for resource in [explore("sales.sales"), element("detail", "managers")] {
            assert!(world.decide::<RunQuery>(&red, &resource).is_ok(), "{gate}: {resource}");
            let denied: Denial = world.decide::<RunQuery>(&blue, &resource).unwrap_err();
            let absent = world.decide::<RunQuery>(&blue, &explore("sales.absent")).unwrap_err();
            assert!(denied.hidden || denied.code != "not_found", "{gate}: {resource}");
            assert!(absent.hidden);
        }
    }
}

#[test]
fn who_has_no_value_has_none_that_is_allowed() {
    let mut world = gated();
    world.model().required_access_grants.insert("warm".parse().unwrap());
    let may = |world: &mut World, claims: Claims| {
        let principal = world.enter(claims);
        world.decide::<RunQuery>(&principal, &explore("sales.sales")).is_ok()
    };
    assert!(may(&mut world, analyst(json!("orange"))));
    for odd in [json!(null), json!(""), json!("Red"), json!("red "), json!("rеd"), json!(["red"]), json!(7)] {
        assert!(!may(&mut world, analyst(odd.clone())), "{odd}");
    }
    world.access_grant("warm", "region", &[json!("South")]);
    let regions = |regions: Json| {
        let claims = with(claims("fred", &["Managers"]), &[("region", regions)]);
        Claims { account_type: Some("Analyze".into()), ..claims }
    };
    assert!(may(&mut world, regions(json!(["West", "South"]))), "any of a list counts");
    assert!(!may(&mut world, regions(json!([]))));
    assert!(!may(&mut world, regions(json!(["West"]))));
    world.access_grant("warm", "level", &[json!(7)]);
    let level = |level: Json| {
        let claims = with(claims("fred", &["Managers"]), &[("level", level)]);
        Claims { account_type: Some("Analyze".into()), ..claims }
    };
    assert!(may(&mut world, level(json!(7.0))), "values compare as the attribute's type");
    assert!(!may(&mut world, level(json!("7"))));
    world.model().access_grants.clear();
    assert!(!may(&mut world, analyst(json!("red"))), "nobody has what does not exist");
}

/// A measure rests on what tells its rows, and on the measures it is made of (leak L78).
#[test]
fn what_is_made_of_something_absent_is_absent() {
    let mut world = gated();
    let explore: Json = json!({
        "table": "sales",
        "dimensions": {"manager": {"column": "sales.manager", "required_access_grants": ["warm"]}},
        "measures": {
            "sales": {"count": "rows"},
            "closed": {"count": "rows", "required_access_grants": ["warm"]},
            "freds": {"count": "rows", "where": [{"field": "manager", "values": ["Fred"]}]},
            "share": {"ratio": ["closed", "sales"]},
            "freds_share": {"ratio": ["freds", "sales"]},
        },
    });
    world.model().explores.insert("sales".parse().unwrap(), serde_json::from_value(explore).unwrap());
    let (red, blue) = (world.enter(analyst(json!("red"))), world.enter(analyst(json!("blue"))));
    assert_eq!(fields(&world, &red), ["closed", "freds", "freds_share", "manager", "sales", "share"]);
    assert_eq!(fields(&world, &blue), ["sales"]);
}
