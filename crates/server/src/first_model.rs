//! `vitrine model init`: a first model of what is in a connection's folder or database, with every table closed.

use crate::definitions::{self, DefinitionsError};
use crate::secrets::{self, SecretError};
use model::access::{Connection, Definitions, Place};
use model::name::{ColumnName, ConnectionName, ModelName, NameError};
use query::{Fault, FoundColumn, FoundTable, ServerFault, look_into, look_into_database};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use store::Secret;

/// Why there is no first model. Nothing was written then.
#[derive(Debug, thiserror::Error)]
pub enum FirstModelError {
    /// The definitions cannot be read.
    #[error(transparent)]
    Definitions(#[from] DefinitionsError),
    /// There is no such connection.
    #[error("unknown connection `{name}`: expected {known}")]
    UnknownConnection {
        /// As it was asked for.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// The model cannot be called so.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The folder cannot be looked into.
    #[error("connection `{connection}`: {fault}")]
    Folder {
        /// The connection.
        connection: String,
        /// Why.
        fault: Fault,
    },
    /// The database cannot be looked into.
    #[error("connection `{connection}`: {fault}")]
    Database {
        /// The connection.
        connection: String,
        /// Why.
        fault: ServerFault,
    },
    /// Its password cannot be had.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// It is in no place, or in two.
    #[error("connection `{0}`: expected exactly one of `folder` and `postgres`")]
    NoPlace(String),
    /// Nothing in it can be a table.
    #[error(
        "connection `{0}` has no `.parquet` or `.csv` file, and no table that it may read, with a column that can be used"
    )]
    Empty(String),
    /// There is such a file already, or it cannot be written.
    #[error("`{path}`: {error}")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// A model that was written.
pub struct FirstModel {
    /// The file.
    pub path: PathBuf,
    /// How many tables it has.
    pub tables: usize,
    /// What was found and is not in it, with the reason.
    pub left_out: Vec<String>,
}

/// Writes `models/NAME.yaml` in `folder`, of the files or tables of one of its connections. It replaces no file. The password of
/// a database is looked for in the data folder.
pub async fn write(
    folder: &Path,
    connection: &str,
    name: Option<&str>,
    data_dir: &Path,
) -> Result<FirstModel, FirstModelError> {
    let written = definitions::read(folder)?;
    let found = connection_called(connection, written.definitions())?;
    let model = ModelName::new(name.unwrap_or(connection))?;
    let (text, tables, left_out) = Draft::of(&found.name, &tables_of(found, folder, data_dir).await?).finish();
    if tables == 0 {
        return Err(FirstModelError::Empty(connection.to_owned()));
    }
    let path = folder.join("models").join(format!("{model}.yaml"));
    let unwritable = |error| FirstModelError::Unwritable { path: path.clone(), error };
    fs::create_dir_all(folder.join("models")).map_err(unwritable)?;
    let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(unwritable)?;
    file.write_all(text.as_bytes()).map_err(unwritable)?;
    Ok(FirstModel { path, tables, left_out })
}

/// The connection of that name.
pub(crate) fn connection_called<'a>(
    name: &str,
    definitions: &'a Definitions,
) -> Result<&'a Connection, FirstModelError> {
    let connections = &definitions.connections;
    connections.iter().find(|one| one.name.as_str() == name).ok_or_else(|| {
        let known: Vec<String> = connections.iter().map(|one| format!("`{}`", one.name)).collect();
        let known = if known.is_empty() { "none, for there are none".to_owned() } else { known.join(", ") };
        FirstModelError::UnknownConnection { name: name.to_owned(), known }
    })
}

/// What can be a table in a connection.
pub(crate) async fn tables_of(
    connection: &Connection,
    folder: &Path,
    data_dir: &Path,
) -> Result<Vec<FoundTable>, FirstModelError> {
    let name = || connection.name.to_string();
    match connection.place() {
        Some(Place::Folder(given)) => {
            look_into(&folder.join(given)).map_err(|fault| FirstModelError::Folder { connection: name(), fault })
        }
        Some(Place::Postgres(place)) => {
            let password = secrets::of_database(place, data_dir)?;
            let found = look_into_database(place, password.as_ref().map(Secret::expose)).await;
            found.map_err(|fault| FirstModelError::Database { connection: name(), fault })
        }
        Some(Place::Activity) | None => Err(FirstModelError::NoPlace(name())),
    }
}

/// A model on its way.
struct Draft {
    tables: String,
    explores: String,
    names: BTreeSet<String>,
    connection: ConnectionName,
    left_out: Vec<String>,
}

impl Draft {
    fn of(connection: &ConnectionName, found: &[FoundTable]) -> Self {
        let (tables, explores, names, left_out) = (String::new(), String::new(), BTreeSet::new(), Vec::new());
        let mut draft = Self { tables, explores, names, connection: connection.clone(), left_out };
        for table in found {
            match &table.columns {
                Ok(columns) => draft.add(&table.source, columns),
                Err(fault) => draft.left_out.push(format!("{:?}: {fault}", table.source)),
            }
        }
        draft
    }

    fn add(&mut self, source: &str, columns: &[FoundColumn]) {
        let mut usable = Vec::new();
        for FoundColumn { name, kind } in columns {
            match (ColumnName::new(name.as_str()), kind) {
                (Ok(column), Ok(kind)) => usable.push((column, *kind)),
                (Err(error), _) => self.left_out.push(format!("{source:?}: {error}")),
                (_, Err(kind)) => self.left_out.push(format!("{source:?}, column `{name}`: no exact type for {kind}")),
            }
        }
        if usable.is_empty() {
            return self.left_out.push(format!("{source:?}: no column that can be used"));
        }
        let table = self.name_for(source);
        // Writing to a text does not fail.
        let _ = write!(self.tables, "  {table}:\n    source: {source:?}\n    columns:\n");
        let _ = write!(self.explores, "  {}:\n    table: {table}\n    dimensions:\n", table.to_ascii_lowercase());
        for (column, kind) in &usable {
            let _ = writeln!(self.tables, "      {column}: {kind:?}", kind = kind.to_string());
            let _ = writeln!(self.explores, "      {column}: {{column: {table}.{column}}}");
        }
        let is_taken = |name: &&str| usable.iter().any(|(column, _)| column.as_str() == *name);
        let count = ["rows", "row_count", "count_of_rows"].into_iter().find(|name| !is_taken(name));
        if let Some(count) = count {
            let _ = write!(self.explores, "    measures:\n      {count}: {{count: rows, format: integer}}\n");
        }
    }

    /// A name for the table, which no other has.
    fn name_for(&mut self, source: &str) -> String {
        let is_file = [".parquet", ".csv"].iter().find_map(|ending| source.strip_suffix(ending));
        let stem = is_file.unwrap_or(source);
        let letters = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
        let plain: String = letters.collect::<String>().trim_matches('_').chars().take(50).collect();
        let plain = if plain.starts_with(|c: char| c.is_ascii_alphabetic()) { plain } else { format!("table_{plain}") };
        let numbered = (2..).map(|number| format!("{plain}_{number}"));
        let mut names = std::iter::once(plain.clone()).chain(numbered);
        let is_free = |name: &String| !self.names.contains(&name.to_ascii_lowercase());
        let name = names.find(is_free).unwrap_or(plain);
        self.names.insert(name.to_ascii_lowercase());
        name
    }

    fn finish(self) -> (String, usize, Vec<String>) {
        let mut text = String::from(
            "# A first model, written by `vitrine model init`. Nobody sees a row of it: give each table `row_policies`, or\n\
             # `rows: shared` where everybody who may use the model sees all of it.\n",
        );
        for line in &self.left_out {
            let _ = writeln!(text, "# Left out: {line}");
        }
        let _ =
            write!(text, "connection: {}\n\ntables:\n{}\nexplores:\n{}", self.connection, self.tables, self.explores);
        (text, self.names.len(), self.left_out)
    }
}
