//! Charts as pictures, drawn on the server: a chart and rows become SVG, and of that PNG and PDF.
//!
//! [`Picture`] is what is asked for, [`Picture::draw`] answers a [`Drawing`]; a [`Page`] puts several on one sheet. The same picture gives the same bytes, on every
//! machine: the only fonts are the two that are shipped, and nothing is ever loaded from anywhere. Rows are given as the API
//! tells them; who may see which of them has been decided long before.

mod area;
mod axes;
mod bars;
mod category;
mod columns;
mod fonts;
mod frame;
mod funnel;
mod gauge;
mod heatmap;
mod kpi;
mod legend;
mod lines;
mod number;
mod output;
mod page;
mod pie;
mod scale;
mod scatter;
mod series;
mod svg;
mod table;
mod words;
mod written;

pub use columns::{Cell, Column, Kind};
pub use output::{Drawing, Paper, Pixels, pdf};
pub use page::{Page, Tile, height_of};
pub use words::draw_words;

use columns::Answer;
use frame::Frame;
use model::chart::{Chart, Table};
use model::name::FieldName;
use model::time_zone::TimeZone;

/// The most rows of a picture.
pub const MOST_ROWS: usize = 20_000;

/// The most points, bars and slices of a picture.
pub const MOST_MARKS: usize = 20_000;

/// What is to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// Stands above; empty: nothing does.
    pub title: &'a str,
    /// Which columns are drawn, and how.
    pub chart: &'a Chart,
    /// The columns of the answer.
    pub columns: &'a [Column],
    /// The rows of the answer, each as long as `columns`.
    pub rows: &'a [Vec<Cell>],
    /// Whether the answer goes on where the rows end. The picture says so.
    pub truncated: bool,
    /// Whose clocks instants are written by.
    pub time_zone: TimeZone,
    /// How large it is.
    pub size: Size,
}

/// The size of a picture in pixels, as the SVG counts them: 1/96 of an inch on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    width: u16,
    height: u16,
}

impl Size {
    /// The usual one.
    pub const USUAL: Self = Self { width: 800, height: 500 };

    const LEAST: u16 = 100;
    const MOST: u16 = 4_000;

    /// A size of 100 to 4,000 pixels each way.
    ///
    /// # Errors
    /// It is smaller or larger.
    pub const fn new(width: u16, height: u16) -> Result<Self, PictureError> {
        if width < Self::LEAST || height < Self::LEAST || width > Self::MOST || height > Self::MOST {
            return Err(PictureError::Size);
        }
        Ok(Self { width, height })
    }

    /// A size inside of a sheet, whatever it is.
    pub(crate) const fn inside(width: u16, height: u16) -> Self {
        Self { width, height }
    }

    /// From side to side.
    #[must_use]
    pub const fn width(self) -> u16 {
        self.width
    }

    /// From top to bottom.
    #[must_use]
    pub const fn height(self) -> u16 {
        self.height
    }
}

/// Why there is no picture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// Too small or too large.
    #[error("the size is not valid: expected {} to {} pixels each way", Size::LEAST, Size::MOST)]
    Size,
    /// Of too many pixels.
    #[error("the picture has too many pixels: expected a smaller size, or a smaller scale")]
    TooManyPixels,
    /// More rows than are drawn.
    #[error("{0} rows: expected at most {MOST_ROWS}")]
    TooManyRows(usize),
    /// A page that is higher than sheets are.
    #[error("the page is too high for one picture: expected a greater width, or its elements one by one")]
    TooHigh,
    /// A page with more shapes than a sheet has.
    #[error("the page has too many marks: expected its elements one by one")]
    TooMuch,
    /// More marks than are drawn.
    #[error("{0} marks: expected at most {MOST_MARKS}")]
    TooManyMarks(usize),
    /// A row of another length than the columns.
    #[error("row {row} has {cells} cells: expected one for each column")]
    Ragged {
        /// Counted from 0.
        row: usize,
        /// How many it has.
        cells: usize,
    },
    /// The chart draws what the answer does not have.
    #[error("there is no column `{0}`")]
    UnknownColumn(FieldName),
    /// The drawing cannot be written as that kind of file.
    #[error("the picture cannot be written")]
    Unwritable,
}

/// Draws a sentence in place of a chart, and below it what it means. The title may be empty.
#[must_use]
pub fn draw_sentence(title: &str, [sentence, hint]: [&str; 2], size: Size) -> Drawing {
    let mut frame = Frame::titled(title, size);
    frame.say(sentence, hint);
    frame.finish()
}

impl Picture<'_> {
    /// Draws it. Without rows it says so in words.
    ///
    /// # Errors
    /// The rows do not fit the columns, or these the chart, or there are too many.
    pub fn draw(&self) -> Result<Drawing, PictureError> {
        let answer = Answer::new(self)?;
        let mut frame = Frame::new(self);
        if self.rows.is_empty() {
            frame.say_that_there_is_nothing();
            return Ok(frame.finish());
        }
        match self.chart {
            Chart::Kpi(kpi) => kpi::draw(kpi, &answer, &mut frame)?,
            Chart::Line(spec) => lines::draw(spec, false, &answer, &mut frame)?,
            Chart::Area(spec) => lines::draw(spec, true, &answer, &mut frame)?,
            Chart::Bar(spec) => bars::draw(spec, &answer, &mut frame)?,
            Chart::Scatter(spec) => scatter::draw(spec, &answer, &mut frame)?,
            Chart::Pie(parts) => pie::draw(parts, &answer, &mut frame)?,
            Chart::Table(table) => table::draw(table, &answer, &mut frame)?,
            Chart::Funnel(parts) => funnel::draw(parts, &answer, &mut frame)?,
            Chart::Heatmap(spec) => heatmap::draw(spec, &answer, &mut frame)?,
            Chart::Gauge(gauge) => gauge::draw(gauge, &answer, &mut frame)?,
            Chart::Pivot(_) => {
                frame.note("Drawn as a table.".to_owned());
                table::draw(&Table::default(), &answer, &mut frame)?;
            }
        }
        Ok(frame.finish())
    }
}
