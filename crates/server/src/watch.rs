//! What is under way is asked about again, more than once a second, for as long as it runs and its bytes go out: whether
//! whoever asked is still let in, may still do it, and is still to see the same.

use crate::app::App;
use crate::callers::{Shown, Viewer, resume};
use crate::organization::Organization;
use crate::preview::Preview;
use crate::problem::Problem;
use authz::permit::{Action, PreviewContent};
use authz::{Principal, Resource, decide};
use model::enforcement::{Point, enforced};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};

/// How long something goes on that was asked about.
const EVERY: Duration = Duration::from_millis(400);

/// How long the answer may take. Together they are less than a second.
const PATIENCE: Duration = Duration::from_millis(500);

/// Asks again about what one viewer was permitted.
pub struct Watch {
    app: App,
    shown: Shown,
    /// Who was permitted it, and by what.
    principal: Arc<Principal>,
    organization: Arc<Organization>,
    /// The draft that is looked at, if one is.
    preview: Option<Arc<Preview>>,
    permitted: Vec<(Still, Resource)>,
    /// When that was last known to hold.
    confirmed: Instant,
}

/// Whether a permission is what it was.
type Still = fn(Standing<'_>, Standing<'_>, &Resource) -> Result<(), Problem>;

type Standing<'a> = (&'a Principal, &'a Organization);

impl Watch {
    /// Over what `viewer` has just been permitted.
    #[must_use]
    pub fn of(app: &App, viewer: &Viewer) -> Self {
        Self {
            app: app.clone(),
            shown: viewer.shown.clone(),
            principal: Arc::clone(&viewer.principal),
            organization: Arc::clone(&viewer.organization),
            preview: viewer.preview.clone(),
            permitted: viewer.preview.iter().map(|preview| previewed(preview)).collect(),
            confirmed: Instant::now(),
        }
    }

    /// The same, also over `A` on a resource.
    #[must_use]
    pub fn and<A: Action>(mut self, resource: &Resource) -> Self {
        self.permitted.push((still::<A>, resource.clone()));
        self
    }

    /// The same, also over what another one is over, of the same viewer.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.permitted.extend(other.permitted);
        self.confirmed = self.confirmed.min(other.confirmed);
        self
    }

    /// What comes of `work`; if it may not go on, it is dropped, and why is the error.
    pub async fn over<T>(&mut self, work: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
        tokio::select! {
            biased;
            done = work => done,
            problem = self.stopped() => Err(problem),
        }
    }

    /// Waits until it may not go on; why.
    async fn stopped(&mut self) -> Problem {
        loop {
            sleep_until(self.confirmed + EVERY).await;
            if let Err(problem) = self.confirm().await {
                return problem;
            }
        }
    }

    /// Whether it may go on, asked if that was not lately.
    pub async fn holds(&mut self) -> Result<(), Problem> {
        if self.confirmed.elapsed() < EVERY { Ok(()) } else { self.confirm().await }
    }

    async fn confirm(&mut self) -> Result<(), Problem> {
        let asked = Instant::now();
        if enforced(Point::UnderWay) {
            timeout(PATIENCE, self.ask()).await.unwrap_or(Err(Problem::Unavailable))?;
        }
        self.confirmed = asked;
        Ok(())
    }

    async fn ask(&self) -> Result<(), Problem> {
        let (principal, organization) = resume(&self.app, &self.shown).await?.map_err(|_| Problem::SessionEnded)?;
        if organization.snapshot.revision == self.organization.snapshot.revision {
            return Ok(());
        }
        let organization = match &self.preview {
            Some(preview) => Arc::new(preview.of(&organization).map_err(|_| Problem::AccessChanged)?),
            None => organization,
        };
        let (before, now) = ((&*self.principal, &*self.organization), (&principal, &*organization));
        self.permitted.iter().try_for_each(|(still, resource)| still(before, now, resource))
    }
}

/// What whoever looks at a draft is permitted.
fn previewed(preview: &Preview) -> (Still, Resource) {
    (still::<PreviewContent>, Resource::Page { workbook: (&preview.name).into(), page: None })
}

/// Decides by what is in force and by what was: the same, or why it is not.
fn still<A: Action>(before: Standing<'_>, now: Standing<'_>, resource: &Resource) -> Result<(), Problem> {
    let permit = |(principal, organization): Standing<'_>| decide::<A>(principal, &organization.snapshot, resource);
    let now = permit(now).map_err(|denial| Problem::from(&denial))?;
    let is_same = permit(before).is_ok_and(|before| before.is_as(&now));
    if is_same { Ok(()) } else { Err(Problem::AccessChanged) }
}
