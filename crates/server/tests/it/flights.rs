//! Each airline's person sees exactly that carrier's flights: every element, total, suggestion list and download,
//! against a slow and obvious reference that filters first and computes then.

use crate::support::{Outcome, Vitrine};
use model::query::Query;
use model::semantic::{Aggregate, Dimension, Explore, Grain, Input, Model, Table};
use model::workbook::{DataElement, Page};
use parquet::file::reader::SerializedFileReader;
use parquet::record::Field;
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::path::Path;
use testkit::callers::{CallError, Viewer};
use testkit::world;

type Row = HashMap<String, Value>;

/// Flights by carrier, from the source of the data.
const CARRIERS: [(&str, usize); 16] = [
    ("UA", 58_665),
    ("B6", 54_635),
    ("EV", 54_173),
    ("DL", 48_110),
    ("AA", 32_729),
    ("MQ", 26_397),
    ("US", 20_536),
    ("9E", 18_460),
    ("WN", 12_275),
    ("VX", 5_162),
    ("FL", 3_260),
    ("AS", 714),
    ("F9", 685),
    ("YV", 601),
    ("HA", 342),
    ("OO", 32),
];

fn read(path: &Path) -> Result<Vec<Row>, CallError> {
    let mut rows = Vec::new();
    for row in SerializedFileReader::new(File::open(path)?)?.into_iter() {
        rows.push(row?.get_column_iter().map(|(name, field)| (name.clone(), value(field))).collect());
    }
    Ok(rows)
}

/// The file of a table.
fn source(table: &Table) -> &str {
    table.source.as_deref().unwrap_or_default()
}

fn value(field: &Field) -> Value {
    match field {
        Field::Str(text) => json!(text),
        Field::Long(number) => json!(number),
        Field::Date(days) => {
            json!((chrono::NaiveDate::default() + chrono::Duration::days(i64::from(*days))).to_string())
        }
        _ => Value::Null,
    }
}

/// Column of the explore's table, as `table.column`, and the joined rows by their unique column.
type Lookup = HashMap<Value, Row>;

fn lookups(data: &Path, model: &Model, explore: &Explore) -> Result<BTreeMap<String, Lookup>, CallError> {
    let mut joined = BTreeMap::new();
    for join in &explore.joins {
        let (_, unique) = join.on.iter().next().ok_or("a join without a column")?;
        let rows = read(&data.join(source(&model.tables[&join.table])))?;
        let by_key = rows.into_iter().map(|row| (row[unique.as_str()].clone(), row)).collect();
        joined.insert(join.name().to_string(), by_key);
    }
    Ok(joined)
}

fn with_joins(row: Row, explore: &Explore, joined: &BTreeMap<String, Lookup>) -> Row {
    let mut all: Row = row.into_iter().map(|(name, value)| (format!("{}.{name}", explore.table), value)).collect();
    for join in &explore.joins {
        let Some((path, _)) = join.on.iter().next() else { continue };
        let key = all.get(&path.to_string()).cloned().unwrap_or_default();
        for (name, value) in joined[join.name().as_str()].get(&key).into_iter().flatten() {
            all.insert(format!("{}.{name}", join.name()), value.clone());
        }
    }
    all
}

/// No field of the demo's flights is calculated.
fn shown_column(dimension: &Dimension) -> String {
    dimension.column().map(ToString::to_string).unwrap_or_default()
}

/// Filters have been applied; groups, aggregates, sorts and cuts.
fn answer(rows: &[Row], explore: &Explore, query: &Query) -> Vec<Vec<Value>> {
    let mut groups: BTreeMap<String, (Vec<Value>, Vec<&Row>)> = BTreeMap::new();
    let dimensions: Vec<_> = query.fields.iter().filter_map(|field| explore.dimensions.get(field)).collect();
    for row in rows {
        let key: Vec<Value> =
            dimensions.iter().map(|dimension| grained(row, &shown_column(dimension), dimension.grain)).collect();
        groups.entry(json!(key).to_string()).or_insert_with(|| (key, Vec::new())).1.push(row);
    }
    if dimensions.is_empty() && groups.is_empty() {
        groups.insert(String::new(), (Vec::new(), Vec::new()));
    }
    let mut table: Vec<Vec<Value>> = groups.into_values().map(|(key, rows)| line(key, &rows, explore, query)).collect();
    table.sort_by(|a, b| order(a, b, query));
    table.truncate(query.limit.map_or(usize::MAX, |limit| limit as usize));
    table
}

fn grained(row: &Row, column: &str, grain: Option<Grain>) -> Value {
    let value = row.get(column).cloned().unwrap_or_default();
    match (grain, value.as_str()) {
        (Some(Grain::Month), Some(day)) => json!(format!("{}-01", &day[..7])),
        _ => value,
    }
}

fn line(key: Vec<Value>, rows: &[&Row], explore: &Explore, query: &Query) -> Vec<Value> {
    let mut key = key.into_iter();
    query
        .fields
        .iter()
        .map(|field| match explore.measures.get(field) {
            Some(measure) => aggregate(rows, &measure.aggregate),
            None => key.next().unwrap_or_default(),
        })
        .collect()
}

fn aggregate(rows: &[&Row], aggregate: &Aggregate) -> Value {
    let values = |input: &Input| -> Vec<i64> {
        rows.iter().filter_map(|row| row.get(&String::from(input.clone()))?.as_i64()).collect()
    };
    match aggregate {
        Aggregate::Count(_) => json!(rows.len()),
        Aggregate::Sum(path) => sum(&values(path)),
        Aggregate::Min(path) => json!(values(path).iter().min()),
        Aggregate::Max(path) => json!(values(path).iter().max()),
        Aggregate::Average(path) => match values(path) {
            none if none.is_empty() => Value::Null,
            some => json!(some.iter().sum::<i64>() as f64 / some.len() as f64),
        },
        Aggregate::CountDistinct(path) => {
            let texts: BTreeSet<String> = rows
                .iter()
                .filter_map(|row| row.get(&String::from(path.clone())))
                .filter(|it| !it.is_null())
                .map(Value::to_string)
                .collect();
            json!(texts.len())
        }
        Aggregate::Median(_)
        | Aggregate::Percentile(_)
        | Aggregate::RunningTotal(_)
        | Aggregate::PercentOfTotal(_)
        | Aggregate::Ratio(_) => json!("no element of the demo shows this"),
    }
}

fn sum(values: &[i64]) -> Value {
    if values.is_empty() { Value::Null } else { json!(values.iter().sum::<i64>()) }
}

fn order(a: &[Value], b: &[Value], query: &Query) -> Ordering {
    let place = |name: &model::name::FieldName| query.fields.iter().position(|field| field == name).unwrap_or(0);
    let named = query.sorts.iter().map(|sort| (place(&sort.field), sort.descending));
    named
        .chain((0..query.fields.len()).map(|index| (index, false)))
        .map(|(index, descending)| match (&a[index], &b[index]) {
            (Value::Null, Value::Null) => Ordering::Equal,
            (Value::Null, _) => Ordering::Greater,
            (_, Value::Null) => Ordering::Less,
            (a, b) => {
                if descending {
                    compare(b, a)
                } else {
                    compare(a, b)
                }
            }
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.as_str().cmp(&b.as_str()),
    }
}

/// Equal, decimals to four digits.
fn agrees(expected: &Value, got: &Value) -> bool {
    let number = |value: &Value| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    expected == got
        || matches!((number(expected), number(got)), (Some(a), Some(b)) if expected.is_number() && (a - b).abs() < 1e-4)
}

fn assert_agree(expected: &[Vec<Value>], got: &[Value], what: &str) {
    assert_eq!(expected.len(), got.len(), "{what}: rows");
    for (expected, got) in expected.iter().zip(got) {
        let got = got.as_array().map(Vec::as_slice).unwrap_or_default();
        assert_eq!(expected.len(), got.len(), "{what}: columns");
        assert!(expected.iter().zip(got).all(|(a, b)| agrees(a, b)), "{what}: expected {expected:?}, got {got:?}");
    }
}

struct Reference {
    model: Model,
    pages: Vec<Page>,
    flights: HashMap<String, Vec<Row>>,
    joined: BTreeMap<String, Lookup>,
}

impl Reference {
    fn load(carriers: &[(&str, usize)]) -> Result<Self, CallError> {
        let definitions = server::definitions::read(&world::demo())?.definitions().clone();
        let model = definitions.models[&"flights".parse()?].clone();
        let pages = definitions.workbooks[&"flights".parse()?].pages.clone();
        let data = world::demo().join("data");
        let explore = &model.explores[&"flights".parse()?];
        let joined = lookups(&data, &model, explore)?;
        let mut flights: HashMap<String, Vec<Row>> = HashMap::new();
        for row in read(&data.join(source(&model.tables[&explore.table])))? {
            let carrier = row["carrier"].as_str().unwrap_or_default().to_owned();
            if carriers.iter().any(|(wanted, _)| *wanted == carrier) {
                flights.entry(carrier).or_default().push(row);
            }
        }
        Ok(Self { model, pages, flights, joined })
    }

    /// The flights of one carrier with what each joins to, as `table.column`.
    fn rows(&self, carrier: &str, explore: &Explore) -> Vec<Row> {
        let own = self.flights.get(carrier).into_iter().flatten();
        own.map(|row| with_joins(row.clone(), explore, &self.joined)).collect()
    }

    fn explore(&self) -> Option<&Explore> {
        self.model.explores.get(&"flights".parse().ok()?)
    }

    fn elements(&self) -> impl Iterator<Item = (String, &DataElement)> {
        self.pages.iter().flat_map(|page| {
            page.elements.iter().filter_map(|element| {
                let data = element.show.data()?;
                Some((format!("{}/{}", page.name, element.name), data))
            })
        })
    }
}

async fn check(vitrine: &Vitrine, reference: &Reference, carrier: &str, flights: usize) -> Outcome {
    let explore = reference.explore().ok_or("no explore")?;
    let rows = reference.rows(carrier, explore);
    assert_eq!(rows.len(), flights, "{carrier}");
    let session = json!({
        "subject": format!("manager@{}.example", carrier.to_lowercase()), "teams": ["Station managers"],
        "account_type": "Act", "attributes": {"carrier": carrier}
    });
    let viewer: Viewer = vitrine.contrail().viewer(&session, "flights").await?;
    for (place, element) in reference.elements() {
        let expected = answer(&rows, explore, &element.query);
        let got = viewer.element(&place, &json!({})).await?;
        assert_agree(&expected, &got.rows(), &format!("{carrier} {place}"));
        let csv = viewer.export(&place, &json!({})).await?;
        assert_eq!(csv.text().lines().count(), expected.len() + 1, "{carrier} {place} as CSV");
        let origins: Vec<Row> = rows.iter().filter(|row| row["flights.origin"] == "JFK").cloned().collect();
        let filtered = viewer.element(&place, &json!({"origin": ["JFK"]})).await?;
        assert_agree(
            &answer(&origins, explore, &element.query),
            &filtered.rows(),
            &format!("{carrier} {place} from JFK"),
        );
    }
    let own: BTreeSet<&str> = rows.iter().filter_map(|row| row["flights.dest"].as_str()).collect();
    let suggested = viewer.suggestions("overview/dest", "").await?.json()["values"].clone();
    assert_eq!(suggested, json!(own), "{carrier}");
    Ok(())
}

async fn check_all(carriers: &[(&str, usize)]) -> Outcome {
    let vitrine = Vitrine::demo().await?;
    let reference = Reference::load(carriers)?;
    for (carrier, flights) in carriers {
        check(&vitrine, &reference, carrier, *flights).await?;
    }
    Ok(())
}

#[tokio::test]
async fn large_carriers_see_exactly_their_flights() -> Outcome {
    check_all(&CARRIERS[..4]).await
}

#[tokio::test]
async fn middling_carriers_see_exactly_their_flights() -> Outcome {
    check_all(&CARRIERS[4..9]).await
}

#[tokio::test]
async fn small_carriers_see_exactly_their_flights() -> Outcome {
    check_all(&CARRIERS[9..]).await
}
