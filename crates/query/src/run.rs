//! Running secured plans, within limits.

use crate::answer::Answer;
use crate::barrier::exec::planner;
use crate::barrier::verify;
use crate::cache::{CacheFigures, Key, ResultCache};
use crate::error::QueryError;
use crate::limits::Limits;
use crate::secure::{SecuredPicture, SecuredPlan};
use crate::session::context;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::physical_planner::PhysicalPlanner;
use futures::StreamExt as _;
use model::enforcement::{Point, enforced};
use std::sync::Arc;

/// Runs secured plans in this process. Nothing else is accepted.
#[derive(Debug, Clone, Default)]
pub struct Engine {
    limits: Limits,
    /// `None`: every answer is computed.
    cache: Option<Arc<ResultCache>>,
}

impl Engine {
    /// An engine that gives every query as much as `limits` say.
    #[must_use]
    pub const fn new(limits: Limits) -> Self {
        Self { limits, cache: None }
    }

    /// The same engine, which keeps answers that take so many bytes.
    #[must_use]
    pub fn caching(self, bytes: u64) -> Self {
        Self { cache: Some(Arc::new(ResultCache::new(bytes))), ..self }
    }

    /// How often answers were at hand; none, if none are kept.
    #[must_use]
    pub fn cache_figures(&self) -> CacheFigures {
        self.cache.as_ref().map(|cache| cache.figures()).unwrap_or_default()
    }

    /// What every query may use.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The answer to `plan`: one that is kept, or by running it. Dropping the future cancels the work.
    ///
    /// # Errors
    ///
    /// A limit was hit, the data cannot be read, a number is too large, or the plan was refused: see [`QueryError`].
    pub async fn run(&self, plan: SecuredPlan) -> Result<Arc<Answer>, QueryError> {
        match (&self.cache, Key::of(&plan)) {
            (Some(cache), Some(key)) => cache.answer(key, self.compute(plan)).await,
            _ => self.compute(plan).await.map(Arc::new),
        }
    }

    /// The rows of a picture, as [`Self::run`] has them.
    ///
    /// # Errors
    ///
    /// As [`Self::run`]; also if there are more rows than may be downloaded.
    pub async fn rows_of_picture(&self, picture: SecuredPicture) -> Result<Arc<Answer>, QueryError> {
        let SecuredPicture { plan, most } = picture;
        let answer = self.run(plan).await?;
        if answer.rows.len() > most { Err(QueryError::TooManyRows { most }) } else { Ok(answer) }
    }

    async fn compute(&self, plan: SecuredPlan) -> Result<Answer, QueryError> {
        let answer = tokio::time::timeout(self.limits.time, self.answer(&plan)).await;
        let answer = answer.unwrap_or(Err(QueryError::TimeLimit));
        let answer = answer.map(|answer| Answer { truncated: answer.truncated && plan.tells_of_cut, ..answer });
        if let Err(error) = &answer {
            tracing::warn!(kind = error.kind(), "query failed");
        }
        answer
    }

    async fn answer(&self, plan: &SecuredPlan) -> Result<Answer, QueryError> {
        let physical = physical(&plan.state, &plan.plan).await?;
        let mut batches = execute_stream(physical, context(&plan.state, &self.limits)?)?;
        let mut answer = Answer { columns: plan.columns.clone(), rows: Vec::new(), truncated: false };
        let mut left = self.limits.bytes;
        while let Some(batch) = batches.next().await.transpose()? {
            let bytes = answer.read(&batch, plan.limit)?;
            left = left.checked_sub(bytes).ok_or(QueryError::TooManyBytes { most: self.limits.bytes })?;
        }
        Ok(answer)
    }
}

/// The physical plan, checked.
pub(crate) async fn physical(state: &SessionState, plan: &LogicalPlan) -> Result<Arc<dyn ExecutionPlan>, QueryError> {
    let physical = planner().create_physical_plan(plan, state).await?;
    if enforced(Point::Barrier) && enforced(Point::Fence) {
        verify::physical(&physical)?;
    }
    Ok(physical)
}
