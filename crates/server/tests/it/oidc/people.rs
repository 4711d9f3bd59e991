//! Who comes in by OpenID Connect, as whom, and how long.

use super::{NOW, Oidc, cookie, is_in, is_open, to_login};
use crate::support::Outcome;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::world;

/// Story M6: the first login makes the member, in the team of their role, and they see exactly their rows.
#[tokio::test]
async fn m6_the_first_login_makes_the_member_in_the_right_team_with_exact_rows() -> Outcome {
    let change = json!({
        "issuer": "contrail", "teams": {"sync": "replacing", "map": {"tenant": ["Tenants"], "customer": ["Customers"]}},
        "ceiling": {"teams": ["Tenants", "Customers"], "attributes": {"primary_id": "any"}}
    });
    let oidc = Oidc::over(world::demo(), &change).await?;
    for (who, role, id, expected) in [
        ("tenant999", json!("tenant"), "999", json!([1, 2, 3])),
        ("tenant777", json!(["tenant"]), "777", json!([4, 5])),
        ("customer1", json!("customer"), "1", json!([1])),
        ("both", json!(["customer", "tenant"]), "999", json!([1, 2, 3])),
        ("nobody", json!("visitor"), "999", json!([])),
    ] {
        let email = format!("{who}@customer.example");
        let back = oidc.log_in(&json!({"sub": who, "email": email, "role": role, "primary_id": id})).await?;
        assert!(is_in(&back), "{who}: {} {}", back.status, back.header("location"));
        let browser = oidc.vitrine.stranger();
        let cookie = cookie(&back);
        let session = browser.send(browser.request(Method::GET, "/api/v1/session").header("cookie", &cookie)).await?;
        let page = session.json()["session"].as_str().unwrap_or_default().to_owned();
        let path = "/api/v1/workbooks/accounts/pages/overview/elements/accounts/query";
        let request = browser.request(Method::POST, path).header("cookie", &cookie).header("vitrine-session", &page);
        let answer = browser.send(request.header("origin", &oidc.vitrine.base).json(&json!({"controls": {}}))).await?;
        if expected == json!([]) {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{who}: {}", answer.text());
            continue;
        }
        let ids: Vec<Value> = answer.rows().iter().map(|row| row[1].clone()).collect();
        assert_eq!(json!(ids), expected, "{who}: {}", answer.text());
    }
    // What OpenID Connect claims is the person's own from now on.
    let members = oidc.vitrine.store().await?.members_behind(None, 1000).await?;
    let kept = members.iter().find(|member| member.subject == "tenant777").ok_or("nobody is kept")?;
    assert_eq!(json!(kept.attributes), json!({"primary_id": "777"}));
    assert_eq!((kept.teams.len(), kept.email.as_deref()), (1, Some("tenant777@customer.example")));
    Ok(())
}

#[tokio::test]
async fn a_browser_comes_back_to_where_it_wanted_to_be() -> Outcome {
    let oidc = Oidc::over(world::folder(), &json!({"issuer": "portal"})).await?;
    let left = oidc.leaves("/workbooks/orders?a=b").await?;
    for (name, expected) in [
        ("response_type", "code"),
        ("client_id", "vitrine"),
        ("scope", "openid email profile"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(left.asked[name], expected);
    }
    assert_eq!(left.asked["redirect_uri"], format!("{}/auth/oidc/idp/callback", oidc.vitrine.base));
    let token = oidc.key.signed("JWT", &oidc.claims(&left, &json!({})))?;
    let back = oidc.comes_back(&left, token).await?;
    assert_eq!(back.header("location"), format!("{}/workbooks/orders?a=b", oidc.vitrine.base));
    assert!(is_in(&back) && back.header("set-cookie").contains("; Secure; HttpOnly; SameSite=Lax"));
    for foreign in ["//evil.example", "https://evil.example/"] {
        let refused = oidc.ask(&format!("/auth/oidc/idp?return_to={foreign}"), "").await?;
        assert_eq!(refused.code(), "foreign_target", "{foreign}");
    }
    let event = oidc.vitrine.audit().await?.into_iter().find(|it| it.event.event == "logged_in").ok_or("no event")?;
    assert_eq!(event.event.detail["provider"], "idp");
    let ways = oidc.ask("/api/v1/login", "").await?.json();
    assert_eq!(ways["providers"], json!([{"name": "idp", "address": "/auth/oidc/idp"}]));
    Ok(())
}

/// Addresses go to other people; what the provider calls a person does not.
#[tokio::test]
async fn whoever_gets_an_address_later_is_somebody_else() -> Outcome {
    let oidc = Oidc::over(world::folder(), &json!({"issuer": "portal"})).await?;
    assert!(is_in(&oidc.log_in(&json!({"sub": "u-1", "email": "ann@acme.example"})).await?));
    let taken = oidc.log_in(&json!({"sub": "u-2", "email": "ann@acme.example"})).await?;
    assert_eq!((is_in(&taken), taken.header("location")), (false, to_login("refused")));
    // A new address of the same person is theirs; then the old one is free.
    assert!(is_in(&oidc.log_in(&json!({"sub": "u-1", "email": "anna@acme.example"})).await?));
    assert_eq!(oidc.member("ann@").await?, Value::Null);
    assert!(is_in(&oidc.log_in(&json!({"sub": "u-2", "email": "ann@acme.example"})).await?));
    let (one, other) = (oidc.member("anna@").await?, oidc.member("ann@").await?);
    assert_ne!(one["id"], other["id"]);
    Ok(())
}

/// Whoever was invited is bound to what the provider calls them at the first login, and to nobody else later.
#[tokio::test]
async fn an_invited_person_is_bound_once() -> Outcome {
    let change = json!({"issuer": "portal", "bind_internal_by_email": true, "provisioning": {"members": false}});
    let oidc = Oidc::over(world::folder(), &change).await?;
    let root = oidc.vitrine.root().await?;
    let invited = json!({"subject": "ivo@acme.example", "kind": "internal", "account_type": "View"});
    let made = root.post("/api/v1/members", invited).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let unknown = oidc.log_in(&json!({"email": "nobody@acme.example"})).await?;
    assert_eq!(unknown.header("location"), to_login("refused"));
    let unverified = oidc.log_in(&json!({"email": "ivo@acme.example", "email_verified": null})).await?;
    assert_eq!(unverified.header("location"), to_login("refused"));
    assert!(is_in(&oidc.log_in(&json!({"sub": "u-7", "email": "ivo@acme.example"})).await?));
    let other = oidc.log_in(&json!({"sub": "u-8", "email": "ivo@acme.example"})).await?;
    assert_eq!(other.header("location"), to_login("refused"), "the address is that of u-7");
    assert!(is_in(&oidc.log_in(&json!({"sub": "u-7", "email": "ivo@elsewhere.example"})).await?), "by the link");
    for email in ["root@portal.example", "desk@portal.example"] {
        let refused = oidc.log_in(&json!({"sub": email, "email": email})).await?;
        assert_eq!((is_in(&refused), refused.header("location")), (false, to_login("refused")), "{email}");
    }
    Ok(())
}

#[tokio::test]
async fn the_provider_logs_people_out() -> Outcome {
    let oidc = Oidc::over(world::folder(), &json!({"issuer": "portal"})).await?;
    let first = cookie(&oidc.log_in(&json!({"sid": "s-1"})).await?);
    let second = cookie(&oidc.log_in(&json!({"sid": "s-2"})).await?);
    let other = cookie(&oidc.log_in(&json!({"sid": "s-3", "sub": "u-2", "email": "bob@acme.example"})).await?);
    let token = |change: Value| {
        let claims = json!({
            "iss": oidc.provider.address, "aud": "vitrine", "iat": NOW, "exp": NOW + 120, "jti": "j-1", "sub": "u-1",
            "sid": "s-1", "events": {"http://schemas.openid.net/event/backchannel-logout": {}}
        });
        let mut claims = crate::sso::merged(claims, &change);
        claims.as_object_mut().ok_or("no claims")?.retain(|_, value| !value.is_null());
        oidc.key.signed("logout+jwt", &claims)
    };
    for odd in [
        json!({"events": null}),
        json!({"events": {"http://schemas.openid.net/event/backchannel-logout": "yes"}}),
        json!({"nonce": "n"}),
        json!({"jti": null}),
        json!({"sub": null, "sid": null}),
        json!({"aud": "another"}),
        json!({"iss": "https://evil.example"}),
        json!({"iat": NOW - 1000, "exp": null}),
        json!({"exp": NOW - 100}),
    ] {
        let refused = oidc.log_out(&token(odd.clone())?).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{odd}");
    }
    assert_eq!(oidc.log_out("").await?.status, StatusCode::BAD_REQUEST);
    assert!(is_open(&oidc.vitrine, &first).await?);
    let out = token(json!({}))?;
    assert_eq!(oidc.log_out(&out).await?.status, StatusCode::OK);
    assert!(!is_open(&oidc.vitrine, &first).await? && is_open(&oidc.vitrine, &second).await?);
    assert_eq!(oidc.log_out(&out).await?.status, StatusCode::BAD_REQUEST, "it counts once");
    let everywhere = token(json!({"jti": "j-2", "sid": null}))?;
    assert_eq!(oidc.log_out(&everywhere).await?.status, StatusCode::OK);
    assert!(!is_open(&oidc.vitrine, &second).await? && is_open(&oidc.vitrine, &other).await?);
    Ok(())
}

#[tokio::test]
async fn userinfo_says_more_of_the_same_person_only() -> Outcome {
    let oidc = Oidc::over(world::folder(), &json!({"issuer": "portal", "oidc": {"userinfo": true}})).await?;
    oidc.provider.says(|says| says.userinfo = json!({"sub": "u-1", "given_name": "Ann", "email": "eve@acme.example"}));
    assert!(is_in(&oidc.log_in(&json!({})).await?));
    assert_eq!(oidc.member("ann@").await?["first_name"], "Ann");
    // That another address is verified says nothing of the one in the token.
    let elsewhere = json!({"sub": "u-3", "email": "eve@elsewhere.example", "email_verified": true});
    oidc.provider.says(|says| says.userinfo = elsewhere);
    let claimed = json!({"sub": "u-3", "email": "root@acme.example", "email_verified": null});
    assert_eq!(oidc.log_in(&claimed).await?.header("location"), to_login("refused"));
    oidc.provider.says(|says| says.userinfo["email"] = json!("root@acme.example"));
    assert!(is_in(&oidc.log_in(&claimed).await?));
    oidc.provider.says(|says| says.userinfo = json!({"sub": "u-2", "given_name": "Eve"}));
    assert_eq!(oidc.log_in(&json!({})).await?.header("location"), to_login("refused"));
    Ok(())
}

#[tokio::test]
async fn whoever_a_provider_brings_has_no_passkeys_here() -> Outcome {
    let mut oidc = Oidc::over(world::folder(), &json!({"issuer": "portal"})).await?;
    oidc.vitrine = oidc.vitrine.at_localhost().await?;
    let back = oidc.log_in(&json!({})).await?;
    assert!(is_in(&back), "{} {}", back.status, back.header("location"));
    let browser = oidc.vitrine.stranger();
    let own = |method: Method, path: &str| {
        browser.request(method, path).header("cookie", cookie(&back)).header("origin", &browser.base)
    };
    let session = browser.send(own(Method::GET, "/api/v1/session")).await?.json()["session"].clone();
    let session = session.as_str().ok_or("no session")?;
    let asked = own(Method::POST, "/api/v1/account/passkeys").header("vitrine-session", session);
    let told = browser.send(asked.json(&json!({"password": "of hers"}))).await?;
    assert_eq!((told.status, told.code().as_str()), (StatusCode::FORBIDDEN, "no_passkeys"), "{}", told.text());
    assert!(told.text().contains("somebody else's word"), "{}", told.text());
    let account = own(Method::GET, "/api/v1/account").header("vitrine-session", session);
    assert_eq!(browser.send(account).await?.json()["may_have_passkeys"], json!(false));
    Ok(())
}
