//! Every route of administration, asked by every kind of caller about what is theirs, another tenant's, and absent.

use super::Caller;
use crate::support::{Outcome, Vitrine};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::callers::CallerKind;
use server::routes::routes;
use testkit::callers::{Answer, CallError};

/// What a route is about: its list, and how something of it is told from something else.
pub(crate) const LISTS: [(&str, &str); 17] = [
    ("/api/v1/members/", "members"),
    ("/api/v1/sessions/", "sessions"),
    ("/api/v1/api-credentials/", "api-credentials"),
    ("/api/v1/teams/", "teams"),
    ("/api/v1/tenants/", "tenants"),
    ("/api/v1/account-types/", "account-types"),
    ("/api/v1/attributes/", "attributes"),
    ("/api/v1/grants/", "grants"),
    ("/api/v1/workspaces/", "workspaces"),
    ("/api/v1/folders/", "folders"),
    ("/api/v1/issuers/", "issuers"),
    ("/api/v1/embed-keys/", "embed-keys"),
    ("/api/v1/identity-providers/", "identity-providers"),
    ("/api/v1/connections/", "connections"),
    ("/api/v1/models/", "models"),
    ("/api/v1/tags/", "tags"),
    ("/api/v1/workbook-definitions/", "workbook-definitions"),
];

/// Status and body, but for the id that was asked for and that of the request.
fn told(answer: &Answer, id: &str) -> (StatusCode, String) {
    let (status, body) = answer.comparable();
    (status, body.to_string().replace(id, "ID"))
}

async fn ask(caller: &Caller, method: &Method, path: &str) -> Result<Answer, CallError> {
    let body = matches!(*method, Method::POST | Method::PATCH | Method::PUT).then(|| json!({}));
    caller.ask(method.clone(), path, body).await
}

/// The routes of administration that are about one thing.
fn about_one() -> Vec<(Method, String, &'static str)> {
    let routes = routes().into_iter().filter(|route| route.caller == CallerKind::Administrator);
    let one = routes.filter_map(|route| {
        let (beginning, list) = LISTS.iter().find(|(beginning, _)| route.path.starts_with(beginning))?;
        let behind = route.path.strip_prefix(beginning)?.split_once('}')?.1;
        Some((route.method, format!("{beginning}ID{behind}"), *list))
    });
    one.collect()
}

#[tokio::test]
async fn whoever_lacks_the_permission_reads_the_same_of_what_is_there_and_what_is_not() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let acme = vitrine.buyer("acme").await?;
    let callers = [
        ("an embed member", Caller::with(&vitrine, &acme.handle)),
        ("an internal member", vitrine.logged_in("ines@portal.example").await?),
        ("a stranger", Caller::with(&vitrine, "vh_nobody")),
    ];
    let before = state(&root).await?;
    let asked = about_one();
    assert!(asked.len() >= 40, "{}", asked.len());
    for (method, path, list) in asked {
        let Ok(there) = root.id(&format!("/api/v1/{list}")).await else { continue };
        for (who, caller) in &callers {
            let hidden = ask(caller, &method, &path.replace("ID", &there)).await?;
            let absent = ask(caller, &method, &path.replace("ID", "none")).await?;
            let expected = if *who == "a stranger" { StatusCode::UNAUTHORIZED } else { StatusCode::FORBIDDEN };
            assert_eq!(hidden.status, expected, "{who}: {method} {path}: {}", hidden.text());
            assert_eq!(told(&hidden, &there), told(&absent, "none"), "{who}: {method} {path}");
        }
    }
    assert_eq!(state(&root).await?, before, "and nothing has changed");
    Ok(())
}

#[tokio::test]
async fn what_is_out_of_a_tenants_reach_reads_like_what_is_absent() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (root, tina) = (vitrine.root().await?, vitrine.logged_in("tina@acme.example").await?);
    let globex = vitrine.buyer("globex").await?;
    let member = root.id("/api/v1/members?beginning=bea@globex").await?;
    let team = root.id("/api/v1/teams?name=Buyers").await?;
    for (method, path, list) in about_one() {
        let there = match list {
            "members" => member.as_str(),
            "sessions" => globex.session.as_str(),
            "teams" => team.as_str(),
            _ => continue,
        };
        let hidden = ask(&tina, &method, &path.replace("ID", there)).await?;
        let absent = ask(&tina, &method, &path.replace("ID", "none")).await?;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{method} {path}: {}", hidden.text());
        assert_eq!(told(&hidden, there), told(&absent, "none"), "{method} {path}");
    }
    assert_eq!(globex.open_workbook().await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn a_write_leaves_one_event_and_reading_leaves_nothing_else() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let root = vitrine.root().await?;
    let events = || async { Ok::<usize, CallError>(vitrine.audit().await?.len()) };
    let revision = root.get("/api/v1/teams").await?;
    assert_eq!(revision.status, StatusCode::OK);
    let stored = apply_state(&vitrine).await?;
    let mut reads = 0;
    for route in routes().into_iter().filter(|route| route.caller == CallerKind::Administrator) {
        if route.method == Method::GET && !route.path.contains('{') && route.path != "/api/v1/access" {
            let before = events().await?;
            let answer = root.get(route.path).await?;
            assert_eq!(answer.status, StatusCode::OK, "{}", route.path);
            assert!(events().await? <= before + 1, "{}", route.path);
            reads += 1;
        }
    }
    assert!(reads > 15, "{reads}");
    assert_eq!(apply_state(&vitrine).await?, stored, "reading changes nothing");
    let before = events().await?;
    let made = root.post("/api/v1/teams", json!({"name": "Pilots"})).await?;
    assert_eq!(events().await?, before + 1, "made");
    root.patch(&made.header("location"), json!({"rank": 2})).await?;
    assert_eq!(events().await?, before + 2, "changed");
    root.delete(&made.header("location")).await?;
    assert_eq!(events().await?, before + 3, "deleted");
    root.post("/api/v1/teams", json!({"name": " "})).await?;
    assert_eq!(events().await?, before + 3, "what makes no sense was never decided");
    Ok(())
}

/// All that an administrator can read.
async fn state(root: &Caller) -> Result<Vec<Value>, CallError> {
    let mut lists = Vec::new();
    for (_, list) in LISTS.iter().filter(|(_, list)| *list != "sessions") {
        lists.push(root.get(&format!("/api/v1/{list}?limit=200")).await?.json());
    }
    Ok(lists)
}

/// What is in force, by what it says and how often it has changed.
async fn apply_state(vitrine: &Vitrine) -> Result<(String, u64), CallError> {
    let loaded = vitrine.store().await?.load().await?.ok_or("nothing is in force")?;
    Ok((serde_json::to_string(&loaded.definitions)?, loaded.revision))
}
