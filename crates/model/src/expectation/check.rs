//! Whether expectations make sense: everything they name exists, and each of them can fail. What can only hold, such as
//! that a field nobody has defined is unknown, would look like protection and be none.

mod demands;
mod looks_at;

use self::demands::{can_fail, go_together};
use self::looks_at::exists;
use super::written::{KINDS, WrittenExpectation, WrittenFile, WrittenPersona};
use super::{Credential, Expectation, Expectations, Persona};
use crate::access::{Definitions, EmbedKey};
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
    let credential = match &written.public_link {
        Some(content) if written.has_nothing_but_a_link() => {
            let workbook = definitions.workbooks.get(content.workbook());
            let link = workbook.and_then(|workbook| content.link_in(workbook)).cloned();
            let missing = || format!("`{content}` has no public link: expected content that has one");
            report.expect(link.is_some(), &position.member("public_link"), missing);
            link.map(Credential::PublicLink)
        }
        _ => {
            let credential = written.credential();
            let members = || {
                "expected `key` with `session` or `token`, `provider` with `token`, or `public_link` alone".to_owned()
            };
            report.expect(credential.is_some(), position, members);
            credential
        }
    }?;
    match &credential {
        Credential::Session { key, .. } => {
            let of_dialect = |key: &&EmbedKey| key.dialect == Dialect::Vitrine;
            keyed(key, "key of the dialect `vitrine`", of_dialect, position, definitions, report);
        }
        Credential::Token { key, address, .. } => {
            let of_dialect = |key: &&EmbedKey| key.dialect != Dialect::Vitrine;
            let key = keyed(key, "key of another dialect than `vitrine`", of_dialect, position, definitions, report);
            if let Some(key) = key {
                addressed(key.dialect, address.as_deref(), position, report);
            }
        }
        Credential::SignOn { provider, .. } => {
            let signing = definitions.identity_providers.iter().filter(|it| it.jwt.is_some());
            let known = signing.map(|it| &it.name).collect::<Vec<_>>();
            report.expect(known.contains(&provider), &position.member("provider"), || {
                unknown("identity provider with `jwt`", provider, known.iter())
            });
        }
        Credential::PublicLink(_) => {}
    }
    Some(Persona { credential, never: written.never.clone() })
}

/// The key of that name, which must be one of a kind.
fn keyed<'a>(
    name: &ClientId,
    what: &str,
    is_meant: impl Fn(&&EmbedKey) -> bool,
    position: &Position,
    definitions: &'a Definitions,
    report: &mut Report,
) -> Option<&'a EmbedKey> {
    let known = definitions.embed_keys.iter().filter(is_meant).collect::<Vec<_>>();
    let found = known.iter().copied().find(|key| key.client_id == *name);
    report.expect(found.is_some(), &position.member("key"), || {
        unknown(what, name, known.iter().map(|key| &key.client_id))
    });
    found
}

/// A guest's token says itself what it is for; with others an address is handed in.
fn addressed(dialect: Dialect, address: Option<&str>, position: &Position, report: &mut Report) {
    let (position, at) = (position.member("address"), address.unwrap_or_default());
    if dialect == Dialect::Metabase {
        report.expect(address.is_none(), &position, || "expected none: the token says what it is for".to_owned());
    } else {
        let fits = at.starts_with('/') && !at.contains(char::is_whitespace) && !at.contains('#');
        report.expect(fits, &position, || {
            format!("expected that of a page of the dialect `{dialect}`, from its path on and without a fragment")
        });
    }
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
