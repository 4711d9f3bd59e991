//! What somebody holds and reaches before any session, by what administrators have written: for the consequences of an
//! edit. No key narrows it, and nothing is decided by it.

use crate::access::{self, Reached};
use crate::principal::Member;
use model::access::{Definitions, Granted, Grantee, Level, MemberKind, Owner, Permission};
use model::name::{AccountTypeName, MemberId, ModelName, TeamName, TenantName};
use model::problem::Problem;
use model::publication::TablePath;
use model::snapshot::{Ids, Snapshot};
use model::workbook::VersionName;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Who is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Person {
    /// Internal or embed.
    pub kind: MemberKind,
    /// Their account type.
    pub account_type: AccountTypeName,
    /// Their teams.
    pub teams: BTreeSet<TeamName>,
    /// Their tenant, if any.
    pub tenant: Option<TenantName>,
    /// Who they are where something is granted to them alone, or theirs.
    pub alone: Option<Grantee>,
}

/// What somebody holds and reaches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holdings {
    /// Permissions that have an effect.
    pub permissions: BTreeSet<Permission>,
    /// Teams, with those that they are in by another.
    pub teams: BTreeSet<TeamName>,
    /// Workbooks, and the level on each.
    pub content: BTreeMap<VersionName, Level>,
    /// Models, and the level on each.
    pub data: BTreeMap<ModelName, Level>,
    /// Tables of models that are not theirs as a whole, and the level on each.
    pub tables: BTreeMap<TablePath, Level>,
}

/// An organization as it is, or would be, with whom something is granted to alone.
#[derive(Debug)]
pub struct Reachable {
    snapshot: Snapshot,
    alone: HashSet<Grantee>,
}

impl Reachable {
    /// What there is to reach.
    ///
    /// # Errors
    /// The definitions do not hold.
    pub fn new(definitions: &Definitions) -> Result<Self, Vec<Problem>> {
        let granted = definitions.grants.iter().map(|grant| grant.to.clone().folded());
        let folders = definitions.workspaces.iter().flat_map(|workspace| &workspace.folders);
        let owners = definitions.workbooks.values().filter_map(|workbook| workbook.owner.as_ref());
        let owners = owners.chain(folders.filter_map(|folder| folder.owner.as_ref()));
        let owners = owners.chain(definitions.workspaces.iter().filter_map(|workspace| workspace.owner.as_ref()));
        let alone = granted.chain(owners.cloned().map(Owner::into)).filter(Grantee::is_person).collect();
        let snapshot = Snapshot::build(definitions.clone(), &Ids::from_names(definitions), 0)?;
        Ok(Self { snapshot, alone })
    }

    /// Whether anything is granted to that person alone, or theirs.
    #[must_use]
    pub fn knows(&self, person: &Grantee) -> bool {
        self.alone.contains(person)
    }

    /// What a person holds and reaches. Teams and a tenant that are no more count for nothing.
    #[must_use]
    pub fn by(&self, person: &Person) -> Holdings {
        let snapshot = &self.snapshot;
        let held = snapshot.account_types.get(&person.account_type).map(|kind| &kind.permissions);
        let is_possible = |one: &Permission| person.kind == MemberKind::Internal || !one.is_of_administration();
        let has = |one: Permission| held.is_some_and(|held| held.contains(&one)) && is_possible(&one);
        let with_parents = |one: &Permission| std::iter::successors(Some(*one), |up| up.parent()).all(has);
        let mut holdings = Holdings {
            permissions: Permission::ALL.iter().copied().filter(with_parents).collect(),
            teams: self.teams(person),
            ..Holdings::default()
        };
        for Reached { what, level, .. } in access::of_member(snapshot, &self.member(person)) {
            match what {
                Granted::Workbook(name) => drop(holdings.content.insert(name.into(), level)),
                Granted::Tag(path) => drop(holdings.content.insert(path.into(), level)),
                Granted::Model(name) => drop(holdings.data.insert(name, level)),
                Granted::Table(path) => drop(holdings.tables.insert(path, level)),
                Granted::Workspace(_) | Granted::Folder(_) | Granted::Connection(_) | Granted::Schema(_) => {}
            }
        }
        holdings
    }

    fn teams(&self, person: &Person) -> BTreeSet<TeamName> {
        let known = person.teams.iter().filter(|name| self.snapshot.teams.id(name).is_some());
        self.snapshot.with_ancestors(known).into_keys().cloned().collect()
    }

    fn member(&self, person: &Person) -> Member {
        let snapshot = &self.snapshot;
        let (issuer, subject, email) = match &person.alone {
            Some(Grantee::EmbedMember(one)) => (snapshot.issuers.id(&one.issuer).cloned(), one.subject.clone(), None),
            Some(Grantee::Member(email)) => (None, email.clone(), Some(email.clone())),
            _ => (None, String::new(), None),
        };
        Member {
            id: MemberId::new("asked about"),
            issuer,
            tenant: person.tenant.as_ref().and_then(|name| snapshot.tenants.id(name)).cloned(),
            subject,
            kind: person.kind,
            automatic: false,
            active: true,
            has_logged_in: true,
            email,
            first_name: None,
            last_name: None,
            account_type: person.account_type.clone(),
            teams: person.teams.iter().filter_map(|name| snapshot.teams.id(name)).cloned().collect(),
            attributes: BTreeMap::new(),
        }
    }
}
