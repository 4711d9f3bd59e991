//! What a question costs before it reads anything: an explore of six joins, with three policies on each of its tables and all of
//! them read. The tables are empty, so that next to nothing is left to run.
//!
//! `make bench` runs this; the figures go to `build/bench`.

#[path = "../secured/viewer.rs"]
mod viewer;

use model::access::Definitions;
use query::{Engine, Limits, secure};
use serde_json::{Map, Value, json};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;
use testkit::figures::{keep, median, milliseconds, root};
use viewer::Viewer;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How often it is asked. Odd, so that one run is the median.
const ROUNDS: usize = 501;

/// How many tables are joined to the explore's own.
const JOINS: usize = 6;

/// Milliseconds to a plan with the policies inside, and to an answer of nothing.
const TARGETS: [f64; 2] = [1.0, 2.0];

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let runs = runtime.block_on(measure())?;
    let figure = |index: usize, figure: &str| {
        let values: Vec<f64> = runs.iter().filter_map(|run| run.get(index).copied()).collect();
        json!({
            "figure": figure, "statistic": format!("median of {ROUNDS}"), "value": median(&values), "unit": "ms",
            "target": TARGETS.get(index), "samples": values,
        })
    };
    let secured = figure(0, "six joins, 21 policies: a secured plan, the engine's optimizer included");
    keep("planning", &json!([secured, figure(1, "six joins, 21 policies: everything up to an answer without rows")]))?;
    Ok(())
}

/// For each round, how long the plan took and how long all of it.
async fn measure() -> Outcome<Vec<[f64; 2]>> {
    let folder = tempfile::tempdir()?;
    let viewer = Viewer::open(definitions(folder.path())?).await?;
    let names: Vec<String> = (1..=JOINS).map(|number| format!("name{number}")).collect();
    let fields: Vec<&str> = names.iter().map(String::as_str).chain(["rows", "amount"]).collect();
    let asked = serde_json::from_value(json!({"explore": "flights.facts", "fields": fields}))?;
    let engine = Engine::new(Limits::default());
    let mut runs = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let opened = viewer.opened("flights.facts", engine.limits()).await?;
        let began = Instant::now();
        let plan = secure(&viewer.catalog, &asked, &opened, engine.limits())?;
        let planned = milliseconds(began);
        let answer = engine.run(plan).await?;
        runs.push([planned, milliseconds(began)]);
        if !viewer::shown(&answer).is_empty() {
            return Err("an answer of empty tables has rows".into());
        }
    }
    Ok(runs)
}

/// The demo's people over a model of our own, whose files are made in the folder.
fn definitions(folder: &Path) -> Outcome<Definitions> {
    let mut definitions = viewer::definitions(&root().join("demo"))?;
    for connection in &mut definitions.connections {
        connection.folder = Some(folder.to_string_lossy().into_owned());
    }
    definitions.models.retain(|name, _| name.as_str() == "flights");
    for model in definitions.models.values_mut() {
        *model = serde_json::from_value(model_of_facts(folder)?)?;
    }
    definitions.workbooks.retain(|name, _| name.as_str() == "flights");
    for workbook in definitions.workbooks.values_mut() {
        *workbook = serde_json::from_value(workbook_of_facts())?;
    }
    definitions.grants.retain(|grant| json!(grant.on).to_string().contains("flights"));
    Ok(definitions)
}

fn model_of_facts(folder: &Path) -> Outcome<Value> {
    let policies = json!([
        {"name": "own", "permit": {"teams": ["Analysts"]}, "rule": "carrier = user_attribute('carrier')"},
        {"name": "common", "permit": {"teams": ["Analysts"]}, "rule": "carrier IN ('AA', 'UA') AND kind BETWEEN 3 AND 7"},
        {"name": "live", "restrict": "all", "rule": "kind <> 9"},
    ]);
    let (mut tables, mut joins, mut dimensions) = (Map::new(), Vec::new(), Map::new());
    let mut table = |name: &str, columns: Value| -> Outcome<()> {
        let heads: Vec<&str> = columns.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        fs::write(folder.join(format!("{name}.csv")), heads.join(",") + "\n")?;
        let source = format!("{name}.csv");
        tables.insert(name.to_owned(), json!({"source": source, "columns": columns, "row_policies": policies}));
        Ok(())
    };
    let own = json!({"carrier": "text", "kind": "integer", "amount": "decimal(10,2)"});
    let mut facts: Map<String, Value> = own.as_object().cloned().unwrap_or_default();
    for number in 1..=JOINS {
        let (key, name) = (format!("key{number}"), format!("looked_up{number}"));
        facts.insert(key.clone(), json!("integer"));
        table(&name, json!({"key": "integer", "name": "text", "carrier": "text", "kind": "integer"}))?;
        joins.push(json!({"table": name, "on": {format!("facts.{key}"): "key"}}));
        dimensions.insert(format!("name{number}"), json!({"column": format!("{name}.name")}));
    }
    table("facts", Value::Object(facts))?;
    Ok(json!({
        "connection": "files", "tables": tables,
        "explores": {"facts": {
            "table": "facts", "joins": joins, "dimensions": dimensions,
            "measures": {"rows": {"count": "rows"}, "amount": {"sum": "facts.amount"}},
        }},
    }))
}

fn workbook_of_facts() -> Value {
    let query = json!({"explore": "flights.facts", "fields": ["rows"]});
    let element =
        json!({"name": "total", "show": {"data": {"query": query, "chart": {"type": "kpi", "value": "rows"}}}});
    json!({"title": "Facts", "in": {"folder": "operations/flights"}, "pages": [{"name": "main", "title": "Main", "elements": [element]}]})
}
