//! Who somebody is and what they may do.
//!
//! Pure: an assertion, a snapshot of the organization and what the directory knows of the person go in; a decision
//! with reasons comes out. Nothing is read or written here, and nobody else can make a [`Permit`].

pub mod permit;
pub mod principal;
