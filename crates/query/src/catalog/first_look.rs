//! What is in a folder that no model describes yet.

use crate::catalog::{Fault, csv_file, parquet_file};
use crate::term::Value;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::DataType;
use model::value::{ColumnType, MAX_DIGITS, Scalar};
use std::fs;
use std::path::{Path, PathBuf};

/// The most files that are looked into.
const MOST_FILES: usize = 1_000;

/// A file, or a table of a database, that can be a table of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundTable {
    /// The file, relative to the folder, with `/` between folders; or `table` or `schema.table`.
    pub source: String,
    /// Its columns in their order, or why there is none.
    pub columns: Result<Vec<FoundColumn>, Fault>,
}

/// A column of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundColumn {
    /// As the file or database has it.
    pub name: String,
    /// The type that fits every value; `Err`: the one it has, which none of ours fits.
    pub kind: Result<ColumnType, String>,
}

/// Looks into every Parquet and CSV file below `folder`, in the order of their names.
///
/// A Parquet file says its types. Of a CSV file each value is read: a column gets the narrowest type that all of its
/// values spell in the one way that we read, and text otherwise, so that `007` stays what it is.
///
/// # Errors
/// A folder cannot be read, or has too many files.
pub fn look_into(folder: &Path) -> Result<Vec<FoundTable>, Fault> {
    let mut files = Vec::new();
    gather(folder, &mut files)?;
    let found = files.into_iter().map(|file| {
        let within = file.strip_prefix(folder).unwrap_or(&file);
        let parts: Vec<_> = within.iter().map(|part| part.to_string_lossy()).collect();
        FoundTable { source: parts.join("/"), columns: columns(&file) }
    });
    Ok(found.collect())
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Fault> {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
    let mut entries = entries.map_err(|_| Fault::Unreadable)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        // A link may lead out of the folder.
        let kind = entry.file_type().map_err(|_| Fault::Unreadable)?;
        if kind.is_dir() {
            gather(&path, files)?;
        } else if kind.is_file() && is_table(&path) {
            files.push(path);
        }
        if files.len() > MOST_FILES {
            return Err(Fault::TooManyFiles { most: MOST_FILES });
        }
    }
    Ok(())
}

fn is_table(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "parquet" || ending == "csv")
}

fn columns(file: &Path) -> Result<Vec<FoundColumn>, Fault> {
    if file.extension().is_some_and(|ending| ending == "parquet") {
        let schema = parquet_file::schema(file)?;
        let fields = schema.fields().iter();
        Ok(fields.map(|field| FoundColumn { name: field.name().clone(), kind: declared(field.data_type()) }).collect())
    } else {
        let (schema, batches) = csv_file::texts(file)?;
        let fields = schema.fields().iter().enumerate();
        Ok(fields
            .map(|(index, field)| FoundColumn { name: field.name().clone(), kind: Ok(spelled(index, &batches)) })
            .collect())
    }
}

/// The type that a Parquet column can be declared with.
fn declared(found: &DataType) -> Result<ColumnType, String> {
    let kind = match found {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(ColumnType::Text),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => Some(ColumnType::Integer),
        other => crate::term::kind_of(other),
    };
    kind.filter(|kind| crate::arrow_type::held_type(*kind, found).is_some()).ok_or_else(|| found.to_string())
}

/// The narrowest type that every value of a column of texts spells.
fn spelled(column: usize, batches: &[RecordBatch]) -> ColumnType {
    let values = || {
        let columns = batches.iter().map(move |batch| batch.column(column));
        columns.flat_map(|values| (0..values.len()).filter_map(|row| Value::read(values, row)?.scalar()))
    };
    let texts = || values().filter_map(|value| if let Scalar::Text(text) = value { Some(text) } else { None });
    let all_are = |kind| texts().all(|text| Scalar::parse(&text, kind).is_some());
    if texts().next().is_none() {
        return ColumnType::Text;
    }
    let candidates = [ColumnType::Boolean, ColumnType::Integer, ColumnType::Date, ColumnType::Timestamp];
    let plain = candidates.into_iter().find(|kind| all_are(*kind));
    plain.or_else(|| decimal(texts()).filter(|kind| all_are(*kind))).unwrap_or(ColumnType::Text)
}

/// The decimal with room for every number; `None`: something else is among them.
fn decimal(texts: impl Iterator<Item = String>) -> Option<ColumnType> {
    let (mut whole, mut scale) = (1, 0);
    for text in texts {
        let digits = text.strip_prefix('-').unwrap_or(&text);
        let (before, behind) = digits.split_once('.').unwrap_or((digits, ""));
        whole = whole.max(before.len());
        scale = scale.max(behind.len());
    }
    let (precision, scale) = (u8::try_from(whole + scale).ok()?, u8::try_from(scale).ok()?);
    (precision <= MAX_DIGITS).then_some(ColumnType::Decimal { precision, scale })
}
