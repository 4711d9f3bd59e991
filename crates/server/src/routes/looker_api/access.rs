//! Who has access to content: what of its grants Looker has words for. Reading and writing them is for whoever may share it.

use super::asked::{Asked, invalid as invalid_parameter};
use super::content;
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::members::change::alone;
use crate::routes::administration::sharing::{self, Place};
use crate::routes::written::{invalid, needed, text, written};
use authz::Member;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use model::access::{Grant, Granted, Grantee, Level};
use model::name::MemberId;
use model::snapshot::Kind;
use serde_json::{Map, Value, json};

const TOLD: [&str; 2] = ["can", "id"];

/// The content that is there for the caller, by its parent.
pub(super) async fn list_content(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&["parent_id"])?;
    let parent =
        asked.text("parent_id").ok_or_else(|| invalid_parameter("parent_id", "expected the id of a folder's"))?;
    let all = content::every_metadata(&app, &caller.viewer).await?;
    if !all.contains_key(parent) {
        return Err(Problem::NotFound);
    }
    let inside = all.into_values().filter(|one| one.get("parent_id").and_then(Value::as_str) == Some(parent));
    Ok(Json(asked.told(inside.collect())))
}

/// A piece of content.
pub(super) async fn show_content(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let found = content::every_metadata(&app, &caller.viewer).await?.remove(&id);
    Ok(Json(asked.told(found.ok_or(Problem::NotFound)?)))
}

/// Which groups and users have access to content by what is granted on it itself.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect(&["content_metadata_id"])?;
    let viewer = &caller.viewer;
    let id = asked.text("content_metadata_id");
    let id = id.ok_or_else(|| invalid_parameter("content_metadata_id", "expected the id of content"))?;
    let (place, named) = place_of(viewer, id).ok_or(Problem::NotFound)?;
    let found = sharing::found(&app, viewer, (place, &named), "", super::asked::MOST).await?;
    let told = found.iter().filter_map(|(name, grant, person)| {
        told(viewer, viewer.organization.ids.get(Kind::Grant, name)?, grant, person.as_ref())
    });
    Ok(Json(asked.told(told.collect())))
}

/// Gives a group or a user access to content.
pub(super) async fn make(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["content_metadata_id", "permission_type", "group_id", "user_id"], &TOLD)?;
    let id = needed(&sent, "content_metadata_id")?;
    let (place, named) = place_of(&caller.viewer, id).ok_or(Problem::NotFound)?;
    let level = level(&sent)?.ok_or_else(|| invalid("permission_type", "expected `view` or `edit`"))?;
    let (field, to) = grantee(&app, &caller.viewer, &sent).await?;
    let share = json!({"to": to, "level": level});
    let made = sharing::shared(&app, caller.author(), (place, &named), None, share).await;
    // Who is absent and whom the caller may not know are refused alike.
    let (viewer, id, grant) = made.map_err(|problem| match problem {
        Problem::Invalid { code: "unknown_grantee", .. } => {
            invalid(field, "expected somebody, or a group, with whom you may share")
        }
        other => other,
    })?;
    let person = sharing::person(&app, &viewer, &grant.to).await?;
    Ok(Json(asked.told(told(&viewer, &id, &grant, person.as_ref()).ok_or(Problem::Internal)?)))
}

/// Changes what access it is. An access that is told so already stays as it is.
pub(super) async fn change(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let (grant, place, named) = granted(&caller.viewer, &id).ok_or(Problem::NotFound)?;
    let of_grant = ["content_metadata_id", "group_id", "user_id"];
    let sent = written(body, &["permission_type"], &[&TOLD[..], &of_grant].concat())?;
    let level = level(&sent)?.filter(|level| permission_type(*level) != grant.level.map_or("", permission_type));
    let patch = level.map_or_else(|| json!({}), |level| json!({ "level": level }));
    let at = (place, named.as_str());
    let changed = sharing::shared_anew(&app, caller.author(), at, &id, &HeaderMap::new(), patch).await;
    let (viewer, grant) = changed?;
    let person = sharing::person(&app, &viewer, &grant.to).await?;
    Ok(Json(asked.told(told(&viewer, &id, &grant, person.as_ref()).ok_or(Problem::NotFound)?)))
}

/// Takes an access away.
pub(super) async fn remove(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
) -> Result<StatusCode, Problem> {
    let (_, place, named) = granted(&caller.viewer, &id).ok_or(Problem::NotFound)?;
    sharing::remove(&app, caller.author(), (place, &named), &id, &HeaderMap::new()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The content of that id, as grants on it name it.
fn place_of(viewer: &Viewer, id: &str) -> Option<(Place, String)> {
    let ids = &viewer.organization.ids;
    // A version under a tag is no content of its own.
    let workbook = ids.name(Kind::Workbook, id).filter(|name| !name.contains('@'));
    let by_id = |kind: Kind, place: Place| ids.name(kind, id).map(|_| (place, id.to_owned()));
    let workbook = workbook.map(|name| (Place::Workbook, name.to_owned()));
    workbook.or_else(|| by_id(Kind::Folder, Place::Folder)).or_else(|| by_id(Kind::Workspace, Place::Workspace))
}

/// The grant of that id, if it is one that Looker has words for, and what it is on.
fn granted<'a>(viewer: &'a Viewer, id: &str) -> Option<(&'a Grant, Place, String)> {
    let ids = &viewer.organization.ids;
    let name = ids.name(Kind::Grant, id)?;
    let grant = viewer.organization.definitions.grants.iter().find(|grant| grant.name() == name)?;
    let (place, named) = place_of(viewer, &content_id(viewer, &grant.on)?)?;
    (grant.level.is_some() && matches!(grant.to, Grantee::Team(_) | Grantee::Member(_) | Grantee::EmbedMember(_)))
        .then_some((grant, place, named))
}

fn content_id(viewer: &Viewer, on: &Granted) -> Option<String> {
    let ids = &viewer.organization.ids;
    let id = match on {
        Granted::Workbook(name) => ids.get(Kind::Workbook, name.as_str()),
        Granted::Folder(path) => ids.get(Kind::Folder, &path.to_string()),
        Granted::Workspace(name) => ids.get(Kind::Workspace, name.as_str()),
        _ => None,
    };
    id.map(str::to_owned)
}

/// An access as it is told; `None`: Looker has no words for the grant, which is for everybody of a tenant or a key, or has no
/// level.
fn told(viewer: &Viewer, id: &str, grant: &Grant, person: Option<&Member>) -> Option<Value> {
    let (group, user) = match &grant.to {
        Grantee::Team(team) => (viewer.organization.ids.get(Kind::Team, team.as_str()), None),
        _ => (None, person.map(|person| &person.id)),
    };
    (group.is_some() || user.is_some()).then_some(())?;
    Some(json!({
        "id": id,
        "content_metadata_id": content_id(viewer, &grant.on)?,
        "permission_type": permission_type(grant.level?),
        "group_id": group,
        "user_id": user,
    }))
}

/// What Looker calls a level: to manage access and edit, or to view.
const fn permission_type(level: Level) -> &'static str {
    match level {
        Level::Contribute | Level::Manage => "edit",
        _ => "view",
    }
}

fn level(sent: &Map<String, Value>) -> Result<Option<Level>, Problem> {
    match text(sent, "permission_type")? {
        None => Ok(None),
        Some("view") => Ok(Some(Level::View)),
        Some("edit") => Ok(Some(Level::Manage)),
        Some(_) => Err(invalid("permission_type", "expected `view` or `edit`")),
    }
}

/// Whom an access is for, and by what they are named. An id that is nobody's becomes a name that is nobody's.
async fn grantee(app: &App, viewer: &Viewer, sent: &Map<String, Value>) -> Result<(&'static str, Grantee), Problem> {
    match (text(sent, "group_id")?, text(sent, "user_id")?) {
        (Some(id), None) => {
            let team = viewer.organization.ids.name(Kind::Team, id).and_then(|name| name.parse().ok());
            Ok(("group_id", team.map_or_else(|| Grantee::Member(id.to_owned()), Grantee::Team)))
        }
        (None, Some(id)) => {
            let person = app.store.person(&MemberId::new(id)).await?;
            let person = person.and_then(|person| alone(&person.member, viewer));
            Ok(("user_id", person.unwrap_or_else(|| Grantee::Member(id.to_owned()))))
        }
        _ => Err(invalid("group_id", "expected either `group_id` or `user_id`")),
    }
}
