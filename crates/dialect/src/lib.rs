//! Embedding dialects: one file a vendor. Untrusted bytes and an embed key become an assertion, or a refusal.
//!
//! A dialect asserts and never decides: it says what a holder of a secret vouched for, not what that is worth.
//!
//! Each begins in the same way: [`credentials::Credentials`], a [`jwt::Token`], a [`sigma::SignedUrl`], a
//! [`looker::SignedUrl`] or a [`tableau::Presented`] is what a stranger sent; verified with the secrets of the key it names, it
//! is known whose it is; then the dialect reads it.

pub mod body;
pub mod credentials;
pub mod jwk;
pub mod jwt;
pub mod key;
pub mod looker;
pub mod metabase;
pub mod oidc;
pub mod passkey;
pub mod pem;
pub mod sigma;
pub mod sso;
pub mod strict_json;
pub mod supposed;
pub mod tableau;
pub mod vitrine;

mod members;
