//! Definitions one by one: every thing that has a name by itself, as text, and all of them put together again.

mod revise;

pub use revise::Revised;

use crate::access::{Definitions, Folder, FolderPath, Grant, Granted, Grantee};
use crate::shared::Shared;
use crate::snapshot::Kind;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One thing of the definitions, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Its name among those of its kind: see [`Definitions::named`].
    pub name: String,
    /// JSON, as in files. Equal things are equal texts.
    pub body: String,
}

/// Why things do not make definitions.
#[derive(Debug, thiserror::Error)]
pub enum ItemError {
    /// A body is not what this version understands.
    #[error("the {} `{name}` cannot be read: {error}", kind.as_str())]
    Unreadable {
        /// What it is of.
        kind: Kind,
        /// Its name.
        name: String,
        /// Why.
        error: serde_json::Error,
    },
    /// There is no organization.
    #[error("the organization is missing")]
    NoOrganization,
    /// A folder is in no workspace.
    #[error("the folder `{0}` is in no workspace")]
    Homeless(String),
}

impl Item {
    /// A thing with its body.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn new(kind: Kind, name: impl Into<String>, body: &impl Serialize) -> Result<Self, serde_json::Error> {
        Ok(Self { kind, name: name.into(), body: serde_json::to_string(body)? })
    }

    /// The body as what it is.
    ///
    /// # Errors
    /// It is not what this version understands.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ItemError> {
        serde_json::from_str(&self.body).map_err(|error| ItemError::Unreadable {
            kind: self.kind,
            name: self.name.clone(),
            error,
        })
    }
}

impl Grant {
    /// What tells a grant from every other: whom it is for, and on what. One grant there has one level.
    #[must_use]
    pub fn name(&self) -> String {
        grant_name(&self.to, &self.on)
    }
}

/// The name of a grant, whatever its level: e-mail addresses that are one are one name.
#[must_use]
pub fn grant_name(to: &Grantee, on: &Granted) -> String {
    // Texts and maps of texts are always JSON.
    serde_json::to_string(&GrantName { to: Cow::Owned(to.clone().folded()), on: Cow::Borrowed(on) }).unwrap_or_default()
}

/// Whom a grant of that name is for, and on what; `None`: that is no name of a grant.
#[must_use]
pub fn grant_named(name: &str) -> Option<(Grantee, Granted)> {
    let GrantName { to, on } = serde_json::from_str(name).ok()?;
    Some((to.into_owned(), on.into_owned()))
}

#[derive(Serialize, Deserialize)]
struct GrantName<'a> {
    to: Cow<'a, Grantee>,
    on: Cow<'a, Granted>,
}

impl Definitions {
    /// Everything but the members, one by one. Members are people, and many; the store knows them by themselves.
    ///
    /// # Errors
    /// Something cannot be written as JSON.
    pub fn items(&self) -> Result<Vec<Item>, serde_json::Error> {
        let mut items = vec![Item::new(Kind::Organization, "", &self.organization)?];
        for it in &self.issuers {
            items.push(Item::new(Kind::Issuer, it.name.as_str(), it)?);
        }
        for it in &self.tenants {
            items.push(Item::new(Kind::Tenant, it.name.as_str(), it)?);
        }
        for it in &self.teams {
            items.push(Item::new(Kind::Team, it.name.as_str(), it)?);
        }
        for it in &self.account_types {
            items.push(Item::new(Kind::AccountType, it.name.as_str(), it)?);
        }
        for it in &self.attributes {
            items.push(Item::new(Kind::Attribute, it.name.as_str(), it)?);
        }
        for it in &self.workspaces {
            let mut workspace = it.clone();
            for folder in std::mem::take(&mut workspace.folders) {
                items.push(Item::new(Kind::Folder, format!("{}/{}", it.name, folder.name), &folder)?);
            }
            items.push(Item::new(Kind::Workspace, it.name.as_str(), &workspace)?);
        }
        for it in &self.grants {
            items.push(Item::new(Kind::Grant, it.name(), it)?);
        }
        for it in &self.embed_keys {
            items.push(Item::new(Kind::Key, it.client_id.as_str(), it)?);
        }
        for it in &self.identity_providers {
            items.push(Item::new(Kind::IdentityProvider, it.name.as_str(), it)?);
        }
        for it in &self.connections {
            items.push(Item::new(Kind::Connection, it.name.as_str(), it)?);
        }
        for (name, it) in &self.models {
            items.push(Item::new(Kind::Model, name.as_str(), it)?);
        }
        for (name, it) in &self.workbooks {
            items.push(Item::new(Kind::Workbook, name.as_str(), it)?);
        }
        for (path, it) in &self.tags {
            items.push(Item::new(Kind::Tag, path.to_string(), it)?);
        }
        Ok(items)
    }

    /// Definitions of such items, without members; lists in the order of the items.
    ///
    /// # Errors
    /// The organization is missing, a folder is in no workspace, or an item is not what this version understands.
    pub fn from_items(items: impl IntoIterator<Item = Item>) -> Result<Self, ItemError> {
        let mut gathered = Gathered::default();
        for item in items {
            gathered.0.entry(item.kind).or_default().push(item);
        }
        gathered.finish()
    }
}

/// Definitions on the way.
#[derive(Default)]
struct Gathered(BTreeMap<Kind, Vec<Item>>);

impl Gathered {
    fn list<T: DeserializeOwned>(&mut self, kind: Kind) -> Result<Vec<T>, ItemError> {
        self.0.remove(&kind).unwrap_or_default().iter().map(Item::read).collect()
    }

    fn map<N, T>(&mut self, kind: Kind) -> Result<BTreeMap<N, T>, ItemError>
    where
        N: TryFrom<String, Error = crate::name::NameError> + Ord,
        T: DeserializeOwned,
    {
        let items = self.0.remove(&kind).unwrap_or_default();
        let read = |item: &Item| {
            let name = N::try_from(item.name.clone()).map_err(|error| unreadable(item, error))?;
            Ok((name, item.read()?))
        };
        items.iter().map(read).collect()
    }

    fn finish(mut self) -> Result<Definitions, ItemError> {
        let organization = self.list(Kind::Organization)?.pop().ok_or(ItemError::NoOrganization)?;
        let mut definitions = Definitions {
            organization,
            issuers: self.list(Kind::Issuer)?.into(),
            tenants: self.list(Kind::Tenant)?.into(),
            teams: self.list(Kind::Team)?.into(),
            account_types: self.list(Kind::AccountType)?.into(),
            attributes: self.list(Kind::Attribute)?.into(),
            members: Vec::new(),
            workspaces: self.list(Kind::Workspace)?.into(),
            grants: self.list(Kind::Grant)?.into(),
            embed_keys: self.list(Kind::Key)?.into(),
            identity_providers: self.list(Kind::IdentityProvider)?.into(),
            connections: self.list(Kind::Connection)?.into(),
            models: Shared::from(self.map(Kind::Model)?),
            workbooks: Shared::from(self.map(Kind::Workbook)?),
            tags: Shared::from(self.map(Kind::Tag)?),
        };
        for item in self.0.remove(&Kind::Folder).unwrap_or_default() {
            let path = FolderPath::try_from(item.name.clone()).map_err(|error| unreadable(&item, error))?;
            let folder: Folder = item.read()?;
            let home = definitions.workspaces.iter_mut().find(|workspace| workspace.name == path.workspace);
            home.ok_or(ItemError::Homeless(item.name))?.folders.push(folder);
        }
        Ok(definitions)
    }
}

fn unreadable(item: &Item, error: impl std::fmt::Display) -> ItemError {
    let error = serde::de::Error::custom(error);
    ItemError::Unreadable { kind: item.kind, name: item.name.clone(), error }
}
