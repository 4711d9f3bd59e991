//! Permits: the proof that a decision was made, and what it allows.

use model::filter::RowFilter;
use model::name::{ColumnName, ModelName, TableName};
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

mod sealed {
    pub trait Sealed {}
}

/// An action that can be permitted.
pub trait Action: sealed::Sealed {
    /// The action's name in policies and the audit trail.
    const NAME: &'static str;
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident: $text:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;
        impl sealed::Sealed for $name {}
        impl Action for $name {
            const NAME: &'static str = $text;
        }
    )*};
}

actions! {
    /// Look at the structure of a page.
    ViewContent: "view_content";
    /// Run a query: an element's, a control's suggestions, or one's own.
    RunQuery: "run_query";
    /// Download the answer of a query.
    Export: "export";
}

/// What one person may see of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableAccess {
    /// The rows.
    pub rows: RowFilter,
    /// The columns that exist for them.
    pub columns: BTreeSet<ColumnName>,
}

/// Proof that `A` was decided and allowed, with everything the answer must be bounded by.
///
/// It cannot be cloned, stored or sent, and only [`crate::decide`] makes one:
///
/// ```compile_fail
/// use authz::permit::{Permit, RunQuery};
/// fn forge() -> Permit<RunQuery> { Permit { ..todo!() } }
/// ```
#[derive(Debug)]
pub struct Permit<A: Action> {
    pub(crate) revision: u64,
    pub(crate) reasons: Vec<String>,
    pub(crate) tables: BTreeMap<(ModelName, TableName), TableAccess>,
    pub(crate) action: PhantomData<A>,
}

impl<A: Action> Permit<A> {
    /// The revision of the organization the decision was made at.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Why, for the audit trail.
    #[must_use]
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }
}

impl Permit<RunQuery> {
    /// What may be seen of a table. `None`: nothing, as if the table did not exist.
    #[must_use]
    pub fn table(&self, model: &ModelName, table: &TableName) -> Option<&TableAccess> {
        self.tables.get(&(model.clone(), table.clone()))
    }
}
