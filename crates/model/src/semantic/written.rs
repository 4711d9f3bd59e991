//! How a measure is written: one member for the aggregate, and beside it what people see.

use super::{Aggregate, ColumnPath, Measure, NumberFormat, Percentile, Rows};
use crate::name::{AccessGrantName, FieldName, TableName};
use crate::query::Filter;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Every member a measure may have. (`flatten` would accept unknown ones, so the aggregates are spelled out.)
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WrittenMeasure {
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<Rows>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count_distinct: Option<ColumnPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sum: Option<ColumnPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    average: Option<ColumnPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min: Option<ColumnPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<ColumnPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    median: Option<ColumnPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    percentile: Option<Percentile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    running_total: Option<FieldName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent_of_total: Option<FieldName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<[FieldName; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per: Option<TableName>,
    #[serde(rename = "where", skip_serializing_if = "Vec::is_empty")]
    only: Vec<Filter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    format: NumberFormat,
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
                let WrittenMeasure { per, only, label, format, required_access_grants, .. } = written;
                Ok(Self { aggregate, per, only, label, format, required_access_grants })
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
        let Measure { aggregate, per, only, label, format, required_access_grants } = measure;
        let mut written = Self { per, only, label, format, required_access_grants, ..Self::default() };
        match aggregate {
            Aggregate::Count(rows) => written.count = Some(rows),
            Aggregate::CountDistinct(column) => written.count_distinct = Some(column),
            Aggregate::Sum(column) => written.sum = Some(column),
            Aggregate::Average(column) => written.average = Some(column),
            Aggregate::Min(column) => written.min = Some(column),
            Aggregate::Max(column) => written.max = Some(column),
            Aggregate::Median(column) => written.median = Some(column),
            Aggregate::Percentile(percentile) => written.percentile = Some(percentile),
            Aggregate::RunningTotal(measure) => written.running_total = Some(measure),
            Aggregate::PercentOfTotal(measure) => written.percent_of_total = Some(measure),
            Aggregate::Ratio(measures) => written.ratio = Some(measures),
        }
        written
    }
}
