//! What is different between two organizations: what was made, changed and deleted, by kind and name.

use crate::access::{Definitions, MemberDefinition, MemberKind};
use crate::item::Item;
use crate::name::fold_email;
use crate::problem::Position;
use crate::snapshot::Kind;
use crate::widening::{edited, spelled};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Something that is different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What kind of thing, such as `team` or `embed key`.
    pub kind: &'static str,
    /// Its name; of members and grants, what they are about.
    pub name: String,
    /// What happened to it.
    #[serde(flatten)]
    pub done: Done,
}

/// What happened to a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", content = "fields", rename_all = "snake_case")]
pub enum Done {
    /// It was made.
    Created,
    /// These fields of it are different.
    Changed(Vec<String>),
    /// It is gone.
    Deleted,
}

/// What is different in `after`, in the order of kinds and names. Without `before` everything was made.
#[must_use]
pub fn difference(before: Option<&Definitions>, after: &Definitions) -> Vec<Change> {
    let (before, after) = (before.map(things).unwrap_or_default(), things(after));
    let change = |(kind, name): &Place, done| Change { kind: word(*kind), name: name.clone(), done };
    let mut changes = Vec::new();
    for (place, thing) in &after {
        match before.get(place) {
            None => changes.push(change(place, Done::Created)),
            Some(earlier) if earlier != thing => changes.push(change(place, Done::Changed(fields(earlier, thing)))),
            Some(_) => {}
        }
    }
    let gone = before.keys().filter(|place| !after.contains_key(*place));
    changes.extend(gone.map(|place| change(place, Done::Deleted)));
    changes
}

/// A kind of thing, and what it is called. Members have no kind of their own.
type Place = (Option<Kind>, String);

/// Everything by itself. Definitions are read from JSON, so they can be written as such.
fn things(of: &Definitions) -> BTreeMap<Place, Json> {
    let thing = |item: Item| {
        let body: Json = item.body.parse().unwrap_or_default();
        let name = if item.kind == Kind::Grant { grant(&body) } else { item.name };
        ((Some(item.kind), name), body)
    };
    let members = of.members.iter().map(|it| ((None, member(it)), serde_json::to_value(it).unwrap_or_default()));
    of.items().unwrap_or_default().into_iter().map(thing).chain(members).collect()
}

/// The kind in words.
const fn word(kind: Option<Kind>) -> &'static str {
    match kind {
        None => "member",
        Some(Kind::AccountType) => "account type",
        Some(Kind::Key) => KEY,
        Some(Kind::IdentityProvider) => PROVIDER,
        Some(kind) => kind.as_str(),
    }
}

/// What an embed key is called among kinds.
pub const KEY: &str = "embed key";

/// What an identity provider is called among kinds.
pub const PROVIDER: &str = "identity provider";

/// `team Buyers on workbook orders`.
fn grant(body: &Json) -> String {
    let part = |name: &str| body.get(name).map(spelled_as_words).unwrap_or_default();
    format!("{} on {}", part("to"), part("on"))
}

/// An internal member by e-mail address; an embed member as `issuer/tenant/subject`.
fn member(it: &MemberDefinition) -> String {
    match it.kind {
        MemberKind::Internal => fold_email(it.address()),
        MemberKind::Embed => {
            let issuer = it.issuer.as_ref().map(ToString::to_string).unwrap_or_default();
            let tenant = it.tenant.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{issuer}/{tenant}/{}", it.subject)
        }
    }
}

/// `team Buyers` of `{"team": "Buyers"}`.
fn spelled_as_words(json: &Json) -> String {
    match json.as_object().and_then(|members| members.iter().next()) {
        Some((name, value)) => format!("{name} {}", spelled(value)),
        None => spelled(json),
    }
}

/// What is different in a thing whose members are not: the order of a list.
const ORDER: &str = "order";

fn fields(before: &Json, after: &Json) -> Vec<String> {
    let mut fields: Vec<String> = edited(before, after).into_iter().map(|(way, ..)| field(&way)).collect();
    fields.dedup();
    if fields.is_empty() { vec![ORDER.to_owned()] } else { fields }
}

fn field(way: &[String]) -> String {
    way.iter().fold(Position::top(""), |at, step| at.member(step)).field()
}

/// A field of a thing that is different.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// Where: items of lists by their names, such as `pages.overview.elements.total.width`.
    pub field: String,
    /// What it was; null: nothing.
    pub before: Json,
    /// What it is; null: nothing.
    pub after: Json,
}

/// Every field that is different in `after`. Of things that differ by the order of a list alone, that there is another one.
#[must_use]
pub fn changed_fields(before: &impl Serialize, after: &impl Serialize) -> Vec<FieldChange> {
    let json = |thing: Result<Json, serde_json::Error>| thing.unwrap_or_default();
    let (before, after) = (json(serde_json::to_value(before)), json(serde_json::to_value(after)));
    let changed = |(way, before, after): (Vec<String>, Json, Json)| FieldChange { field: field(&way), before, after };
    let changes: Vec<FieldChange> = edited(&before, &after).into_iter().map(changed).collect();
    if changes.is_empty() && before != after {
        return vec![FieldChange { field: ORDER.to_owned(), before: Json::Null, after: Json::Null }];
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::read;

    fn definitions(files: &[(&str, &str)]) -> Definitions {
        let organization = [("vitrine.yaml", "name: Contrail\n")];
        let files = organization.iter().chain(files).map(|(file, text)| ((*file).to_owned(), (*text).to_owned()));
        read(&files.collect()).map(|written| written.definitions().clone()).unwrap_or_else(|found| panic!("{found:?}"))
    }

    fn told(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<String> {
        let changes = difference(Some(&definitions(before)), &definitions(after));
        let told = changes.iter().map(|Change { kind, name, done }| match done {
            Done::Created => format!("+{kind} {name}"),
            Done::Deleted => format!("-{kind} {name}"),
            Done::Changed(fields) => format!("{kind} {name}: {}", fields.join(", ")),
        });
        told.collect()
    }

    #[test]
    fn what_was_made_changed_and_deleted_is_told_with_its_fields() {
        let before = [
            ("teams.yaml", "teams: [{name: A}, {name: B}, {name: C}]"),
            ("grants.yaml", "grants: [{to: {team: A}, on: {workbook: a}, level: view}]"),
        ];
        assert_eq!(told(&before, &before), [""; 0]);
        let after = [
            ("teams.yaml", "teams: [{name: C}, {name: B, rank: 2, attributes: {a: 1}}, {name: D}]"),
            ("grants.yaml", "grants: [{to: {team: A}, on: {workbook: a}, level: explore}]"),
        ];
        let expected = ["team B: attributes.a, rank", "+team D", "grant team A on workbook a: level", "-team A"];
        assert_eq!(told(&before, &after), expected);
    }

    #[test]
    fn members_of_one_subject_are_several_people() {
        let one = "{subject: ana, issuer: i, kind: embed, account_type: View}";
        let other = "{subject: ana, issuer: i, tenant: t, kind: embed, account_type: View}";
        let of = |list: String| [("members.yaml", Box::leak(format!("members: [{list}]").into_boxed_str()) as &str)];
        assert_eq!(told(&of(one.to_owned()), &of(format!("{one}, {other}"))), ["+member i/t/ana"]);
    }

    #[test]
    fn without_anything_before_everything_was_made() {
        let after = definitions(&[("teams.yaml", "teams: [{name: A}]")]);
        assert!(difference(None, &after).iter().all(|change| change.done == Done::Created));
        assert_eq!(difference(None, &after).len(), 2);
    }
}
