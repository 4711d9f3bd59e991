//! The stories the product is for, told from outside with their exact rows (docs/stories.md), on the demo.

use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::callers::{CallError, Viewer};
use testkit::world;

const CREATION_OFF: &str = "You don't have permission to access this page. Automatic updating of users is disabled.";

fn people() -> Result<Value, CallError> {
    let file = world::demo().join("../examples/host-node/people.json");
    Ok(serde_json::from_slice(&std::fs::read(file)?)?)
}

/// The session object the demo's host sends for one of its people.
fn person(handle: &str) -> Result<Value, CallError> {
    let session = people()?[handle]["session"].clone();
    assert!(session.is_object(), "nobody called {handle}");
    Ok(session)
}

async fn viewer(vitrine: &Vitrine, handle: &str, workbook: &str) -> Result<Viewer, CallError> {
    vitrine.contrail().viewer(&person(handle)?, workbook).await
}

/// The ids of the accounts a person sees in the table of all accounts.
async fn accounts(viewer: &Viewer) -> Result<Vec<Value>, CallError> {
    let table = viewer.element("overview/accounts", &json!({})).await?;
    Ok(table.rows().iter().map(|row| row[1].clone()).collect())
}

/// The demo with automatic creation turned off.
fn creation_off() -> Result<tempfile::TempDir, CallError> {
    let copy = copy_of(&world::demo())?;
    edit(&copy.path().join("vitrine.yaml"), "automatic_creation: true", "automatic_creation: false")?;
    Ok(copy)
}

#[tokio::test]
async fn s1_a_first_open_creates_the_person_and_later_ones_reuse_them() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let delta = viewer(&vitrine, "delta", "flights").await?;
    assert_eq!(delta.element("overview/total", &json!({})).await?.rows(), [json!([48_110])]);
    viewer(&vitrine, "delta", "flights").await?;
    let opened = vitrine.audit().await?;
    let members: std::collections::BTreeSet<_> = opened
        .iter()
        .filter(|event| event.event.event == "code_redeemed")
        .map(|event| event.event.principal.member.clone())
        .collect();
    assert_eq!(members.len(), 1, "one person, reused");
    Ok(())
}

#[tokio::test]
async fn s1_a_person_is_not_created_without_a_known_team() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let contrail = vitrine.contrail();
    for (teams, named) in [(None, "teams"), (Some(json!([])), "teams"), (Some(json!(["Pilots"])), "Pilots")] {
        let mut session = json!({"subject": "new@delta.example", "tenant": "delta"});
        if let Some(teams) = teams {
            session["teams"] = teams;
        }
        let refused = contrail.open(&session).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{session}");
        assert!(refused.detail().contains(named), "{}", refused.detail());
    }
    Ok(())
}

#[tokio::test]
async fn s1_internal_members_open_the_same_embed() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let ana = viewer(&vitrine, "ana", "flights").await?;
    assert_eq!(ana.element("overview/total", &json!({})).await?.rows(), [json!([48_110])]);
    Ok(())
}

#[tokio::test]
async fn s2_with_automatic_creation_off_nobody_is_created_and_claims_are_ignored() -> Outcome {
    let off = creation_off()?;
    let vitrine = Vitrine::of(off.path()).await?;
    let contrail = vitrine.contrail();
    let refused = contrail.open(&person("delta")?).await?;
    assert_eq!((refused.status, refused.code()), (StatusCode::FORBIDDEN, "automatic_creation_off".to_owned()));
    assert_eq!(refused.detail(), CREATION_OFF);
    let claims = json!({
        "subject": "desk@hawaiian.example", "tenant": "hawaiian", "teams": ["Analysts"], "account_type": "Analyze",
        "attributes": {"carrier": "UA"}
    });
    let desk = contrail.viewer(&claims, "flights").await?.never_sees(["United", "\"UA\""]);
    assert_eq!(
        desk.element("overview/total", &json!({})).await?.rows(),
        [json!([342])],
        "made by hand: their own facts"
    );
    assert_eq!(
        desk.export("overview/total", &json!({})).await?.status,
        StatusCode::FORBIDDEN,
        "their own account type"
    );
    Ok(())
}

#[tokio::test]
async fn s3_provisioned_but_never_logged_in_is_refused_until_they_have() -> Outcome {
    let off = creation_off()?;
    let vitrine = Vitrine::of(off.path()).await?;
    let contrail = vitrine.contrail();
    let ivo = json!({"subject": "ivo@contrail.example"});
    let refused = contrail.open(&ivo).await?;
    assert_eq!((refused.status, refused.detail()), (StatusCode::FORBIDDEN, CREATION_OFF.to_owned()));
    contrail.viewer(&person("ana")?, "flights").await?;
    vitrine.store().await?.mark_logged_in("ivo@contrail.example").await?;
    let ivo = contrail.viewer(&ivo, "flights").await?;
    assert_eq!(ivo.element("overview/total", &json!({})).await?.rows(), [json!([58_665])]);
    Ok(())
}

#[tokio::test]
async fn s5_the_account_type_claim_decides_features_and_follows_the_claim() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let mut session = person("delta")?;
    for (account_type, status) in
        [("View", StatusCode::FORBIDDEN), ("Act", StatusCode::OK), ("View", StatusCode::FORBIDDEN)]
    {
        session["account_type"] = json!(account_type);
        let delta = vitrine.contrail().viewer(&session, "flights").await?;
        assert_eq!(delta.export("overview/by-month", &json!({})).await?.status, status, "{account_type}");
    }
    let mut ana = person("ana")?;
    ana["account_type"] = json!("View");
    let ana = vitrine.contrail().viewer(&ana, "flights").await?;
    assert_eq!(
        ana.export("overview/by-month", &json!({})).await?.status,
        StatusCode::OK,
        "ignored for internal members"
    );
    Ok(())
}

#[tokio::test]
async fn s6_the_teams_claim_overwrites_and_is_ignored_for_internal_members() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let mut session = person("tenant-999")?;
    let tenant = vitrine.contrail().viewer(&session, "accounts").await?;
    assert_eq!(accounts(&tenant).await?, [json!(1), json!(2), json!(3)]);
    session["teams"] = json!(["Regional managers"]);
    let moved = vitrine.contrail().viewer(&session, "sales").await?;
    assert_eq!(moved.get("/api/v1/workbooks/accounts").await?.status, StatusCode::NOT_FOUND, "overwritten, not added");
    let mut ana = person("ana")?;
    ana["teams"] = json!(["Tenants"]);
    let ana = vitrine.contrail().viewer(&ana, "flights").await?;
    assert_eq!(ana.open_workbook().await?.status, StatusCode::OK);
    assert_eq!(ana.get("/api/v1/workbooks/accounts").await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test]
async fn s8_internal_members_explore_what_embed_members_view() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let query = json!({"explore": "flights.flights", "fields": ["origin", "flights"]});
    let (ana, delta) = (viewer(&vitrine, "ana", "flights").await?, viewer(&vitrine, "delta", "flights").await?);
    assert_eq!(ana.query(&query).await?.rows(), [json!(["EWR", 4342]), json!(["JFK", 20_701]), json!(["LGA", 23_067])]);
    assert_eq!(delta.query(&query).await?.status, StatusCode::NOT_FOUND);
    assert_eq!(delta.element("overview/by-origin", &json!({})).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn s10_the_same_workbook_shows_everybody_their_rows() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    for (handle, flights) in [("delta", 48_110), ("united", 58_665), ("hawaiian", 342), ("nobody", 0)] {
        let person = viewer(&vitrine, handle, "flights").await?;
        assert_eq!(person.element("overview/total", &json!({})).await?.rows(), [json!([flights])], "{handle}");
    }
    Ok(())
}

#[tokio::test]
async fn m6_tenants_and_customers_see_their_accounts() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    for (handle, own, canaries) in [
        ("tenant-999", json!([1, 2, 3]), vec!["\"777\"", "Premium"]),
        ("tenant-777", json!([4, 5]), vec!["\"999\"", "Basic"]),
        ("customer-1", json!([1]), vec!["\"777\"", "Premium", "Inactive"]),
        ("outsider", json!([]), vec!["\"777\"", "\"999\"", "Premium", "Basic"]),
    ] {
        let person = viewer(&vitrine, handle, "accounts").await?.never_sees(canaries);
        if handle == "outsider" {
            let refused = person.element("overview/accounts", &json!({})).await?;
            assert!(refused.rows().is_empty(), "{}", refused.text());
            continue;
        }
        assert_eq!(json!(accounts(&person).await?), own, "{handle}");
        let total = person.element("overview/total", &json!({})).await?;
        assert_eq!(total.rows(), [json!([own.as_array().map(Vec::len)])], "{handle}");
        person.suggestions("overview/status", "").await?;
    }
    Ok(())
}

/// In both teams: the union. An account is added that is a customer's and a tenant's of the same number.
#[tokio::test]
async fn m6_who_is_in_both_teams_sees_the_union() -> Outcome {
    let copy = copy_of(&world::demo())?;
    let data = copy.path().join("data/accounts_tenants.csv");
    edit(&data, "999,1,Basic,Active", "999,1,Basic,Active\n5,6,Premium,Active")?;
    let vitrine = Vitrine::of(copy.path()).await?;
    let mut session = person("both")?;
    session["attributes"]["primary_id"] = json!("5");
    let both = vitrine.contrail().viewer(&session, "accounts").await?;
    assert_eq!(accounts(&both).await?, [json!(5), json!(6)], "customer 5 and the account of tenant 5");
    for (team, own) in [("Customers", json!([5])), ("Tenants", json!([6]))] {
        session["teams"] = json!([team]);
        let one = vitrine.contrail().viewer(&session, "accounts").await?;
        assert_eq!(json!(accounts(&one).await?), own, "{team}");
    }
    Ok(())
}

/// The attribute must read exactly as the integer it is cast to.
#[tokio::test]
async fn m6_odd_customer_numbers_show_nothing() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let odd = [
        json!(null),
        json!(""),
        json!([]),
        json!(1),
        json!("1 "),
        json!("01"),
        json!("1.0"),
        json!("one"),
        json!("9007199254740993"),
        json!("1 OR 1=1"),
    ];
    for value in odd {
        let mut session = person("customer-1")?;
        session["attributes"]["primary_id"] = value.clone();
        let customer = vitrine.contrail().viewer(&session, "accounts").await?;
        assert_eq!(accounts(&customer).await?, Vec::<Value>::new(), "{value}");
    }
    Ok(())
}

#[tokio::test]
async fn t1_with_capture_off_attribute_claims_are_as_if_absent() -> Outcome {
    let copy = copy_of(&world::demo())?;
    edit(&copy.path().join("vitrine.yaml"), "capture_attributes: true", "capture_attributes: false")?;
    let vitrine = Vitrine::of(copy.path()).await?;
    let delta = viewer(&vitrine, "delta", "flights").await?;
    assert_eq!(delta.element("overview/total", &json!({})).await?.rows(), [json!([0])]);
    let ana = viewer(&vitrine, "ana", "flights").await?;
    assert_eq!(ana.element("overview/total", &json!({})).await?.rows(), [json!([48_110])], "set by an administrator");
    Ok(())
}

#[tokio::test]
async fn t4_each_manager_sees_their_region_and_one_without_sees_a_blank_view() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    for (handle, rows, canaries) in [
        ("fred", json!([["South", "Fred Suzuki", 82_985]]), vec!["Sawdie", "West"]),
        ("sawdie", json!([["West", "Sawdie Pawthorne", 145_395]]), vec!["Fred", "South"]),
        ("north", json!([]), vec!["Sawdie", "Fred", "West", "South"]),
    ] {
        let person = viewer(&vitrine, handle, "sales").await?.never_sees(canaries);
        let table = person.element("overview/by-manager", &json!({})).await?;
        assert_eq!(table.status, StatusCode::OK, "a blank view, not an error");
        assert_eq!(json!(table.rows()), rows, "{handle}");
        person.suggestions("overview/category", "").await?;
    }
    Ok(())
}
