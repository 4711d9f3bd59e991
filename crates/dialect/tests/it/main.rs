//! The dialects with tokens that customers' own libraries have made, and with what forgers make of them.

#![expect(clippy::indexing_slicing, reason = "a test that indexes what is not there has failed")]

mod jwk;
mod keys;
mod looker;
mod metabase;
mod pem;
mod sigma;
mod tableau;
mod tokens;
mod vitrine;
