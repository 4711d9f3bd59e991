//! A small organization, its directory, and what hosts say to it.

use authz::{
    Action, ColumnAccess, Denial, Directory, Facts, Identified, Member, Opening, Permit, Principal, ProfileWrite,
    Refusal, Resource, RunQuery,
};
use chrono::{DateTime, TimeDelta, Utc};
use model::access::{Definitions, EmbedKey, Grants, MemberKind};
use model::assertion::{Assertion, Claimant, Claims};
use model::filter::RowFilter;
use model::name::{ColumnName, KeyId, MemberId, ModelName, SessionId, TableName, TeamId, TenantId, WorkbookId};
use model::rule::{Applies, RowPolicy, parse};
use model::semantic::{AccessGrant, Model, Table};
use model::snapshot::{Called, Registry, Snapshot};
use model::workbook::{VersionName, Workbook};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

pub(crate) type Columns = BTreeMap<ColumnName, ColumnAccess>;

/// The organization, as written and as checked, and the people it knows.
pub(crate) struct World {
    pub(crate) definitions: Definitions,
    pub(crate) policies: BTreeMap<(ModelName, TableName), Vec<RowPolicy>>,
    pub(crate) members: Vec<Member>,
    /// Who is known by another identity already.
    pub(crate) bound: BTreeSet<MemberId>,
    pub(crate) now: DateTime<Utc>,
}

static DEFINITIONS: LazyLock<Definitions> =
    LazyLock::new(|| serde_saphyr::from_str(include_str!("world.yaml")).unwrap());

pub(crate) fn world() -> World {
    let definitions = DEFINITIONS.clone();
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let mut world = World { definitions, policies: BTreeMap::new(), members: Vec::new(), bound: BTreeSet::new(), now };
    world.permit("accounts", &["Customers"], "account_id = user_attribute('primary_id' as integer)");
    world.permit("accounts", &["Tenants"], "tenant_id = user_attribute('primary_id')");
    world.permit("sales", &[], "user_attribute_includes('region', region)");
    world
}

/// What a host says of somebody in these teams.
pub(crate) fn claims(subject: &str, teams: &[&str]) -> Claims {
    let teams = Some(teams.iter().map(|&team| team.to_owned()).collect());
    Claims { claimant: Claimant::Member(subject.to_owned()), teams, ..Claims::default() }
}

/// The same, with attributes.
pub(crate) fn with(claims: Claims, attributes: &[(&str, Json)]) -> Claims {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Claims { attributes, ..claims }
}

pub(crate) fn element(page: &str, element: &str) -> Resource {
    element_of("sales", page, element)
}

pub(crate) fn element_of(version: &str, page: &str, element: &str) -> Resource {
    let (workbook, page) = (version.parse().unwrap(), page.parse().unwrap());
    Resource::Element { workbook, page, element: element.parse().unwrap() }
}

pub(crate) fn page(workbook: &str, page: Option<&str>) -> Resource {
    Resource::Page { workbook: workbook.parse().unwrap(), page: page.map(|page| page.parse().unwrap()) }
}

pub(crate) fn control(name: &str) -> Resource {
    let (workbook, page) = ("sales".parse().unwrap(), "overview".parse().unwrap());
    Resource::Control { workbook, page, control: name.parse().unwrap() }
}

pub(crate) fn explore(path: &str) -> Resource {
    Resource::Explore(path.to_owned().try_into().unwrap())
}

impl World {
    pub(crate) fn key(&mut self, client: &str) -> &mut EmbedKey {
        self.definitions.embed_keys.iter_mut().find(|key| key.client_id.as_str() == client).unwrap()
    }

    /// Adds a policy that permits the teams, or everybody if none is named.
    pub(crate) fn permit(&mut self, table: &str, teams: &[&str], rule: &str) {
        let teams: Vec<_> = teams.iter().map(|team| team.parse().unwrap()).collect();
        let applies = if teams.is_empty() { Applies::PermitAll } else { Applies::PermitTeams(teams) };
        self.policy(table, applies, rule);
    }

    /// Adds a policy that restricts everybody but the teams.
    pub(crate) fn restrict(&mut self, table: &str, but: &[&str], rule: &str) {
        let but: Vec<_> = but.iter().map(|team| team.parse().unwrap()).collect();
        let applies = if but.is_empty() { Applies::RestrictAll } else { Applies::RestrictExceptTeams(but) };
        self.policy(table, applies, rule);
    }

    pub(crate) fn policy(&mut self, table: &str, applies: Applies, rule: &str) {
        let policies = self.policies.entry(("sales".parse().unwrap(), table.parse().unwrap())).or_default();
        let name = format!("policy-{}", policies.len()).parse().unwrap();
        policies.push(RowPolicy { name, applies, rule: parse(rule).unwrap() });
    }

    /// A member made by hand.
    pub(crate) fn know(&mut self, kind: MemberKind, subject: &str, account_type: &str, teams: &[&str]) -> &mut Member {
        self.members.push(Member {
            id: MemberId::new(format!("hand-{subject}")),
            issuer: (kind == MemberKind::Embed).then(|| model::name::IssuerId::new("host")),
            tenant: None,
            subject: subject.to_owned(),
            kind,
            automatic: false,
            active: true,
            has_logged_in: true,
            email: None,
            first_name: None,
            last_name: None,
            account_type: account_type.parse().unwrap(),
            teams: teams.iter().map(|&team| TeamId::new(team)).collect(),
            attributes: BTreeMap::new(),
        });
        self.members.last_mut().unwrap()
    }

    pub(crate) fn member(&self, subject: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.subject == subject)
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let written = self.definitions.clone();
        let folders = written.workspaces.iter().flat_map(|workspace| {
            let path = |folder: &str| format!("{}/{folder}", workspace.name);
            workspace.folders.iter().map(move |folder| path(folder.name.as_str()))
        });
        macro_rules! registry {
            ($items:expr, $name:ident) => {
                Registry::new($items.into_iter().map(|item| (id(item.$name.as_str()), item.$name.clone(), item)))
            };
        }
        let workbooks = Registry::new(versions(&self.definitions));
        let showing = model::snapshot::showing(&workbooks);
        Snapshot {
            revision: 7,
            folders: Registry::new(folders.map(|path| (id(&path), path.clone().try_into().unwrap(), ()))),
            issuers: registry!(written.issuers, name),
            tenants: registry!(written.tenants, name),
            teams: registry!(written.teams, name),
            account_types: written.account_types.into_iter().map(|one| (one.name.clone(), one)).collect(),
            attributes: written.attributes.into_iter().map(|one| (one.name.clone(), one)).collect(),
            keys: registry!(written.embed_keys, client_id),
            providers: registry!(written.identity_providers, name),
            workspaces: registry!(written.workspaces, name),
            connections: registry!(written.connections, name),
            models: Registry::new(written.models.into_iter().map(|(name, one)| (id(name.as_str()), name, one))),
            workbooks,
            organization: written.organization,
            grants: Grants::new(written.grants),
            policies: self.policies.clone().into(),
            formulas: BTreeMap::new().into(),
            called: Called::default(),
            foreign: BTreeMap::new().into(),
            showing: showing.into(),
        }
    }

    /// Opens a session with a key, and writes what is to be written.
    pub(crate) fn open_with(&mut self, key: &str, claims: Claims) -> Result<Identified, Refusal> {
        let snapshot = self.snapshot();
        let assertion = vouched(key, claims);
        let lookup = authz::lookup(&assertion, &snapshot)?;
        let directory = lookup.map(|lookup| self.answer(&lookup)).unwrap_or_default();
        let opening = Opening { session: SessionId::new("vs_1"), new_member: self.fresh_id(), now: self.now };
        let identified = authz::identify(&assertion, &snapshot, &directory, opening)?;
        self.write(&identified.profile);
        Ok(identified)
    }

    pub(crate) fn open(&mut self, claims: Claims) -> Result<Identified, Refusal> {
        self.open_with("host", claims)
    }

    /// Opens a session and takes it up.
    pub(crate) fn enter(&mut self, claims: Claims) -> Principal {
        let facts = self.open(claims).unwrap().facts;
        self.resume(facts).unwrap()
    }

    pub(crate) fn resume(&self, facts: Facts) -> Result<Principal, Denial> {
        let member = self.members.iter().find(|member| Some(&member.id) == facts.member());
        authz::resume(facts, &self.snapshot(), member, self.now + TimeDelta::seconds(30))
    }

    pub(crate) fn decide<A: Action>(&self, principal: &Principal, resource: &Resource) -> Result<Permit<A>, Denial> {
        authz::decide(principal, &self.snapshot(), resource)
    }

    /// The rows of a table of the model `sales` that an element's query is bounded by.
    pub(crate) fn rows(&self, principal: &Principal, element_name: &str, table: &str) -> RowFilter {
        let permit = self.decide::<RunQuery>(principal, &element("overview", element_name)).unwrap();
        permit.table(&"sales".parse().unwrap(), &table.parse().unwrap()).unwrap().rows.clone()
    }

    /// How the columns of a table of the model `sales` are seen by an element's query.
    pub(crate) fn columns(&self, principal: &Principal, element_name: &str, table: &str) -> Columns {
        let permit = self.decide::<RunQuery>(principal, &element("overview", element_name)).unwrap();
        permit.table(&"sales".parse().unwrap(), &table.parse().unwrap()).unwrap().columns.clone()
    }

    /// Adds an access grant to the model `sales`, which nothing requires yet.
    pub(crate) fn access_grant(&mut self, name: &str, attribute: &str, allowed: &[Json]) {
        let grant = AccessGrant { user_attribute: attribute.parse().unwrap(), allowed_values: allowed.to_vec() };
        self.model().access_grants.insert(name.parse().unwrap(), grant);
    }

    /// A table of the model `sales`, to be changed.
    pub(crate) fn table(&mut self, table: &str) -> &mut Table {
        self.model().tables.get_mut(&table.parse().unwrap()).unwrap()
    }

    /// The model `sales`, to be changed.
    pub(crate) fn model(&mut self) -> &mut Model {
        self.definitions.models.get_mut(&"sales".parse().unwrap()).unwrap()
    }

    fn fresh_id(&self) -> MemberId {
        MemberId::new(format!("made-{}", self.members.len()))
    }

    pub(crate) fn answer(&self, lookup: &authz::Lookup) -> Directory {
        let known = |member: &&Member| {
            let addresses = member.email.iter().chain([&member.subject]);
            addresses.map(|address| address.to_ascii_lowercase()).any(|address| lookup.emails.contains(&address))
        };
        let is_embed = |member: &&Member| {
            (member.issuer.as_ref(), &member.tenant, &member.subject)
                == (Some(&lookup.issuer), &lookup.tenant, &lookup.subject)
        };
        let internal = self.members.iter().filter(|member| member.kind == MemberKind::Internal);
        let linked = || self.members.iter().find(|member| member.id.as_str() == "known");
        Directory {
            embed: self.members.iter().find(is_embed).cloned(),
            internal: internal.filter(known).cloned().collect(),
            linked: linked().filter(|_| lookup.subject == LINKED).cloned(),
            bound: self.bound.clone(),
        }
    }

    pub(crate) fn write(&mut self, profile: &ProfileWrite) {
        match profile {
            ProfileWrite::None => {}
            ProfileWrite::Create(member) => self.members.push(member.clone()),
            ProfileWrite::Update(member) | ProfileWrite::SignOn(member) | ProfileWrite::Bind(member) => {
                let known = self.members.iter_mut().find(|known| known.id == member.id).unwrap();
                *known = member.clone();
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the test is the dialect here")]
pub(crate) fn vouched(key: &str, claims: Claims) -> Assertion {
    Assertion::vouched_for(KeyId::new(key), claims)
}

/// A subject of the host's that is linked to the member with the id `known`, if there is one.
pub(crate) const LINKED: &str = "fred-elsewhere";

/// An id of any kind: in this world ids are spelled like names.
fn id<I: serde::de::DeserializeOwned>(name: &str) -> I {
    serde_json::from_value(Json::String(name.to_owned())).unwrap()
}

/// Workbooks as they are published and under their tags, with ids.
fn versions(definitions: &Definitions) -> Vec<(WorkbookId, VersionName, Workbook)> {
    let published = definitions.workbooks.iter().map(|(name, one)| (name.into(), one.clone()));
    let tagged = definitions
        .tags
        .iter()
        .map(|(path, body)| (VersionName::from(path.clone()), body.tagged_in(&definitions.workbooks[&path.workbook])));
    published.chain(tagged).map(|(name, one)| (id(&name.to_string()), name, one)).collect()
}

pub(crate) fn tenant(name: &str) -> Option<TenantId> {
    Some(TenantId::new(name))
}

/// The code and the detail of a refusal.
pub(crate) fn told<T: std::fmt::Debug>(outcome: Result<T, Refusal>) -> (&'static str, String) {
    match outcome.unwrap_err().answer {
        authz::Answer::Invalid { code, detail, accepted: None, .. } => (code, detail),
        authz::Answer::Invalid { code, detail, accepted: Some(names), .. } => {
            (code, format!("{detail}: expected {names}"))
        }
        authz::Answer::Forbidden { code, detail } => (code, detail.to_owned()),
        authz::Answer::Parameter(fault) => ("parameter", fault.to_string()),
        authz::Answer::NoSuchContent => ("no_such_content", String::new()),
        authz::Answer::NotPublished => ("not_published", String::new()),
        authz::Answer::Unknown => ("unknown", String::new()),
    }
}
