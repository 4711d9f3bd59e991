//! Masks: what stands in place of a column's values, above the row policy and below the barrier.

use crate::arrow_type::literal;
use crate::condition::{folded, predicate};
use crate::term::{Value, array, kind_of};
use aws_lc_rs::hmac;
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::common::{Column, Result, TableReference, internal_datafusion_err, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit, when,
};
use datafusion::scalar::ScalarValue;
use model::filter::RowFilter;
use model::name::ColumnName;
use model::semantic::{Calendar, Mask};
use model::value::{ColumnType, Scalar};
use std::fmt;
use std::fmt::Write as _;
use std::hash::{Hash, Hasher};

/// The secret that all pseudonyms are made with. Whoever has it can test whether a value has a pseudonym.
pub struct MaskSecret([u8; 32]);

impl MaskSecret {
    /// Takes 32 bytes that nobody can guess.
    #[must_use]
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The pseudonyms of one tenant.
    pub(crate) fn pseudonyms(&self, tenant: &str) -> Pseudonyms {
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.0), tenant.as_bytes());
        let mut key = [0; 32];
        key.copy_from_slice(derived.as_ref());
        Pseudonyms(key)
    }
}

/// Makes the pseudonyms of one tenant: HMAC-SHA-256 with a key that is the tenant's own.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Pseudonyms([u8; 32]);

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pseudonyms(…)")
    }
}

impl Pseudonyms {
    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.0)
    }
}

/// The pseudonym of a text or an integer, of the same type.
fn pseudonym(key: &hmac::Key, value: &Value) -> Option<Value> {
    match value {
        Value::Text(text) => {
            let tag = hmac::sign(key, &[b"text:", text.as_bytes()].concat());
            let mut digits = String::with_capacity(32);
            for byte in tag.as_ref().iter().take(16) {
                write!(digits, "{byte:02x}").ok()?;
            }
            Some(Value::Text(digits))
        }
        Value::Integer(number) => {
            let tag = hmac::sign(key, &[b"integer:".as_slice(), &number.to_be_bytes()].concat());
            let bytes = tag.as_ref().first_chunk::<8>()?;
            Some(Value::Integer(i64::from_be_bytes(*bytes) & i64::MAX))
        }
        _ => None,
    }
}

/// A column of a table whose values are masked.
pub(crate) struct Masked<'a> {
    pub(crate) column: &'a ColumnName,
    pub(crate) table: &'a TableReference,
    pub(crate) schema: &'a Schema,
    pub(crate) pseudonyms: Option<&'a Pseudonyms>,
}

impl Masked<'_> {
    /// The value where `shown` holds, else the first mask whose rows have it, else NULL.
    pub(crate) fn expression(&self, shown: &RowFilter, masks: &[(RowFilter, Mask)]) -> Result<Expr> {
        let value = Expr::Column(Column::new(Some(self.table.clone()), self.column.as_str()));
        let mut otherwise = lit(ScalarValue::try_new_null(self.held()?)?);
        for (rows, mask) in masks.iter().rev() {
            otherwise = self.where_so(rows, self.masked(mask, &value)?, otherwise)?;
        }
        self.where_so(shown, value, otherwise)
    }

    fn where_so(&self, rows: &RowFilter, value: Expr, otherwise: Expr) -> Result<Expr> {
        match folded(rows) {
            RowFilter::Nothing => Ok(otherwise),
            RowFilter::Everything => Ok(value),
            RowFilter::Where(condition) => {
                when(predicate(&condition, self.table, self.schema)?, value).otherwise(otherwise)
            }
        }
    }

    fn held(&self) -> Result<&DataType> {
        Ok(self.schema.field_with_name(self.column.as_str())?.data_type())
    }

    fn masked(&self, mask: &Mask, value: &Expr) -> Result<Expr> {
        let held = self.held()?;
        match (mask, self.pseudonyms) {
            (Mask::Null, _) | (Mask::Hash, None) => Ok(lit(ScalarValue::try_new_null(held)?)),
            (Mask::Constant(constant), _) => {
                let constant = literal(constant, held);
                constant.map(lit).ok_or_else(|| internal_datafusion_err!("a mask is not of its column's type"))
            }
            (Mask::Period(grain), _) => Ok(Masking::call(How::Period(*grain), held, value)),
            (Mask::Hash, Some(pseudonyms)) => Ok(Masking::call(How::Pseudonym(pseudonyms.clone()), held, value)),
            (Mask::Partial { first, last }, _) => {
                let (first, last) = (usize::from(*first), usize::from(*last));
                Ok(Masking::call(How::Partial { first, last }, held, value))
            }
            (Mask::Range(width), _) => Ok(Masking::call(How::Range(width.clone()), held, value)),
        }
    }
}

/// The lower end of the range of that width that a number is in; NULL where the type has no room for it.
pub(crate) fn range_start(width: Scalar, held: &DataType, value: &Expr) -> Expr {
    Masking::call(How::Range(width), held, value)
}

/// How wide the ranges are of which a function gives the lower end, if it is one that does.
pub(crate) fn width_of(function: &ScalarUDF) -> Option<&Scalar> {
    match &function.inner().downcast_ref::<Masking>()?.how {
        How::Range(width) => Some(width),
        _ => None,
    }
}

/// A mask of the engine: NULL stays NULL, and what cannot be masked becomes it.
#[derive(Debug)]
struct Masking {
    how: How,
    held: DataType,
    signature: Signature,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum How {
    Pseudonym(Pseudonyms),
    Partial { first: usize, last: usize },
    Range(Scalar),
    Period(Calendar),
}

impl PartialEq for Masking {
    fn eq(&self, other: &Self) -> bool {
        self.how == other.how && self.held == other.held
    }
}

impl Eq for Masking {}

impl Hash for Masking {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.how.hash(state);
        self.held.hash(state);
    }
}

impl Masking {
    fn call(how: How, held: &DataType, value: &Expr) -> Expr {
        let signature = Signature::any(1, Volatility::Immutable);
        ScalarUDF::new_from_impl(Self { how, held: held.clone(), signature }).call(vec![value.clone()])
    }

    fn mask(&self, values: &ArrayRef) -> Result<ArrayRef> {
        let kind = kind_of(&self.held);
        let kind = kind.ok_or_else(|| internal_datafusion_err!("a mask of a column of no type of ours"))?;
        let rows = (0..values.len()).map(|row| Value::read(values, row));
        match &self.how {
            How::Pseudonym(pseudonyms) => {
                let key = pseudonyms.key();
                array(kind, rows.map(|value| pseudonym(&key, &value?)))
            }
            How::Partial { first, last } => array(kind, rows.map(|value| partial(value?, *first, *last))),
            How::Range(width) => {
                let width = Value::of(width).and_then(|width| width.exactly_as(kind)?.digits());
                array(kind, rows.map(|value| range(&value?, width?.0, kind)))
            }
            How::Period(grain) => array(kind, rows.map(|value| period(value?, *grain))),
        }
    }
}

fn partial(value: Value, first: usize, last: usize) -> Option<Value> {
    let Value::Text(text) = value else { return None };
    let characters: Vec<char> = text.chars().collect();
    let masked = match (characters.get(..first), characters.len().checked_sub(last)) {
        (Some(start), Some(end)) if first < end => {
            let end = characters.get(end..).unwrap_or_default();
            start.iter().chain(&['*'; 3]).chain(end).collect()
        }
        _ => "***".to_owned(),
    };
    Some(Value::Text(masked))
}

/// The lower end of the range of that width, in digits of the number's own scale.
fn range(value: &Value, width: i128, kind: ColumnType) -> Option<Value> {
    let (digits, _) = value.digits()?;
    let lower = digits.checked_sub(digits.checked_rem_euclid(width)?)?;
    match value {
        Value::Integer(_) => i64::try_from(lower).ok().map(Value::Integer),
        _ => Value::decimal(lower, kind),
    }
}

/// The beginning of the period, in UTC.
fn period(value: Value, grain: Calendar) -> Option<Value> {
    match value {
        Value::Date(day) => grain.start(day).map(Value::Date),
        Value::Timestamp(_) => {
            let Value::Date(day) = value.exactly_as(ColumnType::Date)? else { return None };
            Value::Date(grain.start(day)?).exactly_as(ColumnType::Timestamp)
        }
        _ => None,
    }
}

impl ScalarUDFImpl for Masking {
    fn name(&self) -> &str {
        match self.how {
            How::Pseudonym(_) => "pseudonym",
            How::Partial { .. } => "partial",
            How::Range(_) => "range",
            How::Period(_) => "period",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(self.held.clone())
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [value] = arguments.args.as_slice() else { return internal_err!("a mask has one value") };
        self.mask(&value.to_array(arguments.number_rows)?).map(ColumnarValue::Array)
    }
}

#[cfg(test)]
mod tests;
