//! Grants, and what becomes of them when something goes.

use crate::routes::administration::noun::Noun;
use model::access::{Definitions, Grant, Granted, Permission};
use model::snapshot::{Kind, Snapshot};
use model::workbook::VersionName;
use std::borrow::Cow;
use store::Change;

impl Noun for Grant {
    const KIND: Kind = Kind::Grant;
    const NEEDS: Permission = Permission::ManageGrants;
    const PATH: &'static str = "/api/v1/grants";

    fn name(&self) -> String {
        Self::name(self)
    }

    fn at(&self, definitions: &Definitions) -> String {
        let place = definitions.grants.iter().position(|other| other.name() == Self::name(self));
        format!("grants.yaml: grants[{}]", place.unwrap_or_default())
    }

    fn all(definitions: &Definitions) -> impl Iterator<Item = Cow<'_, Self>> {
        definitions.grants.iter().map(Cow::Borrowed)
    }

    fn put(self, definitions: &mut Definitions) {
        match definitions.grants.iter_mut().find(|other| other.name() == Self::name(&self)) {
            Some(other) => *other = self,
            None => definitions.grants.push(self),
        }
    }

    /// Sharing a workbook does not share the data behind it.
    fn warnings(&self, snapshot: &Snapshot) -> Vec<String> {
        let version: VersionName = match &self.on {
            Granted::Workbook(workbook) => workbook.into(),
            Granted::Tag(path) => path.clone().into(),
            _ => return Vec::new(),
        };
        let missing = authz::access::missing_data(snapshot, &self.to, &version);
        let told = |path| format!("`{path}` is behind this workbook, and no grant lets the grantee use it");
        missing.into_iter().map(told).collect()
    }

    fn remove(&self, definitions: &mut Definitions) -> Vec<Change> {
        definitions.grants.retain(|other| other.name() != Self::name(self));
        Vec::new()
    }
}

/// Takes away the grants that `goes` says, and says what became of them.
pub(crate) fn without_grants(definitions: &mut Definitions, goes: impl Fn(&Grant) -> bool) -> Vec<Change> {
    let (gone, kept) = std::mem::take(&mut definitions.grants).into_iter().partition(|grant| goes(grant));
    definitions.grants = kept;
    let gone: Vec<Grant> = gone;
    gone.iter().map(|grant| Change::gone(Kind::Grant, grant.name())).collect()
}
