//! Explores: joins, dimensions and measures.

use super::elements;
use crate::name::{FieldName, TableName};
use crate::problem::{Position, Report, unknown};
use crate::query::FilterOperator;
use crate::semantic::{Aggregate, ColumnPath, Dimension, Explore, Join, Measure, Model};
use crate::value::ColumnType;
use std::collections::BTreeSet;

/// The most digits of a column whose median has room for one more behind the point.
const MEDIAN_DIGITS: u8 = 36;

/// The most digits of a column whose sums a measure of measures divides or adds up.
const MADE_OF_DIGITS: u8 = 24;

pub(super) fn check(model: &Model, position: &Position, report: &mut Report) {
    for (name, explore) in &model.explores {
        let position = position.member(name);
        known_table(model, &explore.table, &position.member("table"), report);
        joins(model, explore, &position.member("joins"), report);
        for (field, dimension) in &explore.dimensions {
            let position = position.member("dimensions").member(field);
            checked_dimension(model, explore, (field, dimension), &position, report);
        }
        for (field, measure) in &explore.measures {
            let position = position.member("measures").member(field);
            checked_measure(model, explore, measure, &position, report);
            distinct_field(explore, field, &position, report);
        }
    }
}

fn known_table(model: &Model, table: &TableName, position: &Position, report: &mut Report) {
    report.expect(model.tables.contains_key(table), position, || unknown("table", table, model.tables.keys()));
}

fn joins(model: &Model, explore: &Explore, position: &Position, report: &mut Report) {
    let mut before = BTreeSet::from([&explore.table]);
    for (index, join) in explore.joins.iter().enumerate() {
        let position = position.item(index);
        known_table(model, &join.table, &position.member("table"), report);
        report.expect(!join.on.is_empty(), &position.member("on"), || {
            "no columns: expected at least one pair".to_owned()
        });
        for (path, column) in &join.on {
            let position = position.member("on").member(path);
            let Some(left) = column_before(model, explore, path, &before, &position, report) else { continue };
            let joined = ColumnPath { table: join.name().clone(), column: column.clone() };
            if let Some(right) = joined_column(model, join, &joined, &position, report) {
                report.expect(left == right, &position, || {
                    format!("column `{joined}` is {right}: expected {left}, the type of column `{path}`")
                });
            }
        }
        report.expect(before.insert(join.name()), &position, || {
            format!("a second table called `{}`: expected another name with `as`", join.name())
        });
    }
}

/// The type of a column of a table that stands before the join.
fn column_before(
    model: &Model,
    explore: &Explore,
    path: &ColumnPath,
    before: &BTreeSet<&TableName>,
    position: &Position,
    report: &mut Report,
) -> Option<ColumnType> {
    if !before.contains(&path.table) {
        report.add(position, unknown("table before this join", &path.table, before));
        return None;
    }
    known_column(model, explore, path, position, report)
}

fn joined_column(
    model: &Model,
    join: &Join,
    path: &ColumnPath,
    position: &Position,
    report: &mut Report,
) -> Option<ColumnType> {
    let table = model.tables.get(&join.table)?;
    let kind = table.columns.get(&path.column).copied();
    report.expect(kind.is_some(), position, || unknown("column", &path.column, table.columns.keys()));
    kind
}

/// The type of a column of one of the explore's tables. A table that does not exist is noted where it is named.
fn known_column(
    model: &Model,
    explore: &Explore,
    path: &ColumnPath,
    position: &Position,
    report: &mut Report,
) -> Option<ColumnType> {
    let Some(table) = explore.table_called(&path.table) else {
        let names = [&explore.table].into_iter().chain(explore.joins.iter().map(Join::name));
        report.add(position, unknown("table", &path.table, names));
        return None;
    };
    let columns = &model.tables.get(table)?.columns;
    let kind = columns.get(&path.column).copied();
    report.expect(kind.is_some(), position, || unknown("column", &path.column, columns.keys()));
    kind
}

fn checked_dimension(
    model: &Model,
    explore: &Explore,
    (field, dimension): (&FieldName, &Dimension),
    position: &Position,
    report: &mut Report,
) {
    let ways = [dimension.grain.is_some(), dimension.bins.is_some(), !dimension.cases.is_empty()];
    report.expect(ways.into_iter().filter(|way| *way).count() <= 1, position, || {
        "more than one of `grain`, `bins` and `cases`: expected at most one".to_owned()
    });
    report.expect(dimension.otherwise.is_none() || !dimension.cases.is_empty(), &position.member("otherwise"), || {
        "`otherwise` without `cases`: expected cases that do not hold".to_owned()
    });
    let Some(kind) = known_column(model, explore, &dimension.column, &position.member("column"), report) else {
        return;
    };
    if dimension.grain.is_some() {
        report.expect(matches!(kind, ColumnType::Date | ColumnType::Timestamp), &position.member("grain"), || {
            format!("column `{}` is {kind}: expected a date or timestamp to have a grain", dimension.column)
        });
    }
    if let Some(bins) = &dimension.bins {
        let fits = kind.is_number() && dimension.width(kind).is_some();
        report.expect(fits, &position.member("bins"), || {
            format!("`{bins}` of column `{}`, which is {kind}: expected a number above zero of the column's type, which is one of numbers", dimension.column)
        });
    }
    for (index, case) in dimension.cases.iter().enumerate() {
        let position = position.member("cases").item(index);
        elements::checked_values(&case.filter(field.clone()), kind, &position, report);
        let needs_text = matches!(case.operator, FilterOperator::Contains | FilterOperator::IsAnyOfIgnoringCase);
        report.expect(!needs_text || kind == ColumnType::Text, &position.member("operator"), || {
            format!("column `{}` is {kind}: expected a text to look into", dimension.column)
        });
    }
}

fn checked_measure(model: &Model, explore: &Explore, measure: &Measure, position: &Position, report: &mut Report) {
    if let Some(path) = measure.aggregate.column() {
        let kind = known_column(model, explore, path, position, report);
        if let Some((kind, expected)) = kind.zip(aggregated(&measure.aggregate)) {
            report.expect((expected.fits)(kind), position, || {
                format!("column `{path}` is {kind}: expected {}", expected.kinds)
            });
        }
    }
    for (index, filter) in measure.only.iter().enumerate() {
        let position = position.member("where").item(index);
        match explore.dimensions.get(&filter.field) {
            Some(dimension) => {
                let kind = model.dimension_type(explore, dimension);
                kind.into_iter().for_each(|kind| elements::checked_values(filter, kind, &position, report));
            }
            None => {
                report.add(&position.member("field"), unknown("dimension", &filter.field, explore.dimensions.keys()))
            }
        }
    }
    let (name, is_added_up) = match &measure.aggregate {
        Aggregate::Ratio(_) => ("ratio", false),
        Aggregate::RunningTotal(_) => ("running_total", true),
        Aggregate::PercentOfTotal(_) => ("percent_of_total", true),
        _ => return,
    };
    report.expect(measure.only.is_empty(), &position.member("where"), || {
        format!("rows of a `{name}`: expected `where` in what it is made of")
    });
    for (index, part) in measure.aggregate.measures().iter().enumerate() {
        let position = position.member(name);
        let position = if is_added_up { position } else { position.item(index) };
        made_of(model, explore, part, is_added_up, &position, report);
    }
}

/// What a column must be to be aggregated so.
struct Aggregated {
    kinds: &'static str,
    fits: fn(ColumnType) -> bool,
}

fn aggregated(aggregate: &Aggregate) -> Option<Aggregated> {
    match aggregate {
        Aggregate::Sum(_) | Aggregate::Average(_) => {
            Some(Aggregated { kinds: "an integer or decimal to sum or average", fits: ColumnType::is_number })
        }
        Aggregate::Median(_) => Some(Aggregated {
            kinds: "an integer, or a decimal of at most 36 digits, to find the middle of",
            fits: |kind| match kind {
                ColumnType::Decimal { precision, .. } => precision <= MEDIAN_DIGITS,
                kind => kind.is_number(),
            },
        }),
        Aggregate::Percentile(_) => Some(Aggregated {
            kinds: "numbers, dates or timestamps to put in order",
            fits: |kind| kind.is_number() || matches!(kind, ColumnType::Date | ColumnType::Timestamp),
        }),
        Aggregate::Count(_)
        | Aggregate::CountDistinct(_)
        | Aggregate::Min(_)
        | Aggregate::Max(_)
        | Aggregate::RunningTotal(_)
        | Aggregate::PercentOfTotal(_)
        | Aggregate::Ratio(_) => None,
    }
}

const ADDED_UP: &str = "a count or a sum of at most 24 digits";

const DIVIDED: &str = "a number of at most 24 digits that is made of no other measure";

/// A measure of measures is of numbers that are aggregated themselves; what is added up must count each row once.
fn made_of(
    model: &Model,
    explore: &Explore,
    part: &FieldName,
    is_added_up: bool,
    position: &Position,
    report: &mut Report,
) {
    let Some(measure) = explore.measures.get(part) else {
        report.add(position, unknown("measure", part, explore.measures.keys()));
        return;
    };
    let kind = measure.aggregate.column().and_then(|path| model.column_type(explore, path));
    let is_wide = |kind| matches!(kind, ColumnType::Decimal { precision, .. } if precision > MADE_OF_DIGITS);
    let is_narrow = kind.is_none_or(|kind| kind.is_number() && !is_wide(kind));
    let (fits, expected) = match &measure.aggregate {
        Aggregate::Count(_) => (true, ""),
        Aggregate::Sum(_) if is_added_up => (is_narrow, ADDED_UP),
        _ if is_added_up => (false, ADDED_UP),
        aggregate if !aggregate.measures().is_empty() => (false, DIVIDED),
        Aggregate::CountDistinct(_) => (true, ""),
        _ => (is_narrow, DIVIDED),
    };
    report.expect(fits, position, || format!("measure `{part}`: expected {expected}"));
}

fn distinct_field(explore: &Explore, field: &FieldName, position: &Position, report: &mut Report) {
    report.expect(!explore.dimensions.contains_key(field), position, || {
        format!("a measure and a dimension `{field}`: expected every name once")
    });
}
