//! What securing costs: ten questions about flights, each planned and run behind its policy, against the same query
//! with the condition written by hand. Both take turns in one run.
//!
//! `make bench` runs this; the figures go to `build/bench`.

mod by_hand;
mod questions;
mod viewer;

use by_hand::ByHand;
use query::{Engine, Limits, secure};
use questions::{QUESTIONS, Question};
use serde_json::json;
use std::error::Error;
use std::time::Instant;
use testkit::figures::{keep, median, milliseconds, root};
use viewer::Viewer;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// The only explore that is asked.
const EXPLORE: &str = "flights.flights";

/// How often each query runs in either way. Odd, so that one run is the median.
const ROUNDS: usize = 101;

/// What the geometric mean of the ratios may be.
const TARGET: f64 = 1.05;

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let measured = runtime.block_on(measure())?;
    keep("secured", &told(&measured))?;
    Ok(())
}

/// Milliseconds of every run of one question.
struct Measured {
    name: &'static str,
    secured: Vec<f64>,
    by_hand: Vec<f64>,
}

async fn measure() -> Outcome<Vec<Measured>> {
    let viewer = Viewer::open(viewer::definitions(&root().join("demo"))?).await?;
    let by_hand = ByHand::open(&root().join("demo/data")).await?;
    let mut measured = Vec::new();
    for question in QUESTIONS {
        measured.push(take_turns(&question, &viewer, &by_hand).await?);
    }
    Ok(measured)
}

/// Runs the question in both ways, once to compare the answers and then in turns, so that whatever else happens on
/// the machine meets both alike. Which of the two begins alternates.
async fn take_turns(question: &Question, viewer: &Viewer, by_hand: &ByHand) -> Outcome<Measured> {
    let Question { name, asked, written } = *question;
    let asked = serde_json::from_str(asked)?;
    let engine = Engine::new(Limits::default());
    let opened = viewer.opened(EXPLORE, engine.limits()).await?;
    let secured = async || -> Outcome<_> {
        let began = Instant::now();
        let plan = secure(&viewer.catalog, &asked, &opened, engine.limits())?;
        let answer = engine.run(plan).await?;
        Ok((milliseconds(began), answer))
    };
    let plan = by_hand.plan(written).await?;
    let handmade = async || -> Outcome<_> {
        let began = Instant::now();
        let batches = by_hand.run(&plan).await?;
        Ok((milliseconds(began), batches))
    };

    if !agree(&viewer::shown(&secured().await?.1), &by_hand::shown(&handmade().await?.1)?) {
        return Err(format!("`{name}` has two answers: the figures would compare two queries").into());
    }
    let mut measured = Measured { name, secured: vec![], by_hand: vec![] };
    for round in 0..ROUNDS {
        if round % 2 == 0 {
            measured.secured.push(secured().await?.0);
        }
        measured.by_hand.push(handmade().await?.0);
        if round % 2 == 1 {
            measured.secured.push(secured().await?.0);
        }
    }
    Ok(measured)
}

/// Whether the rows are equal, but for the one by hand that only tells that there are more.
fn agree(secured: &[Vec<String>], by_hand: &[Vec<String>]) -> bool {
    by_hand.starts_with(secured) && by_hand.len() <= secured.len() + 1
}

/// In the shape that `bench/README.md` describes.
fn told(measured: &[Measured]) -> serde_json::Value {
    json!([
        figure("secured against by hand, median runs", measured, median),
        figure("secured against by hand, fastest runs", measured, fastest),
    ])
}

fn figure(name: &str, measured: &[Measured], pick: fn(&[f64]) -> f64) -> serde_json::Value {
    let ratio = |question: &Measured| pick(&question.secured) / pick(&question.by_hand);
    let part = |question: &Measured| {
        let (secured, by_hand) = (pick(&question.secured), pick(&question.by_hand));
        json!({
            "name": question.name,
            "value": ratio(question),
            "note": format!("{secured:.2} ms against {by_hand:.2} ms"),
        })
    };
    json!({
        "figure": name,
        "statistic": format!("geometric mean of {} ratios, {ROUNDS} runs each", measured.len()),
        "value": geometric_mean(measured.iter().map(ratio)),
        "unit": "×",
        "target": TARGET,
        "parts": measured.iter().map(part).collect::<Vec<_>>(),
    })
}

/// `NaN` of no values, which is no figure.
fn geometric_mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    (values.map(f64::ln).sum::<f64>() / count).exp()
}

fn fastest(runs: &[f64]) -> f64 {
    runs.iter().copied().fold(f64::INFINITY, f64::min)
}
