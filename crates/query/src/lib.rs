//! Semantic compile, secure planning and the engine: the only crate that knows DataFusion.
//!
//! ```text
//! Permit<RunQuery>  → Opened::new →  Opened         with what policies find in entitlement tables
//! Query + Opened    → secure      →  SecuredPlan    → Engine::run →  Answer
//!       + DownloadPermit → download → SecuredDownload → Engine::download → Download, some rows at a time
//! ```
//!
//! A [`SecuredPlan`] has the policies of the permit inside and is the only thing an [`Engine`] runs.

mod answer;
mod arrow_stream;
mod arrow_type;
mod barrier;
mod cache;
mod catalog;
mod compact;
mod condition;
mod download;
mod entitlements;
mod equalities;
mod error;
mod inputs;
mod judge;
mod limits;
mod mask;
mod postgres;
mod run;
mod secure;
mod session;
mod spill;
mod term;

pub use answer::{Answer, Cell, OutputColumn};
pub use arrow_stream::{ArrowStream, StreamError};
pub use cache::CacheFigures;
pub use catalog::{
    ActivityBounds, ActivityPage, ActivityTrail, Catalog, Fault, FoundColumn, FoundTable, Passwords, Problem, look_into,
};
pub use download::{Chunk, Download};
pub use error::QueryError;
pub use judge::{Judged, Within};
pub use limits::{DownloadLimits, Limits};
pub use mask::MaskSecret;
pub use postgres::{ServerFault, look_into_database};
pub use run::Engine;
pub use secure::{
    Offered, Opened, Search, SecuredDownload, SecuredPicture, SecuredPlan, Suggest, column, download,
    download_underlying, download_underlying_of, known, offered, picture, secure, suggestions, underlying,
    underlying_of,
};
pub use session::Pieces;

#[cfg(test)]
mod tests;
