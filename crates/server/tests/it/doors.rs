//! Every kind of token at every door: each opens its own, and none another.

use crate::support::{Outcome, Vitrine, buyer, copy_of};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;
use testkit::callers::CallError;
use testkit::sign::{plain, with_kid};
use testkit::world;

/// The clock of tests stands at 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

const DOORS: [&str; 4] = ["vitrine", "metabase", "metabase page", "sigma"];

/// The small world with a key of each dialect, each of which has signed good tokens of every dialect.
struct Doors {
    vitrine: Vitrine,
    /// The server reads the data in it.
    _folder: TempDir,
}

impl Doors {
    async fn open() -> Result<Self, CallError> {
        let folder = copy_of(&world::folder())?;
        let keys = folder.path().join("embed_keys.yaml");
        let guests = "  - client_id: compatible\n    issuer: portal\n    dialect: metabase\n    mode: compatible\n    \
                      secrets: [{secret_file: secrets/compatible}]\n    ceiling: {content: [{workspace: shop}]}\n";
        fs::write(&keys, fs::read_to_string(&keys)? + guests)?;
        let organization = folder.path().join("vitrine.yaml");
        fs::write(&organization, fs::read_to_string(&organization)? + "guest_embeds: true\n")?;
        let workbook = folder.path().join("workbooks/orders.yaml");
        let published = "known_as: {metabase: [1], sigma: [7f55QbPFuCnK2n0P2tSuBl]}\npublications:\n  - to: {guests_of: \
                         compatible}\n    data: [shop.orders, shop.customers, shop.secrets]\n";
        let text = fs::read_to_string(&workbook)?;
        let text: Vec<&str> = text.lines().filter(|line| !line.starts_with("known_as:")).collect();
        fs::write(&workbook, text.join("\n") + "\n" + published)?;
        Ok(Self { vitrine: Vitrine::of(folder.path()).await?, _folder: folder })
    }

    /// Whether a token opens a door.
    async fn opens(&self, door: &str, token: &str) -> Result<bool, CallError> {
        let stranger = self.vitrine.stranger();
        let request = match door {
            "vitrine" => stranger.request(Method::POST, "/api/v1/embed/sessions").bearer_auth(token),
            "metabase" => stranger.request(Method::GET, &format!("/api/embed/dashboard/{token}")),
            "metabase page" => stranger.request(Method::GET, "/api/v1/session").bearer_auth(token),
            _ => {
                let address = format!("{}/acme/workbook/orders?:jwt={token}", self.vitrine.base);
                let body = json!({"address": address, "parent_origin": "https://sigma.example"});
                let request = stranger.request(Method::POST, "/api/v1/sigma/sessions");
                request.header("origin", &self.vitrine.base).json(&body)
            }
        };
        Ok(stranger.send(request).await?.status.is_success())
    }
}

/// What a token of a dialect says.
fn claims(dialect: &str, id: &str) -> Value {
    match dialect {
        "vitrine" => json!({
            "iss": "portal", "aud": "vitrine", "iat": NOW, "exp": NOW + 300, "jti": id, "session": buyer("acme")
        }),
        "metabase" => json!({"resource": {"dashboard": 1}, "params": {}, "exp": NOW + 300}),
        _ => json!({
            "sub": "bea@acme.example", "jti": id, "iat": NOW, "exp": NOW + 300, "tenant": "acme", "teams": ["Buyers"]
        }),
    }
}

/// Claims that are good at every door at once.
fn of_all(id: &str) -> Value {
    let mut all = json!({});
    for dialect in ["vitrine", "metabase", "sigma"] {
        for (name, value) in claims(dialect, id).as_object().cloned().unwrap_or_default() {
            all[name] = value;
        }
    }
    all
}

#[tokio::test]
async fn each_token_opens_its_own_door_and_no_other() -> Outcome {
    let doors = Doors::open().await?;
    for (dialect, key, own) in [
        ("vitrine", "portal", &["vitrine"][..]),
        ("metabase", "compatible", &["metabase", "metabase page"][..]),
        ("sigma", "sigma", &["sigma"][..]),
    ] {
        for door in DOORS {
            let claims = claims(dialect, &format!("{dialect} at {door}"));
            let token = with_kid(key, &claims, world::secret(key));
            assert_eq!(doors.opens(door, &token).await?, own.contains(&door), "{dialect} at {door}");
        }
    }
    Ok(())
}

/// What a token says does not matter where the key that has signed it is of another dialect.
#[tokio::test]
async fn a_key_of_one_dialect_signs_for_no_other_door() -> Outcome {
    let doors = Doors::open().await?;
    for (key, own) in
        [("portal", &["vitrine"][..]), ("compatible", &["metabase", "metabase page"]), ("sigma", &["sigma"])]
    {
        for door in DOORS {
            let mut claims = of_all(&format!("{key} at {door}"));
            claims["iss"] = json!(key);
            for token in [with_kid(key, &claims, world::secret(key)), plain(&claims, world::secret(key))] {
                let opened = doors.opens(door, &token).await?;
                assert!(!opened || own.contains(&door), "{key} at {door}");
            }
        }
    }
    Ok(())
}

/// The secret of a key of another dialect is no password either.
#[tokio::test]
async fn basic_credentials_are_for_vitrines_own_keys() -> Outcome {
    let doors = Doors::open().await?;
    for key in ["sigma", "compatible"] {
        let refused = doors.vitrine.host(key).open(&buyer("acme")).await?;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{key}");
    }
    Ok(())
}
