//! Whether expectations make sense: everything they name exists, and each of them can fail. What can only hold, such as
//! that a field nobody has defined is unknown, would look like protection and be none.

use super::written::{KINDS, WrittenExpectation, WrittenFile, WrittenPersona};
use super::{Credential, Demands, Expectation, Expectations, Is, LooksAt, PagePath, Persona, Published};
use crate::access::Definitions;
use crate::dialect::Dialect;
use crate::name::{ClientId, FieldName};
use crate::problem::{Position, Report, one_of, unknown};
use crate::publication::{Audience, LinkId, Publication};
use crate::semantic::{Explore, ExplorePath};
use crate::workbook::Page;
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
            let link = link_to(content, definitions).cloned();
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

fn link_to<'a>(content: &Published, definitions: &'a Definitions) -> Option<&'a LinkId> {
    let publications: &[Publication] = match content {
        Published::Workbook(name) => &definitions.workbooks.get(name)?.publications,
        Published::Element(path) => {
            let page = page(&path.page, definitions)?;
            &page.elements.iter().find(|element| element.name == path.name)?.publications
        }
    };
    publications.iter().find_map(|publication| match &publication.to {
        Audience::PublicLink(link) => Some(link),
        Audience::GuestsOf(_) => None,
    })
}

fn page<'a>(path: &PagePath, definitions: &'a Definitions) -> Option<&'a Page> {
    definitions.workbooks.get(&path.workbook)?.pages.iter().find(|page| page.name == path.page)
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

/// Each member is one of what is looked at.
fn go_together(looks_at: &LooksAt, given: &[String], position: &Position, report: &mut Report) {
    let kind = match looks_at {
        LooksAt::Session => "session",
        LooksAt::Workbook(_) => "workbook",
        LooksAt::Page(_) => "page",
        LooksAt::Element(..) => "element",
        LooksAt::Control(..) => "control",
        LooksAt::Explore(_) | LooksAt::Query(_) => "explore",
    };
    let members = KINDS.iter().find(|(name, _)| *name == kind).map(|(_, members)| *members).unwrap_or_default();
    for name in given.iter().filter(|name| !["name", "as", kind].contains(&name.as_str())) {
        let with_fields = ["filters", "sorts", "limit", "rows", "row_count", "cells", "contains", "exports"];
        let without = ["known_fields", "unknown_fields"];
        let misplaced = match looks_at {
            LooksAt::Explore(_) if with_fields.contains(&name.as_str()) => Some("stands with `fields` only"),
            LooksAt::Query(_) if without.contains(&name.as_str()) => Some("stands without `fields` only"),
            _ if !members.contains(&name.as_str()) => Some("is not of what is looked at"),
            _ => None,
        };
        let Some(why) = misplaced else { continue };
        let expected = one_of(members);
        report.add(&position.member(name), format!("`{name}` {why}: expected, of `{kind}`, {expected}"));
    }
}

fn exists(looks_at: &LooksAt, demands: &Demands, position: &Position, definitions: &Definitions, report: &mut Report) {
    let workbooks = definitions.workbooks.keys();
    match looks_at {
        LooksAt::Session => {}
        LooksAt::Workbook(name) => {
            let found = definitions.workbooks.contains_key(name);
            report.expect(found, &position.member("workbook"), || unknown("workbook", name, workbooks));
        }
        LooksAt::Page(path) => {
            known_page(path, &position.member("page"), definitions, report);
        }
        LooksAt::Element(path, question) => {
            let at = position.member("element");
            let Some(page) = known_page(&path.page, &at, definitions, report) else { return };
            let elements: Vec<_> = page.elements.iter().map(|element| &element.name).collect();
            report.expect(elements.contains(&&path.name), &at, || unknown("element", &path.name, &elements));
            let controls: Vec<_> = page.controls.iter().map(|control| &control.name).collect();
            for name in question.controls.keys().filter(|name| !controls.contains(name)) {
                report.add(&position.member("controls").member(name), unknown("control", name, &controls));
            }
        }
        LooksAt::Control(path, _) => {
            let at = position.member("control");
            let Some(page) = known_page(&path.page, &at, definitions, report) else { return };
            let controls: Vec<_> = page.controls.iter().map(|control| &control.name).collect();
            report.expect(controls.contains(&&path.name), &at, || unknown("control", &path.name, &controls));
        }
        LooksAt::Query(query) => {
            known_explore(&query.explore, position, definitions, report);
        }
        LooksAt::Explore(path) => {
            let Some(explore) = known_explore(path, position, definitions, report) else { return };
            fields_exist(explore, "known_fields", &demands.known_fields, position, report);
            fields_exist(explore, "unknown_fields", &demands.unknown_fields, position, report);
        }
    }
}

fn known_page<'a>(
    path: &PagePath,
    position: &Position,
    definitions: &'a Definitions,
    report: &mut Report,
) -> Option<&'a Page> {
    let found = page(path, definitions);
    let workbooks = definitions.workbooks.iter();
    let pages =
        workbooks.flat_map(|(name, workbook)| workbook.pages.iter().map(move |it| format!("{name}/{}", it.name)));
    report.expect(found.is_some(), position, || unknown("page", path, pages));
    found
}

fn known_explore<'a>(
    path: &ExplorePath,
    position: &Position,
    definitions: &'a Definitions,
    report: &mut Report,
) -> Option<&'a Explore> {
    let found = definitions.models.get(&path.model).and_then(|model| model.explores.get(&path.explore));
    let models = definitions.models.iter();
    let explores = models.flat_map(|(name, model)| model.explores.keys().map(move |it| format!("{name}.{it}")));
    report.expect(found.is_some(), &position.member("explore"), || unknown("explore", path, explores));
    found
}

fn fields_exist(explore: &Explore, member: &str, names: &[FieldName], position: &Position, report: &mut Report) {
    let fields: Vec<_> = explore.dimensions.keys().chain(explore.measures.keys()).collect();
    for (index, name) in names.iter().enumerate() {
        let at = position.member(member).item(index);
        report.expect(fields.contains(&name), &at, || unknown("field", name, &fields));
    }
}

/// Something is demanded, and not of what is to be hidden.
fn can_fail(looks_at: &LooksAt, demands: &Demands, position: &Position, report: &mut Report) {
    texts(&demands.never, &position.member("never"), report);
    let of_answers = [
        ("rows", demands.rows.is_some()),
        ("row_count", demands.row_count.is_some()),
        ("cells", !demands.cells.is_empty()),
        ("contains", !demands.contains.is_empty()),
        ("values", demands.values.is_some()),
        ("known_fields", !demands.known_fields.is_empty()),
        ("unknown_fields", !demands.unknown_fields.is_empty()),
    ];
    let beside =
        [("is", demands.is.is_some()), ("never", !demands.never.is_empty()), ("exports", !demands.exports.is_empty())];
    let demanded = of_answers.iter().chain(&beside).any(|(_, given)| *given);
    report.expect(demanded, position, || {
        let members = of_answers.iter().chain(&beside).map(|(name, _)| name);
        format!("expects nothing: expected {}", one_of(members))
    });
    let absent = matches!(demands.is, Some(Is::Hidden | Is::Refused));
    for (name, _) in of_answers.iter().filter(|(_, given)| absent && *given) {
        report.add(&position.member(name), format!("`{name}` of what does not answer: expected `is: seen`"));
    }
    report.expect(absent || demands.code.is_none(), &position.member("code"), || {
        "the code of no refusal: expected `is: hidden` or `is: refused` beside it".to_owned()
    });
    for (index, cells) in demands.cells.iter().enumerate().filter(|(_, cells)| cells.shown.is_empty()) {
        report.expect(!cells.shown.is_empty(), &position.member("cells").item(index), || {
            "shows nothing: expected `show` with fields and their values".to_owned()
        });
    }
    let own = matches!(looks_at, LooksAt::Query(_));
    for format in demands.exports.keys().map(|format| format.as_str()).filter(|format| own && *format != "csv") {
        let position = position.member("exports").member(format);
        report.add(&position, format!("`{format}` of a question of one's own: expected `csv`"));
    }
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
