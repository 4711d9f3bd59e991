//! Why somebody may ask something or not, sees the rows of a table or not, and one row or not, and what would change it.
//! Everything is in one document; what people read is made of that.
//!
//! `vitrine explain` lets a persona of a folder in by the front door of a server of its own, so that it is explained who a
//! viewer's page would be. A running server explains to whoever may look as somebody else ([`Look::asker`]).

mod told;
mod words;

use crate::clock::Clock;
use crate::config::Limits;
use crate::organization::Organization;
use crate::policy_tests::{Explained, PolicyTestError, enter_as};
use authz::permit::{ColumnAccess, Destination, Permit, RunQuery, TableAccess};
use authz::{
    ExportArrow, ExportCsv, ExportJson, ExportXlsx, InspectAs, Principal, Resource, Standing, decide, download_limits,
    is_visible, standings,
};
use model::expectation::{ElementPath, ExportFormat};
use model::filter::RowFilter;
use model::name::{ColumnName, FieldName, ModelName, TableName};
use model::semantic::{Explore, ExplorePath, Model, SharedRows};
use model::value::{ColumnType, Scalar};
use query::{Judged, QueryError, Within};
use std::collections::BTreeSet;
use std::path::Path;
pub(crate) use told::Explanation;
use told::{ColumnTold, Decision, Downloads, LimitTold, PolicyTold, Row, Rows, TableTold, Verdict, Who};

/// What is to be explained.
pub struct Question<'a> {
    /// The persona, of `tests/*.yaml`.
    pub persona: &'a str,
    /// What they ask.
    pub subject: Subject,
    /// The table of a row, and the values by which it is found.
    pub row: Option<RowKey>,
}

/// The table of a row, and the values by which it is found, as texts.
pub type RowKey = (TableName, Vec<(ColumnName, String)>);

/// What somebody asks.
pub enum Subject {
    /// An element: `workbook/page/element`.
    Element(ElementPath),
    /// An explore, for questions of one's own: `model.explore`.
    Explore(ExplorePath),
}

impl Subject {
    /// The same, as it is decided about.
    pub(crate) fn resource(&self) -> Resource {
        match self {
            Self::Explore(path) => Resource::Explore(path.clone()),
            Self::Element(ElementPath { page, name }) => {
                Resource::Element { workbook: page.workbook.clone(), page: page.page.clone(), element: name.clone() }
            }
        }
    }
}

/// Why nothing is explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// The folder does not hold, or there is no such persona.
    #[error(transparent)]
    Persona(#[from] PolicyTestError),
    /// There is no such element, explore or table.
    #[error("unknown {0} `{1}`")]
    Unknown(&'static str, String),
    /// The rows of a derived table are nowhere to look at.
    #[error("table `{0}` is derived: expected one of the tables that it is made of")]
    Derived(TableName),
    /// There is no such column.
    #[error("unknown column `{0}`")]
    Column(ColumnName),
    /// A value is not of its column's type.
    #[error("column `{column}`: `{value}` is no {kind}")]
    Value {
        /// The column.
        column: ColumnName,
        /// The value, as it was given.
        value: String,
        /// The type.
        kind: ColumnType,
    },
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
        Ok(Explained { principal, organization, .. }) => {
            let limits = limits.of_queries(&std::env::temp_dir());
            let look = Look { principal: &principal, organization: &organization, limits: &limits, asker: None };
            let found = look.find(&question.subject, question.row.as_ref())?;
            look.explained(question.persona, &found).await?
        }
        Err(refusal) => Explanation::refused(question.persona, refusal),
    };
    Ok((serde_json::to_value(&explanation).unwrap_or_default(), words::of(&explanation)))
}

/// Somebody who is looked at, in an organization.
pub(crate) struct Look<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) organization: &'a Organization,
    /// What looking for a row may take.
    pub(crate) limits: &'a query::Limits,
    /// Who asks, and may look as somebody else: what does not exist for them is not told. `None`: whoever holds the folder.
    pub(crate) asker: Option<&'a Permit<InspectAs>>,
}

/// The table of a row, and the values by which it is looked for.
type FoundKey<'a> = (&'a TableName, Vec<(ColumnName, Scalar)>);

/// What is explained, as it was found.
pub(crate) struct Found<'a> {
    resource: Resource,
    path: ExplorePath,
    model: &'a Model,
    explore: &'a Explore,
    /// Its fields.
    fields: BTreeSet<&'a FieldName>,
    /// The tables that are read for it, with those that derived ones are made of: of an explore, for its own.
    reads: BTreeSet<&'a TableName>,
    row: Option<FoundKey<'a>>,
}

impl<'a> Look<'a> {
    /// Finds what is to be explained.
    ///
    /// # Errors
    /// There is no such thing, or a value is not of its column's type.
    pub(crate) fn find(&self, subject: &Subject, row: Option<&RowKey>) -> Result<Found<'a>, ExplainError> {
        let snapshot = &self.organization.snapshot;
        let (path, fields) = match subject {
            Subject::Explore(path) => (path.clone(), None),
            Subject::Element(ElementPath { page, name }) => {
                let found = snapshot.workbooks.named(&page.workbook);
                let of_page = found.and_then(|workbook| workbook.pages.iter().find(|one| one.name == page.page));
                let shown = of_page.and_then(|page| page.elements.iter().find(|one| one.name == *name));
                let data = shown.and_then(|element| element.show.data());
                let data = data.ok_or_else(|| unknown("element with data", &subject.resource()))?;
                (data.query.explore.clone(), Some(data.fields().collect::<BTreeSet<_>>()))
            }
        };
        let model = snapshot.models.named(&path.model).ok_or_else(|| unknown("explore", &path))?;
        let explore = model.explores.get(&path.explore).ok_or_else(|| unknown("explore", &path))?;
        let of_element = |fields: &BTreeSet<&'a FieldName>| explore.tables_of(fields.iter().copied());
        let reads = fields.as_ref().map_or_else(|| BTreeSet::from([&explore.table]), of_element);
        let reads = model.with_origins(reads);
        let fields = fields.unwrap_or_else(|| explore.dimensions.keys().chain(explore.measures.keys()).collect());
        let row = row.map(|(table, key)| self.key(&path.model, model, table, key)).transpose()?;
        Ok(Found { resource: subject.resource(), path, model, explore, fields, reads, row })
    }

    /// The table of a row, and the values by which it is looked for. What does not exist for the asker does not exist.
    fn key(
        &self,
        model_name: &ModelName,
        model: &'a Model,
        table: &TableName,
        key: &[(ColumnName, String)],
    ) -> Result<FoundKey<'a>, ExplainError> {
        let found = model.tables.get_key_value(table).filter(|_| self.sees_table(model_name, table));
        let (table, definition) = found.ok_or_else(|| unknown("table", table))?;
        if definition.derived.is_some() {
            return Err(ExplainError::Derived(table.clone()));
        }
        let columns = &definition.columns;
        let looks_by = |column: &ColumnName| self.asker.is_none_or(|asker| asker.looks_by(model_name, table, column));
        let value = |(column, text): &(ColumnName, String)| {
            let kind = columns.get(column).filter(|_| looks_by(column));
            let kind = *kind.ok_or_else(|| ExplainError::Column(column.clone()))?;
            let wrong = || ExplainError::Value { column: column.clone(), value: text.clone(), kind };
            Ok((column.clone(), Scalar::parse(text, kind).ok_or_else(wrong)?))
        };
        Ok((table, key.iter().map(value).collect::<Result<Vec<_>, ExplainError>>()?))
    }

    fn sees_table(&self, model: &ModelName, table: &TableName) -> bool {
        self.asker.is_none_or(|asker| asker.sees_table(model, table))
    }

    /// Explains it.
    ///
    /// # Errors
    /// The data cannot be read within the limits.
    pub(crate) async fn explained(&self, name: &str, found: &Found<'_>) -> Result<Explanation, QueryError> {
        let Found { resource, path, model, explore, .. } = found;
        let snapshot = &self.organization.snapshot;
        let (decision, permit) = match decide::<RunQuery>(self.principal, snapshot, resource) {
            Ok(permit) => (Decision::allowed(resource, permit.reasons()), Some(permit)),
            Err(denial) => (Decision::denied(resource, &denial), None),
        };
        let seen = model.with_origins(explore.tables()).into_iter().filter(|name| self.sees_table(&path.model, name));
        let tables = seen.map(|name| {
            let access = permit.as_ref().and_then(|permit| permit.table(&path.model, name));
            self.table(found, name, access)
        });
        let tables = tables.collect();
        let row = match &found.row {
            Some((table, key)) => Some(self.row(found, table, key).await?),
            None => None,
        };
        Ok(Explanation {
            persona: name.to_owned(),
            refused: None,
            who: Some(Who::of(self.principal, snapshot)),
            decision: Some(decision),
            explore: Some(path.to_string()),
            read_at: self.read_at(&path.model),
            hidden_fields: permit.map(|permit| self.hidden_fields(found, permit.fields())).unwrap_or_default(),
            downloads: Some(self.downloads(found)),
            tables,
            row,
        })
    }

    /// The fields that do not exist for the person, as far as they do for whoever asks.
    fn hidden_fields(&self, found: &Found<'_>, open: &BTreeSet<FieldName>) -> Vec<String> {
        let told = |field: &&&FieldName| self.asker.is_none_or(|asker| asker.sees_field(field));
        let hidden = found.fields.iter().filter(|field| !open.contains(**field)).filter(told);
        hidden.map(ToString::to_string).collect()
    }

    fn read_at(&self, model: &ModelName) -> Option<String> {
        match authz::destination(self.principal, &self.organization.snapshot, model) {
            Destination::Usual => None,
            Destination::Nowhere => {
                Some("nowhere: the attribute that says where has no value that leads there".to_owned())
            }
            Destination::Chosen { connection, role } => {
                let role = role.map(|role| format!(", as role `{role}`")).unwrap_or_default();
                Some(format!("connection `{connection}`{role}"))
            }
        }
    }

    /// In which formats it may be taken away, and how many rows of it.
    fn downloads(&self, found: &Found<'_>) -> Downloads {
        let (principal, snapshot) = (self.principal, &self.organization.snapshot);
        let formats = [
            (ExportFormat::Csv, decide::<ExportCsv>(principal, snapshot, &found.resource).is_ok()),
            (ExportFormat::Xlsx, decide::<ExportXlsx>(principal, snapshot, &found.resource).is_ok()),
            (ExportFormat::Json, decide::<ExportJson>(principal, snapshot, &found.resource).is_ok()),
            (ExportFormat::Arrow, decide::<ExportArrow>(principal, snapshot, &found.resource).is_ok()),
        ];
        let all = download_limits(principal, snapshot, &found.path).unwrap_or_default();
        let of_read = all.iter().filter(|(table, _)| found.reads.contains(*table));
        let joined = found.model.with_origins(found.explore.tables());
        let told = all.iter().filter(|(table, _)| joined.contains(*table) && self.sees_table(&found.path.model, table));
        Downloads {
            formats: formats.into_iter().filter(|(_, may)| *may).map(|(format, _)| format.as_str()).collect(),
            most_rows: of_read.map(|(_, limit)| limit.rows).min(),
            limits: told.map(|(table, limit)| LimitTold::of(table, limit, found.reads.contains(*table))).collect(),
        }
    }

    fn table(&self, found: &Found<'_>, name: &TableName, access: Option<&TableAccess>) -> TableTold {
        let Found { path, model, .. } = found;
        let rows = access.map_or(Rows::None, |access| match access.rows {
            RowFilter::Everything => Rows::All,
            RowFilter::Nothing => Rows::None,
            RowFilter::Where(_) => Rows::Some,
        });
        let columns = model.tables.get(name).into_iter().flat_map(|table| table.columns.keys());
        let columns = columns
            .filter(|column| self.asker.is_none_or(|asker| asker.sees_column(&path.model, name, column)))
            .filter_map(|column| {
                let is = match access.and_then(|access| access.columns.get(column)) {
                    Some(ColumnAccess::Shown) => return None,
                    Some(ColumnAccess::Masked { .. }) => "masked",
                    None => "hidden",
                };
                Some(ColumnTold { column: column.to_string(), is })
            });
        TableTold {
            table: name.to_string(),
            shared: is_shared(model, name),
            rows,
            policies: self.policies(found, name).into_iter().map(|(told, _)| told).collect(),
            columns: if access.is_some() { columns.collect() } else { Vec::new() },
        }
    }

    /// The row policies of a table, and how they stand towards the person.
    fn policies(&self, found: &Found<'_>, name: &TableName) -> Vec<(PolicyTold, Standing)> {
        let standing = standings(self.principal, &self.organization.snapshot, &found.path.model, name);
        let definitions = found.model.tables.get(name).map(|table| table.row_policies.as_slice()).unwrap_or_default();
        let rule =
            |standing: &Standing| definitions.iter().find(|one| one.name == standing.policy).map(|one| one.rule.trim());
        let told = |standing: Standing| (PolicyTold::of(&standing, rule(&standing).unwrap_or_default()), standing);
        standing.unwrap_or_default().into_iter().map(told).collect()
    }

    async fn row(&self, found: &Found<'_>, table: &TableName, key: &[(ColumnName, Scalar)]) -> Result<Row, QueryError> {
        let standing: Vec<Standing> = self.policies(found, table).into_iter().map(|(_, it)| it).collect();
        let concerning: Vec<&Standing> = standing.iter().filter(|standing| standing.concerns).collect();
        let judged: Vec<&Standing> =
            concerning.iter().copied().filter(|standing| standing.condition.is_some()).collect();
        let conditions: Vec<_> = judged.iter().filter_map(|standing| standing.condition.clone()).collect();
        let snapshot = &self.organization.snapshot;
        let destination = |model: &ModelName| authz::destination(self.principal, snapshot, model);
        let of_asker =
            |model: &ModelName| self.asker.map_or(Destination::Nowhere, |asker| asker.destination(model).clone());
        let only = self.asker.and_then(|asker| asker.only_rows(&found.path.model, table));
        let look = Judged {
            catalog: &self.organization.catalog,
            model: &found.path.model,
            table,
            destination: &destination,
            within: only.map(|rows| Within { rows, destination: &of_asker }),
            limits: self.limits,
        };
        let verdicts = look.rows(key, &conditions).await?;
        let shared = is_shared(found.model, table);
        let verdicts = verdicts.into_iter().map(|verdicts| {
            let of = |standing: &&Standing| {
                let place = judged.iter().position(|one| one.policy == standing.policy);
                place.and_then(|place| verdicts.get(place).copied().flatten())
            };
            let holds: Vec<(&Standing, Option<bool>)> =
                concerning.iter().map(|standing| (*standing, of(standing))).collect();
            Verdict::of(is_visible(shared, &holds), &holds)
        });
        Ok(Row { table: table.to_string(), found: verdicts.collect() })
    }
}

fn unknown(what: &'static str, name: &impl std::fmt::Display) -> ExplainError {
    ExplainError::Unknown(what, name.to_string())
}

fn is_shared(model: &Model, name: &TableName) -> bool {
    model.tables.get(name).is_some_and(|table| table.rows == Some(SharedRows::Shared))
}
