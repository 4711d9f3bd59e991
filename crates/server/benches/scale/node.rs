//! A server of the large organization from outside: start, memory, searches, and grants that are made at one node and
//! count at another.

use crate::program::{Place, Program};
use crate::world::{self, Size};
use crate::{Outcome, figure};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::fs;
use std::time::Instant;
use testkit::callers::{Answer, LoggedIn, Viewer};
use testkit::figures::{median, milliseconds};

const STARTS: usize = 5;

/// How many grants are made and taken away. Odd, so that one is the median.
const GRANTS: usize = 21;

/// How often somebody turns the page of what they have found.
const PAGES: usize = 25;

/// Who is looked for: what few begin with, and what many do.
const BEGINNINGS: [&str; 4] = ["bali", "kire", "b", "to"];

/// The demo's administrator.
const ADMINISTRATOR: &str = "olga@contrail.example";

/// A server with its administrator.
pub(crate) struct Node {
    pub(crate) program: Program,
    administrator: LoggedIn,
}

impl Node {
    pub(crate) async fn start(place: &Place, name: &str) -> Outcome<Self> {
        let program = place.serve(name).await?;
        let printed = place.run(|command| command.args(["login-code", ADMINISTRATOR]))?;
        let code = printed.split_once('#').and_then(|(_, code)| code.split_whitespace().next());
        let administrator = LoggedIn::with_code(program.host.stranger.clone(), code.ok_or("no code")?).await?;
        Ok(Self { program, administrator })
    }

    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Outcome<Answer> {
        let request = self.administrator.request(method, path);
        self.administrator.stranger.send(body.into_iter().fold(request, |request, body| request.json(body))).await
    }

    /// Pages of members whose names or addresses begin so.
    pub(crate) async fn searches(&self, store: &str) -> Outcome<Value> {
        let mut samples = Vec::new();
        for beginning in BEGINNINGS {
            let mut after = String::new();
            for _ in 0..PAGES {
                let began = Instant::now();
                let path = format!("/api/v1/members?limit=50&beginning={beginning}{after}");
                let answer = self.ask(Method::GET, &path, None).await?;
                samples.push(milliseconds(began));
                expect(&answer, StatusCode::OK)?;
                let json = answer.json();
                let Some(next) = json["next"].as_str() else { break };
                after = format!("&after={}", encoded(next));
            }
        }
        let statistic = format!(
            "p95 of {} pages of 50, by {} beginnings, {:.1} ms at the median",
            samples.len(),
            BEGINNINGS.len(),
            median(&samples)
        );
        Ok(figure(
            &format!("a page of a search among a million members, {store}"),
            &statistic,
            &samples,
            (95, 100.0, "ms"),
        ))
    }

    /// The most it has had so far.
    pub(crate) fn memory(&self, store: &str) -> Outcome<Value> {
        let (most, now) = (mebibytes(&self.program, "VmHWM")?, mebibytes(&self.program, "VmRSS")?);
        Ok(json!({
            "figure": format!("resident memory of a large organization at most, {store}"),
            "statistic": format!("one run, after all of the above; {now:.0} MiB in the end"),
            "value": most, "unit": "MiB", "target": 600,
        }))
    }
}

fn mebibytes(program: &Program, what: &str) -> Outcome<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", program.process.id()))?;
    let line = status.lines().find(|line| line.starts_with(what)).ok_or("no such figure")?;
    let kibibytes: f64 = line.split_whitespace().nth(1).ok_or("no such figure")?.parse()?;
    Ok(kibibytes / 1024.0)
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn expect(answer: &Answer, status: StatusCode) -> Outcome<()> {
    if answer.status == status { Ok(()) } else { Err(format!("{}: {}", answer.status, answer.text()).into()) }
}

/// From the process's start until it is ready.
pub(crate) async fn started(place: &Place) -> Outcome<Vec<Value>> {
    let (mut ready, mut memory) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let began = Instant::now();
        let program = place.serve("main").await?;
        ready.push(milliseconds(began));
        memory.push(mebibytes(&program, "VmRSS")?);
    }
    let statistic = format!("median of {STARTS}, {:.0} MiB resident then", median(&memory));
    Ok(vec![figure("start to ready of a large organization", &statistic, &ready, (50, 3000.0, "ms"))])
}

/// Grants that are made and taken away at one node: how long that takes, and how long until the other decides by it.
pub(crate) async fn grants(store: &str, one: &Node, two: &Node, size: Size) -> Outcome<Vec<Value>> {
    let (mut made, mut counts) = (Vec::new(), Vec::new());
    for round in 0..GRANTS {
        let team = round * 37 % size.teams;
        let (name, workbook) = (world::team(team), world::foreign_to(team));
        let viewer = two.program.viewer(&name, &format!("Onlooker {round}"), &workbook).await?;
        expect(&viewer.open_workbook().await?, StatusCode::NOT_FOUND)?;
        let grant = json!({"to": {"team": name}, "on": {"workbook": workbook}, "level": "view"});
        let began = Instant::now();
        let answer = one.ask(Method::POST, "/api/v1/grants", Some(&grant)).await?;
        made.push(milliseconds(began));
        expect(&answer, StatusCode::CREATED)?;
        counts.push(until(&viewer, StatusCode::OK).await?);
        let path = format!("/api/v1/grants/{}", answer.json()["id"].as_str().unwrap_or_default());
        expect(&one.ask(Method::DELETE, &path, None).await?, StatusCode::NO_CONTENT)?;
        counts.push(until(&viewer, StatusCode::NOT_FOUND).await?);
    }
    let of = |name: String, samples: &[f64], target: f64| {
        let statistic = format!("the slowest of {}, {:.0} ms at the median", samples.len(), median(samples));
        figure(&name, &statistic, samples, (100, target, "ms"))
    };
    Ok(vec![
        of(format!("a grant among 100,000 is made, {store}"), &made, 1000.0),
        of(format!("a new revision is in force at another node, {store}"), &counts, 1000.0),
    ])
}

/// How long until the workbook answers so. A node that does not know yet must not answer as before.
async fn until(viewer: &Viewer, status: StatusCode) -> Outcome<f64> {
    let began = Instant::now();
    while viewer.open_workbook().await?.status != status {
        if began.elapsed().as_secs() > 30 {
            return Err("the change does not arrive".into());
        }
    }
    Ok(milliseconds(began))
}
