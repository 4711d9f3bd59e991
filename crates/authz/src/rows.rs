//! Which rows of a table a person sees: its row policies, with every attribute replaced by a literal.
//!
//! A row is visible if at least one permit policy that applies admits it and every restrict policy that applies
//! holds. A policy that rests on something the person has not, or that does not exist, is false as a whole: a permit
//! policy then admits no row, a restrict policy hides all.

mod calculated;
mod condition;
mod explain;

use crate::activity;
use crate::resume::Principal;
pub(crate) use calculated::calculated;
use condition::Missing;
pub use explain::{Standing, is_visible, standings};
use model::built_in;
use model::enforcement::{Point, enforced};
use model::filter::{Condition, RowFilter};
use model::name::{ColumnName, ModelName, PolicyName, TableName, TeamName};
use model::publication::Audience;
use model::rule::{Applies, Purpose, RowPolicy};
use model::semantic::{SharedRows, Table};
use model::snapshot::Snapshot;
use model::value::ColumnType;
use std::collections::BTreeMap;

/// A permit policy that admits rows to somebody.
pub(crate) struct Permitted {
    /// Its name.
    pub(crate) name: PolicyName,
    /// Which rows.
    pub(crate) condition: Condition,
}

/// The rows of a table that this person sees, and the permit policies that admit them; none where all rows are shared.
pub(crate) fn visible(
    principal: &Principal,
    snapshot: &Snapshot,
    table_name: &(ModelName, TableName),
    table: &Table,
) -> (RowFilter, Vec<Permitted>) {
    if built_in::is_model(&table_name.0) {
        return (activity::rows(principal, snapshot), Vec::new());
    }
    let policies = snapshot.policies.get(table_name).map(Vec::as_slice).unwrap_or_default();
    let viewer =
        Viewer { principal, snapshot, model: &table_name.0, columns: &table.columns, purpose: Purpose::Policy };
    let Some(demands) = viewer.restricted(policies) else { return (RowFilter::Nothing, Vec::new()) };
    let permitted = match &table.rows {
        Some(SharedRows::Shared) => Vec::new(),
        None => viewer.permitted(policies),
    };
    let any = match &table.rows {
        Some(SharedRows::Shared) => None,
        None if permitted.is_empty() => return (RowFilter::Nothing, permitted),
        None => Some(single_or(permitted.iter().map(|one| one.condition.clone()).collect(), Condition::Or)),
    };
    let all: Vec<Condition> = any.into_iter().chain(demands).collect();
    let rows = if all.is_empty() { RowFilter::Everything } else { RowFilter::Where(single_or(all, Condition::And)) };
    (rows, permitted)
}

/// A person in front of a table of a model.
#[derive(Clone, Copy)]
struct Viewer<'a> {
    principal: &'a Principal,
    snapshot: &'a Snapshot,
    model: &'a ModelName,
    columns: &'a BTreeMap<ColumnName, ColumnType>,
    purpose: Purpose,
}

impl Viewer<'_> {
    /// The permit policies that admit rows.
    fn permitted(&self, policies: &[RowPolicy]) -> Vec<Permitted> {
        let applying = policies.iter().filter(|policy| self.is_permitted_by(&policy.applies));
        let admitting = applying.filter_map(|policy| {
            let condition = self.condition(&policy.rule).ok()?;
            (condition != Condition::Constant(false)).then(|| Permitted { name: policy.name.clone(), condition })
        });
        admitting.collect()
    }

    /// What every restrict policy demands; `None` if one cannot be met.
    fn restricted(&self, policies: &[RowPolicy]) -> Option<Vec<Condition>> {
        let binding = |policy: &&RowPolicy| enforced(Point::RestrictPolicies) && self.is_restricted_by(&policy.applies);
        policies.iter().filter(binding).map(|policy| self.condition(&policy.rule).ok()).collect()
    }

    fn is_permitted_by(&self, applies: &Applies) -> bool {
        match applies {
            Applies::PermitAll => true,
            Applies::PermitTeams(teams) => self.is_in_any(teams).unwrap_or(false),
            Applies::PermitGuestsOf(keys) => match self.principal.audience() {
                Some(Audience::GuestsOf(client_id)) => keys.contains(client_id),
                Some(Audience::PublicLink(_)) | None => false,
            },
            Applies::RestrictAll | Applies::RestrictExceptTeams(_) => false,
        }
    }

    /// An exemption is a gain: only teams that exist and count give it.
    fn is_restricted_by(&self, applies: &Applies) -> bool {
        match applies {
            Applies::RestrictAll => true,
            Applies::RestrictExceptTeams(teams) => !teams.iter().any(|team| self.principal.teams().contains(team)),
            Applies::PermitAll | Applies::PermitTeams(_) | Applies::PermitGuestsOf(_) => false,
        }
    }

    /// Whether the person is in any of the teams; nobody can say if one of them does not exist.
    fn is_in_any(&self, teams: &[TeamName]) -> Result<bool, Missing> {
        if teams.iter().all(|team| self.snapshot.teams.named(team).is_some()) {
            Ok(teams.iter().any(|team| self.principal.teams().contains(team)))
        } else {
            Err(Missing)
        }
    }
}

fn single_or(mut conditions: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match conditions.pop() {
        Some(only) if conditions.is_empty() => only,
        Some(last) => {
            conditions.push(last);
            join(conditions)
        }
        None => join(conditions),
    }
}
