//! The store's tests: real databases, real transactions, no sleeps, no real clock. Each runs on SQLite and on PostgreSQL.

#![expect(clippy::duplicate_mod, reason = "the same tests on two databases")]
#![expect(clippy::indexing_slicing, reason = "a test that indexes what is not there has failed")]

mod files;
mod place;
mod servers;

/// The tests of both, on one of them.
macro_rules! on {
    ($database:ident, $place:expr) => {
        #[path = "."]
        mod $database {
            /// Where their stores are.
            pub(crate) const PLACE: crate::place::Kind = $place;

            mod access_tokens;
            mod apply;
            mod audit;
            mod backups;
            mod chain;
            mod codes;
            pub(crate) mod fixtures;
            mod identities;
            mod killed;
            mod nodes;
            mod schema;
            mod secrets;
            mod session_tokens;
            mod sessions;
            mod versions;
        }
    };
}

on!(sqlite, crate::place::Kind::Sqlite);
on!(postgres, crate::place::Kind::Postgres);
