//! A page of a workbook as one drawing: its elements in twelve columns, as the viewer has them.

use crate::fonts::fitting;
use crate::frame::{MARGIN, NOTES_HEIGHT, TITLE_HEIGHT};
use crate::output::Drawing;
use crate::svg::{Anchor, Look, Svg, color};
use crate::table::ROW;
use crate::{PictureError, Size};
use model::chart::Chart;

const COLUMNS: u8 = 12;

/// Pixels between elements.
const GAP: f64 = 16.0;
/// Pixels between the edge of the sheet and its elements.
const EDGE: f64 = 24.0;
const TITLE: Look = Look { size: 20.0, bold: true, color: color::INK, anchor: Anchor::Start };

/// The most rows for which a table on a page has room.
const ROWS_OF_TABLE: usize = 30;

/// How high a sheet may be, in pixels.
const HIGHEST: u16 = 16_000;

/// How large the drawings of a page may be together, in bytes of SVG.
const MOST_BYTES: usize = 8 << 20;

/// A page that is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    title: &'a str,
    width: u16,
}

/// An element of a page, drawn as wide as the page says.
#[derive(Debug, Clone)]
pub struct Tile {
    /// How many of the page's 12 columns it spans.
    pub columns: u8,
    /// The element. What is wider than its columns is cut off.
    pub drawing: Drawing,
}

/// How high the picture of a chart with so many rows is on a page, in pixels.
#[must_use]
pub fn height_of(chart: &Chart, rows: usize) -> u16 {
    match chart {
        Chart::Kpi(kpi) if kpi.over.is_none() && kpi.compare.is_none() => 150,
        Chart::Kpi(_) | Chart::Gauge(_) => 200,
        _ if rows == 0 => 200,
        Chart::Table(_) | Chart::Pivot(_) => {
            let rows = ROW * (rows.min(ROWS_OF_TABLE) as f64 + 1.0);
            (2.0 * MARGIN + TITLE_HEIGHT + NOTES_HEIGHT + rows).ceil() as u16
        }
        _ => 340,
    }
}

impl<'a> Page<'a> {
    /// The usual width.
    pub const USUAL_WIDTH: u16 = 1_200;

    /// A page of 400 to 4,000 pixels from side to side. An empty title is none.
    ///
    /// # Errors
    /// It is narrower or wider.
    pub const fn new(title: &'a str, width: u16) -> Result<Self, PictureError> {
        if width < 400 || width > Size::MOST { Err(PictureError::Size) } else { Ok(Self { title, width }) }
    }

    /// The size of an element that spans so many columns and is so high.
    #[must_use]
    pub fn size(&self, columns: u8, height: u16) -> Size {
        Size::inside(self.width_of(columns) as u16, height)
    }

    /// Puts elements on the sheet, one after another, each row as high as the highest of it.
    ///
    /// # Errors
    /// The sheet would be too high, or its elements are too many shapes.
    pub fn compose(&self, tiles: &[Tile]) -> Result<Drawing, PictureError> {
        if tiles.iter().map(|tile| tile.drawing.svg().len()).sum::<usize>() > MOST_BYTES {
            return Err(PictureError::TooMuch);
        }
        let mut top = EDGE + if self.title.is_empty() { 0.0 } else { 36.0 };
        let mut shapes = Svg::default();
        for row in rows(tiles) {
            let height = row.iter().map(|tile| f64::from(tile.drawing.size().height())).fold(0.0, f64::max);
            let mut left = EDGE;
            for tile in row {
                let width = self.width_of(tile.columns);
                shapes.rectangle([left - 1.0, top - 1.0, width + 2.0, height + 2.0], color::LINE, 6.0);
                shapes.rectangle([left, top, width, height], color::CARD, 5.0);
                shapes.nest([left, top], &tile.drawing);
                left += width + GAP;
            }
            top += height + GAP;
        }
        let height = if tiles.is_empty() { top } else { top - GAP } + EDGE;
        if height > f64::from(HIGHEST) {
            return Err(PictureError::TooHigh);
        }
        Ok(self.finish(&shapes, height.ceil() as u16))
    }

    /// The sheet below its elements.
    fn finish(&self, shapes: &Svg, height: u16) -> Drawing {
        let mut svg = Svg::default();
        svg.rectangle([0.0, 0.0, f64::from(self.width), f64::from(height)], color::SHEET, 0.0);
        if !self.title.is_empty() {
            let title = fitting(self.title, TITLE.size, TITLE.bold, f64::from(self.width) - 2.0 * EDGE);
            svg.text([EDGE, EDGE + 18.0], TITLE, &title);
        }
        svg.append(shapes);
        Drawing::new(svg.finish(self.width, height, self.title), Size::inside(self.width, height))
    }

    fn width_of(&self, columns: u8) -> f64 {
        let columns = f64::from(columns.clamp(1, COLUMNS));
        let all = f64::from(self.width) - 2.0 * EDGE;
        ((all + GAP) * columns / f64::from(COLUMNS) - GAP).floor()
    }
}

/// Elements that stand beside each other: as many as there are columns for.
fn rows(tiles: &[Tile]) -> Vec<&[Tile]> {
    let mut rows = Vec::new();
    let (mut rest, mut used) = (tiles, 0);
    for (at, tile) in tiles.iter().enumerate() {
        let columns = tile.columns.clamp(1, COLUMNS);
        if used + columns > COLUMNS {
            let begun = at - (tiles.len() - rest.len());
            let (row, below) = rest.split_at(begun);
            rows.push(row);
            (rest, used) = (below, 0);
        }
        used += columns;
    }
    if !rest.is_empty() {
        rows.push(rest);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(columns: u8) -> Tile {
        Tile { columns, drawing: Drawing::new("<svg/>".to_owned(), Size::inside(10, 10)) }
    }

    #[test]
    fn elements_stand_beside_each_other_while_there_are_columns() {
        for (columns, expected) in [
            (&[][..], &[][..]),
            (&[12], &[1]),
            (&[3, 3, 3, 3, 12], &[4, 1]),
            (&[8, 8, 4], &[1, 2]),
            (&[6, 7, 5, 0, 200], &[1, 2, 1, 1]),
        ] {
            let tiles: Vec<Tile> = columns.iter().map(|columns| tile(*columns)).collect();
            let rows: Vec<usize> = rows(&tiles).iter().map(|row| row.len()).collect();
            assert_eq!(rows, expected, "{columns:?}");
        }
    }

    #[test]
    fn a_row_is_as_wide_as_the_page() -> Result<(), PictureError> {
        let page = Page::new("", 1_200)?;
        for columns in [&[12][..], &[6, 6], &[3, 3, 3, 3], &[8, 4]] {
            let widths: f64 = columns.iter().map(|columns| page.width_of(*columns)).sum();
            let gaps = GAP * (columns.len() as f64 - 1.0);
            assert!((1_148.0..=1_152.0).contains(&(widths + gaps)), "{columns:?}");
        }
        Ok(())
    }
}
