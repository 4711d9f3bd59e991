//! The demo's flights through three doors: each carrier's person sees the same, and nothing of the others.

use crate::support::{METABASE_SECRET, Outcome, SIGMA_SECRET, Vitrine};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{CallError, Viewer};
use testkit::canary::Forbidden;
use testkit::sign::{plain, with_kid};

/// The clock of tests stands at 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

/// Carriers with their names and all of their flights.
const CARRIERS: [(&str, &str, i64); 3] =
    [("DL", "Delta Air Lines", 48_110), ("UA", "United Air Lines", 58_665), ("HA", "Hawaiian Airlines", 342)];

fn never(carrier: &str) -> Forbidden {
    Forbidden::texts(CARRIERS.iter().filter(|(code, ..)| *code != carrier).map(|(_, name, _)| *name))
}

/// Every element of the workbook as Metabase's guests get it: its first column of rows, by its place.
async fn as_guest(vitrine: &Vitrine, carrier: &Value, forbidden: Forbidden) -> Result<Vec<Value>, CallError> {
    let claims = json!({"resource": {"dashboard": 1}, "params": {"carrier": carrier}, "exp": NOW + 600});
    let token = plain(&claims, METABASE_SECRET);
    let mut stranger = vitrine.stranger();
    stranger.forbidden = forbidden;
    let board = stranger.get(&format!("/api/embed/dashboard/{token}")).await?;
    assert_eq!(board.status, StatusCode::OK, "{}", board.text());
    let mut answers = Vec::new();
    for dashcard in board.json()["dashcards"].as_array().into_iter().flatten().filter(|it| !it["card_id"].is_null()) {
        let (place, card) = (&dashcard["id"], &dashcard["card_id"]);
        let address = format!("/api/embed/dashboard/{token}/dashcard/{place}/card/{card}");
        let answer = stranger.get(&address).await?;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        answers.push(answer.json()["data"]["rows"].clone());
        for file in ["csv", "json", "xlsx"] {
            assert_eq!(stranger.get(&format!("{address}/{file}")).await?.status, StatusCode::OK);
        }
    }
    for parameter in ["origin", "dest"] {
        stranger.get(&format!("/api/embed/dashboard/{token}/params/{parameter}/values")).await?;
    }
    Ok(answers)
}

/// A manager as Sigma's door knows them.
async fn as_sigma(vitrine: &Vitrine, carrier: &str) -> Result<Viewer, CallError> {
    let claims = json!({
        "sub": format!("manager@{}.example", carrier.to_lowercase()), "jti": carrier, "iat": NOW, "exp": NOW + 600,
        "teams": ["Station managers"], "account_type": "Act", "user_attributes": {"carrier": carrier}
    });
    let token = with_kid("contrail-sigma", &claims, SIGMA_SECRET);
    let address = format!("{}/contrail/workbook/Flights-7f55QbPFuCnK2n0P2tSuBl?:jwt={token}", vitrine.base);
    let body = json!({"address": address, "parent_origin": "http://localhost:8090"});
    let request = vitrine.stranger().request(Method::POST, "/api/v1/sigma/sessions").header("origin", &vitrine.base);
    let opened = vitrine.stranger().send(request.json(&body)).await?;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text());
    let handle = opened.json()["handle"].as_str().unwrap_or_default().to_owned();
    Ok(Viewer { stranger: vitrine.stranger(), handle, session: String::new(), workbook: "flights".into() })
}

#[tokio::test]
async fn each_carrier_is_one_through_every_door() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    for (carrier, _, flights) in CARRIERS {
        let mut viewer = as_sigma(&vitrine, carrier).await?;
        viewer.stranger.forbidden = never(carrier);
        assert_eq!(viewer.element("overview/total", &json!({})).await?.rows(), [json!([flights])], "{carrier}");
        let guest = as_guest(&vitrine, &json!(carrier), never(carrier)).await?;
        assert_eq!(guest[0], json!([[flights]]), "{carrier}");
        let table = viewer.element("overview/aircraft", &json!({})).await?;
        assert_eq!(guest[7], json!(table.rows()), "{carrier}");
    }
    Ok(())
}

#[tokio::test]
async fn a_guest_of_no_carrier_gets_nothing() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let all = || Forbidden::texts(CARRIERS.iter().map(|(_, name, _)| *name));
    for odd in [json!("XX"), json!(7), json!(["DL", "UA"])] {
        let answers = as_guest(&vitrine, &odd, all()).await?;
        assert_eq!(answers[0], json!([[0]]), "{odd}");
    }
    for empty in [json!(null), json!(""), json!([])] {
        let claims = json!({"resource": {"dashboard": 1}, "params": {"carrier": empty}, "exp": NOW + 600});
        let refused =
            vitrine.stranger().get(&format!("/api/embed/dashboard/{}", plain(&claims, METABASE_SECRET))).await?;
        let sentence = "You must specify a value for :carrier in the JWT.";
        assert_eq!((refused.status, refused.text().as_str()), (StatusCode::BAD_REQUEST, sentence), "{empty}");
    }
    Ok(())
}
