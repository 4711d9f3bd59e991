//! The Vitrine server: configuration, command line, routes, presentation and pages.
//!
//! The way through the house (see ARCHITECTURE.md) is walked in `routes`: verify, identify, decide, secure, run,
//! present. Whatever can be said without HTTP lives in the other crates.

mod activity_trail;
pub mod admission;
pub mod anonymous;
pub mod app;
pub mod apply;
pub mod asking;
pub mod assets;
pub mod audit;
pub mod body;
pub mod callers;
mod chores;
pub mod cli;
pub mod clock;
pub mod config;
pub mod consequences;
pub mod controls;
pub mod cookies;
pub mod correlation;
pub mod definitions;
pub mod difference;
pub mod drilling;
pub mod explain;
pub mod export;
pub mod first_model;
mod framing;
pub mod headers;
pub mod identity_test;
pub mod keeping;
mod logging_in;
pub mod login_code;
mod looked_at;
pub mod mail;
pub mod metrics;
pub mod openapi;
pub mod opening;
pub mod organization;
mod page;
pub mod passwords;
pub mod path;
pub mod policy_tests;
pub mod present;
pub mod preview;
pub mod problem;
pub mod rates;
mod requests;
pub mod routes;
mod second_factor;
pub mod secrets;
pub mod serve;
mod signing_on;
pub mod token;
pub mod trail;
pub mod watch;
