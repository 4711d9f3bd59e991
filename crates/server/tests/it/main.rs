//! Vitrine from outside: over HTTP, with a clock the tests turn and callers that look for other people's canaries.

#![expect(clippy::indexing_slicing, reason = "a test that indexes what is not there has failed")]

mod abuse;
mod administration;
mod bearer;
mod bookmarks;
mod calculated;
mod content;
mod controls;
mod databases;
mod derived;
mod details;
mod documents;
mod doors;
mod downloads;
mod enforcement;
mod explain;
mod explaining;
mod explore;
mod files;
mod flights;
mod guests;
mod inventory;
mod keeping;
mod kept;
mod lost;
mod membership;
mod metabase;
mod metrics;
mod nodes;
mod offers;
mod openapi;
mod personal;
mod policies;
mod policy_tests;
mod program;
mod rates;
mod routes;
mod sessions;
mod sharing;
mod sigma;
mod stories;
mod support;
mod time_zones;
mod trail;
mod under_way;
