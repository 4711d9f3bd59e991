//! Properties of row policies, on random policies: another permit policy never takes a row away, another restrict
//! policy never adds one, and nobody gains by leaving a claim out.

use crate::evaluate::{is_visible, sales};
use crate::world::{World, claims, with, world};
use model::assertion::Claims;
use proptest::prelude::*;
use serde_json::json;

fn rule() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("TRUE".to_owned()),
        Just("FALSE".to_owned()),
        Just("region = 'South'".to_owned()),
        Just("region <> user_attribute('primary_id')".to_owned()),
        Just("region IN ('West', user_attribute('primary_id'))".to_owned()),
        Just("region NOT IN ('West', 'East')".to_owned()),
        Just("user_attribute_includes('region', region)".to_owned()),
        Just("region IS NULL".to_owned()),
        Just("amount >= user_attribute('level')".to_owned()),
        Just("in_team('Staff')".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} AND {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} OR {right})")),
            inner.prop_map(|part| format!("NOT ({part})")),
        ]
    })
}

/// A rule as `check` accepts it: nothing that rests on membership or a list under NOT.
fn monotone(rule: &str) -> bool {
    !rule.contains("NOT (") || !(rule.contains("in_team") || rule.contains("includes"))
}

fn written() -> World {
    let mut world = world();
    world.policies.clear();
    world
}

fn visible(world: &mut World, claims: Claims) -> Vec<bool> {
    let principal = world.enter(claims);
    let filter = world.rows(&principal, "total", "sales");
    sales().iter().map(|row| is_visible(&filter, row)).collect()
}

fn described() -> Claims {
    let attributes = [("region", json!(["South"])), ("primary_id", json!("West")), ("level", json!(7))];
    with(claims("fred", &["Managers", "Staff"]), &attributes)
}

fn within(few: &[bool], many: &[bool]) -> bool {
    few.len() == many.len() && few.iter().zip(many).all(|(few, many)| *many || !*few)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_permit_policy_never_removes_rows(rules in prop::collection::vec(rule(), 0..3), more in rule()) {
        let mut world = written();
        rules.iter().for_each(|rule| world.permit("sales", &[], rule));
        let before = visible(&mut world, described());
        world.permit("sales", &[], &more);
        prop_assert!(within(&before, &visible(&mut world, described())));
    }

    #[test]
    fn a_restrict_policy_never_adds_rows(permit in rule(), rules in prop::collection::vec(rule(), 0..3), more in rule()) {
        let mut world = written();
        world.permit("sales", &[], &permit);
        rules.iter().for_each(|rule| world.restrict("sales", &[], rule));
        let before = visible(&mut world, described());
        world.restrict("sales", &["Support"], &more);
        prop_assert!(within(&visible(&mut world, described()), &before));
    }

    #[test]
    fn leaving_claims_out_never_adds_rows(permit in rule(), restrict in rule(), left_out in 0..4_usize) {
        prop_assume!(monotone(&permit) && monotone(&restrict));
        let mut world = written();
        world.permit("sales", &[], &permit);
        world.restrict("sales", &[], &restrict);
        let before = visible(&mut world, described());
        let mut fewer = described();
        match left_out {
            0 => { fewer.teams = Some(vec!["Managers".to_owned()]); }
            other => { fewer.attributes.remove(["region", "primary_id", "level"][other - 1]); }
        }
        prop_assert!(within(&visible(&mut world, fewer), &before));
    }
}
