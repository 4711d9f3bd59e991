//! Workspaces, files and workbooks: what the caller sees, and what they make of it.

use super::{World, refusal, told};
use crate::administration::Caller;
use crate::support::{Outcome, never_for};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::CallError;
use testkit::canary::Forbidden;

/// The id of the one of that name in a list.
pub(crate) async fn id_of(program: &Caller, list: &str, name: &str, member: &str) -> Result<String, CallError> {
    let answer = program.get(list).await?;
    assert_eq!(answer.status, StatusCode::OK, "{list}: {}", answer.text());
    let entries = answer.json()["entries"].as_array().cloned().unwrap_or_default();
    let found = entries.iter().find(|entry| entry["name"] == name).and_then(|entry| entry[member].as_str());
    found.map(str::to_owned).ok_or_else(|| format!("nothing is called {name} in {list}: {}", answer.text()).into())
}

/// A program of Ines, who is of acme's buyers, and must read of nobody else.
pub(crate) async fn of_ines(world: &World) -> Result<Caller, CallError> {
    let (id, secret) = world.credential("ines@", &json!(["view", "explore"])).await?;
    let answer = world.log_in(&id, &secret).await?;
    let mut stranger = world.vitrine.stranger();
    stranger.forbidden = Forbidden::texts(never_for("acme"));
    Ok(Caller::at(stranger, answer.json()["access_token"].as_str().unwrap_or_default()))
}

/// Expects requests to read the same of what is hidden and what is absent. `{}` is the id.
pub(crate) async fn expect_hidden(
    program: &Caller,
    hidden: &str,
    requests: &[(Method, &str, Option<Value>)],
) -> Outcome {
    for (method, path, body) in requests {
        let filled = |id: &str| {
            let body = body.as_ref().map(|body| body.to_string().replace("{}", id));
            (path.replace("{}", id), body.and_then(|body| serde_json::from_str(&body).ok()))
        };
        let ((one, its), (other, others)) = (filled(hidden), filled("none"));
        let there = program.ask(method.clone(), &one, its).await?;
        let absent = program.ask(method.clone(), &other, others).await?;
        assert_eq!(there.status, StatusCode::NOT_FOUND, "{method} {path}: {}", there.text());
        assert_eq!(there.comparable(), absent.comparable(), "{method} {path}");
    }
    Ok(())
}

#[tokio::test]
async fn an_administrator_makes_renames_and_deletes_workspaces() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    assert_eq!(told(&program.get("/v2/workspaces").await?, "name"), ["Shop", "Vault"]);
    let made = program.post("/v2/workspaces", json!({"name": "Embeds", "noDuplicates": true})).await?;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let me = program.get("/v2/whoami").await?.json();
    assert_eq!((&made.json()["name"], &made.json()["ownerId"]), (&json!("Embeds"), &me["userId"]));
    let one = format!("/v2/workspaces/{}", made.json()["workspaceId"].as_str().unwrap_or_default());
    assert_eq!(program.get(&one).await?.json(), made.json());
    let again = program.post("/v2/workspaces", json!({"name": "Embeds", "noDuplicates": true})).await?;
    assert_eq!(refusal(&again).0, 409);
    let twin = program.post("/v2/workspaces", json!({"name": "Embeds"})).await?;
    assert_eq!(told(&program.get("/v2/workspaces?name=Embeds").await?, "name").len(), 2, "{}", twin.text());
    let renamed = program.patch(&one, json!({"name": "Sales"})).await?;
    assert_eq!((renamed.status, &renamed.json()["name"]), (StatusCode::OK, &json!("Sales")), "{}", renamed.text());
    let gone = program.delete(&one).await?;
    assert_eq!((gone.status, gone.json()), (StatusCode::OK, json!({})), "{}", gone.text());
    assert_eq!(refusal(&program.get(&one).await?).0, 404);
    let shop = id_of(&program, "/v2/workspaces", "Shop", "workspaceId").await?;
    assert_eq!(refusal(&program.delete(&format!("/v2/workspaces/{shop}")).await?).0, 409, "something is in it");
    for (body, field) in [
        (json!({}), "name"),
        (json!({"name": "x", "description": "y"}), "description"),
        (json!({"name": "x", "noDuplicates": "yes"}), "noDuplicates"),
        (json!({"name": "x", "color": "red"}), "color"),
    ] {
        let (status, _, sentence) = refusal(&program.post("/v2/workspaces", body.clone()).await?);
        assert!(status == 400 && sentence.contains(field), "{body}: {status} {sentence}");
    }
    Ok(())
}

#[tokio::test]
async fn whoever_administers_nothing_sees_what_is_theirs_and_nothing_else() -> Outcome {
    let world = World::new().await?;
    let ines = of_ines(&world).await?;
    assert_eq!(told(&ines.get("/v2/workspaces").await?, "name"), ["Shop"]);
    let mut files = told(&ines.get("/v2/files").await?, "name");
    files.sort();
    assert_eq!(files, ["Daily", "Orders", "Shop"], "and not the vault, in which they see nothing");
    assert_eq!(told(&ines.get("/v2/workbooks").await?, "name"), ["Orders"]);
    let new = json!({"name": "Mine"});
    assert_eq!(refusal(&ines.post("/v2/workspaces", new).await?).0, 403);
    let shop = id_of(&ines, "/v2/workspaces", "Shop", "workspaceId").await?;
    assert_eq!(refusal(&ines.patch(&format!("/v2/workspaces/{shop}"), json!({"name": "x"})).await?).0, 403);
    assert_eq!(refusal(&ines.delete(&format!("/v2/workspaces/{shop}")).await?).0, 403);
    let folder = json!({"type": "folder", "name": "Mine", "parentId": shop});
    assert_eq!(refusal(&ines.post("/v2/files", folder).await?).0, 403);
    let vault = world.root.id("/api/v1/workspaces?name=vault").await?;
    let of_places = [
        (Method::GET, "/v2/workspaces/{}", None),
        (Method::PATCH, "/v2/workspaces/{}", Some(json!({"name": "x"}))),
        (Method::DELETE, "/v2/workspaces/{}", None),
        (Method::GET, "/v2/files/{}", None),
        (Method::GET, "/v2/files?parentId={}", None),
        (Method::DELETE, "/v2/files/{}", None),
        (Method::POST, "/v2/files", Some(json!({"type": "folder", "name": "x", "parentId": "{}"}))),
    ];
    expect_hidden(&ines, &vault, &of_places).await?;
    let hidden = world.root.id("/api/v1/workbook-definitions?name=hidden").await?;
    let copy = json!({"name": "x", "destinationFolderId": shop});
    let of_workbooks = [
        (Method::GET, "/v2/workbooks/{}", None),
        (Method::GET, "/v2/workbooks/{}/pages", None),
        (Method::GET, "/v2/workbooks/{}/pages/main/elements", None),
        (Method::GET, "/v2/workbooks/{}/elements", None),
        (Method::GET, "/v2/workbooks/{}/elements/main~total/columns", None),
        (Method::GET, "/v2/workbooks/{}/columns", None),
        (Method::GET, "/v2/workbooks/{}/controls", None),
        (Method::GET, "/v2/workbooks/{}/tags", None),
        (Method::DELETE, "/v2/workbooks/{}/tags/none", None),
        (Method::POST, "/v2/workbooks/tag", Some(json!({"workbookId": "{}", "tag": "x"}))),
        (Method::POST, "/v2/workbooks/{}/copy", Some(copy.clone())),
        (Method::POST, "/v2/workbooks/{}/tag/beta/copy", Some(copy)),
        (Method::GET, "/v2/files/{}", None),
        (Method::PATCH, "/v2/files/{}", Some(json!({"parentId": shop}))),
        (Method::DELETE, "/v2/files/{}", None),
    ];
    expect_hidden(&ines, &hidden, &of_workbooks).await
}

#[tokio::test]
async fn folders_are_made_renamed_and_deleted() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let shop = id_of(&program, "/v2/files?typeFilters=workspace", "Shop", "id").await?;
    let ivan = world.member("ivan@").await?;
    let new = json!({"type": "folder", "name": "Weekly", "parentId": shop, "ownerId": ivan});
    let made = program.post("/v2/files", new).await?;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let told_of = |member: &str| made.json()[member].as_str().unwrap_or_default().to_owned();
    assert_eq!([told_of("type"), told_of("parentId"), told_of("path")], ["folder", &shop, "Shop"]);
    assert_eq!(told_of("ownerId"), ivan);
    let one = format!("/v2/files/{}", told_of("id"));
    let me = program.get("/v2/whoami").await?.json()["userId"].clone();
    let changed = program.patch(&one, json!({"name": "Each week", "ownerId": me, "parentId": shop})).await?;
    assert_eq!((&changed.json()["name"], &changed.json()["ownerId"]), (&json!("Each week"), &me), "{}", changed.text());
    let inside = told(&program.get(&format!("/v2/files?parentId={shop}&typeFilters=folder")).await?, "name");
    assert_eq!(inside, ["Daily", "Each week"]);
    for (body, field) in [
        (json!({"parentId": told_of("id")}), "parentId"),
        (json!({"ownerId": "none"}), "ownerId"),
        (json!({"isArchived": true}), "isArchived"),
    ] {
        let (status, _, sentence) = refusal(&program.patch(&one, body).await?);
        assert!(status == 400 && sentence.contains(field), "{field}: {sentence}");
    }
    for (body, field) in [
        (json!({"type": "workspace", "name": "x", "parentId": shop}), "type"),
        (json!({"type": "folder", "name": "x", "parentId": told_of("id")}), "parentId"),
        (json!({"type": "folder", "name": "x"}), "parentId"),
        (json!({"type": "folder", "name": "x", "parentId": shop, "description": "y"}), "description"),
    ] {
        let (status, _, sentence) = refusal(&program.post("/v2/files", body.clone()).await?);
        assert!(status == 400 && sentence.contains(field), "{body}: {sentence}");
    }
    assert_eq!(program.delete(&one).await?.status, StatusCode::OK);
    assert_eq!(refusal(&program.get(&one).await?).0, 404);
    for query in ["typeFilters=dataset", "kind=x", "limit=0"] {
        assert_eq!(refusal(&program.get(&format!("/v2/files?{query}")).await?).0, 400, "{query}");
    }
    Ok(())
}

#[tokio::test]
async fn workbooks_are_made_copied_moved_and_thrown_away() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let daily = id_of(&program, "/v2/files?typeFilters=folder", "Daily", "id").await?;
    let new = json!({"name": "Empty", "folderId": daily, "description": ""});
    let made = program.post("/v2/workbooks", new).await?;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let told_of = |member: &str| made.json()[member].as_str().unwrap_or_default().to_owned();
    assert_eq!([told_of("name"), told_of("path"), told_of("folderId")], ["Empty", "Shop/Daily", &daily]);
    assert_eq!(made.json()["latestVersion"], 1);
    let url = format!("{}/portal/workbook/{}", world.vitrine.base, told_of("workbookUrlId"));
    assert_eq!(told_of("url"), url, "as the door of embeds opens it");

    let orders = id_of(&program, "/v2/workbooks", "Orders", "workbookId").await?;
    let by_url = program.get("/v2/workbooks/7f55QbPFuCnK2n0P2tSuBl").await?.json();
    assert_eq!((&by_url["workbookId"], &by_url["workbookUrlId"]), (&json!(orders), &json!("7f55QbPFuCnK2n0P2tSuBl")));
    let path = format!("/v2/workbooks/{orders}/copy");
    let copy = program.post(&path, json!({"name": "Copy", "destinationFolderId": daily})).await?;
    assert_eq!((copy.status, &copy.json()["name"]), (StatusCode::OK, &json!("Copy")), "{}", copy.text());
    let tagged = format!("/v2/workbooks/{orders}/tag/beta/copy");
    let tagged = program.post(&tagged, json!({"name": "To come", "destinationFolderId": daily})).await?;
    assert_eq!(tagged.status, StatusCode::OK, "{}", tagged.text());
    let pages = format!("/v2/workbooks/{}/pages", tagged.json()["workbookId"].as_str().unwrap_or_default());
    assert_eq!(told(&program.get(&pages).await?, "name"), ["Main"], "what that version shows");
    for (path, body, field) in [
        (path.as_str(), json!({"destinationFolderId": daily}), "name"),
        (path.as_str(), json!({"name": "x"}), "destinationFolderId"),
        (path.as_str(), json!({"name": "x", "destinationFolderId": "none"}), "destinationFolderId"),
        ("/v2/workbooks", json!({"name": "x", "folderId": daily, "templateId": "t"}), "templateId"),
        ("/v2/workbooks", json!({"name": "x", "folderId": daily, "description": "y"}), "description"),
        ("/v2/workbooks", json!({"name": "x", "folderId": daily, "dryRun": true}), "dryRun"),
        ("/v2/workbooks", json!({"name": "{{nobody", "folderId": daily}), "name"),
        ("/v2/workbooks", json!({"name": "x"}), "folderId"),
    ] {
        let (status, _, sentence) = refusal(&program.post(path, body.clone()).await?);
        assert!(status == 400 && sentence.contains(field), "{body}: {status} {sentence}");
    }

    let file = format!("/v2/files/{}", told_of("workbookId"));
    let shop = id_of(&program, "/v2/workspaces", "Shop", "workspaceId").await?;
    let moved = program.patch(&file, json!({"parentId": shop, "name": "Empty"})).await?;
    assert_eq!((&moved.json()["parentId"], &moved.json()["path"]), (&json!(shop), &json!("Shop")), "{}", moved.text());
    for (body, field) in [(json!({"name": "Other"}), "name"), (json!({"ownerId": "x"}), "ownerId")] {
        let (status, _, sentence) = refusal(&program.patch(&file, body).await?);
        assert!(status == 400 && sentence.contains(field), "{sentence}");
    }
    assert_eq!(program.delete(&file).await?.status, StatusCode::OK);
    assert_eq!(refusal(&program.get(&format!("/v2/workbooks/{}", told_of("workbookId"))).await?).0, 404);
    let trash = world.root.get("/api/v1/trash").await?.json();
    assert_eq!(trash["items"][0]["title"], "Empty", "{trash}");
    Ok(())
}

#[tokio::test]
async fn whatever_is_listed_is_found_by_its_id() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    assert!(told(&program.get("/v2/workbooks").await?, "name").contains(&"Activity".to_owned()), "it is built in");
    for (list, member) in [
        ("/v2/workspaces", "workspaceId"),
        ("/v2/files", "id"),
        ("/v2/workbooks", "workbookId"),
        ("/v2/grants", "grantId"),
        ("/v2/connections", "connectionId"),
        ("/v2/dataModels", "dataModelId"),
    ] {
        let ids = told(&program.get(list).await?, member);
        assert!(!ids.is_empty(), "{list}");
        for id in ids {
            let one = program.get(&format!("{list}/{id}")).await?;
            assert_eq!((one.status, &one.json()[member]), (StatusCode::OK, &json!(id)), "{list}: {}", one.text());
        }
    }
    Ok(())
}

#[tokio::test]
async fn what_is_in_a_workbook_is_told_as_it_is_shown() -> Outcome {
    let world = World::new().await?;
    let ines = of_ines(&world).await?;
    let one = format!("/v2/workbooks/{}", id_of(&ines, "/v2/workbooks", "Orders", "workbookId").await?);
    assert_eq!(told(&ines.get(&format!("{one}/pages")).await?, "pageId"), ["main", "page-2"]);
    let main = ines.get(&format!("{one}/pages/main/elements")).await?;
    assert_eq!(told(&main, "elementId"), ["main~total", "main~amount", "main~list", "main~words"]);
    assert_eq!(told(&main, "type"), ["visualization", "visualization", "table", "text"]);
    assert_eq!(main.json()["entries"][0]["vizualizationType"], "kpi");
    let fields = json!(["order_id", "status", "customer", "note", "amount"]);
    assert_eq!(main.json()["entries"][2]["columns"], fields);
    let columns = told(&ines.get(&format!("{one}/elements/main~list/columns")).await?, "name");
    assert_eq!(json!(columns), fields);
    let all = ines.get(&format!("{one}/elements?limit=3")).await?.json();
    assert_eq!((&all["total"], &all["hasMore"]), (&json!(8), &json!(true)));
    let controls = ines.get(&format!("{one}/controls")).await?;
    assert_eq!(told(&controls, "controlId"), ["status", "customer", "when", "worth", "words", "own"]);
    assert!(
        told(&ines.get(&format!("{one}/columns?limit=100")).await?, "elementId").contains(&"main~amount".to_owned())
    );
    for path in ["pages/none/elements", "elements/none/columns"] {
        assert_eq!(refusal(&ines.get(&format!("{one}/{path}")).await?).0, 404, "{path}");
    }
    // What the administrator has no data of has no columns for them.
    let root = world.administrator().await?;
    assert!(told(&root.get(&format!("{one}/columns")).await?, "name").is_empty());
    Ok(())
}

#[tokio::test]
async fn tags_are_put_on_what_is_published_and_taken_off() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let orders = id_of(&program, "/v2/workbooks", "Orders", "workbookId").await?;
    let tags = format!("/v2/workbooks/{orders}/tags");
    assert_eq!(told(&program.get(&tags).await?, "tagName"), ["beta"]);
    let set = program.post("/v2/workbooks/tag", json!({"workbookId": orders, "tag": "Production"})).await?;
    assert_eq!((set.status, &set.json()["versionTagId"]), (StatusCode::OK, &json!("production")), "{}", set.text());
    assert_eq!(told(&program.get(&tags).await?, "versionTagId"), ["beta", "production"]);
    assert_eq!(told(&program.get("/v2/tags").await?, "name"), ["beta", "production"]);
    assert_eq!(told(&program.get("/v2/tags/production/workbooks").await?, "workbookId"), [orders.as_str()]);
    assert_eq!(program.delete(&format!("{tags}/production")).await?.status, StatusCode::OK);
    assert_eq!(refusal(&program.delete(&format!("{tags}/production")).await?).0, 404);
    assert_eq!(refusal(&program.get("/v2/tags/production/workbooks").await?).0, 404);
    for (body, field) in [
        (json!({"workbookId": orders, "tag": "no name"}), "tag"),
        (json!({"workbookId": orders}), "tag"),
        (json!({"tag": "x"}), "workbookId"),
        (json!({"workbookId": orders, "tag": "x", "sourceSwap": []}), "sourceSwap"),
    ] {
        let (status, _, sentence) = refusal(&program.post("/v2/workbooks/tag", body.clone()).await?);
        assert!(status == 400 && sentence.contains(field), "{body}: {status} {sentence}");
    }
    let ines = of_ines(&world).await?;
    assert!(told(&ines.get("/v2/tags").await?, "name").is_empty(), "a tag is shared by itself");
    assert_eq!(refusal(&ines.post("/v2/workbooks/tag", json!({"workbookId": orders, "tag": "x"})).await?).0, 403);
    Ok(())
}

#[tokio::test]
async fn what_a_member_sees_is_told_to_their_administrators() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let (ines, desk) = (world.member("ines@").await?, world.member("desk@").await?);
    let files = program.get(&format!("/v2/members/{ines}/files?typeFilters=workbook")).await?;
    assert_eq!((told(&files, "name"), told(&files, "permission")), (vec!["Orders".into()], vec!["explore".into()]));
    assert!(told(&program.get(&format!("/v2/members/{desk}/files")).await?, "name").is_empty());
    assert_eq!(refusal(&program.get(&format!("/v2/members/{ines}/files?typeFilters=folder")).await?).0, 400);
    assert_eq!(refusal(&program.get("/v2/members/none/files").await?).0, 404);
    let other = of_ines(&world).await?;
    let (own, none) =
        (other.get(&format!("/v2/members/{ines}/files")).await?, other.get("/v2/members/none/files").await?);
    assert_eq!((own.status, own.comparable()), (StatusCode::FORBIDDEN, none.comparable()));
    Ok(())
}
