//! Rows as a spreadsheet (Office Open XML). Texts are texts: a cell never holds a formula.
//!
//! A sheet is written row by row, into a file without a name until all of it is there, so memory does not grow with it.

use super::writing::{Bounded, RowWriter, Unwritten};
use chrono::Datelike as _;
use query::{Cell, Chunk, OutputColumn};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use std::path::Path;

/// What the one sheet is called, as downloads of Metabase call it.
const SHEET: &str = "Query result";

/// Digits that a spreadsheet keeps of a number; longer ones are written as text.
const EXACT_DIGITS: usize = 15;

/// The most rows of a sheet, that of headings among them.
const MOST_ROWS: u32 = 1_048_576;

/// The most characters of a cell, as UTF-16 counts them.
const MOST_CHARACTERS: usize = 32_767;

/// Years that a spreadsheet has.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=9999;

/// About what a cell takes besides its text.
const CELL_BYTES: u64 = 32;

pub(super) struct Xlsx {
    workbook: Workbook,
    file: Bounded,
    date: Format,
    rows: u32,
}

impl Xlsx {
    pub(super) fn begin(file: Bounded, columns: &[OutputColumn], folder: &Path) -> Result<Self, Unwritten> {
        let mut workbook = Workbook::new();
        workbook.set_tempdir(folder)?;
        let sheet = workbook.add_worksheet_with_constant_memory()?.set_name(SHEET)?;
        for (column, heading) in (0_u16..).zip(columns) {
            sheet.write_string(0, column, &heading.label)?;
        }
        Ok(Self { workbook, file, date: Format::new().set_num_format("yyyy-mm-dd"), rows: 1 })
    }
}

impl Xlsx {
    fn write_row(&mut self, cells: &[Cell]) -> Result<(), Unwritten> {
        if self.rows >= MOST_ROWS {
            return Err(Unwritten::Sheet(TOO_MANY_ROWS));
        }
        self.file.make_room(cells.iter().map(taken).sum())?;
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (column, cell) in (0_u16..).zip(cells) {
            write(sheet, (self.rows, column), cell, &self.date)?;
        }
        self.rows += 1;
        Ok(())
    }
}

impl RowWriter for Xlsx {
    fn write(&mut self, chunk: &Chunk) -> Result<(), Unwritten> {
        chunk.cells().try_for_each(|cells| self.write_row(&cells?))
    }

    fn finish(mut self: Box<Self>) -> Result<(), Unwritten> {
        Ok(self.workbook.save_to_writer(self.file)?)
    }
}

const TOO_MANY_ROWS: &str =
    "a spreadsheet has at most 1,048,576 rows, that of headings among them: narrow the question, or download CSV";

const TOO_LONG: &str = "a cell of a spreadsheet has at most 32,767 characters, and a text is longer: download CSV";

const TOO_WIDE: &str = "a spreadsheet has at most 16,384 columns: ask for fewer, or download CSV";

/// What is wrong with the rows, for a spreadsheet; all else is not theirs.
impl From<XlsxError> for Unwritten {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::MaxStringLengthExceeded => Self::Sheet(TOO_LONG),
            XlsxError::RowColumnLimitError => Self::Sheet(TOO_WIDE),
            XlsxError::IoError(error) => error.into(),
            other => Self::Failed(other.to_string()),
        }
    }
}

/// About how many bytes of the sheet a cell takes.
fn taken(cell: &Cell) -> u64 {
    match cell {
        Cell::Text(text) | Cell::Decimal(text) => (text.len() as u64).saturating_add(CELL_BYTES),
        Cell::Null => 0,
        _ => CELL_BYTES,
    }
}

fn write(sheet: &mut Worksheet, (row, column): (u32, u16), cell: &Cell, date: &Format) -> Result<(), Unwritten> {
    let text = super::text(cell).unwrap_or_default();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    match cell {
        Cell::Null => return Ok(()),
        Cell::Integer(_) | Cell::Decimal(_) if digits <= EXACT_DIGITS => match text.parse::<f64>() {
            Ok(number) => sheet.write_number(row, column, number)?,
            Err(_) => sheet.write_string(row, column, &text)?,
        },
        Cell::Boolean(value) => sheet.write_boolean(row, column, *value)?,
        Cell::Date(day) if YEARS.contains(&day.year()) => sheet.write_datetime_with_format(row, column, day, date)?,
        Cell::Text(_) if text.encode_utf16().count() > MOST_CHARACTERS => return Err(Unwritten::Sheet(TOO_LONG)),
        Cell::Integer(_) | Cell::Decimal(_) | Cell::Text(_) | Cell::Timestamp(_) | Cell::Date(_) => {
            sheet.write_string(row, column, &text)?
        }
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: u32, room: u64) -> Xlsx {
        let folder = tempfile::tempdir().unwrap();
        let (file, _) = Bounded::over(tempfile::tempfile().unwrap(), room);
        Xlsx { rows, ..Xlsx::begin(file, &[], folder.path()).unwrap() }
    }

    #[test]
    fn a_sheet_has_as_many_rows_as_there_are() {
        let mut sheet = sheet(1_048_575, 10_000);
        assert!(sheet.write_row(&[Cell::Integer(1)]).is_ok(), "the last one");
        let refused = sheet.write_row(&[Cell::Integer(1)]);
        assert!(matches!(refused, Err(Unwritten::Sheet(text)) if text.contains("1,048,576 rows")), "{refused:?}");
    }

    #[test]
    fn what_a_cell_cannot_hold_is_refused_and_what_a_day_cannot_be_is_a_text() {
        let mut sheet = sheet(1, 1_000_000);
        assert!(sheet.write_row(&[Cell::Text("é".repeat(32_767))]).is_ok());
        let refused = sheet.write_row(&[Cell::Text("é".repeat(32_768))]);
        assert!(matches!(refused, Err(Unwritten::Sheet(text)) if text.contains("32,767 characters")), "{refused:?}");
        let day = chrono::NaiveDate::from_ymd_opt(1899, 12, 31).unwrap();
        assert!(sheet.write_row(&[Cell::Date(day)]).is_ok());
    }

    #[test]
    fn a_sheet_is_bounded_before_it_is_packed() {
        let mut sheet = sheet(1, 10_000);
        let rows: Vec<bool> = (0..10).map(|_| sheet.write_row(&[Cell::Text("a".repeat(2_000))]).is_ok()).collect();
        assert_eq!(rows.iter().filter(|written| **written).count(), 4, "10,000 bytes hold no fifth");
    }
}
