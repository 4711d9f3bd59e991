//! The activity as a model and a workbook that every organization has: whoever may see the activity asks it like anything else.

use crate::administration::Caller;
use crate::guests::published;
use crate::support::{Outcome, Vitrine, edit};
use model::enforcement::{Point, switch_off};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError};

const TINA: &str = "tina@acme.example";
const WORKBOOK: &str = "/api/v1/workbooks/vitrine_activity";

/// Published to guests and to people on demand; the administrator of acme may see its activity. With its folder, where the data is.
async fn vitrine() -> Result<(TempDir, Vitrine), CallError> {
    let folder = published()?;
    let types = folder.path().join("account_types.yaml");
    let desk = "view, export_csv, administer, manage_members, manage_teams, manage_sessions]";
    edit(&types, desk, &format!("explore, {}, see_activity]", desk.trim_end_matches(']')))?;
    let vitrine = Vitrine::of(folder.path()).await?;
    Ok((folder, vitrine))
}

/// A buyer of each company, a guest of each and somebody on demand ask for a list.
async fn busy(vitrine: &Vitrine) -> Result<Vec<String>, CallError> {
    let portal = vitrine.host("portal");
    for company in ["acme", "globex"] {
        vitrine.buyer(company).await?.element("main/list", &json!({})).await?;
        let guest =
            json!({"guest": true, "content": {"workbook": "orders"}, "locked_parameters": {"company": company}});
        portal.viewer(&guest, "orders").await?.element("main/list", &json!({})).await?;
    }
    let mut sessions = Vec::new();
    for _ in 0..2 {
        let visitor = json!({"subject": "vera", "tenant": "acme", "on_demand": true, "teams": ["Support"]});
        let vera = portal.viewer(&visitor, "orders").await?;
        vera.element("main/list", &json!({})).await?;
        sessions.push(vera.session.clone());
    }
    Ok(sessions)
}

async fn asked(caller: &Caller, fields: Value) -> Result<Answer, CallError> {
    let (explore, filters) = ("vitrine_activity.events", json!([{"field": "event", "values": ["run_query"]}]));
    let others = json!({"field": "explore", "operator": "is_null"});
    let filters = [filters[0].clone(), others];
    caller.post("/api/v1/query", json!({"explore": explore, "fields": fields, "filters": filters})).await
}

fn first_cells(answer: &Answer) -> Vec<String> {
    answer.rows().iter().map(|row| row[0].as_str().unwrap_or("-").to_owned()).collect()
}

#[tokio::test]
async fn whoever_may_see_the_activity_asks_it_and_people_without_a_name_have_none() -> Outcome {
    let (_folder, vitrine) = vitrine().await?;
    let sessions = busy(&vitrine).await?;
    let root = vitrine.root().await?;
    let people = asked(&root, json!(["person", "tenant", "workbook", "element", "events"])).await?;
    assert_eq!(people.status, StatusCode::OK, "{}", people.text());
    let mut expected: Vec<String> = sessions.iter().map(|session| format!("On-demand viewer {session}")).collect();
    expected.extend(["External user", "bea@acme.example", "bea@globex.example"].map(str::to_owned));
    expected.sort();
    let mut found = first_cells(&people);
    found.sort();
    assert_eq!(found, expected);
    assert!(!people.text().contains("vera"), "nothing is kept of whoever comes on demand");
    let bea = people.rows().into_iter().find(|row| row[0] == "bea@acme.example").ok_or("no bea")?;
    assert_eq!(bea, json!(["bea@acme.example", "acme", "orders", "list", 1]));

    let shelf = root.get("/api/v1/workbooks").await?;
    assert!(shelf.text().contains("vitrine_activity"), "{}", shelf.text());
    let workbook = root.get(WORKBOOK).await?;
    assert_eq!(workbook.status, StatusCode::OK, "{}", workbook.text());
    let pages = workbook.json()["pages"].as_array().cloned().unwrap_or_default();
    for page in &pages {
        for element in page["elements"].as_array().into_iter().flatten() {
            let (page, name) =
                (page["name"].as_str().unwrap_or_default(), element["name"].as_str().unwrap_or_default());
            let path = format!("{WORKBOOK}/pages/{page}/elements/{name}/query");
            let answer = root.post(&path, json!({"controls": {"period": []}})).await?;
            assert_eq!(answer.status, StatusCode::OK, "{page}/{name}: {}", answer.text());
        }
        for control in ["tenant"] {
            let path =
                format!("{WORKBOOK}/pages/{}/controls/{control}/values", page["name"].as_str().unwrap_or_default());
            let values = root.post(&path, json!({})).await?;
            assert!(values.text().contains("globex"), "{}", values.text());
        }
    }
    assert_eq!(pages.len(), 2);
    Ok(())
}

/// What the clock says is the end of a range, and a range that ends before has nothing.
#[tokio::test]
async fn a_period_is_asked_for() -> Outcome {
    let (_folder, vitrine) = vitrine().await?;
    busy(&vitrine).await?;
    vitrine.clock.advance_seconds(3 * 86_400);
    vitrine.buyer("acme").await?.element("main/list", &json!({})).await?;
    let root = vitrine.root().await?;
    let path = format!("{WORKBOOK}/pages/usage/elements/questions/query");
    for (period, expected) in [("2026-01-01~2026-01-01", 6), ("2026-01-04~", 1), ("2025-12-01~2025-12-31", 0)] {
        let answer = root.post(&path, json!({"controls": {"period": [period], "workbook": ["orders"]}})).await?;
        assert_eq!(answer.rows(), [json!([expected])], "{period}: {}", answer.text());
    }
    Ok(())
}

async fn seen_by_tina(vitrine: &Vitrine) -> Result<Answer, CallError> {
    busy(vitrine).await?;
    let tina = vitrine.logged_in(TINA).await?;
    let answer = asked(&tina, json!(["person", "tenant", "resource", "events"])).await?;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    Ok(answer)
}

#[tokio::test]
async fn a_tenants_administrators_see_their_tenants_activity_only() -> Outcome {
    let (_folder, vitrine) = vitrine().await?;
    let seen = seen_by_tina(&vitrine).await?;
    assert!(seen.text().contains("bea@acme.example") && seen.text().contains("On-demand viewer"), "{}", seen.text());
    assert!(!seen.text().contains("globex") && !seen.text().contains("External"), "{}", seen.text());
    let tina = vitrine.logged_in(TINA).await?;
    let tenants = tina.post(&format!("{WORKBOOK}/pages/usage/controls/tenant/values"), json!({})).await?;
    assert!(tenants.text().contains("acme") && !tenants.text().contains("globex"), "{}", tenants.text());
    let all = tina.post(&format!("{WORKBOOK}/pages/security/elements/all/query"), json!({})).await?;
    assert!(all.text().contains("bea@acme") && !all.text().contains("globex") && !all.text().contains("root@"));
    Ok(())
}

#[tokio::test]
async fn the_tenancy_of_activity_switched_off() -> Outcome {
    let (_folder, vitrine) = vitrine().await?;
    let _off = switch_off(Point::ActivityTenancy);
    assert!(seen_by_tina(&vitrine).await?.text().contains("bea@globex.example"), "then another tenant's is seen");
    Ok(())
}

#[tokio::test]
async fn to_everybody_else_there_is_no_activity() -> Outcome {
    let (_folder, vitrine) = vitrine().await?;
    busy(&vitrine).await?;
    let ines = vitrine.logged_in("ines@portal.example").await?;
    let bea = vitrine.buyer("acme").await?;
    assert!(!ines.get("/api/v1/workbooks").await?.text().contains("vitrine_activity"));
    assert!(!ines.get("/api/v1/explores").await?.text().contains("vitrine_activity"));
    for (method, path, body) in [
        (Method::GET, WORKBOOK.to_owned(), None),
        (Method::POST, format!("{WORKBOOK}/pages/usage/elements/people/query"), Some(json!({}))),
        (Method::POST, format!("{WORKBOOK}/pages/usage/elements/people/export"), Some(json!({"format": "csv"}))),
        (Method::POST, format!("{WORKBOOK}/pages/usage/controls/tenant/values"), Some(json!({}))),
        (Method::PUT, format!("{WORKBOOK}/favourite"), None),
    ] {
        let hidden = ines.ask(method.clone(), &path, body.clone()).await?;
        let absent = ines.ask(method, &path.replace("vitrine_activity", "nothing"), body).await?;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{path}: {}", hidden.text());
        assert_eq!(hidden.comparable(), absent.comparable(), "{path}");
    }
    let question = |explore: &str| json!({"explore": explore, "fields": ["events"]});
    let hidden = ines.post("/api/v1/query", question("vitrine_activity.events")).await?;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{}", hidden.text());
    assert_eq!(hidden.comparable(), ines.post("/api/v1/query", question("nothing.events")).await?.comparable());
    assert_eq!(bea.query(&question("vitrine_activity.events")).await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

/// Like content of anybody's, it is kept as a favourite and copied; unlike it, nobody changes, shares or replaces it.
#[tokio::test]
async fn nobody_changes_what_is_built_in() -> Outcome {
    let (_folder, vitrine) = vitrine().await?;
    let root = vitrine.root().await?;
    assert_eq!(root.ask(Method::PUT, &format!("{WORKBOOK}/favourite"), None).await?.status, StatusCode::NO_CONTENT);
    let model =
        |name: &str, connection: &str| json!({"name": name, "definition": {"connection": connection, "tables": {}}});
    for (path, body) in [
        ("/api/v1/models", model("vitrine_activity", "files")),
        ("/api/v1/connections", json!({"name": "vitrine_activity", "folder": "data"})),
        ("/api/v1/workspaces", json!({"name": "vitrine_activity", "title": "Mine"})),
    ] {
        let refused = root.post(path, body).await?;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (StatusCode::CONFLICT, "name_taken"),
            "{}",
            refused.text()
        );
    }
    let over = root.post("/api/v1/models", model("mine", "vitrine_activity")).await?;
    assert_eq!(over.status, StatusCode::BAD_REQUEST, "{}", over.text());
    assert!(over.detail().contains("`vitrine_activity` is built in: expected another name"), "{}", over.text());
    let grant = json!({"to": {"team": "Buyers"}, "on": {"workbook": "vitrine_activity"}, "level": "view"});
    let refused = root.post("/api/v1/grants", grant).await?;
    assert!(refused.status.is_client_error(), "{}", refused.text());
    assert_eq!(root.delete("/api/v1/models/built_in").await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

/// What the program says of files that have a thing of that name.
#[tokio::test]
async fn files_with_its_name_are_refused() -> Outcome {
    let folder = published()?;
    let refused = |folder: &Path| -> Result<String, CallError> {
        let (output, _, told) = crate::program::run(&["check", &crate::program::text(folder)])?;
        assert!(!output.status.success());
        Ok(told)
    };
    edit(&folder.path().join("workspaces.yaml"), "- name: shop\n", "- name: vitrine_activity\n")?;
    let told = refused(folder.path())?;
    assert!(told.contains("`vitrine_activity` is built in: expected another name"), "{told}");
    Ok(())
}
