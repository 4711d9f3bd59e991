//! Questions about access: who reaches what and why, what is missing, and who may grant what.

use crate::slow::chance::Chance;
use crate::slow::told;
use crate::world::{World, claims, page, world};
use authz::access::{self, By, CannotGrant, Holder};
use authz::{Principal, ViewContent};
use chrono::DateTime;
use model::access::{Grant, Granted, Grantee, Level, MemberKind, Owner, Permission};
use model::assertion::Claims;
use model::workbook::VersionName;
use serde_json::{Value as Json, json};

fn granted(written: Json) -> Granted {
    serde_json::from_value(written).unwrap()
}

fn grant(to: Json, on: Json, level: &str) -> Grant {
    serde_json::from_value(json!({"to": to, "on": on, "level": level})).unwrap()
}

#[test]
fn who_reaches_a_workbook_and_why() {
    let mut world = world();
    let owner: Owner = serde_json::from_value(json!({"member": "Ida@Acme.example"})).unwrap();
    world.definitions.workspaces[0].folders[0].owner = Some(owner);
    let publication = json!([{"to": {"guests_of": "host"}, "data": ["sales.sales"]}]);
    let sales = "sales".parse().unwrap();
    world.definitions.workbooks.get_mut(&sales).unwrap().publications = serde_json::from_value(publication).unwrap();
    let told: Vec<String> = access::of_resource(&world.snapshot(), &Granted::Workbook(sales))
        .iter()
        .map(|way| {
            let to = match &way.to {
                Holder::Grantee(Grantee::Team(team)) => team.to_string(),
                other => format!("{other:?}"),
            };
            let by = match &way.by {
                By::Grant { level, .. } => level.map_or("none", Level::as_str),
                By::Owner => "owner",
                By::Publication => "publication",
            };
            format!("{to}: {by} on {}", serde_json::to_value(&way.on).unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            r#"Grantee(Member("Ida@Acme.Example")): view on {"workbook":"sales"}"#,
            r#"Staff: view on {"workbook":"sales"}"#,
            r#"Grantee(Member("ida@acme.example")): owner on {"folder":"shared/sales"}"#,
            r#"Managers: explore on {"folder":"shared/sales"}"#,
            r#"Board: use on {"workspace":"shared"}"#,
            r#"Customers: view on {"workspace":"shared"}"#,
            r#"Tenants: view on {"workspace":"shared"}"#,
            r#"Audience(GuestsOf(ClientId("host"))): publication on {"workbook":"sales"}"#,
        ]
    );
    let of_data = access::of_resource(&world.snapshot(), &granted(json!({"table": "sales.accounts"})));
    assert!(of_data.iter().any(|way| way.on == granted(json!({"connection": "demo"}))));
    assert!(access::of_resource(&world.snapshot(), &granted(json!({"workbook": "nothing"}))).is_empty());
}

#[test]
fn what_a_member_reaches_and_by_what() {
    let mut world = world();
    world.definitions.teams[1].members_of.insert("Managers".parse().unwrap());
    let staff = world.know(MemberKind::Internal, "ida@acme.example", "Analyze", &["Staff"]).clone();
    let reached = access::of_member(&world.snapshot(), &staff);
    let names: Vec<(Json, &str)> =
        reached.iter().map(|one| (serde_json::to_value(&one.what).unwrap(), one.level.as_str())).collect();
    assert_eq!(
        names,
        [
            (json!({"workbook": "sales"}), "explore"),
            (json!({"model": "hidden"}), "use"),
            (json!({"model": "sales"}), "use")
        ]
    );
    let permissions: Vec<&str> = reached[0].permissions.iter().map(|one| one.as_str()).collect();
    assert_eq!(permissions, ["view", "explore", "export_csv"]);
    assert!(reached[0].ways.len() == 3, "her own grant, Staff's, and that of Managers above: {:?}", reached[0].ways);
}

/// A warning for whoever shares a workbook: what the grantee would see nothing of.
#[test]
fn data_that_a_grantee_would_miss() {
    let mut world = world();
    world.definitions.grants = vec![grant(json!({"team": "Managers"}), json!({"table": "sales.sales"}), "use")].into();
    world.definitions.teams[1].members_of.insert("Managers".parse().unwrap());
    let missing = |to: Json| -> Vec<String> {
        let to: Grantee = serde_json::from_value(to).unwrap();
        let found = access::missing_data(&world.snapshot(), &to, &"sales".parse().unwrap());
        found.iter().map(ToString::to_string).collect()
    };
    assert_eq!(missing(json!({"team": "Managers"})), ["sales.accounts"]);
    assert_eq!(missing(json!({"team": "Staff"})), ["sales.accounts"], "by the team above");
    assert_eq!(missing(json!({"tenant": "acme"})), ["sales.accounts", "sales.sales"]);
}

fn with_type(permissions: &[&str], grants: Vec<Grant>) -> (World, Principal) {
    let mut world = world();
    let kind = json!({"name": "Some", "permissions": permissions});
    world.definitions.account_types.push(serde_json::from_value(kind).unwrap());
    let ceiling = &mut world.key("host").ceiling;
    ceiling.account_types.insert("Some".parse().unwrap());
    ceiling.permissions = Permission::ALL.iter().copied().collect();
    world.definitions.grants = grants.into();
    let principal = world.enter(Claims { account_type: Some("Some".into()), ..claims("fred", &["Staff"]) });
    (world, principal)
}

#[test]
fn nobody_grants_what_they_do_not_hold() {
    let staff = || json!({"team": "Staff"});
    let on = || json!({"workbook": "sales"});
    let manage = || vec![grant(staff(), on(), "manage"), grant(staff(), json!({"model": "sales"}), "use")];
    let everything = ["view", "explore", "share_content"];
    let may = |permissions: &[&str], grants: Vec<Grant>, wanted: &Grant| {
        let (world, principal) = with_type(permissions, grants);
        access::may_grant(&principal, &world.snapshot(), wanted)
    };
    let wanted = |level: &str| grant(json!({"team": "Managers"}), on(), level);
    assert_eq!(may(&everything, manage(), &wanted("manage")), Ok(()));
    assert_eq!(
        may(&["view", "explore"], manage(), &wanted("view")),
        Err(CannotGrant::NotTheirs),
        "without `share_content`"
    );
    let contribute = vec![grant(staff(), on(), "contribute")];
    assert_eq!(may(&everything, contribute, &wanted("view")), Err(CannotGrant::NotTheirs), "without managing it");
    assert_eq!(may(&everything, vec![], &wanted("view")), Err(CannotGrant::Unseen));
    let mut allowing = wanted("view");
    allowing.allow.insert(Permission::Explore);
    assert_eq!(may(&everything, manage(), &allowing), Ok(()));
    allowing.allow.insert(Permission::ExportCsv);
    assert_eq!(may(&everything, manage(), &allowing), Err(CannotGrant::Permission(Permission::ExportCsv)));
    let data = grant(json!({"team": "Managers"}), json!({"model": "sales"}), "use");
    assert_eq!(may(&everything, manage(), &data), Err(CannotGrant::Data));
    let unseen = grant(json!({"team": "Managers"}), json!({"connection": "demo"}), "use");
    assert_eq!(may(&everything, manage(), &unseen), Err(CannotGrant::Unseen), "the whole connection is not theirs");
    let workspace = grant(json!({"team": "Managers"}), json!({"workspace": "shared"}), "view");
    let managed = vec![grant(staff(), json!({"workspace": "shared"}), "manage")];
    assert_eq!(may(&everything, managed, &workspace), Err(CannotGrant::Unseen), "places are not shared from a frame");
}

/// What is listed is what is allowed, one by one, whoever comes.
#[test]
fn the_list_of_workbooks_is_the_filter_of_all_by_the_decision() {
    let mut listed = 0;
    for seed in 0..600 {
        let (told, _) = told::world(&mut Chance::new(seed));
        let members = told.members();
        let mut world = World {
            definitions: told.definitions(),
            policies: Default::default(),
            members,
            bound: Default::default(),
            now: DateTime::UNIX_EPOCH,
        };
        let Some(facts) = world.open_with("host", told.claims()).ok().map(|opened| opened.facts) else { continue };
        let Ok(principal) = world.resume(facts) else { continue };
        let snapshot = world.snapshot();
        let all = snapshot.workbooks.iter().map(|(_, name, _)| name.clone());
        let allowed = |name: &VersionName| {
            authz::decide::<ViewContent>(&principal, &snapshot, &page(&name.to_string(), None)).is_ok()
        };
        let filtered: Vec<VersionName> = all.filter(allowed).collect();
        assert_eq!(access::workbooks(&principal, &snapshot), filtered, "seed {seed}");
        listed += filtered.len();
    }
    assert!(listed > 50, "{listed} workbooks in all lists");
}
