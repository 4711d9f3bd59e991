//! Connections: one place each, and attributes that lead somewhere.

use super::{Known, expect_distinct_names, expect_known};
use crate::access::{Connection, Definitions, PostgresPlace, RoleChoice, Route};
use crate::attribute::AttributeKind;
use crate::name::AttributeName;
use crate::problem::{Position, Report};

/// The most connections to one database.
const MOST_CONNECTIONS: u32 = 1_000;

/// The longest that an answer may be given again, in seconds: a day.
const LONGEST_FRESHNESS: u32 = 86_400;

pub(super) fn check(definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    let list = Position::list("connections");
    expect_distinct_names(report, "connection", &list, definitions.connections.iter().map(|it| &it.name));
    for (index, connection) in definitions.connections.iter().enumerate() {
        let position = list.item(index);
        report.expect(connection.place().is_some(), &position, || {
            format!("connection `{}`: expected exactly one of `folder` and `postgres`", connection.name)
        });
        if let Some(postgres) = &connection.postgres {
            database(postgres, &position.member("postgres"), known, report);
        }
        if let Some(route) = &connection.route {
            leads_somewhere(connection, route, &position.member("route"), known, report);
        }
    }
}

fn database(postgres: &PostgresPlace, position: &Position, known: &Known<'_>, report: &mut Report) {
    for (member, text) in [("host", &postgres.host), ("database", &postgres.database), ("user", &postgres.user)] {
        let is_fine = !text.is_empty() && !text.contains('\0');
        report.expect(is_fine, &position.member(member), || format!("expected the {member}'s name"));
    }
    let most = MOST_CONNECTIONS;
    report.expect((1..=most).contains(&postgres.connections), &position.member("connections"), || {
        format!("`{}`: expected 1 to {most}", postgres.connections)
    });
    report.expect(postgres.freshness_seconds <= LONGEST_FRESHNESS, &position.member("freshness_seconds"), || {
        format!("`{}`: expected at most {LONGEST_FRESHNESS}, which is a day", postgres.freshness_seconds)
    });
    if let Some(RoleChoice { attribute, allowed }) = &postgres.role {
        let position = position.member("role");
        one_text(attribute, &position.member("attribute"), known, report);
        let list = position.member("allowed");
        report.expect(!allowed.is_empty(), &list, || "no roles: expected at least one".to_owned());
        for role in allowed {
            // PostgreSQL takes `none` for the role that has logged in.
            let is_role = !role.is_empty() && !role.contains('\0') && !role.eq_ignore_ascii_case("none");
            report.expect(is_role, &list, || format!("`{role}` is no role: expected the name of one"));
        }
    }
}

fn leads_somewhere(
    connection: &Connection,
    route: &Route,
    position: &Position,
    known: &Known<'_>,
    report: &mut Report,
) {
    one_text(&route.attribute, &position.member("attribute"), known, report);
    let to = position.member("to");
    report.expect(!route.to.is_empty(), &to, || "leads nowhere: expected at least one connection".to_owned());
    for (value, name) in &route.to {
        let position = to.member(value);
        expect_known(report, &position, "connection", name, &known.connections);
        let Some(end) = known.connections.get(name) else { continue };
        report.expect(end.route.is_none() || *name == connection.name, &position, || {
            format!("connection `{name}` has a route of its own: expected one that has none")
        });
        report.expect(end.folder.is_some() == connection.folder.is_some(), &position, || {
            format!("connection `{name}` is of another kind: expected one like `{}`", connection.name)
        });
    }
}

/// The attribute must hold one text, as names are.
fn one_text(name: &AttributeName, position: &Position, known: &Known<'_>, report: &mut Report) {
    expect_known(report, position, "attribute", name, &known.attributes);
    if let Some(attribute) = known.attributes.get(name) {
        let is_text = attribute.kind == AttributeKind::Text && !attribute.list;
        report.expect(is_text, position, || format!("attribute `{name}`: expected one that holds one text"));
    }
}
