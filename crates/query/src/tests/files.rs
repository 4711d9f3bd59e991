//! Answers from files, whose types are not all those in which columns are held.

use super::world::{World, access_of, only, query, shown};
use crate::cache::CacheFigures;
use crate::catalog::{Catalog, open_table};
use crate::limits::Limits;
use crate::run::{Engine, physical};
use crate::session::Pieces;
use datafusion::arrow::array::{
    ArrayRef, Decimal128Array, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::file::properties::WriterProperties;
use datafusion::physical_plan::displayable;
use model::filter::RowFilter;
use model::name::TableName;
use model::rule::Comparison;
use model::semantic::Model;
use model::value::Scalar;
use serde_json::json;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// The largest number of 38 digits.
const LARGEST: i128 = 99_999_999_999_999_999_999_999_999_999_999_999_999;

fn model() -> Model {
    serde_json::from_value(json!({
        "connection": "demo",
        "tables": {"sales": {"source": "sales.parquet", "columns": {
            "tenant": "integer", "name": "text", "amount": "decimal(38,2)", "at": "timestamp",
        }}},
        "explores": {"sales": {
            "table": "sales",
            "dimensions": {
                "tenant": {"column": "sales.tenant"},
                "at": {"column": "sales.at"},
                "day": {"column": "sales.at", "grain": "day"},
                "week": {"column": "sales.at", "grain": "week"},
            },
            "measures": {
                "total": {"sum": "sales.amount"},
                "mean": {"average": "sales.amount"},
                "last": {"max": "sales.name"},
            },
        }},
    }))
    .expect("a model")
}

/// Three sales of two tenants in narrow integers, plain text and timestamps without a zone.
fn write(folder: &Path) {
    write_rows(folder, usize::MAX);
}

/// The first `most` of them.
fn write_rows(folder: &Path, most: usize) {
    let amounts =
        Decimal128Array::from(vec![1050, LARGEST, LARGEST]).with_precision_and_scale(38, 2).expect("decimals");
    let at = vec![1_388_534_399_999_999, -1, 0];
    let rows = RecordBatch::try_from_iter([
        ("tenant", Arc::new(Int32Array::from(vec![1, 2, 2])) as ArrayRef),
        ("name", Arc::new(StringArray::from(vec!["a", "b", "c"]))),
        ("amount", Arc::new(amounts)),
        ("at", Arc::new(TimestampMicrosecondArray::from(at))),
    ])
    .expect("a batch");
    let rows = rows.slice(0, most.min(rows.num_rows()));
    let file = File::create(folder.join("sales.parquet")).expect("a file");
    let mut writer = ArrowWriter::try_new(file, rows.schema(), None).expect("a writer");
    writer.write(&rows).expect("rows");
    writer.close().expect("a footer");
}

async fn ask(question: serde_json::Value, rows: RowFilter) -> Result<Vec<Vec<String>>, String> {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path());
    let model = model();
    let opened = model.tables.iter().map(|(name, table)| -> (TableName, _) {
        let opened = open_table(folder.path(), table).unwrap_or_else(|faults| panic!("{faults:?}"));
        (name.clone(), opened.provider().expect("a file"))
    });
    let access = access_of(&model, rows, RowFilter::Everything);
    let world = World::over(model.clone(), opened.collect::<Vec<_>>());
    let answer = world.ask(&query(question), &access).await;
    answer.map(|answer| shown(&answer)).map_err(|error| error.to_string())
}

#[tokio::test]
async fn policies_and_filters_hold_on_narrow_integers_and_zoneless_timestamps() {
    let mine = only("tenant", Comparison::Equal, Scalar::Integer(1));
    let rows = ask(json!({"fields": ["tenant", "at", "day", "week", "last"]}), mine.clone()).await;
    assert_eq!(
        rows,
        Ok(vec![["1", "2013-12-31T23:59:59.999999+00:00", "2013-12-31", "2013-12-30", "a"].map(String::from).to_vec()])
    );
    let before = json!({"field": "at", "operator": "less", "values": ["1970-01-01T00:00:00Z"]});
    let rows = ask(json!({"fields": ["tenant", "day"], "filters": [before]}), RowFilter::Everything).await;
    assert_eq!(rows, Ok(vec![vec!["2".to_owned(), "1969-12-31".to_owned()]]));
    let at = only("at", Comparison::Greater, Scalar::Timestamp(chrono::DateTime::UNIX_EPOCH));
    assert_eq!(ask(json!({"fields": ["tenant"]}), at).await, Ok(vec![vec!["1".to_owned()]]));
}

#[tokio::test]
async fn sums_of_38_digits_are_exact_or_refused() {
    let mine = only("tenant", Comparison::Equal, Scalar::Integer(1));
    let question = json!({"fields": ["total", "mean"]});
    assert_eq!(ask(question.clone(), mine).await, Ok(vec![vec!["10.50".to_owned(), "10.500000".to_owned()]]));
    let one = only("name", Comparison::Equal, Scalar::Text("b".into()));
    let largest = format!("{}.99", LARGEST / 100);
    assert_eq!(ask(json!({"fields": ["total"]}), one).await, Ok(vec![vec![largest]]));
    let theirs = only("tenant", Comparison::Equal, Scalar::Integer(2));
    let refusal = ask(json!({"fields": ["total"]}), theirs).await;
    assert_eq!(refusal, Err("the value of field `total` is too large for its type".to_owned()));
    let first = json!({"fields": ["tenant", "total"], "limit": 1});
    let of_the_first = Ok(vec![vec!["1".to_owned(), "10.50".to_owned()]]);
    assert_eq!(ask(first, RowFilter::Everything).await, of_the_first, "nobody asked for the total of the second");
}

/// Where pieces are small, two parts read a small file, each some of its row groups; the answers are the same.
#[tokio::test]
async fn answers_do_not_depend_on_the_pieces_in_which_a_file_is_read() {
    let (folder, model) = (tempfile::tempdir().expect("a folder"), model());
    write_groups(folder.path());
    let name = TableName::new("sales").expect("a name");
    let access = access_of(&model, only("tenant", Comparison::Equal, Scalar::Integer(1)), RowFilter::Everything);
    let mut told = Vec::new();
    for (pieces, is_divided) in [(Pieces::default(), false), (Pieces { batch_rows: 64, split_from_bytes: 1 }, true)] {
        let table = open_table(folder.path(), &model.tables[&name]).unwrap_or_else(|faults| panic!("{faults:?}"));
        let catalog = Catalog::of_opened(("shop".parse().expect("a name"), model.clone()), [(name.clone(), table)]);
        let world = World { catalog: catalog.in_pieces(pieces), limits: Limits::default(), twin: None };
        let question = query(json!({"fields": ["day", "total", "last"], "limit": 5}));
        let plan = world.plan(&question, &access).expect("a plan");
        let physical = physical(&plan.state, &plan.plan).await.expect("a plan");
        let shape = displayable(physical.as_ref()).indent(false).to_string();
        assert_eq!(shape.contains("file_groups={2 groups"), is_divided, "{shape}");
        told.push(world.ask(&question, &access).await.expect("an answer"));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(told[0].rows.len(), 5);
}

/// 1000 sales of three tenants on 250 days, 100 in each row group.
fn write_groups(folder: &Path) {
    let ids = 0..1000_i64;
    let amounts = Decimal128Array::from_iter_values(ids.clone().map(i128::from)).with_precision_and_scale(38, 2);
    let rows = RecordBatch::try_from_iter([
        ("tenant", Arc::new(Int64Array::from_iter_values(ids.clone().map(|id| id % 3))) as ArrayRef),
        ("name", Arc::new(StringArray::from_iter_values(ids.clone().map(|id| id.to_string())))),
        ("amount", Arc::new(amounts.expect("decimals"))),
        ("at", Arc::new(TimestampMicrosecondArray::from_iter_values(ids.map(|id| id % 250 * 86_400_000_000)))),
    ]);
    let rows = rows.expect("a batch");
    let file = File::create(folder.join("sales.parquet")).expect("a file");
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(100)).build();
    let mut writer = ArrowWriter::try_new(file, rows.schema(), Some(properties)).expect("a writer");
    writer.write(&rows).expect("rows");
    writer.close().expect("a footer");
}

/// An answer is kept as long as the files are the same.
#[tokio::test]
async fn a_file_that_was_written_again_is_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    write_rows(folder.path(), 2);
    let (model, name) = (model(), TableName::new("sales").expect("a name"));
    let table = open_table(folder.path(), &model.tables[&name]).unwrap_or_else(|faults| panic!("{faults:?}"));
    let catalog = Catalog::of_opened(("shop".parse().expect("a name"), model.clone()), [(name, table)]);
    let world = World { catalog, limits: Limits::default(), twin: None };
    let access = access_of(&model, RowFilter::Everything, RowFilter::Everything);
    let engine = Engine::new(Limits::default()).caching(1 << 20);
    let names = async || {
        let plan = world.plan(&query(json!({"fields": ["last"]})), &access).expect("a plan");
        shown(&engine.run(plan).await.expect("an answer")).concat()
    };
    assert_eq!((names().await, names().await), (vec!["b".to_owned()], vec!["b".to_owned()]));
    assert_eq!(engine.cache_figures(), CacheFigures { hits: 1, misses: 1 });
    write_rows(folder.path(), 3);
    assert_eq!(names().await, ["c"]);
}
