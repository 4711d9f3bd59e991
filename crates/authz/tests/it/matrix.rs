//! Who may do what, as tables that a person can read: `docs/role-matrix.md`, made of real decisions.

use crate::world::{World, claims, element, explore, page, world};
use authz::access::{CannotGrant, may_publish, share};
use authz::permit::{KeepBookmark, ShareBookmark};
use authz::{
    Action, Credential, ExportCsv, ExportPicture, InspectAs, Matter, Opening, Principal, Resource, RunQuery,
    ViewContent, administer,
};
use chrono::TimeDelta;
use model::access::{AccountType, Grant, MemberKind, Permission};
use model::assertion::{Claimant, Claims, ContentClaim};
use model::name::{CredentialId, MemberId, SessionId};
use model::publication::LinkId;
use model::snapshot::Snapshot;
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::path::PathBuf;

const TYPES: [&str; 5] = ["View", "Act", "Analyze", "Build", "Admin"];
const LEVELS: [&str; 4] = ["view", "explore", "contribute", "manage"];
const LINK: &str = "4b1a1c1e-0000-4000-8000-000000000001";

/// Who comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Embed,
    InFrame,
    LoggedIn,
    Credential,
    OnDemand,
    Guest,
    Public,
}

impl Kind {
    const fn told(self) -> &'static str {
        match self {
            Self::Embed => "embed member",
            Self::InFrame => "internal member, in a frame",
            Self::LoggedIn => "internal member, logged in",
            Self::Credential => "API credential with the scopes `view` and `export_csv`",
            Self::OnDemand => "on-demand viewer",
            Self::Guest => "guest",
            Self::Public => "public viewer",
        }
    }
}

fn grant(to: &Json, on: Json, level: &str) -> Grant {
    serde_json::from_value(json!({"to": to, "on": on, "level": level})).unwrap()
}

/// The world with the default account types, a key that bounds nothing, and these grants.
fn organization(grants: Vec<Grant>) -> World {
    let mut world = world();
    world.definitions.account_types = AccountType::defaults().into();
    world.definitions.organization.on_demand_access = true;
    world.definitions.organization.guest_embeds = true;
    world.definitions.organization.public_links = true;
    world.definitions.teams.iter_mut().find(|team| team.name.as_str() == "Support").unwrap().on_demand = true;
    let staff = world.definitions.teams.iter_mut().find(|team| team.name.as_str() == "Staff").unwrap();
    staff.members_of.insert("Managers".parse().unwrap());
    let key = world.key("host");
    key.bind_administrators = true;
    key.ceiling.account_types = TYPES.iter().map(|name| name.parse().unwrap()).collect();
    key.ceiling.permissions = Permission::ALL.iter().copied().filter(|one| !one.is_of_administration()).collect();
    let managers = json!({
        "query": {"explore": "sales.sales", "fields": ["region", "amount"]}, "chart": {"type": "table"},
        "drill": ["region", "manager"], "underlying": ["manager"],
    });
    let sales = world.definitions.workbooks.get_mut(&"sales".parse().unwrap()).unwrap();
    sales.pages[1].elements[0].show = serde_json::from_value(json!({"data": managers})).unwrap();
    world.definitions.grants = grants.into();
    world
}

/// Somebody of a kind and an account type; `None`: they do not get in.
fn come(world: &mut World, kind: Kind, account_type: &str, tenant: Option<&str>) -> Option<Principal> {
    let claimed = |claims: Claims| Claims { tenant: tenant.map(str::to_owned), ..claims };
    match kind {
        Kind::Embed => {
            let account_type = Some(account_type.to_owned());
            let opened = world.open(claimed(Claims { account_type, ..claims("fred", &["Staff"]) }));
            world.resume(opened.ok()?.facts).ok()
        }
        Kind::OnDemand => {
            let claimant = Claimant::OnDemand("vera".to_owned());
            let opened = world.open(claimed(Claims { claimant, ..claims("", &["Support"]) }));
            world.resume(opened.ok()?.facts).ok()
        }
        Kind::Guest => {
            let content = Some(ContentClaim::Named { workbook: "sales".into(), page: None, tag: None });
            let permissions = Some(vec!["view".to_owned(), "export_csv".to_owned()]);
            let opened = world.open(Claims { claimant: Claimant::Guest, content, permissions, ..Claims::default() });
            world.resume(opened.ok()?.facts).ok()
        }
        Kind::Public => {
            let link = LinkId::try_from(LINK.to_owned()).unwrap();
            let opening = Opening { session: SessionId::new("vs_1"), new_member: MemberId::new("new"), now: world.now };
            world.resume(authz::open_link(&link, &world.snapshot(), opening).ok()?).ok()
        }
        Kind::InFrame | Kind::LoggedIn | Kind::Credential => {
            let member = world.know(MemberKind::Internal, "ida@acme.example", account_type, &["Staff"]);
            member.tenant = tenant.map(model::name::TenantId::new);
            let member = member.clone();
            if kind == Kind::InFrame {
                let opened = world.open(claimed(claims("ida@acme.example", &[])));
                return world.resume(opened.ok()?.facts).ok();
            }
            let (snapshot, now) = (world.snapshot(), world.now);
            if kind == Kind::Credential {
                let credential = Credential {
                    id: CredentialId::new("credential_1"),
                    name: "back end".to_owned(),
                    owner: member.id.clone(),
                    scopes: [Permission::View, Permission::ExportCsv].into(),
                    made_at: now,
                    expires_at: now + TimeDelta::hours(1),
                };
                return authz::act_for(&credential, &member, &snapshot, now).ok();
            }
            let entered = authz::enter(&member, &snapshot, SessionId::new("vs_1"), now, false);
            world.resume(entered.ok()?).ok()
        }
    }
}

/// What somebody may do with the workbook.
const ACTIONS: [&str; 13] = [
    "look",
    "ask",
    "drill",
    "rows underneath",
    "own questions",
    "download",
    "picture",
    "bookmark",
    "share bookmark",
    "share",
    "make a link",
    "look as another",
    "administer",
];

fn allowed(principal: &Principal, snapshot: &Snapshot, action: &str) -> bool {
    fn may<A: Action>(principal: &Principal, snapshot: &Snapshot, resource: &Resource) -> bool {
        authz::decide::<A>(principal, snapshot, resource).is_ok()
    }
    let (sales, total) = (page("sales", None), element("overview", "total"));
    let named = ("sales".parse().unwrap(), "detail".parse().unwrap(), "managers".parse().unwrap());
    match action {
        "look" => may::<ViewContent>(principal, snapshot, &sales),
        "ask" => may::<RunQuery>(principal, snapshot, &total),
        "drill" => {
            let (workbook, page, element) = named;
            may::<RunQuery>(principal, snapshot, &Resource::Drill { workbook, page, element })
        }
        "rows underneath" => {
            let (workbook, page, element) = named;
            may::<RunQuery>(principal, snapshot, &Resource::Underlying { workbook, page, element })
        }
        "own questions" => may::<RunQuery>(principal, snapshot, &explore("sales.sales")),
        "download" => may::<ExportCsv>(principal, snapshot, &total),
        "picture" => may::<ExportPicture>(principal, snapshot, &total),
        "bookmark" => may::<KeepBookmark>(principal, snapshot, &sales),
        "share bookmark" => may::<ShareBookmark>(principal, snapshot, &sales),
        "share" => {
            let wanted = grant(&json!({"team": "Managers"}), json!({"workbook": "sales"}), "view");
            share(principal, snapshot, None, Some(&wanted)).is_ok()
        }
        "make a link" => may_publish(principal, snapshot, &"sales".parse().unwrap(), false).is_ok(),
        "look as another" => may::<InspectAs>(principal, snapshot, &total),
        _ => administer(principal, snapshot, &Matter::of_organization(Permission::ManageGrants)).is_ok(),
    }
}

/// Each kind and type with the lowest level of a grant on the workbook at which they may.
fn by_kind_and_type(text: &mut String) {
    header(text, &["who", "account type"], &ACTIONS);
    let mut kinds: Vec<(Kind, &str)> = Vec::new();
    for kind in [Kind::Embed, Kind::InFrame, Kind::LoggedIn] {
        kinds.extend(TYPES.iter().map(|name| (kind, *name)));
    }
    kinds.extend([(Kind::Credential, "Admin"), (Kind::OnDemand, ""), (Kind::Guest, ""), (Kind::Public, "")]);
    for (kind, account_type) in kinds {
        let mut cells = vec!["–"; ACTIONS.len()];
        let mut comes = false;
        for level in std::iter::once("").chain(LEVELS) {
            let mut grants = Vec::new();
            for team in ["Staff", "Support"] {
                let to = json!({"team": team});
                grants.push(grant(&to, json!({"model": "sales"}), "use"));
                if !level.is_empty() {
                    grants.push(grant(&to, json!({"workbook": "sales"}), level));
                }
            }
            let mut world = organization(grants);
            let is_published = matches!(kind, Kind::Guest | Kind::Public) && level == LEVELS[0];
            if is_published {
                let data = json!(["sales.sales", "sales.accounts"]);
                let publications =
                    json!([{"to": {"guests_of": "host"}, "data": data}, {"to": {"public_link": LINK}, "data": data}]);
                let sales = world.definitions.workbooks.get_mut(&"sales".parse().unwrap()).unwrap();
                sales.publications = serde_json::from_value(publications).unwrap();
            }
            let Some(principal) = come(&mut world, kind, account_type, None) else { continue };
            comes = true;
            let snapshot = world.snapshot();
            for (cell, action) in cells.iter_mut().zip(ACTIONS) {
                if *cell == "–" && allowed(&principal, &snapshot, action) {
                    *cell = match level {
                        "" => "always",
                        _ if is_published => "published",
                        level => level,
                    };
                }
            }
        }
        if !comes {
            cells = vec!["does not get in"; 1];
            cells.extend(vec![""; ACTIONS.len() - 1]);
        }
        row(text, &[kind.told(), account_type], &cells);
    }
}

/// To whom a grant is, and whether it counts for an embed member of acme who is in Staff, which is in Managers.
fn by_membership(text: &mut String) {
    let actions = ["look", "ask", "own questions"];
    header(text, &["a grant to"], &actions);
    let identity = |subject: &str| json!({"embed_member": {"issuer": "host", "tenant": "acme", "subject": subject}});
    for (told, to) in [
        ("the person", identity("fred")),
        ("another person", identity("frida")),
        ("a team they are in", json!({"team": "Staff"})),
        ("a team that their team is in", json!({"team": "Managers"})),
        ("another team", json!({"team": "Support"})),
        ("their tenant", json!({"tenant": "acme"})),
        ("another tenant", json!({"tenant": "globex"})),
        ("the key they come with", json!({"key": "host"})),
        ("another key", json!({"key": "stranger"})),
        ("an internal member", json!({"member": "ida@acme.example"})),
    ] {
        let grants =
            vec![grant(&to, json!({"workbook": "sales"}), "explore"), grant(&to, json!({"model": "sales"}), "use")];
        let mut world = organization(grants);
        let principal = come(&mut world, Kind::Embed, "Analyze", Some("acme")).unwrap();
        let snapshot = world.snapshot();
        let cells: Vec<&str> = actions.iter().map(|action| yes(allowed(&principal, &snapshot, action))).collect();
        row(text, &[told], &cells);
    }
}

/// On what a grant is, and what it opens of the workbook `sales`.
fn by_resource(text: &mut String) {
    let actions = ["look", "ask", "own questions"];
    header(text, &["content", "data"], &actions);
    let to = json!({"team": "Staff"});
    let contents = [
        ("the workbook", Some(json!({"workbook": "sales"}))),
        ("its folder", Some(json!({"folder": "shared/sales"}))),
        ("its workspace", Some(json!({"workspace": "shared"}))),
        ("another workbook", Some(json!({"workbook": "notes"}))),
        ("another workspace", Some(json!({"workspace": "closed"}))),
        ("nothing", None),
    ];
    let data = [
        ("the connection", Some(json!({"connection": "demo"}))),
        ("the model", Some(json!({"model": "sales"}))),
        ("the table", Some(json!({"table": "sales.sales"}))),
        ("another table", Some(json!({"table": "sales.accounts"}))),
        ("another model", Some(json!({"model": "hidden"}))),
        ("nothing", None),
    ];
    for (content_told, content) in &contents {
        for (data_told, data) in &data {
            let content = content.iter().map(|on| grant(&to, on.clone(), "explore"));
            let data = data.iter().map(|on| grant(&to, on.clone(), "use"));
            let mut world = organization(content.chain(data).collect());
            let principal = come(&mut world, Kind::Embed, "Analyze", None).unwrap();
            let snapshot = world.snapshot();
            let cells: Vec<&str> = actions.iter().map(|action| yes(allowed(&principal, &snapshot, action))).collect();
            row(text, &[content_told, data_told], &cells);
        }
    }
}

/// Whose a matter is, and what becomes of administering it.
fn by_place(text: &mut String) {
    header(text, &["who", "account type", "of"], &["the organization's", "their tenant's own", "another tenant's"]);
    for (kind, account_type, tenant) in [
        (Kind::LoggedIn, "Admin", None),
        (Kind::LoggedIn, "Admin", Some("acme")),
        (Kind::LoggedIn, "Build", None),
        (Kind::Credential, "Admin", None),
        (Kind::InFrame, "Admin", None),
        (Kind::Embed, "Build", Some("acme")),
    ] {
        let mut world = organization(Vec::new());
        let principal = come(&mut world, kind, account_type, tenant).unwrap();
        let snapshot = world.snapshot();
        let cells = [None, Some("acme"), Some("globex")].map(|place| {
            let place = place.map(|name| name.parse().unwrap());
            match administer(&principal, &snapshot, &Matter::of(Permission::ManageMembers, place.as_ref())) {
                Ok(_) => "yes",
                Err(denial) if denial.hidden => "hidden",
                Err(_) => "–",
            }
        });
        row(text, &[kind.told(), account_type, tenant.map_or("no tenant", |_| "a tenant")], &cells);
    }
}

/// What of a grant whoever manages the workbook may give.
fn by_what_is_given(text: &mut String) {
    header(
        text,
        &["level on the workbook", "account type"],
        &["give `view`", "give `manage`", "allow what they hold", "allow what they do not"],
    );
    for (level, account_type) in
        [("manage", "Build"), ("manage", "Analyze"), ("contribute", "Build"), ("view", "Admin")]
    {
        let to = json!({"team": "Staff"});
        let grants =
            vec![grant(&to, json!({"workbook": "sales"}), level), grant(&to, json!({"model": "sales"}), "use")];
        let mut world = organization(grants);
        let principal = come(&mut world, Kind::LoggedIn, account_type, None).unwrap();
        let snapshot = world.snapshot();
        let gives = |level: &str, allow: Option<Permission>| {
            let mut wanted = grant(&json!({"team": "Managers"}), json!({"workbook": "sales"}), level);
            wanted.allow.extend(allow);
            match share(&principal, &snapshot, None, Some(&wanted)) {
                Ok(_) => "yes",
                Err(CannotGrant::Unseen) => "hidden",
                Err(_) => "–",
            }
        };
        let cells = [
            gives("view", None),
            gives("manage", None),
            gives("view", Some(Permission::Drill)),
            gives("view", Some(if account_type == "Admin" { Permission::SaveContent } else { Permission::InspectAs })),
        ];
        row(text, &[level, account_type], &cells);
    }
}

const fn yes(allowed: bool) -> &'static str {
    if allowed { "yes" } else { "–" }
}

fn header(text: &mut String, first: &[&str], columns: &[&str]) {
    let names: Vec<&str> = first.iter().chain(columns).copied().collect();
    let _ = writeln!(text, "\n| {} |\n|{}", names.join(" | "), "---|".repeat(names.len()));
}

fn row(text: &mut String, first: &[&str], cells: &[&str]) {
    let cells: Vec<&str> = first.iter().chain(cells).copied().collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

fn document() -> String {
    let mut text = String::from(
        "# Who may do what\n\nMade of decisions by `crates/authz/tests/it/matrix.rs`, which compares this page with them; \
         `UPDATE_MATRIX=1` writes it anew. The account types are the [default ones](permissions.md), the key's ceiling bounds \
         nothing, and nothing is denied. `–` is no, *hidden* reads like what does not exist.\n\n\
         ## By kind of person and account type\n\nWhat somebody may do with a workbook, and the lowest level of a grant on it \
         at which they may; *always*: without one. They have the data behind it. Guests and public viewers have no grants: \
         it is published to them or not.\n",
    );
    by_kind_and_type(&mut text);
    text.push_str(
        "\n## By membership\n\nWhether a grant counts for an embed member of a tenant who is in one team, and by that in a \
         second one. The grants are `explore` on the workbook and `use` on its data; the account type is Analyze.\n",
    );
    by_membership(&mut text);
    text.push_str(
        "\n## By resource\n\nWhat a grant of `explore` on content beside one of `use` on data opens of a workbook, for an \
         embed member of the type Analyze.\n",
    );
    by_resource(&mut text);
    text.push_str(
        "\n## Sharing\n\nWhat of a workbook somebody who has logged in may give to a team, by the level that they have \
         themselves ([decision 62](decisions/0062-sharing-without-administering.md)).\n",
    );
    by_what_is_given(&mut text);
    text.push_str(
        "\n## Administration\n\nWhether somebody administers members, by whose these are \
         ([decision 50](decisions/0050-administration-is-a-session-of-its-own.md)).\n",
    );
    by_place(&mut text);
    text
}

#[test]
fn the_page_of_who_may_do_what_is_what_is_decided() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/role-matrix.md");
    let found = document();
    if std::env::var_os("UPDATE_MATRIX").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == found, "docs/role-matrix.md is not what is decided: UPDATE_MATRIX=1 writes it anew\n{found}");
}
