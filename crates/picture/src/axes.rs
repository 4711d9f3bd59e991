//! Axes of numbers, with their grid.

use crate::area::Area;
use crate::fonts::width;
use crate::number::compact;
use crate::scale::Scale;
use crate::svg::{Anchor, Look, Svg, color};
use model::semantic::NumberFormat;

/// Pixels below a plot that labels take.
const BELOW: f64 = 22.0;
/// Pixels between labels and plot.
const BESIDE: f64 = 8.0;

/// An axis of numbers at the left, and the plot beside it. There is room for labels below.
pub(crate) fn at_left(svg: &mut Svg, numbers: Vec<f64>, format: NumberFormat, area: Area) -> (Scale, Area) {
    let plot = Area { top: area.top + 8.0, bottom: area.bottom - BELOW, ..area };
    let around = (plot.height() / 60.0).round().clamp(2.0, 5.0) as usize;
    let scale = Scale::of(numbers, around, plot.bottom, plot.top);
    let labels: Vec<String> = scale.marks.iter().map(|mark| compact(*mark, format)).collect();
    let plot = Area { left: area.left + widest(&labels) + BESIDE, ..plot };
    let look = Look::LABEL.at(Anchor::End);
    for (mark, label) in scale.marks.iter().zip(&labels) {
        let y = scale.place(*mark);
        svg.line([plot.left, y], [plot.right, y], of_mark(*mark));
        svg.text([plot.left - BESIDE, y + 4.0], look, label);
    }
    (scale, plot)
}

/// An axis of numbers below, and the plot above it, right of labels that are `beside` pixels wide.
pub(crate) fn at_bottom(
    svg: &mut Svg,
    numbers: Vec<f64>,
    format: NumberFormat,
    area: Area,
    beside: f64,
) -> (Scale, Area) {
    let plot =
        Area { left: area.left + beside + BESIDE, bottom: area.bottom - BELOW, right: area.right - 12.0, ..area };
    let around = (plot.width() / 140.0).round().clamp(2.0, 5.0) as usize;
    let scale = Scale::of(numbers, around, plot.left, plot.right);
    let look = Look::LABEL.at(Anchor::Middle);
    for mark in &scale.marks {
        let x = scale.place(*mark);
        svg.line([x, plot.top], [x, plot.bottom], of_mark(*mark));
        svg.text([x, plot.bottom + 16.0], look, &compact(*mark, format));
    }
    (scale, plot)
}

/// The widest of some labels.
pub(crate) fn widest(labels: &[String]) -> f64 {
    labels.iter().map(|label| width(label, Look::LABEL.size, Look::LABEL.bold)).fold(0.0, f64::max)
}

/// Zero is told from other marks.
fn of_mark(mark: f64) -> &'static str {
    if mark == 0.0 { color::MUTED } else { color::LINE }
}
