//! One number on a scale.

use crate::PictureError;
use crate::area::Area;
use crate::columns::Answer;
use crate::fonts::fitting;
use crate::frame::Frame;
use crate::number::compact;
use crate::svg::{Anchor, Look, color};
use model::chart::Gauge;

const THICK: f64 = 24.0;
const LARGEST: f64 = 48.0;

pub(crate) fn draw(gauge: &Gauge, answer: &Answer<'_>, frame: &mut Frame<'_>) -> Result<(), PictureError> {
    let value = answer.field(&gauge.value)?;
    let target = gauge.target.as_ref().map(|name| answer.field(name)).transpose()?;
    let (least, most) = (gauge.min.as_f64().unwrap_or(0.0), gauge.max.as_f64().unwrap_or(1.0));
    let [x, middle] = frame.area.center();
    let half = frame.area.width() * 0.35;
    let track = Area { left: x - half, right: x + half, top: middle, bottom: middle + THICK };
    // At its end, if it is beyond.
    let place = |number: f64| {
        let share = (number / 2.0 - least / 2.0) / (most / 2.0 - least / 2.0);
        track.left + if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 } * track.width()
    };
    let cell = value.cells.first();
    let text = cell.map(|cell| value.write(cell)).unwrap_or_default();
    let size = LARGEST.min(frame.area.height() / 4.0);
    let look = Look { size, bold: true, color: color::INK, anchor: Anchor::Middle };
    frame.svg.text([x, track.top - size / 2.0], look, &fitting(&text, size, true, frame.area.width()));
    frame.svg.rectangle([track.left, track.top, track.width(), THICK], color::LINE, 3.0);
    if let Some(number) = cell.and_then(|cell| cell.number()) {
        let long = place(number) - track.left;
        frame.svg.rectangle([track.left, track.top, long, THICK], color::series(0), 3.0_f64.min(long / 2.0));
    }
    let format = value.column.format;
    for (at, number, anchor) in [(track.left, least, Anchor::Start), (track.right, most, Anchor::End)] {
        frame.svg.text([at, track.bottom + 18.0], Look::LABEL.at(anchor), &compact(number, format));
    }
    let aim = target.as_ref().and_then(|field| field.cells.first().map(|cell| (field, *cell)));
    if let Some((field, cell)) = aim {
        let text = format!("{}: {}", field.column.label, field.write(cell));
        frame.svg.text(
            [x, track.bottom + 40.0],
            Look::LABEL.at(Anchor::Middle),
            &fitting(&text, 12.0, false, 2.0 * half),
        );
        if let Some(number) = cell.number() {
            let at = place(number);
            frame.svg.rectangle([at - 1.5, track.top - 5.0, 3.0, THICK + 10.0], color::INK, 0.0);
        }
    }
    Ok(())
}
