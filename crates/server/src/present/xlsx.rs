//! Rows as a spreadsheet (Office Open XML). Texts are texts: a cell never holds a formula.

use query::{Answer, Cell};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

/// What the one sheet is called, as downloads of Metabase call it.
const SHEET: &str = "Query result";

/// Digits that a spreadsheet keeps of a number; longer ones are written as text.
const EXACT_DIGITS: usize = 15;

pub(super) fn rows(answer: &Answer) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet().set_name(SHEET)?;
    for (column, heading) in (0_u16..).zip(&answer.columns) {
        sheet.write_string(0, column, &heading.label)?;
    }
    let date = Format::new().set_num_format("yyyy-mm-dd");
    for (row, cells) in (1_u32..).zip(&answer.rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            write(sheet, (row, column), cell, &date)?;
        }
    }
    workbook.save_to_buffer()
}

fn write(sheet: &mut Worksheet, (row, column): (u32, u16), cell: &Cell, date: &Format) -> Result<(), XlsxError> {
    let text = super::text(cell).unwrap_or_default();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    match cell {
        Cell::Null => return Ok(()),
        Cell::Integer(_) | Cell::Decimal(_) if digits <= EXACT_DIGITS => match text.parse::<f64>() {
            Ok(number) => sheet.write_number(row, column, number)?,
            Err(_) => sheet.write_string(row, column, &text)?,
        },
        Cell::Boolean(value) => sheet.write_boolean(row, column, *value)?,
        Cell::Date(day) => sheet.write_datetime_with_format(row, column, day, date)?,
        Cell::Integer(_) | Cell::Decimal(_) | Cell::Text(_) | Cell::Timestamp(_) => {
            sheet.write_string(row, column, &text)?
        }
    };
    Ok(())
}
