//! Teams: that they nest without a circle, and that a tenant's own ones stay inside the tenant.

use super::{Known, expect_distinct_names, expect_known};
use crate::access::{Definitions, Team};
use crate::name::{TeamName, TenantName};
use crate::problem::{Position, Report, unknown};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(definitions: &Definitions, known: &Known<'_>, report: &mut Report) {
    let list = Position::list("teams");
    expect_distinct_names(report, "team", &list, definitions.teams.iter().map(|team| &team.name));
    let teams: BTreeMap<&TeamName, &Team> = definitions.teams.iter().map(|team| (&team.name, team)).collect();
    for (index, team) in definitions.teams.iter().enumerate() {
        let position = list.item(index);
        known.check_values(&team.attributes, &position.member("attributes"), report);
        nested(team, &teams, &position.member("members_of"), known, report);
        if let Some(tenant) = team.name.tenant() {
            of_tenant(team, tenant, &position, known, report);
        }
    }
}

fn nested(
    team: &Team,
    teams: &BTreeMap<&TeamName, &Team>,
    position: &Position,
    known: &Known<'_>,
    report: &mut Report,
) {
    for above in &team.members_of {
        let position = position.entry(above);
        expect_known(report, &position, "team", above, &known.teams);
        report.expect(above.tenant() == team.name.tenant(), &position, || match team.name.tenant() {
            Some(tenant) => format!("`{above}` for a team of tenant `{tenant}`: expected another team of that tenant"),
            None => format!("`{above}` is a tenant's own team: expected one of the organization's"),
        });
        report.expect(!leads_to(above, &team.name, teams), &position, || {
            format!("`{above}` is itself in `{}`: expected teams in teams without a circle", team.name)
        });
    }
}

/// Whether who is in one team is in the other by that.
fn leads_to(from: &TeamName, to: &TeamName, teams: &BTreeMap<&TeamName, &Team>) -> bool {
    let (mut seen, mut left) = (BTreeSet::new(), vec![from]);
    while let Some(name) = left.pop() {
        if seen.insert(name) {
            left.extend(teams.get(name).into_iter().flat_map(|team| &team.members_of));
        }
    }
    seen.contains(to)
}

/// What a tenant's own people administer changes nothing for the organization: no value that policies read, nobody who
/// gets in by a token.
fn of_tenant(team: &Team, tenant: &str, position: &Position, known: &Known<'_>, report: &mut Report) {
    let exists = TenantName::new(tenant).is_ok_and(|name| known.tenants.contains(&name));
    report.expect(exists, &position.member("name"), || unknown("tenant", tenant, &known.tenants));
    report.expect(team.attributes.is_empty(), &position.member("attributes"), || {
        "values of a tenant's own team: expected none, as policies read them".to_owned()
    });
    report.expect(team.known_as.is_empty(), &position.member("known_as"), || {
        "names of a tenant's own team: expected none, as no token names it".to_owned()
    });
    report.expect(!team.on_demand, &position.member("on_demand"), || {
        "`true` for a tenant's own team: expected `false`, as no token names it".to_owned()
    });
}
