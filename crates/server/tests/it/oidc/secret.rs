//! Vitrine's own secret at a provider, put by the API.

use super::{Oidc, cookie, is_in, is_open, to_login};
use crate::administration::Caller;
use crate::program::{run, text};
use crate::support::Outcome;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use testkit::callers::{Answer, CallError};
use testkit::world;

const SHORT: &str = "made-by-them";
const NEXT: &str = "made-by-them-later";

async fn put(caller: &Caller, provider: &str, body: Value) -> Result<Answer, CallError> {
    caller.ask(Method::PUT, &format!("/api/v1/identity-providers/{provider}/client-secret"), Some(body)).await
}

/// Whether some bytes are in a file of a folder, or of one in it.
fn holds(folder: &Path, text: &str) -> Result<bool, CallError> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let found = if path.is_dir() {
            holds(&path, text)?
        } else {
            fs::read(&path)?.windows(text.len()).any(|window| window == text.as_bytes())
        };
        if found {
            return Ok(true);
        }
    }
    Ok(false)
}

#[tokio::test]
async fn a_secret_that_is_put_opens_the_provider_and_is_never_shown() -> Outcome {
    let oidc = Oidc::over(world::folder(), &json!({"issuer": "portal"})).await?;
    let vitrine = &oidc.vitrine;
    let root = vitrine.root().await?;
    let id = root.id("/api/v1/identity-providers").await?;
    let one = format!("/api/v1/identity-providers/{id}");
    oidc.provider.says(|says| says.secret = Some(SHORT));
    assert_eq!(oidc.log_in(&json!({})).await?.header("location"), to_login("refused"), "no secret is shown yet");
    let before = vitrine.audit().await?.len();
    let done = put(&root, &id, json!({"client_secret": SHORT})).await?;
    assert_eq!((done.status, done.text()), (StatusCode::NO_CONTENT, String::new()));
    let events = vitrine.audit().await?;
    assert_eq!(events.len(), before + 1);
    let event = events.iter().find(|it| it.event.event == "identity_provider_changed").ok_or("no event")?;
    assert_eq!(event.event.resource.as_deref(), Some("identity_provider/idp"));
    assert_eq!(event.event.detail["fields"], json!(["client_secret"]));

    let back = oidc.log_in(&json!({})).await?;
    assert!(is_in(&back), "{} {}", back.status, back.header("location"));
    let shown = root.get(&one).await?;
    assert_eq!(shown.json()["oidc"]["secrets"], json!(["stored"]));
    let same = root.patch(&one, json!({"oidc": {"scopes": ["email"]}})).await?;
    assert_eq!(same.status, StatusCode::OK, "the secret stays: {}", same.text());
    let back = oidc.log_in(&json!({})).await?;
    assert!(is_in(&back), "{} {}", back.status, back.header("location"));

    oidc.provider.says(|says| says.secret = Some(NEXT));
    assert_eq!(oidc.log_in(&json!({})).await?.header("location"), to_login("refused"), "the provider has another");
    assert_eq!(put(&root, &id, json!({"client_secret": NEXT})).await?.status, StatusCode::NO_CONTENT);
    assert!(is_open(vitrine, &cookie(&back)).await?, "whoever is in stays");
    assert!(is_in(&oidc.log_in(&json!({})).await?));

    let out = tempfile::tempdir()?;
    let (exported, data) = (text(&out.path().join("e")), text(vitrine.data.path()));
    assert!(run(&["export", &exported, "--data-dir", &data])?.0.status.success());
    let audit = run(&["audit", "--data-dir", &data])?;
    assert!(audit.1.contains("identity_provider_changed"), "{audit:?}");
    let listed = root.get("/api/v1/identity-providers").await?;
    for secret in [SHORT, NEXT] {
        assert!(!holds(out.path(), secret)? && !holds(vitrine.data.path(), secret)?, "kept as ciphertext only");
        assert!(!audit.1.contains(secret) && !listed.text().contains(secret) && !shown.text().contains(secret));
    }
    vitrine.apply(&out.path().join("e")).await?;
    assert!(is_in(&oidc.log_in(&json!({})).await?), "what is exported is what is in force");
    Ok(())
}

#[tokio::test]
async fn what_is_no_secret_or_nobodys_to_put_is_refused() -> Outcome {
    let oidc = Oidc::over(world::folder(), &json!({"issuer": "portal"})).await?;
    let (root, desk) = (oidc.vitrine.root().await?, oidc.vitrine.logged_in("desk@portal.example").await?);
    let id = root.id("/api/v1/identity-providers").await?;
    let revision = oidc.vitrine.store().await?.revision().await?;
    for odd in [json!({}), json!({"client_secret": null}), json!({"client_secret": ""}), json!({"client_secret": 7})] {
        let refused = put(&root, &id, odd.clone()).await?;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "invalid_member"), "{odd}");
        assert!(refused.detail().starts_with("`client_secret`: "), "{odd}: {}", refused.detail());
    }
    let longest = "x".repeat(4096);
    let refused = put(&root, &id, json!({"client_secret": format!("{longest}x")})).await?;
    assert_eq!(refused.detail(), "`client_secret`: expected 1 to 4096 bytes");
    for secret in [world::secret("portal"), SHORT] {
        assert_eq!(put(&desk, &id, json!({"client_secret": secret})).await?.status, StatusCode::FORBIDDEN);
    }
    let taken = put(&root, &id, json!({"client_secret": world::secret("portal")})).await?;
    assert_eq!(taken.code(), "secret_refused", "the provider must not know the secret of a key: {}", taken.text());
    assert_eq!(put(&root, "none", json!({"client_secret": SHORT})).await?.status, StatusCode::NOT_FOUND);
    assert_eq!(oidc.vitrine.store().await?.revision().await?, revision, "nothing has changed");
    assert_eq!(put(&root, &id, json!({"client_secret": longest})).await?.status, StatusCode::NO_CONTENT);

    let jwt = json!({"sign_in": "https://portal.example/sso", "secrets": ["stored"]});
    let turned = json!({"oidc": null, "jwt": jwt.clone()});
    let turned = root.patch(&format!("/api/v1/identity-providers/{id}"), turned).await?;
    assert_eq!(turned.code(), "name_stays", "a secret that somebody else knows signs nothing: {}", turned.text());
    let signing = json!({"name": "sso", "issuer": "contrail", "jwt": jwt});
    root.post("/api/v1/issuers", json!({"name": "contrail"})).await?;
    let made = root.post("/api/v1/identity-providers", signing).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let refused = put(&root, made.json()["id"].as_str().unwrap_or_default(), json!({"client_secret": SHORT})).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::CONFLICT, "no_client_secret"));
    Ok(())
}
