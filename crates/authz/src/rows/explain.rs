//! Why somebody sees the rows of a table that they see: how each of its policies stands towards them.

use super::Viewer;
use crate::resume::Principal;
use model::filter::Condition;
use model::name::{ModelName, PolicyName, TableName};
use model::rule::{Applies, Asked, Purpose};
use model::snapshot::Snapshot;

/// How one row policy stands towards somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The policy.
    pub policy: PolicyName,
    /// Whom it is for.
    pub applies: Applies,
    /// Whether they are one of those.
    pub concerns: bool,
    /// What its rule asks of them, and what they have of it.
    pub asked: Vec<(Asked, Option<String>)>,
    /// What the rule demands of a row. `None`: it rests on something that they have not, so it is false as a whole.
    pub condition: Option<Condition>,
}

impl Standing {
    /// Whether it opens rows, rather than closing others.
    #[must_use]
    pub const fn permits(&self) -> bool {
        !matches!(self.applies, Applies::RestrictAll | Applies::RestrictExceptTeams(_))
    }
}

/// Whether a row is visible of which it is known whether each policy that concerns somebody holds: as for every row, one that
/// permits must hold unless all rows are shared, and all that restrict. What is unknown does not hold.
#[must_use]
pub fn is_visible(shared: bool, holds: &[(&Standing, Option<bool>)]) -> bool {
    let is_so = |(_, holds): &&(&Standing, Option<bool>)| *holds == Some(true);
    let (permits, restricts): (Vec<_>, Vec<_>) = holds.iter().partition(|(standing, _)| standing.permits());
    (shared || permits.iter().any(is_so)) && restricts.iter().all(is_so)
}

/// How every row policy of a table stands towards somebody. `None`: there is no such table.
#[must_use]
pub fn standings(
    principal: &Principal,
    snapshot: &Snapshot,
    model: &ModelName,
    table: &TableName,
) -> Option<Vec<Standing>> {
    let columns = &snapshot.models.named(model)?.tables.get(table)?.columns;
    let viewer = Viewer { principal, snapshot, model, columns, purpose: Purpose::Policy };
    let policies = snapshot.policies.get(&(model.clone(), table.clone())).into_iter().flatten();
    let standing = |policy: &model::rule::RowPolicy| Standing {
        policy: policy.name.clone(),
        concerns: viewer.is_permitted_by(&policy.applies) || viewer.is_restricted_by(&policy.applies),
        applies: policy.applies.clone(),
        asked: policy.rule.asks_for().into_iter().map(|asked| with_answer(principal, asked)).collect(),
        condition: viewer.condition(&policy.rule).ok(),
    };
    Some(policies.map(standing).collect())
}

fn with_answer(principal: &Principal, asked: Asked) -> (Asked, Option<String>) {
    let found = has(principal, &asked);
    (asked, found)
}

/// What somebody has of what a rule asks for.
fn has(principal: &Principal, asked: &Asked) -> Option<String> {
    match asked {
        Asked::Attribute(name) => principal.attribute(name).map(ToString::to_string),
        Asked::Email => principal.trusted_email().map(str::to_owned),
        Asked::Id => principal.member().map(ToString::to_string),
        Asked::Tenant => principal.tenant().map(ToString::to_string),
        Asked::FullName => principal.full_name(),
        Asked::Team(name) => principal.teams().contains(name).then(|| "a member".to_owned()),
    }
}
