//! The store's tests: real files, real transactions, no sleeps, no real clock.

mod apply;
mod audit;
mod codes;
mod fixtures;
mod schema;
mod secrets;
mod sessions;
