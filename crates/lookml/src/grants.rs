//! `access_grant` and what requires it.

use crate::finding::Findings;
use crate::level;
use crate::security::Attributes;
use crate::syntax::{Block, Place, Value};
use model::attribute::AttributeKind;
use model::name::AccessGrantName;
use model::semantic::AccessGrant;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The access grants of a model.
#[derive(Debug, Default)]
pub(crate) struct Grants {
    pub(crate) by_name: BTreeMap<AccessGrantName, AccessGrant>,
    /// The names of those that are there more than once, or were not understood.
    broken: BTreeSet<AccessGrantName>,
}

impl Grants {
    pub(crate) fn add(&mut self, block: Block, place: &Place, attributes: &mut Attributes, findings: &mut Findings) {
        let name = block.label.clone().unwrap_or_default();
        let read = block.read(&level::GRANT, findings, |properties, _| {
            let values = properties.take("allowed_values", Value::as_names).map(|(values, _)| values);
            properties.text("user_attribute").zip(values)
        });
        let made = read.value.filter(|_| read.understood).ok_or_else(|| "expected an attribute and values".to_owned());
        let made = made.and_then(|(attribute, values)| {
            let name = AccessGrantName::new(name.as_str()).map_err(|error| error.to_string())?;
            let attribute = attributes.get(&attribute)?;
            let allowed_values = values.iter().map(|value| of_kind(attribute.kind, value)).collect();
            Ok((name, AccessGrant { user_attribute: attribute.name.clone(), allowed_values }))
        });
        let of_name = AccessGrantName::new(name.as_str()).ok();
        let is_second =
            of_name.as_ref().is_some_and(|name| self.broken.contains(name) || self.by_name.contains_key(name));
        match made {
            Ok((name, grant)) if !is_second => drop(self.by_name.insert(name, grant)),
            Ok(_) => {
                findings.closed(place, format!("access grant `{name}` is there twice: what requires it is not made"))
            }
            Err(error) => {
                let message = format!("access grant `{name}` is not understood: {error}: what requires it is not made");
                findings.closed(place, message);
            }
        }
        if let Some(name) = of_name.filter(|name| is_second || !self.by_name.contains_key(name)) {
            self.by_name.remove(&name);
            self.broken.insert(name);
        }
    }

    /// The names, if all of them are those of access grants.
    pub(crate) fn known<'n>(
        &self,
        names: impl IntoIterator<Item = &'n String>,
    ) -> Result<BTreeSet<AccessGrantName>, String> {
        let known = |name: &String| {
            let found = AccessGrantName::new(name.as_str()).ok().filter(|name| self.by_name.contains_key(name));
            found.ok_or_else(|| format!("it requires access grant `{name}`, which is not there"))
        };
        names.into_iter().map(known).collect()
    }
}

/// A value as the attribute holds it; one that it cannot hold stays a text, which the check of the model refuses.
fn of_kind(kind: AttributeKind, value: &str) -> Json {
    let read = match (kind, value) {
        (AttributeKind::Boolean, "yes") => Some(json!(true)),
        (AttributeKind::Boolean, "no") => Some(json!(false)),
        (AttributeKind::Boolean | AttributeKind::Number, value) => serde_json::from_str(value).ok(),
        _ => None,
    };
    read.unwrap_or_else(|| json!(value))
}
