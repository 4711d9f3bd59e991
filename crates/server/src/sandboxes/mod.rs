//! Row and column security of Metabase becomes a model with policies: an export and the columns of a connection go in, the text of
//! a model and what somebody has to read come out.
//!
//! What cannot be translated exactly is told by name, and its group sees no row of the table by it.

mod attributes;
mod columns;
mod export;
mod question;
mod statement;
mod table;

pub(crate) use self::export::Export;

use self::attributes::Attributes;
use self::columns::Columns;
use self::export::{Group, Policy};
use self::question::Through;
use self::table::Drafted;
use model::access::{Definitions, Team};
use model::attribute::AttributeDefinition;
use model::files;
use model::name::{ModelName, TeamName};
use model::problem::{Problem, Step};
use model::semantic::Model;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The group that everybody is in.
const EVERYBODY: &str = "All Users";

/// What stands at the top of the file.
const HEADER: &str = "# Made of Metabase's row and column security by `vitrine import metabase-sandboxes`. Tables without `rows` and\n\
                      # `row_policies` are closed.\n";

/// For whom the model is made.
pub(crate) struct Target<'a> {
    /// What it is called.
    pub(crate) model: &'a ModelName,
    /// The connection whose tables it reads.
    pub(crate) connection: &'a str,
    /// What can be read there.
    pub(crate) sources: &'a lookml::Sources,
    /// What there is already.
    pub(crate) definitions: &'a Definitions,
}

/// What an export comes to.
pub(crate) struct Imported {
    /// The text of the model.
    pub(crate) text: String,
    /// What is closed or different.
    pub(crate) findings: Vec<String>,
    /// What has to be in the other files.
    pub(crate) wanted: Vec<String>,
}

/// Who a policy is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Audience {
    Everybody,
    Team(TeamName),
}

/// Translates an export.
///
/// # Errors
/// There would be no model: why, and what was found before.
pub(crate) fn translated(export: &Export, target: &Target<'_>) -> Result<Imported, Vec<String>> {
    let mut making = Making {
        export,
        target,
        attributes: Attributes::new(&target.definitions.attributes),
        teams: BTreeSet::new(),
        findings: Vec::new(),
    };
    let mut tables = making.tables();
    for policy in &export.policies {
        making.add(policy, &mut tables);
    }
    for table in &tables {
        making.findings.extend(table.told());
    }
    let text = making.checked(&mut tables).map_err(|problems| [making.findings.clone(), problems].concat())?;
    let wanted = making.wanted();
    Ok(Imported { text, findings: making.findings, wanted })
}

struct Making<'a> {
    export: &'a Export,
    target: &'a Target<'a>,
    attributes: Attributes<'a>,
    /// Teams that policies need and that there are not yet.
    teams: BTreeSet<TeamName>,
    findings: Vec<String>,
}

impl<'a> Making<'a> {
    fn tables(&mut self) -> Vec<Drafted<'a>> {
        let (export, sources) = (self.export, self.target.sources);
        let mut tables: Vec<Drafted<'a>> = Vec::new();
        for table in &export.tables {
            let made = table::source_of(table, sources).and_then(|(source, has)| {
                Drafted::new(Columns::of(table, source, has), tables.iter().map(|other| &other.name))
            });
            match made {
                Ok(made) => tables.push(made),
                Err(why) => self.findings.push(format!("closed: table `{}` is not made: {why}", table.name)),
            }
        }
        tables
    }

    /// Adds a policy to its table, or says why not.
    fn add(&mut self, policy: &Policy, tables: &mut [Drafted<'a>]) {
        let group = self.export.groups.iter().find(|group| group.id == policy.group_id);
        let named =
            group.map_or_else(|| format!("group {}", policy.group_id), |group| format!("group `{}`", group.name));
        let table = tables.iter_mut().find(|table| table.columns.table.id == policy.table_id);
        let table_named = self.export.tables.iter().find(|table| table.id == policy.table_id);
        let of = table_named.map_or_else(|| format!("table {}", policy.table_id), |it| format!("table `{}`", it.name));
        let made = match (group, table) {
            (None, _) => Err("the export has no such group".to_owned()),
            (_, None) => Err("the table is not made".to_owned()),
            (Some(group), Some(table)) => self.policy(policy, group, table),
        };
        if let Err(why) = made {
            self.findings.push(format!("closed: {named}, {of}: {why}"));
        }
    }

    fn policy(&mut self, policy: &Policy, group: &Group, table: &mut Drafted<'a>) -> Result<(), String> {
        let known = ["id", "permission_id"];
        if let Some(other) = policy.rest.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(format!("`{other}` of the policy is not translated"));
        }
        let of_pair = |other: &&Policy| (other.group_id, other.table_id) == (policy.group_id, policy.table_id);
        if self.export.policies.iter().filter(of_pair).count() > 1 {
            return Err("there are several policies for them: expected one".to_owned());
        }
        let none = BTreeMap::new();
        let attributes = policy.attribute_remappings.as_ref().unwrap_or(&none);
        let mut through = match policy.card_id {
            None if attributes.is_empty() => return Err("the policy filters nothing".to_owned()),
            None => Through::default(),
            Some(id) => {
                let card = self.export.cards.iter().find(|card| card.id == id);
                question::read(&card.ok_or(format!("the export has no card {id}"))?.dataset_query, &table.columns)?
            }
        };
        for (attribute, target) in attributes {
            let rules = self.compared(attribute, target, table, &mut through)?;
            through.rules.extend(rules);
        }
        if let Some((variable, _)) = through.variables.first_key_value() {
            return Err(format!("variable `{variable}` is set by no attribute"));
        }
        let audience = self.audience(group)?;
        table.permit(&group.name, audience, through)
    }

    /// The rules of one attribute: of a column, or of a variable of SQL.
    fn compared(
        &mut self,
        attribute: &str,
        target: &Value,
        table: &Drafted<'_>,
        through: &mut Through,
    ) -> Result<Vec<String>, String> {
        let unknown = || format!("what attribute `{attribute}` is compared with is not translated: `{target}`");
        match target[0].as_str() {
            Some("dimension") => {
                // Behind the field may stand that it is of the question itself.
                let is_own = target[2].is_null() || target[2] == json!({"stage-number": 0});
                let column = table.columns.of_clause(&target[1]).ok().filter(|_| is_own).ok_or_else(unknown)?;
                Ok(vec![self.attributes.compared(column, "=", attribute)?])
            }
            Some("variable") if target.pointer("/1/0").is_some_and(|kind| kind == "template-tag") => {
                let name = target.pointer("/1/1").and_then(Value::as_str);
                let compared = name.and_then(|name| through.variables.remove(name));
                let compared = compared.ok_or_else(unknown)?.into_iter();
                compared.map(|(column, operator)| self.attributes.compared(&column, operator, attribute)).collect()
            }
            _ => Err(unknown()),
        }
    }

    /// The team that Metabase calls so, or one of that name.
    fn audience(&mut self, group: &Group) -> Result<Audience, String> {
        if group.name == EVERYBODY {
            return Ok(Audience::Everybody);
        }
        let teams = &self.target.definitions.teams;
        let is_known = |team: &&Team| {
            let names = team.known_as.get(&model::dialect::Dialect::Metabase);
            names.into_iter().flatten().any(|name| name.as_str() == group.name)
        };
        if let Some(team) = teams.iter().find(is_known) {
            return Ok(Audience::Team(team.name.clone()));
        }
        let name = TeamName::new(group.name.as_str()).map_err(|error| error.to_string())?;
        if name.tenant().is_some() {
            return Err(format!("`{name}` would be a tenant's own team: give a team that name as `known_as`"));
        }
        if teams.iter().all(|team| team.name != name) {
            self.teams.insert(name.clone());
        }
        Ok(Audience::Team(name))
    }

    /// The text of the model, which passes the check of definitions; policies that do not are taken out.
    fn checked(&mut self, tables: &mut Vec<Drafted<'a>>) -> Result<String, Vec<String>> {
        if tables.is_empty() {
            return Err(vec!["no model is made: expected a table that the connection has".to_owned()]);
        }
        loop {
            let written = self.written(tables)?;
            let file = format!("models/{}.yaml", self.target.model);
            let checked = files::read(&written).map(|read| read.check().err().unwrap_or_default());
            let problems = checked.unwrap_or_else(|problems| problems);
            // The rest of the folder may not be finished.
            let Some(problem) = problems.iter().find(|problem| problem.position.file() == file) else {
                let text = written.get(&file).cloned().unwrap_or_default();
                return Ok(format!("{HEADER}{text}"));
            };
            let taken = policy_of(problem).and_then(|(table, at)| {
                let table = tables.iter_mut().find(|one| one.name.as_str() == table)?;
                Some((table.columns.table.name.clone(), table.take_out(at)?))
            });
            let Some((table, group)) = taken else { return Err(vec![problem.to_string()]) };
            self.findings.push(format!("closed: group `{group}`, table `{table}`: {}", problem.message));
        }
    }

    /// All definitions with the model, and with what it needs.
    fn written(&self, tables: &[Drafted<'_>]) -> Result<BTreeMap<String, String>, Vec<String>> {
        let told = |error: serde_json::Error| vec![error.to_string()];
        let model = table::model(self.target.connection, tables);
        let model: Model = serde_json::from_value(model).map_err(told)?;
        let mut definitions = self.target.definitions.clone();
        let models = definitions.models.iter().map(|(name, model)| (name.clone(), model.clone()));
        definitions.models = models.chain([(self.target.model.clone(), model)]).collect();
        let teams = self.teams.iter().map(|name| serde_json::from_value::<Team>(json!({"name": name})));
        let teams = teams.collect::<Result<Vec<_>, _>>().map_err(told)?;
        definitions.teams = definitions.teams.iter().cloned().chain(teams).collect::<Vec<_>>().into();
        let new = self.attributes.new.iter();
        let new = new.map(|name| serde_json::from_value::<AttributeDefinition>(json!({"name": name, "type": "text"})));
        let new = new.collect::<Result<Vec<_>, _>>().map_err(told)?;
        definitions.attributes = definitions.attributes.iter().cloned().chain(new).collect::<Vec<_>>().into();
        files::write(&definitions).map_err(|problems| problems.iter().map(Problem::to_string).collect())
    }

    fn wanted(&self) -> Vec<String> {
        let mut wanted = Vec::new();
        let mut list = |file: &str, items: Vec<String>| {
            if !items.is_empty() {
                wanted.push(format!("the model needs these in `{file}`:"));
                wanted.extend(items);
            }
        };
        list("teams.yaml", self.teams.iter().map(|name| format!("  - {}", json!({"name": name}))).collect());
        let attributes = self.attributes.new.iter();
        list("attributes.yaml", attributes.map(|name| format!("  - {{name: {name}, type: text}}")).collect());
        let attributes: BTreeSet<&str> = self.export.impersonations.iter().map(|it| it.attribute.as_str()).collect();
        let role =
            |attribute: &&str| format!("  role: {{attribute: {attribute}, allowed: [the roles of the database]}}");
        list("connections.yaml, below the database", attributes.iter().map(role).collect());
        for impersonation in &self.export.impersonations {
            let group = self.export.groups.iter().find(|group| group.id == impersonation.group_id);
            let group = group.map_or("another group", |group| group.name.as_str());
            wanted.push(format!(
                "note: group `{group}` is impersonated: a role counts for everybody whom its connection answers"
            ));
        }
        wanted
    }
}

/// The policy that a problem is about: its table, and its place.
fn policy_of(problem: &Problem) -> Option<(&str, usize)> {
    match problem.position.steps() {
        [Step::Member(tables), Step::Entry(table) | Step::Member(table), Step::Member(list), Step::Item(at), ..]
            if tables == "tables" && list == "row_policies" =>
        {
            Some((table, *at))
        }
        _ => None,
    }
}
