//! A process that writes is killed at any moment, again and again: what it was told is written is there, and what was ended
//! does not come back.
//!
//! `KILLS` says how often; `make soak` does it some thousands of times.

use super::fixtures::{Outcome, World, at, definitions, event, issuer, member};
use crate::place::{Kind, Place};
use authz::ProfileWrite;
use serde_json::json;
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use store::redeem::Redemption;
use store::sessions::FoundSession;

const KILLS: usize = 50;

/// Where the process writes that is to be killed, and in which round.
const WRITES_AT: &str = "VITRINE_TEST_WRITES_AT";
const ROUND: &str = "VITRINE_TEST_ROUND";

fn told(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

fn say(what: &str, which: &str) -> Outcome {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\nwritten {what} {which}")?;
    Ok(out.flush()?)
}

/// What is killed: writes one thing after another, and says so when it is told that it is written.
#[tokio::test]
#[ignore = "run by the test below, in a process of its own"]
async fn writes_until_it_is_killed() -> Outcome {
    let (Some(place), Some(round)) = (told(WRITES_AT), told(ROUND)) else { return Ok(()) };
    let place = Place::Given(place);
    let world = World { store: place.open().await?, place };
    for number in 0.. {
        let name = format!("{round}-{number}");
        let facts = world.facts(&name, &["Managers"]).await?;
        let opened = world.open_as(&facts, &ProfileWrite::Create(member(&facts)), &format!("code {name}")).await?;
        say("opened", &name)?;
        let redeemed = world.redeem(&format!("code {name}"), &format!("handle {name}")).await?;
        assert!(matches!(redeemed, Redemption::Opened(_)));
        say("redeemed", &name)?;
        world.store.record(event(&name)).await?;
        say("recorded", &name)?;
        if number % 2 == 0 {
            assert!(world.store.end_session(&opened.session, &issuer(&opened), "host", at(2)).await?);
            say("ended", &name)?;
        }
        if number % 4 == 3 {
            let mut changed = definitions();
            changed["organization"]["name"] = json!(name);
            let applied = world.apply(changed).await?;
            say("applied", &applied.revision.to_string())?;
        }
    }
    Ok(())
}

/// What the processes were told.
#[derive(Default)]
struct Told {
    opened: BTreeSet<String>,
    redeemed: BTreeSet<String>,
    recorded: BTreeSet<String>,
    ended: BTreeSet<String>,
    revision: u64,
    /// How often something was said.
    times: usize,
}

impl Told {
    fn note(&mut self, line: &str) -> Outcome {
        let Some((what, which)) = line.strip_prefix("written ").and_then(|said| said.split_once(' ')) else { return Ok(()) };
        let names = match what {
            "opened" => &mut self.opened,
            "redeemed" => &mut self.redeemed,
            "recorded" => &mut self.recorded,
            "ended" => &mut self.ended,
            _ => {
                self.revision = which.parse()?;
                self.times += 1;
                return Ok(());
            }
        };
        names.insert(which.to_owned());
        self.times += 1;
        Ok(())
    }

    /// All of it is there, as another process sees it.
    async fn holds(&self, place: &Place) -> Outcome {
        let store = place.open().await?;
        assert!(store.revision().await? >= self.revision, "revision {}", self.revision);
        let there: BTreeSet<String> =
            store.recent_audit(u32::MAX).await?.into_iter().map(|recorded| recorded.event.event).collect();
        assert!(self.recorded.is_subset(&there), "{:?}", self.recorded.difference(&there));
        for name in &self.redeemed {
            let found = store.session(store::TokenHash::of(&format!("handle {name}"))).await?;
            let is_open = matches!(found, FoundSession::Open(_));
            assert_ne!(found, FoundSession::Unknown, "{name} was redeemed");
            assert!(!(is_open && self.ended.contains(name)), "{name} was ended");
        }
        store.load().await?.ok_or("nothing is in force")?;
        store.close().await;
        Ok(())
    }
}

/// Lets a process write until it has said so many things, and kills it then, whatever it is doing.
fn killed(place: &Place, round: usize, after: usize, told: &mut Told) -> Outcome {
    let database = if super::PLACE == Kind::Sqlite { "sqlite" } else { "postgres" };
    let mut child = Command::new(std::env::current_exe()?)
        .args(["--exact", &format!("{database}::killed::writes_until_it_is_killed"), "--ignored", "--nocapture"])
        .env(WRITES_AT, place.text())
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()?;
    let out = BufReader::new(child.stdout.take().ok_or("no output")?);
    let until = told.times + after;
    for line in out.lines() {
        told.note(&line?)?;
        if told.times >= until {
            // The rest of what it has said is read until its output ends.
            let _ = child.kill();
        }
    }
    let ended = child.wait()?;
    if ended.code().is_none() { Ok(()) } else { Err("it ended by itself".into()) }
}

#[tokio::test]
async fn a_process_that_is_killed_loses_nothing_and_revives_nothing() -> Outcome {
    let kills = told("KILLS").map_or(Ok(KILLS), |text| text.parse())?;
    let world = World::new().await?;
    let mut told = Told::default();
    for round in 0..kills {
        killed(&world.place, round, 1 + round * 7 % 13, &mut told)?;
        told.holds(&world.place).await?;
        if round % 100 == 99 {
            // What is long gone is not looked for each time.
            told = Told { revision: told.revision, times: told.times, ..Told::default() };
        }
    }
    assert!(told.times > kills, "it was told of {} writes", told.times);
    Ok(())
}
