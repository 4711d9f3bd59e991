//! A file is written whole before its first byte goes out: into a file without a name, so that it takes no memory, nobody
//! else can open it, and it is gone when it is closed.

use super::FileForm;
use crate::problem::Problem;
use query::{Chunk, Download, QueryError, StreamError};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;

/// Chunks that wait for whoever writes them.
const WAITING: usize = 2;

/// Writes rows in one format.
pub(super) trait RowWriter {
    /// Writes some rows, so that all of them are in the file. A spreadsheet is written at its end.
    fn write(&mut self, chunk: &Chunk) -> Result<(), Unwritten>;

    /// There are no more.
    fn finish(self: Box<Self>) -> Result<(), Unwritten>;
}

/// Why there is no file.
#[derive(Debug)]
pub(super) enum Unwritten {
    /// The rows cannot be had.
    Query(QueryError),
    /// It would be larger than it may.
    Full,
    /// A spreadsheet cannot hold the rows: why, for people.
    Sheet(&'static str),
    /// The disk, or what writes the format, has failed.
    Failed(String),
    /// Nobody wants it any more.
    Unwanted,
}

impl From<QueryError> for Unwritten {
    fn from(error: QueryError) -> Self {
        Self::Query(error)
    }
}

impl From<StreamError> for Unwritten {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Rows(error) => error.into(),
            StreamError::Writer(error) => error.into(),
        }
    }
}

impl From<io::Error> for Unwritten {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<csv::Error> for Unwritten {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            other => Self::Failed(format!("{other:?}")),
        }
    }
}

impl From<serde_json::Error> for Unwritten {
    fn from(error: serde_json::Error) -> Self {
        io::Error::from(error).into()
    }
}

impl From<Unwritten> for Problem {
    fn from(unwritten: Unwritten) -> Self {
        match unwritten {
            Unwritten::Query(error) => error.into(),
            Unwritten::Full => {
                let detail = "the download has more bytes than this server allows: narrow it with a filter";
                Self::Unanswerable { code: "too_many_bytes", detail: detail.into() }
            }
            Unwritten::Sheet(detail) => Self::Unanswerable { code: "xlsx_limit", detail: detail.into() },
            Unwritten::Failed(error) => {
                tracing::error!(error, "a download cannot be written");
                Self::Internal
            }
            Unwritten::Unwanted => Self::Internal,
        }
    }
}

/// A file that may have so many bytes.
pub(super) struct Bounded {
    file: BufWriter<File>,
    written: Arc<AtomicU64>,
    most: u64,
    /// What is written into it at its end.
    to_come: u64,
}

impl Bounded {
    /// A file that is empty, and how many bytes are in it at any time.
    pub(super) fn over(file: File, most: u64) -> (Self, Arc<AtomicU64>) {
        let written = Arc::<AtomicU64>::default();
        (Self { file: BufWriter::new(file), written: Arc::clone(&written), most, to_come: 0 }, written)
    }

    /// Counts bytes that will be written at the end.
    pub(super) fn make_room(&mut self, bytes: u64) -> io::Result<()> {
        self.to_come = self.to_come.saturating_add(bytes);
        if self.to_come > self.most { Err(full()) } else { Ok(()) }
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let more = bytes.len() as u64;
        if self.written.load(Ordering::Relaxed).saturating_add(more) > self.most {
            return Err(full());
        }
        self.file.write_all(bytes)?;
        self.written.fetch_add(more, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn full() -> io::Error {
    io::Error::from(io::ErrorKind::QuotaExceeded)
}

/// A file that is complete.
pub(super) struct Written {
    pub(super) file: File,
    /// After how many bytes how many rows have begun, in order.
    pub(super) marks: Vec<Mark>,
}

/// A place in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) bytes: u64,
    pub(super) rows: usize,
}

/// Where, and how much at most.
pub(super) struct Room {
    pub(super) folder: PathBuf,
    pub(super) most: u64,
}

/// Writes all rows. They come from the engine and go to a thread of their own; whoever drops the future ends both.
pub(super) async fn write(mut rows: Download, form: FileForm, room: Room) -> Result<Written, Problem> {
    let columns = Arc::clone(rows.columns());
    let (sender, receiver) = mpsc::channel(WAITING);
    let writing = tokio::task::spawn_blocking(move || {
        let file = tempfile::tempfile_in(&room.folder)?;
        let (bounded, written) = Bounded::over(file.try_clone()?, room.most);
        let writer = form.begin(bounded, &columns, &room.folder)?;
        let marks = write_all(writer, receiver, &written)?;
        Ok::<_, Unwritten>(Written { file, marks })
    });
    loop {
        let next = rows.next().await?;
        let is_last = next.is_none();
        if sender.send(next).await.is_err() || is_last {
            break;
        }
    }
    Ok(writing.await.map_err(|_| Problem::Internal)??)
}

/// Writes what is received, until there are no more rows. If none are said to be the last, it is no file.
fn write_all(
    mut writer: Box<dyn RowWriter>,
    mut receiver: mpsc::Receiver<Option<Chunk>>,
    written: &AtomicU64,
) -> Result<Vec<Mark>, Unwritten> {
    let mut marks = vec![Mark { bytes: written.load(Ordering::Relaxed), rows: 0 }];
    let mut rows = 0_usize;
    loop {
        match receiver.blocking_recv() {
            Some(Some(chunk)) => {
                writer.write(&chunk)?;
                rows = rows.saturating_add(chunk.rows());
                marks.push(Mark { bytes: written.load(Ordering::Relaxed), rows });
            }
            Some(None) => {
                writer.finish()?;
                marks.push(Mark { bytes: written.load(Ordering::Relaxed), rows });
                return Ok(marks);
            }
            None => return Err(Unwritten::Unwanted),
        }
    }
}
