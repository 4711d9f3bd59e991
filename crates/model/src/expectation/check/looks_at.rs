//! What is looked at exists.

use super::demands::of_answers;
use crate::access::Definitions;
use crate::expectation::{ControlPath, Demands, ElementPath, ElementQuestion, LooksAt, PagePath};
use crate::name::FieldName;
use crate::problem::{Position, Report, unknown};
use crate::semantic::{Explore, ExplorePath};
use crate::workbook::{Element, Page, VersionName};

/// Checks that everything that an expectation names is defined.
pub(super) fn exists(
    looks_at: &LooksAt,
    demands: &Demands,
    position: &Position,
    definitions: &Definitions,
    report: &mut Report,
) {
    match looks_at {
        LooksAt::Session => {}
        LooksAt::Workbook(name) => known_workbook(name, &position.member("workbook"), definitions, report),
        LooksAt::Page(path) => {
            known_page(path, &position.member("page"), definitions, report);
        }
        LooksAt::Element(path, question) => {
            let Some(element) = known_element(path, question, position, definitions, report) else { return };
            let fits = element.show.data().is_some() || !only_of_data(demands);
            report.expect(fits, position, || "a text has no rows: expected `is` or `never`".to_owned());
        }
        LooksAt::Control(path, _) => known_control(path, &position.member("control"), definitions, report),
        LooksAt::Query(query) => {
            known_explore(&query.explore, position, definitions, report);
        }
        LooksAt::Explore(path) => {
            let Some(explore) = known_explore(path, position, definitions, report) else { return };
            fields_exist(explore, &demands.known_fields, &position.member("known_fields"), report);
            fields_exist(explore, &demands.unknown_fields, &position.member("unknown_fields"), report);
        }
    }
}

/// The page of that path.
pub(super) fn page<'a>(path: &PagePath, definitions: &'a Definitions) -> Option<&'a Page> {
    definitions.pages(&path.workbook)?.iter().find(|page| page.name == path.page)
}

fn known_workbook(name: &VersionName, position: &Position, definitions: &Definitions, report: &mut Report) {
    let versions = definitions.versions().map(|(name, _)| name);
    report.expect(definitions.pages(name).is_some(), position, || unknown("workbook", name, versions));
}

fn known_element<'a>(
    path: &ElementPath,
    question: &ElementQuestion,
    position: &Position,
    definitions: &'a Definitions,
    report: &mut Report,
) -> Option<&'a Element> {
    let at = position.member("element");
    let page = known_page(&path.page, &at, definitions, report)?;
    let found = page.elements.iter().find(|element| element.name == path.name);
    let elements = page.elements.iter().map(|element| &element.name);
    report.expect(found.is_some(), &at, || unknown("element", &path.name, elements));
    let controls: Vec<_> = page.controls.iter().map(|control| &control.name).collect();
    for name in question.controls.keys().filter(|name| !controls.contains(name)) {
        report.add(&position.member("controls").member(name), unknown("control", name, &controls));
    }
    found
}

/// Whether something is demanded that only the answer to a question has.
fn only_of_data(demands: &Demands) -> bool {
    of_answers(demands).iter().any(|(_, given)| *given) || !demands.exports.is_empty()
}

fn known_control(path: &ControlPath, position: &Position, definitions: &Definitions, report: &mut Report) {
    let Some(page) = known_page(&path.page, position, definitions, report) else { return };
    let controls: Vec<_> = page.controls.iter().map(|control| &control.name).collect();
    report.expect(controls.contains(&&path.name), position, || unknown("control", &path.name, &controls));
}

fn known_page<'a>(
    path: &PagePath,
    position: &Position,
    definitions: &'a Definitions,
    report: &mut Report,
) -> Option<&'a Page> {
    let found = page(path, definitions);
    let pages =
        definitions.versions().flat_map(|(name, pages)| pages.iter().map(move |it| format!("{name}/{}", it.name)));
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

fn fields_exist(explore: &Explore, names: &[FieldName], position: &Position, report: &mut Report) {
    let fields: Vec<_> = explore.dimensions.keys().chain(explore.measures.keys()).collect();
    for (index, name) in names.iter().enumerate() {
        report.expect(fields.contains(&name), &position.item(index), || unknown("field", name, &fields));
    }
}
