//! Plans that are kept. Making a plan takes longer than finding it, and the same question within the same access has the same
//! plan for as long as the catalog is open.
//!
//! Nobody's name is in the key, only what they may see: two people share a plan exactly if all of that is equal.

use crate::answer::OutputColumn;
use crate::error::QueryError;
use crate::secure::access::Access;
use datafusion::logical_expr::LogicalPlan;
use model::enforcement::{Point, enforced, switched_off};
use model::name::TableName;
use model::query::Query;
use moka::sync::Cache;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How many are kept of one catalog: what some hundred people ask who look at pages of several elements.
const MOST: u64 = 1_000;

/// What a plan is made of, besides its catalog.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    query: Query,
    /// `None` in tests that show why it must be here.
    access: Option<Access>,
    /// The most rows of the answer.
    limit: usize,
    /// The points that a test has switched off.
    switched_off: u128,
}

/// A plan with the policies inside, and what its columns mean.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) plan: LogicalPlan,
    pub(super) columns: Vec<OutputColumn>,
    /// The tables that it reads.
    pub(super) tables: BTreeSet<TableName>,
}

/// The plans of one catalog. Whichever is used least is thrown out.
#[derive(Debug)]
pub(crate) struct Plans(Cache<Key, Arc<Planned>>);

impl Default for Plans {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl Plans {
    /// None, ever.
    pub(crate) fn none() -> Self {
        Self(Cache::new(0))
    }

    /// The plan that is kept, or the one that is made.
    pub(super) fn find(
        &self,
        query: &Query,
        access: &Access,
        limit: usize,
        make: impl FnOnce() -> Result<Planned, QueryError>,
    ) -> Result<Planned, QueryError> {
        let access = enforced(Point::KeptPlans).then(|| access.clone());
        // All but this point: with it the test of it would ask for a plan of its own.
        let switched_off = switched_off() & !(1 << Point::KeptPlans as u8);
        let key = Key { query: query.clone(), access, limit, switched_off };
        if let Some(planned) = self.0.get(&key) {
            return Ok(Planned::clone(&planned));
        }
        let planned = make()?;
        self.0.insert(key, Arc::new(planned.clone()));
        Ok(planned)
    }
}
