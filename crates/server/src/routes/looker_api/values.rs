//! Values of user attributes: of users, and of groups.

use super::asked::{Asked, invalid as invalid_parameter};
use super::value;
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::edit::{self, NotPlanned, Plan};
use crate::routes::administration::members::{self, answer, change};
use crate::routes::administration::noun::{self, Noun as _};
use crate::routes::written::{invalid, needed, written};
use authz::{Matter, ResolvedFrom};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use model::access::{Permission, Team};
use model::attribute::AttributeDefinition;
use model::name::{MemberId, TeamName};
use model::snapshot::{Ids, Kind};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::Change;

/// What of a value is told, and cannot be written.
const TOLD_OF_USER: [&str; 10] = [
    "can",
    "name",
    "label",
    "rank",
    "user_id",
    "user_can_edit",
    "value_is_hidden",
    "user_attribute_id",
    "source",
    "hidden_value_domain_whitelist",
];
const TOLD_OF_GROUP: [&str; 5] = ["can", "id", "user_attribute_id", "value_is_hidden", "group_id"];

/// The attribute of an id.
fn attribute<'a>(viewer: &'a Viewer, id: &str) -> Option<&'a AttributeDefinition> {
    let name = viewer.organization.ids.name(Kind::Attribute, id)?;
    viewer.organization.definitions.attributes.iter().find(|definition| definition.name.as_str() == name)
}

fn of_user(
    viewer: &Viewer,
    user: &MemberId,
    definition: &AttributeDefinition,
    (value, from): &(Option<Value>, ResolvedFrom),
) -> Value {
    let AttributeDefinition { name, description, .. } = definition;
    let source = match from {
        ResolvedFrom::Member => Some("User"),
        ResolvedFrom::Team(_) | ResolvedFrom::Tenant(_) => Some("Group"),
        ResolvedFrom::Default => Some("Default"),
        ResolvedFrom::Nowhere => None,
    };
    json!({
        "name": name,
        "label": if description.is_empty() { name.as_str() } else { description },
        "value": value.as_ref().and_then(value::told),
        "user_id": user,
        "user_can_edit": false,
        "value_is_hidden": false,
        "user_attribute_id": viewer.organization.ids.get(Kind::Attribute, name.as_str()),
        "source": source,
    })
}

/// The values of a user that count without a token's claims, and where each comes from.
pub(super) async fn of_one(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<MemberId>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&["user_attribute_ids", "all_values", "include_unset"])?;
    if asked.flag("all_values")? == Some(true) {
        return Err(invalid_parameter("all_values", "expected `false`: the value that counts is told, and no other"));
    }
    let (ids, unset) = (asked.texts("user_attribute_ids"), asked.flag("include_unset")?.unwrap_or_default());
    let viewer = &caller.viewer;
    let resolved = answer::resolved(&app, viewer, &id).await?;
    let definitions = viewer.organization.definitions.attributes.iter();
    let found = definitions.filter_map(|definition| {
        let attribute = viewer.organization.ids.get(Kind::Attribute, definition.name.as_str())?;
        let value = resolved.get(&definition.name)?;
        let is_wanted = ids.as_ref().is_none_or(|ids| ids.contains(attribute)) && (unset || value.0.is_some());
        is_wanted.then(|| of_user(viewer, &id, definition, value))
    });
    Ok(Json(asked.told(found.collect())))
}

/// Sets a user's own value.
pub(super) async fn set(
    caller: Program,
    State(app): State<App>,
    Named((id, attribute)): Named<(MemberId, String)>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["value"], &TOLD_OF_USER)?;
    let sent = sent.get("value").ok_or_else(|| invalid("value", "expected a text, or null"))?;
    let viewer = &caller.viewer;
    let (definition, value) = put(&app, viewer, &id, &attribute, sent).await?;
    Ok(Json(asked.told(of_user(viewer, &id, definition, &value))))
}

/// Takes a user's own value away.
pub(super) async fn unset(
    caller: Program,
    State(app): State<App>,
    Named((id, attribute)): Named<(MemberId, String)>,
) -> Result<StatusCode, Problem> {
    put(&app, &caller.viewer, &id, &attribute, &Value::Null).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets a value, or takes it away; and the one that counts then.
async fn put<'a>(
    app: &App,
    viewer: &'a Viewer,
    id: &MemberId,
    named: &str,
    sent: &Value,
) -> Result<(&'a AttributeDefinition, (Option<Value>, ResolvedFrom)), Problem> {
    // Whoever may not is not told which attributes there are.
    drop(members::touched(app, viewer, id).await?);
    let definition = attribute(viewer, named).ok_or(Problem::NotFound)?;
    let value = value::read(definition, "value", sent)?;
    let patch = json!({ "attributes": { definition.name.as_str(): value } });
    let person = change::changed(app, viewer, id, &HeaderMap::new(), patch).await?;
    let mut resolved = authz::resolved_from(&viewer.organization.snapshot, &person.member);
    let value = resolved.remove(&definition.name).ok_or(Problem::NotFound)?;
    Ok((definition, value))
}

fn of_group(ids: &Ids, attribute: &str, definition: &AttributeDefinition, team: &Team) -> Option<Value> {
    let value = team.attributes.get(&definition.name)?;
    let id = ids.get(Kind::Team, team.name.as_str())?;
    Some(json!({
        "id": format!("{attribute}-{id}"),
        "group_id": id,
        "rank": team.rank,
        "user_attribute_id": attribute,
        "value": value::told(value),
        "value_is_hidden": false,
    }))
}

/// Sets a group's value.
pub(super) async fn set_of_group(
    caller: Program,
    State(app): State<App>,
    Named((group, attribute)): Named<(String, String)>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["value"], &[&TOLD_OF_GROUP[..], &["rank"]].concat())?;
    let sent = sent.get("value").filter(|value| !value.is_null());
    let sent = sent.ok_or_else(|| invalid("value", "expected a text"))?.clone();
    let told = put_of_group(&app, caller, &group, &attribute, sent).await?;
    Ok(Json(asked.told(told.ok_or(Problem::NotFound)?)))
}

/// Takes a group's value away.
pub(super) async fn unset_of_group(
    caller: Program,
    State(app): State<App>,
    Named((group, attribute)): Named<(String, String)>,
) -> Result<StatusCode, Problem> {
    put_of_group(&app, caller, &group, &attribute, Value::Null).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn put_of_group(
    app: &App,
    caller: Program,
    group: &str,
    named: &str,
    sent: Value,
) -> Result<Option<Value>, Problem> {
    noun::read::<Team>(app, &caller.viewer, group).await?;
    let definition = attribute(&caller.viewer, named).cloned().ok_or(Problem::NotFound)?;
    let value = value::read(&definition, "value", &sent)?;
    let patch = json!({ "attributes": { definition.name.as_str(): value } });
    let organization = caller.viewer.organization.clone();
    let team = noun::changed::<Team>(app, caller, group, &HeaderMap::new(), patch).await?;
    Ok(of_group(&organization.ids, named, &definition, &team))
}

/// The values that groups have, the one that wins first.
pub(super) async fn of_groups(
    caller: Program,
    State(app): State<App>,
    Named(named): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let mut teams = noun::every::<Team>(&app, viewer).await?;
    let definition = attribute(viewer, &named).ok_or(Problem::NotFound)?;
    teams.sort_by_key(|(_, team)| team.rank);
    let found = teams.iter().filter_map(|(_, team)| of_group(&viewer.organization.ids, &named, definition, team));
    Ok(Json(asked.told(found.collect())))
}

/// What is sent of one group.
struct GroupValue {
    group: String,
    value: Value,
    rank: Option<u64>,
}

impl GroupValue {
    fn read(sent: Value) -> Result<Self, Problem> {
        let told = TOLD_OF_GROUP.into_iter().filter(|name| *name != "group_id").collect::<Vec<_>>();
        let sent = written(sent, &["group_id", "value", "rank"], &told)?;
        let value = sent.get("value").filter(|value| !value.is_null()).cloned();
        Ok(Self {
            group: needed(&sent, "group_id")?.to_owned(),
            value: value.ok_or_else(|| invalid("value", "expected a text"))?,
            rank: sent.get("rank").and_then(Value::as_u64),
        })
    }
}

/// Says which groups have a value, the one that wins first, in place of what there was. Groups are ranked for all attributes
/// alike, so that they must be in the order of their ranks.
pub(super) async fn replace_of_groups(
    caller: Program,
    State(app): State<App>,
    Named(named): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let Value::Array(items) = body else { return Err(invalid("body", "expected a list")) };
    let mut sent = items.into_iter().map(GroupValue::read).collect::<Result<Vec<_>, _>>()?;
    if sent.iter().all(|one| one.rank.is_some()) {
        sent.sort_by_key(|one| one.rank);
    }
    let (viewer, planned, _) = edit::write(&app, caller, None, |viewer| replaced(viewer, &named, &sent)).await?;
    let definition = attribute(&viewer, &named).ok_or(Problem::NotFound)?;
    let mut teams: Vec<&Team> = planned.after.teams.iter().collect();
    teams.sort_by_key(|team| team.rank);
    let found = teams.into_iter().filter_map(|team| of_group(&viewer.organization.ids, &named, definition, team));
    Ok(Json(asked.told(found.collect())))
}

fn replaced(viewer: &Viewer, named: &str, sent: &[GroupValue]) -> Result<Plan, NotPlanned> {
    let matter = Matter::of_organization(Permission::ManageTeams);
    let resource = format!("attribute/{named}");
    let warrant = edit::expect_mandate(viewer, &matter, &resource)?;
    let definition = attribute(viewer, named).ok_or(Problem::NotFound)?;
    let ids = &viewer.organization.ids;
    let mut values: BTreeMap<TeamName, Value> = BTreeMap::new();
    let mut ranks = Vec::new();
    for one in sent {
        let name = ids.name(Kind::Team, &one.group).and_then(|name| TeamName::new(name).ok());
        let team = name.and_then(|name| viewer.organization.definitions.teams.iter().find(|team| team.name == name));
        let team = team.ok_or_else(|| invalid("group_id", "expected the id of a group"))?;
        ranks.push(team.rank);
        if values.insert(team.name.clone(), value::read(definition, "value", &one.value)?).is_some() {
            return Err(invalid("group_id", "expected each group once").into());
        }
    }
    if !ranks.is_sorted() {
        return Err(invalid(
            "rank",
            "expected the groups in the order of their ranks, which are the same for all attributes",
        )
        .into());
    }
    let mut after = viewer.organization.definitions.clone();
    let mut changes = Vec::new();
    for team in &mut after.teams {
        let value = values.remove(&team.name);
        if team.attributes.get(&definition.name) == value.as_ref() {
            continue;
        }
        match value {
            Some(value) => drop(team.attributes.insert(definition.name.clone(), value)),
            None => drop(team.attributes.remove(&definition.name)),
        }
        changes.push(Change::from(team.item()?));
    }
    let event = "attribute_values_of_teams_set".to_owned();
    let (fields, at) = (vec!["attributes".to_owned()], "teams.yaml: ".to_owned());
    Ok(Plan { warrant, after, changes, aside: None, secrets: BTreeMap::new(), resource, event, fields, at })
}
