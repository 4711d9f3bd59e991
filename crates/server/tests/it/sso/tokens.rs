//! The stories M5 and M6, and what no token may.

use super::{NOW, PROGRAM, SORRY, Sso, merged, provider, secret};
use crate::administration::Caller;
use crate::support::{Outcome, Vitrine, copy_of};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::{sign, world};

/// Story M5: no session; sent to the host; back with a token; a session; data of that person.
#[tokio::test]
async fn m5_a_browser_is_sent_to_the_host_and_comes_back_with_a_session() -> Outcome {
    let sso = Sso::with(json!({})).await?;
    let sent = sso.ask(&[("return_to", "/admin?a=b")], &[]).await?;
    assert_eq!(sent.header("location"), "https://portal.example/sso?return_to=%2Fadmin%3Fa%3Db");
    let claims = json!({"email": "bea@acme.example", "groups": ["Buyers"], "company": "acme", "iat": NOW});
    let token = sign::plain(&claims, secret());
    let back = sso.ask(&[("jwt", &token), ("return_to", "/admin?a=b")], &[]).await?;
    assert_eq!((back.status, back.header("location")), (StatusCode::FOUND, format!("{}/admin?a=b", sso.vitrine.base)));
    assert_eq!(
        (back.header("cache-control"), back.header("referrer-policy")),
        ("no-store".into(), "no-referrer".into())
    );
    let set = back.header("set-cookie");
    assert!(set.starts_with("__Host-vitrine") && set.contains("; Secure; HttpOnly; SameSite=Lax"), "{set}");
    let cookie = set.split(';').next().unwrap_or_default().to_owned();
    let browser = sso.vitrine.stranger();
    let session = browser.send(browser.request(Method::GET, "/api/v1/session").header("cookie", &cookie)).await?;
    assert_eq!(session.status, StatusCode::OK, "{}", session.text());
    let page = session.json()["session"].as_str().unwrap_or_default().to_owned();
    let path = "/api/v1/workbooks/orders/pages/main/elements/list/query";
    let request = browser.request(Method::POST, path).header("cookie", &cookie).header("vitrine-session", &page);
    let rows = browser.send(request.header("origin", &sso.vitrine.base).json(&json!({"controls": {}}))).await?;
    assert_eq!(rows.status, StatusCode::OK, "{}", rows.text());
    assert!(rows.text().contains(world::ACME) && !rows.text().contains(world::GLOBEX), "{}", rows.text());
    let event = sso.vitrine.audit().await?.into_iter().find(|it| it.event.event == "logged_in").ok_or("no event")?;
    assert_eq!(event.event.detail["provider"], "sso");
    Ok(())
}

/// Story M6: the first login makes the member, in the team of their role, and they see exactly their rows.
#[tokio::test]
async fn m6_the_identity_provider_says_who_is_a_tenant_and_who_a_customer() -> Outcome {
    let provider = json!({
        "name": "sso", "issuer": "contrail", "jwt": merged(provider()["jwt"].clone(), &json!({"mode": "strict"})),
        "claims": {"teams": "role"},
        "teams": {"sync": "replacing", "map": {"tenant": ["Tenants"], "customer": ["Customers"]}},
        "provisioning": {"members": true},
        "ceiling": {"teams": ["Tenants", "Customers"], "attributes": {"primary_id": "any"}}
    });
    let sso = Sso::of(copy_of(&world::demo())?, &provider).await?;
    for (who, role, id, expected) in [
        ("tenant999", json!("tenant"), "999", json!([1, 2, 3])),
        ("tenant777", json!(["tenant"]), "777", json!([4, 5])),
        ("customer1", json!("customer"), "1", json!([1])),
        ("both", json!(["customer", "tenant"]), "999", json!([1, 2, 3])),
        ("nobody", json!("visitor"), "999", json!([])),
        ("none", json!([]), "999", json!([])),
    ] {
        let claims = json!({"email": format!("{who}@customer.example"), "role": role, "primary_id": id, "iat": NOW});
        let caller = Caller::with(&sso.vitrine, &sso.session(&claims).await?);
        let path = "/api/v1/workbooks/accounts/pages/overview/elements/accounts/query";
        let answer = caller.post(path, json!({"controls": {}})).await?;
        if expected == json!([]) {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{who}: {}", answer.text());
            continue;
        }
        let ids: Vec<Value> = answer.rows().iter().map(|row| row[1].clone()).collect();
        assert_eq!(json!(ids), expected, "{who}: {}", answer.text());
    }
    Ok(())
}

#[tokio::test]
async fn no_token_brings_an_administrator_or_what_is_beyond_the_ceiling() -> Outcome {
    let sso = Sso::with(json!({"ceiling": {"teams": ["Buyers"]}})).await?;
    for email in ["root@portal.example", "ROOT@portal.example", "desk@portal.example", "tina@acme.example"] {
        let refused = sso.log_in(&json!({"email": email, "groups": ["Buyers"]})).await?;
        assert_eq!((refused.status, refused.text().as_str()), (StatusCode::UNAUTHORIZED, SORRY), "{email}");
    }
    let claims = json!({
        "email": "eve@acme.example", "groups": ["Buyers", "admins", "Support"], "account_type": "Admin", "admin": true,
        "is_superuser": true, "limit": 9
    });
    let eve = Caller::with(&sso.vitrine, &sso.session(&claims).await?);
    let me = eve.get("/api/v1/whoami").await?.json();
    assert_eq!((&me["account_type"], &me["permissions"]), (&json!("View"), &json!(["view"])));
    assert_eq!(sso.teams("eve@acme").await?, json!(["Buyers"]));
    assert_eq!(eve.get("/api/v1/members").await?.status, StatusCode::FORBIDDEN);
    let same = sso.log_in(&json!({"email": "nobody@elsewhere.example"})).await?;
    assert_eq!(same.status, StatusCode::FOUND, "whoever is new comes in");
    let root = sso.vitrine.root().await?;
    let invited = root.get("/api/v1/members?beginning=eve@acme").await?.json();
    let path = format!("/api/v1/members/{}/invitation", invited["items"][0]["id"].as_str().unwrap_or_default());
    let link = root.post(&path, json!({})).await?;
    let code = link.json()["invitation"].as_str().unwrap_or_default().to_owned();
    let code = code.rsplit('#').next().unwrap_or_default();
    let stranger = sso.vitrine.stranger();
    let request = stranger.request(Method::POST, "/api/v1/login").header("origin", &sso.vitrine.base);
    let refused = stranger.send(request.json(&json!({"code": code}))).await?;
    assert_ne!(refused.status, StatusCode::CREATED, "whom a provider brings logs in by it alone: {}", refused.text());
    Ok(())
}

#[tokio::test]
async fn tokens_that_nobody_who_may_has_signed_have_one_answer() -> Outcome {
    let sso = Sso::with(json!({})).await?;
    let claims = json!({"email": "rasta@acme.example", "iat": NOW});
    let good = sign::plain(&claims, secret());
    let header = json!({"alg": "HS256", "typ": "JWT"});
    let all = sign::forgeries(&good).into_iter().chain(sign::malformed(&header, &claims, secret()));
    for (what, token) in all {
        for headers in [&[][..], &PROGRAM] {
            let answer = sso.ask(&[("jwt", &token)], headers).await?;
            let told = (answer.status, answer.text());
            assert_eq!(told, (StatusCode::UNAUTHORIZED, "Message seems corrupt or manipulated".to_owned()), "{what}");
        }
    }
    for (odd, text) in [
        (json!({"iat": "now"}), "Message seems corrupt or manipulated"),
        (json!({"exp": "never"}), "Message seems corrupt or manipulated"),
        (json!({"exp": null}), "Message seems corrupt or manipulated"),
        (json!({"iat": NOW - 181}), "Token is older than max-age (180)"),
        (json!({"exp": NOW}), "Token is expired (1767225600)"),
        (json!({"nbf": NOW + 1}), "Token is not yet valid (1767225601)"),
    ] {
        let answer = sso.log_in(&merged(claims.clone(), &odd)).await?;
        assert_eq!((answer.status, answer.text().as_str()), (StatusCode::UNAUTHORIZED, text), "{odd}");
    }
    for fine in [json!({"iat": NOW - 180}), json!({"exp": NOW + 1}), json!({"nbf": NOW})] {
        assert_eq!(sso.log_in(&merged(claims.clone(), &fine)).await?.status, StatusCode::FOUND, "{fine}");
    }
    let second = sign::plain(&claims, world::secret("sso-next"));
    assert_eq!(sso.ask(&[("jwt", &second)], &[]).await?.status, StatusCode::FOUND, "while secrets rotate");
    let kiosk = sign::plain(&claims, world::secret("kiosk"));
    assert_eq!(sso.ask(&[("jwt", &kiosk)], &[]).await?.status, StatusCode::UNAUTHORIZED, "a secret of an embed key");
    Ok(())
}

#[tokio::test]
async fn a_strict_providers_tokens_say_when_they_were_issued_and_count_once() -> Outcome {
    let sso = Sso::with(json!({"jwt": {"mode": "strict"}})).await?;
    let refused = sso.log_in(&json!({"email": "rasta@acme.example", "exp": NOW + 60})).await?;
    assert_eq!(refused.text(), "Token must say when it was issued (`iat`).");
    let early = sso.log_in(&json!({"email": "rasta@acme.example", "iat": NOW + 61})).await?;
    assert_eq!(early.text(), "Token is not yet valid (1767225661)");
    for named in [json!({}), json!({"jti": "one"})] {
        let claims = merged(json!({"email": "rasta@acme.example", "iat": NOW}), &named);
        let ahead = [("sec-purpose", "prefetch;prerender")];
        let token = sign::plain(&claims, secret());
        assert_eq!(sso.ask(&[("jwt", &token)], &ahead).await?.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(sso.log_in(&claims).await?.status, StatusCode::FOUND, "looking ahead used nothing up");
        let again = sso.log_in(&claims).await?;
        assert_eq!((again.status, again.text().as_str()), (StatusCode::UNAUTHORIZED, "Token was used before"));
        assert_eq!(sso.exchange(&claims).await?.status, StatusCode::UNAUTHORIZED);
    }
    let other = sso.log_in(&json!({"email": "other@acme.example", "iat": NOW, "jti": "one"})).await?;
    assert_eq!(other.status, StatusCode::UNAUTHORIZED, "an id counts once, whatever else is said");
    Ok(())
}

#[tokio::test]
async fn browsers_come_back_to_our_own_pages_only() -> Outcome {
    let sso = Sso::with(json!({})).await?;
    let token = sign::plain(&json!({"email": "rasta@acme.example"}), secret());
    for foreign in
        ["//evil.example", "https:///evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"]
    {
        for parameters in
            [vec![("return_to", foreign)], vec![("redirect", foreign)], vec![("jwt", &*token), ("return_to", foreign)]]
        {
            let answer = sso.ask(&parameters, &[]).await?;
            assert_eq!(
                (answer.status, answer.text().as_str()),
                (StatusCode::BAD_REQUEST, "Invalid redirect URL"),
                "{foreign}"
            );
            assert_eq!(answer.header("set-cookie"), "");
        }
    }
    let twice = sso.ask(&[("jwt", &token), ("return_to", "/a"), ("return_to", "//evil.example")], &[]).await?;
    assert_eq!(twice.status, StatusCode::BAD_REQUEST);
    let stranger = sso.vitrine.stranger().staying();
    let head = stranger.send(stranger.request(Method::HEAD, &format!("/auth/sso?jwt={token}"))).await?;
    assert_eq!((head.status, head.header("set-cookie")), (StatusCode::METHOD_NOT_ALLOWED, String::new()));
    Ok(())
}

#[tokio::test]
async fn without_a_provider_nobody_signs_on() -> Outcome {
    let sso = Sso::with(json!({"disabled": true})).await?;
    let token = sign::plain(&json!({"email": "rasta@acme.example"}), secret());
    for parameters in [vec![], vec![("jwt", &*token)], vec![("provider", "other")]] {
        let answer = sso.ask(&parameters, &[]).await?;
        let expected = json!({"status": "error-sso-disabled", "message": "SSO has not been enabled and/or configured"});
        assert_eq!((answer.status, answer.json()), (StatusCode::BAD_REQUEST, expected), "{parameters:?}");
    }
    let vitrine = Vitrine::world().await?;
    assert_eq!(vitrine.stranger().get("/auth/sso").await?.status, StatusCode::BAD_REQUEST);
    Ok(())
}

#[tokio::test]
async fn a_session_ends_when_its_provider_is_changed() -> Outcome {
    let sso = Sso::with(json!({})).await?;
    let caller = Caller::with(&sso.vitrine, &sso.session(&json!({"email": "rasta@acme.example"})).await?);
    assert_eq!(caller.get("/api/v1/whoami").await?.status, StatusCode::OK);
    sso.change(json!({"ceiling": {"teams": []}})).await?;
    assert_eq!(caller.get("/api/v1/whoami").await?.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn return_addresses_switched_off() -> Outcome {
    use model::enforcement::{Point, switch_off};
    let sso = Sso::with(json!({})).await?;
    let _off = switch_off(Point::ReturnAddress);
    let token = sign::plain(&json!({"email": "rasta@acme.example"}), secret());
    let answer = sso.ask(&[("jwt", &token), ("return_to", "//evil.example/x")], &[]).await?;
    assert_eq!(answer.header("location"), "http://evil.example/x");
    Ok(())
}

/// The playground of administrators knows whose it is, and lets nobody in.
#[tokio::test]
async fn the_playground_tells_what_becomes_of_a_token() -> Outcome {
    const PLAYGROUND: &str = "/api/v1/tokens/test";
    let sso = Sso::with(json!({"jwt": {"mode": "strict"}})).await?;
    let root = sso.vitrine.root().await?;
    let claims =
        json!({"email": "tess@acme.example", "groups": ["Buyers"], "company": "acme", "iat": NOW, "exp": NOW + 60});
    let token = sign::plain(&claims, secret());
    let address = format!("{}/auth/sso?jwt={token}&return_to=/dashboard/1", sso.vitrine.base);
    for pasted in [&token, &address, &token] {
        let told = root.post(PLAYGROUND, json!({"token": pasted})).await?.json();
        assert_eq!((&told["accepted"], &told["verified"]), (&json!(true), &json!(true)), "{told}");
        assert_eq!((&told["identity_provider"], &told["dialect"]), (&json!("sso"), &json!("metabase")), "{told}");
        assert_eq!(told["identity"]["member"]["teams"], json!(["Buyers"]), "{told}");
        assert_eq!((&told["person"], &told["key"]), (&json!(null), &json!(null)), "it opens nothing by itself: {told}");
        assert!(told["counts_once"].is_string() && told["times"].to_string().contains("60"), "{told}");
    }
    assert_eq!(sso.log_in(&claims).await?.status, StatusCode::FOUND, "nothing was used up");
    let used = root.post(PLAYGROUND, json!({ "token": token })).await?.json();
    assert_eq!(used["refusal"], json!("somebody has come with it before, and it counts once"), "{used}");
    let old = sign::plain(&merged(claims.clone(), &json!({"iat": NOW - 600})), secret());
    let old = root.post(PLAYGROUND, json!({ "token": old })).await?.json();
    assert_eq!(
        (&old["accepted"], &old["refusal"]),
        (&json!(false), &json!("Token is older than max-age (180)")),
        "{old}"
    );
    let forged = sign::plain(&claims, "no such secret");
    let forged = root.post(PLAYGROUND, json!({ "token": forged })).await?.json();
    let told = (&forged["verified"], &forged["identity_provider"], &forged["claims"]);
    assert_eq!(told, (&json!(false), &json!(null), &json!([])), "{forged}");
    Ok(())
}
