//! A write leaves one event; reading changes nothing but the audit trail.

use super::{About, World, about, body, everybody, world};
use crate::administration::Caller;
use crate::support::{Outcome, Vitrine, buyer};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::callers::CallerKind;
use server::routes::routes;
use std::collections::BTreeSet;
use testkit::callers::CallError;

/// What a request may leave behind that only reads: the trail of it.
const TRAIL: [&str; 3] = ["audit_events", "audit_completions", "audit_heads"];

/// All that the store holds, by table, but for the trail.
async fn held(vitrine: &Vitrine) -> Result<Vec<String>, CallError> {
    let mut file = Vec::new();
    vitrine.store().await?.back_up(&mut file).await?;
    let text = String::from_utf8(file)?;
    let mut kept = Vec::new();
    let mut of_trail = false;
    for line in text.lines() {
        let json: Value = serde_json::from_str(line)?;
        if let Some(table) = json.as_object().and_then(|line| line.get("table")) {
            let name = table.as_str().or_else(|| table["name"].as_str()).ok_or("a table without a name")?;
            of_trail = TRAIL.contains(&name);
        }
        if !of_trail && !line.contains("sha256") {
            kept.push(line.to_owned());
        }
    }
    assert!(kept.len() > 20, "{text}");
    Ok(kept)
}

#[tokio::test]
async fn reading_changes_nothing_but_the_trail() -> Outcome {
    let vitrine = world().await?;
    let callers = everybody(&vitrine).await?;
    let root = &callers.iter().find(|(who, _)| *who == "an administrator").ok_or("nobody")?.1;
    let mut ids = Vec::new();
    for route in routes().into_iter().filter(|route| about(route.path) == Some(About::Organization)) {
        if let (true, Some(list)) = (route.method == Method::GET, route.path.split("/{").next()) {
            ids.extend(root.id(list).await.ok().map(|id| (list, id)));
        }
    }
    let before = held(&vitrine).await?;
    let mut asked = 0;
    for route in routes().into_iter().filter(|route| route.method == Method::GET) {
        let id = ids.iter().find(|(list, _)| route.path.starts_with(list)).map_or("none", |(_, id)| id);
        let path = route.path.replace("{workbook}", "orders").replace("{page}", "main").replace("{*path}", "x");
        let path = path.replace("{*rest}", "x").replace(['*'], "");
        let mut path = path;
        while let (Some(start), Some(end)) = (path.find('{'), path.find('}')) {
            path.replace_range(start..=end, id);
        }
        for (_, caller) in &callers {
            caller.get(&path).await?;
            asked += 1;
        }
        if about(route.path) == Some(About::Content) || about(route.path) == Some(About::Organization) {
            let shown = root.get(&path).await?;
            assert_ne!(shown.status, StatusCode::INTERNAL_SERVER_ERROR, "{path}: {}", shown.text());
        }
    }
    // Questions are asked by POST, and read as well.
    for route in routes().into_iter().filter(|route| is_question(&route.method, route.path)) {
        let path = route.path.replace("{workbook}", "orders").replace("{page}", "second");
        let path = path.replace("{element}", "by_month").replace("{control}", "own");
        for (_, caller) in &callers {
            caller.ask(route.method.clone(), &path, body(&route.method, route.path, "shop.orders")).await?;
            asked += 1;
        }
    }
    assert!(asked > 500, "{asked}");
    let after = held(&vitrine).await?;
    let changed: Vec<_> = after.iter().filter(|line| !before.contains(line)).collect();
    assert!(changed.is_empty() && before.len() == after.len(), "{changed:?}");
    Ok(())
}

/// Whether a route only asks, with a body.
fn is_question(method: &Method, path: &str) -> bool {
    let endings = [
        "/query",
        "/export",
        "/picture",
        "/underlying",
        "/values",
        "/explain",
        "/identity-providers/{id}/test",
        "/tokens/test",
    ];
    *method == Method::POST && endings.iter().any(|ending| path.ends_with(ending))
}

/// How many events there are.
async fn events(vitrine: &Vitrine) -> Result<usize, CallError> {
    Ok(vitrine.store().await?.recent_audit(10_000).await?.len())
}

/// Writes, one after another, and which routes they were.
struct Writing {
    vitrine: World,
    done: BTreeSet<String>,
}

impl Writing {
    /// Expects a request to succeed, and to leave one event.
    async fn write(
        &mut self,
        caller: &Caller,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, CallError> {
        let before = events(&self.vitrine).await?;
        let answer = caller.ask(method.clone(), path, body).await?;
        assert!(answer.status.is_success(), "{method} {path}: {} {}", answer.status, answer.text());
        self.note(&method, path, before).await?;
        Ok(answer.json())
    }

    /// Expects one event more than `before`, of a request that was made.
    async fn note(&mut self, method: &Method, path: &str, before: usize) -> Result<(), CallError> {
        assert_eq!(events(&self.vitrine).await?, before + 1, "{method} {path}");
        self.done.insert(format!("{method} {}", pattern(method, path)));
        Ok(())
    }

    /// Makes something, changes it and deletes it.
    async fn thing(&mut self, root: &Caller, list: &str, new: Value, change: Value) -> Result<(), CallError> {
        let list = format!("/api/v1/{list}");
        let made = self.write(root, Method::POST, &list, Some(new)).await?;
        let one = format!("{list}/{}", made["id"].as_str().ok_or("no id")?);
        self.write(root, Method::PATCH, &one, Some(change)).await?;
        self.write(root, Method::DELETE, &one, None).await?;
        Ok(())
    }
}

/// The pattern of the route that an address matches.
fn pattern(method: &Method, path: &str) -> &'static str {
    let fits = |pattern: &str| {
        let (own, asked): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
        own.len() == asked.len() && own.iter().zip(&asked).all(|(own, asked)| own.starts_with('{') || own == asked)
    };
    let mut found: Vec<&str> =
        routes().iter().filter(|it| it.method == *method).map(|it| it.path).filter(|it| fits(it)).collect();
    // A route without parameters goes before one with.
    found.sort_by_key(|pattern| pattern.matches('{').count());
    found.first().copied().unwrap_or("none")
}

/// Writes that are not made here, and where they are.
const ELSEWHERE: [(&str, &str); 35] = [
    ("POST /api/v1/login/reset", "account/passwords.rs: it sends a mail"),
    ("POST /api/v1/login/passkey", "account/passkeys.rs: nothing is written"),
    ("PUT /api/v1/account/password", "account/passwords.rs: the session goes on as another one, which is an event too"),
    ("DELETE /api/v1/account/sessions/{session}", "account/passwords.rs"),
    ("POST /api/v1/account/second-factor", "account/second_factors.rs"),
    ("POST /api/v1/account/second-factor/confirm", "account/second_factors.rs"),
    ("POST /api/v1/account/second-factor/remove", "account/second_factors.rs"),
    ("POST /api/v1/account/passkeys", "account/passkeys.rs: nothing is written but the event"),
    ("POST /api/v1/account/passkeys/confirm", "account/passkeys.rs"),
    ("POST /api/v1/account/passkeys/{passkey}/remove", "account/passkeys.rs"),
    ("DELETE /api/v1/members/{member}/second-factor", "account/passkeys.rs"),
    ("POST /auth/oidc/{provider}/logout", "oidc/people.rs: it needs a token that the provider has signed"),
    ("PUT /api/v1/identity-providers/{id}/client-secret", "oidc/secret.rs: it needs a provider of OpenID Connect"),
    ("POST /auth/sso", "sso/cases.rs: it refuses whatever comes"),
    ("POST /api/v1/sigma/sessions", "sigma.rs: it needs an address that is signed"),
    ("POST /api/v1/looker/sessions", "looker.rs: it needs what the login of a signed address gave"),
    ("POST /api/v1/looker/content", "looker_frames.rs: nothing is written"),
    ("POST /api/v1/tableau/sessions", "tableau/: it needs a token that is signed"),
    ("POST /api/v1/workbooks/{workbook}/grants", "administration/sharing.rs"),
    ("PATCH /api/v1/workbooks/{workbook}/grants/{grant}", "administration/sharing.rs"),
    ("DELETE /api/v1/workbooks/{workbook}/grants/{grant}", "administration/sharing.rs"),
    ("POST /api/v1/folders/{id}/grants", "the same handlers"),
    ("PATCH /api/v1/folders/{id}/grants/{grant}", "the same handlers"),
    ("DELETE /api/v1/folders/{id}/grants/{grant}", "the same handlers"),
    ("POST /api/v1/public-links", "administration/public_links.rs"),
    ("DELETE /api/v1/public-links/{link}", "administration/public_links.rs"),
    ("POST /api/card/{card}/public_link", "metabase/made_links.rs"),
    ("DELETE /api/card/{card}/public_link", "metabase/made_links.rs"),
    ("POST /api/dashboard/{dashboard}/public_link", "metabase/made_links.rs"),
    ("DELETE /api/dashboard/{dashboard}/public_link", "metabase/made_links.rs"),
    ("POST /api/v1/teams/{id}/members", "administration/teams.rs"),
    ("DELETE /api/v1/teams/{id}/members/{member}", "administration/teams.rs"),
    ("POST /api/v1/attribute-values", "administration/values.rs"),
    ("POST /api/v1/members/{member}/identities", "administration/identities.rs"),
    ("DELETE /api/v1/members/{member}/identities/{identity}", "administration/identities.rs"),
];

#[tokio::test]
async fn every_write_leaves_one_event() -> Outcome {
    let vitrine = world().await?;
    let root = lasting(&vitrine).await?;
    let portal = vitrine.host("portal");
    let mut writing = Writing { vitrine, done: BTreeSet::new() };
    things(&mut writing, &root).await?;
    people(&mut writing, &root).await?;
    content(&mut writing, &root).await?;

    let before = events(&writing.vitrine).await?;
    let opened = portal.open(&buyer("acme")).await?.json();
    writing.note(&Method::POST, "/api/v1/embed/sessions", before).await?;
    let before = events(&writing.vitrine).await?;
    let redeemed = portal.redeem(opened["code"].as_str().unwrap_or_default(), "orders", None).await?.json();
    writing.note(&Method::POST, "/api/v1/embed/redeem", before).await?;
    let bea = Caller::with(&writing.vitrine, redeemed["handle"].as_str().unwrap_or_default());
    let bookmarks = "/api/v1/workbooks/orders/bookmarks";
    let state = json!({"title": "x", "state": {"page": "main", "controls": {}}});
    let kept = writing.write(&bea, Method::POST, bookmarks, Some(state)).await?;
    let one = format!("{bookmarks}/{}", kept["id"].as_str().unwrap_or_default());
    writing.write(&bea, Method::DELETE, &one, None).await?;
    for method in [Method::PUT, Method::DELETE] {
        writing.write(&bea, method, "/api/v1/workbooks/orders/favourite", None).await?;
    }
    let before = events(&writing.vitrine).await?;
    portal.end(opened["session"].as_str().unwrap_or_default()).await?;
    writing.note(&Method::DELETE, "/api/v1/embed/sessions/one", before).await?;
    let other = writing.vitrine.buyer("globex").await?.session;
    writing.write(&root, Method::DELETE, &format!("/api/v1/sessions/{other}"), None).await?;
    writing.write(&root, Method::PATCH, "/api/v1/settings", Some(json!({"on_demand_access": false}))).await?;
    let own = writing.vitrine.root().await?;
    writing.write(&own, Method::DELETE, "/api/v1/session", None).await?;

    let all = routes().into_iter().filter(|it| it.method != Method::GET && it.caller != CallerKind::Guest);
    let all = all.filter(|it| !is_question(&it.method, it.path) && !it.path.starts_with("/api/v1/subscriptions"));
    // Writes of programs with an access token are made in the `changes.rs` of their API.
    let all = all.filter(|it| !matches!(about(it.path), Some(About::Program | About::Sigma | About::Tableau)));
    let all = all.map(|it| format!("{} {}", it.method, it.path));
    let left: Vec<_> =
        all.filter(|it| !writing.done.contains(it) && ELSEWHERE.iter().all(|(other, _)| other != it)).collect();
    assert!(left.is_empty(), "not written here: {left:?}");
    Ok(())
}

/// An administrator with a credential, whom no change of definitions throws out.
async fn lasting(vitrine: &Vitrine) -> Result<Caller, CallError> {
    let root = vitrine.root().await?;
    let me = root.get("/api/v1/whoami").await?.json();
    let new = json!({
        "name": "root", "owner": me["member"], "scopes": me["permissions"], "expires_at": "2026-01-02T00:00:00Z"
    });
    let made = root.post("/api/v1/api-credentials", new).await?.json();
    Ok(Caller::with(vitrine, made["secret"].as_str().ok_or("no secret")?))
}

async fn people(writing: &mut Writing, root: &Caller) -> Result<(), CallError> {
    let new = json!({"subject": "new@portal.example", "kind": "internal", "account_type": "View"});
    let member = writing.write(root, Method::POST, "/api/v1/members", Some(new)).await?;
    let one = format!("/api/v1/members/{}", member["id"].as_str().ok_or("no id")?);
    let invited = writing.write(root, Method::POST, &format!("{one}/invitation"), None).await?;
    let before = events(&writing.vitrine).await?;
    writing.vitrine.logged_in_with(invited["invitation"].as_str().unwrap_or_default()).await?;
    writing.note(&Method::POST, "/api/v1/login", before).await?;
    let new = json!({"name": "x", "owner": member["id"], "scopes": ["view"], "expires_at": "2026-01-02T00:00:00Z"});
    let made = writing.write(root, Method::POST, "/api/v1/api-credentials", Some(new)).await?;
    let credential = format!("/api/v1/api-credentials/{}", made["id"].as_str().unwrap_or_default());
    writing.write(root, Method::DELETE, &credential, None).await?;
    writing.write(root, Method::PATCH, &one, Some(json!({"deactivated": true}))).await?;
    writing.write(root, Method::DELETE, &one, None).await?;
    Ok(())
}

async fn things(writing: &mut Writing, root: &Caller) -> Result<(), CallError> {
    let model = json!({"connection": "files", "tables": {}, "explores": {}});
    let workbook = json!({"title": "New", "in": {"workspace": "shop"}, "pages": [
        {"name": "main", "title": "Main", "elements": [{"name": "words", "show": {"text": "Hello."}}]}
    ]});
    let key = json!({"client_id": "new", "issuer": "portal", "secrets": ["stored"]});
    let jwt = json!({"sign_in": "https://portal.example/sso", "secrets": ["stored"]});
    let provider = json!({"name": "new", "issuer": "portal", "jwt": jwt});
    for (list, new, change) in [
        ("teams", json!({"name": "Pilots"}), json!({"rank": 2})),
        ("tenants", json!({"name": "initech", "title": "Initech"}), json!({"title": "Other"})),
        (
            "account-types",
            json!({"name": "Reader", "permissions": ["view"]}),
            json!({"permissions": ["view", "drill"]}),
        ),
        ("attributes", json!({"name": "shoe", "type": "number"}), json!({"description": "Size."})),
        (
            "grants",
            json!({"to": {"team": "Buyers"}, "on": {"workspace": "vault"}, "level": "view"}),
            json!({"level": "explore"}),
        ),
        ("workspaces", json!({"name": "attic", "title": "Attic"}), json!({"title": "Loft"})),
        ("folders", json!({"name": "shop/weekly", "title": "Weekly"}), json!({"title": "Each week"})),
        ("issuers", json!({"name": "other"}), json!({"trusted_domains": ["other.example"]})),
        ("embed-keys", key, json!({"ceiling": {"rate": 60}})),
        ("identity-providers", provider, json!({"disabled": true})),
        ("connections", json!({"name": "more", "folder": "data"}), json!({"folder": "."})),
        ("models", json!({"name": "empty", "definition": model.clone()}), json!({"definition": {"tables": {}}})),
        (
            "workbook-definitions",
            json!({"name": "new", "definition": workbook.clone()}),
            json!({"definition": {"title": "Newer"}}),
        ),
        (
            "tags",
            json!({"name": "orders@new", "definition": {"title": "New", "pages": workbook["pages"]}}),
            json!({"definition": {"title": "Newer"}}),
        ),
    ] {
        writing.thing(root, list, new, change).await?;
    }
    Ok(())
}

/// What authors do, from a new workbook to one that is deleted for ever.
async fn content(writing: &mut Writing, root: &Caller) -> Result<(), CallError> {
    let manage = json!({"to": {"member": "root@portal.example"}, "on": {"workspace": "shop"}, "level": "manage"});
    writing.write(root, Method::POST, "/api/v1/grants", Some(manage)).await?;
    let new = json!({"title": "Mine", "in": {"workspace": "shop"}});
    let made = writing.write(root, Method::POST, "/api/v1/workbooks", Some(new)).await?;
    let one = format!("/api/v1/workbooks/{}", made["name"].as_str().ok_or("no name")?);
    let page = json!({"name": "main", "title": "Other", "elements": []});
    let draft = json!({"title": "Mine", "pages": [page]});
    let to_daily = json!({"in": {"folder": "shop/daily"}});
    for (method, path, body) in [
        (Method::PUT, "/draft", Some(draft.clone())),
        (Method::DELETE, "/draft", None),
        (Method::PUT, "/draft", Some(draft)),
        (Method::POST, "/publish", None),
        (Method::POST, "/versions/1/restore", None),
        (Method::PUT, "/tags/production", Some(json!({"version": 1}))),
        (Method::DELETE, "/tags/production", None),
        (Method::POST, "/copy", Some(to_daily.clone())),
        (Method::POST, "/move", Some(to_daily)),
        (Method::DELETE, "", None),
    ] {
        writing.write(root, method, &format!("{one}{path}"), body).await?;
    }
    let thrown = format!("/api/v1/trash/{}", root.id("/api/v1/trash").await?);
    writing.write(root, Method::POST, &format!("{thrown}/restore"), Some(json!({}))).await?;
    writing.write(root, Method::DELETE, &one, None).await?;
    writing.write(root, Method::DELETE, &thrown, None).await?;
    Ok(())
}
