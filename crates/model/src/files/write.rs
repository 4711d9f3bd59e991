//! [`Definitions`] → files that read as the same, without anything that is there anyway.

use super::lean::lean;
use super::schema::defaults;
use super::{Limit, ORGANIZATION, list_in, name_in, read, tree};
use crate::access::Definitions;
use crate::problem::{Position, Problem, Report};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where texts are folded, in characters.
const WIDTH: usize = 110;

/// Whether definitions are read from a file of that name, relative to their folder.
#[must_use]
pub fn is_of_definitions(file: &str) -> bool {
    list_in(file).is_some()
        || file == ORGANIZATION
        || name_in("models", file).is_some()
        || name_in("workbooks", file).is_some()
}

/// Writes definitions as the texts of the files that they are read from, by their names. Lists without items have no file.
///
/// # Errors
/// They would not be read as what they are: a file, or all of them together, would be too long.
pub fn write(definitions: &Definitions) -> Result<BTreeMap<String, String>, Vec<Problem>> {
    let mut writer = Writer::default();
    writer.document("vitrine", ORGANIZATION.to_owned(), &definitions.organization);
    writer.list("account_types", &definitions.account_types);
    writer.list("attributes", &definitions.attributes);
    writer.list("connections", &definitions.connections);
    writer.list("embed_keys", &definitions.embed_keys);
    writer.list("grants", &definitions.grants);
    writer.list("identity_providers", &definitions.identity_providers);
    writer.list("issuers", &definitions.issuers);
    writer.list("members", &definitions.members);
    writer.list("teams", &definitions.teams);
    writer.list("tenants", &definitions.tenants);
    writer.list("workspaces", &definitions.workspaces);
    for (name, model) in &definitions.models {
        writer.document("model", format!("models/{name}.yaml"), model);
    }
    for (name, workbook) in &definitions.workbooks {
        writer.document("workbook", format!("workbooks/{name}.yaml"), workbook);
    }
    for (path, version) in &definitions.tags {
        writer.document("tag", format!("workbooks/{path}.yaml"), version);
    }
    let files = writer.report.finish(writer.files)?;
    let again = read(&files)?;
    let mut report = Report::default();
    report.expect(again.definitions() == definitions, &Position::top(ORGANIZATION), || {
        "the files do not say what is in force: expected definitions that can be written".to_owned()
    });
    report.finish(files)
}

#[derive(Default)]
struct Writer {
    files: BTreeMap<String, String>,
    report: Report,
}

impl Writer {
    fn document<T: Serialize + DeserializeOwned>(&mut self, kind: &str, file: String, thing: &T) {
        let json = self.lean(&file, thing, &defaults(kind));
        self.add(file, &json.unwrap_or_default());
    }

    fn list<T: Serialize + DeserializeOwned>(&mut self, name: &str, things: &[T]) {
        if things.is_empty() {
            return;
        }
        let (file, defaults) = (format!("{name}.yaml"), defaults(name));
        let items: Vec<Json> = things.iter().filter_map(|thing| self.lean(&file, thing, &defaults)).collect();
        self.add(file, &json!({ name: items }));
    }

    fn lean<T: Serialize + DeserializeOwned>(
        &mut self,
        file: &str,
        thing: &T,
        defaults: &BTreeSet<(String, String)>,
    ) -> Option<Json> {
        self.report.value(&Position::top(file), lean(thing, defaults))
    }

    fn add(&mut self, file: String, json: &Json) {
        let top = Position::top(file.as_str());
        let Limit { bytes, nodes } = Limit::of(&file);
        let Some(text) = yaml(json, false, nodes).or_else(|| yaml(json, true, nodes)) else {
            return self.report.add(&top, "cannot be written as YAML: expected texts and numbers that it has");
        };
        let length = text.len();
        self.report.expect(length <= bytes, &top, || format!("{length} bytes: expected at most {bytes}"));
        self.files.insert(file, text);
    }
}

/// The text, if it is read as the same.
fn yaml(json: &Json, quoted: bool, nodes: usize) -> Option<String> {
    let options = serde_saphyr::ser_options! {
        compact_list_indent: false,
        folded_wrap_chars: WIDTH,
        quote_all: quoted,
        // As it is read: `on` and `y` are words.
        yaml_12: true,
        no_lang_directive: true,
    };
    let text = serde_saphyr::to_string_with_options(json, options).ok()?;
    let is_same = tree::parse(&text, nodes).is_ok_and(|tree| tree.to_json() == *json);
    is_same.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = String> {
        let odd =
            ["", " ", "7", "007", "1_000", "1e3", "0x1F", "true", "null", "~", "yes", "- a", "a: b", "#", "\u{85}"];
        prop_oneof![
            prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
            "(\\PC|[-:,#'\"\\[\\]{}&*!\n\t ]){0,200}",
            any::<String>(),
        ]
    }

    fn value() -> impl Strategy<Value = Json> {
        let scalar = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<u64>().prop_map(Json::from),
            any::<f64>().prop_filter("JSON has none other", |number| number.is_finite()).prop_map(Json::from),
            text().prop_map(Json::from),
        ];
        scalar.prop_recursive(4, 40, 6, |inner| {
            let members = prop::collection::vec((text(), inner.clone()), 0..6);
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(Json::from),
                members.prop_map(|members| Json::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// Whatever stands in definitions can be written, and is read as what it was.
        #[test]
        fn every_value_is_read_as_it_was_written(value in value()) {
            let json = json!({ "a": value });
            let text = yaml(&json, false, 10_000).or_else(|| yaml(&json, true, 10_000));
            prop_assert!(text.is_some(), "{json} as {:?}", serde_saphyr::to_string(&json));
        }
    }
}
