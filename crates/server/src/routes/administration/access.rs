//! Who can reach something and why, and what somebody can reach: what grants, owners and publications come to.

use super::members;
use super::noun::allow;
use crate::app::App;
use crate::audit;
use crate::callers::{Administrator, Viewer};
use crate::page::Parameters;
use crate::problem::{Problem, ProblemBody};
use authz::Matter;
use authz::access::{By, Holder, Reached, Way, of_member, of_resource};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use model::access::{Granted, Level, Permission};
use model::name::MemberId;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use utoipa::{IntoParams, ToSchema};

/// What is asked: one of the two.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// `workspace/NAME`, `folder/WORKSPACE/NAME`, `workbook/NAME`, `tag/NAME@TAG`, `connection/NAME`, `schema/CONNECTION/NAME`,
    /// `model/NAME` or `table/MODEL.NAME`: who can reach it.
    resource: Option<String>,
    /// A member's id: what they can reach, through no embed key in particular.
    member: Option<String>,
}

/// Who can reach something, or what somebody can reach.
#[derive(Serialize, ToSchema)]
#[schema(as = Access)]
pub(super) struct AccessAnswer {
    /// Of a resource: every way to it, also those that deny.
    #[serde(skip_serializing_if = "Option::is_none")]
    ways: Option<Vec<WayAnswer>>,
    /// Of a member: everything that they can reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    reached: Option<Vec<ReachedAnswer>>,
}

/// One way in which somebody reaches something, or is kept from it.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessWay)]
struct WayAnswer {
    /// Who, as in grants and publications.
    to: Value,
    /// Where it was said: the thing itself, or what it is in.
    on: Value,
    /// `grant`, `owner` or `publication`
    by: &'static str,
    /// Of a grant: its level, if it gives one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
    /// Of a grant: permissions that it allows whatever the level.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    #[schema(required = false)]
    allow: BTreeSet<Permission>,
    /// Of a grant: permissions that it denies whatever the level.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    #[schema(required = false)]
    deny: BTreeSet<Permission>,
}

/// Something that somebody reaches.
#[derive(Serialize, ToSchema)]
#[schema(as = AccessReached)]
struct ReachedAnswer {
    /// A workbook, a model, or a table of a model that is not theirs as a whole.
    what: Value,
    #[schema(value_type = String)]
    level: Level,
    /// Of a workbook: what they may do there.
    permissions: BTreeSet<Permission>,
    /// Why.
    ways: Vec<WayAnswer>,
}

impl From<Way> for WayAnswer {
    fn from(Way { to, on, by }: Way) -> Self {
        let to = match &to {
            Holder::Grantee(grantee) => json!(grantee),
            Holder::Audience(audience) => json!(audience),
        };
        let (by, level, allow, deny) = match by {
            By::Grant { level, allow, deny } => ("grant", level, allow, deny),
            By::Owner => ("owner", None, BTreeSet::new(), BTreeSet::new()),
            By::Publication => ("publication", None, BTreeSet::new(), BTreeSet::new()),
        };
        Self { to, on: json!(on), by, level, allow, deny }
    }
}

impl From<Reached> for ReachedAnswer {
    fn from(Reached { what, level, permissions, ways }: Reached) -> Self {
        Self { what: json!(what), level, permissions, ways: ways.into_iter().map(WayAnswer::from).collect() }
    }
}

/// Who can reach a resource and why (needs `manage_grants`), or what a member can reach (needs `manage_members`).
#[utoipa::path(
    get, operation_id = "show_access", path = "/api/v1/access", tag = "/api/v1/access", params(Asked),
    responses((status = 200, body = AccessAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn show(
    caller: Administrator,
    State(app): State<App>,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let snapshot = &viewer.organization.snapshot;
    let answer = match (asked.resource, asked.member) {
        (Some(resource), None) => {
            let matter = Matter::of_organization(Permission::ManageGrants);
            allow(&app, viewer, &matter, &format!("access/{resource}"), "access_read").await?;
            let what = granted(&resource).ok_or_else(|| invalid("resource", "expected such as `workbook/NAME`"))?;
            let ways = of_resource(snapshot, &what).into_iter().map(WayAnswer::from).collect();
            AccessAnswer { ways: Some(ways), reached: None }
        }
        (None, Some(member)) => {
            let reached = reached(&app, viewer, &MemberId::new(member)).await?;
            AccessAnswer { ways: None, reached: Some(reached.into_iter().map(ReachedAnswer::from).collect()) }
        }
        (Some(_), Some(_)) | (None, None) => return Err(invalid("resource", "expected either `resource` or `member`")),
    };
    Ok(Json(answer).into_response())
}

/// What a member can reach, through no embed key in particular, once it is decided and recorded that the caller is told.
pub(in crate::routes) async fn reached(app: &App, viewer: &Viewer, id: &MemberId) -> Result<Vec<Reached>, Problem> {
    let (person, matter, mandate) = members::reached(app, viewer, id).await?;
    let event = audit::administering(app, viewer, &matter, &format!("member/{id}"), "access_read", &mandate);
    app.store.record(event).await?;
    Ok(of_member(&viewer.organization.snapshot, &person.member))
}

/// The thing of that kind and name.
fn granted(text: &str) -> Option<Granted> {
    let (kind, name) = text.split_once('/')?;
    serde_json::from_value(json!({ kind: name })).ok()
}

fn invalid(field: &str, expected: &str) -> Problem {
    Problem::Invalid { code: "invalid_parameter", detail: format!("`{field}`: {expected}") }
}
