//! What a question is about, found in the snapshot.

use super::grants;
use super::published::settable_controls;
use crate::ceiling::{allows_fact, holds_content};
use crate::gates::Gates;
use crate::principal::Who;
use crate::resume::Principal;
use model::access::{Level, Permission};
use model::enforcement::{Point, enforced};
use model::name::{ControlName, ElementName, FieldName, PageName, TableName};
use model::semantic::{Explore, ExplorePath, Model};
use model::snapshot::Snapshot;
use model::workbook::{Control, DataElement, Page, VersionName, Workbook};
use std::collections::BTreeSet;
use std::fmt;

/// What somebody wants to do something with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// A page; without one, the workbook itself.
    Page {
        /// The workbook.
        workbook: VersionName,
        /// The page of it.
        page: Option<PageName>,
    },
    /// An element that shows data.
    Element {
        /// The workbook.
        workbook: VersionName,
        /// The page of it.
        page: PageName,
        /// The element of that.
        element: ElementName,
    },
    /// The finer values behind one value of an element.
    Drill {
        /// The workbook.
        workbook: VersionName,
        /// The page of it.
        page: PageName,
        /// The element of that.
        element: ElementName,
    },
    /// The rows underneath an element.
    Underlying {
        /// The workbook.
        workbook: VersionName,
        /// The page of it.
        page: PageName,
        /// The element of that.
        element: ElementName,
    },
    /// A control that suggests values.
    Control {
        /// The workbook.
        workbook: VersionName,
        /// The page of it.
        page: PageName,
        /// The control of that.
        control: ControlName,
    },
    /// An explore, for questions of one's own.
    Explore(ExplorePath),
    /// The rows that an explore's measures count, for questions of one's own.
    ExploreUnderlying(ExplorePath),
}

impl Resource {
    /// The resource's type in the rules.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Page { .. } => "Page",
            Self::Element { .. } => "Element",
            Self::Drill { .. } => "Drill",
            Self::Underlying { .. } => "Underlying",
            Self::Control { .. } => "Control",
            Self::Explore(_) => "Explore",
            Self::ExploreUnderlying(_) => "ExploreUnderlying",
        }
    }

    /// The page on which it is.
    pub(super) fn page(&self) -> Option<Self> {
        match self {
            Self::Page { .. } | Self::Explore(_) | Self::ExploreUnderlying(_) => None,
            Self::Element { workbook, page, .. }
            | Self::Drill { workbook, page, .. }
            | Self::Underlying { workbook, page, .. }
            | Self::Control { workbook, page, .. } => {
                Some(Self::Page { workbook: workbook.clone(), page: Some(page.clone()) })
            }
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page { workbook, page: None } => write!(f, "{workbook}"),
            Self::Page { workbook, page: Some(page) } => write!(f, "{workbook}/{page}"),
            Self::Element { workbook, page, element }
            | Self::Drill { workbook, page, element }
            | Self::Underlying { workbook, page, element } => write!(f, "{workbook}/{page}/{element}"),
            Self::Control { workbook, page, control } => write!(f, "{workbook}/{page}/{control}"),
            Self::Explore(explore) | Self::ExploreUnderlying(explore) => write!(f, "{explore}"),
        }
    }
}

/// A resource that exists, and the workbook through which it is seen.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    pub(super) name: &'a VersionName,
    pub(super) workbook: &'a Workbook,
    /// `None`: the workbook itself.
    pub(super) page: Option<&'a Page>,
    pub(super) asked: Asked<'a>,
}

/// What is asked of a workbook.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asked<'a> {
    Structure,
    Element(&'a DataElement),
    Drill(&'a DataElement),
    Underlying(&'a DataElement),
    Control(&'a Control),
    Explore(&'a ExplorePath),
}

impl<'a> Asked<'a> {
    /// The fields that are offered, of that explore. Of an explore, which offers all, none in particular.
    pub(super) fn fields<'m>(self, explore: &'m Explore) -> Vec<&'m FieldName>
    where
        'a: 'm,
    {
        match self {
            Self::Structure | Self::Explore(_) => Vec::new(),
            Self::Element(element) => element.fields().collect(),
            Self::Drill(element) => element.fields().chain(&element.drill).collect(),
            Self::Underlying(element) => {
                element.fields().chain(&element.drill).chain(element.shown_underneath(explore)).collect()
            }
            Self::Control(control) => control.fields().collect(),
        }
    }

    /// The tables of an explore that are read for it, with those that derived ones are made of.
    pub(super) fn tables<'m>(self, model: &'m Model, explore: &'m Explore) -> BTreeSet<&'m TableName> {
        model.with_origins(match self {
            Self::Structure => BTreeSet::new(),
            Self::Explore(_) => explore.tables(),
            asked => explore.tables_of(asked.fields(explore).into_iter()),
        })
    }

    /// The explore whose data is asked for.
    pub(super) const fn explore(self) -> Option<&'a ExplorePath> {
        match self {
            Self::Structure => None,
            Self::Element(element) | Self::Drill(element) | Self::Underlying(element) => Some(&element.query.explore),
            Self::Control(control) => Some(&control.explore),
            Self::Explore(explore) => Some(explore),
        }
    }
}

/// Finds the resource. Not everything that is found may be seen.
pub(super) fn find<'a>(principal: &Principal, snapshot: &'a Snapshot, resource: &'a Resource) -> Option<Target<'a>> {
    let target = match resource {
        Resource::Page { workbook, page: None } => Target {
            name: workbook,
            workbook: snapshot.workbooks.named(workbook)?,
            page: None,
            asked: Asked::Structure,
        },
        Resource::Page { workbook, page: Some(page) } => on_page(snapshot, workbook, page, |_| Some(Asked::Structure))?,
        Resource::Element { workbook, page, element } => {
            on_page(snapshot, workbook, page, |page| data_element(page, element).map(Asked::Element))?
        }
        Resource::Drill { workbook, page, element } => on_page(snapshot, workbook, page, |page| {
            data_element(page, element).filter(|it| it.drilled().is_some()).map(Asked::Drill)
        })?,
        Resource::Underlying { workbook, page, element } => on_page(snapshot, workbook, page, |page| {
            let shows_some = |element: &&DataElement| {
                let explore = snapshot.explore(&element.query.explore);
                explore.is_some_and(|explore| !element.shown_underneath(explore).is_empty())
            };
            data_element(page, element).filter(shows_some).map(Asked::Underlying)
        })?,
        Resource::Control { workbook, page, control } => {
            let offered = principal.audience().is_none() || settable_controls(principal, snapshot).admit(control);
            on_page(snapshot, workbook, page, |page| control_of(page, control).filter(|_| offered).map(Asked::Control))?
        }
        Resource::Explore(path) | Resource::ExploreUnderlying(path) => seen_through(principal, snapshot, path)?,
    };
    let explore_exists = target.asked.explore().is_none_or(|path| has_explore(principal, snapshot, path));
    explore_exists.then_some(target)
}

fn on_page<'a>(
    snapshot: &'a Snapshot,
    name: &'a VersionName,
    page: &PageName,
    asked: impl Fn(&'a Page) -> Option<Asked<'a>>,
) -> Option<Target<'a>> {
    let workbook = snapshot.workbooks.named(name)?;
    let page = workbook.pages.iter().find(|one| one.name == *page)?;
    Some(Target { name, workbook, page: Some(page), asked: asked(page)? })
}

fn data_element<'a>(page: &'a Page, name: &ElementName) -> Option<&'a DataElement> {
    page.elements.iter().find(|element| element.name == *name)?.show.data()
}

/// The control of that name.
pub(super) fn control_of<'a>(page: &'a Page, name: &ControlName) -> Option<&'a Control> {
    page.controls.iter().find(|control| control.name == *name)
}

fn has_explore(principal: &Principal, snapshot: &Snapshot, path: &ExplorePath) -> bool {
    snapshot.models.named(&path.model).is_some_and(|model| {
        let explore = model.explores.get(&path.explore);
        explore.is_some_and(|explore| Gates::new(principal, snapshot, model).open_explore(explore))
    })
}

/// Explores are reached through content: of the pages that show the explore's data, the one on which this session
/// may do most.
fn seen_through<'a>(principal: &Principal, snapshot: &'a Snapshot, path: &'a ExplorePath) -> Option<Target<'a>> {
    showing(snapshot, path).max_by_key(|target| {
        let inside = inside_ceiling(principal, snapshot, target);
        let content = grants::on_content(principal, snapshot, target);
        (
            inside && in_scope(principal, &Resource::Explore(path.clone()), target),
            content.of(principal.permissions()).contains(&Permission::Explore),
            content.level,
        )
    })
}

/// What the person may do with an explore, of what they hold: what they may through any page that they may explore it
/// from. `None`: there is no such page.
pub(super) fn explored_with(
    principal: &Principal,
    snapshot: &Snapshot,
    path: &ExplorePath,
) -> Option<BTreeSet<Permission>> {
    let mut through = None;
    for target in showing(snapshot, path) {
        let content = grants::on_content(principal, snapshot, &target);
        let held = content.of(principal.permissions());
        let explores = content.level >= Level::Explore.number() && held.contains(&Permission::Explore);
        if explores
            && inside_ceiling(principal, snapshot, &target)
            && in_scope(principal, &Resource::Explore(path.clone()), &target)
        {
            through.get_or_insert_with(BTreeSet::new).extend(held);
        }
    }
    through
}

/// Each page that shows an explore's data.
fn showing<'a>(snapshot: &'a Snapshot, path: &'a ExplorePath) -> impl Iterator<Item = Target<'a>> {
    snapshot.showing.get(path).into_iter().flatten().filter_map(move |(name, page)| {
        let workbook = snapshot.workbooks.named(name)?;
        let page = workbook.pages.iter().find(|one| one.name == *page)?;
        Some(Target { name, workbook, page: Some(page), asked: Asked::Explore(path) })
    })
}

/// Whether the key's ceiling has the content. A public link has no key: what it opens is what it was made for. Nor has
/// whoever came in without a host.
pub(super) fn inside_ceiling(principal: &Principal, snapshot: &Snapshot, target: &Target<'_>) -> bool {
    let facts = principal.facts();
    let key = facts.key.as_ref().and_then(|id| snapshot.keys.get(id));
    let by_key = key.is_some_and(|key| holds_content(&key.ceiling, &target.name.workbook, &target.workbook.place));
    allows_fact(by_key || matches!(facts.who, Who::Public(_)) || facts.is_bounded_by_no_key())
}

/// Whether the session is for the content, in the version that it is for. A session for one page or element is also for the workbook as such, and
/// one for an element for the controls that filter it.
pub(super) fn in_scope(principal: &Principal, resource: &Resource, target: &Target<'_>) -> bool {
    let Some(scope) = principal.facts().scope.as_ref().filter(|_| enforced(Point::SessionScope)) else { return true };
    let page_fits = match (&scope.page, target.page) {
        (Some(named), Some(page)) => *named == page.name,
        (None, _) | (_, None) => true,
    };
    let element_fits = scope.element.as_ref().is_none_or(|named| match resource {
        Resource::Page { .. } => true,
        Resource::Element { element, .. } | Resource::Drill { element, .. } | Resource::Underlying { element, .. } => {
            element == named
        }
        Resource::Control { control, .. } => target
            .page
            .and_then(|page| data_element(page, named))
            .is_some_and(|element| element.controls.contains_key(control)),
        Resource::Explore(_) | Resource::ExploreUnderlying(_) => false,
    });
    scope.version() == *target.name && page_fits && element_fits
}
