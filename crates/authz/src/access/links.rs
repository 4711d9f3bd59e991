//! Public links: who may open content to everybody.

use super::sharing::found_on;
use super::{administers, of_level};
use crate::administration::Mandate;
use crate::decide::{Resource, decide};
use crate::identify::{Opening, open_link};
use crate::permit::{ColumnAccess, Permit, RunQuery};
use crate::resume::{Principal, resume};
use model::access::{Granted, Level, Permission};
use model::enforcement::{Point, enforced};
use model::name::{MemberId, WorkbookName};
use model::publication::LinkId;
use model::snapshot::Snapshot;
use model::workbook::{Page, Show};

/// Why somebody may not open content by a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotPublish {
    /// They do not see it.
    #[error("nobody opens what they do not see")]
    Unseen,
    /// They do not manage it, or lack the permission.
    #[error("needs `create_public_links` and the level `manage`")]
    NotTheirs,
    /// The organization has no public links.
    #[error("public links are switched off")]
    SwitchedOff,
    /// Their session is filtered, and a link is not.
    #[error("a session with locked parameters opens nothing by a link")]
    Locked,
    /// A link would show a table, a column or a field that is not shown to them.
    #[error("a link would show data that is not shown to whoever makes it")]
    Beyond,
}

/// Whether somebody may make links to content of a workbook and take them away: whoever manages it and holds
/// `create_public_links`. Administrators of grants take away any.
///
/// # Errors
/// What they lack.
pub fn may_publish(
    principal: &Principal,
    snapshot: &Snapshot,
    workbook: &WorkbookName,
    takes_away: bool,
) -> Result<Mandate, CannotPublish> {
    let mandate = || Mandate::of(snapshot, vec!["publish_what_one_holds".to_owned()]);
    if takes_away && administers(principal) && principal.facts().is_of_application() {
        return snapshot.workbooks.id(&workbook.into()).map(|_| mandate()).ok_or(CannotPublish::Unseen);
    }
    let found = found_on(principal, snapshot, &Granted::Workbook(workbook.clone()));
    let found = found.map_err(|_| CannotPublish::Unseen)?;
    let held = of_level(&found, &found.of(principal.permissions()));
    match found.level {
        ..=0 => Err(CannotPublish::Unseen),
        level if level < Level::Manage.number() => Err(CannotPublish::NotTheirs),
        _ if !held.contains(&Permission::CreatePublicLinks) => Err(CannotPublish::NotTheirs),
        _ => Ok(mandate()),
    }
}

/// Decides whether somebody may open what a link opens. `snapshot` is the organization as it will be, with the link.
///
/// Everything that whoever has the link is shown must be shown to them: each element and control, table, column and field,
/// and no mask may be thinner than their own. Rows need no comparison: policies that are for everybody are for them, too,
/// and no policy closes rows to them that it opens to strangers.
///
/// # Errors
/// What they lack.
pub fn publish(
    principal: &Principal,
    snapshot: &Snapshot,
    workbook: &WorkbookName,
    link: &LinkId,
) -> Result<Mandate, CannotPublish> {
    let mandate = may_publish(principal, snapshot, workbook, false)?;
    if !snapshot.organization.public_links {
        return Err(CannotPublish::SwitchedOff);
    }
    if !enforced(Point::PublishWhatOneHolds) {
        return Ok(mandate);
    }
    if !principal.facts().locked_parameters.is_empty() {
        return Err(CannotPublish::Locked);
    }
    let opening = Opening { session: principal.session().clone(), new_member: MemberId::new(""), now: principal.now() };
    let opened = open_link(link, snapshot, opening).map_err(|_| CannotPublish::Unseen)?;
    let anybody = resume(opened, snapshot, None, principal.now()).map_err(|_| CannotPublish::Unseen)?;
    let pages =
        snapshot.workbooks.named(&workbook.into()).map(|workbook| workbook.pages.as_slice()).unwrap_or_default();
    for resource in pages.iter().flat_map(|page| resources(workbook, page)) {
        // What a link does not open, whoever makes it need not hold.
        let Ok(shown) = decide::<RunQuery>(&anybody, snapshot, &resource) else { continue };
        let own = decide::<RunQuery>(principal, snapshot, &resource).map_err(|_| CannotPublish::Beyond)?;
        if !holds(&own, &shown) {
            return Err(CannotPublish::Beyond);
        }
    }
    Ok(mandate)
}

/// The elements of a page that show data, and its controls.
fn resources<'a>(workbook: &'a WorkbookName, page: &'a Page) -> impl Iterator<Item = Resource> + 'a {
    let elements = page.elements.iter().filter(|element| matches!(element.show, Show::Data(_)));
    let elements = elements.map(|element| Resource::Element {
        workbook: workbook.into(),
        page: page.name.clone(),
        element: element.name.clone(),
    });
    let controls = page.controls.iter().map(|control| Resource::Control {
        workbook: workbook.into(),
        page: page.name.clone(),
        control: control.name.clone(),
    });
    elements.chain(controls)
}

/// Whether nothing of an answer is closed to the one person and open to the other.
fn holds(own: &Permit<RunQuery>, shown: &Permit<RunQuery>) -> bool {
    let fields = shown.fields().is_subset(own.fields());
    let tables = shown.bounds.tables.iter().all(|((model, name), access)| {
        own.table(model, name).is_some_and(|own| {
            access.columns.iter().all(|(column, access)| {
                own.columns.get(column).is_some_and(|own| *own == ColumnAccess::Shown || own == access)
            })
        })
    });
    fields && tables
}
