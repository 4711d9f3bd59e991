//! How long a decision takes in process: the host's call verified, the person identified, the session taken up and a
//! query of one element decided, on the demo's definitions. No store and no network. And how long it takes to verify a
//! token that is signed with HMAC-SHA256.
//!
//! `make bench` runs this; the figures go to `build/bench`.

use authz::{Directory, Member, Opening, Permit, ProfileWrite, Resource, RunQuery};
use chrono::{DateTime, Utc};
use dialect::credentials::Credentials;
use dialect::jwt::Token;
use model::assertion::Assertion;
use model::name::{KeyId, MemberId, SessionId};
use model::snapshot::{Ids, Snapshot};
use serde_json::{Value, json};
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;
use testkit::world;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// How many decisions are measured.
const ROUNDS: usize = 20_000;

/// How many are made before.
const WARM_UP: usize = 1_000;

/// How many dots a plot gets.
const DOTS: usize = 200;

/// `contrail-web:` and a secret of the length of the demo's.
const CREDENTIALS: &str = concat!(
    "Basic Y29udHJhaWwtd2ViOjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJj",
    "ZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
);
const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// What the demo's host says of Delta's manager.
const SESSION: &[u8] = br#"{
    "subject": "manager@delta.example", "tenant": "delta", "email": "manager@delta.example",
    "first_name": "Dana", "last_name": "Delgado", "teams": ["Station managers"], "account_type": "Act",
    "attributes": {"carrier": "DL"}, "content": {"workbook": "flights"}, "origin": "http://localhost:8090"
}"#;

fn main() -> Outcome<()> {
    let case = Case::open()?;
    for _ in 0..WARM_UP {
        drop(black_box(case.decide()?));
    }
    let decisions = measure(|| case.decide().map(drop))?;
    let token = testkit::sign::plain(&serde_json::from_str(GUEST)?, GUEST_SECRET);
    let tokens = measure(|| verify_token(&token))?;
    testkit::figures::keep("decision", &figures(&decisions, &tokens))?;
    Ok(())
}

/// Microseconds of each round, in order.
fn measure(round: impl Fn() -> Outcome<()>) -> Outcome<Vec<f64>> {
    let mut microseconds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        black_box(round()?);
        microseconds.push(began.elapsed().as_secs_f64() * 1e6);
    }
    microseconds.sort_by(f64::total_cmp);
    Ok(microseconds)
}

/// What a host signs for a guest, and the length of secret that Metabase makes.
const GUEST: &str = r#"{"resource": {"dashboard": 1}, "params": {"carrier": "DL"}, "exp": 4102444800}"#;
const GUEST_SECRET: &str = "a1c0952f3ff361f1e7dd8433a0a50689a004317a198ecb0a67ba90c73c27a958";

/// From text to claims.
fn verify_token(token: &str) -> Outcome<()> {
    let key = KeyId::new("key");
    let signed = Token::parse(black_box(token))?.verify([(&key, GUEST_SECRET.as_bytes())])?;
    black_box(signed);
    Ok(())
}

/// Delta's manager, who has been here before, and the element that is asked.
struct Case {
    snapshot: Snapshot,
    directory: Directory,
    member: Member,
    element: Resource,
}

impl Case {
    fn open() -> Outcome<Self> {
        let snapshot = snapshot()?;
        let assertion = verify(&snapshot)?;
        let first = authz::identify(&assertion, &snapshot, &Directory::default(), opening())?;
        let ProfileWrite::Create(member) = first.profile else { return Err("the manager is not new".into()) };
        let directory = Directory { embed: Some(member.clone()), ..Directory::default() };
        let (workbook, page, element) = ("flights".parse()?, "overview".parse()?, "by-month".parse()?);
        Ok(Self { snapshot, directory, member, element: Resource::Element { workbook, page, element } })
    }

    /// What is measured: from bytes to a permit.
    fn decide(&self) -> Outcome<Permit<RunQuery>> {
        let assertion = verify(&self.snapshot)?;
        black_box(authz::lookup(&assertion, &self.snapshot)?);
        let identified = authz::identify(&assertion, &self.snapshot, &self.directory, opening())?;
        let principal = authz::resume(identified.facts, &self.snapshot, Some(&self.member), now())?;
        Ok(authz::decide(&principal, &self.snapshot, &self.element)?)
    }
}

fn verify(snapshot: &Snapshot) -> Outcome<Assertion> {
    let credentials = Credentials::from_header(Some(black_box(CREDENTIALS)))?;
    let key = credentials.verify(snapshot.keys.id(credentials.client_id()), [SECRET])?;
    Ok(dialect::vitrine::assertion(&key, black_box(SESSION))?)
}

fn opening() -> Opening {
    Opening { session: SessionId::new("vs_bench"), new_member: MemberId::new("bench"), now: now() }
}

const fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH
}

fn snapshot() -> Outcome<Snapshot> {
    let definitions = server::definitions::read(&world::demo())?.definitions().clone();
    let ids = Ids::from_names(&definitions);
    Snapshot::build(definitions, &ids, 1).map_err(|problems| format!("{problems:?}").into())
}

/// In the shape that `bench/README.md` describes.
fn figures(decisions: &[f64], tokens: &[f64]) -> Value {
    json!([
        figure("verify, identify and decide, half of them", decisions, 50, 100.0),
        figure("verify, identify and decide, nearly all", decisions, 99, 1000.0),
        figure("verify a token", tokens, 50, 10.0),
    ])
}

fn figure(name: &str, sorted: &[f64], percent: usize, target: f64) -> Value {
    let at = |part: usize, of: usize| sorted.get(sorted.len() * part / of).copied();
    let dots: Vec<Option<f64>> = (0..DOTS).map(|dot| at(dot, DOTS)).collect();
    json!({
        "figure": name, "statistic": format!("p{percent} of {ROUNDS}"), "value": at(percent, 100), "unit": "µs",
        "target": target, "samples": dots,
    })
}
