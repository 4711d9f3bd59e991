//! What a page may offer: for showing and hiding buttons. Every request is decided by itself.

use super::case::Case;
use super::target::Resource;
use crate::permit::{Action, ExportCsv, ExportJson, ExportXlsx, RunQuery, ViewContent};
use crate::resume::Principal;
use model::access::Permission;
use model::name::WorkbookName;
use model::snapshot::Snapshot;
use model::workbook::{Page, Show};
use std::collections::BTreeSet;

/// What the session may do with a workbook beside looking at it: `explore` if it may ask questions of its own of an
/// explore behind a page it sees, `export_csv` and the like if it may download any element's answer.
#[must_use]
pub fn allowed_actions(principal: &Principal, snapshot: &Snapshot, name: &WorkbookName) -> BTreeSet<Permission> {
    let may = |action, resource: &Resource| Case::new(principal, snapshot, resource).allows(action);
    let pages = || snapshot.workbooks.named(name).into_iter().flat_map(|workbook| &workbook.pages);
    let is_seen = |page: &&Page| may(ViewContent::NAME, &page_of(name, page));

    let explores: BTreeSet<_> = pages().filter(is_seen).flat_map(Page::explores).collect();
    let may_explore = explores.into_iter().any(|path| may(RunQuery::NAME, &Resource::Explore(path.clone())));
    let may_export = |action: &&'static str| {
        let action: &'static str = action;
        pages().flat_map(|page| elements(name, page)).any(|element| may(action, &element))
    };

    let exports = [ExportCsv::NAME, ExportXlsx::NAME, ExportJson::NAME].into_iter();
    let exports = exports.filter(may_export).filter_map(Permission::from_name);
    may_explore.then_some(Permission::Explore).into_iter().chain(exports).collect()
}

fn page_of(workbook: &WorkbookName, page: &Page) -> Resource {
    Resource::Page { workbook: workbook.clone(), page: Some(page.name.clone()) }
}

/// The elements that show data.
fn elements<'a>(workbook: &'a WorkbookName, page: &'a Page) -> impl Iterator<Item = Resource> + 'a {
    let with_data = page.elements.iter().filter(|element| matches!(element.show, Show::Data(_)));
    with_data.map(|element| Resource::Element {
        workbook: workbook.clone(),
        page: page.name.clone(),
        element: element.name.clone(),
    })
}
