//! How far somebody reaches: what grants, owners and denies come to, before the rules judge.
//!
//! The levels of grants add up: the highest counts. What grants allow or deny of single permissions is resolved as
//! Tableau does: whose it is manages it; then what the person is denied or allowed themselves; then what any of their
//! sets denies; then what any allows; and where nothing is said, the level counts. So a deny only ever takes away, and
//! the account type and the key bound all of it.

use crate::ceiling::workspace_of;
use crate::email;
use crate::living;
use crate::principal::{Facts, Member};
use model::access::{EmbedIdentity, Grant, Granted, Grantee, Level, MemberKind, Owner, Permission, SchemaPath};
use model::enforcement::{Point, enforced};
use model::name::{ClientId, IssuerId, ModelName, TableName, TeamName, TenantName};
use model::publication::TablePath;
use model::semantic::Model;
use model::snapshot::Snapshot;
use model::workbook::{Place, VersionName, Workbook};
use std::collections::BTreeSet;

/// To whom grants must be that somebody has.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// The person, if they are a member.
    pub(crate) person: Vec<Grantee>,
    /// The sets they are in that count.
    pub(crate) sets: Vec<Grantee>,
    /// The sets they are in beyond the key's ceiling: these only take away.
    pub(crate) beyond: Vec<Grantee>,
    /// The models whose data alone is theirs; `None`: those that grants say.
    pub(crate) models: Option<BTreeSet<ModelName>>,
}

impl Reach {
    /// Of whoever has a session. `key`: the one they came with, if any.
    pub(crate) fn of(
        facts: &Facts,
        snapshot: &Snapshot,
        tenant: Option<&TenantName>,
        (teams, all_teams): (&BTreeSet<TeamName>, &BTreeSet<TeamName>),
        key: Option<&ClientId>,
    ) -> Self {
        let team = |name: &TeamName| Grantee::Team(name.clone());
        let sets = teams.iter().map(team).chain(tenant.cloned().map(Grantee::Tenant));
        Self {
            person: person(facts, snapshot, tenant).into_iter().collect(),
            sets: sets.chain(key.cloned().map(Grantee::Key)).collect(),
            beyond: all_teams.difference(teams).map(team).collect(),
            models: facts.models.clone(),
        }
    }

    /// The same, of whom the store knows: grants to an identity that is linked to somebody are theirs no more, and theirs
    /// count by whichever identity they come.
    pub(crate) fn whose(self, member: Option<&Member>, snapshot: &Snapshot) -> Self {
        match member {
            Some(member) => Self { person: Self::of_member(member, snapshot).person, ..self },
            None => self,
        }
    }

    /// Of a member as an administrator wrote them, through no key in particular.
    pub(crate) fn of_member(member: &Member, snapshot: &Snapshot) -> Self {
        let tenant = member.tenant.as_ref().and_then(|id| snapshot.tenants.name(id));
        let own = member.teams.iter().filter_map(|id| snapshot.teams.name(id));
        let teams = snapshot.with_ancestors(own).into_keys().filter(|name| living::counts_for(name, tenant));
        let address = member.email.iter().chain([&member.subject]).map(String::as_str).find_map(email::folded);
        let person = Person {
            kind: member.kind,
            email: address.filter(|address| email::is_vouched(snapshot, member.issuer.as_ref(), address)),
            issuer: member.issuer.as_ref(),
            subject: Some(&member.subject),
        };
        let sets = teams.cloned().map(Grantee::Team).chain(tenant.cloned().map(Grantee::Tenant));
        let person = person.named(snapshot, tenant).into_iter().collect();
        Self { person, sets: sets.collect(), ..Self::default() }
    }

    /// Of whoever a grant is to, as far as that says: of a team, with all that its members are in.
    pub(crate) fn of_grantee(to: &Grantee, snapshot: &Snapshot) -> Self {
        let to = to.clone().folded();
        let above: Vec<Grantee> = match &to {
            Grantee::Team(team) => snapshot.with_ancestors([team]).into_keys().cloned().map(Grantee::Team).collect(),
            _ => Vec::new(),
        };
        if to.is_person() {
            Self { person: vec![to], ..Self::default() }
        } else {
            Self { sets: above.into_iter().chain([to]).collect(), ..Self::default() }
        }
    }

    /// Whether a grant to that grantee is theirs.
    pub(crate) fn holds(&self, to: &Grantee) -> bool {
        let to = to.clone().folded();
        self.all().any(|one| *one == to)
    }

    /// Whether any data of a model is theirs, whatever grants say.
    fn reads(&self, model: &ModelName) -> bool {
        self.models.as_ref().is_none_or(|models| models.contains(model)) || !enforced(Point::SessionModels)
    }

    fn counted(&self) -> impl Iterator<Item = &Grantee> {
        self.person.iter().chain(&self.sets)
    }

    fn all(&self) -> impl Iterator<Item = &Grantee> {
        self.counted().chain(&self.beyond)
    }
}

/// What grants to one person go by.
struct Person<'a> {
    kind: MemberKind,
    email: Option<String>,
    issuer: Option<&'a IssuerId>,
    subject: Option<&'a str>,
}

impl Person<'_> {
    /// Internal members by e-mail address, because theirs is known to be theirs.
    fn named(self, snapshot: &Snapshot, tenant: Option<&TenantName>) -> Option<Grantee> {
        match self.kind {
            MemberKind::Internal => self.email.map(Grantee::Member),
            MemberKind::Embed => {
                let issuer = snapshot.issuers.name(self.issuer?)?.clone();
                let subject = self.subject?.to_owned();
                Some(Grantee::EmbedMember(EmbedIdentity { issuer, tenant: tenant.cloned(), subject }).folded())
            }
        }
    }
}

/// A member as grants name them.
fn person(facts: &Facts, snapshot: &Snapshot, tenant: Option<&TenantName>) -> Option<Grantee> {
    let person = Person {
        kind: facts.kind()?,
        email: facts.email.as_deref().and_then(email::folded),
        issuer: facts.issuer.as_ref(),
        subject: facts.subject.as_deref(),
    };
    person.named(snapshot, tenant)
}

/// What somebody has of a piece of content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OnContent {
    /// 0 none, 1 view, 2 explore, 3 contribute, 4 manage.
    pub(crate) level: i64,
    /// Permissions that do not count there, though the person holds them.
    pub(crate) without: BTreeSet<Permission>,
}

impl OnContent {
    /// Of permissions somebody holds, those that count there, none without those it needs.
    pub(crate) fn of(&self, held: &BTreeSet<Permission>) -> BTreeSet<Permission> {
        let counts = |one: Permission| held.contains(&one) && !self.without.contains(&one);
        let with_parents = |one: &Permission| std::iter::successors(Some(*one), |held| held.parent()).all(counts);
        held.iter().copied().filter(with_parents).collect()
    }
}

/// The places of a workbook on which grants reach a version of it: itself first.
pub(crate) fn places(name: &VersionName, workbook: &Workbook) -> Vec<Granted> {
    let folder = match &workbook.place {
        Place::Folder(folder) => Some(Granted::Folder(folder.clone())),
        Place::Workspace(_) => None,
    };
    let workspace = Granted::Workspace(workspace_of(&workbook.place).clone());
    let tag = name.tag_path().map(Granted::Tag);
    tag.into_iter().chain([Granted::Workbook(name.workbook.clone())]).chain(folder).chain([workspace]).collect()
}

/// Whose one of the places is.
pub(crate) fn owner<'a>(snapshot: &'a Snapshot, place: &Granted) -> Option<&'a Owner> {
    match place {
        Granted::Workbook(name) => snapshot.workbooks.named(&name.into())?.owner.as_ref(),
        Granted::Folder(path) => {
            let folders = &snapshot.workspaces.named(&path.workspace)?.folders;
            folders.iter().find(|folder| folder.name == path.folder)?.owner.as_ref()
        }
        Granted::Workspace(name) => snapshot.workspaces.named(name)?.owner.as_ref(),
        _ => None,
    }
}

/// What grants say of single permissions.
#[derive(Default)]
struct Said {
    person: Rules,
    sets: Rules,
}

#[derive(Default)]
struct Rules {
    allowed: BTreeSet<Permission>,
    denied: BTreeSet<Permission>,
}

impl Said {
    fn denies(&self, one: Permission) -> bool {
        let by_sets = || !self.person.allowed.contains(&one) && self.sets.denied.contains(&one);
        self.person.denied.contains(&one) || by_sets()
    }

    fn allows(&self, one: Permission) -> bool {
        !self.denies(one) && (self.person.allowed.contains(&one) || self.sets.allowed.contains(&one))
    }
}

/// What somebody has of a version of a workbook by grants and as its owner.
pub(crate) fn on_content(reach: &Reach, snapshot: &Snapshot, name: &VersionName, workbook: &Workbook) -> OnContent {
    on_places_of_content(reach, snapshot, &places(name, workbook))
}

/// The same of a thing and all that it is in. What lies around a tag opens it only to who may change the workbook; for
/// everybody else it is shared by itself. Denies count from everywhere.
pub(crate) fn on_places_of_content(reach: &Reach, snapshot: &Snapshot, places: &[Granted]) -> OnContent {
    let is_theirs = |owner: &Owner| reach.person.contains(&Grantee::from(owner.clone()));
    if places.iter().filter_map(|place| owner(snapshot, place)).any(is_theirs) {
        return OnContent { level: Level::Manage.number(), without: BTreeSet::new() };
    }
    let (mut level, mut said) = (0, Said::default());
    let is_of_tag = places.iter().any(|place| matches!(place, Granted::Tag(_))) && enforced(Point::TagGrant);
    for place in places {
        let is_around = is_of_tag && !matches!(place, Granted::Tag(_));
        for (to, grant) in snapshot.grants.of(place, reach.counted()) {
            if !is_around || number(grant) >= Level::Contribute.number() {
                level = level.max(number(grant));
            }
            if !is_around {
                rules(&mut said, to).allowed.extend(&grant.allow);
            }
        }
        for (to, grant) in snapshot.grants.of(place, reach.all()) {
            rules(&mut said, to).denied.extend(&grant.deny);
        }
    }
    resolved(level, &said)
}

fn rules<'a>(said: &'a mut Said, to: &Grantee) -> &'a mut Rules {
    if to.is_person() { &mut said.person } else { &mut said.sets }
}

/// A permission that is allowed where the level is too low for it lifts the level for itself alone: what else would
/// come with that level does not count.
fn resolved(level: i64, said: &Said) -> OnContent {
    let needed = |one: Permission| one.content_level().number();
    let of_content = || Permission::ALL.iter().copied().filter(|one| !one.is_of_administration());
    let lifted = of_content().filter(|one| said.allows(*one)).map(needed).fold(level, i64::max);
    let too_far = |one: Permission| lifted > level && needed(one) > level && !said.allows(one);
    let denied = |one: Permission| said.denies(one) && enforced(Point::ContentDenies);
    OnContent { level: lifted, without: of_content().filter(|one| denied(*one) || too_far(*one)).collect() }
}

/// How far somebody reaches into each of some tables by data grants: the least of them. 0 not at all, 1 use, 2 use and
/// annotate.
pub(crate) fn on_data<'a>(
    reach: &Reach,
    snapshot: &Snapshot,
    (name, model): (&ModelName, &Model),
    tables: impl IntoIterator<Item = &'a TableName>,
) -> i64 {
    if !reach.reads(name) {
        return 0;
    }
    let whole = on_model(reach, snapshot, name, model);
    let least = tables.into_iter().map(|table| whole.max(on_table(reach, snapshot, (name, model), table))).min();
    least.unwrap_or(whole)
}

/// By grants on the model as a whole, or all that is over its connection.
pub(crate) fn on_model(reach: &Reach, snapshot: &Snapshot, name: &ModelName, model: &Model) -> i64 {
    on_places_of_data(reach, snapshot, &[Granted::Model(name.clone()), Granted::Connection(model.connection.clone())])
}

/// By grants on a table, or on the schema that it is in.
fn on_table(reach: &Reach, snapshot: &Snapshot, (name, model): (&ModelName, &Model), table: &TableName) -> i64 {
    let itself = Granted::Table(TablePath { model: name.clone(), table: table.clone() });
    let schema = schema_of(snapshot, model, table).map(Granted::Schema);
    let places: Vec<Granted> = std::iter::once(itself).chain(schema).collect();
    on_places_of_data(reach, snapshot, &places)
}

/// The schema of the database that a table is read from.
pub(crate) fn schema_of(snapshot: &Snapshot, model: &Model, table: &TableName) -> Option<SchemaPath> {
    snapshot.connections.named(&model.connection)?.postgres.as_ref()?;
    let (schema, _) = model.tables.get(table)?.relation()?;
    Some(SchemaPath { connection: model.connection.clone(), schema: schema.to_owned() })
}

/// The highest level of the grants on a thing of data and on all that it is in.
pub(crate) fn on_places_of_data(reach: &Reach, snapshot: &Snapshot, places: &[Granted]) -> i64 {
    let grants = places.iter().flat_map(|place| snapshot.grants.of(place, reach.counted()));
    grants.map(|(_, grant)| number(grant)).fold(0, i64::max)
}

/// A level as the rules count it. One of data on content, or the other way round, is none.
fn number(grant: &Grant) -> i64 {
    let fitting = grant.level.filter(|level| level.is_of_data() == grant.on.is_data());
    fitting.map_or(0, Level::number)
}
