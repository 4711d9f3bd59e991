//! Questions about access, for whoever administers it: who reaches a thing and why, what somebody reaches, which data a
//! grantee of a workbook would miss, and who may grant what. They read the same facts as decisions do.

mod links;
mod sharing;

use crate::decide::allows_view;
use crate::principal::Member;
use crate::reach::{self, OnContent, Reach};
use crate::resume::Principal;
use model::access::{Grant, Granted, Grantee, Level, Permission};
use model::built_in;
use model::name::{ModelName, TableName, WorkbookName};
use model::publication::{Audience, Publication, TablePath};
use model::semantic::Model;
use model::snapshot::Snapshot;
use model::workbook::{Show, VersionName, Workbook};
use std::collections::BTreeSet;

pub use links::{CannotPublish, may_publish, publish};
pub use sharing::{CannotGrant, administers, knows, manages, may_grant, share};

/// Who reaches something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A person or a set of people.
    Grantee(Grantee),
    /// Whom nobody knows.
    Audience(Audience),
}

/// One way in which somebody reaches something, or is kept from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Who.
    pub to: Holder,
    /// Where it was said: the thing itself, or what it is in.
    pub on: Granted,
    /// What it is.
    pub by: By,
}

/// What lets somebody reach something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// A grant: its level, and what it allows and denies.
    Grant {
        /// The level, if it gives one.
        level: Option<Level>,
        /// Permissions it allows.
        allow: BTreeSet<Permission>,
        /// Permissions it denies.
        deny: BTreeSet<Permission>,
    },
    /// It is theirs.
    Owner,
    /// It is published.
    Publication,
}

/// Every way into a thing: by grants on it and on what it is in, as its owner, and by publication.
#[must_use]
pub fn of_resource(snapshot: &Snapshot, what: &Granted) -> Vec<Way> {
    let granted = above(snapshot, what).into_iter().flat_map(|place| {
        let grants = snapshot.grants.on(&place).map(way).collect::<Vec<_>>();
        owner_of(snapshot, &place).into_iter().chain(grants)
    });
    granted.chain(published(snapshot, what)).collect()
}

fn way(grant: &Grant) -> Way {
    let by = By::Grant { level: grant.level, allow: grant.allow.clone(), deny: grant.deny.clone() };
    Way { to: Holder::Grantee(grant.to.clone()), on: grant.on.clone(), by }
}

/// The thing and all that it is in, from which access is inherited.
fn above(snapshot: &Snapshot, what: &Granted) -> Vec<Granted> {
    match what {
        Granted::Workbook(name) => places_of(snapshot, &name.into()),
        Granted::Tag(path) => places_of(snapshot, &path.clone().into()),
        Granted::Folder(path) => vec![what.clone(), Granted::Workspace(path.workspace.clone())],
        Granted::Workspace(_) | Granted::Connection(_) => vec![what.clone()],
        Granted::Schema(path) => vec![what.clone(), Granted::Connection(path.connection.clone())],
        Granted::Model(name) => {
            let connection = snapshot.models.named(name).map(|model| Granted::Connection(model.connection.clone()));
            std::iter::once(what.clone()).chain(connection).collect()
        }
        Granted::Table(path) => {
            let Some(model) = snapshot.models.named(&path.model) else { return Vec::new() };
            let schema = reach::schema_of(snapshot, model, &path.table).map(Granted::Schema);
            let whole = [Granted::Model(path.model.clone()), Granted::Connection(model.connection.clone())];
            std::iter::once(what.clone()).chain(schema).chain(whole).collect()
        }
    }
}

fn places_of(snapshot: &Snapshot, name: &VersionName) -> Vec<Granted> {
    snapshot.workbooks.named(name).map(|workbook| reach::places(name, workbook)).unwrap_or_default()
}

fn owner_of(snapshot: &Snapshot, place: &Granted) -> Option<Way> {
    let owner = reach::owner(snapshot, place)?.clone();
    Some(Way { to: Holder::Grantee(owner.into()), on: place.clone(), by: By::Owner })
}

/// The publications of a workbook and its elements, or those that name a table.
fn published(snapshot: &Snapshot, what: &Granted) -> Vec<Way> {
    let opens = |name: &WorkbookName, publication: &Publication| match what {
        Granted::Workbook(wanted) => name == wanted,
        Granted::Table(path) => publication.data.contains(path),
        Granted::Model(model) => publication.data.iter().any(|path| path.model == *model),
        _ => false,
    };
    let of_workbook = |(_, version, workbook): (_, &VersionName, &Workbook)| {
        let name = &version.workbook;
        let elements = workbook.pages.iter().flat_map(|page| &page.elements).flat_map(|element| &element.publications);
        let opening = workbook.publications.iter().chain(elements).filter(|one| opens(name, one));
        let way = |one: &Publication| Way {
            to: Holder::Audience(one.to.clone()),
            on: Granted::Workbook(name.clone()),
            by: By::Publication,
        };
        opening.map(way).collect::<Vec<_>>()
    };
    snapshot.workbooks.iter().flat_map(of_workbook).collect()
}

/// Something that somebody reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// A workbook, a model, or a table of a model of which others are not theirs.
    pub what: Granted,
    /// How far.
    pub level: Level,
    /// Of content: what they may do there.
    pub permissions: BTreeSet<Permission>,
    /// Why: the ways that are theirs.
    pub ways: Vec<Way>,
}

/// What a member reaches by what an administrator wrote, through no key in particular: content that they may look at,
/// and data.
#[must_use]
pub fn of_member(snapshot: &Snapshot, member: &Member) -> Vec<Reached> {
    let held = snapshot.account_types.get(&member.account_type).map(|kind| effective(&kind.permissions));
    reached(snapshot, &Reach::of_member(member, snapshot), &held.unwrap_or_default())
}

/// What whoever has a session reaches, as the list of what decisions allow them to look at.
#[must_use]
pub fn workbooks(principal: &Principal, snapshot: &Snapshot) -> Vec<VersionName> {
    let granted = |(_, name, workbook): (_, &VersionName, &Workbook)| {
        let is_open = principal.audience().is_some() || built_in::is_workbook(&name.workbook);
        let may_be = is_open || {
            let content = reach::on_content(principal.reach(), snapshot, name, workbook);
            content.level > 0 && content.of(principal.permissions()).contains(&Permission::View)
        };
        (may_be && allows_view(principal, snapshot, name)).then(|| name.clone())
    };
    snapshot.workbooks.iter().filter_map(granted).collect()
}

/// Of permissions, those that have an effect.
fn effective(held: &BTreeSet<Permission>) -> BTreeSet<Permission> {
    OnContent::default().of(held)
}

fn reached(snapshot: &Snapshot, reach: &Reach, held: &BTreeSet<Permission>) -> Vec<Reached> {
    let content = snapshot.workbooks.iter().filter_map(|(_, name, workbook)| {
        let found = reach::on_content(reach, snapshot, name, workbook);
        let permissions = of_level(&found, &found.of(held));
        let level = content_level(found.level).filter(|_| permissions.contains(&Permission::View))?;
        let what = name.tag_path().map_or_else(|| Granted::Workbook(name.workbook.clone()), Granted::Tag);
        Some(told(snapshot, reach, what, level, permissions))
    });
    let data = snapshot.models.iter().flat_map(|(_, name, model)| on_data(snapshot, reach, (name, model)));
    content.chain(data).collect()
}

/// Of permissions, those that the level of the content is high enough for.
fn of_level(found: &OnContent, held: &BTreeSet<Permission>) -> BTreeSet<Permission> {
    held.iter().copied().filter(|one| one.content_level().number() <= found.level).collect()
}

fn on_data(snapshot: &Snapshot, reach: &Reach, (name, model): (&ModelName, &Model)) -> Vec<Reached> {
    let told = |what, level| Some(told(snapshot, reach, what, data_level(level)?, BTreeSet::new()));
    let whole = told(Granted::Model(name.clone()), reach::on_model(reach, snapshot, name, model));
    if let Some(whole) = whole {
        return vec![whole];
    }
    let table = |table: &TableName| {
        let level = reach::on_data(reach, snapshot, (name, model), [table]);
        told(Granted::Table(TablePath { model: name.clone(), table: table.clone() }), level)
    };
    model.tables.keys().filter_map(table).collect()
}

fn told(snapshot: &Snapshot, reach: &Reach, what: Granted, level: Level, permissions: BTreeSet<Permission>) -> Reached {
    let mut ways = of_resource(snapshot, &what);
    ways.retain(|way| matches!(&way.to, Holder::Grantee(to) if reach.holds(to)));
    Reached { what, level, permissions, ways }
}

const fn content_level(number: i64) -> Option<Level> {
    match number {
        ..=0 => None,
        1 => Some(Level::View),
        2 => Some(Level::Explore),
        3 => Some(Level::Contribute),
        4.. => Some(Level::Manage),
    }
}

const fn data_level(number: i64) -> Option<Level> {
    match number {
        ..=0 => None,
        1 => Some(Level::Use),
        2.. => Some(Level::UseAndAnnotate),
    }
}

/// The tables behind a workbook's elements and controls that a grantee cannot use: what sharing it would show as missing.
/// Of a team, with all that its members are in; of a single person, without the teams they are in.
#[must_use]
pub fn missing_data(snapshot: &Snapshot, to: &Grantee, workbook: &VersionName) -> BTreeSet<TablePath> {
    let reach = Reach::of_grantee(to, snapshot);
    let Some(workbook) = snapshot.workbooks.named(workbook) else { return BTreeSet::new() };
    let missing = |path: &TablePath| {
        let model = snapshot.models.named(&path.model);
        model.is_none_or(|model| reach::on_data(&reach, snapshot, (&path.model, model), [&path.table]) < 1)
    };
    tables_behind(snapshot, workbook).into_iter().filter(missing).collect()
}

/// The tables that a workbook's elements and controls read, with those that derived ones are made of.
fn tables_behind(snapshot: &Snapshot, workbook: &Workbook) -> BTreeSet<TablePath> {
    let fields = workbook.pages.iter().flat_map(|page| {
        let data = page.elements.iter().filter_map(|element| match &element.show {
            Show::Data(data) => Some((&data.query.explore, data.fields().collect::<Vec<_>>())),
            _ => None,
        });
        data.chain(page.controls.iter().map(|control| (&control.explore, control.fields().collect())))
    });
    let tables = fields.flat_map(|(path, fields)| {
        let model = snapshot.models.named(&path.model);
        let found = model.and_then(|model| Some((model, model.explores.get(&path.explore)?)));
        let read = found.map(|(model, explore)| model.with_origins(explore.tables_of(fields.into_iter())));
        let named = |table: &TableName| TablePath { model: path.model.clone(), table: table.clone() };
        read.into_iter().flatten().map(named).collect::<Vec<_>>()
    });
    tables.collect()
}
