//! Rows as an Arrow IPC stream. `query` knows the types.

use super::writing::{Bounded, RowWriter, Unwritten};
use query::{ArrowStream, Chunk, OutputColumn};

pub(super) struct Arrow(ArrowStream<Bounded>);

impl Arrow {
    pub(super) fn begin(file: Bounded, columns: &[OutputColumn]) -> Result<Self, Unwritten> {
        Ok(Self(ArrowStream::begin(file, columns)?))
    }
}

impl RowWriter for Arrow {
    fn write(&mut self, chunk: &Chunk) -> Result<(), Unwritten> {
        Ok(self.0.write(chunk)?)
    }

    fn finish(self: Box<Self>) -> Result<(), Unwritten> {
        Ok(self.0.finish()?)
    }
}
