//! What can be wrong with the data of a model.

use crate::postgres::server::ServerFault;
use model::name::{ColumnName, ConnectionName, ExploreName, ModelName, TableName};
use model::value::ColumnType;

/// Something wrong with the data of a model, for the administrator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// With a table.
    #[error("model `{model}`, table `{table}`{}: {fault}", in_column(.column.as_ref()))]
    Table {
        /// The model.
        model: ModelName,
        /// The table.
        table: TableName,
        /// The column, if it is about one.
        column: Option<ColumnName>,
        /// What.
        fault: Fault,
    },
    /// With a database.
    #[error("connection `{connection}`: {fault}")]
    Connection {
        /// The connection.
        connection: ConnectionName,
        /// What.
        fault: ServerFault,
    },
}

fn in_column(column: Option<&ColumnName>) -> String {
    column.map_or_else(String::new, |column| format!(", column `{column}`"))
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The source is not a file of the connection's folder.
    #[error("the source is outside the connection's folder: expected a file name without `..`")]
    OutsideFolder,
    /// The file is neither kind we read.
    #[error("the source is of no known format: expected `*.parquet` or `*.csv`")]
    UnknownFormat,
    /// There is no such file, or it is damaged.
    #[error("the source cannot be read: expected an existing, complete file")]
    Unreadable,
    /// A CSV file too large to be held in memory.
    #[error("the CSV file is too large: expected at most {megabytes} MB, or a Parquet file")]
    TooLarge {
        /// The limit, in units of 2^20 bytes.
        megabytes: u64,
    },
    /// More files than are looked into.
    #[error("there are too many files: expected at most {most}")]
    TooManyFiles {
        /// The limit.
        most: usize,
    },
    /// A declared column is not in the file.
    #[error("expected {expected}, found no such column")]
    MissingColumn {
        /// The declared type.
        expected: ColumnType,
    },
    /// A column has another type than is declared.
    #[error("expected {expected}, found {found}")]
    WrongType {
        /// The declared type.
        expected: ColumnType,
        /// The type in the file, in Arrow's words.
        found: String,
    },
    /// A database has no such table, or does not let the role know of it.
    #[error("no table or view `{relation}` for role `{role}`: expected one, and `GRANT USAGE` on its schema")]
    NoRelation {
        /// Its schema and name.
        relation: String,
        /// The role.
        role: String,
    },
    /// A role may not read a column.
    #[error("role `{role}` may not read it: expected `GRANT SELECT ON {relation} TO {role}`")]
    NoRight {
        /// The table's schema and name.
        relation: String,
        /// The role.
        role: String,
    },
    /// A role owns a table, so that its policies do not hold for it.
    #[error("role `{role}` owns `{relation}`: expected one that may only read it")]
    Owner {
        /// The table's schema and name.
        relation: String,
        /// The role.
        role: String,
    },
    /// Texts of a column are equal that have other bytes.
    #[error("its collation is nondeterministic: expected one in which no two texts are equal")]
    Collation,
    /// A CSV file holds something that is no value of its column's declared type.
    #[error("expected the declared types on every line, found another value")]
    WrongValue,
    /// A joined table has two rows for one key.
    #[error(
        "explore `{explore}` joins on a key that is not unique: expected one row for each value, or another `relationship`"
    )]
    KeyNotUnique {
        /// The explore with the join.
        explore: ExploreName,
    },
    /// A derived table is joined on fewer columns than those its rows are groups of.
    #[error(
        "explore `{explore}` joins a derived table on a part of its dimensions: expected all of them, or another `relationship`"
    )]
    KeyNotOfGroups {
        /// The explore with the join.
        explore: ExploreName,
    },
    /// A join compares columns of two types.
    #[error("explore `{explore}` joins it to a column of another type")]
    KeyTypes {
        /// The explore with the join.
        explore: ExploreName,
    },
}
