//! What is left of the first part, step by step.

use crate::PictureError;
use crate::columns::Answer;
use crate::fonts::fitting;
use crate::frame::Frame;
use crate::number::{count, share};
use crate::svg::{Anchor, Look, color};
use model::chart::Parts;

/// The most steps.
const MOST_STEPS: usize = 12;

/// Pixels between two steps, and of the highest.
const GAP: f64 = 2.0;
const HIGHEST: f64 = 72.0;

pub(crate) fn draw(parts: &Parts, answer: &Answer<'_>, frame: &mut Frame<'_>) -> Result<(), PictureError> {
    let (label, value) = (answer.field(&parts.label)?, answer.field(&parts.value)?);
    let numbers: Vec<f64> = value.cells.iter().map(|cell| cell.number().unwrap_or(0.0).max(0.0)).collect();
    let steps = numbers.len().min(MOST_STEPS);
    if numbers.len() > steps {
        frame.note(format!("{} more steps are not drawn.", count(numbers.len() - steps)));
    }
    let (area, first) = (frame.area, numbers.first().copied().unwrap_or(0.0));
    let most = numbers.iter().take(steps).copied().fold(0.0, f64::max);
    let (room, slot) = (area.width() * 0.5, (area.height() / steps.max(1) as f64).min(HIGHEST));
    let upper = area.center()[1] - slot * steps as f64 / 2.0;
    let middle = area.left + room / 2.0;
    let text = area.left + room + 16.0;
    for (at, (number, (name, cell))) in numbers.iter().zip(label.cells.iter().zip(&value.cells)).take(steps).enumerate()
    {
        let wide = if most > 0.0 { number / most * room } else { 0.0 };
        let top = upper + slot * at as f64;
        let thick = (slot - GAP).max(1.0);
        frame.svg.rectangle([middle - wide / 2.0, top, wide, thick], color::series(0), 0.0);
        let y = top + thick / 2.0 + 4.0;
        let mut written = value.write(cell);
        if let Some(number) = cell.number().filter(|_| first > 0.0) {
            written += &format!(" · {}", share(number / first));
        }
        let (name_look, number_look) = (Look { color: color::INK, ..Look::LABEL }, Look::LABEL.at(Anchor::End));
        frame.svg.text([text, y], name_look, &fitting(&label.write(name), 12.0, false, area.right - text - 120.0));
        frame.svg.text([area.right, y], number_look, &fitting(&written, 12.0, false, 116.0));
    }
    Ok(())
}
