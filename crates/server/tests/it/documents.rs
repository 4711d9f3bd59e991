//! Pages and files: who may frame them, what they say, what they never say.

use crate::support::{Outcome, Vitrine};
use reqwest::{Method, StatusCode};

#[tokio::test]
async fn frames_are_for_the_origins_of_the_key() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let stranger = vitrine.stranger();
    let known = stranger.get("/e/orders?key=portal").await?;
    assert_eq!(known.status, StatusCode::OK);
    let policy = known.header("content-security-policy");
    assert!(policy.ends_with("; frame-ancestors https://*.acme.example https://portal.example"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(
        (known.header("cache-control"), known.header("referrer-policy")),
        ("no-store".into(), "no-referrer".into())
    );
    assert!(
        known
            .text()
            .contains(r#"<meta name="vitrine-origins" content="https://*.acme.example https://portal.example">"#)
    );
    for key in ["nobody", "", "PORTAL", "%22%3E%3Cscript%3E"] {
        let unknown = stranger.get(&format!("/e/orders?key={key}")).await?;
        assert!(unknown.header("content-security-policy").ends_with("; frame-ancestors 'none'"), "{key}");
    }
    Ok(())
}

#[tokio::test]
async fn the_administrators_page_is_framed_by_nobody_and_shares_no_file_with_the_viewers() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let stranger = vitrine.stranger();
    let page = stranger.get("/admin").await?;
    assert_eq!(page.status, StatusCode::OK);
    let policy = page.header("content-security-policy");
    assert!(policy.ends_with("; frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(policy.contains("require-trusted-types-for 'script'"), "{policy}");
    assert_eq!(page.header("cache-control"), "no-store");
    for path in ["/admin/", "/admin/teams", "/admin/people/member_none", "/admin/workbook/none?key=portal"] {
        assert_eq!(stranger.get(path).await?.bytes, page.bytes, "{path}: the same for everything");
    }
    let files = |text: &str, folder: &str| -> Vec<String> {
        text.split('"').filter(|part| part.starts_with(folder)).map(str::to_owned).collect()
    };
    let own = files(&page.text(), "/admin/assets/");
    assert!(!own.is_empty() && files(&page.text(), "/assets/").is_empty(), "{}", page.text());
    for path in own {
        assert_eq!(stranger.get(&path).await?.status, StatusCode::OK, "{path}");
        let elsewhere = path.replacen("/admin", "", 1);
        assert_eq!(stranger.get(&elsewhere).await?.status, StatusCode::NOT_FOUND, "{elsewhere}");
    }
    assert!(!stranger.get("/e/orders?key=portal").await?.text().contains("/admin/"));
    Ok(())
}

#[tokio::test]
async fn a_document_is_the_same_whether_the_workbook_exists_or_not() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let stranger = vitrine.stranger();
    let real = stranger.get("/e/orders?key=portal").await?;
    for path in ["/e/hidden", "/e/none", "/e/orders/main", "/e/orders/none", "/e/..%2f..%2fetc"] {
        assert_eq!(stranger.get(&format!("{path}?key=portal")).await?.bytes, real.bytes, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn only_fingerprinted_files_are_cached_and_only_the_sdk_crosses_origins() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let stranger = vitrine.stranger();
    let sdk = stranger.get("/sdk/v1.js").await?;
    assert_eq!((sdk.status, sdk.header("access-control-allow-origin")), (StatusCode::OK, "*".to_owned()));
    assert_eq!(sdk.header("cross-origin-resource-policy"), "cross-origin");
    let page = stranger.get("/e/orders?key=portal").await?.text();
    let path = page.split('"').find(|part| part.starts_with("/assets/")).unwrap_or_default().to_owned();
    let asset = stranger.get(&path).await?;
    assert_eq!((asset.status, asset.header("cache-control").contains("immutable")), (StatusCode::OK, true));
    assert_eq!(asset.header("cross-origin-resource-policy"), "same-origin");
    let compressed = stranger.request(Method::GET, &path).header("accept-encoding", "gzip, br");
    let compressed = stranger.send(compressed).await?;
    assert_eq!(
        (compressed.header("content-encoding"), compressed.header("vary")),
        ("br".into(), "accept-encoding".into())
    );
    assert!(compressed.bytes.len() * 2 < asset.bytes.len());
    for path in ["/assets/../index.html", "/assets/%2e%2e/index.html", "/assets/none.js", "/assets/..%2findex.html"] {
        assert_eq!(stranger.get(path).await?.status, StatusCode::NOT_FOUND, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn healthy_and_ready() -> Outcome {
    let vitrine = Vitrine::world().await?;
    assert_eq!(vitrine.stranger().get("/healthz").await?.text(), "alive\n");
    assert_eq!(vitrine.stranger().get("/readyz").await?.text(), "ready\n");
    Ok(())
}
