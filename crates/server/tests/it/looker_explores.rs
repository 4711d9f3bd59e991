//! Explores as targets of Looker's door, and filters of its addresses, which are expressions.

use crate::looker::{HOST, address, exchange, log_in, said, world};
use crate::support::{Outcome, Vitrine, edit, never_for};
use model::enforcement::{Point, switch_off};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError, Viewer};
use testkit::world::{ACME, GLOBEX};
use url::form_urlencoded;

const EXPLORE: &str = "/embed/explore/shop/orders";

/// An address with a search.
fn at(path: &str, search: &[(&str, &str)]) -> String {
    format!("{path}?{}", form_urlencoded::Serializer::new(String::new()).extend_pairs(search).finish())
}

/// What a host says of a buyer who may explore.
fn explorer(nonce: &str, company: &str) -> Value {
    let mut said = said(nonce, company);
    said["permissions"] = json!(["access_data", "see_looks", "explore"]);
    said
}

async fn open(vitrine: &Vitrine, target: &str, said: &Value) -> Result<Answer, CallError> {
    let logged_in = log_in(vitrine, &address(vitrine, target, said)).await?;
    if logged_in.status != StatusCode::FOUND {
        return Ok(logged_in);
    }
    exchange(vitrine, &logged_in.header("location"), HOST).await
}

fn viewer(vitrine: &Vitrine, opened: &Answer) -> Viewer {
    let handle = opened.json()["handle"].as_str().unwrap_or_default().to_owned();
    Viewer { stranger: vitrine.stranger(), handle, session: String::new(), workbook: "orders".into() }
}

/// What a page in an open session is told of another address.
async fn content(viewer: &Viewer, address: &str) -> Result<Answer, CallError> {
    let request = viewer.stranger.request(Method::POST, "/api/v1/looker/content").bearer_auth(&viewer.handle);
    viewer.stranger.send(request.json(&json!({"address": address}))).await
}

#[tokio::test]
async fn l3_an_explore_opens_for_whoever_may_explore_with_their_own_rows() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let search = [
        ("fields", "orders.note,orders.orders"),
        ("f[orders.status]", "paid,%hip%"),
        ("f[orders.day]", "this quarter"),
        ("f[orders.note]", ""),
        ("sorts", "orders.note desc 0"),
        ("limit", "50"),
        ("embed_domain", HOST),
    ];
    for (company, own) in [("acme", ACME), ("globex", GLOBEX)] {
        let opened = open(&vitrine, &at(EXPLORE, &search), &explorer(company, company)).await?;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.text());
        let question = opened.json()["question"].clone();
        let matches = |field: &str, text: &str| json!({"field": field, "operator": "matches", "values": [text]});
        let expected = json!({
            "explore": "shop.orders", "fields": ["note", "orders"], "limit": 50,
            "filters": [matches("status", "paid,%hip%"), matches("day", "this quarter")],
            "sorts": [{"field": "note", "descending": true}],
        });
        assert_eq!(question, expected);
        assert!(opened.json()["presentation"].is_object() && opened.json().get("workbook").is_none());
        let viewer = viewer(&vitrine, &opened).never_sees(never_for(company));
        let answer = viewer.query(&question).await?;
        let rows = answer.rows();
        assert!(rows.len() == 6 && answer.text().contains(own), "of two statuses and three months: {}", answer.text());
        let mut sorted = rows.clone();
        sorted.sort_by(|one, other| other[0].as_str().cmp(&one[0].as_str()));
        assert_eq!(rows, sorted);
    }
    Ok(())
}

/// Hidden, absent and not theirs to explore are one answer, at the login and for a page in an open session.
#[tokio::test]
async fn l3_an_explore_that_somebody_may_not_ask_is_as_if_it_were_absent() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let mut refusals = Vec::new();
    let with = |nonce: &str, member: &str, value: Value| {
        let mut said = explorer(nonce, "acme");
        said[member] = value;
        said
    };
    for (target, said) in [
        (EXPLORE, said("1", "acme")),
        (EXPLORE, with("2", "permissions", json!(["access_data", "explore"]))),
        (EXPLORE, with("3", "models", json!(["purchasing"]))),
        (EXPLORE, with("4", "group_ids", json!(["Support"]))),
        ("/embed/explore/shop/absent", explorer("5", "acme")),
        ("/embed/explore/absent/orders", explorer("6", "acme")),
        ("/embed/explore/Shop/or ders", explorer("7", "acme")),
        // Its search is not looked at before.
        ("/embed/explore/shop/absent?limit=none&pivots=x", explorer("8", "acme")),
    ] {
        let refused = open(&vitrine, target, &said).await?;
        refusals.push((refused.status, refused.detail()));
    }
    let opened = open(&vitrine, "/embed/dashboards/3", &said("9", "acme")).await?;
    let looks = viewer(&vitrine, &opened);
    for address in [EXPLORE, "/embed/explore/shop/absent", "/embed/explore/shop", "/embed/query/shop/orders?qid=a"] {
        let refused = content(&looks, address).await?;
        refusals.push((refused.status, refused.detail()));
    }
    refusals.dedup();
    assert!(refusals.len() == 1 && refusals[0].1.contains("could not be found"), "{refusals:?}");

    let _off = switch_off(Point::ExplorePermission);
    assert_eq!(content(&looks, EXPLORE).await?.status, StatusCode::OK, "the permission is what keeps them out");
    Ok(())
}

/// What is asked can be saved where the folder lets them, by whoever came with the permission.
#[tokio::test]
async fn l3_what_is_asked_is_saved_with_save_content_alone() -> Outcome {
    let (vitrine, folder) = world().await?;
    let file = |name: &str| folder.path().join(name);
    let may = |more: &str| format!("teams: [Buyers, Support]\n      permissions: [view, explore, {more}]");
    edit(&file("embed_keys.yaml"), &may("export_csv"), &may("save_content"))?;
    edit(
        &file("grants.yaml"),
        "on: {folder: shop/daily}, level: explore",
        "on: {folder: shop/daily}, level: contribute",
    )?;
    vitrine.apply(folder.path()).await?;
    let with = |nonce: &str, more: &[&str]| {
        let mut said = explorer(nonce, "acme");
        said["permissions"] = json!([&["access_data", "see_looks", "explore"], more].concat());
        said
    };
    let opened = async |said: &Value| -> Result<(Viewer, Value), CallError> {
        let answer =
            open(&vitrine, &at(EXPLORE, &[("fields", "orders.note"), ("f[orders.status]", "paid")]), said).await?;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        Ok((viewer(&vitrine, &answer), answer.json()["question"].clone()))
    };
    let workbook = |question: &Value| {
        let data = json!({"query": question, "chart": {"type": "table"}});
        let element = json!({"name": "answer", "title": "Paid", "width": 12, "show": {"data": data}});
        let page = json!({"name": "page-1", "title": "Paid", "elements": [element]});
        json!({"title": "Paid", "in": {"folder": "shop/daily"}, "pages": [page]})
    };
    let (saving, question) = opened(&with("1", &["save_content"])).await?;
    let saving = saving.never_sees(never_for("acme"));
    let places = saving.get("/api/v1/places").await?.json();
    assert_eq!(places["places"][0]["in"], json!({"folder": "shop/daily"}), "{places}");
    let request = saving.stranger.request(Method::POST, "/api/v1/workbooks").bearer_auth(&saving.handle);
    let saved = saving.stranger.send(request.json(&workbook(&question))).await?;
    assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.text());
    let name = saved.json()["name"].as_str().unwrap_or_default().to_owned();
    let path = format!("/api/v1/workbooks/{name}/pages/page-1/elements/answer/query");
    let rows = saving.stranger.request(Method::POST, &path).bearer_auth(&saving.handle).json(&json!({"controls": {}}));
    let rows = saving.stranger.send(rows).await?;
    assert!(rows.status == StatusCode::OK && rows.text().contains(ACME), "{}", rows.text());

    let (looking, question) = opened(&with("2", &[])).await?;
    assert_eq!(looking.get("/api/v1/places").await?.json(), json!({"places": []}));
    let request = looking.stranger.request(Method::POST, "/api/v1/workbooks").bearer_auth(&looking.handle);
    let refused = looking.stranger.send(request.json(&workbook(&question))).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    Ok(())
}

#[tokio::test]
async fn what_an_explores_address_cannot_say_is_refused_by_name() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let explores = viewer(&vitrine, &open(&vitrine, EXPLORE, &explorer("1", "acme")).await?);
    for (name, value, expected) in [
        ("pivots", "orders.status", "`pivots`: explores do not have this yet"),
        ("qid", "a1", "`qid`: there is no such query of this explore"),
        ("dynamic_fields", "[]", "`dynamic_fields`: explores do not have this yet"),
        ("fields", "orders.sta tus", "`fields`: `orders.sta tus` is no field"),
        ("limit", "none", "`limit`: expected a number of rows"),
        ("sorts", "orders.note sideways", "`sorts`: expected fields"),
    ] {
        let refused = content(&explores, &at(EXPLORE, &[(name, value)])).await?;
        assert_eq!((refused.status, refused.code()), (StatusCode::BAD_REQUEST, "embed_refused".to_owned()), "{name}");
        assert!(refused.detail().starts_with(expected), "{}", refused.detail());
    }
    for target in ["/embed/query/shop?qid=a1", "/embed/merge?mid=1", "/embed/explore/shop"] {
        let refused = open(&vitrine, target, &explorer(target, "acme")).await?;
        assert!(refused.detail().contains("the target is not supported"), "{}", refused.text());
    }
    // Fields are for whoever answers the question: hidden and absent ones read the same.
    for field in ["absent", "secret"] {
        let found =
            content(&explores, &at(EXPLORE, &[("fields", field), (&format!("f[orders.{field}]"), "x")])).await?;
        let refused = explores.query(&found.json()["question"]).await?;
        assert_eq!(refused.detail(), format!("unknown field `{field}`"));
    }
    let wrong = at(EXPLORE, &[("fields", "orders.orders"), ("f[orders.day]", "sometime")]);
    let refused = explores.query(&content(&explores, &wrong).await?.json()["question"]).await?;
    assert!(
        refused.code() == "wrong_value" && refused.detail().contains("`sometime`: expected days"),
        "{}",
        refused.text()
    );
    Ok(())
}

#[tokio::test]
async fn filters_are_what_a_control_can_hold_or_are_refused() -> Outcome {
    let (vitrine, _folder) = world().await?;
    let acme = viewer(&vitrine, &open(&vitrine, "/embed/dashboards/3", &said("1", "acme")).await?);
    let dashboard = "/embed/dashboards/3";
    for (name, text, held) in [
        ("Status", "paid, open", json!({"status": ["paid", "open"]})),
        ("status", "", json!({"status": []})),
        ("When", "this month", json!({"when": ["2026-01-01~2026-01-31"]})),
        ("When", "last 2 days", json!({"when": ["2025-12-31~2026-01-01"]})),
        ("when", "after 2026-02", json!({"when": ["2026-02-01~"]})),
        ("Worth", ">=5 AND <=10.5", json!({"worth": ["5~10.5"]})),
        ("Words", "%order_1%", json!({"words": ["order_1"]})),
        ("orders.status", "paid", json!({"status": ["paid"]})),
        ("Nonsense", "-x,%", json!({})),
        ("f[orders.tenant_id]", "-x", json!({})),
    ] {
        let found = content(&acme, &at(dashboard, &[(name, text)])).await?;
        assert_eq!(
            (found.status, &found.json()["controls"]),
            (StatusCode::OK, &held),
            "{name}={text}: {}",
            found.text()
        );
    }
    for (name, text, expected) in [
        ("Status", "-paid", "`Status`: no filter that this control can hold: expected values that commas part"),
        ("Status", "pa%", "`Status`: no filter that this control can hold"),
        ("When", "2026-01,2026-03", "`When`: no filter that this control can hold: expected one period"),
        ("When", "sometime", "`When`: `sometime`: expected days"),
        ("Worth", ">5", "`Worth`: no filter that this control can hold: expected one range of numbers"),
        ("Words", "note", "`Words`: no filter that this control can hold: expected a text that values contain"),
    ] {
        let refused = content(&acme, &at(dashboard, &[(name, text)])).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{name}={text}: {}", refused.text());
        assert!(refused.detail().starts_with(expected), "{}", refused.detail());
    }
    // At a login too, and the session that was opened for it is over.
    let refused = open(&vitrine, &at(dashboard, &[("Status", "-paid")]), &said("2", "acme")).await?;
    assert!(refused.detail().starts_with("`Status`: no filter"), "{}", refused.text());
    let open = vitrine.sql_texts("SELECT id FROM sessions WHERE ended_at IS NULL").await?;
    assert_eq!(open.len(), 1);
    Ok(())
}
