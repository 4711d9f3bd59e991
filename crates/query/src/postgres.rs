//! Tables in PostgreSQL: the largest part of a secured plan that PostgreSQL answers just as we would becomes one statement.
//!
//! 1. [`table`] looks at the declared tables when a catalog is opened, and [`server`] at the role that reads them.
//! 2. [`push`] turns subtrees of the placed plan into [`sql`], by the closed lists of [`translate`]; what is on none of them
//!    stays in this process, above the statement.
//! 3. [`sql`] is a tree of its own, and the only thing that writes SQL. It has no form for a text: values are parameters.
//! 4. [`node`] stands in the logical plan for a statement, and [`exec`] runs it in a transaction that cannot write.
//!
//! The barrier becomes a fence: what a table gives to somebody is a query of its own that ends in `OFFSET 0`, which
//! PostgreSQL does not merge with what is around it. Below it stand the policies, and of what viewers wrote only
//! comparisons that PostgreSQL declares leakproof.

pub(crate) mod exec;
mod first_look;
pub(crate) mod node;
pub(crate) mod push;
mod rows;
pub(crate) mod server;
pub(crate) mod sql;
pub(crate) mod table;
mod translate;

pub use first_look::look_into_database;
pub use server::ServerFault;
pub(crate) use translate::is_leakproof;
