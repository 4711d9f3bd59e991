//! A query as clients of Looker write it. Its id is the query itself: it is no secret, and who may ask it is decided whenever it is
//! asked.

use crate::body::of_json;
use crate::problem::Problem;
use crate::routes::written::{invalid, written};
use chrono::NaiveDate;
use data_encoding::BASE64URL_NOPAD;
use model::filter_expression::settled;
use model::name::FieldName;
use model::query::{Filter, FilterOperator, Query, Sort};
use model::semantic::ExplorePath;
use model::time_zone::TimeZone;
use query::OutputColumn;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a query says that is nothing here but when it says nothing.
const NOTHING: [&str; 8] =
    ["pivots", "fill_fields", "filter_expression", "column_limit", "total", "row_total", "subtotals", "dynamic_fields"];

/// What a query says that can be written.
const WRITABLE: [&str; 7] = ["model", "view", "fields", "filters", "sorts", "limit", "query_timezone"];

/// What is told only, and what is for whoever draws the answer.
const TOLD: [&str; 11] = [
    "can",
    "id",
    "slug",
    "share_url",
    "expanded_share_url",
    "url",
    "has_table_calculations",
    "client_id",
    "vis_config",
    "visible_ui_sections",
    "runtime",
];

/// Rows of a query that says no limit.
const LIMIT: u32 = 500;

/// What a limit is that is none.
const UNLIMITED: i64 = -1;

/// What disables sorting.
const UNSORTED: &str = "__UNSORTED__";

/// The longest id, in bytes: it stands in addresses.
const LONGEST_ID: usize = 4_000;

/// A query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    model: String,
    view: String,
    fields: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    filters: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    sorts: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    query_timezone: Option<String>,
}

impl Question {
    /// The query of a body.
    pub(super) fn read(body: Value) -> Result<Self, Problem> {
        let mut sent = written(body, &[&WRITABLE[..], &NOTHING].concat(), &TOLD)?;
        for name in NOTHING {
            if sent.remove(name).is_some_and(|value| !says_nothing(&value)) {
                return Err(invalid(name, "expected nothing: there is no such thing in a query here"));
            }
        }
        let limit = sent.remove("limit").filter(|limit| !limit.is_null());
        let limit = limit.map(|limit| whole(&limit)).transpose()?;
        sent.retain(|_, value| !value.is_null());
        let question: Self = of_json(Value::Object(with_texts(sent)?))?;
        Self { limit, ..question }.checked()
    }

    /// The query of an id.
    pub(super) fn of_id(id: &str) -> Result<Self, Problem> {
        let bytes = BASE64URL_NOPAD.decode(id.as_bytes()).ok().filter(|_| id.len() <= LONGEST_ID);
        let question: Self = serde_json::from_slice(&bytes.ok_or(Problem::NotFound)?).map_err(|_| Problem::NotFound)?;
        question.checked().map_err(|_| Problem::NotFound)
    }

    /// What it is known by.
    pub(super) fn id(&self) -> Result<String, Problem> {
        let id = BASE64URL_NOPAD.encode(&serde_json::to_vec(self).map_err(|_| Problem::Internal)?);
        if id.len() <= LONGEST_ID {
            Ok(id)
        } else {
            Err(invalid("body", "the query is too long for an id: run it as it is"))
        }
    }

    /// As it is told.
    pub(super) fn told(&self) -> Result<Value, Problem> {
        Ok(json!({
            "id": self.id()?,
            "model": self.model,
            "view": self.view,
            "fields": self.fields,
            "filters": self.filters,
            "sorts": self.sorts,
            "limit": self.limit.map(|limit| limit.to_string()),
            "query_timezone": self.query_timezone,
            "has_table_calculations": false,
        }))
    }

    /// The same with another limit.
    pub(super) fn limited(self, limit: Option<&str>) -> Result<Self, Problem> {
        let Some(text) = limit else { return Ok(self) };
        Self { limit: Some(whole(&Value::from(text))?), ..self }.checked()
    }

    /// The explore that is asked. `None`: there can be none of that name.
    pub(super) fn explore(&self) -> Option<ExplorePath> {
        format!("{}.{}", self.model, self.view).try_into().ok()
    }

    /// The fields that filters are on.
    pub(super) fn filtered(&self) -> Result<Vec<FieldName>, Problem> {
        self.filters.keys().map(|name| self.field("filters", name)).collect()
    }

    /// The fields that are asked for.
    pub(super) fn fields(&self) -> Result<Vec<FieldName>, Problem> {
        self.fields.iter().map(|name| self.field("fields", name)).collect()
    }

    /// As it is asked. `columns` are those of its fields and of what its filters are on; the days of its filters are those of
    /// `zone`, where it says none.
    pub(super) fn query(
        &self,
        explore: ExplorePath,
        columns: &[OutputColumn],
        zone: TimeZone,
        today: impl Fn(TimeZone) -> NaiveDate,
    ) -> Result<Query, Problem> {
        let zone = self.time_zone()?.unwrap_or(zone);
        let column = |name: &FieldName| columns.iter().find(|column| column.name == *name);
        let mut filters = Vec::new();
        for (written, name) in self.filters.values().zip(self.filtered()?) {
            let column = column(&name).ok_or(Problem::Internal)?;
            filters.extend(filter(column, written, today(zone))?);
        }
        let fields = self.fields()?;
        let shown: Vec<&OutputColumn> = fields.iter().filter_map(column).collect();
        let sorts = if self.sorts.is_empty() { usual(&shown).into_iter().collect() } else { self.sorts()? };
        let limit = match self.limit {
            None => Some(LIMIT),
            Some(limit) => u32::try_from(limit).ok(),
        };
        Ok(Query { filters, sorts, limit, time_zone: Some(zone), ..Query::of(explore, fields) })
    }

    fn checked(self) -> Result<Self, Problem> {
        let (_, _, _) = (self.filtered()?, self.fields()?, self.sorts()?);
        self.time_zone()?;
        if self.fields.is_empty() {
            return Err(invalid("fields", "expected at least one"));
        }
        let fits = self.limit.is_none_or(|limit| limit == UNLIMITED || (1..=i64::from(u32::MAX)).contains(&limit));
        if fits {
            Ok(self)
        } else {
            Err(invalid("limit", "expected a number of rows, or -1 for all that there may be"))
        }
    }

    fn time_zone(&self) -> Result<Option<TimeZone>, Problem> {
        let zone = self.query_timezone.as_ref().filter(|name| !name.is_empty());
        let read = zone.map(|name| serde_json::from_value(Value::from(name.as_str()))).transpose();
        read.map_err(|_| invalid("query_timezone", "expected an IANA time zone such as `Europe/Zurich`"))
    }

    /// A field by its name in Looker, which begins with that of the explore.
    fn field(&self, member: &str, name: &str) -> Result<FieldName, Problem> {
        let rest = name.strip_prefix(self.view.as_str()).and_then(|rest| rest.strip_prefix('.'));
        let shown: String = name.chars().take(80).collect();
        let unfit =
            || invalid(member, &format!("`{shown}`: expected a field of the explore, such as `{}.id`", self.view));
        rest.and_then(|rest| FieldName::new(rest).ok()).ok_or_else(unfit)
    }

    fn sorts(&self) -> Result<Vec<Sort>, Problem> {
        let sorts = self.sorts.iter().filter(|text| *text != UNSORTED);
        let read = |text: &String| {
            let mut words = text.split_whitespace();
            let (name, direction, more) = (words.next().unwrap_or_default(), words.next(), words.next());
            let descending = match direction.map(str::to_ascii_lowercase).as_deref() {
                None | Some("asc") if more.is_none() => false,
                Some("desc") if more.is_none() => true,
                _ => {
                    return Err(invalid(
                        "sorts",
                        "expected names of fields, each with `asc` or `desc` behind it or neither",
                    ));
                }
            };
            Ok(Sort { field: self.field("sorts", name)?, descending })
        };
        sorts.map(read).collect()
    }
}

/// The query of an id, with its filters as they are written. `None`: there is none.
pub(in crate::routes) fn query_of_id(id: &str) -> Option<Query> {
    let question = Question::of_id(id).ok()?;
    let written = question.filters.values().map(|text| vec![Value::String(text.clone())]);
    let filters = question.filtered().ok()?.into_iter().zip(written);
    let filters = filters.map(|(field, values)| Filter { field, operator: FilterOperator::Matches, values });
    Some(Query {
        filters: filters.collect(),
        sorts: question.sorts().ok()?,
        limit: question.limit.and_then(|limit| u32::try_from(limit).ok()),
        time_zone: question.time_zone().ok()?,
        ..Query::of(question.explore()?, question.fields().ok()?)
    })
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => matches!(text.as_str(), "" | "[]" | "{}"),
        Value::Array(entries) => entries.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

/// A whole number, which clients write as a text.
fn whole(value: &Value) -> Result<i64, Problem> {
    let read = match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    };
    read.ok_or_else(|| invalid("limit", "expected a whole number"))
}

/// Filters are texts, whatever they are on.
fn with_texts(mut sent: Map<String, Value>) -> Result<Map<String, Value>, Problem> {
    if let Some(Value::Object(filters)) = sent.get_mut("filters") {
        for (name, value) in filters {
            *value = match value.take() {
                Value::Null => Value::from(""),
                text @ Value::String(_) => text,
                number @ Value::Number(_) => number.to_string().into(),
                _ => {
                    return Err(invalid(
                        "filters",
                        &format!("`{}`: expected a text", name.chars().take(80).collect::<String>()),
                    ));
                }
            };
        }
    }
    Ok(sent)
}

/// The filter on a column that an expression is; none, where it lets any value pass.
fn filter(column: &OutputColumn, text: &str, today: NaiveDate) -> Result<Option<Filter>, Problem> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let values = vec![Value::String(settled(text, column.kind, today))];
    let filter = Filter { field: column.name.clone(), operator: FilterOperator::Matches, values };
    match filter.expression(column.kind) {
        Some(Err(error)) => Err(invalid("filters", &format!("`{}`: {error}", column.name))),
        _ => Ok(Some(filter)),
    }
}

/// The order of a query that says none: by the first time, else by the first measure, the last or greatest first; else by the
/// first dimension.
fn usual(columns: &[&OutputColumn]) -> Option<Sort> {
    use model::value::ColumnType::{Date, Timestamp};
    let time = columns.iter().find(|column| !column.is_measure && matches!(column.kind, Date | Timestamp));
    let descending = time.or_else(|| columns.iter().find(|column| column.is_measure));
    let by = descending.or_else(|| columns.first())?;
    Some(Sort { field: by.name.clone(), descending: descending.is_some() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: Value) -> Result<Question, String> {
        Question::read(body).map_err(|problem| problem.to_string())
    }

    fn body() -> Value {
        json!({
            "model": "shop", "view": "orders", "fields": ["orders.status", "orders.amount"], "limit": "10",
            "filters": {"orders.status": "paid", "orders.worth": 5}, "sorts": ["orders.amount desc"],
            "query_timezone": "Europe/Zurich", "vis_config": {"type": "table"}, "pivots": [], "total": false,
        })
    }

    #[test]
    fn an_id_is_the_query() {
        let question = read(body()).unwrap();
        let id = question.id().unwrap();
        assert!(id.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_'), "{id}");
        assert_eq!(Question::of_id(&id), Ok(question.clone()));
        let told = question.told().unwrap();
        assert_eq!((&told["limit"], &told["filters"]["orders.worth"]), (&json!("10"), &json!("5")));
        assert_eq!(read(told), Ok(question), "what was told can be sent again");
        for none in ["", "1", "x.y", &id[1..], &BASE64URL_NOPAD.encode(b"{}"), &"A".repeat(LONGEST_ID + 4)] {
            assert_eq!(Question::of_id(none), Err(Problem::NotFound), "{none}");
        }
    }

    #[test]
    fn what_is_nothing_here_is_refused_by_name() {
        for (member, value) in [
            ("pivots", json!(["orders.status"])),
            ("dynamic_fields", json!("[{\"measure\": \"m\"}]")),
            ("filter_expression", json!("${orders.amount} > 5")),
            ("filter_config", json!({"orders.status": []})),
            ("total", json!(true)),
            ("column_limit", json!("5")),
            ("limit", json!("many")),
            ("limit", json!(0)),
            ("sorts", json!(["orders.amount desc 0"])),
            ("sorts", json!(["amount"])),
            ("fields", json!([])),
            ("fields", json!(["users.name"])),
            ("filters", json!({"orders.status": ["paid"]})),
            ("filters", json!({"status": "paid"})),
            ("query_timezone", json!("Mars/North")),
            ("nmae", json!(1)),
        ] {
            let mut body = body();
            body[member] = value.clone();
            let refused = read(body);
            assert!(refused.clone().is_err_and(|it| it.starts_with(&format!("`{member}`: "))), "{value}: {refused:?}");
        }
    }
}
