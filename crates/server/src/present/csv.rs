//! Rows as CSV (RFC 4180). Texts that a spreadsheet would run as a formula are neutralised with an apostrophe.

use query::{Answer, Cell};

/// How lines end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lines {
    /// As RFC 4180 says.
    CarriageReturnLineFeed,
    /// As downloads of Metabase do.
    LineFeed,
}

pub(super) fn rows(answer: &Answer, lines: Lines) -> Result<Vec<u8>, csv::Error> {
    let terminator = match lines {
        Lines::CarriageReturnLineFeed => csv::Terminator::CRLF,
        Lines::LineFeed => csv::Terminator::Any(b'\n'),
    };
    let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
    writer.write_record(answer.columns.iter().map(|column| neutral(column.label.clone())))?;
    for row in &answer.rows {
        writer.write_record(row.iter().map(field))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
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
