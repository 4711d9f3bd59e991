//! The nouns of Vitrine and their validation.
//!
//! This crate holds no I/O, no async, no clock and no randomness: whatever it needs it is given, and
//! whatever it finds it returns. Every other crate speaks in these words.

pub mod access;
pub mod assertion;
pub mod attribute;
pub mod built_in;
pub mod chart;
mod check;
pub mod dialect;
pub mod difference;
pub mod enforcement;
pub mod expectation;
pub mod files;
pub mod filter;
pub mod filter_expression;
pub mod item;
pub mod loosely;
pub mod name;
pub mod personal;
pub mod presentation;
pub mod problem;
pub mod publication;
pub mod query;
pub mod rule;
pub mod semantic;
pub mod shared;
pub mod snapshot;
pub mod term;
pub mod time_zone;
pub mod value;
pub mod widening;
pub mod workbook;
