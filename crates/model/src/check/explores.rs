//! Explores: joins, dimensions and measures.

use super::{Known, dimensions, drills, elements};
use crate::name::{ExploreName, FieldName, ModelName, TableName};
use crate::problem::{Position, Report, unknown};
use crate::rule::Formula;
use crate::semantic::{Aggregate, ColumnPath, Explore, Input, Join, Measure, Model};
use crate::value::ColumnType;
use std::collections::BTreeSet;

/// The most digits of a column whose median has room for one more behind the point.
const MEDIAN_DIGITS: u8 = 36;

/// The most digits of a column whose sums a measure of measures divides or adds up.
const MADE_OF_DIGITS: u8 = 24;

/// The typed formulas of calculated fields, by explore.
pub(super) fn check<'a>(
    name: &ModelName,
    model: &'a Model,
    position: &Position,
    known: &Known<'_>,
    report: &mut Report,
) -> Vec<(&'a ExploreName, Vec<(FieldName, Formula)>)> {
    let mut formulas = Vec::new();
    for (explore_name, explore) in &model.explores {
        let position = position.member(explore_name);
        known_table(model, &explore.table, &position.member("table"), report);
        joins(model, explore, &position.member("joins"), report);
        dimensions::parameters(explore, &position.member("parameters"), report);
        formulas.push((explore_name, dimensions::check((name, model), explore, &position, known, report)));
        for (field, measure) in &explore.measures {
            let position = position.member("measures").member(field);
            checked_measure(model, explore, measure, &position, report);
            distinct_field(explore, field, &position, report);
        }
        drills::check(explore, &position, report);
    }
    formulas
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
        let lefts: BTreeSet<_> = join.on.keys().map(|path| &path.table).collect();
        report.expect(!join.relationship.is_from_one() || lefts.len() == 1, &position.member("relationship"), || {
            "columns of several tables: expected those of one table, or `many_to_many`".to_owned()
        });
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
pub(super) fn known_column(
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

fn checked_measure(model: &Model, explore: &Explore, measure: &Measure, position: &Position, report: &mut Report) {
    if let Some(input) = measure.aggregate.input() {
        let kind = known_input(model, explore, input, position, report);
        if let Some((kind, expected)) = kind.zip(aggregated(&measure.aggregate)) {
            report
                .expect((expected.fits)(kind), position, || format!("{input} is {kind}: expected {}", expected.kinds));
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
    counted_by(explore, measure, &position.member("per"), report);
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

/// The type of what a measure aggregates.
fn known_input(
    model: &Model,
    explore: &Explore,
    input: &Input,
    position: &Position,
    report: &mut Report,
) -> Option<ColumnType> {
    match input {
        Input::Column(path) => known_column(model, explore, path, position, report),
        Input::Field(name) => {
            let found = explore.dimensions.get(name);
            report.expect(found.is_some(), position, || unknown("dimension", name, explore.dimensions.keys()));
            model.dimension_type(explore, found?)
        }
    }
}

/// The table whose rows count must have one value for each of them.
fn counted_by(explore: &Explore, measure: &Measure, position: &Position, report: &mut Report) {
    let Some(per) = &measure.per else { return one_most_detailed(explore, measure, position, report) };
    if explore.table_called(per).is_none() {
        let names = [&explore.table].into_iter().chain(explore.joins.iter().map(Join::name));
        report.add(position, unknown("table", per, names));
    }
    report.expect(measure.aggregate.measures().is_empty(), position, || {
        "rows of a measure of measures: expected `per` in what it is made of".to_owned()
    });
    let several = explore.aggregated_by(measure).into_iter().find(|path| !explore.determines(per, &path.table));
    several.into_iter().for_each(|path| {
        report.add(
            position,
            format!("a row of `{per}` may have several `{path}`: expected a table with one for each row"),
        );
    });
}

/// What is read of several tables must have one value for each row of one of them, where nothing else is said.
fn one_most_detailed(explore: &Explore, measure: &Measure, position: &Position, report: &mut Report) {
    let Some(input) = measure.aggregate.input().filter(|_| explore.counted_by(measure).is_none()) else { return };
    let tables: BTreeSet<_> = explore.aggregated_by(measure).into_iter().map(|path| &path.table).collect();
    let tables: Vec<String> = tables.into_iter().map(|table| format!("`{table}`")).collect();
    let tables = tables.join(" and ");
    let message =
        format!("{input} is of {tables}, and none of them has one value of it for each row: expected a table that has");
    report.add(position, message);
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
    let kind = measure.aggregate.input().and_then(|input| model.input_type(explore, input));
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
