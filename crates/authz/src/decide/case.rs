//! One session in front of one resource: the facts, and what the rules say of them.

use super::grants;
use super::locked;
use super::target::{self, Asked, Resource, Target};
use crate::denial::{Denial, Reason};
use crate::downloads;
use crate::permit::{
    Action, CopyContent, ExportArrow, ExportCsv, ExportJson, ExportPage, ExportPicture, ExportXlsx, InspectAs,
    ManageContent, PreviewContent, PublishContent, RunQuery, SaveContent, TagContent, ViewContent,
};
use crate::reach::OnContent;
use crate::resume::Principal;
use crate::rules::{self, Circumstances, Question};
use model::access::Permission;
use model::enforcement::{Point, enforced};
use model::snapshot::Snapshot;
use std::collections::BTreeSet;

/// What authors do with a workbook as a whole.
const AUTHORS: [&str; 6] = [
    SaveContent::NAME,
    PreviewContent::NAME,
    PublishContent::NAME,
    TagContent::NAME,
    ManageContent::NAME,
    CopyContent::NAME,
];

pub(super) struct Case<'a> {
    principal: &'a Principal,
    snapshot: &'a Snapshot,
    resource: &'a Resource,
    /// `None`: there is no such thing.
    target: Option<Target<'a>>,
}

impl<'a> Case<'a> {
    pub(super) fn new(principal: &'a Principal, snapshot: &'a Snapshot, resource: &'a Resource) -> Self {
        Self { principal, snapshot, resource, target: target::find(principal, snapshot, resource) }
    }

    pub(super) const fn target(&self) -> Option<&Target<'a>> {
        self.target.as_ref()
    }

    /// The rules that allow the action, or what stands against it.
    pub(super) fn judge(&self, action: &'static str) -> Result<Vec<&'static str>, Vec<Reason>> {
        let facts = self.target().map(|target| self.circumstances(action, target)).unwrap_or_default();
        let (session, name) = (self.principal.session().as_str(), self.resource.to_string());
        rules::judge(Question { session, action, kind: self.resource.kind(), name: &name }, &facts)
    }

    /// The denial that the caller may know of.
    pub(super) fn denial(&self, action: &'static str, reasons: Vec<Reason>) -> Denial {
        if self.is_seen(action) { Denial::forbidden(reasons) } else { Denial::hidden(reasons) }
    }

    /// Whether the session sees the resource already, so that a refusal tells it nothing new: an element or control
    /// by its page; for a download, and for looking at it as somebody else, by the answer itself; the rows of an explore's
    /// measures by the explore; a page, for anything but looking, by itself.
    fn is_seen(&self, action: &'static str) -> bool {
        let page = self.resource.page();
        let shown = page.is_some_and(|page| Case::new(self.principal, self.snapshot, &page).allows(ViewContent::NAME));
        let looked_at = matches!(self.resource, Resource::Page { .. }) && self.allows(ViewContent::NAME);
        let answered = (exported(action).is_some() || action == InspectAs::NAME) && self.allows(RunQuery::NAME);
        let explored = match self.resource {
            Resource::ExploreUnderlying(path) => {
                let explore = Resource::Explore(path.clone());
                Case::new(self.principal, self.snapshot, &explore).allows(RunQuery::NAME)
            }
            _ => false,
        };
        self.target.is_some() && (shown || looked_at || answered || explored)
    }

    pub(super) fn allows(&self, action: &'static str) -> bool {
        self.judge(action).is_ok()
    }

    fn circumstances(&self, action: &str, target: &Target<'_>) -> Circumstances {
        let content = grants::on_content(self.principal, self.snapshot, target);
        Circumstances {
            needs: exported(action).unwrap_or(Permission::View),
            exists: true,
            inside_ceiling: target::inside_ceiling(self.principal, self.snapshot, target),
            in_scope: target::in_scope(self.principal, self.resource, target)
                && self.changes_all_of_it(action)
                && self.is_where_drafts_are_shown(action),
            permissions: self.permissions(action, &content),
            content_level: content.level,
            data_level: grants::data_level(self.principal, self.snapshot, target),
            consumes_locked_parameters: self.consumes_locked_parameters(action, target),
            downloadable: self.downloadable(target),
            within_reach: true,
            holds_what_is_given: true,
        }
    }

    /// What a workbook shows, showed and is to show is all of it: a session that is for some content is not for that.
    fn changes_all_of_it(&self, action: &str) -> bool {
        let changes = AUTHORS.contains(&action) && enforced(Point::SessionScope);
        !changes || self.principal.facts().scope.is_none()
    }

    /// What hosts show is published, or under a tag: drafts are for whoever came in without a host.
    fn is_where_drafts_are_shown(&self, action: &str) -> bool {
        let previews = action == PreviewContent::NAME && enforced(Point::DraftPreview);
        !previews || self.principal.facts().is_of_application()
    }

    /// An explanation is filtered by nothing, so nobody explains in a session that is.
    fn consumes_locked_parameters(&self, action: &str, target: &Target<'_>) -> bool {
        let is_filtered = !self.principal.facts().locked_parameters.is_empty() && enforced(Point::LockedParameters);
        let explains = action == InspectAs::NAME;
        !(explains && is_filtered) && locked::filters(self.principal, self.snapshot, target).is_some()
    }

    /// Whether what is read may be downloaded at all: of an explore, which offers more than a question reads, its own table.
    fn downloadable(&self, target: &Target<'_>) -> bool {
        let Some(path) = target.asked.explore() else { return true };
        let Some(model) = self.snapshot.models.named(&path.model) else { return false };
        let Some(explore) = model.explores.get(&path.explore) else { return false };
        let tables = match target.asked {
            Asked::Explore(_) => model.with_origins(BTreeSet::from([&explore.table])),
            asked => asked.tables(model, explore),
        };
        downloads::are_open(self.principal, self.snapshot, path, &tables)
    }

    /// What the person may do at all, without what is denied them there.
    fn permissions(&self, action: &str, content: &OnContent) -> BTreeSet<Permission> {
        let explored = match self.resource {
            Resource::Explore(path) | Resource::ExploreUnderlying(path) => {
                target::explored_with(self.principal, self.snapshot, path)
            }
            _ => None,
        };
        let mut held = explored.unwrap_or_else(|| content.of(self.principal.permissions()));
        for (point, permission) in [
            (Point::ExplorePermission, Permission::Explore),
            (Point::DrillPermission, Permission::Drill),
            (Point::UnderlyingPermission, Permission::ViewUnderlying),
            (Point::InspectPermission, Permission::InspectAs),
            (Point::ContentPermission, Permission::SaveContent),
            (Point::ContentPermission, Permission::PublishContent),
            (Point::ContentPermission, Permission::TagContent),
        ] {
            if !enforced(point) {
                held.insert(permission);
            }
        }
        if let Some(wanted) = exported(action).filter(|_| !enforced(Point::ExportPermission)) {
            held.insert(wanted);
        }
        held
    }
}

/// The permission that a download needs; `None`: it is none.
fn exported(action: &str) -> Option<Permission> {
    if action == ExportPage::NAME {
        return Some(Permission::ExportPicture);
    }
    let exports = [ExportCsv::NAME, ExportXlsx::NAME, ExportJson::NAME, ExportArrow::NAME, ExportPicture::NAME];
    Permission::from_name(action).filter(|_| exports.contains(&action))
}
