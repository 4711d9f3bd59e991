//! Tests of the whole path, from a question to its answer.

mod activity;
mod answers;
mod barrier;
mod cache;
mod calculated;
mod counted;
mod derived;
mod downloads;
mod entitlements;
mod files;
mod inputs;
mod joins;
mod limits;
mod masks;
mod measures;
mod oracle;
mod oracle_reference;
mod postgres;
mod postgres_server;
mod probes;
mod refusals;
#[cfg(feature = "enforcement-switch")]
mod switches;
mod terms;
mod time_zones;
mod twin;
mod verify;
mod world;
