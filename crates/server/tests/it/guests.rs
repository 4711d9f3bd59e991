//! Guests and people on demand, through Vitrine's own dialect.

use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;
use testkit::callers::Viewer;
use testkit::world::{self, ACME, GLOBEX, NOBODY};

/// The small world, whose orders are published to the guests of `portal`, each of one company.
pub(crate) fn published() -> Result<TempDir, testkit::callers::CallError> {
    let copy = copy_of(&world::folder())?;
    let file = |name: &str| copy.path().join(name);
    let organization = fs::read_to_string(file("vitrine.yaml"))?;
    fs::write(file("vitrine.yaml"), organization + "guest_embeds: true\non_demand_access: true\n")?;
    edit(
        &file("workbooks/orders.yaml"),
        "pages:\n",
        "publications:\n  - to: {guests_of: portal}\n    parameters: {company: locked, status: enabled}\n    \
         data: [shop.orders, shop.customers, shop.secrets]\npages:\n",
    )?;
    let policy = "    row_policies:\n      - name: guests_see_their_company\n        permit: {guests_of: [portal]}\n        \
                  rule: tenant = user_attribute('company')\n";
    for _ in 0..2 {
        edit(
            &file("models/shop.yaml"),
            "    row_policies:\n      - name: buyers",
            &format!("{policy}      - name: buyers"),
        )?;
    }
    edit(&file("embed_keys.yaml"), "    bind_internal", "    guest_attributes: {company: company}\n    bind_internal")?;
    edit(&file("teams.yaml"), "{name: Support}", "{name: Support, on_demand: true}")?;
    Ok(copy)
}

fn guest(company: &Value) -> Value {
    json!({"guest": true, "content": {"workbook": "orders"}, "locked_parameters": {"company": company}})
}

async fn enter(vitrine: &Vitrine, company: &str) -> Result<Viewer, testkit::callers::CallError> {
    let viewer = vitrine.host("portal").viewer(&guest(&json!(company)), "orders").await?;
    let other = if company == "acme" { GLOBEX } else { ACME };
    Ok(viewer.never_sees([other, NOBODY, "CNRY_draft"]))
}

#[tokio::test]
async fn m4_each_guest_sees_the_rows_of_what_was_signed_for_them() -> Outcome {
    let folder = published()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    for (company, canary) in [("acme", ACME), ("globex", GLOBEX)] {
        let viewer = enter(&vitrine, company).await?;
        let list = viewer.element("main/list", &json!({})).await?;
        assert!(list.text().contains(canary) && !list.rows().is_empty(), "{}", list.text());
        assert_eq!(viewer.element("main/total", &json!({"status": ["paid"]})).await?.status, StatusCode::OK);
        viewer.suggestions("main/status", "").await?;
        assert_eq!(viewer.suggestions("main/customer", "").await?.status, StatusCode::NOT_FOUND, "not enabled");
        let workbook = viewer.open_workbook().await?;
        assert_eq!(workbook.json()["pages"][0]["controls"].as_array().map(Vec::len), Some(1), "{}", workbook.text());
    }
    Ok(())
}

#[tokio::test]
async fn m2_guests_have_no_name_and_leave_no_person() -> Outcome {
    let folder = published()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let opened = vitrine.host("portal").open(&guest(&json!("acme"))).await?;
    assert_eq!(opened.json()["subject"], json!(null));
    enter(&vitrine, "acme").await?.element("main/total", &json!({})).await?;
    let events = vitrine.audit().await?;
    let asked = events.iter().find(|event| event.event.action.as_deref() == Some("run_query")).ok_or("no event")?;
    assert_eq!(asked.event.principal.subject.as_deref(), Some("External user"));
    assert_eq!(asked.event.principal.member, None);
    Ok(())
}

#[tokio::test]
async fn guests_ask_for_nothing_else() -> Outcome {
    let folder = published()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let viewer = enter(&vitrine, "acme").await?;
    let query = json!({"explore": "shop.orders", "fields": ["orders"]});
    assert_eq!(viewer.query(&query).await?.status, StatusCode::NOT_FOUND);
    assert_eq!(viewer.export("main/list", &json!({})).await?.status, StatusCode::FORBIDDEN, "not listed");
    assert_eq!(viewer.get("/api/v1/workbooks/hidden").await?.status, StatusCode::NOT_FOUND);
    for set in [json!({"customer": ["x"]}), json!({"company": ["globex"]})] {
        let refused = viewer.element("main/total", &set).await?;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "unknown_control"), "{set}");
    }
    Ok(())
}

#[tokio::test]
async fn a_guest_without_the_locked_value_gets_no_session_and_an_unreadable_one_no_row() -> Outcome {
    let folder = published()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let portal = vitrine.host("portal");
    for odd in [json!(null), json!(""), json!([]), json!([""])] {
        let refused = portal.open(&guest(&odd)).await?;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "parameter_refused"), "{odd}");
        assert!(refused.detail().contains("`company`"), "{}", refused.detail());
    }
    for odd in [json!(7), json!(["acme"]), json!("acme ")] {
        let viewer = portal.viewer(&guest(&odd), "orders").await?;
        let viewer = viewer.never_sees([ACME, GLOBEX, NOBODY]);
        assert_eq!(viewer.element("main/list", &json!({})).await?.rows(), Vec::<Value>::new(), "{odd}");
    }
    let absent = json!({"guest": true, "content": {"workbook": "hidden"}});
    let unpublished = portal.open(&absent).await?;
    assert_eq!((unpublished.status, unpublished.code().as_str()), (StatusCode::BAD_REQUEST, "not_published"));
    Ok(())
}

#[tokio::test]
async fn what_is_unpublished_is_gone_at_the_next_request() -> Outcome {
    let folder = published()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let viewer = enter(&vitrine, "acme").await?;
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::OK);
    let file = folder.path().join("workbooks/orders.yaml");
    edit(&file, "guests_of: portal", "guests_of: rival")?;
    edit(&file, "{company: locked, status: enabled}", "{status: enabled}")?;
    vitrine.apply(folder.path()).await?;
    assert_eq!(viewer.open_workbook().await?.status, StatusCode::NOT_FOUND);
    assert_eq!(viewer.element("main/total", &json!({})).await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test]
async fn t6_people_on_demand_look_through_a_team_that_admits_them() -> Outcome {
    let folder = published()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let portal = vitrine.host("portal");
    let visitor = |teams: Value| json!({"subject": "vera", "tenant": "acme", "on_demand": true, "teams": teams});
    let viewer = portal.viewer(&visitor(json!(["Support", "Buyers"])), "orders").await?.never_sees([GLOBEX]);
    let list = viewer.element("main/list", &json!({})).await?;
    assert!(list.text().contains(ACME), "{}", list.text());
    assert_eq!(viewer.export("main/list", &json!({})).await?.status, StatusCode::FORBIDDEN);
    let query = json!({"explore": "shop.orders", "fields": ["orders"]});
    assert_eq!(viewer.query(&query).await?.status, StatusCode::NOT_FOUND);
    let refused = portal.open(&visitor(json!(["Buyers"]))).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "on_demand_teams_required"));
    Ok(())
}
