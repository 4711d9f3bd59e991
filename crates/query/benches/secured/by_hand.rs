//! The same queries without Vitrine: SQL over the same files, with the same settings of the engine.

use crate::Outcome;
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::collect;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};
use std::path::Path;

/// The tables that the queries read, each in a file of its name.
const TABLES: [&str; 4] = ["flights", "airlines", "airports", "planes"];

/// An engine whose caller writes every condition.
pub(crate) struct ByHand {
    context: SessionContext,
    state: SessionState,
}

impl ByHand {
    /// Opens the files in `folder`.
    pub(crate) async fn open(folder: &Path) -> Outcome<Self> {
        let state = SessionStateBuilder::new().with_config(config()).with_default_features().build();
        let context = SessionContext::new_with_state(state);
        for table in TABLES {
            let file = folder.join(table).with_extension("parquet");
            context.register_parquet(table, file.to_string_lossy(), ParquetReadOptions::default()).await?;
        }
        Ok(Self { state: context.state(), context })
    }

    /// Reads the SQL, once for all rounds: only optimizing, planning and running are measured.
    pub(crate) async fn plan(&self, written: &str) -> Outcome<LogicalPlan> {
        Ok(self.state.create_logical_plan(written).await?)
    }

    /// Plans and runs.
    pub(crate) async fn run(&self, plan: &LogicalPlan) -> Outcome<Vec<RecordBatch>> {
        let physical = self.state.create_physical_plan(plan).await?;
        Ok(collect(physical, self.context.task_ctx()).await?)
    }
}

/// The settings of `src/session.rs`.
fn config() -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_target_partitions(2)
        .with_information_schema(false)
        .with_collect_statistics(false)
        .with_repartition_joins(false);
    let options = config.options_mut();
    options.execution.time_zone = Some("UTC".to_owned());
    options.execution.parquet.pushdown_filters = true;
    options.optimizer.repartition_file_min_size = 1 << 20;
    config
}

/// The cells as text, NULL as nothing.
pub(crate) fn shown(batches: &[RecordBatch]) -> Outcome<Vec<Vec<String>>> {
    let options = FormatOptions::default();
    let mut rows = Vec::new();
    for batch in batches {
        let columns = batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        rows.extend((0..batch.num_rows()).map(|row| {
            let cells = columns.iter().map(|column| column.value(row).to_string());
            cells.collect()
        }));
    }
    Ok(rows)
}
