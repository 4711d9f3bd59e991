//! Stories S10, M6 and T4: which rows of a table a session sees.

use crate::evaluate::{visible_accounts, visible_managers};
use crate::world::{World, claims, vouched, with, world};
use model::access::MemberKind;
use model::assertion::Claims;
use model::filter::{Condition, RowFilter};
use model::name::ColumnName;
use model::rule::{Applies, Rule};
use serde_json::{Value as Json, json};

const TEAMS: &[&str] = &["Managers"];

fn sales_of(world: &mut World, claims: Claims) -> Vec<String> {
    let principal = world.enter(claims);
    visible_managers(&world.rows(&principal, "total", "sales"))
}

fn accounts_of(world: &mut World, claims: Claims) -> Vec<i64> {
    let principal = world.enter(claims);
    visible_accounts(&world.rows(&principal, "accounts", "accounts"))
}

fn in_region(region: Json) -> Claims {
    with(claims("fred", TEAMS), &[("region", region)])
}

fn known_as(teams: &[&str], primary_id: Json) -> Claims {
    with(claims("fred", teams), &[("primary_id", primary_id)])
}

#[test]
fn t4_a_manager_sees_the_own_region() {
    let mut world = world();
    assert_eq!(sales_of(&mut world, in_region(json!(["South"]))), ["Fred"]);
    assert_eq!(sales_of(&mut world, in_region(json!("West"))), ["Sawdie"]);
    assert_eq!(sales_of(&mut world, in_region(json!(["South", "West"]))), ["Fred", "Sawdie"]);
    assert!(sales_of(&mut world, in_region(json!(["North"]))).is_empty(), "a region that is not in the data: blank");
}

#[test]
fn s10_without_the_attribute_no_row() {
    let mut world = world();
    assert!(sales_of(&mut world, claims("fred", TEAMS)).is_empty());
    for odd in
        [json!(null), json!(""), json!([]), json!([""]), json!(7), json!([7]), json!({"any": 1}), json!(["South", 7])]
    {
        assert!(sales_of(&mut world, in_region(odd.clone())).is_empty(), "{odd}");
    }
}

#[test]
fn m6_customers_see_their_account_and_tenants_theirs() {
    let mut world = world();
    assert_eq!(accounts_of(&mut world, known_as(&["Tenants"], json!("999"))), [1, 2, 3]);
    assert_eq!(accounts_of(&mut world, known_as(&["Tenants"], json!("777"))), [4, 5]);
    assert_eq!(accounts_of(&mut world, known_as(&["Customers"], json!("1"))), [1]);
    assert!(accounts_of(&mut world, known_as(&["Managers"], json!("1"))).is_empty(), "in neither team");
    world.definitions.tenants.clear();
    assert_eq!(accounts_of(&mut world, known_as(&["Customers", "Tenants"], json!("999"))), [1, 2, 3], "the union");
}

#[test]
fn m6_a_value_that_does_not_cast_exactly_shows_nothing() {
    let mut world = world();
    for odd in [
        json!(null),
        json!(""),
        json!([]),
        json!(1),
        json!("1.0"),
        json!(" 1"),
        json!("01"),
        json!("one"),
        json!(["1"]),
    ] {
        assert!(accounts_of(&mut world, known_as(&["Customers"], odd.clone())).is_empty(), "{odd}");
    }
    assert_eq!(accounts_of(&mut world, known_as(&["Customers", "Tenants"], json!("1"))), [1]);
}

#[test]
fn a_policy_that_rests_on_nothing_is_false_whatever_stands_around_it() {
    for rule in [
        "region = user_attribute('primary_id') OR manager = 'Fred'",
        "NOT (region = user_attribute('primary_id'))",
        "region <> user_attribute('primary_id')",
        "region NOT IN ('East', user_attribute('primary_id'))",
        "NOT (NOT (region = user_attribute('primary_id') OR TRUE))",
        "region = user_email() OR TRUE",
        "region = tenant() OR TRUE",
        "in_team('Deleted') OR TRUE",
        "nowhere = 'x' OR TRUE",
        "amount = user_attribute('plan') OR TRUE",
        "region LIKE '%' OR region = user_attribute('primary_id')",
        "region LIKE '%' AND NOT (manager = user_attribute('primary_id'))",
        "amount + 1 BETWEEN 0 AND user_attribute('level') OR TRUE",
        "cast(region as integer) <> user_attribute('level') OR TRUE",
        "amount / manager = 1 OR TRUE",
        "user_attribute_matches('territory', region) OR TRUE",
        "user_attribute_matches('colour', region) OR TRUE",
        "region = user_attribute('territory') OR TRUE",
        "exists_in(nowhere, region = row.region) OR TRUE",
        "exists_in(gone.accounts, status = row.region) OR TRUE",
        "exists_in(accounts, account_id = row.region) OR TRUE",
        "exists_in(accounts, nothing = row.region) OR TRUE",
        "exists_in(accounts, status = row.nothing) OR TRUE",
        "exists_in(accounts, status = row.region AND tenant_id = user_attribute('primary_id')) OR TRUE",
    ] {
        let mut world = world();
        world.policies.clear();
        world.permit("sales", &[], rule);
        assert!(sales_of(&mut world, claims("fred", TEAMS)).is_empty(), "permit {rule}");
        world.permit("sales", &[], "TRUE");
        assert_eq!(sales_of(&mut world, claims("fred", TEAMS)).len(), 4, "another policy may still permit");
        world.policies.clear();
        world.permit("sales", &[], "TRUE");
        world.restrict("sales", &[], rule);
        assert!(sales_of(&mut world, claims("fred", TEAMS)).is_empty(), "restrict {rule}");
    }
}

#[test]
fn no_policy_no_rows_and_shared_tables_for_everybody() {
    let mut world = world();
    world.policies.clear();
    let principal = world.enter(claims("fred", TEAMS));
    assert_eq!(world.rows(&principal, "total", "sales"), RowFilter::Nothing);
    assert_eq!(world.rows(&principal, "total", "airports"), RowFilter::Everything);
    world.restrict("airports", &[], "code <> 'JFK'");
    assert!(matches!(world.rows(&principal, "total", "airports"), RowFilter::Where(_)));
    world.policy("sales", Applies::PermitTeams(vec!["Deleted".parse().unwrap(), "Managers".parse().unwrap()]), "TRUE");
    assert_eq!(world.rows(&principal, "total", "sales"), RowFilter::Nothing, "a policy for a deleted team is false");
}

#[test]
fn restrict_policies_bind_everybody_but_the_exempt() {
    let mut world = world();
    world.permit("sales", &[], "TRUE");
    world.restrict("sales", &["Support", "Deleted"], "manager <> 'Sawdie'");
    assert_eq!(sales_of(&mut world, claims("fred", &["Managers"])), ["Fred", "Chuck", "Nobody"]);
    let exempt = &["Managers", "Support"];
    assert_eq!(sales_of(&mut world, claims("fred", exempt)).len(), 4);
    let facts = world.open(claims("fred", exempt)).unwrap().facts;
    let only_managers = std::collections::BTreeSet::from(["Managers".parse().unwrap()]);
    world.key("host").ceiling.teams = model::access::AnyOf::These(only_managers);
    let principal = world.resume(facts).unwrap();
    assert_eq!(
        visible_managers(&world.rows(&principal, "total", "sales")).len(),
        3,
        "a team beyond the ceiling exempts nobody"
    );
}

#[test]
fn rules_read_teams_tenants_and_trusted_emails() {
    let mut world = world();
    world.policies.clear();
    world.permit("sales", &[], "in_team('Managers', 'Support') AND region IS NOT NULL");
    assert_eq!(sales_of(&mut world, claims("fred", TEAMS)).len(), 3);
    world.policies.clear();
    world.permit("sales", &[], "in_team('Support') OR manager = tenant()");
    assert!(sales_of(&mut world, Claims { tenant: Some("acme".into()), ..claims("fred", TEAMS) }).is_empty());
    world.policies.clear();
    world.permit("sales", &[], "manager <> user_email()");
    assert_eq!(sales_of(&mut world, claims("fred@acme.example", TEAMS)).len(), 4);
    assert!(sales_of(&mut world, claims("fred@other.example", TEAMS)).is_empty(), "not a trusted domain");
    let odd_email = Claims { email: Some("?".into()), ..claims("fred@acme.example", TEAMS) };
    assert!(sales_of(&mut world, odd_email).is_empty(), "a claimed e-mail that is none does not fall back");
}

#[test]
fn a_list_is_not_one_value_and_sides_may_be_exchanged() {
    let mut world = world();
    world.policies.clear();
    world.permit("sales", &[], "region = user_attribute('region')");
    assert!(sales_of(&mut world, in_region(json!(["South"]))).is_empty());
    world.policies.clear();
    world.permit("sales", &[], "region IN (user_attribute('region'), 'East')");
    assert_eq!(sales_of(&mut world, in_region(json!(["South"]))), ["Fred", "Chuck"]);
    world.policies.clear();
    world.permit("accounts", &[], "3 < account_id");
    assert_eq!(accounts_of(&mut world, claims("fred", TEAMS)), [4, 5]);
}

#[test]
fn an_empty_list_in_a_rule_matches_nothing_even_negated() {
    let mut world = world();
    world.policies.clear();
    for negated in [false, true] {
        world.permit("sales", &[], "TRUE");
        let policies = world.policies.values_mut().next().unwrap();
        let region: ColumnName = "region".parse().unwrap();
        policies.last_mut().unwrap().rule = Rule::In { term: region.into(), values: Vec::new(), negated };
    }
    assert!(sales_of(&mut world, claims("fred", TEAMS)).is_empty());
}

#[test]
fn internal_members_rows_follow_their_own_attributes() {
    let mut world = world();
    let ida = world.know(MemberKind::Internal, "ida@acme.example", "View", &["Managers"]);
    ida.attributes.insert("region".parse().unwrap(), json!(["East"]));
    let claimed = with(claims("ida@acme.example", TEAMS), &[("region", json!(["South"]))]);
    assert_eq!(sales_of(&mut world, claimed), ["Chuck"]);
}

#[test]
fn a_lookup_asks_for_the_identity_and_every_email() {
    let world = world();
    let claims = Claims {
        email: Some("F@Acme.Example".into()),
        tenant: Some("acme".into()),
        ..claims("Fred@acme.example", &[])
    };
    let lookup = authz::lookup(&vouched("host", claims), &world.snapshot()).unwrap().unwrap();
    assert_eq!(lookup.subject, "fred@acme.example");
    assert_eq!(lookup.emails.into_iter().collect::<Vec<_>>(), ["f@acme.example", "fred@acme.example"]);
}

/// An attribute of type `filter` is read as an expression, and no other is.
#[test]
fn l4_a_filter_expression_admits_what_it_says() {
    let territory = |expression: Json| with(claims("fred", TEAMS), &[("territory", expression)]);
    let mut world = world();
    world.policies.clear();
    world.permit("sales", &[], "user_attribute_matches('territory', region)");
    for (expression, expected) in [
        ("West,East", vec!["Sawdie", "Chuck"]),
        ("%st", vec!["Sawdie", "Chuck"]),
        ("-West", vec!["Fred", "Chuck"]),
        ("NULL", vec!["Nobody"]),
        ("NOT NULL", vec!["Fred", "Sawdie", "Chuck"]),
        ("%, NULL", vec!["Fred", "Sawdie", "Chuck", "Nobody"]),
        ("west", vec![]),
    ] {
        assert_eq!(sales_of(&mut world, territory(json!(expression))), expected, "{expression}");
    }
    for odd in [json!(null), json!(""), json!("  "), json!(7), json!(["West"]), json!("West,"), json!("\"West")] {
        assert!(sales_of(&mut world, territory(odd.clone())).is_empty(), "{odd}");
    }
    world.policies.clear();
    world.permit("sales", &[], "user_attribute_matches('territory', amount)");
    assert_eq!(sales_of(&mut world, territory(json!("<0, >=0, NULL"))).len(), 4);
    assert_eq!(sales_of(&mut world, territory(json!("[10, 20)"))).len(), 4);
    assert!(sales_of(&mut world, territory(json!("West"))).is_empty(), "no number");
    world.policies.clear();
    world.permit("sales", &[], "region = user_attribute('primary_id')");
    let text = with(claims("fred", TEAMS), &[("primary_id", json!("%, NULL"))]);
    assert!(sales_of(&mut world, text).is_empty(), "a text is the text it is");
}

#[test]
fn patterns_ranges_and_entitlements_become_conditions_with_literals() {
    let mut world = world();
    world.policies.clear();
    world.permit("sales", &[], "manager LIKE '%ed' OR manager NOT LIKE '%o%' AND amount BETWEEN 10 AND 10");
    assert_eq!(sales_of(&mut world, claims("fred", TEAMS)), ["Fred", "Sawdie", "Chuck"]);
    world.policies.clear();
    let rule = "exists_in(accounts, status = row.region AND tenant_id = user_attribute('primary_id'))";
    world.permit("sales", &[], rule);
    let principal = world.enter(known_as(TEAMS, json!("999")));
    let RowFilter::Where(Condition::Exists(existence)) = world.rows(&principal, "total", "sales") else {
        panic!("no existence")
    };
    let column = |name: &str| -> ColumnName { name.parse().unwrap() };
    assert_eq!((existence.model.as_str(), existence.table.as_str()), ("sales", "accounts"));
    assert_eq!(existence.on, [(column("status"), column("region"))]);
    assert_eq!(visible_accounts(&existence.only), [1, 2, 3], "whose entitlements count");
}
