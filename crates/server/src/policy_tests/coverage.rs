//! Which parts of the definitions no expectation has exercised: a policy that nobody asks through can be widened without
//! an expectation that fails.

use super::visit::{Asked, TakenFor};
use model::access::Definitions;
use model::name::{ColumnName, FieldName, ModelName, TableName};
use model::publication::Audience;
use model::semantic::{
    ColumnPath, ColumnPolicyDefinition, Explore, ExplorePath, Model, PermitFor, RestrictFor, RowPolicyDefinition, Table,
};
use std::collections::BTreeSet;

/// What personas were taken for, with what they asked.
#[derive(Debug, Default)]
pub(super) struct Exercised(Vec<(TakenFor, Vec<Asked>)>);

type TableOf<'a> = (&'a ModelName, &'a TableName);
type ColumnOf<'a> = (&'a ModelName, &'a TableName, &'a ColumnName);

impl Exercised {
    /// One more look of a persona.
    pub(super) fn add(&mut self, taken_for: &TakenFor, asked: Vec<Asked>) {
        self.0.push((taken_for.clone(), asked));
    }

    /// What is left, in words.
    pub(super) fn left_over(&self, definitions: &Definitions) -> Vec<String> {
        let policies = self.row_policies(definitions);
        let teams = definitions.teams.iter().map(|team| &team.name);
        let teams = teams.filter(|name| !self.0.iter().any(|(person, _)| person.teams.contains(name)));
        let attributes = definitions.attributes.iter().map(|attribute| &attribute.name);
        let attributes = attributes.filter(|name| !self.0.iter().any(|(person, _)| person.attributes.contains(name)));
        let named = teams.map(|name| format!("team `{name}`"));
        policies
            .chain(named)
            .chain(attributes.map(|name| format!("attribute `{name}`")))
            .chain(self.columns(definitions))
            .collect()
    }

    fn row_policies<'a>(&'a self, definitions: &'a Definitions) -> impl Iterator<Item = String> + 'a {
        tables(definitions).flat_map(move |(at, table)| {
            let askers: Vec<&TakenFor> = self.askers(definitions, at).collect();
            let left =
                table.row_policies.iter().filter(move |policy| !askers.iter().any(|person| applies(policy, person)));
            left.map(move |policy| format!("row policy `{}.{}.{}`", at.0, at.1, policy.name))
        })
    }

    /// Whoever was answered from a table.
    fn askers<'a>(&'a self, definitions: &'a Definitions, at: TableOf<'a>) -> impl Iterator<Item = &'a TakenFor> {
        let reads = move |asked: &Asked| {
            let explore = found(definitions, &asked.explore).filter(|_| asked.answered && asked.explore.model == *at.0);
            explore.is_some_and(|(model, explore)| {
                model.with_origins(explore.tables_of(asked.fields.iter())).contains(at.1)
            })
        };
        self.0.iter().filter(move |(_, asked)| asked.iter().any(reads)).map(|(person, _)| person)
    }

    /// Columns with a field over them that no answer had, and column policies of which no column was asked for.
    fn columns(&self, definitions: &Definitions) -> Vec<String> {
        let all = self.0.iter().flat_map(|(_, asked)| asked);
        let answered: BTreeSet<_> = all.clone().filter(|it| it.answered).flat_map(|it| read(definitions, it)).collect();
        let asked: BTreeSet<_> = all.flat_map(|it| read(definitions, it)).collect();
        let mut left = Vec::new();
        for column in with_fields(definitions).difference(&answered) {
            left.push(format!("column `{}.{}.{}`", column.0, column.1, column.2));
        }
        for (at, table) in tables(definitions) {
            let is_asked = |policy: &&ColumnPolicyDefinition| {
                policy.columns.iter().any(|column| asked.contains(&(at.0, at.1, column)))
            };
            for policy in table.column_policies.iter().filter(|policy| !is_asked(policy)) {
                let columns: Vec<&str> = policy.columns.iter().map(ColumnName::as_str).collect();
                left.push(format!("column policy `{}.{}.{}`", at.0, at.1, columns.join(", ")));
            }
        }
        left
    }
}

fn tables(definitions: &Definitions) -> impl Iterator<Item = (TableOf<'_>, &Table)> {
    let models = definitions.models.iter();
    models.flat_map(|(model, of)| of.tables.iter().map(move |(name, table)| ((model, name), table)))
}

fn applies(policy: &RowPolicyDefinition, person: &TakenFor) -> bool {
    let permitted = match &policy.permit {
        Some(PermitFor::All) => true,
        Some(PermitFor::Teams(teams)) => teams.iter().any(|team| person.teams.contains(team)),
        Some(PermitFor::GuestsOf(keys)) => {
            matches!(&person.audience, Some(Audience::GuestsOf(key)) if keys.contains(key))
        }
        None => false,
    };
    let restricted = match &policy.restrict {
        Some(RestrictFor::All) => true,
        Some(RestrictFor::ExceptTeams(teams)) => !teams.iter().any(|team| person.teams.contains(team)),
        None => false,
    };
    permitted || restricted
}

fn found<'a>(definitions: &'a Definitions, path: &ExplorePath) -> Option<(&'a Model, &'a Explore)> {
    let model = definitions.models.get(&path.model)?;
    Some((model, model.explores.get(&path.explore)?))
}

/// The columns that a question reads by its fields.
fn read<'a>(definitions: &'a Definitions, asked: &Asked) -> Vec<ColumnOf<'a>> {
    let model = definitions.models.get_key_value(&asked.explore.model).map(|(name, _)| name);
    let explore = found(definitions, &asked.explore).map(|(_, explore)| explore);
    let Some((model, explore)) = model.zip(explore) else { return Vec::new() };
    asked.fields.iter().flat_map(|field| columns(model, explore, field)).collect()
}

fn columns<'a>(model: &'a ModelName, explore: &'a Explore, field: &FieldName) -> Vec<ColumnOf<'a>> {
    let paths = match explore.dimensions.get(field) {
        Some(dimension) => explore.shown_by(dimension),
        None => explore.measures.get(field).map(|measure| explore.aggregated_by(measure)).unwrap_or_default(),
    };
    let of_table = |path: &'a ColumnPath| Some((model, explore.table_called(&path.table)?, &path.column));
    paths.into_iter().filter_map(of_table).collect()
}

/// The columns that can be asked for.
fn with_fields(definitions: &Definitions) -> BTreeSet<ColumnOf<'_>> {
    let models = definitions.models.iter();
    let explores = models.flat_map(|(name, model)| model.explores.values().map(move |explore| (name, explore)));
    let fields = explores.flat_map(|(model, explore)| {
        let names = explore.dimensions.keys().chain(explore.measures.keys());
        names.flat_map(move |field| columns(model, explore, field))
    });
    fields.collect()
}
