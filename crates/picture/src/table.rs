//! Rows and columns.

use crate::PictureError;
use crate::columns::{Answer, Field};
use crate::fonts::{fitting, width};
use crate::frame::Frame;
use crate::number::count;
use crate::svg::{Anchor, Look, color};
use model::chart::Table;

/// Pixels that a row takes.
pub(crate) const ROW: f64 = 26.0;
const PADDING: f64 = 8.0;
const HEAD: Look = Look { size: 12.0, bold: true, color: color::INK, anchor: Anchor::Start };
const CELL: Look = Look { size: 12.0, bold: false, color: color::INK, anchor: Anchor::Start };

/// Widths of columns, in pixels.
const NARROWEST: f64 = 48.0;
const WIDEST: f64 = 320.0;

/// A column with its place.
struct Placed<'a> {
    field: Field<'a>,
    left: f64,
    width: f64,
}

pub(crate) fn draw(table: &Table, answer: &Answer<'_>, frame: &mut Frame<'_>) -> Result<(), PictureError> {
    let mut fields = answer.fields();
    for column in &table.columns {
        let at = fields.iter_mut().find(|field| field.column.name == column.field.as_str());
        let field = at.ok_or_else(|| PictureError::UnknownColumn(column.field.clone()))?;
        field.written = column.format.map_or(field.written, |format| field.written.formatted(format));
    }
    let area = frame.area;
    let fitting_rows = ((area.height() / ROW) as usize).saturating_sub(1);
    let rows = answer.rows.len().min(fitting_rows);
    let left = answer.rows.len() - rows;
    let (placed, hidden) = place(fields, rows, area.left, area.width());
    if placed.iter().any(|column| column.field.written.is_of_clocks()) {
        frame.note_clocks();
    }
    if left > 0 {
        frame.note(format!("{} more {} not drawn.", count(left), if left == 1 { "row is" } else { "rows are" }));
    }
    if hidden > 0 {
        frame.note(format!(
            "{} more {} not drawn.",
            count(hidden),
            if hidden == 1 { "column is" } else { "columns are" }
        ));
    }
    for column in &placed {
        column.draw(rows, frame);
    }
    let right = placed.last().map_or(area.left, |column| column.left + column.width);
    frame.svg.line([area.left, area.top + ROW], [right, area.top + ROW], color::MUTED);
    for row in 1..rows {
        let y = area.top + ROW * (row as f64 + 1.0);
        frame.svg.line([area.left, y], [right, y], color::LINE);
    }
    Ok(())
}

/// Gives columns as much room as they need, or as there is; those for which there is none are counted.
fn place(fields: Vec<Field<'_>>, rows: usize, left: f64, room: f64) -> (Vec<Placed<'_>>, usize) {
    let needed = |field: &Field<'_>| {
        let cells = field.cells.iter().take(rows).map(|cell| width(&field.write(cell), CELL.size, CELL.bold));
        let widest = cells.fold(width(&field.column.label, HEAD.size, HEAD.bold), f64::max);
        (widest + 2.0 * PADDING).clamp(NARROWEST, WIDEST)
    };
    let most = ((room / NARROWEST) as usize).max(1);
    let hidden = fields.len().saturating_sub(most);
    let widths: Vec<f64> = fields.iter().take(most).map(needed).collect();
    let spare: f64 = widths.iter().map(|width| width - NARROWEST).sum();
    let over = (widths.iter().sum::<f64>() - room).max(0.0);
    let shrink = if spare > 0.0 { (over / spare).min(1.0) } else { 0.0 };
    let mut left = left;
    let mut placed = Vec::new();
    for (field, width) in fields.into_iter().zip(widths) {
        let width = width - (width - NARROWEST) * shrink;
        placed.push(Placed { field, left, width });
        left += width;
    }
    (placed, hidden)
}

impl Placed<'_> {
    fn draw(&self, rows: usize, frame: &mut Frame<'_>) {
        let top = frame.area.top;
        let (anchor, x) = if self.field.column.kind.is_number() {
            (Anchor::End, self.left + self.width - PADDING)
        } else {
            (Anchor::Start, self.left + PADDING)
        };
        let mut write = |look: Look, text: &str, row: usize| {
            let text = fitting(text, look.size, look.bold, self.width - 2.0 * PADDING);
            frame.svg.text([x, top + ROW * row as f64 + 17.0], look.at(anchor), &text);
        };
        write(HEAD, &self.field.column.label, 0);
        for (row, cell) in self.field.cells.iter().take(rows).enumerate() {
            write(CELL, &self.field.write(cell), row + 1);
        }
    }
}
