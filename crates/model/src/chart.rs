//! Our own chart spec: it names fields of the element's query, so the server authorizes every field a chart uses.

mod link;
mod table;

use crate::name::FieldName;
pub use link::{LinkError, LinkTemplate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Number;
pub use table::{CellColor, ColorRule, TableColumn};
use utoipa::ToSchema;

/// How an element draws the answer to its query. Every name is that of a field of the query.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Chart {
    /// One number.
    Kpi(Kpi),
    /// Lines over a field.
    Line(Series),
    /// Areas over a field.
    Area(Series),
    /// Bars over a field.
    Bar(Series),
    /// Points at two numbers.
    Scatter(Scatter),
    /// Parts of a whole.
    Pie(Parts),
    /// What is left of the first part, step by step.
    Funnel(Parts),
    /// A number at each crossing of two fields, as a color.
    Heatmap(Heatmap),
    /// One number on a scale.
    Gauge(Gauge),
    /// Numbers at the crossings of fields, with subtotals.
    Pivot(Pivot),
    /// Rows and columns, every field of the query in its order.
    Table(Table),
}

/// One number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Kpi {
    /// The number.
    pub value: FieldName,
    /// Another number that it is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub compare: Option<FieldName>,
    /// An ordered field: the number is that of the last row, drawn with a line of all rows, and compared with the row
    /// before it unless `compare` says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub over: Option<FieldName>,
    /// Which way is good. Absent: neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub better: Option<Better>,
}

/// Which way of a number is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
}

/// Lines, areas or bars over a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Along the bottom.
    pub x: FieldName,
    /// One line, area or group of bars each; exactly one if there is `series`.
    pub y: Vec<FieldName>,
    /// A field whose every value is a line, area or group of bars of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub series: Option<FieldName>,
    /// How what stands in one place is drawn. Not of lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub stack: Option<Stack>,
}

/// How areas and bars of one place stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stack {
    /// Side by side; areas behind each other.
    Grouped,
    /// On each other.
    Stacked,
    /// As shares of 100 %.
    Percent,
}

/// Points at two numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scatter {
    /// A number: to the right.
    pub x: FieldName,
    /// A number: upwards.
    pub y: FieldName,
    /// A number: the area of the point.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub size: Option<FieldName>,
    /// A field whose every value has a color of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub series: Option<FieldName>,
    /// What the point is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub label: Option<FieldName>,
}

/// Named numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// What a part is called.
    pub label: FieldName,
    /// Its number.
    pub value: FieldName,
}

/// A number at each crossing of two fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Heatmap {
    /// Along the bottom.
    pub x: FieldName,
    /// Along the side.
    pub y: FieldName,
    /// The number.
    pub value: FieldName,
}

/// One number on a scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Gauge {
    /// The number.
    pub value: FieldName,
    /// Where the scale begins.
    #[serde(default = "zero")]
    #[schema(value_type = f64, required = true)]
    pub min: Number,
    /// Where it ends.
    #[schema(value_type = f64)]
    pub max: Number,
    /// Another number, marked on the scale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub target: Option<FieldName>,
}

fn zero() -> Number {
    0.into()
}

/// Numbers at the crossings of fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pivot {
    /// Dimensions down the side, from outer to inner.
    pub rows: Vec<FieldName>,
    /// Dimensions along the top, from outer to inner.
    #[serde(default)]
    #[schema(required = true)]
    pub columns: Vec<FieldName>,
    /// Measures in the cells.
    pub values: Vec<FieldName>,
    /// Whether subtotals and totals are computed: by questions of their own, because averages do not add up.
    #[serde(default = "yes")]
    #[schema(required = true)]
    pub subtotals: bool,
}

const fn yes() -> bool {
    true
}

/// Rows as they are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// How some of the columns are drawn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<TableColumn>,
    /// Whether its grand total stands below it: a question of its own, because averages do not add up.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub totals: bool,
}

impl Chart {
    /// The fields the chart uses.
    #[must_use]
    pub fn fields(&self) -> Vec<&FieldName> {
        match self {
            Self::Kpi(it) => [Some(&it.value), it.compare.as_ref(), it.over.as_ref()].into_iter().flatten().collect(),
            Self::Line(it) | Self::Area(it) | Self::Bar(it) => {
                std::iter::once(&it.x).chain(&it.y).chain(&it.series).collect()
            }
            Self::Scatter(it) => {
                [&it.x, &it.y].into_iter().chain(&it.size).chain(&it.series).chain(&it.label).collect()
            }
            Self::Pie(it) | Self::Funnel(it) => vec![&it.label, &it.value],
            Self::Heatmap(it) => vec![&it.x, &it.y, &it.value],
            Self::Gauge(it) => std::iter::once(&it.value).chain(&it.target).collect(),
            Self::Pivot(it) => it.rows.iter().chain(&it.columns).chain(&it.values).collect(),
            Self::Table(it) => it.columns.iter().flat_map(TableColumn::fields).collect(),
        }
    }
}

impl Pivot {
    /// The groupings whose answers are subtotals: every shorter beginning of the rows with every beginning of the
    /// columns, and all rows with every shorter one. Without subtotals: none.
    #[must_use]
    pub fn groupings(&self) -> Vec<Vec<&FieldName>> {
        if !self.subtotals {
            return Vec::new();
        }
        let all = self.rows.len() + self.columns.len();
        let of_rows = (0..=self.rows.len()).rev();
        let lengths = of_rows.flat_map(|rows| (0..=self.columns.len()).rev().map(move |columns| (rows, columns)));
        let shorter = lengths.filter(|(rows, columns)| rows + columns < all);
        let grouping = |(rows, columns)| self.rows.iter().take(rows).chain(self.columns.iter().take(columns)).collect();
        shorter.map(grouping).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str) -> FieldName {
        FieldName::new(name).expect("a field name")
    }

    #[test]
    fn a_pivot_asks_for_every_shorter_grouping_once() {
        let pivot = Pivot {
            rows: vec![field("a"), field("b")],
            columns: vec![field("c")],
            values: vec![field("v")],
            subtotals: true,
        };
        let texts = |pivot: &Pivot| {
            let groupings = pivot.groupings();
            groupings
                .into_iter()
                .map(|it| it.into_iter().map(FieldName::as_str).collect::<String>())
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(&pivot), ["ab", "ac", "a", "c", ""]);
        assert_eq!(texts(&Pivot { columns: vec![], ..pivot.clone() }), ["a", ""]);
        assert!(texts(&Pivot { subtotals: false, ..pivot }).is_empty());
    }
}
