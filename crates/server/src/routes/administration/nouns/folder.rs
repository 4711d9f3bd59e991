//! Folders, which stand in their workspace.

use super::grant::without_grants;
use crate::problem::Problem;
use crate::routes::administration::noun::Noun;
use model::access::{Definitions, Folder, FolderPath, Granted, Owner, Permission};
use model::item::Item;
use model::snapshot::Kind;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use store::Change;

/// A folder with where it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::routes) struct PlacedFolder {
    /// `workspace/folder`
    name: FolderPath,
    /// Shown to people.
    title: String,
    /// Who manages everything in it.
    #[serde(default)]
    owner: Option<Owner>,
}

impl Noun for PlacedFolder {
    const KIND: Kind = Kind::Folder;
    const NEEDS: Permission = Permission::ManageWorkspaces;
    const PATH: &'static str = "/api/v1/folders";

    fn name(&self) -> String {
        self.name.to_string()
    }

    fn at(&self, definitions: &Definitions) -> String {
        let home = definitions.workspaces.iter().position(|workspace| workspace.name == self.name.workspace);
        format!("workspaces.yaml: workspaces[{}].folders", home.unwrap_or_default())
    }

    fn all(definitions: &Definitions) -> impl Iterator<Item = Cow<'_, Self>> {
        definitions.workspaces.iter().flat_map(|workspace| {
            workspace.folders.iter().map(|folder| {
                let name = FolderPath { workspace: workspace.name.clone(), folder: folder.name.clone() };
                Cow::Owned(Self { name, title: folder.title.clone(), owner: folder.owner.clone() })
            })
        })
    }

    fn put(self, definitions: &mut Definitions) {
        let home = definitions.workspaces.iter_mut().find(|workspace| workspace.name == self.name.workspace);
        let Some(home) = home else { return };
        match home.folders.iter_mut().find(|folder| folder.name == self.name.folder) {
            Some(folder) => (folder.title, folder.owner) = (self.title, self.owner),
            None => home.folders.push(Folder { name: self.name.folder, title: self.title, owner: self.owner }),
        }
    }

    fn remove(&self, definitions: &mut Definitions) -> Vec<Change> {
        for home in definitions.workspaces.iter_mut().filter(|workspace| workspace.name == self.name.workspace) {
            home.folders.retain(|folder| folder.name != self.name.folder);
        }
        without_grants(definitions, |grant| grant.on == Granted::Folder(self.name.clone()))
    }

    fn item(&self) -> Result<Item, Problem> {
        let folder = Folder { name: self.name.folder.clone(), title: self.title.clone(), owner: self.owner.clone() };
        Item::new(Self::KIND, Noun::name(self), &folder).map_err(|_| Problem::Internal)
    }
}
