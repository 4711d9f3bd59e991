//! Definitions as the next revision has them: what it changed, put among what it left as it was.

use super::{Item, ItemError, unreadable};
use crate::access::{Definitions, Folder, FolderPath, Workspace};
use crate::snapshot::Kind;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

/// What a revision made of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revised {
    /// What it is.
    pub kind: Kind,
    /// Its name among those of its kind.
    pub name: String,
    /// The one it has from now on, or had.
    pub id: String,
    /// JSON as in files; `None`: it is gone.
    pub body: Option<String>,
}

impl Revised {
    fn read<T: DeserializeOwned>(&self) -> Result<Option<T>, ItemError> {
        let item = self.body.clone().map(|body| Item { kind: self.kind, name: self.name.clone(), body });
        item.map(|item| item.read()).transpose()
    }
}

impl Definitions {
    /// Takes over what has become of things. Lists must be in the order of names, and stay so: those that
    /// [`Definitions::from_items`] makes of items in that order are.
    ///
    /// # Errors
    /// As [`Definitions::from_items`]. The definitions are of no use then.
    pub fn revise(&mut self, changes: &[Revised]) -> Result<(), ItemError> {
        // Folders go before the workspaces that they are in, and come after them.
        let (folders, others): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.kind == Kind::Folder);
        let (made, gone): (Vec<_>, Vec<_>) = folders.into_iter().partition(|change| change.body.is_some());
        gone.into_iter().try_for_each(|change| self.revise_folder(change))?;
        others.into_iter().try_for_each(|change| self.revise_one(change))?;
        made.into_iter().try_for_each(|change| self.revise_folder(change))
    }

    fn revise_one(&mut self, change: &Revised) -> Result<(), ItemError> {
        let name = change.name.as_str();
        match change.kind {
            Kind::Organization => self.organization = change.read()?.ok_or(ItemError::NoOrganization)?,
            Kind::Issuer => put(&mut self.issuers, change.read()?, name, |it| it.name.to_string()),
            Kind::Tenant => put(&mut self.tenants, change.read()?, name, |it| it.name.to_string()),
            Kind::Team => put(&mut self.teams, change.read()?, name, |it| it.name.to_string()),
            Kind::AccountType => put(&mut self.account_types, change.read()?, name, |it| it.name.to_string()),
            Kind::Attribute => put(&mut self.attributes, change.read()?, name, |it| it.name.to_string()),
            Kind::Grant => put(&mut self.grants, change.read()?, name, |it| it.name()),
            Kind::Key => put(&mut self.embed_keys, change.read()?, name, |it| it.client_id.to_string()),
            Kind::IdentityProvider => put(&mut self.identity_providers, change.read()?, name, |it| it.name.to_string()),
            Kind::Connection => put(&mut self.connections, change.read()?, name, |it| it.name.to_string()),
            Kind::Model => put_named(&mut self.models, change)?,
            Kind::Workbook => put_named(&mut self.workbooks, change)?,
            Kind::Tag => put_named(&mut self.tags, change)?,
            Kind::Workspace => self.revise_workspace(change)?,
            Kind::Folder => {}
        }
        Ok(())
    }

    /// Its folders are things of their own.
    fn revise_workspace(&mut self, change: &Revised) -> Result<(), ItemError> {
        let before = self.workspaces.iter().find(|it| it.name.as_str() == change.name);
        let folders = before.map(|it| it.folders.clone()).unwrap_or_default();
        let after: Option<Workspace> = change.read()?;
        if let (None, Some(folder)) = (&after, folders.first()) {
            return Err(ItemError::Homeless(format!("{}/{}", change.name, folder.name)));
        }
        let after = after.map(|workspace| Workspace { folders, ..workspace });
        put(&mut self.workspaces, after, &change.name, |it| it.name.to_string());
        Ok(())
    }

    fn revise_folder(&mut self, change: &Revised) -> Result<(), ItemError> {
        let item = Item { kind: change.kind, name: change.name.clone(), body: String::new() };
        let path = FolderPath::try_from(item.name.clone()).map_err(|error| unreadable(&item, error))?;
        let folder: Option<Folder> = change.read()?;
        match (self.workspaces.iter_mut().find(|workspace| workspace.name == path.workspace), &folder) {
            (Some(home), _) => put(&mut home.folders, folder, path.folder.as_str(), |it| it.name.to_string()),
            (None, Some(_)) => return Err(ItemError::Homeless(item.name)),
            (None, None) => {}
        }
        Ok(())
    }
}

/// Puts a thing in its place of a list in the order of names, or takes away what is there.
fn put<T: Clone>(list: &mut Vec<T>, thing: Option<T>, name: &str, name_of: impl Fn(&T) -> String) {
    match (list.binary_search_by(|other| name_of(other).as_str().cmp(name)), thing) {
        (Ok(place), Some(thing)) => list.splice(place..=place, [thing]).for_each(drop),
        (Ok(place), None) => drop(list.remove(place)),
        (Err(place), Some(thing)) => list.insert(place, thing),
        (Err(_), None) => {}
    }
}

fn put_named<N, T>(things: &mut BTreeMap<N, T>, change: &Revised) -> Result<(), ItemError>
where
    N: TryFrom<String, Error = crate::name::NameError> + Ord,
    T: DeserializeOwned,
{
    let item = Item { kind: change.kind, name: change.name.clone(), body: String::new() };
    let name = N::try_from(change.name.clone()).map_err(|error| unreadable(&item, error))?;
    match change.read()? {
        Some(thing) => drop(things.insert(name, thing)),
        None => drop(things.remove(&name)),
    }
    Ok(())
}
