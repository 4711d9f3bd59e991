//! `vitrine explain`: why a persona may ask something or not, sees the rows of a table or not, and one row or not, and what
//! would change it. The persona gets in by the front door of a server of its own, so that it is explained who a viewer's page
//! would be. Everything is in one document; what people read is made of that.

mod told;
mod words;

use crate::clock::Clock;
use crate::config::Limits;
use crate::policy_tests::{Inside, PolicyTestError, enter_as};
use authz::permit::{ColumnAccess, Destination, RunQuery, TableAccess};
use authz::{Resource, Standing, decide, is_visible, standings};
use model::expectation::ElementPath;
use model::filter::RowFilter;
use model::name::{ColumnName, ModelName, TableName};
use model::semantic::{ExplorePath, Model, SharedRows};
use model::value::Scalar;
use query::{Judged, QueryError};
use std::path::Path;
use told::{ColumnTold, Decision, Explanation, PolicyTold, Row, Rows, TableTold, Verdict, Who};

/// What is to be explained.
pub struct Question<'a> {
    /// The persona, of `tests/*.yaml`.
    pub persona: &'a str,
    /// What they ask.
    pub subject: Subject,
    /// The table of a row, and the values by which it is found.
    pub row: Option<(TableName, Vec<(ColumnName, String)>)>,
}

/// What somebody asks.
pub enum Subject {
    /// An element: `workbook/page/element`.
    Element(ElementPath),
    /// An explore, for questions of one's own: `model.explore`.
    Explore(ExplorePath),
}

/// Why nothing is explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The folder does not hold, or there is no such persona.
    #[error(transparent)]
    Persona(#[from] PolicyTestError),
    /// There is no such element, explore, table or column.
    #[error("{0}")]
    Unknown(String),
    /// The row cannot be looked at.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// Explains it, as one document and for people.
///
/// # Errors
/// What was asked about does not exist, or the data cannot be read.
pub async fn explain(
    folder: &Path,
    question: &Question<'_>,
    limits: &Limits,
    data_dir: &Path,
    clock: &Clock,
) -> Result<(serde_json::Value, String), ExplainError> {
    let explanation = match enter_as(folder, question.persona, limits, data_dir, clock).await? {
        Ok(inside) => explained(&inside, question, limits).await?,
        Err(refusal) => Explanation::refused(question.persona, refusal),
    };
    Ok((serde_json::to_value(&explanation).unwrap_or_default(), words::of(&explanation)))
}

async fn explained(inside: &Inside, question: &Question<'_>, limits: &Limits) -> Result<Explanation, ExplainError> {
    let Inside { principal, organization, .. } = inside;
    let snapshot = &organization.snapshot;
    let (resource, path) = subject(inside, &question.subject)?;
    let model = snapshot.models.named(&path.model).ok_or_else(|| unknown("explore", &path))?;
    let explore = model.explores.get(&path.explore).ok_or_else(|| unknown("explore", &path))?;
    let (decision, permit) = match decide::<RunQuery>(principal, snapshot, &resource) {
        Ok(permit) => (Decision::allowed(&resource, permit.reasons()), Some(permit)),
        Err(denial) => (Decision::denied(&resource, &denial), None),
    };
    let tables = model.with_origins(explore.tables()).into_iter().map(|name| {
        let access = permit.as_ref().and_then(|permit| permit.table(&path.model, name));
        table(inside, (&path.model, model), name, access)
    });
    let tables = tables.collect();
    let row = match &question.row {
        Some((name, key)) => Some(row(inside, &path.model, model, (name, key), limits).await?),
        None => None,
    };
    Ok(Explanation {
        persona: question.persona.to_owned(),
        refused: None,
        who: Some(Who::of(principal, snapshot)),
        decision: Some(decision),
        explore: Some(path.to_string()),
        read_at: destination(inside, &path.model),
        tables,
        row,
    })
}

fn unknown(what: &str, name: &impl std::fmt::Display) -> ExplainError {
    ExplainError::Unknown(format!("unknown {what} `{name}`"))
}

/// What is asked, and the explore behind it.
fn subject(inside: &Inside, subject: &Subject) -> Result<(Resource, ExplorePath), ExplainError> {
    match subject {
        Subject::Explore(path) => Ok((Resource::Explore(path.clone()), path.clone())),
        Subject::Element(ElementPath { page, name }) => {
            let (workbook, page, element) = (page.workbook.clone(), page.page.clone(), name.clone());
            let found = inside.organization.snapshot.workbooks.named(&workbook);
            let of_page = found.and_then(|workbook| workbook.pages.iter().find(|one| one.name == page));
            let shown = of_page.and_then(|page| page.elements.iter().find(|one| one.name == element));
            let path = shown.and_then(|element| element.show.data()).map(|data| data.query.explore.clone());
            let resource = Resource::Element { workbook, page, element };
            let path = path.ok_or_else(|| unknown("element with data", &resource))?;
            Ok((resource, path))
        }
    }
}

fn destination(inside: &Inside, model: &ModelName) -> Option<String> {
    match authz::destination(&inside.principal, &inside.organization.snapshot, model) {
        Destination::Usual => None,
        Destination::Nowhere => Some("nowhere: the attribute that says where has no value that leads there".to_owned()),
        Destination::Chosen { connection, role } => {
            let role = role.map(|role| format!(", as role `{role}`")).unwrap_or_default();
            Some(format!("connection `{connection}`{role}"))
        }
    }
}

fn table(
    inside: &Inside,
    (model_name, model): (&ModelName, &Model),
    name: &TableName,
    access: Option<&TableAccess>,
) -> TableTold {
    let rows = access.map_or(Rows::None, |access| match access.rows {
        RowFilter::Everything => Rows::All,
        RowFilter::Nothing => Rows::None,
        RowFilter::Where(_) => Rows::Some,
    });
    let columns = model.tables.get(name).into_iter().flat_map(|table| table.columns.keys());
    let told = |column: &ColumnName| {
        let is = match access.and_then(|access| access.columns.get(column)) {
            Some(ColumnAccess::Shown) => return None,
            Some(ColumnAccess::Masked { .. }) => "masked",
            None => "hidden",
        };
        Some(ColumnTold { column: column.to_string(), is })
    };
    TableTold {
        table: name.to_string(),
        shared: is_shared(model, name),
        rows,
        policies: policies(inside, model_name, model, name).into_iter().map(|(told, _)| told).collect(),
        columns: if access.is_some() { columns.filter_map(told).collect() } else { Vec::new() },
    }
}

fn is_shared(model: &Model, name: &TableName) -> bool {
    model.tables.get(name).is_some_and(|table| table.rows == Some(SharedRows::Shared))
}

/// The row policies of a table, and how they stand towards the persona.
fn policies(inside: &Inside, model_name: &ModelName, model: &Model, name: &TableName) -> Vec<(PolicyTold, Standing)> {
    let found = standings(&inside.principal, &inside.organization.snapshot, model_name, name).unwrap_or_default();
    let definitions = model.tables.get(name).map(|table| table.row_policies.as_slice()).unwrap_or_default();
    let rule =
        |standing: &Standing| definitions.iter().find(|one| one.name == standing.policy).map(|one| one.rule.trim());
    let told = |standing: Standing| (PolicyTold::of(&standing, rule(&standing).unwrap_or_default()), standing);
    found.into_iter().map(told).collect()
}

async fn row(
    inside: &Inside,
    model_name: &ModelName,
    model: &Model,
    (name, key): (&TableName, &[(ColumnName, String)]),
    limits: &Limits,
) -> Result<Row, ExplainError> {
    let definition = model.tables.get(name).ok_or_else(|| unknown("table", name))?;
    if definition.derived.is_some() {
        let message = format!("table `{name}` is derived: expected one of the tables that it is made of");
        return Err(ExplainError::Unknown(message));
    }
    let columns = &definition.columns;
    let value = |(column, text): &(ColumnName, String)| {
        let kind = columns.get(column).ok_or_else(|| unknown("column", column))?;
        let value = Scalar::parse(text, *kind);
        let value = value.ok_or_else(|| ExplainError::Unknown(format!("column `{column}`: `{text}` is no {kind}")))?;
        Ok((column.clone(), value))
    };
    let key = key.iter().map(value).collect::<Result<Vec<_>, ExplainError>>()?;
    let standing: Vec<Standing> = policies(inside, model_name, model, name).into_iter().map(|(_, it)| it).collect();
    let concerning: Vec<&Standing> = standing.iter().filter(|standing| standing.concerns).collect();
    let judged: Vec<&Standing> = concerning.iter().copied().filter(|standing| standing.condition.is_some()).collect();
    let conditions: Vec<_> = judged.iter().filter_map(|standing| standing.condition.clone()).collect();
    let snapshot = &inside.organization.snapshot;
    let destination = |model: &ModelName| authz::destination(&inside.principal, snapshot, model);
    let look = Judged {
        catalog: &inside.organization.catalog,
        model: model_name,
        table: name,
        destination: &destination,
        limits: &limits.of_queries(&std::env::temp_dir()),
    };
    let found = look.rows(&key, &conditions).await?;
    let shared = is_shared(model, name);
    let verdicts = found.into_iter().map(|verdicts| {
        let of = |standing: &&Standing| {
            let place = judged.iter().position(|one| one.policy == standing.policy);
            place.and_then(|place| verdicts.get(place).copied().flatten())
        };
        let holds: Vec<(&Standing, Option<bool>)> =
            concerning.iter().map(|standing| (*standing, of(standing))).collect();
        Verdict::of(is_visible(shared, &holds), &holds)
    });
    Ok(Row { table: name.to_string(), found: verdicts.collect() })
}
