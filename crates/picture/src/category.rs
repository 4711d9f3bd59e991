//! An axis with a place for each label.

use crate::columns::Kind;
use crate::fonts::{fitting, width};
use crate::svg::{Anchor, Look, Svg};

/// Labels longer than this stand beside their bars, not below them.
const LONG_LABEL: usize = 10;

/// Labels below an axis are cut there, in pixels.
pub(crate) const LONGEST_LABEL: f64 = 140.0;

/// Pixels between two labels at least.
const BETWEEN: f64 = 12.0;

/// Places along a line.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Places {
    from: f64,
    to: f64,
    count: usize,
    /// Whether the first and the last keep half a place of distance from the ends, as bars need it.
    gap: bool,
}

impl Places {
    pub(crate) const fn new(from: f64, to: f64, count: usize, gap: bool) -> Self {
        Self { from, to, count, gap }
    }

    /// How much room a place has.
    pub(crate) fn slot(self) -> f64 {
        let slots = if self.gap { self.count } else { self.count.saturating_sub(1) };
        (self.to - self.from) / slots.max(1) as f64
    }

    /// The middle of a place.
    pub(crate) fn middle(self, place: usize) -> f64 {
        match (self.gap, self.count) {
            (true, _) => self.from + self.slot() * (place as f64 + 0.5),
            (false, 0 | 1) => self.from.midpoint(self.to),
            (false, _) => self.from + self.slot() * place as f64,
        }
    }
}

/// Whether bars lie on their side. Time always runs along the page.
pub(crate) fn is_sideways(kind: Kind, labels: &[String]) -> bool {
    !kind.is_time() && labels.iter().any(|label| label.chars().count() > LONG_LABEL)
}

/// Writes labels below an axis: each, or each second, third and so on, if they would touch.
pub(crate) fn below(svg: &mut Svg, labels: &[String], places: Places, y: f64) {
    let look = Look::LABEL.at(Anchor::Middle);
    let texts: Vec<String> = labels.iter().map(|label| fitting(label, look.size, look.bold, LONGEST_LABEL)).collect();
    let widest = texts.iter().map(|text| width(text, look.size, look.bold)).fold(1.0, f64::max);
    let step = ((widest + BETWEEN) / places.slot()).ceil().max(1.0) as usize;
    for (place, text) in texts.iter().enumerate().step_by(step) {
        let half = width(text, look.size, look.bold) / 2.0;
        // Labels at the ends stay inside.
        let x = places.middle(place).min(places.to + 16.0 - half).max(half);
        svg.text([x, y + 16.0], look, text);
    }
}

/// Writes labels beside an axis, which end at `x`.
pub(crate) fn beside(svg: &mut Svg, labels: &[String], places: Places, x: f64, room: f64) {
    let look = Look::LABEL.at(Anchor::End);
    let step = (16.0 / places.slot()).ceil().max(1.0) as usize;
    for (place, label) in labels.iter().enumerate().step_by(step) {
        svg.text([x, places.middle(place) + 4.0], look, &fitting(label, look.size, look.bold, room));
    }
}
