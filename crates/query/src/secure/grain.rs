//! What a grain makes of a date or an instant, as a function of the engine.
//!
//! The engine's own `date_trunc` fails on dates far from today; this one is total, so that no row can fail a query. The time zone is
//! part of it, and so of the plan.

use chrono::{DateTime, NaiveDateTime, NaiveTime, Utc};
use datafusion::arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray};
use datafusion::arrow::datatypes::{DataType, Date32Type, Int64Type, TimeUnit, TimestampMicrosecondType as Instants};
use datafusion::common::{Result, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use model::semantic::{Grain, Grained};
use model::time_zone::TimeZone;
use model::value::ColumnType;
use std::sync::Arc;

/// What `grain` makes of a value of `kind`, of an instant in `zone`; NULL outside of the calendar.
pub(crate) fn grain_of(grain: Grain, zone: TimeZone, kind: ColumnType, value: Expr) -> Expr {
    // Dates are of no zone: a question of them is the same in each.
    let zone = if kind == ColumnType::Timestamp { zone } else { TimeZone::UTC };
    let signature = Signature::any(1, Volatility::Immutable);
    ScalarUDF::new_from_impl(GrainOf { grain, zone, name: name(grain, zone), signature }).call(vec![value])
}

/// The function that [`grain_of`] calls.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct GrainOf {
    grain: Grain,
    zone: TimeZone,
    name: String,
    signature: Signature,
}

fn name(grain: Grain, zone: TimeZone) -> String {
    let grain = match grain {
        Grain::Second => "second_start",
        Grain::Minute => "minute_start",
        Grain::Hour => "hour_start",
        Grain::Day => "day_start",
        Grain::Week => "week_start",
        Grain::Month => "month_start",
        Grain::Quarter => "quarter_start",
        Grain::Year => "year_start",
        Grain::HourOfDay => "hour_of_day",
        Grain::DayOfWeek => "day_of_week",
        Grain::DayOfMonth => "day_of_month",
        Grain::WeekOfYear => "week_of_year",
        Grain::MonthOfYear => "month_of_year",
        Grain::QuarterOfYear => "quarter_of_year",
    };
    if zone == TimeZone::UTC { grain.to_owned() } else { format!("{grain} in {}", zone.name()) }
}

impl ScalarUDFImpl for GrainOf {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match (self.grain.grained(), arguments) {
            (Grained::Days(_), _) => Ok(DataType::Date32),
            (Grained::Part(_), _) => Ok(DataType::Int64),
            (Grained::Seconds(_), [held @ DataType::Timestamp(TimeUnit::Microsecond, _)]) => Ok(held.clone()),
            (Grained::Seconds(_), _) => internal_err!("an hour of what is no instant"),
        }
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [value] = arguments.args.as_slice() else {
            return internal_err!("a grain is of one value");
        };
        self.of_all(&value.to_array(arguments.number_rows)?).map(ColumnarValue::Array)
    }
}

impl GrainOf {
    /// The grain, if what it makes is the same everywhere: of dates, and of instants in UTC.
    pub(crate) fn without_zone(&self) -> Option<Grain> {
        (self.zone == TimeZone::UTC).then_some(self.grain)
    }

    fn of_all(&self, values: &ArrayRef) -> Result<ArrayRef> {
        match (self.grain.grained(), values.data_type()) {
            (Grained::Days(calendar), _) => {
                let first = |local: NaiveDateTime| calendar.start(local.date()).map(Date32Type::from_naive_date);
                self.of_each::<Date32Type>(values, first)
            }
            (Grained::Part(part), _) => self.of_each::<Int64Type>(values, |local| Some(part.of(local).into())),
            (Grained::Seconds(length), held @ DataType::Timestamp(TimeUnit::Microsecond, _)) => {
                let start = |at| Some(self.zone.start_of(length, instant(at)?)?.timestamp_micros());
                let starts = values.as_primitive::<Instants>().unary_opt::<_, Instants>(start);
                Ok(Arc::new(starts.with_data_type(held.clone())))
            }
            (Grained::Seconds(_), _) => internal_err!("an hour of what is no instant"),
        }
    }

    /// Of dates and instants, as clocks of the zone show them.
    fn of_each<T: ArrowPrimitiveType>(
        &self,
        values: &ArrayRef,
        made: impl Fn(NaiveDateTime) -> Option<T::Native>,
    ) -> Result<ArrayRef> {
        Ok(match values.data_type() {
            DataType::Date32 => {
                let of_day = |day| made(Date32Type::to_naive_date_opt(day)?.and_time(NaiveTime::MIN));
                Arc::new(values.as_primitive::<Date32Type>().unary_opt::<_, T>(of_day))
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                let of_instant = |at| made(self.zone.local(instant(at)?)?);
                Arc::new(values.as_primitive::<Instants>().unary_opt::<_, T>(of_instant))
            }
            _ => return internal_err!("a grain of what is neither a date nor an instant"),
        })
    }
}

fn instant(at: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(at)
}

#[cfg(test)]
mod tests;
