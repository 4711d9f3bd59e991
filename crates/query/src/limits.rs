//! What one query may use, and what one download.

use std::path::PathBuf;
use std::time::Duration;

/// What one query may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The most rows of an answer, whatever the query and the permit say.
    pub rows: u32,
    /// The most bytes of texts in an answer, and of the document that is made of it.
    pub bytes: u64,
    /// The longest it may run.
    pub time: Duration,
    /// The most memory the engine may hold for it at once, in bytes.
    pub memory_bytes: usize,
    /// What a download may use instead.
    pub downloads: DownloadLimits,
}

/// What one download may use: more rows and more time than an answer on a page, and a disk instead of memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DownloadLimits {
    /// The most rows of a file, whatever the query and the permit say.
    pub rows: u32,
    /// The most bytes of a file. Rows that wait to be sorted may take four times as much on disk.
    pub bytes: u64,
    /// The longest its rows may take.
    pub time: Duration,
    /// The most memory the engine may hold for it at once, in bytes. Sorting gathers a quarter of it, and goes on on disk.
    pub memory_bytes: usize,
    /// The folder in which files without a name are made for it.
    pub folder: PathBuf,
}

impl Limits {
    /// These limits, as they are for downloads.
    pub(crate) fn of_downloads(&self) -> Self {
        let DownloadLimits { rows, time, memory_bytes, .. } = self.downloads;
        Self { rows, time, memory_bytes, ..self.clone() }
    }
}

impl Default for Limits {
    fn default() -> Self {
        let downloads = DownloadLimits::default();
        Self { rows: 10_000, bytes: 32 << 20, time: Duration::from_secs(30), memory_bytes: 256 << 20, downloads }
    }
}

impl Default for DownloadLimits {
    fn default() -> Self {
        Self {
            rows: 1_000_000,
            bytes: 2 << 30,
            time: Duration::from_secs(300),
            memory_bytes: 128 << 20,
            folder: std::env::temp_dir(),
        }
    }
}
