//! Column policies: that columns, policies, teams and keys exist, and that masks fit.

use super::{Known, access_grants, expect_known, expect_organization_team};
use crate::name::{ColumnName, PolicyName};
use crate::problem::{Position, Report, unknown};
use crate::semantic::{ColumnPolicyDefinition, Model, Otherwise, Table, VisibleTo};
use std::collections::BTreeSet;

pub(super) fn check(model: &Model, table: &Table, list: &Position, known: &Known<'_>, report: &mut Report) {
    let mut seen: BTreeSet<(&ColumnName, Option<&PolicyName>)> = BTreeSet::new();
    for (index, policy) in table.column_policies.iter().enumerate() {
        let position = list.item(index);
        visible_to(model, policy, &position.member("visible_to"), known, report);
        with(table, policy, &position, report);
        report.expect(!policy.columns.is_empty(), &position.member("columns"), || {
            "no columns: expected at least one".to_owned()
        });
        for (index, column) in policy.columns.iter().enumerate() {
            let position = position.member("columns").item(index);
            report.expect(seen.insert((column, policy.with.as_ref())), &position, || {
                format!("a second policy of column `{column}` for the same rows: expected one")
            });
            masked(table, policy, column, &position, report);
        }
    }
}

fn masked(
    table: &Table,
    policy: &ColumnPolicyDefinition,
    column: &ColumnName,
    position: &Position,
    report: &mut Report,
) {
    let Some(kind) = table.columns.get(column) else {
        report.add(position, unknown("column", column, table.columns.keys()));
        return;
    };
    if let Otherwise::Mask(mask) = &policy.otherwise {
        let fitting = mask.of_kind(*kind).map_err(|expected| format!("column `{column}`: {expected}"));
        report.value(position, fitting);
    }
}

/// A policy may go with a permit policy, and then it cannot hide: a column cannot be absent in some of the rows.
fn with(table: &Table, policy: &ColumnPolicyDefinition, position: &Position, report: &mut Report) {
    let Some(name) = &policy.with else { return };
    let permits = table.row_policies.iter().filter(|policy| policy.permit.is_some()).map(|policy| &policy.name);
    let permits: BTreeSet<&PolicyName> = permits.collect();
    expect_known(report, &position.member("with"), "permit policy", name, &permits);
    report.expect(policy.otherwise != Otherwise::Hide, &position.member("otherwise"), || {
        "`hide` in some of the rows: expected a mask, such as `mask: null`".to_owned()
    });
}

fn visible_to(
    model: &Model,
    policy: &ColumnPolicyDefinition,
    position: &Position,
    known: &Known<'_>,
    report: &mut Report,
) {
    match &policy.visible_to {
        VisibleTo::Nobody => {}
        VisibleTo::Teams(teams) => {
            for (index, team) in teams.iter().enumerate() {
                let position = position.member("teams").item(index);
                expect_organization_team(report, &position, team, known);
            }
        }
        VisibleTo::AccessGrants(names) => {
            let position = position.member("access_grants");
            report.expect(!names.is_empty(), &position, || {
                "no access grants: expected at least one, for everybody has all of none".to_owned()
            });
            access_grants::named(model, names, &position, report);
        }
        VisibleTo::GuestsOf(keys) => {
            for (index, key) in keys.iter().enumerate() {
                let position = position.member("guests_of").item(index);
                expect_known(report, &position, "embed key", key, &known.keys);
            }
        }
    }
}
