//! Workspaces and grants.

use super::{Known, expect_distinct, expect_distinct_names, expect_known};
use crate::access::{ContentName, Definitions, Grant, Granted, Grantee, Level, MemberKind};
use crate::name::fold_email;
use crate::problem::{Position, Problem, Report, one_of, unknown};
use std::collections::BTreeSet;

pub(super) fn check(definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    workspaces(definitions, report);
    let grants = Position::list("grants");
    let names = definitions.grants.iter().enumerate();
    expect_distinct(report, "grant", names.map(|(index, grant)| (grants.item(index), grant.name())));
    for (index, grant) in definitions.grants.iter().enumerate() {
        let position = grants.item(index);
        grantee(grant, &position.member("to"), known, report);
        granted(grant, &position.member("on"), definitions, known, report);
        level(grant, &position.member("level"), report);
    }
}

fn workspaces(definitions: &Definitions, report: &mut Report) {
    let list = Position::list("workspaces");
    expect_distinct_names(report, "workspace", &list, definitions.workspaces.iter().map(|workspace| &workspace.name));
    for (index, workspace) in definitions.workspaces.iter().enumerate() {
        let folders = list.item(index).member("folders");
        expect_distinct_names(report, "folder", &folders, workspace.folders.iter().map(|folder| &folder.name));
    }
}

fn grantee(grant: &Grant, to: &Position, known: &Known<'_>, report: &mut Report) {
    match &grant.to {
        Grantee::Team(team) => expect_known(report, &to.member("team"), "team", team, known.teams.iter().copied()),
        Grantee::Tenant(tenant) => {
            expect_known(report, &to.member("tenant"), "tenant", tenant, known.tenants.iter().copied());
        }
        // Members are no part of a revision: see `grantees`.
        Grantee::Member(_) => {}
    }
}

/// Whether members who are granted something are among those of the same files.
pub(crate) fn grantees(definitions: &Definitions) -> Result<(), Vec<Problem>> {
    let internal = definitions.members.iter().filter(|member| member.kind == MemberKind::Internal);
    let emails: BTreeSet<String> = internal.map(|member| fold_email(member.address())).collect();
    let mut report = Report::default();
    for (index, grant) in definitions.grants.iter().enumerate() {
        let Grantee::Member(email) = &grant.to else { continue };
        let position = Position::list("grants").item(index).member("to").member("member");
        report.expect(emails.contains(&fold_email(email)), &position, || unknown("internal member", email, &emails));
    }
    report.finish(())
}

fn granted(grant: &Grant, on: &Position, definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    match &grant.on {
        Granted::Workspace(name) => content(&ContentName::Workspace(name.clone()), on, known, report),
        Granted::Folder(path) => content(&ContentName::Folder(path.clone()), on, known, report),
        Granted::Workbook(name) => content(&ContentName::Workbook(name.clone()), on, known, report),
        Granted::Connection(name) => {
            expect_known(report, &on.member("connection"), "connection", name, known.connections.keys().copied());
        }
        Granted::Model(name) => expect_known(report, &on.member("model"), "model", name, definitions.models.keys()),
    }
}

/// Notes content that does not exist; `position` is that of the mapping which names it.
pub(super) fn content(content: &ContentName, position: &Position, known: &Known<'_>, report: &mut Report) {
    match content {
        ContentName::Workspace(name) => {
            let position = position.member("workspace");
            expect_known(report, &position, "workspace", name, known.workspaces.iter().copied());
        }
        ContentName::Folder(path) => expect_known(report, &position.member("folder"), "folder", path, &known.folders),
        ContentName::Workbook(name) => {
            let position = position.member("workbook");
            expect_known(report, &position, "workbook", name, known.workbooks.iter().copied());
        }
    }
}

fn level(grant: &Grant, position: &Position, report: &mut Report) {
    let on_data = matches!(grant.on, Granted::Connection(_) | Granted::Model(_));
    let (kind, fitting): (_, &[Level]) = if on_data {
        ("data", &[Level::Use, Level::UseAndAnnotate])
    } else {
        ("content", &[Level::View, Level::Explore, Level::Contribute, Level::Manage])
    };
    report.expect(fitting.contains(&grant.level), position, || {
        let names = fitting.iter().map(|level| level.as_str());
        format!("`{}` is no level of {kind}: expected {}", grant.level.as_str(), one_of(names))
    });
}
