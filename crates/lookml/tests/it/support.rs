//! Projects, and what they come to.

use lookml::{Finding, Imported, Sources, Target, Weight, import};
use model::access::Connection;
use model::attribute::{AttributeDefinition, AttributeKind};
use model::semantic::{Explore, Model, Table};
use std::collections::BTreeMap;

/// Files by name, of texts in pairs.
pub(crate) fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
    files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

/// Tables of a database, each as `column type, …`.
pub(crate) fn sources(tables: &[(&str, &str)]) -> Sources {
    let columns = |columns: &str| {
        let column = |column: &str| {
            let (name, kind) = column.trim().split_once(' ').expect("a name and a type");
            (name.parse().expect("a name"), kind.parse().expect("a type"))
        };
        columns.split(';').map(column).collect()
    };
    tables.iter().map(|(name, text)| ((*name).to_owned(), columns(text))).collect()
}

pub(crate) fn attribute(name: &str, kind: AttributeKind, list: bool) -> AttributeDefinition {
    let (name, description) = (name.parse().expect("a name"), String::new());
    AttributeDefinition { name, kind, list, description, default: None, default_in_policies: false }
}

/// A shop: orders of customers with items.
pub(crate) fn shop() -> Sources {
    sources(&[
        (
            "orders",
            "id integer; customer_id integer; region text; status text; amount decimal(10,2); day date; at timestamp; open boolean",
        ),
        ("customers", "id integer; name text; region text; tier integer; country_id integer"),
        ("countries", "id integer; name text"),
        ("items", "id integer; order_id integer; color text"),
    ])
}

/// What a project comes to, over a shop and with the attributes that there are.
pub(crate) fn imported(project: &[(&str, &str)], attributes: &[AttributeDefinition]) -> Imported {
    let place = serde_json::json!({"host": "db", "database": "shop", "user": "reader"});
    let connection: Connection =
        serde_json::from_value(serde_json::json!({"name": "shop", "postgres": place})).expect("a connection");
    let target = Target { connection: &connection, sources: &shop(), attributes };
    import(&files(project), target).expect("it is LookML")
}

/// What a model's file comes to that has all views of the shop, with what stands in `more`.
pub(crate) fn of_shop(more: &str) -> Imported {
    with_attributes(more, &[])
}

pub(crate) fn with_attributes(more: &str, attributes: &[AttributeDefinition]) -> Imported {
    imported(&[("shop.model.lkml", &format!("{more}\n{VIEWS}"))], attributes)
}

pub(crate) const VIEWS: &str = "
view: orders {
  dimension: id { primary_key: yes type: number }
  dimension: customer_id { type: number }
  dimension: region {}
  dimension: status {}
  dimension: amount { type: number }
  dimension: double { type: number sql: ${amount} * 2 ;; }
  dimension: open { type: yesno }
  dimension_group: made { type: time timeframes: [raw, date, month] sql: ${TABLE}.at ;; }
  measure: count { type: count }
  measure: total { type: sum sql: ${amount} ;; }
}
view: customers {
  dimension: id { primary_key: yes type: number }
  dimension: name {}
  dimension: region {}
  dimension: tier { type: number }
  dimension: country_id { type: number }
  measure: count { type: count }
}
view: countries {
  dimension: id { primary_key: yes type: number }
  dimension: name {}
}
view: items {
  dimension: id { primary_key: yes type: number }
  dimension: order_id { type: number }
  dimension: color {}
}
";

/// The model `shop`.
pub(crate) fn model(imported: &Imported) -> Model {
    let text = imported.models.get(&"shop".parse().expect("a name")).expect("the model");
    let json = model::files::to_json(text).expect("YAML");
    serde_json::from_value(json).expect("a model")
}

pub(crate) fn table(model: &Model, name: &str) -> Table {
    let name = name.parse().expect("a name");
    model.tables.get(&name).unwrap_or_else(|| panic!("{name} among {:?}", model.tables.keys())).clone()
}

pub(crate) fn explore(model: &Model, name: &str) -> Explore {
    model.explores.get(&name.parse().expect("a name")).expect("the explore").clone()
}

/// Whether nobody sees a row of it.
pub(crate) fn is_closed(table: &Table) -> bool {
    table.rows.is_none() && table.row_policies.is_empty()
}

/// The one rule of a table.
pub(crate) fn rule(table: &Table) -> String {
    assert_eq!(table.row_policies.len(), 1, "{table:?}");
    table.row_policies[0].rule.clone()
}

/// The findings of a weight, without their files.
pub(crate) fn told(imported: &Imported, weight: Weight) -> Vec<String> {
    let of = imported.findings.iter().filter(|finding| finding.weight == weight);
    of.map(|Finding { line, message, .. }| format!("{line}: {message}")).collect()
}

pub(crate) fn closed(imported: &Imported) -> Vec<String> {
    told(imported, Weight::Closed)
}
