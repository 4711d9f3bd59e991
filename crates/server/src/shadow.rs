//! `vitrine shadow`: what people were shown by another product, asked again before a host changes over. Recorded addresses and
//! tokens are signed anew and handed in at the doors of a server of one's own; nothing of it reaches a server that serves.

mod recorded;
mod report;
mod rows;
mod signed;
mod visit;

use crate::apply::{self, ApplyError};
use crate::clock::Clock;
use crate::config::Limits;
use crate::policy_tests::{PolicyTestError, Server};
use recorded::Recorded;
pub use recorded::RecordedError;
pub use report::{Outcome, Report};
use std::path::Path;
use visit::Visit;

/// Why nothing could be asked.
#[derive(Debug, thiserror::Error)]
pub enum ShadowError {
    /// The definitions do not hold.
    #[error(transparent)]
    Definitions(#[from] ApplyError),
    /// The file does not hold.
    #[error(transparent)]
    Recorded(#[from] RecordedError),
    /// The server of one's own does not start or does not answer.
    #[error(transparent)]
    Server(#[from] PolicyTestError),
    /// The object rules do not hold. Nothing could be allowed.
    #[error("the object rules are not valid: {0}")]
    Rules(#[from] authz::RulesError),
}

/// Asks all that is in a file of a server with the definitions of a folder, and says what came of each as soon as it is known.
///
/// # Errors
/// The folder or the file does not hold.
pub async fn run(
    (file, folder): (&Path, &Path),
    (limits, data_dir): (&Limits, &Path),
    clock: &Clock,
    mut told: impl FnMut(&Outcome),
) -> Result<Report, ShadowError> {
    let definitions = apply::check(folder, data_dir).await?.definitions;
    let all = recorded::read(file)?;
    authz::policies_valid()?;
    let server = Server::start(folder, &definitions, limits, data_dir, clock.now()).await?;
    let visit = Visit { server: &server, definitions: &definitions, now: clock.now() };
    let mut report = Report::default();
    for (line, recorded) in all {
        let outcome = asked(&visit, line, &recorded).await?;
        told(&outcome);
        report.outcomes.push(outcome);
    }
    Ok(report)
}

/// What came of one.
async fn asked(visit: &Visit<'_>, line: usize, recorded: &Recorded) -> Result<Outcome, ShadowError> {
    let outcome = |came, faults| Outcome { line, name: recorded.name(), came, faults };
    let inside = match visit.enter(recorded).await? {
        Ok(inside) => inside,
        Err(refusal) if recorded.refused => return Ok(outcome(Some(refusal), Vec::new())),
        Err(refusal) => return Ok(outcome(None, vec![format!("not let in: {refusal}")])),
    };
    let answer = match visit.element(&inside, recorded).await? {
        Ok(answer) => answer,
        Err(refusal) if recorded.refused => return Ok(outcome(Some(refusal), Vec::new())),
        Err(refusal) => return Ok(outcome(None, vec![format!("not shown: {refusal}")])),
    };
    let faults = if recorded.refused {
        vec![format!("expected a refusal; came {}", answer.told())]
    } else {
        answer.faults(recorded)
    };
    Ok(outcome(Some(answer.told()), faults))
}
