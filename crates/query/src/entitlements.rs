//! Entitlement tables: which keys a person's row policies find in them, looked up before a question is planned.
//!
//! What is found becomes literals of the policy, so that every engine gets the same plan, tables of another connection
//! serve as well as those of the same one, and the plan says what it depends on.

use crate::arrow_type::literal;
use crate::barrier::exec::planner;
use crate::catalog::{Catalog, CatalogTable};
use crate::condition::{folded, predicate};
use crate::error::QueryError;
use crate::limits::Limits;
use crate::postgres::push::push_down;
use crate::session::context;
use crate::term::scalar;
use authz::permit::Destination;
use datafusion::arrow::array::{ArrayRef, BooleanArray};
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::arrow::row::{RowConverter, SortField};
use datafusion::common::{Column, Result, TableReference, internal_datafusion_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, LogicalPlan, LogicalPlanBuilder, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    TableSource, Volatility,
};
use datafusion::physical_plan::collect;
use datafusion::physical_planner::PhysicalPlanner;
use datafusion::scalar::ScalarValue;
use model::filter::{Condition, Existence, RowFilter};
use model::name::{ColumnName, ModelName};
use model::value::Scalar;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The most keys that one rule may find for one person.
const MOST_KEYS: usize = 100_000;

/// What the entitlement table is called in its plan.
const ENTITLEMENTS: &str = "entitlements";

/// What existences are looked up with.
pub(crate) struct Lookup<'a> {
    pub(crate) catalog: &'a Catalog,
    /// Where entitlement tables of a model are read, and as whom.
    pub(crate) destination: &'a (dyn Fn(&ModelName) -> Destination + Sync),
    pub(crate) limits: &'a Limits,
}

/// The rows with every existence looked up.
pub(crate) async fn looked_up(lookup: &Lookup<'_>, rows: &RowFilter) -> Result<RowFilter, QueryError> {
    match rows {
        RowFilter::Where(condition) if has_existence(condition) => {
            Ok(RowFilter::Where(resolved(lookup, condition).await?))
        }
        other => Ok(other.clone()),
    }
}

fn has_existence(condition: &Condition) -> bool {
    match condition {
        Condition::Exists(_) => true,
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(has_existence),
        Condition::Not(part) => has_existence(part),
        _ => false,
    }
}

async fn resolved(lookup: &Lookup<'_>, condition: &Condition) -> Result<Condition, QueryError> {
    let parts = async |parts: &[Condition]| {
        let mut all = Vec::with_capacity(parts.len());
        for part in parts {
            all.push(Box::pin(resolved(lookup, part)).await?);
        }
        Ok::<_, QueryError>(all)
    };
    Ok(match condition {
        Condition::Exists(existence) => {
            let columns = existence.on.iter().map(|(_, outer)| outer.clone()).collect();
            Condition::Keys { columns, keys: keys(lookup, existence).await? }
        }
        Condition::And(all) => Condition::And(parts(all).await?),
        Condition::Or(all) => Condition::Or(parts(all).await?),
        Condition::Not(part) => Condition::Not(Box::new(Box::pin(resolved(lookup, part)).await?)),
        other => other.clone(),
    })
}

/// The distinct keys without NULL that the entitlement table has.
async fn keys(lookup: &Lookup<'_>, existence: &Existence) -> Result<BTreeSet<Vec<Scalar>>, QueryError> {
    let Lookup { catalog, limits, .. } = lookup;
    let destination = (lookup.destination)(&existence.model);
    let table = catalog.table(&existence.model, &existence.table, &destination).ok_or(QueryError::Internal)?;
    let only = folded(&existence.only);
    if only == RowFilter::Nothing || destination == Destination::Nowhere {
        return Ok(BTreeSet::new());
    }
    let source = table.source(destination.role());
    let plan = push_down(catalog.state.optimize(&plan(source, table, existence, &only)?)?)?;
    let physical = planner().create_physical_plan(&plan, catalog.state.as_ref()).await?;
    let batches = tokio::time::timeout(limits.time, collect(physical, context(&catalog.state, limits)?)).await;
    let batches = batches.map_err(|_| QueryError::TimeLimit)??;
    let mut keys = BTreeSet::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            let key = batch.columns().iter().map(|values| scalar(values, row)).collect::<Option<Vec<Scalar>>>();
            keys.insert(key.ok_or(QueryError::Internal)?);
        }
    }
    if keys.len() > MOST_KEYS { Err(QueryError::TooManyEntitlements) } else { Ok(keys) }
}

fn plan(
    source: Arc<dyn TableSource>,
    table: &CatalogTable,
    existence: &Existence,
    only: &RowFilter,
) -> Result<LogicalPlan> {
    let name = TableReference::bare(ENTITLEMENTS);
    let columns: Vec<Expr> =
        existence.on.iter().map(|(inner, _)| Expr::Column(Column::new(Some(name.clone()), inner.as_str()))).collect();
    let mut rows = LogicalPlanBuilder::scan(name.clone(), source, None)?;
    if let RowFilter::Where(condition) = only {
        rows = rows.filter(predicate(condition, &name, &table.schema())?)?;
    }
    for column in &columns {
        rows = rows.filter(column.clone().is_not_null())?;
    }
    rows.project(columns)?.distinct()?.limit(0, Some(MOST_KEYS + 1))?.build()
}

/// Whether the values of `columns` are one of `keys`. Never NULL.
pub(crate) fn key_set(
    columns: &[ColumnName],
    keys: &BTreeSet<Vec<Scalar>>,
    table: &TableReference,
    schema: &Schema,
) -> Result<Expr> {
    let held = columns.iter().map(|column| Ok(schema.field_with_name(column.as_str())?.data_type().clone()));
    let held = held.collect::<Result<Vec<DataType>>>()?;
    let arguments: Vec<Expr> =
        columns.iter().map(|column| Expr::Column(Column::new(Some(table.clone()), column.as_str()))).collect();
    let literals = keys.iter().map(|key| {
        let parts = key.iter().zip(&held).map(|(value, held)| literal(value, held));
        let parts = parts.collect::<Option<Vec<_>>>().filter(|parts| parts.len() == held.len());
        parts.ok_or_else(|| internal_datafusion_err!("a key is not of its columns' types"))
    });
    let literals = literals.collect::<Result<Vec<_>>>()?;
    // One column: a list, which files are pruned by.
    if let [only] = arguments.as_slice() {
        let values = literals.into_iter().flatten().map(|value| Expr::Literal(value, None)).collect();
        return Ok(only.clone().is_not_null().and(only.clone().in_list(values, false)));
    }
    let arrays = (0..held.len()).map(|column| {
        let values = literals.iter().filter_map(|key| key.get(column).cloned());
        ScalarValue::iter_to_array(values)
    });
    let arrays = arrays.collect::<Result<Vec<ArrayRef>>>()?;
    let rows = converter(&held)?.convert_columns(&arrays)?;
    let keys = rows.iter().map(|row| row.as_ref().into()).collect();
    let signature = Signature::variadic_any(Volatility::Immutable);
    Ok(ScalarUDF::new_from_impl(KeySet { keys, held, signature }).call(arguments))
}

fn converter(held: &[DataType]) -> Result<RowConverter> {
    Ok(RowConverter::new(held.iter().map(|kind| SortField::new(kind.clone())).collect())?)
}

/// Whether values of several columns are one of the keys, which are kept as rows of bytes.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct KeySet {
    keys: BTreeSet<Box<[u8]>>,
    held: Vec<DataType>,
    signature: Signature,
}

impl KeySet {
    /// The keys again: of each column its type, and its values in the order of keys. `None`: they cannot be read.
    pub(crate) fn columns(&self) -> Option<Vec<(&DataType, Vec<ScalarValue>)>> {
        let converter = converter(&self.held).ok()?;
        let parser = converter.parser();
        let arrays = converter.convert_rows(self.keys.iter().map(|key| parser.parse(key))).ok()?;
        let columns = self.held.iter().enumerate().map(|(column, held)| {
            let array = arrays.get(column)?;
            let values = (0..array.len()).map(|row| ScalarValue::try_from_array(array, row).ok());
            Some((held, values.collect::<Option<Vec<_>>>()?))
        });
        columns.collect()
    }
}

impl std::fmt::Debug for KeySet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeySet({})", self.keys.len())
    }
}

impl ScalarUDFImpl for KeySet {
    fn name(&self) -> &'static str {
        "key_set"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = arguments.args.iter().map(|value| value.to_array(arguments.number_rows));
        let arrays = arrays.collect::<Result<Vec<ArrayRef>>>()?;
        let rows = converter(&self.held)?.convert_columns(&arrays)?;
        let has_null = |row: usize| arrays.iter().any(|array| array.is_null(row));
        let found = rows.iter().enumerate().map(|(row, key)| !has_null(row) && self.keys.contains(key.as_ref()));
        Ok(ColumnarValue::Array(Arc::new(found.map(Some).collect::<BooleanArray>())))
    }
}
