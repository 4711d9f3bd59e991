//! JSON Schemas of the files, made from the types that they are read into: what an editor completes and what it marks.
//!
//! A schema sees one value of one file: members, types, words, the forms of names. Whether a name is that of something,
//! whether it is there twice, and what a rule says is seen by a check.

use super::LISTS;
use crate::access::{
    AccountType, Connection, EmbedKey, Grant, IdentityProvider, Issuer, MemberDefinition, Organization, Team, Tenant,
    Workspace,
};
use crate::attribute::AttributeDefinition;
use crate::expectation::written::WrittenFile;
use crate::semantic::Model;
use crate::workbook::{VersionBody, Workbook};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// Kinds of files that are no list.
const DOCUMENTS: &[&str] = &["model", "tag", "test", "vitrine", "workbook"];

/// The kinds of files: lists by their name, and `model`, `tag`, `test`, `vitrine` and `workbook`.
pub fn schema_kinds() -> impl Iterator<Item = &'static str> {
    LISTS.iter().chain(DOCUMENTS).copied()
}

/// The kind of a file, named relative to the folder of definitions.
#[must_use]
pub fn schema_kind(file: &str) -> Option<&'static str> {
    let kind = match file.split_once('/') {
        Some(("models", _)) => "model",
        Some(("workbooks", name)) if name.contains('@') => "tag",
        Some(("workbooks", _)) => "workbook",
        Some(("tests", _)) => "test",
        _ => file.strip_suffix(".yaml")?,
    };
    schema_kinds().find(|known| *known == kind)
}

/// The JSON Schema (draft 7, which editors of YAML read) of a kind of file; `None`: there is no such kind.
#[must_use]
pub fn schema(kind: &str) -> Option<Json> {
    Some(match kind {
        "account_types" => list::<AccountType>(kind),
        "attributes" => list::<AttributeDefinition>(kind),
        "connections" => list::<Connection>(kind),
        "embed_keys" => list::<EmbedKey>(kind),
        "grants" => list::<Grant>(kind),
        "identity_providers" => list::<IdentityProvider>(kind),
        "issuers" => list::<Issuer>(kind),
        "members" => list::<MemberDefinition>(kind),
        "teams" => list::<Team>(kind),
        "tenants" => list::<Tenant>(kind),
        "workspaces" => list::<Workspace>(kind),
        "model" => document::<Model>("models/NAME.yaml"),
        "test" => or_nothing(document::<WrittenFile>("tests/NAME.yaml")),
        "vitrine" => document::<Organization>("vitrine.yaml"),
        "tag" => document::<VersionBody>("workbooks/NAME@TAG.yaml"),
        "workbook" => document::<Workbook>("workbooks/NAME.yaml"),
        _ => return None,
    })
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft07().into_generator()
}

fn document<T: JsonSchema>(file: &str) -> Json {
    let mut schema = generator().into_root_schema_for::<T>();
    schema.insert("title".to_owned(), file.into());
    schema.to_value()
}

/// The one member that a list's file may have. Nothing written is an empty list.
fn list<T: JsonSchema>(name: &str) -> Json {
    let mut generator = generator();
    let items = generator.subschema_for::<T>();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": format!("{name}.yaml"),
        "type": ["object", "null"],
        "properties": {name: {"type": ["array", "null"], "items": items}},
        "additionalProperties": false,
        "definitions": generator.take_definitions(true),
    })
}

fn or_nothing(mut schema: Json) -> Json {
    if let Some(kind) = schema.get_mut("type") {
        *kind = json!(["object", "null"]);
    }
    schema
}

/// Every member that has a default somewhere in a kind of file, with that default as it is spelled.
pub(super) fn defaults(kind: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    gather(&schema(kind).unwrap_or_default(), &mut found);
    found
}

fn gather(schema: &Json, found: &mut BTreeSet<(String, String)>) {
    match schema {
        Json::Object(members) => {
            let properties = members.get("properties").and_then(Json::as_object).into_iter().flatten();
            let of = |(name, property): (&String, &Json)| Some((name.clone(), property.get("default")?.to_string()));
            found.extend(properties.filter_map(of));
            members.values().for_each(|member| gather(member, found));
        }
        Json::Array(items) => items.iter().for_each(|item| gather(item, found)),
        _ => {}
    }
}
