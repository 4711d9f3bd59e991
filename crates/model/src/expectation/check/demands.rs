//! What is demanded belongs to what is looked at, and can fail.

use super::texts;
use crate::expectation::written::KINDS;
use crate::expectation::{Demands, Is, LooksAt};
use crate::problem::{Position, Report, one_of};

/// Members of an explore that stand with `fields` only.
const OF_QUESTIONS: &[&str] = &["filters", "sorts", "limit", "rows", "row_count", "cells", "contains", "exports"];

/// Members of an explore that stand without `fields` only.
const OF_EXPLORES: &[&str] = &["known_fields", "unknown_fields"];

/// Each member is one of what is looked at.
pub(super) fn go_together(looks_at: &LooksAt, given: &[String], position: &Position, report: &mut Report) {
    let kind = kind(looks_at);
    let members = KINDS.iter().find(|(name, _)| *name == kind).map(|(_, members)| *members).unwrap_or_default();
    for name in given.iter().map(String::as_str).filter(|name| !["name", "as", kind].contains(name)) {
        let misplaced = match looks_at {
            LooksAt::Explore(_) if OF_QUESTIONS.contains(&name) => "stands with `fields` only",
            LooksAt::Query(_) if OF_EXPLORES.contains(&name) => "stands without `fields` only",
            _ if !members.contains(&name) => "is not of what is looked at",
            _ => continue,
        };
        let expected = one_of(members);
        report.add(&position.member(name), format!("`{name}` {misplaced}: expected, of `{kind}`, {expected}"));
    }
}

const fn kind(looks_at: &LooksAt) -> &'static str {
    match looks_at {
        LooksAt::Session => "session",
        LooksAt::Workbook(_) => "workbook",
        LooksAt::Page(_) => "page",
        LooksAt::Element(..) => "element",
        LooksAt::Control(..) => "control",
        LooksAt::Explore(_) | LooksAt::Query(_) => "explore",
    }
}

/// Something is demanded, and of what is to be hidden nothing that only an answer could have.
pub(super) fn can_fail(looks_at: &LooksAt, demands: &Demands, position: &Position, report: &mut Report) {
    texts(&demands.never, &position.member("never"), report);
    let (of_answers, others) = (of_answers(demands), others(demands));
    let demanded = of_answers.iter().chain(&others).any(|(_, given)| *given);
    report.expect(demanded, position, || {
        let members = of_answers.iter().chain(&others).map(|(name, _)| name);
        format!("expects nothing: expected {}", one_of(members))
    });
    let absent = matches!(demands.is, Some(Is::Hidden | Is::Refused));
    for (name, _) in of_answers.iter().filter(|(_, given)| absent && *given) {
        report.add(&position.member(name), format!("`{name}` of what does not answer: expected `is: seen`"));
    }
    report.expect(absent || demands.code.is_none(), &position.member("code"), || {
        "the code of no refusal: expected that something is hidden or refused beside it".to_owned()
    });
    for (index, cells) in demands.cells.iter().enumerate() {
        report.expect(!cells.shown.is_empty(), &position.member("cells").item(index), || {
            "shows nothing: expected `show` with fields and their values".to_owned()
        });
    }
    can_be_downloaded(looks_at, demands, &position.member("exports"), report);
}

/// What only an answer can have.
pub(super) fn of_answers(demands: &Demands) -> [(&'static str, bool); 7] {
    [
        ("rows", demands.rows.is_some()),
        ("row_count", demands.row_count.is_some()),
        ("cells", !demands.cells.is_empty()),
        ("contains", !demands.contains.is_empty()),
        ("values", demands.values.is_some()),
        ("known_fields", !demands.known_fields.is_empty()),
        ("unknown_fields", !demands.unknown_fields.is_empty()),
    ]
}

fn others(demands: &Demands) -> [(&'static str, bool); 3] {
    let (never, exports) = (!demands.never.is_empty(), !demands.exports.is_empty());
    [("is", demands.is.is_some()), ("never", never), ("exports", exports)]
}

/// Questions of one's own are answered as CSV, as Arrow and as no other file.
fn can_be_downloaded(looks_at: &LooksAt, demands: &Demands, position: &Position, report: &mut Report) {
    let own = matches!(looks_at, LooksAt::Query(_));
    for format in
        demands.exports.keys().map(|format| format.as_str()).filter(|format| own && !["csv", "arrow"].contains(format))
    {
        report
            .add(&position.member(format), format!("`{format}` of a question of one's own: expected `csv` or `arrow`"));
    }
}
