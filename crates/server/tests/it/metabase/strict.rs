//! A strict key: tokens that expire soon and claim nothing else.

use super::Embedding;
use crate::support::Outcome;
use reqwest::StatusCode;
use serde_json::{Value, json};

const NOW: i64 = 1_767_225_600;

fn token(more: Value) -> Value {
    let mut claims = json!({"resource": {"question": 8}, "params": {}, "exp": NOW + 600});
    for (name, value) in more.as_object().cloned().unwrap_or_default() {
        claims[name] = value;
    }
    claims
}

#[tokio::test]
async fn it_refuses_what_never_expires_lives_long_or_claims_more() -> Outcome {
    let embedding = Embedding::venues("strict").await?;
    let path = "/api/embed/card/TOKEN/query";
    assert_eq!(embedding.ask(path, &token(json!({}))).await?.status, StatusCode::ACCEPTED);
    let endless = json!({"resource": {"question": 8}, "params": {}});
    for (claims, sentence) in [
        (endless, "Token must expire within 3600 seconds (`exp`)."),
        (token(json!({"exp": 4_102_444_800_u64})), "Token must expire within 3600 seconds (`exp`)."),
        (token(json!({"role": "x"})), "Unknown claim `role`: expected `resource`, `params`, `exp`, `iat` or `nbf`."),
        (token(json!({"_embedding_params": {}})), "Preview tokens are not accepted here."),
    ] {
        let answer = embedding.ask(path, &claims).await?;
        assert_eq!((answer.status, answer.text().as_str()), (StatusCode::BAD_REQUEST, sentence), "{claims}");
    }
    Ok(())
}

/// A token is its own credential at Vitrine's own routes too, and stops to count when it expires.
#[tokio::test]
async fn a_token_is_a_credential_until_it_expires() -> Outcome {
    let embedding = Embedding::venues("strict").await?;
    let stranger = embedding.vitrine.stranger();
    let claims = json!({"resource": {"dashboard": 1}, "params": {}, "exp": NOW + 600});
    let token = testkit::sign::plain(&claims, &embedding.secret);
    let show = async |path: &str| {
        let request = stranger.request(reqwest::Method::GET, path);
        stranger.send(request.bearer_auth(&token)).await
    };
    assert_eq!(show("/api/v1/workbooks/dash-plain").await?.status, StatusCode::OK);
    assert_eq!(show("/api/v1/workbooks/dash-enabled").await?.status, StatusCode::NOT_FOUND);
    embedding.vitrine.clock.advance_seconds(660);
    assert_eq!(show("/api/v1/workbooks/dash-plain").await?.status, StatusCode::UNAUTHORIZED);
    Ok(())
}
