//! Parts of a whole.

use crate::PictureError;
use crate::area::Area;
use crate::columns::Answer;
use crate::fonts::fitting;
use crate::frame::Frame;
use crate::number::{count, share};
use crate::svg::{Anchor, Look, color};
use model::chart::Parts;

/// The most slices: what is left is one more.
const MOST_PARTS: usize = 11;

const ROW: f64 = 22.0;

pub(crate) fn draw(parts: &Parts, answer: &Answer<'_>, frame: &mut Frame<'_>) -> Result<(), PictureError> {
    let (label, value) = (answer.field(&parts.label)?, answer.field(&parts.value)?);
    let numbers = value.cells.iter().map(|cell| cell.number().filter(|number| *number > 0.0));
    let mut slices: Vec<(String, f64)> = Vec::new();
    let (mut rest, mut left) = (0.0, 0);
    for (name, number) in label.cells.iter().zip(numbers).filter_map(|(name, number)| Some((name, number?))) {
        if slices.len() < MOST_PARTS {
            slices.push((label.write(name), number));
        } else {
            (rest, left) = (rest + number, left + 1);
        }
    }
    if left > 0 {
        slices.push((format!("{} more", count(left)), rest));
    }
    let whole: f64 = slices.iter().map(|(_, number)| number).sum();
    if slices.len() < value.cells.len() - left + usize::from(left > 0) {
        frame.note("Parts that are not above zero are not drawn.".to_owned());
    }
    let area = frame.area;
    let round = Area { right: area.left + area.width() * 0.55, ..area };
    let (center, radius) = (round.center(), (round.width().min(round.height()) / 2.0 - 4.0).max(4.0));
    if let [_] = slices.as_slice() {
        frame.svg.circle(center, radius, color::series(0), 1.0);
    }
    let mut from = 0.0;
    for (at, (_, number)) in slices.iter().enumerate().filter(|_| slices.len() > 1) {
        let to = from + number / whole;
        frame.svg.slice(center, radius, [from, to], color::series(at));
        from = to;
    }
    names(&slices, whole, Area { left: round.right + 16.0, ..area }, frame);
    Ok(())
}

/// The names of the slices with their shares, from the top.
fn names(slices: &[(String, f64)], whole: f64, area: Area, frame: &mut Frame<'_>) {
    let rows = ((area.height() / ROW) as usize).max(1);
    let mut y = area.center()[1] - ROW * slices.len().min(rows) as f64 / 2.0;
    let (look, number) = (Look { color: color::INK, ..Look::LABEL }, Look::LABEL.at(Anchor::End));
    for (at, (name, part)) in slices.iter().take(rows).enumerate() {
        frame.svg.rectangle([area.left, y + 2.0, 12.0, 12.0], color::series(at), 3.0);
        let name = fitting(name, look.size, look.bold, area.width() - 17.0 - 56.0);
        frame.svg.text([area.left + 17.0, y + 12.0], look, &name);
        frame.svg.text([area.right, y + 12.0], number, &share(part / whole));
        y += ROW;
    }
}
