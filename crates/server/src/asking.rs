//! One question, the whole way: decide, secure, record, run.

use crate::app::App;
use crate::audit::{self, Completion};
use crate::callers::Viewer;
use crate::present::FileFormat;
use crate::problem::Problem;
use authz::permit::{Action, ExportCsv, ExportJson, ExportXlsx, Permit, RunQuery};
use authz::{Denial, Resource, decide};
use query::{Answer, SecuredPlan};

/// An answer whose decision is in the audit trail; its presenter completes the record.
pub struct Answered {
    /// The rows.
    pub answer: Answer,
    /// To be told how many rows and bytes went out: the query, and the export if it is one.
    pub completions: Vec<Completion>,
}

/// Decides `RunQuery` on `resource`, makes the plan with `secure`, records the decision and runs it.
pub async fn ask(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
    secure: impl FnOnce(Permit<RunQuery>) -> Result<SecuredPlan, Problem>,
) -> Result<Answered, Problem> {
    let permit = permitted::<RunQuery>(app, viewer, resource).await?;
    let recorded = audit::allowed(app, viewer, resource, &permit);
    let plan = secure(permit)?;
    let completion = recorded.await?;
    let answer = app.engine.run(plan).await?;
    Ok(Answered { answer, completions: vec![completion] })
}

impl Answered {
    /// The same answer, about which another decision was recorded as well.
    #[must_use]
    pub fn and(mut self, completion: Completion) -> Self {
        self.completions.push(completion);
        self
    }

    /// So many bytes of it go out.
    pub fn complete(completions: Vec<Completion>, rows: usize, bytes: usize) {
        completions.into_iter().for_each(|completion| completion.complete(rows, bytes));
    }
}

/// Decides `A` on `resource`; a denial is recorded and becomes the problem its caller may see.
pub async fn permitted<A: Action>(app: &App, viewer: &Viewer, resource: &Resource) -> Result<Permit<A>, Problem> {
    let decision: Result<Permit<A>, Denial> = decide::<A>(&viewer.principal, &viewer.organization.snapshot, resource);
    match decision {
        Ok(permit) => Ok(permit),
        Err(denial) => Err(audit::denied::<A>(app, viewer, resource, &denial).await?),
    }
}

/// Decides whether an answer may be downloaded in a format, and records it.
pub async fn export_permitted(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
    format: FileFormat,
) -> Result<Completion, Problem> {
    match format {
        FileFormat::Csv => recorded(app, viewer, resource, permitted::<ExportCsv>(app, viewer, resource).await?).await,
        FileFormat::Xlsx => {
            recorded(app, viewer, resource, permitted::<ExportXlsx>(app, viewer, resource).await?).await
        }
        FileFormat::Json => {
            recorded(app, viewer, resource, permitted::<ExportJson>(app, viewer, resource).await?).await
        }
    }
}

async fn recorded<A: Action>(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
    permit: Permit<A>,
) -> Result<Completion, Problem> {
    audit::allowed(app, viewer, resource, &permit).await
}
