//! One block on top of another, as refinements and `extends` are.

use crate::syntax::{Block, Property, Value};

/// What adds up: whatever restricts stays, also where Looker would have the upper one alone.
const ADD_UP: &[&str] = &["access_filter", "required_access_grants", "sql_always_where", "extends"];

/// The properties of both; those of `upper` count where a name can be there only once.
pub(crate) fn merged(lower: Block, upper: Block) -> Block {
    let label = lower.label.clone().or_else(|| upper.label.clone());
    let mut all = lower.into_properties();
    // What one block has twice stays twice, and is reported.
    let below = all.len();
    for property in upper.into_properties() {
        let same = all.iter_mut().take(below).find(|one| one.name == property.name && is_same(one, &property));
        match same {
            _ if ADD_UP.contains(&property.name.as_str()) => all.push(property),
            Some(Property { value: Value::Block(below), place, .. }) if below.label.is_some() => {
                if let Value::Block(above) = property.value {
                    *below = merged(below.clone(), above);
                    *place = property.place;
                }
            }
            Some(same) => *same = property,
            None => all.push(property),
        }
    }
    Block::new(label, all)
}

/// Whether two properties of one name are about the same thing.
fn is_same(one: &Property, other: &Property) -> bool {
    let label = |property: &Property| match &property.value {
        Value::Block(block) => block.label.clone(),
        _ => None,
    };
    label(one) == label(other)
}
