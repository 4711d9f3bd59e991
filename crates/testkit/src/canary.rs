//! Canaries: values that only one tenant's data holds. A caller that receives another tenant's has found a leak.

use std::panic::Location;

/// What a caller must never receive.
#[derive(Debug, Clone, Default)]
pub struct Forbidden(Vec<String>);

impl Forbidden {
    /// Forbids these texts.
    pub fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(texts.into_iter().map(str::to_owned).collect())
    }

    /// Fails the test if any of them is in `bytes`, whatever their case.
    #[track_caller]
    pub fn search(&self, bytes: &[u8], what: &str) {
        let text = String::from_utf8_lossy(bytes).to_lowercase();
        let caller = Location::caller();
        for canary in &self.0 {
            assert!(!text.contains(&canary.to_lowercase()), "LEAK at {caller}: `{canary}` is in {what}: {text}");
        }
    }
}
