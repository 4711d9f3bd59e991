//! Which edits of definitions may show somebody more than before.
//!
//! Two organizations are compared member by member, and every difference counts as one that widens unless a list here
//! says why it does not: what is not known to be harmless is reported.

mod judge;

use crate::access::Definitions;
use crate::problem::Position;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A difference between two organizations.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Edit {
    /// Where: `models`, the model's name, `tables`, …
    path: Vec<String>,
    /// What was there; null: nothing.
    before: Json,
    /// What is there; null: nothing.
    after: Json,
}

/// Where and how `after` may show somebody more than `before`: a line for each edit, for administrators.
#[must_use]
pub fn widening(before: &Definitions, after: &Definitions) -> Vec<String> {
    let mut edits = Vec::new();
    compare(&mut Vec::new(), &json(before), &json(after), &mut edits);
    edits.into_iter().filter(judge::may_widen).map(|edit| edit.told()).collect()
}

/// The way to everything that is different in `after`, with what it was and is; the order of a list is no difference.
pub(crate) fn edited(before: &Json, after: &Json) -> Vec<(Vec<String>, Json, Json)> {
    let mut edits = Vec::new();
    compare(&mut Vec::new(), before, after, &mut edits);
    edits.into_iter().map(|edit| (edit.path, edit.before, edit.after)).collect()
}

/// Definitions are read from JSON, so they can be written as such.
fn json(definitions: &Definitions) -> Json {
    serde_json::to_value(definitions).unwrap_or_default()
}

fn compare(path: &mut Vec<String>, before: &Json, after: &Json, edits: &mut Vec<Edit>) {
    match (before, after) {
        _ if before == after => {}
        (Json::Object(left), Json::Object(right)) => {
            let mut names: Vec<&String> = left.keys().chain(right.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let of = |side: &serde_json::Map<String, Json>| side.get(name).cloned().unwrap_or_default();
                compare_at(path, name, &of(left), &of(right), edits);
            }
        }
        (Json::Array(left), Json::Array(right))
            if left.is_empty() != right.is_empty() && judge::closes_as_a_whole(path) =>
        {
            let list = |items: &[Json], side: &Json| if items.is_empty() { Json::Null } else { side.clone() };
            edits.push(Edit { path: path.clone(), before: list(left, before), after: list(right, after) });
        }
        (Json::Array(_), Json::Null) if judge::falls_back(path) => {
            edits.push(Edit { path: path.clone(), before: before.clone(), after: Json::Null });
        }
        (Json::Array(left), Json::Array(right)) => compare_lists(path, left, right, edits),
        (Json::Null, Json::Array(right)) => compare_lists(path, &[], right, edits),
        (Json::Array(left), Json::Null) => compare_lists(path, left, &[], edits),
        _ => edits.push(Edit { path: path.clone(), before: before.clone(), after: after.clone() }),
    }
}

fn compare_at(path: &mut Vec<String>, step: &str, before: &Json, after: &Json, edits: &mut Vec<Edit>) {
    path.push(step.to_owned());
    compare(path, before, after, edits);
    path.pop();
}

/// Compares lists by what their items are called; the order of a list opens nothing.
fn compare_lists(path: &mut Vec<String>, before: &[Json], after: &[Json], edits: &mut Vec<Edit>) {
    let called = |items: &[Json]| items.iter().map(|item| (name_of(item), item.clone())).collect();
    let (left, right): (BTreeMap<String, Json>, BTreeMap<String, Json>) = (called(before), called(after));
    let added = right.keys().filter(|name| !left.contains_key(*name));
    for name in left.keys().chain(added) {
        let of = |side: &BTreeMap<String, Json>| side.get(name).cloned().unwrap_or_default();
        compare_at(path, name, &of(&left), &of(&right), edits);
    }
}

/// What an item of a list is called: by its name, by what it is about, or by all of it.
fn name_of(item: &Json) -> String {
    let named = ["name", "client_id", "subject"].iter().find_map(|member| item.get(member)?.as_str());
    let about = || match (item.get("to"), item.get("on")) {
        (Some(to), Some(on)) => Some(format!("{to} on {on}")),
        (Some(to), None) => Some(spelled(to)),
        _ => None,
    };
    let columns = || {
        let columns: Vec<&str> = item.get("columns")?.as_array()?.iter().filter_map(Json::as_str).collect();
        let with = item.get("with").and_then(Json::as_str).map(|with| format!(" with {with}")).unwrap_or_default();
        Some(columns.join(", ") + &with)
    };
    named.map(str::to_owned).or_else(about).or_else(columns).unwrap_or_else(|| spelled(item))
}

impl Edit {
    /// The file and member, and what was done to it.
    fn told(&self) -> String {
        let path: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let (top, steps) = match path.as_slice() {
            ["organization", steps @ ..] => (Position::top("vitrine.yaml"), steps),
            ["tags", name, steps @ ..] => (Position::top(format!("workbooks/{name}.yaml")), steps),
            [kind @ ("models" | "workbooks"), name, steps @ ..] => {
                (Position::top(format!("{kind}/{name}.yaml")), steps)
            }
            [list, steps @ ..] => (Position::list(list), steps),
            [] => (Position::top("vitrine.yaml"), path.as_slice()),
        };
        let position = steps.iter().fold(top, |position, step| position.member(step));
        let done = match (&self.before, &self.after) {
            (Json::Null, after) if is_short(after) => format!("added `{}`", spelled(after)),
            (Json::Null, _) => "added".to_owned(),
            (_, Json::Null) => "removed".to_owned(),
            (before, after) => format!("was `{}`, is `{}`", spelled(before), spelled(after)),
        };
        let (file, field) = (position.file(), position.field());
        if field.is_empty() { format!("{file}: {done}") } else { format!("{file}: {field}: {done}") }
    }
}

/// Whether a value is worth its place in a line; the item of a list is its own name.
fn is_short(value: &Json) -> bool {
    matches!(value, Json::Number(_) | Json::Bool(_)) || value.as_str().is_some_and(|text| text.len() <= 80)
}

pub(crate) fn spelled(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests;
