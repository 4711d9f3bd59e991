//! Fields of views: dimensions, groups of dimensions, measures.

use crate::finding::Findings;
use crate::level;
use crate::sql::{Token, tokens};
use crate::syntax::{Block, Place, Properties, Value};
use crate::view::titled;
use model::semantic::{CurrencyCode, Grain, NumberFormat};
use model::value::ColumnType;
use std::collections::BTreeSet;

/// A field, as every explore of its view has it.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) place: Place,
    pub(crate) label: String,
    pub(crate) hidden: bool,
    pub(crate) grants: BTreeSet<String>,
    pub(crate) what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    Dimension(Dimension),
    Measure(Measure),
}

#[derive(Debug, Clone)]
pub(crate) struct Dimension {
    pub(crate) sql: Vec<Token>,
    pub(crate) kind: Kind,
}

/// What a dimension shows of its SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Its value.
    Value,
    /// Whether it holds.
    Truth,
    /// A period that its date or instant is in; `None`: itself.
    Period(Option<Grain>),
}

#[derive(Debug, Clone)]
pub(crate) struct Measure {
    /// `count`, `sum`, …
    pub(crate) kind: String,
    pub(crate) sql: Option<Vec<Token>>,
    pub(crate) percentile: Option<String>,
    /// Fields and filter expressions.
    pub(crate) filters: Vec<(String, String)>,
    pub(crate) format: NumberFormat,
}

impl Kind {
    /// The grain with which a column of a type is shown. `Err`: why it cannot be.
    pub(crate) fn grain(self, column: ColumnType) -> Result<Option<Grain>, String> {
        match self {
            Self::Truth if column != ColumnType::Boolean => Err(format!("its column is {column}: expected boolean")),
            Self::Value | Self::Truth | Self::Period(None) => Ok(None),
            Self::Period(Some(Grain::Day)) if column == ColumnType::Date => Ok(None),
            Self::Period(Some(grain)) if grain.fits(column) => Ok(Some(grain)),
            Self::Period(Some(_)) => Err(format!("its column is {column}, which has no such period")),
        }
    }
}

/// What all fields have.
struct Common {
    label: Option<String>,
    hidden: bool,
    grants: BTreeSet<String>,
    sql: Option<(String, Place)>,
}

impl Common {
    fn take(properties: &mut Properties, findings: &mut Findings) -> Self {
        let is_template = |label: &str| label.contains("{{") || label.contains("{%");
        let mut label = properties.take("label", Value::as_text);
        if let Some((_, place)) = label.as_ref().filter(|(text, _)| is_template(text)) {
            findings.note(place, "a `label` with a template is not carried over");
            label = None;
        }
        Self {
            label: label.map(|(label, _)| label),
            hidden: properties.truth("hidden").unwrap_or(false),
            grants: properties.names("required_access_grants").into_iter().collect(),
            sql: properties.take("sql", Value::as_sql),
        }
    }

    fn field(&self, name: &str, place: &Place, what: What) -> Field {
        let label = self.label.clone().unwrap_or_else(|| titled(name));
        Field { place: place.clone(), label, hidden: self.hidden, grants: self.grants.clone(), what }
    }

    /// The tokens of its SQL; without any, the column that is called like it.
    fn tokens(&self, name: &str, findings: &mut Findings) -> Option<Vec<Token>> {
        let Some((sql, place)) = &self.sql else {
            return Some(vec![Token::Table, Token::Symbol("."), Token::Quoted(name.to_owned())]);
        };
        tokens(sql).map_err(|error| findings.closed(place, not_made(name, &error))).ok()
    }
}

pub(crate) fn not_made(name: &str, error: &str) -> String {
    format!("field `{name}` is not made: {error}")
}

/// A dimension, and whether it is the primary key. `None`: it was not understood.
pub(crate) fn dimension(block: Block, place: &Place, monday: bool, findings: &mut Findings) -> Option<(Field, bool)> {
    let name = block.label.clone().unwrap_or_default();
    let read = block.read(&level::FIELD, findings, |properties, findings| {
        let common = Common::take(properties, findings);
        let is_key = properties.truth("primary_key").unwrap_or(false);
        let kind = properties.text("type").unwrap_or_else(|| "string".to_owned());
        let datatype = properties.text("datatype");
        let kind = kind_of(&kind, monday).filter(|_| is_day(datatype.as_deref())).ok_or(kind);
        let kind = kind.map_err(|kind| {
            let datatype = datatype.map(|datatype| format!(" of datatype `{datatype}`")).unwrap_or_default();
            findings.closed(place, not_made(&name, &format!("type `{kind}`{datatype} is not translated")));
        });
        let sql = common.tokens(&name, findings)?;
        let dimension = Dimension { sql, kind: kind.ok()? };
        Some((common.field(&name, place, What::Dimension(dimension)), is_key))
    });
    read.value.filter(|_| read.understood)
}

/// The dimensions of a group, by name; those that are missing were not understood.
pub(crate) fn dimension_group(
    block: Block,
    place: &Place,
    monday: bool,
    findings: &mut Findings,
) -> Vec<(String, Option<Field>)> {
    let name = block.label.clone().unwrap_or_default();
    let read = block.read(&level::FIELD, findings, |properties, findings| {
        let common = Common::take(properties, findings);
        let kind = properties.text("type").unwrap_or_default();
        let datatype = properties.text("datatype");
        let written = properties.take("timeframes", Value::as_names);
        if kind != "time" || !is_day(datatype.as_deref()) {
            let found = format!("a group of type `{kind}` of datatype `{}`", datatype.as_deref().unwrap_or("datetime"));
            findings.closed(place, not_made(&name, &format!("{found} is not translated")));
            return Vec::new();
        }
        let Some(sql) = common.tokens(&name, findings) else { return Vec::new() };
        let usual = || TIMEFRAMES.iter().map(|(frame, _)| (*frame).to_owned()).collect();
        let frames: Vec<String> = written.map(|(frames, _)| frames).unwrap_or_else(usual);
        let mut fields = Vec::new();
        for frame in frames {
            let field_name = format!("{name}_{frame}");
            let grain = grain(&frame, monday);
            if grain.is_none() {
                let error = format!("timeframe `{frame}` is not translated");
                findings.closed(place, not_made(&field_name, &error));
            }
            let field = grain.map(|grain| {
                let dimension = Dimension { sql: sql.clone(), kind: Kind::Period(grain) };
                let mut field = common.field(&name, place, What::Dimension(dimension));
                field.label = format!("{} {}", field.label, titled(&frame));
                field
            });
            fields.push((field_name, field));
        }
        fields
    });
    if read.understood { read.value } else { read.value.into_iter().map(|(name, _)| (name, None)).collect() }
}

pub(crate) fn measure(block: Block, place: &Place, findings: &mut Findings) -> Option<Field> {
    let name = block.label.clone().unwrap_or_default();
    let read = block.read(&level::FIELD, findings, |properties, findings| {
        let common = Common::take(properties, findings);
        let kind = properties.text("type").unwrap_or_else(|| "string".to_owned());
        let filters = filters(properties, findings);
        let sql = match &common.sql {
            None => None,
            Some(_) => Some(common.tokens(&name, findings)?),
        };
        let measure = Measure {
            percentile: if kind == "percentile" { properties.text("percentile") } else { None },
            kind,
            sql,
            filters: filters?,
            format: format(properties, findings),
        };
        Some(common.field(&name, place, What::Measure(measure)))
    });
    read.value.filter(|_| read.understood)
}

/// `filters: [field: "expression", …]`, and its older form. `None`: one is not understood.
fn filters(properties: &mut Properties, findings: &mut Findings) -> Option<Vec<(String, String)>> {
    let pairs = properties.take_all("filters", Value::as_pairs);
    let mut filters: Vec<_> = pairs.into_iter().flat_map(|(pairs, _)| pairs).collect();
    for (block, _) in properties.blocks("filters").into_iter().chain(properties.blocks("filter")) {
        let read = block
            .read(&level::FILTER, findings, |properties, _| properties.text("field").zip(properties.text("value")));
        filters.push(read.value.filter(|_| read.understood)?);
    }
    Some(filters)
}

fn format(properties: &mut Properties, findings: &mut Findings) -> NumberFormat {
    let currency = |code: &str| CurrencyCode::try_from(code.to_owned()).map(NumberFormat::Currency);
    let Some((name, place)) = properties.take("value_format_name", Value::as_text) else {
        return NumberFormat::Plain;
    };
    let format = match name.as_str() {
        "id" => Some(NumberFormat::Plain),
        "decimal_0" => Some(NumberFormat::Integer),
        "decimal_1" => Some(NumberFormat::Decimal1),
        "decimal_2" => Some(NumberFormat::Decimal2),
        "percent_0" | "percent_1" | "percent_2" => Some(NumberFormat::Percent),
        "usd" | "usd_0" => currency("USD").ok(),
        "eur" | "eur_0" => currency("EUR").ok(),
        "gbp" | "gbp_0" => currency("GBP").ok(),
        _ => None,
    };
    if format.is_none() {
        findings.note(&place, format!("format `{name}` is not carried over"));
    }
    format.unwrap_or_default()
}

/// Whether values are dates or instants, as they are to databases too.
fn is_day(datatype: Option<&str>) -> bool {
    matches!(datatype, None | Some("date" | "datetime" | "timestamp"))
}

fn kind_of(kind: &str, monday: bool) -> Option<Kind> {
    match kind {
        "string" | "number" | "zipcode" => Some(Kind::Value),
        "yesno" => Some(Kind::Truth),
        "date" => Some(Kind::Period(Some(Grain::Day))),
        _ => grain(kind.strip_prefix("date_")?, monday).map(Kind::Period),
    }
}

/// Those whose values are the same here.
const TIMEFRAMES: [(&str, Option<Grain>); 14] = [
    ("raw", None),
    ("time", Some(Grain::Second)),
    ("second", Some(Grain::Second)),
    ("minute", Some(Grain::Minute)),
    ("hour", Some(Grain::Hour)),
    ("date", Some(Grain::Day)),
    ("week", Some(Grain::Week)),
    ("month", Some(Grain::Month)),
    ("quarter", Some(Grain::Quarter)),
    ("year", Some(Grain::Year)),
    ("hour_of_day", Some(Grain::HourOfDay)),
    ("day_of_month", Some(Grain::DayOfMonth)),
    ("week_of_year", Some(Grain::WeekOfYear)),
    ("month_num", Some(Grain::MonthOfYear)),
];

fn grain(frame: &str, monday: bool) -> Option<Option<Grain>> {
    let (_, grain) = TIMEFRAMES.iter().find(|(name, _)| *name == frame)?;
    let is_of_weeks = matches!(grain, Some(Grain::Week | Grain::WeekOfYear));
    (monday || !is_of_weeks).then_some(*grain)
}
