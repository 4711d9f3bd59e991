//! Permissions of workbooks, projects and views: grants, in Tableau's words.

use super::{Program, World, code, refusal};
use crate::support::Outcome;
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError};

/// A request to say something of capabilities of a group or a user.
fn said(kind: &str, id: &str, capabilities: &[(&str, &str)]) -> Value {
    let capability: Vec<Value> = capabilities.iter().map(|(name, mode)| json!({"name": name, "mode": mode})).collect();
    json!({"permissions": {"granteeCapabilities": [{kind: {"id": id}, "capabilities": {"capability": capability}}]}})
}

/// What is told of a group or a user, in words.
fn told(answer: &Answer, kind: &str, id: &str) -> String {
    let all = answer.json()["permissions"]["granteeCapabilities"].as_array().cloned().unwrap_or_default();
    let own = all.iter().find(|one| one[kind]["id"] == id);
    let capabilities = own.and_then(|one| one["capabilities"]["capability"].as_array().cloned()).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let words = capabilities.iter().map(|one| format!("{} {}", text(&one["name"]), text(&one["mode"])));
    words.collect::<Vec<_>>().join(", ")
}

async fn names(program: &Program) -> Result<(String, String, String), CallError> {
    let workbook = format!("/workbooks/{}/permissions", program.id("workbooks", "Orders").await?);
    Ok((workbook, program.id("groups", "Nobodies").await?, program.id("users", "ivan@portal.example").await?))
}

#[tokio::test]
async fn capabilities_are_allowed_denied_and_taken_back() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (path, group, user) = names(&program).await?;
    assert_eq!(told(&program.get(&path).await?, "group", &group), "");
    let pairs = [("Read", "Allow"), ("Filter", "Allow"), ("ExportData", "Deny")];
    let set = program.put(&path, said("group", &group, &pairs)).await?;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text());
    assert_eq!(told(&set, "group", &group), "ExportData Deny, Filter Allow, Read Allow");
    assert_eq!(told(&program.get(&path).await?, "group", &group), "ExportData Deny, Filter Allow, Read Allow");
    let set = program.put(&path, said("user", &user, &[("Read", "Deny")])).await?;
    assert_eq!(told(&set, "user", &user), "Filter Deny, Read Deny");
    let turned = program.put(&path, said("group", &group, &[("ExportData", "Allow")])).await?;
    assert_eq!(told(&turned, "group", &group), "ExportData Allow, Filter Allow, Read Allow");

    let access = world.root.get("/api/v1/access?resource=workbook/orders").await?.json();
    let ways = access["ways"].as_array().cloned().unwrap_or_default();
    let denied = ways.iter().find(|way| way["to"] == json!({"member": "ivan@portal.example"})).ok_or("no way")?;
    assert_eq!((&denied["deny"], &denied["on"]), (&json!(["view"]), &json!({"workbook": "orders"})), "the why of it");

    let one = format!("{path}/groups/{group}");
    assert_eq!(code(&program.delete(&format!("{one}/Read/Deny")).await?), (404, "404012".into()), "it is allowed");
    for capability in ["ExportData", "Read"] {
        let gone = program.delete(&format!("{one}/{capability}/Allow")).await?;
        assert_eq!(gone.status, StatusCode::NO_CONTENT, "{capability}: {}", gone.text());
    }
    assert_eq!(program.delete(&format!("{path}/users/{user}/Read/Deny")).await?.status, StatusCode::NO_CONTENT);
    let left = program.get(&path).await?;
    assert_eq!((told(&left, "group", &group), told(&left, "user", &user)), (String::new(), String::new()));
    let grants = world.root.get("/api/v1/grants?limit=200").await?.text();
    assert!(!grants.contains("ivan@"), "a grant that says nothing is gone: {grants}");
    Ok(())
}

#[tokio::test]
async fn several_grantees_are_one_change_or_none() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (path, group, user) = names(&program).await?;
    let both = |first: Value, second: Value| {
        let one = |sent: &Value| sent["permissions"]["granteeCapabilities"][0].clone();
        json!({"permissions": {"granteeCapabilities": [one(&first), one(&second)]}})
    };
    let (of_group, of_user) = (said("group", &group, &[("Read", "Allow")]), said("user", &user, &[("Read", "Deny")]));
    let revisions = async || world.vitrine.sql_texts("SELECT CAST(max(revision) AS TEXT) FROM revisions").await;
    let before: i64 = revisions().await?.concat().parse()?;

    for (second, why) in [(said("user", "none", &[("Read", "Deny")]), "`id`"), (of_group.clone(), "each grantee once")]
    {
        let refused = program.put(&path, both(of_group.clone(), second)).await?;
        assert!(refused.status == StatusCode::BAD_REQUEST && refused.text().contains(why), "{}", refused.text());
        assert_eq!(revisions().await?.concat().parse::<i64>()?, before, "{why}");
    }
    let set = program.put(&path, both(of_group.clone(), of_user.clone())).await?;
    assert_eq!(
        (told(&set, "group", &group), told(&set, "user", &user)),
        ("Filter Allow, Read Allow".into(), "Filter Deny, Read Deny".into())
    );
    assert_eq!(revisions().await?.concat().parse::<i64>()?, before + 1);
    let again = program.put(&path, both(of_group, of_user)).await?;
    assert_eq!((again.status, again.text()), (set.status, set.text()));
    assert_eq!(revisions().await?.concat().parse::<i64>()?, before + 1, "nothing has changed");
    Ok(())
}

#[tokio::test]
async fn what_is_allowed_opens_and_what_is_denied_closes() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (path, ..) = names(&program).await?;
    let hand = world.host(&super::said("1")).await?;
    assert_eq!(hand.names("workbooks", "name").await?, ["Orders"]);
    program.put(&path, said("user", &hand.user, &[("Read", "Deny")])).await?;
    assert!(hand.names("workbooks", "name").await?.is_empty(), "a rule about the user beats that of a group");
    program.put(&path, said("user", &hand.user, &[("Read", "Allow")])).await?;
    assert_eq!(hand.names("workbooks", "name").await?, ["Orders"]);
    program.delete(&format!("{path}/users/{}/Read/Allow", hand.user)).await?;
    let group = program.id("groups", "Onlookers").await?;
    let buyers = program.id("groups", "Buyers").await?;
    program.put(&path, said("group", &buyers, &[("Read", "Deny")])).await?;
    assert!(hand.names("workbooks", "name").await?.is_empty(), "a deny beats an allow of what it is in");
    program.put(&path, said("group", &group, &[("Read", "Allow")])).await?;
    assert!(hand.names("workbooks", "name").await?.is_empty(), "and what others are allowed is not theirs");
    Ok(())
}

#[tokio::test]
async fn a_projects_permissions_are_its_own_and_the_default_ones_of_workbooks() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (project, group) = (program.id("projects", "Daily").await?, program.id("groups", "Nobodies").await?);
    let (own, defaults) =
        (format!("/projects/{project}/permissions"), format!("/projects/{project}/default-permissions/workbooks"));
    assert_eq!(told(&program.get(&own).await?, "group", &group), "Read Allow");
    let first = told(&program.get(&defaults).await?, "group", &group);
    assert!(
        first.contains("Read Allow") && first.contains("ExportData Allow") && !first.contains("WebAuthoring"),
        "{first}"
    );
    let set = program.put(&defaults, said("group", &group, &[("ExportData", "Deny")])).await?;
    assert!(told(&set, "group", &group).contains("ExportData Deny"), "{}", set.text());
    assert_eq!(
        program.delete(&format!("{defaults}/groups/{group}/ExportData/Deny")).await?.status,
        StatusCode::NO_CONTENT
    );
    let leads = program.put(&own, said("group", &group, &[("ProjectLeader", "Allow")])).await?;
    assert_eq!(told(&leads, "group", &group), "ProjectLeader Allow, Read Allow, Write Allow", "{}", leads.text());
    assert_eq!(
        program.delete(&format!("{own}/groups/{group}/ProjectLeader/Allow")).await?.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(told(&program.get(&own).await?, "group", &group), "");
    let other = program.get(&format!("/projects/{project}/default-permissions/datasources")).await?;
    assert!(refusal(&other).2.starts_with("`datasources`: expected `workbooks`"), "{}", other.text());
    Ok(())
}

#[tokio::test]
async fn a_views_permissions_are_those_of_its_workbook() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (path, group, _) = names(&program).await?;
    program.put(&path, said("group", &group, &[("Read", "Allow")])).await?;
    let view = program.names("views?filter=viewUrlName:eq:Total", "id").await?.remove(0);
    let of_view = format!("/views/{view}/permissions");
    assert_eq!(program.get(&of_view).await?.json(), program.get(&path).await?.json());
    let refused = refusal(&program.put(&of_view, said("group", &group, &[("Read", "Deny")])).await?);
    assert!(refused.2.starts_with("`permissions`: expected those of the workbook"), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_nothing_is_written() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (path, group, user) = names(&program).await?;
    let before = program.get(&path).await?.json();
    for (body, expected) in [
        (said("group", "none", &[("Read", "Allow")]), "`id`: expected that of a group, or of a user"),
        (said("user", "none", &[("Read", "Allow")]), "`id`: expected that of a group, or of a user"),
        (said("groupSet", &group, &[("Read", "Allow")]), "`groupSet`: expected one of"),
        (said("group", &group, &[("AddComment", "Allow")]), "`AddComment`: expected none: there are no comments"),
        (said("group", &group, &[]), "`granteeCapabilities`: expected at least one"),
        (json!({"permissions": {}}), "`granteeCapabilities`: expected at least one"),
    ] {
        let refused = refusal(&program.put(&path, body.clone()).await?);
        assert!(refused.2.starts_with(expected), "{body}: {refused:?}");
    }
    let mut both = said("group", &group, &[("Read", "Allow")]);
    let second = said("user", &user, &[("Fly", "Allow")])["permissions"]["granteeCapabilities"][0].clone();
    both["permissions"]["granteeCapabilities"].as_array_mut().ok_or("no list")?.push(second);
    assert_eq!(program.put(&path, both).await?.status, StatusCode::BAD_REQUEST);
    assert_eq!(program.get(&path).await?.json(), before);
    Ok(())
}
