//! The document of an explanation.

use authz::{Denial, Principal, Resource, Standing};
use model::rule::Applies;
use model::snapshot::Snapshot;
use serde::Serialize;
use std::collections::BTreeMap;

/// Why a persona may ask something, and what they see.
#[derive(Serialize)]
pub(super) struct Explanation {
    pub(super) persona: String,
    /// What the door said; absent: they got in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) refused: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) who: Option<Who>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) decision: Option<Decision>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) explore: Option<String>,
    /// Where the explore is read, if not where everybody reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) read_at: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tables: Vec<TableTold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) row: Option<Row>,
}

impl Explanation {
    /// Of somebody who did not get in.
    pub(super) fn refused(persona: &str, refusal: String) -> Self {
        let (persona, refused) = (persona.to_owned(), Some(refusal));
        let (who, decision, explore, read_at, row) = (None, None, None, None, None);
        Self { persona, refused, who, decision, explore, read_at, tables: Vec::new(), row }
    }
}

/// Who the server takes the persona for.
#[derive(Serialize)]
pub(super) struct Who {
    pub(super) tenant: Option<String>,
    pub(super) teams: Vec<String>,
    pub(super) permissions: Vec<&'static str>,
    /// What counts of each attribute; null: none.
    pub(super) attributes: BTreeMap<String, Option<String>>,
}

impl Who {
    pub(super) fn of(principal: &Principal, snapshot: &Snapshot) -> Self {
        let attributes = snapshot.attributes.keys().map(|name| {
            let value = principal.attribute(name).map(ToString::to_string);
            (name.to_string(), value)
        });
        Self {
            tenant: principal.tenant().map(ToString::to_string),
            teams: principal.teams().iter().map(ToString::to_string).collect(),
            permissions: principal.permissions().iter().map(|permission| permission.as_str()).collect(),
            attributes: attributes.collect(),
        }
    }
}

/// Whether the question may be asked.
#[derive(Serialize)]
pub(super) struct Decision {
    pub(super) resource: String,
    pub(super) allowed: bool,
    /// The rules that allow it.
    pub(super) rules: Vec<String>,
    /// What would be needed, and which rule wants it.
    pub(super) missing: Vec<Missing>,
}

/// Something that stands against a decision.
#[derive(Serialize)]
pub(super) struct Missing {
    pub(super) rule: &'static str,
    pub(super) needs: &'static str,
}

impl Decision {
    pub(super) fn allowed(resource: &Resource, rules: &[String]) -> Self {
        Self { resource: resource.to_string(), allowed: true, rules: rules.to_vec(), missing: Vec::new() }
    }

    pub(super) fn denied(resource: &Resource, denial: &Denial) -> Self {
        let missing = denial.reasons.iter().map(|reason| Missing { rule: reason.rule, needs: reason.missing });
        Self { resource: resource.to_string(), allowed: false, rules: Vec::new(), missing: missing.collect() }
    }
}

/// What they see of a table.
#[derive(Serialize)]
pub(super) struct TableTold {
    pub(super) table: String,
    /// Whether it says `rows: shared`.
    pub(super) shared: bool,
    pub(super) rows: Rows,
    pub(super) policies: Vec<PolicyTold>,
    /// Those that are not shown as they are.
    pub(super) columns: Vec<ColumnTold>,
}

/// How many rows there are for somebody.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Rows {
    All,
    /// Those that the policies let through.
    Some,
    None,
}

/// How a row policy stands towards them.
#[derive(Serialize)]
pub(super) struct PolicyTold {
    pub(super) policy: String,
    pub(super) effect: &'static str,
    /// Whom it is for.
    pub(super) of: String,
    /// Whether they are one of those.
    pub(super) concerns: bool,
    pub(super) rule: String,
    /// What the rule asks of them, and what they have; null: nothing.
    pub(super) asks: BTreeMap<String, Option<String>>,
    /// Whether it rests on something that they have not, and is false as a whole.
    pub(super) false_as_a_whole: bool,
}

impl PolicyTold {
    pub(super) fn of(standing: &Standing, rule: &str) -> Self {
        let (effect, of) = whom(&standing.applies);
        Self {
            policy: standing.policy.to_string(),
            effect,
            of,
            concerns: standing.concerns,
            rule: rule.to_owned(),
            asks: standing.asked.iter().map(|(asked, has)| (asked.to_string(), has.clone())).collect(),
            false_as_a_whole: standing.condition.is_none(),
        }
    }
}

fn whom(applies: &Applies) -> (&'static str, String) {
    let any_of = |names: Vec<String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let names = |list: &[model::name::TeamName]| any_of(list.iter().map(ToString::to_string).collect());
    match applies {
        Applies::PermitAll => ("permit", "everybody".to_owned()),
        Applies::PermitTeams(teams) => ("permit", format!("members of {}", names(teams))),
        Applies::PermitGuestsOf(keys) => {
            ("permit", format!("guests of {}", any_of(keys.iter().map(ToString::to_string).collect())))
        }
        Applies::RestrictAll => ("restrict", "everybody".to_owned()),
        Applies::RestrictExceptTeams(teams) => ("restrict", format!("everybody but members of {}", names(teams))),
    }
}

/// A column that is not shown as it is.
#[derive(Serialize)]
pub(super) struct ColumnTold {
    pub(super) column: String,
    pub(super) is: &'static str,
}

/// Rows that were looked for.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) table: String,
    /// One for each row that has these values.
    pub(super) found: Vec<Verdict>,
}

/// Whether a row is visible.
#[derive(Serialize)]
pub(super) struct Verdict {
    pub(super) visible: bool,
    /// Whether each policy that concerns them holds for it; null: unknown, which is not.
    pub(super) holds: BTreeMap<String, Option<bool>>,
}

impl Verdict {
    pub(super) fn of(visible: bool, holds: &[(&Standing, Option<bool>)]) -> Self {
        Self { visible, holds: holds.iter().map(|(standing, holds)| (standing.policy.to_string(), *holds)).collect() }
    }
}
