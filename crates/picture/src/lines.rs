//! Lines and areas.

use crate::PictureError;
use crate::area::Area;
use crate::category::{LONGEST_LABEL, Places, below};
use crate::columns::Answer;
use crate::frame::{Frame, MARGIN};
use crate::scale::Scale;
use crate::series::Plot;
use crate::svg::{Svg, color};
use crate::{axes, legend};
use model::chart::Series as Spec;

/// A line with more points than this has no dots.
const MANY_POINTS: usize = 40;

pub(crate) fn draw(spec: &Spec, fills: bool, answer: &Answer<'_>, frame: &mut Frame<'_>) -> Result<(), PictureError> {
    let plot = Plot::read(spec, fills, answer)?;
    frame.note_series(&plot);
    let labels: Vec<&str> = plot.series.iter().map(|series| series.label.as_str()).collect();
    let area = legend::above(&mut frame.svg, &labels, frame.area);
    let names = plot.labels();
    // The last label stands in the middle below the last point.
    let beyond = (axes::widest(&names).min(LONGEST_LABEL) / 2.0 - MARGIN).max(0.0);
    let area = Area { right: area.right - beyond, ..area };
    let (scale, area) = axes::at_left(&mut frame.svg, plot.reaches(), plot.format, area);
    let places = Places::new(area.left, area.right, plot.places.len(), false);
    below(&mut frame.svg, &names, places, area.bottom);
    let mut ground = vec![0.0; plot.places.len()];
    for (at, series) in plot.series.iter().enumerate() {
        let tops: Vec<Option<f64>> = if plot.is_stacked() {
            series.lengths.iter().zip(&ground).map(|(length, below)| Some(length.unwrap_or(0.0) + below)).collect()
        } else {
            series.lengths.clone()
        };
        let line = Line { color: color::series(at), fills, is_stacked: plot.is_stacked(), scale: &scale, places };
        line.draw(&mut frame.svg, &tops, &ground);
        if plot.is_stacked() {
            ground = tops.iter().map(|top| top.unwrap_or(0.0)).collect();
        }
    }
    Ok(())
}

/// How one line is drawn.
struct Line<'a> {
    color: &'static str,
    fills: bool,
    is_stacked: bool,
    scale: &'a Scale,
    places: Places,
}

impl Line<'_> {
    fn draw(&self, svg: &mut Svg, tops: &[Option<f64>], ground: &[f64]) {
        let dots = tops.len() <= MANY_POINTS && !self.is_stacked;
        for piece in pieces(tops) {
            let points: Vec<[f64; 2]> = piece.iter().map(|(place, top)| self.point(*place, *top)).collect();
            if self.fills {
                let below =
                    piece.iter().rev().map(|(place, _)| self.point(*place, ground.get(*place).copied().unwrap_or(0.0)));
                let outline: Vec<[f64; 2]> = points.iter().copied().chain(below).collect();
                svg.surface(&outline, self.color, if self.is_stacked { 0.7 } else { 0.14 });
            }
            if points.len() > 1 {
                svg.curve(&points, self.color, if self.is_stacked { 1.5 } else { 2.0 });
            }
            // Without a dot, a point without neighbors could not be seen.
            for point in points.iter().filter(|_| dots || points.len() == 1) {
                svg.circle(*point, 2.5, self.color, 1.0);
            }
        }
    }

    fn point(&self, place: usize, top: f64) -> [f64; 2] {
        [self.places.middle(place), self.scale.place(top)]
    }
}

/// What is between gaps: places with their numbers.
fn pieces(tops: &[Option<f64>]) -> Vec<Vec<(usize, f64)>> {
    let mut pieces: Vec<Vec<(usize, f64)>> = vec![Vec::new()];
    for (place, top) in tops.iter().enumerate() {
        match (top, pieces.last_mut()) {
            (Some(top), Some(piece)) => piece.push((place, *top)),
            (None, Some(piece)) if !piece.is_empty() => pieces.push(Vec::new()),
            _ => {}
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}
