//! What securing costs in PostgreSQL: a month series of one of a thousand tenants out of a million orders, with an index on
//! the tenant, against the statement that somebody would write by hand, through the same driver. Both take turns in one run.
//!
//! `make bench` runs this with a server of its own; the figure goes to `build/bench`.

#[path = "../secured/viewer.rs"]
mod viewer;

use chrono::NaiveDate;
use query::{Engine, Limits, secure};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPool, PgRow};
use sqlx::{ConnectOptions as _, Row as _};
use std::error::Error;
use std::time::Instant;
use testkit::figures::{keep, median, milliseconds, root};
use testkit::postgres::Postgres;
use viewer::Viewer;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How often each runs. Odd, so that one run is the median.
const ROUNDS: usize = 301;

/// What the ratio of the medians may be.
const TARGET: f64 = 2.0;

/// The orders of a thousand tenants, in no order, for `DL` to be one of them.
const TABLE: &str = "CREATE ROLE reader LOGIN; CREATE TABLE orders AS SELECT CASE WHEN n % 1000 = 7 THEN 'DL' \
     ELSE 'T' || n % 1000 END AS tenant, date '2013-01-01' + n % 365 AS day, CAST(n % 10000 AS numeric(10, 2)) AS amount \
     FROM generate_series(1, 1000000) AS all_of(n) ORDER BY hashint4(n); CREATE INDEX ON orders (tenant); \
     ANALYZE orders; GRANT SELECT ON orders TO reader";

const BY_HAND: &str = "SELECT CAST(date_trunc('month', day) AS date), count(*), CAST(sum(amount) AS text) FROM orders \
     WHERE tenant = $1 GROUP BY 1 ORDER BY 1 LIMIT 1000";

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (secured, by_hand) = runtime.block_on(measure())?;
    keep("pushed", &figure(&secured, &by_hand))?;
    Ok(())
}

/// Milliseconds of each run, secured and by hand.
async fn measure() -> Outcome<(Vec<f64>, Vec<f64>)> {
    let postgres = Postgres::start()?;
    postgres.run("postgres", TABLE)?;
    let mut definitions = viewer::definitions(&root().join("demo"))?;
    let connection = json!({"name": "files", "postgres": {
        "host": postgres.host(), "database": "postgres", "user": "reader", "encryption": "none",
    }});
    definitions.connections = vec![serde_json::from_value(connection)?].into();
    definitions.models.retain(|name, _| name.as_str() == "flights");
    for model in definitions.models.values_mut() {
        *model = serde_json::from_value(model_of_orders())?;
    }
    definitions.workbooks.retain(|name, _| name.as_str() == "flights");
    for workbook in definitions.workbooks.values_mut() {
        *workbook = serde_json::from_value(workbook_of_orders())?;
    }
    definitions.grants.retain(|grant| json!(grant.on).to_string().contains("flights"));
    let viewer = Viewer::open(definitions).await?;
    let options = PgConnectOptions::new_without_pgpass().host(postgres.host()).username("reader").database("postgres");
    take_turns(&viewer, &PgPool::connect_with(options.disable_statement_logging()).await?).await
}

fn model_of_orders() -> Value {
    json!({
        "connection": "files",
        "tables": {"orders": {
            "source": "orders", "columns": {"tenant": "text", "day": "date", "amount": "decimal(10,2)"},
            "row_policies": [{"name": "own", "permit": {"teams": ["Analysts"]}, "rule": "tenant = user_attribute('carrier')"}],
        }},
        "explores": {"orders": {
            "table": "orders", "dimensions": {"month": {"column": "orders.day", "grain": "month"}},
            "measures": {"orders": {"count": "rows"}, "amount": {"sum": "orders.amount"}},
        }},
    })
}

fn workbook_of_orders() -> Value {
    let query = json!({"explore": "flights.orders", "fields": ["orders"]});
    let element =
        json!({"name": "total", "show": {"data": {"query": query, "chart": {"type": "kpi", "value": "orders"}}}});
    json!({"title": "Orders", "in": {"folder": "operations/flights"}, "pages": [{"name": "main", "title": "Main", "elements": [element]}]})
}

async fn take_turns(viewer: &Viewer, pool: &PgPool) -> Outcome<(Vec<f64>, Vec<f64>)> {
    let asked = json!({"explore": "flights.orders", "fields": ["month", "orders", "amount"]});
    let asked = serde_json::from_value(asked)?;
    let engine = Engine::new(Limits::default());
    let opened = viewer.opened("flights.orders", engine.limits()).await?;
    let secured = async || -> Outcome<_> {
        let began = Instant::now();
        let answer = engine.run(secure(&viewer.catalog, &asked, &opened, engine.limits())?).await?;
        Ok((milliseconds(began), answer))
    };
    let by_hand = async || -> Outcome<_> {
        let began = Instant::now();
        let rows = sqlx::query(BY_HAND).bind("DL").fetch_all(pool).await?;
        let read = |row: &PgRow| -> Result<Vec<String>, sqlx::Error> {
            let (month, count, sum): (NaiveDate, i64, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            Ok(vec![month.to_string(), count.to_string(), sum])
        };
        let months = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok((milliseconds(began), months))
    };
    if viewer::shown(&secured().await?.1) != by_hand().await?.1 {
        return Err("the two have other answers: the figure would compare two questions".into());
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        if round % 2 == 0 {
            ours.push(secured().await?.0);
        }
        theirs.push(by_hand().await?.0);
        if round % 2 == 1 {
            ours.push(secured().await?.0);
        }
    }
    Ok((ours, theirs))
}

/// In the shape that `bench/README.md` describes.
fn figure(secured: &[f64], by_hand: &[f64]) -> Value {
    let (ours, theirs) = (median(secured), median(by_hand));
    json!([{
        "figure": "PostgreSQL: a secured month series against the statement by hand",
        "statistic": format!("ratio of medians, {ROUNDS} runs each"),
        "value": ours / theirs,
        "unit": "×",
        "target": TARGET,
        "parts": [{"name": "a month series", "value": ours / theirs, "note": format!("{ours:.2} ms against {theirs:.2} ms")}],
    }])
}
