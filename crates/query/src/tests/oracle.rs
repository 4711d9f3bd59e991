//! Random shops, policies and questions, against a slow and obvious reference: filter the rows first, then compute.

use super::oracle_reference::answer;
use super::world::{PLACES, Row, SALES, World, access_to, explore, integer, model};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use model::filter::{Condition, RowFilter};
use model::name::{ColumnName, FieldName};
use model::query::{Filter, FilterOperator, Query, Sort};
use model::rule::Comparison;
use model::time_zone::TimeZone;
use model::value::{ColumnType, Scalar};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rust_decimal::Decimal;
use serde_json::Value;

/// Few different values, so that policies, filters and groups meet them.
fn value(kind: ColumnType) -> BoxedStrategy<Scalar> {
    match kind {
        ColumnType::Text => select(vec!["", "a", "A", "b", "é"]).prop_map(|text| Scalar::Text(text.into())).boxed(),
        ColumnType::Integer => (-2_i64..4).prop_map(Scalar::Integer).boxed(),
        ColumnType::Decimal { .. } => (-300_i64..300).prop_map(|cents| Scalar::Decimal(Decimal::new(cents, 2))).boxed(),
        ColumnType::Boolean => any::<bool>().prop_map(Scalar::Boolean).boxed(),
        ColumnType::Date => (0_u64..90).prop_map(|day| Scalar::Date(day_after(day))).boxed(),
        ColumnType::Timestamp => (select(CHANGES.to_vec()), -150_i64..150).prop_map(instant).boxed(),
    }
}

/// When clocks were put back: in Zurich, in St. John's over midnight, and by half an hour on Lord Howe Island.
const CHANGES: [&str; 3] = ["2013-10-27T01:00:00Z", "2010-11-07T02:31:00Z", "2019-04-06T15:00:00Z"];

const ZONES: [&str; 5] = ["Europe/Zurich", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"];

/// So many times ten minutes after a change, and a bit.
fn instant((change, away): (&str, i64)) -> Scalar {
    let change: DateTime<Utc> = change.parse().expect("an instant");
    Scalar::Timestamp(change + TimeDelta::microseconds(away * 600_000_000 + away.rem_euclid(3)))
}

fn day_after(days: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2012, 12, 15).expect("a date") + chrono::Days::new(days)
}

fn rows(columns: &[(&str, ColumnType)]) -> impl Strategy<Value = Vec<Row>> + use<> {
    let cells: Vec<_> = columns.iter().map(|(_, kind)| option::weighted(0.8, value(*kind))).collect();
    vec(cells, 0..25)
}

/// Places with a key each.
fn places() -> impl Strategy<Value = Vec<Row>> {
    rows(&PLACES).prop_map(|mut places| {
        for (place, key) in places.iter_mut().zip(-2..) {
            place[0] = integer(key);
        }
        places
    })
}

const COMPARISONS: [Comparison; 6] = [
    Comparison::Equal,
    Comparison::NotEqual,
    Comparison::Less,
    Comparison::LessOrEqual,
    Comparison::Greater,
    Comparison::GreaterOrEqual,
];

fn condition(columns: &'static [(&'static str, ColumnType)]) -> impl Strategy<Value = Condition> {
    let column = |name: &str| ColumnName::new(name).expect("a name");
    let leaf =
        (select(columns), select(&COMPARISONS), any::<bool>()).prop_flat_map(move |((name, kind), op, negated)| {
            prop_oneof![
                4 => value(kind).prop_map(move |value| Condition::Compare { term: column(name).into(), op, value }),
                2 => vec(value(kind), 0..4).prop_map(move |values| Condition::OneOf { term: column(name).into(), values }),
                1 => Just(Condition::IsNull { term: column(name).into(), negated }),
                1 => Just(Condition::CompareTerms { left: column(name).into(), op, right: column(name).into() }),
                1 => Just(Condition::Constant(negated)),
            ]
        });
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Condition::And),
            vec(inner.clone(), 0..4).prop_map(Condition::Or),
            inner.prop_map(|inner| Condition::Not(Box::new(inner))),
        ]
    })
}

fn policy(columns: &'static [(&'static str, ColumnType)]) -> impl Strategy<Value = RowFilter> {
    prop_oneof![
        1 => Just(RowFilter::Everything),
        1 => Just(RowFilter::Nothing),
        6 => condition(columns).prop_map(RowFilter::Where),
    ]
}

/// Dimensions and the types of their values.
const DIMENSIONS: [(&str, ColumnType); 14] = [
    ("at", ColumnType::Timestamp),
    ("hour", ColumnType::Timestamp),
    ("date", ColumnType::Date),
    ("clock", ColumnType::Integer),
    ("weekday", ColumnType::Integer),
    ("weekday_of_day", ColumnType::Integer),
    ("id", ColumnType::Integer),
    ("name", ColumnType::Text),
    ("amount", ColumnType::Decimal { precision: 10, scale: 2 }),
    ("day", ColumnType::Date),
    ("month", ColumnType::Date),
    ("paid", ColumnType::Boolean),
    ("city", ColumnType::Text),
    ("size", ColumnType::Integer),
];

const MEASURES: [&str; 12] = [
    "early",
    "last_at",
    "rows",
    "total",
    "mean",
    "ids",
    "mean_id",
    "names",
    "first_name",
    "last_day",
    "sizes",
    "sizes_seen",
];

/// What only the explore of places has.
const OF_PLACES: [&str; 5] = ["other", "places", "namesakes", "usual_size", "paid_sizes"];

fn json(value: &Scalar) -> Value {
    match value {
        Scalar::Text(text) => text.clone().into(),
        Scalar::Integer(number) => (*number).into(),
        Scalar::Decimal(number) => number.to_string().into(),
        Scalar::Boolean(truth) => (*truth).into(),
        Scalar::Date(day) => day.to_string().into(),
        Scalar::Timestamp(at) => at.to_rfc3339().into(),
    }
}

/// Days on which instants are, or close to them.
fn of_instants() -> impl Strategy<Value = Scalar> {
    (select(CHANGES.to_vec()), -1_i64..=1).prop_map(|(change, away)| {
        let change: DateTime<Utc> = change.parse().expect("an instant");
        Scalar::Date(change.date_naive() + TimeDelta::days(away))
    })
}

fn filter() -> impl Strategy<Value = Filter> {
    let operators = vec![
        FilterOperator::IsAnyOf,
        FilterOperator::IsNoneOf,
        FilterOperator::Less,
        FilterOperator::LessOrEqual,
        FilterOperator::Greater,
        FilterOperator::GreaterOrEqual,
        FilterOperator::IsNull,
        FilterOperator::IsNotNull,
    ];
    (select(&DIMENSIONS), select(operators)).prop_flat_map(|((field, kind), operator)| {
        let count = match operator {
            FilterOperator::IsAnyOf | FilterOperator::IsNoneOf => 0..=3,
            FilterOperator::IsNull | FilterOperator::IsNotNull => 0..=0,
            _ => 1..=1,
        };
        let field = FieldName::new(field).expect("a name");
        let values = match (field.as_str(), operator.comparison()) {
            ("date", _) => of_instants().boxed(),
            (_, Some(_)) if kind == ColumnType::Timestamp => prop_oneof![value(kind), of_instants()].boxed(),
            _ => value(kind),
        };
        vec(values, count).prop_map(move |values| Filter {
            field: field.clone(),
            operator,
            values: values.iter().map(json).collect(),
        })
    })
}

fn question() -> impl Strategy<Value = Query> {
    let dimensions: Vec<&str> = DIMENSIONS.iter().map(|(name, _)| *name).collect();
    let fields = (subsequence(dimensions, 0..4), subsequence(MEASURES.to_vec(), 0..4));
    let explores =
        prop_oneof![Just(("sales", vec![])), subsequence(OF_PLACES.to_vec(), 0..4).prop_map(|more| ("places", more)),];
    let fields = (fields, explores)
        .prop_map(|((dimensions, measures), (explore, more))| (explore, [dimensions, measures, more].concat()))
        .prop_filter("at least one", |(_, fields)| !fields.is_empty())
        .prop_flat_map(|(explore, fields)| (Just(explore), Just(fields).prop_shuffle()));
    let zone = option::of(select(ZONES.to_vec()));
    (fields, vec(filter(), 0..3), option::of(0_u32..6), vec(any::<bool>(), 0..3), zone).prop_map(
        |((name, fields), filters, limit, sorts, zone)| {
            let time_zone = zone.map(|zone| TimeZone::try_from(zone.to_owned()).expect("a zone"));
            let fields: Vec<FieldName> = fields.iter().map(|name| FieldName::new(*name).expect("a name")).collect();
            let sort = |(field, descending): (&FieldName, bool)| Sort { field: field.clone(), descending };
            let sorts = fields.iter().rev().zip(sorts).map(sort).collect();
            Query { filters, sorts, limit, time_zone, ..Query::of(explore(name), fields) }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_are_those_of_the_reference(
        sales in rows(&SALES), places in places(), on_sales in policy(&SALES), on_places in policy(&PLACES),
        question in question(),
    ) {
        let world = World::new(&sales, &places);
        let access = access_to(question.explore.clone(), &model(), on_sales.clone(), on_places.clone());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let found = runtime.block_on(world.ask(&question, &access)).expect("an answer");
        let expected = answer(&sales, &on_sales, &places, &on_places, &question);
        prop_assert_eq!((found.rows, found.truncated), (expected, false));
    }
}
