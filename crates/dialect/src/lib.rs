//! Embedding dialects: one file a vendor. Untrusted bytes and an embed key become an assertion, or a refusal.
//!
//! A dialect asserts and never decides: it says what a holder of a secret vouched for, not what that is worth.

pub mod body;
pub mod credentials;
pub mod strict_json;
pub mod vitrine;

mod members;
