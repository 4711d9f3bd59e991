//! What a key may claim, and what does not count in its sessions although it is stored.

use crate::world::{claims, page, told, with, world};
use authz::ViewContent;
use model::access::{AnyOf, MemberKind, Permission};
use model::assertion::{Claimant, Claims, ContentClaim};
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn a_fresh_key_can_do_nothing() {
    let mut world = world();
    let (_, detail) = told(world.open_with("fresh", claims("fred", &["Managers"])));
    assert_eq!(detail, "`Managers` is not accepted: expected none: this key accepts no such name");
    world.know(MemberKind::Embed, "hand", "Analyze", &["Managers"]);
    let facts = world
        .open_with("fresh", Claims { claimant: Claimant::Member("hand".into()), ..Claims::default() })
        .unwrap()
        .facts;
    let principal = world.resume(facts).unwrap();
    assert!(principal.teams().is_empty() && principal.permissions().is_empty());
    assert!(world.decide::<ViewContent>(&principal, &page("sales", None)).is_err());
}

#[test]
fn tenants_beyond_the_ceiling_read_like_unknown_ones_and_a_named_one_is_required() {
    let mut world = world();
    world.key("host").ceiling.tenants = AnyOf::These(BTreeSet::from(["acme".parse().unwrap()]));
    let of = |tenant: Option<&str>| Claims { tenant: tenant.map(str::to_owned), ..claims("fred", &["Managers"]) };
    let expected =
        |name: &str| ("unknown_tenant", format!("`{name}` is not accepted: expected a tenant that this key may name"));
    for name in ["globex", "nowhere", "Not A Slug", ""] {
        assert_eq!(told(world.open(of(Some(name)))), expected(name));
    }
    assert_eq!(told(world.open(of(None))).0, "tenant_required");
    assert!(world.open(of(Some("acme"))).is_ok());
    world.key("host").ceiling.tenants = AnyOf::default();
    assert!(world.open(of(Some("acme"))).is_err() && world.open(of(None)).is_ok());
}

#[test]
fn attribute_claims_stay_inside_the_ceiling() {
    let mut world = world();
    for name in ["secret", "undefined", "not a name", ""] {
        let (code, detail) = told(world.open(with(claims("fred", &["Managers"]), &[(name, json!("x"))])));
        assert_eq!(code, "unknown_attribute");
        let listed = "expected one of `colour`, `level`, `plan`, `primary_id`, `region`, `territory`";
        assert_eq!(detail, format!("`{name}` is not accepted: {listed}"));
    }
    let (code, detail) = told(world.open(with(claims("fred", &["Managers"]), &[("level", json!(9))])));
    assert_eq!(code, "attribute_value_refused");
    assert!(!detail.contains('9'), "values are not repeated: {detail}");
    for inside in [json!(7), json!(7.0), json!(8.5)] {
        assert!(world.open(with(claims("fred", &["Managers"]), &[("level", inside)])).is_ok());
    }
}

#[test]
fn permissions_only_narrow() {
    let mut world = world();
    let listing = |names: &[&str]| Claims {
        account_type: Some("Act".into()),
        permissions: Some(names.iter().map(|&name| name.to_owned()).collect()),
        ..claims("fred", &["Managers"])
    };
    let held = |world: &mut crate::world::World, names: &[&str]| world.enter(listing(names)).permissions().clone();
    assert_eq!(held(&mut world, &["view"]), BTreeSet::from([Permission::View]));
    assert_eq!(held(&mut world, &["view", "explore"]), BTreeSet::from([Permission::View]), "the type has no `explore`");
    assert_eq!(held(&mut world, &["export_csv"]), BTreeSet::new(), "no child without its parent");
    assert_eq!(held(&mut world, &[]), BTreeSet::new());
    for unknown in ["fly", "administer", ""] {
        let (code, detail) = told(world.open(listing(&[unknown])));
        assert_eq!(code, "unknown_permission");
        assert!(detail.ends_with("expected one of `view`, `explore`, `export_csv`, `export_picture`"), "{detail}");
    }
}

#[test]
fn sessions_last_from_a_minute_to_the_ceiling() {
    let mut world = world();
    let lasting = |seconds| Claims { session_seconds: Some(seconds), ..claims("fred", &["Managers"]) };
    for refused in [0, 59, 3601, u32::MAX] {
        assert_eq!(told(world.open(lasting(refused))).0, "session_seconds_refused");
    }
    for (seconds, facts) in [60, 3600].map(|seconds| (seconds, world.open(lasting(seconds)).unwrap().facts)) {
        assert_eq!((facts.expires_at - facts.opened_at).num_seconds(), i64::from(seconds));
    }
    let usual = world.open(claims("fred", &["Managers"])).unwrap().facts;
    assert_eq!((usual.expires_at - usual.opened_at).num_seconds(), 3600);
}

#[test]
fn origins_and_names_of_content_are_checked() {
    let mut world = world();
    let at = |origin: &str| Claims { origin: Some(origin.into()), ..claims("fred", &["Managers"]) };
    assert_eq!(told(world.open(at("https://evil.example"))).0, "origin_refused");
    assert!(world.open(at("https://app.acme.example")).is_ok());
    let showing = |workbook: &str, page: Option<&str>| Claims {
        content: Some(ContentClaim::Named { workbook: workbook.into(), page: page.map(str::to_owned), tag: None }),
        ..claims("fred", &["Managers"])
    };
    assert_eq!(told(world.open(showing("No/Slug", None))).0, "invalid_content");
    assert_eq!(told(world.open(showing("sales", Some("")))).0, "invalid_content");
    assert!(world.open(showing("does-not-exist", Some("nowhere"))).is_ok(), "an opening says nothing of what exists");
}

#[test]
fn what_is_stored_and_beyond_the_ceiling_does_not_count() {
    let mut world = world();
    let member = world.know(MemberKind::Embed, "hand", "Analyze", &["Managers", "Staff"]);
    member.attributes = [("level", json!(7)), ("region", json!(["South", "West"])), ("secret", json!("x"))]
        .map(|(name, value)| (name.parse().unwrap(), value))
        .into();
    let facts = world.open(Claims { claimant: Claimant::Member("hand".into()), ..Claims::default() }).unwrap().facts;
    let before = world.resume(facts.clone()).unwrap();
    assert_eq!((before.teams().len(), before.permissions().len()), (2, 3));
    assert!(before.attribute(&"secret".parse().unwrap()).is_none(), "the ceiling never had it");

    let ceiling = &mut world.key("host").ceiling;
    ceiling.teams = AnyOf::These(BTreeSet::from(["Staff".parse().unwrap()]));
    ceiling.permissions = BTreeSet::from([Permission::View]);
    ceiling.attributes.insert("region".parse().unwrap(), AnyOf::These(BTreeSet::from([json!("South").into()])));
    let after = world.resume(facts.clone()).unwrap();
    assert_eq!(after.teams().iter().map(|team| team.as_str()).collect::<Vec<_>>(), ["Staff"]);
    assert_eq!(after.permissions(), &BTreeSet::from([Permission::View]));
    assert!(after.attribute(&"region".parse().unwrap()).is_none(), "a list with one lost value is none");
    assert!(after.attribute(&"level".parse().unwrap()).is_some());

    world.key("host").ceiling.account_types.clear();
    assert!(world.resume(facts).unwrap().permissions().is_empty());
}
