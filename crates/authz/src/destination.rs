//! Which connection is read for a person, and as which role: by their attributes, where a connection says so.
//!
//! Whoever has no such value, or one that leads nowhere, reads nothing: there is no connection and no role to fall back to.

use crate::permit::Destination;
use crate::resume::Principal;
use model::access::Connection;
use model::attribute::AttributeValue;
use model::enforcement::{Point, enforced};
use model::name::{AttributeName, ModelName};
use model::snapshot::Snapshot;
use model::value::Scalar;
use std::collections::BTreeMap;

/// The destinations of all models that are not answered where they usually are.
pub(crate) fn of_models(principal: &Principal, snapshot: &Snapshot) -> BTreeMap<ModelName, Destination> {
    if !enforced(Point::Destination) {
        return BTreeMap::new();
    }
    let chosen = snapshot.models.iter().filter_map(|(_, name, _)| {
        let destination = destination(principal, snapshot, name);
        (destination != Destination::Usual).then(|| (name.clone(), destination))
    });
    chosen.collect()
}

/// Where somebody's questions of a model are answered, for whoever explains it. A permit says it too.
#[must_use]
pub fn destination(principal: &Principal, snapshot: &Snapshot, model: &ModelName) -> Destination {
    let connection = snapshot.models.named(model).and_then(|model| snapshot.connections.named(&model.connection));
    connection.map_or(Destination::Nowhere, |connection| led_from(principal, snapshot, connection))
}

fn led_from(principal: &Principal, snapshot: &Snapshot, connection: &Connection) -> Destination {
    let end = match &connection.route {
        None => Some(connection),
        Some(route) => {
            let name = text(principal, &route.attribute).and_then(|value| route.to.get(value));
            name.and_then(|name| snapshot.connections.named(name))
        }
    };
    let Some(end) = end else { return Destination::Nowhere };
    match end.postgres.as_ref().and_then(|postgres| postgres.role.as_ref()) {
        None if connection.route.is_none() => Destination::Usual,
        None => Destination::Chosen { connection: end.name.clone(), role: None },
        Some(choice) => match text(principal, &choice.attribute).and_then(|role| choice.allowed.get(role)) {
            Some(role) => Destination::Chosen { connection: end.name.clone(), role: Some(role.clone()) },
            None => Destination::Nowhere,
        },
    }
}

/// The one text that the attribute holds.
fn text<'a>(principal: &'a Principal, attribute: &AttributeName) -> Option<&'a str> {
    match principal.attribute(attribute)? {
        AttributeValue::One(Scalar::Text(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}
