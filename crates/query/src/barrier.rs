//! The barrier: no expression a viewer can influence is evaluated on a row that viewer may not see.
//!
//! A filter over the scan is not a boundary in DataFusion: a viewer's predicate is merged with the policy's and may
//! be evaluated first, so that `1/(secret-5)` fails, or prints a value, because of a hidden row. Therefore:
//!
//! 1. A question is compiled, and optimized, against [`scan::SecuredScan`]s: sources that have only the exposed columns
//!    and take no predicate but those on the short list of [`harmless`].
//! 2. [`scan::place`], the last step of logical planning, puts for each of them
//!    `Barrier(Projection(Filter(harmless, Filter(policy, TableScan))))`.
//! 3. [`node::Barrier`] is planned as [`exec::BarrierExec`], through which the physical optimizer moves nothing either:
//!    no predicate, no dynamic filter of a join or a top-k, no limit, no statistics.
//! 4. [`verify`] walks the final logical and the final physical plan and refuses to run any in which a scan is not
//!    behind its policy.

pub(crate) mod exec;
pub(crate) mod harmless;
pub(crate) mod node;
pub(crate) mod numbered;
pub(crate) mod scan;
pub(crate) mod verify;
