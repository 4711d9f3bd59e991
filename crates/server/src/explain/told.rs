//! The document of an explanation.

use authz::{Denial, DownloadLimit, Principal, Resource, Standing};
use model::name::{ClientId, TableName, TeamName};
use model::rule::Applies;
use model::semantic::PermitFor;
use model::snapshot::Snapshot;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Why somebody may ask something, and what they see.
#[derive(Serialize, ToSchema)]
pub(crate) struct Explanation {
    /// Whom it is about.
    pub(super) persona: String,
    /// What the door said; absent: they got in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) refused: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) who: Option<Who>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) decision: Option<Decision>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) explore: Option<String>,
    /// Where the explore is read, if not where everybody reads it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) read_at: Option<String>,
    /// Fields that do not exist for them: an element that asks for one is not answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(super) hidden_fields: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) downloads: Option<Downloads>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub(super) tables: Vec<TableTold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) row: Option<Row>,
}

impl Explanation {
    /// Of somebody who did not get in.
    pub(crate) fn refused(persona: &str, refusal: String) -> Self {
        let (persona, refused) = (persona.to_owned(), Some(refusal));
        let (who, decision, explore, read_at, downloads, row) = (None, None, None, None, None, None);
        let (hidden_fields, tables) = (Vec::new(), Vec::new());
        Self { persona, refused, who, decision, explore, read_at, hidden_fields, downloads, tables, row }
    }

    /// How many rows were judged.
    pub(crate) fn judged(&self) -> usize {
        self.row.as_ref().map_or(0, |row| row.found.len())
    }
}

/// Who the server takes them for.
#[derive(Serialize, ToSchema)]
#[schema(as = ExplainedPerson)]
pub(super) struct Who {
    /// Null: none.
    #[schema(required = true)]
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
#[derive(Serialize, ToSchema)]
#[schema(as = ExplainedDecision)]
pub(super) struct Decision {
    pub(super) resource: String,
    pub(super) allowed: bool,
    /// The rules that allow it.
    pub(super) rules: Vec<String>,
    /// What would be needed, and which rule wants it.
    pub(super) missing: Vec<Missing>,
}

/// Something that stands against a decision.
#[derive(Serialize, ToSchema)]
#[schema(as = ExplainedNeed)]
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
#[derive(Serialize, ToSchema)]
#[schema(as = ExplainedTable)]
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
#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExplainedRows)]
pub(super) enum Rows {
    All,
    /// Those that the policies let through.
    Some,
    None,
}

/// How a row policy stands towards them.
#[derive(Serialize, ToSchema)]
#[schema(as = ExplainedPolicy)]
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
    match applies {
        Applies::PermitAll => ("permit", "everybody".to_owned()),
        Applies::PermitTeams(teams) => ("permit", members_of(teams)),
        Applies::PermitGuestsOf(keys) => ("permit", guests_of(keys)),
        Applies::RestrictAll => ("restrict", "everybody".to_owned()),
        Applies::RestrictExceptTeams(teams) => ("restrict", format!("everybody but {}", members_of(teams))),
    }
}

fn members_of(teams: &[TeamName]) -> String {
    format!("members of {}", teams.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
}

fn guests_of(keys: &[ClientId]) -> String {
    format!("guests of {}", keys.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))
}

/// How much of it they may take away.
#[derive(Serialize, ToSchema)]
#[schema(as = ExplainedDownloads)]
pub(super) struct Downloads {
    /// The formats that they may have it in.
    pub(super) formats: Vec<&'static str>,
    /// The most rows of a download, by the tables that it reads; absent: none of these sets a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(super) most_rows: Option<u32>,
    /// Of each table that sets limits, the one that counts for them.
    pub(super) limits: Vec<LimitTold>,
}

/// The most rows of a table that they may download.
#[derive(Serialize, ToSchema)]
#[schema(as = ExplainedLimit)]
pub(super) struct LimitTold {
    pub(super) table: String,
    pub(super) rows: u32,
    /// Whom the table lets have so many; null: none of its limits is for them.
    #[schema(required = true)]
    pub(super) of: Option<String>,
    /// Whether the element reads the table, or the explore is of it: others count if a question reads them.
    pub(super) is_read: bool,
}

impl LimitTold {
    pub(super) fn of(table: &TableName, limit: &DownloadLimit<'_>, is_read: bool) -> Self {
        let of = limit.to.map(|to| match to {
            PermitFor::All => "everybody".to_owned(),
            PermitFor::Teams(teams) => members_of(teams),
            PermitFor::GuestsOf(keys) => guests_of(keys),
        });
        Self { table: table.to_string(), rows: limit.rows, of, is_read }
    }
}

/// A column that is not shown as it is.
#[derive(Serialize, ToSchema)]
#[schema(as = ExplainedColumn)]
pub(super) struct ColumnTold {
    pub(super) column: String,
    pub(super) is: &'static str,
}

/// Rows that were looked for.
#[derive(Serialize, ToSchema)]
#[schema(as = ExplainedRow)]
pub(super) struct Row {
    pub(super) table: String,
    /// One for each row that has these values.
    pub(super) found: Vec<Verdict>,
}

/// Whether a row is visible.
#[derive(Serialize, ToSchema)]
#[schema(as = ExplainedVerdict)]
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
