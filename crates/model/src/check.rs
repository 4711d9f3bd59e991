//! Whether definitions make sense as a whole: everything that is named exists, once, and fits where it is used.

mod access;
mod access_grants;
mod charts;
mod columns;
mod connections;
mod controls;
mod derived;
mod dimensions;
mod drills;
mod elements;
mod explores;
mod keys;
mod known_as;
mod models;
mod people;
mod personal;
mod providers;
mod publications;
mod teams;
mod workbooks;

pub(crate) use self::access::strangers;
pub use self::publications::opened;
use crate::access::{
    AccountType, Connection, Definitions, EmbedKey, FolderPath, Grant, Granted, Grantee, MemberDefinition,
    WrittenAttributes,
};
use crate::attribute::AttributeDefinition;
use crate::built_in;
use crate::item::{Revised, grant_named};
use crate::name::{
    AccountTypeName, AttributeName, ClientId, ColumnName, ConnectionName, ExploreName, FieldName, IssuerName,
    ModelName, TableName, TeamName, TenantName, WorkbookName, WorkspaceName,
};
use crate::problem::{Position, Problem, Report, one_of, unknown};
use crate::rule::{Formula, Purpose, RowPolicy, Tables, Vocabulary};
use crate::snapshot::Kind;
use crate::value::ColumnType;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt::Display;

/// The parsed and typed row policies of every table that has any.
pub(crate) type Policies = BTreeMap<(ModelName, TableName), Vec<RowPolicy>>;

/// The parsed and typed formulas of every calculated field.
pub(crate) type Formulas = BTreeMap<(ModelName, ExploreName, FieldName), Formula>;

/// What definitions say in the language of rules.
pub(crate) struct Checked {
    pub(crate) policies: Policies,
    pub(crate) formulas: Formulas,
}

/// Checks definitions as a whole: what their rules say, or everything that is wrong.
pub(crate) fn check(definitions: &Definitions) -> Result<Checked, Vec<Problem>> {
    check_with_grants(definitions, &Grants::All)
}

/// What of definitions may be wrong after changes, if nothing was before.
pub(crate) struct Rechecked {
    grants: Grants,
    /// Nothing but grants has changed: no rule and no other thing depends on them.
    grants_alone: bool,
}

/// Which grants are checked.
enum Grants {
    /// All of them, by what they name and against each other.
    All,
    /// Those that stand at these places of the list.
    At(Vec<usize>),
}

impl Rechecked {
    pub(crate) fn of(definitions: &Definitions, changes: &[Revised]) -> Self {
        let (grants, others): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.kind == Kind::Grant);
        // Grants name other things, and tables and schemas in them.
        let may_miss_something =
            others.iter().any(|other| other.body.is_none() || matches!(other.kind, Kind::Model | Kind::Connection));
        let changed: HashSet<(Grantee, Granted)> = grants.iter().filter_map(|it| grant_named(&it.name)).collect();
        let has_changed =
            |grant: &Grant| !changed.is_empty() && changed.contains(&(grant.to.clone().folded(), grant.on.clone()));
        let places = || definitions.grants.iter().enumerate().filter(|(_, grant)| has_changed(grant));
        let grants = if may_miss_something { Grants::All } else { Grants::At(places().map(|(at, _)| at).collect()) };
        Self { grants, grants_alone: others.is_empty() }
    }
}

/// Checks what may be wrong: what rules say now, `None` if that as before, or everything that is wrong.
pub(crate) fn check_changed(definitions: &Definitions, what: &Rechecked) -> Result<Option<Checked>, Vec<Problem>> {
    if !what.grants_alone {
        return check_with_grants(definitions, &what.grants).map(Some);
    }
    let mut report = Report::default();
    access::grants(definitions, &what.grants, &Known::of(definitions), &mut report);
    report.finish(None)
}

fn check_with_grants(definitions: &Definitions, grants: &Grants) -> Result<Checked, Vec<Problem>> {
    let known = Known::of(definitions);
    let mut report = Report::default();
    people::check(definitions, &known, &mut report);
    teams::check(definitions, &known, &mut report);
    access::workspaces(definitions, &known, &mut report);
    access::grants(definitions, grants, &known, &mut report);
    connections::check(definitions, &known, &mut report);
    keys::check(definitions, &known, &mut report);
    providers::check(definitions, &known, &mut report);
    let checked = models::check(definitions, &known, &mut report);
    workbooks::check(definitions, &known, &mut report);
    known_as::check(definitions, &mut report);
    publications::check(definitions, &known, &checked.policies, &mut report);
    report.finish(checked)
}

impl Definitions {
    /// Whether a member fits the rest. Problems are at `members[0]` of `members.yaml`.
    ///
    /// # Errors
    /// Everything that does not.
    pub fn check_member(&self, member: &MemberDefinition) -> Result<(), Vec<Problem>> {
        let mut report = Report::default();
        let known = Known::of(self);
        // Whoever is there stays somebody who can be administered, if who brought them is gone.
        let known = Known { providing: known.issuers.clone(), ..known };
        people::members(std::slice::from_ref(member), &known, &mut report);
        report.finish(())
    }
}

/// The columns of a table.
type Columns = BTreeMap<ColumnName, ColumnType>;

/// The names there are.
struct Known<'a> {
    issuers: BTreeSet<&'a IssuerName>,
    /// Of the issuers, those for which an identity provider vouches.
    providing: BTreeSet<&'a IssuerName>,
    tenants: BTreeSet<&'a TenantName>,
    teams: BTreeSet<&'a TeamName>,
    /// Of the teams, those that policies and keys know: no tenant's own.
    organization_teams: BTreeSet<&'a TeamName>,
    account_types: BTreeMap<&'a AccountTypeName, &'a AccountType>,
    attributes: BTreeMap<&'a AttributeName, &'a AttributeDefinition>,
    workspaces: BTreeSet<&'a WorkspaceName>,
    folders: BTreeSet<FolderPath>,
    workbooks: BTreeSet<&'a WorkbookName>,
    connections: BTreeMap<&'a ConnectionName, &'a Connection>,
    keys: BTreeMap<&'a ClientId, &'a EmbedKey>,
    /// Those that are read from somewhere, which policies may look into: no rows hang on what people have done.
    tables: Tables<'a>,
}

impl<'a> Known<'a> {
    fn of(definitions: &'a Definitions) -> Self {
        let folders = definitions.workspaces.iter().flat_map(|workspace| {
            let path = |name| FolderPath { workspace: workspace.name.clone(), folder: name };
            workspace.folders.iter().map(move |folder| path(folder.name.clone()))
        });
        let looked_into = definitions.models.iter().filter(|(name, _)| !built_in::is_model(name));
        let tables = looked_into.flat_map(|(name, model)| {
            let read = model.tables.iter().filter(|(_, defined)| defined.derived.is_none());
            read.map(move |(table, defined)| ((name, table), &defined.columns))
        });
        Self {
            issuers: definitions.issuers.iter().map(|issuer| &issuer.name).collect(),
            providing: definitions.identity_providers.iter().map(|provider| &provider.issuer).collect(),
            tenants: definitions.tenants.iter().map(|tenant| &tenant.name).collect(),
            teams: definitions.teams.iter().map(|team| &team.name).collect(),
            organization_teams: definitions
                .teams
                .iter()
                .map(|team| &team.name)
                .filter(|it| it.tenant().is_none())
                .collect(),
            account_types: definitions.account_types.iter().map(|kind| (&kind.name, kind)).collect(),
            attributes: definitions.attributes.iter().map(|attribute| (&attribute.name, attribute)).collect(),
            workspaces: definitions.workspaces.iter().map(|workspace| &workspace.name).collect(),
            folders: folders.collect(),
            workbooks: definitions.workbooks.keys().collect(),
            connections: definitions.connections.iter().map(|connection| (&connection.name, connection)).collect(),
            keys: definitions.embed_keys.iter().map(|key| (&key.client_id, key)).collect(),
            tables: tables.collect(),
        }
    }

    /// What the rules of a table with those columns may name.
    fn vocabulary(&'a self, model: &'a ModelName, columns: &'a Columns) -> Vocabulary<'a> {
        let (attributes, teams, tables) = (&self.attributes, &self.organization_teams, &self.tables);
        Vocabulary { columns, attributes, teams, model, tables, row: None, purpose: Purpose::Policy }
    }

    /// Whether written values are values of known attributes.
    fn check_values(&self, values: &WrittenAttributes, position: &Position, report: &mut Report) {
        for (name, value) in values {
            let position = position.member(name);
            match self.attributes.get(name) {
                None => report.add(&position, unknown("attribute", name, self.attributes.keys())),
                Some(attribute) => {
                    report.expect(attribute.read(value).is_some(), &position, || not_a_value(attribute, value));
                }
            }
        }
    }
}

/// The message about a value that is none of the attribute's.
fn not_a_value(attribute: &AttributeDefinition, value: &serde_json::Value) -> String {
    let list = if attribute.list { "a list of " } else { "" };
    format!("`{value}` is no value of attribute `{}`: expected {list}{}", attribute.name, attribute.kind.as_str())
}

/// Notes a team that policies and keys do not know.
fn expect_organization_team(report: &mut Report, position: &Position, team: &TeamName, known: &Known<'_>) {
    let teams = &known.organization_teams;
    report.expect(teams.contains(team), position, || match team.tenant() {
        Some(_) => format!("`{team}` is a tenant's own team: expected one of the organization's, {}", one_of(teams)),
        None => unknown("team", team, teams),
    });
}

/// Notes a name that nothing has.
fn expect_known<N: Ord + Display>(
    report: &mut Report,
    position: &Position,
    what: &str,
    name: &N,
    known: &impl Names<N>,
) {
    report.expect(known.holds(name), position, || unknown(what, name, known.names()));
}

/// Names there are, found without looking at each of them.
trait Names<N> {
    fn holds(&self, name: &N) -> bool;
    fn names(&self) -> impl Iterator<Item: Display>;
}

impl<N: Ord + Display> Names<N> for BTreeSet<&N> {
    fn holds(&self, name: &N) -> bool {
        self.contains(name)
    }

    fn names(&self) -> impl Iterator<Item: Display> {
        self.iter()
    }
}

impl<N: Ord + Display> Names<N> for BTreeSet<N> {
    fn holds(&self, name: &N) -> bool {
        self.contains(name)
    }

    fn names(&self) -> impl Iterator<Item: Display> {
        self.iter()
    }
}

impl<N: Ord + Display, T> Names<N> for BTreeMap<&N, T> {
    fn holds(&self, name: &N) -> bool {
        self.contains_key(name)
    }

    fn names(&self) -> impl Iterator<Item: Display> {
        self.keys()
    }
}

impl<N: Ord + Display, T> Names<N> for BTreeMap<N, T> {
    fn holds(&self, name: &N) -> bool {
        self.contains_key(name)
    }

    fn names(&self) -> impl Iterator<Item: Display> {
        self.keys()
    }
}

/// Notes things of a list that have a name which one before them has.
fn expect_distinct_names<N: Ord + Display>(
    report: &mut Report,
    what: &str,
    list: &Position,
    names: impl IntoIterator<Item = N>,
) {
    let placed = names.into_iter().enumerate().map(|(index, name)| (list.item(index).member("name"), name));
    expect_distinct(report, what, placed);
}

/// Notes names that are used again.
fn expect_distinct<N: Ord + Display>(report: &mut Report, what: &str, names: impl IntoIterator<Item = (Position, N)>) {
    let mut seen = BTreeSet::new();
    for (position, name) in names {
        if seen.contains(&name) {
            report.add(&position, format!("a second {what} `{name}`: expected every name once"));
        } else {
            seen.insert(name);
        }
    }
}
