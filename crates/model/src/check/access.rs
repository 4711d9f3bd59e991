//! Workspaces and grants.

use super::{Grants, Known, expect_distinct_names, expect_known};
use crate::access::{
    ContentName, Definitions, EmbedIdentity, Grant, Granted, Grantee, Level, MemberKind, Owner, SchemaPath,
};
use crate::name::fold_email;
use crate::problem::{Position, Problem, Report, one_of, unknown};
use std::collections::{BTreeSet, HashSet};

pub(super) fn grants(definitions: &Definitions, which: &Grants, known: &Known<'_>, report: &mut Report) {
    let list = Position::list("grants");
    let mut checked = |(index, grant): (usize, &Grant)| {
        let position = list.item(index);
        grantee(grant, &position.member("to"), known, report);
        granted(grant, &position.member("on"), definitions, known, report);
        level(grant, &position, report);
    };
    match which {
        Grants::All => definitions.grants.iter().enumerate().for_each(checked),
        Grants::At(places) => {
            places.iter().filter_map(|at| Some((*at, definitions.grants.get(*at)?))).for_each(&mut checked);
        }
    }
    if matches!(which, Grants::All) {
        distinct(&definitions.grants, &list, report);
    }
}

/// Notes grants for somebody on something where there is one already.
fn distinct(grants: &[Grant], list: &Position, report: &mut Report) {
    let mut seen = HashSet::with_capacity(grants.len());
    for (index, grant) in grants.iter().enumerate() {
        report.expect(seen.insert((grant.to.clone().folded(), &grant.on)), &list.item(index), || {
            format!("a second grant `{}`: expected every name once", grant.name())
        });
    }
}

pub(super) fn workspaces(definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    let list = Position::list("workspaces");
    expect_distinct_names(report, "workspace", &list, definitions.workspaces.iter().map(|workspace| &workspace.name));
    for (index, workspace) in definitions.workspaces.iter().enumerate() {
        let folders = list.item(index).member("folders");
        owner(workspace.owner.as_ref(), &list.item(index).member("owner"), known, report);
        expect_distinct_names(report, "folder", &folders, workspace.folders.iter().map(|folder| &folder.name));
        for (index, folder) in workspace.folders.iter().enumerate() {
            owner(folder.owner.as_ref(), &folders.item(index).member("owner"), known, report);
        }
    }
}

fn grantee(grant: &Grant, to: &Position, known: &Known<'_>, report: &mut Report) {
    match &grant.to {
        Grantee::Team(team) => expect_known(report, &to.member("team"), "team", team, &known.teams),
        Grantee::Tenant(tenant) => {
            expect_known(report, &to.member("tenant"), "tenant", tenant, &known.tenants);
        }
        // Members are no part of a revision: see `strangers`.
        Grantee::Member(_) => {}
        Grantee::EmbedMember(identity) => embed_member(identity, &to.member("embed_member"), known, report),
        Grantee::Key(key) => expect_known(report, &to.member("key"), "embed key", key, &known.keys),
    }
}

/// Whether members who are named by e-mail address are among those of the same files: who is granted something, who
/// administers a team, whose something is.
pub(crate) fn strangers(definitions: &Definitions) -> Result<(), Vec<Problem>> {
    let internal = definitions.members.iter().filter(|member| member.kind == MemberKind::Internal);
    let emails: BTreeSet<String> = internal.map(|member| fold_email(member.address())).collect();
    let mut report = Report::default();
    for (position, email) in granted_to(definitions).chain(administering(definitions)).chain(owning(definitions)) {
        report.expect(emails.contains(&fold_email(email)), &position, || unknown("internal member", email, &emails));
    }
    report.finish(())
}

fn granted_to(definitions: &Definitions) -> impl Iterator<Item = (Position, &str)> {
    definitions.grants.iter().enumerate().filter_map(|(index, grant)| match &grant.to {
        Grantee::Member(email) => {
            Some((Position::list("grants").item(index).member("to").member("member"), email.as_str()))
        }
        _ => None,
    })
}

fn administering(definitions: &Definitions) -> impl Iterator<Item = (Position, &str)> {
    definitions.teams.iter().enumerate().flat_map(|(index, team)| {
        let position = Position::list("teams").item(index).member("administrators");
        team.administrators.iter().map(move |email| (position.entry(email), email.as_str()))
    })
}

fn owning(definitions: &Definitions) -> impl Iterator<Item = (Position, &str)> {
    let workspaces = definitions.workspaces.iter().enumerate().flat_map(|(index, workspace)| {
        let at = Position::list("workspaces").item(index);
        let position = at.member("folders");
        let folders = workspace.folders.iter().enumerate();
        let folders = folders.map(move |(index, folder)| (position.item(index), folder.owner.as_ref()));
        std::iter::once((at, workspace.owner.as_ref())).chain(folders)
    });
    let workbooks = definitions.workbooks.iter();
    let workbooks = workbooks.map(|(name, it)| (Position::top(format!("workbooks/{name}.yaml")), it.owner.as_ref()));
    workspaces.chain(workbooks).filter_map(|(position, owner)| match owner? {
        Owner::Member(email) => Some((position.member("owner").member("member"), email.as_str())),
        Owner::EmbedMember(_) => None,
    })
}

/// Notes an embed member whose something cannot be.
pub(super) fn owner(owner: Option<&Owner>, position: &Position, known: &Known<'_>, report: &mut Report) {
    if let Some(Owner::EmbedMember(identity)) = owner {
        embed_member(identity, &position.member("embed_member"), known, report);
    }
}

/// Embed members are made by embeds, so one need not be written anywhere; who vouches for them must be.
fn embed_member(identity: &EmbedIdentity, position: &Position, known: &Known<'_>, report: &mut Report) {
    let issuers = &known.issuers;
    expect_known(report, &position.member("issuer"), "issuer", &identity.issuer, issuers);
    if let Some(tenant) = &identity.tenant {
        expect_known(report, &position.member("tenant"), "tenant", tenant, &known.tenants);
    }
    report.expect(!identity.subject.trim().is_empty(), &position.member("subject"), || {
        "no subject: expected what the issuer calls the person".to_owned()
    });
}

fn granted(grant: &Grant, on: &Position, definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    if grant.on.is_built_in() {
        let message = "it is built in, and seen by whoever may see the activity: expected something else";
        return report.add(on, message);
    }
    match &grant.on {
        Granted::Workspace(name) => content(&ContentName::Workspace(name.clone()), on, known, report),
        Granted::Folder(path) => content(&ContentName::Folder(path.clone()), on, known, report),
        Granted::Workbook(name) => content(&ContentName::Workbook(name.clone()), on, known, report),
        Granted::Tag(path) => expect_known(report, &on.member("tag"), "tag", path, &*definitions.tags),
        Granted::Connection(name) => {
            expect_known(report, &on.member("connection"), "connection", name, &known.connections);
        }
        Granted::Schema(path) => schema(path, &on.member("schema"), known, report),
        Granted::Model(name) => expect_known(report, &on.member("model"), "model", name, &*definitions.models),
        Granted::Table(path) => {
            let tables = || {
                definitions
                    .models
                    .iter()
                    .flat_map(|(model, defined)| defined.tables.keys().map(move |table| format!("{model}.{table}")))
            };
            let model = definitions.models.get(&path.model);
            let found = model.is_some_and(|model| model.tables.contains_key(&path.table));
            report.expect(found, &on.member("table"), || unknown("table", path, tables()));
        }
    }
}

/// Which schemas a database has is not known here, only that it is a database.
fn schema(path: &SchemaPath, position: &Position, known: &Known<'_>, report: &mut Report) {
    let Some(connection) = known.connections.get(&path.connection) else {
        report.add(position, unknown("connection", &path.connection, known.connections.keys()));
        return;
    };
    report.expect(connection.postgres.is_some(), position, || {
        format!("`{}` is no database: expected a connection that has schemas", path.connection)
    });
}

/// Notes content that does not exist; `position` is that of the mapping which names it.
pub(super) fn content(content: &ContentName, position: &Position, known: &Known<'_>, report: &mut Report) {
    match content {
        ContentName::Workspace(name) => {
            let position = position.member("workspace");
            expect_known(report, &position, "workspace", name, &known.workspaces);
        }
        ContentName::Folder(path) => expect_known(report, &position.member("folder"), "folder", path, &known.folders),
        ContentName::Workbook(name) => {
            let position = position.member("workbook");
            expect_known(report, &position, "workbook", name, &known.workbooks);
        }
    }
}

/// A grant gives a level of its kind, or allows or denies something on content.
fn level(grant: &Grant, position: &Position, report: &mut Report) {
    let on_data = grant.on.is_data();
    let (kind, fitting): (_, &[Level]) = if on_data {
        ("data", &[Level::Use, Level::UseAndAnnotate])
    } else {
        ("content", &[Level::View, Level::Explore, Level::Contribute, Level::Manage])
    };
    let names = || one_of(fitting.iter().map(|level| level.as_str()));
    match grant.level {
        Some(level) => report.expect(fitting.contains(&level), &position.member("level"), || {
            format!("`{}` is no level of {kind}: expected {}", level.as_str(), names())
        }),
        None => report.expect(!(grant.allow.is_empty() && grant.deny.is_empty()), position, || {
            format!("neither `level` nor `allow` nor `deny`: expected a level, {}, or one of the others", names())
        }),
    }
    for (member, permissions) in [("allow", &grant.allow), ("deny", &grant.deny)] {
        for permission in permissions {
            let name = permission.as_str();
            let position = position.member(member).entry(name);
            report.expect(!on_data, &position, || format!("`{name}` on data: expected only a level"));
            report.expect(!permission.is_of_administration(), &position, || {
                format!("`{name}` is about the organization: expected a permission about content")
            });
        }
    }
    for permission in grant.allow.intersection(&grant.deny) {
        let name = permission.as_str();
        report.add(&position.member("allow").entry(name), format!("`{name}` both allowed and denied: expected one"));
    }
}
