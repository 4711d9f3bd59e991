//! `vitrine export`: what is in force, as the folder that `vitrine apply` reads.

use crate::apply::{ApplyError, open_store, written};
use crate::config::Config;
use crate::definitions;
use model::access::Definitions;
use model::files;
use model::problem::Problem;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use store::StoreError;
use tempfile::NamedTempFile;

/// Why nothing was exported. The folder is as it was, unless a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Nothing is in force.
    #[error("nothing has been applied yet")]
    Nothing,
    /// There is something in the folder.
    #[error("`{0}` is not empty: expected an empty folder, or `--replace` to write over the definitions in it")]
    NotEmpty(PathBuf),
    /// What is in the folder are no definitions.
    #[error("`{0}` holds no `vitrine.yaml`: expected an empty folder, or one of definitions to replace")]
    NoDefinitions(PathBuf),
    /// The folder, or a file in it, cannot be read or written.
    #[error("`{path}`: {error}")]
    File {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// What is in force cannot be written as files.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Unwritable(Vec<Problem>),
    /// The store cannot be opened.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was written.
pub struct Exported {
    /// How many files.
    pub files: usize,
    /// Of which revision.
    pub revision: u64,
}

/// Writes what is in force into a folder that is empty, or, with `replace`, in place of the definitions in it; other files
/// stay. Secrets are written as where they are, never as what they are.
///
/// # Errors
/// See [`ExportError`].
pub async fn export(folder: &Path, config: &Config, replace: bool) -> Result<Exported, ExportError> {
    expect_room(folder, replace)?;
    let store = open_store(config).await?;
    let mut definitions = written(&store).await?.ok_or(ExportError::Nothing)?;
    definitions.members.sort_by_cached_key(|it| (it.issuer.clone(), it.tenant.clone(), it.address().to_owned()));
    let revision = store.revision().await?;
    let written = files::write(&loosened(definitions, folder)).map_err(ExportError::Unwritable)?;
    replace_files(folder, &written)?;
    Ok(Exported { files: written.len(), revision })
}

/// Whether the folder may be written into.
fn expect_room(folder: &Path, replace: bool) -> Result<(), ExportError> {
    let is_empty = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => true,
        Err(error) => return Err(ExportError::File { path: folder.to_owned(), error }),
    };
    match (is_empty, replace) {
        (true, _) => Ok(()),
        (false, false) => Err(ExportError::NotEmpty(folder.to_owned())),
        (false, true) if folder.join("vitrine.yaml").is_file() => Ok(()),
        (false, true) => Err(ExportError::NoDefinitions(folder.to_owned())),
    }
}

/// The definitions, with the folders of connections relative to `folder` where they are in it.
fn loosened(mut definitions: Definitions, folder: &Path) -> Definitions {
    let Ok(base) = fs::canonicalize(folder) else { return definitions };
    for given in definitions.connections.iter_mut().filter_map(|connection| connection.folder.as_mut()) {
        if let Ok(inside) = Path::new(&*given).strip_prefix(&base) {
            let inside = inside.to_string_lossy().into_owned();
            *given = if inside.is_empty() { ".".to_owned() } else { inside };
        }
    }
    definitions
}

/// Writes each file in whole, and takes away those of definitions that are no more.
fn replace_files(folder: &Path, written: &BTreeMap<String, String>) -> Result<(), ExportError> {
    for (name, text) in written {
        let path = folder.join(name);
        write_whole(&path, text).map_err(|error| ExportError::File { path, error })?;
    }
    let there = definitions::texts(folder).map_err(ApplyError::Definitions)?;
    let stale = there.keys().filter(|name| files::is_of_definitions(name) && !written.contains_key(*name));
    for path in stale.map(|name| folder.join(name)) {
        fs::remove_file(&path).map_err(|error| ExportError::File { path, error })?;
    }
    Ok(())
}

fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}
