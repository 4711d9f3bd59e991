//! Downloads: all rows in their order, some at a time, in bounded memory.

use super::world::{
    PLACES, Row, SALES, World, access, batch, everything, model, only, place, query, sale, shown, table,
};
use crate::answer::Answer;
use crate::arrow_stream::ArrowStream;
use crate::catalog::Catalog;
use crate::download::Chunk;
use crate::error::QueryError;
use crate::limits::{DownloadLimits, Limits};
use crate::run::Engine;
use crate::secure::access::Access;
use crate::secure::pictured::pictured_with;
use crate::secure::plan::Purpose;
use crate::secure::{SecuredDownload, SecuredPlan, download_with};
use datafusion::arrow::array::{Array as _, RecordBatch};
use datafusion::arrow::datatypes::DataType;
use datafusion::arrow::ipc::reader::StreamReader;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::logical_expr::LogicalPlanBuilder;
use model::filter::RowFilter;
use model::name::TableName;
use model::query::Query;
use model::rule::Comparison;
use model::value::Scalar;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

fn plan(
    catalog: &Catalog,
    query: &Query,
    access: &Access,
    tables: &[(&str, u32)],
    limits: &Limits,
) -> Result<SecuredDownload, QueryError> {
    let of_table = |table: &TableName| tables.iter().find(|(name, _)| table.as_str() == *name).map(|(_, rows)| *rows);
    download_with(catalog, query, access, &of_table, limits, Purpose::Answer)
}

/// All of a download, some rows at a time.
async fn chunks(limits: &Limits, plan: SecuredDownload) -> Result<Vec<Chunk>, QueryError> {
    let mut download = Engine::new(limits.clone()).download(plan).await?;
    let mut chunks = Vec::new();
    while let Some(chunk) = download.next().await? {
        chunks.push(chunk);
    }
    Ok(chunks)
}

async fn downloaded(
    catalog: &Catalog,
    limits: &Limits,
    question: &Query,
    access: &Access,
) -> Result<Vec<Vec<String>>, QueryError> {
    let chunks = chunks(limits, plan(catalog, question, access, &[], limits)?).await?;
    let rows = chunks.iter().flat_map(Chunk::cells).collect::<Result<Vec<_>, _>>()?;
    Ok(shown(&Answer { columns: vec![], rows, truncated: false }))
}

/// Many sales, in batches of 200, in no order.
fn many(count: i64) -> World {
    let sales: Vec<Row> = (0..count)
        .map(|id| {
            let shuffled = id * 7919 % count;
            sale(shuffled, Some(shuffled % 3), &format!("sale {:03}", shuffled % 50), shuffled)
        })
        .collect();
    let (first, second) = sales.split_at(sales.len() / 2);
    let batches = |rows: &[Row]| rows.chunks(200).map(|rows| batch(&SALES, rows)).collect::<Vec<RecordBatch>>();
    let schema = batch(&SALES, &[]).schema();
    let sales = Arc::new(MemTable::try_new(schema, vec![batches(first), batches(second)]).expect("a table"));
    let name = |name: &str| TableName::new(name).expect("a name");
    let places = table(&PLACES, &[place(1, "Delft"), place(2, "Brno")]);
    World::over(model(), [(name("sales"), sales as _), (name("places"), places)])
}

/// With little memory rows wait on disk: the same rows come, in the same order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_wait_on_disk_come_in_the_same_order() {
    let mut world = many(40_000);
    (world.limits.rows, world.limits.time) = (100_000, Duration::from_secs(120));
    let mut all = everything();
    all.row_cap = 100_000;
    let question =
        query(json!({"fields": ["name", "id", "city", "amount"], "sorts": [{"field": "name", "descending": true}]}));
    let answer = shown(&world.ask(&question, &all).await.expect("an answer"));
    assert_eq!(answer.len(), 40_000);
    let little = DownloadLimits { memory_bytes: 16 << 20, ..DownloadLimits::default() };
    let no_disk = DownloadLimits { bytes: 0, ..little.clone() };
    let enough = DownloadLimits { bytes: 0, memory_bytes: 1 << 30, ..DownloadLimits::default() };
    let limited = |downloads: &DownloadLimits| Limits { downloads: downloads.clone(), ..world.limits.clone() };
    let told = downloaded(&world.catalog, &limited(&little), &question, &all).await;
    assert!(told.as_ref() == Ok(&answer), "{:?}", told.err());
    let told = downloaded(&world.catalog, &limited(&enough), &question, &all).await;
    assert!(told.as_ref() == Ok(&answer), "it needs no disk: {:?}", told.err());
    let refused = downloaded(&world.catalog, &limited(&no_disk), &question, &all).await;
    assert!(
        refused.as_ref() == Err(&QueryError::MemoryLimit),
        "with little memory it needs the disk: {:?}",
        refused.err()
    );
}

/// Groups that do not fit wait on disk too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_that_wait_on_disk_add_up_to_the_same() {
    let mut world = many(40_000);
    (world.limits.rows, world.limits.time) = (100_000, Duration::from_secs(120));
    let mut all = everything();
    all.row_cap = 100_000;
    let question = query(json!({"fields": ["id", "name", "total", "rows"]}));
    let answer = shown(&world.ask(&question, &all).await.expect("an answer"));
    world.limits.downloads.memory_bytes = 16 << 20;
    let told = downloaded(&world.catalog, &world.limits, &question, &all).await;
    assert!(told.as_ref() == Ok(&answer), "{:?}", told.err());
}

/// What an answer has, a download has, also from a database: under policies, with limits, nulls and sorts.
#[tokio::test]
async fn a_download_has_the_rows_of_the_answer_on_both_engines() {
    let sales: Vec<Row> = (1..=40).map(|id| sale(id, (id % 4 > 0).then_some(id % 4), "a", id % 7)).collect();
    let world = World::new(&sales, &[place(1, "Delft"), place(2, "Brno"), place(3, "Ghent")]);
    let delft = only("city", Comparison::Equal, Scalar::Text("Delft".into()));
    let late = only("id", Comparison::Greater, Scalar::Integer(20));
    let twin = world.twin.as_ref().expect("a database").catalog().await;
    for (sales, places) in [(RowFilter::Everything, delft), (late, RowFilter::Everything)] {
        let access = access(sales, places);
        for question in [
            json!({"fields": ["id", "city", "amount"]}),
            json!({"fields": ["city", "total", "rows"], "sorts": [{"field": "total", "descending": true}]}),
            json!({"fields": ["id", "city"], "limit": 3, "sorts": [{"field": "city", "descending": true}]}),
            json!({"fields": ["id"], "filters": [{"field": "city", "operator": "is_null"}]}),
            json!({"fields": ["id", "total_so_far"]}),
        ] {
            let question = query(question);
            let answer = shown(&world.ask(&question, &access).await.expect("an answer"));
            for catalog in [&world.catalog, twin] {
                assert_eq!(
                    downloaded(catalog, &world.limits, &question, &access).await,
                    Ok(answer.clone()),
                    "{question:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn the_smallest_limit_of_the_tables_that_are_read_holds() {
    let mut world = many(10);
    let cases = [
        (json!({"fields": ["id"]}), 10, &[][..], Ok(10)),
        (json!({"fields": ["id"]}), 9, &[], Err(9)),
        (json!({"fields": ["id"]}), 20, &[("sales", 10)], Ok(10)),
        (json!({"fields": ["id"]}), 20, &[("sales", 9)], Err(9)),
        (json!({"fields": ["id"]}), 20, &[("sales", 15), ("places", 0)], Ok(10)),
        (json!({"fields": ["id", "city"]}), 20, &[("sales", 15), ("places", 5)], Err(5)),
        (
            json!({"fields": ["id"], "filters": [{"field": "city", "operator": "is_not_null"}]}),
            20,
            &[("places", 0)],
            Err(0),
        ),
        // A file of as many rows as were asked for is no short one.
        (json!({"fields": ["id"], "limit": 4}), 20, &[("sales", 4)], Ok(4)),
        (json!({"fields": ["id"], "limit": 6}), 20, &[("sales", 4)], Err(4)),
        (json!({"fields": ["rows"]}), 1, &[], Ok(1)),
    ];
    for (question, server, tables, expected) in cases {
        world.limits.downloads.rows = server;
        for rows in [2, 1_000] {
            // Whether it is sorted as for a page or not.
            world.limits.rows = rows;
            let question = query(question.clone());
            let plan = plan(&world.catalog, &question, &everything(), tables, &world.limits).expect("a plan");
            let told = chunks(&world.limits, plan).await.map(|chunks| chunks.iter().map(Chunk::rows).sum());
            let expected = expected.map_err(|most| QueryError::TooManyRows { most });
            assert_eq!(told, expected, "{question:?} {server} {tables:?}");
        }
    }
}

/// A picture says where the server cuts rows off, and is none where a table does.
#[tokio::test]
async fn a_picture_has_rows_as_a_page_and_no_more_than_may_be_downloaded() {
    let mut world = many(10);
    let cases = [
        (json!({"fields": ["id"]}), 10, &[][..], Ok((10, false))),
        (json!({"fields": ["id"]}), 4, &[], Ok((4, true))),
        (json!({"fields": ["id"]}), 20, &[("sales", 10)], Ok((10, false))),
        (json!({"fields": ["id"]}), 20, &[("sales", 9)], Err(9)),
        (json!({"fields": ["id", "city"]}), 20, &[("sales", 15), ("places", 5)], Err(5)),
        (json!({"fields": ["id"], "limit": 4}), 20, &[("sales", 4)], Ok((4, false))),
        (json!({"fields": ["rows"]}), 20, &[("sales", 0)], Err(0)),
    ];
    for (question, server, tables, expected) in cases {
        world.limits.rows = server;
        let question = query(question);
        let rows = |name: &TableName| tables.iter().find(|(one, _)| name.as_str() == *one).map(|(_, rows)| *rows);
        // The second time the plan is one that is kept.
        for _ in 0..2 {
            let plan = pictured_with(&world.catalog, &question, &everything(), &rows, &world.limits).expect("a plan");
            let told = Engine::new(world.limits.clone()).rows_of_picture(plan).await;
            let told = told.map(|answer| (answer.rows.len(), answer.truncated));
            let expected = expected.map_err(|most| QueryError::TooManyRows { most });
            assert_eq!(told, expected, "{question:?} {server} {tables:?}");
        }
    }
}

#[tokio::test]
async fn the_time_of_a_download_is_bounded() {
    let mut world = many(1_000);
    let question = query(json!({"fields": ["id"]}));
    world.limits.downloads.time = Duration::ZERO;
    let refused = downloaded(&world.catalog, &world.limits, &question, &everything()).await;
    assert_eq!(refused, Err(QueryError::TimeLimit));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropping_a_download_frees_what_it_held() {
    let world = many(5_000);
    let question = query(json!({"fields": ["id", "name"]}));
    let plan = plan(&world.catalog, &question, &everything(), &[], &world.limits).expect("a plan");
    let state = Arc::downgrade(&plan.plan.state);
    let held = state.strong_count();
    let mut download = Engine::new(world.limits.clone()).download(plan).await.expect("a download");
    assert!(download.next().await.expect("rows").is_some());
    drop(download);
    assert_eq!(state.strong_count(), held - 1, "nothing of it is left");
}

/// The last look at a plan is taken of downloads too.
#[tokio::test]
async fn a_download_past_the_barrier_is_refused() {
    let world = many(10);
    let bare = LogicalPlanBuilder::scan("sales", provider_as_source(table(&SALES, &[sale(1, None, "a", 1)])), None);
    let plan = SecuredPlan {
        plan: bare.expect("a scan").build().expect("a plan"),
        columns: vec![],
        limit: 10,
        time_zone: model::time_zone::TimeZone::UTC,
        tells_of_cut: false,
        source: None,
        tables: BTreeSet::new(),
        state: Arc::clone(&world.catalog.state),
    };
    let refused = Engine::default().download(SecuredDownload { plan, most: 10 }).await.map(drop);
    assert_eq!(refused, Err(QueryError::Internal));
}

/// Each type, at its edges, as an Arrow stream of standard types.
#[tokio::test]
async fn an_arrow_stream_has_the_values_of_the_answer() {
    let mut none = sale(9_007_199_254_740_993, None, "é", -9_999_999_999);
    (none[2], none[4], none[5]) = (None, None, None);
    let world = World::new(&[none, sale(-1, Some(1), "=a", 5)], &[place(1, "Delft")]);
    let fields = ["id", "name", "amount", "day", "paid", "ids", "total", "mean", "last_day"];
    let question = query(json!({"fields": fields}));
    let limits = &world.limits;
    let all = plan(&world.catalog, &question, &everything(), &[], limits).expect("a plan");
    let columns = all.plan.columns.clone();
    let mut stream = Vec::new();
    let mut writer = ArrowStream::begin(&mut stream, &columns).expect("a stream");
    for chunk in chunks(limits, all).await.expect("rows") {
        writer.write(&chunk).expect("rows are written");
    }
    writer.finish().expect("an end");
    let reader = StreamReader::try_new(stream.as_slice(), None).expect("a stream");
    let schema = reader.schema();
    let kinds: Vec<&DataType> = schema.fields().iter().map(|field| field.data_type()).collect();
    use DataType::{Boolean, Date32, Decimal128, Int64, Utf8};
    let sums = [&Int64, &Decimal128(20, 2), &Decimal128(14, 6), &Date32];
    assert_eq!(kinds, [&[&Int64, &Utf8, &Decimal128(10, 2), &Date32, &Boolean][..], &sums].concat());
    assert_eq!(schema.field(1).metadata()["label"], "Name");
    let options = FormatOptions::default().with_null("-");
    let mut rows = Vec::new();
    for batch in reader.map(|batch| batch.expect("a batch")) {
        for row in 0..batch.num_rows() {
            let cells = batch.columns().iter();
            let text = |cells: &Arc<dyn datafusion::arrow::array::Array>| {
                assert!(cells.len() > row);
                ArrayFormatter::try_new(cells, &options).expect("texts").value(row).to_string()
            };
            rows.push(cells.map(text).collect::<Vec<String>>());
        }
    }
    assert_eq!(rows, shown(&world.ask(&question, &everything()).await.expect("an answer")));
}
