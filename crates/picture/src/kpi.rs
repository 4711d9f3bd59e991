//! One number, with what it is compared with and how it came about.

use crate::PictureError;
use crate::area::Area;
use crate::columns::{Answer, Cell, Field};
use crate::fonts::{fitting, width};
use crate::frame::Frame;
use crate::number::{exact, share};
use crate::svg::{Anchor, Look, color};
use crate::written::NOTHING;
use model::chart::{Better, Kpi};
use model::semantic::NumberFormat;
use rust_decimal::Decimal;

const LARGEST: f64 = 64.0;

pub(crate) fn draw(kpi: &Kpi, answer: &Answer<'_>, frame: &mut Frame<'_>) -> Result<(), PictureError> {
    let value = answer.field(&kpi.value)?;
    let over = kpi.over.as_ref().map(|name| answer.field(name)).transpose()?;
    let compare = kpi.compare.as_ref().map(|name| answer.field(name)).transpose()?;
    let area = frame.area;
    let text = value.cells.last().map_or_else(|| NOTHING.to_owned(), |cell| value.write(cell));
    let history = over.as_ref().filter(|_| value.cells.iter().filter(|cell| cell.number().is_some()).count() > 1);
    let comparison = compared(kpi, &value, over.as_ref(), compare.as_ref());
    let [x, middle] = area.center();
    let size = largest(&text, area);
    let block = size + if comparison.is_some() { 30.0 } else { 0.0 } + if history.is_some() { 70.0 } else { 0.0 };
    let mut y = (middle - block / 2.0 + size * 0.8).max(area.top + size * 0.8);
    let look = Look { size, bold: true, color: color::INK, anchor: Anchor::Middle };
    frame.svg.text([x, y], look, &fitting(&text, size, true, area.width()));
    if let Some(comparison) = comparison {
        y += 30.0;
        comparison.draw(frame, [x, y]);
    }
    if history.is_some() {
        let half = area.width() * 0.3;
        let line = Area { left: x - half, right: x + half, top: y + 20.0, bottom: (y + 70.0).min(area.bottom) };
        sparkline(&value, line, frame);
    }
    Ok(())
}

/// The size of letters in which a text fits.
fn largest(text: &str, area: Area) -> f64 {
    let fits = LARGEST * area.width() / width(text, LARGEST, true).max(1.0);
    LARGEST.min(fits).min(area.height() * 0.5).max(12.0)
}

/// How a number stands to another one.
struct Comparison {
    text: String,
    direction: std::cmp::Ordering,
    color: &'static str,
}

/// With the other number if there is one, else with the row before.
fn compared(kpi: &Kpi, value: &Field<'_>, over: Option<&Field<'_>>, compare: Option<&Field<'_>>) -> Option<Comparison> {
    let now = decimal(value.cells.last()?)?;
    let (base, against) = match (compare, over) {
        (Some(other), _) => (decimal(other.cells.last()?)?, other.column.label.clone()),
        (None, Some(over)) => {
            let before = value.cells.len().checked_sub(2)?;
            (decimal(value.cells.get(before)?)?, over.write(over.cells.get(before)?))
        }
        (None, None) => return None,
    };
    let direction = now.cmp(&base);
    let color = match (kpi.better, direction) {
        (None, _) | (_, std::cmp::Ordering::Equal) => color::MUTED,
        (Some(Better::Higher), std::cmp::Ordering::Greater) | (Some(Better::Lower), std::cmp::Ordering::Less) => {
            color::GOOD
        }
        (Some(_), _) => color::BAD,
    };
    let text = format!("{} vs {against}", change(now, base, value.column.format)?);
    Some(Comparison { text, direction, color })
}

/// By how much a number has changed: in parts of the other one, and as it is.
fn change(now: Decimal, base: Decimal, format: NumberFormat) -> Option<String> {
    let difference = now.checked_sub(base)?;
    if difference.is_zero() {
        return Some("No change".to_owned());
    }
    let plus = if difference.is_sign_positive() { "+" } else { "" };
    if format == NumberFormat::Percent {
        // From 10 % to 12.5 % are 2.5 points: as percent they would be 25.
        let points = difference.checked_mul(Decimal::ONE_HUNDRED)?;
        return Some(format!("{plus}{} points", exact(&points.to_string(), NumberFormat::Decimal1)));
    }
    let written = format!("{plus}{}", exact(&difference.to_string(), format));
    let part = difference.checked_div(base.abs()).and_then(|part| part.abs().to_string().parse::<f64>().ok());
    Some(part.map_or(written.clone(), |part| format!("{} ({written})", share(part))))
}

fn decimal(cell: &Cell) -> Option<Decimal> {
    match cell {
        Cell::Text(text) => text.parse().ok(),
        Cell::Nothing | Cell::Boolean(_) => None,
    }
}

impl Comparison {
    fn draw(&self, frame: &mut Frame<'_>, [x, y]: [f64; 2]) {
        let look = Look { size: 14.0, color: self.color, ..Look::LABEL };
        let text = fitting(&self.text, look.size, look.bold, frame.area.width() - 20.0);
        let left = x - width(&text, look.size, look.bold) / 2.0;
        let (top, bottom) = (y - 10.0, y - 1.0);
        let arrow = match self.direction {
            std::cmp::Ordering::Greater => Some([[left - 8.0, bottom], [left + 2.0, bottom], [left - 3.0, top]]),
            std::cmp::Ordering::Less => Some([[left - 8.0, top], [left + 2.0, top], [left - 3.0, bottom]]),
            std::cmp::Ordering::Equal => None,
        };
        if let Some(arrow) = arrow {
            frame.svg.surface(&arrow, self.color, 1.0);
        }
        frame.svg.text([left + 7.0, y], look, &text);
    }
}

/// A line of all rows, from the least to the greatest: how it came about, not how much it is.
fn sparkline(value: &Field<'_>, area: Area, frame: &mut Frame<'_>) {
    let numbers: Vec<Option<f64>> = value.cells.iter().map(|cell| cell.number()).collect();
    let least = numbers.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    let most = numbers.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let step = area.width() / numbers.len().saturating_sub(1).max(1) as f64;
    let place = |number: f64| {
        let share = if most > least { (number / 2.0 - least / 2.0) / (most / 2.0 - least / 2.0) } else { 0.5 };
        area.bottom - share * area.height()
    };
    let at = |(at, number): (usize, &Option<f64>)| Some([area.left + step * at as f64, place((*number)?)]);
    let points: Vec<[f64; 2]> = numbers.iter().enumerate().filter_map(at).collect();
    frame.svg.curve(&points, color::series(0), 2.0);
    if let Some(last) = points.last() {
        frame.svg.circle(*last, 3.0, color::series(0), 1.0);
    }
}
