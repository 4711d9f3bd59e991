//! Calculated fields for one person: formulas with every attribute replaced by a literal.
//!
//! They are for display. What somebody has no value for is NULL, and nobody is in a team or among the values of an attribute
//! that is not there; a policy would deny instead.

use super::Viewer;
use crate::resume::Principal;
use model::filter::Calculated;
use model::name::{FieldName, ModelName};
use model::rule::{Formula, Operand, Purpose};
use model::semantic::{Explore, ExplorePath, Model};
use model::snapshot::Snapshot;
use model::term::Term;
use model::value::ColumnType;
use std::collections::BTreeMap;

/// The calculated fields of an explore.
pub(crate) fn calculated(
    principal: &Principal,
    snapshot: &Snapshot,
    path: &ExplorePath,
    (model, explore): (&Model, &Explore),
) -> BTreeMap<FieldName, Calculated> {
    let names = model.formula_names(explore);
    let viewer = Viewer { principal, snapshot, model: &path.model, columns: &names, purpose: Purpose::Formula };
    let fields = explore.dimensions.iter().filter(|(_, dimension)| dimension.calculation().is_some());
    let formula = |name: &FieldName| {
        let key: (ModelName, _, FieldName) = (path.model.clone(), path.explore.clone(), name.clone());
        snapshot.formulas.get(&key)
    };
    let found = |name: &FieldName| match formula(name) {
        Some(Formula::Condition(rule)) => viewer.condition(rule).map(Calculated::Condition).ok(),
        Some(Formula::Value(operand)) => viewer.one(operand),
        None => None,
    };
    fields.map(|(name, _)| (name.clone(), found(name).unwrap_or(Calculated::Nothing))).collect()
}

impl Viewer<'_> {
    /// A value by itself; `None`: the person has none.
    fn one(&self, operand: &Operand) -> Option<Calculated> {
        let kind = match operand {
            Operand::Term(term) => return Some(Calculated::Value(term.clone())),
            Operand::Literal(value) => return Some(Calculated::Value(Term::Literal(value.clone()))),
            Operand::Attribute { cast, .. } => cast.unwrap_or(ColumnType::Text),
            Operand::UserEmail | Operand::UserId | Operand::FullName | Operand::Tenant => ColumnType::Text,
        };
        let values = self.values(operand, kind).ok()?;
        let [value] = <[_; 1]>::try_from(values).ok()?;
        Some(Calculated::Value(Term::Literal(value)))
    }
}
