//! Workspaces and grants.

use super::{Known, expect_distinct_names, expect_known};
use crate::access::{ContentName, Definitions, Grant, Granted, Grantee, Level};
use crate::name::fold_email;
use crate::problem::{Position, Report, one_of, unknown};

pub(super) fn check(definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    workspaces(definitions, report);
    let grants = Position::list("grants");
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
        Grantee::Member(email) => {
            let found = known.internal_emails.contains(&fold_email(email));
            let message = || unknown("internal member", email, &known.internal_emails);
            report.expect(found, &to.member("member"), message);
        }
    }
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
