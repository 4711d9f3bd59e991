//! One question, the whole way: decide, secure, record, run.

use crate::admission::Admitted;
use crate::app::App;
use crate::audit::{self, Completion};
use crate::callers::Viewer;
use crate::present::FileFormat;
use crate::problem::Problem;
use authz::permit::{Action, DownloadPermit, ExportArrow, ExportCsv, ExportJson, ExportXlsx, Permit, RunQuery};
use authz::{Denial, Resource, decide};
use chrono::{DateTime, Utc};
use model::time_zone::TimeZone;
use query::{Answer, Download, Opened, SecuredDownload, SecuredPlan};
use std::path::PathBuf;
use std::sync::Arc;

/// An answer whose decision is in the audit trail; its presenter completes the record.
pub struct Answered {
    /// The rows.
    pub answer: Arc<Answer>,
    /// Of a pivot, and where totals are asked for: the answers for fewer of its dimensions.
    pub totals: Vec<Arc<Answer>>,
    /// When the rows were read.
    pub as_of: DateTime<Utc>,
    /// Whose days and hours its cells are, where they are of instants.
    pub time_zone: TimeZone,
    /// The most bytes that the document may have which is made of it.
    pub most_bytes: u64,
    /// To be told how many rows and bytes went out: the query, and the export if it is one.
    pub completions: Vec<Completion>,
}

/// A download whose decisions are in the audit trail and whose rows come; its presenter completes the records.
pub struct Downloading {
    /// The rows.
    pub rows: Download,
    /// Where files without a name may be made for it.
    pub folder: PathBuf,
    /// The most bytes that it may have.
    pub most_bytes: u64,
    /// To be told how many rows and bytes went out: of the query and of the export.
    pub completions: Vec<Completion>,
    /// The right to run it, until its rows are there.
    pub turn: Admitted,
}

/// What is asked at once under one decision.
pub struct Plans {
    /// The question.
    pub answer: SecuredPlan,
    /// The same question for fewer of its fields.
    pub totals: Vec<SecuredPlan>,
}

/// One question by itself.
impl From<SecuredPlan> for Plans {
    fn from(answer: SecuredPlan) -> Self {
        Self { answer, totals: Vec::new() }
    }
}

/// Decides `RunQuery` on `resource`, makes the plans with `secure`, records the decision and runs them.
pub async fn ask<P: Into<Plans>>(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
    secure: impl FnOnce(Opened) -> Result<P, Problem>,
) -> Result<Answered, Problem> {
    let permit = permitted::<RunQuery>(app, viewer, resource).await?;
    let recorded = audit::allowed(app, viewer, resource, &permit);
    let _turn = app.admission.admit(&viewer.principal).await?;
    let opened = Opened::new(&viewer.organization.catalog, permit, app.engine.limits()).await?;
    let plans: Plans = secure(opened)?.into();
    let completion = recorded.await?;
    let (as_of, time_zone) = (app.clock.now(), plans.answer.time_zone());
    let answer = app.engine.run(plans.answer).await?;
    let mut totals = Vec::with_capacity(plans.totals.len());
    for plan in plans.totals {
        totals.push(app.engine.run(plan).await?);
    }
    let most_bytes = app.engine.limits().bytes;
    Ok(Answered { answer, totals, as_of, time_zone, most_bytes, completions: vec![completion] })
}

/// Decides whether the answer on `resource` may be taken away in a format, and whether it may be had; makes the plan with
/// `secure`, records both decisions and begins to run it.
pub async fn download(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
    format: FileFormat,
    secure: impl FnOnce(&Opened, &DownloadPermit) -> Result<SecuredDownload, Problem>,
) -> Result<Downloading, Problem> {
    let (download_permit, exporting) = export_permitted(app, viewer, resource, format).await?;
    let permit = permitted::<RunQuery>(app, viewer, resource).await?;
    let recorded = audit::allowed(app, viewer, resource, &permit);
    let turn = app.admission.admit(&viewer.principal).await?;
    let limits = app.engine.limits();
    let opened = Opened::new(&viewer.organization.catalog, permit, limits).await?;
    let plan = secure(&opened, &download_permit)?;
    let completions = vec![recorded.await?, exporting];
    let rows = app.engine.download(plan).await?;
    let (folder, most_bytes) = (limits.downloads.folder.clone(), limits.downloads.bytes);
    Ok(Downloading { rows, folder, most_bytes, completions, turn })
}

impl Answered {
    /// How many rows it has, those of totals among them.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.answer.rows.len() + self.totals.iter().map(|total| total.rows.len()).sum::<usize>()
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
async fn export_permitted(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
    format: FileFormat,
) -> Result<(DownloadPermit, Completion), Problem> {
    match format {
        FileFormat::Csv => recorded::<ExportCsv>(app, viewer, resource).await,
        FileFormat::Xlsx => recorded::<ExportXlsx>(app, viewer, resource).await,
        FileFormat::Json => recorded::<ExportJson>(app, viewer, resource).await,
        FileFormat::Arrow => recorded::<ExportArrow>(app, viewer, resource).await,
    }
}

async fn recorded<A: Action>(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
) -> Result<(DownloadPermit, Completion), Problem>
where
    Permit<A>: Into<DownloadPermit>,
{
    let permit = permitted::<A>(app, viewer, resource).await?;
    let recorded = audit::allowed(app, viewer, resource, &permit);
    let permit = permit.into();
    Ok((permit, recorded.await?))
}
