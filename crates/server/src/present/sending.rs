//! A file, or a large answer, on its way out. If it does not get there whole, the connection breaks: its length was said
//! before.

use super::FileForm;
use super::writing::{self, Mark, Room, Written};
use crate::asking::{Answered, Downloading};
use crate::audit::Completion;
use crate::problem::Problem;
use crate::watch::Watch;
use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures::stream;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};

/// How many bytes are read at once.
const READ_BYTES: u64 = 128 << 10;

/// A download. Its rows are all there before the first byte of it goes out, so one that has more of anything than it may is
/// 422, and a file is never shorter than it should be.
pub async fn download(downloading: Downloading, form: FileForm, name: &str) -> Result<Response, Problem> {
    let Downloading { rows, folder, most_bytes, completions, turn, mut watch } = downloading;
    let written = watch.over(writing::write(rows, form, Room { folder, most: most_bytes })).await?;
    drop(turn);
    let Written { mut file, marks } = written;
    file.rewind().map_err(|_| Problem::Internal)?;
    let headers = [
        (CONTENT_TYPE, form.format.media_type().to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{}\"", form.format.as_str())),
    ];
    Ok((headers, Sending::of(Source::File(file), marks, completions, watch).response()).into_response())
}

/// An answer of so many rows. What fits into one piece goes out at once.
pub fn answer(bytes: Vec<u8>, rows: usize, completions: Vec<Completion>, watch: Watch) -> Response {
    if bytes.len() as u64 <= READ_BYTES {
        Answered::complete(completions, rows, bytes.len());
        return bytes.into_response();
    }
    let marks = vec![Mark { bytes: bytes.len() as u64, rows }];
    Sending::of(Source::Memory(io::Cursor::new(bytes)), marks, completions, watch).response()
}

/// What is sent from.
enum Source {
    File(File),
    Memory(io::Cursor<Vec<u8>>),
}

/// Something of which a part is sent.
struct Sending {
    source: Source,
    marks: Vec<Mark>,
    length: u64,
    sent: u64,
    completions: Vec<Completion>,
    /// Says for how long it may go out; `None` in tests of the rest.
    watch: Option<Watch>,
}

impl Sending {
    fn of(source: Source, marks: Vec<Mark>, completions: Vec<Completion>, watch: Watch) -> Self {
        let length = marks.last().map(|mark| mark.bytes).unwrap_or_default();
        Self { source, marks, length, sent: 0, completions, watch: Some(watch) }
    }

    fn response(self) -> Response {
        let length = [(CONTENT_LENGTH, self.length.to_string())];
        (length, Body::from_stream(stream::try_unfold(self, Self::next))).into_response()
    }

    /// The next piece. Whoever reads slowly asks for it late, and then it is asked whether they may still have it.
    async fn next(mut self) -> io::Result<Option<(Vec<u8>, Self)>> {
        if self.sent >= self.length {
            return Ok(None);
        }
        if let Some(watch) = &mut self.watch {
            watch.holds().await.map_err(io::Error::other)?;
        }
        let (mut sending, bytes) =
            tokio::task::spawn_blocking(move || self.read()).await.map_err(io::Error::other)??;
        sending.note(bytes.len() as u64);
        Ok(Some((bytes, sending)))
    }

    fn read(mut self) -> io::Result<(Self, Vec<u8>)> {
        let mut bytes = Vec::new();
        let left = self.length.saturating_sub(self.sent).min(READ_BYTES);
        match &mut self.source {
            Source::File(file) => file.take(left).read_to_end(&mut bytes)?,
            Source::Memory(all) => all.take(left).read_to_end(&mut bytes)?,
        };
        if bytes.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok((self, bytes))
    }

    /// So many more bytes go out.
    fn note(&mut self, bytes: u64) {
        self.sent = self.sent.saturating_add(bytes);
        let rows = self.rows();
        for completion in &mut self.completions {
            completion.note(rows, self.sent);
        }
        if self.sent >= self.length {
            self.completions.drain(..).for_each(Completion::end);
        }
    }

    /// How many rows have begun in what is sent, or some more: as many as are written at once.
    fn rows(&self) -> usize {
        let reached = self.marks.partition_point(|mark| mark.bytes < self.sent);
        self.marks.get(reached).or(self.marks.last()).map(|mark| mark.rows).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_went_out_are_never_told_too_few() {
        let marks = [(10, 0), (60, 5), (110, 10), (111, 10)].map(|(bytes, rows)| Mark { bytes, rows }).to_vec();
        let file = tempfile::tempfile().unwrap();
        let sending = |sent| Sending {
            source: Source::File(file.try_clone().unwrap()),
            marks: marks.clone(),
            length: 111,
            sent,
            completions: vec![],
            watch: None,
        };
        for (sent, rows) in [(0, 0), (10, 0), (11, 5), (60, 5), (61, 10), (111, 10)] {
            assert_eq!(sending(sent).rows(), rows, "{sent} bytes");
        }
    }

    #[test]
    fn a_file_that_is_shorter_than_was_said_is_an_error() {
        let file = tempfile::tempfile().unwrap();
        let source = Source::File(file);
        let sending = Sending { source, marks: vec![], length: 1, sent: 0, completions: vec![], watch: None };
        assert!(sending.read().is_err_and(|error| error.kind() == io::ErrorKind::UnexpectedEof));
    }
}
