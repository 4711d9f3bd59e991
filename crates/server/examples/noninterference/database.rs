//! The same tables in PostgreSQL.

use crate::storage::Table;
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

    /// Makes the tables.
    pub(crate) fn fill(&self, tables: &[Table]) -> io::Result<()> {
        let schema = &self.schema;
        let mut statements = format!("CREATE SCHEMA {schema}; GRANT USAGE ON SCHEMA {schema} TO reader;\n");
        for table in tables {
            let types = table.columns.iter().map(|(name, kind)| match *kind {
                "integer" => (*name, "bigint"),
                "timestamp" => (*name, "timestamptz"),
                kind => (*name, kind),
            });
            let types: Vec<(&str, &str)> = types.collect();
            statements += &table_of_csv(&format!("{schema}.{}", table.name), &table.csv(true), &types);
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
