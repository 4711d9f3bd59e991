//! The next revision, made of the one before and of what changed: as if it had been built from all of it.

use super::{Called, Ids, Kind, Snapshot, folders, foreign, named, showing, versions};
use crate::access::Definitions;
use crate::check::{Checked, Rechecked, check_changed};
use crate::item::Revised;
use crate::name::{ConnectionId, FolderId, IssuerId, KeyId, ModelId, ProviderId, TeamId, TenantId, WorkspaceId};
use crate::problem::Problem;
use std::collections::BTreeSet;

impl Snapshot {
    /// This snapshot after changes: `definitions` and `ids` are all there is after them. Only what may be wrong because of the
    /// changes is checked, and only what is made of them is made anew.
    ///
    /// # Errors
    /// Everything that is wrong.
    pub fn revised(
        &self,
        definitions: &Definitions,
        ids: &Ids,
        changes: &[Revised],
        revision: u64,
    ) -> Result<Self, Vec<Problem>> {
        // Grants are on nothing that is built in, and there are many of them: they are checked without it.
        let are_grants = changes.iter().all(|change| change.kind == Kind::Grant);
        let definitions = &if are_grants { definitions.clone() } else { definitions.with_built_in()? };
        let rules = check_changed(definitions, &Rechecked::of(definitions, changes))?;
        let kinds: BTreeSet<Kind> = changes.iter().map(|change| change.kind).collect();
        let mut next = Self { revision, ..self.clone() };
        if let Some(Checked { policies, formulas }) = rules {
            (next.policies, next.formulas) = (policies.into(), formulas.into());
        }
        for kind in kinds {
            next.make_anew(kind, definitions, ids);
        }
        for change in changes.iter().filter(|change| change.kind == Kind::Grant) {
            next.grants.revise(change);
        }
        Ok(next)
    }

    /// What is made of the things of a kind. Grants are many, and taken over one by one.
    fn make_anew(&mut self, kind: Kind, all: &Definitions, ids: &Ids) {
        match kind {
            Kind::Organization => self.organization = all.organization.clone(),
            Kind::Issuer => {
                self.issuers = ids.tie(kind, IssuerId::new, named(all.issuers.clone(), |it| &it.name));
            }
            Kind::Tenant => {
                self.tenants = ids.tie(kind, TenantId::new, named(all.tenants.clone(), |it| &it.name));
                self.called = Called::of(all);
            }
            Kind::Team => {
                self.teams = ids.tie(kind, TeamId::new, named(all.teams.clone(), |it| &it.name));
                self.called = Called::of(all);
            }
            Kind::AccountType => self.account_types = named(all.account_types.clone(), |it| &it.name).collect(),
            Kind::Attribute => self.attributes = named(all.attributes.clone(), |it| &it.name).collect(),
            Kind::Key => self.keys = ids.tie(kind, KeyId::new, named(all.embed_keys.clone(), |it| &it.client_id)),
            Kind::IdentityProvider => {
                let providers = named(all.identity_providers.clone(), |it| &it.name);
                self.providers = ids.tie(kind, ProviderId::new, providers);
            }
            Kind::Workspace | Kind::Folder => {
                self.folders = ids.tie(Kind::Folder, FolderId::new, folders(&all.workspaces));
                let workspaces = named(all.workspaces.clone(), |it| &it.name);
                self.workspaces = ids.tie(Kind::Workspace, WorkspaceId::new, workspaces);
            }
            Kind::Connection => {
                self.connections = ids.tie(kind, ConnectionId::new, named(all.connections.clone(), |it| &it.name));
            }
            Kind::Model => self.models = ids.tie(kind, ModelId::new, all.models.clone()),
            Kind::Workbook | Kind::Tag => {
                self.foreign = foreign(&all.workbooks).collect();
                self.workbooks = versions(&all.workbooks, &all.tags, ids);
                self.showing = showing(&self.workbooks).into();
            }
            Kind::Grant => {}
        }
    }
}
