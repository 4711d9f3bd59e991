//! What tests share: a clock they turn, a small world with canaries, and callers that look for other people's
//! canaries in every byte they receive.

#![expect(clippy::indexing_slicing, reason = "a test that indexes what is not there has failed")]

pub mod callers;
pub mod canary;
pub mod clock;
pub mod figures;
pub mod postgres;
pub mod sign;
pub mod vectors;
pub mod world;
