//! Column policies: which columns are hidden or masked, and for whom.

use super::Calendar;
use crate::name::{AccessGrantName, ClientId, ColumnName, PolicyName, TeamName};
use crate::value::{ColumnType, Scalar};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A column policy as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnPolicyDefinition {
    /// The columns.
    pub columns: Vec<ColumnName>,
    /// The permit policy whose rows it is about; without one, every row of the table. A cell is shown if any policy that
    /// admits its row shows it.
    #[serde(default)]
    pub with: Option<PolicyName>,
    /// Who sees the values as they are.
    pub visible_to: VisibleTo,
    /// What everybody else sees.
    pub otherwise: Otherwise,
}

/// Who sees the values of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VisibleTo {
    /// Nobody.
    Nobody,
    /// Members of any of these teams.
    Teams(Vec<TeamName>),
    /// Who has all of these access grants.
    AccessGrants(Vec<AccessGrantName>),
    /// Guests of any of these keys.
    GuestsOf(Vec<ClientId>),
}

/// What is there instead of the values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// Nothing: the column does not exist.
    Hide,
    /// The mask, of the column's own type.
    Mask(WrittenMask),
}

/// A mask as written: `null`, `partial`, `{partial: {first: 1, last: 4}}`, `hash`, `{constant: …}` or `{bucket: …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Json", into = "Json")]
#[schemars(extend("anyOf" = [
    {"enum": ["null", "partial", "hash", null]},
    {
        "type": "object",
        "properties": {
            "constant": {"not": {"type": "null"}},
            "bucket": {"type": ["number", "string"]},
            "partial": {
                "type": "object",
                "properties": {
                    "first": {"type": "integer", "minimum": 0, "maximum": 255},
                    "last": {"type": "integer", "minimum": 0, "maximum": 255},
                },
                "additionalProperties": false,
            },
        },
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
    },
]))]
pub enum WrittenMask {
    /// `null`
    Null,
    /// `constant`: one value for all.
    Constant(Json),
    /// `partial`: so many characters at the beginning and at the end of a text.
    Partial(u8, u8),
    /// `hash`: a pseudonym, another one in each tenant.
    Hash,
    /// `bucket`: the width of a range of numbers, or a period of the calendar.
    Bucket(Json),
}

/// How many characters a mask shows that does not say so.
const PARTIAL: (u8, u8) = (1, 0);

const MASKS: &str = "`null`, `partial`, `partial: {first: 1, last: 4}`, `hash`, `constant: VALUE` or `bucket: WIDTH`";

impl TryFrom<Json> for WrittenMask {
    type Error = String;

    fn try_from(written: Json) -> Result<Self, String> {
        let wrong = || format!("`{written}` is no mask: expected {MASKS}");
        match &written {
            Json::Null => Ok(Self::Null),
            Json::String(word) => match word.as_str() {
                "null" => Ok(Self::Null),
                "partial" => Ok(Self::Partial(PARTIAL.0, PARTIAL.1)),
                "hash" => Ok(Self::Hash),
                _ => Err(wrong()),
            },
            Json::Object(members) => match members.iter().collect::<Vec<_>>().as_slice() {
                [(name, value)] => match (name.as_str(), value) {
                    ("constant", value) if !value.is_null() => Ok(Self::Constant((*value).clone())),
                    ("bucket", value) => Ok(Self::Bucket((*value).clone())),
                    ("partial", Json::Object(shown)) => {
                        let number = |name: &str| shown.get(name).map_or(Some(0), |it| u8::try_from(it.as_u64()?).ok());
                        let only_known = shown.keys().all(|name| matches!(name.as_str(), "first" | "last"));
                        let both = number("first").zip(number("last")).filter(|_| only_known);
                        both.map(|(first, last)| Self::Partial(first, last)).ok_or_else(wrong)
                    }
                    _ => Err(wrong()),
                },
                _ => Err(wrong()),
            },
            _ => Err(wrong()),
        }
    }
}

impl From<WrittenMask> for Json {
    fn from(mask: WrittenMask) -> Self {
        match mask {
            WrittenMask::Null => json!("null"),
            WrittenMask::Hash => json!("hash"),
            WrittenMask::Constant(value) => json!({"constant": value}),
            WrittenMask::Partial(first, last) => json!({"partial": {"first": first, "last": last}}),
            WrittenMask::Bucket(width) => json!({"bucket": width}),
        }
    }
}

/// A mask of a column of one type. Its values are of that type, so that what a question means does not depend on who
/// asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Mask {
    /// NULL.
    Null,
    /// One value for all, also where there is none.
    Constant(Scalar),
    /// The first and last characters of a text, with `***` between; `***` alone where that would be all of it.
    Partial {
        /// How many at the beginning.
        first: u8,
        /// How many at the end.
        last: u8,
    },
    /// A pseudonym, the same for equal values of one tenant and another in each: 32 hexadecimal digits, or a positive
    /// integer.
    Hash,
    /// The lower end of the range that the number is in. Ranges are so wide, and one begins at 0.
    Range(Scalar),
    /// The beginning of the period, of instants in UTC.
    Period(Calendar),
}

impl WrittenMask {
    /// The mask of a column of `kind`.
    ///
    /// # Errors
    /// What was expected instead.
    pub fn of_kind(&self, kind: ColumnType) -> Result<Mask, String> {
        match self {
            Self::Null => Ok(Mask::Null),
            Self::Constant(value) => Scalar::from_json(value, kind)
                .map(Mask::Constant)
                .ok_or_else(|| format!("`{value}`: expected {kind}, the type of the column")),
            Self::Partial(first, last) if kind == ColumnType::Text => Ok(Mask::Partial { first: *first, last: *last }),
            Self::Partial(..) => Err(format!("`partial` of a column of type {kind}: expected text")),
            Self::Hash if matches!(kind, ColumnType::Text | ColumnType::Integer) => Ok(Mask::Hash),
            Self::Hash => Err(format!("`hash` of a column of type {kind}: expected text or integer")),
            Self::Bucket(width) => bucket(width, kind),
        }
    }
}

fn bucket(width: &Json, kind: ColumnType) -> Result<Mask, String> {
    let expected = match kind {
        ColumnType::Integer | ColumnType::Decimal { .. } => "a number above zero of the column's type",
        ColumnType::Date | ColumnType::Timestamp => "`day`, `week`, `month`, `quarter` or `year`",
        ColumnType::Text | ColumnType::Boolean => {
            return Err(format!("`bucket` of a column of type {kind}: expected numbers, dates or timestamps"));
        }
    };
    let mask = if kind.is_number() {
        Scalar::from_json(width, kind).filter(Scalar::is_positive).map(Mask::Range)
    } else {
        Calendar::deserialize(width).ok().map(Mask::Period)
    };
    mask.ok_or_else(|| format!("`{width}` as a bucket of {kind}: expected {expected}"))
}
