//! Every kind of token at every door: each opens its own, and none another.

use super::{Doors, Person, key_of};
use crate::support::{Outcome, buyer};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::sign::plain;
use testkit::world;

const DIALECTS: [&str; 6] = ["vitrine", "metabase", "sigma", "looker", "tableau", "sso"];

const DOORS: [&str; 8] = ["vitrine", "metabase", "metabase page", "sigma", "looker", "tableau", "tableau api", "sso"];

/// The doors that a dialect's tokens open.
fn own(dialect: &str) -> &'static [&'static str] {
    match dialect {
        "vitrine" => &["vitrine"],
        "metabase" => &["metabase", "metabase page"],
        "sigma" => &["sigma"],
        "looker" => &["looker"],
        "tableau" => &["tableau", "tableau api"],
        _ => &["sso"],
    }
}

impl Doors {
    /// Whether a token opens a door.
    async fn opens(&self, door: &str, token: &str) -> Result<bool, testkit::callers::CallError> {
        let status = self.shown(door, token).await?.status;
        assert!(!status.is_server_error(), "{door}: {status}");
        Ok(status.is_success() || status == StatusCode::FOUND)
    }

    /// Claims that are good at every door at once.
    fn of_all(&self) -> Value {
        let mut all = json!({});
        for dialect in DIALECTS.into_iter().rev() {
            for (name, value) in self.claims(dialect, &Person::at(dialect)).as_object().cloned().unwrap_or_default() {
                all[name] = value;
            }
        }
        all
    }
}

#[tokio::test]
async fn each_token_opens_its_own_door_and_no_other() -> Outcome {
    let doors = Doors::open().await?;
    // Tableau's door lets in whom the directory knows.
    doors.vitrine.buyer("acme").await?;
    for dialect in DIALECTS {
        for door in DOORS {
            let opened = doors.opens(door, &doors.token(dialect)).await?;
            assert_eq!(opened, own(dialect).contains(&door), "{dialect} at {door}");
        }
    }
    Ok(())
}

/// What a token says does not matter where the key that has signed it is of another dialect.
#[tokio::test]
async fn a_key_of_one_dialect_signs_for_no_other_door() -> Outcome {
    let doors = Doors::open().await?;
    for dialect in DIALECTS.into_iter().filter(|dialect| *dialect != "looker") {
        let key = key_of(dialect);
        for door in DOORS {
            let mut claims = doors.of_all();
            claims["iss"] = json!(key);
            let secret = if dialect == "tableau" { "strict" } else { key };
            for token in [doors.signed_by(key, &claims), plain(&claims, world::secret(secret))] {
                let opened = doors.opens(door, &token).await?;
                assert!(!opened || own(dialect).contains(&door), "{key} at {door}");
            }
        }
    }
    Ok(())
}

/// The secret of a key of another dialect is no password either.
#[tokio::test]
async fn basic_credentials_are_for_vitrines_own_keys() -> Outcome {
    let doors = Doors::open().await?;
    for key in ["sigma", "compatible", "looker"] {
        let refused = doors.vitrine.host(key).open(&buyer("acme")).await?;
        assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{key}");
    }
    Ok(())
}
