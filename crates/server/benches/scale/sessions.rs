//! How many sessions are opened each second: through the store alone, and over HTTP.

use crate::node::Node;
use crate::world::{self, Size};
use crate::{Kept, Outcome, decisions};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::apply::open_store;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::TokenHash;
use store::sessions::{Credential, OpenSession};
use testkit::figures::median;

/// How many open sessions at the same time.
const CLIENTS: usize = 32;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(3);

/// The fewest that are wanted each second.
const TARGET: f64 = 2000.0;

/// Of people who come for the first time, each a member afterwards: over HTTP, and how many revisions that made.
pub(crate) async fn over_http(kept: &Kept, node: &Node, size: Size) -> Outcome<Vec<Value>> {
    let store = open_store(&kept.config).await?;
    let revision = store.revision().await?;
    let host = node.program.host.clone();
    let rates = rates(move |number| {
        let host = host.clone();
        async move {
            let answer = host.open(&world::call(number % size.teams, &format!("newcomer{number}"))).await?;
            if answer.status == StatusCode::CREATED { Ok(()) } else { Err(answer.text().into()) }
        }
    })
    .await?;
    let (opened, made) = (rates.iter().sum::<f64>() * ROUND.as_secs_f64(), store.revision().await? - revision);
    store.close().await;
    let name = kept.name;
    Ok(vec![
        figure(&format!("sessions opened over HTTP, {name}"), &rates),
        json!({
            "figure": format!("revisions that automatic members make, {name}"),
            "statistic": format!("about {opened:.0} people who come for the first time"),
            "value": made, "unit": "revisions", "target": 0,
        }),
    ])
}

/// The same through the store in this process.
pub(crate) async fn in_process(kept: &Kept, size: Size) -> Outcome<Value> {
    let (store, clock) = (open_store(&kept.config).await?, server::clock::Clock::system());
    let snapshot = Arc::new(kept.snapshot().await?);
    let opening = store.clone();
    let rates = rates(move |number| {
        let (store, snapshot, now) = (opening.clone(), Arc::clone(&snapshot), clock.now());
        async move {
            let someone = decisions::newcomer(&snapshot, number % size.teams, &format!("stored{number}"))?;
            let code = Credential::Code { hash: TokenHash::of(&format!("code {number}")), expires_at: now };
            let (revision, once, found) = (snapshot.revision, None, None);
            let (facts, profile) = (&someone.facts, &someone.profile);
            store
                .open_session(OpenSession { revision, facts, found, linked: false, profile, once, credential: code })
                .await?;
            Ok(())
        }
    })
    .await?;
    store.close().await;
    Ok(figure(&format!("sessions opened through the store, {}", kept.name), &rates))
}

fn figure(name: &str, rates: &[f64]) -> Value {
    json!({
        "figure": name, "statistic": format!("median of {ROUNDS}, {CLIENTS} at once, each of somebody new, load on the same machine"),
        "value": median(rates), "unit": "sessions a second", "target": TARGET, "least": true, "samples": rates,
    })
}

/// How many are opened each second in each round; `open` is given another number each time.
async fn rates<O>(open: impl Fn(usize) -> O + Clone + Send + 'static) -> Outcome<Vec<f64>>
where
    O: Future<Output = Outcome<()>> + Send,
{
    let next = Arc::new(AtomicUsize::new(0));
    let mut rates = Vec::with_capacity(ROUNDS);
    // One round more, which is not counted.
    for round in 0..=ROUNDS {
        let (began, first) = (Instant::now(), next.load(Ordering::Relaxed));
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let (next, open) = (Arc::clone(&next), open.clone());
                tokio::spawn(async move {
                    while began.elapsed() < ROUND {
                        open(next.fetch_add(1, Ordering::Relaxed)).await?;
                    }
                    Outcome::Ok(())
                })
            })
            .collect();
        for client in clients {
            client.await??;
        }
        let opened = next.load(Ordering::Relaxed) - first;
        if round > 0 {
            rates.push(f64::from(u32::try_from(opened)?) / began.elapsed().as_secs_f64());
        }
    }
    Ok(rates)
}
