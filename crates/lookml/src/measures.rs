//! Measures of an explore.

use crate::expression::Use;
use crate::field::{Field, Kind, Measure as Written, What};
use crate::fields::Draft;
use crate::sql::Token;
use model::name::{AccessGrantName, FieldName};
use model::query::{Filter, FilterOperator};
use model::semantic::{Aggregate, Input, Measure, Part, Percentile, Rows};
use model::value::ColumnType;
use serde_json::{Number, Value as Json, json};
use std::collections::BTreeSet;

impl Written {
    pub(crate) fn is_made_of_measures(&self) -> bool {
        matches!(self.kind.as_str(), "number" | "running_total" | "percent_of_total")
    }
}

impl<'a> Draft<'a, '_, '_, '_> {
    pub(crate) fn measure(
        &mut self,
        used: Use<'a>,
        name: &str,
        field: &'a Field,
        measure: &'a Written,
    ) -> Result<(), String> {
        let only = self.filters(used, measure)?;
        let mut grants = self.grants(field, None)?;
        let aggregate = match measure.kind.as_str() {
            "count" if measure.sql.is_none() => Aggregate::Count(Rows::Rows),
            "count_distinct" => Aggregate::CountDistinct(self.input(used, name, field, measure, &mut grants)?),
            "sum" => Aggregate::Sum(self.input(used, name, field, measure, &mut grants)?),
            "average" => Aggregate::Average(self.input(used, name, field, measure, &mut grants)?),
            "min" => Aggregate::Min(self.input(used, name, field, measure, &mut grants)?),
            "max" => Aggregate::Max(self.input(used, name, field, measure, &mut grants)?),
            "median" => Aggregate::Median(self.input(used, name, field, measure, &mut grants)?),
            "percentile" => {
                let at = part(measure.percentile.as_deref().unwrap_or("50"))?;
                Aggregate::Percentile(Percentile { of: self.input(used, name, field, measure, &mut grants)?, at })
            }
            "number" => Aggregate::Ratio(self.ratio(used, measure)?),
            "running_total" => Aggregate::RunningTotal(self.one_measure(used, measure)?),
            "percent_of_total" => Aggregate::PercentOfTotal(self.one_measure(used, measure)?),
            kind => return Err(format!("a measure of type `{kind}` is not translated")),
        };
        let per = if matches!(aggregate, Aggregate::Count(_)) { self.counted(used.alias) } else { None };
        for part in aggregate.measures() {
            grants.extend(
                self.explore.measures.get(part).into_iter().flat_map(|part| part.required_access_grants.clone()),
            );
        }
        let made = Measure {
            aggregate,
            per,
            only,
            label: Some(self.label(used, field)),
            format: measure.format,
            hidden: field.hidden,
            drill_fields: None,
            required_access_grants: grants,
        };
        let name = self.name(used.alias, name)?;
        self.place(&name, &field.place)?;
        self.explore.measures.insert(name, made);
        Ok(())
    }

    /// What is aggregated: a column, a dimension that is no column, or what is computed.
    fn input(
        &mut self,
        used: Use<'a>,
        name: &str,
        field: &Field,
        measure: &'a Written,
        grants: &mut BTreeSet<AccessGrantName>,
    ) -> Result<Input, String> {
        let sql = measure.sql.as_deref().ok_or("expected `sql`")?;
        if let [Token::Field(view, of)] = sql {
            let (used, dimension) = self.resolver().field(Some(view.as_deref().unwrap_or(used.alias)), of)?;
            let name = self.name(used.alias, of)?;
            if self.is_period(&name, dimension) {
                return Ok(Input::Field(name));
            }
        }
        let expression = self.resolver().read(sql, used)?;
        grants.extend(self.grants(field, Some(&expression))?);
        match expression.column() {
            Some((at, _)) => self.path(at).map(Input::Column),
            None => self.value_of(used, name, field, &expression).map(Input::Field),
        }
    }

    /// Whether it is a dimension of the explore that shows periods.
    fn is_period(&self, name: &FieldName, field: &Field) -> bool {
        let is_period = matches!(&field.what, What::Dimension(of) if matches!(of.kind, Kind::Period(Some(_))));
        is_period && self.explore.dimensions.get(name).is_some_and(|made| made.grain.is_some())
    }

    /// The one measure that the SQL refers to.
    fn one_measure(&self, used: Use<'a>, measure: &Written) -> Result<FieldName, String> {
        match measure.sql.as_deref() {
            Some([of]) => self.made(used, of),
            _ => Err("its SQL is not translated: expected one measure".to_owned()),
        }
    }

    /// `${a} / ${b}`, also with `1.0 *` before it and `NULLIF(…, 0)` around what it is divided by.
    fn ratio(&self, used: Use<'a>, measure: &Written) -> Result<[FieldName; 2], String> {
        let mut sql = measure.sql.as_deref().unwrap_or_default();
        if let [Token::Number(one), Token::Symbol("*"), rest @ ..] = sql
            && matches!(one.as_str(), "1" | "1.0" | "1.00")
        {
            sql = rest;
        }
        let zero = |zero: &str| zero == "0";
        match sql {
            [of, Token::Symbol("/"), to] => Ok([self.made(used, of)?, self.made(used, to)?]),
            [
                of,
                Token::Symbol("/"),
                nullif,
                Token::Symbol("("),
                to,
                Token::Symbol(","),
                Token::Number(number),
                Token::Symbol(")"),
            ] if nullif.is_word("nullif") && zero(number) => Ok([self.made(used, of)?, self.made(used, to)?]),
            _ => Err("its SQL is not translated: expected one measure divided by another".to_owned()),
        }
    }

    /// A measure that is made.
    fn made(&self, used: Use<'a>, token: &Token) -> Result<FieldName, String> {
        let Token::Field(view, name) = token else { return Err("expected a measure, `${name}`".to_owned()) };
        let alias = view.as_deref().unwrap_or(used.alias);
        let made = self.name(alias, name)?;
        if self.explore.measures.contains_key(&made) {
            return Ok(made);
        }
        Err(format!("measure `{alias}.{name}`, of which it is made, is not there"))
    }

    fn filters(&self, used: Use<'a>, measure: &Written) -> Result<Vec<Filter>, String> {
        let filters = measure.filters.iter().map(|(field, expression)| {
            let (alias, name) = field.split_once('.').unwrap_or((used.alias, field));
            let field = self.name(alias, name)?;
            let kind = self.kinds.get(&field).copied();
            let kind =
                kind.ok_or_else(|| format!("field `{alias}.{name}` of its filter is not there, or of no known type"))?;
            let filter = filter(field, kind, expression.trim());
            filter.ok_or_else(|| format!("filter `{expression}` of type {kind} is not translated"))
        });
        filters.collect()
    }
}

/// `90` as a part of all.
fn part(percentile: &str) -> Result<Part, String> {
    let wrong = || format!("percentile `{percentile}` is not translated: expected 1 to 99");
    let hundredths = percentile.parse::<u8>().ok().filter(|it| (1..=99).contains(it)).ok_or_else(wrong)?;
    let number: Number = serde_json::from_str(&format!("0.{hundredths:02}")).map_err(|_| wrong())?;
    Part::try_from(number)
}

/// The filter that an expression of Looker's is, where both say the same.
fn filter(field: FieldName, kind: ColumnType, expression: &str) -> Option<Filter> {
    let (operator, values) = match expression.to_ascii_uppercase().as_str() {
        "NULL" => (FilterOperator::IsNull, Vec::new()),
        "NOT NULL" | "-NULL" => (FilterOperator::IsNotNull, Vec::new()),
        _ => match kind {
            ColumnType::Text => (FilterOperator::IsAnyOf, each(expression, text)?),
            ColumnType::Integer | ColumnType::Decimal { .. } => numbers(expression)?,
            ColumnType::Boolean => (FilterOperator::IsAnyOf, each(expression, truth)?),
            ColumnType::Date | ColumnType::Timestamp => return None,
        },
    };
    Some(Filter { field, operator, values })
}

fn each(expression: &str, read: impl Fn(&str) -> Option<Json>) -> Option<Vec<Json>> {
    expression.split(',').map(|item| read(item.trim())).collect()
}

fn text(item: &str) -> Option<Json> {
    let is_plain = !item.is_empty() && !item.starts_with('-') && !item.contains(['%', '_', '^', '"', '\\']);
    let is_word = matches!(item.to_ascii_uppercase().as_str(), "NULL" | "EMPTY" | "NOT NULL");
    (is_plain && !is_word).then(|| json!(item))
}

fn truth(item: &str) -> Option<Json> {
    match item.to_ascii_lowercase().as_str() {
        "yes" | "true" => Some(json!(true)),
        "no" | "false" => Some(json!(false)),
        _ => None,
    }
}

fn numbers(expression: &str) -> Option<(FilterOperator, Vec<Json>)> {
    let number = |item: &str| serde_json::from_str::<Number>(item.trim()).ok().map(Json::Number);
    let compared = [
        (">=", FilterOperator::GreaterOrEqual),
        ("<=", FilterOperator::LessOrEqual),
        (">", FilterOperator::Greater),
        ("<", FilterOperator::Less),
    ];
    for (symbol, operator) in compared {
        if let Some(rest) = expression.strip_prefix(symbol) {
            return Some((operator, vec![number(rest)?]));
        }
    }
    Some((FilterOperator::IsAnyOf, each(expression, number)?))
}
