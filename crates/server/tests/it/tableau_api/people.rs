//! Users and groups, as whoever administers them and as everybody else.

use super::{World, code, of, refusal, said};
use crate::support::Outcome;
use reqwest::StatusCode;
use serde_json::json;
use testkit::callers::Answer;

#[tokio::test]
async fn an_administrator_makes_changes_and_deletes_users() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let made = program.post("/users", json!({"user": {"name": "fred", "siteRole": "Explorer"}})).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let user = made.json()["user"].clone();
    assert_eq!(
        (&user["name"], &user["siteRole"], &user["authSetting"]),
        (&json!("fred"), &json!("Explorer"), &json!("ServerDefault"))
    );
    let id = user["id"].as_str().unwrap_or_default();
    let member = world.root.get(&format!("/api/v1/members/{id}")).await?.json();
    assert_eq!(
        (&member["kind"], &member["issuer"], &member["tenant"]),
        (&json!("embed"), &json!("portal"), &json!("acme"))
    );
    assert_eq!(
        code(&program.post("/users", json!({"user": {"name": "fred", "siteRole": "Viewer"}})).await?),
        (409, "409017".into())
    );

    let one = format!("/users/{id}");
    let change = json!({"user": {"fullName": "Fred Suzuki", "email": "fred@acme.example", "siteRole": "Viewer"}});
    let changed = program.put(&one, change).await?.json();
    assert_eq!((&changed["user"]["fullName"], &changed["user"]["siteRole"]), (&json!("Fred Suzuki"), &json!("Viewer")));
    let back = program.put(&one, changed.clone()).await?;
    assert_eq!((back.status, back.json()), (StatusCode::OK, changed), "what was read can be sent back");
    let out = program.put(&one, json!({"user": {"siteRole": "Unlicensed"}})).await?.json();
    assert_eq!(out["user"]["siteRole"], "Unlicensed");
    assert_eq!(world.sign_in(&json!({"jwt": world.signed(&of("fred", "1"))})).await?.status, StatusCode::UNAUTHORIZED);
    program.put(&one, json!({"user": {"siteRole": "Viewer"}})).await?;
    assert_eq!(world.sign_in(&json!({"jwt": world.signed(&of("fred", "2"))})).await?.status, StatusCode::OK);

    for (body, expected) in [
        (json!({"user": {"siteRole": "Creator"}}), "`siteRole`: it comes to the account type `Build`"),
        (json!({"user": {"siteRole": "Guest"}}), "`siteRole`: expected `SiteAdministratorCreator`"),
        (json!({"user": {"authSetting": "SAML"}}), "`authSetting`: expected `ServerDefault`"),
        (json!({"user": {"password": "x"}}), "`password`: expected one of"),
        (json!({"users": {}}), "`user`: expected one such element"),
    ] {
        let refused = refusal(&program.put(&one, body.clone()).await?);
        assert!(refused.2.starts_with(expected), "{body}: {refused:?}");
    }
    assert_eq!(program.delete(&one).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(code(&program.get(&one).await?), (404, "404002".into()));
    Ok(())
}

#[tokio::test]
async fn lists_come_in_pages_and_are_filtered() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let first = program.get("/users?pageSize=2&pageNumber=1&sort=name:asc").await?.json();
    assert_eq!(first["pagination"], json!({"pageNumber": "1", "pageSize": "2", "totalAvailable": "6"}));
    assert_eq!(first["users"]["user"].as_array().map(Vec::len), Some(2));
    let last = program.get("/users?pageSize=2&pageNumber=3&sort=name:asc&fields=_all_").await?.json();
    assert_eq!(last["users"]["user"][1]["name"], "tina@acme.example");
    assert_eq!(program.names("users?filter=name:eq:ivan@portal.example", "siteRole").await?, ["Viewer"]);
    assert_eq!(program.names("groups?filter=name:in:[Buyers,Support]", "name").await?, ["Buyers", "Support"]);
    for (query, expected) in
        [("pageNumber=9", "400006"), ("pageSize=0", "400007"), ("filter=id:eq:1", "400003"), ("odd=1", "400003")]
    {
        assert_eq!(code(&program.get(&format!("/users?{query}")).await?), (400, expected.into()), "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn an_administrator_says_who_is_in_a_group() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let made = program.post("/groups", json!({"group": {"name": "Pilots", "ondemandAccess": true}})).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let group = made.json()["group"].clone();
    assert_eq!((&group["ondemandAccess"], &group["domain"]["name"]), (&json!("true"), &json!("local")));
    let one = format!("/groups/{}", group["id"].as_str().unwrap_or_default());
    assert_eq!(code(&program.post("/groups", json!({"group": {"name": "Pilots"}})).await?), (409, "409009".into()));
    let off = program.put(&one, json!({"group": {"name": "Pilots", "ondemandAccess": "false"}})).await?.json();
    assert_eq!(off["group"]["ondemandAccess"], "false");
    let kept = program.put(&one, json!({"group": {"name": "Pilots"}})).await?;
    assert_eq!(kept.status, StatusCode::OK, "{}", kept.text());
    assert!(
        refusal(&program.put(&one, json!({"group": {"name": "Others"}})).await?)
            .2
            .starts_with("`name`: expected the one it has")
    );
    let role = json!({"group": {"name": "X", "minimumSiteRole": "Viewer"}});
    assert!(refusal(&program.post("/groups", role).await?).2.starts_with("`minimumSiteRole`: expected none"));

    let (ines, ivan) =
        (program.id("users", "ines@portal.example").await?, program.id("users", "ivan@portal.example").await?);
    let users = format!("{one}/users");
    let added = program.post(&users, json!({"user": {"id": ines}})).await?;
    assert_eq!((added.status, &added.json()["user"]["name"]), (StatusCode::OK, &json!("ines@portal.example")));
    let several = program.post(&users, json!({"users": {"user": [{"id": ivan}, {"id": ines}]}})).await?;
    assert_eq!(several.json()["users"]["user"].as_array().map(Vec::len), Some(2), "{}", several.text());
    assert_eq!(code(&program.post(&users, json!({"user": {"id": "none"}})).await?), (404, "404002".into()));
    assert!(program.names(&format!("users/{ines}/groups"), "name").await?.contains(&"Pilots".to_owned()));
    let mut names = program.names(users.trim_start_matches('/'), "name").await?;
    names.sort();
    assert_eq!(names, ["ines@portal.example", "ivan@portal.example"]);
    let removed = program.put(&format!("{users}/remove"), json!({"users": {"user": [{"id": ivan}]}})).await?;
    assert_eq!(removed.status, StatusCode::NO_CONTENT, "{}", removed.text());
    assert_eq!(program.delete(&format!("{users}/{ines}")).await?.status, StatusCode::NO_CONTENT);
    assert!(program.names(users.trim_start_matches('/'), "name").await?.is_empty());
    assert_eq!(program.delete(&one).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(code(&program.delete(&one).await?), (404, "404012".into()));
    Ok(())
}

#[tokio::test]
async fn whoever_a_host_signs_in_sees_themselves_and_administers_nothing() -> Outcome {
    let world = World::new().await?;
    let program = world.host(&said("1")).await?;
    assert_eq!(program.names("users", "name").await?, ["hand@acme.example"]);
    assert_eq!(program.names("groups", "name").await?, ["Buyers"]);
    let me = program.get(&format!("/users/{}", program.user)).await?.json();
    assert_eq!((&me["user"]["name"], &me["user"]["siteRole"]), (&json!("hand@acme.example"), &json!("Viewer")));
    assert_eq!(program.names(&format!("users/{}/groups", program.user), "name").await?, ["Buyers"]);
    let (other, group) =
        (world.root.id("/api/v1/members?beginning=ines").await?, world.root.id("/api/v1/teams").await?);
    let forbidden = |answer: &Answer| code(answer) == (403, "403004".to_owned());
    for path in [
        format!("/users/{other}"),
        "/users/none".into(),
        format!("/users/{other}/groups"),
        format!("/groups/{group}/users"),
    ] {
        let answer = program.get(&path).await?;
        assert!(forbidden(&answer), "{path}: {}", answer.text());
        assert!(
            forbidden(&program.delete(path.trim_end_matches("/groups").trim_end_matches("/users")).await?),
            "{path}"
        );
    }
    for (path, body) in [
        ("/users", json!({"user": {"name": "x", "siteRole": "Viewer"}})),
        ("/groups", json!({"group": {"name": "x"}})),
        ("/projects", json!({"project": {"name": "x"}})),
    ] {
        let answer = program.post(path, body).await?;
        assert!(forbidden(&answer), "{path}: {}", answer.text());
    }
    for (path, body) in [
        (format!("/users/{}", program.user), json!({"user": {"siteRole": "SiteAdministratorCreator"}})),
        (format!("/groups/{group}"), json!({"group": {"name": "Buyers", "ondemandAccess": true}})),
        (String::new(), json!({"site": {"attributeCaptureEnabled": false}})),
    ] {
        let answer = program.put(&path, body).await?;
        assert!(forbidden(&answer), "{path}: {}", answer.text());
    }
    Ok(())
}

#[tokio::test]
async fn whoever_administers_a_tenant_reaches_its_people_only() -> Outcome {
    let world = World::new().await?;
    world.vitrine.buyer("globex").await?;
    let tina = world.personal("tina@", &json!(["view", "administer", "manage_members", "manage_teams"])).await?;
    let mut names = tina.names("users", "name").await?;
    names.sort();
    assert_eq!(names, ["hand@acme.example", "tina@acme.example"]);
    assert_eq!(tina.names("groups", "name").await?, ["acme/Night shift"]);
    let other = world.root.id("/api/v1/members?beginning=bea@globex").await?;
    let (there, absent) = (tina.get(&format!("/users/{other}")).await?, tina.get("/users/none").await?);
    assert_eq!((refusal(&there), there.status), (refusal(&absent), StatusCode::NOT_FOUND));
    let made = tina.post("/users", json!({"user": {"name": "new@acme.example", "siteRole": "Viewer"}})).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    assert_eq!(code(&tina.put("", json!({"site": {"attributeCaptureEnabled": true}})).await?).0, 403);
    Ok(())
}
