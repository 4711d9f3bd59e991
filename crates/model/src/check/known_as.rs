//! What things are called in other products: each name in its dialect's shape, and of one thing only.

use crate::access::Definitions;
use crate::assertion::ContentKind;
use crate::dialect::{Dialect, ForeignId, KnownAs};
use crate::problem::{Position, Report, one_of};
use crate::workbook::Workbook;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(definitions: &Definitions, report: &mut Report) {
    let mut seen = Seen::default();
    for (name, workbook) in &definitions.workbooks {
        checked(workbook, &Position::top(format!("workbooks/{name}.yaml")), &mut seen, report);
    }
    let teams = definitions.teams.iter().map(|it| (it.name.as_str(), &it.known_as));
    people("teams", "team", teams.collect(), report);
    let tenants = definitions.tenants.iter().map(|it| (it.name.as_str(), &it.known_as));
    people("tenants", "tenant", tenants.collect(), report);
    for (index, connection) in definitions.connections.iter().enumerate() {
        for (dialect, ids) in &connection.known_as {
            let position = Position::list("connections").item(index).member("known_as").member(dialect);
            for (index, id) in ids.iter().enumerate() {
                checked_id(*dialect, id, &position.item(index), report);
            }
        }
    }
}

/// Names that were seen before, and where.
#[derive(Default)]
struct Seen(BTreeMap<(Dialect, ContentKind, ForeignId), String>);

fn checked(workbook: &Workbook, top: &Position, seen: &mut Seen, report: &mut Report) {
    names(&workbook.known_as, ContentKind::Workbook, &top.member("known_as"), seen, report);
    for (index, page) in workbook.pages.iter().enumerate() {
        let position = top.member("pages").item(index);
        names(&page.known_as, ContentKind::Page, &position.member("known_as"), seen, report);
        for (index, element) in page.elements.iter().enumerate() {
            let position = position.member("elements").item(index).member("known_as");
            names(&element.known_as, ContentKind::Element, &position, seen, report);
        }
    }
}

fn names(known_as: &KnownAs, kind: ContentKind, position: &Position, seen: &mut Seen, report: &mut Report) {
    for (dialect, ids) in known_as {
        let position = position.member(dialect);
        for (index, id) in ids.iter().enumerate() {
            let position = position.item(index);
            checked_id(*dialect, id, &position, report);
            let place = format!("{} {}", position.file(), position.field());
            if let Some(first) = seen.0.insert((*dialect, kind, id.clone()), place) {
                report.add(&position, format!("`{id}` is the name of something else ({first}): expected another one"));
            }
        }
    }
}

/// Teams, or tenants. A token names them by their names too, which come first.
fn people(file: &str, one: &str, all: Vec<(&str, &KnownAs)>, report: &mut Report) {
    let names: BTreeSet<&str> = all.iter().map(|(name, _)| *name).collect();
    let mut seen = BTreeMap::new();
    for (index, (name, known_as)) in all.iter().enumerate() {
        for (dialect, ids) in *known_as {
            let position = Position::list(file).item(index).member("known_as").member(dialect);
            for (index, id) in ids.iter().enumerate() {
                let position = position.item(index);
                report.expect(dialect.admits_name(id), &position, || {
                    let expected = dialect.foreign_names().map_or_else(another_dialect, str::to_owned);
                    format!("`{id}` is no {one} in the dialect `{dialect}`: expected {expected}")
                });
                let is_free = id.as_str() == *name || !names.contains(id.as_str());
                report.expect(is_free, &position, || {
                    format!("`{id}` is the name of another {one}: expected what none is called")
                });
                if let Some(first) = seen.insert((*dialect, id), *name) {
                    report
                        .add(&position, format!("`{id}` is the {one} `{first}` already: expected an id of one alone"));
                }
            }
        }
    }
}

fn another_dialect() -> String {
    let others = Dialect::ALL.iter().filter(|other| other.foreign_ids().is_some());
    one_of(others).replace("one of", "another dialect, one of")
}

fn checked_id(dialect: Dialect, id: &ForeignId, position: &Position, report: &mut Report) {
    let expected = || dialect.foreign_ids().map_or_else(another_dialect, str::to_owned);
    report.expect(dialect.admits(id), position, || {
        format!("`{id}` is no name in the dialect `{dialect}`: expected {}", expected())
    });
}
