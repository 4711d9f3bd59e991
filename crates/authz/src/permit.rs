//! Permits: the proof that a decision was made, and what it allows.

use crate::decide::Decided;
use model::filter::RowFilter;
use model::name::{ColumnName, FieldName, ModelName, TableName};
use model::semantic::ExplorePath;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// An action that can be permitted. The list is closed.
pub trait Action: Decided {
    /// The action's name in the rules and the audit trail.
    const NAME: &'static str;
}

/// Look at the structure of a page.
#[derive(Debug)]
pub struct ViewContent;

/// Run a query: an element's, a control's suggestions, or one's own.
#[derive(Debug)]
pub struct RunQuery;

/// Download the answer of a query. Running it needs a permit of its own.
#[derive(Debug)]
pub struct Export;

impl Action for ViewContent {
    const NAME: &'static str = "view_content";
}

impl Action for RunQuery {
    const NAME: &'static str = "run_query";
}

impl Action for Export {
    const NAME: &'static str = "export";
}

/// What one person may see of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableAccess {
    /// The rows.
    pub rows: RowFilter,
    /// The columns that exist for them.
    pub columns: BTreeSet<ColumnName>,
}

/// The fields of an explore that may be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedFields {
    /// Every field.
    All,
    /// These, whatever else the explore has.
    These(BTreeSet<FieldName>),
}

/// Proof that `A` was decided and allowed, with everything the answer must be bounded by.
///
/// It cannot be copied, stored or sent, and only [`crate::decide`] makes one:
///
/// ```compile_fail,E0451
/// # use authz::permit::{Permit, RunQuery};
/// fn forge(genuine: Permit<RunQuery>) -> Permit<RunQuery> { Permit { revision: 7, ..genuine } }
/// ```
///
/// ```compile_fail,E0277
/// # use authz::permit::{Permit, RunQuery};
/// fn copy<T: Clone>(permit: T) -> (T, T) { (permit.clone(), permit) }
/// fn twice(permit: Permit<RunQuery>) { copy(permit); }
/// ```
///
/// ```compile_fail,E0277
/// # use authz::permit::{Permit, RunQuery};
/// fn store(permit: &Permit<RunQuery>) -> Result<String, serde_json::Error> { serde_json::to_string(permit) }
/// ```
///
/// A permit for one action is none for another:
///
/// ```compile_fail,E0308
/// # use authz::permit::{Permit, RunQuery, ViewContent};
/// fn run(permit: Permit<ViewContent>) -> Permit<RunQuery> { permit }
/// ```
#[derive(Debug)]
#[must_use]
pub struct Permit<A: Action> {
    pub(crate) revision: u64,
    pub(crate) reasons: Vec<String>,
    pub(crate) bounds: A::Bounds,
}

impl<A: Action> Permit<A> {
    /// The revision of the organization the decision was made at.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Why, for the audit trail: the rules that allowed it.
    #[must_use]
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }
}

impl Permit<RunQuery> {
    /// What may be asked of.
    #[must_use]
    pub const fn explore(&self) -> &ExplorePath {
        &self.bounds.explore
    }

    /// Which of its fields may be asked for, filtered or sorted by.
    #[must_use]
    pub const fn fields(&self) -> &AllowedFields {
        &self.bounds.fields
    }

    /// Whether `field` may be asked for, filtered or sorted by.
    #[must_use]
    pub fn admits(&self, field: &FieldName) -> bool {
        match &self.bounds.fields {
            AllowedFields::All => true,
            AllowedFields::These(fields) => fields.contains(field),
        }
    }

    /// What the query must filter by, whatever else it filters by: dimensions, and values one of which must be met.
    #[must_use]
    pub fn locked_filters(&self) -> &[(FieldName, Vec<Json>)] {
        &self.bounds.locked_filters
    }

    /// The most rows an answer may have.
    #[must_use]
    pub const fn row_cap(&self) -> u32 {
        self.bounds.row_cap
    }

    /// What may be seen of a table. `None`: nothing, as if the table did not exist.
    #[must_use]
    pub fn table(&self, model: &ModelName, table: &TableName) -> Option<&TableAccess> {
        self.bounds.tables.get(&(model.clone(), table.clone()))
    }
}
