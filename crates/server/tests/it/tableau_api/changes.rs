//! A write of a program leaves one event, like any other.

use super::{Program, World, said};
use crate::everybody::{About, routes_about};
use crate::support::Outcome;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::callers::CallError;

/// Writes that write nothing here, and why.
const NOTHING: [(&str, &str); 2] = [
    ("POST /auth/switchSite", "there is one site"),
    ("PUT /sites/{site}/views/{id}/permissions", "it says where they are"),
];

/// What was written, and by what.
struct Writing {
    world: World,
    program: Program,
    done: BTreeSet<String>,
}

impl Writing {
    async fn events(&self) -> Result<usize, CallError> {
        Ok(self.world.vitrine.store().await?.recent_audit(10_000).await?.len())
    }

    /// Expects a request to succeed, and to leave one event that is of a change.
    async fn write(
        &mut self,
        method: Method,
        (pattern, path): (&str, &str),
        body: Option<Value>,
        event: &str,
    ) -> Result<Value, CallError> {
        let before = self.events().await?;
        let answer = self.program.ask(method.clone(), path, body).await?;
        assert!(answer.status.is_success(), "{method} {path}: {} {}", answer.status, answer.text());
        self.note(format!("{method} /sites/{{site}}{pattern}"), before, event).await?;
        Ok(answer.json())
    }

    async fn note(&mut self, route: String, before: usize, event: &str) -> Result<(), CallError> {
        let mut events = self.world.vitrine.store().await?.recent_audit(10_000).await?;
        events.truncate(events.len() - before);
        // What it was decided by reading goes before.
        let reads = ["members_listed", "definition_read", "definitions_listed", "grants_listed", "workbooks_listed"];
        let names: Vec<&str> =
            events.iter().map(|one| one.event.event.as_str()).filter(|name| !reads.contains(name)).collect();
        assert_eq!(names, [event], "{route}");
        self.done.insert(route);
        Ok(())
    }
}

#[tokio::test]
async fn every_write_leaves_one_event() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let mut writing = Writing { world, program, done: BTreeSet::new() };
    let before = writing.events().await?;
    let host = writing.world.host(&said("1")).await?;
    writing.note("POST /auth/signin".into(), before, "token_exchanged").await?;
    let before = writing.events().await?;
    host.caller.post("/api/3.27/auth/signout", json!({})).await?;
    writing.note("POST /auth/signout".into(), before, "logged_out").await?;

    let id = |json: &Value, thing: &str| json[thing]["id"].as_str().unwrap_or_default().to_owned();
    let new = Some(json!({"user": {"name": "u-1", "siteRole": "Viewer"}}));
    let user = id(&writing.write(Method::POST, ("/users", "/users"), new, "member_made").await?, "user");
    let new = Some(json!({"group": {"name": "Pilots"}}));
    let group = id(&writing.write(Method::POST, ("/groups", "/groups"), new, "team_made").await?, "group");
    let new = Some(json!({"project": {"name": "Sales"}}));
    let project = id(&writing.write(Method::POST, ("/projects", "/projects"), new, "workspace_made").await?, "project");
    let workbook = writing.program.id("workbooks", "Orders").await?;
    let capability = json!({"name": "Read", "mode": "Allow"});
    let rule = json!([{"group": {"id": group}, "capabilities": {"capability": [capability]}}]);
    let rule = || Some(json!({"permissions": {"granteeCapabilities": rule}}));
    let one = || Some(json!({"user": {"id": user}}));
    for (method, pattern, body, event) in [
        (Method::PUT, "", Some(json!({"site": {"attributeCaptureEnabled": true}})), "settings_changed"),
        (Method::PUT, "/users/{id}", Some(json!({"user": {"fullName": "Ann"}})), "member_changed"),
        (Method::PUT, "/groups/{id}", Some(json!({"group": {"name": "Pilots"}})), "team_changed"),
        (Method::POST, "/groups/{id}/users", one(), "team_member_added"),
        (Method::DELETE, "/groups/{id}/users/{user}", None, "team_member_removed"),
        (Method::POST, "/groups/{id}/users", one(), "team_member_added"),
        (
            Method::PUT,
            "/groups/{id}/users/remove",
            Some(json!({"users": {"user": [{"id": user}]}})),
            "team_member_removed",
        ),
        (Method::PUT, "/projects/{id}", Some(json!({"project": {"name": "Sales"}})), "workspace_changed"),
        (Method::PUT, "/projects/{id}/permissions", rule(), "grant_made"),
        (Method::DELETE, "/projects/{id}/permissions/{grantees}/{grantee}/{capability}/{mode}", None, "grant_deleted"),
        (Method::PUT, "/projects/{id}/default-permissions/{kind}", rule(), "grant_made"),
        (
            Method::DELETE,
            "/projects/{id}/default-permissions/{kind}/{grantees}/{grantee}/{capability}/{mode}",
            None,
            "grant_deleted",
        ),
        (Method::PUT, "/workbooks/{id}/permissions", rule(), "grant_made"),
        (Method::DELETE, "/workbooks/{id}/permissions/{grantees}/{grantee}/{capability}/{mode}", None, "grant_deleted"),
        (Method::DELETE, "/projects/{id}", None, "workspace_deleted"),
        (Method::DELETE, "/groups/{id}", None, "team_deleted"),
        (Method::DELETE, "/users/{id}", None, "member_deleted"),
    ] {
        let own = match pattern.split('/').nth(1) {
            Some("users") => &user,
            Some("groups") => &group,
            Some("projects") => &project,
            _ => &workbook,
        };
        let path = pattern.replace("{grantees}/{grantee}/{capability}/{mode}", &format!("groups/{group}/Read/Allow"));
        let path = path.replace("{id}", own).replace("{user}", &user).replace("{kind}", "workbooks");
        writing.write(method, (pattern, &path), body, event).await?;
    }

    let all = routes_about(About::Tableau).into_iter().filter(|route| route.method != Method::GET);
    let all = all.map(|route| format!("{} {}", route.method, route.path.replace("/api/{version}", "")));
    let known = |route: &String| writing.done.contains(route) || NOTHING.iter().any(|(other, _)| other == route);
    let left: Vec<_> = all.filter(|route| !known(route)).collect();
    assert!(left.is_empty(), "not written here: {left:?}");
    Ok(())
}
