//! Tables: one for all uses of a view that see the same rows, another one where they do not.

use crate::expression::{At, Use, named};
use crate::view::View;
use model::name::{AccessGrantName, ColumnName, PolicyName, TableName};
use model::semantic::{PermitFor, RowPolicyDefinition, SharedRows, Table};
use std::collections::{BTreeMap, BTreeSet};

/// Which rows a table has for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Rows {
    /// All of them.
    Shared,
    /// None for anybody.
    Closed,
    /// Those for which all of it holds.
    Where(Vec<Condition>),
}

/// A part of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Of the table's own columns.
    Own(String),
    /// That a row of another view's table meets the row, by columns of that view and of the row, and that all rules hold of it.
    Through { view: String, on: Vec<(ColumnName, ColumnName)>, rules: Vec<String> },
}

/// A table before it has a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) view: String,
    pub(crate) rows: Rows,
    pub(crate) grants: BTreeSet<AccessGrantName>,
}

/// The columns of views that anything reads.
#[derive(Debug, Default)]
pub(crate) struct Used(BTreeMap<String, BTreeSet<ColumnName>>);

impl Used {
    pub(crate) fn add(&mut self, uses: &[Use<'_>], at: &At) {
        if let Some(used) = uses.iter().find(|one| one.alias == at.alias) {
            self.0.entry(used.view.name.clone()).or_default().insert(at.column.clone());
        }
    }
}

/// Every table of a model, and which use of a view has which.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    wanted: Vec<(TableName, Wanted)>,
    /// By explore and alias.
    of_use: BTreeMap<(String, String), TableName>,
}

impl Tables {
    /// Names a table for each use. A view of which all uses see the same rows gives its name; otherwise a table is called by the
    /// first explore that has it.
    pub(crate) fn of(uses: Vec<((String, String), Wanted)>) -> Self {
        let mut tables = Self::default();
        for ((explore, alias), wanted) in &uses {
            if let Some((name, _)) = tables.wanted.iter().find(|(_, one)| one == wanted) {
                let name = name.clone();
                tables.of_use.insert((explore.clone(), alias.clone()), name);
                continue;
            }
            let is_alone = uses.iter().all(|(_, other)| other.view != wanted.view || other == wanted);
            let plain = if is_alone { wanted.view.clone() } else { format!("{alias}_in_{explore}") };
            if let Some(name) = tables.free(&plain) {
                tables.of_use.insert((explore.clone(), alias.clone()), name.clone());
                tables.wanted.push((name, wanted.clone()));
            }
        }
        tables
    }

    fn free(&self, plain: &str) -> Option<TableName> {
        let is_taken = |name: &TableName| self.wanted.iter().any(|(taken, _)| taken == name);
        let numbered = (2..=self.wanted.len() + 2).map(|number| format!("{plain}_{number}"));
        let short = (1..=self.wanted.len() + 2).map(|number| format!("table_{number}"));
        let names = std::iter::once(plain.to_owned()).chain(numbered).chain(short);
        names.filter_map(|name| TableName::new(name).ok()).find(|name| !is_taken(name))
    }

    /// What a use of a view reads.
    pub(crate) fn named(&self, explore: &str, alias: &str) -> Option<&TableName> {
        self.of_use.get(&(explore.to_owned(), alias.to_owned()))
    }

    pub(crate) fn made(&self, views: &BTreeMap<String, View<'_>>, used: &Used) -> BTreeMap<TableName, Table> {
        let made = |(name, wanted): &(TableName, Wanted)| Some((name.clone(), self.table(wanted, views, used)?));
        self.wanted.iter().filter_map(made).collect()
    }

    fn table(&self, wanted: &Wanted, views: &BTreeMap<String, View<'_>>, used: &Used) -> Option<Table> {
        let source = views.get(&wanted.view)?.source.as_ref().ok()?;
        let is_used = |name: &ColumnName| used.0.get(&wanted.view).is_some_and(|columns| columns.contains(name));
        let read = source.columns.iter().filter(|(name, _)| is_used(name));
        let mut columns: BTreeMap<_, _> = read.map(|(name, kind)| (name.clone(), *kind)).collect();
        if columns.is_empty() {
            // A table has a column, also where its rows are only counted. No field shows it.
            columns.extend(source.columns.iter().next().map(|(name, kind)| (name.clone(), *kind)));
        }
        let row_policies = match &wanted.rows {
            Rows::Shared | Rows::Closed => Vec::new(),
            Rows::Where(conditions) => vec![self.policy(conditions)?],
        };
        Some(Table {
            source: Some(source.written.to_owned()),
            derived: None,
            columns,
            rows: (wanted.rows == Rows::Shared).then_some(SharedRows::Shared),
            row_policies,
            column_policies: Vec::new(),
            download_limits: Vec::new(),
            required_access_grants: wanted.grants.clone(),
        })
    }

    /// One policy that permits, of all conditions: without it there are no rows, so that taking it away closes.
    fn policy(&self, conditions: &[Condition]) -> Option<RowPolicyDefinition> {
        let parts = conditions.iter().map(|condition| match condition {
            Condition::Own(rule) => Some(rule.clone()),
            Condition::Through { view, on, rules } => {
                let (table, _) = self.wanted.iter().find(|(_, wanted)| wanted.view == *view)?;
                let pairs = on.iter().map(|(of, row)| format!("{} = row.{}", named(of.as_str()), named(row.as_str())));
                let rules = rules.iter().map(|rule| format!("({rule})"));
                Some(format!("exists_in({table}, {})", pairs.chain(rules).collect::<Vec<_>>().join(" AND ")))
            }
        });
        let parts: Vec<String> = parts.collect::<Option<_>>()?;
        let rule = match parts.as_slice() {
            [rule] => rule.clone(),
            rules => rules.iter().map(|rule| format!("({rule})")).collect::<Vec<_>>().join(" AND "),
        };
        let name = PolicyName::new("lookml").ok()?;
        Some(RowPolicyDefinition { name, permit: Some(PermitFor::All), restrict: None, rule })
    }
}
