//! The login, and what its tokens are worth.

use super::{World, refusal};
use crate::administration::Caller;
use crate::support::Outcome;
use reqwest::{Method, StatusCode};
use serde_json::json;
use testkit::postgres::Postgres;

const SCOPES: [&str; 3] = ["administer", "manage_members", "view"];

#[tokio::test]
async fn a_credential_becomes_a_token_by_form_or_by_address() -> Outcome {
    let world = World::new().await?;
    let (id, secret) = world.credential("root@", &json!(SCOPES)).await?;
    let answer = world.log_in(&id, &secret).await?;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert_eq!((&answer.json()["token_type"], &answer.json()["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let token = answer.json()["access_token"].as_str().unwrap_or_default().to_owned();
    assert!(token.starts_with("vt_") && token != secret);
    let stranger = world.vitrine.stranger();
    let address = format!("/api/4.0/login?client_id={id}&client_secret={secret}");
    let by_address = stranger.send(stranger.request(Method::POST, &address)).await?;
    assert_eq!(by_address.status, StatusCode::OK, "{}", by_address.text());
    for scheme in ["Bearer", "bearer", "token"] {
        let request =
            stranger.request(Method::GET, "/api/4.0/user").header("authorization", format!("{scheme} {token}"));
        let me = stranger.send(request).await?;
        assert_eq!((me.status, &me.json()["email"]), (StatusCode::OK, &json!("root@portal.example")), "{scheme}");
    }
    Ok(())
}

#[tokio::test]
async fn whatever_is_wrong_with_a_login_is_one_refusal() -> Outcome {
    let world = World::new().await?;
    let (id, secret) = world.credential("root@", &json!(SCOPES)).await?;
    let (other, _) = world.credential("desk@", &json!(SCOPES)).await?;
    let token = world.log_in(&id, &secret).await?.json()["access_token"].as_str().unwrap_or_default().to_owned();
    let wrong = [(id.as_str(), "va_wrong"), (&other, &secret), ("credential_none", &secret), (&id, &token), (&id, "x")];
    let first = refusal(&world.log_in(&id, "va_none").await?);
    assert_eq!(first, (401, "the client id or the secret is not valid".to_owned(), Vec::new()));
    for (id, secret) in wrong {
        assert_eq!(refusal(&world.log_in(id, secret).await?), first, "{id} {secret}");
    }
    let stranger = world.vitrine.stranger();
    for form in [vec![("client_id", "x")], vec![], vec![("client_id", "x"), ("client_id", "y"), ("client_secret", "z")]]
    {
        let answer = stranger.send(stranger.request(Method::POST, "/api/4.0/login").form(&form)).await?;
        assert_eq!(refusal(&answer).0, 400, "{form:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_token_ends_when_it_is_logged_out_when_it_expires_and_with_its_credential_and_owner() -> Outcome {
    let world = World::new().await?;
    let status = async |program: &Caller| program.get("/api/4.0/user").await.map(|answer| answer.status.as_u16());
    let (id, secret) = world.credential("desk@", &json!(SCOPES)).await?;
    let program = async || {
        let answer = world.log_in(&id, &secret).await?;
        Ok::<_, testkit::callers::CallError>(Caller::with(
            &world.vitrine,
            answer.json()["access_token"].as_str().unwrap_or_default(),
        ))
    };
    let (one, other) = (program().await?, program().await?);
    assert_eq!((status(&one).await?, status(&other).await?), (200, 200));
    let ended = one.delete("/api/4.0/logout").await?;
    assert_eq!((ended.status, ended.header("content-type").as_str()), (StatusCode::NO_CONTENT, ""));
    assert_eq!((status(&one).await?, status(&other).await?), (401, 200));
    assert_eq!(refusal(&one.delete("/api/4.0/logout").await?), (401, "Requires authentication.".into(), vec![]));
    assert_eq!(other.delete("/api/logout").await?.status, StatusCode::NO_CONTENT, "as one of the clients does");
    assert_eq!(status(&other).await?, 401);

    let late = program().await?;
    world.vitrine.clock.advance_seconds(3_599);
    assert_eq!(status(&late).await?, 200);
    world.vitrine.clock.advance_seconds(1);
    assert_eq!(status(&late).await?, 401, "an hour is over");

    // Whoever had logged in is out by now.
    let root = world.vitrine.root().await?;
    let member = format!("/api/v1/members/{}", root.id("/api/v1/members?beginning=desk@").await?);
    let one = program().await?;
    root.patch(&member, json!({"deactivated": true})).await?;
    assert_eq!(status(&one).await?, 401, "the owner is kept out");
    assert_eq!(refusal(&world.log_in(&id, &secret).await?).0, 401);
    root.patch(&member, json!({"deactivated": false})).await?;
    assert_eq!(status(&one).await?, 200);
    root.delete(&format!("/api/v1/api-credentials/{id}")).await?;
    assert_eq!(status(&one).await?, 401, "the credential has ended");
    assert_eq!(refusal(&world.log_in(&id, &secret).await?).0, 401);
    Ok(())
}

#[tokio::test]
async fn a_token_counts_at_every_node_and_nowhere_but_in_this_api() -> Outcome {
    let postgres = Postgres::start()?;
    postgres.create_database("store")?;
    let store = format!("postgres://postgres@localhost/store?host={}", postgres.host());
    let world = World::kept_at(Some(store)).await?;
    let (id, secret) = world.credential("root@", &json!(SCOPES)).await?;
    let token = world.log_in(&id, &secret).await?.json()["access_token"].as_str().unwrap_or_default().to_owned();
    let beside = world.vitrine.beside().await?;
    let there = Caller::at(beside.stranger(), &token);
    assert_eq!(there.get("/api/4.0/user").await?.status, StatusCode::OK);
    let here = Caller::with(&world.vitrine, &token);
    assert_eq!(here.get("/api/v1/members").await?.status, StatusCode::UNAUTHORIZED);
    let by_secret = Caller::with(&world.vitrine, &secret);
    assert_eq!(by_secret.get("/api/4.0/user").await?.status, StatusCode::UNAUTHORIZED);
    here.delete("/api/4.0/logout").await?;
    assert_eq!(there.get("/api/4.0/user").await?.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn tokens_are_in_the_trail_and_count_for_their_credential() -> Outcome {
    let world = World::new().await?;
    let (id, secret) = world.credential("root@", &json!(SCOPES)).await?;
    let token = world.log_in(&id, &secret).await?.json()["access_token"].as_str().unwrap_or_default().to_owned();
    Caller::with(&world.vitrine, &token).delete("/api/4.0/logout").await?;
    let events = world.vitrine.audit().await?;
    for name in ["access_token_made", "access_token_ended"] {
        let found: Vec<_> = events.iter().filter(|event| event.event.event == name).collect();
        assert_eq!(found.len(), 1, "{name}");
        let session = found[0].event.principal.session.as_ref().map(ToString::to_string);
        assert_eq!(session.as_deref(), Some(id.as_str()), "{name}");
    }
    assert!(!format!("{events:?}").contains(&token));
    let vitrine = world.vitrine.reconfigured(|config| config.requests.per_credential = 2).await?;
    let stranger = vitrine.stranger();
    let form = [("client_id", &id), ("client_secret", &secret)];
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let answer = stranger.send(stranger.request(Method::POST, "/api/4.0/login").form(&form)).await?;
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 429]);
    Ok(())
}

#[tokio::test]
async fn what_is_not_there_is_told_in_lookers_shape() -> Outcome {
    let world = World::new().await?;
    let program = world.program("root@", &json!(SCOPES)).await?;
    for path in ["/api/4.0/none", "/api/4.0/users/member_none/none", "/api/4.0"] {
        assert_eq!(refusal(&program.get(path).await?), (404, "Not found".into(), vec![]), "{path}");
    }
    assert_eq!(refusal(&program.post("/api/4.0/versions", json!({})).await?).0, 405);
    assert_eq!(
        refusal(&program.get("/api/4.0/user?feilds=id").await?),
        (400, "`feilds`: expected one of `fields`".into(), vec!["feilds".into()])
    );
    let versions = program.get("/api/4.0/versions?fields=current_version(version)").await?.json();
    assert_eq!(versions, json!({"current_version": {"version": "4.0"}}));
    let session = program.patch("/api/4.0/session", json!({"workspace_id": "production"})).await?;
    assert_eq!((session.status, &session.json()["workspace_id"]), (StatusCode::OK, &json!("production")));
    assert_eq!(refusal(&program.patch("/api/4.0/session", json!({"workspace_id": "dev"})).await?).2, ["workspace_id"]);
    Ok(())
}
