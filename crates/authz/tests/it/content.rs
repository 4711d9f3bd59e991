//! Stories S8 and S9: what a session may open, ask and download, and what it is told otherwise.

use crate::world::{World, claims, control, element, explore, page, world};
use authz::{
    Action, Denial, ExportCsv, ExportPage, ExportPicture, Principal, Resource, RunQuery, ViewContent, allowed_actions,
};
use model::access::{MemberKind, Permission};
use model::assertion::{Claims, ContentClaim};
use std::collections::BTreeSet;

fn as_type(account_type: &str, teams: &[&str]) -> Claims {
    Claims { account_type: Some(account_type.into()), ..claims("fred", teams) }
}

fn missing<A: Action>(world: &World, principal: &Principal, resource: &Resource) -> Vec<&'static str> {
    match world.decide::<A>(principal, resource) {
        Ok(_) => Vec::new(),
        Err(denial) => denial.reasons.iter().map(|reason| reason.missing).collect(),
    }
}

fn hidden<A: Action>(world: &World, principal: &Principal, resource: &Resource) -> bool {
    matches!(world.decide::<A>(principal, resource), Err(Denial { hidden: true, code: "not_found", .. }))
}

fn forbidden<A: Action>(world: &World, principal: &Principal, resource: &Resource) -> bool {
    matches!(world.decide::<A>(principal, resource), Err(Denial { hidden: false, code: "forbidden", .. }))
}

#[test]
fn s8_one_team_may_explore_and_the_other_may_look() {
    let mut world = world();
    let ask = explore("sales.sales");
    let explorer = world.enter(as_type("Analyze", &["Managers"]));
    let permit = world.decide::<RunQuery>(&explorer, &ask).unwrap();
    let fields: Vec<_> = permit.fields().iter().map(|field| field.as_str()).collect();
    assert_eq!(fields, ["amount", "manager", "region"]);
    assert_eq!(permit.reasons(), ["ask_questions_of_ones_own"]);
    let viewer = world.enter(as_type("Analyze", &["Staff"]));
    assert_eq!(missing::<RunQuery>(&world, &viewer, &ask), ["grant on the content"]);
    assert!(hidden::<RunQuery>(&world, &viewer, &ask));
    for principal in [&explorer, &viewer] {
        assert!(world.decide::<ViewContent>(principal, &page("sales", Some("overview"))).is_ok());
        assert!(world.decide::<RunQuery>(principal, &element("overview", "total")).is_ok());
    }
}

#[test]
fn s9_data_needs_a_grant_of_its_own() {
    let mut world = world();
    world.definitions.grants.retain(|grant| !grant.on.is_data());
    let principal = world.enter(as_type("Analyze", &["Managers"]));
    assert!(world.decide::<ViewContent>(&principal, &page("sales", None)).is_ok());
    for resource in [element("overview", "total"), control("region")] {
        assert_eq!(missing::<RunQuery>(&world, &principal, &resource), ["grant on the data"]);
        assert!(forbidden::<RunQuery>(&world, &principal, &resource), "its page is in view");
    }
    assert!(hidden::<RunQuery>(&world, &principal, &explore("sales.sales")));
}

#[test]
fn no_grant_no_access() {
    let mut world = world();
    let principal = world.enter(as_type("Analyze", &["Support"]));
    assert_eq!(missing::<ViewContent>(&world, &principal, &page("sales", None)), ["grant on the content"]);
    assert!(hidden::<RunQuery>(&world, &principal, &element("overview", "total")));
    world.key("host").ceiling.teams = model::access::AnyOf::Any(model::access::AnyWord::Any);
    let board = world.enter(as_type("Analyze", &["Board"]));
    assert!(hidden::<ViewContent>(&world, &board, &page("sales", None)), "`use` of a workspace is nothing");
}

#[test]
fn grants_reach_tenants_and_internal_members_by_email() {
    let mut world = world();
    let notes = page("notes", Some("one"));
    let of_acme = Claims { tenant: Some("acme".into()), ..claims("fred", &["Support"]) };
    let principal = world.enter(of_acme);
    assert!(world.decide::<ViewContent>(&principal, &notes).is_ok());
    let principal = world.enter(claims("fred", &["Support"]));
    assert!(hidden::<ViewContent>(&world, &principal, &notes));

    let same_email = Claims { email: Some("ida@acme.example".into()), ..claims("u1", &["Support"]) };
    let embed = world.enter(same_email);
    assert!(hidden::<ViewContent>(&world, &embed, &page("sales", None)), "an embed member's e-mail is granted nothing");
    world.know(MemberKind::Internal, "ida@acme.example", "View", &[]);
    let ida = world.enter(claims("IDA@acme.example", &[]));
    assert!(world.decide::<RunQuery>(&ida, &element("overview", "total")).is_ok());
}

#[test]
fn hidden_and_absent_are_told_alike() {
    let mut world = world();
    let principal = world.enter(as_type("View", &["Staff"]));
    let told = |resource: &Resource| {
        let denial = world.decide::<ViewContent>(&principal, resource).unwrap_err();
        (denial.hidden, denial.code)
    };
    assert_eq!(told(&page("board", None)), told(&page("nowhere", None)));
    assert_eq!(told(&page("board", Some("one"))), told(&page("sales", Some("nowhere"))));
    for absent in
        [element("overview", "nothing"), element("overview", "about"), element("nowhere", "total"), control("no")]
    {
        assert!(hidden::<RunQuery>(&world, &principal, &absent), "{absent}");
    }
    assert!(hidden::<RunQuery>(&world, &principal, &explore("sales.nothing")));
    assert!(hidden::<RunQuery>(&world, &principal, &explore("sales.sales")));
}

#[test]
fn a_download_needs_its_permission_and_says_so_only_where_the_answer_is_seen() {
    let mut world = world();
    let total = element("overview", "total");
    let viewer = world.enter(as_type("View", &["Managers"]));
    assert!(forbidden::<ExportCsv>(&world, &viewer, &total));
    assert_eq!(missing::<ExportCsv>(&world, &viewer, &total), ["permission `export_csv`"]);
    assert!(hidden::<ExportCsv>(&world, &viewer, &element("overview", "nothing")));
    let exporter = world.enter(as_type("Act", &["Managers"]));
    assert!(world.decide::<ExportCsv>(&exporter, &total).is_ok());
    assert!(hidden::<ExportCsv>(&world, &exporter, &explore("sales.sales")));
    let narrowed =
        Claims { permissions: Some(vec!["view".into(), "explore".into()]), ..as_type("Analyze", &["Managers"]) };
    let narrowed = world.enter(narrowed);
    assert!(world.decide::<RunQuery>(&narrowed, &explore("sales.sales")).is_ok());
    assert!(forbidden::<ExportCsv>(&world, &narrowed, &explore("sales.sales")));
    assert!(world.decide::<ExportCsv>(&exporter, &control("region")).is_err(), "suggestions are not for download");
}

#[test]
fn a_picture_needs_its_permission_and_is_of_a_page_or_an_element() {
    let mut world = world();
    let (total, overview) = (element("overview", "total"), page("sales", Some("overview")));
    let downloads = world.enter(as_type("Act", &["Managers"]));
    assert!(forbidden::<ExportPicture>(&world, &downloads, &total));
    assert_eq!(missing::<ExportPicture>(&world, &downloads, &total), ["permission `export_picture`"]);
    assert!(forbidden::<ExportPage>(&world, &downloads, &overview));
    assert_eq!(missing::<ExportPage>(&world, &downloads, &overview), ["permission `export_picture`"]);
    let draws = world.enter(as_type("Draw", &["Managers"]));
    assert!(world.decide::<ExportPicture>(&draws, &total).is_ok());
    assert!(world.decide::<ExportPage>(&draws, &overview).is_ok());
    assert!(forbidden::<ExportCsv>(&world, &draws, &total), "a picture is no download of rows");
    assert!(hidden::<ExportPicture>(&world, &draws, &element("overview", "nothing")));
    assert!(hidden::<ExportPage>(&world, &draws, &page("board", None)));
    for other in [explore("sales.sales"), control("region")] {
        assert!(world.decide::<ExportPicture>(&draws, &other).is_err(), "{other}");
    }
    assert!(world.decide::<ExportPage>(&draws, &total).is_err());
    let stranger = world.enter(as_type("Draw", &["Support"]));
    assert!(hidden::<ExportPage>(&world, &stranger, &overview), "without a grant there is no page");
}

#[test]
fn a_permission_without_its_parent_has_no_effect() {
    let mut world = world();
    let orphan = world.enter(as_type("Orphan", &["Managers"]));
    assert!(orphan.permissions().is_empty());
    assert!(hidden::<RunQuery>(&world, &orphan, &explore("sales.sales")));
}

#[test]
fn the_scope_closes_other_pages_workbooks_and_their_explores() {
    let mut world = world();
    let scoped = |workbook: &str, page: Option<&str>| Claims {
        content: Some(ContentClaim::Named { workbook: workbook.into(), page: page.map(str::to_owned), tag: None }),
        ..as_type("Analyze", &["Managers"])
    };
    let on_detail = world.enter(scoped("sales", Some("detail")));
    assert!(world.decide::<ViewContent>(&on_detail, &page("sales", None)).is_ok());
    assert!(world.decide::<RunQuery>(&on_detail, &element("detail", "managers")).is_ok());
    assert!(world.decide::<RunQuery>(&on_detail, &explore("sales.sales")).is_ok());
    assert_eq!(
        missing::<ViewContent>(&world, &on_detail, &page("sales", Some("overview"))),
        ["content inside the session's scope"]
    );
    assert!(hidden::<RunQuery>(&world, &on_detail, &element("overview", "total")));
    assert!(hidden::<RunQuery>(&world, &on_detail, &control("region")));
    assert!(hidden::<RunQuery>(&world, &on_detail, &explore("sales.accounts")), "not of that page");
    let elsewhere = world.enter(scoped("notes", None));
    assert!(hidden::<ViewContent>(&world, &elsewhere, &page("sales", None)));
    assert!(hidden::<RunQuery>(&world, &elsewhere, &explore("sales.sales")));
}

#[test]
fn explores_open_only_through_content_that_shows_them() {
    let mut world = world();
    let principal = world.enter(as_type("Analyze", &["Managers"]));
    assert!(world.decide::<RunQuery>(&principal, &explore("sales.accounts")).is_ok());
    assert!(hidden::<RunQuery>(&world, &principal, &explore("hidden.sales")), "the data is granted, no page shows it");
}

#[test]
fn the_keys_ceiling_of_content_is_live() {
    let mut world = world();
    let facts = world.open(as_type("Analyze", &["Managers"])).unwrap().facts;
    world.key("host").ceiling.content = serde_json::from_str(r#"[{"workbook": "notes"}]"#).unwrap();
    let principal = world.resume(facts).unwrap();
    assert_eq!(missing::<ViewContent>(&world, &principal, &page("sales", None)), ["content inside the key's ceiling"]);
    assert!(hidden::<RunQuery>(&world, &principal, &explore("sales.sales")));
}

#[test]
fn an_element_may_be_asked_for_its_own_fields_only() {
    let mut world = world();
    let principal = world.enter(as_type("View", &["Staff"]));
    let permit = world.decide::<RunQuery>(&principal, &element("overview", "total")).unwrap();
    let fields = ["amount", "manager", "region"].map(|name| name.parse().unwrap());
    assert_eq!(permit.fields(), &BTreeSet::from(fields));
    assert_eq!((permit.explore().to_string().as_str(), permit.revision()), ("sales.sales", 7));
    let permit = world.decide::<RunQuery>(&principal, &control("status")).unwrap();
    assert_eq!(permit.fields(), &BTreeSet::from(["status".parse().unwrap()]));
    assert!(permit.table(&"hidden".parse().unwrap(), &"sales".parse().unwrap()).is_none());
}

#[test]
fn buttons_follow_decisions() {
    let mut world = world();
    let sales = "sales".parse().unwrap();
    let mut buttons = |account_type: &str, teams: &[&str]| {
        let principal = world.enter(as_type(account_type, teams));
        allowed_actions(&principal, &world.snapshot(), &sales)
    };
    assert_eq!(buttons("Analyze", &["Managers"]), BTreeSet::from([Permission::Explore, Permission::ExportCsv]));
    assert_eq!(buttons("Analyze", &["Staff"]), BTreeSet::from([Permission::ExportCsv]));
    assert_eq!(buttons("Draw", &["Managers"]), BTreeSet::from([Permission::ExportPicture]));
    assert_eq!(buttons("View", &["Managers"]), BTreeSet::new());
    assert_eq!(buttons("Analyze", &["Support"]), BTreeSet::new());
}

#[test]
fn a_principal_of_another_revision_is_denied() {
    let mut world = world();
    let principal = world.enter(as_type("View", &["Staff"]));
    let mut later = world.snapshot();
    later.revision += 1;
    assert!(authz::decide::<ViewContent>(&principal, &later, &page("sales", None)).is_err());
}
