//! Plans of what is drawn: answers as pages have them, that are taken away as a picture.

use super::access::{Access, Opened};
use super::plan::Purpose;
use super::{SecuredPlan, limits_of, of_tables, secure_with};
use crate::catalog::Catalog;
use crate::error::QueryError;
use crate::limits::Limits;
use authz::permit::DownloadPermit;
use model::name::TableName;
use model::query::Query;
use model::time_zone::TimeZone;

/// A plan for the rows of a picture. Where the server's limits cut rows off, the answer says so, as on a page; more of them
/// than may be downloaded are an error.
#[must_use]
#[derive(Debug)]
pub struct SecuredPicture {
    pub(crate) plan: SecuredPlan,
    /// The most rows that may be downloaded.
    pub(crate) most: usize,
}

impl SecuredPicture {
    /// Whose days and hours its columns are of, where they are of instants.
    #[must_use]
    pub const fn time_zone(&self) -> TimeZone {
        self.plan.time_zone()
    }
}

/// Plans the rows of a picture for whoever holds both permits: of running the question, and of taking its answer away.
///
/// # Errors
///
/// As [`super::secure`]; also if the permits are for two explores.
pub fn picture(
    catalog: &Catalog,
    query: &Query,
    opened: &Opened,
    permit: &DownloadPermit,
    limits: &Limits,
) -> Result<SecuredPicture, QueryError> {
    let rows = limits_of(query, permit)?;
    pictured_with(catalog, query, &opened.access, &rows, limits)
}

/// Plans the rows of a picture within `access` and the limits of tables.
pub(crate) fn pictured_with(
    catalog: &Catalog,
    query: &Query,
    access: &Access,
    rows: &dyn Fn(&TableName) -> Option<u32>,
    limits: &Limits,
) -> Result<SecuredPicture, QueryError> {
    let plan = secure_with(catalog, query, access, limits, Purpose::Answer)?;
    let most = usize::try_from(of_tables(&plan.tables, rows)).unwrap_or(usize::MAX);
    Ok(SecuredPicture { plan, most })
}
