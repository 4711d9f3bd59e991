//! What people wait for, from outside: a page of eight elements over ten million orders of which each viewer sees one tenant's,
//! and how many month series of a million orders in PostgreSQL are answered each second.
//!
//! `make bench` runs this; the figures go to `build/bench`.

mod orders;
#[path = "../shared/program.rs"]
mod program;
mod rates;

use program::Place;
use serde_json::{Value, json};
use std::error::Error;
use testkit::figures::{keep, median, milliseconds, percentile};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How often the page is opened, by another tenant each time. Odd, so that one time is the median.
const PAGES: usize = 101;

/// How many tenants the ten million orders are of: the usual number, and two between which time must not grow by more than
/// [`GROWTH`].
const TENANTS: usize = 10_000;
const FEW: usize = 100;
const MANY: usize = 100_000;
const GROWTH: f64 = 1.2;

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let (usual, few, many) = (Times::of(TENANTS).await?, Times::of(FEW).await?, Times::of(MANY).await?);
        let growth = percentile(&many.cold, 95) / percentile(&few.cold, 95);
        keep(
            "served",
            &json!([
                usual.figure("nothing kept", &usual.cold, 300.0),
                usual.figure("asked again", &usual.warm, 20.0),
                {
                    "figure": "the page with 100,000 tenants against that with 100",
                    "statistic": format!(
                        "ratio of p95 of {PAGES} each, {:.0} ms against {:.0} ms", percentile(&many.cold, 95), percentile(&few.cold, 95)
                    ),
                    "value": growth, "unit": "×", "target": GROWTH,
                },
                rates::measured("computed", false, 300.0).await?,
                rates::measured("kept", true, 3000.0).await?,
            ]),
        )?;
        Ok(())
    })
}

/// Milliseconds until the last of eight elements has answered.
struct Times {
    cold: Vec<f64>,
    warm: Vec<f64>,
}

impl Times {
    /// Ten million orders of so many tenants.
    async fn of(tenants: usize) -> Outcome<Self> {
        let program = Place::with(&orders::definitions, tenants, &[])?.serve("main").await?;
        let (mut cold, mut warm) = (Vec::with_capacity(PAGES), Vec::with_capacity(PAGES));
        // One more, which is not counted.
        for round in 0..=PAGES {
            let viewer = program.viewer("Analysts", &orders::tenant((round * 7919) % tenants), "orders").await?;
            let first = page(&viewer).await?;
            let again = page(&viewer).await?;
            if round > 0 {
                cold.push(first);
                warm.push(again);
            }
        }
        Ok(Self { cold, warm })
    }

    fn figure(&self, what: &str, samples: &[f64], target: f64) -> Value {
        json!({
            "figure": format!("eight elements of ten million orders of 10,000 tenants, {what}"),
            "statistic": format!("p95 of {PAGES}, another tenant each, {:.0} ms at the median", median(samples)),
            "value": percentile(samples, 95), "unit": "ms", "target": target, "samples": samples,
        })
    }
}

/// Asks for all elements at once, as a page does.
async fn page(viewer: &testkit::callers::Viewer) -> Outcome<f64> {
    let began = std::time::Instant::now();
    let answers = orders::ELEMENTS.map(|element| {
        let viewer = viewer.clone();
        tokio::spawn(async move { viewer.element(&format!("main/{element}"), &json!({})).await })
    });
    for answer in answers {
        let answer = answer.await??;
        if !answer.status.is_success() || answer.rows().is_empty() {
            return Err(format!("an element answers {}: {}", answer.status, answer.text()).into());
        }
    }
    Ok(milliseconds(began))
}
