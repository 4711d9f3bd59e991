//! What stands behind the question mark, as clients of Looker write it; and of answers, the part that was asked for.

use crate::problem::Problem;
use crate::routes::asked::Given;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Map, Value};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::convert::Infallible;

pub(super) use crate::routes::asked::invalid;

/// What every call that answers with objects takes.
const OF_ANSWERS: [&str; 1] = ["fields"];
/// What every list takes.
const OF_LISTS: [&str; 5] = ["sorts", "limit", "offset", "page", "per_page"];

/// The most things that one list has.
pub(super) const MOST: usize = 10_000;

/// The parameters of an address, by name; each was given once.
pub(super) struct Asked(Given);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Given::from_request_parts(parts, state).await.map(Self)
    }
}

impl Asked {
    /// Expects no other parameters than these, and those of every answer.
    pub(super) fn expect(&self, known: &[&str]) -> Result<(), Problem> {
        self.expect_among(&[known, &OF_ANSWERS])
    }

    /// Expects no other parameters than these, and those of every list.
    pub(super) fn expect_of_list(&self, known: &[&str]) -> Result<(), Problem> {
        self.expect_among(&[known, &OF_ANSWERS, &OF_LISTS])
    }

    fn expect_among(&self, known: &[&[&str]]) -> Result<(), Problem> {
        let known: BTreeSet<&str> = known.iter().flat_map(|known| known.iter().copied()).collect();
        self.0.expect(&known.into_iter().collect::<Vec<_>>())
    }

    /// A text; none where it is empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.text(name)
    }

    /// True or false.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        self.0.flag(name)
    }

    /// Texts with commas between them, or none of those.
    pub(super) fn texts(&self, name: &str) -> Option<BTreeSet<&str>> {
        self.text(name).map(|text| text.split(',').map(str::trim).filter(|text| !text.is_empty()).collect())
    }

    /// How many, and behind how many others.
    fn page(&self) -> Result<(Option<usize>, usize), Problem> {
        let (limit, offset) = (self.0.number("limit")?, self.0.number("offset")?);
        match (self.0.number("page")?, self.0.number("per_page")?) {
            (None, None) => Ok((limit, offset.unwrap_or_default())),
            (page, Some(size)) => Ok((Some(size), page.unwrap_or(1).saturating_sub(1).saturating_mul(size))),
            (Some(_), None) => Err(invalid("per_page", "expected a whole number beside `page`")),
        }
    }

    /// How many things in the order of a list are enough to answer; `None`: all of them are needed.
    pub(super) fn enough(&self) -> Result<Option<usize>, Problem> {
        let (limit, offset) = self.page()?;
        Ok(limit.filter(|_| self.text("sorts").is_none()).map(|limit| limit.saturating_add(offset)))
    }

    /// The part of a list that was asked for, in its order.
    pub(super) fn list(&self, mut things: Vec<Value>) -> Result<Value, Problem> {
        let (limit, offset) = self.page()?;
        if let Some(sorts) = self.text("sorts") {
            let sorts = sorts.split(',').map(Sort::read).collect::<Result<Vec<_>, _>>()?;
            things.sort_by(|one, other| {
                sorts.iter().map(|sort| sort.compare(one, other)).find(|it| it.is_ne()).unwrap_or(Ordering::Equal)
            });
        }
        let things = things.into_iter().skip(offset).take(limit.unwrap_or(usize::MAX));
        Ok(Value::Array(things.map(|thing| self.told(thing)).collect()))
    }

    /// Of a thing, the fields that were asked for.
    pub(super) fn told(&self, thing: Value) -> Value {
        match self.text("fields") {
            Some(fields) => only(&fields_of(fields), thing),
            None => thing,
        }
    }
}

/// Names of fields, each with the part of it that is wanted.
fn fields_of(text: &str) -> Vec<(&str, Option<&str>)> {
    let (mut fields, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, letter) in text.char_indices().chain([(text.len(), ',')]) {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 || at == text.len() => {
                let field = text.get(start..at).unwrap_or_default().trim();
                let (name, part) = field
                    .split_once('(')
                    .map_or((field, None), |(name, part)| (name, Some(part.strip_suffix(')').unwrap_or(part))));
                fields.push((name.trim(), part));
                start = at + 1;
            }
            _ => {}
        }
    }
    fields
}

fn only(fields: &[(&str, Option<&str>)], thing: Value) -> Value {
    match thing {
        Value::Array(things) => Value::Array(things.into_iter().map(|thing| only(fields, thing)).collect()),
        Value::Object(members) => {
            let wanted = |(name, value): (String, Value)| {
                let (_, part) = fields.iter().find(|(field, _)| *field == name)?;
                Some((name, part.map_or_else(|| value.clone(), |part| only(&fields_of(part), value.clone()))))
            };
            Value::Object(members.into_iter().filter_map(wanted).collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// A field by which a list is sorted.
struct Sort<'a> {
    field: &'a str,
    descending: bool,
}

impl<'a> Sort<'a> {
    fn read(text: &'a str) -> Result<Self, Problem> {
        let mut words = text.split_whitespace();
        let (field, direction, more) = (words.next(), words.next(), words.next());
        match (field, direction.map(str::to_ascii_lowercase).as_deref(), more) {
            (Some(field), None | Some("asc"), None) => Ok(Self { field, descending: false }),
            (Some(field), Some("desc"), None) => Ok(Self { field, descending: true }),
            _ => Err(invalid("sorts", "expected names of fields, each with `asc` or `desc` behind it or neither")),
        }
    }

    fn compare(&self, one: &Value, other: &Value) -> Ordering {
        let (one, other) = (one.get(self.field), other.get(self.field));
        let order = match (one.and_then(Value::as_i64), other.and_then(Value::as_i64)) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => words(one).cmp(&words(other)),
        };
        if self.descending { order.reverse() } else { order }
    }
}

fn words(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.to_lowercase(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

/// Whether a text is like a pattern: `%` are any letters, `_` is any one, and case does not count. `NULL` is no text, and
/// `NOT NULL` any.
pub(super) fn is_like(pattern: &str, text: Option<&str>) -> bool {
    let text = text.filter(|text| !text.is_empty());
    match (pattern.to_ascii_uppercase().as_str(), text) {
        ("NULL", text) => text.is_none(),
        ("NOT NULL", text) => text.is_some(),
        (_, None) => false,
        (_, Some(text)) => {
            let letters = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
            matches(&letters(pattern), &letters(text))
        }
    }
}

/// Greedy, with one place to come back to: as long as both together, times each other, at worst.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut at, mut from, mut back) = (0, 0, None);
    while let Some(letter) = text.get(from) {
        match pattern.get(at) {
            Some('%') => {
                back = Some((at, from));
                at += 1;
            }
            Some(wanted) if *wanted == '_' || wanted == letter => (at, from) = (at + 1, from + 1),
            _ => {
                let Some((percent, begun)) = back else { return false };
                back = Some((percent, begun + 1));
                (at, from) = (percent + 1, begun + 1);
            }
        }
    }
    pattern.iter().skip(at).all(|letter| *letter == '%')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(pairs: &[(&str, &str)]) -> Asked {
        Asked(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn fields_are_those_that_were_asked_for() {
        let thing = json!({"id": "1", "name": "a", "parts": [{"id": "2", "name": "b"}]});
        assert_eq!(
            asked(&[("fields", "id,parts(name)")]).told(thing.clone()),
            json!({"id": "1", "parts": [{"name": "b"}]})
        );
        assert_eq!(asked(&[("fields", "id, none")]).told(thing.clone()), json!({"id": "1"}));
        assert_eq!(asked(&[]).told(thing.clone()), thing);
    }

    #[test]
    fn a_list_is_sorted_and_cut() {
        let things = || vec![json!({"n": 10, "s": "b"}), json!({"n": 9, "s": "B"}), json!({"n": 9, "s": "a"})];
        let told = |pairs: &[(&str, &str)]| asked(pairs).list(things()).map(|list| list.to_string());
        assert_eq!(told(&[("sorts", "n,s desc"), ("fields", "s")]), Ok(r#"[{"s":"B"},{"s":"a"},{"s":"b"}]"#.into()));
        assert_eq!(told(&[("limit", "1"), ("offset", "1"), ("fields", "s")]), Ok(r#"[{"s":"B"}]"#.into()));
        assert_eq!(told(&[("page", "2"), ("per_page", "2"), ("fields", "s")]), Ok(r#"[{"s":"a"}]"#.into()));
        assert!(told(&[("sorts", "n up")]).is_err() && told(&[("limit", "few")]).is_err());
        assert_eq!(asked(&[("limit", "2"), ("offset", "3")]).enough().ok(), Some(Some(5)));
        assert_eq!(asked(&[("limit", "2"), ("sorts", "n")]).enough().ok(), Some(None));
    }

    #[test]
    fn a_parameter_that_nobody_knows_is_refused() {
        assert!(asked(&[("fields", "id"), ("id", "1")]).expect(&["id"]).is_ok());
        let refused = asked(&[("nmae", "x")]).expect_of_list(&["name"]).map_err(|problem| problem.to_string());
        assert!(refused.is_err_and(|detail| detail.starts_with("`nmae`: expected one of `fields`, `limit`, `name`")));
    }

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("bea", Some("Bea"), true),
            ("bea", Some("beate"), false),
            ("b%a", Some("banana"), true),
            ("%an%an%", Some("banana"), true),
            ("%an%an%an%", Some("banana"), false),
            ("b_a", Some("bea"), true),
            ("%", Some("x"), true),
            ("%", None, false),
            ("null", None, true),
            ("NOT NULL", Some("x"), true),
            ("NOT NULL", Some(""), false),
        ] {
            assert_eq!(is_like(pattern, text), expected, "{pattern} {text:?}");
        }
    }
}
