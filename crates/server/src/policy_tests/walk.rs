//! Whole pages and workbooks: whether they are there, and, where something must never be seen, all that stands on them.

use super::PolicyTestError;
use super::compare::{State, is_by};
use super::judge::{Judged, fields_of, pages, shown_underneath, unanswered};
use super::visit::Visit;
use model::expectation::{ControlPath, Demands, ElementPath, ElementQuestion, ExportFormat, InPage, Is, PagePath};
use model::workbook::{DataElement, Page, Show, VersionName};
use serde_json::Value;

/// A workbook is hidden if its structure and everything on its pages is.
pub(super) async fn workbook(visit: &mut Visit<'_>, name: &VersionName, demands: &Demands) -> Judged {
    let structure = visit.workbook(name).await?;
    let Some(is) = is_by(&structure) else { return Ok(vec![unanswered(&structure)]) };
    let mut faults = State { is, answer: &structure }.faults(demands);
    let mut answering = false;
    for page in pages(visit, name).iter().filter(|_| wants_everything(demands)) {
        let path = PagePath { workbook: name.clone(), page: page.name.clone() };
        answering |= everything_on(visit, &path).await?;
    }
    faults.extend(of_everything(demands, answering));
    Ok(faults)
}

/// A page is seen if it is drawn.
pub(super) async fn page(visit: &mut Visit<'_>, path: &PagePath, demands: &Demands) -> Judged {
    let structure = visit.workbook(&path.workbook).await?;
    if is_by(&structure).is_none() {
        return Ok(vec![unanswered(&structure)]);
    }
    let json = structure.json();
    let mut drawn = json.get("pages").and_then(Value::as_array).into_iter().flatten();
    let is_drawn = drawn.any(|page| page.get("name").and_then(Value::as_str) == Some(path.page.as_str()));
    let answering = (!is_drawn || wants_everything(demands)) && everything_on(visit, path).await?;
    let is = match (is_drawn, answering) {
        (true, _) => Is::Seen,
        (false, true) => Is::NotShown,
        (false, false) => Is::Hidden,
    };
    let mut faults = State { is, answer: &structure }.faults(demands);
    faults.extend(of_everything(demands, answering));
    Ok(faults)
}

/// Where something must be hidden nothing may answer, and where something must never be seen all of it is searched.
fn wants_everything(demands: &Demands) -> bool {
    demands.is == Some(Is::Hidden) || !demands.never.is_empty()
}

/// A search is worth nothing where nothing answers.
fn of_everything(demands: &Demands, answering: bool) -> Option<String> {
    match (demands.is == Some(Is::Hidden), answering) {
        (true, true) => Some("expected nothing on it to answer; something does".to_owned()),
        (false, false) if wants_everything(demands) => {
            Some("expected something that could be searched; nothing on it answers".to_owned())
        }
        _ => None,
    }
}

/// Asks every element and every control of a page, as it is defined; whether any of them answered.
async fn everything_on(visit: &mut Visit<'_>, path: &PagePath) -> Result<bool, PolicyTestError> {
    let Some(page) = pages(visit, &path.workbook).iter().find(|page| page.name == path.page) else { return Ok(false) };
    let mut answering = false;
    for (element, data) in data_elements(page) {
        let path = InPage { page: path.clone(), name: element };
        answering |= rows_of(visit, &path, data).await?;
    }
    for control in &page.controls {
        let path = ControlPath { page: path.clone(), name: control.name.clone() };
        answering |= visit.offered(&path, None).await?.is_success();
        note_control(visit, &path);
    }
    Ok(answering)
}

fn data_elements(page: &Page) -> impl Iterator<Item = (model::name::ElementName, &DataElement)> {
    page.elements.iter().filter_map(|element| match &element.show {
        Show::Data(data) => Some((element.name.clone(), &**data)),
        Show::Text(_) => None,
    })
}

/// The rows of an element, those underneath, and the same as files.
async fn rows_of(visit: &mut Visit<'_>, path: &ElementPath, data: &DataElement) -> Result<bool, PolicyTestError> {
    let plain = ElementQuestion::default();
    let underlying = ElementQuestion { underlying: Some(Vec::new()), ..ElementQuestion::default() };
    let questions = [Some(plain), Some(underlying).filter(|_| !shown_underneath(visit, data).is_empty())];
    let mut answering = false;
    for question in questions.into_iter().flatten() {
        let answered = visit.element(path, &question).await?.is_success();
        visit.note(&data.query.explore, fields_of(visit, data, &question));
        let taken = visit.element_as_file(path, &question, ExportFormat::Csv).await?.is_success();
        answering |= answered || taken;
    }
    Ok(answering)
}

/// Notes that a control was asked what it offers.
pub(super) fn note_control(visit: &mut Visit<'_>, path: &ControlPath) {
    let page = pages(visit, &path.page.workbook).iter().find(|page| page.name == path.page.page);
    let Some(control) = page.and_then(|page| page.controls.iter().find(|control| control.name == path.name)) else {
        return;
    };
    let fields = [Some(&control.field), control.label.as_ref()].into_iter().flatten().cloned().collect();
    visit.note(&control.explore, fields);
}
