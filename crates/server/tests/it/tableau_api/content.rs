//! Workbooks, views and projects: what the caller sees, under the names that Tableau had for it.

use super::{World, code, refusal, said};
use crate::support::Outcome;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn whoever_a_host_signs_in_sees_what_is_theirs_and_nothing_else() -> Outcome {
    let world = World::new().await?;
    let program = world.host(&said("1")).await?;
    let workbooks = program.get("/workbooks").await?.json();
    let workbook = &workbooks["workbooks"]["workbook"];
    assert_eq!(workbook.as_array().map(Vec::len), Some(1), "{workbooks}");
    assert_eq!(
        (&workbook[0]["name"], &workbook[0]["contentUrl"], &workbook[0]["project"]["name"]),
        (&json!("Orders"), &json!("Orders"), &json!("Daily"))
    );
    let mut projects = program.names("projects", "name").await?;
    projects.sort();
    assert_eq!(projects, ["Daily", "Shop"], "and not the vault, in which they see nothing");
    let views = program.get("/views?sort=contentUrl:asc").await?.json();
    let told = |member: &str| -> Vec<Value> {
        let views = views["views"]["view"].as_array().cloned().unwrap_or_default();
        views.into_iter().map(|view| view[member].clone()).collect()
    };
    assert_eq!(told("contentUrl"), ["Orders/sheets/Overview", "Orders/sheets/second", "Orders/sheets/Total"]);
    assert_eq!(told("viewUrlName"), ["Overview", "second", "Total"]);
    assert_eq!(told("sheetType"), ["dashboard", "dashboard", "view"]);
    for view in told("id") {
        let one = program.get(&format!("/views/{}", view.as_str().unwrap_or_default())).await?;
        assert_eq!((one.status, &one.json()["view"]["workbook"]["id"]), (StatusCode::OK, &workbook[0]["id"]));
    }
    let one = format!("/workbooks/{}", workbook[0]["id"].as_str().unwrap_or_default());
    let shown = program.get(&one).await?.json();
    assert_eq!(shown["workbook"]["views"]["view"].as_array().map(Vec::len), Some(3));
    assert_eq!(shown["workbook"]["defaultViewId"], told("id")[0]);
    let inside = program.get(&format!("{one}/views")).await?.json();
    assert_eq!(inside["views"], shown["workbook"]["views"]);
    assert_eq!(program.names("views?filter=viewUrlName:eq:Total", "name").await?, ["Orders"]);
    Ok(())
}

#[tokio::test]
async fn what_is_hidden_reads_like_what_is_absent() -> Outcome {
    let world = World::new().await?;
    let program = world.host(&said("1")).await?;
    let hidden = world.root.id("/api/v1/workbook-definitions?name=hidden").await?;
    for (path, method) in [
        ("/workbooks/{}", Method::GET),
        ("/workbooks/{}/views", Method::GET),
        ("/workbooks/{}/permissions", Method::GET),
        ("/workbooks/{}/permissions", Method::PUT),
        ("/views/{}~main", Method::GET),
        ("/views/{}~main/permissions", Method::GET),
    ] {
        let body = (method == Method::PUT).then(|| {
            let capability = json!({"name": "Read", "mode": "Allow"});
            json!({"permissions": {"granteeCapabilities": [{"group": {"id": "x"}, "capabilities": {"capability": [capability]}}]}})
        });
        let there = program.ask(method.clone(), &path.replace("{}", &hidden), body.clone()).await?;
        let absent = program.ask(method.clone(), &path.replace("{}", "none"), body).await?;
        assert_eq!(refusal(&there), refusal(&absent), "{method} {path}");
        assert_eq!(there.status, StatusCode::NOT_FOUND, "{method} {path}");
    }
    let orders = program.id("workbooks", "Orders").await?;
    assert_eq!(code(&program.get(&format!("/views/{orders}~none")).await?), (404, "404011".into()));
    assert_eq!(code(&program.get(&format!("/workbooks/{orders}/permissions")).await?), (403, "403004".into()));
    let vault = world.root.id("/api/v1/workspaces?name=vault").await?;
    for id in [vault.as_str(), "none"] {
        assert_eq!(code(&program.get(&format!("/projects/{id}/permissions")).await?), (404, "404005".into()), "{id}");
    }
    Ok(())
}

#[tokio::test]
async fn an_administrator_makes_renames_and_deletes_projects() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let mut names = program.names("projects", "name").await?;
    names.sort();
    assert_eq!(names, ["Daily", "Shop", "Vault"]);
    let new = |name: &str| json!({"project": {"name": name, "contentPermissions": "ManagedByOwner"}});
    let made = program.post("/projects", new("Regional Sales")).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let top = made.json()["project"].clone();
    assert_eq!((&top["topLevelProject"], &top["owner"]["id"]), (&json!("true"), &json!(program.user)));
    let id = top["id"].as_str().unwrap_or_default();
    let inside = program.post("/projects", json!({"project": {"name": "South", "parentProjectId": id}})).await?.json();
    assert_eq!(
        (&inside["project"]["parentProjectId"], &inside["project"]["topLevelProject"]),
        (&json!(id), &json!("false"))
    );
    let below = inside["project"]["id"].as_str().unwrap_or_default();
    assert_eq!(code(&program.post("/projects", new("Regional Sales")).await?), (409, "409006".into()));
    assert_eq!(
        code(&program.post("/projects", json!({"project": {"name": "x", "parentProjectId": "none"}})).await?),
        (404, "404005".into())
    );
    for (one, name) in [(id, "Sales"), (below, "The South")] {
        let renamed = program.put(&format!("/projects/{one}"), json!({"project": {"name": name}})).await?;
        assert_eq!(
            (renamed.status, &renamed.json()["project"]["name"]),
            (StatusCode::OK, &json!(name)),
            "{}",
            renamed.text()
        );
    }
    for (body, expected) in [
        (
            json!({"project": {"name": "x", "contentPermissions": "LockedToProject"}}),
            "`contentPermissions`: expected `ManagedByOwner`",
        ),
        (json!({"project": {"name": "x", "description": "y"}}), "`description`: expected none"),
        (
            json!({"project": {"name": "x", "parentProjectId": below}}),
            "`parentProjectId`: expected the one that it has",
        ),
    ] {
        let refused = refusal(&program.put(&format!("/projects/{id}"), body.clone()).await?);
        assert!(refused.2.starts_with(expected), "{body}: {refused:?}");
    }
    for one in [below, id] {
        assert_eq!(program.delete(&format!("/projects/{one}")).await?.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(program.names("projects", "name").await?.len(), 3);
    Ok(())
}
