//! Two worlds that look the same to one person must answer byte for byte alike: what is asked over the real HTTP API of an
//! organization, of the same with other hidden rows and other values below masks, and of one that has the visible rows only. Of
//! some, two more have the same tables in PostgreSQL. And the answer must be the one that the documents promise, as a reference
//! without an engine finds it. A difference is a leak, a row that was taken from somebody, or an engine that answers otherwise.
//!
//! `noninterference CASES [SEED [POINT]]`: so many comparisons at least. Prints how often each feature occurred, each
//! difference with its seed, the first one also with the smallest case in which it comes again, and at last `N comparisons, M
//! differences`; exits with 1 if there is one. With the name of an enforcement point, that point is switched off: then there
//! must be differences, or nobody would see the leak.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a check by itself: what it did not expect stops it, and it talks to whoever started it"
)]

mod asked;
mod columns;
mod content;
mod data;
mod database;
mod definitions;
mod features;
mod formulas;
mod joins;
mod laws;
mod person;
mod policies;
mod reference;
mod requests;
mod rules;
mod run;
mod served;
mod shrink;
mod sources;
mod storage;
mod world;

use futures::{StreamExt as _, stream};
use shrink::Case;
use std::collections::BTreeMap;
use std::process::ExitCode;
use testkit::callers::CallError;

/// Worlds at a time.
const AT_ONCE: usize = 2;

/// After so many comparisons it says how far it is.
const PROGRESS: usize = 1_000;

type Outcome<T> = Result<T, CallError>;

#[tokio::main]
async fn main() -> Outcome<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let cases: usize = arguments.next().unwrap_or_else(|| "5000".to_owned()).parse()?;
    let seed: u64 = arguments.next().unwrap_or_else(|| "1".to_owned()).parse()?;
    let off = arguments.next().map(|name| switched_off(&name)).transpose()?;
    let is_off = off.is_some();
    let (mut comparisons, mut differences, mut first) = (0, 0, None);
    let mut features: BTreeMap<&str, usize> = BTreeMap::new();
    let mut runs = stream::iter(seed..).map(|seed| tokio::spawn(run::compare(seed, is_off))).buffered(AT_ONCE);
    while comparisons < cases {
        let Some(run) = runs.next().await else { break };
        let run = run??;
        comparisons += run.comparisons;
        run.features.into_iter().for_each(|feature| *features.entry(feature).or_default() += 1);
        differences += run.differences;
        first = first.or(run.first);
        if comparisons % PROGRESS < run.comparisons {
            eprintln!("{comparisons} of {cases} comparisons");
        }
    }
    drop(runs);
    for (feature, count) in features {
        println!("{count:>7}  {feature}");
    }
    reproduce(first).await?;
    println!("{comparisons} comparisons, {differences} differences");
    Ok(if differences == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints the smallest case in which the first difference comes again.
async fn reproduce(first: Option<Case>) -> Outcome<()> {
    let Some(case) = first else { return Ok(()) };
    match case.shrunk().await? {
        Some(smallest) => println!("{smallest}"),
        None => println!("the first difference does not come again by itself"),
    }
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
fn switched_off(name: &str) -> Outcome<model::enforcement::SwitchedOff> {
    let found = model::enforcement::POINTS.iter().find(|point| format!("{point:?}") == name);
    let point = found.ok_or_else(|| format!("`{name}` is no enforcement point"))?;
    Ok(model::enforcement::switch_off(*point))
}

#[cfg(not(feature = "enforcement-switch"))]
fn switched_off(name: &str) -> Outcome<()> {
    Err(format!("`{name}` cannot be switched off: this was built without `enforcement-switch`").into())
}
