//! The decisions of `authz`, told as the stories they serve: one file a topic, one world for all.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop where it is surprised")]

mod attributes;
mod binding;
mod ceilings;
mod columns;
mod content;
#[cfg(feature = "enforcement-switch")]
mod enforcement;
mod evaluate;
mod gates;
mod granting;
mod grants;
mod guests;
mod locked_parameters;
mod matrix;
mod on_demand;
mod people;
mod properties;
mod rows;
mod sessions;
mod sign_on;
mod slow;
mod tableau;
mod tags;
mod teams;
mod world;
