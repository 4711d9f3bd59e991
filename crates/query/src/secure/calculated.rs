//! Calculated fields: formulas that are resolved for one person, over fields that this person sees and a question's parameters.

use crate::arrow_type::{arrow_type, literal};
use crate::condition::predicate;
use crate::error::QueryError;
use crate::secure::fields::FoundDimension;
use crate::term::expression;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, Result, TableReference, internal_datafusion_err, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, Operator, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, cast, lit,
};
use datafusion::scalar::ScalarValue;
use model::filter::Calculated;
use model::name::{FieldName, TableName};
use model::query::{Filter, FilterOperator};
use model::semantic::{Explore, Parameter};
use model::term::Term;
use model::value::{ColumnType, Scalar};
use std::collections::BTreeMap;

/// What the inputs of a formula are columns of, until they are put in place.
const INPUTS: &str = "inputs of a formula";

/// The values of an explore's parameters in a question.
pub(crate) type Parameters = BTreeMap<FieldName, (ColumnType, Option<Scalar>)>;

/// Those that filters set, the last of which counts, and the defaults of all others.
pub(super) fn parameters<'f>(
    filters: impl IntoIterator<Item = &'f Filter>,
    explore: &Explore,
) -> std::result::Result<Parameters, QueryError> {
    let default = |(name, parameter): (&FieldName, &Parameter)| {
        let value = parameter.default.as_ref().and_then(|written| parameter.value(written));
        (name.clone(), (parameter.kind, value))
    };
    let mut all: Parameters = explore.parameters.iter().map(default).collect();
    for filter in filters {
        let Some(parameter) = explore.parameters.get(&filter.field) else { continue };
        let value = match (filter.operator, filter.values.as_slice()) {
            (FilterOperator::IsAnyOf | FilterOperator::Matches, [written]) => parameter.value(written),
            _ => None,
        };
        let value = value.ok_or_else(|| wrong(&filter.field, parameter))?;
        all.insert(filter.field.clone(), (parameter.kind, Some(value)));
    }
    Ok(all)
}

fn wrong(name: &FieldName, parameter: &Parameter) -> QueryError {
    let allowed: Vec<String> = parameter.allowed_values.iter().map(ToString::to_string).collect();
    let among = if allowed.is_empty() { String::new() } else { format!(" and among {}", allowed.join(", ")) };
    QueryError::WrongParameter { parameter: name.clone(), expected: format!("{}{among}", parameter.kind) }
}

/// A calculated field as one person finds it.
pub(crate) struct FoundCalculation<'a> {
    pub(super) formula: &'a Calculated,
    /// The fields that it reads.
    pub(super) inputs: Vec<FoundDimension<'a>>,
    /// The parameters that it reads.
    pub(super) parameters: Parameters,
    pub(super) kind: ColumnType,
}

impl<'a> FoundCalculation<'a> {
    /// The tables, or the joins' aliases, that it is read from.
    pub(super) fn tables(&self) -> Vec<&'a TableName> {
        self.inputs.iter().flat_map(FoundDimension::tables).collect()
    }

    /// Its value. It is total, as rules are.
    pub(super) fn expression(&self) -> std::result::Result<Expr, QueryError> {
        let mut values: BTreeMap<String, (ColumnType, Expr)> = BTreeMap::new();
        for input in &self.inputs {
            // What a file holds in a narrower type is compared in the type that the formula was checked with.
            let value = cast(input.expression()?, arrow_type(input.kind()));
            values.insert(input.name().to_string(), (input.kind(), value));
        }
        for (name, (kind, value)) in &self.parameters {
            values.insert(name.to_string(), (*kind, lit(held(value.as_ref(), *kind)?)));
        }
        let fields = values.iter().map(|(name, (kind, _))| Field::new(name, arrow_type(*kind), true));
        let (inputs, schema) = (TableReference::bare(INPUTS), Schema::new(fields.collect::<Vec<_>>()));
        let over_inputs = match self.formula {
            Calculated::Condition(condition) => predicate(condition, &inputs, &schema)?,
            Calculated::Value(term) => expression(term, &inputs, &schema)?,
            Calculated::Nothing => lit(held(None, self.kind)?),
        };
        let left_alone = over_inputs.transform_down(left_alone).data()?;
        let value = left_alone.transform(|node| in_place(node, &values)).data()?;
        // A value by itself has the digits that it was written with.
        let is_alone = matches!(self.formula, Calculated::Value(Term::Literal(_)));
        Ok(if is_alone { cast(value, arrow_type(self.kind)) } else { value })
    }
}

/// Comparisons that the optimizer must leave as they are. It makes one list of two of one column, and takes what is in an empty
/// one for false: of NULL that is not known, which a filter does not tell apart, but a field does.
fn left_alone(node: Expr) -> Result<Transformed<Expr>> {
    let is_merged = match &node {
        Expr::InList(_) => true,
        Expr::BinaryExpr(binary) => matches!(binary.op, Operator::Eq | Operator::NotEq),
        _ => false,
    };
    if !is_merged {
        return Ok(Transformed::no(node));
    }
    let function = AsItIs { signature: Signature::exact(vec![DataType::Boolean], Volatility::Immutable) };
    let alone = ScalarUDF::new_from_impl(function).call(vec![node]);
    Ok(Transformed::new(alone, true, TreeNodeRecursion::Jump))
}

/// The function whose value is its argument.
#[derive(Debug, PartialEq, Eq, Hash)]
struct AsItIs {
    signature: Signature,
}

impl ScalarUDFImpl for AsItIs {
    fn name(&self) -> &'static str {
        "as_it_is"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match <[ColumnarValue; 1]>::try_from(arguments.args) {
            Ok([value]) => Ok(value),
            Err(_) => internal_err!("one value is what it is"),
        }
    }
}

/// A value of the type, or NULL of it.
fn held(value: Option<&Scalar>, kind: ColumnType) -> Result<ScalarValue> {
    let held = arrow_type(kind);
    match value {
        Some(value) => literal(value, &held).ok_or_else(|| internal_datafusion_err!("a value of another type")),
        None => ScalarValue::try_new_null(&held),
    }
}

fn in_place(node: Expr, values: &BTreeMap<String, (ColumnType, Expr)>) -> Result<Transformed<Expr>> {
    match &node {
        Expr::Column(Column { relation: Some(relation), name, .. }) if relation.table() == INPUTS => {
            let found = values.get(name).map(|(_, value)| Transformed::yes(value.clone()));
            found.ok_or_else(|| internal_datafusion_err!("a formula over another field"))
        }
        _ => Ok(Transformed::no(node)),
    }
}
