//! Metabase's doors: guest tokens and public links.

mod cases;
mod flights;
mod host;
mod links;
mod pivots;
mod stories;
mod strict;

pub(crate) use host::Embedding;
