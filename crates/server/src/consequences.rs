//! How many people gain or lose what by an edit of the organization.

use authz::Member;
use authz::holdings::{Holdings, Person, Reachable};
use model::access::{Definitions, EmbedIdentity, Grantee, Level, MemberDefinition, MemberKind, Permission};
use model::name::{IssuerId, IssuerName, ModelName, TeamId, TeamName, TenantId, TenantName, fold_email};
use model::name::{MemberId, fold_subject};
use model::publication::TablePath;
use model::snapshot::{Ids, Kind};
use model::workbook::VersionName;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::rc::Rc;
use store::{Store, StoreError};

/// How many members are looked at together.
const PAGE: u32 = 10_000;

/// How many people are named of those whom something happens to.
const NAMED: usize = 3;

/// How many kinds of people are remembered. People of one kind gain and lose the same.
const KINDS: usize = 50_000;

/// Something that people have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// A permission that has an effect.
    Permission(Permission),
    /// A place in a team.
    Team(TeamName),
    /// A level on a workbook; with what it had before or has afterwards, the highest.
    Workbook(VersionName, Level),
    /// A level on a model, likewise.
    Model(ModelName, Level),
    /// A level on a table of a model that is not theirs as a whole, likewise.
    Table(TablePath, Level),
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permission(permission) => write!(f, "permission `{}`", permission.as_str()),
            Self::Team(team) => write!(f, "team `{team}`"),
            Self::Workbook(name, level) => write!(f, "`{}` on workbook `{name}`", level.as_str()),
            Self::Model(name, level) => write!(f, "`{}` on model `{name}`", level.as_str()),
            Self::Table(path, level) => write!(f, "`{}` on table `{path}`", level.as_str()),
        }
    }
}

/// Some people, of whom the first few are named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct People {
    /// How many.
    pub count: u64,
    /// What the first of them are called.
    pub first: Vec<String>,
}

impl People {
    fn add(&mut self, name: &str) {
        self.count += 1;
        if self.first.len() < NAMED {
            self.first.push(name.to_owned());
        }
    }
}

impl fmt::Display for People {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.count == 1 { "person" } else { "people" };
        let more = if self.count > self.first.len() as u64 { ", …" } else { "" };
        write!(f, "{} {noun} ({}{more})", self.count, self.first.join(", "))
    }
}

/// Who gains and who loses a right.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Who has it afterwards and had less before.
    pub gain: People,
    /// Who had it before and has less afterwards.
    pub lose: People,
}

/// What an edit does to people.
#[derive(Debug, Clone, Default)]
pub struct Consequences {
    /// Members that are made.
    pub new: People,
    /// Members that get in nowhere any more.
    pub deactivated: People,
    /// Members that were deactivated and are no more.
    pub reactivated: People,
    /// Every right that somebody gains or loses.
    pub rights: BTreeMap<Right, Tally>,
}

/// What it does to every member of the store when `after` is put in place of `before`. Members are read page by page.
///
/// # Errors
/// The database fails.
pub async fn consequences(
    store: &Store,
    before: &Definitions,
    ids: &Ids,
    after: &Definitions,
) -> Result<Consequences, StoreError> {
    let (names, wanted) = (Names::new(before, ids), Wanted::new(after));
    let mut judge = Judge::new(before, after)?;
    let mut found = BTreeSet::new();
    let mut last: Option<MemberId> = None;
    loop {
        let page = store.members_behind(last.as_ref(), PAGE).await?;
        for member in &page {
            let definition = wanted.of(member, &names);
            found.extend(definition.map(|(index, _)| index));
            judge.judge_member(member, definition.map(|(_, definition)| definition), &names);
        }
        match page.last() {
            Some(member) => last = Some(member.id.clone()),
            None => break,
        }
    }
    let new = after.members.iter().enumerate().filter(|(index, _)| !found.contains(index));
    new.for_each(|(_, definition)| judge.judge_new(definition));
    Ok(judge.consequences)
}

/// What `after` does to the people it defines, where there was nothing before.
///
/// # Errors
/// It does not hold.
pub fn of_first(after: &Definitions) -> Result<Consequences, StoreError> {
    let mut judge = Judge::new(after, after)?;
    after.members.iter().for_each(|definition| judge.judge_new(definition));
    Ok(judge.consequences)
}

/// The names of what members are stored with ids of.
struct Names {
    issuers: HashMap<IssuerId, IssuerName>,
    tenants: HashMap<TenantId, TenantName>,
    teams: HashMap<TeamId, TeamName>,
}

impl Names {
    fn new(definitions: &Definitions, ids: &Ids) -> Self {
        let id = |kind: Kind, name: &str| ids.get(kind, name).map(str::to_owned);
        let issuers = definitions.issuers.iter().map(|it| &it.name);
        let tenants = definitions.tenants.iter().map(|it| &it.name);
        let teams = definitions.teams.iter().map(|it| &it.name);
        let issuer = |it: &IssuerName| Some((IssuerId::new(id(Kind::Issuer, it.as_str())?), it.clone()));
        let tenant = |it: &TenantName| Some((TenantId::new(id(Kind::Tenant, it.as_str())?), it.clone()));
        let team = |it: &TeamName| Some((TeamId::new(id(Kind::Team, it.as_str())?), it.clone()));
        Self {
            issuers: issuers.filter_map(issuer).collect(),
            tenants: tenants.filter_map(tenant).collect(),
            teams: teams.filter_map(team).collect(),
        }
    }

    fn alone(&self, member: &Member) -> Option<Grantee> {
        let to = match member.kind {
            MemberKind::Internal => Grantee::Member(member.email.clone()?),
            MemberKind::Embed => Grantee::EmbedMember(EmbedIdentity {
                issuer: self.issuers.get(member.issuer.as_ref()?)?.clone(),
                tenant: member.tenant.as_ref().and_then(|id| self.tenants.get(id)).cloned(),
                subject: member.subject.clone(),
            }),
        };
        Some(to.folded())
    }

    fn person(&self, member: &Member) -> Person {
        Person {
            kind: member.kind,
            account_type: member.account_type.clone(),
            teams: member.teams.iter().filter_map(|id| self.teams.get(id).cloned()).collect(),
            tenant: member.tenant.as_ref().and_then(|id| self.tenants.get(id).cloned()),
            alone: self.alone(member),
        }
    }
}

/// Who somebody is where something is granted to them alone.
fn alone(definition: &MemberDefinition) -> Option<Grantee> {
    let to = match definition.kind {
        MemberKind::Internal => Grantee::Member(definition.address().to_owned()),
        MemberKind::Embed => Grantee::EmbedMember(EmbedIdentity {
            issuer: definition.issuer.clone()?,
            tenant: definition.tenant.clone(),
            subject: definition.subject.clone(),
        }),
    };
    Some(to.folded())
}

/// Who an embed member is.
type Identity<'a> = (Option<&'a IssuerName>, Option<&'a TenantName>, String);

/// Members as they are to be, by who they are, with their place among them.
struct Wanted<'a> {
    internal: HashMap<String, (usize, &'a MemberDefinition)>,
    embed: HashMap<Identity<'a>, (usize, &'a MemberDefinition)>,
}

impl<'a> Wanted<'a> {
    fn new(definitions: &'a Definitions) -> Self {
        let of_kind = |kind| definitions.members.iter().enumerate().filter(move |(_, member)| member.kind == kind);
        let internal = of_kind(MemberKind::Internal).map(|(index, it)| (fold_email(it.address()), (index, it)));
        let embed = of_kind(MemberKind::Embed)
            .map(|(index, it)| ((it.issuer.as_ref(), it.tenant.as_ref(), fold_subject(&it.subject)), (index, it)));
        Self { internal: internal.collect(), embed: embed.collect() }
    }

    fn of(&self, member: &Member, names: &Names) -> Option<(usize, &'a MemberDefinition)> {
        match member.kind {
            MemberKind::Internal => self.internal.get(member.email.as_deref()?).copied(),
            MemberKind::Embed => {
                let issuer = member.issuer.as_ref().and_then(|id| names.issuers.get(id));
                let tenant = member.tenant.as_ref().map(|id| names.tenants.get(id));
                // A tenant that is no more is no tenant that anybody is written with.
                let tenant = tenant.map_or(Some(None), |name| name.map(Some))?;
                self.embed.get(&(issuer, tenant, member.subject.clone())).copied()
            }
        }
    }
}

/// What happens to a kind of people.
#[derive(Default)]
struct Delta {
    gained: Vec<Right>,
    lost: Vec<Right>,
}

type Kinds = (Option<Person>, Option<Person>);

struct Judge {
    before: Reachable,
    after: Reachable,
    known: HashMap<Kinds, Rc<Delta>>,
    consequences: Consequences,
}

impl Judge {
    /// # Errors
    /// What is stored does not hold any more.
    fn new(before: &Definitions, after: &Definitions) -> Result<Self, StoreError> {
        let of = |definitions| Reachable::new(definitions).map_err(|_| StoreError::Unreadable("definitions"));
        let (before, after) = (of(before)?, of(after)?);
        Ok(Self { before, after, known: HashMap::new(), consequences: Consequences::default() })
    }

    fn judge_member(&mut self, member: &Member, wanted: Option<&MemberDefinition>, names: &Names) {
        let was = Some(names.person(member)).filter(|_| member.active);
        let is = match wanted {
            Some(definition) => person(definition),
            None => was.clone().filter(|_| member.automatic),
        };
        let name = member.email.as_deref().unwrap_or(&member.subject);
        match (&was, &is) {
            (Some(_), None) => self.consequences.deactivated.add(name),
            (None, Some(_)) => self.consequences.reactivated.add(name),
            _ => {}
        }
        self.count(name, (was, is));
    }

    fn judge_new(&mut self, definition: &MemberDefinition) {
        let name = definition.email.as_deref().unwrap_or(&definition.subject);
        self.consequences.new.add(name);
        self.count(name, (None, person(definition)));
    }

    fn count(&mut self, name: &str, (was, is): Kinds) {
        // People are of one kind unless something is granted to them alone.
        let kind = |person: Option<Person>, reachable: &Reachable| {
            person.map(|person| Person { alone: person.alone.filter(|it| reachable.knows(it)), ..person })
        };
        let kinds = (kind(was, &self.before), kind(is, &self.after));
        let delta = self.known.get(&kinds).cloned().unwrap_or_else(|| self.delta(kinds));
        for right in &delta.gained {
            self.consequences.rights.entry(right.clone()).or_default().gain.add(name);
        }
        for right in &delta.lost {
            self.consequences.rights.entry(right.clone()).or_default().lose.add(name);
        }
    }

    fn delta(&mut self, kinds: Kinds) -> Rc<Delta> {
        let was = kinds.0.as_ref().map(|person| self.before.by(person)).unwrap_or_default();
        let is = kinds.1.as_ref().map(|person| self.after.by(person)).unwrap_or_default();
        let delta = Rc::new(Delta { gained: beyond(&was, &is), lost: beyond(&is, &was) });
        if self.known.len() >= KINDS {
            self.known.clear();
        }
        self.known.insert(kinds, Rc::clone(&delta));
        delta
    }
}

/// `None`: they get in nowhere.
fn person(definition: &MemberDefinition) -> Option<Person> {
    let person = Person {
        kind: definition.kind,
        account_type: definition.account_type.clone(),
        teams: definition.teams.clone(),
        tenant: definition.tenant.clone(),
        alone: alone(definition),
    };
    (!definition.deactivated).then_some(person)
}

/// What `more` has beyond `less`: the highest level of each thing.
fn beyond(less: &Holdings, more: &Holdings) -> Vec<Right> {
    let permissions = more.permissions.difference(&less.permissions).map(|it| Right::Permission(*it));
    let teams = more.teams.difference(&less.teams).map(|it| Right::Team(it.clone()));
    let is_higher = |level: &Level, held: Option<&Level>| held.is_none_or(|held| held < level);
    let workbooks = more.content.iter().filter(|(name, level)| is_higher(level, less.content.get(*name)));
    let models = more.data.iter().filter(|(name, level)| is_higher(level, less.data.get(*name)));
    // What one has of a whole model one has of each of its tables.
    let held = |path: &TablePath| less.tables.get(path).max(less.data.get(&path.model));
    let tables = more.tables.iter().filter(|(path, level)| is_higher(level, held(path)));
    permissions
        .chain(teams)
        .chain(workbooks.map(|(name, level)| Right::Workbook(name.clone(), *level)))
        .chain(models.map(|(name, level)| Right::Model(name.clone(), *level)))
        .chain(tables.map(|(path, level)| Right::Table(path.clone(), *level)))
        .collect()
}
