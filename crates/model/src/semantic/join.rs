//! Joins, and whose rows they multiply.

use super::{ColumnPath, Explore, Measure};
use crate::name::{AccessGrantName, ColumnName, FieldName, TableName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A left outer join on equality. A row of `table` that is hidden turns into nulls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// What fields call it; the table's name unless said otherwise.
    #[serde(default, rename = "as")]
    pub alias: Option<TableName>,
    /// The joined table.
    pub table: TableName,
    /// Column of a table that stands before it (`table.column`) → column of the joined table.
    pub on: BTreeMap<ColumnPath, ColumnName>,
    /// How many rows meet how many.
    #[serde(default)]
    pub relationship: Relationship,
    /// The access grants that it is absent without: all of them.
    #[serde(default)]
    pub required_access_grants: BTreeSet<AccessGrantName>,
}

impl Join {
    /// What fields call the joined table.
    #[must_use]
    pub fn name(&self) -> &TableName {
        self.alias.as_ref().unwrap_or(&self.table)
    }
}

/// How many rows of what stands before a join meet how many of the joined table. What is one is unique: the catalog looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Relationship {
    /// Each row meets at most one, which others may meet too.
    #[default]
    ManyToOne,
    /// Each row meets at most one, which no other meets.
    OneToOne,
    /// Each row may meet several, which no other meets.
    OneToMany,
    /// Each row may meet several, which others may meet too.
    ManyToMany,
}

impl Relationship {
    /// Whether a row before the join meets at most one of the joined table.
    #[must_use]
    pub const fn is_to_one(self) -> bool {
        matches!(self, Self::ManyToOne | Self::OneToOne)
    }

    /// Whether a row of the joined table is met by at most one before the join.
    #[must_use]
    pub const fn is_from_one(self) -> bool {
        matches!(self, Self::OneToOne | Self::OneToMany)
    }
}

impl Explore {
    /// The table of the model that fields call `name`: the explore's own, or a joined one.
    #[must_use]
    pub fn table_called(&self, name: &TableName) -> Option<&TableName> {
        if *name == self.table {
            return Some(&self.table);
        }
        self.joins.iter().find(|join| join.name() == name).map(|join| &join.table)
    }

    /// Every table it reads.
    #[must_use]
    pub fn tables(&self) -> BTreeSet<&TableName> {
        std::iter::once(&self.table).chain(self.joins.iter().map(|join| &join.table)).collect()
    }

    /// The tables that are read for some of its fields: its own, those of the fields, and those on the way to them.
    pub fn tables_of<'f>(&self, fields: impl Iterator<Item = &'f FieldName>) -> BTreeSet<&TableName> {
        let called = fields.flat_map(|field| {
            let counted = self.made_of(field).filter_map(|measure| measure.per.as_ref());
            self.columns_of(field).into_iter().map(|path| &path.table).chain(counted)
        });
        let needed = self.joins_to(&called.collect());
        std::iter::once(&self.table).chain(needed.into_iter().map(|join| &join.table)).collect()
    }

    /// The joins that are needed to reach the tables that fields call so, in their order.
    #[must_use]
    pub fn joins_to<'a>(&'a self, tables: &BTreeSet<&'a TableName>) -> Vec<&'a Join> {
        let mut needed: BTreeSet<&TableName> = tables.clone();
        let mut joins: Vec<&Join> = Vec::new();
        for join in self.joins.iter().rev().filter(|join| *join.name() != self.table) {
            if needed.contains(join.name()) {
                needed.extend(join.on.keys().map(|left| &left.table));
                joins.push(join);
            }
        }
        joins.reverse();
        joins
    }

    /// What fields call the table whose rows a measure counts. `None`: it is made of other measures, or reads several tables of
    /// which none is the most detailed.
    #[must_use]
    pub fn counted_by<'a>(&'a self, measure: &'a Measure) -> Option<&'a TableName> {
        if !measure.aggregate.measures().is_empty() {
            return None;
        }
        let read = || self.aggregated_by(measure).into_iter().map(|path| &path.table).collect();
        measure.per.as_ref().or_else(|| self.most_detailed(&read()))
    }

    /// The first of these tables of which each row meets at most one of every other; without any, the explore's own.
    fn most_detailed<'a>(&'a self, tables: &BTreeSet<&'a TableName>) -> Option<&'a TableName> {
        if tables.is_empty() {
            return Some(&self.table);
        }
        let all = std::iter::once(&self.table).chain(self.joins.iter().map(Join::name));
        let mut read = all.filter(|table| tables.contains(table));
        read.find(|table| tables.iter().all(|other| self.determines(table, other)))
    }

    /// Whether a row of the table that fields call `table` may stand more than once among the rows that `joins`, which lead
    /// to it too, make.
    #[must_use]
    pub fn multiplies(&self, joins: &[&Join], table: &TableName) -> bool {
        let way = self.way_to(table);
        joins.iter().any(|join| match way.contains(join.name()) {
            true => !join.relationship.is_from_one(),
            false => !join.relationship.is_to_one(),
        })
    }

    /// Whether each row of one table meets at most one of the other.
    #[must_use]
    pub fn determines(&self, from: &TableName, to: &TableName) -> bool {
        let (back, forth) = (self.way_to(from), self.way_to(to));
        self.joins.iter().all(|join| match (back.contains(join.name()), forth.contains(join.name())) {
            (true, false) => join.relationship.is_from_one(),
            (false, true) => join.relationship.is_to_one(),
            _ => true,
        })
    }

    /// What the joins are called that lead to a table.
    fn way_to<'a>(&'a self, table: &'a TableName) -> BTreeSet<&'a TableName> {
        self.joins_to(&BTreeSet::from([table])).into_iter().map(Join::name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Orders of a customer, with their items, each of a product in several categories, and one invoice.
    fn shop() -> Explore {
        let join = |table: &str, left: &str, relationship: &str| json!({"table": table, "on": {left: "id"}, "relationship": relationship});
        serde_json::from_value(json!({"table": "orders", "joins": [
            join("customers", "orders.customer", "many_to_one"), join("invoices", "orders.id", "one_to_one"),
            join("items", "orders.id", "one_to_many"), join("products", "items.product", "many_to_one"),
            join("categories", "products.id", "many_to_many"),
        ]}))
        .expect("an explore")
    }

    #[test]
    fn a_row_stands_more_than_once_where_others_meet_it_or_it_meets_several() {
        let explore = shop();
        for (table, also, multiplies) in [
            ("orders", vec![], false),
            ("orders", vec!["customers", "invoices"], false),
            ("orders", vec!["items"], true),
            ("customers", vec![], true),
            ("invoices", vec!["customers"], false),
            ("items", vec!["customers", "products"], false),
            ("items", vec!["categories"], true),
            ("products", vec![], true),
        ] {
            let tables: Vec<TableName> =
                also.iter().chain([&table]).map(|name| name.parse().expect("a name")).collect();
            let joins = explore.joins_to(&tables.iter().collect());
            assert_eq!(
                explore.multiplies(&joins, &table.parse().expect("a name")),
                multiplies,
                "{table} with {also:?}"
            );
        }
    }

    #[test]
    fn what_is_read_of_several_tables_counts_by_the_most_detailed() {
        let explore = shop();
        for (tables, expected) in [
            (vec![], Some("orders")),
            (vec!["customers"], Some("customers")),
            (vec!["customers", "orders"], Some("orders")),
            (vec!["customers", "items", "orders"], Some("items")),
            (vec!["invoices", "orders"], Some("orders")),
            (vec!["customers", "products"], None),
            (vec!["categories", "items"], None),
        ] {
            let tables: Vec<TableName> = tables.into_iter().map(|name| name.parse().expect("a name")).collect();
            let found = explore.most_detailed(&tables.iter().collect()).map(TableName::as_str);
            assert_eq!(found, expected, "{tables:?}");
        }
    }

    #[test]
    fn a_row_determines_what_it_meets_at_most_one_of() {
        let explore = shop();
        for (from, to, determines) in [
            ("orders", "orders", true),
            ("orders", "customers", true),
            ("orders", "items", false),
            ("customers", "orders", false),
            ("invoices", "orders", true),
            ("items", "orders", true),
            ("items", "customers", true),
            ("items", "invoices", true),
            ("products", "items", false),
            ("items", "categories", false),
        ] {
            let [one, other] = [from, to].map(|name| name.parse().expect("a name"));
            assert_eq!(explore.determines(&one, &other), determines, "{from} and {to}");
        }
    }
}
