//! What a world has in it, for the count of what was tried.

use crate::data::Of;
use crate::definitions::policies;
use crate::policies::Policy;
use crate::storage::Storage;
use crate::world::{World, is_part};
use serde_json::json;
use std::collections::BTreeSet;

/// How forms of rules and masks are known in what is written.
const FORMS: &[&str] = &[
    "user_attribute('label')",
    "user_attribute('number')",
    "user_attribute_includes",
    "user_attribute_matches",
    "exists_in(entitlements",
    "exists_in(units",
    "in_team",
    "tenant()",
    "cast(",
    "* 2",
    "100 / ",
    "7 % ",
    "timestamp '",
    " IN (",
    "LIKE",
    "BETWEEN",
    "NOT (",
    " OR ",
    " AND ",
    "IS NULL",
    "guests_of",
    "\"hide\"",
    "\"null\"",
    "partial",
    "hash",
    "constant",
    "bucket",
    "\"month\"",
    "\"with\"",
];

impl World {
    /// Each kind of rule, mask, formula, person and trap in it.
    pub(crate) fn features(&self) -> Vec<&'static str> {
        let all: String = Of::ALL.iter().map(|of| json!(policies(self, *of)).to_string()).collect();
        let mut found: Vec<&str> = FORMS.iter().copied().filter(|form| all.contains(*form)).collect();
        let restricts = self.policies.iter().flatten().any(|policy: &Policy| policy.permit.is_none());
        found.extend(restricts.then_some("restrict"));
        found.extend(self.seen.traps().into_iter().chain(self.hidden.traps()).collect::<BTreeSet<_>>());
        found.extend(self.formulas.features());
        found.extend([self.person.kind.feature(), self.join.feature(), self.kept()]);
        found.extend((!self.person.is_unknown()).then(|| self.person.sources.feature(&self.person.teams)));
        let named = [
            (self.is_clustered, "rows lie by their labels"),
            (self.limits.iter().any(|limits| !limits.is_empty()), "limits of downloads"),
            (self.person.zone.is_some(), "a time zone of the session"),
            (self.zone.is_some(), "a time zone of the organization"),
            (self.zone_of_tenants.is_some() && self.person.tenant.is_some(), "a time zone of the tenant"),
            (self.person.is_label_attribute, "a token's parameter is an attribute"),
        ];
        found.extend(named.into_iter().filter(|(is_there, _)| *is_there).map(|(_, name)| name));
        found.push(match (self.seen[Of::Events].len(), self.hidden[Of::Events].len()) {
            (0, _) => "policies pass no row",
            (_, 0) => "policies pass every row",
            (seen, hidden) if is_part(seen, hidden) => "policies pass 20 to 80 % of the rows",
            (seen, hidden) if seen < hidden => "policies pass fewer than 20 % of the rows",
            _ => "policies pass more than 80 % of the rows",
        });
        found
    }

    const fn kept(&self) -> &'static str {
        match self.storage {
            Storage::Csv => "tables in CSV files",
            Storage::Parquet => "tables in Parquet files, in batches of 64 rows, by two parts",
        }
    }
}
