//! Rows of a download, some at a time: as many as there are, in bounded memory.

use crate::answer::{Cell, OutputColumn, row};
use crate::compact::below_sorts;
use crate::error::QueryError;
use crate::run::{Engine, physical};
use crate::secure::SecuredDownload;
use crate::spill::context;
use datafusion::arrow::array::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::execute_stream;
use futures::StreamExt as _;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use tokio::time::{Sleep, sleep};

/// The rows of a download that is running. Dropping it cancels the work.
pub struct Download {
    columns: Arc<[OutputColumn]>,
    batches: SendableRecordBatchStream,
    /// When its time is over.
    over: Pin<Box<Sleep>>,
    /// What the question wants.
    wanted: usize,
    /// What may be downloaded.
    most: usize,
    told: usize,
}

/// Some rows of a download.
#[derive(Debug, Clone)]
pub struct Chunk {
    columns: Arc<[OutputColumn]>,
    pub(crate) batch: RecordBatch,
}

impl Engine {
    /// Begins a download. It is never kept, and takes no answer that is.
    ///
    /// # Errors
    ///
    /// The plan was refused: see [`QueryError`].
    pub async fn download(&self, download: SecuredDownload) -> Result<Download, QueryError> {
        let SecuredDownload { plan, most } = download;
        let physical = below_sorts(physical(&plan.state, &plan.plan).await?)?;
        Ok(Download {
            columns: plan.columns.into(),
            batches: execute_stream(physical, context(&plan.state, self.limits())?)?,
            over: Box::pin(sleep(self.limits().downloads.time)),
            wanted: plan.limit,
            most,
            told: 0,
        })
    }
}

impl Download {
    /// One for each field of the query, in its order.
    #[must_use]
    pub const fn columns(&self) -> &Arc<[OutputColumn]> {
        &self.columns
    }

    /// The next rows; `None`: those were all.
    ///
    /// # Errors
    ///
    /// A limit was hit, or the data cannot be read. The rows so far are then not all, and there are no more.
    pub async fn next(&mut self) -> Result<Option<Chunk>, QueryError> {
        let next = self.following().await;
        if let Err(error) = &next {
            tracing::warn!(kind = error.kind(), "a download failed");
        }
        next
    }

    async fn following(&mut self) -> Result<Option<Chunk>, QueryError> {
        let left = self.wanted.saturating_sub(self.told);
        if left == 0 {
            return Ok(None);
        }
        let batch = tokio::select! {
            biased;
            () = &mut self.over => return Err(QueryError::TimeLimit),
            batch = self.batches.next() => batch.transpose()?,
        };
        let Some(batch) = batch else { return Ok(None) };
        let batch = if batch.num_rows() > left { batch.slice(0, left) } else { batch };
        self.told = self.told.saturating_add(batch.num_rows());
        if self.told > self.most {
            return Err(QueryError::TooManyRows { most: self.most });
        }
        Ok(Some(Chunk { columns: Arc::clone(&self.columns), batch }))
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download").field("columns", &self.columns).field("told", &self.told).finish_non_exhaustive()
    }
}

impl Chunk {
    /// How many rows these are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.batch.num_rows()
    }

    /// The cells of the rows, each row as long as there are columns.
    ///
    /// # Errors
    ///
    /// Of a row: a number is too large for its column's type.
    pub fn cells(&self) -> impl Iterator<Item = Result<Vec<Cell>, QueryError>> {
        (0..self.batch.num_rows()).map(|index| row(&self.columns, &self.batch, index))
    }
}
