//! Tableau's door: the page of a view, and tokens that open it. Stories T1 to T7.

mod pages;
mod people;
mod sessions;
mod trusts;

use crate::support::{TABLEAU_SECRET, Vitrine, copy_of, edit};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError, Viewer};
use testkit::world;

/// The clock of tests stands at 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

/// Where the demo's host is.
const HOST: &str = "http://localhost:8092";

/// What the demo's host calls the sales.
const VIEW: &str = "/views/RegionalSales/Overview";

/// The client id of the demo's connected app.
const APP: &str = "contrail-tableau";

/// The id of the secret of that, which stands in hosts and therefore never changes.
const SECRET_ID: &str = "d7fbfd63-ff4d-846c-980f-3fb96d1dbbd8";

const FRED: &str = "fred.suzuki@contrail.example";
const SAWDIE: &str = "sawdie.pawthorne@contrail.example";

/// What the demo's host says of somebody.
fn said(id: &str, subject: &str) -> Value {
    json!({
        "iss": APP, "aud": "tableau", "sub": subject, "jti": id, "exp": NOW + 300, "scp": ["tableau:views:embed"]
    })
}

/// The same, of a manager of regions.
fn of_region(id: &str, subject: &str, region: &Value) -> Value {
    with(said(id, subject), "region", region)
}

fn with(mut said: Value, claim: &str, value: &Value) -> Value {
    said[claim] = value.clone();
    said
}

/// Of somebody who has no account, with groups.
fn on_demand(id: &str, groups: &Value) -> Value {
    let said = of_region(id, "visitor-8841@acme.example", &json!(["South"]));
    with(with(said, "https://tableau.com/oda", &json!("true")), "https://tableau.com/groups", groups)
}

fn signed(claims: &Value) -> String {
    testkit::sign::token(&json!({"alg": "HS256", "typ": "JWT", "kid": SECRET_ID, "iss": APP}), claims, TABLEAU_SECRET)
}

/// The demo, but for edits: file, text, and what stands in its place.
fn edited(edits: &[(&str, &str, &str)]) -> Result<TempDir, CallError> {
    let folder = copy_of(&world::demo())?;
    for (file, from, to) in edits {
        edit(&folder.path().join(file), from, to)?;
    }
    Ok(folder)
}

/// The demo, which lets in people on demand and in groups that tokens name.
fn admitting() -> Result<TempDir, CallError> {
    edited(&[
        ("vitrine.yaml", "name: Contrail\n", "name: Contrail\non_demand_access: true\ndynamic_teams: true\n"),
        ("teams.yaml", "- name: Regional managers", "- name: Regional managers\n    on_demand: true"),
    ])
}

async fn served(folder: &Path) -> Result<Vitrine, CallError> {
    Vitrine::of(folder).await
}

/// Hands a token in, as the page at an address does below a page of the host's.
async fn exchange(vitrine: &Vitrine, address: &str, token: &str) -> Result<Answer, CallError> {
    hand_in(vitrine, &json!({"address": address, "token": token, "parent_origin": HOST})).await
}

async fn hand_in(vitrine: &Vitrine, body: &Value) -> Result<Answer, CallError> {
    let stranger = vitrine.stranger();
    let request = stranger.request(Method::POST, "/api/v1/tableau/sessions").header("origin", &vitrine.base);
    stranger.send(request.json(body)).await
}

async fn open(vitrine: &Vitrine, claims: &Value) -> Result<Answer, CallError> {
    exchange(vitrine, VIEW, &signed(claims)).await
}

/// Somebody who looks at the sales.
async fn viewer(vitrine: &Vitrine, claims: &Value) -> Result<Viewer, CallError> {
    let opened = open(vitrine, claims).await?;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text());
    Ok(viewer_of(vitrine, &opened))
}

fn viewer_of(vitrine: &Vitrine, opened: &Answer) -> Viewer {
    let handle = opened.json()["handle"].as_str().unwrap_or_default().to_owned();
    Viewer { stranger: vitrine.stranger(), handle, session: String::new(), workbook: "sales".into() }
}

/// The rows of the table of regions and managers. There is always an answer.
async fn rows(viewer: &Viewer) -> Result<Value, CallError> {
    let table = viewer.element("overview/by-manager", &json!({})).await?;
    assert_eq!(table.status, StatusCode::OK, "a blank view, not an error: {}", table.text());
    Ok(json!(table.rows()))
}

/// Tableau's code and the reason of a refusal.
fn told(answer: &Answer) -> (StatusCode, Value, Value) {
    let json = answer.json();
    (answer.status, json["error_code"].clone(), json["reason"].clone())
}

fn refused(code: u32, reason: &str) -> (StatusCode, Value, Value) {
    (StatusCode::UNAUTHORIZED, json!(code), json!(reason))
}
