//! Bars.

use crate::PictureError;
use crate::category::{Places, below, beside, is_sideways};
use crate::columns::Answer;
use crate::frame::Frame;
use crate::scale::Scale;
use crate::series::Plot;
use crate::svg::color;
use crate::{axes, legend};
use model::chart::Series as Spec;

/// The part of a place that its bars take.
const SHARE: f64 = 0.72;
/// The widest bar, in pixels.
const WIDEST: f64 = 36.0;
/// How much of a bar's width is between it and the next one of its place.
const BETWEEN: f64 = 0.08;

pub(crate) fn draw(spec: &Spec, answer: &Answer<'_>, frame: &mut Frame<'_>) -> Result<(), PictureError> {
    let plot = Plot::read(spec, true, answer)?;
    frame.note_series(&plot);
    let series: Vec<&str> = plot.series.iter().map(|series| series.label.as_str()).collect();
    let area = legend::above(&mut frame.svg, &series, frame.area);
    let labels = plot.labels();
    let count = plot.places.len();
    if is_sideways(plot.x.column.kind, &labels) {
        let room = axes::widest(&labels).min(160.0).min(area.width() * 0.36);
        let (scale, area) = axes::at_bottom(&mut frame.svg, plot.reaches(), plot.format, area, room);
        let places = Places::new(area.top, area.bottom, count, true);
        beside(&mut frame.svg, &labels, places, area.left - 8.0, room);
        marks(&plot, places, &scale, frame, true);
    } else {
        let (scale, area) = axes::at_left(&mut frame.svg, plot.reaches(), plot.format, area);
        let places = Places::new(area.left, area.right, count, true);
        below(&mut frame.svg, &labels, places, area.bottom);
        marks(&plot, places, &scale, frame, false);
    }
    Ok(())
}

/// Draws every bar: beside the others of its place, or on them.
fn marks(plot: &Plot<'_>, places: Places, scale: &Scale, frame: &mut Frame<'_>, sideways: bool) {
    let beside = if plot.is_stacked() { 1 } else { plot.series.len().max(1) };
    let thick = (places.slot() * SHARE / (beside as f64 * (1.0 + BETWEEN) - BETWEEN)).min(WIDEST);
    let step = thick * (1.0 + BETWEEN);
    let group = step * beside as f64 - thick * BETWEEN;
    let (mut up, mut down) = (vec![0.0; plot.places.len()], vec![0.0; plot.places.len()]);
    for (at, series) in plot.series.iter().enumerate() {
        for ((place, length), (up, down)) in series.lengths.iter().enumerate().zip(up.iter_mut().zip(&mut down)) {
            let Some(length) = length else { continue };
            let ground = if !plot.is_stacked() {
                0.0
            } else if *length >= 0.0 {
                std::mem::replace(up, *up + length)
            } else {
                std::mem::replace(down, *down + length)
            };
            let offset = if plot.is_stacked() { 0.0 } else { step * at as f64 };
            let across = places.middle(place) - group / 2.0 + offset;
            let (one, other) = (scale.place(ground), scale.place(ground + length));
            let (from, along) = (one.min(other), (one - other).abs());
            let bar = if sideways { [from, across, along, thick] } else { [across, from, thick, along] };
            let round = if plot.is_stacked() { 0.0 } else { 2.0_f64.min(thick / 3.0).min(along / 2.0) };
            frame.svg.rectangle(bar, color::series(at), round);
        }
    }
}
