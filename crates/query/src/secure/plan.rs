//! The semantic compile: a question becomes a logical plan over secured scans, by builder, never by text.

use crate::answer::OutputColumn;
use crate::arrow_type::arrow_type;
use crate::barrier::scan::{Origin, SecuredScan};
use crate::catalog::Catalog;
use crate::error::QueryError;
use crate::secure::access::Access;
use crate::secure::after::behind;
use crate::secure::calculated::parameters;
use crate::secure::counted::Counted;
use crate::secure::derived::rows;
use crate::secure::fields::{Condition, Fields, FoundDimension, FoundMeasure, qualified};
use crate::secure::filters::Compared;
use crate::secure::once::{counted_apart, once};
use authz::permit::ColumnAccess;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, TableReference};
use datafusion::logical_expr::expr::Like;
use datafusion::logical_expr::{
    Expr, ExprSchemable, JoinType, LogicalPlan, LogicalPlanBuilder, SortExpr, TableSource, cast, lit,
};
use model::enforcement::{Point, enforced};
use model::filter::RowFilter;
use model::name::{FieldName, TableName};
use model::query::{Filter, Query};
use model::semantic::{Aggregate, Join};
use model::time_zone::TimeZone;
use model::value::ColumnType;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a question is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose<'a> {
    /// An answer.
    Answer,
    /// Rows as they are: nothing is grouped, so equal ones stand as often as they are there.
    Rows,
    /// The rows of a derived table, in no order.
    Derived,
    /// The rows that a measure counts.
    RowsOf(&'a FieldName),
    /// The values of a field.
    Suggestions {
        /// The field that is searched: the values' own, or that of their labels.
        field: &'a FieldName,
        /// For what.
        search: Search<'a>,
    },
}

/// What suggested values must match, ignoring case. Nothing: every value that is not NULL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search<'a> {
    /// Those that begin with a text.
    Beginning(&'a str),
    /// Those that have it anywhere.
    Anywhere(&'a str),
}

/// A plan over secured scans and what its columns mean.
pub(crate) struct Compiled {
    pub(crate) plan: LogicalPlan,
    pub(crate) columns: Vec<OutputColumn>,
    /// The tables that it reads.
    pub(crate) tables: BTreeSet<TableName>,
}

/// Compiles `query`; the plan gives one row more than `limit` where there is one, which tells that rows were cut. Without a
/// limit it gives all.
pub(crate) fn compile(
    catalog: &Catalog,
    query: &Query,
    access: &Access,
    limit: Option<usize>,
    purpose: Purpose<'_>,
) -> Result<Compiled, QueryError> {
    if query.explore != access.explore {
        return Err(QueryError::OtherExplore);
    }
    let model = catalog.model(&query.explore.model).ok_or(QueryError::OtherExplore)?;
    let explore = model.explores.get(&query.explore.explore).ok_or(QueryError::OtherExplore)?;
    let (zone, defaults) = (query.time_zone.unwrap_or_default(), parameters([], explore)?);
    let found = Fields { model, explore, access, parameters: &defaults, zone };
    let sets = |filter: &&Filter| found.reads(&filter.field);
    let parameters = parameters(query.filters.iter().chain(&access.locked).filter(sets), explore)?;
    let fields = Fields { parameters: &parameters, ..found };
    let mut selection = Selection::of(query, &fields)?;
    let conditions = conditions(query, &fields, &mut selection, purpose)?;

    let counted = match purpose {
        Purpose::RowsOf(measure) => Some(Counted::of(&fields, measure)?),
        _ => None,
    };

    let mut called = selection.tables.clone();
    called.extend(conditions.iter().flat_map(|condition| condition.found.tables()));
    called.extend(counted.iter().flat_map(Counted::tables));
    let joins = explore.joins_to(&called);
    let apart = match &counted {
        Some(counted) => counted.apart(&fields, &joins),
        None => counted_apart(&fields, &joins, &selection.measures),
    };
    let mut rows = Scans { catalog, fields: &fields, purpose, apart: &apart }.joined(&joins)?;
    let tables = std::iter::once(&explore.table).chain(joins.iter().map(|join| &join.table)).collect();
    let tables = model.with_origins(tables).into_iter().cloned().collect();
    for condition in &conditions {
        let predicate = condition.predicate(rows.schema())?;
        rows = rows.filter(predicate)?;
    }
    if let Purpose::Suggestions { field, search } = purpose {
        rows = rows.filter(matches(&fields.dimension(field)?, search)?)?;
    }
    let order = order(query)?;
    let rows = match (purpose, &counted, selection.measures.is_empty()) {
        (Purpose::Rows | Purpose::RowsOf(_), _, false) => return Err(QueryError::Internal),
        (_, Some(counted), true) => counted.lines(rows, selection.groups, &apart)?,
        (Purpose::Rows | Purpose::RowsOf(_), None, true) => rows.project(selection.groups)?,
        (Purpose::Answer | Purpose::Derived | Purpose::Suggestions { .. }, ..) => {
            selection.aggregated(rows, &apart, &order)?
        }
    };
    let mut rows = rows.project(query.fields.iter().map(output))?;
    if matches!(purpose, Purpose::Derived) {
        return Ok(Compiled { plan: rows.build()?, columns: selection.columns, tables });
    }
    if let Some(cells) = &query.after {
        let behind = behind(query, cells, &selection.columns, &order, rows.schema())?;
        rows = rows.filter(behind)?;
    }
    let order: Vec<SortExpr> = order.into_iter().map(|(_, key)| key).collect();
    let rows = rows.sort(order)?;
    let rows = match limit {
        Some(limit) => rows.limit(0, limit.checked_add(1))?,
        None => rows,
    };
    Ok(Compiled { plan: rows.build()?, columns: selection.columns, tables })
}

/// The fields of the answer, and the measures that filters are on.
struct Selection<'a> {
    groups: Vec<Expr>,
    measures: Vec<(FieldName, FoundMeasure<'a>)>,
    columns: Vec<OutputColumn>,
    tables: BTreeSet<&'a TableName>,
    having: Vec<Filter>,
    zone: TimeZone,
}

impl<'a> Selection<'a> {
    fn of(query: &Query, fields: &Fields<'a>) -> Result<Self, QueryError> {
        let (groups, measures, columns, having) = (vec![], vec![], vec![], vec![]);
        let (tables, zone) = (BTreeSet::new(), fields.zone);
        let mut selection = Self { groups, measures, columns, tables, having, zone };
        let mut seen = BTreeSet::new();
        for name in &query.fields {
            match fields.dimension(name) {
                Ok(dimension) => selection.add_dimension(name, &dimension)?,
                Err(_) => {
                    let found = fields.measure(name)?;
                    let kind = found.kind().ok_or(QueryError::Internal)?;
                    selection.columns.push(OutputColumn::measure(name, found.measure, kind));
                    selection.add_measure(name, found);
                }
            }
            if !seen.insert(name) {
                return Err(QueryError::RepeatedField { field: name.clone() });
            }
        }
        if seen.is_empty() { Err(QueryError::NoFields) } else { Ok(selection) }
    }

    fn add_dimension(&mut self, name: &FieldName, found: &FoundDimension<'a>) -> Result<(), QueryError> {
        self.groups.push(found.expression()?.alias(name.as_str()));
        self.tables.extend(found.tables());
        self.columns.push(OutputColumn::dimension(name, found.dimension, found.kind()));
        Ok(())
    }

    fn add_measure(&mut self, name: &FieldName, found: FoundMeasure<'a>) {
        self.tables.extend(found.tables());
        self.measures.push((name.clone(), found));
    }

    /// Asks for what a measure adds up to, whether or not it is in the answer.
    fn add_having(&mut self, filter: &Filter, found: FoundMeasure<'a>) {
        if self.measures.iter().all(|(name, _)| *name != filter.field) {
            self.add_measure(&filter.field, found);
        }
        self.having.push(filter.clone());
    }

    /// Groups the rows, makes the measures of what was aggregated, and keeps what filters on these say.
    fn aggregated(
        &self,
        rows: LogicalPlanBuilder,
        apart: &BTreeSet<&TableName>,
        order: &[(&FieldName, SortExpr)],
    ) -> Result<LogicalPlanBuilder, QueryError> {
        let mut grouped = self.grouped(rows, apart)?;
        let groups = self.columns.iter().filter(|column| !column.is_measure).map(|column| output(&column.name));
        let measures = self.measures.iter().map(|(name, found)| found.value(name, grouped.schema()));
        let values = groups.map(Ok).chain(measures).collect::<Result<Vec<Expr>, QueryError>>()?;
        grouped = grouped.project(values)?;
        let is_over_answer = |field: &FieldName| {
            self.measures.iter().any(|(name, found)| name == field && found.measure.aggregate.is_over_answer())
        };
        let (later, sooner): (Vec<&Filter>, Vec<&Filter>) =
            self.having.iter().partition(|filter| is_over_answer(&filter.field));
        for filter in sooner {
            let predicate = self.predicate(filter, &grouped)?;
            grouped = grouped.filter(predicate)?;
        }
        grouped = self.added_up(grouped, order)?;
        for filter in later {
            let predicate = self.predicate(filter, &grouped)?;
            grouped = grouped.filter(predicate)?;
        }
        Ok(grouped)
    }

    /// Groups the rows, in which those of the tables that are kept apart may stand more than once.
    fn grouped(
        &self,
        rows: LogicalPlanBuilder,
        apart: &BTreeSet<&TableName>,
    ) -> Result<LogicalPlanBuilder, QueryError> {
        let leaves: Vec<_> = self.measures.iter().flat_map(|(name, found)| found.leaves(name)).collect();
        if apart.is_empty() {
            let counted = leaves
                .iter()
                .map(|(name, leaf)| Ok(leaf.aggregate(leaf.counted(rows.schema())?)?.alias(name.as_str())));
            let counted = counted.collect::<Result<Vec<Expr>, QueryError>>()?;
            return Ok(rows.aggregate(self.groups.clone(), counted)?);
        }
        let rows = once(rows, &self.groups, &leaves, apart)?;
        let groups = self.columns.iter().filter(|column| !column.is_measure).map(|column| output(&column.name));
        let counted = leaves.iter().map(|(name, leaf)| {
            Ok(leaf.aggregate(Expr::Column(Column::new_unqualified(name.as_str())))?.alias(name.as_str()))
        });
        let counted = counted.collect::<Result<Vec<Expr>, QueryError>>()?;
        Ok(rows.aggregate(groups, counted)?)
    }

    /// Makes the measures that depend on other rows of the answer: shares first, because an order by them is one in which
    /// totals run.
    fn added_up(
        &self,
        rows: LogicalPlanBuilder,
        order: &[(&FieldName, SortExpr)],
    ) -> Result<LogicalPlanBuilder, QueryError> {
        let is_running = |found: &FoundMeasure<'_>| matches!(found.measure.aggregate, Aggregate::RunningTotal(_));
        // What is added up so far is no key of the order in which it is.
        let runs = |field: &FieldName| self.measures.iter().any(|(name, found)| name == field && is_running(found));
        let keys: Vec<SortExpr> = order.iter().filter(|(field, _)| !runs(field)).map(|(_, key)| key.clone()).collect();
        let rows = self.windowed(rows, &[], |found| !is_running(found))?;
        self.windowed(rows, &keys, is_running)
    }

    /// Makes those of these measures that are among `wanted`.
    fn windowed(
        &self,
        rows: LogicalPlanBuilder,
        order: &[SortExpr],
        wanted: impl Fn(&FoundMeasure<'a>) -> bool,
    ) -> Result<LogicalPlanBuilder, QueryError> {
        let (mut rows, mut values, mut any) = (rows, Vec::new(), false);
        for (name, found) in &self.measures {
            let over_answer = if wanted(found) { found.over_answer(name, order)? } else { None };
            match over_answer {
                Some((over_answer, value)) => {
                    any = true;
                    rows = rows.window([over_answer])?;
                    values.push(value);
                }
                None => values.push(output(name)),
            }
        }
        let groups = self.columns.iter().filter(|column| !column.is_measure).map(|column| output(&column.name));
        if any { Ok(rows.project(groups.chain(values))?) } else { Ok(rows) }
    }

    fn predicate(&self, filter: &Filter, grouped: &LogicalPlanBuilder) -> Result<Expr, QueryError> {
        let found = self.measures.iter().find(|(name, _)| *name == filter.field).map(|(_, found)| found);
        let kind = found.and_then(FoundMeasure::kind).ok_or(QueryError::Internal)?;
        let value = output(&filter.field);
        let held = value.get_type(grouped.schema().as_ref())?;
        Compared { field: &filter.field, value, kind, held, zone: self.zone }.predicate(filter)
    }
}

/// The question's filters and the locked ones, which are never left out. Those on measures are for later.
fn conditions<'a>(
    query: &Query,
    fields: &Fields<'a>,
    selection: &mut Selection<'a>,
    purpose: Purpose<'_>,
) -> Result<Vec<Condition<'a>>, QueryError> {
    let mut conditions = Vec::new();
    let sets_none = |filter: &&Filter| !fields.reads(&filter.field);
    for filter in query.filters.iter().filter(sets_none) {
        match (fields.dimension(&filter.field), fields.measure(&filter.field), purpose) {
            (Ok(found), ..) => conditions.push(Condition { filter: filter.clone(), found }),
            (Err(_), Ok(found), Purpose::Answer | Purpose::Derived) => selection.add_having(filter, found),
            (Err(_), Ok(_), _) => return Err(QueryError::MeasureFiltered { field: filter.field.clone() }),
            (Err(unknown), Err(_), _) => return Err(unknown),
        }
    }
    for filter in fields.access.locked.iter().filter(sets_none) {
        let found = fields.locked_dimension(&filter.field)?;
        conditions.push(Condition { filter: filter.clone(), found });
    }
    Ok(conditions)
}

/// The explore's tables, behind their policies.
struct Scans<'a> {
    catalog: &'a Catalog,
    fields: &'a Fields<'a>,
    purpose: Purpose<'a>,
    /// The tables whose rows have numbers.
    apart: &'a BTreeSet<&'a TableName>,
}

impl Scans<'_> {
    /// The explore's table with the joined ones. Joins are outer: a hidden row of the joined table turns into nulls. What
    /// stands on the left is collected in memory: the joined table where a row meets at most one of its rows, which the catalog
    /// has checked, else what stands before it.
    fn joined(&self, joins: &[&Join]) -> Result<LogicalPlanBuilder, QueryError> {
        let base = &self.fields.explore.table;
        let mut rows = self.scan(base, base, Point::BaseScanPolicy)?;
        for join in joins {
            let joined = self.scan(&join.table, join.name(), Point::JoinedScanPolicy)?;
            let declared = self.fields.model.tables.get(&join.table);
            let pairs = join.on.iter().map(|(path, key)| {
                let kind = declared.and_then(|table| table.columns.get(key)).ok_or(QueryError::Internal)?;
                let (before, key) = (qualified(&path.table, &path.column), qualified(join.name(), key));
                comparable((&rows, before), (&joined, key), *kind)
            });
            let (before, keys): (Vec<Expr>, Vec<Expr>) =
                pairs.collect::<Result<Vec<_>, QueryError>>()?.into_iter().unzip();
            rows = if join.relationship.is_to_one() {
                joined.join_with_expr_keys(rows.build()?, JoinType::Right, (keys, before), None)?
            } else {
                rows.join_with_expr_keys(joined.build()?, JoinType::Left, (before, keys), None)?
            };
        }
        Ok(rows)
    }

    /// Where the rows of a table come from.
    fn origin(&self, table: &TableName, name: &TableName) -> Result<Origin, QueryError> {
        let (model, access) = (self.fields.model, self.fields.access);
        let defined = model.tables.get(table).ok_or(QueryError::Internal)?;
        if let Some((derived, explore)) = model.derived_of(defined) {
            return Ok(Origin::Derived(rows(self.catalog, access, (defined, derived, explore), model, name)?));
        }
        let opened = self.catalog.table(&access.explore.model, table, &access.destination);
        let opened = Arc::clone(opened.ok_or(QueryError::Internal)?);
        Ok(Origin::Table(opened, access.destination.role().map(str::to_owned)))
    }

    fn scan(&self, table: &TableName, name: &TableName, point: Point) -> Result<LogicalPlanBuilder, QueryError> {
        let access = self.fields.access;
        let of_table = access.tables.get(table).ok_or(QueryError::Internal)?;
        let point = match self.purpose {
            Purpose::Suggestions { .. } => Point::SuggestionPolicy,
            Purpose::Derived => Point::DerivedScanPolicy,
            Purpose::Answer | Purpose::Rows | Purpose::RowsOf(_) => point,
        };
        let rows = if enforced(point) { &of_table.rows } else { &RowFilter::Everything };
        let mut columns = of_table.columns.clone();
        if !enforced(Point::ExposedColumns) {
            let declared = self.fields.model.tables.get(table).into_iter().flat_map(|table| table.columns.keys());
            columns = declared.map(|name| (name.clone(), ColumnAccess::Shown)).collect();
        }
        let scan = SecuredScan::new(self.origin(table, name)?, rows, columns, access.pseudonyms.clone());
        let scan = if self.apart.contains(name) { scan.numbered() } else { scan };
        let scan: Arc<dyn TableSource> = Arc::new(scan);
        Ok(LogicalPlanBuilder::scan(TableReference::bare(name.as_str()), scan, None)?)
    }
}

/// Two keys that can be compared: what a derived table has is in the type that its model declares, which a file may hold in
/// another.
fn comparable(
    (left, one): (&LogicalPlanBuilder, Column),
    (right, other): (&LogicalPlanBuilder, Column),
    kind: ColumnType,
) -> Result<(Expr, Expr), QueryError> {
    let (one, other) = (Expr::Column(one), Expr::Column(other));
    let is_same = one.get_type(left.schema().as_ref())? == other.get_type(right.schema().as_ref())?;
    Ok(if is_same { (one, other) } else { (cast(one, arrow_type(kind)), cast(other, arrow_type(kind))) })
}

/// Whether the dimension's text matches `search`, ignoring case. Never harmless, so it stays above the barrier.
fn matches(found: &FoundDimension<'_>, search: Search<'_>) -> Result<Expr, QueryError> {
    let (before, text) = match search {
        Search::Beginning(text) => ("", text),
        Search::Anywhere(text) => ("%", text),
    };
    let value = found.expression()?;
    if text.is_empty() {
        return Ok(value.is_not_null());
    }
    let pattern = lit(format!("{before}{}%", escaped(text)));
    let value = if found.kind() == ColumnType::Text { value } else { cast(value, DataType::Utf8) };
    Ok(Expr::Like(Like::new(false, Box::new(value), Box::new(pattern), None, true)))
}

/// A text as a pattern that matches it alone.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// The query's sorts, then every other field of the answer: no two rows are equal, so a limit cuts the same rows
/// whatever else is in the table. NULLs come last in both directions.
fn order(query: &Query) -> Result<Vec<(&FieldName, SortExpr)>, QueryError> {
    let mut order = Vec::with_capacity(query.fields.len());
    for sort in &query.sorts {
        if !query.fields.contains(&sort.field) {
            return Err(QueryError::SortedByAbsent { field: sort.field.clone() });
        }
        order.push((&sort.field, output(&sort.field).sort(!sort.descending, false)));
    }
    if enforced(Point::TotalOrder) {
        let is_sorted = |field: &&FieldName| query.sorts.iter().any(|sort| sort.field == **field);
        let others = query.fields.iter().filter(|field| !is_sorted(field));
        order.extend(others.map(|field| (field, output(field).sort(true, false))));
    }
    Ok(order)
}

/// A field of the answer.
pub(super) fn output(field: &FieldName) -> Expr {
    Expr::Column(Column::new_unqualified(field.as_str()))
}
