//! Grants, and what becomes of them when something goes.

use crate::routes::administration::noun::Noun;
use model::access::{Definitions, Grant, Granted, Grantee, Permission};
use model::item::grant_named;
use model::snapshot::{Kind, Snapshot};
use model::workbook::VersionName;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use store::Change;

impl Noun for Grant {
    const KIND: Kind = Kind::Grant;
    const NEEDS: Permission = Permission::ManageGrants;
    const PATH: &'static str = "/api/v1/grants";

    fn name(&self) -> String {
        Self::name(self)
    }

    fn at(&self, definitions: &Definitions) -> String {
        let place = definitions.grants.iter().position(|other| is_same(other, self));
        format!("grants.yaml: grants[{}]", place.unwrap_or_default())
    }

    fn all(definitions: &Definitions) -> impl Iterator<Item = Cow<'_, Self>> {
        definitions.grants.iter().map(Cow::Borrowed)
    }

    fn put(self, definitions: &mut Definitions) {
        match definitions.grants.iter().position(|other| is_same(other, &self)) {
            Some(place) => definitions.grants.splice(place..=place, [self]).for_each(drop),
            None => definitions.grants.push(self),
        }
    }

    fn named(definitions: &Definitions, name: &str) -> Option<Self> {
        let (to, on) = grant_named(name)?;
        definitions.grants.iter().find(|other| other.on == on && other.to.clone().folded() == to).cloned()
    }

    fn some<'a>(definitions: &'a Definitions, names: &BTreeSet<&str>) -> Vec<Cow<'a, Self>> {
        let names: Vec<(Grantee, Granted)> = names.iter().filter_map(|name| grant_named(name)).collect();
        let mut to: HashMap<&Granted, BTreeSet<&Grantee>> = HashMap::new();
        for (whom, on) in &names {
            to.entry(on).or_default().insert(whom);
        }
        let is_one = |grant: &&Self| to.get(&grant.on).is_some_and(|to| to.contains(&grant.to.clone().folded()));
        definitions.grants.iter().filter(is_one).map(Cow::Borrowed).collect()
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
        definitions.grants.retain(|other| !is_same(other, self));
        Vec::new()
    }
}

/// Whether two grants have one name: there may be very many to compare.
fn is_same(one: &Grant, other: &Grant) -> bool {
    one.on == other.on && one.to.clone().folded() == other.to.clone().folded()
}

/// Takes away the grants that `goes` says, and says what became of them.
pub(crate) fn without_grants(definitions: &mut Definitions, goes: impl Fn(&Grant) -> bool) -> Vec<Change> {
    let gone = definitions.grants.iter().filter(|grant| goes(grant));
    let gone: Vec<Change> = gone.map(|grant| Change::gone(Kind::Grant, grant.name())).collect();
    if !gone.is_empty() {
        definitions.grants.retain(|grant| !goes(grant));
    }
    gone
}
