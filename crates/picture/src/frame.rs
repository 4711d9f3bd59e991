//! What stands around a chart: title, notes and margins.

use crate::Picture;
use crate::area::Area;
use crate::fonts::{fitting, width};
use crate::number::count;
use crate::output::Drawing;
use crate::series::Plot;
use crate::svg::{Anchor, Look, Svg, color};
use model::time_zone::TimeZone;

/// Pixels between the edge of the picture and what is in it.
pub(crate) const MARGIN: f64 = 16.0;
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
    picture: &'a Picture<'a>,
    notes: Vec<String>,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(picture: &'a Picture<'a>) -> Self {
        let (width, height) = (f64::from(picture.size.width()), f64::from(picture.size.height()));
        let mut svg = Svg::default();
        svg.rectangle([0.0, 0.0, width, height], color::CARD, 0.0);
        let mut top = MARGIN;
        if !picture.title.is_empty() {
            let title = fitting(picture.title, TITLE.size, TITLE.bold, width - 2.0 * MARGIN);
            svg.text([MARGIN, top + 14.0], TITLE, &title);
            top += 32.0;
        }
        let notes = Vec::from_iter(picture.truncated.then(|| "There are more rows than these.".to_owned()));
        // Room for the notes.
        let area = Area { left: MARGIN, top, right: width - MARGIN, bottom: height - MARGIN - 20.0 };
        Self { svg, area, picture, notes }
    }

    /// Whose clocks are meant.
    pub(crate) fn note_clocks(&mut self) {
        let zone = self.picture.time_zone;
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
        let [x, y] = self.area.center();
        let look = Look { size: 15.0, bold: true, color: color::INK, anchor: Anchor::Middle };
        let hint = Look::LABEL.at(Anchor::Middle);
        self.svg.text([x, y - 4.0], look, &fitting(NO_ROWS, look.size, look.bold, self.area.width()));
        for (at, line) in lines(NO_ROWS_HINT, hint.size, self.area.width()).iter().enumerate() {
            self.svg.text([x, y + 18.0 + 17.0 * at as f64], hint, line);
        }
    }

    pub(crate) fn finish(mut self) -> Drawing {
        let size = self.picture.size;
        if !self.notes.is_empty() {
            let notes = fitting(&self.notes.join(" "), Look::LABEL.size, false, self.area.width());
            self.svg.text([MARGIN, f64::from(size.height()) - MARGIN + 2.0], Look::LABEL, &notes);
        }
        Drawing::new(self.svg.finish(size.width(), size.height(), self.picture.title), size)
    }
}

/// A text in lines that are no wider than that, broken between words.
fn lines(text: &str, size: f64, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size, false) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
