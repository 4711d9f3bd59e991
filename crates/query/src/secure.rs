//! From a question and a permit to a plan with the policies inside.

pub(crate) mod access;
mod after;
mod aggregate;
mod calculated;
mod counted;
mod derived;
mod fields;
mod filters;
mod grain;
pub(crate) mod kept;
mod once;
mod ordered;
pub(crate) mod pictured;
pub(crate) use grain::GrainOf;
pub(crate) mod plan;

use crate::answer::OutputColumn;
use crate::barrier::{scan, verify};
use crate::cache::Source;
use crate::catalog::Catalog;
use crate::error::QueryError;
use crate::limits::Limits;
use crate::postgres::push::push_down;
use access::Access;
pub use access::{Offered, Opened, column, known, offered};
use authz::permit::DownloadPermit;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::LogicalPlan;
use kept::Planned;
use model::enforcement::{Point, enforced};
use model::name::{FieldName, TableName};
use model::query::{Filter, Query, Sort};
use model::semantic::ExplorePath;
use model::time_zone::TimeZone;
pub use pictured::{SecuredPicture, picture};
use plan::Purpose;
pub use plan::Search;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// A plan in which every scan is behind its policy, and the only thing an engine runs.
///
/// Only this module makes one:
///
/// ```compile_fail,E0451
/// # use query::SecuredPlan;
/// fn forge(genuine: SecuredPlan) -> SecuredPlan { SecuredPlan { limit: usize::MAX, ..genuine } }
/// ```
///
/// ```compile_fail,E0599
/// # use query::SecuredPlan;
/// fn keep(plan: &SecuredPlan) -> SecuredPlan { plan.clone() }
/// ```
#[must_use]
pub struct SecuredPlan {
    pub(crate) plan: LogicalPlan,
    pub(crate) columns: Vec<OutputColumn>,
    pub(crate) limit: usize,
    pub(crate) time_zone: TimeZone,
    /// Whether rows beyond the limit were wanted: it is none that the question itself has set.
    pub(crate) tells_of_cut: bool,
    /// What it reads, as it is now; `None`: that is not known.
    pub(crate) source: Option<Source>,
    /// The tables that it reads.
    pub(crate) tables: BTreeSet<TableName>,
    pub(crate) state: Arc<SessionState>,
}

impl SecuredPlan {
    /// Whose days and hours its columns are of, where they are of instants.
    #[must_use]
    pub const fn time_zone(&self) -> TimeZone {
        self.time_zone
    }

    /// The plan as text, for tests and people who may see policies: it has the literals of the viewer's policies.
    #[must_use]
    pub fn explain(&self) -> String {
        self.plan.display_indent().to_string()
    }
}

impl fmt::Debug for SecuredPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecuredPlan").field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// Plans `query` for whoever holds the permit.
///
/// The answer has at most as many rows as the query, the permit and the server's limits allow, in an order in which no
/// two rows are equal; sorts are NULLS LAST in both directions.
///
/// # Errors
///
/// What is wrong with the question ([`QueryError`]); a field that is hidden, not admitted or absent is unknown.
pub fn secure(catalog: &Catalog, query: &Query, opened: &Opened, limits: &Limits) -> Result<SecuredPlan, QueryError> {
    secure_with(catalog, query, &opened.access, limits, Purpose::Answer)
}

/// Plans the rows underneath an answer: `query` without grouping, so it asks for dimensions only. Whether rows were cut
/// is told also where the query's own limit has cut them.
///
/// # Errors
///
/// As [`secure`]; also if it asks for a measure.
pub fn underlying(
    catalog: &Catalog,
    query: &Query,
    opened: &Opened,
    limits: &Limits,
) -> Result<SecuredPlan, QueryError> {
    secure_with(catalog, query, &opened.access, limits, Purpose::Rows)
}

/// Plans the rows that a measure counts, one line for each of them: of `query` what it filters by, its limit and its time
/// zone, as the drill fields of the measure that exist for whoever holds the permit. Whether rows were cut is told also where
/// the query's own limit has cut them.
///
/// # Errors
///
/// As [`secure`]; also if nothing is shown of the rows.
pub fn underlying_of(
    catalog: &Catalog,
    (measure, query): (&FieldName, &Query),
    opened: &Opened,
    limits: &Limits,
) -> Result<SecuredPlan, QueryError> {
    let query = shown_of(catalog, measure, query, &opened.access)?;
    secure_with(catalog, &query, &opened.access, limits, Purpose::RowsOf(measure))
}

/// The question with the drill fields of a measure.
pub(crate) fn shown_of(
    catalog: &Catalog,
    measure: &FieldName,
    query: &Query,
    access: &Access,
) -> Result<Query, QueryError> {
    let fields = access::drill_fields(catalog, measure, access)?;
    if fields.is_empty() {
        return Err(QueryError::NoDrillFields { measure: measure.clone() });
    }
    Ok(Query { fields, ..query.clone() })
}

/// A plan for the rows of a file. It has all rows that the question wants, so more than may be downloaded are an error, and
/// no shorter file.
#[must_use]
pub struct SecuredDownload {
    pub(crate) plan: SecuredPlan,
    /// The most rows that may be downloaded.
    pub(crate) most: usize,
}

/// Plans a download of the answer to `query` for whoever holds both permits: of running it, and of taking it away.
///
/// # Errors
///
/// As [`secure`]; also if the permits are for two explores.
pub fn download(
    catalog: &Catalog,
    query: &Query,
    opened: &Opened,
    permit: &DownloadPermit,
    limits: &Limits,
) -> Result<SecuredDownload, QueryError> {
    let rows = limits_of(query, permit)?;
    download_with(catalog, query, &opened.access, &rows, limits, Purpose::Answer)
}

/// Plans a download of the rows underneath an answer, as [`underlying`].
///
/// # Errors
///
/// As [`download`]; also if it asks for a measure.
pub fn download_underlying(
    catalog: &Catalog,
    query: &Query,
    opened: &Opened,
    permit: &DownloadPermit,
    limits: &Limits,
) -> Result<SecuredDownload, QueryError> {
    let rows = limits_of(query, permit)?;
    download_with(catalog, query, &opened.access, &rows, limits, Purpose::Rows)
}

/// Plans a download of the rows that a measure counts, as [`underlying_of`].
///
/// # Errors
///
/// As [`download`]; also if nothing is shown of the rows.
pub fn download_underlying_of(
    catalog: &Catalog,
    (measure, query): (&FieldName, &Query),
    opened: &Opened,
    permit: &DownloadPermit,
    limits: &Limits,
) -> Result<SecuredDownload, QueryError> {
    let rows = limits_of(query, permit)?;
    let query = shown_of(catalog, measure, query, &opened.access)?;
    download_with(catalog, &query, &opened.access, &rows, limits, Purpose::RowsOf(measure))
}

/// The limits that tables set, if the permit is for the query's explore.
fn limits_of(query: &Query, permit: &DownloadPermit) -> Result<impl Fn(&TableName) -> Option<u32>, QueryError> {
    let bounds = permit.bounds();
    if *bounds.explore() == query.explore {
        Ok(|table: &TableName| bounds.rows(table))
    } else {
        Err(QueryError::OtherExplore)
    }
}

/// Plans a download within `access` and the limits of tables. A question that wants no more rows than a page is sorted as
/// for a page.
pub(crate) fn download_with(
    catalog: &Catalog,
    query: &Query,
    access: &Access,
    rows: &dyn Fn(&TableName) -> Option<u32>,
    limits: &Limits,
    purpose: Purpose<'_>,
) -> Result<SecuredDownload, QueryError> {
    let number = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
    let cut = query.limit.filter(|own| *own <= limits.rows).map(number);
    let compiled = plan::compile(catalog, query, access, cut, purpose)?;
    let most = number(of_tables(&compiled.tables, rows).min(limits.downloads.rows));
    let limit = query.limit.map_or(usize::MAX, number);
    let plan = place(&catalog.state, &compiled.plan)?;
    let state = Arc::clone(&catalog.state);
    let (columns, tables, time_zone) = (compiled.columns, compiled.tables, query.time_zone.unwrap_or_default());
    let plan = SecuredPlan { plan, columns, limit, time_zone, tells_of_cut: false, source: None, tables, state };
    Ok(SecuredDownload { plan, most })
}

/// The most rows of what reads these tables that may be taken away.
fn of_tables(tables: &BTreeSet<TableName>, rows: &dyn Fn(&TableName) -> Option<u32>) -> u32 {
    let limits = tables.iter().filter_map(rows).filter(|_| enforced(Point::DownloadLimits));
    limits.min().unwrap_or(u32::MAX)
}

/// The values of a dimension that are asked for.
#[derive(Debug, Clone)]
pub struct Suggest<'a> {
    /// The dimension.
    pub field: &'a FieldName,
    /// The dimension that names them, and is searched instead.
    pub label: Option<&'a FieldName>,
    /// What they must match.
    pub search: Search<'a>,
    /// What else must hold.
    pub filters: Vec<Filter>,
    /// At most so many.
    pub limit: u32,
    /// Whose days and hours they are.
    pub time_zone: TimeZone,
}

/// Plans the values of a dimension of the permit's explore: in order of what people read, without NULL. The answer has
/// the values in its first column and the labels in its second, if there are any. Policies and locked filters are
/// those of every other query.
///
/// # Errors
///
/// As [`secure`].
pub fn suggestions(
    catalog: &Catalog,
    asked: &Suggest<'_>,
    opened: &Opened,
    limits: &Limits,
) -> Result<SecuredPlan, QueryError> {
    let query = asked.query(opened.access.explore.clone());
    let purpose = Purpose::Suggestions { field: asked.label.unwrap_or(asked.field), search: asked.search };
    secure_with(catalog, &query, &opened.access, limits, purpose)
}

impl Suggest<'_> {
    /// The question for them.
    pub(crate) fn query(&self, explore: ExplorePath) -> Query {
        Query {
            filters: self.filters.clone(),
            sorts: self.label.map(|field| Sort { field: field.clone(), descending: false }).into_iter().collect(),
            limit: Some(self.limit),
            time_zone: Some(self.time_zone),
            ..Query::of(explore, std::iter::once(self.field).chain(self.label).cloned().collect())
        }
    }
}

/// Plans `query` within `access`.
pub(crate) fn secure_with(
    catalog: &Catalog,
    query: &Query,
    access: &Access,
    limits: &Limits,
    purpose: Purpose<'_>,
) -> Result<SecuredPlan, QueryError> {
    let cap = access.row_cap.min(limits.rows);
    let tells_of_cut = !matches!(purpose, Purpose::Answer) || query.limit.is_none_or(|own| own > cap);
    let limit = usize::try_from(query.limit.unwrap_or(cap).min(cap)).unwrap_or(usize::MAX);
    let make = || {
        let compiled = plan::compile(catalog, query, access, Some(limit), purpose)?;
        let plan = place(&catalog.state, &compiled.plan)?;
        Ok(Planned { plan, columns: compiled.columns, tables: compiled.tables })
    };
    let Planned { plan, columns, tables } = match purpose {
        Purpose::Answer => catalog.plans.find(query, access, limit, make)?,
        _ => make()?,
    };
    let (source, state) = (catalog.source(&query.explore, &access.destination), Arc::clone(&catalog.state));
    let time_zone = query.time_zone.unwrap_or_default();
    Ok(SecuredPlan { plan, columns, limit, time_zone, tells_of_cut, source, tables, state })
}

/// Optimizes a plan over secured scans, puts the tables behind their policies, leaves to databases what they can answer, and
/// checks both.
pub(crate) fn place(state: &SessionState, plan: &LogicalPlan) -> Result<LogicalPlan, QueryError> {
    let placed = scan::place(state.optimize(plan)?, state)?;
    let is_verified = enforced(Point::Barrier) && enforced(Point::Fence);
    if is_verified {
        verify::logical(&placed)?;
    }
    let pushed = push_down(placed)?;
    if is_verified {
        verify::logical(&pushed)?;
    }
    Ok(pushed)
}
