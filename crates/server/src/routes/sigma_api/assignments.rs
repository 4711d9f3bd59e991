//! Values of user attributes: of users, teams and tenants. What is set or updated is what is named, all of it or none; whatever
//! else has a value keeps it.

use super::asked::Asked;
use super::attributes::{attribute, read, value};
use super::members::every;
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::edit::{self, NotPlanned, Plan};
use crate::routes::administration::members::{self, change};
use crate::routes::administration::noun::{self, Noun};
use crate::routes::administration::values::{self, Row};
use crate::routes::written::{invalid, needed, written};
use authz::Matter;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use model::access::{Team, Tenant, WrittenAttributes};
use model::attribute::AttributeDefinition;
use model::name::MemberId;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use store::Change;

/// What has values that its members have.
pub(super) trait Giving: Noun {
    /// What its id is called.
    const ID: &'static str;

    fn given(&self) -> &WrittenAttributes;

    fn given_mut(&mut self) -> &mut WrittenAttributes;
}

macro_rules! giving {
    ($noun:ty, $id:literal) => {
        impl Giving for $noun {
            const ID: &'static str = $id;

            fn given(&self) -> &WrittenAttributes {
                &self.attributes
            }

            fn given_mut(&mut self) -> &mut WrittenAttributes {
                &mut self.attributes
            }
        }
    };
}

giving!(Team, "teamId");
giving!(Tenant, "tenantOrganizationId");

/// What is sent of one: whose, and which value.
type Assignment = (String, Value);

fn told(id_name: &str, id: &str, own: &Value) -> Value {
    json!({ id_name: id, "value": value(own) })
}

/// The attribute, for whoever may read it.
async fn readable<'a>(app: &App, viewer: &'a Viewer, id: &str) -> Result<&'a AttributeDefinition, Problem> {
    noun::read::<AttributeDefinition>(app, viewer, id).await?;
    attribute(viewer, id).ok_or(Problem::NotFound)
}

/// The users within the caller's reach who have a value of their own.
pub(super) async fn of_users(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let viewer = &caller.viewer;
    let name = &readable(&app, viewer, &id).await?.name;
    let found = every(&app, viewer, "", |member| member.attributes.contains_key(name)).await?;
    let values = found
        .iter()
        .filter_map(|person| Some(told("userId", person.member.id.as_str(), person.member.attributes.get(name)?)));
    asked.list(values.collect()).map(Json)
}

/// Sets values of users.
pub(super) async fn set_of_users(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let mandate = values::allowed(&app, viewer).await?;
    let definition = attribute(viewer, &id).ok_or(Problem::NotFound)?;
    let rows = assignments(definition, "userId", body)?.into_iter().map(|(user, value)| Row {
        member: MemberId::new(user),
        attributes: BTreeMap::from([(definition.name.clone(), value)]),
    });
    values::all_set(&app, viewer, &mandate, rows.collect()).await.map_err(|problem| of_rows(problem, definition))?;
    Ok(Json(json!({})))
}

/// Takes a user's own value away.
pub(super) async fn unset_of_user(
    caller: Program,
    State(app): State<App>,
    Named((id, user)): Named<(String, MemberId)>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    // Whoever may not is not told which attributes there are.
    drop(members::touched(&app, viewer, &user).await?);
    let definition = attribute(viewer, &id).ok_or(Problem::NotFound)?;
    let patch = json!({ "attributes": { definition.name.as_str(): null } });
    change::changed(&app, viewer, &user, &HeaderMap::new(), patch).await?;
    Ok(Json(json!({})))
}

/// The teams, or tenants, that have a value.
pub(super) async fn of_those<N: Giving>(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let viewer = &caller.viewer;
    let name = &readable(&app, viewer, &id).await?.name;
    let all = noun::every::<N>(&app, viewer).await?;
    let found = all.iter().filter_map(|(id, thing)| Some(told(N::ID, id, thing.given().get(name)?)));
    asked.list(found.collect()).map(Json)
}

/// Sets values of teams, or tenants.
pub(super) async fn set_of_those<N: Giving>(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    edit::write(&app, caller, None, |viewer| plan::<N>(viewer, &id, &body)).await?;
    Ok(Json(json!({})))
}

/// Takes the value of a team, or of a tenant, away.
pub(super) async fn unset_of_one<N: Giving>(
    caller: Program,
    State(app): State<App>,
    Named((id, one)): Named<(String, String)>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    noun::read::<N>(&app, &caller.viewer, &one).await?;
    let name = &attribute(&caller.viewer, &id).ok_or(Problem::NotFound)?.name;
    let patch = json!({ "attributes": { name.as_str(): null } });
    noun::changed::<N>(&app, &caller, &one, &HeaderMap::new(), patch).await?;
    Ok(Json(json!({})))
}

/// The change of all that are named.
fn plan<N: Giving>(viewer: &Viewer, id: &str, body: &Value) -> Result<Plan, NotPlanned> {
    let resource = format!("attribute/{id}");
    let warrant = edit::expect_mandate(viewer, &Matter::of_organization(N::NEEDS), &resource)?;
    let definition = attribute(viewer, id).ok_or(Problem::NotFound)?;
    let mut after = viewer.organization.definitions.clone();
    let mut changes = Vec::new();
    for (place, (one, value)) in assignments(definition, N::ID, body.clone())?.into_iter().enumerate() {
        let name = viewer.organization.ids.name(N::KIND, &one);
        let thing = name.and_then(|name| N::named(&viewer.organization.definitions, name));
        let unknown = || invalid(&format!("assignments[{place}].{}", N::ID), "expected the id of one that there is");
        let mut thing = thing.ok_or_else(unknown)?;
        thing.given_mut().insert(definition.name.clone(), value);
        changes.push(Change::from(thing.item()?));
        thing.put(&mut after);
    }
    let event = format!("attribute_values_of_{}s_set", N::KIND.as_str());
    let (fields, at) = (vec!["attributes".to_owned()], format!("{}s.yaml: ", N::KIND.as_str()));
    Ok(Plan { warrant, after, changes, aside: None, secrets: BTreeMap::new(), resource, event, fields, at })
}

/// What is sent: of each one, once, a value.
fn assignments(definition: &AttributeDefinition, id_name: &str, body: Value) -> Result<Vec<Assignment>, Problem> {
    let mut sent = written(body, &["assignments"], &[])?;
    let Some(Value::Array(entries)) = sent.remove("assignments") else {
        return Err(invalid("assignments", &format!("expected a list, each with `{id_name}` and `value`")));
    };
    if !(1..=MOST).contains(&entries.len()) {
        return Err(invalid("assignments", &format!("expected 1 to {MOST}")));
    }
    let mut seen = BTreeSet::new();
    let read = |(place, entry): (usize, Value)| {
        let at = |problem: Problem| at(place, problem);
        let entry = written(entry, &[id_name, "value"], &[]).map_err(at)?;
        let id = needed(&entry, id_name).map_err(at)?.to_owned();
        if !seen.insert(id.clone()) {
            return Err(at(invalid(id_name, "expected each once")));
        }
        let value = read(definition, "value", entry.get("value")).map_err(at)?;
        Ok((id, value))
    };
    entries.into_iter().enumerate().map(read).collect()
}

/// The most of one request.
const MOST: usize = 1000;

/// A refusal of something in an entry, with the place of that.
fn at(place: usize, problem: Problem) -> Problem {
    match problem {
        Problem::Invalid { code, detail } => {
            let named = detail.strip_prefix('`').map(|rest| format!("`assignments[{place}].{rest}"));
            Problem::Invalid { code, detail: named.unwrap_or(detail) }
        }
        other => other,
    }
}

/// A refusal that names a row, as assignments have it.
fn of_rows(problem: Problem, definition: &AttributeDefinition) -> Problem {
    let own = format!("].attributes.{}", definition.name);
    let renamed = |detail: String| {
        detail
            .replacen("`values[", "`assignments[", 1)
            .replacen("].member`", "].userId`", 1)
            .replacen(&own, "].value", 1)
    };
    match problem {
        Problem::Invalid { code, detail } => Problem::Invalid { code, detail: renamed(detail) },
        Problem::Forbidden { code, detail } => Problem::Forbidden { code, detail: renamed(detail) },
        other => other,
    }
}
