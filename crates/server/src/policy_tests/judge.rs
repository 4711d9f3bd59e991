//! Looks as one persona, and says what is otherwise than expected.

use super::PolicyTestError;
use super::answer::{Answer, found};
use super::compare::{Faults, State, Table, is_by, offered, quoted};
use super::visit::{Visit, Visitor};
use super::walk;
use crate::present::FileFormat;
use model::expectation::{
    Allowance, ControlPath, Demands, ElementPath, ElementQuestion, Expectation, ExportFormat, Is, LooksAt,
};
use model::name::FieldName;
use model::query::Query;
use model::semantic::ExplorePath;
use model::workbook::{DataElement, Page, Show, VersionName};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

pub(super) type Judged = Result<Faults, PolicyTestError>;

/// What is wrong with an expectation, of one persona.
pub(super) async fn judge(visit: &mut Visit<'_>, expectation: &Expectation, never: &[String]) -> Judged {
    let demands = &expectation.demands;
    let mut faults = match &expectation.looks_at {
        LooksAt::Session => Vec::new(),
        LooksAt::Workbook(name) => walk::workbook(visit, name, demands).await?,
        LooksAt::Page(path) => walk::page(visit, path, demands).await?,
        LooksAt::Element(path, question) => element(visit, path, question, demands).await?,
        LooksAt::Control(path, search) => control(visit, path, search.as_deref(), demands).await?,
        LooksAt::Explore(path) => explore(visit, path, demands).await?,
        LooksAt::Query(query) => query_of_ones_own(visit, query, demands).await?,
    };
    faults.extend(seen(never.iter().chain(&demands.never), &visit.received));
    Ok(faults)
}

/// What was received and must never be.
fn seen<'a>(never: impl Iterator<Item = &'a String>, received: &[Arc<Answer>]) -> Faults {
    let found = never.filter_map(|text| Some((text, found(text, received)?)));
    found.map(|(text, what)| format!("expected never to receive `{text}`; it came with {what}")).collect()
}

/// Whether somebody gets in. Of a session that was opened there is only chance to search.
pub(super) fn entry(visitor: &Visitor, demands: &Demands, never: &[String]) -> Faults {
    match (&visitor.entered, demands.is) {
        (Ok(_), Some(Is::Refused)) => vec!["expected them to be refused; they got in".to_owned()],
        (Ok(_), _) => Vec::new(),
        (Err(answer), Some(Is::Refused)) => {
            let faults = State { is: Is::Refused, answer }.faults(demands);
            faults.into_iter().chain(seen(never.iter(), std::slice::from_ref(answer))).collect()
        }
        (Err(answer), _) => vec![format!("expected them to get in; they were refused: {}", answer.refusal())],
    }
}

async fn element(visit: &mut Visit<'_>, path: &ElementPath, question: &ElementQuestion, demands: &Demands) -> Judged {
    let structure = visit.workbook(&path.page.workbook).await?;
    let shown = is_shown(&structure, path);
    let found = page_of(visit, path).and_then(|page| page.elements.iter().find(|element| element.name == path.name));
    let Some(Show::Data(data)) = found.map(|element| &element.show) else {
        let is =
            if shown { Is::Seen } else { is_by(&structure).filter(|is| *is == Is::Hidden).unwrap_or(Is::NotShown) };
        return Ok(State { is, answer: &structure }.faults(demands));
    };
    let answer = visit.element(path, question).await?;
    visit.note(&data.query.explore, fields_of(visit, data, question));
    let plain = question.underlying.is_none() && question.drill.is_empty();
    let mut faults = match (is_by(&answer), plain, shown) {
        (None, ..) => return Ok(vec![unanswered(&answer)]),
        (Some(Is::Seen), true, false) => State { is: Is::NotShown, answer: &answer }.faults(demands),
        (Some(Is::Hidden), true, true) => State { is: Is::Refused, answer: &answer }.faults(demands),
        (Some(is), ..) => State { is, answer: &answer }.faults(demands),
    };
    if answer.is_success() {
        faults.extend(Table::of(&answer).faults(demands));
    }
    if demands.is == Some(Is::Hidden) && visit.element_as_file(path, question, ExportFormat::Csv).await?.is_success() {
        faults.push("expected it to be `hidden`; it can be downloaded".to_owned());
    }
    for (format, allowance) in &demands.exports {
        let answer = visit.element_as_file(path, question, *format).await?;
        faults.extend(download(format.as_str(), *allowance, &answer));
    }
    Ok(faults)
}

/// Whether an element stands in the structure of its workbook.
pub(super) fn is_shown(structure: &Answer, path: &ElementPath) -> bool {
    let json = structure.json();
    let named = |list: &Value, name: &str| {
        let mut items = list.as_array().into_iter().flatten();
        items.find(|item| item.get("name").and_then(Value::as_str) == Some(name)).cloned()
    };
    let page = json.get("pages").and_then(|pages| named(pages, path.page.page.as_str()));
    page.is_some_and(|page| page.get("elements").is_some_and(|list| named(list, path.name.as_str()).is_some()))
}

fn page_of<'a>(visit: &Visit<'a>, path: &ElementPath) -> Option<&'a Page> {
    pages(visit, &path.page.workbook).iter().find(|page| page.name == path.page.page)
}

/// The pages of a workbook, as they are defined.
pub(super) fn pages<'a>(visit: &Visit<'a>, workbook: &VersionName) -> &'a [Page] {
    visit.definitions.pages(workbook).unwrap_or_default()
}

/// What an element shows of the rows underneath.
pub(super) fn shown_underneath(visit: &Visit<'_>, data: &DataElement) -> Vec<FieldName> {
    let model = visit.definitions.models.get(&data.query.explore.model);
    let explore = model.and_then(|model| model.explores.get(&data.query.explore.explore));
    explore.into_iter().flat_map(|explore| data.shown_underneath(explore)).cloned().collect()
}

/// The fields that an element reads, as it is asked.
pub(super) fn fields_of(visit: &Visit<'_>, data: &DataElement, question: &ElementQuestion) -> BTreeSet<FieldName> {
    let drawn = if question.underlying.is_some() { shown_underneath(visit, data) } else { data.query.fields.clone() };
    let filtered = question.controls.keys().filter_map(|control| data.controls.get(control));
    drawn.iter().chain(filtered).chain(data.query.filters.iter().map(|filter| &filter.field)).cloned().collect()
}

async fn control(visit: &mut Visit<'_>, path: &ControlPath, search: Option<&str>, demands: &Demands) -> Judged {
    let answer = visit.offered(path, search).await?;
    walk::note_control(visit, path);
    let Some(is) = is_by(&answer) else { return Ok(vec![unanswered(&answer)]) };
    let mut faults = State { is, answer: &answer }.faults(demands);
    if answer.is_success() {
        faults.extend(offered(&answer, demands));
    }
    Ok(faults)
}

/// An explore is seen if any of its fields can be asked for; where all are unknown, the last one says that it is refused.
async fn explore(visit: &mut Visit<'_>, path: &ExplorePath, demands: &Demands) -> Judged {
    let model = visit.definitions.models.get(&path.model);
    let Some(explore) = model.and_then(|model| model.explores.get(&path.explore)) else { return Ok(Vec::new()) };
    let mut faults = Vec::new();
    for (field, known) in known_and_unknown(demands) {
        let answer = field_alone(visit, path, field).await?;
        faults.extend(knows(field, known, &answer));
    }
    let mut last = None;
    for field in explore.measures.keys().chain(explore.dimensions.keys()) {
        let answer = field_alone(visit, path, field).await?;
        let is_unknown = answer.member("code") == "unknown_field";
        last = Some(answer);
        if !is_unknown {
            break;
        }
    }
    if let Some(answer) = last {
        let state = is_by(&answer).map(|is| State { is, answer: &answer }.faults(demands));
        faults.extend(state.unwrap_or_else(|| vec![unanswered(&answer)]));
    }
    Ok(faults)
}

fn known_and_unknown(demands: &Demands) -> impl Iterator<Item = (&FieldName, bool)> {
    let known = demands.known_fields.iter().map(|field| (field, true));
    known.chain(demands.unknown_fields.iter().map(|field| (field, false)))
}

async fn field_alone(
    visit: &mut Visit<'_>,
    path: &ExplorePath,
    field: &FieldName,
) -> Result<Arc<Answer>, PolicyTestError> {
    let question = json!({"explore": path, "fields": [field], "limit": 1});
    let answer = visit.query(&question, "application/json").await?;
    visit.note(path, BTreeSet::from([field.clone()]));
    Ok(answer)
}

fn knows(field: &FieldName, known: bool, answer: &Answer) -> Option<String> {
    let is_unknown = answer.member("code") == "unknown_field";
    match known {
        true if answer.is_success() => None,
        true => Some(format!("expected the field `{field}` to be known; came {}", answer.refusal())),
        false if is_unknown => None,
        false if answer.is_success() => {
            Some(format!("expected the field `{field}` to be unknown; came {}", quoted(&answer.json().get("rows"))))
        }
        false => Some(format!("expected the field `{field}` to be unknown; came {}", answer.refusal())),
    }
}

async fn query_of_ones_own(visit: &mut Visit<'_>, query: &Query, demands: &Demands) -> Judged {
    let question = json!(query);
    let answer = visit.query(&question, "application/json").await?;
    let filtered = query.filters.iter().map(|filter| &filter.field);
    visit.note(&query.explore, query.fields.iter().chain(filtered).cloned().collect());
    let Some(is) = is_by(&answer) else { return Ok(vec![unanswered(&answer)]) };
    let mut faults = State { is, answer: &answer }.faults(demands);
    if answer.is_success() {
        faults.extend(Table::of(&answer).faults(demands));
    }
    for (format, allowance) in &demands.exports {
        let accept = if *format == ExportFormat::Arrow { FileFormat::Arrow } else { FileFormat::Csv }.media_type();
        let answer = visit.query(&question, accept).await?;
        faults.extend(download(format.as_str(), *allowance, &answer));
    }
    Ok(faults)
}

/// A download is refused by permission: what fails for another reason is no evidence of that.
fn download(format: &str, expected: Allowance, answer: &Answer) -> Option<String> {
    match (expected, answer.status.as_u16()) {
        (Allowance::Allowed, 200..=299) | (Allowance::Refused, 403 | 404) => None,
        (Allowance::Allowed, _) => Some(format!("expected a download as {format}; came {}", answer.refusal())),
        (Allowance::Refused, 200..=299) => Some(format!("expected no download as {format}; it came")),
        (Allowance::Refused, _) => {
            Some(format!("expected the download as {format} to be refused; came {}", answer.refusal()))
        }
    }
}

/// An answer from which it cannot be told how something is.
pub(super) fn unanswered(answer: &Answer) -> String {
    format!("{} was not answered: {}", answer.what, answer.refusal())
}
