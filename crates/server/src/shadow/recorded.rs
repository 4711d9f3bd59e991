//! What was recorded: a file of JSON Lines, each of them one look of one person.

use super::rows::{CsvError, Rows};
use crate::policy_tests::SIGN_ON;
use dialect::looker;
use model::dialect::Dialect;
use model::expectation::ElementPath;
use model::name::{ClientId, ControlName, ProviderName};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// One line, as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// For people.
    #[serde(default)]
    name: Option<String>,
    /// The address, with or without its host.
    #[serde(default)]
    url: Option<String>,
    /// The token, where it is not in the address.
    #[serde(default)]
    token: Option<String>,
    /// Whose address it is, where it does not say.
    #[serde(default)]
    dialect: Option<Dialect>,
    /// The key that signs it here; by default the one enabled key of the dialect.
    #[serde(default)]
    key: Option<ClientId>,
    /// The identity provider that signs here what was for single sign-on; by default the one enabled provider with `jwt`.
    #[serde(default)]
    provider: Option<ProviderName>,
    /// What was looked at here: `workbook/page/element`.
    element: String,
    /// Values by control, beside those of the address.
    #[serde(default)]
    controls: BTreeMap<ControlName, Vec<Value>>,
    /// How many rows there were.
    #[serde(default)]
    rows: Option<usize>,
    /// The SHA-256 of the rows.
    #[serde(default)]
    sha256: Option<String>,
    /// A file with the rows, beside this one.
    #[serde(default)]
    csv: Option<PathBuf>,
    /// Whether it was refused.
    #[serde(default)]
    refused: bool,
}

/// Who signs here.
#[derive(Debug)]
pub(super) enum SignedBy {
    /// An embed key, which may be named.
    Key(Option<ClientId>),
    /// An identity provider, which may be named.
    Provider(Option<ProviderName>),
}

/// One look of one person, and what they were shown.
#[derive(Debug)]
pub(super) struct Recorded {
    name: Option<String>,
    pub(super) dialect: Dialect,
    /// The path and what follows it.
    pub(super) address: String,
    pub(super) token: Option<String>,
    /// Who signs.
    pub(super) signer: SignedBy,
    pub(super) element: ElementPath,
    pub(super) controls: BTreeMap<ControlName, Vec<Value>>,
    pub(super) row_count: Option<usize>,
    pub(super) sha256: Option<String>,
    pub(super) rows: Option<Rows>,
    pub(super) refused: bool,
}

/// What is wrong with a file, and where.
#[derive(Debug, thiserror::Error)]
pub enum RecordedError {
    /// It cannot be read.
    #[error("`{path}`: {error}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A line says something else than it may.
    #[error("`{path}`, line {line}: {what}")]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What, and what was expected.
        what: String,
    },
    /// Nothing was recorded, which is no evidence of anything.
    #[error("`{0}`: nothing is recorded: expected at least one line")]
    None(PathBuf),
}

impl Recorded {
    /// What it is called in reports.
    pub(super) fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| format!("{} through the door of {}", self.element, self.dialect))
    }
}

/// All that a file has recorded, each with its line. Blank lines are none.
pub(super) fn read(path: &Path) -> Result<Vec<(usize, Recorded)>, RecordedError> {
    let file = |error| RecordedError::File { path: path.to_owned(), error };
    let text = std::fs::read_to_string(path).map_err(file)?;
    let beside = path.parent().unwrap_or_else(|| Path::new(""));
    let mut all = Vec::new();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty()) {
        let wrong = |what| RecordedError::Line { path: path.to_owned(), line, what };
        let written: Written = serde_json::from_str(text).map_err(|error| wrong(without_place(&error)))?;
        all.push((line, recorded(written, beside).map_err(wrong)?));
    }
    if all.is_empty() { Err(RecordedError::None(path.to_owned())) } else { Ok(all) }
}

/// What serde says, but for the place: each line is a document by itself.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or_else(|| text.clone(), |(text, _)| text.to_owned())
}

fn recorded(written: Written, beside: &Path) -> Result<Recorded, String> {
    let Written { name, url, token, dialect, key, provider, element, controls, rows, sha256, csv, refused } = written;
    let address = url.as_deref().map(path_of).unwrap_or_default();
    let dialect = dialect.or_else(|| told(&address));
    let dialect = dialect.ok_or("`dialect`: the address does not say whose it is: expected it here")?;
    match (dialect, address.is_empty(), &token) {
        (Dialect::Vitrine, ..) => return Err("`dialect`: expected one of another product".to_owned()),
        (Dialect::Metabase, _, Some(_)) | (Dialect::Sigma | Dialect::Looker, false, None) => {}
        (Dialect::Metabase, false, None) => {}
        (Dialect::Tableau, false, Some(_)) => {}
        (Dialect::Metabase, true, None) => return Err("expected `url` or `token`".to_owned()),
        (Dialect::Tableau, ..) => return Err("expected `url` and `token`".to_owned()),
        (Dialect::Sigma | Dialect::Looker, ..) => return Err("expected `url`, and no `token`".to_owned()),
    }
    let signs_on = provider.is_some() || path_in(&address) == SIGN_ON;
    let signer = match (signs_on, key) {
        (false, key) => SignedBy::Key(key),
        (true, None) if dialect == Dialect::Metabase => SignedBy::Provider(provider),
        (true, Some(_)) => {
            return Err("`key`: identity providers sign for single sign-on: expected `provider`".to_owned());
        }
        (true, None) => return Err(format!("`provider`: no identity provider signs for {dialect}")),
    };
    let element = ElementPath::try_from(element).map_err(|error| format!("`element`: {error}"))?;
    let expects = rows.is_some() || sha256.is_some() || csv.is_some();
    if expects == refused {
        return Err("expected one or more of `rows`, `sha256` and `csv`, or else `\"refused\": true`".to_owned());
    }
    let is_hash = |text: &String| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if sha256.as_ref().is_some_and(|text| !is_hash(text)) {
        return Err("`sha256`: expected 64 hexadecimal digits".to_owned());
    }
    let in_file = |file: PathBuf| {
        let path = beside.join(file);
        Rows::read(&path).map_err(|error: CsvError| format!("`csv`: `{}`: {error}", path.display()))
    };
    let in_file = csv.map(in_file).transpose()?;
    let sha256 = sha256.map(|text| text.to_ascii_lowercase());
    Ok(Recorded {
        name,
        dialect,
        address,
        token,
        signer,
        element,
        controls,
        row_count: rows,
        sha256,
        rows: in_file,
        refused,
    })
}

/// An address without its host and its fragment.
fn path_of(url: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    match url.split_once("://") {
        Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/").to_owned(),
        None => url.to_owned(),
    }
}

/// The path of an address.
fn path_in(address: &str) -> &str {
    address.split('?').next().unwrap_or_default()
}

/// Whose address it is.
fn told(address: &str) -> Option<Dialect> {
    let path = path_in(address);
    if path == SIGN_ON || path.starts_with("/embed/dashboard/") || path.starts_with("/embed/question/") {
        Some(Dialect::Metabase)
    } else if path.contains("/workbook/") || path.starts_with("/embed/1-") {
        Some(Dialect::Sigma)
    } else if looker::target(path).is_ok() {
        Some(Dialect::Looker)
    } else {
        path.contains("/views/").then_some(Dialect::Tableau)
    }
}
