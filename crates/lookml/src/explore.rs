//! Explores and their joins, as they are written.

use crate::finding::Findings;
use crate::level;
use crate::syntax::{Block, Place, Properties, Value};
use crate::view::titled;
use model::semantic::Relationship;

/// An explore.
#[derive(Debug)]
pub(crate) struct ExploreSource {
    pub(crate) name: String,
    pub(crate) place: Place,
    pub(crate) title: String,
    /// Its own view, and what the explore calls that.
    pub(crate) view: String,
    pub(crate) alias: String,
    pub(crate) label: Option<String>,
    pub(crate) joins: Vec<JoinSource>,
    pub(crate) filters: Vec<AccessFilter>,
    pub(crate) conditions: Vec<(String, Place)>,
    pub(crate) grants: Vec<String>,
    /// Joins that every question has.
    pub(crate) always: Vec<(Vec<String>, Place)>,
    pub(crate) fields: Option<(Vec<String>, Place)>,
    /// Whether it has nothing that is not understood.
    pub(crate) understood: bool,
}

/// `access_filter`.
#[derive(Debug)]
pub(crate) struct AccessFilter {
    pub(crate) place: Place,
    pub(crate) field: String,
    pub(crate) attribute: String,
}

/// `join`.
#[derive(Debug)]
pub(crate) struct JoinSource {
    pub(crate) place: Place,
    pub(crate) alias: String,
    pub(crate) view: String,
    pub(crate) label: Option<String>,
    pub(crate) on: On,
    /// `None`: it is of a kind that is not translated, as the finding says.
    pub(crate) relationship: Option<Relationship>,
    pub(crate) is_inner: bool,
    pub(crate) grants: Vec<String>,
    pub(crate) fields: Option<(Vec<String>, Place)>,
    pub(crate) understood: bool,
}

/// What joins rows.
#[derive(Debug)]
pub(crate) enum On {
    /// `sql_on`.
    Sql(String),
    /// `foreign_key`: a field of the explore's own view, or `view.field`.
    Key(String),
    /// Neither.
    Nothing,
}

pub(crate) fn explore(name: &str, block: Block, place: &Place, findings: &mut Findings) -> ExploreSource {
    let read = block.read(&level::EXPLORE, findings, |properties, findings| {
        let (from, alias) = (properties.text("from"), properties.text("view_name"));
        let view = from.or_else(|| alias.clone()).unwrap_or_else(|| name.to_owned());
        let alias = alias.unwrap_or_else(|| name.to_owned());
        let mut understood = true;
        let filters = access_filters(properties, &mut understood, findings);
        let joins = properties.blocks("join").into_iter().map(|(block, place)| join(block, place, findings));
        ExploreSource {
            name: name.to_owned(),
            place: place.clone(),
            joins: joins.collect(),
            title: properties.text("label").unwrap_or_else(|| titled(name)),
            view,
            alias,
            label: properties.text("view_label"),
            filters,
            conditions: properties.take_all("sql_always_where", Value::as_sql),
            grants: properties.names("required_access_grants"),
            always: properties.take_all("always_join", Value::as_names),
            fields: properties.take("fields", Value::as_names),
            understood,
        }
    });
    let mut explore = read.value;
    explore.understood &= read.understood;
    explore
}

fn access_filters(properties: &mut Properties, understood: &mut bool, findings: &mut Findings) -> Vec<AccessFilter> {
    let mut filters = Vec::new();
    for (block, place) in properties.blocks("access_filter") {
        let read = block.read(&level::ACCESS_FILTER, findings, |properties, _| {
            properties.text("field").zip(properties.text("user_attribute"))
        });
        match read.value.filter(|_| read.understood) {
            Some((field, attribute)) => filters.push(AccessFilter { place, field, attribute }),
            None => {
                *understood = false;
                let message = "`access_filter` is not understood: expected `field` and `user_attribute`: nobody sees a \
                               row of the explore";
                findings.closed(&place, message);
            }
        }
    }
    filters
}

fn join(block: Block, place: Place, findings: &mut Findings) -> JoinSource {
    let alias = block.label.clone().unwrap_or_default();
    let read = block.read(&level::JOIN, findings, |properties, findings| {
        let view = properties.text("from").unwrap_or_else(|| alias.clone());
        let on = match (properties.take("sql_on", Value::as_sql), properties.text("foreign_key")) {
            (Some((sql, _)), None) => On::Sql(sql),
            (None, Some(key)) => On::Key(key),
            _ => On::Nothing,
        };
        let kind = properties.text("type").unwrap_or_else(|| "left_outer".to_owned());
        let written = properties.text("relationship").unwrap_or_else(|| "many_to_one".to_owned());
        let relationship = relationship(&written).filter(|_| matches!(kind.as_str(), "left_outer" | "inner"));
        if relationship.is_none() {
            let message =
                format!("join `{alias}` is not made: it is `{kind}` and `{written}`: expected a `left_outer` one");
            findings.closed(&place, message);
        }
        JoinSource {
            place: place.clone(),
            alias: alias.clone(),
            view,
            label: properties.text("view_label"),
            on,
            relationship,
            is_inner: kind == "inner",
            grants: properties.names("required_access_grants"),
            fields: properties.take("fields", Value::as_names),
            understood: true,
        }
    });
    JoinSource { understood: read.understood, ..read.value }
}

fn relationship(written: &str) -> Option<Relationship> {
    match written {
        "many_to_one" => Some(Relationship::ManyToOne),
        "one_to_one" => Some(Relationship::OneToOne),
        "one_to_many" => Some(Relationship::OneToMany),
        "many_to_many" => Some(Relationship::ManyToMany),
        _ => None,
    }
}
