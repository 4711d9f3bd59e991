//! What a host's administrator does by this API, and what its customers then see at the door of embeds.

use super::World;
use super::content::{id_of, of_ines};
use super::{refusal, told};
use crate::administration::Caller;
use crate::sigma::{claims, exchange, signed};
use crate::support::{Outcome, edit, never_for};
use reqwest::StatusCode;
use serde_json::json;
use std::fs;
use testkit::callers::{Answer, CallError, Viewer};

/// The numbers of the small world's 60 orders that end so. Those of acme's are odd; 7 is a draft, and 9 is deleted.
fn ending(digits: &[i64]) -> Vec<i64> {
    (1..=60).filter(|number| digits.contains(&(number % 10))).collect()
}

/// Opens an address as the API told it, for somebody of teams and a company.
async fn open(world: &World, url: &str, (id, teams, company): (&str, &[&str], &str)) -> Result<Answer, CallError> {
    let mut token = claims(id, "acme");
    token["teams"] = json!(teams);
    token["user_attributes"] = json!({"company": company});
    let path = url.strip_prefix(&world.vitrine.base).unwrap_or_default();
    exchange(&world.vitrine, &format!("{path}?:jwt={}&:embed=true", signed(&token))).await
}

/// The same, as somebody who looks and reads of no other tenant.
async fn viewer(world: &World, url: &str, whom: (&str, &[&str], &str)) -> Result<Viewer, CallError> {
    let opened = open(world, url, whom).await?;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text());
    let text = |member: &str| opened.json()[member].as_str().unwrap_or_default().to_owned();
    let (handle, workbook) = (text("handle"), text("workbook"));
    Ok(Viewer { stranger: world.vitrine.stranger(), handle, session: String::new(), workbook })
}

/// The numbers of the orders that are listed.
async fn orders(viewer: &Viewer) -> Result<Vec<i64>, CallError> {
    let answer = viewer.element("main/list", &json!({})).await?;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let mut numbers: Vec<i64> = answer.rows().iter().filter_map(|row| row[0].as_i64()).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// Grants to teams on one thing, in one request.
async fn grant(program: &Caller, list: &str, to: &[(&str, &str)]) -> Outcome {
    let mut grants = Vec::new();
    for (team, word) in to {
        let team = id_of(program, "/v2/teams", team, "teamId").await?;
        grants.push(json!({"grantee": {"teamId": team}, "permission": word}));
    }
    let answer = program.post(list, json!({ "grants": grants })).await?;
    assert_eq!((answer.status, answer.json()), (StatusCode::OK, json!({})), "{}", answer.text());
    Ok(())
}

#[tokio::test]
async fn s7_s8_s9_s10_a_workspace_is_shared_with_teams_and_opens_at_the_door() -> Outcome {
    let world = World::edited(|folder| {
        let grants = folder.join("grants.yaml");
        edit(&grants, "  - {to: {team: Buyers}, on: {model: shop}, level: use}\n", "")?;
        edit(&grants, "  - {to: {team: Support}, on: {connection: files}, level: use}\n", "")
    })
    .await?;
    let program = world.administrator().await?;

    // S7: a workspace, and a workbook in it.
    let workspace = program.post("/v2/workspaces", json!({"name": "Embeds"})).await?.json();
    let workspace = workspace["workspaceId"].as_str().unwrap_or_default();
    let original = id_of(&program, "/v2/workbooks", "Orders", "workbookId").await?;
    let copy = json!({"name": "Orders of customers", "destinationFolderId": workspace});
    let made = program.post(&format!("/v2/workbooks/{original}/copy"), copy).await?;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let url = made.json()["url"].as_str().unwrap_or_default().to_owned();
    let name = world.root.get("/api/v1/workspaces?beginning=embeds").await?.json()["items"][0]["name"].clone();
    let key = world.root.id("/api/v1/embed-keys?name=sigma").await?;
    let wider = json!({"ceiling": {"content": [{"workspace": name}]}});
    assert_eq!(world.root.patch(&format!("/api/v1/embed-keys/{key}"), wider).await?.status, StatusCode::OK);
    let absent = open(&world, &url, ("1", &["Buyers"], "acme")).await?;
    assert_eq!(absent.code(), "ENOENT", "nobody was granted anything");

    // S8: one team explores, the other views.
    grant(&program, &format!("/v2/workspaces/{workspace}/grants"), &[("Buyers", "explore"), ("Support", "view")])
        .await?;

    // S9: without the data there is nothing.
    let buyer = viewer(&world, &url, ("2", &["Buyers"], "acme")).await?.never_sees(["CNRY_"]);
    let closed = buyer.element("main/list", &json!({})).await?;
    assert!(!closed.status.is_success() && closed.rows().is_empty(), "{}", closed.text());
    let connection = id_of(&program, "/v2/connections", "files", "connectionId").await?;
    let list = format!("/v2/connections/{connection}/grants");
    grant(&program, &list, &[("Buyers", "usage"), ("Support", "usage")]).await?;

    // S10: the same workbook, and to each the rows that are theirs.
    let buyer = viewer(&world, &url, ("3", &["Buyers"], "acme")).await?.never_sees(never_for("acme"));
    let support = viewer(&world, &url, ("4", &["Support"], "acme")).await?;
    assert_eq!((orders(&buyer).await?, orders(&support).await?), (ending(&[1, 3, 5]), ending(&[1, 3, 5, 7])));
    let other = viewer(&world, &url, ("5", &["Buyers"], "globex")).await?.never_sees(never_for("globex"));
    assert_eq!(orders(&other).await?, ending(&[2, 4, 6]));
    let none = viewer(&world, &url, ("6", &["Buyers"], "nobody")).await?.never_sees(["CNRY_"]);
    assert!(orders(&none).await?.is_empty());
    let query = json!({"explore": "shop.orders", "fields": ["orders"]});
    assert_eq!(buyer.query(&query).await?.status, StatusCode::OK, "can explore");
    assert_eq!(support.query(&query).await?.status, StatusCode::NOT_FOUND, "can view");

    // What is taken away is gone for whoever is looking.
    let shared = program.get(&format!("/v2/workspaces/{workspace}/grants")).await?;
    for id in told(&shared, "grantId") {
        assert_eq!(program.delete(&format!("/v2/grants/{id}")).await?.status, StatusCode::OK);
    }
    assert!(!buyer.element("main/list", &json!({})).await?.status.is_success());
    Ok(())
}

/// Policies in Sigma's spelling.
const POLICIES: &str = "    row_policies:
      - name: by_attribute
        permit: {teams: [Buyers]}
        rule: 'CurrentUserAttributeText(\"company\") = [tenant]'
      - name: by_team
        permit: all
        rule: 'CurrentUserInTeam(\"Support\", \"Onlookers\") AND [tenant] = \"globex\"'
      - name: by_address
        permit: all
        rule: '[note] = CurrentUserEmail()'
    column_policies:
      - {columns: [note], visible_to: nobody, otherwise: hide}
      - {columns: [amount], visible_to: {teams: [Support, Auditors]}, otherwise: hide}
      - {columns: [day], visible_to: {access_grants: [inside]}, otherwise: hide}
";

/// The small world with these policies, in which the second order has the address of one of acme's people.
async fn secured() -> Result<World, CallError> {
    World::edited(|folder| {
        let model = folder.join("models/shop.yaml");
        let text = fs::read_to_string(&model)?;
        let (head, rest) = text.split_once("    row_policies:\n").ok_or("no policies")?;
        let (_, tail) = rest.split_once("  customers:\n").ok_or("no customers")?;
        let inside = "access_grants:\n  inside: {user_attribute: company, allowed_values: [acme]}\ntables:\n";
        let head = head.replacen("tables:\n", inside, 1);
        fs::write(&model, format!("{head}{POLICIES}  customers:\n{tail}"))?;
        edit(&folder.join("data/orders.csv"), "CNRY_globex_order_1\n", "bea@acme.example\n")?;
        edit(&folder.join("teams.yaml"), "teams:\n", "teams:\n  - {name: Auditors}\n")?;
        let more = "grants:\n  - {to: {member: root@portal.example}, on: {connection: files}, level: use}\n  \
            - {to: {team: Onlookers}, on: {model: shop}, level: use}\n";
        edit(&folder.join("grants.yaml"), "grants:\n", more)
    })
    .await
}

/// The numbers of the orders that somebody of a team finds who brings this company.
async fn numbers(world: &World, whom: (&str, &[&str], &str)) -> Result<Vec<i64>, CallError> {
    let viewer = viewer(world, &address(world), whom).await?;
    let answer = viewer.query(&json!({"explore": "shop.orders", "fields": ["order_id"]})).await?;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let mut numbers: Vec<i64> = answer.rows().iter().filter_map(|row| row[0].as_i64()).collect();
    numbers.sort_unstable();
    Ok(numbers)
}

fn address(world: &World) -> String {
    format!("{}/acme/workbook/Orders-7f55QbPFuCnK2n0P2tSuBl", world.vitrine.base)
}

/// Lets a team ask questions of its own.
async fn let_explore(program: &Caller, team: &str) -> Outcome {
    let daily = id_of(program, "/v2/files?typeFilters=folder", "Daily", "id").await?;
    let team = id_of(program, "/v2/teams", team, "teamId").await?;
    let grant = json!({"inodeId": daily, "grantee": {"teamId": team}, "permission": "explore"});
    assert_eq!(program.post("/v2/grants", grant).await?.json()["permission"], "explore");
    Ok(())
}

#[tokio::test]
async fn s10_rows_are_those_of_the_attribute_the_team_or_the_address() -> Outcome {
    let world = secured().await?;
    let program = world.administrator().await?;
    for team in ["Support", "Onlookers"] {
        let_explore(&program, team).await?;
    }
    let (acme, globex) = (ending(&[1, 3, 5, 7, 9]), ending(&[0, 2, 4, 6, 8]));
    let with_own: Vec<i64> = [acme.clone(), vec![2]].concat();
    let sorted = |mut numbers: Vec<i64>| {
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(
        numbers(&world, ("1", &["Buyers"], "acme")).await?,
        sorted(with_own),
        "and the order with their address"
    );
    assert_eq!(numbers(&world, ("2", &["Buyers"], "none")).await?, [2]);
    for (id, team) in [("3", "Support"), ("4", "Onlookers")] {
        assert_eq!(numbers(&world, (id, &[team], "acme")).await?, globex, "{team}");
    }
    let both = sorted([acme, globex].concat());
    assert_eq!(numbers(&world, ("5", &["Buyers", "Support"], "acme")).await?, both, "what either opens");
    Ok(())
}

/// Which of these fields exist for somebody.
async fn fields(viewer: &Viewer) -> Result<Vec<&'static str>, CallError> {
    let mut there = Vec::new();
    for field in ["order_id", "note", "worth", "day"] {
        let answer = viewer.query(&json!({"explore": "shop.orders", "fields": [field]})).await?;
        there.extend((answer.status == StatusCode::OK).then_some(field));
    }
    Ok(there)
}

#[tokio::test]
async fn s10_columns_are_for_nobody_for_some_or_by_attribute() -> Outcome {
    let world = secured().await?;
    let program = world.administrator().await?;
    let_explore(&program, "Support").await?;
    let url = address(&world);
    for (whom, expected) in [
        (("1", &["Buyers"][..], "acme"), &["order_id", "day"][..]),
        (("2", &["Buyers"][..], "globex"), &["order_id"][..]),
        (("3", &["Support"][..], "acme"), &["order_id", "worth", "day"][..]),
        (("4", &["Support"][..], "globex"), &["order_id", "worth"][..]),
    ] {
        assert_eq!(fields(&viewer(&world, &url, whom).await?).await?, expected, "{whom:?}");
    }

    let model = id_of(&program, "/v2/dataModels", "shop", "dataModelId").await?;
    let columns = format!("/v2/dataModels/{model}/columns?limit=200");
    let of = |answer: &Answer| -> Vec<String> {
        let sought = ["order_id", "note", "worth", "day"];
        told(answer, "name").into_iter().filter(|name| sought.contains(&name.as_str())).collect()
    };
    assert_eq!(of(&program.get(&columns).await?), ["order_id"], "no-one can view: administrators neither");
    let query = |field: &str| json!({"explore": "shop.orders", "fields": [field]});
    for (field, is_there) in [("order_id", true), ("note", false), ("worth", false), ("day", false)] {
        let answer = world.root.post("/api/v1/query", query(field)).await?;
        assert_eq!(answer.status == StatusCode::OK, is_there, "{field}: {}", answer.text());
    }

    // Specific users are a team of these users.
    let ines = of_ines(&world).await?;
    assert_eq!(of(&ines.get(&columns).await?), ["day", "order_id"]);
    let auditors = id_of(&program, "/v2/teams", "Auditors", "teamId").await?;
    let members = format!("/v2/teams/{auditors}/members");
    let added = program.patch(&members, json!({"add": [world.member("ines@").await?]})).await?;
    assert_eq!(added.status, StatusCode::OK, "{}", added.text());
    assert_eq!(of(&ines.get(&columns).await?), ["day", "order_id", "worth"]);
    let wrong = program.patch(&members, json!({"add": ["none"]})).await?;
    assert!([400, 404].contains(&refusal(&wrong).0));
    Ok(())
}
