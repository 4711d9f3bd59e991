//! Dimensions: of columns and calculated, and the parameters for these.

use super::{Known, elements, explores};
use crate::name::{FieldName, ModelName};
use crate::problem::{Position, Report};
use crate::query::FilterOperator;
use crate::rule::{Formula, Purpose, Vocabulary};
use crate::semantic::{Calculation, Dimension, Explore, Model, Origin};
use crate::value::{ColumnType, Scalar};

/// The typed formulas of an explore's calculated fields.
pub(super) fn check(
    (name, model): (&ModelName, &Model),
    explore: &Explore,
    position: &Position,
    known: &Known<'_>,
    report: &mut Report,
) -> Vec<(FieldName, Formula)> {
    let names = model.formula_names(explore);
    let vocabulary = Vocabulary { purpose: Purpose::Formula, ..known.vocabulary(name, &names) };
    let mut formulas = Vec::new();
    for (field, dimension) in &explore.dimensions {
        let position = position.member("dimensions").member(field);
        let kind = match &dimension.of {
            Origin::Column(path) => explores::known_column(model, explore, path, &position.member("column"), report),
            Origin::Calculated(calculation) => {
                let formula = formula(explore, calculation, &vocabulary, &position.member("calculated"), report);
                let kind = formula.as_ref().and_then(|formula| formula.kind(&|name| names.get(name).copied()));
                formulas.extend(formula.map(|formula| (field.clone(), formula)));
                kind
            }
        };
        ways(dimension, &position, report);
        kind.into_iter().for_each(|kind| typed(field, dimension, kind, &position, report));
    }
    formulas
}

fn formula(
    explore: &Explore,
    calculation: &Calculation,
    vocabulary: &Vocabulary<'_>,
    position: &Position,
    report: &mut Report,
) -> Option<Formula> {
    let is_calculated = |name: &FieldName| explore.dimensions.get(name).is_some_and(|one| one.calculation().is_some());
    if let Some(other) = calculation.fields().find(is_calculated) {
        report.add(position, format!("field `{other}` is calculated itself: expected fields with a column"));
        return None;
    }
    report.value(position, vocabulary.read_formula(calculation.text()))
}

/// What is made of the values: one thing.
fn ways(dimension: &Dimension, position: &Position, report: &mut Report) {
    let ways = [dimension.grain.is_some(), dimension.bins.is_some(), !dimension.cases.is_empty()];
    report.expect(ways.into_iter().filter(|way| *way).count() <= 1, position, || {
        "more than one of `grain`, `bins` and `cases`: expected at most one".to_owned()
    });
    report.expect(dimension.otherwise.is_none() || !dimension.cases.is_empty(), &position.member("otherwise"), || {
        "`otherwise` without `cases`: expected cases that do not hold".to_owned()
    });
}

/// Whether values of that type have what is made of them.
fn typed(field: &FieldName, dimension: &Dimension, kind: ColumnType, position: &Position, report: &mut Report) {
    let of = match &dimension.of {
        Origin::Column(path) => format!("column `{path}`"),
        Origin::Calculated(_) => "what is calculated".to_owned(),
    };
    if let Some(grain) = dimension.grain {
        report.expect(grain.fits(kind), &position.member("grain"), || match kind {
            ColumnType::Date => format!("{of} is {kind}: expected a timestamp, because a date has no time"),
            _ => format!("{of} is {kind}: expected a date or timestamp to have a grain"),
        });
    }
    if let Some(bins) = &dimension.bins {
        let fits = kind.is_number() && dimension.width(kind).is_some();
        report.expect(fits, &position.member("bins"), || {
            format!("`{bins}` of {of}, which is {kind}: expected a number above zero of the column's type, which is one of numbers")
        });
    }
    for (index, case) in dimension.cases.iter().enumerate() {
        let position = position.member("cases").item(index);
        elements::checked_values(&case.filter(field.clone()), kind, &position, report);
        let needs_text = matches!(case.operator, FilterOperator::Contains | FilterOperator::IsAnyOfIgnoringCase);
        report.expect(!needs_text || kind == ColumnType::Text, &position.member("operator"), || {
            format!("{of} is {kind}: expected a text to look into")
        });
    }
}

/// Parameters have names of their own, and values of their type.
pub(super) fn parameters(explore: &Explore, position: &Position, report: &mut Report) {
    for (name, parameter) in &explore.parameters {
        let position = position.member(name);
        let is_field = explore.dimensions.contains_key(name) || explore.measures.contains_key(name);
        report.expect(!is_field, &position, || format!("a field and a parameter `{name}`: expected every name once"));
        let allowed = position.member("allowed_values");
        for (index, value) in parameter.allowed_values.iter().enumerate() {
            let is_typed = Scalar::from_json(value, parameter.kind).is_some();
            report.expect(is_typed, &allowed.item(index), || format!("`{value}`: expected {}", parameter.kind));
        }
        if let Some(default) = &parameter.default {
            report.expect(parameter.value(default).is_some(), &position.member("default"), || {
                format!("`{default}`: expected {}{}", parameter.kind, among(&parameter.allowed_values))
            });
        }
    }
}

fn among(allowed: &[serde_json::Value]) -> String {
    if allowed.is_empty() {
        return String::new();
    }
    let values: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    format!(", one of {}", values.join(", "))
}
