//! Semantic compile, secure planning and the engine: the only crate that knows DataFusion.
//!
//! ```text
//! Query + Permit<RunQuery>  → secure →  SecuredPlan  → Engine::run →  Answer
//! ```
//!
//! A [`SecuredPlan`] has the policies of the permit inside and is the only thing an [`Engine`] runs.

mod answer;
mod arrow_type;
mod barrier;
mod catalog;
mod condition;
mod error;
mod limits;
mod run;
mod secure;
mod session;

pub use answer::{Answer, Cell, OutputColumn};
pub use catalog::{Catalog, Fault, Problem};
pub use error::QueryError;
pub use limits::Limits;
pub use run::Engine;
pub use secure::{Search, SecuredPlan, Suggest, secure, suggestions, underlying};

#[cfg(test)]
mod tests;
