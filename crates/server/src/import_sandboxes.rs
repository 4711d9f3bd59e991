//! `vitrine import metabase-sandboxes`: row and column security of Metabase, as a model beside the definitions of a folder.

use crate::definitions::{self, DefinitionsError};
use crate::first_model::{FirstModelError, connection_called, tables_of};
use crate::import_lookml::{ImportError, sources, written_to};
use crate::sandboxes::{Export, Imported, Target, translated};
use model::files::LARGEST_FOLDER;
use model::name::{ModelName, NameError};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum SandboxesError {
    /// The folder of definitions cannot be read.
    #[error(transparent)]
    Definitions(#[from] DefinitionsError),
    /// The connection cannot be looked into.
    #[error(transparent)]
    Connection(#[from] FirstModelError),
    /// The model cannot be called so.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The export cannot be read.
    #[error("`{path}`: {error}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is no export.
    #[error(
        "`{path}`: {error}: expected `groups`, `tables`, `cards` and `policies`, as docs/metabase-sandboxes.md says"
    )]
    NoExport {
        /// The file.
        path: PathBuf,
        /// Where, and why.
        error: String,
    },
    /// No model came of it; why was found.
    #[error("{}", .0.join("\n"))]
    Nothing(Vec<String>),
    /// The model cannot be written.
    #[error(transparent)]
    Written(#[from] ImportError),
}

/// Writes `models/NAME.yaml` of an export, over one of the folder's connections, and gives what a person has to read. It replaces
/// no file. The password of a database is looked for in the data folder.
///
/// # Errors
/// Nothing was written then.
pub async fn write(
    export: &Path,
    connection: &str,
    model: &str,
    folder: &Path,
    data_dir: &Path,
) -> Result<Vec<String>, SandboxesError> {
    let export = read(export)?;
    let model = ModelName::new(model)?;
    let written = definitions::read(folder)?;
    let definitions = written.definitions();
    let found = connection_called(connection, definitions)?;
    let sources = sources(&tables_of(found, folder, data_dir).await?);
    let target = Target { model: &model, connection, sources: &sources, definitions };
    let Imported { text, findings, wanted } = translated(&export, &target).map_err(SandboxesError::Nothing)?;
    let paths = written_to(folder, &BTreeMap::from([(model, text)]))?;
    let closed = findings.iter().filter(|finding| finding.starts_with("closed: ")).count();
    let (notes, mut told) = (findings.len() - closed, findings);
    told.extend(wanted);
    told.extend(paths.iter().map(|path| format!("{}: written", path.display())));
    told.push(format!("{closed} findings that close something, {notes} notes"));
    Ok(told)
}

fn read(path: &Path) -> Result<Export, SandboxesError> {
    let unreadable = |error| SandboxesError::Unreadable { path: path.to_owned(), error };
    if fs::metadata(path).map_err(unreadable)?.len() > LARGEST_FOLDER as u64 {
        return Err(unreadable(io::Error::from(io::ErrorKind::FileTooLarge)));
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    Export::read(&text).map_err(|error| SandboxesError::NoExport { path: path.to_owned(), error })
}
