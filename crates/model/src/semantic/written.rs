//! How a measure is written: one member for the aggregate, and beside it what people see.

use super::{Aggregate, ColumnPath, Input, Measure, NumberFormat, Part, Percentile, Rows};
use crate::name::{AccessGrantName, FieldName, TableName};
use crate::query::Filter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Every member a measure may have. (`flatten` would accept unknown ones, so the aggregates are spelled out.)
#[derive(Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenMeasure {
    /// Counts `rows`.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<Rows>,
    /// Counts the distinct values of a column or dimension.
    #[serde(skip_serializing_if = "Option::is_none")]
    count_distinct: Option<Input>,
    /// Adds up a column or dimension.
    #[serde(skip_serializing_if = "Option::is_none")]
    sum: Option<Input>,
    /// The average of a column or dimension.
    #[serde(skip_serializing_if = "Option::is_none")]
    average: Option<Input>,
    /// The least value of a column or dimension.
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<Input>,
    /// The greatest value of a column or dimension.
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<Input>,
    /// The value in the middle of a column or dimension.
    #[serde(skip_serializing_if = "Option::is_none")]
    median: Option<Input>,
    /// The value below which a part of all values is.
    #[serde(skip_serializing_if = "Option::is_none")]
    percentile: Option<Percentile>,
    /// The sum so far of another measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    running_total: Option<FieldName>,
    /// The share of another measure in its total.
    #[serde(skip_serializing_if = "Option::is_none")]
    percent_of_total: Option<FieldName>,
    /// One measure divided by another.
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<[FieldName; 2]>,
    /// The table whose rows count, each once.
    #[serde(skip_serializing_if = "Option::is_none")]
    per: Option<TableName>,
    /// Which rows count; all of them must hold.
    #[serde(rename = "where", skip_serializing_if = "Vec::is_empty")]
    only: Vec<Filter>,
    /// Shown to people; the field's name unless said otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// How numbers are written.
    format: NumberFormat,
    /// Whether it is offered to nobody by name. It protects nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    hidden: bool,
    /// The dimensions that are shown of the rows it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    drill_fields: Option<Vec<FieldName>>,
    /// The access grants that it is absent without: all of them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    required_access_grants: BTreeSet<AccessGrantName>,
}

impl TryFrom<WrittenMeasure> for Measure {
    type Error = String;

    fn try_from(written: WrittenMeasure) -> Result<Self, String> {
        let aggregates: Vec<Aggregate> = [
            written.count.map(Aggregate::Count),
            written.count_distinct.map(Aggregate::CountDistinct),
            written.sum.map(Aggregate::Sum),
            written.average.map(Aggregate::Average),
            written.min.map(Aggregate::Min),
            written.max.map(Aggregate::Max),
            written.median.map(Aggregate::Median),
            written.percentile.map(Aggregate::Percentile),
            written.running_total.map(Aggregate::RunningTotal),
            written.percent_of_total.map(Aggregate::PercentOfTotal),
            written.ratio.map(Aggregate::Ratio),
        ]
        .into_iter()
        .flatten()
        .collect();
        match <[Aggregate; 1]>::try_from(aggregates) {
            Ok([aggregate]) => {
                let WrittenMeasure { per, only, label, format, hidden, drill_fields, required_access_grants, .. } =
                    written;
                Ok(Self { aggregate, per, only, label, format, hidden, drill_fields, required_access_grants })
            }
            Err(several) => Err(format!(
                "{} aggregates: expected exactly one of `count`, `count_distinct`, `sum`, `average`, `min`, `max`, `median`, \
                 `percentile`, `running_total`, `percent_of_total`, `ratio`",
                several.len()
            )),
        }
    }
}

impl From<Measure> for WrittenMeasure {
    fn from(measure: Measure) -> Self {
        let Measure { aggregate, per, only, label, format, hidden, drill_fields, required_access_grants } = measure;
        let mut written =
            Self { per, only, label, format, hidden, drill_fields, required_access_grants, ..Self::default() };
        match aggregate {
            Aggregate::Count(rows) => written.count = Some(rows),
            Aggregate::CountDistinct(input) => written.count_distinct = Some(input),
            Aggregate::Sum(input) => written.sum = Some(input),
            Aggregate::Average(input) => written.average = Some(input),
            Aggregate::Min(input) => written.min = Some(input),
            Aggregate::Max(input) => written.max = Some(input),
            Aggregate::Median(input) => written.median = Some(input),
            Aggregate::Percentile(percentile) => written.percentile = Some(percentile),
            Aggregate::RunningTotal(measure) => written.running_total = Some(measure),
            Aggregate::PercentOfTotal(measure) => written.percent_of_total = Some(measure),
            Aggregate::Ratio(measures) => written.ratio = Some(measures),
        }
        written
    }
}

/// Every member a percentile may have.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenPercentile {
    /// The column, as `table.column`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    column: Option<ColumnPath>,
    /// The dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<FieldName>,
    /// The part of all values, above 0 and at most 1.
    at: Part,
}

impl TryFrom<WrittenPercentile> for Percentile {
    type Error = String;

    fn try_from(WrittenPercentile { column, field, at }: WrittenPercentile) -> Result<Self, String> {
        let of = match (column, field) {
            (Some(column), None) => Input::Column(column),
            (None, Some(field)) => Input::Field(field),
            _ => return Err("expected exactly one of `column` and `field`".to_owned()),
        };
        Ok(Self { of, at })
    }
}

impl From<Percentile> for WrittenPercentile {
    fn from(Percentile { of, at }: Percentile) -> Self {
        match of {
            Input::Column(column) => Self { column: Some(column), field: None, at },
            Input::Field(field) => Self { column: None, field: Some(field), at },
        }
    }
}
