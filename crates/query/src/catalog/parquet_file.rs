//! Tables in Parquet files: read from disk by every query, pruned by its filters.

use crate::arrow_type::held_type;
use crate::catalog::{Fault, Faults};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::common::config::TableParquetOptions;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use model::name::ColumnName;
use model::value::ColumnType;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// Opens the file, an absolute path, as a table of the declared columns. A file's other columns do not exist.
pub(super) fn open(file: &Path, columns: &BTreeMap<ColumnName, ColumnType>) -> Result<Arc<dyn TableProvider>, Faults> {
    let whole = |fault| vec![(None, fault)];
    let found: SchemaRef = schema(file).map_err(whole)?;
    let schema = held_schema(columns, &found)?;
    listing(file, schema).ok_or_else(|| whole(Fault::Unreadable))
}

/// The columns that the file has.
pub(super) fn schema(file: &Path) -> Result<SchemaRef, Fault> {
    let opened = File::open(file).map_err(|_| Fault::Unreadable)?;
    let footer = ParquetRecordBatchReaderBuilder::try_new(opened).map_err(|_| Fault::Unreadable)?;
    Ok(Arc::clone(footer.schema()))
}

/// The declared columns as they are held; every column that does not fit.
fn held_schema(columns: &BTreeMap<ColumnName, ColumnType>, found: &Schema) -> Result<Schema, Faults> {
    let mut faults = Vec::new();
    let mut fields = Vec::with_capacity(columns.len());
    for (name, expected) in columns {
        match held_field(name, *expected, found) {
            Ok(field) => fields.push(field),
            Err(fault) => faults.push((Some(name.clone()), fault)),
        }
    }
    if faults.is_empty() { Ok(Schema::new(fields)) } else { Err(faults) }
}

fn held_field(name: &ColumnName, expected: ColumnType, found: &Schema) -> Result<Field, Fault> {
    let found = found.field_with_name(name.as_str()).map_err(|_| Fault::MissingColumn { expected })?.data_type();
    let held = held_type(expected, found).ok_or_else(|| Fault::WrongType { expected, found: found.to_string() })?;
    Ok(Field::new(name.as_str(), held, true))
}

fn listing(file: &Path, schema: Schema) -> Option<Arc<dyn TableProvider>> {
    let mut options = TableParquetOptions::default();
    options.global.pushdown_filters = true;
    let format = ParquetFormat::default().with_options(options);
    let address = ListingTableUrl::try_new(url::Url::from_file_path(file).ok()?, None).ok()?;
    let config = ListingTableConfig::new(address)
        .with_listing_options(ListingOptions::new(Arc::new(format)))
        .with_schema(Arc::new(schema));
    Some(Arc::new(ListingTable::try_new(config).ok()?))
}
