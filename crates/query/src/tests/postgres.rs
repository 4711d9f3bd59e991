//! What is particular to PostgreSQL: what goes down, and what is around it.

use super::masks::{masked, masked_in};
use super::twin::{connection, server};
use super::world::{World, access, access_of, everything, only, place, query, sale, shown};
use crate::answer::Answer;
use crate::catalog::{Catalog, Passwords};
use crate::error::QueryError;
use crate::limits::Limits;
use crate::postgres::is_leakproof;
use crate::run::Engine;
use crate::secure::access::Access;
use crate::secure::plan::Purpose;
use crate::secure::secure_with;
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use model::enforcement::Point;
use model::filter::{Condition, RowFilter};
use model::name::ColumnName;
use model::query::Query;
use model::rule::Comparison;
use model::semantic::{Mask, Model};
use model::value::Scalar;
use serde_json::{Value, json};
use std::sync::Arc;

/// Makes tables as the superuser.
pub(super) fn made(statements: &str) {
    server().run("postgres", statements).expect("tables");
}

/// A model with the one table `sales`, which is `source`, and a dimension for each column.
pub(super) fn model_of(source: &str, columns: &Value) -> Model {
    let names: Vec<&String> = columns.as_object().expect("columns").keys().collect();
    let dimension = |name: &&String| ((*name).clone(), json!({"column": format!("sales.{name}")}));
    let dimensions: serde_json::Map<_, _> = names.iter().map(dimension).collect();
    let model = json!({
        "connection": "demo", "tables": {"sales": {"source": source, "columns": columns}},
        "explores": {"sales": {
            "table": "sales", "dimensions": dimensions, "measures": {"rows": {"count": "rows"}},
        }},
    });
    serde_json::from_value(model).expect("a model")
}

pub(super) async fn opened(model: &Model, user: &str) -> Result<Catalog, Vec<String>> {
    let name = "shop".parse().expect("a name");
    let opened = Catalog::over((&name, model), &connection(user), &Passwords::default()).await;
    opened.map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

pub(super) async fn ask(
    catalog: &Catalog,
    limits: &Limits,
    query: &Query,
    access: &Access,
) -> Result<Arc<Answer>, QueryError> {
    let plan = secure_with(catalog, query, access, limits, Purpose::Answer)?;
    Engine::new(limits.clone()).run(plan).await
}

/// All rows of a table with those columns.
pub(super) async fn rows(source: &str, columns: Value) -> Result<Vec<Vec<String>>, QueryError> {
    let model = model_of(source, &columns);
    let fields: Vec<&String> = columns.as_object().expect("columns").keys().collect();
    let catalog = opened(&model, "reader").await.expect("a catalog");
    let access = access_of(&model, RowFilter::Everything, RowFilter::Nothing);
    ask(&catalog, &Limits::default(), &query(json!({"fields": fields})), &access).await.map(|answer| shown(&answer))
}

/// The plan of a question within `access`, in PostgreSQL.
async fn plan(world: &World, question: Value, access: &Access) -> String {
    let catalog = world.twin.as_ref().expect("a twin").catalog().await;
    secure_with(catalog, &query(question), access, &world.limits, Purpose::Answer).expect("a plan").explain()
}

fn shop() -> World {
    let sales = [sale(1, Some(1), "a", 100), sale(2, Some(2), "b", 200), sale(3, Some(1), "c", 300)];
    World::new(&sales, &[place(1, "Delft"), place(2, "Brno")])
}

pub(super) fn mine() -> RowFilter {
    only("id", Comparison::LessOrEqual, Scalar::Integer(2))
}

#[tokio::test]
async fn a_question_is_one_statement_in_which_each_table_is_behind_a_fence() {
    let question = json!({
        "fields": ["city", "month", "rows", "total", "mean"], "sorts": [{"field": "total", "descending": true}],
        "filters": [
            {"field": "paid", "values": [true]}, {"field": "name", "operator": "less", "values": ["x"]},
            {"field": "rows", "operator": "greater", "values": [0]},
        ],
    });
    let within = access(mine(), only("city", Comparison::NotEqual, Scalar::Text("Brno".into())));
    let answer = shop().ask(&query(question.clone()), &within).await.expect("an answer");
    assert_eq!(
        shown(&answer),
        [["-", "2013-01-01", "1", "2.00", "2.000000"], ["Delft", "2013-01-01", "1", "1.00", "1.000000"]]
    );
    let plan = plan(&shop(), question, &within).await;
    assert!(plan.starts_with("Pushed: SELECT") && !plan.contains('\n'), "{plan}");
    assert_eq!(plan.matches("OFFSET 0").count(), 2, "{plan}");
    let sales = plan.split_once(".\"sales\" AS \"t\" WHERE ").expect("a table").1;
    let (below, above) = sales.split_once(" OFFSET 0").expect("a fence");
    let expected = "(\"t\".\"paid\" = CAST($4 AS boolean)) AND (\"t\".\"id\" <= CAST($5 AS bigint))";
    assert_eq!(below, expected, "equality of booleans is leakproof");
    assert!(above.contains("COLLATE \"C\") < "), "an order of texts is not: {plan}");
}

#[tokio::test]
async fn what_is_on_no_list_stays_here_above_the_statement() {
    let medians = plan(&shop(), json!({"fields": ["name", "middle"]}), &access(mine(), RowFilter::Everything)).await;
    assert!(medians.contains("exact_median") && medians.contains("Pushed: SELECT"), "{medians}");
    let mut within = masked("name", Mask::Partial { first: 1, last: 0 });
    within.tables.iter_mut().for_each(|(name, table)| {
        if name.as_str() == "sales" {
            table.rows = mine();
        }
    });
    let masked = plan(&shop(), json!({"fields": ["name"]}), &within).await;
    let barrier = masked.find("Barrier").expect("a barrier");
    assert!(masked[barrier..].contains("<= CAST($1 AS bigint)) OFFSET 0"), "the policy goes down: {masked}");
    let answer = shop().ask(&query(json!({"fields": ["name"]})), &within).await.expect("an answer");
    assert_eq!(shown(&answer), [["***"]]);
}

/// Statements are prepared, so what would break out of a text in one must come back as it was.
#[tokio::test]
async fn hostile_values_are_values() {
    let hostile = [
        "'",
        "''",
        "\\",
        "\\'",
        "\\\\'",
        "'; DROP TABLE sales; --",
        "$1",
        "$$",
        "$tag$",
        "E'\\n'",
        "/*",
        "--",
        ";",
        "%",
        "_",
        "\u{2019}",
        "\u{ff07}",
        "\u{202e}",
        "\u{feff}",
        "é",
        "e\u{301}",
        "\u{10ffff}",
        "\n",
        "\t",
        "\r\n",
        "NULL",
        "",
        "U&'\\0027'",
        "\"",
        "`",
        "a b",
        " a",
        "a ",
        "1e5",
        "NaN",
        "'||pg_sleep(9)||'",
    ];
    let long = "'\\".repeat(20_000);
    let hostile: Vec<&str> = hostile.into_iter().chain([long.as_str()]).collect();
    let sales: Vec<_> = hostile.iter().zip(1..).map(|(text, id)| sale(id, None, text, 0)).collect();
    let world = World::new(&sales, &[]);
    for (value, id) in hostile.iter().zip(1_i64..) {
        let expected = vec![vec![id.to_string(), (*value).to_owned()]];
        let filter = json!({"field": "name", "values": [value]});
        let answer = world.ask(&query(json!({"fields": ["id", "name"], "filters": [filter]})), &everything()).await;
        assert_eq!(shown(&answer.expect("an answer")), expected, "as a filter");
        let policy = only("name", Comparison::Equal, Scalar::Text((*value).to_owned()));
        let within = access(policy, RowFilter::Everything);
        let answer = world.ask(&query(json!({"fields": ["id", "name"]})), &within).await.expect("an answer");
        assert_eq!(shown(&answer), expected, "in a policy");
    }
    let within = masked("name", Mask::Constant(Scalar::Text(hostile[5].to_owned())));
    let answer = world.ask(&query(json!({"fields": ["name", "rows"]})), &within).await.expect("an answer");
    assert_eq!(shown(&answer), [[hostile[5].to_owned(), hostile.len().to_string()]], "as a mask");
}

/// What statements make is in the order of bytes too, not only what columns hold.
#[tokio::test]
async fn texts_that_are_made_are_in_the_order_of_their_bytes() {
    let sales: Vec<_> = (1..=6).map(|id| sale(id, None, "a", id * 100)).collect();
    let world = World::new(&sales, &[]);
    let question = json!({"fields": ["size_class", "rows"], "sorts": [{"field": "size_class"}]});
    let answer = world.ask(&query(question), &everything()).await.expect("an answer");
    assert_eq!(shown(&answer), [["B", "1"], ["a", "1"], ["b", "1"], ["É", "1"], ["é", "2"]]);
    let filter = json!({"field": "size_class", "operator": "less", "values": ["b"]});
    let question = json!({"fields": ["size_class"], "filters": [filter]});
    assert_eq!(shown(&world.ask(&query(question), &everything()).await.expect("an answer")), [["B"], ["a"]]);
}

/// Both tables are fetched, because of a mask that is on no list, and joined here; neither is begun before it is read.
#[tokio::test]
async fn one_connection_is_enough_for_a_question() {
    made(
        "CREATE TABLE many AS SELECT CAST(n AS bigint) AS id, CAST(n % 2 AS bigint) AS place, 'a' AS name, \
          CAST(1 AS numeric(10, 2)) AS amount, date '2013-01-01' AS day, true AS paid, now() AS at FROM generate_series(1, 60000) AS all_of(n); \
          CREATE TABLE few (key bigint PRIMARY KEY, city text, size bigint); INSERT INTO few VALUES (1, 'Delft', 1); \
          GRANT SELECT ON many, few TO reader",
    );
    let mut model = super::world::model();
    for (name, table) in &mut model.tables {
        table.source = Some(if name.as_str() == "sales" { "many" } else { "few" }.to_owned());
    }
    let catalog = opened(&model, "reader").await.expect("a catalog");
    let within = masked_in(
        "places",
        "city",
        RowFilter::Nothing,
        vec![(RowFilter::Everything, Mask::Partial { first: 1, last: 0 })],
    );
    let question = query(json!({"fields": ["city", "rows"]}));
    let plan =
        secure_with(&catalog, &question, &within, &Limits::default(), Purpose::Answer).expect("a plan").explain();
    assert_eq!(plan.matches("Pushed: ").count(), 2, "{plan}");
    let answer = ask(&catalog, &Limits::default(), &question, &within).await.expect("an answer");
    assert_eq!(shown(&answer), [["D***", "30000"], ["-", "30000"]]);
}

/// What PostgreSQL's calendar has not, is compared here.
#[tokio::test]
async fn days_before_the_calendar_are_compared_all_the_same() {
    for (operator, day, found) in [("greater", "-4999-01-1", 3), ("less", "-4999-01-1", 0), ("less", "+99999-1-1", 3)] {
        let filter = json!({"field": "day", "operator": operator, "values": [day]});
        let answer = shop().ask(&query(json!({"fields": ["id"], "filters": [filter]})), &everything()).await;
        assert_eq!(answer.map(|answer| answer.rows.len()), Ok(found), "{operator} {day}");
    }
}

/// The list is PostgreSQL's own: what it says of each operator that may stand below the fence.
#[tokio::test]
async fn what_may_stand_below_the_fence_postgresql_calls_leakproof() {
    let types = [
        ("boolean", DataType::Boolean),
        ("date", DataType::Date32),
        ("text", DataType::Utf8View),
        ("timestamptz", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))),
        ("timestamp", DataType::Timestamp(TimeUnit::Microsecond, None)),
        ("numeric", DataType::Decimal128(10, 2)),
        ("smallint", DataType::Int64),
        ("integer", DataType::Int64),
        ("bigint", DataType::Int64),
    ];
    for (name, held) in types {
        let right = if held == DataType::Int64 { "bigint" } else { name };
        for operator in ["=", "<>", "<", "<=", ">", ">="] {
            let said = server().run("postgres", &format!(
                "SELECT proleakproof FROM pg_operator JOIN pg_proc AS proc ON proc.oid = oprcode WHERE oprname = '{operator}' \
                 AND oprleft = regtype '{name}' AND oprright = regtype '{right}'"
            ));
            let is_listed = is_leakproof(&held, matches!(operator, "=" | "<>"));
            assert!(!is_listed || said.expect("an operator").trim() == "t", "{name} {operator} {right}");
        }
    }
}

#[tokio::test]
async fn a_text_that_postgresql_has_not_is_equal_to_none() {
    let filter = json!({"field": "name", "values": ["a\0b"]});
    let answer = shop().ask(&query(json!({"fields": ["id"], "filters": [filter]})), &everything()).await;
    assert!(answer.expect("an answer").rows.is_empty());
    let policy = only("name", Comparison::NotEqual, Scalar::Text("a\0b".into()));
    let answer = shop().ask(&query(json!({"fields": ["id"]})), &access(policy, RowFilter::Everything)).await;
    assert_eq!(answer.expect("an answer").rows.len(), 3);
}

#[tokio::test]
async fn patterns_mean_the_same_in_both() {
    let names = ["ab", "a%b", "a_b", "a\\b", "a\nb", "äb", "", "%", "abc"];
    let sales: Vec<_> = names.iter().zip(1..).map(|(name, id)| sale(id, None, name, 0)).collect();
    let world = World::new(&sales, &[]);
    for pattern in ["a%", "a_b", "%", "", "a\\%b", "a\\_b", "a\\\\b", "_b", "%b%", "a\\b", "a\\", "\\", "%\\"] {
        let term = ColumnName::new("name").expect("a name").into();
        let policy = RowFilter::Where(Condition::Like { term, pattern: pattern.to_owned() });
        // The world compares both engines.
        let _ = world.ask(&query(json!({"fields": ["id"]})), &access(policy, RowFilter::Everything)).await;
    }
}

#[tokio::test]
async fn values_beyond_ours_are_null_or_refused_and_never_others() {
    made(
        "CREATE TABLE odd (id smallint, price numeric(10,2), day date, at timestamptz, local timestamp, name varchar(5));
         INSERT INTO odd VALUES (1, 'NaN', '2013-01-01', '2013-01-01 00:30+02', '2013-01-01 00:30', 'a'),
             (2, -0.05, '0001-01-01', '1969-12-31 23:59:59.999999+00', '1969-12-31 23:59:59.999999', NULL);
         GRANT SELECT ON odd TO reader",
    );
    let columns = json!({"id": "integer", "price": "decimal(12,2)", "day": "date", "at": "timestamp", "local": "timestamp", "name": "text"});
    let expected = [
        ["1", "-", "2013-01-01", "2012-12-31T22:30:00+00:00", "2013-01-01T00:30:00+00:00", "a"],
        ["2", "-0.05", "0001-01-01", "1969-12-31T23:59:59.999999+00:00", "1969-12-31T23:59:59.999999+00:00", "-"],
    ];
    let columns_in_order = ["id", "price", "day", "at", "local", "name"];
    let model = model_of("odd", &columns);
    let catalog = opened(&model, "reader").await.expect("a catalog");
    let everything = access_of(&model, RowFilter::Everything, RowFilter::Nothing);
    let question = query(json!({"fields": columns_in_order}));
    let answer = ask(&catalog, &Limits::default(), &question, &everything).await.expect("an answer");
    assert_eq!(shown(&answer), expected);
    // To PostgreSQL, NaN is above all numbers; to us it is none.
    let above = only("price", Comparison::Greater, Scalar::Decimal(0.into()));
    let within = access_of(&model, above, RowFilter::Nothing);
    assert_eq!(
        shown(&ask(&catalog, &Limits::default(), &question, &within).await.expect("an answer")),
        Vec::<Vec<String>>::new()
    );
    made("CREATE TABLE endless AS SELECT date 'infinity' AS day; GRANT SELECT ON endless TO reader");
    assert_eq!(
        rows("endless", json!({"day": "date"})).await,
        Err(QueryError::TooLarge { field: "day".parse().expect("a name") })
    );
}

/// What PostgreSQL makes of the statement of a question, as a plan.
#[cfg(feature = "enforcement-switch")]
async fn explained(world: &World, within: &Access) -> String {
    let filter = json!({"field": "name", "operator": "less", "values": ["x"]});
    let plan = plan(world, json!({"fields": ["rows"], "filters": [filter]}), within).await;
    let statement = plan.trim_start_matches("Pushed: ").replace("$1", "'2'").replace("$2", "'x'");
    server().run("postgres", &format!("EXPLAIN {statement}")).expect("a plan")
}

/// With the fence, what a viewer wrote is above the rows that the policy lets through; without, beside it.
#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn fence() {
    let (world, within) = (shop(), access(mine(), RowFilter::Everything));
    let fenced = explained(&world, &within).await;
    let of = |plan: &str, wanted: &str| plan.lines().find(|line| line.contains(wanted)).unwrap_or_default().to_owned();
    assert!(of(&fenced, "Subquery Scan").contains('q') && !of(&fenced, "<= '2'").contains("'x'"), "{fenced}");
    let _off = model::enforcement::switch_off(Point::Fence);
    let open = explained(&world, &within).await;
    assert!(of(&open, "<= '2'").contains("'x'"), "one filter of both: {open}");
    let catalog = world.twin.as_ref().expect("a twin").catalog().await;
    let question = query(json!({"fields": ["rows"]}));
    let plan = secure_with(catalog, &question, &within, &world.limits, Purpose::Answer).expect("a plan");
    drop(_off);
    assert_eq!(Engine::default().run(plan).await.err(), Some(QueryError::Internal), "the last look refuses it");
}
