//! A signature checked with a key, and nothing else: what the token says is not looked at.

use super::Verified;
use dialect::jwk::{ALGORITHMS, JwsError, KeySet};

/// Whether one of the keys has signed the token, in one line.
pub(super) fn verify(keys: &[u8], token: &str) -> Verified {
    let outcome = KeySet::parse(keys, true).map_err(|error| error.to_string());
    let outcome = outcome.and_then(|keys| keys.verify(token).map_err(told));
    match outcome {
        Ok(_) => Verified { text: "valid".to_owned(), accepted: true },
        Err(reason) => Verified { text: format!("not valid: {reason}"), accepted: false },
    }
}

fn told(error: JwsError) -> String {
    match error {
        JwsError::Unsupported => format!("{error}: expected one of {}", ALGORITHMS.map(|it| it.0).join(", ")),
        other => other.to_string(),
    }
}
