//! One question, the whole way: decide, secure, record, run.

use crate::admission::Admitted;
use crate::app::App;
use crate::audit::{self, Completion};
use crate::callers::Viewer;
use crate::present::FileFormat;
use crate::problem::Problem;
use crate::watch::Watch;
use authz::permit::{
    Action, DownloadPermit, ExportArrow, ExportCsv, ExportJson, ExportPicture, ExportXlsx, Permit, RunQuery,
};
use authz::{Denial, Resource, decide};
use chrono::{DateTime, Utc};
use model::time_zone::TimeZone;
use query::{Answer, Download, Opened, QueryError, SecuredDownload, SecuredPicture, SecuredPlan};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

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
    /// Says for how long it may go out.
    pub watch: Watch,
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
    /// Says for how long it may go on.
    pub watch: Watch,
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
    let mut watch = Watch::of(app, viewer).and::<RunQuery>(resource);
    let _turn = watch.over(app.admission.admit(&viewer.principal)).await?;
    let opening = Opened::new(&viewer.organization.catalog, permit, app.engine.limits());
    let opened = watch.over(async { Ok(opening.await?) }).await?;
    let plans: Plans = secure(opened)?.into();
    let completion = recorded.await?;
    let (as_of, time_zone) = (app.clock.now(), plans.answer.time_zone());
    let (answer, totals) = watch.over(run_all(app, plans)).await?;
    let most_bytes = app.engine.limits().bytes;
    Ok(Answered { answer, totals, as_of, time_zone, most_bytes, completions: vec![completion], watch })
}

async fn run_all(app: &App, plans: Plans) -> Result<(Arc<Answer>, Vec<Arc<Answer>>), Problem> {
    let answer = run(app, plans.answer).await?;
    let mut totals = Vec::with_capacity(plans.totals.len());
    for plan in plans.totals {
        totals.push(run(app, plan).await?);
    }
    Ok((answer, totals))
}

/// Runs a plan, and counts it.
async fn run(app: &App, plan: SecuredPlan) -> Result<Arc<Answer>, QueryError> {
    counted(app, app.engine.run(plan)).await
}

async fn counted(
    app: &App,
    running: impl Future<Output = Result<Arc<Answer>, QueryError>>,
) -> Result<Arc<Answer>, QueryError> {
    let started = Instant::now();
    let answer = running.await;
    let outcome = answer.as_ref().map(|answer| answer.rows.len()).map_err(QueryError::kind);
    app.metrics.query(outcome, started.elapsed());
    answer
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
    let watch = Watch::of(app, viewer).and::<RunQuery>(resource);
    let (download_permit, exporting, mut watch) = export_permitted(app, viewer, resource, format, watch).await?;
    let permit = permitted::<RunQuery>(app, viewer, resource).await?;
    let recorded = audit::allowed(app, viewer, resource, &permit);
    let turn = watch.over(app.admission.admit(&viewer.principal)).await?;
    let limits = app.engine.limits();
    let opening = Opened::new(&viewer.organization.catalog, permit, limits);
    let opened = watch.over(async { Ok(opening.await?) }).await?;
    let plan = secure(&opened, &download_permit)?;
    let completions = vec![recorded.await?, exporting];
    let rows = watch.over(async { Ok(app.engine.download(plan).await?) }).await?;
    let (folder, most_bytes) = (limits.downloads.folder.clone(), limits.downloads.bytes);
    Ok(Downloading { rows, folder, most_bytes, completions, turn, watch })
}

/// Decides whether the answer on `resource` may be had, and whether it may be taken away as a picture; makes the plan with
/// `secure`, records both decisions and runs it. Drawing it is for the caller.
pub async fn picture(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
    secure: impl FnOnce(&Opened, &DownloadPermit) -> Result<SecuredPicture, Problem>,
) -> Result<Answered, Problem> {
    let watch = Watch::of(app, viewer).and::<RunQuery>(resource);
    let (download_permit, exporting, mut watch) = recorded::<ExportPicture>(app, viewer, resource, watch).await?;
    let permit = permitted::<RunQuery>(app, viewer, resource).await?;
    let recorded = audit::allowed(app, viewer, resource, &permit);
    let _turn = watch.over(app.admission.admit(&viewer.principal)).await?;
    let limits = app.engine.limits();
    let opening = Opened::new(&viewer.organization.catalog, permit, limits);
    let opened = watch.over(async { Ok(opening.await?) }).await?;
    let plan = secure(&opened, &download_permit)?;
    let completions = vec![recorded.await?, exporting];
    let (as_of, time_zone) = (app.clock.now(), plan.time_zone());
    let answer = watch.over(async { Ok(counted(app, app.engine.rows_of_picture(plan)).await?) }).await?;
    Ok(Answered { answer, totals: Vec::new(), as_of, time_zone, most_bytes: limits.bytes, completions, watch })
}

impl Answered {
    /// How many rows it has, those of totals among them.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.answer.rows.len() + self.totals.iter().map(|total| total.rows.len()).sum::<usize>()
    }

    /// So many bytes of it have gone out, at once.
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
    watch: Watch,
) -> Result<(DownloadPermit, Completion, Watch), Problem> {
    match format {
        FileFormat::Csv => recorded::<ExportCsv>(app, viewer, resource, watch).await,
        FileFormat::Xlsx => recorded::<ExportXlsx>(app, viewer, resource, watch).await,
        FileFormat::Json => recorded::<ExportJson>(app, viewer, resource, watch).await,
        FileFormat::Arrow => recorded::<ExportArrow>(app, viewer, resource, watch).await,
    }
}

async fn recorded<A: Action>(
    app: &App,
    viewer: &Viewer,
    resource: &Resource,
    watch: Watch,
) -> Result<(DownloadPermit, Completion, Watch), Problem>
where
    Permit<A>: Into<DownloadPermit>,
{
    let permit = permitted::<A>(app, viewer, resource).await?;
    let recorded = audit::allowed(app, viewer, resource, &permit);
    let permit = permit.into();
    Ok((permit, recorded.await?, watch.and::<A>(resource)))
}
