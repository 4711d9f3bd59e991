//! Projects: the workspaces at the top, and the folders in them.

use super::asked::Asked;
use super::content::owner;
use super::named::One;
use super::told::{made, told};
use crate::app::App;
use crate::callers::{Again, TableauProgram, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::noun;
use crate::routes::administration::nouns::PlacedFolder;
use crate::routes::content;
use crate::routes::tree::{Spot, all, name_of, seen};
use crate::tableau::{Element, Sent, invalid_attribute};
use authz::Matter;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use model::access::{Permission, Workspace};
use model::snapshot::Kind;
use serde_json::json;

/// What every project's permissions are: its content has its own as well.
const CONTENT_PERMISSIONS: &str = "ManagedByOwner";

/// The project of that id, if the caller sees it.
pub(super) async fn found<'a>(app: &App, viewer: &'a Viewer, id: &str) -> Result<Spot<'a>, Problem> {
    seen(app, viewer).await?.into_iter().find(|project| project.id == id).ok_or(Problem::NotFound)
}

async fn element(app: &App, viewer: &Viewer, project: &Spot<'_>) -> Result<Element, Problem> {
    let owner = owner(app, viewer, project.owner).await?;
    Ok(Element::new("project")
        .with("id", project.id)
        .with("name", project.title)
        .with("description", "")
        .with("contentPermissions", CONTENT_PERMISSIONS)
        .with("topLevelProject", project.parent.is_none().to_string())
        .with_any("parentProjectId", project.parent)
        .holding(owner))
}

/// The projects.
pub(super) async fn list(caller: TableauProgram, State(app): State<App>, asked: Asked) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let mut projects = Vec::new();
    for project in seen(&app, viewer).await? {
        projects.push(element(&app, viewer, &project).await?);
    }
    Ok(told(&caller, asked.list("projects", projects, &["name", "parentProjectId", "topLevelProject"])?))
}

/// What is sent of a project.
struct Wanted {
    title: Option<String>,
    parent: Option<String>,
    owner: Option<String>,
}

impl Wanted {
    fn read(sent: &Element) -> Result<Self, Problem> {
        let project = sent.only("project")?;
        let known = ["name", "description", "contentPermissions", "parentProjectId"];
        project.expect(&known, &["owner"])?;
        if project.attribute("description").is_some_and(|text| !text.is_empty()) {
            return Err(invalid_attribute("description", "expected none: projects have none here"));
        }
        if project.attribute("contentPermissions").is_some_and(|own| own != CONTENT_PERMISSIONS) {
            let expected = "expected `ManagedByOwner`: what is granted on a project counts for everything in it, beside \
                what is granted on that itself";
            return Err(invalid_attribute("contentPermissions", expected));
        }
        let owned = |name: &str| project.attribute(name).filter(|text| !text.is_empty()).map(str::to_owned);
        let owner = project.any("owner").and_then(|owner| owner.attribute("id")).map(str::to_owned);
        Ok(Self { title: owned("name"), parent: owned("parentProjectId"), owner })
    }
}

/// Makes a workspace, or a folder in one. It is the caller's.
pub(super) async fn make(
    caller: TableauProgram,
    State(app): State<App>,
    asked: Asked,
    Sent(sent): Sent,
) -> Result<Response, Problem> {
    asked.expect(&["publishSamples"])?;
    let Wanted { title, parent, .. } = Wanted::read(&sent)?;
    let title = title.ok_or_else(|| invalid_attribute("name", "expected a text"))?;
    let viewer = &caller.viewer;
    let matter = Matter::of(Permission::ManageWorkspaces, viewer.principal.tenant());
    noun::allow(&app, viewer, &matter, Kind::Workspace.as_str(), "definitions_listed").await?;
    let mut siblings = all(viewer).into_iter().filter(|project| project.parent == parent.as_deref());
    if siblings.any(|project| project.title == title) {
        let detail = "`name`: there is a project of that name there already".to_owned();
        return Err(Problem::Conflict { code: "name_taken", detail });
    }
    let (name, owner) = (name_of(&title, "project")?, content::owner(viewer));
    let id = match parent {
        None => {
            let new = json!({"name": name, "title": title, "owner": owner});
            noun::made::<Workspace>(&app, &caller, None, new).await?.0
        }
        Some(parent) => {
            let of = noun::read::<Workspace>(&app, viewer, &parent).await?;
            let new = json!({"name": format!("{}/{name}", of.name), "title": title, "owner": owner});
            noun::made::<PlacedFolder>(&app, &caller, None, new).await?.0
        }
    };
    let now = Again::from(&caller).again(&app).await?;
    Ok(made(&caller, told_now(&app, &now.viewer, &id).await?))
}

/// A project as it is now that it has been written.
async fn told_now(app: &App, viewer: &Viewer, id: &str) -> Result<Element, Problem> {
    let project = all(viewer).into_iter().find(|project| project.id == id).ok_or(Problem::NotFound)?;
    element(app, viewer, &project).await
}

/// Changes the title.
pub(super) async fn change(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
    Sent(sent): Sent,
) -> Result<Response, Problem> {
    asked.expect(&["publishSamples"])?;
    let Wanted { title, parent, owner } = Wanted::read(&sent)?;
    let viewer = &caller.viewer;
    let headers = HeaderMap::new();
    let patch = title.map_or_else(|| json!({}), |title| json!({ "title": title }));
    let within = all(viewer).into_iter().find(|project| project.id == id).and_then(|project| project.parent);
    if within.is_some() {
        drop(noun::read::<PlacedFolder>(&app, viewer, &id).await?);
        expect_stays("parentProjectId", within, parent.as_deref())?;
        expect_owner(&app, viewer, &id, owner.as_deref()).await?;
        noun::changed::<PlacedFolder>(&app, &caller, &id, &headers, patch).await?;
    } else {
        drop(noun::read::<Workspace>(&app, viewer, &id).await?);
        expect_stays("parentProjectId", None, parent.as_deref())?;
        expect_owner(&app, viewer, &id, owner.as_deref()).await?;
        noun::changed::<Workspace>(&app, &caller, &id, &headers, patch).await?;
    }
    let now = Again::from(&caller).again(&app).await?;
    Ok(told(&caller, vec![told_now(&app, &now.viewer, &id).await?]))
}

/// Expects what clients send back of a project to be as it is.
fn expect_stays(name: &str, is: Option<&str>, wanted: Option<&str>) -> Result<(), Problem> {
    let expected = "expected the one that it has: only the name of a project is changed here";
    if wanted.is_none() || wanted == is { Ok(()) } else { Err(invalid_attribute(name, expected)) }
}

async fn expect_owner(app: &App, viewer: &Viewer, id: &str, wanted: Option<&str>) -> Result<(), Problem> {
    let told = told_now(app, viewer, id).await?;
    expect_stays("owner", told.any("owner").and_then(|owner| owner.attribute("id")), wanted)
}

/// Deletes one.
pub(super) async fn remove(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let is_folder = caller.viewer.organization.ids.name(Kind::Folder, &id).is_some();
    let (administrator, headers) = (caller.administrator(), HeaderMap::new());
    if is_folder {
        noun::remove::<PlacedFolder>(&app, administrator, &id, &headers).await
    } else {
        noun::remove::<Workspace>(&app, administrator, &id, &headers).await
    }
}
