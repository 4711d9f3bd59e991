//! The engine's settings: the same for every query, whoever asks.

use datafusion::error::Result;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{GreedyMemoryPool, MemoryPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::SessionState;
use datafusion::prelude::SessionConfig;
use std::sync::Arc;

/// How many parts of a query run at once. Fixed, so that plans are the same on every machine.
const PARTITIONS: usize = 2;

/// Files smaller than this are read by one part alone.
const SPLIT_FROM_BYTES: usize = 1 << 20;

/// The settings.
pub(crate) fn config() -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_target_partitions(PARTITIONS)
        .with_information_schema(false)
        .with_collect_statistics(false)
        // The looked-up table of a join is the one collected in memory; without statistics past the barrier the
        // engine cannot know that it is the small one.
        .with_repartition_joins(false);
    let options = config.options_mut();
    options.execution.time_zone = Some("UTC".to_owned());
    options.execution.parquet.pushdown_filters = true;
    options.optimizer.repartition_file_min_size = SPLIT_FROM_BYTES;
    config
}

/// A session that knows no function by name and no table.
pub(crate) fn state(config: SessionConfig) -> SessionState {
    SessionStateBuilder::new().with_config(config).build()
}

/// The session's runtime for one query: with a memory pool of its own of `bytes`, and no way to spill rows to disk.
pub(crate) fn bounded(state: &SessionState, bytes: usize) -> Result<Arc<RuntimeEnv>> {
    let pool: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(bytes));
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let runtime = RuntimeEnvBuilder::from_runtime_env(state.runtime_env());
    runtime.with_memory_pool(pool).with_disk_manager_builder(disk).build_arc()
}
