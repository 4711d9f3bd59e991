//! Lines, areas and bars at the same places of an axis.

use crate::columns::{Answer, Cell, Field};
use crate::{MOST_MARKS, PictureError};
use model::chart::{Series as Spec, Stack};
use model::semantic::NumberFormat;
use std::collections::{BTreeSet, HashMap};

/// The most series of a picture.
const MOST_SERIES: usize = 12;

/// What is drawn.
#[derive(Debug)]
pub(crate) struct Plot<'a> {
    /// What stands along the axis.
    pub(crate) x: Field<'a>,
    /// The places of the axis, in order.
    pub(crate) places: Vec<&'a Cell>,
    /// One line, area or group of bars each.
    pub(crate) series: Vec<Series>,
    /// How the numbers are written.
    pub(crate) format: NumberFormat,
    /// How many series are not drawn.
    pub(crate) left: usize,
    /// How what stands in one place is drawn.
    pub(crate) stack: Stack,
}

/// Numbers, one a place; `None` is a gap.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) label: String,
    pub(crate) lengths: Vec<Option<f64>>,
}

impl<'a> Plot<'a> {
    /// Reads what is drawn. `stacks`: whether the chart has a way of stacking.
    pub(crate) fn read(spec: &Spec, stacks: bool, answer: &Answer<'a>) -> Result<Self, PictureError> {
        let x = answer.field(&spec.x)?;
        let measures = spec.y.iter().map(|name| answer.field(name)).collect::<Result<Vec<_>, _>>()?;
        let format = measures.first().map_or(NumberFormat::Plain, |field| field.column.format);
        let stack = spec.stack.filter(|_| stacks).unwrap_or(Stack::Grouped);
        let (places, series, left) = match (&spec.series, measures.as_slice()) {
            (Some(split), [measure, ..]) => split_by(&x, measure, &answer.field(split)?),
            _ => (x.cells.clone(), measures.iter().map(whole).collect(), 0),
        };
        let marks = places.len().saturating_mul(series.len());
        if marks > MOST_MARKS {
            return Err(PictureError::TooManyMarks(marks));
        }
        let plot = Self { x, places, series, format, left, stack };
        Ok(if stack == Stack::Percent { plot.in_shares() } else { plot })
    }

    /// Whether marks of one place stand on each other.
    pub(crate) fn is_stacked(&self) -> bool {
        self.stack != Stack::Grouped
    }

    /// The labels of the places.
    pub(crate) fn labels(&self) -> Vec<String> {
        self.places.iter().map(|cell| self.x.write(cell)).collect()
    }

    /// Every number to which a mark reaches.
    pub(crate) fn reaches(&self) -> Vec<f64> {
        if !self.is_stacked() {
            return self.series.iter().flat_map(|series| series.lengths.iter().flatten().copied()).collect();
        }
        let at =
            |place: usize| self.series.iter().filter_map(move |series| series.lengths.get(place).copied().flatten());
        let sums = |place| {
            let (up, down): (Vec<f64>, Vec<f64>) = at(place).partition(|number| *number >= 0.0);
            [up.iter().sum(), down.iter().sum()]
        };
        (0..self.places.len()).flat_map(sums).collect()
    }

    fn in_shares(mut self) -> Self {
        for place in 0..self.places.len() {
            let at = |series: &Series| series.lengths.get(place).copied().flatten();
            let whole: f64 = self.series.iter().filter_map(at).map(f64::abs).sum();
            for length in self.series.iter_mut().filter_map(|series| series.lengths.get_mut(place)) {
                *length = length.filter(|_| whole > 0.0).map(|number| number / whole);
            }
        }
        self.format = NumberFormat::Percent;
        self
    }
}

fn whole(field: &Field<'_>) -> Series {
    let lengths = field.cells.iter().map(|cell| cell.number()).collect();
    Series { label: field.column.label.clone(), lengths }
}

/// One series for each value of a field, in the order in which they come.
fn split_by<'a>(x: &Field<'a>, measure: &Field<'a>, split: &Field<'a>) -> (Vec<&'a Cell>, Vec<Series>, usize) {
    let mut places = distinct(&x.cells);
    // The first series may lack some days, which are not to come last for that.
    if x.column.kind.is_time() {
        places.sort();
    } else if x.column.kind.is_number() {
        let number = |cell: &&Cell| cell.number().unwrap_or(f64::INFINITY);
        places.sort_by(|one, other| number(one).total_cmp(&number(other)));
    }
    let at: HashMap<&Cell, usize> = places.iter().enumerate().map(|(at, cell)| (*cell, at)).collect();
    let values = distinct(&split.cells);
    let drawn = values.iter().take(MOST_SERIES);
    let mut series: Vec<Series> =
        drawn.map(|value| Series { label: split.write(value), lengths: vec![None; places.len()] }).collect();
    let of: HashMap<&Cell, usize> = values.iter().enumerate().map(|(of, cell)| (*cell, of)).collect();
    for ((place, value), cell) in x.cells.iter().zip(&split.cells).zip(&measure.cells) {
        let own = of.get(value).and_then(|of| series.get_mut(*of));
        let length = own.zip(at.get(place)).and_then(|(series, at)| series.lengths.get_mut(*at));
        if let Some(length) = length {
            *length = cell.number();
        }
    }
    (places, series, values.len().saturating_sub(MOST_SERIES))
}

/// Every value once, in the order in which they come.
pub(crate) fn distinct<'a>(cells: &[&'a Cell]) -> Vec<&'a Cell> {
    let mut seen = BTreeSet::new();
    cells.iter().copied().filter(|cell| seen.insert(*cell)).collect()
}
