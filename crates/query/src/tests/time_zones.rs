//! Grains of instants, in time zones and in both engines.

use super::postgres::{ask, made, model_of, opened};
use super::world::{Row, World, access_of, everything, query, sale_at, shown, table};
use crate::limits::Limits;
use crate::secure::plan::Purpose;
use crate::secure::secure_with;
use chrono::{DateTime, NaiveDate};
use model::filter::RowFilter;
use model::name::TableName;
use model::semantic::Model;
use model::value::{ColumnType, Scalar};
use serde_json::{Value, json};

const OF_INSTANTS: [&str; 4] = ["second", "minute", "hour", "hour_of_day"];

const OF_DAYS: [&str; 10] = [
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "day_of_week",
    "day_of_month",
    "week_of_year",
    "month_of_year",
    "quarter_of_year",
];

async fn rows(world: &World, question: Value) -> Vec<Vec<String>> {
    shown(&world.ask(&query(question), &everything()).await.expect("an answer"))
}

/// Zurich, where 02:00 to 03:00 is there twice.
fn autumn() -> World {
    let instants = [
        "2013-10-26T21:59:59.999999Z",
        "2013-10-26T22:00:00Z",
        "2013-10-27T00:30:00Z",
        "2013-10-27T01:30:00Z",
        "2013-10-27T22:59:59Z",
        "2013-10-27T23:00:00Z",
    ];
    let mut sales: Vec<Row> = instants.iter().zip(1..).map(|(at, id)| sale_at(id, at)).collect();
    sales.push(sale_at(7, "2013-10-27T00:00:00Z"));
    sales[6][6] = None;
    World::new(&sales, &[])
}

#[tokio::test]
async fn days_and_hours_are_those_of_the_questions_zone() {
    let by = |field: &str, zone: Option<&str>| json!({"fields": [field, "rows"], "time_zone": zone});
    let world = autumn();
    let zurich = Some("Europe/Zurich");
    let days = [["2013-10-26", "1"], ["2013-10-27", "4"], ["2013-10-28", "1"], ["-", "1"]];
    assert_eq!(rows(&world, by("date", zurich)).await, days, "one of 25 hours");
    assert_eq!(rows(&world, by("date", None)).await, [["2013-10-26", "2"], ["2013-10-27", "4"], ["-", "1"]]);
    let hours = rows(&world, by("hour", zurich)).await;
    let twice: Vec<&str> = hours.iter().map(|row| row[0].as_str()).filter(|at| at.contains("-27T0")).collect();
    assert_eq!(twice, ["2013-10-27T00:00:00+00:00", "2013-10-27T01:00:00+00:00"], "02:00, and 02:00 again");
    let kolkata = rows(&world, by("hour", Some("Asia/Kolkata"))).await;
    assert_eq!(kolkata[0], ["2013-10-26T21:30:00+00:00", "2"]);
    let clock = rows(&world, by("clock", zurich)).await;
    assert_eq!(clock, [["0", "2"], ["2", "2"], ["23", "2"], ["-", "1"]]);
    assert_eq!(rows(&world, by("weekday", zurich)).await, [["1", "1"], ["6", "1"], ["7", "4"], ["-", "1"]]);
}

/// What is grouped by a day is what a filter on that day leaves.
#[tokio::test]
async fn filters_by_days_mean_the_days_of_the_zone() {
    let world = autumn();
    let ids = async |filters: Value, zone: &str| {
        let question = json!({"fields": ["id"], "filters": filters, "time_zone": zone});
        rows(&world, question).await.concat().concat()
    };
    let compared =
        |field: &str, operator: &str| json!([{"field": field, "operator": operator, "values": ["2013-10-27"]}]);
    for field in ["at", "date", "hour"] {
        for (operator, zurich, utc) in [
            ("less", "1", "12"),
            ("less_or_equal", "12345", "123456"),
            ("greater", "6", ""),
            ("greater_or_equal", "23456", "3456"),
        ] {
            assert_eq!(ids(compared(field, operator), "Europe/Zurich").await, zurich, "{field} {operator}");
            assert_eq!(ids(compared(field, operator), "UTC").await, utc, "{field} {operator}");
        }
    }
    for (expression, zurich, utc) in [
        ("2013-10-27", "2345", "3456"),
        ("before 2013-10-27", "1", "12"),
        ("NOT 2013-10-27", "16", "12"),
        ("2013-10-26 to 2013-10-28, NULL", "123457", "1234567"),
    ] {
        let matched = json!([{"field": "at", "operator": "matches", "values": [expression]}]);
        assert_eq!(ids(matched.clone(), "Europe/Zurich").await, zurich, "{expression}");
        assert_eq!(ids(matched, "UTC").await, utc, "{expression}");
    }
    let measured = json!({
        "fields": ["id", "last_at"], "time_zone": "Europe/Zurich",
        "filters": [{"field": "last_at", "operator": "greater", "values": ["2013-10-27"]}],
    });
    assert_eq!(rows(&world, measured).await, [["6", "2013-10-27T23:00:00+00:00"]]);
    let early = json!({"fields": ["early"], "time_zone": "Europe/Zurich"});
    assert_eq!(rows(&world, early).await, [["4"]], "of the zone, whoever has written it");
    let cases = |zone: &str| json!({"fields": ["when", "rows"], "time_zone": zone});
    assert_eq!(rows(&world, cases("Europe/Zurich")).await, [["then", "1"], ["-", "6"]]);
    assert_eq!(rows(&world, cases("UTC")).await, [["then", "2"], ["-", "5"]]);
    let refused = json!({"fields": ["id"], "filters": [{"field": "at", "values": ["2013-10-27"]}]});
    let refused = world.ask(&query(refused), &everything()).await.expect_err("a refusal");
    assert_eq!(refused.to_string(), "wrong value for field `at`: expected values of type timestamp");
}

/// A day of St. John's that ends, begins and ends again within two minutes.
#[tokio::test]
async fn days_that_are_put_back_are_filtered_as_they_are_grouped() {
    let instants = [
        "2010-11-07T02:29:00Z",
        "2010-11-07T02:30:30Z",
        "2010-11-07T02:31:00Z",
        "2010-11-07T03:29:59Z",
        "2010-11-07T03:30:00Z",
    ];
    let sales: Vec<Row> = instants.iter().zip(1..).map(|(at, id)| sale_at(id, at)).collect();
    let world = World::new(&sales, &[]);
    let zone = "America/St_Johns";
    let days = json!({"fields": ["id", "date"], "time_zone": zone});
    let days: Vec<String> = rows(&world, days).await.into_iter().map(|row| row[1].clone()).collect();
    assert_eq!(days, ["2010-11-06", "2010-11-07", "2010-11-06", "2010-11-06", "2010-11-07"]);
    for (operator, expected) in [("less", ["1", "3", "4"].as_slice()), ("greater_or_equal", &["2", "5"])] {
        let filter = json!({"field": "at", "operator": operator, "values": ["2010-11-07"]});
        let question = json!({"fields": ["id"], "filters": [filter], "time_zone": zone});
        assert_eq!(rows(&world, question).await.concat(), expected, "{operator}");
    }
}

/// The statement of a question in PostgreSQL, and what is around it.
async fn plan(world: &World, question: Value) -> String {
    let catalog = world.twin.as_ref().expect("a twin").catalog().await;
    secure_with(catalog, &query(question), &everything(), &world.limits, Purpose::Answer).expect("a plan").explain()
}

#[tokio::test]
async fn other_zones_than_utc_stay_here_and_their_filters_go_down() {
    let world = autumn();
    for field in ["date", "hour", "clock", "weekday"] {
        let utc = plan(&world, json!({"fields": [field, "rows"]})).await;
        assert!(utc.starts_with("Pushed: SELECT") && !utc.contains('\n'), "{utc}");
        let zoned = plan(&world, json!({"fields": [field, "rows"], "time_zone": "Europe/Zurich"})).await;
        assert!(zoned.contains(" in Europe/Zurich(") && zoned.contains("Pushed: SELECT"), "{zoned}");
    }
    let filter = json!({"field": "at", "operator": "less", "values": ["2013-10-27"]});
    let question = json!({"fields": ["rows"], "filters": [filter], "time_zone": "Europe/Zurich"});
    let filtered = plan(&world, question).await;
    assert!(filtered.starts_with("Pushed: SELECT") && !filtered.contains('\n'), "{filtered}");
    assert!(filtered.contains("\"t\".\"at\" < CAST($"), "below the fence: {filtered}");
}

/// Microseconds since 1970 at which both engines could differ: before the common era, beside leap days and weeks of two years,
/// before 1970, and at the end of the calendar.
fn edges() -> Vec<i64> {
    let texts = [
        "-4699-01-01T00:00:00Z",
        "-0043-03-15T11:59:59.999999Z",
        "0000-12-31T23:59:59.999999Z",
        "0001-01-01T00:00:00Z",
        "1582-10-10T12:00:00Z",
        "1900-02-28T23:59:59.999999Z",
        "1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00Z",
        "2000-02-29T23:59:59Z",
        "2010-01-03T23:59:59.000001Z",
        "2012-12-31T13:59:00Z",
        "2013-08-14T05:30:30.5Z",
        "2016-12-31T23:59:59.999999Z",
        "9999-12-31T23:59:59.999999Z",
        "+262142-12-30T23:59:59.999999Z",
    ];
    texts.iter().map(|text| text.parse::<DateTime<chrono::Utc>>().expect("an instant").timestamp_micros()).collect()
}

/// A model of those instants: as such, without a zone, and as dates, by each grain that they have.
fn clock(source: &str) -> Model {
    let columns = json!({"id": "integer", "at": "timestamp", "local": "timestamp", "day": "date"});
    let mut model = serde_json::to_value(model_of(source, &columns)).expect("a model");
    for column in ["at", "local", "day"] {
        for grain in OF_INSTANTS.iter().filter(|_| column != "day").chain(&OF_DAYS) {
            let dimension = json!({"column": format!("sales.{column}"), "grain": grain});
            model["explores"]["sales"]["dimensions"][format!("{column}_{grain}")] = dimension;
        }
    }
    serde_json::from_value(model).expect("a model")
}

/// The same instants in memory.
fn in_memory(model: &Model, instants: &[i64]) -> World {
    let row = |(at, id): (&i64, i64)| -> Row {
        let at = DateTime::from_timestamp_micros(*at).expect("in the calendar");
        let (instant, day) = (Some(Scalar::Timestamp(at)), Some(Scalar::Date(at.date_naive())));
        vec![Some(Scalar::Integer(id)), instant.clone(), instant, day]
    };
    let rows: Vec<Row> = instants.iter().zip(1..).map(row).collect();
    let kinds = [ColumnType::Integer, ColumnType::Timestamp, ColumnType::Timestamp, ColumnType::Date];
    let columns: Vec<_> = ["id", "at", "local", "day"].into_iter().zip(kinds).collect();
    World::over(model.clone(), [(TableName::new("sales").expect("a name"), table(&columns, &rows))])
}

/// The same instants in PostgreSQL.
fn in_postgres(instants: &[i64]) {
    let row = |(at, id): (&i64, i64)| {
        let (days, rest) = (at.div_euclid(86_400_000_000), at.rem_euclid(86_400_000_000));
        let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
        format!("({id}, timestamp 'epoch' + make_interval(days => {days}, secs => {seconds}.{micros:06}))")
    };
    let rows: Vec<String> = instants.iter().zip(1..).map(row).collect();
    made(&format!(
        "CREATE TABLE clock AS SELECT id, local AT TIME ZONE 'UTC' AS at, local, CAST(local AS date) AS day
         FROM (VALUES {}) AS all_of(id, local);
         GRANT SELECT ON clock TO reader",
        rows.join(", ")
    ));
}

#[tokio::test]
async fn both_engines_make_the_same_of_every_grain() {
    let (instants, model) = (edges(), clock("clock"));
    in_postgres(&instants);
    let (catalog, here) = (opened(&model, "reader").await.expect("a catalog"), in_memory(&model, &instants));
    let access = access_of(&model, RowFilter::Everything, RowFilter::Nothing);
    let explore = model.explores.values().next().expect("an explore");
    let mut compared = 0;
    for field in explore.dimensions.keys() {
        let question = query(json!({"fields": ["id", field, "rows"], "sorts": [{"field": "id"}]}));
        let question = if field.as_str() == "id" { query(json!({"fields": ["id", "rows"]})) } else { question };
        let plan = secure_with(&catalog, &question, &access, &Limits::default(), Purpose::Answer).expect("a plan");
        assert!(!plan.explain().contains('\n'), "{field} goes down: {}", plan.explain());
        let there = ask(&catalog, &Limits::default(), &question, &access).await.expect("an answer");
        let here = here.ask(&question, &access).await.expect("an answer");
        assert_eq!(shown(&there), shown(&here), "{field}");
        compared += here.rows.len();
    }
    assert_eq!(compared, (4 + 2 * 14 + 10) * instants.len());
    let weeks = query(json!({"fields": ["id", "day_week_of_year"], "filters": [{"field": "id", "values": [10]}]}));
    assert_eq!(shown(&here.ask(&weeks, &access).await.expect("an answer")), [["10", "53"]]);
    assert!(NaiveDate::from_ymd_opt(262_142, 12, 31).is_some(), "the last year of ours");
}
