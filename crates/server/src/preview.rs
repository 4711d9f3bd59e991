//! Drafts with the data of their authors: the organization as it would be with a draft published, for one request.

use crate::organization::Organization;
use crate::routes::as_it_will_be;
use model::item::Item;
use model::name::WorkbookName;
use model::problem::Problem;
use model::snapshot::Kind;
use model::workbook::{VersionBody, VersionName};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::Change;

/// A draft that is looked at.
#[derive(Debug)]
pub struct Preview {
    /// Of which workbook.
    pub name: WorkbookName,
    /// What it would show.
    pub body: VersionBody,
}

/// Why a draft cannot be looked at.
pub enum NotPreviewed {
    /// There is no such workbook any more.
    Gone,
    /// It would not hold.
    Problems(Vec<Problem>),
}

impl Preview {
    /// The organization with the draft in place of what is published, and without the secrets of keys: nobody comes in by it.
    ///
    /// # Errors
    /// See [`NotPreviewed`].
    pub fn of(&self, organization: &Organization) -> Result<Organization, NotPreviewed> {
        let version = VersionName::from(&self.name);
        let workbook = organization.snapshot.workbooks.named(&version).ok_or(NotPreviewed::Gone)?;
        let next = self.body.published_in(workbook);
        let item = Item::new(Kind::Workbook, self.name.as_str(), &next).map_err(|_| NotPreviewed::Gone)?;
        let mut definitions = organization.definitions.clone();
        definitions.workbooks.insert(self.name.clone(), next);
        let snapshot = as_it_will_be(organization, &definitions, &[Change::from(item)]);
        Ok(Organization {
            snapshot: snapshot.map_err(NotPreviewed::Problems)?,
            definitions,
            ids: organization.ids.clone(),
            catalog: Arc::clone(&organization.catalog),
            secrets: BTreeMap::new(),
        })
    }
}
