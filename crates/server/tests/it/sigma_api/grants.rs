//! Grants: made and raised, never lowered, all or none; on versions and on data.

use super::content::{expect_hidden, id_of, of_ines};
use super::{World, refusal, told};
use crate::administration::{Caller, shared_folder};
use crate::sigma;
use crate::support::{Outcome, edit};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::CallError;

async fn team(program: &Caller, name: &str) -> Result<String, CallError> {
    id_of(program, "/v2/teams", name, "teamId").await
}

async fn orders(program: &Caller) -> Result<String, CallError> {
    id_of(program, "/v2/workbooks", "Orders", "workbookId").await
}

/// What is granted here to a team on something.
async fn level(world: &World, team: &str, on: Value) -> Result<Value, CallError> {
    let grants = world.root.get("/api/v1/grants?limit=200").await?.json();
    let found = grants["items"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|grant| grant["to"] == json!({"team": team}) && grant["on"] == on);
    Ok(found.map(|grant| grant["level"].clone()).unwrap_or_default())
}

#[tokio::test]
async fn s7_a_grant_is_made_and_raised_and_never_lowered() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (orders, team) = (orders(&program).await?, team(&program, "Nobodies").await?);
    let on = || json!({"workbook": "orders"});
    let nested = |word: &str| json!({"inodeId": orders, "grantee": {"teamId": team}, "permission": word});
    let flat = |word: &str| json!({"inodeId": orders, "granteeId": team, "type": "team", "permission": word});
    let made = program.post("/v2/grants", nested("explore")).await?;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let grant = made.json();
    assert_eq!((&grant["permission"], &grant["inodeType"]), (&json!("explore"), &json!("workbook")));
    assert_eq!((&grant["inodeId"], &grant["teamId"], &grant["memberId"]), (&json!(orders), &json!(team), &Value::Null));
    let one = format!("/v2/grants/{}", grant["grantId"].as_str().unwrap_or_default());
    assert_eq!(program.get(&one).await?.json(), grant);

    let kept = program.post("/v2/grants", flat("view")).await?;
    assert_eq!((kept.status, kept.json()), (StatusCode::OK, grant.clone()), "a lower one leaves the higher one");
    assert_eq!(level(&world, "Nobodies", on()).await?, "explore");
    let events = world.vitrine.audit().await?;
    assert_eq!(events.iter().filter(|one| one.event.event == "grants_kept").count(), 1);
    let raised = program.post("/v2/grants", flat("edit")).await?.json();
    assert_eq!((&raised["permission"], &raised["grantId"]), (&json!("edit"), &grant["grantId"]));
    assert_eq!(level(&world, "Nobodies", on()).await?, "contribute");

    let gone = program.delete(&one).await?;
    assert_eq!((gone.status, gone.json()), (StatusCode::OK, json!({})));
    assert_eq!(refusal(&program.delete(&one).await?).0, 404);
    let anew = program.post("/v2/grants", nested("view")).await?.json();
    assert_eq!((&anew["permission"], level(&world, "Nobodies", on()).await?), (&json!("view"), json!("view")));
    Ok(())
}

#[tokio::test]
async fn s7_several_grants_are_all_made_or_none() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let shop = id_of(&program, "/v2/workspaces", "Shop", "workspaceId").await?;
    let (list, team, ivan) =
        (format!("/v2/workspaces/{shop}/grants"), team(&program, "Nobodies").await?, world.member("ivan@").await?);
    let first = told(&program.get(&list).await?, "grantId");
    let to = |who: Value, word: &str| json!({"grantee": who, "permission": word});
    for (second, field) in [
        (to(json!({"memberId": "none"}), "view"), "1.memberId"),
        (to(json!({"teamId": "none"}), "view"), "1.teamId"),
        (to(json!({"memberId": ivan}), "usage"), "1.permission"),
        (to(json!({"memberId": ivan, "teamId": team}), "view"), "1.grantee"),
        (json!({"grantee": {"memberId": ivan}}), "1.permission"),
        (json!({"grantee": {"memberId": ivan}, "permission": "view", "tagId": "beta"}), "1.tagId"),
        (json!({"grantee": {"memberId": ivan}, "permission": "view", "until": 1}), "1.until"),
    ] {
        let both = json!({"grants": [to(json!({"teamId": team}), "view"), second.clone()]});
        let (status, _, sentence) = refusal(&program.post(&list, both).await?);
        assert!(status == 400 && sentence.contains(field), "{second}: {status} {sentence}");
    }
    for body in [json!({}), json!({"grants": []}), json!({"grants": {}}), json!({"grants": [1]})] {
        assert_eq!(refusal(&program.post(&list, body.clone()).await?).0, 400, "{body}");
    }
    assert_eq!(told(&program.get(&list).await?, "grantId"), first, "none of them was written");

    let both = json!({"grants": [to(json!({"teamId": team}), "organize"), to(json!({"memberId": ivan}), "edit")]});
    let made = program.post(&list, both).await?;
    assert_eq!((made.status, made.json()), (StatusCode::OK, json!({})), "{}", made.text());
    let all = program.get(&list).await?;
    let of = |member: &str, id: &str| {
        let entries = all.json()["entries"].as_array().cloned().unwrap_or_default();
        entries.iter().find(|one| one[member] == id).cloned().unwrap_or_default()
    };
    assert_eq!(of("teamId", &team)["permission"], "organize");
    assert_eq!(of("memberId", &ivan)["permission"], "edit");
    let by_member = told(&program.get(&format!("/v2/grants?userId={ivan}")).await?, "inodeType");
    assert_eq!(by_member, ["workspace"]);
    let on_team = told(&program.get(&format!("/v2/grants?inodeId={shop}&teamId={team}")).await?, "permission");
    assert_eq!(on_team, ["organize"]);
    let one = format!("{list}/{}", of("memberId", &ivan)["grantId"].as_str().unwrap_or_default());
    let vault = id_of(&program, "/v2/workspaces", "Vault", "workspaceId").await?;
    assert_eq!(refusal(&program.delete(&one.replace(&shop, &vault)).await?).0, 404, "it is on another");
    assert_eq!(program.delete(&one).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn what_is_not_understood_of_a_grant_is_refused_by_name() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (orders, team) = (orders(&program).await?, team(&program, "Buyers").await?);
    let connection = id_of(&program, "/v2/connections", "files", "connectionId").await?;
    for (body, field) in [
        (json!({"granteeId": team, "type": "team", "permission": "view"}), "inodeId"),
        (json!({"inodeId": orders, "permission": "view"}), "grantee"),
        (json!({"inodeId": orders, "grantee": {}, "permission": "view"}), "grantee"),
        (json!({"inodeId": orders, "grantee": {"groupId": team}, "permission": "view"}), "grantee"),
        (json!({"inodeId": orders, "granteeId": team, "permission": "view"}), "type"),
        (json!({"inodeId": orders, "granteeId": team, "type": "group", "permission": "view"}), "type"),
        (json!({"inodeId": orders, "type": "team", "grantee": {"teamId": team}, "permission": "view"}), "granteeId"),
        (json!({"inodeId": orders, "granteeId": team, "grantee": {"teamId": team}, "permission": "view"}), "grantee"),
        (json!({"inodeId": orders, "grantee": {"teamId": team}, "permission": "organize"}), "permission"),
        (json!({"inodeId": orders, "grantee": {"teamId": "none"}, "permission": "view"}), "teamId"),
        (json!({"inodeId": orders, "grantee": {"teamId": team}, "permission": "view", "tagId": "a b"}), "tagId"),
        (json!({"inodeId": connection, "grantee": {"teamId": team}, "permission": "view"}), "permission"),
        (json!({"inodeId": connection, "grantee": {"teamId": team}, "permission": "usage", "tagId": "x"}), "tagId"),
        (json!({"inodeId": orders, "grantee": {"teamId": team}, "permission": "view", "expires": 1}), "expires"),
    ] {
        let (status, _, sentence) = refusal(&program.post("/v2/grants", body.clone()).await?);
        assert!(status == 400 && sentence.contains(field), "{body}: {status} {sentence}");
    }
    let absent = json!({"inodeId": "none", "grantee": {"teamId": team}, "permission": "view"});
    assert_eq!(refusal(&program.post("/v2/grants", absent).await?).0, 404);
    assert_eq!(refusal(&program.get("/v2/grants?inodeId=none").await?).0, 404);
    assert_eq!(refusal(&program.get("/v2/grants?userId=none").await?).0, 404);
    assert_eq!(refusal(&program.get("/v2/grants?memberId=x").await?).0, 400);
    Ok(())
}

#[tokio::test]
async fn administrators_of_grants_read_and_take_away_any_and_give_what_they_reach() -> Outcome {
    let grant = "grants:\n  - {to: {team: Support}, on: {workspace: vault}, level: view}\n";
    let world = World::edited(|folder| edit(&folder.join("grants.yaml"), "grants:\n", grant)).await?;
    let program = world.administrator().await?;
    let vault = id_of(&program, "/v2/workspaces", "Vault", "workspaceId").await?;
    let list = format!("/v2/workspaces/{vault}/grants");
    let ids = told(&program.get(&list).await?, "grantId");
    assert_eq!(ids.len(), 1);
    let team = team(&program, "Buyers").await?;
    let new = json!({"grants": [{"grantee": {"teamId": team}, "permission": "view"}]});
    assert_eq!(refusal(&program.post(&list, new).await?).0, 404, "nobody gives what they have not");
    assert_eq!(program.delete(&format!("/v2/grants/{}", ids[0])).await?.status, StatusCode::OK);
    assert!(told(&program.get(&list).await?, "grantId").is_empty());
    Ok(())
}

#[tokio::test]
async fn whoever_shares_nothing_reads_of_no_grant() -> Outcome {
    let world = World::new().await?;
    let ines = of_ines(&world).await?;
    let root = world.administrator().await?;
    let (orders, team) = (orders(&ines).await?, team(&root, "Buyers").await?);
    let grant = |id: &str| json!({"inodeId": id, "grantee": {"teamId": team}, "permission": "view"});
    let several = || Some(json!({"grants": [{"grantee": {"teamId": team}, "permission": "view"}]}));
    let hidden = world.root.id("/api/v1/workbook-definitions?name=hidden").await?;
    let on_workbooks = [
        (Method::GET, "/v2/grants?inodeId={}", None),
        (Method::POST, "/v2/grants", Some(grant("{}"))),
        (Method::GET, "/v2/workbooks/{}/grants", None),
        (Method::POST, "/v2/workbooks/{}/grants", several()),
        (Method::DELETE, "/v2/workbooks/{}/grants/none", None),
    ];
    expect_hidden(&ines, &hidden, &on_workbooks).await?;
    let vault = world.root.id("/api/v1/workspaces?name=vault").await?;
    let on_workspaces =
        [(Method::GET, "/v2/workspaces/{}/grants", None), (Method::POST, "/v2/workspaces/{}/grants", several())];
    expect_hidden(&ines, &vault, &on_workspaces).await?;
    let connection = id_of(&root, "/v2/connections", "files", "connectionId").await?;
    let on_data = [(Method::GET, "/v2/grants?inodeId={}", None), (Method::POST, "/v2/grants", Some(grant("{}")))];
    expect_hidden(&ines, &connection, &on_data).await?;
    let made = root.post("/v2/grants", grant(&orders)).await?.json();
    let made = made["grantId"].as_str().unwrap_or_default();
    expect_hidden(&ines, made, &[(Method::GET, "/v2/grants/{}", None), (Method::DELETE, "/v2/grants/{}", None)])
        .await?;

    for (method, path, body) in [
        (Method::GET, "/v2/grants".to_owned(), None),
        (Method::GET, format!("/v2/workbooks/{orders}/grants"), None),
        (Method::POST, "/v2/grants".to_owned(), Some(grant(&orders))),
        (Method::GET, format!("/v2/connections/{connection}/grants"), None),
        (Method::GET, "/v2/connections/none/grants".to_owned(), None),
        (Method::POST, format!("/v2/connections/{connection}/grants"), several()),
        (Method::GET, "/v2/connections/paths/none/grants".to_owned(), None),
        (Method::GET, "/v2/dataModels/none/grants".to_owned(), None),
    ] {
        assert_eq!(refusal(&ines.ask(method.clone(), &path, body).await?).0, 403, "{method} {path}");
    }
    Ok(())
}

#[tokio::test]
async fn whoever_is_of_a_tenant_shares_with_that_tenant() -> Outcome {
    let folder = shared_folder()?;
    let more = "share_content, create_public_links, administer, manage_settings";
    edit(&folder.path().join("account_types.yaml"), "administer, manage_settings", more)?;
    let world = World::of(folder).await?;
    let mona = world.program("mona@", &json!(["view", "explore", "share_content"])).await?;
    let (gus, tina) = (world.member("gus@").await?, world.member("tina@").await?);
    let list = format!("/v2/workbooks/{}/grants", orders(&mona).await?);
    let to = |id: &str, word: &str| json!({"grants": [{"grantee": {"memberId": id}, "permission": word}]});
    let (other, absent) = (mona.post(&list, to(&gus, "view")).await?, mona.post(&list, to("none", "view")).await?);
    assert_eq!((other.status, other.comparable()), (StatusCode::BAD_REQUEST, absent.comparable()));
    assert_eq!(mona.post(&list, to(&tina, "view")).await?.status, StatusCode::OK);
    assert_eq!(told(&mona.get(&list).await?, "memberId"), [tina.as_str()], "and none of the organization's teams");
    let teams = world.administrator().await?;
    let buyers = team(&teams, "Buyers").await?;
    let to_team = json!({"grants": [{"grantee": {"teamId": buyers}, "permission": "view"}]});
    assert_eq!(refusal(&mona.post(&list, to_team).await?).0, 400);
    Ok(())
}

#[tokio::test]
async fn s7_a_version_under_a_tag_is_granted_by_itself() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (orders, team) = (orders(&program).await?, team(&program, "Buyers").await?);
    let path = |id: &str| sigma::address(id, "Orders-7f55QbPFuCnK2n0P2tSuBl/tag/beta");
    assert_eq!(sigma::exchange(&world.vitrine, &path("1")).await?.code(), "ENOENT", "it is not shared");
    let grant = |tag: &str| json!({"inodeId": orders, "grantee": {"teamId": team}, "permission": "view", "tagId": tag});
    assert_eq!(refusal(&program.post("/v2/grants", grant("none")).await?).0, 404);
    let made = program.post("/v2/grants", grant("beta")).await?;
    assert_eq!((&made.json()["tagId"], &made.json()["inodeId"]), (&json!("beta"), &json!(orders)), "{}", made.text());
    let all = program.get(&format!("/v2/grants?inodeId={orders}&tagId=beta")).await?;
    assert_eq!(told(&all, "grantId"), [made.json()["grantId"].as_str().unwrap_or_default()]);
    let opened = sigma::exchange(&world.vitrine, &path("2")).await?;
    assert_eq!(
        (opened.status, &opened.json()["workbook"]),
        (StatusCode::OK, &json!("orders@beta")),
        "{}",
        opened.text()
    );
    let one = format!("/v2/workbooks/{orders}/grants/{}", made.json()["grantId"].as_str().unwrap_or_default());
    assert_eq!(program.delete(&one).await?.status, StatusCode::OK);
    assert_eq!(sigma::exchange(&world.vitrine, &path("3")).await?.code(), "ENOENT");
    Ok(())
}

#[tokio::test]
async fn s9_data_is_granted_on_connections_tables_and_models() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let team = team(&program, "Onlookers").await?;
    let connection = id_of(&program, "/v2/connections", "files", "connectionId").await?;
    let look_up = |path: Value| (format!("/v2/connection/{connection}/lookup"), json!({ "path": path }));
    let (path, body) = look_up(json!(["shop", "orders"]));
    let table = program.post(&path, body).await?.json();
    assert_eq!(table["kind"], "table", "{table}");
    let table = table["inodeId"].as_str().unwrap_or_default();
    let model = id_of(&program, "/v2/dataModels", "shop", "dataModelId").await?;
    for (list, words, on) in [
        (format!("/v2/connections/{connection}/grants"), ["usage", "annotate"], json!({"connection": "files"})),
        (format!("/v2/connections/paths/{table}/grants"), ["usage", "annotate"], json!({"table": "shop.orders"})),
        (format!("/v2/dataModels/{model}/grants"), ["explore", "explore"], json!({"model": "shop"})),
    ] {
        let to = |word: &str| json!({"grants": [{"grantee": {"teamId": team}, "permission": word}]});
        for (word, expected) in [(words[0], words[0]), (words[1], words[1]), (words[0], words[1])] {
            let made = program.post(&list, to(word)).await?;
            assert_eq!((made.status, made.json()), (StatusCode::OK, json!({})), "{list}: {}", made.text());
            let all = program.get(&list).await?.json();
            let own = all["entries"].as_array().and_then(|all| all.iter().find(|one| one["teamId"] == team.as_str()));
            assert_eq!(own.map(|own| own["permission"].clone()), Some(json!(expected)), "{list}: {all}");
        }
        assert!(level(&world, "Onlookers", on.clone()).await?.is_string(), "{on}");
        let own = program.get(&format!("/v2/grants?teamId={team}")).await?.json();
        let data = own["entries"].as_array().and_then(|all| all.iter().find(|one| one["inodeType"] != "workbook"));
        let id = data.and_then(|one| one["grantId"].as_str()).unwrap_or_default();
        assert_eq!(program.delete(&format!("{list}/{id}")).await?.status, StatusCode::OK, "{list}: {own}");
        assert!(level(&world, "Onlookers", on).await?.is_null());
    }
    for (path, status) in [(json!(["shop", "none"]), 404), (json!(["none"]), 404), (json!("shop"), 400)] {
        let (address, body) = look_up(path.clone());
        assert_eq!(refusal(&program.post(&address, body).await?).0, status, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn data_is_told_to_whom_it_is_there() -> Outcome {
    let world = World::new().await?;
    let (root, ines) = (world.administrator().await?, of_ines(&world).await?);
    let tables = json!([["shop", "customers"], ["shop", "orders"], ["shop", "secrets"]]);
    let paths = |answer: &Value| -> Value {
        answer["entries"].as_array().into_iter().flatten().map(|one| one["path"].clone()).collect()
    };
    assert_eq!(paths(&root.get("/v2/connections/paths").await?.json()), tables);
    let known = root.get("/v2/connections/4b1a1c1e-0000-4000-8000-000000000001").await?.json();
    assert_eq!((&known["name"], &known["type"]), (&json!("files"), &json!("files")), "by the id that it had in Sigma");
    let of_one = root.get("/v2/connections/paths?connectionId=4b1a1c1e-0000-4000-8000-000000000001").await?;
    assert_eq!(paths(&of_one.json()), tables);
    assert_eq!(told(&ines.get("/v2/connections").await?, "name"), ["files"]);
    let model = id_of(&ines, "/v2/dataModels", "shop", "dataModelId").await?;
    assert!(
        told(&ines.get(&format!("/v2/dataModels/{model}/elements")).await?, "elementId").contains(&"orders".into())
    );
    let columns = told(&ines.get(&format!("/v2/dataModels/{model}/columns?limit=200")).await?, "name");
    assert!(columns.contains(&"status".into()) && !columns.contains(&"cents".into()), "{columns:?}");
    assert_eq!(ines.get(&format!("/v2/dataModels/{model}")).await?.json()["name"], "shop");

    let ivan = world.program("ivan@", &json!(["view"])).await?;
    for list in ["/v2/connections", "/v2/connections/paths", "/v2/dataModels"] {
        assert!(told(&ivan.get(list).await?, "name").is_empty(), "whoever only looks asks nothing: {list}");
    }
    let connection = id_of(&root, "/v2/connections", "files", "connectionId").await?;
    let look_up = Some(json!({"path": ["shop", "orders"]}));
    let of_connections = [
        (Method::GET, "/v2/connections/{}", None),
        (Method::GET, "/v2/connections/paths?connectionId={}", None),
        (Method::POST, "/v2/connection/{}/lookup", look_up),
    ];
    expect_hidden(&ivan, &connection, &of_connections).await?;
    let of_models = [
        (Method::GET, "/v2/dataModels/{}", None),
        (Method::GET, "/v2/dataModels/{}/elements", None),
        (Method::GET, "/v2/dataModels/{}/columns", None),
    ];
    expect_hidden(&ivan, &model, &of_models).await
}
