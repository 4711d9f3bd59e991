//! `vitrine test`: whether people see what a folder expects them to see. What is asked is asked by the front door of a
//! server of its own, so that an answer is what a viewer's page gets, byte for byte.

mod answer;
mod claimed;
mod compare;
mod coverage;
mod doors;
mod judge;
mod junit;
mod pair;
mod report;
mod signer;
mod stage;
mod visit;
mod walk;

use self::compare::Faults;
use self::coverage::Exercised;
pub(crate) use self::doors::{Entered, Inside, SIGN_ON};
pub use self::report::{Outcome, Report};
pub(crate) use self::signer::Signer;
pub(crate) use self::stage::Server;
use self::visit::{Visit, Visitor};
use crate::apply::{self, ApplyError};
use crate::clock::Clock;
use crate::config::Limits;
use crate::definitions::{self, DefinitionsError};
use crate::organization::Organization;
use authz::Principal;
use chrono::{DateTime, Utc};
use model::access::Definitions;
use model::expectation::{Expectation, Expectations, LooksAt, Persona};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why expectations could not be asked about.
#[derive(Debug, thiserror::Error)]
pub enum PolicyTestError {
    /// The definitions do not hold, or cannot be put in force.
    #[error(transparent)]
    Definitions(#[from] ApplyError),
    /// The files of expectations do not hold.
    #[error(transparent)]
    Expectations(#[from] DefinitionsError),
    /// There are none, which is no evidence of anything.
    #[error("`{0}`: no expectations: expected at least one in a file `tests/NAME.yaml`")]
    None(PathBuf),
    /// There is no such persona.
    #[error("unknown persona `{name}`: expected one of {known}")]
    Persona {
        /// As it was asked for.
        name: String,
        /// Those of `tests/*.yaml`.
        known: String,
    },
    /// The object rules do not hold. Nothing could be allowed.
    #[error("the object rules are not valid: {0}")]
    Rules(#[from] authz::RulesError),
    /// No place for the store.
    #[error("no folder for the store: {0}")]
    Folder(std::io::Error),
    /// No keys can be made.
    #[error("no keys can be made to sign with")]
    Keys,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A request could not be made, or its answer not be read.
    #[error("a request was not answered: {0}")]
    Asking(String),
}

/// Checks a folder, puts it in force on servers of its own, and asks all that it expects. All that is asked is asked at
/// one moment, so that no session ends in between.
///
/// # Errors
/// The folder does not hold, or expects nothing.
pub async fn run(folder: &Path, limits: &Limits, data_dir: &Path, clock: &Clock) -> Result<Report, PolicyTestError> {
    let definitions = apply::check(folder, data_dir).await?.definitions;
    let expectations = definitions::read_expectations(folder, &definitions)?;
    if expectations.files.values().all(Vec::is_empty) {
        return Err(PolicyTestError::None(folder.to_owned()));
    }
    authz::policies_valid()?;
    let mut house = House::new(folder, &definitions, (limits, data_dir), clock.now());
    house.let_in(&expectations).await?;
    let mut report = Report::default();
    for (file, expectations) in &expectations.files {
        for expectation in expectations {
            let faults = house.ask(expectation).await?;
            let (file, name, line) = (file.clone(), expectation.name.clone(), expectation.line);
            report.outcomes.push(Outcome { file, line, name, faults });
        }
    }
    report.unexercised = house.exercised.left_over(&definitions);
    Ok(report)
}

/// A persona that has got in, at a server of its own.
pub(crate) struct Explained {
    /// Who the server takes them for.
    pub(crate) principal: Principal,
    /// The organization there.
    pub(crate) organization: Arc<Organization>,
    _server: Server,
}

/// Lets one persona of a folder in: inside, or what the door said.
pub(crate) async fn enter_as(
    folder: &Path,
    name: &str,
    limits: &Limits,
    data_dir: &Path,
    clock: &Clock,
) -> Result<Result<Explained, String>, PolicyTestError> {
    let definitions = apply::check(folder, data_dir).await?.definitions;
    let personas = definitions::read_expectations(folder, &definitions)?.personas;
    let persona = personas.get(name).ok_or_else(|| {
        let known: Vec<String> = personas.keys().map(|name| format!("`{name}`")).collect();
        PolicyTestError::Persona { name: name.to_owned(), known: known.join(", ") }
    })?;
    let credential = &persona.credential;
    authz::policies_valid()?;
    let server = Server::start(folder, &definitions, limits, data_dir, clock.now()).await?;
    let pass = match Visitor::enter(&server, credential, &definitions).await?.entered {
        Ok(pass) => pass,
        Err(answer) => return Ok(Err(answer.refusal())),
    };
    let principal = visit::principal(&server, credential, &pass).await;
    let organization = server.app.organization_now().await.ok();
    let inside = principal.zip(organization);
    let inside = inside.map(|(principal, organization)| Explained { principal, organization, _server: server });
    inside.map(Ok).ok_or_else(|| PolicyTestError::Asking("the session is gone".to_owned()))
}

/// The servers, and the personas before them.
struct House<'a> {
    folder: &'a Path,
    definitions: &'a Definitions,
    limits: &'a Limits,
    data_dir: &'a Path,
    now: DateTime<Utc>,
    servers: Vec<Server>,
    visitors: BTreeMap<String, (usize, Persona, Visitor)>,
    exercised: Exercised,
}

impl<'a> House<'a> {
    fn new(
        folder: &'a Path,
        definitions: &'a Definitions,
        (limits, data_dir): (&'a Limits, &'a Path),
        now: DateTime<Utc>,
    ) -> Self {
        let (servers, visitors, exercised) = (Vec::new(), BTreeMap::new(), Exercised::default());
        Self { folder, definitions, limits, data_dir, now, servers, visitors, exercised }
    }

    async fn server(&self) -> Result<Server, PolicyTestError> {
        Server::start(self.folder, self.definitions, self.limits, self.data_dir, self.now).await
    }

    /// Lets each persona in. A server remembers the people it has seen, so two personas who may be one person have a server
    /// each: no expectation depends on another one's persona.
    async fn let_in(&mut self, expectations: &Expectations) -> Result<(), PolicyTestError> {
        let mut met: Vec<BTreeSet<String>> = Vec::new();
        for (name, persona) in &expectations.personas {
            let names = claimed::names(&persona.credential);
            let place = met.iter().position(|met| met.is_disjoint(&names)).unwrap_or(met.len());
            if place == met.len() {
                met.push(BTreeSet::new());
                let server = self.server().await?;
                self.servers.push(server);
            }
            let (Some(server), Some(met)) = (self.servers.get(place), met.get_mut(place)) else { continue };
            met.extend(names);
            let visitor = Visitor::enter(server, &persona.credential, self.definitions).await?;
            self.visitors.insert(name.clone(), (place, persona.clone(), visitor));
        }
        Ok(())
    }

    /// What is otherwise than expected, of each persona.
    async fn ask(&mut self, expectation: &Expectation) -> Result<Faults, PolicyTestError> {
        let mut faults = Vec::new();
        for name in &expectation.personas {
            let of_them = self.ask_as(name, expectation).await?;
            faults.extend(of_them.into_iter().map(|fault| format!("as `{name}`: {fault}")));
        }
        Ok(faults)
    }

    async fn ask_as(&mut self, name: &str, expectation: &Expectation) -> Result<Faults, PolicyTestError> {
        let Some((place, persona, visitor)) = self.visitors.get(name) else { return Ok(Vec::new()) };
        let Some(server) = self.servers.get(*place) else { return Ok(Vec::new()) };
        let pass = match &visitor.entered {
            _ if expectation.looks_at == LooksAt::Session => {
                self.exercised.add(&visitor.taken_for, Vec::new());
                return Ok(judge::entry(visitor, &expectation.demands, &persona.never));
            }
            Ok(pass) => pass,
            Err(answer) => return Ok(vec![format!("they did not get in: {}", answer.refusal())]),
        };
        let mut visit = Visit::new(server, self.definitions, pass);
        let faults = judge::judge(&mut visit, expectation, &persona.never).await?;
        self.exercised.add(&visitor.taken_for, visit.asked);
        Ok(faults)
    }
}
