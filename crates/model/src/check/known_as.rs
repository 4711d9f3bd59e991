//! What content is called in other products: each name in its dialect's shape, and of one thing only.

use crate::access::Definitions;
use crate::assertion::ContentKind;
use crate::dialect::{Dialect, ForeignId, KnownAs};
use crate::problem::{Position, Report, one_of};
use crate::workbook::Workbook;
use std::collections::BTreeMap;

pub(super) fn check(definitions: &Definitions, report: &mut Report) {
    let mut seen = Seen::default();
    for (name, workbook) in &definitions.workbooks {
        checked(workbook, &Position::top(format!("workbooks/{name}.yaml")), &mut seen, report);
    }
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

fn checked_id(dialect: Dialect, id: &ForeignId, position: &Position, report: &mut Report) {
    let expected = || {
        let others = Dialect::ALL.iter().filter(|other| other.foreign_ids().is_some());
        dialect.foreign_ids().map_or_else(|| one_of(others).replace("one of", "another dialect, one of"), str::to_owned)
    };
    report.expect(dialect.admits(id), position, || {
        format!("`{id}` is no name in the dialect `{dialect}`: expected {}", expected())
    });
}
