//! A small organization with canaries: every row of a tenant holds a text that no other tenant's rows hold.
//!
//! The files are in `world/`; they are what an administrator would write.

use std::path::PathBuf;

/// The secret of a key of these worlds.
#[must_use]
pub fn secret(client_id: &str) -> &'static str {
    SECRETS.iter().find(|(name, _)| *name == client_id).map_or("", |(_, secret)| secret)
}

/// The folder of definitions of the small world.
#[must_use]
pub fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("world")
}

/// The folder of the demo's definitions.
#[must_use]
pub fn demo() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../demo")
}

/// The folder of the fixtures for `cases/metabase.json`.
#[must_use]
pub fn venues() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("venues")
}

/// The folder of the fixtures for `cases/metabase_sandbox.json`, without a model.
#[must_use]
pub fn sandboxes() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("sandboxes")
}

/// The folder of the accounts of the stories, published to guests and by link.
#[must_use]
pub fn accounts() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("accounts")
}

/// The folder of an insurer's claims, behind every kind of policy.
#[must_use]
pub fn insurance() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("insurance")
}

/// In every row of acme's, and nobody else's.
pub const ACME: &str = "CNRY_acme";
/// In every row of globex's, and nobody else's.
pub const GLOBEX: &str = "CNRY_globex";
/// In every deleted, draft or unexposed cell of anybody's.
pub const NOBODY: &str = "CNRY_nobody";

/// The secret files of the worlds' keys: name below `secrets/`, and text.
pub const SECRETS: [(&str, &str); 11] = [
    ("portal", "portal-secret-0123456789abcdef0123456789"),
    ("portal-next", "portal-secret-next-0123456789abcdef01234"),
    ("kiosk", "kiosk-secret-0123456789abcdef0123456789a"),
    ("rival", "rival-secret-0123456789abcdef0123456789a"),
    ("sigma", "sigma-secret-0123456789abcdef0123456789a"),
    ("sigma-strict", "sigma-strict-secret-0123456789abcdef0123"),
    ("looker", "looker-secret-0123456789abcdef0123456789"),
    ("compatible", "compatible-secret-0123456789abcdef012345"),
    ("sso", "sso-secret-0123456789abcdef0123456789abcd"),
    ("sso-next", "sso-secret-next-0123456789abcdef012345678"),
    ("strict", "strict-secret-0123456789abcdef0123456789"),
];
