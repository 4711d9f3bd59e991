//! Decisions in process, of people in many of the teams.

use crate::program;
use crate::{Outcome, figure, world};
use authz::{Directory, Facts, Identified, Member, Opening, Permit, ProfileWrite, Resource, RunQuery};
use chrono::{DateTime, Utc};
use dialect::credentials::Credentials;
use model::assertion::Assertion;
use model::name::{MemberId, SessionId};
use model::snapshot::Snapshot;
use serde_json::{Value, json};
use std::hint::black_box;
use std::time::Instant;

/// How many are measured.
const ROUNDS: usize = 20_000;

/// How many are made before.
const WARM_UP: usize = 1_000;

/// How many people decide in turns.
const PEOPLE: usize = 500;

/// Somebody whose session is at work, and what they look at.
struct Case {
    facts: Facts,
    member: Member,
    element: Resource,
}

impl Case {
    fn of(snapshot: &Snapshot, number: usize) -> Outcome<Self> {
        let Identified { facts, profile, .. } = newcomer(snapshot, number, &number.to_string())?;
        let ProfileWrite::Create(member) = profile else { return Err("the person is not new".into()) };
        let (page, element) = ("main".parse()?, "all".parse()?);
        let element = Resource::Element { workbook: world::workbook_of(number).parse()?, page, element };
        Ok(Self { facts, member, element })
    }

    /// What is measured: from what is pinned to a permit, with row filters.
    fn decide(&self, snapshot: &Snapshot) -> Outcome<Permit<RunQuery>> {
        let principal = authz::resume(self.facts.clone(), snapshot, Some(&self.member), now())?;
        Ok(authz::decide(&principal, snapshot, &self.element)?)
    }
}

/// Somebody nobody knows yet, of that team.
pub(crate) fn newcomer(snapshot: &Snapshot, team: usize, id: &str) -> Outcome<Identified> {
    let opening = Opening {
        session: SessionId::new(format!("vs_bench{id}")),
        new_member: MemberId::new(format!("member_bench{id}")),
        now: now(),
    };
    let assertion = vouched_for(snapshot, &world::call(team, id))?;
    Ok(authz::identify(&assertion, snapshot, &Directory::default(), opening)?)
}

/// The host says so.
fn vouched_for(snapshot: &Snapshot, call: &Value) -> Outcome<Assertion> {
    let secret = program::secret(program::HOST);
    let header = format!("Basic {}", data_encoding::BASE64.encode(format!("{}:{secret}", program::HOST).as_bytes()));
    let credentials = Credentials::from_header(Some(&header))?;
    let key = credentials.verify(snapshot.keys.id(credentials.client_id()), [secret.as_bytes()])?;
    Ok(dialect::vitrine::assertion(&key, json!(call).to_string().as_bytes())?)
}

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

/// How long it takes to decide by what is in force.
pub(crate) fn measured(snapshot: &Snapshot) -> Outcome<Vec<Value>> {
    let cases: Vec<Case> = (0..PEOPLE).map(|number| Case::of(snapshot, number)).collect::<Outcome<_>>()?;
    let mut microseconds = Vec::with_capacity(ROUNDS);
    for (round, case) in cases.iter().cycle().take(WARM_UP + ROUNDS).enumerate() {
        let began = Instant::now();
        drop(black_box(case.decide(snapshot)?));
        if round >= WARM_UP {
            microseconds.push(began.elapsed().as_secs_f64() * 1e6);
        }
    }
    microseconds.sort_by(f64::total_cmp);
    let of = |percent: usize, target: f64, which: &str| {
        let name = format!("decide among 100,000 grants, 10,000 teams and 500 policies, {which}");
        let statistic = format!("p{percent} of {ROUNDS}, {PEOPLE} people in turns, in process");
        figure(&name, &statistic, &microseconds, (percent, target, "µs"))
    };
    Ok(vec![of(50, 50.0, "half of them"), of(99, 500.0, "nearly all")])
}
