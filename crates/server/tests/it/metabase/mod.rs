//! Metabase's doors: guest tokens and public links.

mod cases;
mod flights;
mod host;
mod levels;
mod links;
mod made_links;
mod pivots;
mod sandboxes;
mod stories;
mod strict;

pub(crate) use host::Embedding;
