//! What a permit is bounded by: part of the decision, so that nobody has to remember it.

use super::target::{Asked, Target};
use super::{grants, locked, published};
use crate::columns;
use crate::destination;
use crate::downloads;
use crate::gates::Gates;
use crate::inspect::{Inspection, Own};
use crate::permit::{
    CopyContent, CreateContent, Destination, DownloadBounds, ExploreAccess, ExportArrow, ExportCsv, ExportJson,
    ExportPage, ExportPicture, ExportXlsx, InspectAs, KeepBookmark, ManageContent, PreviewContent, PublishContent,
    RestoreContent, RunQuery, SaveContent, SettableControls, ShareBookmark, TableAccess, TagContent, ViewContent,
};
use crate::resume::Principal;
use crate::rows;
use model::filter::{Calculated, RowFilter};
use model::name::{ExploreName, FieldName, ModelName, TableName};
use model::query::Filter;
use model::semantic::{Explore, ExplorePath, Model, Table};
use model::snapshot::Snapshot;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The most rows one answer may have.
const ROW_CAP: u32 = 100_000;

/// What is decided beside yes and no. The trait cannot be named outside of this crate, so the list of actions is
/// closed.
pub trait Decided {
    /// What the answer must stay within.
    type Bounds: fmt::Debug + PartialEq;

    /// The bounds of a permit for `target`; `None` if there cannot be any.
    fn bounds(principal: &Principal, snapshot: &Snapshot, target: &Target<'_>) -> Option<Self::Bounds>;

    /// What of the bounds the audit trail is told.
    fn told(_bounds: &Self::Bounds) -> Vec<String> {
        Vec::new()
    }
}

macro_rules! unbounded {
    ($($action:ty)*) => {$(
        impl Decided for $action {
            type Bounds = ();

            fn bounds(_: &Principal, _: &Snapshot, _: &Target<'_>) -> Option<()> {
                Some(())
            }
        }
    )*};
}

unbounded! {
    ViewContent ExportPage KeepBookmark ShareBookmark SaveContent PreviewContent PublishContent TagContent ManageContent CopyContent
}

macro_rules! elsewhere {
    ($($action:ty)*) => {$(
        /// Not decided about a page: see [`super::home`].
        impl Decided for $action {
            type Bounds = ();

            fn bounds(_: &Principal, _: &Snapshot, _: &Target<'_>) -> Option<()> {
                None
            }
        }
    )*};
}

elsewhere! { CreateContent RestoreContent }

macro_rules! downloads {
    ($($action:ty)*) => {$(
        impl Decided for $action {
            type Bounds = DownloadBounds;

            fn bounds(principal: &Principal, snapshot: &Snapshot, target: &Target<'_>) -> Option<DownloadBounds> {
                downloads::bounds(principal, snapshot, target.asked.explore()?)
            }
        }
    )*};
}

downloads! { ExportCsv ExportXlsx ExportJson ExportArrow ExportPicture }

/// What a query must stay within.
#[derive(Debug, PartialEq)]
pub struct QueryBounds {
    pub(crate) explore: ExplorePath,
    pub(crate) fields: BTreeSet<FieldName>,
    pub(crate) locked_filters: Vec<Filter>,
    pub(crate) controls: SettableControls,
    pub(crate) row_cap: u32,
    pub(crate) pseudonyms: Option<String>,
    /// Of models that are not answered where they usually are.
    pub(crate) destinations: BTreeMap<ModelName, Destination>,
    pub(crate) tables: BTreeMap<(ModelName, TableName), TableAccess>,
    pub(crate) calculated: BTreeMap<FieldName, Calculated>,
    /// What there is of the explores that the model's derived tables are of.
    pub(crate) behind: BTreeMap<ExploreName, ExploreAccess>,
}

impl Decided for RunQuery {
    type Bounds = QueryBounds;

    fn bounds(principal: &Principal, snapshot: &Snapshot, target: &Target<'_>) -> Option<QueryBounds> {
        let explore = target.asked.explore()?;
        let model = snapshot.models.named(&explore.model)?;
        let locked_filters = locked::filters(principal, snapshot, target)?;
        let gates = Gates::new(principal, snapshot, model);
        let opened =
            |name: &TableName| gates.open_table(name) && grants::opens_table(principal, snapshot, &explore.model, name);
        let destinations = destination::of_models(principal, snapshot);
        let is_nowhere = destinations.get(&explore.model) == Some(&Destination::Nowhere);
        let access = |(name, table): (&TableName, &Table)| {
            let key = (explore.model.clone(), name.clone());
            let (rows, permitted) = rows::visible(principal, snapshot, &key, table);
            let rows = if is_nowhere { RowFilter::Nothing } else { rows };
            (key, TableAccess { rows, columns: columns::visible(principal, &gates, table, &permitted) })
        };
        let definition = model.explores.get(&explore.explore)?;
        let open_fields = gates.open_fields(definition);
        Some(QueryBounds {
            explore: explore.clone(),
            calculated: rows::calculated(principal, snapshot, explore, (model, definition)),
            behind: behind(principal, snapshot, explore, (model, definition)),
            fields: fields((target.asked, definition), &locked_filters, &open_fields),
            pseudonyms: pseudonyms(principal),
            locked_filters,
            row_cap: ROW_CAP,
            controls: published::settable_controls(principal, snapshot),
            tables: model.tables.iter().filter(|(name, _)| opened(name)).map(access).collect(),
            destinations,
        })
    }

    fn told(bounds: &QueryBounds) -> Vec<String> {
        bounds.destinations.get(&bounds.explore.model).map(ToString::to_string).into_iter().collect()
    }
}

/// What there is for the person of the explores that an explore's derived tables are of. Their authors say what is asked of them,
/// so every field is offered that exists.
fn behind(
    principal: &Principal,
    snapshot: &Snapshot,
    path: &ExplorePath,
    (model, explore): (&Model, &Explore),
) -> BTreeMap<ExploreName, ExploreAccess> {
    let gates = Gates::new(principal, snapshot, model);
    let of = |name: &ExploreName| {
        let definition = model.explores.get(name)?;
        let path = ExplorePath { model: path.model.clone(), explore: name.clone() };
        let calculated = rows::calculated(principal, snapshot, &path, (model, definition));
        let fields = gates.open_fields(definition).into_iter().cloned().collect();
        Some((name.clone(), ExploreAccess { fields, calculated }))
    };
    model.explores_behind(explore).into_iter().filter_map(of).collect()
}

impl Decided for InspectAs {
    type Bounds = Inspection;

    /// What the asker sees of the data by themselves, and as whom they may look.
    fn bounds(principal: &Principal, snapshot: &Snapshot, target: &Target<'_>) -> Option<Inspection> {
        let key = principal.facts().key.as_ref().and_then(|id| snapshot.keys.get(id))?;
        let mut own = RunQuery::bounds(principal, snapshot, target)?;
        let model = snapshot.models.named(&own.explore.model)?;
        let explore = model.explores.get(&own.explore.explore)?;
        let sees = Own { name: &own.explore.model, model, tables: &own.tables };
        own.fields.retain(|field| sees.sees_field(explore, field));
        let mut tables = own.tables.clone();
        for ((_, table), access) in &mut tables {
            access.columns.retain(|column, _| sees.sees_column(table, column));
        }
        tables.retain(|_, access| !access.columns.is_empty());
        Some(Inspection {
            issuer: key.issuer.clone(),
            tenant: principal.tenant().cloned(),
            ceiling: key.ceiling.clone(),
            fields: own.fields,
            tables,
            destinations: own.destinations,
        })
    }
}

/// In whose name pseudonyms are made: each tenant has its own, those of no tenant share some, and nobody has none.
fn pseudonyms(principal: &Principal) -> Option<String> {
    let of_tenant = || principal.facts().tenant.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default();
    principal.audience().is_none().then(of_tenant)
}

/// The fields that are offered, as far as they exist for the person.
fn fields(
    (asked, explore): (Asked<'_>, &Explore),
    locked_filters: &[Filter],
    open: &BTreeSet<&FieldName>,
) -> BTreeSet<FieldName> {
    if matches!(asked, Asked::Explore(_)) {
        return open.iter().copied().cloned().collect();
    }
    let locked = locked_filters.iter().map(|filter| &filter.field);
    asked.fields(explore).into_iter().chain(locked).filter(|field| open.contains(field)).cloned().collect()
}
