//! Canaries: values that only one tenant's data holds. A caller that receives another tenant's has found a leak.

use std::io::{Cursor, Read as _};
use std::panic::Location;

/// What a caller must never receive.
#[derive(Debug, Clone, Default)]
pub struct Forbidden(Vec<String>);

impl Forbidden {
    /// Forbids these texts.
    pub fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(texts.into_iter().map(str::to_owned).collect())
    }

    /// Fails the test if any of them is in `bytes`, or in what is packed in them, whatever their case.
    #[track_caller]
    pub fn search(&self, bytes: &[u8], what: &str) {
        self.search_text(bytes, what);
        let parts = unpacked(bytes);
        assert!(parts.is_ok(), "{what} cannot be searched: {parts:?}");
        for (name, part) in parts.into_iter().flatten() {
            self.search_text(&part, &format!("{what}, {name}"));
        }
    }

    #[track_caller]
    fn search_text(&self, bytes: &[u8], what: &str) {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        let caller = Location::caller();
        for canary in &self.0 {
            assert!(!text.contains(&canary.to_lowercase()), "LEAK at {caller}: `{canary}` is in {what}: {text}");
        }
    }
}

/// The files in an archive, as a spreadsheet is one, by name; of anything else none.
///
/// # Errors
///
/// One cannot be read.
pub fn unpacked(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, zip::result::ZipError> {
    if !bytes.starts_with(b"PK") {
        return Ok(Vec::new());
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index)?;
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes)?;
        let name = part.name()?.into_owned();
        parts.push((name, bytes));
    }
    Ok(parts)
}
