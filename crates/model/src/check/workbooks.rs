//! Workbooks: pages and controls. Their elements are in [`super::elements`].

use super::{Known, access, elements, expect_distinct_names};
use crate::access::{ContentName, Definitions};
use crate::loosely;
use crate::problem::{Position, Report, unknown};
use crate::semantic::{Dimension, Explore, ExplorePath, Model};
use crate::value::{ColumnType, Scalar};
use crate::workbook::{Control, Page, Place};

pub(super) fn check(definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    for (name, workbook) in &definitions.workbooks {
        let top = Position::top(format!("workbooks/{name}.yaml"));
        let place = match &workbook.place {
            Place::Workspace(name) => ContentName::Workspace(name.clone()),
            Place::Folder(path) => ContentName::Folder(path.clone()),
        };
        access::content(&place, &top.member("in"), known, report);
        let pages = top.member("pages");
        report.expect(!workbook.pages.is_empty(), &pages, || "no pages: expected at least one".to_owned());
        expect_distinct_names(report, "page", &pages, workbook.pages.iter().map(|page| &page.name));
        for (index, page) in workbook.pages.iter().enumerate() {
            checked_page(page, &pages.item(index), definitions, report);
        }
    }
}

fn checked_page(page: &Page, position: &Position, definitions: &Definitions, report: &mut Report) {
    let controls = position.member("controls");
    expect_distinct_names(report, "control", &controls, page.controls.iter().map(|control| &control.name));
    for (index, control) in page.controls.iter().enumerate() {
        checked_control(control, &controls.item(index), definitions, report);
    }
    elements::check(page, &position.member("elements"), definitions, report);
}

fn checked_control(control: &Control, position: &Position, definitions: &Definitions, report: &mut Report) {
    let Some(asked) = Asked::known(definitions, &control.explore, &position.member("explore"), report) else { return };
    let Some(dimension) = asked.dimension(&control.field, &position.member("field"), report) else { return };
    let Some(kind) = asked.model.dimension_type(asked.explore, dimension) else { return };
    for (index, value) in control.default.iter().enumerate() {
        let position = position.member("default").item(index);
        let period = control.default.len() == 1 && loosely::filters(&control.field, kind, &control.default).is_some();
        if !(period && matches!(kind, ColumnType::Date | ColumnType::Timestamp)) {
            expect_value(value, kind, &control.field, &position, report);
        }
    }
    for (index, offered) in control.values.iter().enumerate() {
        let position = position.member("values").item(index).member("value");
        expect_value(&offered.value, kind, &control.field, &position, report);
    }
    if let Some(label) = &control.label {
        asked.dimension(label, &position.member("label"), report);
    }
    report.expect(!control.ignore_case || kind == ColumnType::Text, &position.member("ignore_case"), || {
        format!("values of field `{}` are {kind}: expected text, which has upper and lower case", control.field)
    });
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

/// The type of the dimension a control filters by. `None` where that is noted elsewhere.
pub(super) fn control_type(control: &Control, definitions: &Definitions) -> Option<ColumnType> {
    let model = definitions.models.get(&control.explore.model)?;
    let explore = model.explores.get(&control.explore.explore)?;
    model.dimension_type(explore, explore.dimensions.get(&control.field)?)
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
