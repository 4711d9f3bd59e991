//! Metabase's own addresses of content, for people who are logged in: their pages, what these find, and how a page of a host
//! hears where its people get their tokens.

use super::Sso;
use super::frames::{ancestors, framed};
use crate::support::{Outcome, edit};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError};
use testkit::world;
use url::form_urlencoded;

const HOST: &str = "https://portal.example";
const DASHBOARD: &str = "/dashboard/7";

/// The small world, where one workbook was a dashboard and its elements questions, and so was one that is hidden.
async fn known() -> Result<Sso, CallError> {
    Sso::with_world(framed(), |folder| {
        let workbooks = folder.join("workbooks");
        let orders = workbooks.join("orders.yaml");
        edit(&orders, "known_as: {sigma", "known_as: {metabase: [7, Vq3m0J_8xZ-of-orders1], sigma")?;
        edit(&orders, "      - name: total\n", "      - name: total\n        known_as: {metabase: [70]}\n")?;
        let seen_by = "      - name: list\n        known_as: {metabase: [71]}\n        shown_when: {attribute: company, is_any_of: [globex]}\n";
        edit(&orders, "      - name: list\n", seen_by)?;
        let seen_by = "    title: Second\n    shown_when: {attribute: company, is_any_of: [globex]}\n";
        edit(&orders, "    title: Second\n", seen_by)?;
        edit(&orders, "      - name: by_month\n", "      - name: by_month\n        known_as: {metabase: [72]}\n")?;
        let hidden = workbooks.join("hidden.yaml");
        edit(&hidden, "pages:", "known_as: {metabase: [8]}\npages:")?;
        edit(&hidden, "      - name: total\n", "      - name: total\n        known_as: {metabase: [80]}\n")
    })
    .await
}

fn claims(company: &str) -> Value {
    json!({"email": format!("bea@{company}.example"), "groups": ["Buyers"], "company": company})
}

/// What a page finds at a path, with a session that a token of that company's buyer has opened.
async fn found(sso: &Sso, company: &str, path: &str) -> Result<Answer, CallError> {
    let session = sso.session(&claims(company)).await?;
    let stranger = sso.vitrine.stranger();
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("path", path).finish();
    let request = stranger.request(Method::GET, &format!("/api/v1/metabase/content?{query}"));
    stranger.send(request.bearer_auth(session)).await
}

/// Story M5, for pages that were written for Metabase's components.
#[tokio::test]
async fn m5_a_page_finds_its_dashboard_by_what_metabase_called_it_and_has_its_persons_rows() -> Outcome {
    let sso = known().await?;
    for path in [DASHBOARD, "/dashboard/7-orders-of-ours", "/dashboard/Vq3m0J_8xZ-of-orders1"] {
        let answer = found(&sso, "acme", path).await?;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
        let told = answer.json();
        assert_eq!(
            (&told["workbook"], &told["page"], &told["element"]),
            (&json!("orders"), &json!(null), &json!(null))
        );
        assert!(told["expires_in"].as_i64().is_some_and(|seconds| seconds > 0), "{told}");
    }
    let question = found(&sso, "acme", "/question/70-orders").await?.json();
    assert_eq!((&question["page"], &question["element"]), (&json!("main"), &json!("total")));

    let session = sso.session(&claims("acme")).await?;
    let stranger = sso.vitrine.stranger();
    let query = stranger.request(Method::POST, "/api/v1/workbooks/orders/pages/main/elements/amount/query");
    let rows = stranger.send(query.bearer_auth(session).json(&json!({}))).await?;
    assert_eq!(rows.status, StatusCode::OK, "{}", rows.text());
    assert!(!rows.text().contains(world::GLOBEX), "{}", rows.text());
    Ok(())
}

#[tokio::test]
async fn what_is_hidden_and_what_is_absent_is_found_alike() -> Outcome {
    let sso = known().await?;
    let absent = found(&sso, "acme", "/dashboard/9").await?;
    assert_eq!(absent.status, StatusCode::NOT_FOUND, "{}", absent.text());
    for path in [
        "/dashboard/8",
        "/question/80",
        "/question/71",
        "/question/72",
        "/dashboard/70",
        "/question/7",
        "/dashboard/",
        "/dashboard/Vq3m0J_8xZ-of-orders2",
        "/workbooks/orders",
        "/dashboard/%ff",
        "",
    ] {
        assert_eq!(found(&sso, "acme", path).await?.comparable(), absent.comparable(), "{path}");
    }
    for shown in ["/question/71", "/question/72"] {
        let answer = found(&sso, "globex", shown).await?;
        assert_eq!(answer.status, StatusCode::OK, "{shown}: {}", answer.text());
    }
    let stranger = sso.vitrine.stranger();
    let nobody = stranger.get("/api/v1/metabase/content?path=/dashboard/7").await?;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    let session = sso.session(&claims("acme")).await?;
    for odd in ["", "?path=/dashboard/7&path=/dashboard/8", "?path=/dashboard/7&tab=2"] {
        let request = stranger.request(Method::GET, &format!("/api/v1/metabase/content{odd}"));
        let refused = stranger.send(request.bearer_auth(&session)).await?;
        let expected = (StatusCode::BAD_REQUEST, "invalid_parameter".to_owned());
        assert_eq!((refused.status, refused.code()), expected, "{odd}: {}", refused.text());
    }
    Ok(())
}

#[tokio::test]
async fn a_session_of_an_embed_finds_what_it_is_for_and_nothing_else() -> Outcome {
    let sso = known().await?;
    let viewer = sso.vitrine.buyer("acme").await?;
    let ask = async |path: &str| viewer.get(&format!("/api/v1/metabase/content?path={path}")).await;
    let absent = ask("/dashboard/9").await?;
    assert_eq!((absent.status, ask(DASHBOARD).await?.status), (StatusCode::NOT_FOUND, StatusCode::OK));
    for hidden in ["/dashboard/8", "/question/80", "/question/72"] {
        assert_eq!(ask(hidden).await?.comparable(), absent.comparable(), "{hidden}");
    }
    Ok(())
}

/// By what a page knows whether it is the same person who looks on, with the same claims.
#[tokio::test]
async fn a_page_knows_its_viewer_again_and_nobody_else() -> Outcome {
    let sso = known().await?;
    let viewer = async |company| Ok::<_, CallError>(found(&sso, company, DASHBOARD).await?.json()["viewer"].clone());
    let bea = viewer("acme").await?;
    assert!(bea.as_str().is_some_and(|text| text.len() == 32), "{bea}");
    assert_eq!(viewer("acme").await?, bea);
    assert_ne!(viewer("globex").await?, bea);
    Ok(())
}

/// Leak L142: nobody frames them whose people get no sessions by tokens.
#[tokio::test]
async fn metabases_addresses_are_framed_by_hosts_whose_pages_exchange_tokens() -> Outcome {
    let sso = Sso::with(framed()).await?;
    for path in [DASHBOARD, "/question/7-x", "/dashboard/none?state=CA", "/dashboard/7?provider=sso"] {
        assert_eq!(ancestors(&sso, path).await?, HOST, "{path}");
    }
    for path in ["/dashboard/7?provider=other", "/dashboard/7?provider=", "/question/7?provider=sso&provider=sso"] {
        assert_eq!(ancestors(&sso, path).await?, "'none'", "{path}");
    }
    for change in [
        json!({"frame_origins": [HOST], "jwt": {"sdk_sessions": false}}),
        json!({"frame_origins": [HOST], "disabled": true}),
        json!({"frame_origins": []}),
    ] {
        sso.change(change.clone()).await?;
        assert_eq!(ancestors(&sso, DASHBOARD).await?, "'none'", "{change}");
    }
    Ok(())
}

/// Leak L148.
#[tokio::test]
async fn only_pages_of_the_providers_hosts_read_where_tokens_come_from() -> Outcome {
    let sso = Sso::with(framed()).await?;
    let asked = async |origin: &str, parameters: &[(&str, &str)]| sso.ask(parameters, &[("origin", origin)]).await;
    let program = [("response", "json")];
    let told = asked(HOST, &program).await?;
    assert_eq!(told.json(), json!({"url": "https://portal.example/sso", "method": "jwt"}));
    let crosses = |answer: &Answer| answer.header("access-control-allow-origin");
    assert_eq!((crosses(&told).as_str(), told.header("vary").contains("origin")), (HOST, true));
    assert_eq!(told.header("access-control-allow-credentials"), "");
    for origin in ["https://evil.example", "https://portal.example.evil.example", "null", "*", ""] {
        assert_eq!(crosses(&asked(origin, &program).await?), "", "{origin}");
    }
    // What a token opens is read by pages of Vitrine's own.
    let token = testkit::sign::plain(&claims("acme"), super::secret());
    let opened = asked(HOST, &[("response", "json"), ("jwt", &token)]).await?;
    assert_eq!((opened.status, crosses(&opened).as_str()), (StatusCode::OK, ""), "{}", opened.text());
    assert_eq!(crosses(&asked(HOST, &[]).await?), "", "a browser that is sent on");
    sso.change(json!({"frame_origins": [HOST], "jwt": {"sdk_sessions": false}})).await?;
    let refused = asked(HOST, &program).await?;
    assert_eq!((refused.status, crosses(&refused).as_str()), (StatusCode::PAYMENT_REQUIRED, HOST));
    sso.change(json!({"frame_origins": [HOST], "disabled": true})).await?;
    assert_eq!(crosses(&asked(HOST, &program).await?), "");
    Ok(())
}

/// Somebody who comes back from the host to one of Metabase's addresses finds the page there.
#[tokio::test]
async fn browsers_come_back_to_metabases_addresses() -> Outcome {
    let sso = known().await?;
    let token = testkit::sign::plain(&claims("acme"), super::secret());
    for (headers, expected) in
        [(&[][..], "/dashboard/7?state=CA"), (&[("sec-fetch-dest", "iframe")], "/dashboard/7?state=CA&provider=sso")]
    {
        let back = sso.ask(&[("jwt", &token), ("return_to", "/dashboard/7?state=CA")], headers).await?;
        assert_eq!(back.header("location"), format!("{}{expected}", sso.vitrine.base));
    }
    Ok(())
}
