//! Projects of LookML, as somebody wrote them.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may stop where it is surprised"
)]

mod example;
mod leftovers;
mod made;
mod secured;
mod support;
