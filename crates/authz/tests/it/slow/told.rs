//! A world as plain lists of words, and the same as definitions.

use super::Asked;
use super::chance::Chance;
use crate::world::{LINKED, world as written};
use authz::Member;
use model::access::{Definitions, MemberKind};
use model::assertion::{Claimant, Claims, ContentClaim};
use model::name::{IssuerId, MemberId, TeamId, TenantId};
use model::publication::LinkId;
use model::workbook::VersionBody;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

pub(crate) type Words = Vec<&'static str>;

pub(crate) const TEAMS: [&str; 6] = ["Managers", "Staff", "Support", "Tenants", "Board", "acme/Own"];
const PERMISSIONS: [&str; 7] =
    ["view", "explore", "drill", "view_underlying", "export_csv", "inspect_as", "administer"];
/// What grants are on, and ceilings but for the last.
const CONTENT: [(&str, &str); 5] = [
    ("workspace", "shared"),
    ("folder", "shared/sales"),
    ("workbook", "sales"),
    ("workbook", "notes"),
    ("tag", "sales@beta"),
];
const DATA: [(&str, &str); 5] = [
    ("connection", "demo"),
    ("model", "sales"),
    ("table", "sales.sales"),
    ("table", "sales.accounts"),
    ("model", "hidden"),
];
const LINK: &str = "4b1a1c1e-0000-4000-8000-000000000001";

/// Who comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comer {
    New,
    Automatic,
    ByHand,
    /// The same, by an identity that an administrator has linked to them.
    Linked,
    Internal,
    /// The same, who has logged in without a host.
    Application,
    OnDemand,
    OnDemandKnown,
    Guest,
    Public,
}

#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) name: &'static str,
    pub(crate) on_demand: bool,
    pub(crate) members_of: Words,
}

#[derive(Debug, Clone)]
pub(crate) struct Grant {
    /// `team`, `tenant`, `member`, `embed_member` or `key`, and which.
    pub(crate) to: (&'static str, &'static str),
    pub(crate) on: (&'static str, &'static str),
    /// Empty: none.
    pub(crate) level: &'static str,
    pub(crate) allow: Words,
    pub(crate) deny: Words,
}

#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) automatic: bool,
    pub(crate) keep: bool,
    pub(crate) on_demand: bool,
    pub(crate) dynamic: bool,
    pub(crate) guests: bool,
    pub(crate) links: bool,
    /// `acme` or `globex`.
    pub(crate) deactivated: Words,
    pub(crate) blocked: bool,
    pub(crate) teams: Vec<Team>,
    pub(crate) types: Vec<(&'static str, Words)>,
    pub(crate) key_disabled: bool,
    pub(crate) key_binds: bool,
    pub(crate) key_binds_administrators: bool,
    /// `None`: any.
    pub(crate) key_tenants: Option<Words>,
    pub(crate) key_teams: Option<Words>,
    pub(crate) key_types: Words,
    pub(crate) key_permissions: Words,
    pub(crate) key_content: Vec<(&'static str, &'static str)>,
    pub(crate) grants: Vec<Grant>,
    /// `sales` the workbook, `shared/sales` the folder, or empty: what belongs to whoever comes.
    pub(crate) owned: &'static str,
    /// Tables that are published with the workbook `sales` to guests and by the link; `None`: it is not published.
    pub(crate) published: Option<Words>,
    pub(crate) comer: Comer,
    pub(crate) member_active: bool,
    pub(crate) logged_in: bool,
    pub(crate) member_tenant: Option<&'static str>,
    pub(crate) member_teams: Words,
    pub(crate) member_type: &'static str,
    pub(crate) claimed_tenant: Option<&'static str>,
    pub(crate) claimed_teams: Option<Words>,
    pub(crate) claimed_type: Option<&'static str>,
    pub(crate) claimed_permissions: Option<Words>,
    /// Workbook, perhaps with a tag, and page or nothing.
    pub(crate) scope: Option<(&'static str, &'static str)>,
}

pub(crate) fn world(chance: &mut Chance) -> (Told, Told) {
    let told = first(chance);
    let mut later = told.clone();
    match chance.below(12) {
        0 => later.deactivated = vec!["acme"],
        1 => later.blocked = true,
        2 => later.key_teams = Some(chance.some(&TEAMS[..5], 40)),
        3 => later.key_content = chance.some(&CONTENT[..4], 30),
        4 => later.key_permissions = chance.some(&PERMISSIONS[..6], 50),
        5 => later.key_disabled = true,
        6 => later.member_active = false,
        7 => later.key_types = chance.some(&["View", "Some", "Admin"], 40),
        8 => later.teams = teams(chance),
        9 => later.types = types(chance),
        _ => {}
    }
    (told, later)
}

fn first(chance: &mut Chance) -> Told {
    let comers = [
        Comer::New,
        Comer::Automatic,
        Comer::ByHand,
        Comer::ByHand,
        Comer::Linked,
        Comer::Internal,
        Comer::Internal,
        Comer::Application,
        Comer::OnDemand,
        Comer::OnDemandKnown,
        Comer::Guest,
        Comer::Public,
    ];
    let comer = *chance.one(&comers);
    let tenant = *chance.one(&[None, None, Some("acme"), Some("acme"), Some("globex")]);
    let is_open = chance.percent(70);
    let owned = *chance.one(&["", "", "", "", "", "", "sales", "shared/sales", "shared"]);
    let member_type = *chance.one(&["View", "Some", "Some", "Admin", "Gone"]);
    let scopes = [
        None,
        None,
        Some(("sales", "")),
        Some(("sales", "overview")),
        Some(("sales", "detail")),
        Some(("sales@beta", "")),
        Some(("notes", "")),
    ];
    Told {
        automatic: chance.percent(60),
        keep: chance.percent(50),
        on_demand: chance.percent(75),
        dynamic: chance.percent(40),
        guests: chance.percent(85),
        links: chance.percent(85),
        deactivated: chance.some(&["acme", "globex"], 6),
        blocked: chance.percent(4),
        teams: teams(chance),
        types: types(chance),
        key_disabled: chance.percent(2),
        key_binds: chance.percent(85),
        key_binds_administrators: chance.percent(50),
        key_tenants: if chance.percent(80) { None } else { Some(chance.some(&["acme", "globex"], 60)) },
        key_teams: if is_open || chance.percent(30) { None } else { Some(chance.some(&TEAMS[..5], 75)) },
        key_types: if is_open { vec!["View", "Some", "Admin"] } else { chance.some(&["View", "Some", "Admin"], 70) },
        key_permissions: if is_open { PERMISSIONS[..6].to_vec() } else { chance.some(&PERMISSIONS[..6], 75) },
        key_content: if is_open { vec![CONTENT[0]] } else { chance.some(&CONTENT[..4], 45) },
        grants: grants(chance, tenant),
        owned,
        published: if chance.percent(80) { Some(chance.some(&["sales.sales", "sales.accounts"], 70)) } else { None },
        comer,
        member_active: chance.percent(95),
        logged_in: chance.percent(85),
        member_tenant: if chance.percent(90) { tenant } else { Some("globex") },
        member_teams: chance.some(&TEAMS, 35),
        member_type,
        claimed_tenant: tenant,
        claimed_teams: if chance.percent(75) { Some(claimed_teams(chance)) } else { None },
        claimed_type: *chance.one(&[None, Some("View"), Some("Some"), Some("Some"), Some("Admin"), Some("Gone")]),
        claimed_permissions: if chance.percent(20) { Some(chance.some(&PERMISSIONS[..6], 60)) } else { None },
        scope: *chance.one(&scopes),
    }
}

fn claimed_teams(chance: &mut Chance) -> Words {
    let mut claimed = chance.some(&TEAMS[..5], 40);
    match chance.below(20) {
        0 => claimed.push("acme/Own"),
        1 => claimed.push("Nobodies"),
        _ => {}
    }
    claimed
}

/// A team is a member of later ones only, so there is no circle.
fn teams(chance: &mut Chance) -> Vec<Team> {
    let team = |chance: &mut Chance, index: usize| {
        let own = index == 5;
        let above = if own { Vec::new() } else { chance.some(&TEAMS[index + 1..5], 25) };
        Team { name: TEAMS[index], on_demand: !own && chance.percent(50), members_of: above }
    };
    (0..TEAMS.len()).map(|index| team(chance, index)).collect()
}

fn types(chance: &mut Chance) -> Vec<(&'static str, Words)> {
    let mut admin = chance.some(&PERMISSIONS[..6], 70);
    admin.push("administer");
    let mut view = vec!["view"];
    view.extend(chance.some(&PERMISSIONS[2..4], 30));
    vec![("View", view), ("Some", chance.some(&PERMISSIONS[..6], 75)), ("Admin", admin)]
}

fn grants(chance: &mut Chance, tenant: Option<&'static str>) -> Vec<Grant> {
    let mut grants: Vec<Grant> = Vec::new();
    for _ in 0..2 + chance.below(9) {
        let to = match chance.below(14) {
            0 => ("tenant", tenant.unwrap_or("acme")),
            1 => ("member", "ida@acme.example"),
            2 | 3 => ("embed_member", "fred"),
            4 => ("key", "host"),
            5 => ("key", "stranger"),
            _ => ("team", *chance.one(&TEAMS)),
        };
        let is_data = chance.percent(40);
        let on = *if is_data { chance.one(&DATA) } else { chance.one(&CONTENT) };
        if grants.iter().any(|one| (one.to, one.on) == (to, on)) {
            continue;
        }
        let rules = !is_data && chance.percent(45);
        let (allow, deny) = if rules {
            (chance.some(&PERMISSIONS[..6], 20), chance.some(&PERMISSIONS[..6], 15))
        } else {
            (vec![], vec![])
        };
        let level = if is_data {
            *chance.one(&["use", "use", "use_and_annotate", "view"])
        } else {
            *chance.one(&["view", "explore", "explore", "contribute", "manage", "use", ""])
        };
        let allow = allow.into_iter().filter(|one| !deny.contains(one)).collect();
        grants.push(Grant { to, on, level, allow, deny });
    }
    grants
}

pub(crate) fn asked(chance: &mut Chance) -> Asked {
    let of = |action, kind, workbook, page, name| Asked { action, kind, workbook, page, name };
    let all = [
        of("view_content", "page", "sales", "", ""),
        of("view_content", "page", "sales", "overview", ""),
        of("view_content", "page", "sales", "detail", ""),
        of("view_content", "page", "sales", "nowhere", ""),
        of("view_content", "page", "sales@beta", "", ""),
        of("view_content", "page", "sales@beta", "overview", ""),
        of("view_content", "page", "sales@beta", "detail", ""),
        of("run_query", "element", "sales@beta", "overview", "total"),
        of("export_csv", "element", "sales@beta", "overview", "total"),
        of("view_content", "page", "notes", "one", ""),
        of("view_content", "page", "board", "", ""),
        of("view_content", "page", "nothing", "", ""),
        of("run_query", "element", "sales", "overview", "total"),
        of("run_query", "element", "sales", "overview", "accounts"),
        of("run_query", "element", "sales", "detail", "managers"),
        of("run_query", "element", "sales", "detail", "nothing"),
        of("run_query", "drill", "sales", "detail", "managers"),
        of("run_query", "underlying", "sales", "detail", "managers"),
        of("run_query", "control", "sales", "overview", "region"),
        of("run_query", "explore", "sales", "", "sales.sales"),
        of("run_query", "explore", "sales", "", "sales.accounts"),
        of("run_query", "explore", "sales", "", "hidden.sales"),
        of("run_query", "counted", "sales", "", "sales.sales"),
        of("export_csv", "element", "sales", "overview", "total"),
        of("export_csv", "element", "sales", "detail", "managers"),
        of("export_csv", "underlying", "sales", "detail", "managers"),
        of("export_csv", "explore", "sales", "", "sales.sales"),
        of("export_csv", "counted", "sales", "", "sales.sales"),
        of("inspect_as", "element", "sales", "overview", "total"),
        of("inspect_as", "explore", "sales", "", "sales.sales"),
    ];
    chance.one(&all).clone()
}

impl Told {
    /// The same as the crate reads it.
    pub(crate) fn definitions(&self) -> Definitions {
        let mut definitions = written().definitions;
        let organization = &mut definitions.organization;
        organization.automatic_creation = self.automatic;
        organization.keep_automatic_members = self.keep;
        organization.on_demand_access = self.on_demand;
        organization.dynamic_teams = self.dynamic;
        organization.guest_embeds = self.guests;
        organization.public_links = self.links;
        for tenant in &mut definitions.tenants {
            tenant.deactivated = self.deactivated.contains(&tenant.name.as_str());
        }
        if self.blocked {
            let subjects = ["fred", LINKED, "vera", "ida@acme.example"].map(str::to_owned);
            definitions.issuers[0].blocked.extend(subjects);
        }
        definitions.teams = read(
            self.teams
                .iter()
                .map(|team| json!({"name": team.name, "on_demand": team.on_demand, "members_of": team.members_of})),
        )
        .into();
        definitions.account_types =
            read(self.types.iter().map(|(name, permissions)| json!({"name": name, "permissions": permissions}))).into();
        definitions.grants = read(self.grants.iter().map(Grant::json)).into();
        let key = definitions.embed_keys.iter_mut().find(|key| key.client_id.as_str() == "host").unwrap();
        key.disabled = self.key_disabled;
        key.bind_internal_by_email = self.key_binds;
        key.bind_administrators = self.key_binds_administrators;
        let any = |words: &Option<Words>| words.as_ref().map_or_else(|| json!("any"), |words| json!(words));
        key.ceiling = serde_json::from_value(json!({
            "tenants": any(&self.key_tenants), "teams": any(&self.key_teams), "account_types": self.key_types,
            "permissions": self.key_permissions,
            "content": self.key_content.iter().map(|(kind, name)| json!({*kind: name})).collect::<Vec<_>>(),
        }))
        .unwrap();
        self.mark_content(&mut definitions);
        definitions
    }

    fn mark_content(&self, definitions: &mut Definitions) {
        let owner = serde_json::from_value(match self.comer {
            Comer::Internal | Comer::Application => json!({"member": "Ida@acme.example"}),
            _ => json!({"embed_member": {"issuer": "host", "tenant": self.member_tenant, "subject": "fred"}}),
        });
        let owner: Option<model::access::Owner> = owner.ok();
        if self.owned == "shared" {
            definitions.workspaces[0].owner.clone_from(&owner);
        }
        if self.owned == "shared/sales" {
            definitions.workspaces[0].folders[0].owner.clone_from(&owner);
        }
        let workbook = definitions.workbooks.get_mut(&"sales".parse().unwrap()).unwrap();
        if self.owned == "sales" {
            workbook.owner = owner;
        }
        if let Some(data) = &self.published {
            let to = [json!({"guests_of": "host"}), json!({"public_link": LINK})];
            workbook.publications = read(to.into_iter().map(|to| json!({"to": to, "data": data})));
        }
        let figures = json!({"name": "figures", "show": {"data": {
            "query": {"explore": "sales.sales", "fields": ["amount"]}, "chart": {"type": "table"},
        }}});
        let notes = definitions.workbooks.get_mut(&"notes".parse().unwrap()).unwrap();
        notes.pages[0].elements.push(serde_json::from_value(figures).unwrap());
        let workbook = definitions.workbooks.get_mut(&"sales".parse().unwrap()).unwrap();
        let managers = json!({
            "query": {"explore": "sales.sales", "fields": ["region", "amount"]}, "chart": {"type": "table"},
            "drill": ["region", "manager"], "underlying": ["manager"],
        });
        let element = workbook.pages[1].elements.first_mut().unwrap();
        element.show = serde_json::from_value(json!({"data": managers})).unwrap();
        let mut beta = VersionBody::of(workbook);
        beta.pages.truncate(1);
        definitions.tags.insert("sales@beta".to_owned().try_into().unwrap(), beta);
        let explores = &mut definitions.models.get_mut(&"sales".parse().unwrap()).unwrap().explores;
        let sales = explores.get_mut(&"sales".parse().unwrap()).unwrap();
        sales.drill_fields = serde_json::from_value(json!(["manager"])).unwrap();
    }

    pub(crate) fn members(&self) -> Vec<Member> {
        let (kind, subject) = match self.comer {
            Comer::Automatic | Comer::ByHand | Comer::Linked | Comer::OnDemandKnown => (MemberKind::Embed, "fred"),
            Comer::Internal | Comer::Application => (MemberKind::Internal, "ida@acme.example"),
            _ => return Vec::new(),
        };
        vec![Member {
            id: MemberId::new("known"),
            issuer: (kind == MemberKind::Embed).then(|| IssuerId::new("host")),
            tenant: self.member_tenant.map(TenantId::new),
            subject: subject.to_owned(),
            kind,
            automatic: self.comer == Comer::Automatic,
            active: self.member_active,
            has_logged_in: self.logged_in,
            email: None,
            first_name: None,
            last_name: None,
            account_type: self.member_type.parse().unwrap(),
            teams: self.member_teams.iter().map(|team| TeamId::new(*team)).collect(),
            attributes: BTreeMap::new(),
        }]
    }

    pub(crate) fn claims(&self) -> Claims {
        let owned = |words: &Words| words.iter().map(|&word| word.to_owned()).collect();
        let claimant = match self.comer {
            Comer::Internal => Claimant::Member("Ida@acme.example".into()),
            Comer::OnDemand => Claimant::OnDemand("vera".into()),
            Comer::OnDemandKnown => Claimant::OnDemand("fred".into()),
            Comer::Guest => Claimant::Guest,
            Comer::Linked => Claimant::Member(LINKED.into()),
            _ => Claimant::Member("fred".into()),
        };
        let content = self.scope.map(|(version, page)| {
            let (workbook, tag) = version.split_once('@').unwrap_or((version, ""));
            let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            ContentClaim::Named { workbook: workbook.into(), page: given(page), tag: given(tag) }
        });
        Claims {
            claimant,
            tenant: self.claimed_tenant.map(str::to_owned),
            teams: self.claimed_teams.as_ref().map(owned),
            account_type: self.claimed_type.map(str::to_owned),
            permissions: self.claimed_permissions.as_ref().map(owned),
            content,
            ..Claims::default()
        }
    }

    /// The link, if it is by one that somebody comes.
    pub(crate) fn link(&self) -> Option<LinkId> {
        (self.comer == Comer::Public).then(|| LinkId::try_from(LINK.to_owned()).unwrap())
    }
}

impl Grant {
    fn json(&self) -> Json {
        let to = match self.to {
            ("embed_member", subject) => json!({"embed_member": {"issuer": "host", "subject": subject}}),
            (kind, name) => json!({kind: name}),
        };
        let (kind, name) = self.on;
        let level = (!self.level.is_empty()).then_some(self.level);
        json!({"to": to, "on": {kind: name}, "level": level, "allow": self.allow, "deny": self.deny})
    }
}

fn read<T: serde::de::DeserializeOwned>(items: impl Iterator<Item = Json>) -> Vec<T> {
    items.map(|item| serde_json::from_value(item).unwrap()).collect()
}
