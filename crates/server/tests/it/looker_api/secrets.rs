//! Secrets of the key of Looker's dialect.

use super::{World, refusal};
use crate::administration::Caller;
use crate::looker::{DASHBOARD, log_in, said};
use crate::support::{Outcome, edit};
use data_encoding::HEXLOWER;
use dialect::looker::signed_address;
use model::access::SignatureHash;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::callers::{Answer, CallError};
use testkit::world;

const PATH: &str = "/api/4.0/embed_config/secrets";

async fn make(program: &Caller, body: Value) -> Result<Answer, CallError> {
    program.post(PATH, body).await
}

impl World {
    /// What comes of an address that is signed with a secret.
    async fn signed_with(&self, nonce: &str, secret: &str) -> Result<StatusCode, CallError> {
        let said = said(nonce, "acme");
        let names = ["nonce", "time", "session_length", "external_user_id", "permissions", "models", "group_ids"];
        let names =
            names.into_iter().chain(["external_group_id", "user_attributes", "access_filters", "force_logout_login"]);
        let given: Vec<(&'static str, Value)> = names.map(|name| (name, said[name].clone())).collect();
        let host = self.vitrine.base.trim_start_matches("http://");
        let address = signed_address(host, DASHBOARD, &given, SignatureHash::Sha256, secret.as_bytes());
        Ok(log_in(&self.vitrine, &address).await?.status)
    }
}

#[tokio::test]
async fn a_secret_is_made_beside_the_other_shown_once_and_deleted() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let made = make(&program, json!({"algorithm": "hmac/sha-256", "enabled": true, "secret_type": "SSO"})).await?;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text());
    let made = made.json();
    assert_eq!((&made["algorithm"], &made["enabled"]), (&json!("hmac/sha-256"), &json!(true)), "{made}");
    assert_eq!(made["user_id"], program.get("/api/4.0/user").await?.json()["id"]);
    let (id, secret) = (made["id"].as_str().unwrap_or_default(), made["secret"].as_str().unwrap_or_default());
    assert!(id.len() == 32 && secret.len() >= 32 && !secret.contains(id), "{made}");
    let old = world::secret("looker");
    for (nonce, secret) in [("1", secret), ("2", old)] {
        assert_eq!(world.signed_with(nonce, secret).await?, StatusCode::FOUND, "both count: {nonce}");
    }
    let refused = program.ask(Method::POST, PATH, None).await?;
    assert_eq!(refusal(&refused).0, 409, "{}", refused.text());
    assert!(refused.text().contains("two secrets"), "{}", refused.text());

    // The first one of the key is what the host had before.
    let path = format!("{PATH}/{id}");
    assert_eq!(program.delete(&path).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(world.signed_with("3", secret).await?, StatusCode::BAD_REQUEST, "it counts no more");
    assert_eq!(world.signed_with("4", old).await?, StatusCode::FOUND);
    assert_eq!(refusal(&program.delete(&path).await?), (404, "Not found".into(), vec![]));
    let events = world.vitrine.audit().await?;
    let changes: Vec<_> = events.iter().filter(|it| it.event.event == "key_changed").collect();
    assert_eq!(changes.len(), 2);
    assert!(!format!("{events:?}").contains(secret));
    Ok(())
}

#[tokio::test]
async fn one_takes_the_place_of_the_other_and_the_last_stays() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let digest = Sha256::digest(format!("id of an embed secret\n{}", world::secret("looker")));
    let old = format!("{PATH}/{}", &HEXLOWER.encode(&digest)[..32]);
    let last = program.delete(&old).await?;
    assert_eq!(refusal(&last).0, 409, "{}", last.text());
    let made = make(&program, json!({})).await?.json();
    let (id, secret) = (made["id"].as_str().unwrap_or_default(), made["secret"].as_str().unwrap_or_default());
    assert_eq!(program.delete(&old).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(world.signed_with("1", world::secret("looker")).await?, StatusCode::BAD_REQUEST);
    assert_eq!(world.signed_with("2", secret).await?, StatusCode::FOUND);
    let last = program.delete(&format!("{PATH}/{id}")).await?;
    assert_eq!(refusal(&last).0, 409, "{}", last.text());
    assert!(last.text().contains("no other secret"), "{}", last.text());
    let definition =
        world.vitrine.sql_texts("SELECT body FROM definitions WHERE kind = 'key' AND name = 'looker'").await?;
    assert!(definition[0].contains(r#""secrets":["stored"]"#), "{definition:?}");
    Ok(())
}

#[tokio::test]
async fn what_would_not_be_done_is_refused_by_name() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    for (member, value) in [
        ("algorithm", json!("hmac/sha-1")),
        ("algorithm", json!(256)),
        ("enabled", json!(false)),
        ("secret_type", json!("JWT")),
        ("name", json!("x")),
    ] {
        let mut body = json!({"secret_type": "SSO"});
        body[member] = value.clone();
        let refused = make(&program, body).await?;
        assert_eq!(refusal(&refused), (422, "Validation Failed".into(), vec![member.to_owned()]), "{member} {value}");
    }
    let other = world.program("root@", &json!(["administer", "manage_members", "view"])).await?;
    assert_eq!(make(&other, json!({})).await?.status, StatusCode::FORBIDDEN);
    assert_eq!(other.delete(&format!("{PATH}/none")).await?.status, StatusCode::FORBIDDEN);
    // What the key's ceiling gives, whoever has its secret gives.
    let narrow = world.program("root@", &json!(["administer", "manage_keys", "view"])).await?;
    assert_eq!(make(&narrow, json!({})).await?.status, StatusCode::FORBIDDEN);

    let keys = world.folder().join("embed_keys.yaml");
    edit(&keys, "    dialect: looker", "    disabled: true\n    dialect: looker")?;
    world.vitrine.apply(world.folder()).await?;
    let refused = make(&program, json!({})).await?;
    assert_eq!(refusal(&refused).0, 409);
    assert!(refused.text().contains("no enabled embed key of the dialect `looker`"), "{}", refused.text());
    Ok(())
}
