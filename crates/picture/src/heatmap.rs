//! A number at each crossing of two fields, as a color.

use crate::area::Area;
use crate::category::{Places, below, beside};
use crate::columns::{Answer, Cell};
use crate::fonts::width;
use crate::frame::Frame;
use crate::series::distinct;
use crate::svg::{Anchor, Look, color};
use crate::{MOST_MARKS, PictureError, axes};
use model::chart::Heatmap;
use std::collections::HashMap;

/// The color of the least number, which is told from none, and that of the greatest: red, green and blue.
const LEAST: [f64; 3] = [230.0, 238.0, 251.0];
const MOST: [f64; 3] = [47.0, 107.0, 208.0];

/// From which part of the scale on light letters have more contrast than dark ones.
const DARK: f64 = 0.88;

pub(crate) fn draw(spec: &Heatmap, answer: &Answer<'_>, frame: &mut Frame<'_>) -> Result<(), PictureError> {
    let (x, y, value) = (answer.field(&spec.x)?, answer.field(&spec.y)?, answer.field(&spec.value)?);
    let (columns, rows) = (distinct(&x.cells), distinct(&y.cells));
    if value.cells.len() > MOST_MARKS {
        return Err(PictureError::TooManyMarks(value.cells.len()));
    }
    let [names, sides] = [(&x, &columns), (&y, &rows)]
        .map(|(field, cells)| cells.iter().map(|cell| field.write(cell)).collect::<Vec<String>>());
    let area = frame.area;
    let room = axes::widest(&sides).min(160.0).min(area.width() * 0.36);
    let plot = Area { left: area.left + room + 8.0, bottom: area.bottom - 22.0, ..area };
    let (across, down) =
        (Places::new(plot.left, plot.right, columns.len(), true), Places::new(plot.top, plot.bottom, rows.len(), true));
    below(&mut frame.svg, &names, across, plot.bottom);
    beside(&mut frame.svg, &sides, down, plot.left - 8.0, room);
    let (column_at, row_at) = (places_of(&columns), places_of(&rows));
    let (least, most) = ends(&value.cells);
    let size = [across.slot(), down.slot()].map(|slot| (slot - 1.0).max(0.5));
    for ((column, row), cell) in x.cells.iter().zip(&y.cells).zip(&value.cells) {
        let crossing = column_at.get(column).zip(row_at.get(row)).zip(cell.number());
        let Some(((column, row), number)) = crossing else { continue };
        let share = ((number / 2.0 - least / 2.0) / (most / 2.0 - least / 2.0)).clamp(0.0, 1.0);
        let center = [across.middle(*column), down.middle(*row)];
        let corner = [center[0] - size[0] / 2.0, center[1] - size[1] / 2.0];
        frame.svg.rectangle([corner[0], corner[1], size[0], size[1]], &between(share), 0.0);
        let text = value.write(cell);
        let ink = if share > DARK { color::CARD } else { color::INK };
        let look = Look { color: ink, anchor: Anchor::Middle, ..Look::LABEL };
        if size[1] >= 16.0 && width(&text, look.size, look.bold) + 4.0 <= size[0] {
            frame.svg.text([center[0], center[1] + 4.0], look, &text);
        }
    }
    Ok(())
}

fn places_of<'a>(cells: &[&'a Cell]) -> HashMap<&'a Cell, usize> {
    cells.iter().enumerate().map(|(place, cell)| (*cell, place)).collect()
}

/// The ends of the scale. One number alone stands at the end of a scale from zero.
fn ends(cells: &[&Cell]) -> (f64, f64) {
    let numbers: Vec<f64> = cells.iter().filter_map(|cell| cell.number()).collect();
    let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let most = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if least < most {
        (least, most)
    } else if numbers.is_empty() || least == 0.0 {
        (0.0, 1.0)
    } else {
        (least.min(0.0), most.max(0.0))
    }
}

/// The color that is `share` of the way.
fn between(share: f64) -> String {
    let channel = |least: f64, most: f64| (least + (most - least) * share).round() as u8;
    let [[r0, g0, b0], [r1, g1, b1]] = [LEAST, MOST];
    format!("#{:02x}{:02x}{:02x}", channel(r0, r1), channel(g0, g1), channel(b0, b1))
}
