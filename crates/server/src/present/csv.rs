//! Rows as CSV (RFC 4180). Texts that a spreadsheet would run as a formula are neutralised with an apostrophe.

use super::writing::{Bounded, RowWriter, Unwritten};
use query::{Cell, Chunk, OutputColumn};

/// How lines end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lines {
    /// As RFC 4180 says.
    CarriageReturnLineFeed,
    /// As downloads of Metabase do.
    LineFeed,
}

/// Lines as they are written.
pub(super) struct Csv(csv::Writer<Bounded>);

impl Csv {
    pub(super) fn begin(file: Bounded, columns: &[OutputColumn], lines: Lines) -> Result<Self, Unwritten> {
        let terminator = match lines {
            Lines::CarriageReturnLineFeed => csv::Terminator::CRLF,
            Lines::LineFeed => csv::Terminator::Any(b'\n'),
        };
        let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(file);
        writer.write_record(columns.iter().map(|column| neutral(column.label.clone())))?;
        writer.flush()?;
        Ok(Self(writer))
    }
}

impl RowWriter for Csv {
    fn write(&mut self, chunk: &Chunk) -> Result<(), Unwritten> {
        for row in chunk.cells() {
            self.0.write_record(row?.iter().map(field))?;
        }
        Ok(self.0.flush()?)
    }

    fn finish(mut self: Box<Self>) -> Result<(), Unwritten> {
        Ok(self.0.flush()?)
    }
}

fn field(cell: &Cell) -> String {
    let text = super::text(cell).unwrap_or_default();
    if matches!(cell, Cell::Text(_)) { neutral(text) } else { text }
}

fn neutral(text: String) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_texts_and_numbers_stay_numbers() {
        assert_eq!(field(&Cell::Text("=HYPERLINK(\"http://x\")".into())), "'=HYPERLINK(\"http://x\")");
        assert_eq!(field(&Cell::Text("-1".into())), "'-1");
        assert_eq!(field(&Cell::Integer(-1)), "-1");
        assert_eq!(field(&Cell::Null), "");
    }
}
