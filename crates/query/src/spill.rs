//! What a download runs with: memory in two parts, and files for rows that wait to be sorted.
//!
//! The total order of an answer sorts all of it. A page's answer is small and sorted in memory; a file of millions of rows
//! is sorted in pieces, which wait on disk. The files have no name, so nobody else can open them, and they are gone when
//! they are closed, whatever becomes of this process.

use crate::limits::{DownloadLimits, Limits};
use bytes::Bytes;
use datafusion::common::{DataFusionError, Result, resources_err};
use datafusion::execution::TaskContext;
use datafusion::execution::disk_manager::DiskManagerBuilder;
use datafusion::execution::memory_pool::{
    FairSpillPool, GreedyMemoryPool, MemoryConsumer, MemoryLimit, MemoryPool, MemoryReservation, UnboundedMemoryPool,
};
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionState;
use datafusion::execution::spill_file::{SpillFile, SpillWriter, TempFileFactory};
use futures::{Stream, stream};
use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many bytes of a file are read at once.
const READ_BYTES: usize = 64 << 10;

/// How many times the bytes of a file its rows may take while they wait: as they are, and merged once.
const WAITING_TIMES: u64 = 4;

/// How many rows are handled at once: where many files are merged, so many of each are in memory.
const BATCH_ROWS: usize = 1024;

/// How many files are merged at once by each part of a query: what one part has of the memory the other one lacks.
const MERGED_AT_ONCE: usize = 16;

/// What may be gathered before it goes to disk, as a part of the memory. Merging it takes more than twice as much.
const GATHERING_PART: usize = 4;

/// What merging may take, as a part of the memory.
const MERGING_PART: usize = 2;

/// How the engine calls whoever merges what a sort has gathered.
const MERGING: &str = "ExternalSorterMerge";

/// How the engine calls whoever hands rows on from the parts that read them to the parts that sort or group them. It holds a
/// few batches, counts with each all of the table that it is a slice of, and is refused nothing: what it would write to disk
/// for want of memory it may wait for without an end (apache/datafusion#24883).
const HANDING_ON: &str = "RepartitionExec";

/// What merging may set aside before there is anything to merge, as a part of the memory.
const SET_ASIDE_PART: usize = 16;

/// What a download runs with.
pub(crate) fn context(state: &SessionState, limits: &Limits) -> Result<Arc<TaskContext>> {
    let downloads = &limits.downloads;
    let pool: Arc<dyn MemoryPool> = Arc::new(SplitPool::new(downloads.memory_bytes));
    let disk = DiskManagerBuilder::default().with_temp_file_factory(Arc::new(Files::of(downloads)));
    let disk = disk.with_max_spill_merge_fan_in(MERGED_AT_ONCE);
    let runtime = RuntimeEnvBuilder::from_runtime_env(state.runtime_env());
    let runtime = runtime.with_memory_pool(pool).with_disk_manager_builder(disk).build_arc()?;
    let mut config = state.config().clone().with_extension(Arc::new(limits.of_downloads())).with_batch_size(BATCH_ROWS);
    let set_aside = &mut config.options_mut().execution.sort_spill_reservation_bytes;
    *set_aside = (*set_aside).min(downloads.memory_bytes / SET_ASIDE_PART);
    Ok(Arc::new(TaskContext::from(state).with_session_config(config).with_runtime(runtime)))
}

/// What rows are gathered in that can go to disk, shared evenly; what gathered rows are merged in; and what is left for
/// whoever can do without neither. None takes the others', so that nobody who could go on must stop for want of memory. What
/// is handed on is counted, and that is all.
#[derive(Debug)]
struct SplitPool {
    handed_on: UnboundedMemoryPool,
    gathering: FairSpillPool,
    merging: Shares,
    others: GreedyMemoryPool,
}

impl SplitPool {
    fn new(bytes: usize) -> Self {
        let (gathering, merging) = (bytes / GATHERING_PART, bytes / MERGING_PART);
        let others = bytes.saturating_sub(gathering).saturating_sub(merging);
        Self {
            handed_on: UnboundedMemoryPool::default(),
            gathering: FairSpillPool::new(gathering),
            merging: Shares { bytes: merging, taken: Mutex::default() },
            others: GreedyMemoryPool::new(others),
        }
    }

    fn part(&self, consumer: &MemoryConsumer) -> &dyn MemoryPool {
        if consumer.can_spill() && consumer.name().starts_with(HANDING_ON) {
            &self.handed_on
        } else if consumer.can_spill() {
            &self.gathering
        } else if consumer.name().starts_with(MERGING) {
            &self.merging
        } else {
            &self.others
        }
    }
}

/// Memory of which everybody who is there has the same share. The engine's own pool of that kind is for those that can go
/// to disk.
#[derive(Debug)]
struct Shares {
    bytes: usize,
    /// By consumer.
    taken: Mutex<HashMap<usize, usize>>,
}

impl Shares {
    fn taken(&self) -> MutexGuard<'_, HashMap<usize, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for Shares {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shares of {}", self.bytes)
    }
}

impl MemoryPool for Shares {
    fn name(&self) -> &'static str {
        "shares"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.taken().insert(consumer.id(), 0);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.taken().remove(&consumer.id());
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        let mut taken = self.taken();
        let taken = taken.entry(reservation.consumer().id()).or_default();
        *taken = taken.saturating_add(additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        let mut taken = self.taken();
        let taken = taken.entry(reservation.consumer().id()).or_default();
        *taken = taken.saturating_sub(shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        let mut taken = self.taken();
        let share = self.bytes / taken.len().max(1);
        let taken = taken.entry(reservation.consumer().id()).or_default();
        let more = taken.saturating_add(additional);
        if more > share {
            return resources_err!("a share of {share} bytes is taken");
        }
        *taken = more;
        Ok(())
    }

    fn reserved(&self) -> usize {
        self.taken().values().sum()
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Finite(self.bytes)
    }
}

impl fmt::Display for SplitPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} and {}", self.gathering, self.merging, self.others)
    }
}

impl MemoryPool for SplitPool {
    fn name(&self) -> &'static str {
        "split"
    }

    fn register(&self, consumer: &MemoryConsumer) {
        self.part(consumer).register(consumer);
    }

    fn unregister(&self, consumer: &MemoryConsumer) {
        self.part(consumer).unregister(consumer);
    }

    fn grow(&self, reservation: &MemoryReservation, additional: usize) {
        self.part(reservation.consumer()).grow(reservation, additional);
    }

    fn shrink(&self, reservation: &MemoryReservation, shrink: usize) {
        self.part(reservation.consumer()).shrink(reservation, shrink);
    }

    fn try_grow(&self, reservation: &MemoryReservation, additional: usize) -> Result<()> {
        self.part(reservation.consumer()).try_grow(reservation, additional)
    }

    fn reserved(&self) -> usize {
        self.handed_on.reserved() + self.gathering.reserved() + self.merging.reserved() + self.others.reserved()
    }

    fn memory_limit(&self) -> MemoryLimit {
        MemoryLimit::Unknown
    }
}

/// Makes the files of one download.
struct Files {
    folder: PathBuf,
    used: Arc<AtomicU64>,
    most: u64,
}

impl Files {
    fn of(limits: &DownloadLimits) -> Self {
        let most = limits.bytes.saturating_mul(WAITING_TIMES);
        Self { folder: limits.folder.clone(), used: Arc::default(), most }
    }
}

impl TempFileFactory for Files {
    fn create_temp_file(&self, _description: &str) -> Result<Arc<dyn SpillFile>> {
        let file = Arc::new(tempfile::tempfile_in(&self.folder)?);
        Ok(Arc::new(Waiting { file, length: Arc::default(), used: Arc::clone(&self.used), most: self.most }))
    }
}

/// Rows that wait. The file has no name, and is gone when this is dropped.
struct Waiting {
    file: Arc<File>,
    length: Arc<AtomicU64>,
    used: Arc<AtomicU64>,
    most: u64,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.used.fetch_sub(self.length.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

impl SpillFile for Waiting {
    fn size(&self) -> Option<u64> {
        Some(self.length.load(Ordering::Relaxed))
    }

    fn read_stream(&self) -> Result<Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>> {
        let chunks = stream::try_unfold((Arc::clone(&self.file), 0_u64), |(file, at)| async move {
            let read = tokio::task::spawn_blocking(move || read_at(&file, at).map(|bytes| (file, bytes)));
            let (file, bytes) = read.await.map_err(|error| DataFusionError::External(Box::new(error)))??;
            let next = at.saturating_add(bytes.len() as u64);
            Ok((!bytes.is_empty()).then_some((bytes, (file, next))))
        });
        Ok(Box::pin(chunks))
    }

    fn open_writer(&self) -> Result<Box<dyn SpillWriter>> {
        let (file, length, used) = (Arc::clone(&self.file), Arc::clone(&self.length), Arc::clone(&self.used));
        Ok(Box::new(Writer { file, length, used, most: self.most }))
    }
}

fn read_at(file: &File, at: u64) -> io::Result<Bytes> {
    let mut bytes = vec![0; READ_BYTES];
    let mut length = 0;
    while let Some(rest) = bytes.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, at.saturating_add(length as u64))? {
            0 => break,
            read => length += read,
        }
    }
    bytes.truncate(length);
    Ok(bytes.into())
}

/// Writes to the end of a file, as long as all of them together are not too large.
struct Writer {
    file: Arc<File>,
    length: Arc<AtomicU64>,
    used: Arc<AtomicU64>,
    most: u64,
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let more = bytes.len() as u64;
        if self.used.fetch_add(more, Ordering::Relaxed).saturating_add(more) > self.most {
            self.used.fetch_sub(more, Ordering::Relaxed);
            return Err(io::Error::from(io::ErrorKind::QuotaExceeded));
        }
        self.file.as_ref().write_all(bytes)?;
        self.length.fetch_add(more, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_ref().flush()
    }
}

impl SpillWriter for Writer {
    fn finish(&mut self) -> Result<()> {
        Ok(())
    }
}
