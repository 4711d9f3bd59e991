//! Which columns of a table a session sees, and what stands in place of the others' values.

use crate::evaluate::visible_accounts;
use crate::world::{Columns, World, claims, with, world};
use authz::ColumnAccess;
use model::assertion::Claims;
use model::filter::RowFilter;
use model::semantic::Mask;
use serde_json::{Value as Json, json};

fn policy(world: &mut World, policy: Json) {
    world.table("accounts").column_policies.push(serde_json::from_value(policy).unwrap());
}

fn columns_of(world: &mut World, claims: Claims) -> Columns {
    let principal = world.enter(claims);
    world.columns(&principal, "accounts", "accounts")
}

fn status_of(world: &mut World, claims: Claims) -> Option<ColumnAccess> {
    columns_of(world, claims).remove(&"status".parse().unwrap())
}

fn known_as(teams: &[&str], primary_id: &str) -> Claims {
    with(claims("fred", teams), &[("primary_id", json!(primary_id))])
}

/// A mask in every row.
fn everywhere(mask: Mask) -> Option<ColumnAccess> {
    Some(ColumnAccess::Masked { shown: RowFilter::Nothing, masks: vec![(RowFilter::Everything, mask)] })
}

#[test]
fn a_column_is_shown_to_whom_its_policy_says() {
    let mut world = world();
    policy(&mut world, json!({"columns": ["status"], "visible_to": {"teams": ["Support"]}, "otherwise": "hide"}));
    let own = known_as(&["Tenants"], "999");
    assert_eq!(status_of(&mut world, own.clone()), None);
    assert_eq!(columns_of(&mut world, own.clone()).len(), 2, "the others are there");
    assert_eq!(status_of(&mut world, known_as(&["Tenants", "Support"], "999")), Some(ColumnAccess::Shown));
    for (visible_to, sees) in [
        (json!("nobody"), false),
        (json!({"teams": []}), false),
        (json!({"teams": ["Deleted"]}), false),
        (json!({"teams": ["Deleted", "Tenants"]}), true),
        (json!({"guests_of": ["host"]}), false),
        (json!({"access_grants": []}), false),
        (json!({"access_grants": ["unknown"]}), false),
        (json!({"access_grants": ["own"]}), true),
        (json!({"access_grants": ["own", "other"]}), false),
    ] {
        world.table("accounts").column_policies.clear();
        world.access_grant("own", "primary_id", &[json!("998"), json!("999")]);
        world.access_grant("other", "primary_id", &[json!("777")]);
        let written = json!({"columns": ["status"], "visible_to": visible_to, "otherwise": {"mask": "null"}});
        policy(&mut world, written);
        let expected = if sees { Some(ColumnAccess::Shown) } else { everywhere(Mask::Null) };
        assert_eq!(status_of(&mut world, own.clone()), expected, "{visible_to}");
    }
}

#[test]
fn every_mask_is_of_its_columns_type_or_shows_nothing() {
    let mut world = world();
    for (written, expected) in [
        (json!("null"), Mask::Null),
        (json!(null), Mask::Null),
        (json!("hash"), Mask::Hash),
        (json!("partial"), Mask::Partial { first: 1, last: 0 }),
        (json!({"partial": {"last": 2}}), Mask::Partial { first: 0, last: 2 }),
        (json!({"constant": "hidden"}), Mask::Constant(model::value::Scalar::Text("hidden".into()))),
        (json!({"constant": 7}), Mask::Null),
        (json!({"bucket": 10}), Mask::Null),
    ] {
        world.table("accounts").column_policies.clear();
        let otherwise = json!({"mask": written});
        policy(&mut world, json!({"columns": ["status"], "visible_to": "nobody", "otherwise": otherwise}));
        assert_eq!(status_of(&mut world, known_as(&["Tenants"], "999")), everywhere(expected), "{written}");
    }
}

/// The worked example of docs/definitions.md: customers see their own account whole, their tenant sees it masked, and
/// who is both sees it whole.
#[test]
fn a_cell_is_shown_if_any_policy_that_admits_its_row_shows_it() {
    let mut world = world();
    world.definitions.tenants.clear();
    world.permit("accounts", &["Support"], "TRUE");
    let names = |world: &World| world.policies.values().next().unwrap()[1].name.clone();
    let tenants = names(&world);
    policy(
        &mut world,
        json!({"columns": ["status"], "with": tenants, "visible_to": "nobody", "otherwise": {"mask": "partial"}}),
    );
    let mask = Mask::Partial { first: 1, last: 0 };

    let customer = status_of(&mut world, known_as(&["Customers"], "1"));
    assert_eq!(customer, Some(ColumnAccess::Shown), "another policy admits the rows");
    let Some(ColumnAccess::Masked { shown, masks }) = status_of(&mut world, known_as(&["Tenants"], "999")) else {
        panic!("not masked")
    };
    assert_eq!((shown, masks.len()), (RowFilter::Nothing, 1));
    assert_eq!((visible_accounts(&masks[0].0), &masks[0].1), (vec![1, 2, 3], &mask));

    let both = status_of(&mut world, known_as(&["Tenants", "Support"], "999"));
    let Some(ColumnAccess::Masked { shown, masks }) = both else { panic!("not masked") };
    assert_eq!(visible_accounts(&shown), [1, 2, 3, 4, 5], "the other policy admits all, and shows them");
    assert_eq!(masks.len(), 1);
}

#[test]
fn a_hidden_column_hides_whatever_else_shows_it() {
    let mut world = world();
    policy(&mut world, json!({"columns": ["status"], "visible_to": {"teams": ["Support"]}, "otherwise": "hide"}));
    let shown = json!({"columns": ["status"], "with": "policy-1", "visible_to": {"teams": ["Tenants"]}, "otherwise": {"mask": "null"}});
    policy(&mut world, shown);
    assert_eq!(status_of(&mut world, known_as(&["Tenants"], "999")), None);
}
