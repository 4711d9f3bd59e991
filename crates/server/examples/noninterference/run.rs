//! What is compared for one seed.

use crate::Outcome;
use crate::asked::Offered;
use crate::data::{Of, Row, Tables};
use crate::laws;
use crate::reference::{Expected, Reference};
use crate::requests::Request;
use crate::served::{Answer, Place, Served};
use crate::shrink::Case;
use crate::storage::Storage;
use crate::world::World;
use futures::future::try_join_all;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What is asked of one world.
const REQUESTS: usize = 30;

/// What is asked of one while an enforcement point is off: there, many worlds find more than many questions.
const REQUESTS_WHILE_OFF: usize = 10;

/// Of one in so many organizations the tables are in PostgreSQL too.
const IN_POSTGRESQL: u64 = 4;

/// With what the answers of a world are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Against {
    Reference,
    OtherHidden,
    VisibleOnly,
    Postgres,
    OtherInPostgres,
}

impl Against {
    /// For people.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Reference => "the reference",
            Self::OtherHidden => "other rows and values that are hidden",
            Self::VisibleOnly => "visible rows only",
            Self::Postgres => "the same in PostgreSQL",
            Self::OtherInPostgres => "others that are hidden in PostgreSQL",
        }
    }
}

/// What another world has where the first one has what cannot be seen.
#[derive(Clone)]
pub(crate) struct Unseen {
    pub(crate) hidden: Tables,
    /// The visible events, with other values below masks.
    pub(crate) masked: Vec<Row>,
}

impl Unseen {
    /// The world's twin on that side, served; the reference is none.
    pub(crate) async fn serve(&self, world: &World, against: Against, random: &mut StdRng) -> Outcome<Option<Served>> {
        let (own, none) = ((world.seen[Of::Events].as_slice(), &world.hidden), Tables::default());
        let (place, rows) = match against {
            Against::Reference => return Ok(None),
            Against::OtherHidden => (Place::Files, (self.masked.as_slice(), &self.hidden)),
            Against::VisibleOnly => (Place::WholeFiles, (own.0, &none)),
            Against::Postgres => (Place::Database, own),
            Against::OtherInPostgres => (Place::Database, (self.masked.as_slice(), &self.hidden)),
        };
        Served::start(world, place, rows, random).await.map(Some)
    }
}

/// How many differences are printed.
const PRINTED: usize = 20;

/// How many were found by all runs.
static FOUND: AtomicUsize = AtomicUsize::new(0);

/// What came of one seed.
pub(crate) struct Run {
    seed: u64,
    pub(crate) comparisons: usize,
    pub(crate) differences: usize,
    /// What makes the first difference come again; of laws there is no such.
    pub(crate) first: Option<Case>,
    pub(crate) features: Vec<&'static str>,
}

impl Run {
    /// Counts two that ought to be one, and prints them at once if they are among the first.
    pub(crate) fn differ(&mut self, what: &str, texts: (&str, &str)) {
        self.differences += 1;
        if FOUND.fetch_add(1, Ordering::Relaxed) < PRINTED {
            println!("seed {}: {what}\n  {}\n  {}", self.seed, texts.0, texts.1);
        }
    }

    /// Two answers that must be one.
    pub(crate) fn compare(&mut self, how: &str, request: &Request, answer: &Answer, told: &Answer) {
        self.comparisons += 1;
        if told != answer {
            self.differ(&format!("{how}, {request:?}"), (&answer.to_string(), &told.to_string()));
        }
    }

    /// What the world answers, and what is told elsewhere.
    fn judge(
        &mut self,
        (world, unseen, against): (&World, &Unseen, Against),
        request: &Request,
        answer: &Answer,
        told: Option<Told>,
    ) {
        self.features.extend(against.feature(told.is_some()));
        let Some(told) = told else { return };
        self.comparisons += 1;
        if let Some(texts) = differing(answer, &told) {
            self.differ(&format!("with {}, {request:?}", against.name()), (&texts.0, &texts.1));
            self.first.get_or_insert_with(|| Case::new(self.seed, world, unseen, against, request));
        }
    }
}

/// Makes the worlds of a seed, asks them and compares; less of it while an enforcement point is off.
pub(crate) async fn compare(seed: u64, is_off: bool) -> Outcome<Run> {
    let random = &mut StdRng::seed_from_u64(seed);
    let world = World::random(random);
    let unseen = Unseen { hidden: world.other_hidden(random), masked: world.other_masked(random) };
    let one = Served::start(&world, Place::Files, (&world.seen[Of::Events], &world.hidden), random).await?;
    let mut twins = Vec::new();
    for against in against(seed).iter().filter(|against| !(is_off && against.is_asked_at_once())) {
        twins.push((*against, unseen.serve(&world, *against, random).await?));
    }
    let mut features = world.features();
    if world.storage == Storage::Parquet && one.passes_part_of_each_batch {
        features.push("policies pass 20 to 80 % of each batch of 64 rows");
    }
    let run = Run { seed, comparisons: 0, differences: 0, first: None, features };
    let (reference, offered) = (Reference::of(&world), world.offered());
    let mut asking = Asking { reference, offered, world, unseen, one, twins, answered: Vec::new(), run };
    asking.one_by_one(if is_off { REQUESTS_WHILE_OFF } else { REQUESTS }, random).await?;
    asking.at_once().await?;
    let Asking { mut world, one, answered, mut run, .. } = asking;
    if !is_off {
        laws::hold(&mut world, &one, &answered, random, &mut run).await?;
    }
    Ok(run)
}

/// A world that is asked, and its twins.
struct Asking {
    world: World,
    unseen: Unseen,
    reference: Reference,
    offered: Offered,
    one: Served,
    twins: Vec<(Against, Option<Served>)>,
    answered: Vec<(Request, Answer)>,
    run: Run,
}

impl Asking {
    /// Asks so many questions of the world, and each of them of its twins.
    async fn one_by_one(&mut self, many: usize, random: &mut StdRng) -> Outcome<()> {
        let mut next = None;
        for _ in 0..many {
            let World { person, content, .. } = &self.world;
            let request = next.take().unwrap_or_else(|| Request::random(person, content, &self.offered, random));
            let answer = self.one.answer(&request).await?;
            self.run.features.extend(request.features(content));
            self.run.features.push(answer.feature());
            for (against, served) in self.twins.iter().filter(|(against, _)| !against.is_asked_at_once()) {
                let told = told(&self.reference, served.as_ref(), &request).await?;
                self.run.judge((&self.world, &self.unseen, *against), &request, &answer, told);
            }
            if random.random_ratio(1, 3) {
                next = request.next(&answer.rows());
            }
            self.answered.push((request, answer));
        }
        Ok(())
    }

    /// Asks everything at the same time of the twins that are asked so.
    async fn at_once(&mut self) -> Outcome<()> {
        for (against, served) in self.twins.iter().filter(|(against, _)| against.is_asked_at_once()) {
            let asked = self.answered.iter().map(|(request, _)| told(&self.reference, served.as_ref(), request));
            for ((request, answer), told) in self.answered.iter().zip(try_join_all(asked).await?) {
                self.run.judge((&self.world, &self.unseen, *against), request, answer, told);
            }
        }
        Ok(())
    }
}

const fn against(seed: u64) -> &'static [Against] {
    let all =
        &[Against::Reference, Against::OtherHidden, Against::VisibleOnly, Against::Postgres, Against::OtherInPostgres];
    if seed.is_multiple_of(IN_POSTGRESQL) { all } else { all.split_at(3).0 }
}

impl Against {
    /// Whether all is asked at the same time, of a server that was asked nothing before.
    const fn is_asked_at_once(self) -> bool {
        matches!(self, Self::VisibleOnly)
    }

    const fn feature(self, is_told: bool) -> Option<&'static str> {
        match (self, is_told) {
            (Self::Reference, true) => Some("compared with the reference"),
            (Self::Reference, false) => Some("not modelled by the reference"),
            (Self::VisibleOnly, _) => Some("asked at once, and nothing before"),
            (Self::Postgres | Self::OtherInPostgres, _) => Some("compared with PostgreSQL"),
            _ => None,
        }
    }
}

/// What is told elsewhere.
pub(crate) enum Told {
    Served(Answer),
    Expected(Expected),
}

/// `None`: the reference does not model that.
pub(crate) async fn told(reference: &Reference, served: Option<&Served>, request: &Request) -> Outcome<Option<Told>> {
    Ok(match served {
        Some(served) => Some(Told::Served(served.answer(request).await?)),
        None => reference.answer(request).map(Told::Expected),
    })
}

/// Both as text, if they are not the same.
pub(crate) fn differing(answer: &Answer, told: &Told) -> Option<(String, String)> {
    match told {
        Told::Served(told) => (told != answer).then(|| (answer.to_string(), told.to_string())),
        Told::Expected(expected) => {
            let told = answer.told();
            (told != *expected).then(|| (told.to_string(), expected.to_string()))
        }
    }
}
