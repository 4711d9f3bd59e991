//! Why somebody else sees what they see, for those who may look as others. Nothing is written of whoever is looked at.

use crate::app::App;
use crate::audit::{self, LooksAs};
use crate::body::Json;
use crate::callers::Viewer;
use crate::explain::{ExplainError, Explanation, Look, RowKey, Subject};
use crate::looked_at::{LookedAt, WouldBe};
use crate::problem::{Problem, ProblemBody};
use crate::watch::Watch;
use authz::permit::{InspectAs, Permit};
use authz::{Resource, decide};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use model::expectation::ElementPath;
use model::name::{ColumnName, TableName};
use model::semantic::ExplorePath;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is to be explained: of `element` and `explore` one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExplainRequest)]
pub(super) struct Asked {
    /// As whom.
    #[serde(rename = "as")]
    looked_at: LookedAt,
    /// `workbook/page/element`
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    element: Option<ElementPath>,
    /// `model.explore`
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    explore: Option<ExplorePath>,
    /// A row of one of its tables.
    #[serde(default)]
    row: Option<RowAsked>,
}

/// The rows of a table that have these values, at most a hundred.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExplainRowRequest)]
pub(super) struct RowAsked {
    /// A table of the model.
    #[schema(value_type = String)]
    table: TableName,
    /// Values by column, at least one.
    #[schema(value_type = BTreeMap<String, Value>)]
    key: BTreeMap<ColumnName, Value>,
}

/// A question that makes sense.
struct Question {
    looked_at: LookedAt,
    subject: Subject,
    row: Option<RowKey>,
}

/// Why somebody may ask an element or an explore, and which policy lets them see which rows, or what stands against it.
#[utoipa::path(
    post,
    operation_id = "explain",
    path = "/api/v1/explain",
    request_body = Asked,
    responses((status = 200, body = Explanation), (status = "default", body = ProblemBody)),
    security(("handle" = [])),
)]
pub(super) async fn explain(
    viewer: Viewer,
    State(app): State<App>,
    Json(asked): Json<Asked>,
) -> Result<Response, Problem> {
    let question = asked.checked()?;
    let resource = question.subject.resource();
    let looking = Looking { app: &app, viewer: &viewer, resource: &resource, question: &question };
    let permit = match decide::<InspectAs>(&viewer.principal, &viewer.organization.snapshot, &resource) {
        Ok(permit) => permit,
        Err(denial) => {
            let reasons = denial.reasons.iter().map(ToString::to_string).collect();
            return Err(looking.refused(reasons, Problem::from(&denial)).await?);
        }
    };
    looking.explained(&permit).await
}

/// One look of somebody as somebody else.
struct Looking<'a> {
    app: &'a App,
    viewer: &'a Viewer,
    resource: &'a Resource,
    question: &'a Question,
}

impl Looking<'_> {
    async fn explained(&self, permit: &Permit<InspectAs>) -> Result<Response, Problem> {
        let Self { app, viewer, resource, question } = self;
        let Some(who) = question.looked_at.who(app, viewer, permit, resource).await? else {
            let reasons = vec!["look_as: somebody of the asker's issuer and tenant".to_owned()];
            return Err(self.refused(reasons, Problem::NotFound).await?);
        };
        let name = question.looked_at.name();
        let principal = match who {
            WouldBe::In(principal) => principal,
            WouldBe::Refused(refusal) => {
                let completion = audit::inspecting(app, viewer, resource, permit, self.looks_as()).await?;
                return answered(&Explanation::refused(&name, refusal), completion);
            }
        };
        let (organization, limits) = (&viewer.organization, app.engine.limits());
        let look = Look { principal: &principal, organization, limits, asker: Some(permit) };
        let found = match look.find(&question.subject, question.row.as_ref()) {
            Ok(found) => found,
            Err(error) => {
                return Err(self.refused(vec![format!("look_for: {error}")], unfound(error)).await?);
            }
        };
        let completion = audit::inspecting(app, viewer, resource, permit, self.looks_as()).await?;
        let mut watch = Watch::of(app, viewer).and::<InspectAs>(resource);
        let _turn = watch.over(app.admission.admit(&viewer.principal)).await?;
        answered(&watch.over(async { Ok(look.explained(&name, &found).await?) }).await?, completion)
    }

    /// Records that nothing is explained.
    async fn refused(&self, reasons: Vec<String>, problem: Problem) -> Result<Problem, Problem> {
        audit::not_inspecting(self.app, self.viewer, self.resource, self.looks_as(), reasons).await?;
        Ok(problem)
    }

    fn looks_as(&self) -> LooksAs {
        let Question { looked_at, row, .. } = self.question;
        let row = row.as_ref().map(|(table, key)| {
            let columns: Vec<&ColumnName> = key.iter().map(|(column, _)| column).collect();
            json!({ "table": table, "columns": columns })
        });
        LooksAs { name: looked_at.name(), detail: json!({ "as": looked_at.told(), "row": row }) }
    }
}

fn answered(explanation: &Explanation, completion: audit::Completion) -> Result<Response, Problem> {
    let bytes = serde_json::to_vec(explanation).map_err(|_| Problem::Internal)?;
    completion.complete(explanation.judged(), bytes.len());
    Ok(([(CONTENT_TYPE, "application/json")], bytes).into_response())
}

/// What the asker may know of why nothing was found: hidden and absent are the same.
fn unfound(error: ExplainError) -> Problem {
    match error {
        ExplainError::Persona(_) | ExplainError::Unknown(..) => Problem::NotFound,
        ExplainError::Derived(_) => invalid(&format!("`row.table`: {error}")),
        ExplainError::Column(column) => {
            Problem::Invalid { code: "unknown_column", detail: format!("`row.key`: unknown column `{column}`") }
        }
        ExplainError::Value { column, kind, .. } => Problem::Invalid {
            code: "wrong_value",
            detail: format!("`row.key.{column}`: expected a value of type {kind}"),
        },
        ExplainError::Query(error) => Problem::from(error),
    }
}

impl Asked {
    fn checked(self) -> Result<Question, Problem> {
        let Self { looked_at, element, explore, row } = self;
        let subject = match (element, explore) {
            (Some(element), None) => Subject::Element(element),
            (None, Some(explore)) => Subject::Explore(explore),
            (Some(_), Some(_)) | (None, None) => {
                return Err(invalid("`element`: expected either `element` or `explore`"));
            }
        };
        if !looked_at.fits() {
            return Err(invalid("`as`: expected `key` with `session` or `token`, or `public_link` alone"));
        }
        Ok(Question { looked_at, subject, row: row.map(RowAsked::checked).transpose()? })
    }
}

impl RowAsked {
    fn checked(self) -> Result<RowKey, Problem> {
        if self.key.is_empty() {
            return Err(invalid("`row.key`: expected at least one column with its value"));
        }
        let text = |(column, value): (ColumnName, Value)| match value {
            Value::String(text) => Ok((column, text)),
            Value::Number(_) | Value::Bool(_) => Ok((column, value.to_string())),
            Value::Null | Value::Array(_) | Value::Object(_) => {
                Err(invalid(&format!("`row.key.{column}`: expected a text, a number or a boolean")))
            }
        };
        Ok((self.table, self.key.into_iter().map(text).collect::<Result<Vec<_>, Problem>>()?))
    }
}

fn invalid(detail: &str) -> Problem {
    Problem::Invalid { code: "invalid_member", detail: detail.to_owned() }
}
