//! How many month series are answered each second out of a million orders in PostgreSQL: eight clients, another tenant each.

use crate::Outcome;
use crate::orders::add_orders;
use crate::program::Place;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use testkit::callers::Viewer;
use testkit::figures::median;
use testkit::postgres::Postgres;

const CLIENTS: usize = 8;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(5);

/// The orders of a thousand tenants, in no order, with an index on the tenant.
const TABLE: &str = "CREATE ROLE reader LOGIN; CREATE TABLE orders AS SELECT 'T' || lpad((n % 1000)::text, 6, '0') AS tenant, \
     n::bigint AS number, date '2013-01-01' + n % 365 AS day, 'paid' AS status, 'Product ' || n % 500 AS product, \
     CAST(n % 10000 AS numeric(12, 2)) AS amount FROM generate_series(1, 1000000) AS all_of(n) ORDER BY hashint4(n); \
     CREATE INDEX ON orders (tenant); ANALYZE orders; GRANT SELECT ON orders TO reader";

/// The rate of answers that are computed each time, or kept.
pub(crate) async fn measured(what: &str, is_kept: bool, target: f64) -> Outcome<Value> {
    let postgres = Postgres::start()?;
    postgres.run("postgres", TABLE)?;
    let kept = if is_kept { "64" } else { "0" };
    let settings = [("VITRINE_LIMITS_RESULT_CACHE_MIB", kept)];
    let program = Place::with(&definitions, &postgres, &settings)?.serve("main").await?;
    let mut viewers = Vec::with_capacity(CLIENTS);
    for client in 0..CLIENTS {
        viewers.push(program.viewer("Analysts", &format!("T{client:06}"), "orders").await?);
    }
    // One round more, which is not counted.
    let mut rates = Vec::with_capacity(ROUNDS);
    for round in 0..=ROUNDS {
        let rate = rate(&viewers).await?;
        if round > 0 {
            rates.push(rate);
        }
    }
    Ok(json!({
        "figure": format!("a month series of a million orders in PostgreSQL, {what}"),
        "statistic": format!("median of {ROUNDS}, {CLIENTS} clients, load and database on the same machine"),
        "value": median(&rates), "unit": "requests a second", "target": target, "least": true, "samples": rates,
    }))
}

fn definitions(folder: &Path, postgres: &Postgres) -> Outcome<()> {
    let there = json!({
        "host": postgres.host(), "database": "postgres", "user": "reader", "encryption": "none", "freshness_seconds": 3600,
    });
    let connections = fs::read_to_string(folder.join("connections.yaml"))?;
    let own = format!("{}\n  - name: orders\n    postgres: {there}\n", connections.trim_end());
    fs::write(folder.join("connections.yaml"), own)?;
    add_orders(folder, "orders", "orders")
}

/// Answers each second, of all clients together.
async fn rate(viewers: &[Viewer]) -> Outcome<f64> {
    let began = Instant::now();
    let asking: Vec<_> = viewers.iter().cloned().map(|viewer| tokio::spawn(asked(viewer, began))).collect();
    let mut answers = 0;
    for client in asking {
        answers += client.await??;
    }
    Ok(f64::from(answers) / began.elapsed().as_secs_f64())
}

async fn asked(viewer: Viewer, began: Instant) -> Outcome<u32> {
    let mut answers = 0;
    while began.elapsed() < ROUND {
        let answer = viewer.element("main/months", &json!({})).await?;
        if !answer.status.is_success() {
            return Err(format!("the element answers {}: {}", answer.status, answer.text()).into());
        }
        answers += 1;
    }
    Ok(answers)
}
