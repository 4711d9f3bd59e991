//! Vitrine from outside: over HTTP, with a clock the tests turn and callers that look for other people's canaries.

mod abuse;
mod documents;
mod enforcement;
mod explore;
mod flights;
mod routes;
mod sessions;
mod stories;
mod support;
