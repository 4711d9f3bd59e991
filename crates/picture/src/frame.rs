//! What stands around a chart: title, notes and margins.

use crate::area::Area;
use crate::fonts::{fitting, lines};
use crate::number::count;
use crate::output::Drawing;
use crate::series::Plot;
use crate::svg::{Anchor, Look, Svg, color};
use crate::{Picture, Size};
use model::time_zone::TimeZone;

/// Pixels between the edge of the picture and what is in it.
pub(crate) const MARGIN: f64 = 16.0;
/// Pixels that a title takes.
pub(crate) const TITLE_HEIGHT: f64 = 32.0;
/// Pixels that are left for notes.
pub(crate) const NOTES_HEIGHT: f64 = 20.0;
const TITLE: Look = Look { size: 16.0, bold: true, color: color::INK, anchor: Anchor::Start };

/// The words of a picture without rows, as the pages say them.
const NO_ROWS: &str = "No rows for you here.";
const NO_ROWS_HINT: &str = "Nothing matches these filters, or nothing of this has been shared with you.";

/// A picture that is being drawn.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    /// What has been drawn.
    pub(crate) svg: Svg,
    /// Where the chart is drawn.
    pub(crate) area: Area,
    title: &'a str,
    size: Size,
    time_zone: TimeZone,
    notes: Vec<String>,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(picture: &'a Picture<'a>) -> Self {
        let notes = Vec::from_iter(picture.truncated.then(|| "There are more rows than these.".to_owned()));
        Self { time_zone: picture.time_zone, notes, ..Self::titled(picture.title, picture.size) }
    }

    /// A frame with nothing in it but a title. Empty: it has none.
    pub(crate) fn titled(title: &'a str, size: Size) -> Self {
        let (width, height) = (f64::from(size.width()), f64::from(size.height()));
        let mut svg = Svg::default();
        svg.rectangle([0.0, 0.0, width, height], color::CARD, 0.0);
        let mut top = MARGIN;
        if !title.is_empty() {
            let title = fitting(title, TITLE.size, TITLE.bold, width - 2.0 * MARGIN);
            svg.text([MARGIN, top + 14.0], TITLE, &title);
            top += TITLE_HEIGHT;
        }
        // Room for the notes.
        let area = Area { left: MARGIN, top, right: width - MARGIN, bottom: height - MARGIN - NOTES_HEIGHT };
        Self { svg, area, title, size, time_zone: TimeZone::UTC, notes: Vec::new() }
    }

    /// Whose clocks are meant.
    pub(crate) fn note_clocks(&mut self) {
        let zone = self.time_zone;
        if zone != TimeZone::UTC {
            self.note(format!("Times are those of {}.", zone.name()));
        }
    }

    /// Says what of a plot is not drawn, and whose clocks it means.
    pub(crate) fn note_series(&mut self, plot: &Plot<'_>) {
        if plot.x.written.is_of_clocks() {
            self.note_clocks();
        }
        if plot.left > 0 {
            let more = if plot.left == 1 { "series is" } else { "series are" };
            self.note(format!("{} more {more} not drawn.", count(plot.left)));
        }
    }

    /// Adds a sentence that stands below.
    pub(crate) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    pub(crate) fn say_that_there_is_nothing(&mut self) {
        self.say(NO_ROWS, NO_ROWS_HINT);
    }

    /// Says something where the chart would be.
    pub(crate) fn say(&mut self, sentence: &str, hint: &str) {
        let [x, y] = self.area.center();
        let look = Look { size: 15.0, bold: true, color: color::INK, anchor: Anchor::Middle };
        let below = Look::LABEL.at(Anchor::Middle);
        self.svg.text([x, y - 4.0], look, &fitting(sentence, look.size, look.bold, self.area.width()));
        for (at, line) in lines(hint, below.size, below.bold, self.area.width()).iter().enumerate() {
            self.svg.text([x, y + 18.0 + 17.0 * at as f64], below, line);
        }
    }

    pub(crate) fn finish(mut self) -> Drawing {
        let size = self.size;
        if !self.notes.is_empty() {
            let notes = fitting(&self.notes.join(" "), Look::LABEL.size, false, self.area.width());
            self.svg.text([MARGIN, f64::from(size.height()) - MARGIN + 2.0], Look::LABEL, &notes);
        }
        Drawing::new(self.svg.finish(size.width(), size.height(), self.title), size)
    }
}
