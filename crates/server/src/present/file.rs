//! Forms of files.

use super::json::{object_value, people_read};
use super::{csv, json, writing};
use query::{Cell, OutputColumn};
use serde::Deserialize;
use serde_json::Value;
use std::path::Path;
use utoipa::ToSchema;

/// Formats of downloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// RFC 4180 with a header line of labels, UTF-8.
    Csv,
    /// A spreadsheet of one sheet with a header line of labels.
    Xlsx,
    /// A list of objects whose members are labels.
    Json,
    /// An Arrow IPC stream whose fields are called as those of the query.
    Arrow,
}

impl FileFormat {
    /// The file name's end, and the format's name in addresses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
            Self::Arrow => "arrows",
        }
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Json => "application/json",
            Self::Arrow => "application/vnd.apache.arrow.stream",
        }
    }
}

/// A format, and how it is written.
#[derive(Debug, Clone, Copy)]
pub struct FileForm {
    /// The format.
    pub format: FileFormat,
    lines: csv::Lines,
    value: fn(&Cell) -> Value,
}

/// As Vitrine writes it.
impl From<FileFormat> for FileForm {
    fn from(format: FileFormat) -> Self {
        Self { format, lines: csv::Lines::CarriageReturnLineFeed, value: object_value }
    }
}

impl FileForm {
    /// As Metabase writes it: lines of CSV end with a line feed alone, and values of JSON are texts where they are wanted
    /// as people read them.
    #[must_use]
    pub fn of_metabase(format: FileFormat, format_rows: bool) -> Self {
        Self { format, lines: csv::Lines::LineFeed, value: if format_rows { people_read } else { object_value } }
    }

    /// Begins to write such a file: its headings.
    pub(super) fn begin(
        self,
        file: writing::Bounded,
        columns: &[OutputColumn],
        folder: &Path,
    ) -> Result<Box<dyn writing::RowWriter>, writing::Unwritten> {
        Ok(match self.format {
            FileFormat::Csv => Box::new(csv::Csv::begin(file, columns, self.lines)?),
            FileFormat::Xlsx => Box::new(super::xlsx::Xlsx::begin(file, columns, folder)?),
            FileFormat::Json => Box::new(json::Objects::begin(file, columns, self.value)?),
            FileFormat::Arrow => Box::new(super::arrow::Arrow::begin(file, columns)?),
        })
    }
}
