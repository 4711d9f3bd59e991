//! Ten million orders in a Parquet file, those of each tenant together.

use crate::Outcome;
use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

const ROWS: usize = 10_000_000;

/// Rows of a row group.
const GROUP: usize = 100_000;

/// 2013-01-01, in days since 1970.
const FIRST_DAY: i32 = 15_706;

const SCHEMA: &str = "message orders { required binary tenant (STRING); required int64 number; required int32 day (DATE); \
     required binary status (STRING); required binary product (STRING); required int64 amount (DECIMAL(12,2)); }";

const STATES: [&str; 4] = ["new", "paid", "returned", "sent"];

/// The elements of the page.
pub(crate) const ELEMENTS: [&str; 8] = ["orders", "amount", "average", "months", "states", "best", "both", "single"];

/// What a tenant is called.
pub(crate) fn tenant(number: usize) -> String {
    format!("T{number:06}")
}

/// Adds orders of so many tenants to the folder.
pub(crate) fn definitions(folder: &Path, tenants: usize) -> Outcome<()> {
    add_orders(folder, "files", "orders.parquet")?;
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?)).build();
    let (file, schema) = (File::create(folder.join("data/orders.parquet"))?, Arc::new(parse_message_type(SCHEMA)?));
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties))?;
    for first in (0..ROWS).step_by(GROUP) {
        let mut group = writer.next_row_group()?;
        // Numbers that look like chance, the same in each run.
        let mixed =
            |row: usize, seed: usize| (row.wrapping_mul(2_654_435_761).wrapping_add(seed * 40_503) >> 7) % 1_000_003;
        let text = |text: &str| ByteArray::from(text);
        write::<ByteArrayType>(&mut group, first, |row| text(&tenant(row * tenants / ROWS)))?;
        write::<Int64Type>(&mut group, first, |row| i64::try_from(row).unwrap_or_default())?;
        write::<Int32Type>(&mut group, first, |row| {
            FIRST_DAY + i32::try_from(mixed(row, 1) % 1095).unwrap_or_default()
        })?;
        write::<ByteArrayType>(&mut group, first, |row| {
            text(STATES.get(mixed(row, 2) % STATES.len()).copied().unwrap_or_default())
        })?;
        write::<ByteArrayType>(&mut group, first, |row| text(&format!("Product {}", mixed(row, 3) % 500)))?;
        write::<Int64Type>(&mut group, first, |row| i64::try_from(mixed(row, 4)).unwrap_or_default())?;
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

fn write<T: DataType>(
    group: &mut SerializedRowGroupWriter<'_, File>,
    first: usize,
    value: impl Fn(usize) -> T::T,
) -> Outcome<()> {
    let mut column = group.next_column()?.ok_or("a column too many")?;
    let values: Vec<T::T> = (first..first + GROUP).map(value).collect();
    column.typed::<T>().write_batch(&values, None, None)?;
    column.close()?;
    Ok(())
}

/// Adds a model of orders, with eight elements over them, to the demo in the folder.
pub(crate) fn add_orders(folder: &Path, connection: &str, source: &str) -> Outcome<()> {
    let mut grants = OpenOptions::new().append(true).open(folder.join("grants.yaml"))?;
    writeln!(grants, "  - {{to: {{team: Analysts}}, on: {{model: orders}}, level: use}}")?;
    fs::write(folder.join("models/orders.yaml"), MODEL.replace("CONNECTION", connection).replace("SOURCE", source))?;
    fs::write(folder.join("workbooks/orders.yaml"), WORKBOOK)?;
    Ok(())
}

const MODEL: &str = r#"connection: CONNECTION
tables:
  orders:
    source: SOURCE
    columns: {tenant: text, number: integer, day: date, status: text, product: text, amount: "decimal(12,2)"}
    row_policies:
      - {name: own, permit: {teams: [Analysts]}, rule: tenant = user_attribute('carrier')}
explores:
  orders:
    title: Orders
    table: orders
    dimensions:
      number: {column: orders.number}
      day: {column: orders.day}
      month: {column: orders.day, grain: month}
      status: {column: orders.status}
      product: {column: orders.product}
      worth: {column: orders.amount}
    measures:
      orders: {count: rows}
      amount: {sum: orders.amount}
      average: {average: orders.amount}
      products: {count_distinct: orders.product}
"#;

const WORKBOOK: &str = "title: Orders
in: {folder: operations/flights}
pages:
  - name: main
    title: Main
    elements:
      - {name: orders, show: {data: {query: {explore: orders.orders, fields: [orders]}, chart: {type: kpi, value: orders}}}}
      - {name: amount, show: {data: {query: {explore: orders.orders, fields: [amount]}, chart: {type: kpi, value: amount}}}}
      - {name: average, show: {data: {query: {explore: orders.orders, fields: [average, products]}, chart: {type: table}}}}
      - {name: months, show: {data: {query: {explore: orders.orders, fields: [month, orders, amount]}, chart: {type: table}}}}
      - {name: states, show: {data: {query: {explore: orders.orders, fields: [status, orders]}, chart: {type: table}}}}
      - name: best
        show:
          data:
            query: {explore: orders.orders, fields: [product, amount], sorts: [{field: amount, descending: true}], limit: 10}
            chart: {type: table}
      - {name: both, show: {data: {query: {explore: orders.orders, fields: [month, status, amount]}, chart: {type: table}}}}
      - name: single
        show:
          data:
            query: {explore: orders.orders, fields: [number, day, worth], sorts: [{field: day, descending: true}], limit: 50}
            chart: {type: table}
";
