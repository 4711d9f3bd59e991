//! Aggregates over values in their order, exact and the same however rows come: the engine's own median of integers is cut
//! to one, and its percentiles are floats.

use crate::arrow_type::arrow_type;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, ListArray};
use datafusion::arrow::buffer::OffsetBuffer;
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Field, FieldRef, Int64Type, TimeUnit, TimestampMicrosecondType,
};
use datafusion::common::{Result, exec_err, internal_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Expr, Signature, Volatility};
use datafusion::scalar::ScalarValue;
use model::semantic::Part;
use model::value::{ColumnType, MAX_DIGITS};
use std::sync::Arc;

/// How all values are held on their way, whatever their type: as whole numbers.
const RAW: DataType = DataType::Decimal128(MAX_DIGITS, 0);

/// The value in the middle, or half of the sum of the two that are.
pub(crate) fn median(value: Expr, result: ColumnType) -> Expr {
    call(How::Median(arrow_type(result)), value)
}

/// The smallest value that is not below so large a part of all.
pub(crate) fn percentile(value: Expr, at: Part) -> Expr {
    call(How::Percentile(at), value)
}

fn call(how: How, value: Expr) -> Expr {
    let ordered = Ordered { how, signature: Signature::any(1, Volatility::Immutable) };
    AggregateUDF::new_from_impl(ordered).call(vec![value])
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum How {
    /// With the type of the result.
    Median(DataType),
    Percentile(Part),
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Ordered {
    how: How,
    signature: Signature,
}

impl AggregateUDFImpl for Ordered {
    fn name(&self) -> &str {
        match self.how {
            How::Median(_) => "exact_median",
            How::Percentile(_) => "exact_percentile",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arguments: &[DataType]) -> Result<DataType> {
        match (&self.how, arguments) {
            (How::Median(kind), _) => Ok(kind.clone()),
            (How::Percentile(_), [kind]) => Ok(kind.clone()),
            _ => internal_err!("a percentile has one value"),
        }
    }

    fn accumulator(&self, arguments: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Gathered {
            how: self.how.clone(),
            result: arguments.return_field.data_type().clone(),
            values: vec![],
        }))
    }

    fn state_fields(&self, arguments: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[values]", arguments.name), DataType::List(item()), true))])
    }
}

fn item() -> FieldRef {
    Arc::new(Field::new_list_field(RAW, false))
}

/// Every value that is there, as a whole number.
#[derive(Debug)]
struct Gathered {
    how: How,
    result: DataType,
    values: Vec<i128>,
}

impl Accumulator for Gathered {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let [values] = values else { return internal_err!("one value is put in order") };
        match values.data_type() {
            DataType::Int64 => self.values.extend(values.as_primitive::<Int64Type>().iter().flatten().map(i128::from)),
            DataType::Decimal128(..) => self.values.extend(values.as_primitive::<Decimal128Type>().iter().flatten()),
            DataType::Date32 => {
                self.values.extend(values.as_primitive::<Date32Type>().iter().flatten().map(i128::from))
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                let instants = values.as_primitive::<TimestampMicrosecondType>();
                self.values.extend(instants.iter().flatten().map(i128::from));
            }
            _ => return internal_err!("values without an order of ours"),
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [states] = states else { return internal_err!("one list of values is kept") };
        for values in states.as_list::<i32>().iter().flatten() {
            self.values.extend(values.as_primitive::<Decimal128Type>().iter().flatten());
        }
        Ok(())
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let values = Decimal128Array::from(std::mem::take(&mut self.values)).with_data_type(RAW);
        let lengths = OffsetBuffer::from_lengths([values.len()]);
        let list = ListArray::new(item(), lengths, Arc::new(values), None);
        Ok(vec![ScalarValue::List(Arc::new(list))])
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let found = match &self.how {
            How::Median(_) => middle(&mut self.values)?,
            How::Percentile(at) => {
                let rank = usize::try_from(at.of(self.values.len() as u64)).unwrap_or(usize::MAX);
                nth(&mut self.values, rank.saturating_sub(1))
            }
        };
        scalar(found, &self.result)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.values.capacity() * size_of::<i128>()
    }
}

/// The value at that place of the order; `None`: there are not so many.
fn nth(values: &mut [i128], index: usize) -> Option<i128> {
    (index < values.len()).then(|| *values.select_nth_unstable(index).1)
}

/// The middle with one more digit: ten times the value, or five times the sum of two.
fn middle(values: &mut [i128]) -> Result<Option<i128>> {
    let half = values.len() / 2;
    let Some(upper) = nth(values, half) else { return Ok(None) };
    let lower = if values.len() % 2 == 1 { upper } else { nth(values, half.saturating_sub(1)).unwrap_or(upper) };
    match lower.checked_add(upper).and_then(|sum| sum.checked_mul(5)) {
        Some(middle) => Ok(Some(middle)),
        None => exec_err!("a median is too large for its type"),
    }
}

/// The whole number as a value of the type.
fn scalar(value: Option<i128>, kind: &DataType) -> Result<ScalarValue> {
    let out = || datafusion::common::internal_datafusion_err!("a value that was not there");
    Ok(match kind {
        DataType::Decimal128(precision, scale) => ScalarValue::Decimal128(value, *precision, *scale),
        DataType::Int64 => ScalarValue::Int64(value.map(i64::try_from).transpose().map_err(|_| out())?),
        DataType::Date32 => ScalarValue::Date32(value.map(i32::try_from).transpose().map_err(|_| out())?),
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            let at = value.map(i64::try_from).transpose().map_err(|_| out())?;
            ScalarValue::TimestampMicrosecond(at, zone.clone())
        }
        _ => return internal_err!("a value without a type of ours"),
    })
}
