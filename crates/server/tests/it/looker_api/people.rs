//! Users, their attributes and groups: what programs are told and may change.

use super::{World, refusal};
use crate::administration::Caller;
use crate::everybody::{About, routes_about};
use crate::support::Outcome;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::CallError;

fn ids(list: &Value) -> Vec<String> {
    let all = list.as_array().into_iter().flatten();
    all.filter_map(|one| one["id"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn scopes_apply() -> Outcome {
    let world = World::new().await?;
    let members = world.program("root@", &json!(["administer", "manage_members"])).await?;
    assert_eq!(members.get("/api/4.0/users").await?.status, StatusCode::OK);
    for closed in ["groups", "user_attributes", "roles", "permission_sets"] {
        assert_eq!(refusal(&members.get(&format!("/api/4.0/{closed}")).await?).0, 403, "{closed}");
    }
    let sessions = format!("/api/4.0/users/{}/sessions", world.member("ines@").await?);
    assert_eq!(refusal(&members.get(&sessions).await?).0, 403);
    let ines = world.program("ines@", &json!(["view", "administer", "manage_members"])).await?;
    assert_eq!(refusal(&ines.get("/api/4.0/users").await?).0, 403, "no more than its owner may");
    assert_eq!(ines.get("/api/4.0/user").await?.json()["email"], "ines@portal.example");
    Ok(())
}

/// What a route is asked about, with something that is there or not.
fn filled(path: &str, [user, group, attribute, role]: [&str; 4]) -> String {
    let path = path.replace("{user_id}", user).replace("{group_id}", group).replace("{user_attribute_id}", attribute);
    let path = path.replace("{role_id}", role).replace("{permission_set_id}", role).replace("{session_id}", "none");
    path.replace("{credentials_embed_id}", user)
}

#[tokio::test]
async fn whoever_lacks_the_permission_reads_the_same_of_what_is_there_and_what_is_not() -> Outcome {
    let world = World::new().await?;
    let viewer = world.program("ines@", &json!(["view", "export_csv"])).await?;
    let (root, before) = (&world.root, world.root.get("/api/v1/members").await?.text());
    let user = world.member("hand@").await?;
    let (group, attribute) = (root.id("/api/v1/teams").await?, root.id("/api/v1/attributes").await?);
    let role = root.id("/api/v1/account-types").await?;
    let there = [user.as_str(), &group, &attribute, &role];
    let mut asked = 0;
    for route in routes_about(About::Program) {
        if !["{user_id}", "{group_id}", "{user_attribute_id}", "{role_id}"].iter().any(|id| route.path.contains(id)) {
            continue;
        }
        let body = matches!(route.method, Method::POST | Method::PATCH | Method::PUT).then(|| json!({"value": "x"}));
        let ask =
            async |names: [&str; 4]| viewer.ask(route.method.clone(), &filled(route.path, names), body.clone()).await;
        let (hidden, absent) = (ask(there).await?, ask(["none"; 4]).await?);
        assert_eq!(refusal(&hidden), refusal(&absent), "{} {}", route.method, route.path);
        assert!([403, 422].contains(&hidden.status.as_u16()), "{} {}: {}", route.method, route.path, hidden.text());
        asked += 1;
    }
    assert!(asked > 25, "{asked}");
    assert_eq!(world.root.get("/api/v1/members").await?.text(), before, "and nothing has changed");
    Ok(())
}

#[tokio::test]
async fn whoever_is_of_a_tenant_reaches_that_tenants_people_only() -> Outcome {
    let world = World::new().await?;
    let (acme, globex) = (world.vitrine.buyer("acme").await?, world.vitrine.buyer("globex").await?);
    let scopes = json!(["administer", "manage_members", "manage_teams", "manage_sessions"]);
    let tina = world.program("tina@", &scopes).await?;
    let users = tina.get("/api/4.0/users").await?;
    assert!(users.text().contains("bea@acme.example") && !users.text().contains("globex"), "{}", users.text());
    let (own, other) = (world.member("bea@acme").await?, world.member("bea@globex").await?);
    assert_eq!(tina.get(&format!("/api/4.0/users/{own}")).await?.status, StatusCode::OK);
    let buyers = world.root.id("/api/v1/teams?name=Buyers").await?;
    let groups = tina.get("/api/4.0/groups").await?.json();
    assert_eq!(groups.as_array().map(Vec::len), Some(1), "{groups}");
    assert_eq!(groups[0]["name"], "acme/Night shift");
    for (method, path) in [
        (Method::GET, "users/ID"),
        (Method::PATCH, "users/ID"),
        (Method::DELETE, "users/ID"),
        (Method::GET, "users/ID/credentials_embed"),
        (Method::GET, "users/ID/sessions"),
        (Method::GET, "users/ID/attribute_values"),
        (Method::GET, "users/ID/roles"),
    ] {
        let body = (method == Method::PATCH).then(|| json!({"first_name": "Eve"}));
        let ask = async |id: &str| {
            tina.ask(method.clone(), &format!("/api/4.0/{}", path.replace("ID", id)), body.clone()).await
        };
        let (hidden, absent) = (ask(&other).await?, ask("member_none").await?);
        assert_eq!(refusal(&hidden), (404, "Not found".into(), vec![]), "{method} {path}");
        assert_eq!(hidden.text(), absent.text(), "{method} {path}");
    }
    for path in [format!("groups/{buyers}"), format!("groups/{buyers}/users")] {
        assert_eq!(refusal(&tina.get(&format!("/api/4.0/{path}")).await?).0, 404, "{path}");
    }
    let found = tina.get("/api/4.0/users/credential/embed/bea@globex.example").await?;
    assert_eq!(refusal(&found).0, 404);
    let elsewhere = format!("/api/4.0/users/{own}/sessions/{}", globex.session);
    assert_eq!(refusal(&tina.delete(&elsewhere).await?).0, 404, "somebody else's");
    assert_eq!(globex.open_workbook().await?.status, StatusCode::OK);
    let mine = format!("/api/4.0/users/{own}/sessions/{}", acme.session);
    assert_eq!(tina.get(&mine).await?.json()["id"], json!(acme.session));
    assert_eq!(tina.delete(&mine).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(acme.open_workbook().await?.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn an_embed_user_is_found_by_what_hosts_call_them_and_made_once() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    world.vitrine.buyer("acme").await?;
    let found = program.get("/api/4.0/users/credential/embed/bea@acme.example").await?.json();
    assert_eq!(found["id"], json!(world.member("bea@acme").await?));
    let credentials = &found["credentials_embed"][0];
    assert_eq!(
        (&credentials["external_group_id"], &credentials["external_user_id"]),
        (&json!("acme"), &json!("bea@acme.example"))
    );
    let make = async |id: Value| program.post("/api/4.0/users/embed_user", json!({"external_user_id": id})).await;
    assert_eq!(make(json!("bea@acme.example")).await?.json()["id"], found["id"], "there is one already");
    let made = make(json!("u/1 ä")).await?;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let again = program.get("/api/4.0/users/credential/embed/u%2F1%20%C3%A4").await?.json();
    assert_eq!(again["id"], made.json()["id"]);
    assert_eq!(refusal(&make(json!("")).await?).2, ["external_user_id"]);
    for tenant in ["acme", "globex"] {
        let new =
            json!({"subject": "twice", "issuer": "portal", "tenant": tenant, "kind": "embed", "account_type": "View"});
        assert_eq!(world.root.post("/api/v1/members", new).await?.status, StatusCode::CREATED);
    }
    assert_eq!(refusal(&program.get("/api/4.0/users/credential/embed/twice").await?).0, 409);
    let internal = program.get("/api/4.0/users/credential/embed/ines@portal.example").await?;
    assert_eq!(refusal(&internal).0, 404, "no embed user");
    Ok(())
}

#[tokio::test]
async fn users_are_sought_as_looker_seeks_them() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let emails = async |search: &str| {
        let found = program.get(&format!("/api/4.0/users/search?{search}&sorts=email&fields=email")).await?;
        assert_eq!(found.status, StatusCode::OK, "{}", found.text());
        let all = found.json();
        let all = all.as_array().into_iter().flatten();
        Ok::<_, CallError>(all.map(|one| one["email"].as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>())
    };
    assert_eq!(emails("email=INES@%25").await?, ["ines@portal.example"]);
    assert_eq!(emails("email=i%25@portal.example&limit=1&offset=1").await?, ["ivan@portal.example"]);
    assert_eq!(emails("email=ines@portal.example&embed_user=true").await?, Vec::<String>::new());
    let either = emails("email=ines@portal.example&is_disabled=true&filter_or=true").await?;
    assert_eq!(either, ["ines@portal.example"]);
    let buyers = world.root.id("/api/v1/teams?name=Buyers").await?;
    assert_eq!(
        emails(&format!("group_id={buyers}&embed_user=false")).await?,
        ["ines@portal.example", "ivan@portal.example"]
    );
    let all = program.get("/api/4.0/users").await?.json();
    let some = ids(&all).into_iter().take(2).collect::<Vec<_>>();
    assert_eq!(ids(&program.get(&format!("/api/4.0/users?ids={}", some.join(","))).await?.json()), some);
    assert_eq!(ids(&program.get("/api/4.0/users?page=2&per_page=2").await?.json()), ids(&all)[2..4]);
    assert_eq!(refusal(&program.get("/api/4.0/users/search?frist_name=x").await?).2, ["frist_name"]);
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_written_is_refused_by_name() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let user = format!("/api/4.0/users/{}", world.member("hand@").await?);
    for (path, method, body, field) in [
        (user.as_str(), Method::PATCH, json!({"locale": "fr"}), "locale"),
        (&user, Method::PATCH, json!({"is_disabled": "yes"}), "is_disabled"),
        (&user, Method::PATCH, json!({"first_name": 7}), "first_name"),
        ("/api/4.0/user_attributes", Method::POST, json!({"label": "x", "type": "string"}), "name"),
        ("/api/4.0/user_attributes", Method::POST, json!({"name": "x", "type": "file"}), "type"),
        (
            "/api/4.0/user_attributes",
            Method::POST,
            json!({"name": "x", "type": "string", "value_is_hidden": true}),
            "value_is_hidden",
        ),
        (
            "/api/4.0/user_attributes",
            Method::POST,
            json!({"name": "x", "type": "number", "default_value": "y"}),
            "default_value",
        ),
        ("/api/4.0/user_attributes", Method::POST, json!({"name": "company", "type": "string"}), "name"),
        (
            "/api/4.0/groups",
            Method::POST,
            json!({"name": "x", "can_add_to_content_metadata": false}),
            "can_add_to_content_metadata",
        ),
        ("/api/4.0/groups", Method::POST, json!({"name": "Buyers"}), "name"),
    ] {
        let refused = refusal(&program.ask(method, path, Some(body.clone())).await?);
        assert_eq!((refused.0, &refused.2[..]), (422, &[field.to_owned()][..]), "{path} {body}: {}", refused.1);
    }
    let not_json = program.post(&user.replace("users", "groups"), json!({})).await?;
    assert_eq!(refusal(&not_json).0, 405);
    let kept = program.patch(&user, json!({"first_name": "Ann", "id": "7", "display_name": "told only"})).await?;
    assert_eq!((kept.status, &kept.json()["first_name"]), (StatusCode::OK, &json!("Ann")));
    Ok(())
}

async fn attribute(world: &World, name: &str) -> Result<String, CallError> {
    world.root.id(&format!("/api/v1/attributes?name={name}")).await
}

#[tokio::test]
async fn values_of_users_are_set_and_told_with_where_they_come_from() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let user = format!("/api/4.0/users/{}/attribute_values", world.member("hand@").await?);
    let (company, regions, limit) =
        (attribute(&world, "company").await?, attribute(&world, "regions").await?, attribute(&world, "limit").await?);
    let told = async |program: &Caller| {
        let values = program.get(&user).await?.json();
        let values = values.as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok::<_, CallError>(
            values
                .iter()
                .map(|one| format!("{}={} {}", text(&one["name"]), text(&one["value"]), text(&one["source"])))
                .collect::<Vec<_>>(),
        )
    };
    assert_eq!(told(&program).await?, ["company=acme User"]);
    for (attribute, value) in [(&regions, "north, south"), (&limit, "12")] {
        let set = program.patch(&format!("{user}/{attribute}"), json!({"value": value})).await?;
        assert_eq!(set.status, StatusCode::OK, "{}", set.text());
    }
    assert_eq!(told(&program).await?, ["company=acme User", "limit=12 User", "regions=north,south User"]);
    let stored = world
        .root
        .get(&user.replace("/api/4.0/users", "/api/v1/members").replace("/attribute_values", ""))
        .await?
        .json();
    assert_eq!(stored["attributes"], json!({"company": "acme", "regions": ["north", "south"], "limit": 12}));
    assert_eq!(refusal(&program.patch(&format!("{user}/{limit}"), json!({"value": "many"})).await?).2, ["value"]);
    assert_eq!(refusal(&program.patch(&format!("{user}/none"), json!({"value": "x"})).await?).0, 404);
    assert_eq!(program.delete(&format!("{user}/{company}")).await?.status, StatusCode::NO_CONTENT);
    let buyers = world.root.id("/api/v1/teams?name=Buyers").await?;
    let of_group = format!("/api/4.0/groups/{buyers}/attribute_values/{company}");
    assert_eq!(program.patch(&of_group, json!({"value": "globex"})).await?.json()["value"], "globex");
    assert_eq!(told(&program).await?[0], "company=globex Group");
    assert_eq!(program.delete(&of_group).await?.status, StatusCode::NO_CONTENT);
    let unset = program.get(&format!("{user}?include_unset=true&user_attribute_ids={company}")).await?.json();
    assert_eq!(
        (unset.as_array().map(Vec::len), &unset[0]["value"], &unset[0]["source"]),
        (Some(1), &Value::Null, &Value::Null)
    );
    assert_eq!(refusal(&program.get(&format!("{user}?all_values=true")).await?).0, 400);
    Ok(())
}

#[tokio::test]
async fn values_of_groups_are_replaced_in_the_order_of_their_ranks() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (buyers, support) =
        (world.root.id("/api/v1/teams?name=Buyers").await?, world.root.id("/api/v1/teams?name=Support").await?);
    world.root.patch(&format!("/api/v1/teams/{support}"), json!({"rank": 2})).await?;
    let list = format!("/api/4.0/user_attributes/{}/group_values", attribute(&world, "company").await?);
    let of = |group: &str, value: &str| json!({"group_id": group, "value": value});
    let set = program.post(&list, json!([of(&buyers, "acme"), of(&support, "globex")])).await?;
    assert_eq!(set.status, StatusCode::OK, "{}", set.text());
    let values =
        |json: Value| json.as_array().into_iter().flatten().map(|one| one["value"].clone()).collect::<Vec<_>>();
    assert_eq!(values(set.json()), ["acme", "globex"]);
    let other_way = program.post(&list, json!([of(&support, "x"), of(&buyers, "y")])).await?;
    assert_eq!((refusal(&other_way).0, refusal(&other_way).2), (422, vec!["rank".to_owned()]));
    for (body, field) in [
        (json!([of("none", "x")]), "group_id"),
        (json!([of(&buyers, "x"), of(&buyers, "y")]), "group_id"),
        (json!([{"group_id": buyers}]), "value"),
        (json!({}), "body"),
    ] {
        assert_eq!(refusal(&program.post(&list, body.clone()).await?).2, [field], "{body}");
    }
    assert_eq!(values(program.post(&list, json!([of(&support, "acme")])).await?.json()), ["acme"], "in place of all");
    assert_eq!(values(program.get(&list).await?.json()), ["acme"]);
    let tina = world.program("tina@", &json!(["administer", "manage_teams"])).await?;
    assert!(refusal(&tina.post(&list, json!([])).await?).0 >= 403, "they are the organization's");
    Ok(())
}

#[tokio::test]
async fn groups_have_users_and_roles_have_permissions() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let user = world.member("desk@").await?;
    let made = program.post("/api/4.0/groups", json!({"name": "Pilots"})).await?.json();
    let group = format!("/api/4.0/groups/{}", made["id"].as_str().unwrap_or_default());
    assert_eq!(
        program.get(&format!("{group}?fields=name,contains_current_user")).await?.json(),
        json!({"name": "Pilots", "contains_current_user": false})
    );
    let added = program.post(&format!("{group}/users"), json!({"user_id": user})).await?;
    assert_eq!((added.status, &added.json()["group_ids"]), (StatusCode::OK, &json!([made["id"]])), "{}", added.text());
    assert_eq!(ids(&program.get(&format!("{group}/users")).await?.json()), [user.as_str()]);
    assert_eq!(refusal(&program.post(&format!("{group}/users"), json!({"user_id": "none"})).await?).0, 422);
    assert_eq!(program.get(&format!("{group}/groups")).await?.json(), json!([]));
    assert_eq!(program.delete(&format!("{group}/users/{user}")).await?.status, StatusCode::NO_CONTENT);
    let role = program.get(&format!("/api/4.0/users/{user}/roles")).await?.json()[0].clone();
    assert_eq!((&role["name"], &role["model_set"]["name"]), (&json!("Desk"), &json!("All")));
    let of_role = format!("/api/4.0/roles/{}", role["id"].as_str().unwrap_or_default());
    assert_eq!(program.get(&of_role).await?.json()["permission_set"], role["permission_set"]);
    assert!(ids(&program.get(&format!("{of_role}/users")).await?.json()).contains(&user));
    let all = program.get("/api/4.0/permissions").await?.json();
    let explore = all.as_array().into_iter().flatten().find(|one| one["permission"] == "explore").cloned();
    assert_eq!(explore.unwrap_or_default()["parent"], "see_looks");
    let sets = program.get("/api/4.0/permission_sets?sorts=name").await?.json();
    let analyze =
        sets.as_array().into_iter().flatten().find(|one| one["name"] == "Analyze").cloned().unwrap_or_default();
    let held: Vec<&str> = analyze["permissions"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert!(held.contains(&"explore") && !held.contains(&"save_content"), "{held:?}");
    Ok(())
}
