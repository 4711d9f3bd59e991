//! A file on its way out. If it does not get there whole, the connection breaks: its length was said before.

use super::writing::{self, Mark, Room, Written};
use super::{FileForm, FileFormat};
use crate::asking::Downloading;
use crate::audit::Completion;
use crate::problem::Problem;
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
    let Downloading { rows, folder, most_bytes, completions, turn } = downloading;
    let written = writing::write(rows, form, Room { folder, most: most_bytes }).await?;
    drop(turn);
    let sending = Sending::of(written, completions).map_err(|_| Problem::Internal)?;
    Ok(sending.response(form.format, name))
}

/// A file of which a part is sent.
struct Sending {
    file: File,
    marks: Vec<Mark>,
    length: u64,
    sent: u64,
    completions: Vec<Completion>,
}

impl Sending {
    fn of(Written { mut file, marks }: Written, completions: Vec<Completion>) -> io::Result<Self> {
        file.rewind()?;
        let length = marks.last().map(|mark| mark.bytes).unwrap_or_default();
        Ok(Self { file, marks, length, sent: 0, completions })
    }

    fn response(self, format: FileFormat, name: &str) -> Response {
        let headers = [
            (CONTENT_TYPE, format.media_type().to_owned()),
            (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.{}\"", format.as_str())),
            (CONTENT_LENGTH, self.length.to_string()),
        ];
        (headers, Body::from_stream(stream::try_unfold(self, Self::next))).into_response()
    }

    async fn next(self) -> io::Result<Option<(Vec<u8>, Self)>> {
        if self.sent >= self.length {
            return Ok(None);
        }
        let (mut sending, bytes) =
            tokio::task::spawn_blocking(move || self.read()).await.map_err(io::Error::other)??;
        sending.note(bytes.len() as u64);
        Ok(Some((bytes, sending)))
    }

    fn read(self) -> io::Result<(Self, Vec<u8>)> {
        let mut bytes = Vec::new();
        let left = self.length.saturating_sub(self.sent).min(READ_BYTES);
        (&self.file).take(left).read_to_end(&mut bytes)?;
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
            file: file.try_clone().unwrap(),
            marks: marks.clone(),
            length: 111,
            sent,
            completions: vec![],
        };
        for (sent, rows) in [(0, 0), (10, 0), (11, 5), (60, 5), (61, 10), (111, 10)] {
            assert_eq!(sending(sent).rows(), rows, "{sent} bytes");
        }
    }

    #[test]
    fn a_file_that_is_shorter_than_was_said_is_an_error() {
        let file = tempfile::tempfile().unwrap();
        let sending = Sending { file, marks: vec![], length: 1, sent: 0, completions: vec![] };
        assert!(sending.read().is_err_and(|error| error.kind() == io::ErrorKind::UnexpectedEof));
    }
}
