//! Writing roles, which are account types.

use super::{World, refusal};
use crate::administration::Caller;
use crate::support::Outcome;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError};

const VIEWS: [&str; 4] = ["access_data", "see_lookml_dashboards", "see_looks", "see_user_dashboards"];

async fn role(program: &Caller, name: &str) -> Result<Value, CallError> {
    let all = program.get("/api/4.0/roles").await?.json();
    let found = all.as_array().into_iter().flatten().find(|role| role["name"] == name).cloned();
    Ok(found.unwrap_or_default())
}

fn path(role: &Value, rest: &str) -> String {
    format!("/api/4.0/roles/{}{rest}", role["id"].as_str().unwrap_or_default())
}

async fn make(program: &Caller, names: &[&str]) -> Result<Answer, CallError> {
    let set = json!({"name": "any", "permissions": names});
    program.post("/api/4.0/roles", json!({"name": "Explorer", "permission_set": set, "model_set_id": "all"})).await
}

#[tokio::test]
async fn a_role_is_made_changed_given_and_deleted() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let made = make(&program, &["access_data", "see_looks", "explore"]).await?;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let made = made.json();
    assert_eq!((&made["name"], &made["permission_set_id"]), (&json!("Explorer"), &made["id"]));
    let with_explore: Vec<&str> = VIEWS.iter().copied().chain(["explore"]).collect();
    let told = |role: &Value| {
        let mut names: Vec<String> = serde_json::from_value(role["permission_set"]["permissions"].clone()).unwrap();
        names.sort_by_key(|name| with_explore.iter().position(|known| known == name));
        names
    };
    assert_eq!(told(&made), with_explore);

    let ivan = world.member("ivan@").await?;
    let given = program.ask(Method::PUT, &path(&made, "/users"), Some(json!([ivan]))).await?;
    assert_eq!((given.status, &given.json()[0]["id"]), (StatusCode::OK, &json!(ivan)), "{}", given.text());
    let roles = program.get(&format!("/api/4.0/users/{ivan}/roles")).await?.json();
    assert_eq!(roles[0]["name"], "Explorer");
    assert_eq!(program.get(&path(&made, "/groups")).await?.json(), json!([]));
    let left = program.ask(Method::PUT, &path(&made, "/users"), Some(json!([]))).await?;
    assert_eq!(refusal(&left).0, 409, "who would have none: {}", left.text());

    let changed = program.patch(&path(&made, ""), json!({"permission_set": {"permissions": ["access_data"]}})).await?;
    assert_eq!(told(&changed.json()), VIEWS, "{}", changed.text());
    let set = format!("/api/4.0/permission_sets/{}", made["id"].as_str().unwrap_or_default());
    let changed = program.patch(&set, json!({"permissions": ["access_data", "see_looks", "explore"]})).await?;
    assert_eq!(changed.json()["permissions"].as_array().map(Vec::len), Some(5), "{}", changed.text());

    let view = role(&program, "View").await?;
    let roles = format!("/api/4.0/users/{ivan}/roles");
    let back = program.ask(Method::PUT, &roles, Some(json!([view["id"]]))).await?;
    assert_eq!((back.status, &back.json()[0]["name"]), (StatusCode::OK, &json!("View")), "{}", back.text());
    assert_eq!(program.delete(&path(&made, "")).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(refusal(&program.get(&path(&made, "")).await?).0, 404);
    Ok(())
}

/// Clients send back what they have read.
#[tokio::test]
async fn what_was_read_can_be_sent_back_and_changes_nothing() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    for name in ["Act", "Desk", "Admin"] {
        let read = role(&program, name).await?;
        let types = world.root.get("/api/v1/account-types?limit=200").await?.json();
        let sent = program.patch(&path(&read, ""), read.clone()).await?;
        assert_eq!(sent.status, StatusCode::OK, "{name}: {}", sent.text());
        assert_eq!(sent.json(), read);
        let after = world.vitrine.root().await?.get("/api/v1/account-types?limit=200").await?.json();
        assert_eq!(after["items"], types["items"], "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_role_here_is_refused_by_name() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let view = role(&program, "View").await?;
    for (member, value, named) in [
        ("permission_set_id", view["id"].clone(), "permission_set_id"),
        ("model_set_id", json!("2"), "model_set_id"),
        ("model_set", json!({"models": ["shop"]}), "model_set"),
        ("permission_set", Value::Null, "permission_set"),
        ("permission_set", json!({"permissions": ["see_sql"]}), "permissions"),
        ("permission_set", json!({"permissions": ["explore"]}), "permissions"),
        ("permission_set", json!({"permissions": "explore"}), "permissions"),
        ("permission_set", json!({"permissions": [], "all": true}), "all"),
        ("name", json!("View"), "name"),
        ("group_ids", json!([]), "group_ids"),
    ] {
        let mut body = json!({"name": "Other", "permission_set": {"permissions": ["access_data"]}});
        body[member] = value.clone();
        let refused = program.post("/api/4.0/roles", body).await?;
        assert_eq!(refusal(&refused), (422, "Validation Failed".into(), vec![named.to_owned()]), "{member} {value}");
    }
    let other = program.patch(&path(&view, ""), json!({"name": "Other"})).await?;
    assert_eq!(refusal(&other).2, ["name"]);
    let ivan = world.member("ivan@").await?;
    let desk = role(&program, "Desk").await?["id"].clone();
    for odd in [json!([]), json!([view["id"], desk]), json!(["none"]), json!({}), json!([1])] {
        let refused = program.ask(Method::PUT, &format!("/api/4.0/users/{ivan}/roles"), Some(odd.clone())).await?;
        assert_eq!(refusal(&refused).0, 422, "{odd}");
    }
    let absent = program.ask(Method::PUT, &path(&view, "/users"), Some(json!(["member_none"]))).await?;
    assert_eq!(refusal(&absent).0, 422, "{}", absent.text());
    Ok(())
}

#[tokio::test]
async fn a_role_is_given_to_all_who_are_named_or_to_nobody() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (admin, analyze) = (role(&program, "Admin").await?, role(&program, "Analyze").await?);
    let (root, ines) = (world.member("root@").await?, world.member("ines@").await?);
    let (ivan, hand) = (world.member("ivan@").await?, world.member("hand@").await?);
    let role_of = async |member: &str| -> Result<Value, CallError> {
        Ok(program.get(&format!("/api/4.0/users/{member}/roles")).await?.json()[0]["name"].clone())
    };
    let before = (role_of(&ivan).await?, role_of(&hand).await?);
    // Whom an embed has made never administers.
    let refused = program.ask(Method::PUT, &path(&admin, "/users"), Some(json!([root, ivan, hand]))).await?;
    assert_eq!(refusal(&refused).0, 422, "{}", refused.text());
    assert_eq!((role_of(&ivan).await?, role_of(&hand).await?), before, "not even to whoever may have it");

    let given = program.ask(Method::PUT, &path(&analyze, "/users"), Some(json!([ines, ivan, hand]))).await?;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text());
    assert_eq!(given.json(), program.get(&path(&analyze, "/users")).await?.json());
    assert_eq!((role_of(&ivan).await?, role_of(&hand).await?), (json!("Analyze"), json!("Analyze")));
    let events = world.vitrine.audit().await?;
    let of_both = events.iter().filter(|found| found.event.event == "member_changed");
    let told = json!({"fields": ["account_type"], "members": [ivan, hand]});
    let sorted = |mut told: Value| {
        told["members"].as_array_mut().into_iter().for_each(|ids| ids.sort_by_key(ToString::to_string));
        told
    };
    let of_both: Vec<_> = of_both.map(|found| sorted(found.event.detail.clone())).collect();
    assert_eq!(of_both, [sorted(told)]);
    Ok(())
}

#[tokio::test]
async fn nobody_gives_more_than_they_hold_or_beyond_their_tenant() -> Outcome {
    let world = World::new().await?;
    let root = world.administrator().await?;
    let (admin, view) = (role(&root, "Admin").await?, role(&root, "View").await?);
    let (ivan, ines) = (world.member("ivan@").await?, world.member("ines@").await?);
    // The scopes of a credential bound what it gives.
    let scopes = json!(["administer", "manage_account_types", "manage_members", "view"]);
    let narrow = world.program("root@", &scopes).await?;
    let refused = make(&narrow, &["access_data", "see_looks", "explore"]).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    let roles = |member: &str| format!("/api/4.0/users/{member}/roles");
    let refused = narrow.ask(Method::PUT, &roles(&ivan), Some(json!([admin["id"]]))).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    let refused = narrow.delete(&path(&admin, "")).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    // Whoever is of a tenant reaches nobody else, and no roles.
    let tina = world.program("tina@", &json!(["administer", "manage_members", "view", "export_csv"])).await?;
    let hidden = tina.ask(Method::PUT, &roles(&ines), Some(json!([view["id"]]))).await?;
    let absent = tina.ask(Method::PUT, &roles("member_none"), Some(json!([view["id"]]))).await?;
    assert_eq!((hidden.status, hidden.text()), (absent.status, absent.text()));
    for (method, rest, body) in [
        (Method::PUT, "/users", json!([ines])),
        (Method::PATCH, "", json!({"permission_set": {"permissions": ["access_data"]}})),
        (Method::DELETE, "", Value::Null),
    ] {
        let refused = tina.ask(method.clone(), &path(&view, rest), Some(body)).await?;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{method} {rest}: {}", refused.text());
    }
    Ok(())
}

#[tokio::test]
async fn groups_are_found_with_what_they_are_in() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let whole = program.get("/api/4.0/groups/search?name=Support").await?.json()[0]["id"].clone();
    let parts = world.root.get("/api/v1/teams?name=Buyers").await?.json()["items"][0]["id"].clone();
    let part = format!("/api/v1/teams/{}", parts.as_str().unwrap_or_default());
    let changed = world.vitrine.root().await?.patch(&part, json!({"members_of": ["Support"]})).await?;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    let found = program.get("/api/4.0/groups/search/with_hierarchy?name=buy%25").await?.json();
    assert_eq!((&found[0]["id"], &found[0]["parent_group_ids"]), (&parts, &json!([whole])), "{found}");
    let found = program.get("/api/4.0/groups/search/with_roles?id=none").await?.json();
    assert_eq!(found, json!([]));
    let found = program.get("/api/4.0/groups/search/with_roles?name=buyers&fields=name,roles").await?.json();
    assert_eq!(found, json!([{"name": "Buyers", "roles": []}]));
    let viewer = world.program("ines@", &json!(["view"])).await?;
    assert_eq!(viewer.get("/api/4.0/groups/search/with_hierarchy").await?.status, StatusCode::FORBIDDEN);
    Ok(())
}
