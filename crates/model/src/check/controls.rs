//! Controls of a page: what they offer, what they begin with, and what fits their kind.

use super::workbooks::{Asked, expect_value};
use super::{Known, personal};
use crate::access::Definitions;
use crate::loosely;
use crate::personal::{ControlDefault, OfPerson};
use crate::problem::{Position, Report};
use crate::value::ColumnType;
use crate::workbook::{Control, ControlKind};
use chrono::NaiveDate;

pub(super) fn check(
    control: &Control,
    position: &Position,
    definitions: &Definitions,
    known: &Known<'_>,
    report: &mut Report,
) {
    personal::text(&control.title, &position.member("title"), known, report);
    personal::shown_when(control.shown_when.as_ref(), &position.member("shown_when"), known, report);
    let Some(asked) = Asked::known(definitions, &control.explore, &position.member("explore"), report) else { return };
    let Some(dimension) = asked.dimension(&control.field, &position.member("field"), report) else { return };
    if let Some(label) = &control.label {
        asked.dimension(label, &position.member("label"), report);
    }
    let Some(kind) = asked.model.dimension_type(asked.explore, dimension) else { return };
    checked_kind(control, kind, position, report);
    checked_default(control, kind, &position.member("default"), known, report);
    for (index, offered) in control.values.iter().enumerate() {
        let position = position.member("values").item(index).member("value");
        expect_value(&offered.value, kind, &control.field, &position, report);
    }
    report.expect(!control.ignore_case || kind == ColumnType::Text, &position.member("ignore_case"), || {
        format!("values of field `{}` are {kind}: expected text, which has upper and lower case", control.field)
    });
}

fn checked_kind(control: &Control, kind: ColumnType, position: &Position, report: &mut Report) {
    let (fits, expected) = match control.kind {
        ControlKind::List | ControlKind::MultiList => (true, ""),
        ControlKind::DateRange => (matches!(kind, ColumnType::Date | ColumnType::Timestamp), "date or timestamp"),
        ControlKind::NumberRange => (kind.is_number(), "a number"),
        ControlKind::Text => (kind == ColumnType::Text, "text"),
        ControlKind::Toggle => {
            for (index, value) in control.on.iter().enumerate() {
                expect_value(value, kind, &control.field, &position.member("on").item(index), report);
            }
            (true, "")
        }
    };
    report.expect(fits, &position.member("type"), || {
        format!("values of field `{}` are {kind}: expected {expected}", control.field)
    });
}

fn checked_default(control: &Control, kind: ColumnType, position: &Position, known: &Known<'_>, report: &mut Report) {
    let values = match &control.default {
        ControlDefault::Values(values) => values,
        ControlDefault::OfPerson(OfPerson { attribute }) => {
            return personal::expect_attribute(attribute, &position.member("attribute"), known, report);
        }
    };
    let one_at_most = matches!(control.kind, ControlKind::List | ControlKind::DateRange | ControlKind::NumberRange);
    report.expect(!one_at_most || values.len() <= 1, position, || {
        format!("{} values: expected at most one", values.len())
    });
    // Which day it is does not matter for whether a period is one.
    let reads = loosely::filters(&control.field, kind, values, NaiveDate::default()).is_some();
    let is_range = matches!(kind, ColumnType::Date | ColumnType::Timestamp) || kind.is_number();
    if is_range && values.len() == 1 && reads {
        return;
    }
    for (index, value) in values.iter().enumerate() {
        expect_value(value, kind, &control.field, &position.item(index), report);
    }
}

/// The type of the dimension a control filters by. `None` where that is noted elsewhere.
pub(super) fn value_type(control: &Control, definitions: &Definitions) -> Option<ColumnType> {
    let model = definitions.models.get(&control.explore.model)?;
    let explore = model.explores.get(&control.explore.explore)?;
    model.dimension_type(explore, explore.dimensions.get(&control.field)?)
}
