//! Workbooks and their pages.

use super::{Known, access, controls, elements, expect_distinct_names, personal};
use crate::access::{ContentName, Definitions};
use crate::problem::{Position, Report, unknown};
use crate::semantic::{Dimension, Explore, ExplorePath, Model};
use crate::value::{ColumnType, Scalar};
use crate::workbook::{Page, Place, VersionBody};

pub(super) fn check(definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    for (name, workbook) in &definitions.workbooks {
        let top = Position::top(format!("workbooks/{name}.yaml"));
        let place = match &workbook.place {
            Place::Workspace(name) => ContentName::Workspace(name.clone()),
            Place::Folder(path) => ContentName::Folder(path.clone()),
        };
        access::content(&place, &top.member("in"), known, report);
        access::owner(workbook.owner.as_ref(), &top.member("owner"), known, report);
        personal::text(&workbook.title, &top.member("title"), known, report);
        checked_pages(&workbook.pages, &top.member("pages"), definitions, known, report);
    }
    for (path, body) in &definitions.tags {
        let top = Position::top(format!("workbooks/{path}.yaml"));
        let workbooks = definitions.workbooks.keys();
        report.expect(definitions.workbooks.contains_key(&path.workbook), &top, || {
            unknown("workbook", &path.workbook, workbooks)
        });
        report.expect(!path.is_reserved(), &top, || {
            format!("`{}` is the name of another version: expected another tag", path.tag)
        });
        version(body, &top, definitions, known, report);
    }
}

/// What a version shows by itself, which is opened to nobody and has no other names.
pub(super) fn version(
    body: &VersionBody,
    top: &Position,
    definitions: &Definitions,
    known: &Known<'_>,
    report: &mut Report,
) {
    personal::text(&body.title, &top.member("title"), known, report);
    let pages = top.member("pages");
    checked_pages(&body.pages, &pages, definitions, known, report);
    for (index, page) in body.pages.iter().enumerate() {
        let position = pages.item(index);
        report.expect(page.known_as.is_empty(), &position.member("known_as"), of_the_published);
        for (index, element) in page.elements.iter().enumerate() {
            let position = position.member("elements").item(index);
            report.expect(element.known_as.is_empty(), &position.member("known_as"), of_the_published);
            report.expect(element.publications.is_empty(), &position.member("publications"), of_the_published);
        }
    }
}

fn of_the_published() -> String {
    "in a version that is not published: expected it in the workbook itself".to_owned()
}

fn checked_pages(
    pages: &[Page],
    position: &Position,
    definitions: &Definitions,
    known: &Known<'_>,
    report: &mut Report,
) {
    report.expect(!pages.is_empty(), position, || "no pages: expected at least one".to_owned());
    expect_distinct_names(report, "page", position, pages.iter().map(|page| &page.name));
    for (index, page) in pages.iter().enumerate() {
        checked_page(page, &position.item(index), definitions, known, report);
    }
}

fn checked_page(page: &Page, position: &Position, definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    personal::text(&page.title, &position.member("title"), known, report);
    personal::shown_when(page.shown_when.as_ref(), &position.member("shown_when"), known, report);
    let controls = position.member("controls");
    expect_distinct_names(report, "control", &controls, page.controls.iter().map(|control| &control.name));
    for (index, control) in page.controls.iter().enumerate() {
        controls::check(control, &controls.item(index), definitions, known, report);
    }
    elements::check(page, &position.member("elements"), definitions, known, report);
}

/// Notes a JSON value that is none of a field's type.
pub(super) fn expect_value(
    value: &serde_json::Value,
    kind: ColumnType,
    field: &crate::name::FieldName,
    position: &Position,
    report: &mut Report,
) {
    report.expect(Scalar::from_json(value, kind).is_some(), position, || {
        format!("`{value}`: expected {kind}, the type of field `{field}`")
    });
}

/// An explore that is asked, and its model.
pub(super) struct Asked<'a> {
    pub(super) model: &'a Model,
    pub(super) explore: &'a Explore,
}

impl<'a> Asked<'a> {
    pub(super) fn known(
        definitions: &'a Definitions,
        path: &ExplorePath,
        position: &Position,
        report: &mut Report,
    ) -> Option<Self> {
        let Some(model) = definitions.models.get(&path.model) else {
            report.add(position, unknown("model", &path.model, definitions.models.keys()));
            return None;
        };
        let explore = model.explores.get(&path.explore);
        report.expect(explore.is_some(), position, || unknown("explore", &path.explore, model.explores.keys()));
        Some(Self { model, explore: explore? })
    }

    pub(super) fn dimension(
        &self,
        field: &crate::name::FieldName,
        position: &Position,
        report: &mut Report,
    ) -> Option<&'a Dimension> {
        let dimension = self.explore.dimensions.get(field);
        report.expect(dimension.is_some(), position, || unknown("dimension", field, self.explore.dimensions.keys()));
        dimension
    }
}
