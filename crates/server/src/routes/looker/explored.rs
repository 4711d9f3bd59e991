//! What the address of an explore asks: fields, filters, sorts and a limit, as Looker writes them, or a query of its API by its id.

use super::address::parameter;
use super::refusal::parameter_refused;
use crate::problem::Problem;
use crate::routes::looker_api::query_of_id;
use model::name::FieldName;
use model::query::{Filter, FilterOperator, Query, Sort};
use model::semantic::ExplorePath;
use model::time_zone::TimeZone;
use serde_json::Value;
use url::form_urlencoded;

/// What changes the rows and is not built: an address that has it is refused, for its rows would be others.
const REFUSED: [&str; 4] = ["dynamic_fields", "filter_expression", "pivots", "subtotals"];

/// The parameter that names a query by its id, which says all that is asked.
pub(super) const QUERY: &str = "qid";

/// The question of an address. Whether its fields exist is for whoever answers it to say. What only changes looks is nothing.
pub(super) fn question(explore: ExplorePath, search: &str) -> Result<Query, Problem> {
    if let Some(id) = parameter(search, QUERY).filter(|id| !id.trim().is_empty()) {
        return of_id(explore, &id, search);
    }
    let mut query = Query::of(explore, Vec::new());
    for (name, text) in form_urlencoded::parse(search.as_bytes()) {
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        read(&mut query, &name, text).map_err(|detail| parameter_refused(&name, detail))?;
    }
    Ok(query)
}

/// The query of an id, beside which nothing else is asked.
fn of_id(explore: ExplorePath, id: &str, search: &str) -> Result<Query, Problem> {
    let mut beside = Query::of(explore.clone(), Vec::new());
    for (name, text) in
        form_urlencoded::parse(search.as_bytes()).filter(|(name, text)| name != QUERY && !text.is_empty())
    {
        let read = read(&mut beside, &name, text.trim());
        if read.is_err() || beside != Query::of(explore.clone(), Vec::new()) {
            return Err(parameter_refused(&name, format!("`{QUERY}` says what is asked: leave one of the two out")));
        }
    }
    let query = query_of_id(id).filter(|query| query.explore == explore);
    query.ok_or_else(|| parameter_refused(QUERY, "there is no such query of this explore"))
}

fn read(query: &mut Query, name: &str, text: &str) -> Result<(), String> {
    let explore = query.explore.clone();
    if let Some(named) = name.strip_prefix("f[").and_then(|rest| rest.strip_suffix(']')) {
        let (field, values) = (field(&explore, named)?, vec![Value::String(text.to_owned())]);
        query.filters.push(Filter { field, operator: FilterOperator::Matches, values });
        return Ok(());
    }
    match name {
        "fields" => {
            for named in text.split(',') {
                query.fields.push(field(&explore, named.trim())?);
            }
        }
        "sorts" => {
            for written in text.split(',') {
                query.sorts.push(sort(&explore, written)?);
            }
        }
        // Looker's way to say that there is none.
        "limit" if text == "-1" => {}
        "limit" => {
            let limit = text.parse().ok().filter(|limit| *limit > 0);
            query.limit = Some(limit.ok_or("expected a number of rows, or `-1`")?);
        }
        "total" => query.totals = matches!(text, "on" | "true" | "yes" | "1"),
        "query_timezone" => {
            let zone = TimeZone::try_from(text.to_owned());
            query.time_zone = Some(zone.map_err(|_| "expected a time zone, such as `Europe/Zurich`")?);
        }
        refused if REFUSED.contains(&refused) => return Err("explores do not have this yet: leave it out".to_owned()),
        _ => {}
    }
    Ok(())
}

/// A field as Looker calls it: with the name of its view, which for those of the explore's own is the explore's. Those of another
/// view are called as [`vitrine import lookml`](crate::import_lookml) calls them.
fn field(explore: &ExplorePath, named: &str) -> Result<FieldName, String> {
    let name = match named.split_once('.') {
        Some((view, field)) if view == explore.explore.as_str() => field.to_owned(),
        Some((view, field)) => format!("{view}__{field}"),
        None => named.to_owned(),
    };
    let shown: String = named.chars().take(80).collect();
    FieldName::new(name).map_err(|_| format!("`{shown}` is no field: expected one such as `{}.id`", explore.explore))
}

/// `view.field`, `view.field desc` and, of Looker's pages, `view.field desc 0`.
fn sort(explore: &ExplorePath, written: &str) -> Result<Sort, String> {
    let words: Vec<&str> = written.split_whitespace().collect();
    let is_place = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let (named, order) = match *words.as_slice() {
        [named] => (named, "asc"),
        [named, place] if is_place(place) => (named, "asc"),
        [named, order] => (named, order),
        [named, order, place] if is_place(place) => (named, order),
        _ => return Err("expected fields, each with `asc` or `desc` behind it".to_owned()),
    };
    let descending = match order.to_ascii_lowercase().as_str() {
        "asc" => false,
        "desc" => true,
        _ => return Err("expected fields, each with `asc` or `desc` behind it".to_owned()),
    };
    Ok(Sort { field: field(explore, named)?, descending })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(search: &str) -> Result<Value, String> {
        let explore =
            ExplorePath { model: "shop".parse().expect("a name"), explore: "orders".parse().expect("a name") };
        match question(explore, search) {
            Ok(query) => Ok(json!(query)),
            Err(Problem::Invalid { detail, .. }) => Err(detail),
            Err(other) => Err(other.code().to_owned()),
        }
    }

    #[test]
    fn an_address_is_a_question() {
        let search = "fields=orders.status,orders.amount,customers.name&f[orders.status]=paid%25,-paid&f[day]=last+7+days\
                      &f[orders.note]=&sorts=orders.amount+desc+0,orders.status&limit=50&total=on&query_timezone=Europe/Zurich\
                      &toggle=dat,vis&vis=%7B%7D&embed_domain=https://host.example&sdk=3&theme=x";
        let matches = |field: &str, text: &str| json!({"field": field, "operator": "matches", "values": [text]});
        let expected = json!({
            "explore": "shop.orders",
            "fields": ["status", "amount", "customers__name"],
            "filters": [matches("status", "paid%,-paid"), matches("day", "last 7 days")],
            "sorts": [{"field": "amount", "descending": true}, {"field": "status", "descending": false}],
            "limit": 50, "totals": true, "time_zone": "Europe/Zurich",
        });
        assert_eq!(asked(search), Ok(expected));
        assert_eq!(asked("limit=-1").map(|query| query["limit"].clone()), Ok(Value::Null));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (search, expected) in [
            ("fields=orders.status,", "`fields`: `` is no field: expected one such as `orders.id`"),
            ("fields=orders.a b", "`fields`: `orders.a b` is no field"),
            ("f[orders.a'b]=1", "`f[orders.a'b]`: `orders.a'b` is no field"),
            ("sorts=orders.status+up", "`sorts`: expected fields, each with `asc` or `desc`"),
            ("sorts=a+desc+0+1", "`sorts`: expected fields"),
            ("limit=0", "`limit`: expected a number of rows"),
            ("limit=many", "`limit`: expected a number of rows"),
            ("query_timezone=Mars", "`query_timezone`: expected a time zone"),
            ("pivots=orders.status", "`pivots`: explores do not have this yet"),
            ("qid=abc", "`qid`: there is no such query of this explore"),
            ("qid=abc&limit=5", "`limit`: `qid` says what is asked"),
            ("qid=abc&f[orders.status]=paid", "`f[orders.status]`: `qid` says what is asked"),
            ("qid=abc&pivots=orders.status", "`pivots`: `qid` says what is asked"),
        ] {
            let refused = asked(search).expect_err("a refusal");
            assert!(refused.starts_with(expected), "{search}: {refused}");
        }
    }
}
