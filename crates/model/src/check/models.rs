//! Models: tables and their row policies.

use super::{
    Checked, Formulas, Known, Policies, access_grants, columns, derived, expect_distinct_names, expect_known,
    expect_organization_team, explores,
};
use crate::access::{Definitions, Place};
use crate::name::{ModelName, TeamName};
use crate::problem::{Position, Report};
use crate::rule::{Applies, RowPolicy, Vocabulary};
use crate::semantic::{DownloadLimit, Model, PermitFor, RestrictFor, RowPolicyDefinition, Table};

pub(super) fn check(definitions: &Definitions, known: &Known<'_>, report: &mut Report) -> Checked {
    let (mut policies, mut formulas) = (Policies::new(), Formulas::new());
    for (name, model) in &definitions.models {
        let top = Position::top(format!("models/{name}.yaml"));
        let connections = &known.connections;
        expect_known(report, &top.member("connection"), "connection", &model.connection, connections);
        access_grants::check(model, &top, known, report);
        for (table_name, table) in &model.tables {
            let position = top.member("tables").member(table_name);
            columns::check(model, table, &position.member("column_policies"), known, report);
            downloads(&table.download_limits, &position.member("download_limits"), known, report);
            origin(model, table, &position, known, report);
            let of_table = checked_table(name, table, &position, known, report);
            if !of_table.is_empty() {
                policies.insert((name.clone(), table_name.clone()), of_table);
            }
        }
        for (explore, of_explore) in explores::check(name, model, &top.member("explores"), known, report) {
            formulas.extend(
                of_explore.into_iter().map(|(field, formula)| ((name.clone(), explore.clone(), field), formula)),
            );
        }
    }
    Checked { policies, formulas }
}

fn checked_table(
    model: &ModelName,
    table: &Table,
    position: &Position,
    known: &Known<'_>,
    report: &mut Report,
) -> Vec<RowPolicy> {
    report.expect(!table.columns.is_empty(), &position.member("columns"), || {
        "no columns: expected at least one".to_owned()
    });
    let policies = position.member("row_policies");
    report.expect(table.rows.is_none() || table.row_policies.is_empty(), &policies, || {
        "row policies beside `rows: shared`: expected one or the other".to_owned()
    });
    expect_distinct_names(report, "row policy", &policies, table.row_policies.iter().map(|policy| &policy.name));
    let vocabulary = known.vocabulary(model, &table.columns);
    let checked = table.row_policies.iter().enumerate();
    checked.filter_map(|(i, policy)| checked_policy(policy, &vocabulary, &policies.item(i), known, report)).collect()
}

/// A table is read from somewhere, or derived.
fn origin(model: &Model, table: &Table, position: &Position, known: &Known<'_>, report: &mut Report) {
    match (&table.source, &table.derived) {
        (Some(written), None) => source(model, (table, written), &position.member("source"), known, report),
        (None, Some(of)) => derived::check(model, (table, of), position, report),
        (Some(_), Some(_)) => report.add(position, "both `source` and `derived`: expected exactly one of them"),
        (None, None) => report.add(position, "neither `source` nor `derived`: expected exactly one of them"),
    }
}

/// Whether the connection can have what the table is read from.
fn source(
    model: &Model,
    (table, written): (&Table, &str),
    position: &Position,
    known: &Known<'_>,
    report: &mut Report,
) {
    let expected = match known.connections.get(&model.connection).and_then(|connection| connection.place()) {
        Some(Place::Folder(_)) if !is_file(written) => "a `.parquet` or `.csv` file inside the connection's folder",
        Some(Place::Postgres(_)) if table.relation().is_none() => "a table or view, such as `orders` or `sales.orders`",
        _ => return,
    };
    report.add(position, format!("`{written}`: expected {expected}"));
}

/// Whether the path stays inside of the folder it is relative to and names a kind of file we read.
fn is_file(path: &str) -> bool {
    let inside = path.split('/').all(|part| !matches!(part, "" | "." | "..")) && !path.contains(['\\', ':', '\0']);
    let (name, ending) = path.rsplit_once('.').unwrap_or_default();
    inside && !name.is_empty() && !name.ends_with('/') && matches!(ending, "parquet" | "csv")
}

fn checked_policy(
    policy: &RowPolicyDefinition,
    vocabulary: &Vocabulary<'_>,
    position: &Position,
    known: &Known<'_>,
    report: &mut Report,
) -> Option<RowPolicy> {
    let applies = applies(policy, position, report);
    if let Some(permit) = &policy.permit {
        expect_known_audience(permit, &position.member("permit"), known, report);
    }
    if let Some(RestrictFor::ExceptTeams(teams)) = &policy.restrict {
        expect_known_teams(teams, &position.member("restrict").member("except_teams"), known, report);
    }
    let rule = report.value(&position.member("rule"), vocabulary.read(&policy.rule));
    Some(RowPolicy { name: policy.name.clone(), applies: applies?, rule: rule? })
}

fn applies(policy: &RowPolicyDefinition, position: &Position, report: &mut Report) -> Option<Applies> {
    match (&policy.permit, &policy.restrict) {
        (Some(PermitFor::All), None) => Some(Applies::PermitAll),
        (Some(PermitFor::Teams(teams)), None) => Some(Applies::PermitTeams(teams.clone())),
        (Some(PermitFor::GuestsOf(keys)), None) => Some(Applies::PermitGuestsOf(keys.clone())),
        (None, Some(RestrictFor::All)) => Some(Applies::RestrictAll),
        (None, Some(RestrictFor::ExceptTeams(teams))) => Some(Applies::RestrictExceptTeams(teams.clone())),
        (Some(_), Some(_)) => {
            report.add(position, "both `permit` and `restrict`: expected exactly one of them");
            None
        }
        (None, None) => {
            report.add(position, "neither `permit` nor `restrict`: expected exactly one of them");
            None
        }
    }
}

fn expect_known_audience(audience: &PermitFor, position: &Position, known: &Known<'_>, report: &mut Report) {
    match audience {
        PermitFor::All => {}
        PermitFor::Teams(teams) => expect_known_teams(teams, &position.member("teams"), known, report),
        PermitFor::GuestsOf(keys) => {
            for (index, key) in keys.iter().enumerate() {
                let position = position.member("guests_of").item(index);
                expect_known(report, &position, "embed key", key, &known.keys);
            }
        }
    }
}

fn expect_known_teams(teams: &[TeamName], position: &Position, known: &Known<'_>, report: &mut Report) {
    for (index, team) in teams.iter().enumerate() {
        expect_organization_team(report, &position.item(index), team, known);
    }
}

/// Each audience once, so that what stands there is what counts.
fn downloads(limits: &[DownloadLimit], position: &Position, known: &Known<'_>, report: &mut Report) {
    for (index, limit) in limits.iter().enumerate() {
        let position = position.item(index);
        expect_known_audience(&limit.to, &position.member("to"), known, report);
        let is_second = limits.iter().take(index).any(|earlier| earlier.to == limit.to);
        report.expect(!is_second, &position.member("to"), || {
            "a second limit for the same people: expected each once".to_owned()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::is_file;

    #[test]
    fn sources_stay_in_their_folder() {
        for fine in ["flights.parquet", "2013/flights.csv", "a.b.csv"] {
            assert!(is_file(fine), "{fine}");
        }
        for odd in [
            "",
            ".csv",
            "a/.csv",
            "flights",
            "flights.json",
            "/etc/a.csv",
            "../a.csv",
            "a/../b.csv",
            "a//b.csv",
            "file:a.csv",
            "a\\b.csv",
        ] {
            assert!(!is_file(odd), "{odd}");
        }
    }
}
