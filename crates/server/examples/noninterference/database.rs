//! The same tables in PostgreSQL.

use crate::data::{Column, EVENTS, PLACES};
use serde_json::{Value, json};
use std::io;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::postgres::{Postgres, table_of_csv};

/// The server of this run. It stops when the process ends.
static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let server = Postgres::start().expect("PostgreSQL");
    server.run("postgres", "CREATE ROLE reader LOGIN").expect("a role");
    server
});

/// A schema of its own, which is gone when this is dropped.
pub(crate) struct Database {
    schema: String,
}

impl Database {
    pub(crate) fn new() -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        Self { schema: format!("world_{}", MADE.fetch_add(1, Ordering::Relaxed)) }
    }

    /// Makes the tables, of CSV.
    pub(crate) fn fill(&self, tables: &[(&str, String)]) -> io::Result<()> {
        let schema = &self.schema;
        let mut statements = format!("CREATE SCHEMA {schema}; GRANT USAGE ON SCHEMA {schema} TO reader;\n");
        let typed = |columns: &'static [Column]| columns.iter().map(|column| (column.name, column.kind));
        let keys = [("id", "integer"), ("key", "integer")];
        let types = keys.into_iter().chain(typed(EVENTS)).chain(typed(PLACES)).map(|(name, kind)| match kind {
            "integer" => (name, "bigint"),
            kind => (name, kind),
        });
        let types: Vec<(&str, &str)> = types.collect();
        for (name, csv) in tables {
            statements += &table_of_csv(&format!("{schema}.{name}"), csv, &types);
        }
        statements += &format!("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO reader;\n");
        SERVER.run("postgres", &statements).map(drop)
    }

    /// What a table is called in a model.
    pub(crate) fn source(&self, table: &str) -> String {
        format!("{}.{table}", self.schema)
    }

    /// Where a connection finds it.
    pub(crate) fn place(&self) -> Value {
        json!({"host": SERVER.host(), "database": "postgres", "user": "reader", "encryption": "none", "connections": 2})
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let _ = SERVER.run("postgres", &format!("DROP SCHEMA IF EXISTS {} CASCADE", self.schema));
    }
}
