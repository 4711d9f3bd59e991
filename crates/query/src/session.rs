//! The engine's settings: the same for every query, whoever asks.

use crate::equalities::Equalities;
use crate::limits::Limits;
use datafusion::error::Result;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryPool};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionState;
use datafusion::execution::{SessionStateBuilder, TaskContext};
use datafusion::optimizer::Optimizer;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::prelude::SessionConfig;
use std::sync::Arc;

/// How many parts of a query run at once. Fixed, so that plans are the same on every machine.
const PARTITIONS: usize = 2;

/// How large the pieces are in which tables are read. An answer does not depend on it: a check that has small tables makes
/// many pieces of them. Nothing that an operator can set reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pieces {
    /// The most rows of a batch.
    pub batch_rows: usize,
    /// Files smaller than this, in bytes, are read by one part alone.
    pub split_from_bytes: usize,
}

impl Default for Pieces {
    fn default() -> Self {
        Self { batch_rows: 8192, split_from_bytes: 1 << 20 }
    }
}

/// The settings.
pub(crate) fn config(pieces: Pieces) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_target_partitions(PARTITIONS)
        .with_batch_size(pieces.batch_rows)
        .with_information_schema(false)
        .with_collect_statistics(false)
        // The looked-up table of a join is the one collected in memory; without statistics past the barrier the
        // engine cannot know that it is the small one.
        .with_repartition_joins(false);
    let options = config.options_mut();
    options.execution.time_zone = Some("UTC".to_owned());
    options.execution.parquet.pushdown_filters = true;
    // Rules stand in an order in which one pass does; a second one finds nothing that a run would notice.
    options.optimizer.max_passes = 1;
    options.optimizer.repartition_file_min_size = pieces.split_from_bytes;
    config
}

/// Rules of the logical optimizer that find nothing in our plans: these have no subqueries, unions, lateral or cross joins, no
/// column twice, and no values inside of others. Each would look through the whole plan.
const NEEDLESS: &[&str] = &[
    "decorrelate_lateral_join",
    "decorrelate_predicate_subquery",
    "eliminate_cross_join",
    "eliminate_duplicated_expr",
    "eliminate_join",
    "extract_equijoin_predicate",
    "extract_leaf_expressions",
    "optimize_unions",
    "push_down_leaf_projections",
    "rewrite_set_comparison",
    "scalar_subquery_to_join",
    "unions_to_filter",
];

/// The same of the physical one: which side of a join is collected is ours to say, and no number of rows is known.
const NEEDLESS_PHYSICAL: &[&str] = &["HashJoinBuffering", "WindowTopN", "aggregate_statistics", "join_selection"];

/// A session that knows no function by name and no table, and spends no time on what is never there.
pub(crate) fn state(config: SessionConfig) -> SessionState {
    let mut logical = Optimizer::new().rules;
    logical.retain(|rule| !NEEDLESS.contains(&rule.name()));
    let mut physical = PhysicalOptimizer::new().rules;
    physical.retain(|rule| !NEEDLESS_PHYSICAL.contains(&rule.name()));
    physical.insert(0, Arc::new(Equalities));
    let builder = SessionStateBuilder::new().with_config(config);
    builder.with_optimizer_rules(logical).with_physical_optimizer_rules(physical).build()
}

/// What one query runs with: a memory pool of its own, no way to spill rows to disk, and the limits for whatever runs
/// elsewhere.
pub(crate) fn context(state: &SessionState, limits: &Limits) -> Result<Arc<TaskContext>> {
    let pool: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(limits.memory_bytes));
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let runtime = RuntimeEnvBuilder::from_runtime_env(state.runtime_env());
    let runtime = runtime.with_memory_pool(pool).with_disk_manager_builder(disk).build_arc()?;
    let config = state.config().clone().with_extension(Arc::new(limits.clone()));
    Ok(Arc::new(TaskContext::from(state).with_session_config(config).with_runtime(runtime)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_that_is_left_out_is_one_that_there_is() {
        let (logical, physical) = (Optimizer::new().rules, PhysicalOptimizer::new().rules);
        for name in NEEDLESS {
            assert!(logical.iter().any(|rule| rule.name() == *name), "{name}");
        }
        for name in NEEDLESS_PHYSICAL {
            assert!(physical.iter().any(|rule| rule.name() == *name), "{name}");
        }
    }
}
