//! Questions that were asked of Metabase, with its answers, or ours where we are stricter: `cases/metabase.json`.

use super::Embedding;
use crate::support::Outcome;
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::callers::Answer;
use testkit::vectors;

/// The clock of tests stands at 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

const CARD: &str = "/api/embed/card/TOKEN";
const DASHBOARD: &str = "/api/embed/dashboard/TOKEN";
const FILES: [&str; 3] = ["csv", "xlsx", "json"];

fn question(id: impl Into<Value>, params: Value) -> Value {
    json!({"resource": {"question": id.into()}, "params": params})
}

fn dashboard(id: impl Into<Value>, params: Value) -> Value {
    json!({"resource": {"dashboard": id.into()}, "params": params})
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

/// The query and the files of a card.
fn query_and_files(claims: &Value, search: &str) -> Vec<(String, Value)> {
    let files = FILES.iter().map(|file| format!("{CARD}/query/{file}{search}"));
    let paths = std::iter::once(format!("{CARD}/query{search}")).chain(files);
    paths.map(|path| (path, claims.clone())).collect()
}

fn card_query(id: u32, params: Value, search: &str) -> (String, Value) {
    (format!("{CARD}/query{search}"), question(id, params))
}

fn dashcard(id: u32, params: Value, search: &str) -> (String, Value) {
    (format!("{DASHBOARD}/dashcard/1/card/1{search}"), dashboard(id, params))
}

fn values(id: u32, params: Value, what: &str) -> (String, Value) {
    (format!("{DASHBOARD}/params/{what}"), dashboard(id, params))
}

fn card_values(id: u32, params: Value, what: &str) -> (String, Value) {
    (format!("{CARD}/params/{what}"), question(id, params))
}

/// Numbers and entity ids of a published card and dashboard.
fn plain_objects() -> Vec<(String, Value)> {
    let card = ["", "/query", "/query/csv", "/query/xlsx", "/query/json"];
    let cards = card.iter().flat_map(|path| {
        [json!(8), json!("plainplainplainplain1")].map(|id| (format!("{CARD}{path}"), question(id, json!({}))))
    });
    let boards = ["", "/dashcard/1/card/1", "/dashcard/1/card/1/csv"].into_iter().flat_map(|path| {
        [json!(1), json!("dashdashdashdashdash1")].map(|id| (format!("{DASHBOARD}{path}"), dashboard(id, json!({}))))
    });
    cards.chain(boards).collect()
}

/// What is asked for a case. `None`: it is not asked in this way.
fn requests(id: &str) -> Option<Vec<(String, Value)>> {
    let one = |request| Some(vec![request]);
    let each = |claims: fn(Value) -> Value| {
        Some(plain_objects().into_iter().map(|(path, token)| (path, claims(token))).collect())
    };
    match id {
        "guest-token-06" => Some(vec![
            (CARD.to_owned(), question(106, json!({}))),
            (CARD.to_owned(), question("unpublishedunpublishe", json!({}))),
            (format!("{CARD}/query"), question(106, json!({}))),
            (format!("{CARD}/query/csv"), question(106, json!({}))),
            (format!("{CARD}/query/xlsx"), question("unpublishedunpublishe", json!({}))),
            (format!("{CARD}/query/json"), question(106, json!({}))),
            (DASHBOARD.to_owned(), dashboard(204, json!({}))),
            dashcard(204, json!({}), ""),
            ("/api/embed/pivot/dashboard/TOKEN/dashcard/1/card/1".to_owned(), dashboard(204, json!({}))),
            ("/api/embed/pivot/card/TOKEN/query".to_owned(), question(106, json!({}))),
        ]),
        "guest-token-08" => each(|token| with(token, "exp", json!(NOW - 86_400))),
        "guest-token-09" => Some(vec![
            (CARD.to_owned(), with(question(8, json!({})), "exp", json!(NOW - 59))),
            (DASHBOARD.to_owned(), with(dashboard(1, json!({})), "exp", json!(NOW - 59))),
        ]),
        "guest-token-10" => each(|token| with(token, "exp", json!(NOW - 60))),
        "guest-token-11" => each(|token| with(token, "nbf", json!(NOW + 61))),
        "guest-token-17" => one((CARD.to_owned(), question("8", json!({})))),
        "guest-token-22" => one((format!("{DASHBOARD}/dashcard/1/card/1"), dashboard(1, json!([])))),
        "guest-token-23" => one((CARD.to_owned(), with(question(8, json!({})), "role", json!("admin")))),
        "guest-card-01" => one((CARD.to_owned(), question(103, json!({})))),
        "guest-card-10" => one((DASHBOARD.to_owned(), dashboard(201, json!({"venue_id": 100})))),
        "guest-params-01" => Some(query_and_files(&question(101, json!({})), "")),
        "guest-params-03" => Some(query_and_files(&question(101, json!({"venue_id": 100})), "?venue_id=100")),
        "guest-params-04" => one(dashcard(201, json!({}), "?venue_id=100")),
        "guest-params-05" => {
            let token = json!({"venue_id": 100});
            Some(vec![card_query(102, token.clone(), ""), dashcard(202, token, "")])
        }
        "guest-params-06" => {
            Some(vec![card_query(102, json!({}), "?venue_id=200"), dashcard(202, json!({}), "?venue_id=200")])
        }
        "guest-params-07" => {
            let token = json!({"venue_id": 100});
            Some(["?venue_id=100", "?venue_id=200"].map(|search| card_query(103, token.clone(), search)).into())
        }
        "guest-params-09" => one(card_query(103, json!({}), "?venue_id=200")),
        "guest-params-10" => Some(vec![card_query(103, json!({}), "?foo=1"), card_query(103, json!({"foo": 1}), "")]),
        "guest-params-11" => one(card_query(104, json!({}), "")),
        "guest-params-13" => one(card_query(104, json!({}), "?date=")),
        "guest-params-14" => one(card_query(104, json!({"date": null}), "")),
        "guest-params-17" => one(card_query(105, json!({"date": null}), "")),
        "guest-params-18" => one(card_query(105, json!({"date": ""}), "")),
        "guest-params-20" => one(card_query(105, json!({"date": []}), "")),
        "guest-params-21" => one(card_query(101, json!({"venue_id": [1, 2, 3]}), "")),
        "guest-params-22" => one(card_query(103, json!({}), "?venue_id=7&parameters=%7B%22venue_id%22%3A5%7D")),
        "guest-query-01" => one(card_query(8, json!({}), "")),
        "guest-query-02" => one((format!("{CARD}/query/json?format_rows=true"), question(8, json!({})))),
        "guest-query-04" => one((format!("{CARD}/query/xlsx"), question(8, json!({})))),
        "guest-query-06" => Some(query_and_files(&question(108, json!({})), "")),
        "guest-query-07" => one((format!("{CARD}/query/csv?date=Q1-2014"), question(104, json!({})))),
        "guest-values-01" => {
            Some(vec![values(204, json!({}), "category_id/values"), values(204, json!({}), "category_name/search/x")])
        }
        "guest-values-02" => one(values(206, json!({}), "category_id/values")),
        "guest-values-03" => one(values(206, json!({}), "category_name/search/food")),
        "guest-values-04" => {
            let token = json!({"category_id": 40});
            let asked =
                ["category_id/values", "category_id/search/x", "category_name/values", "category_name/search/x"];
            Some(asked.map(|what| values(207, token.clone(), what)).into())
        }
        "guest-values-05" => one(values(205, json!({}), "category_id/values")),
        "guest-values-06" => one(values(205, json!({}), "category_name/search/food")),
        "guest-values-07" => one(values(205, json!({"price": 4}), "category_id/values")),
        "guest-values-12" => one(values(208, json!({"price": 4}), "category_id/values?price=4")),
        "guest-values-14" => one(card_values(107, json!({"price": 4}), "price/values")),
        "guest-values-17" => one(card_values(107, json!({"price": 4}), "category_id/remapping?value=40")),
        "guest-values-19" => one(card_values(107, json!({"price": 4}), "price/remapping?value=4")),
        "guest-values-21" => one(values(205, json!({}), "written/values")),
        "guest-values-22" => one(values(209, json!({}), "person/values")),
        _ => None,
    }
}

/// Cases that are asked by tests of their own.
const ELSEWHERE: &[&str] = &[
    "guest-token-02",
    "guest-token-04",
    "guest-token-07",
    "guest-token-13",
    "guest-token-16",
    "guest-token-19",
    "guest-token-24",
    "guest-params-26",
    "guest-query-08",
    "guest-query-13",
    "guest-values-23",
];

#[tokio::test]
async fn every_case_has_its_answer() -> Outcome {
    let embedding = Embedding::venues("compatible").await?;
    let cases = vectors::cases("metabase");
    let cases = cases["cases"].as_array().ok_or("no cases")?;
    assert_eq!(cases.len(), 55);
    for case in cases {
        let id = case["id"].as_str().ok_or("a case without id")?;
        let Some(requests) = requests(id) else {
            assert!(ELSEWHERE.contains(&id), "nothing is asked for {id}");
            continue;
        };
        for (path, claims) in requests {
            let answer = embedding.ask(&path, &claims).await?;
            check(case, &answer, &format!("{id}: {path} with {claims}"));
        }
    }
    Ok(())
}

/// A strict key wants tokens that expire soon and claim nothing else; of those that do, each case has the same answer.
#[tokio::test]
async fn every_case_has_its_answer_or_a_refusal_of_a_strict_key() -> Outcome {
    let folder = crate::support::copy_of(&testkit::world::venues())?;
    crate::support::edit(&folder.path().join("embed_keys.yaml"), "mode: compatible", "mode: strict")?;
    let vitrine = crate::support::Vitrine::of(folder.path()).await?;
    let embedding = Embedding { vitrine, secret: testkit::world::secret("compatible").to_owned() };
    let cases = vectors::cases("metabase");
    for case in cases["cases"].as_array().ok_or("no cases")? {
        let id = case["id"].as_str().ok_or("a case without id")?;
        for (path, claims) in requests(id).unwrap_or_default() {
            let asked = format!("{id}: {path} with {claims}");
            let expiring = with(claims.clone(), "exp", json!(NOW + 600));
            if claims["role"].is_string() {
                refused(&embedding.ask(&path, &expiring).await?, "Unknown claim `role`", &asked);
            } else if claims["exp"].is_number() || claims["nbf"].is_number() {
                check(case, &embedding.ask(&path, &claims).await?, &asked);
            } else {
                refused(&embedding.ask(&path, &claims).await?, "Token must expire within 3600 seconds", &asked);
                check(case, &embedding.ask(&path, &expiring).await?, &asked);
            }
        }
    }
    Ok(())
}

fn refused(answer: &Answer, beginning: &str, asked: &str) {
    let is_refused = answer.status == StatusCode::BAD_REQUEST && answer.text().starts_with(beginning);
    assert!(is_refused, "{asked}: {} {}", answer.status, answer.text());
}

/// Compares an answer with a case: its status, and what it says as the case says to compare it.
fn check(case: &Value, answer: &Answer, asked: &str) {
    let (text, said) = (answer.text(), format!("{asked}: {} {}", answer.status, answer.text()));
    let (id, expected) = (case["id"].as_str().unwrap_or_default(), case["expect"].as_str().unwrap_or_default());
    if !case["ours"].is_null() {
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{said}");
        return stricter(id, &text, &said);
    }
    if case["match"] == "class-4xx" {
        return assert!(answer.status.is_client_error(), "{said}");
    }
    assert_eq!(json!(answer.status.as_u16()), case["status"], "{said}");
    match case["match"].as_str() {
        Some("exact") if !expected.contains("\\n") => assert_eq!(text, expected, "{said}"),
        Some("exact") => assert_eq!(text, expected.replace("\\n", "\n"), "{said}"),
        _ => meets(id, answer, &said),
    }
}

fn stricter(id: &str, text: &str, said: &str) {
    let expected = match id {
        "guest-params-20" => "You must specify a value for :date in the JWT.",
        _ => "",
    };
    assert_eq!(text, expected, "{said}");
}

/// What the case says in words.
fn meets(id: &str, answer: &Answer, said: &str) {
    let (text, body) = (answer.text(), answer.json());
    let holds = match id {
        "guest-token-08" | "guest-token-10" => numbered(&text, "Token is expired (", ")"),
        "guest-token-11" => numbered(&text, "Token is not yet valid (", ")"),
        "guest-token-17" => {
            text.starts_with("Invalid input:")
                && text.contains("value must be an integer greater than zero")
                && text.contains('8')
        }
        "guest-token-09" | "guest-token-23" => true,
        "guest-card-01" => {
            let keys = [
                "id",
                "name",
                "description",
                "display",
                "visualization_settings",
                "dataset_query",
                "parameters",
                "param_fields",
            ];
            keys.iter()
                .all(|key| !body[key].is_null() || (*key == "description" && text.contains("\"description\":null")))
        }
        "guest-card-10" => {
            body["param_fields"] == json!({})
                && body["parameters"] == json!([])
                && body["dashcards"][0]["parameter_mappings"] == json!([])
        }
        "guest-params-09" => rows(&body) == json!([[0]]),
        "guest-params-11" => rows(&body) == json!([[107]]),
        "guest-params-13" | "guest-params-14" => rows(&body) == json!([[1000]]),
        "guest-params-21" => rows(&body) == json!([[3]]),
        "guest-params-22" => rows(&body) == json!([[1]]),
        "guest-query-01" => {
            let keys: Vec<&String> = body.as_object().map(|body| body.keys().collect()).unwrap_or_default();
            let data: Vec<&String> = body["data"].as_object().map(|data| data.keys().collect()).unwrap_or_default();
            keys == ["data", "json_query", "status"]
                && data == ["cols", "rows", "insights", "results_timezone"]
                && rows(&body) == json!([[100]])
                && body["status"] == "completed"
                && body["data"]["results_timezone"] == "UTC"
        }
        "guest-query-02" => body == json!([{"Count": "100"}]),
        "guest-query-04" => answer.bytes.starts_with(b"PK") && sheet_is_named(&answer.bytes, "Query result"),
        "guest-query-06" => {
            body == json!({
                "status": "failed", "error": "An error occurred while running the query.", "error_type": "invalid-query"
            })
        }
        "guest-values-04" => {
            text == "Cannot search for values: \"category_id\" is not an enabled parameter."
                || text == "Cannot search for values: \"category_name\" is not an enabled parameter."
        }
        "guest-values-05" => {
            body["has_more_values"] == json!(false)
                && body["values"].as_array().is_some_and(|it| it.contains(&json!([2, "American"])))
        }
        "guest-values-06" => body["values"] == json!([["Fast Food"], ["Food Truck"], ["Seafood"]]),
        "guest-values-07" => {
            body == json!({"values": [[40, "Japanese"], [67, "Steakhouse"]], "has_more_values": false})
        }
        "guest-values-17" => body == json!([40, "Japanese"]),
        "guest-values-21" => body["values"] == json!([["African"], ["American"], ["Asian"]]),
        "guest-values-22" => {
            body["has_more_values"] == json!(true) && body["values"].as_array().map(Vec::len) == Some(1000)
        }
        _ => false,
    };
    assert!(holds, "{said}");
}

fn rows(body: &Value) -> Value {
    body["data"]["rows"].clone()
}

fn numbered(text: &str, before: &str, after: &str) -> bool {
    let number = text.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
    number.is_some_and(|number| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
}

/// Whether the spreadsheet has a sheet of that name.
fn sheet_is_named(bytes: &[u8], name: &str) -> bool {
    let mut text = String::new();
    let read = zip::ZipArchive::new(std::io::Cursor::new(bytes)).ok().and_then(|mut archive| {
        let mut part = archive.by_name("xl/workbook.xml").ok()?;
        std::io::Read::read_to_string(&mut part, &mut text).ok()
    });
    read.is_some() && text.contains(&format!("name=\"{name}\""))
}

#[tokio::test]
async fn with_guest_embeds_off_nothing_is_opened() -> Outcome {
    let folder = crate::support::copy_of(&testkit::world::venues())?;
    crate::support::edit(&folder.path().join("vitrine.yaml"), "guest_embeds: true", "guest_embeds: false")?;
    let vitrine = crate::support::Vitrine::of(folder.path()).await?;
    let embedding = Embedding { vitrine, secret: testkit::world::secret("compatible").to_owned() };
    for (path, claims) in plain_objects() {
        let answer = embedding.ask(&path, &claims).await?;
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (StatusCode::BAD_REQUEST, "Embedding is not enabled."),
            "{path}"
        );
    }
    Ok(())
}

/// Cases about keys, addresses of files, shapes of tokens and other people.
#[tokio::test]
async fn cases_about_what_is_around_the_question() -> Outcome {
    let embedding = Embedding::venues("compatible").await?;
    let stranger = embedding.vitrine.stranger();
    // guest-query-08: the file of a question's page is that of the API.
    let token = testkit::sign::plain(&question(104, json!({})), &embedding.secret);
    let file = stranger.get(&format!("/embed/question/{token}.csv?date=Q1-2014")).await?;
    assert_eq!((file.status, file.text().as_str()), (StatusCode::OK, "count\n107\n"));
    // guest-token-24: what has not the shape of a token matches no route.
    for odd in ["token", "a.b.c.d", "a..c"] {
        assert_eq!(embedding.ask_as(&format!("{CARD}/query"), odd).await?.status, StatusCode::NOT_FOUND, "{odd}");
    }
    // guest-values-21, with labels: what people read is searched.
    let (path, claims) = values(205, json!({}), "labelled/search/AF");
    assert_eq!(embedding.ask(&path, &claims).await?.json()["values"], json!([["African", "Af"]]));
    // guest-values-23, ours: values are those of the guest's own rows, whoever else is signed in beside the token.
    let (path, claims) = values(205, json!({"price": 4}), "category_id/values");
    let token = testkit::sign::plain(&claims, &embedding.secret);
    let request = stranger.request(reqwest::Method::GET, &path.replace("TOKEN", &token)).bearer_auth("vh_somebody");
    let beside = stranger.send(request).await?.json();
    assert_eq!(beside["values"], json!([[40, "Japanese"], [67, "Steakhouse"]]));
    Ok(())
}

/// guest-token-16, ours: without a key for guests every token is one that nobody has signed.
#[tokio::test]
async fn without_a_key_no_token_is_verified() -> Outcome {
    let vitrine = crate::support::Vitrine::world().await?;
    let embedding = Embedding { vitrine, secret: testkit::world::secret("compatible").to_owned() };
    for (path, claims) in plain_objects() {
        let answer = embedding.ask(&path, &claims).await?;
        let expected = (StatusCode::BAD_REQUEST, "Message seems corrupt or manipulated".to_owned());
        assert_eq!((answer.status, answer.text()), expected, "{path}");
    }
    Ok(())
}

/// Pages are framed by the origins of the key that has signed their token, and by nobody's otherwise.
#[tokio::test]
async fn pages_are_framed_by_their_keys_origins() -> Outcome {
    let embedding = Embedding::venues("compatible").await?;
    let late = with(question(8, json!({})), "exp", json!(NOW - 600));
    for (path, token, ancestors) in [
        (
            "/embed/dashboard/TOKEN",
            testkit::sign::plain(&dashboard(1, json!({})), &embedding.secret),
            "https://host.example",
        ),
        ("/embed/question/TOKEN", testkit::sign::plain(&late, &embedding.secret), "https://host.example"),
        ("/embed/question/TOKEN", testkit::sign::plain(&late, "another secret"), "'none'"),
        ("/public/dashboard/TOKEN", "4b1a1c1e-0000-4000-8000-000000000001".to_owned(), "'none'"),
    ] {
        let page = embedding.ask_as(path, &token).await?;
        let policy = page.header("content-security-policy");
        assert!(page.status == StatusCode::OK && policy.ends_with(&format!("frame-ancestors {ancestors}")), "{policy}");
        assert!(!page.text().contains(&token), "the page is the same for every token");
    }
    Ok(())
}

/// A number and an entity id are two names of one thing.
#[tokio::test]
async fn entity_ids_open_what_numbers_open() -> Outcome {
    let embedding = Embedding::venues("compatible").await?;
    for pair in plain_objects().chunks(2) {
        let (by_number, by_id) =
            (embedding.ask(&pair[0].0, &pair[0].1).await?, embedding.ask(&pair[1].0, &pair[1].1).await?);
        let file = pair[0].0.ends_with("/xlsx");
        assert!(by_number.status.is_success() && by_number.status == by_id.status, "{}", pair[0].0);
        assert!(file || by_number.bytes == by_id.bytes, "{}", pair[0].0);
        assert_eq!(
            by_number.status == StatusCode::ACCEPTED,
            pair[0].0.ends_with("/query") || pair[0].0.ends_with("card/1")
        );
    }
    Ok(())
}

/// Of tokens that nobody who may has signed; `none` and no algorithm at all are not told apart (ours is stricter).
/// What is not even shaped as a token is another address, of nothing.
#[tokio::test]
async fn unverified_tokens_have_one_answer() -> Outcome {
    let embedding = Embedding::venues("compatible").await?;
    for (path, claims) in plain_objects() {
        let good = testkit::sign::plain(&claims, &embedding.secret);
        for (what, token) in testkit::sign::forgeries(&good) {
            let shaped = token.chars().all(|c| c.is_ascii_alphanumeric() || "-_=.".contains(c))
                && matches!(token.split('.').count(), 2..=3);
            let answer = embedding.ask_as(&path, &token).await?;
            let expected = match shaped {
                true => (StatusCode::BAD_REQUEST, "Message seems corrupt or manipulated".to_owned()),
                false => (StatusCode::NOT_FOUND, answer.text()),
            };
            assert_eq!((answer.status, answer.text()), expected, "{what} at {path}");
            assert!(!answer.comparable().1.to_string().contains("100"), "{what} at {path}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_session_beside_the_token_changes_nothing() -> Outcome {
    let embedding = Embedding::venues("compatible").await?;
    let stranger = embedding.vitrine.stranger();
    let token = testkit::sign::plain(&question(8, json!({})), &embedding.secret);
    let request = stranger.request(reqwest::Method::GET, &format!("{CARD}/query").replace("TOKEN", &token));
    let answer = stranger
        .send(request.header("authorization", "Bearer vh_somebody").header("cookie", "metabase.SESSION=x"))
        .await?;
    assert_eq!((answer.status, rows(&answer.json())), (StatusCode::ACCEPTED, json!([[100]])));
    Ok(())
}
