//! How tables are kept: CSV and Parquet files, and the CSV that a database is filled from.

use crate::data::{Cell, Of, Row};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// The most rows that the engine reads at once in worlds of Parquet files.
pub(crate) const BATCH: usize = 64;

/// Rows of a row group.
const GROUP: usize = 2 * BATCH;

/// Rows of a page, so that pages are left out by their statistics too.
const PAGE: usize = 16;

/// Days from the first of year 1 of our calendar to 1970-01-01.
const EPOCH: i32 = 719_163;

/// What keeps the tables of a world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Storage {
    Csv,
    Parquet,
}

impl Storage {
    /// What the files' names end in.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

/// A table as it is written.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// Names and types.
    pub(crate) columns: Vec<(&'static str, &'static str)>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Table {
    /// The rows under their key.
    pub(crate) fn of(of: Of, rows: &[Row]) -> Self {
        let typed = of.columns().iter().map(|column| (column.name, column.kind));
        let cells = rows.iter().map(|row| std::iter::once(Cell::Integer(row.id)).chain(row.cells.iter().copied()));
        Self {
            name: of.name(),
            columns: std::iter::once((of.key(), "integer")).chain(typed).collect(),
            rows: cells.map(Iterator::collect).collect(),
        }
    }

    pub(crate) fn write(&self, folder: &Path, storage: Storage) -> io::Result<()> {
        let file = folder.join(format!("{}.{}", self.name, storage.extension()));
        match storage {
            Storage::Csv => std::fs::write(file, self.csv(false)),
            Storage::Parquet => self.parquet(File::create(file)?).map_err(io::Error::other),
        }
    }

    /// As CSV. Every other zero has a sign; `with_nan`: every other missing number is NaN, which databases have.
    pub(crate) fn csv(&self, with_nan: bool) -> String {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let mut text = names.join(",") + "\n";
        for (index, row) in self.rows.iter().enumerate() {
            let cells = row.iter().zip(&self.columns).map(|(cell, (_, kind))| match cell {
                Cell::Text(text) => format!("\"{}\"", text.replace('"', "\"\"")),
                Cell::Cents(0) if index % 2 == 0 => "-0.00".to_owned(),
                Cell::Null if with_nan && index % 2 == 0 && kind.starts_with("decimal") => "NaN".to_owned(),
                other => other.to_string(),
            });
            text += &cells.collect::<Vec<_>>().join(",");
            text.push('\n');
        }
        text
    }

    /// As a Parquet file of several row groups with statistics and Bloom filters, by which readers leave rows out.
    fn parquet(&self, file: File) -> Result<()> {
        let columns = self.columns.iter().map(|(name, kind)| format!("optional {};", physical(name, kind)));
        let schema = Arc::new(parse_message_type(&format!("message rows {{ {} }}", columns.collect::<String>()))?);
        let properties = WriterProperties::builder().set_data_page_row_count_limit(PAGE).set_write_batch_size(PAGE);
        let properties = properties.set_bloom_filter_enabled(true).set_bloom_filter_max_ndv(GROUP as u64).build();
        let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties))?;
        for rows in self.rows.chunks(GROUP) {
            let mut group = writer.next_row_group()?;
            let mut index = 0;
            while let Some(column) = group.next_column()? {
                let cells: Vec<Cell> = rows.iter().map(|row| row[index]).collect();
                write_column(column, self.columns[index].1, &cells)?;
                index += 1;
            }
            group.close()?;
        }
        writer.close().map(drop)
    }
}

fn physical(name: &str, kind: &str) -> String {
    match kind {
        "integer" => format!("int64 {name}"),
        "boolean" => format!("boolean {name}"),
        "date" => format!("int32 {name} (DATE)"),
        "timestamp" => format!("int64 {name} (TIMESTAMP(MICROS,true))"),
        "decimal(10,2)" => format!("int64 {name} (DECIMAL(10,2))"),
        _ => format!("binary {name} (STRING)"),
    }
}

fn write_column(mut column: SerializedColumnWriter<'_>, kind: &str, cells: &[Cell]) -> Result<()> {
    match kind {
        "integer" | "decimal(10,2)" | "timestamp" => write_cells::<Int64Type>(&mut column, cells, |cell| match cell {
            Cell::Integer(number) | Cell::Cents(number) => Some(number),
            Cell::Instant(at) => Some(at.timestamp_micros()),
            _ => None,
        }),
        "boolean" => {
            let flag = |cell| if let Cell::Flag(flag) = cell { Some(flag) } else { None };
            write_cells::<BoolType>(&mut column, cells, flag)
        }
        "date" => write_cells::<Int32Type>(&mut column, cells, |cell| match cell {
            Cell::Day(day) => Some(chrono::Datelike::num_days_from_ce(&day) - EPOCH),
            _ => None,
        }),
        _ => {
            let text = |cell| if let Cell::Text(text) = cell { Some(ByteArray::from(text)) } else { None };
            write_cells::<ByteArrayType>(&mut column, cells, text)
        }
    }?;
    column.close()
}

fn write_cells<T: DataType>(
    column: &mut SerializedColumnWriter<'_>,
    cells: &[Cell],
    value: impl Fn(Cell) -> Option<T::T>,
) -> Result<()> {
    let found: Vec<Option<T::T>> = cells.iter().map(|cell| value(*cell)).collect();
    let levels: Vec<i16> = found.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = found.into_iter().flatten().collect();
    column.typed::<T>().write_batch(&values, Some(&levels), None).map(drop)
}
