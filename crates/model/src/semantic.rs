//! Models: curated tables, explores, dimensions, measures and row policies over one connection.

mod access_grant;
mod aggregated;
mod calculation;
mod columns;
mod derived;
mod dimension;
mod grain;
mod join;
mod measure;
mod written;

use crate::name::{
    AccessGrantName, ClientId, ColumnName, ConnectionName, ExploreName, FieldName, IDENTIFIER, ModelName, PolicyName,
    SLUG, TableName, TeamName, pattern,
};
use crate::value::ColumnType;
pub use access_grant::AccessGrant;
pub use calculation::{Calculation, Parameter};
pub use columns::{ColumnPolicyDefinition, Mask, Otherwise, VisibleTo, WrittenMask};
pub use derived::Derived;
pub use dimension::{Case, Dimension, Origin};
pub use grain::{Calendar, DatePart, Grain, Grained};
pub use join::{Join, Relationship};
pub use measure::{Aggregate, Input, Measure, Part, Percentile, Rows};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use utoipa::ToSchema;

/// A model as written in `models/NAME.yaml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Where the data lives.
    pub connection: ConnectionName,
    /// Who gets past `required_access_grants`.
    #[serde(default)]
    pub access_grants: BTreeMap<AccessGrantName, AccessGrant>,
    /// The access grants that it is absent without: all of them.
    #[serde(default)]
    pub required_access_grants: BTreeSet<AccessGrantName>,
    /// The tables; columns that are not listed do not exist for anybody.
    pub tables: BTreeMap<TableName, Table>,
    /// What questions can be asked of.
    #[serde(default)]
    pub explores: BTreeMap<ExploreName, Explore>,
}

/// A table of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The file in the connection's folder: `*.parquet` or `*.csv` (with a header line). In a database the table or view,
    /// as `table` or `schema.table`. Either this or `derived`.
    #[serde(default)]
    pub source: Option<String>,
    /// What it is the answer to.
    #[serde(default)]
    pub derived: Option<Derived>,
    /// The columns that exist for Vitrine, with their types. Those of a derived table are called like fields of its explore.
    pub columns: BTreeMap<ColumnName, ColumnType>,
    /// `shared`: every row for everybody who may use the model. Excludes `row_policies`.
    #[serde(default)]
    pub rows: Option<SharedRows>,
    /// Who sees which rows. Neither this nor `rows`: nobody sees any.
    #[serde(default)]
    pub row_policies: Vec<RowPolicyDefinition>,
    /// Which of the columns are hidden or masked, and for whom.
    #[serde(default)]
    pub column_policies: Vec<ColumnPolicyDefinition>,
    /// How many rows may be downloaded at once of whatever reads the table; none: as many as the server allows. Somebody
    /// for whom there are several has the highest of them, and somebody for whom there is none downloads nothing.
    #[serde(default)]
    pub download_limits: Vec<DownloadLimit>,
    /// The access grants that it is absent without: all of them.
    #[serde(default)]
    pub required_access_grants: BTreeSet<AccessGrantName>,
}

/// How many rows somebody may download at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DownloadLimit {
    /// Whom it is for.
    pub to: PermitFor,
    /// The most rows; 0: none.
    pub rows: u32,
}

/// The word `shared`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SharedRows {
    /// `shared`
    Shared,
}

/// A row policy as written. Exactly one of `permit` and `restrict`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["permit"]}, {"required": ["restrict"]}]))]
pub struct RowPolicyDefinition {
    /// Named in reasons and explanations.
    pub name: PolicyName,
    /// Who gets the rows.
    #[serde(default)]
    pub permit: Option<PermitFor>,
    /// Who loses the other rows.
    #[serde(default)]
    pub restrict: Option<RestrictFor>,
    /// Which rows: an expression of the rule language.
    pub rule: String,
}

/// Whom a permit policy or a download limit is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PermitFor {
    /// Everybody.
    All,
    /// Members of any of these teams.
    Teams(Vec<TeamName>),
    /// Guests of any of these keys.
    GuestsOf(Vec<ClientId>),
}

/// Who a restrict policy is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestrictFor {
    /// Everybody.
    All,
    /// Everybody but members of any of these teams.
    ExceptTeams(Vec<TeamName>),
}

/// What questions can be asked of: a table, tables joined to it, and named fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Explore {
    /// Shown to people.
    #[serde(default)]
    pub title: String,
    /// The table that its rows are of.
    pub table: TableName,
    /// Tables joined to it, one after another.
    #[serde(default)]
    pub joins: Vec<Join>,
    /// Fields to group and filter by.
    #[serde(default)]
    pub dimensions: BTreeMap<FieldName, Dimension>,
    /// Values that questions may set, for calculated dimensions to read.
    #[serde(default)]
    pub parameters: BTreeMap<FieldName, Parameter>,
    /// Fields that aggregate.
    #[serde(default)]
    pub measures: BTreeMap<FieldName, Measure>,
    /// The dimensions that are shown of the rows a measure counts, for measures that do not say.
    #[serde(default)]
    pub drill_fields: Vec<FieldName>,
    /// The access grants that it is absent without: all of them.
    #[serde(default)]
    pub required_access_grants: BTreeSet<AccessGrantName>,
}

impl Explore {
    /// The columns that a field rests on: a dimension's own; of a measure what it aggregates, what its rows are told by, and
    /// all that of the measures it is made of.
    #[must_use]
    pub fn columns_of(&self, field: &FieldName) -> Vec<&ColumnPath> {
        if let Some(dimension) = self.dimensions.get(field) {
            return self.shown_by(dimension);
        }
        let filters = self.made_of(field).flat_map(|measure| &measure.only);
        let told_by = filters.filter_map(|filter| self.dimensions.get(&filter.field));
        let told_by = told_by.flat_map(|dimension| self.shown_by(dimension));
        self.made_of(field).flat_map(|measure| self.aggregated_by(measure)).chain(told_by).collect()
    }

    /// The columns that a dimension shows, or that the fields show of which it is calculated.
    #[must_use]
    pub fn shown_by<'a>(&'a self, dimension: &'a Dimension) -> Vec<&'a ColumnPath> {
        match dimension.calculation() {
            None => dimension.column().into_iter().collect(),
            Some(calculation) => {
                let inputs = calculation.fields().filter_map(|name| self.dimensions.get(&name)?.column());
                inputs.collect()
            }
        }
    }

    /// A measure and those that it is made of.
    fn made_of(&self, field: &FieldName) -> impl Iterator<Item = &Measure> {
        let measure = self.measures.get(field);
        let parts = measure.into_iter().flat_map(|measure| measure.aggregate.measures());
        measure.into_iter().chain(parts.filter_map(|name| self.measures.get(name)))
    }
}

impl Table {
    /// The schema and the name of the table in a database. `None`: it has no source that can be one.
    #[must_use]
    pub fn relation(&self) -> Option<(&str, &str)> {
        let source = self.source.as_deref()?;
        let (schema, name) = source.split_once('.').unwrap_or((PUBLIC_SCHEMA, source));
        let is_name = |name: &str| !name.is_empty() && name.len() <= LONGEST_NAME && !name.contains(['.', '\0']);
        (is_name(schema) && is_name(name)).then_some((schema, name))
    }
}

/// Where a database's tables are that name no schema.
const PUBLIC_SCHEMA: &str = "public";

/// The most bytes of a name in a database.
const LONGEST_NAME: usize = 63;

impl Model {
    /// The type of a column of one of the explore's tables.
    #[must_use]
    pub fn column_type(&self, explore: &Explore, path: &ColumnPath) -> Option<ColumnType> {
        self.tables.get(explore.table_called(&path.table)?)?.columns.get(&path.column).copied()
    }
}

/// A column of one of an explore's tables, written `table.column`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = pattern([&IDENTIFIER, &IDENTIFIER], '.')))]
pub struct ColumnPath {
    /// The table, or the join's alias.
    pub table: TableName,
    /// The column.
    pub column: ColumnName,
}

impl TryFrom<String> for ColumnPath {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let (table, column) =
            text.split_once('.').ok_or_else(|| format!("`{text}` is not a column: expected `table.column`"))?;
        let table = table.parse().map_err(|error: crate::name::NameError| error.to_string())?;
        let column = column.parse().map_err(|error: crate::name::NameError| error.to_string())?;
        Ok(Self { table, column })
    }
}

impl From<ColumnPath> for String {
    fn from(path: ColumnPath) -> Self {
        path.to_string()
    }
}

impl fmt::Display for ColumnPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.table, self.column)
    }
}

/// How numbers are written for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberFormat {
    /// As they are.
    #[default]
    Plain,
    /// Grouped, without a fraction.
    Integer,
    /// Grouped, one digit behind the point.
    Decimal1,
    /// Grouped, two digits behind the point.
    Decimal2,
    /// As a share: 0.125 is 12.5 %.
    Percent,
    /// As an amount of money: `{currency: EUR}`.
    Currency(CurrencyCode),
}

/// A currency, by its three letters of ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "EUR")]
#[schemars(extend("pattern" = "^[A-Z]{3}$"))]
pub struct CurrencyCode([u8; 3]);

impl TryFrom<String> for CurrencyCode {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let letters = <[u8; 3]>::try_from(text.as_bytes()).ok().filter(|it| it.iter().all(u8::is_ascii_uppercase));
        letters.map(Self).ok_or_else(|| format!("`{text}` is not a currency: expected three capital letters"))
    }
}

impl From<CurrencyCode> for String {
    fn from(CurrencyCode(letters): CurrencyCode) -> Self {
        letters.into_iter().map(char::from).collect()
    }
}

/// An explore of a model, written `model.explore`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = pattern([&SLUG, &SLUG], '.')))]
pub struct ExplorePath {
    /// The model.
    pub model: ModelName,
    /// The explore in it.
    pub explore: ExploreName,
}

impl TryFrom<String> for ExplorePath {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let (model, explore) =
            text.split_once('.').ok_or_else(|| format!("`{text}` is not an explore: expected `model.explore`"))?;
        let model = model.parse().map_err(|error: crate::name::NameError| error.to_string())?;
        let explore = explore.parse().map_err(|error: crate::name::NameError| error.to_string())?;
        Ok(Self { model, explore })
    }
}

impl From<ExplorePath> for String {
    fn from(path: ExplorePath) -> Self {
        path.to_string()
    }
}

impl fmt::Display for ExplorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.model, self.explore)
    }
}
