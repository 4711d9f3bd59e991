//! User attributes, and their values of users, teams and tenants.

use super::{World, refusal, told};
use crate::support::Outcome;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::CallError;

async fn attribute(world: &World, name: &str) -> Result<String, CallError> {
    world.root.id(&format!("/api/v1/attributes?name={name}")).await
}

fn text(val: &str) -> Value {
    json!({"type": "string", "val": val})
}

#[tokio::test]
async fn an_attribute_is_made_changed_and_deleted() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let new = json!({"name": "brand", "description": "The brand", "defaultValue": text("Own")});
    let made = program.post("/v2/user-attributes", new).await?;
    let json = made.json();
    let expected = json!({
        "userAttributeId": json["userAttributeId"], "name": "brand", "description": "The brand",
        "defaultValue": text("Own"),
    });
    assert_eq!((made.status, &json), (StatusCode::OK, &expected), "{}", made.text());
    let one = format!("/v2/user-attributes/{}", json["userAttributeId"].as_str().unwrap_or_default());
    assert_eq!(program.get(&one).await?.json(), json);
    // Whoever has logged in is out when attributes change.
    let root = world.vitrine.root().await?;
    let stored = root.get("/api/v1/attributes?name=brand").await?.json()["items"][0].clone();
    assert_eq!((&stored["type"], &stored["default"]), (&json!("text"), &json!("Own")));
    let changed = program.patch(&one, json!({"description": "Whose", "defaultValue": null})).await?.json();
    assert_eq!((&changed["description"], &changed["defaultValue"]), (&json!("Whose"), &Value::Null));
    assert_eq!(program.patch(&one, changed.clone()).await?.json(), changed, "what was read can be sent back");
    let names = told(&program.get("/v2/user-attributes").await?, "name");
    assert_eq!(names, ["brand", "company", "limit", "regions"]);
    let limit = told(&program.get("/v2/user-attributes").await?, "userAttributeId")[2].clone();
    let limit = format!("/v2/user-attributes/{limit}");
    let kept = program.patch(&limit, json!({"defaultValue": text("12")})).await?;
    assert_eq!(kept.json()["defaultValue"], text("12"), "{}", kept.text());
    let root = world.vitrine.root().await?;
    let number = root.get("/api/v1/attributes?name=limit").await?.json()["items"][0]["default"].clone();
    assert_eq!(number, json!(12), "what is a number here is one");
    for (method, path, body, expected) in [
        (Method::POST, "/v2/user-attributes", json!({"description": "x"}), "Expecting at `name`: a text"),
        (
            Method::POST,
            "/v2/user-attributes",
            json!({"name": "x", "defaultValue": "y"}),
            "Expecting at `defaultValue`: `{\"type\": \"string\"",
        ),
        (
            Method::POST,
            "/v2/user-attributes",
            json!({"name": "x", "defaultValue": {"type": "number", "val": 1}}),
            "Expecting at `defaultValue`: `{\"type\": \"string\"",
        ),
        (Method::PATCH, &limit, json!({"defaultValue": text("many")}), "Expecting at `defaultValue`: a number"),
        (Method::PATCH, &one, json!({"name": "other"}), "Expecting at `name`: the one it has"),
        (Method::PATCH, &one, json!({"type": "text"}), "Expecting at `type`: one of"),
    ] {
        let refused = refusal(&program.ask(method, path, Some(body.clone())).await?);
        assert!(refused.0 == 400 && refused.2.starts_with(expected), "{path} {body}: {refused:?}");
    }
    assert_eq!(program.delete(&one).await?.json(), json!({}));
    assert_eq!(refusal(&program.get(&one).await?).0, 404);
    Ok(())
}

#[tokio::test]
async fn values_of_users_are_set_all_or_none() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let users = format!("/v2/user-attributes/{}/users", attribute(&world, "company").await?);
    let (ines, desk) = (world.member("ines@").await?, world.member("desk@").await?);
    let own = async |id: &str| {
        let stored = world.root.get(&format!("/api/v1/members/{id}")).await?.json();
        Ok::<_, CallError>(stored["attributes"]["company"].clone())
    };
    assert_eq!(told(&program.get(&users).await?, "userId").len(), 3);
    let both =
        json!({"assignments": [{"userId": ines, "value": text("globex")}, {"userId": desk, "value": text("acme")}]});
    let set = program.post(&users, both).await?;
    assert_eq!((set.status, set.json()), (StatusCode::OK, json!({})), "{}", set.text());
    assert_eq!((own(&ines).await?, own(&desk).await?), (json!("globex"), json!("acme")));
    let listed = program.get(&users).await?;
    assert_eq!(told(&listed, "userId").len(), 4);
    assert!(listed.text().contains(&json!({"userId": ines, "value": text("globex")}).to_string()), "{}", listed.text());
    for (assignments, expected) in [
        (
            json!([{"userId": ines, "value": text("acme")}, {"userId": "none", "value": text("x")}]),
            "`assignments[1].userId`",
        ),
        (
            json!([{"userId": ines, "value": text("acme")}, {"userId": ines, "value": text("x")}]),
            "`assignments[1].userId`",
        ),
        (json!([{"userId": ines, "value": text("acme")}, {"userId": desk}]), "`assignments[1].value`"),
        (json!([{"userId": ines, "value": "acme"}]), "`assignments[0].value`"),
        (json!([{"teamId": ines, "value": text("acme")}]), "`assignments[0].teamId`"),
        (json!([]), "`assignments`"),
        (json!("x"), "`assignments`"),
    ] {
        let refused = refusal(&program.patch(&users, json!({ "assignments": assignments })).await?);
        assert!(refused.0 == 400 && refused.2.starts_with(&format!("Expecting at {expected}: ")), "{refused:?}");
        assert_eq!(own(&ines).await?, "globex", "none of it: {assignments}");
    }
    assert_eq!(
        program.patch(&users, json!({"assignments": [{"userId": ines, "value": text("acme")}]})).await?.status,
        200
    );
    assert_eq!((own(&ines).await?, own(&desk).await?), (json!("acme"), json!("acme")), "the rest stays");
    assert_eq!(program.delete(&format!("{users}/{ines}")).await?.json(), json!({}));
    assert_eq!(own(&ines).await?, Value::Null);
    assert_eq!(refusal(&program.delete(&format!("{users}/none")).await?).0, 404);
    assert_eq!(refusal(&program.get("/v2/user-attributes/none/users").await?).0, 404);

    let (regions, limit) = (attribute(&world, "regions").await?, attribute(&world, "limit").await?);
    let set = async |attribute: &str, val: &str| {
        let body = json!({"assignments": [{"userId": ines, "value": text(val)}]});
        program.post(&format!("/v2/user-attributes/{attribute}/users"), body).await
    };
    assert_eq!(set(&regions, "north, south").await?.status, StatusCode::OK);
    assert_eq!(set(&limit, "12").await?.status, StatusCode::OK);
    let stored = world.root.get(&format!("/api/v1/members/{ines}")).await?.json();
    assert_eq!(stored["attributes"], json!({"regions": ["north", "south"], "limit": 12}));
    assert_eq!(refusal(&set(&limit, "many").await?).2, "Expecting at `assignments[0].value`: a number");
    Ok(())
}

#[tokio::test]
async fn values_of_teams_and_tenants_are_set_all_or_none() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let company = attribute(&world, "company").await?;
    let desk = world.member("desk@").await?;
    for (list, id_name, core, one, other) in [
        ("teams", "teamId", "teams", "Buyers", "Support"),
        ("tenants", "tenantOrganizationId", "tenants", "acme", "globex"),
    ] {
        let path = format!("/v2/user-attributes/{company}/{list}");
        let id = async |name: &str| world.root.id(&format!("/api/v1/{core}?name={name}")).await;
        let (one, other) = (id(one).await?, id(other).await?);
        let of = |id: &str, val: &str| json!({ id_name: id, "value": text(val) });
        let set = json!({"assignments": [of(&one, "acme"), of(&other, "globex")]});
        assert_eq!(program.post(&path, set).await?.json(), json!({}), "{list}");
        let mut listed = told(&program.get(&path).await?, id_name);
        listed.sort();
        let mut expected = vec![one.clone(), other.clone()];
        expected.sort();
        assert_eq!(listed, expected, "{list}");
        let half = refusal(&program.patch(&path, json!({"assignments": [of(&one, "x"), of("none", "x")]})).await?);
        assert_eq!((half.0, half.2.starts_with(&format!("Expecting at `assignments[1].{id_name}`"))), (400, true));
        let stored = world.root.get(&format!("/api/v1/{core}/{one}")).await?.json();
        assert_eq!(stored["attributes"]["company"], "acme", "none of it");
        assert_eq!(program.delete(&format!("{path}/{other}")).await?.json(), json!({}));
        assert_eq!(told(&program.get(&path).await?, id_name), [one]);
        assert_eq!(refusal(&program.delete(&format!("{path}/none")).await?).0, 404);
    }
    let tenants = program.get("/v2/tenants").await?;
    assert_eq!(told(&tenants, "name"), ["Acme", "Globex"]);
    let acme = tenants.json()["entries"][0].clone();
    let one = format!("/v2/tenants/{}", acme["tenantOrganizationId"].as_str().unwrap_or_default());
    assert_eq!((program.get(&one).await?.json(), &acme["slug"]), (acme.clone(), &json!("acme")));

    // What a team gives counts where somebody has no value of their own.
    let buyers = world.root.id("/api/v1/teams?name=Buyers").await?;
    program.patch(&format!("/v2/teams/{buyers}/members"), json!({"add": [desk]})).await?;
    let effective = world.root.get(&format!("/api/v1/members/{desk}/effective")).await?.json();
    assert_eq!(effective["attributes"]["company"]["value"], "acme");
    Ok(())
}

#[tokio::test]
async fn whoever_is_of_a_tenant_sets_no_values_and_nobody_beyond_their_scopes() -> Outcome {
    let world = World::new().await?;
    let company = attribute(&world, "company").await?;
    let tina = world.program("tina@", &json!(["administer", "manage_members", "manage_teams"])).await?;
    let own = world.member("hand@").await?;
    let users = format!("/v2/user-attributes/{company}/users");
    let body = json!({"assignments": [{"userId": own, "value": text("globex")}]});
    for answer in [
        tina.post(&users, body.clone()).await?,
        tina.delete(&format!("{users}/{own}")).await?,
        tina.get(&users).await?,
        tina.post(&format!("/v2/user-attributes/{company}/teams"), json!({"assignments": []})).await?,
        tina.get("/v2/user-attributes").await?,
        tina.get("/v2/tenants").await?,
    ] {
        assert!([403, 404].contains(&refusal(&answer).0), "{}", answer.text());
    }
    let narrow = world.program("root@", &json!(["administer", "manage_teams"])).await?;
    assert_eq!(refusal(&narrow.post(&users, body).await?).1, "forbidden");
    assert_eq!(narrow.get("/v2/teams").await?.status, StatusCode::OK);
    let stored = world.root.get(&format!("/api/v1/members/{own}")).await?.json();
    assert_eq!(stored["attributes"]["company"], "acme");
    Ok(())
}
