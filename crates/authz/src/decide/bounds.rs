//! What a permit is bounded by: part of the decision, so that nobody has to remember it.

use super::locked;
use super::target::{Asked, Target};
use crate::permit::{AllowedFields, Export, RunQuery, TableAccess, ViewContent};
use crate::resume::Principal;
use crate::rows;
use model::name::{FieldName, ModelName, TableName};
use model::semantic::{ExplorePath, Table};
use model::snapshot::Snapshot;
use model::workbook::DataElement;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The most rows one answer may have.
const ROW_CAP: u32 = 100_000;

/// What is decided beside yes and no. The trait cannot be named outside of this crate, so the list of actions is
/// closed.
pub trait Decided {
    /// What the answer must stay within.
    type Bounds: fmt::Debug;

    /// The bounds of a permit for `target`; `None` if there cannot be any.
    fn bounds(principal: &Principal, snapshot: &Snapshot, target: &Target<'_>) -> Option<Self::Bounds>;
}

impl Decided for ViewContent {
    type Bounds = ();

    fn bounds(_: &Principal, _: &Snapshot, _: &Target<'_>) -> Option<()> {
        Some(())
    }
}

impl Decided for Export {
    type Bounds = ();

    fn bounds(_: &Principal, _: &Snapshot, _: &Target<'_>) -> Option<()> {
        Some(())
    }
}

/// What a query must stay within.
#[derive(Debug)]
pub struct QueryBounds {
    pub(crate) explore: ExplorePath,
    pub(crate) fields: AllowedFields,
    pub(crate) locked_filters: Vec<(FieldName, Vec<Json>)>,
    pub(crate) row_cap: u32,
    pub(crate) tables: BTreeMap<(ModelName, TableName), TableAccess>,
}

impl Decided for RunQuery {
    type Bounds = QueryBounds;

    fn bounds(principal: &Principal, snapshot: &Snapshot, target: &Target<'_>) -> Option<QueryBounds> {
        let explore = target.asked.explore()?;
        let model = snapshot.models.named(&explore.model)?;
        let locked_filters = locked::filters(principal, target)?;
        let access = |(name, table): (&TableName, &Table)| {
            let key = (explore.model.clone(), name.clone());
            let rows = rows::visible(principal, snapshot, &key, table);
            (key, TableAccess { rows, columns: table.columns.keys().cloned().collect() })
        };
        Some(QueryBounds {
            explore: explore.clone(),
            fields: fields(target.asked, &locked_filters),
            locked_filters,
            row_cap: ROW_CAP,
            tables: model.tables.iter().map(access).collect(),
        })
    }
}

fn fields(asked: Asked<'_>, locked_filters: &[(FieldName, Vec<Json>)]) -> AllowedFields {
    let offered: Vec<&FieldName> = match asked {
        Asked::Explore(_) => return AllowedFields::All,
        Asked::Structure => Vec::new(),
        Asked::Element(element) => fields_of_element(element).collect(),
        Asked::Control(control) => vec![&control.field],
    };
    let locked = locked_filters.iter().map(|(field, _)| field);
    AllowedFields::These(offered.into_iter().chain(locked).cloned().collect::<BTreeSet<_>>())
}

fn fields_of_element(element: &DataElement) -> impl Iterator<Item = &FieldName> {
    let query = &element.query;
    let filters = query.filters.iter().map(|filter| &filter.field);
    let sorts = query.sorts.iter().map(|sort| &sort.field);
    query.fields.iter().chain(filters).chain(sorts).chain(element.chart.fields()).chain(element.controls.values())
}
