//! Attribute values of many members at once: all of them are set, or none.

use super::members::answer::MemberAnswer;
use super::members::change::{may_set, merged};
use super::members::{not_written, touched, with_id};
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::{Administrator, Viewer};
use crate::problem::{Problem, ProblemBody};
use authz::{Mandate, Matter, Member, administer};
use axum::Json;
use axum::extract::State;
use model::access::Permission;
use model::name::{AttributeName, MemberId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// The most rows of one request.
const MOST: usize = 1000;

/// Values of many members.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AttributeValues)]
pub(super) struct Values {
    /// 1 to 1000 rows, each member once.
    values: Vec<Row>,
}

/// Values of one member.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AttributeValuesOfMember)]
pub(in crate::routes) struct Row {
    /// The member's id.
    #[schema(value_type = String)]
    pub(in crate::routes) member: MemberId,
    /// Values by attribute; null takes one away, and what is not named stays.
    #[schema(value_type = BTreeMap<String, Value>)]
    pub(in crate::routes) attributes: BTreeMap<AttributeName, Value>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
#[schema(as = AttributeValuesSet)]
pub(in crate::routes) struct ValuesSet {
    /// How many members have other values now; those whose values are what they were are not written.
    changed: usize,
    /// How many sessions ended.
    ended_sessions: u64,
}

/// Sets values of many members at once, all of them or none. Their sessions end. Whoever an embed made is by hand from then
/// on: tokens describe them no more. Needs `manage_members`, of the organization.
#[utoipa::path(
    post, operation_id = "set_attribute_values", path = "/api/v1/attribute-values", tag = "/api/v1/attribute-values",
    request_body = Values,
    responses((status = 200, body = ValuesSet), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn set(
    caller: Administrator,
    State(app): State<App>,
    Definition(body): Definition,
) -> Result<Json<ValuesSet>, Problem> {
    let viewer = &caller.viewer;
    let mandate = allowed(&app, viewer).await?;
    let Values { values } = of_json(body)?;
    all_set(&app, viewer, &mandate, values).await.map(Json)
}

/// Decides whether the caller sets values of many.
pub(in crate::routes) async fn allowed(app: &App, viewer: &Viewer) -> Result<Mandate, Problem> {
    let matter = Matter::of_organization(Permission::ManageMembers);
    match administer(&viewer.principal, &viewer.organization.snapshot, &matter) {
        Ok(mandate) => Ok(mandate),
        Err(denial) => Err(audit::not_administering(app, viewer, &matter, "attribute-values", &denial).await?),
    }
}

/// Sets the values of all rows or none. Refusals name the place of a row in `values`.
pub(in crate::routes) async fn all_set(
    app: &App,
    viewer: &Viewer,
    mandate: &Mandate,
    values: Vec<Row>,
) -> Result<ValuesSet, Problem> {
    if !(1..=MOST).contains(&values.len()) {
        return Err(invalid(format!("`values`: expected 1 to {MOST} rows")));
    }
    let attributes: BTreeSet<AttributeName> = values.iter().flat_map(|row| row.attributes.keys().cloned()).collect();
    let mut seen = BTreeSet::new();
    let mut changes = Vec::new();
    for (index, row) in values.into_iter().enumerate() {
        if !seen.insert(row.member.clone()) {
            return Err(invalid(format!("`values[{index}].member`: expected each member once")));
        }
        let (before, after) = changed(app, viewer, row).await.map_err(|problem| of_row(index, problem))?;
        if before != after {
            changes.push((before, after));
        }
    }
    let matter = Matter::of_organization(Permission::ManageMembers);
    let mut event = audit::administering(app, viewer, &matter, "members", "attribute_values_set", mandate);
    let members: Vec<&MemberId> = changes.iter().map(|(before, _)| &before.id).collect();
    event.detail = json!({ "attributes": attributes, "members": members });
    let set = app.store.change_members(&changes, "changed by an administrator", event).await;
    let ended_sessions = set.map_err(|error| not_written(error, viewer))?;
    Ok(ValuesSet { changed: changes.len(), ended_sessions })
}

/// A member as they are and as they will be.
async fn changed(app: &App, viewer: &Viewer, row: Row) -> Result<(Member, Member), Problem> {
    let (person, ..) = touched(app, viewer, &row.member).await?;
    let told = serde_json::to_value(MemberAnswer::of(&person, viewer)).map_err(|_| Problem::Internal)?;
    let (definition, _) = merged(told, json!({ "attributes": row.attributes }))?;
    let after = with_id(viewer, &definition, row.member)?;
    // The store says who made a member; only what is written is compared.
    let after = Member { automatic: person.member.automatic, ..after };
    may_set(viewer, &person.member.teams, &after, after.attributes != person.member.attributes)?;
    Ok((person.member, after))
}

/// What is wrong with a row, with its place.
fn of_row(index: usize, problem: Problem) -> Problem {
    match problem {
        Problem::NotFound => invalid(format!("`values[{index}].member`: expected the id of a member within reach")),
        Problem::Invalid { code, detail } => {
            let detail =
                detail.strip_prefix('`').map_or_else(|| detail.clone(), |rest| format!("`values[{index}].{rest}"));
            Problem::Invalid { code, detail }
        }
        Problem::Forbidden { code, detail } => {
            Problem::Forbidden { code, detail: format!("`values[{index}]`: {detail}") }
        }
        other => other,
    }
}

const fn invalid(detail: String) -> Problem {
    Problem::Invalid { code: "invalid_member", detail }
}
