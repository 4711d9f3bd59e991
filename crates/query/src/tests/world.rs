//! A small shop for tests: sales, each at a place or at none.

use super::inputs;
use super::twin::Twin;
use crate::answer::{Answer, Cell};
use crate::arrow_type::{arrow_type, literal};
use crate::catalog::Catalog;
use crate::error::QueryError;
use crate::limits::Limits;
use crate::run::Engine;
use crate::secure::access::Access;
use crate::secure::plan::Purpose;
use crate::secure::{Search, SecuredPlan, Suggest, secure_with, shown_of};
use authz::permit::{ColumnAccess, Destination, TableAccess};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use datafusion::scalar::ScalarValue;
use model::filter::{Condition, RowFilter};
use model::name::{ColumnName, FieldName, TableName};
use model::query::Query;
use model::rule::Comparison;
use model::semantic::{ExplorePath, Model, Table};
use model::time_zone::TimeZone;
use model::value::{ColumnType, Scalar};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A row: one value, or none, for each column.
pub(super) type Row = Vec<Option<Scalar>>;

/// Columns of `sales`.
pub(super) const SALES: [(&str, ColumnType); 7] = [
    ("id", ColumnType::Integer),
    ("place", ColumnType::Integer),
    ("name", ColumnType::Text),
    ("amount", ColumnType::Decimal { precision: 10, scale: 2 }),
    ("day", ColumnType::Date),
    ("paid", ColumnType::Boolean),
    ("at", ColumnType::Timestamp),
];

/// Columns of `places`.
pub(super) const PLACES: [(&str, ColumnType); 3] =
    [("key", ColumnType::Integer), ("city", ColumnType::Text), ("size", ColumnType::Integer)];

/// The model `shop` with the explore `sales`.
pub(super) fn model() -> Model {
    let mut model = json!({
        "connection": "demo",
        "tables": {
            "sales": {"source": "sales.parquet", "columns": {
                "id": "integer", "place": "integer", "name": "text", "amount": "decimal(10,2)", "day": "date",
                "paid": "boolean", "at": "timestamp",
            }},
            "places": {"source": "places.parquet", "columns": {"key": "integer", "city": "text", "size": "integer"}},
            "cities": {
                "derived": {"explore": "sales", "filters": [{"field": "least", "values": [3]}]},
                "columns": {"city": "text", "dear": "boolean", "rows": "integer", "total": "decimal(20,2)", "ids": "integer"},
            },
            "names": {
                "derived": {"explore": "sales", "filters": [{"field": "rows", "operator": "greater", "values": [1]}]},
                "columns": {"name": "text", "date": "date", "rows": "integer"},
            },
            "busy": {"derived": {"explore": "cities"}, "columns": {"city": "text", "count": "integer"}},
        },
        "explores": {"cities": {
            "table": "cities",
            "joins": [
                {"table": "places", "on": {"cities.city": "city"}, "relationship": "many_to_many"},
                {"table": "names", "on": {"cities.rows": "rows"}, "relationship": "many_to_many"},
                {"table": "busy", "on": {"cities.city": "city"}},
            ],
            "dimensions": {
                "city": {"column": "cities.city"}, "dear": {"column": "cities.dear"},
                "rows": {"column": "cities.rows"}, "ids": {"column": "cities.ids"},
                "size": {"column": "places.size"}, "name": {"column": "names.name"}, "date": {"column": "names.date"},
                "groups": {"column": "busy.count"}, "busy_city": {"column": "busy.city"},
            },
            "measures": {"count": {"count": "rows"}, "best": {"max": "cities.total"}, "all": {"sum": "cities.rows"}},
        }, "sales": {
            "table": "sales",
            "joins": [{"table": "places", "on": {"sales.place": "key"}}],
            "dimensions": {
                "id": {"column": "sales.id"},
                "name": {"column": "sales.name", "label": "Name"},
                "amount": {"column": "sales.amount"},
                "day": {"column": "sales.day"},
                "month": {"column": "sales.day", "grain": "month"},
                "paid": {"column": "sales.paid"},
                "tens": {"column": "sales.id", "bins": 10},
                "worth": {"column": "sales.amount", "bins": 2.5},
                "tier": {"column": "sales.amount", "otherwise": "large", "cases": [
                    {"is": "none", "operator": "is_null"}, {"is": "small", "operator": "less", "values": [1]},
                    {"is": "fair", "operator": "less_or_equal", "values": ["5.00"]},
                ]},
                "size_class": {"column": "sales.amount", "otherwise": "é", "cases": [
                    {"is": "b", "values": [1]}, {"is": "B", "values": [2]}, {"is": "a", "values": [3]}, {"is": "É", "values": [4]},
                ]},
                "initial": {"column": "sales.name", "cases": [
                    {"is": "A", "operator": "contains", "values": ["a"]}, {"is": "B", "values": ["b", "bert"]},
                ]},
                "at": {"column": "sales.at"},
                "hour": {"column": "sales.at", "grain": "hour"},
                "date": {"column": "sales.at", "grain": "day"},
                "clock": {"column": "sales.at", "grain": "hour_of_day"},
                "weekday": {"column": "sales.at", "grain": "day_of_week"},
                "weekday_of_day": {"column": "sales.day", "grain": "day_of_week"},
                "when": {"column": "sales.at", "cases": [{"is": "then", "operator": "less", "values": ["2013-10-27"]}]},
                "city": {"column": "places.city"},
                "size": {"column": "places.size"},
                "here": {"calculated": "user_attribute('city')"},
                "is_here": {"calculated": "city = user_attribute('city')"},
                "dear": {"calculated": "amount >= least"},
                "answer": {"calculated": "6 * 7"},
            },
            "parameters": {"least": {"type": "decimal(10,2)", "default": 2}},
            "measures": {
                "rows": {"count": "rows", "format": "integer"},
                "total": {"sum": "sales.amount", "format": "decimal2"},
                "mean": {"average": "sales.amount"},
                "ids": {"sum": "sales.id"},
                "mean_id": {"average": "sales.id"},
                "names": {"count_distinct": "sales.name"},
                "first_name": {"min": "sales.name"},
                "last_day": {"max": "sales.day"},
                "sizes": {"sum": "places.size"},
                "sizes_seen": {"sum": "places.size", "per": "sales"},
                "middle": {"median": "sales.amount"},
                "middle_id": {"median": "sales.id"},
                "most": {"percentile": {"column": "sales.amount", "at": 0.9}},
                "usual_day": {"percentile": {"column": "sales.day", "at": 0.5}},
                "paid_rows": {"count": "rows", "where": [{"field": "paid", "values": [true]}]},
                "paid_total": {"sum": "sales.amount", "where": [{"field": "paid", "values": [true]}]},
                "early": {"count": "rows", "where": [{"field": "clock", "operator": "less", "values": [6]}]},
                "last_at": {"max": "sales.at"},
                "in_delft": {"count": "rows", "where": [{"field": "city", "values": ["Delft"]}]},
                "paid_share": {"ratio": ["paid_rows", "rows"]},
                "paid_mean": {"ratio": ["paid_total", "paid_rows"]},
                "total_so_far": {"running_total": "total"},
                "rows_so_far": {"running_total": "rows"},
                "ids_so_far": {"running_total": "ids"},
                "share": {"percent_of_total": "total", "format": "percent"},
                "share_of_rows": {"percent_of_total": "rows"},
            },
        }, "places": {
            "table": "places",
            "joins": [
                {"table": "sales", "on": {"places.key": "place"}, "relationship": "one_to_many"},
                {"table": "sales", "as": "namesakes", "on": {"sales.name": "name"}, "relationship": "many_to_many"},
            ],
            "dimensions": {
                "id": {"column": "sales.id"},
                "name": {"column": "sales.name"},
                "amount": {"column": "sales.amount"},
                "day": {"column": "sales.day"},
                "month": {"column": "sales.day", "grain": "month"},
                "paid": {"column": "sales.paid"},
                "city": {"column": "places.city"},
                "size": {"column": "places.size"},
                "other": {"column": "namesakes.id"},
                "at": {"column": "sales.at"},
                "hour": {"column": "sales.at", "grain": "hour"},
                "date": {"column": "sales.at", "grain": "day"},
                "clock": {"column": "sales.at", "grain": "hour_of_day"},
                "weekday": {"column": "sales.at", "grain": "day_of_week"},
                "weekday_of_day": {"column": "sales.day", "grain": "day_of_week"},
            },
            "measures": {
                "rows": {"count": "rows", "per": "sales"},
                "total": {"sum": "sales.amount"},
                "mean": {"average": "sales.amount"},
                "ids": {"sum": "sales.id"},
                "mean_id": {"average": "sales.id"},
                "names": {"count_distinct": "sales.name"},
                "first_name": {"min": "sales.name"},
                "last_day": {"max": "sales.day"},
                "sizes": {"sum": "places.size"},
                "sizes_seen": {"sum": "places.size", "per": "sales"},
                "places": {"count": "rows"},
                "early": {"count": "rows", "per": "sales", "where": [{"field": "clock", "operator": "less", "values": [6]}]},
                "last_at": {"max": "sales.at"},
                "namesakes": {"count": "rows", "per": "namesakes"},
                "middle_size": {"median": "places.size"},
                "usual_size": {"percentile": {"column": "places.size", "at": 0.5}},
                "paid_sizes": {"sum": "places.size", "where": [{"field": "paid", "values": [true]}]},
                "worth": {"ratio": ["total", "sizes"]},
                "places_so_far": {"running_total": "places"},
                "share": {"percent_of_total": "sizes"},
            },
        }},
    });
    inputs::add_to(&mut model);
    serde_json::from_value(model).expect("a model")
}

/// The shop, open.
pub(super) struct World {
    pub(super) catalog: Catalog,
    pub(super) limits: Limits,
    /// The same shop in a database, if a database can have it: it must answer alike.
    pub(super) twin: Option<Twin>,
}

impl World {
    /// A shop with those rows, in two partitions each.
    pub(super) fn new(sales: &[Row], places: &[Row]) -> Self {
        let tables = [("sales", table(&SALES, sales)), ("places", table(&PLACES, places))];
        let tables = tables.map(|(name, table)| (TableName::new(name).expect("a name"), table));
        Self { twin: Some(Twin::new(sales, places)), ..Self::over(model(), tables) }
    }

    /// A shop of another model, over those tables.
    pub(super) fn over(model: Model, tables: impl IntoIterator<Item = (TableName, Arc<dyn TableProvider>)>) -> Self {
        let catalog = Catalog::of(("shop".parse().expect("a name"), model), tables);
        Self { catalog, limits: Limits::default(), twin: None }
    }

    pub(super) fn plan(&self, query: &Query, access: &Access) -> Result<SecuredPlan, QueryError> {
        secure_with(&self.catalog, query, access, &self.limits, Purpose::Answer)
    }

    pub(super) async fn ask(&self, query: &Query, access: &Access) -> Result<Answer, QueryError> {
        self.answer(query, access, Purpose::Answer).await
    }

    pub(super) async fn suggest(&self, field: &str, search: &str, access: &Access) -> Result<Answer, QueryError> {
        self.suggest_of("sales", field, search, access).await
    }

    pub(super) async fn suggest_of(
        &self,
        name: &str,
        field: &str,
        search: &str,
        access: &Access,
    ) -> Result<Answer, QueryError> {
        let field = FieldName::new(field).expect("a name");
        let search = Search::Beginning(search);
        let asked =
            Suggest { field: &field, label: None, search, filters: vec![], limit: 10, time_zone: TimeZone::UTC };
        let query = asked.query(explore(name));
        self.answer(&query, access, Purpose::Suggestions { field: &field, search }).await
    }

    /// The rows that a measure counts, as its drill fields.
    pub(super) async fn rows_of(&self, measure: &str, query: &Query, access: &Access) -> Result<Answer, QueryError> {
        let measure = FieldName::new(measure).expect("a name");
        let query = shown_of(&self.catalog, &measure, query, access)?;
        self.answer(&query, access, Purpose::RowsOf(&measure)).await
    }

    async fn answer(&self, query: &Query, access: &Access, purpose: Purpose<'_>) -> Result<Answer, QueryError> {
        let answer = told_by(&self.catalog, &self.limits, query, access, purpose).await;
        if let Some(twin) = &self.twin {
            let told = told_by(twin.catalog().await, &self.limits, query, access, purpose).await;
            assert_eq!(told, answer, "in PostgreSQL, {query:?} within {access:?}");
        }
        answer
    }
}

async fn told_by(
    catalog: &Catalog,
    limits: &Limits,
    query: &Query,
    access: &Access,
    purpose: Purpose<'_>,
) -> Result<Answer, QueryError> {
    let plan = secure_with(catalog, query, access, limits, purpose)?;
    Engine::new(limits.clone()).run(plan).await.map(Arc::unwrap_or_clone)
}

/// The explore of sales.
pub(super) fn path() -> ExplorePath {
    explore("sales")
}

/// An explore of the shop.
pub(super) fn explore(name: &str) -> ExplorePath {
    ExplorePath::try_from(format!("shop.{name}")).expect("a path")
}

/// Access to every column and field, and to those rows.
pub(super) fn access(sales: RowFilter, places: RowFilter) -> Access {
    access_of(&model(), sales, places)
}

/// The same for another model, which has an explore of sales.
pub(super) fn access_of(model: &Model, sales: RowFilter, places: RowFilter) -> Access {
    access_to(path(), model, sales, places)
}

/// The same for another explore.
pub(super) fn access_to(path: ExplorePath, model: &Model, sales: RowFilter, places: RowFilter) -> Access {
    let rows = |table: &TableName| match table.as_str() {
        "sales" => sales.clone(),
        "places" => places.clone(),
        _ => RowFilter::Everything,
    };
    let tables = model
        .tables
        .iter()
        .map(|(name, table)| (name.clone(), TableAccess { rows: rows(name), columns: all_shown(table) }));
    let explore = &model.explores[&path.explore];
    let fields = explore.dimensions.keys().chain(explore.measures.keys()).cloned();
    Access {
        explore: path,
        tables: tables.collect(),
        fields: fields.collect(),
        calculated: BTreeMap::new(),
        behind: BTreeMap::new(),
        locked: vec![],
        destination: Destination::Usual,
        row_cap: 1000,
        pseudonyms: None,
    }
}

/// Every column of a table, as it is.
fn all_shown(table: &Table) -> BTreeMap<ColumnName, ColumnAccess> {
    table.columns.keys().map(|name| (name.clone(), ColumnAccess::Shown)).collect()
}

/// Access to everything.
pub(super) fn everything() -> Access {
    access(RowFilter::Everything, RowFilter::Everything)
}

/// The rows on which `column op value`.
pub(super) fn only(column: &str, op: Comparison, value: Scalar) -> RowFilter {
    RowFilter::Where(Condition::Compare { term: ColumnName::new(column).expect("a name").into(), op, value })
}

/// A question of sales in JSON, without its explore.
pub(super) fn query(question: Value) -> Query {
    query_of("sales", question)
}

/// The same of another explore.
pub(super) fn query_of(name: &str, mut question: Value) -> Query {
    question["explore"] = json!(explore(name));
    serde_json::from_value(question).expect("a query")
}

pub(super) fn text(value: &str) -> Option<Scalar> {
    Some(Scalar::Text(value.to_owned()))
}

pub(super) const fn integer(value: i64) -> Option<Scalar> {
    Some(Scalar::Integer(value))
}

pub(super) fn cents(value: i64) -> Option<Scalar> {
    Some(Scalar::Decimal(Decimal::new(value, 2)))
}

pub(super) fn date(value: &str) -> Option<Scalar> {
    Some(Scalar::Date(value.parse().expect("a date")))
}

pub(super) fn instant(value: &str) -> Option<Scalar> {
    Some(Scalar::Timestamp(value.parse().expect("an instant")))
}

/// A sale of that id, place, name and amount in cents, on the first of January 2013, paid half an hour after midnight in
/// Greenwich.
pub(super) fn sale(id: i64, place: Option<i64>, name: &str, amount: i64) -> Row {
    vec![
        integer(id),
        place.map(Scalar::Integer),
        text(name),
        cents(amount),
        date("2013-01-01"),
        Some(Scalar::Boolean(true)),
        instant("2013-01-01T00:30:00Z"),
    ]
}

/// The same at an instant.
pub(super) fn sale_at(id: i64, at: &str) -> Row {
    let mut row = sale(id, None, "a", 100);
    row[6] = instant(at);
    row
}

/// A place of that key and city.
pub(super) fn place(key: i64, city: &str) -> Row {
    vec![integer(key), text(city), integer(key * 100)]
}

/// The answer's cells as text, NULL as `-`.
pub(super) fn shown(answer: &Answer) -> Vec<Vec<String>> {
    let show = |cell: &Cell| match cell {
        Cell::Null => "-".to_owned(),
        Cell::Text(text) | Cell::Decimal(text) => text.clone(),
        Cell::Integer(number) => number.to_string(),
        Cell::Boolean(truth) => truth.to_string(),
        Cell::Date(day) => day.to_string(),
        Cell::Timestamp(at) => at.to_rfc3339(),
    };
    answer.rows.iter().map(|row| row.iter().map(show).collect()).collect()
}

/// A batch of `rows`.
pub(super) fn batch(columns: &[(&str, ColumnType)], rows: &[Row]) -> RecordBatch {
    let arrays = columns.iter().enumerate().map(|(index, (_, kind))| {
        let held = arrow_type(*kind);
        let null = ScalarValue::try_new_null(&held).expect("a null");
        let value = |row: &Row| match &row[index] {
            Some(value) => literal(value, &held).expect("a value of the column's type"),
            None => null.clone(),
        };
        ScalarValue::iter_to_array(rows.iter().map(value).chain([null.clone()])).expect("an array").slice(0, rows.len())
    });
    RecordBatch::try_new(schema(columns), arrays.collect()).expect("a batch")
}

/// The schema of a table in memory.
fn schema(columns: &[(&str, ColumnType)]) -> Arc<Schema> {
    Arc::new(Schema::new(
        columns.iter().map(|(name, kind)| Field::new(*name, arrow_type(*kind), true)).collect::<Vec<_>>(),
    ))
}

/// A table of `rows` in memory, in two partitions.
pub(super) fn table(columns: &[(&str, ColumnType)], rows: &[Row]) -> Arc<dyn TableProvider> {
    let (first, second) = rows.split_at(rows.len() / 2);
    let partitions = vec![vec![batch(columns, first)], vec![batch(columns, second)]];
    Arc::new(MemTable::try_new(schema(columns), partitions).expect("a table"))
}
