//! The folder of definitions: which files are read, and what an offline check says of them.

use model::access::Definitions;
use model::expectation::Expectations;
use model::files::{self, Written};
use model::problem::Problem;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why a folder of definitions cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionsError {
    /// The folder or a file cannot be read.
    #[error("`{path}`: {error}")]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The definitions do not hold.
    #[error("{}", lines(.0))]
    Problems(Vec<Problem>),
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Reads every `*.yaml` of the folder, of `models/` and of `workbooks/`, and checks them as a whole.
pub fn read(folder: &Path) -> Result<Written, DefinitionsError> {
    files::read(&texts(folder)?).map_err(DefinitionsError::Problems)
}

/// The texts of every `*.yaml` of the folder, of `models/` and of `workbooks/`, by their names relative to it.
pub fn texts(folder: &Path) -> Result<BTreeMap<String, String>, DefinitionsError> {
    let (mut found, mut bytes) = (BTreeMap::new(), 0);
    for part in ["", "models", "workbooks"] {
        yaml_files(folder, part, &mut found, &mut bytes)?;
    }
    Ok(found)
}

/// Reads every `*.yaml` of `tests/` in the folder, and checks that what they name is in `definitions`.
pub fn read_expectations(folder: &Path, definitions: &Definitions) -> Result<Expectations, DefinitionsError> {
    let mut found = BTreeMap::new();
    yaml_files(folder, "tests", &mut found, &mut 0)?;
    files::read_expectations(&found, definitions).map_err(DefinitionsError::Problems)
}

/// Reads the files of a part of the folder, as long as all of them, from before `bytes`, are not too large together.
fn yaml_files(
    folder: &Path,
    part: &str,
    found: &mut BTreeMap<String, String>,
    bytes: &mut u64,
) -> Result<(), DefinitionsError> {
    let path = folder.join(part);
    if !part.is_empty() && !path.is_dir() {
        return Ok(());
    }
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |error| DefinitionsError::Unreadable { path, error }
    };
    let mut entries =
        fs::read_dir(&path).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(unreadable(&path))?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let file = entry.path();
        if file.is_file() && file.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            let name = entry.file_name().to_string_lossy().into_owned();
            let relative = if part.is_empty() { name } else { format!("{part}/{name}") };
            *bytes += entry.metadata().map_err(unreadable(&file))?.len();
            if *bytes > files::LARGEST_FOLDER as u64 {
                return Err(DefinitionsError::Problems(vec![files::too_large(&relative)]));
            }
            let text = fs::read_to_string(&file).map_err(unreadable(&file))?;
            found.insert(relative, text);
        }
    }
    Ok(())
}

/// Makes the folders of connections absolute: relative ones are relative to the folder of definitions.
pub fn anchor(mut definitions: Definitions, folder: &Path) -> Result<Definitions, DefinitionsError> {
    for given in definitions.connections.iter_mut().filter_map(|connection| connection.folder.as_mut()) {
        let path = folder.join(&*given);
        let absolute = fs::canonicalize(&path).map_err(|error| DefinitionsError::Unreadable { path, error })?;
        *given = absolute.to_string_lossy().into_owned();
    }
    Ok(definitions)
}
