//! The types of measures: wide enough that what is exact stays so.

use super::{Aggregate, Explore, Measure, Model};
use crate::term::ArithmeticOperator;
use crate::value::{ColumnType, MAX_DIGITS};

/// The digits of a 64-bit integer.
const INTEGER_DIGITS: u8 = 19;

/// How many more digits a sum may have than its column: for ten thousand million rows.
const SUM_DIGITS: u8 = 10;

/// The digits an average has behind those of its column, as the engine computes it: cut, not rounded.
const AVERAGE_DIGITS: u8 = 4;

impl Aggregate {
    /// The type of its values, over values of a type or measures of some. `None`: it has none, which no checked model's
    /// has.
    #[must_use]
    pub fn result(&self, input: Option<ColumnType>, parts: &[ColumnType]) -> Option<ColumnType> {
        match self {
            Self::Count(_) | Self::CountDistinct(_) => Some(ColumnType::Integer),
            Self::Min(_) | Self::Max(_) | Self::Percentile(_) => input,
            Self::Sum(_) => summed(input?),
            Self::Average(_) => averaged(input?),
            Self::Median(_) => {
                let (_, scale) = digits(input?)?;
                Some(ColumnType::Decimal { precision: MAX_DIGITS, scale: scale.checked_add(1)? })
            }
            Self::RunningTotal(_) => match parts {
                [of] => summed(*of),
                _ => None,
            },
            Self::PercentOfTotal(_) => match parts {
                [of] => ArithmeticOperator::Divide.result(*of, *of),
                _ => None,
            },
            Self::Ratio(_) => match parts {
                [of, to] => ArithmeticOperator::Divide.result(*of, *to),
                _ => None,
            },
        }
    }
}

impl Model {
    /// The type of a measure's values.
    #[must_use]
    pub fn measure_type(&self, explore: &Explore, measure: &Measure) -> Option<ColumnType> {
        let alone = |measure: &Measure, parts: &[ColumnType]| {
            let input = measure.aggregate.input().and_then(|input| self.input_type(explore, input));
            measure.aggregate.result(input, parts)
        };
        let parts = measure.aggregate.measures().iter().map(|part| alone(explore.measures.get(part)?, &[]));
        alone(measure, &parts.collect::<Option<Vec<_>>>()?)
    }
}

/// All digits of a number's type, and those behind the point.
const fn digits(kind: ColumnType) -> Option<(u8, u8)> {
    match kind {
        ColumnType::Integer => Some((INTEGER_DIGITS, 0)),
        ColumnType::Decimal { precision, scale } => Some((precision, scale)),
        _ => None,
    }
}

fn summed(kind: ColumnType) -> Option<ColumnType> {
    match kind {
        ColumnType::Integer => Some(ColumnType::Integer),
        kind => {
            let (precision, scale) = digits(kind)?;
            Some(ColumnType::Decimal { precision: precision.saturating_add(SUM_DIGITS).min(MAX_DIGITS), scale })
        }
    }
}

fn averaged(kind: ColumnType) -> Option<ColumnType> {
    let (precision, scale) = digits(kind)?;
    let wider = |digits: u8| digits.saturating_add(AVERAGE_DIGITS).min(MAX_DIGITS);
    Some(ColumnType::Decimal { precision: wider(precision), scale: wider(scale) })
}
