//! Whether expectations make sense: everything they name exists, and each of them can fail. What can only hold, such as
//! that a field nobody has defined is unknown, would look like protection and be none.

mod demands;
mod looks_at;

use self::demands::{can_fail, go_together};
use self::looks_at::exists;
use super::written::{KINDS, WrittenExpectation, WrittenFile, WrittenPersona};
use super::{Credential, Expectation, Expectations, Persona};
use crate::access::Definitions;
use crate::dialect::Dialect;
use crate::name::ClientId;
use crate::problem::{Position, Report, one_of, unknown};
use std::collections::{BTreeMap, BTreeSet};

/// The longest name and the longest text that is searched for, in characters.
const LONGEST: usize = 255;

/// The members that each expectation of a file has, as they were written.
pub(crate) type Given = BTreeMap<String, Vec<Vec<String>>>;

/// Checks the files of `tests/` against the definitions beside them.
pub(crate) fn check(
    files: BTreeMap<String, WrittenFile>,
    given: &Given,
    definitions: &Definitions,
    report: &mut Report,
) -> Expectations {
    let mut checked = Expectations { personas: BTreeMap::new(), files: BTreeMap::new() };
    for (file, written) in &files {
        for (name, persona) in &written.personas {
            let position = Position::top(file).member("personas").member(name);
            let twice = checked.personas.contains_key(name);
            report.expect(!twice, &position, || "a persona of that name is in another file".to_owned());
            let persona = self::persona(persona, &position, definitions, report);
            checked.personas.extend(persona.map(|persona| (name.clone(), persona)));
        }
    }
    let personas: BTreeSet<&String> = files.values().flat_map(|file| file.personas.keys()).collect();
    for (file, written) in &files {
        let given = given.get(file).map(Vec::as_slice).unwrap_or_default();
        let expectations = of_file(file, written, given, &Known { personas: &personas, definitions }, report);
        checked.files.insert(file.clone(), expectations);
    }
    checked
}

struct Known<'a> {
    personas: &'a BTreeSet<&'a String>,
    definitions: &'a Definitions,
}

fn persona(
    written: &WrittenPersona,
    position: &Position,
    definitions: &Definitions,
    report: &mut Report,
) -> Option<Persona> {
    texts(&written.never, &position.member("never"), report);
    let alone = written.key.is_none() && written.session.is_none() && written.token.is_none();
    let credential = match &written.public_link {
        Some(content) if alone => {
            let workbook = definitions.workbooks.get(content.workbook());
            let link = workbook.and_then(|workbook| content.link_in(workbook)).cloned();
            let missing = || format!("`{content}` has no public link: expected content that has one");
            report.expect(link.is_some(), &position.member("public_link"), missing);
            link.map(Credential::PublicLink)
        }
        _ => {
            let credential = written.credential();
            let members = || "expected `key` with `session` or `token`, or `public_link` alone".to_owned();
            report.expect(credential.is_some(), position, members);
            credential
        }
    }?;
    match &credential {
        Credential::Session { key, .. } => speaks(key, Dialect::Vitrine, position, definitions, report),
        Credential::Token { key, .. } => speaks(key, Dialect::Metabase, position, definitions, report),
        Credential::PublicLink(_) => {}
    }
    Some(Persona { credential, never: written.never.clone() })
}

fn speaks(key: &ClientId, dialect: Dialect, position: &Position, definitions: &Definitions, report: &mut Report) {
    let keys = &definitions.embed_keys;
    let known = keys.iter().filter(|key| key.dialect == dialect).map(|key| &key.client_id).collect::<Vec<_>>();
    report.expect(known.contains(&key), &position.member("key"), || {
        unknown(&format!("key of the dialect `{dialect}`"), key, known.iter())
    });
}

fn of_file(
    file: &str,
    written: &WrittenFile,
    given: &[Vec<String>],
    known: &Known<'_>,
    report: &mut Report,
) -> Vec<Expectation> {
    let list = Position::top(file).member("expectations");
    let mut names = BTreeSet::new();
    let mut checked = Vec::new();
    for (index, expectation) in written.expectations.iter().enumerate() {
        let position = list.item(index);
        text(&expectation.name, &position.member("name"), report);
        report.expect(names.insert(&expectation.name), &position.member("name"), || {
            "an expectation of that name is in the file already".to_owned()
        });
        let given = given.get(index).map(Vec::as_slice).unwrap_or_default();
        checked.extend(self::expectation(expectation, given, &position, known, report));
    }
    checked
}

fn expectation(
    written: &WrittenExpectation,
    given: &[String],
    position: &Position,
    known: &Known<'_>,
    report: &mut Report,
) -> Option<Expectation> {
    for name in &written.personas.0 {
        let personas = known.personas.iter();
        report.expect(known.personas.contains(name), &position.member("as"), || unknown("persona", name, personas));
    }
    let Some(looks_at) = written.looks_at() else {
        let kinds = one_of(KINDS.iter().map(|(kind, _)| kind));
        report.add(position, format!("expected exactly {kinds}, to be looked at"));
        return None;
    };
    let demands = written.demands();
    go_together(&looks_at, given, position, report);
    exists(&looks_at, &demands, position, known.definitions, report);
    can_fail(&looks_at, &demands, position, report);
    Some(Expectation { name: written.name.clone(), line: 0, personas: written.personas.0.clone(), looks_at, demands })
}

fn texts(texts: &[String], position: &Position, report: &mut Report) {
    for (index, searched) in texts.iter().enumerate() {
        text(searched, &position.item(index), report);
    }
}

fn text(text: &str, position: &Position, report: &mut Report) {
    let fits = !text.trim().is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
    report.expect(fits, position, || format!("expected a text of 1 to {LONGEST} characters on one line"));
}
