//! From a value of an element to the finer ones behind it, on the way that its author drew.

use crate::problem::Problem;
use model::name::FieldName;
use model::query::{Filter, FilterOperator, Query};
use model::value::Literal;
use model::workbook::DataElement;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A value that was gone into.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FieldValue)]
pub struct Step {
    /// A dimension.
    pub field: FieldName,
    /// Its value in the answer.
    #[schema(value_type = Option<Literal>)]
    pub value: Value,
}

impl Step {
    /// That the dimension has the value.
    #[must_use]
    pub fn filter(&self) -> Filter {
        let (operator, values) = match &self.value {
            Value::Null => (FilterOperator::IsNull, Vec::new()),
            value => (FilterOperator::IsAnyOf, vec![value.clone()]),
        };
        Filter { field: self.field.clone(), operator, values }
    }
}

/// The element's query with the next dimension in place of the one it has, for the values that were gone into.
///
/// # Errors
/// 400 if the steps are not those of the element's way, in its order.
pub fn drilled(data: &DataElement, mut query: Query, steps: &[Step]) -> Result<Query, Problem> {
    let way = || data.drill.iter().skip_while(|field| Some(*field) != data.drilled());
    let follows = steps.iter().map(|step| &step.field).eq(way().take(steps.len()));
    let next = way().nth(steps.len()).filter(|_| follows);
    let (Some(first), Some(next)) = (data.drilled(), next) else { return Err(off_the_way(data)) };
    let fields = query.fields.iter_mut().chain(query.sorts.iter_mut().map(|sort| &mut sort.field));
    fields.filter(|field| *field == first).for_each(|field| *field = next.clone());
    query.filters.extend(steps.iter().map(Step::filter));
    Ok(query)
}

fn off_the_way(data: &DataElement) -> Problem {
    let way = data.drill.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
    let detail = format!("`drill`: expected values of {way}, in this order and without the last one");
    Problem::Invalid { code: "drill_refused", detail }
}
