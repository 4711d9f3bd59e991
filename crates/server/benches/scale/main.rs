//! A large organization: a million members, 10,000 teams, 100,000 grants, 500 policies. How long it takes to start, to
//! decide, to find a member, to open sessions and to make a grant; how soon that counts at another node, and how much memory it
//! takes.
//!
//! `make bench` runs this; the figures go to `build/bench`. `-- --members N --teams N` tries it with less.

#![expect(clippy::indexing_slicing, reason = "a bench that indexes what is not there has failed")]

mod decisions;
mod node;
#[path = "../shared/program.rs"]
mod program;
mod sessions;
mod world;

use model::snapshot::Snapshot;
use node::Node;
use program::Place;
use serde_json::{Value, json};
use server::apply::open_store;
use server::config::Config;
use std::error::Error;
use testkit::figures::{keep, percentile};
use testkit::postgres::Postgres;
use world::Size;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let size = size()?;
        let file = Kept::in_a_file(size).await?;
        let mut figures = decisions::measured(&file.snapshot().await?)?;
        figures.extend(node::started(&file.place).await?);
        figures.extend(file.measured(size).await?);
        drop(file);
        let postgres = Postgres::start()?;
        figures.extend(Kept::in_postgres(&postgres, size).await?.measured(size).await?);
        keep("scale", &Value::Array(figures))?;
        Ok(())
    })
}

/// The large organization in a store.
struct Kept {
    /// What keeps it.
    name: &'static str,
    place: Place,
    /// How it is opened in this process.
    config: Config,
}

impl Kept {
    async fn in_a_file(size: Size) -> Outcome<Self> {
        let place = Place::with(&world::definitions, size, &[])?;
        world::members(&format!("sqlite://{}", place.data().join("vitrine.db").display()), size).await?;
        let config = Config::of_folder(&place.data());
        Self { name: "SQLite", place, config }.with_grants(size).await
    }

    async fn in_postgres(postgres: &Postgres, size: Size) -> Outcome<Self> {
        postgres.create_database("store")?;
        let address = format!("postgres://postgres@localhost/store?host={}", postgres.host());
        let place = Place::with(&world::definitions, size, &[("VITRINE_STORE", &address)])?;
        world::members(&address, size).await?;
        let config = Config { store: Some(address), ..Config::of_folder(&place.data()) };
        Self { name: "PostgreSQL", place, config }.with_grants(size).await
    }

    async fn with_grants(self, size: Size) -> Outcome<Self> {
        let store = open_store(&self.config).await?;
        world::grants(&store, size).await?;
        store.close().await;
        Ok(self)
    }

    /// What is in force.
    async fn snapshot(&self) -> Outcome<Snapshot> {
        let store = open_store(&self.config).await?;
        let loaded = store.load().await?.ok_or("nothing is in force")?;
        store.close().await;
        let built = Snapshot::build(loaded.definitions, &loaded.ids, loaded.revision);
        Ok(built.map_err(|problems| format!("{problems:?}"))?)
    }

    /// What is asked of two nodes, and what the store does by itself.
    async fn measured(&self, size: Size) -> Outcome<Vec<Value>> {
        let (one, two) = (Node::start(&self.place, "one").await?, Node::start(&self.place, "two").await?);
        let mut figures = vec![one.searches(self.name).await?];
        figures.extend(node::grants(self.name, &one, &two, size).await?);
        figures.extend(sessions::over_http(self, &one, size).await?);
        figures.push(one.memory(self.name)?);
        drop((one, two));
        figures.push(sessions::in_process(self, size).await?);
        Ok(figures)
    }
}

/// That of the issue, or what the command line says.
fn size() -> Outcome<Size> {
    let arguments: Vec<String> = std::env::args().collect();
    let said = |name: &str, otherwise: usize| {
        let value = arguments.iter().skip_while(|argument| *argument != name).nth(1);
        value.map_or(Ok(otherwise), |value| value.parse())
    };
    Ok(Size { teams: said("--teams", 10_000)?, members: said("--members", 1_000_000)? })
}

/// A figure in the shape that `bench/README.md` describes: what so many of a hundred samples do not exceed.
fn figure(name: &str, statistic: &str, samples: &[f64], (percent, target, unit): (usize, f64, &str)) -> Value {
    // At most a few hundred dots.
    let dots: Vec<f64> = samples.iter().step_by(samples.len().div_ceil(200).max(1)).copied().collect();
    json!({
        "figure": name, "statistic": statistic, "value": percentile(samples, percent), "unit": unit, "target": target,
        "samples": dots,
    })
}
