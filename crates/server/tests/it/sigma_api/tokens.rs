//! The token endpoint, and what its tokens are worth.

use super::{World, refusal};
use crate::administration::Caller;
use crate::support::Outcome;
use reqwest::{Method, StatusCode};
use serde_json::json;

const SCOPES: [&str; 3] = ["administer", "manage_members", "view"];

#[tokio::test]
async fn a_credential_becomes_a_token_by_form_or_by_header() -> Outcome {
    let world = World::new().await?;
    let (id, secret) = world.credential("root@", &json!(SCOPES)).await?;
    let by_form = world.log_in(&id, &secret).await?;
    assert_eq!((by_form.status, by_form.header("cache-control").as_str()), (StatusCode::OK, "no-store"));
    assert_eq!(
        (&by_form.json()["token_type"], &by_form.json()["expires_in"]),
        (&json!("Bearer"), &json!(3600)),
        "{}",
        by_form.text()
    );
    let stranger = world.vitrine.stranger();
    let request = || stranger.request(Method::POST, "/v2/auth/token").form(&[("grant_type", "client_credentials")]);
    let by_header = stranger.send(request().basic_auth(&id, Some(&secret))).await?;
    assert_eq!(by_header.status, StatusCode::OK, "{}", by_header.text());
    for answer in [by_form, by_header] {
        let token = answer.json()["access_token"].as_str().unwrap_or_default().to_owned();
        assert!(token.starts_with("vg_") && token != secret);
        let me = Caller::with(&world.vitrine, &token).get("/v2/whoami").await?;
        let expected = json!({
            "userId": world.member("root@").await?, "organizationId": "organization", "accountType": "Admin"
        });
        assert_eq!((me.status, me.json()), (StatusCode::OK, expected));
    }
    let tina = world.program("tina@", &json!(SCOPES)).await?.get("/v2/whoami").await?.json();
    assert_eq!(tina["organizationId"], json!(world.root.id("/api/v1/tenants?name=acme").await?), "a tenant is theirs");
    Ok(())
}

#[tokio::test]
async fn the_token_endpoint_refuses_as_oauth_does() -> Outcome {
    let world = World::new().await?;
    let (id, secret) = world.credential("root@", &json!(SCOPES)).await?;
    let grant = ("grant_type", "client_credentials");
    let (me, it) = (("client_id", id.as_str()), ("client_secret", secret.as_str()));
    let other = ("client_id", "credential_none");
    let exchange = ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange");
    for (form, status, error) in [
        (vec![grant, me, ("client_secret", "va_none")], 401, "invalid_client"),
        (vec![grant, me, ("client_secret", "none")], 401, "invalid_client"),
        (vec![grant, other, it], 401, "invalid_client"),
        (vec![grant], 401, "invalid_client"),
        (vec![grant, me], 401, "invalid_client"),
        (vec![me, it], 400, "invalid_request"),
        (vec![grant, me, it, it], 400, "invalid_request"),
        (vec![("grant_type", "password"), me, it], 400, "unsupported_grant_type"),
        (vec![exchange, ("subject_token", "a.b.c"), ("actor_token", "vt_x")], 400, "unsupported_grant_type"),
        (vec![grant, me, it, ("scope", "all")], 400, "invalid_scope"),
    ] {
        let refused = world.ask_token(&form).await?;
        let json = refused.json();
        assert_eq!((refused.status.as_u16(), json["error"].as_str()), (status, Some(error)), "{form:?}");
        assert!(json["error_description"].as_str().is_some_and(|text| !text.is_empty()), "{json}");
        assert_eq!(refused.header("www-authenticate").is_empty(), status == 400, "{form:?}");
        assert!(!refused.text().contains(&secret), "{form:?}");
    }
    let stranger = world.vitrine.stranger();
    let both = stranger.request(Method::POST, "/v2/auth/token").basic_auth(&id, Some(&secret)).form(&[grant, me, it]);
    let both = stranger.send(both).await?;
    assert_eq!((both.status, &both.json()["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_request")));
    let body = json!({"grant_type": "client_credentials", "client_id": id, "client_secret": secret});
    let no_form = stranger.post("/v2/auth/token", &body).await?;
    assert_eq!((no_form.status, &no_form.json()["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_request")));
    let events = world.vitrine.audit().await?;
    assert!(events.iter().any(|event| event.event.reasons == ["unknown_credential"]), "it is recorded");
    Ok(())
}

#[tokio::test]
async fn s11_an_administrator_makes_credentials_and_what_they_gave_ends_with_them() -> Outcome {
    let world = World::new().await?;
    let (id, secret) = world.credential("desk@", &json!(SCOPES)).await?;
    let program = async || {
        let answer = world.log_in(&id, &secret).await?;
        let token = answer.json()["access_token"].as_str().unwrap_or_default().to_owned();
        Ok::<_, testkit::callers::CallError>(Caller::with(&world.vitrine, &token))
    };
    let status = async |program: &Caller| program.get("/v2/whoami").await.map(|answer| answer.status.as_u16());
    let late = program().await?;
    assert_eq!(status(&late).await?, 200);
    world.vitrine.clock.advance_seconds(3_600);
    assert_eq!(status(&late).await?, 401, "an hour is over");
    let one = program().await?;
    let root = world.vitrine.root().await?;
    let member = format!("/api/v1/members/{}", root.id("/api/v1/members?beginning=desk@").await?);
    root.patch(&member, json!({"deactivated": true})).await?;
    assert_eq!(status(&one).await?, 401, "the owner is kept out");
    assert_eq!(world.log_in(&id, &secret).await?.status, StatusCode::UNAUTHORIZED);
    root.patch(&member, json!({"deactivated": false})).await?;
    assert_eq!(status(&one).await?, 200);
    root.delete(&format!("/api/v1/api-credentials/{id}")).await?;
    assert_eq!(status(&one).await?, 401, "the credential has ended");
    assert_eq!(world.log_in(&id, &secret).await?.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn nothing_but_a_token_counts_and_refusals_have_sigmas_shape() -> Outcome {
    let world = World::new().await?;
    let (_, secret) = world.credential("root@", &json!(SCOPES)).await?;
    let bea = world.vitrine.buyer("acme").await?;
    for shown in [secret.as_str(), &bea.handle, "vg_none", "vt_none", "garbage"] {
        let refused = Caller::with(&world.vitrine, shown).get("/v2/whoami").await?;
        assert_eq!((refusal(&refused).0, refusal(&refused).1), (401, "unauthorized".into()), "{shown}");
    }
    let program = world.administrator().await?;
    let absent = refusal(&program.get("/v2/none").await?);
    assert_eq!(absent, (404, "not_found".into(), "there is nothing here for you".into()));
    assert_eq!(refusal(&program.post("/v2/whoami", json!({})).await?).0, 405);
    let odd = refusal(&program.get("/v2/whoami?fields=userId").await?);
    assert_eq!(odd, (400, "invalid_request".into(), "Expecting at `fields`: no parameters".into()));

    let (id, secret) = world.credential("root@", &json!(SCOPES)).await?;
    let vitrine = world.vitrine.reconfigured(|config| config.requests.per_credential = 2).await?;
    let stranger = vitrine.stranger();
    let form = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", &secret)];
    let answer = stranger.send(stranger.request(Method::POST, "/v2/auth/token").form(&form)).await?;
    let program = Caller::with(&vitrine, answer.json()["access_token"].as_str().unwrap_or_default());
    assert_eq!(program.get("/v2/whoami").await?.status, StatusCode::OK);
    let often = program.get("/v2/whoami").await?;
    assert_eq!((refusal(&often).0, refusal(&often).1), (429, "too_many_requests".into()));
    assert_eq!(often.header("retry-after"), "30");
    Ok(())
}
