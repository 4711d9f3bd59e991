//! The day on which a period begins, as a function of the engine.
//!
//! The engine's own `date_trunc` fails on dates far from today; this one is total, so that no row can fail a query.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Date32Array};
use datafusion::arrow::datatypes::{DataType, Date32Type, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{Result, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use model::semantic::Grain;
use std::sync::Arc;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// The day on which the `grain` of a date or timestamp (in UTC) begins; NULL outside of the calendar's range.
pub(crate) fn period_start(grain: Grain, value: Expr) -> Expr {
    ScalarUDF::new_from_impl(PeriodStart { grain, signature: Signature::any(1, Volatility::Immutable) })
        .call(vec![value])
}

/// The function that [`period_start`] calls.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct PeriodStart {
    grain: Grain,
    signature: Signature,
}

impl ScalarUDFImpl for PeriodStart {
    fn name(&self) -> &str {
        match self.grain {
            Grain::Day => "day_start",
            Grain::Week => "week_start",
            Grain::Month => "month_start",
            Grain::Quarter => "quarter_start",
            Grain::Year => "year_start",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Date32)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [value] = arguments.args.as_slice() else {
            return internal_err!("a period has one value");
        };
        let starts = self.starts(&value.to_array(arguments.number_rows)?)?;
        Ok(ColumnarValue::Array(Arc::new(starts)))
    }
}

impl PeriodStart {
    /// The period.
    pub(crate) const fn grain(&self) -> Grain {
        self.grain
    }

    fn starts(&self, values: &ArrayRef) -> Result<Date32Array> {
        let start = |day: i32| start(self.grain, day);
        match values.data_type() {
            DataType::Date32 => Ok(values.as_primitive::<Date32Type>().unary_opt(start)),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                let day = |at: i64| start(i32::try_from(at.div_euclid(DAY)).ok()?);
                Ok(values.as_primitive::<TimestampMicrosecondType>().unary_opt(day))
            }
            _ => internal_err!("a period of what is neither a date nor a timestamp"),
        }
    }
}

/// The first day of the period that has `day`, both in days since 1970-01-01.
fn start(grain: Grain, day: i32) -> Option<i32> {
    grain.start(Date32Type::to_naive_date_opt(day)?).map(Date32Type::from_naive_date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_where_the_calendar_says() {
        let day = |text: &str| Date32Type::from_naive_date(text.parse().expect("a date"));
        for (grain, inside, first) in [
            (Grain::Day, "2013-08-14", "2013-08-14"),
            (Grain::Week, "2013-08-14", "2013-08-12"),
            (Grain::Week, "2013-08-12", "2013-08-12"),
            (Grain::Week, "2013-08-18", "2013-08-12"),
            (Grain::Week, "2014-01-01", "2013-12-30"),
            (Grain::Month, "2013-08-31", "2013-08-01"),
            (Grain::Quarter, "2013-08-31", "2013-07-01"),
            (Grain::Quarter, "1969-12-31", "1969-10-01"),
            (Grain::Year, "9999-12-31", "9999-01-01"),
        ] {
            assert_eq!(start(grain, day(inside)), Some(day(first)), "{grain:?} of {inside}");
        }
        assert_eq!(start(Grain::Month, i32::MAX), None, "outside of the calendar");
    }
}
