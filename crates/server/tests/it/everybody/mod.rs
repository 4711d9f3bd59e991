//! The inventory of routes: what each is about, asked by every kind of caller about what is theirs, what is somebody else's,
//! and what is absent. A route that is not in it fails a test.

mod changes;
mod hidden;

use crate::administration::Caller;
use crate::guests::published;
use crate::support::{Vitrine, buyer, edit};
use reqwest::Method;
use serde_json::{Value, json};
use server::routes::{Route, routes};
use std::collections::BTreeSet;
use std::ops::Deref;
use tempfile::TempDir;
use testkit::callers::CallError;

/// What a route is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// The same for everybody: files, pages without content, and whether the process lives.
    Nobody,
    /// A page that is framed, and may name content: it reads the same whatever there is.
    Document,
    /// A credential in the body, that becomes another one.
    Exchange,
    /// A host's sessions.
    Host,
    /// A workbook, or something of one, in the address.
    Content,
    /// Explores and elements, in the body.
    Question,
    /// The caller, and nobody else.
    Oneself,
    /// What a guest's token or a link in the address is for.
    Guest,
    /// What programs that were written for Looker ask for, each with an access token. Asked in `looker_api/`.
    Program,
    /// What programs that were written for Sigma ask for, or get a token by. Asked in `sigma_api/`.
    Sigma,
    /// What programs that were written for Tableau ask for, or sign in with. Asked in `tableau_api/`.
    Tableau,
    /// The organization. Asked more closely in `administration/inventory.rs`.
    Organization,
}

/// By how addresses begin: the first that fits. The rest is the organization's.
const INVENTORY: &[(&str, About)] = &[
    ("/healthz", About::Nobody),
    ("/readyz", About::Nobody),
    ("/sdk/", About::Nobody),
    ("/assets/", About::Nobody),
    ("/app/", About::Nobody),
    ("/javascripts/", About::Nobody),
    ("/admin", About::Nobody),
    ("/login/embed/", About::Exchange),
    ("/login", About::Nobody),
    ("/workbooks/", About::Nobody),
    ("/invitation", About::Nobody),
    ("/reset", About::Nobody),
    ("/account", About::Nobody),
    ("/api/v1/openapi.json", About::Nobody),
    ("/e/", About::Document),
    ("/embed/", About::Document),
    ("/public/", About::Document),
    ("/views/", About::Document),
    ("/t/", About::Document),
    ("/dashboard/", About::Document),
    ("/question/", About::Document),
    ("/{organization}/", About::Document),
    ("/api/embed/", About::Guest),
    ("/api/public/", About::Guest),
    ("/api/card/", About::Oneself),
    ("/api/dashboard/", About::Oneself),
    ("/api/v1/embed/redeem", About::Exchange),
    ("/api/v1/login", About::Exchange),
    ("/auth/", About::Exchange),
    ("/api/v1/metabase/", About::Oneself),
    ("/api/v1/sigma/", About::Exchange),
    ("/api/v1/looker/", About::Exchange),
    ("/api/v1/tableau/", About::Exchange),
    ("/api/4.0/", About::Program),
    ("/api/logout", About::Program),
    ("/api/{version}/", About::Tableau),
    ("/v2/", About::Sigma),
    ("/api/v1/embed/sessions", About::Host),
    ("/api/v1/workbooks/", About::Content),
    ("/api/v1/workbooks", About::Oneself),
    ("/api/v1/query", About::Question),
    ("/api/v1/explain", About::Question),
    ("/api/v1/trash", About::Oneself),
    ("/api/v1/explores", About::Oneself),
    ("/api/v1/places", About::Oneself),
    ("/api/v1/public-links", About::Oneself),
    ("/api/v1/whoami", About::Oneself),
    ("/api/v1/account/", About::Oneself),
    ("/api/v1/permissions", About::Oneself),
    ("/api/v1/subscriptions", About::Oneself),
];

/// Lists of the organization, and what is in them.
const ORGANIZATION: &[&str] = &[
    "access",
    "account-types",
    "activity",
    "api-credentials",
    "attribute-values",
    "attributes",
    "connections",
    "embed-keys",
    "folders",
    "grants",
    "identity-providers",
    "issuers",
    "members",
    "models",
    "sessions",
    "settings",
    "tags",
    "teams",
    "tenants",
    "tokens",
    "workbook-definitions",
    "workspaces",
];

/// What a route is about; `None`: it is not in the inventory.
pub(super) fn about(path: &str) -> Option<About> {
    if ["/api/v1/session", "/api/v1/account"].contains(&path) {
        return Some(About::Oneself);
    }
    if path == "/" {
        return Some(About::Nobody);
    }
    let known = INVENTORY.iter().find(|(beginning, _)| path.starts_with(beginning));
    let list = path.strip_prefix("/api/v1/").and_then(|rest| rest.split('/').next());
    let of_organization = list.is_some_and(|list| ORGANIZATION.contains(&list));
    known.map(|(_, about)| *about).or_else(|| of_organization.then_some(About::Organization))
}

/// Whether a route is for those who may change content, and not for its readers.
pub(super) fn is_of_authors(route: &Route) -> bool {
    let ends =
        ["/draft", "/publish", "/copy", "/move", "/restore", "/changes", "/versions", "{version}", "/tags/{tag}"];
    let throws = route.method == Method::DELETE && route.path == "/api/v1/workbooks/{workbook}";
    let shares = route.path.contains("/grants");
    let previews = route.path.contains("/draft/");
    throws || shares || previews || ends.iter().any(|end| route.path.ends_with(end))
}

/// The routes that are about that.
pub(crate) fn routes_about(wanted: About) -> Vec<Route> {
    let found: Vec<Route> = routes().into_iter().filter(|route| about(route.path) == Some(wanted)).collect();
    assert!(!found.is_empty(), "{wanted:?}");
    found
}

#[test]
fn every_route_is_in_the_inventory_and_all_of_the_inventory_is_routes() {
    let missing: Vec<_> = routes().iter().map(|route| route.path).filter(|path| about(path).is_none()).collect();
    assert!(missing.is_empty(), "say what they are about: {missing:?}");
    let all = routes();
    for (beginning, about) in INVENTORY {
        let found = all.iter().any(|route| route.path.starts_with(beginning));
        assert!(found, "no route begins with {beginning} ({about:?})");
    }
    let lists: BTreeSet<_> = ORGANIZATION.iter().map(|list| format!("/api/v1/{list}")).collect();
    assert!(lists.iter().all(|list| all.iter().any(|route| route.path.starts_with(list.as_str()))), "{lists:?}");
}

/// A server, and the folder of its definitions and data.
pub(super) struct World {
    vitrine: Vitrine,
    _folder: TempDir,
}

impl Deref for World {
    type Target = Vitrine;

    fn deref(&self) -> &Vitrine {
        &self.vitrine
    }
}

/// The small world, with guests, people on demand, and bookmarks.
pub(super) async fn world() -> Result<World, CallError> {
    let folder = published()?;
    let file = |name: &str| folder.path().join(name);
    let types = file("account_types.yaml");
    edit(
        &types,
        "explore, export_csv]}\n  - {name: Desk",
        "explore, export_csv, export_picture, bookmark]}\n  - {name: Desk",
    )?;
    let more = "export_picture, bookmark, subscribe, save_content, publish_content, tag_content, manage_settings, ";
    edit(&types, "manage_settings, ", more)?;
    let given = "permissions: [view, drill, view_underlying, explore, export_csv]";
    edit(
        &file("embed_keys.yaml"),
        given,
        "permissions: [view, drill, view_underlying, explore, export_csv, export_picture, bookmark]",
    )?;
    Ok(World { vitrine: Vitrine::of(folder.path()).await?, _folder: folder })
}

/// Everybody who can come in, by a word.
pub(super) async fn everybody(vitrine: &Vitrine) -> Result<Vec<(&'static str, Caller)>, CallError> {
    let portal = vitrine.host("portal");
    let of = |handle: &str| Caller::with(vitrine, handle);
    let guest = json!({"guest": true, "content": {"workbook": "orders"}, "locked_parameters": {"company": "acme"}});
    let mut anywhere = buyer("acme");
    anywhere.as_object_mut().ok_or("no object")?.remove("content");
    let on_demand = json!({"on_demand": true, "subject": "somebody", "tenant": "acme", "teams": ["Support"]});
    let (ines, root) = (vitrine.logged_in("ines@portal.example").await?, vitrine.root().await?);
    let owner = root.id("/api/v1/members?beginning=ines").await?;
    let new = json!({"name": "x", "owner": owner, "scopes": ["view", "explore"], "expires_at": "2026-01-02T00:00:00Z"});
    let made = root.post("/api/v1/api-credentials", new).await?.json();
    Ok(vec![
        ("nobody", of("vh_nobody")),
        ("an embed member", of(&vitrine.buyer("acme").await?.handle)),
        ("an embed member for all content", of(&portal.viewer(&anywhere, "orders").await?.handle)),
        ("a guest", of(&portal.viewer(&guest, "orders").await?.handle)),
        ("somebody on demand", of(&portal.viewer(&on_demand, "orders").await?.handle)),
        ("an internal member", ines),
        ("an API credential", of(made["secret"].as_str().unwrap_or_default())),
        ("a tenant's administrator", vitrine.logged_in("tina@acme.example").await?),
        ("an administrator", root),
    ])
}

/// A body that a route takes, about what `place` names.
pub(super) fn body(method: &Method, path: &str, place: &str) -> Option<Value> {
    let body = match path {
        _ if path.ends_with("/export") => json!({"format": "csv"}),
        _ if path.ends_with("/picture") => json!({"format": "svg"}),
        _ if path.ends_with("/bookmarks") => json!({"title": "x", "state": {"page": "main", "controls": {}}}),
        "/api/v1/query" => json!({"explore": place, "fields": ["orders"]}),
        "/api/v1/query/underlying" => json!({"explore": place, "measure": "orders"}),
        "/api/v1/explain" => json!({"as": {"key": "portal", "session": buyer("globex")}, "explore": place}),
        _ if path.ends_with("/draft") => json!({"title": "x", "pages": []}),
        _ => json!({}),
    };
    matches!(*method, Method::POST | Method::PATCH | Method::PUT).then_some(body)
}
