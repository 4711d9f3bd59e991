//! What rules compute from the columns of a row, as one function of the engine.
//!
//! The engine's own casts and arithmetic fail on some values, and a policy must not: here what cannot be computed
//! exactly is NULL for its row. Rows are computed one by one, which is the price.

mod value;

use crate::arrow_type::{arrow_type, literal};
use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::common::{Column, Result, TableReference, internal_datafusion_err, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit,
};
use model::name::ColumnName;
use model::term::{ArithmeticOperator, Term, TermError};
use model::value::{ColumnType, Scalar};
use std::collections::BTreeMap;
pub(crate) use value::{Value, array, kind_of};

/// The term over the columns of `table`, which are held as `schema` says. A bare column is itself.
pub(crate) fn expression(term: &Term, table: &TableReference, schema: &Schema) -> Result<Expr> {
    let column = |name: &ColumnName| -> Result<Expr> {
        schema.field_with_name(name.as_str())?;
        Ok(Expr::Column(Column::new(Some(table.clone()), name.as_str())))
    };
    match term {
        Term::Column(name) => return column(name),
        Term::Literal(value) => {
            let held = literal(value, &arrow_type(value.kind()));
            return held.map(lit).ok_or_else(|| internal_datafusion_err!("a literal of another type"));
        }
        Term::Arithmetic { .. } | Term::Cast { .. } => {}
    }
    let columns: Vec<ColumnName> = term.columns().into_iter().cloned().collect();
    let arguments = columns.iter().map(column).collect::<Result<Vec<_>>>()?;
    let kinds: BTreeMap<ColumnName, ColumnType> =
        columns.iter().map(|name| Ok((name.clone(), kind_held(name, schema)?))).collect::<Result<_>>()?;
    let kind = kind(term, &kinds)?;
    let computed = Computed { term: term.clone(), columns, kinds, kind, signature: signature(&arguments) };
    Ok(ScalarUDF::new_from_impl(computed).call(arguments))
}

/// Functions of any arguments must have one.
fn signature(arguments: &[Expr]) -> Signature {
    match arguments {
        [] => Signature::nullary(Volatility::Immutable),
        _ => Signature::variadic_any(Volatility::Immutable),
    }
}

/// The one value divided by the other, as rules divide: exact or cut at its scale, and NULL by zero.
pub(crate) fn quotient((of, of_kind): (Expr, ColumnType), (to, to_kind): (Expr, ColumnType)) -> Result<Expr> {
    let name = |text: &str| ColumnName::new(text).map_err(|_| internal_datafusion_err!("no name"));
    let columns = vec![name("of")?, name("to")?];
    let kinds: BTreeMap<ColumnName, ColumnType> = columns.iter().cloned().zip([of_kind, to_kind]).collect();
    let part = |index: usize| columns.get(index).cloned().map(|name| Box::new(Term::Column(name)));
    let (left, right) = part(0).zip(part(1)).ok_or_else(|| internal_datafusion_err!("no parts"))?;
    let term = Term::Arithmetic { left, op: ArithmeticOperator::Divide, right };
    let kind = kind(&term, &kinds)?;
    let computed = Computed { term, columns, kinds, kind, signature: Signature::variadic_any(Volatility::Immutable) };
    Ok(ScalarUDF::new_from_impl(computed).call(vec![of, to]))
}

/// The Arrow type of the term's values.
pub(crate) fn held_type(term: &Term, schema: &Schema) -> Result<DataType> {
    if let Some(name) = term.as_column() {
        return Ok(schema.field_with_name(name.as_str())?.data_type().clone());
    }
    let kinds = term.columns().into_iter().map(|name| Ok((name.clone(), kind_held(name, schema)?)));
    Ok(arrow_type(kind(term, &kinds.collect::<Result<_>>()?)?))
}

fn kind_held(name: &ColumnName, schema: &Schema) -> Result<ColumnType> {
    let held = schema.field_with_name(name.as_str())?.data_type();
    kind_of(held).ok_or_else(|| internal_datafusion_err!("a term over a column of no type of ours"))
}

/// The value in a row of an array; `None`: NULL, or of no type of ours, or with more digits than a value has.
pub(crate) fn scalar(values: &ArrayRef, row: usize) -> Option<Scalar> {
    Value::read(values, row)?.scalar()
}

/// Why a term that was checked has no type after all.
struct Unfit;

impl From<TermError> for Unfit {
    fn from(_: TermError) -> Self {
        Self
    }
}

fn kind(term: &Term, kinds: &BTreeMap<ColumnName, ColumnType>) -> Result<ColumnType> {
    let found = term.kind(&|name: &ColumnName| kinds.get(name).copied().ok_or(Unfit));
    found.map_err(|Unfit| internal_datafusion_err!("a term that cannot be computed"))
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Computed {
    term: Term,
    columns: Vec<ColumnName>,
    kinds: BTreeMap<ColumnName, ColumnType>,
    kind: ColumnType,
    signature: Signature,
}

impl ScalarUDFImpl for Computed {
    fn name(&self) -> &'static str {
        "computed"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(arrow_type(self.kind))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = arguments.number_rows;
        let arrays = arguments.args.iter().map(|value| value.to_array(rows)).collect::<Result<Vec<ArrayRef>>>()?;
        if arrays.len() != self.columns.len() {
            return internal_err!("a term over other columns");
        }
        let computed = (0..rows).map(|row| {
            let column = |name: &ColumnName| {
                let index = self.columns.iter().position(|one| one == name)?;
                Value::read(arrays.get(index)?, row)
            };
            self.compute(&self.term, &column)
        });
        Ok(ColumnarValue::Array(array(self.kind, computed)?))
    }
}

impl Computed {
    /// The value of one row; `None` is NULL.
    fn compute(&self, term: &Term, column: &impl Fn(&ColumnName) -> Option<Value>) -> Option<Value> {
        match term {
            Term::Column(name) => column(name),
            Term::Literal(scalar) => Value::of(scalar),
            Term::Cast { term, kind } => self.compute(term, column)?.exactly_as(*kind),
            Term::Arithmetic { left, op, right } => {
                let result = kind(term, &self.kinds).ok()?;
                arithmetic(&self.compute(left, column)?, *op, &self.compute(right, column)?, result)
            }
        }
    }
}

/// The result as a value of `kind`, exact, or cut at its scale if it is a quotient.
fn arithmetic(left: &Value, op: ArithmeticOperator, right: &Value, kind: ColumnType) -> Option<Value> {
    use ArithmeticOperator::{Add, Divide, Multiply, Remainder, Subtract};
    if let (ColumnType::Integer, Value::Integer(left), Value::Integer(right)) = (kind, left, right) {
        let result = match op {
            Add => left.checked_add(*right),
            Subtract => left.checked_sub(*right),
            Multiply => left.checked_mul(*right),
            Remainder => left.checked_rem(*right),
            Divide => None,
        };
        return result.map(Value::Integer);
    }
    let ColumnType::Decimal { scale, .. } = kind else { return None };
    let ((left, left_scale), (right, right_scale)) = (left.digits()?, right.digits()?);
    let rescaled = |digits: i128, from: u8| digits.checked_mul(value::power(scale.checked_sub(from)?)?);
    let digits = match op {
        Add => rescaled(left, left_scale)?.checked_add(rescaled(right, right_scale)?),
        Subtract => rescaled(left, left_scale)?.checked_sub(rescaled(right, right_scale)?),
        Multiply => left.checked_mul(right),
        Divide => {
            let more = scale.checked_sub(left_scale)?.checked_add(right_scale)?;
            left.checked_mul(value::power(more)?)?.checked_div(right)
        }
        Remainder => None,
    };
    Value::decimal(digits?, kind)
}

#[cfg(test)]
mod tests;
