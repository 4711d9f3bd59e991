//! The built web assets, carried inside the binary.

use axum::body::Bytes;
use rust_embed::{Embed, EmbeddedFile};

#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
#[exclude = "*.map"]
struct Built;

/// A file of the web build.
pub struct Asset {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its media type.
    pub media_type: String,
}

/// The file at `path` below `web/dist`, if the web assets were built.
#[must_use]
pub fn find(path: &str) -> Option<Asset> {
    let EmbeddedFile { data, .. } = Built::get(path)?;
    let media_type = mime_guess::from_path(path).first_or_octet_stream().to_string();
    let media_type = if media_type.starts_with("text/") { format!("{media_type}; charset=utf-8") } else { media_type };
    Some(Asset { bytes: Bytes::from(data.into_owned()), media_type })
}
