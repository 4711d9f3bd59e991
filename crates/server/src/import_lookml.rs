//! `vitrine import lookml`: the models of a LookML project, beside the definitions of a folder.

use crate::definitions::{self, DefinitionsError};
use crate::first_model::{FirstModelError, connection_called, tables_of};
use lookml::{Finding, Imported, Sources, SyntaxError, Target, Weight, import};
use model::attribute::AttributeDefinition;
use model::files::LARGEST_FOLDER;
use model::name::{ColumnName, ModelName};
use query::FoundTable;
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The folder of definitions cannot be read.
    #[error(transparent)]
    Definitions(#[from] DefinitionsError),
    /// The connection cannot be looked into.
    #[error(transparent)]
    Connection(#[from] FirstModelError),
    /// A file or folder of the project cannot be read.
    #[error("`{path}`: {error}")]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The project is larger than definitions may be.
    #[error("the project is too large: expected at most {LARGEST_FOLDER} bytes")]
    TooLarge,
    /// Some files are no LookML.
    #[error("{}", lines(.0))]
    Syntax(Vec<SyntaxError>),
    /// No model came of it; why was found.
    #[error("{}no model is made: expected a `NAME.model.lkml` with explores that can be made", told(.0))]
    Nothing(Vec<Finding>),
    /// There is such a file already, or it cannot be written.
    #[error("`{path}`: {error}")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

fn lines(errors: &[SyntaxError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn told(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

/// Writes `models/NAME.yaml` for each model of the project in `folder`, over one of its connections, and gives what a person has
/// to read. It replaces no file. The password of a database is looked for in the data folder.
///
/// # Errors
/// Nothing was written then, unless a file could not be written behind others.
pub async fn write(
    project: &Path,
    connection: &str,
    folder: &Path,
    data_dir: &Path,
) -> Result<Vec<String>, ImportError> {
    let written = definitions::read(folder)?;
    let definitions = written.definitions();
    let connection = connection_called(connection, definitions)?;
    let sources = sources(&tables_of(connection, folder, data_dir).await?);
    let mut files = BTreeMap::new();
    gather(project, "", &mut files, &mut 0)?;
    let target = Target { connection, sources: &sources, attributes: &definitions.attributes };
    let Imported { models, findings, attributes } = import(&files, target).map_err(ImportError::Syntax)?;
    if models.is_empty() {
        return Err(ImportError::Nothing(findings));
    }
    let paths = written_to(folder, &models)?;
    let mut told: Vec<String> = findings.iter().map(ToString::to_string).collect();
    told.extend(wanted(&attributes));
    let closed = findings.iter().filter(|finding| finding.weight == Weight::Closed).count();
    let notes = findings.len() - closed;
    told.extend(paths.iter().map(|path| format!("{}: written", path.display())));
    told.push(format!("{} models, {closed} findings that close something, {notes} notes", models.len()));
    Ok(told)
}

/// The columns of what was found that have an exact type.
pub(crate) fn sources(found: &[FoundTable]) -> Sources {
    let tables = found.iter().filter_map(|table| {
        let columns = table.columns.as_ref().ok()?.iter();
        let exact = columns
            .filter_map(|column| Some((ColumnName::new(column.name.as_str()).ok()?, *column.kind.as_ref().ok()?)));
        Some((table.source.clone(), exact.collect::<BTreeMap<_, _>>()))
    });
    tables.filter(|(_, columns)| !columns.is_empty()).collect()
}

/// Reads every file of LookML, with `/` between folders. What a link leads to is not of the project.
fn gather(
    folder: &Path,
    within: &str,
    files: &mut BTreeMap<String, String>,
    bytes: &mut u64,
) -> Result<(), ImportError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |error| ImportError::Unreadable { path, error }
    };
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    for entry in entries.map_err(unreadable(folder))? {
        let path = entry.path();
        let kind = entry.file_type().map_err(unreadable(&path))?;
        let name = format!("{within}{}", entry.file_name().to_string_lossy());
        if kind.is_dir() && !name.ends_with(".git") {
            gather(&path, &format!("{name}/"), files, bytes)?;
        } else if kind.is_file() && path.extension().is_some_and(|ending| ending == "lkml" || ending == "lookml") {
            *bytes += entry.metadata().map_err(unreadable(&path))?.len();
            if *bytes > LARGEST_FOLDER as u64 {
                return Err(ImportError::TooLarge);
            }
            let text = fs::read_to_string(&path).map_err(unreadable(&path))?;
            files.insert(name, text);
        }
    }
    Ok(())
}

/// Writes all of the files, or none that was there.
pub(crate) fn written_to(folder: &Path, models: &BTreeMap<ModelName, String>) -> Result<Vec<PathBuf>, ImportError> {
    let folder = folder.join("models");
    let files: Vec<_> = models.iter().map(|(name, text)| (folder.join(format!("{name}.yaml")), text)).collect();
    if let Some((path, _)) = files.iter().find(|(path, _)| path.exists()) {
        let error = io::Error::from(io::ErrorKind::AlreadyExists);
        return Err(ImportError::Unwritable { path: path.clone(), error });
    }
    fs::create_dir_all(&folder).map_err(|error| ImportError::Unwritable { path: folder.clone(), error })?;
    for (path, text) in &files {
        let unwritable = |error| ImportError::Unwritable { path: path.clone(), error };
        let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(unwritable)?;
        file.write_all(text.as_bytes()).map_err(unwritable)?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

/// What `attributes.yaml` is missing.
fn wanted(attributes: &[AttributeDefinition]) -> Vec<String> {
    if attributes.is_empty() {
        return Vec::new();
    }
    let first = "the models need these in `attributes.yaml`; import again if one is a list, or a filter expression:";
    let items = attributes.iter().map(|one| format!("  - {{name: {}, type: {}}}", one.name, one.kind.as_str()));
    std::iter::once(first.to_owned()).chain(items).collect()
}
