//! A table on its way, with its policies and what can be asked of it.

use super::Audience;
use super::columns::{Column, Columns};
use super::export::{Rows, Table};
use super::question::Through;
use lookml::Sources;
use model::name::{ColumnName, ExploreName, FieldName, TableName};
use model::value::ColumnType;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The most bytes of a rule.
const LONGEST_RULE: usize = 10_000;

/// A policy of one group.
#[derive(Debug)]
struct Permitted {
    group: String,
    audience: Audience,
    rule: String,
    /// The columns that the group sees of its rows.
    shown: BTreeSet<ColumnName>,
}

/// A table with its policies.
#[derive(Debug)]
pub(crate) struct Drafted<'a> {
    pub(crate) name: TableName,
    pub(crate) columns: Columns<'a>,
    policies: Vec<Permitted>,
}

/// What the connection calls a table, and the columns of it that have an exact type.
pub(crate) fn source_of<'a>(
    table: &Table,
    sources: &'a Sources,
) -> Result<(&'a str, &'a BTreeMap<ColumnName, ColumnType>), String> {
    let schema = table.schema.as_deref().filter(|schema| !schema.is_empty());
    let name = &table.name;
    let mut names = vec![format!("{name}.csv"), format!("{name}.parquet")];
    match schema {
        None => names.push(name.clone()),
        Some(schema) => {
            names.extend(["", ".csv", ".parquet"].map(|ending| format!("{schema}/{name}{ending}")));
            names.push(format!("{schema}.{name}"));
            names.extend((schema == "public").then(|| name.clone()));
        }
    }
    let mut found = sources.iter().filter(|(source, _)| names.contains(source));
    match (found.next(), found.next()) {
        (Some((source, columns)), None) => Ok((source, columns)),
        (None, _) => Err("the connection has no table or file of that name that can be read".to_owned()),
        (Some(_), Some(_)) => Err("the connection has several tables or files of that name".to_owned()),
    }
}

impl<'a> Drafted<'a> {
    pub(crate) fn new<'b>(
        columns: Columns<'a>,
        mut others: impl Iterator<Item = &'b TableName>,
    ) -> Result<Self, String> {
        let name = TableName::new(columns.table.name.as_str()).map_err(|error| error.to_string())?;
        ExploreName::new(name.as_str().to_ascii_lowercase()).map_err(|error| error.to_string())?;
        if columns.all.is_empty() {
            return Err("it has no column of an exact type".to_owned());
        }
        if others.any(|other| other.as_str().eq_ignore_ascii_case(name.as_str())) {
            return Err("another table of the export is called so".to_owned());
        }
        Ok(Self { name, columns, policies: Vec::new() })
    }

    /// Adds what a group sees.
    pub(crate) fn permit(&mut self, group: &str, audience: Audience, through: Through) -> Result<(), String> {
        let is_kept = |column: &&Column| through.columns.as_ref().is_none_or(|kept| kept.contains(&column.id));
        let shown: BTreeSet<ColumnName> = self.columns.all.iter().filter(is_kept).map(|it| it.name.clone()).collect();
        let rule = if through.rules.is_empty() { "TRUE".to_owned() } else { through.rules.join(" AND ") };
        if shown.is_empty() {
            return Err("its question keeps no column".to_owned());
        }
        if rule.len() > LONGEST_RULE {
            return Err(format!("its rule is too long: expected at most {LONGEST_RULE} bytes"));
        }
        if self.policies.iter().any(|policy| policy.audience == audience) {
            return Err("another group with a policy is the same team".to_owned());
        }
        self.policies.push(Permitted { group: group.to_owned(), audience, rule, shown });
        Ok(())
    }

    /// Takes a policy out again; the name of its group.
    pub(crate) fn take_out(&mut self, at: usize) -> Option<String> {
        (at < self.policies.len()).then(|| self.policies.remove(at).group)
    }

    /// What somebody has to know of its rows.
    pub(crate) fn told(&self) -> Option<String> {
        let (name, shared) = (&self.columns.table.name, self.columns.table.rows == Some(Rows::Shared));
        match self.policies.len() {
            0 if shared => None,
            0 => Some(format!(
                "closed: table `{name}` has no policy: nobody sees a row, unless it says `\"rows\": \"shared\"`"
            )),
            _ if shared => {
                Some(format!("closed: table `{name}` is shared and has policies: they count, and it is not shared"))
            }
            1 => None,
            _ => Some(format!(
                "note: whoever is in several groups with a policy on table `{name}` sees the rows of each; Metabase refuses them"
            )),
        }
    }

    fn json(&self) -> Value {
        let columns: Map<String, Value> =
            self.columns.all.iter().map(|column| (column.name.to_string(), json!(column.kind))).collect();
        let mut table = Map::from_iter([
            ("source".to_owned(), json!(self.columns.source)),
            ("columns".to_owned(), Value::Object(columns)),
        ]);
        let is_shared = self.policies.is_empty() && self.columns.table.rows == Some(Rows::Shared);
        table.extend(is_shared.then(|| ("rows".to_owned(), json!("shared"))));
        let policies = (1..).zip(&self.policies).map(|(number, policy): (u32, _)| {
            let permit = match &policy.audience {
                Audience::Everybody => json!("all"),
                Audience::Team(team) => json!({"teams": [team]}),
            };
            json!({"name": policy_name(number), "permit": permit, "rule": policy.rule})
        });
        table.insert("row_policies".to_owned(), policies.collect());
        let hidden = self.columns.all.iter().flat_map(|column| self.hidden(&column.name));
        table.insert("column_policies".to_owned(), hidden.collect());
        Value::Object(table)
    }

    /// A column that some groups do not see is absent for whoever sees it by no policy, and null in rows that are theirs by such
    /// a policy alone.
    fn hidden(&self, column: &ColumnName) -> Vec<Value> {
        let (showing, hiding): (Vec<_>, Vec<_>) =
            (1..).zip(&self.policies).partition(|(_, policy): &(u32, _)| policy.shown.contains(column));
        let mut policies = Vec::new();
        if hiding.is_empty() {
            return policies;
        }
        let teams = showing.iter().filter_map(|(_, policy)| match &policy.audience {
            Audience::Everybody => None,
            Audience::Team(team) => Some(team),
        });
        let teams: Vec<_> = teams.collect();
        if teams.len() == showing.len() {
            let visible_to = if teams.is_empty() { json!("nobody") } else { json!({"teams": teams}) };
            policies.push(json!({"columns": [column], "visible_to": visible_to, "otherwise": "hide"}));
        }
        if !showing.is_empty() {
            policies.extend(hiding.iter().map(|(number, _)| {
                let with = policy_name(*number);
                json!({"columns": [column], "with": with, "visible_to": "nobody", "otherwise": {"mask": "null"}})
            }));
        }
        policies
    }

    /// An explore of the table and of those that its foreign keys lead to.
    fn explore(&self, tables: &[Drafted<'_>]) -> Value {
        let mut dimensions = Map::new();
        self.add_dimensions(self.name.as_str(), "", &mut dimensions);
        let (mut joins, mut joined) = (Vec::new(), BTreeSet::new());
        // By the first key that leads to a table: a second one would need another name for it.
        for (column, other, key) in self.keys(tables).filter(|(_, other, _)| joined.insert(other.name.to_string())) {
            joins.push(json!({"table": other.name, "on": {format!("{}.{}", self.name, column.name): key.name}}));
            other.add_dimensions(other.name.as_str(), &format!("{}_", other.name), &mut dimensions);
        }
        let names = ["count", "row_count", "count_of_rows"];
        let count = names.into_iter().find(|name| !dimensions.contains_key(*name));
        let measures: Map<String, Value> =
            count.into_iter().map(|name| (name.to_owned(), json!({"count": "rows", "format": "integer"}))).collect();
        json!({"title": self.name, "table": self.name, "joins": joins, "dimensions": dimensions, "measures": measures})
    }

    fn add_dimensions(&self, alias: &str, prefix: &str, dimensions: &mut Map<String, Value>) {
        for column in &self.columns.all {
            let name = format!("{prefix}{}", column.name);
            if FieldName::new(name.as_str()).is_ok() {
                dimensions.entry(name).or_insert_with(|| json!({"column": format!("{alias}.{}", column.name)}));
            }
        }
    }

    /// Foreign keys that lead to the primary key of another table, with that.
    fn keys<'b>(
        &'b self,
        tables: &'b [Drafted<'a>],
    ) -> impl Iterator<Item = (&'b Column, &'b Drafted<'a>, &'b Column)> {
        let fields = self.columns.table.fields.iter();
        fields.filter_map(move |field| {
            let (column, target) = (self.columns.with_id(field.id)?, field.fk_target_field_id?);
            let (other, key) = tables.iter().find_map(|other| Some((other, other.columns.with_id(target)?)))?;
            let is_key =
                |field: &super::export::Field| field.id == target && field.semantic_type.as_deref() == Some("type/PK");
            let fits =
                other.columns.table.fields.iter().any(is_key) && key.kind == column.kind && other.name != self.name;
            fits.then_some((column, other, key))
        })
    }
}

fn policy_name(number: u32) -> String {
    format!("sandbox-{number}")
}

/// The model of all tables.
pub(crate) fn model(connection: &str, tables: &[Drafted<'_>]) -> Value {
    let of_tables: Map<String, Value> = tables.iter().map(|table| (table.name.to_string(), table.json())).collect();
    let explores: Map<String, Value> =
        tables.iter().map(|table| (table.name.as_str().to_ascii_lowercase(), table.explore(tables))).collect();
    json!({"connection": connection, "tables": of_tables, "explores": explores})
}
