//! The shop in PostgreSQL, on a server of this process: whatever the one answers, the other must answer too.

use super::world::{PLACES, Row, SALES, model};
use crate::catalog::{Catalog, Passwords, Problem};
use model::access::Connection;
use model::value::{ColumnType, Scalar};
use serde_json::json;
use std::fmt::Write as _;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use testkit::postgres::Postgres;
use tokio::sync::OnceCell;

/// The server. It stops when the process ends.
static SERVER: LazyLock<Postgres> = LazyLock::new(|| {
    let server = Postgres::start().expect("a server");
    server.run("postgres", "CREATE ROLE reader LOGIN").expect("a role");
    server
});

/// The shop in a schema of its own.
pub(super) struct Twin {
    statements: String,
    schema: String,
    catalog: OnceCell<Catalog>,
}

impl Twin {
    pub(super) fn new(sales: &[Row], places: &[Row]) -> Self {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let schema = format!("shop_{}", MADE.fetch_add(1, Ordering::Relaxed));
        let mut statements = format!("CREATE SCHEMA {schema}; GRANT USAGE ON SCHEMA {schema} TO reader;\n");
        statements += &table(&schema, "sales", &SALES, sales);
        statements += &table(&schema, "places", &PLACES, places);
        Self { statements, schema, catalog: OnceCell::new() }
    }

    /// The shop, open. Made at first use.
    pub(super) async fn catalog(&self) -> &Catalog {
        self.catalog.get_or_init(async || self.open().await.expect("a catalog")).await
    }

    /// Makes the shop and opens it.
    pub(super) async fn open(&self) -> Result<Catalog, Vec<Problem>> {
        server().run("postgres", &self.statements).expect("tables");
        let mut model = model();
        for (name, table) in model.tables.iter_mut().filter(|(_, table)| table.derived.is_none()) {
            table.source = Some(format!("{}.{name}", self.schema));
        }
        let name = "shop".parse().expect("a name");
        Catalog::over((&name, &model), &connection("reader"), &Passwords::default()).await
    }
}

/// The server of this process.
pub(super) fn server() -> &'static Postgres {
    &SERVER
}

/// The connection `demo`, read as `user`. No question may need more than one of its connections at once.
pub(super) fn connection(user: &str) -> Connection {
    let postgres = json!({
        "host": server().host(), "database": "postgres", "user": user, "encryption": "none", "connections": 1,
    });
    serde_json::from_value(json!({"name": "demo", "postgres": postgres})).expect("a connection")
}

fn table(schema: &str, name: &str, columns: &[(&str, ColumnType)], rows: &[Row]) -> String {
    let typed = columns.iter().map(|(column, kind)| match kind {
        ColumnType::Text => format!("\"{column}\" varchar COLLATE \"en-x-icu\""),
        ColumnType::Integer => format!("\"{column}\" bigint"),
        ColumnType::Decimal { precision, scale } => format!("\"{column}\" numeric({precision},{scale})"),
        ColumnType::Timestamp => format!("\"{column}\" timestamptz"),
        other => format!("\"{column}\" {other}"),
    });
    let typed: Vec<String> = typed.collect();
    let mut text = format!("CREATE TABLE {schema}.{name} ({});\n", typed.join(", "));
    for row in rows {
        let cells: Vec<String> = row.iter().map(cell).collect();
        let _ = writeln!(text, "INSERT INTO {schema}.{name} VALUES ({});", cells.join(", "));
    }
    text + &format!("GRANT SELECT ON {schema}.{name} TO reader;\n")
}

fn cell(value: &Option<Scalar>) -> String {
    value.as_ref().map_or_else(|| "NULL".to_owned(), |value| format!("'{}'", value.to_string().replace('\'', "''")))
}
