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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
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

/// What somebody may ask an explore for.
#[derive(Debug)]
pub struct Offered {
    /// The fields, as columns of an answer: dimensions first, each in the order of names.
    pub fields: Vec<OutputColumn>,
    /// The parameters that any of them reads.
    pub parameters: BTreeSet<FieldName>,
    /// The measures of whose rows something is shown.
    pub underlying: Vec<FieldName>,
}

/// The fields of a permit's explore that may be asked for and exist for its holder, but for those that are not offered.
///
/// # Errors
/// The permit is for an explore that is not in the catalog.
pub fn offered(catalog: &Catalog, permit: &Permit<RunQuery>) -> Result<Offered, QueryError> {
    let access = Access::named(catalog, permit)?;
    found(catalog, &access, |fields| {
        let explore = fields.explore;
        let dimensions = explore.dimensions.keys().filter_map(|name| fields.dimension(name).ok());
        let dimensions: Vec<_> = dimensions.filter(|found| !found.dimension.hidden).collect();
        let measures = explore.measures.keys().filter_map(|name| Some((name, fields.measure(name).ok()?)));
        let measures: Vec<_> = measures.filter(|(_, found)| !found.measure.hidden).collect();
        let is_read = |name: &&FieldName| {
            dimensions.iter().any(|found| found.reads(name)) || measures.iter().any(|(_, found)| found.reads(name))
        };
        let shows_rows =
            |name: &FieldName| explore.drill_fields(name).iter().any(|field| fields.dimension(field).is_ok());
        let columns = dimensions.iter().map(|it| OutputColumn::dimension(it.name(), it.dimension, it.kind()));
        let aggregated =
            measures.iter().filter_map(|(name, it)| Some(OutputColumn::measure(name, it.measure, it.kind()?)));
        Offered {
            parameters: explore.parameters.keys().filter(is_read).cloned().collect(),
            underlying: measures.iter().map(|(name, _)| (*name).clone()).filter(shows_rows).collect(),
            fields: columns.chain(aggregated).collect(),
        }
    })
}

/// The drill fields of a measure that exist for whoever has the access.
pub(crate) fn drill_fields(
    catalog: &Catalog,
    measure: &FieldName,
    access: &Access,
) -> Result<Vec<FieldName>, QueryError> {
    found(catalog, access, |fields| {
        fields.measure(measure)?;
        let shown = fields.explore.drill_fields(measure).iter();
        Ok(shown.filter(|name| fields.dimension(name).is_ok()).cloned().collect())
    })?
}

/// Those of the dimensions that exist for whoever holds the permit.
///
/// # Errors
/// The permit is for an explore that is not in the catalog.
pub fn known<'f>(
    catalog: &Catalog,
    names: impl IntoIterator<Item = &'f FieldName>,
    opened: &Opened,
) -> Result<Vec<FieldName>, QueryError> {
    found(catalog, &opened.access, |fields| {
        names.into_iter().filter(|name| fields.dimension(name).is_ok()).cloned().collect()
    })
}

/// A field as a column of an answer, if it exists for whoever holds the permit.
///
/// # Errors
/// It does not, or the permit is for an explore that is not in the catalog.
pub fn column(catalog: &Catalog, name: &FieldName, opened: &Opened) -> Result<OutputColumn, QueryError> {
    found(catalog, &opened.access, |fields| match fields.dimension(name) {
        Ok(found) => Ok(OutputColumn::dimension(found.name(), found.dimension, found.kind())),
        Err(unknown) => {
            let found = fields.measure(name)?;
            found.kind().map(|kind| OutputColumn::measure(name, found.measure, kind)).ok_or(unknown)
        }
    })?
}

/// What is found in an explore, with parameters as they are unless somebody sets them.
fn found<T>(catalog: &Catalog, access: &Access, find: impl FnOnce(&Fields<'_>) -> T) -> Result<T, QueryError> {
    let model = catalog.model(&access.explore.model).ok_or(QueryError::OtherExplore)?;
    let explore = model.explores.get(&access.explore.explore).ok_or(QueryError::OtherExplore)?;
    let parameters = parameters([], explore)?;
    Ok(find(&Fields { model, explore, access, parameters: &parameters, zone: TimeZone::UTC }))
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
