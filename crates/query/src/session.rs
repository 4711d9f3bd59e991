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
    config
}

/// A session that knows no function by name, no table and no way to spill rows to disk.
pub(crate) fn state(config: SessionConfig) -> Result<SessionState> {
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let runtime = RuntimeEnvBuilder::new().with_disk_manager_builder(disk).build_arc()?;
    Ok(SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).build())
}

/// The session's runtime with a memory pool of its own of `bytes`.
pub(crate) fn bounded(state: &SessionState, bytes: usize) -> Result<Arc<RuntimeEnv>> {
    let pool: Arc<dyn MemoryPool> = Arc::new(GreedyMemoryPool::new(bytes));
    RuntimeEnvBuilder::from_runtime_env(state.runtime_env()).with_memory_pool(pool).build_arc()
}
