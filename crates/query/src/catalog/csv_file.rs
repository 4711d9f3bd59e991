//! Tables in CSV files: small, read whole when the catalog is opened.
//!
//! Reading them later, with each query, would let a malformed line that the viewer may not see fail the viewer's query.

use crate::arrow_type::arrow_type;
use crate::catalog::{Fault, Faults};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::csv::ReaderBuilder;
use datafusion::arrow::csv::reader::Format;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use model::name::ColumnName;
use model::value::ColumnType;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::Path;
use std::sync::Arc;

/// The largest file that is read, in units of 2^20 bytes.
const MEGABYTES: u64 = 64;

/// Reads the file, whose first line names its columns, as a table of the declared columns. Empty cells are NULL.
pub(super) fn open(file: &Path, columns: &BTreeMap<ColumnName, ColumnType>) -> Result<Arc<dyn TableProvider>, Faults> {
    let whole = |fault: Fault| vec![(None, fault)];
    let mut file = opened(file).map_err(whole)?;
    let layout = layout(&mut file, columns)?;
    let (schema, batches) = read(file, layout).ok_or_else(|| whole(Fault::WrongValue))?;
    let table = MemTable::try_new(Arc::new(schema), vec![batches]).map_err(|_| whole(Fault::Unreadable))?;
    Ok(Arc::new(table))
}

/// The whole file, every column as text.
pub(super) fn texts(file: &Path) -> Result<(Schema, Vec<RecordBatch>), Fault> {
    let mut file = opened(file)?;
    let found = header(&mut file)?;
    let fields = found.fields().iter().map(|field| Field::new(field.name(), DataType::Utf8View, true));
    let all = Schema::new(fields.collect::<Vec<_>>());
    let declared = (0..all.fields().len()).collect();
    read(file, Layout { all, declared }).ok_or(Fault::WrongValue)
}

fn opened(file: &Path) -> Result<File, Fault> {
    let file = File::open(file).map_err(|_| Fault::Unreadable)?;
    let length = file.metadata().map_err(|_| Fault::Unreadable)?.len();
    if length > MEGABYTES << 20 { Err(Fault::TooLarge { megabytes: MEGABYTES }) } else { Ok(file) }
}

/// The columns that the first line names.
fn header(file: &mut File) -> Result<Schema, Fault> {
    let header = Format::default().with_header(true);
    let (found, _) = header.infer_schema(BufReader::new(&*file), Some(0)).map_err(|_| Fault::Unreadable)?;
    file.rewind().map_err(|_| Fault::Unreadable)?;
    Ok(found)
}

/// Every column of the file in its order, and which of them are declared.
struct Layout {
    all: Schema,
    declared: Vec<usize>,
}

fn layout(file: &mut File, columns: &BTreeMap<ColumnName, ColumnType>) -> Result<Layout, Faults> {
    let found = header(file).map_err(|fault| vec![(None, fault)])?;
    let missing = columns.iter().filter(|(name, _)| found.field_with_name(name.as_str()).is_err());
    let missing: Faults =
        missing.map(|(name, kind)| (Some(name.clone()), Fault::MissingColumn { expected: *kind })).collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    let kind = |name: &str| columns.iter().find(|(column, _)| column.as_str() == name).map(|(_, kind)| *kind);
    let field = |field: &Arc<Field>| {
        let held = kind(field.name()).map_or(DataType::Utf8View, arrow_type);
        Field::new(field.name(), held, true)
    };
    let declared = found.fields().iter().enumerate().filter(|(_, field)| kind(field.name()).is_some());
    let declared = declared.map(|(index, _)| index).collect();
    Ok(Layout { all: Schema::new(found.fields().iter().map(field).collect::<Vec<_>>()), declared })
}

fn read(file: File, layout: Layout) -> Option<(Schema, Vec<RecordBatch>)> {
    let schema = layout.all.project(&layout.declared).ok()?;
    let reader = ReaderBuilder::new(Arc::new(layout.all)).with_header(true).with_projection(layout.declared);
    let batches = reader.build(file).ok()?.collect::<Result<Vec<_>, _>>().ok()?;
    Some((schema, batches))
}
