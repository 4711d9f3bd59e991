//! What grants come to: to whom they may be, on what, what they allow and deny, and whose something is.

use crate::world::{World, claims, element, explore, page, world};
use authz::{ExportCsv, Principal, Resource, RunQuery, ViewContent};
use model::access::{Grant, MemberKind, Owner};
use model::assertion::{Claimant, Claims};
use serde_json::{Value as Json, json};

/// The world with these grants and no others.
fn granting(grants: &[Json]) -> World {
    let mut world = world();
    world.definitions.grants = grants.iter().map(|one| serde_json::from_value::<Grant>(one.clone()).unwrap()).collect();
    world
}

fn analyst(subject: &str, teams: &[&str]) -> Claims {
    Claims { account_type: Some("Analyze".into()), ..claims(subject, teams) }
}

/// Whether somebody may look, ask, and take away.
fn may(world: &World, principal: &Principal) -> [bool; 3] {
    [
        world.decide::<ViewContent>(principal, &page("sales", None)).is_ok(),
        world.decide::<RunQuery>(principal, &explore("sales.sales")).is_ok(),
        world.decide::<ExportCsv>(principal, &element("overview", "total")).is_ok(),
    ]
}

fn data() -> Json {
    json!({"to": {"team": "Staff"}, "on": {"connection": "demo"}, "level": "use"})
}

fn missing(world: &World, principal: &Principal, resource: &Resource) -> Vec<&'static str> {
    let denial = world.decide::<RunQuery>(principal, resource).unwrap_err();
    denial.reasons.iter().map(|reason| reason.missing).collect()
}

/// Tableau's order: whose it is; what the person is denied and allowed; what a set denies; what one allows; the level.
#[test]
fn denies_and_allows_are_resolved_from_the_person_to_their_sets() {
    let on_folder = json!({"folder": "shared/sales"});
    let staff = json!({"team": "Staff"});
    let person = json!({"embed_member": {"issuer": "host", "subject": "FRED@acme.example"}});
    let level = |to: &Json, level: &str| json!({"to": to, "on": on_folder, "level": level});
    let rule = |to: &Json, allow: &[&str], deny: &[&str]| json!({"to": to, "on": {"workbook": "sales"}, "allow": allow, "deny": deny});
    let managers = json!({"team": "Managers"});
    for (case, grants, expected) in [
        ("the level alone", vec![level(&staff, "explore")], [true, true, true]),
        ("a team denies", vec![level(&staff, "explore"), rule(&managers, &[], &["export_csv"])], [true, true, false]),
        (
            "a team denies what another allows",
            vec![level(&staff, "explore"), rule(&managers, &[], &["export_csv"]), rule(&staff, &["export_csv"], &[])],
            [true, true, false],
        ),
        (
            "the person is allowed what a team denies",
            vec![level(&staff, "explore"), rule(&managers, &[], &["export_csv"]), rule(&person, &["export_csv"], &[])],
            [true, true, true],
        ),
        (
            "the person is denied what a team allows",
            vec![level(&staff, "explore"), rule(&staff, &["export_csv"], &[]), rule(&person, &[], &["export_csv"])],
            [true, true, false],
        ),
        (
            "a level of the person's own is no rule that beats a deny",
            vec![level(&person, "manage"), rule(&managers, &[], &["explore"])],
            [true, false, true],
        ),
        (
            "what is allowed lifts the level for itself alone",
            vec![level(&staff, "view"), rule(&staff, &["explore"], &[])],
            [true, true, true],
        ),
        ("nothing is allowed without `view`", vec![rule(&staff, &["explore", "export_csv"], &[])], [false; 3]),
        ("without `view` nothing is left", vec![level(&staff, "manage"), rule(&staff, &[], &["view"])], [false; 3]),
        ("nobody", vec![], [false; 3]),
    ] {
        let mut world = granting(&[grants, vec![data()]].concat());
        let principal = world.enter(analyst("fred@acme.example", &["Staff", "Managers"]));
        assert_eq!(may(&world, &principal), expected, "{case}");
    }
}

#[test]
fn what_is_allowed_is_bounded_by_the_account_type() {
    let allow = json!({"to": {"team": "Staff"}, "on": {"workbook": "sales"}, "level": "view", "allow": ["explore", "export_csv"]});
    let mut world = granting(&[allow, data()]);
    let viewer = world.enter(Claims { account_type: Some("View".into()), ..claims("fred", &["Staff"]) });
    assert_eq!(may(&world, &viewer), [true, false, false]);
}

/// A deny counts through teams beyond the key's ceiling too; a grant does not.
#[test]
fn teams_beyond_the_ceiling_only_take_away() {
    let grants = [
        json!({"to": {"team": "Staff"}, "on": {"workbook": "sales"}, "level": "explore"}),
        json!({"to": {"team": "Board"}, "on": {"workspace": "shared"}, "level": "manage", "deny": ["export_csv"]}),
        data(),
    ];
    let mut world = granting(&grants);
    world.know(MemberKind::Internal, "ida@acme.example", "Analyze", &["Staff", "Board"]);
    let ida = world.enter(Claims { claimant: Claimant::Member("ida@acme.example".into()), ..Claims::default() });
    assert!(!ida.teams().contains(&"Board".parse().unwrap()));
    assert_eq!(may(&world, &ida), [true, true, false]);
    world.definitions.grants.remove(0);
    assert_eq!(may(&world, &ida), [false; 3]);
}

#[test]
fn owners_manage_what_is_theirs_whatever_is_denied() {
    let deny = json!({"to": {"team": "Staff"}, "on": {"workspace": "shared"}, "deny": ["view", "explore"]});
    let mut world = granting(&[deny, data()]);
    let fred = world.open(analyst("fred", &["Staff"])).unwrap().facts;
    let owner: Owner = serde_json::from_value(json!({"embed_member": {"issuer": "host", "subject": "fred"}})).unwrap();
    let may_now = |world: &World| may(world, &world.resume(fred.clone()).unwrap());
    assert_eq!(may_now(&world), [false; 3]);
    let sales = "sales".parse().unwrap();
    world.definitions.workbooks.get_mut(&sales).unwrap().owner = Some(owner.clone());
    assert_eq!(may_now(&world), [true, true, true]);
    world.definitions.workbooks.get_mut(&sales).unwrap().owner = None;
    world.definitions.workspaces[0].folders[0].owner = Some(owner.clone());
    assert_eq!(may_now(&world), [true, true, true], "who owns the folder owns what is in it");
    world.definitions.workspaces[0].folders[0].owner = None;
    world.definitions.workspaces[0].owner = Some(owner);
    assert_eq!(may_now(&world), [true, true, true], "and so does who owns the workspace");
    world.definitions.grants.pop();
    assert_eq!(may_now(&world), [true, false, false], "and the data behind it is another matter");
    world.key("host").ceiling.content = Vec::new();
    assert_eq!(may_now(&world), [false; 3], "and the key's ceiling bounds owners as well");
}

#[test]
fn a_grant_may_be_to_one_embed_member_or_to_all_who_come_with_a_key() {
    let view = |to: Json| json!({"to": to, "on": {"workbook": "sales"}, "level": "view"});
    let sees = |world: &mut World, key: &str, claims: Claims| {
        let facts = world.open_with(key, claims).unwrap().facts;
        may(world, &world.resume(facts).unwrap())[0]
    };
    let of = |tenant: Option<&str>| Claims { tenant: tenant.map(str::to_owned), ..claims("fred", &["Staff"]) };
    let mut world = granting(&[view(json!({"embed_member": {"issuer": "host", "tenant": "acme", "subject": "fred"}}))]);
    assert!(sees(&mut world, "host", of(Some("acme"))));
    assert!(!sees(&mut world, "host", of(None)) && !sees(&mut world, "host", of(Some("globex"))));
    assert!(!sees(&mut world, "stranger", of(Some("acme"))), "of another issuer it is somebody else");
    let mut world = granting(&[view(json!({"key": "stranger"}))]);
    assert!(sees(&mut world, "stranger", of(None)));
    assert!(!sees(&mut world, "host", of(None)));
}

/// Data is as open as the table that is read for which it is least.
#[test]
fn a_question_reads_only_tables_that_are_granted() {
    let content = json!({"to": {"team": "Staff"}, "on": {"workbook": "sales"}, "level": "explore"});
    let table = |table: &str| json!({"to": {"team": "Staff"}, "on": {"table": table}, "level": "use"});
    let mut world = granting(&[content.clone(), table("sales.sales")]);
    world.model().explores.get_mut(&"sales".parse().unwrap()).unwrap().joins = serde_json::from_value(json!([
        {"table": "airports", "on": {"sales.region": "code"}}
    ]))
    .unwrap();
    let joined = json!({"column": "airports.code"});
    let explore_of_sales = world.model().explores.get_mut(&"sales".parse().unwrap()).unwrap();
    explore_of_sales.dimensions.insert("airport".parse().unwrap(), serde_json::from_value(joined).unwrap());
    let principal = world.enter(analyst("fred", &["Staff"]));
    let total = world.decide::<RunQuery>(&principal, &element("overview", "total")).unwrap();
    let opened = |name: &str| total.table(&"sales".parse().unwrap(), &name.parse().unwrap()).is_some();
    assert_eq!([opened("sales"), opened("airports"), opened("accounts")], [true, false, false]);
    assert_eq!(missing(&world, &principal, &element("overview", "accounts")), ["grant on the data"]);
    assert_eq!(
        missing(&world, &principal, &explore("sales.sales")),
        ["grant on the data"],
        "it offers all that is joined"
    );
    let mut world = granting(&[content, table("sales.sales"), table("sales.accounts")]);
    let principal = world.enter(analyst("fred", &["Staff"]));
    assert!(world.decide::<RunQuery>(&principal, &element("overview", "accounts")).is_ok());
    assert!(world.decide::<RunQuery>(&principal, &explore("sales.sales")).is_ok());
}

#[test]
fn a_schema_is_what_its_tables_are_read_from() {
    let content = json!({"to": {"team": "Staff"}, "on": {"workbook": "sales"}, "level": "view"});
    let schema = |schema: &str| json!({"to": {"team": "Staff"}, "on": {"schema": schema}, "level": "use"});
    let may_ask = |grant: Json, source: &str| {
        let mut world = granting(&[content.clone(), grant]);
        world.table("sales").source = Some(source.to_owned());
        let place = json!({"host": "db", "port": 5432, "database": "d", "user": "u", "password": {"secret_env": "P"}});
        world.definitions.connections[0].folder = None;
        world.definitions.connections[0].postgres = serde_json::from_value(place).ok();
        assert!(world.definitions.connections[0].postgres.is_some());
        let principal = world.enter(analyst("fred", &["Staff"]));
        world.decide::<RunQuery>(&principal, &element("overview", "total")).is_ok()
    };
    assert!(may_ask(schema("demo/crm"), "crm.sales"));
    assert!(may_ask(schema("demo/public"), "sales"), "without a schema it is public");
    assert!(!may_ask(schema("demo/crm"), "hr.sales") && !may_ask(schema("other/crm"), "crm.sales"));
}

#[cfg(feature = "enforcement-switch")]
#[test]
fn content_denies_switched_off() {
    use model::enforcement::{Point, switch_off};
    let grant = json!({"to": {"team": "Staff"}, "on": {"workbook": "sales"}, "level": "explore", "deny": ["view"]});
    let mut world = granting(&[grant, data()]);
    let principal = world.enter(analyst("fred", &["Staff"]));
    assert_eq!(may(&world, &principal), [false; 3]);
    let _off = switch_off(Point::ContentDenies);
    assert_eq!(may(&world, &principal), [true; 3]);
}
