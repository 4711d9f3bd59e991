//! What one log-in or token message costs at most, whatever is in it, Argon2 apart: for each door the messages that are worst
//! to read and are still read, in process, with the memory that they take at most beside what there is.
//!
//! `make bench` runs this; the figures go to `build/bench`.

mod doors;
mod worst;

use doors::{Doors, Message, Outcome};
use peak_alloc::PeakAlloc;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Instant;
use testkit::figures::{keep, median, milliseconds};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// How often each message is sent.
const ROUNDS: usize = 50;
/// Bytes of a MiB.
const MIB: f64 = 1024.0 * 1024.0;

fn main() -> Outcome<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let doors = Doors::open().await?;
        let messages = doors.messages()?;
        let mut costs = Vec::new();
        for message in &messages {
            costs.push(Cost::of(&doors, message).await?);
        }
        keep("messages", &figures(&costs))?;
        Ok(())
    })
}

/// What a message costs.
struct Cost {
    door: &'static str,
    what: &'static str,
    milliseconds: Vec<f64>,
    mebibytes: f64,
}

impl Cost {
    async fn of(doors: &Doors, message: &Message) -> Outcome<Self> {
        // Whatever is set up with the first one is no message's.
        let came_to = doors.take(message).await?;
        if came_to != message.comes_to {
            return Err(format!("{}: {}: {came_to}, expected {}", message.door, message.what, message.comes_to).into());
        }
        let (mut took, mut most) = (Vec::with_capacity(ROUNDS), 0);
        for _ in 0..ROUNDS {
            let before = MEMORY.current_usage();
            MEMORY.reset_peak_usage();
            let began = Instant::now();
            doors.take(message).await?;
            took.push(milliseconds(began));
            most = most.max(MEMORY.peak_usage().saturating_sub(before));
        }
        Ok(Self { door: message.door, what: message.what, milliseconds: took, mebibytes: most as f64 / MIB })
    }

    fn longest(&self) -> f64 {
        self.milliseconds.iter().copied().fold(0.0, f64::max)
    }
}

/// In the shape that `bench/README.md` describes.
fn figures(costs: &[Cost]) -> Value {
    let time = parts(costs, Cost::longest, |cost| format!("{:.1} ms at the median", median(&cost.milliseconds)));
    let memory = parts(costs, |cost| cost.mebibytes, |_| String::from("at most"));
    let (longest, most) = (worst(costs, Cost::longest), worst(costs, |cost| cost.mebibytes));
    let statistic = format!("the most of {ROUNDS} of each of {} messages, Argon2 apart", costs.len());
    json!([
        {
            "figure": "one log-in or token message, whatever is in it", "statistic": statistic, "value": longest,
            "unit": "ms", "target": 100, "parts": time,
        },
        {
            "figure": "memory for one log-in or token message", "statistic": statistic, "value": most, "unit": "MiB",
            "target": 32, "parts": memory,
        },
    ])
}

fn worst(costs: &[Cost], of: impl Fn(&Cost) -> f64) -> f64 {
    costs.iter().map(of).fold(0.0, f64::max)
}

/// For each door, its worst message.
fn parts(costs: &[Cost], of: impl Fn(&Cost) -> f64, note: impl Fn(&Cost) -> String) -> Vec<Value> {
    let mut doors: BTreeMap<&str, &Cost> = BTreeMap::new();
    for cost in costs {
        let worst = doors.entry(cost.door).or_insert(cost);
        if of(cost) > of(worst) {
            *worst = cost;
        }
    }
    let part =
        |cost: &Cost| json!({"name": cost.door, "value": of(cost), "note": format!("{}, {}", note(cost), cost.what)});
    doors.into_values().map(part).collect()
}
