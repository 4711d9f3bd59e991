//! Tables of a database, and whether they hold what a model declares.

use crate::arrow_type::arrow_type;
use crate::catalog::{Fault, Faults};
use crate::postgres::node::At;
use crate::postgres::server::{Roles, Server};
use crate::postgres::sql::From;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::logical_expr::{TableScan, TableSource};
use model::name::ColumnName;
use model::semantic::Table;
use model::value::ColumnType;
use sqlx::postgres::PgRow;
use sqlx::{Executor as _, Row as _};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A table or view of a database.
#[derive(Debug, Clone)]
pub(crate) struct PostgresTable {
    pub(crate) server: Arc<Server>,
    schema_name: String,
    name: String,
    schema: SchemaRef,
    /// The roles that statements run as, where an attribute chooses one.
    chosen: Vec<String>,
    /// Whether it is a view that reads as its owner, whatever role a statement runs as.
    reads_as_owner: bool,
    /// Columns of which the database itself sees to it that no two rows are equal.
    unique: Vec<BTreeSet<String>>,
}

impl PostgresTable {
    /// As whom the table is read: the roles that attributes choose from, or the one that has logged in.
    pub(crate) fn read_as(&self) -> Vec<Option<&str>> {
        if self.chosen.is_empty() { vec![None] } else { self.chosen.iter().map(|role| Some(role.as_str())).collect() }
    }

    /// What an administrator should know of it, who leaves it to roles what is seen.
    pub(crate) fn warning(&self) -> Option<String> {
        let is_blind = self.reads_as_owner && !self.chosen.is_empty();
        is_blind.then(|| {
            format!(
                "view `{}.{}` is read with its owner's rights and row security, whatever role is chosen: expected \
                 `security_invoker`, or conditions on `current_user` in it",
                self.schema_name, self.name
            )
        })
    }

    /// Whether the database itself sees to it that a key is of one row.
    pub(crate) fn is_unique(&self, key: &BTreeSet<&str>) -> bool {
        self.unique.iter().any(|unique| unique.iter().all(|column| key.contains(column.as_str())))
    }

    /// The declared columns, as they are held.
    pub(crate) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The table without any policy, read as that role.
    pub(crate) fn source(&self, role: Option<String>) -> Arc<dyn TableSource> {
        let at = At { server: Arc::clone(&self.server), role };
        Arc::new(PostgresSource { table: self.clone(), at })
    }
}

/// A table as a plan reads it: only as part of a statement, see [`crate::postgres::push`].
pub(crate) struct PostgresSource {
    table: PostgresTable,
    at: At,
}

impl PostgresSource {
    /// What the scan reads, if that is such a table.
    pub(super) fn of(scan: &TableScan) -> Option<&Self> {
        scan.source.downcast_ref()
    }

    /// The table in a statement.
    pub(super) fn from(&self) -> From {
        From::Table { schema: self.table.schema_name.clone(), name: self.table.name.clone() }
    }

    /// Where the statement runs.
    pub(super) const fn at(&self) -> &At {
        &self.at
    }
}

impl TableSource for PostgresSource {
    fn schema(&self) -> SchemaRef {
        self.table.schema()
    }
}

const TABLE: &str = "SELECT class.oid, pg_has_role($3, class.relowner, 'USAGE'), class.relkind = 'v' \
     AND NOT coalesce(class.reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false) \
     FROM pg_class AS class JOIN pg_namespace AS space ON space.oid = class.relnamespace \
     WHERE space.nspname = $1 AND class.relname = $2 AND class.relkind IN ('r', 'p', 'v', 'm', 'f') \
     AND has_schema_privilege($3, space.oid, 'USAGE')";

const COLUMNS: &str = "SELECT CAST(att.attname AS text), format_type(att.atttypid, att.atttypmod), \
     coalesce(lation.collisdeterministic, true), has_column_privilege($2, att.attrelid, att.attnum, 'SELECT') \
     FROM pg_attribute AS att LEFT JOIN pg_collation AS lation ON lation.oid = att.attcollation \
     WHERE att.attrelid = $1 AND att.attnum > 0 AND NOT att.attisdropped";

const UNIQUE: &str = "SELECT array_agg(CAST(att.attname AS text)) FROM pg_index AS index \
     JOIN pg_attribute AS att ON att.attrelid = index.indrelid AND att.attnum = ANY (index.indkey[0:index.indnkeyatts - 1]) \
     WHERE index.indrelid = $1 AND index.indisunique AND index.indisvalid AND index.indpred IS NULL \
     AND index.indexprs IS NULL GROUP BY index.indexrelid";

/// Looks at a declared table, which every one of `roles` must be able to read and none may own.
pub(crate) async fn open(server: &Arc<Server>, table: &Table, roles: &Roles) -> Result<PostgresTable, Faults> {
    let whole = |fault: Fault| vec![(None, fault)];
    let (schema_name, name) = table.relation().ok_or_else(|| whole(Fault::UnknownFormat))?;
    let (mut schema, mut reads_as_owner, mut unique) = (None, false, Vec::new());
    for role in roles.all() {
        let query = sqlx::query(TABLE).bind(schema_name).bind(name).bind(role);
        let found = server.pool().fetch_optional(query).await.map_err(|_| whole(Fault::Unreadable))?;
        let relation = || format!("{schema_name}.{name}");
        let found = found.ok_or_else(|| whole(Fault::NoRelation { relation: relation(), role: role.clone() }))?;
        let oid: sqlx::postgres::types::Oid = found.try_get(0).map_err(|_| whole(Fault::Unreadable))?;
        if found.try_get(1).unwrap_or(true) {
            return Err(whole(Fault::Owner { relation: relation(), role: role.clone() }));
        }
        reads_as_owner = found.try_get(2).unwrap_or(true);
        let columns = server.pool().fetch_all(sqlx::query(COLUMNS).bind(oid).bind(role)).await;
        let columns = columns.map_err(|_| whole(Fault::Unreadable))?;
        let columns: BTreeMap<String, Found> = columns.iter().filter_map(Found::read).collect();
        schema = Some(held_schema(&table.columns, &columns, &relation(), role)?);
        let found =
            server.pool().fetch_all(sqlx::query(UNIQUE).bind(oid)).await.map_err(|_| whole(Fault::Unreadable))?;
        unique =
            found.iter().filter_map(|row| Some(row.try_get::<Vec<String>, _>(0).ok()?.into_iter().collect())).collect();
    }
    let schema = schema.ok_or_else(|| whole(Fault::Unreadable))?;
    Ok(PostgresTable {
        server: Arc::clone(server),
        schema_name: schema_name.to_owned(),
        name: name.to_owned(),
        schema: Arc::new(schema),
        chosen: roles.chosen.clone(),
        reads_as_owner,
        unique,
    })
}

/// A column of a table.
struct Found {
    /// Its type, as PostgreSQL spells it.
    kind: String,
    /// Whether texts are equal where their bytes are, and only there.
    deterministic: bool,
    /// Whether the role may read it.
    readable: bool,
}

impl Found {
    fn read(row: &PgRow) -> Option<(String, Self)> {
        let column =
            Self { kind: row.try_get(1).ok()?, deterministic: row.try_get(2).ok()?, readable: row.try_get(3).ok()? };
        Some((row.try_get(0).ok()?, column))
    }
}

fn held_schema(
    columns: &BTreeMap<ColumnName, ColumnType>,
    found: &BTreeMap<String, Found>,
    relation: &str,
    role: &str,
) -> Result<Schema, Faults> {
    let (mut faults, mut fields) = (Vec::new(), Vec::new());
    for (name, expected) in columns {
        let fault = match found.get(name.as_str()) {
            None => Fault::MissingColumn { expected: *expected },
            Some(found) if !found.readable => Fault::NoRight { relation: relation.to_owned(), role: role.to_owned() },
            Some(found) if !found.deterministic => Fault::Collation,
            Some(found) => match held_type(*expected, &found.kind) {
                Some(held) => {
                    fields.push(Field::new(name.as_str(), held, true));
                    continue;
                }
                None => Fault::WrongType { expected: *expected, found: found.kind.clone() },
            },
        };
        faults.push((Some(name.clone()), fault));
    }
    if faults.is_empty() { Ok(Schema::new(fields)) } else { Err(faults) }
}

/// The Arrow type with which a column is held that is declared as `expected` and is of that type in the database. `None`: not
/// every value fits. `citext` and `char(n)` never do: they call texts equal that are not.
fn held_type(expected: ColumnType, found: &str) -> Option<DataType> {
    let fits = match expected {
        ColumnType::Text => found == "text" || found == "character varying" || found.starts_with("character varying("),
        ColumnType::Integer => matches!(found, "smallint" | "integer" | "bigint"),
        ColumnType::Decimal { precision, scale } => {
            digits(found).is_some_and(|(digits, places)| digits <= precision && places == scale)
        }
        ColumnType::Boolean => found == "boolean",
        ColumnType::Date => found == "date",
        ColumnType::Timestamp if found == "timestamp without time zone" => {
            return Some(DataType::Timestamp(TimeUnit::Microsecond, None));
        }
        ColumnType::Timestamp => found == "timestamp with time zone",
    };
    fits.then(|| arrow_type(expected))
}

/// The digits of a `numeric(precision,scale)`, and those behind its point.
fn digits(found: &str) -> Option<(u8, u8)> {
    let (precision, scale) = found.strip_prefix("numeric(")?.strip_suffix(')')?.split_once(',')?;
    Some((precision.parse().ok()?, scale.parse().ok()?))
}

/// The type that a column of a database can be declared with.
pub(super) fn declared(found: &str) -> Option<ColumnType> {
    let decimal = || digits(found).map(|(precision, scale)| ColumnType::Decimal { precision, scale });
    let plain = [ColumnType::Text, ColumnType::Integer, ColumnType::Boolean, ColumnType::Date, ColumnType::Timestamp];
    plain.into_iter().chain(decimal()).find(|kind| held_type(*kind, found).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_held_where_every_value_fits() {
        let decimal = |precision, scale| ColumnType::Decimal { precision, scale };
        for (expected, found, fits) in [
            (ColumnType::Text, "text", true),
            (ColumnType::Text, "character varying(20)", true),
            (ColumnType::Text, "character(20)", false),
            (ColumnType::Text, "citext", false),
            (ColumnType::Text, "name", false),
            (ColumnType::Text, "uuid", false),
            (ColumnType::Integer, "smallint", true),
            (ColumnType::Integer, "numeric(10,0)", false),
            (ColumnType::Integer, "double precision", false),
            (decimal(10, 2), "numeric(10,2)", true),
            (decimal(12, 2), "numeric(10,2)", true),
            (decimal(8, 2), "numeric(10,2)", false),
            (decimal(12, 3), "numeric(10,2)", false),
            (decimal(38, 2), "numeric", false),
            (decimal(10, 2), "money", false),
            (ColumnType::Timestamp, "timestamp with time zone", true),
            (ColumnType::Timestamp, "timestamp without time zone", true),
            (ColumnType::Date, "timestamp with time zone", false),
        ] {
            assert_eq!(held_type(expected, found).is_some(), fits, "{expected} of {found}");
        }
        assert_eq!(declared("numeric(10,2)"), Some(decimal(10, 2)));
        assert_eq!(declared("jsonb"), None);
    }
}
