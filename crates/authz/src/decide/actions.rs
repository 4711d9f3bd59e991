//! What a page may offer: for showing and hiding buttons. Every request is decided by itself.

use super::case::Case;
use super::target::Resource;
use crate::permit::{Action, ExportArrow, ExportCsv, ExportJson, ExportPicture, ExportXlsx, RunQuery, ViewContent};
use crate::resume::Principal;
use model::access::Permission;
use model::name::{ElementName, PageName};
use model::semantic::ExplorePath;
use model::snapshot::Snapshot;
use model::workbook::{Page, Show, VersionName};
use std::collections::BTreeSet;

/// What the session may do with a workbook beside looking at it: `explore` if it may ask questions of its own of an
/// explore behind a page it sees, `drill` and `view_underlying` if it may of any element, `export_csv` and the like if it
/// may download any element's answer, or have it drawn.
#[must_use]
pub fn allowed_actions(principal: &Principal, snapshot: &Snapshot, name: &VersionName) -> BTreeSet<Permission> {
    let may = |action, resource: &Resource| Case::new(principal, snapshot, resource).allows(action);
    let pages = || snapshot.workbooks.named(name).into_iter().flat_map(|workbook| &workbook.pages);
    let is_seen = |page: &&Page| may(ViewContent::NAME, &page_of(name, page));

    let explores: BTreeSet<_> = pages().filter(is_seen).flat_map(Page::explores).collect();
    let may_explore = explores.into_iter().any(|path| may(RunQuery::NAME, &Resource::Explore(path.clone())));
    let may_export = |action: &&'static str| {
        let action: &'static str = action;
        pages().flat_map(|page| elements(name, page, element)).any(|element| may(action, &element))
    };

    let kinds = [(Permission::Drill, drill as Detail), (Permission::ViewUnderlying, underlying)];
    let details = kinds.into_iter().filter(|(_, detail)| {
        let mut elements = pages().flat_map(|page| elements(name, page, *detail));
        elements.any(|detail| may(RunQuery::NAME, &detail))
    });
    let details = details.map(|(permission, _)| permission);

    let exports = [ExportCsv::NAME, ExportXlsx::NAME, ExportJson::NAME, ExportArrow::NAME, ExportPicture::NAME];
    let exports = exports.into_iter().filter(may_export).filter_map(Permission::from_name);
    may_explore.then_some(Permission::Explore).into_iter().chain(details).chain(exports).collect()
}

/// Whether the session may look at a workbook.
pub(crate) fn allows_view(principal: &Principal, snapshot: &Snapshot, name: &VersionName) -> bool {
    Case::new(principal, snapshot, &Resource::Page { workbook: name.clone(), page: None }).allows(ViewContent::NAME)
}

/// Whether the session may look at the rows that measures of an explore count. For offering it: every request is decided by
/// itself.
#[must_use]
pub fn may_look_underneath(principal: &Principal, snapshot: &Snapshot, explore: &ExplorePath) -> bool {
    Case::new(principal, snapshot, &Resource::ExploreUnderlying(explore.clone())).allows(RunQuery::NAME)
}

fn page_of(workbook: &VersionName, page: &Page) -> Resource {
    Resource::Page { workbook: workbook.clone(), page: Some(page.name.clone()) }
}

/// Something of an element: its answer, or what is behind it.
type Detail = fn(VersionName, PageName, ElementName) -> Resource;

fn element(workbook: VersionName, page: PageName, element: ElementName) -> Resource {
    Resource::Element { workbook, page, element }
}

fn drill(workbook: VersionName, page: PageName, element: ElementName) -> Resource {
    Resource::Drill { workbook, page, element }
}

fn underlying(workbook: VersionName, page: PageName, element: ElementName) -> Resource {
    Resource::Underlying { workbook, page, element }
}

/// The elements that show data, each as `detail`.
fn elements<'a>(workbook: &'a VersionName, page: &'a Page, detail: Detail) -> impl Iterator<Item = Resource> + use<'a> {
    let with_data = page.elements.iter().filter(|element| matches!(element.show, Show::Data(_)));
    with_data.map(move |element| detail(workbook.clone(), page.name.clone(), element.name.clone()))
}
