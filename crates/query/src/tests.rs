//! Tests of the whole path, from a question to its answer.
#![expect(clippy::expect_used, reason = "a test that cannot go on may panic")]

mod answers;
mod barrier;
mod files;
mod limits;
mod oracle;
mod oracle_reference;
mod probes;
mod refusals;
#[cfg(feature = "enforcement-switch")]
mod switches;
mod verify;
mod world;
