//! What a permit opens, in the planner's words.

use crate::answer::OutputColumn;
use crate::catalog::Catalog;
use crate::entitlements::{Lookup, looked_up};
use crate::error::QueryError;
use crate::limits::Limits;
use crate::mask::Pseudonyms;
use crate::secure::calculated::parameters;
use crate::secure::fields::Fields;
use authz::permit::{ColumnAccess, Destination, ExploreAccess, Permit, RunQuery, TableAccess};
use model::filter::Calculated;
use model::name::{ColumnName, ExploreName, FieldName, ModelName, TableName};
use model::query::Filter;
use model::semantic::ExplorePath;
use model::time_zone::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// Everything a question may touch. Outside of tests it is made from a permit only.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// The explore that may be asked of.
    pub(crate) explore: ExplorePath,
    /// Rows and columns of the model's tables; a table that is absent does not exist.
    pub(crate) tables: BTreeMap<TableName, TableAccess>,
    /// The fields that may be asked for, filtered and sorted by.
    pub(crate) fields: BTreeSet<FieldName>,
    /// What calculated fields are.
    pub(crate) calculated: BTreeMap<FieldName, Calculated>,
    /// What there is of the explores that derived tables are of.
    pub(crate) behind: BTreeMap<ExploreName, ExploreAccess>,
    /// Filters that are always added.
    pub(crate) locked: Vec<Filter>,
    /// Where tables are read, and as whom.
    pub(crate) destination: Destination,
    /// The most rows of an answer.
    pub(crate) row_cap: u32,
    /// Makes the pseudonyms of masked columns; `None`: there are none, and NULL is in their place.
    pub(crate) pseudonyms: Option<Pseudonyms>,
}

impl Access {
    /// What `permit` opens of the tables in `catalog`, with what the policies find in entitlement tables.
    async fn of(catalog: &Catalog, permit: &Permit<RunQuery>, limits: &Limits) -> Result<Self, QueryError> {
        let mut access = Self::named(catalog, permit)?;
        let destination = |model: &ModelName| permit.destination(model).clone();
        let lookup = Lookup { catalog, destination: &destination, limits };
        for table in access.tables.values_mut() {
            table.rows = looked_up(&lookup, &table.rows).await?;
            table.columns = looked_up_columns(&lookup, &table.columns).await?;
        }
        Ok(access)
    }

    /// The same without entitlements: with it no row can be read, only what there is be named.
    fn named(catalog: &Catalog, permit: &Permit<RunQuery>) -> Result<Self, QueryError> {
        let path = permit.explore();
        let model = catalog.model(&path.model).ok_or(QueryError::OtherExplore)?;
        let explore = model.explores.get(&path.explore).ok_or(QueryError::OtherExplore)?;
        let tables = model.with_origins(explore.tables()).into_iter();
        let tables = tables.filter_map(|name| Some((name.clone(), permit.table(&path.model, name)?.clone())));
        let mut access = Self {
            explore: path.clone(),
            tables: tables.collect(),
            fields: permit.fields().clone(),
            destination: permit.destination(&path.model).clone(),
            calculated: permit.calculated().clone(),
            locked: permit.locked_filters().to_vec(),
            row_cap: permit.row_cap(),
            pseudonyms: permit.pseudonyms().and_then(|tenant| catalog.pseudonyms(tenant)),
            behind: permit.behind().clone(),
        };
        access.derive(model)?;
        Ok(access)
    }
}

/// The fields of a permit's explore that may be asked for and exist for its holder, as columns of an answer: dimensions
/// first, each in the order of names.
///
/// # Errors
/// The permit is for an explore that is not in the catalog.
pub fn offered(catalog: &Catalog, permit: &Permit<RunQuery>) -> Result<Vec<OutputColumn>, QueryError> {
    let access = Access::named(catalog, permit)?;
    let model = catalog.model(&access.explore.model).ok_or(QueryError::OtherExplore)?;
    let explore = model.explores.get(&access.explore.explore).ok_or(QueryError::OtherExplore)?;
    let parameters = parameters([], explore)?;
    let fields = Fields { model, explore, access: &access, parameters: &parameters, zone: TimeZone::UTC };
    let dimensions = explore.dimensions.keys().filter_map(|name| {
        let found = fields.dimension(name).ok()?;
        Some(OutputColumn::dimension(name, found.dimension, found.kind()))
    });
    let measures = explore.measures.keys().filter_map(|name| {
        let found = fields.measure(name).ok()?;
        Some(OutputColumn::measure(name, found.measure, found.kind()?))
    });
    Ok(dimensions.chain(measures).collect())
}

/// Which rows show a column's values may rest on entitlements too.
async fn looked_up_columns(
    lookup: &Lookup<'_>,
    columns: &BTreeMap<ColumnName, ColumnAccess>,
) -> Result<BTreeMap<ColumnName, ColumnAccess>, QueryError> {
    let mut all = BTreeMap::new();
    for (name, access) in columns {
        let access = match access {
            ColumnAccess::Shown => ColumnAccess::Shown,
            ColumnAccess::Masked { shown, masks } => {
                let shown = looked_up(lookup, shown).await?;
                let mut found = Vec::with_capacity(masks.len());
                for (rows, mask) in masks {
                    found.push((looked_up(lookup, rows).await?, mask.clone()));
                }
                ColumnAccess::Masked { shown, masks: found }
            }
        };
        all.insert(name.clone(), access);
    }
    Ok(all)
}

/// A permit whose policies have found what they look for in entitlement tables: what questions are planned with.
#[derive(Debug)]
pub struct Opened {
    permit: Permit<RunQuery>,
    pub(crate) access: Access,
}

impl Opened {
    /// Looks up the entitlements on which the permit rests. They are those of this moment.
    ///
    /// # Errors
    /// The permit is for an explore that is not in the catalog, or the entitlements cannot be read within the limits.
    pub async fn new(catalog: &Catalog, permit: Permit<RunQuery>, limits: &Limits) -> Result<Self, QueryError> {
        let access = Access::of(catalog, &permit, limits).await?;
        Ok(Self { permit, access })
    }

    /// The permit.
    pub const fn permit(&self) -> &Permit<RunQuery> {
        &self.permit
    }
}
