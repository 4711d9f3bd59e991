//! What is in a database that no model describes yet.

use super::server::{Connected, Server, ServerFault};
use super::table::declared;
use crate::catalog::{FoundColumn, FoundTable};
use model::access::PostgresPlace;
use sqlx::postgres::PgRow;
use sqlx::{Executor as _, Row as _};
use std::collections::{BTreeMap, BTreeSet};

const COLUMNS: &str = "SELECT CASE space.nspname WHEN 'public' THEN '' ELSE space.nspname || '.' END || class.relname, \
     CAST(att.attname AS text), format_type(att.atttypid, att.atttypmod), coalesce(lation.collisdeterministic, true) \
     FROM pg_class AS class JOIN pg_namespace AS space ON space.oid = class.relnamespace \
     JOIN pg_attribute AS att ON att.attrelid = class.oid \
     LEFT JOIN pg_collation AS lation ON lation.oid = att.attcollation \
     WHERE class.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT class.relispartition \
     AND att.attnum > 0 AND NOT att.attisdropped AND space.nspname NOT LIKE 'pg\\_%' \
     AND space.nspname <> 'information_schema' AND has_schema_privilege($1, space.oid, 'USAGE') \
     AND has_column_privilege($1, class.oid, att.attnum, 'SELECT') ORDER BY 1, att.attnum";

/// Looks at every table and view that the connection may read, in the order of their names.
///
/// # Errors
/// The database cannot be logged in to, or policies would not hold there.
pub async fn look_into_database(place: &PostgresPlace, password: Option<&str>) -> Result<Vec<FoundTable>, ServerFault> {
    let Connected { server, roles, .. } = Server::open(place, password, &BTreeSet::new()).await?;
    let role = roles.all().next().map(String::as_str).unwrap_or_default();
    let rows = server.pool().fetch_all(sqlx::query(COLUMNS).bind(role)).await.map_err(|_| ServerFault::Unreachable)?;
    let mut tables: BTreeMap<String, Vec<FoundColumn>> = BTreeMap::new();
    for row in &rows {
        let (source, column) = read(row).map_err(|_| ServerFault::Unreachable)?;
        tables.entry(source).or_default().push(column);
    }
    Ok(tables.into_iter().map(|(source, columns)| FoundTable { source, columns: Ok(columns) }).collect())
}

fn read(row: &PgRow) -> Result<(String, FoundColumn), sqlx::Error> {
    let (kind, deterministic): (String, bool) = (row.try_get(2)?, row.try_get(3)?);
    let kind = match declared(&kind) {
        Some(found) if deterministic => Ok(found),
        Some(_) => Err(format!("{kind} with a nondeterministic collation")),
        None => Err(kind),
    };
    Ok((row.try_get(0)?, FoundColumn { name: row.try_get(1)?, kind }))
}
