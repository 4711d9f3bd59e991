//! Points at two numbers.

use crate::PictureError;
use crate::columns::Answer;
use crate::frame::Frame;
use crate::number::{compact, count};
use crate::scale::Scale;
use crate::svg::{Anchor, Look, color};
use crate::{axes, legend};
use model::chart::Scatter;

/// Radii of points, in pixels.
const POINT: f64 = 4.0;
const LARGEST: f64 = 18.0;

/// The most values that have a color of their own.
const MOST_SERIES: usize = 12;

pub(crate) fn draw(spec: &Scatter, answer: &Answer<'_>, frame: &mut Frame<'_>) -> Result<(), PictureError> {
    let (x, y) = (answer.field(&spec.x)?, answer.field(&spec.y)?);
    let size = spec.size.as_ref().map(|name| answer.field(name)).transpose()?;
    let series = spec.series.as_ref().map(|name| answer.field(name)).transpose()?;
    let mut names: Vec<String> = Vec::new();
    let colors: Vec<usize> = series.iter().flat_map(|field| field.cells.iter().map(|cell| field.write(cell))).fold(
        Vec::new(),
        |mut colors, name| {
            colors.push(names.iter().position(|it| *it == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            }));
            colors
        },
    );
    let told = names.iter().take(MOST_SERIES).map(String::as_str).collect::<Vec<_>>();
    let area = legend::above(&mut frame.svg, &told, frame.area);
    let numbers = |cells: &[&crate::Cell]| cells.iter().map(|cell| cell.number()).collect::<Vec<_>>();
    let (across, up) = (numbers(&x.cells), numbers(&y.cells));
    let (above, plot) = axes::at_left(&mut frame.svg, up.iter().flatten().copied().collect(), y.column.format, area);
    let along = Scale::of(across.iter().flatten().copied(), 5, plot.left, plot.right);
    for mark in &along.marks {
        let look = Look::LABEL.at(Anchor::Middle);
        frame.svg.text([along.place(*mark), plot.bottom + 16.0], look, &compact(*mark, x.column.format));
    }
    let sizes = size.map(|field| numbers(&field.cells)).unwrap_or_default();
    let largest = sizes.iter().flatten().copied().fold(0.0, f64::max);
    let mut missing = 0;
    for (at, (right, top)) in across.into_iter().zip(up).enumerate() {
        let Some((right, top)) = right.zip(top) else {
            missing += 1;
            continue;
        };
        let own = sizes.get(at).copied().flatten().filter(|own| *own > 0.0 && largest > 0.0);
        let radius = own.map_or(POINT, |own| (LARGEST * (own / largest).sqrt()).max(1.5));
        let color = color::series(colors.get(at).copied().unwrap_or(0));
        frame.svg.circle([along.place(right), above.place(top)], radius, color, 0.65);
    }
    if missing > 0 {
        frame.note(format!("{} without a number are not drawn.", count(missing)));
    }
    Ok(())
}
