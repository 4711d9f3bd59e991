//! Workspaces and the folders in them, as the APIs of other products tell of them: one tree, of which somebody sees what they
//! administer, or where something is theirs to see.

use super::administration::noun;
use super::shelf;
use crate::app::App;
use crate::callers::Viewer;
use crate::problem::Problem;
use authz::{Matter, administer};
use model::access::{FolderPath, Owner, Permission};
use model::name::WorkspaceName;
use model::snapshot::Kind;
use model::workbook::Place;

/// Characters of a name that are of the title, and that are made by chance.
const OF_TITLE: usize = 40;
const CHANCE: usize = 8;

/// A workspace, or a folder of one.
pub(super) struct Spot<'a> {
    /// For ever.
    pub(super) id: &'a str,
    /// Shown to people.
    pub(super) title: &'a str,
    /// The id of the workspace that a folder is in.
    pub(super) parent: Option<&'a str>,
    /// Whose it is.
    pub(super) owner: Option<&'a Owner>,
    /// What it is here.
    pub(super) place: Place,
}

/// The id and title of a place.
pub(super) fn of_place(viewer: &Viewer, place: &Place) -> Option<(String, String)> {
    let (ids, definitions) = (&viewer.organization.ids, &viewer.organization.definitions);
    let named = |name: &WorkspaceName| definitions.workspaces.iter().find(|one| one.name == *name);
    let (id, title) = match place {
        Place::Workspace(name) => (ids.get(Kind::Workspace, name.as_str())?, &named(name)?.title),
        Place::Folder(path) => {
            let folder = named(&path.workspace)?.folders.iter().find(|folder| folder.name == path.folder)?;
            (ids.get(Kind::Folder, &path.to_string())?, &folder.title)
        }
    };
    Some((id.to_owned(), title.clone()))
}

/// All of the organization's.
pub(super) fn all(viewer: &Viewer) -> Vec<Spot<'_>> {
    let ids = &viewer.organization.ids;
    let mut all = Vec::new();
    for workspace in viewer.organization.definitions.workspaces.iter() {
        let Some(id) = ids.get(Kind::Workspace, workspace.name.as_str()) else { continue };
        let place = Place::Workspace(workspace.name.clone());
        all.push(Spot { id, title: &workspace.title, parent: None, owner: workspace.owner.as_ref(), place });
        for folder in &workspace.folders {
            let path = FolderPath { workspace: workspace.name.clone(), folder: folder.name.clone() };
            let Some(own) = ids.get(Kind::Folder, &path.to_string()) else { continue };
            let (title, owner, place) = (folder.title.as_str(), folder.owner.as_ref(), Place::Folder(path));
            all.push(Spot { id: own, title, parent: Some(id), owner, place });
        }
    }
    all
}

/// Those that the caller administers, or in which they see something.
pub(super) async fn seen<'a>(app: &App, viewer: &'a Viewer) -> Result<Vec<Spot<'a>>, Problem> {
    let matter = Matter::of_organization(Permission::ManageWorkspaces);
    let mut all = all(viewer);
    if administer(&viewer.principal, &viewer.organization.snapshot, &matter).is_ok() {
        noun::allow(app, viewer, &matter, Kind::Workspace.as_str(), "definitions_listed").await?;
        return Ok(all);
    }
    let seen = shelf::seen(app, viewer).await?;
    let is_in = |place: &Place, project: &Place| match (place, project) {
        (Place::Folder(folder), Place::Workspace(workspace)) => folder.workspace == *workspace,
        (place, project) => place == project,
    };
    all.retain(|project| seen.iter().any(|(_, workbook)| is_in(&workbook.place, &project.place)));
    Ok(all)
}

/// A name made of a title and of chance. `kind`: what stands in the place of a title of which nothing can stand in a name.
pub(super) fn name_of(title: &str, kind: &str) -> Result<String, Problem> {
    let title = title.to_ascii_lowercase();
    let words = title.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug: String = words.collect::<Vec<_>>().join("-").chars().take(OF_TITLE).collect();
    let chance: String = store::new_name_ending()?.chars().take(CHANCE).collect();
    let slug = slug.trim_matches('-');
    Ok(if slug.is_empty() { format!("{kind}-{chance}") } else { format!("{slug}-{chance}") })
}
