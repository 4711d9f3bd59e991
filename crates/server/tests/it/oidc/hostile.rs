//! What counts for nothing: tokens for others, browsers that were never sent, providers that are somebody else.

use super::provider::SigningKey;
use super::{NOW, Oidc, is_in, to_login};
use crate::support::Outcome;
use reqwest::{Method, StatusCode};
use serde_json::json;
use server::body::LARGEST_BODY;
use server::outbound::LARGEST;
use testkit::{sign, world};

async fn portal() -> Result<Oidc, testkit::callers::CallError> {
    Oidc::over(world::folder(), &json!({"issuer": "portal"})).await
}

#[tokio::test]
async fn tokens_that_are_not_for_this_log_in_let_nobody_in() -> Outcome {
    let oidc = portal().await?;
    for odd in [
        json!({"nonce": "another"}),
        json!({"nonce": null}),
        json!({"aud": "another"}),
        json!({"aud": ["vitrine", "another"]}),
        json!({"aud": ["vitrine", "another"], "azp": "another"}),
        json!({"aud": null}),
        json!({"iss": "https://evil.example"}),
        json!({"iss": format!("{}/", oidc.provider.address)}),
        json!({"exp": NOW - 100}),
        json!({"exp": null}),
        json!({"exp": "tomorrow"}),
        json!({"iat": NOW + 1000}),
        json!({"sub": null}),
        json!({"sub": 7}),
        json!({"sub": ""}),
        json!({"email": null}),
        json!({"email": "no address"}),
        json!({"email_verified": false}),
        json!({"email_verified": null}),
    ] {
        let answer = oidc.log_in(&odd).await?;
        assert_eq!((is_in(&answer), answer.header("location")), (false, to_login("refused")), "{odd}");
    }
    assert!(is_in(&oidc.log_in(&json!({"aud": ["vitrine"], "email_verified": "true"})).await?));
    assert!(is_in(&oidc.log_in(&json!({"aud": ["vitrine", "other"], "azp": "vitrine"})).await?));
    Ok(())
}

#[tokio::test]
async fn only_the_keys_that_the_provider_publishes_count() -> Outcome {
    let oidc = portal().await?;
    let left = oidc.leaves("/").await?;
    let claims = oidc.claims(&left, &json!({}));
    let stranger = SigningKey::new("first")?;
    let good = oidc.key.signed("JWT", &claims)?;
    let body = good.split('.').nth(1).ok_or("no body")?.to_owned();
    let none = format!("eyJhbGciOiJub25lIn0.{body}.");
    for forged in [
        stranger.signed("JWT", &claims)?,
        SigningKey::new("second")?.signed("JWT", &claims)?,
        none,
        sign::plain(&claims, "vitrine"),
        sign::with_kid("first", &claims, "first"),
        format!("{good}x"),
        String::new(),
    ] {
        let answer = oidc.comes_back(&left, forged.clone()).await?;
        assert_eq!((is_in(&answer), answer.header("location")), (false, to_login("refused")), "{forged}");
    }
    // Keys were asked for once: that of an unknown name is not asked for before half a minute is over.
    assert_eq!(oidc.provider.says(|says| says.asked_for_keys), 1);
    assert!(is_in(&oidc.comes_back(&left, good).await?));
    Ok(())
}

#[tokio::test]
async fn another_browser_does_not_come_back() -> Outcome {
    let oidc = portal().await?;
    let (mine, theirs) = (oidc.leaves("/").await?, oidc.leaves("/").await?);
    let token = oidc.key.signed("JWT", &oidc.claims(&theirs, &json!({})))?;
    oidc.provider.says(|says| says.id_token = token);
    let state = |left: &super::Left| format!("/auth/oidc/idp/callback?code=a-code&state={}", left.asked["state"]);
    for (path, cookie) in [
        (state(&theirs), mine.cookie.as_str()),
        (state(&theirs), ""),
        (format!("{}x", state(&theirs)), &theirs.cookie),
        (state(&theirs).replace("&state", "&other"), &theirs.cookie),
        (format!("{}&state=x", state(&theirs)), &theirs.cookie),
    ] {
        let answer = oidc.ask(&path, cookie).await?;
        assert_eq!((is_in(&answer), answer.header("location")), (false, to_login("expired")), "{path} {cookie}");
    }
    let cancelled = state(&theirs).replace("code=a-code", "error=access_denied");
    assert_eq!(oidc.ask(&cancelled, &theirs.cookie).await?.header("location"), to_login("cancelled"));
    let named = format!("{}&iss=https://evil.example", state(&theirs));
    assert_eq!(oidc.ask(&named, &theirs.cookie).await?.header("location"), to_login("refused"));
    assert!(is_in(&oidc.ask(&state(&theirs), &theirs.cookie).await?));
    let again = oidc.ask(&state(&theirs), &theirs.cookie).await?;
    assert_eq!((is_in(&again), again.header("location")), (false, to_login("expired")), "a log-in counts once");
    Ok(())
}

/// Two tabs of a browser may be at the provider at the same time.
#[tokio::test]
async fn a_browser_may_go_there_twice() -> Outcome {
    let oidc = portal().await?;
    let first = oidc.leaves("/").await?;
    let answer = oidc.ask("/auth/oidc/idp", &first.cookie).await?;
    assert_eq!(answer.header("set-cookie").split(';').next(), Some(first.cookie.as_str()));
    let token = oidc.key.signed("JWT", &oidc.claims(&first, &json!({})))?;
    assert!(is_in(&oidc.comes_back(&first, token).await?));
    Ok(())
}

#[tokio::test]
async fn a_provider_that_is_another_one_is_not_asked() -> Outcome {
    for (change, is_used) in [
        (json!({"issuer": "https://evil.example"}), false),
        (json!({"token_endpoint": null}), false),
        (json!({"jwks_uri": "file:///etc/passwd"}), false),
        (json!({"authorization_endpoint": "javascript:alert(1)"}), false),
        (json!({"extra": [1, 2, 3]}), true),
    ] {
        let oidc = portal().await?;
        oidc.provider.says(|says| says.configuration = change.clone());
        let answer = oidc.ask("/auth/oidc/idp", "").await?;
        assert_eq!(answer.header("location") == to_login("unavailable"), !is_used, "{change}");
    }
    let oidc = portal().await?;
    assert_eq!(oidc.ask("/auth/oidc/other", "").await?.status, StatusCode::NOT_FOUND);
    assert_eq!(oidc.ask("/auth/oidc/other/callback", "").await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test]
async fn a_secret_is_shown_to_the_provider_where_there_is_one() -> Outcome {
    let change = json!({"issuer": "portal", "oidc": {"secrets": [{"secret_file": "secrets/sso"}]}});
    let oidc = Oidc::over(world::folder(), &change).await?;
    oidc.provider.says(|says| says.secret = Some("wrong"));
    assert_eq!(oidc.log_in(&json!({})).await?.header("location"), to_login("refused"));
    oidc.provider.says(|says| says.secret = Some(world::secret("sso")));
    assert!(is_in(&oidc.log_in(&json!({})).await?));
    Ok(())
}

/// The document is asked for when somebody leaves for the provider.
#[tokio::test]
async fn a_document_of_a_provider_is_as_large_as_it_may_be_and_no_larger() -> Outcome {
    for (more, is_used) in [(0, true), (1, false)] {
        let oidc = portal().await?;
        oidc.provider.says(|says| says.configuration = json!({"more": ""}));
        let address = format!("{}/.well-known/openid-configuration", oidc.provider.address);
        let rest = LARGEST - reqwest::get(address).await?.text().await?.len();
        oidc.provider.says(|says| says.configuration = json!({"more": "x".repeat(rest + more)}));
        let answer = oidc.ask("/auth/oidc/idp", "").await?;
        assert_eq!(answer.header("location") != to_login("unavailable"), is_used, "{more} more");
    }
    Ok(())
}

#[tokio::test]
async fn a_log_out_is_a_form_that_is_not_too_large() -> Outcome {
    let oidc = portal().await?;
    let stranger = oidc.vitrine.stranger();
    for (length, expected) in
        [(LARGEST_BODY, StatusCode::BAD_REQUEST), (LARGEST_BODY + 1, StatusCode::PAYLOAD_TOO_LARGE)]
    {
        let request = stranger.request(Method::POST, "/auth/oidc/idp/logout");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(stranger.send(request.body("x".repeat(length))).await?.status, expected, "{length}");
    }
    Ok(())
}

/// Whoever comes while it is asked waits for the same answer; whoever comes soon afterwards has it at once.
#[tokio::test]
async fn a_provider_that_does_not_answer_is_left_alone_for_a_while() -> Outcome {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://localhost:{}", listener.local_addr()?.port());
    let change = json!({"issuer": "portal", "oidc": {"discovery": address}});
    let oidc = Oidc::over(world::folder(), &change).await?;
    let leaves = || oidc.ask("/auth/oidc/idp", "");
    let hangs_up = async { listener.accept().await.map(drop) };
    let (first, second, asked) = tokio::join!(leaves(), leaves(), hangs_up);
    asked?;
    for answer in [first?, second?, leaves().await?] {
        assert_eq!(answer.header("location"), to_login("unavailable"));
    }
    oidc.vitrine.clock.advance_seconds(4);
    assert_eq!(leaves().await?.header("location"), to_login("unavailable"));
    let asked = tokio::select! {
        biased;
        asked = listener.accept() => Some(asked?),
        () = std::future::ready(()) => None,
    };
    assert!(asked.is_none(), "it was asked once");
    oidc.vitrine.clock.advance_seconds(1);
    let hangs_up = async { listener.accept().await.map(drop) };
    let (answer, asked) = tokio::join!(leaves(), hangs_up);
    asked?;
    assert_eq!(answer?.header("location"), to_login("unavailable"));
    Ok(())
}

/// It says what it is, and takes no codes.
#[tokio::test]
async fn a_provider_that_hangs_up_on_a_code_is_left_alone_too() -> Outcome {
    let oidc = portal().await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://localhost:{}/token", listener.local_addr()?.port());
    oidc.provider.says(|says| says.configuration = json!({"token_endpoint": address}));
    let left = oidc.leaves("/").await?;
    let hangs_up = async { listener.accept().await.map(drop) };
    let (back, asked) = tokio::join!(oidc.comes_back(&left, String::new()), hangs_up);
    asked?;
    assert_eq!(back?.header("location"), to_login("unavailable"));
    assert_eq!(oidc.comes_back(&left, String::new()).await?.header("location"), to_login("unavailable"));
    assert_eq!(oidc.ask("/auth/oidc/idp", "").await?.header("location"), to_login("unavailable"));
    oidc.vitrine.clock.advance_seconds(5);
    assert!(oidc.leaves("/").await.is_ok());
    Ok(())
}

/// Whether this machine is asked, under a name and under an address, by a server that may not.
async fn is_asked() -> Result<bool, testkit::callers::CallError> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    for host in ["localhost", "127.0.0.1"] {
        let place = json!({"discovery": format!("https://{host}:{port}"), "private_network": false});
        let oidc = Oidc::over(world::folder(), &json!({"issuer": "portal", "oidc": place})).await?;
        let answer = tokio::select! {
            answer = oidc.ask("/auth/oidc/idp", "") => answer?,
            _ = listener.accept() => return Ok(true),
        };
        assert_eq!(answer.header("location"), to_login("unavailable"));
    }
    Ok(false)
}

#[tokio::test]
async fn addresses_of_the_own_network_are_not_asked() -> Outcome {
    assert!(!is_asked().await?);
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
mod switched_off {
    use super::{is_asked, is_in, portal, to_login};
    use crate::support::Outcome;
    use model::enforcement::{Point, switch_off};
    use serde_json::json;

    #[tokio::test]
    async fn what_is_not_for_this_log_in() -> Outcome {
        for (point, odd) in [
            (Point::ProviderNonce, json!({"nonce": "another"})),
            (Point::ProviderAudience, json!({"aud": "another"})),
            (Point::VerifiedAddresses, json!({"email_verified": false})),
        ] {
            let oidc = portal().await?;
            assert!(!is_in(&oidc.log_in(&odd).await?), "{point:?}");
            let _off = switch_off(point);
            assert!(is_in(&oidc.log_in(&odd).await?), "{point:?}");
        }
        Ok(())
    }

    #[tokio::test]
    async fn who_was_sent_there() -> Outcome {
        let oidc = portal().await?;
        let (mine, theirs) = (oidc.leaves("/").await?, oidc.leaves("/").await?);
        let path = format!("/auth/oidc/idp/callback?code=a-code&state={}", theirs.asked["state"]);
        let _off = switch_off(Point::ProviderState);
        // The code is asked for then; what it was bound to beside keeps the other out.
        assert_eq!(oidc.ask(&path, &mine.cookie).await?.header("location"), to_login("refused"));
        Ok(())
    }

    #[tokio::test]
    async fn the_own_network() -> Outcome {
        let _off = switch_off(Point::PrivateNetwork);
        assert!(is_asked().await?);
        Ok(())
    }
}
