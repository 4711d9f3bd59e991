//! A write of a program leaves one event, like any other.

use super::World;
use crate::administration::Caller;
use crate::everybody::{About, routes_about};
use crate::support::{Outcome, edit};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::callers::CallError;

/// Writes that write nothing here, and why.
const NOTHING: [(&str, &str); 3] = [
    ("POST /api/4.0/queries", "its id is the query"),
    ("PATCH /api/4.0/session", "there is one workspace"),
    ("DELETE /api/4.0/users/{user_id}/credentials_embed/{credentials_embed_id}", "it says why they stay"),
];

/// Writes that are made in `tokens.rs`.
const LOGINS: [&str; 3] = ["POST /api/4.0/login", "DELETE /api/4.0/logout", "DELETE /api/logout"];

/// What was written, and by what.
struct Writing {
    world: World,
    program: Caller,
    done: BTreeSet<String>,
}

impl Writing {
    /// Expects a request to succeed, and to leave one event that is of a change.
    async fn write(
        &mut self,
        method: Method,
        path: (&str, &str),
        body: Option<Value>,
        event: &str,
    ) -> Result<Value, CallError> {
        let (pattern, path) = path;
        let before = self.world.vitrine.store().await?.recent_audit(10_000).await?.len();
        let answer = self.program.ask(method.clone(), path, body).await?;
        assert!(answer.status.is_success(), "{method} {path}: {} {}", answer.status, answer.text());
        let mut events = self.world.vitrine.store().await?.recent_audit(10_000).await?;
        events.truncate(events.len() - before);
        // What it was decided by reading goes before.
        let reads = ["members_listed", "definition_read", "definitions_listed", "run_query"];
        let is_read = |name: &&str| reads.contains(name) && *name != event;
        let names: Vec<&str> =
            events.iter().map(|one| one.event.event.as_str()).filter(|name| !is_read(name)).collect();
        assert_eq!(names, [event], "{method} {path}");
        self.done.insert(format!("{method} {pattern}"));
        Ok(answer.json())
    }
}

#[tokio::test]
async fn every_write_leaves_one_event() -> Outcome {
    let world = World::new().await?;
    let grants = "grants:\n  - {to: {member: root@portal.example}, on: {workbook: orders}, level: manage}";
    edit(&world.folder().join("grants.yaml"), "grants:", grants)?;
    world.vitrine.apply(world.folder()).await?;
    let program = world.administrator().await?;
    let mut writing = Writing { world, program, done: BTreeSet::new() };
    let id = |json: &Value| json["id"].as_str().unwrap_or_default().to_owned();

    let pattern = "/api/4.0/users/embed_user";
    let new = Some(json!({"external_user_id": "u-1"}));
    let user = id(&writing.write(Method::POST, (pattern, pattern), new, "member_made").await?);
    let pattern = "/api/4.0/user_attributes";
    let new = Some(json!({"name": "brand", "label": "Brand", "type": "string"}));
    let attribute = id(&writing.write(Method::POST, (pattern, pattern), new, "attribute_made").await?);
    let pattern = "/api/4.0/groups";
    let new = Some(json!({"name": "Pilots"}));
    let group = id(&writing.write(Method::POST, (pattern, pattern), new, "team_made").await?);

    let value = || Some(json!({"value": "x"}));
    let values = json!([{"group_id": group, "value": "y"}]);
    for (method, pattern, body, event) in [
        (Method::PATCH, "users/{user_id}", Some(json!({"first_name": "Ann"})), "member_changed"),
        (Method::PATCH, "users/{user_id}/attribute_values/{user_attribute_id}", value(), "member_changed"),
        (Method::DELETE, "users/{user_id}/attribute_values/{user_attribute_id}", None, "member_changed"),
        (
            Method::PATCH,
            "user_attributes/{user_attribute_id}",
            Some(json!({"label": "The brand"})),
            "attribute_changed",
        ),
        (Method::POST, "groups/{group_id}/users", Some(json!({"user_id": user})), "team_member_added"),
        (Method::DELETE, "groups/{group_id}/users/{user_id}", None, "team_member_removed"),
        (Method::PATCH, "groups/{group_id}/attribute_values/{user_attribute_id}", value(), "team_changed"),
        (
            Method::POST,
            "user_attributes/{user_attribute_id}/group_values",
            Some(values),
            "attribute_values_of_teams_set",
        ),
        (Method::DELETE, "groups/{group_id}/attribute_values/{user_attribute_id}", None, "team_changed"),
        (Method::DELETE, "groups/{group_id}", None, "team_deleted"),
        (Method::DELETE, "user_attributes/{user_attribute_id}", None, "attribute_deleted"),
        (Method::DELETE, "users/{user_id}", None, "member_deleted"),
    ] {
        let pattern = format!("/api/4.0/{pattern}");
        let path = pattern.replace("{user_id}", &user).replace("{group_id}", &group);
        let path = path.replace("{user_attribute_id}", &attribute);
        writing.write(method, (&pattern, &path), body, event).await?;
    }
    let bea = writing.world.vitrine.buyer("acme").await?;
    let pattern = "/api/4.0/users/{user_id}/sessions/{session_id}";
    let member = writing.world.vitrine.root().await?.id("/api/v1/members?beginning=bea@acme").await?;
    let path = pattern.replace("{user_id}", &member).replace("{session_id}", &bea.session);
    writing.write(Method::DELETE, (pattern, &path), None, "session_ended").await?;

    let embed = "/api/4.0/embed";
    let target = (&*format!("{embed}/sso_url"), &*format!("{embed}/sso_url"));
    let mut said = super::embed::said("acme");
    said["target_url"] = json!("/embed/dashboards/3");
    writing.write(Method::POST, target, Some(said), "address_signed").await?;
    let me = (&*format!("{embed}/token_url/me"), &*format!("{embed}/token_url/me"));
    let target = Some(json!({"target_url": "/embed/dashboards/3"}));
    writing.write(Method::POST, me, target, "embed_of_owner_opened").await?;
    let roles = "/api/4.0/roles";
    let new = json!({"name": "Looker", "permission_set": {"permissions": ["access_data"]}});
    let role = id(&writing.write(Method::POST, (roles, roles), Some(new), "account_type_made").await?);
    let act = writing.program.get("/api/4.0/roles?sorts=name").await?.json()[0]["id"].clone();
    let permissions = json!({"permissions": ["access_data", "see_looks", "explore"]});
    for (method, pattern, body, event) in [
        (Method::PATCH, "roles/{role_id}", Some(json!({"permission_set": permissions})), "account_type_changed"),
        (
            Method::PATCH,
            "permission_sets/{permission_set_id}",
            Some(json!({"permissions": ["access_data"]})),
            "account_type_changed",
        ),
        (Method::PUT, "roles/{role_id}/users", Some(json!([member])), "member_changed"),
        (Method::PUT, "users/{user_id}/roles", Some(json!([act])), "member_changed"),
        (Method::DELETE, "roles/{role_id}", None, "account_type_deleted"),
    ] {
        let pattern = format!("/api/4.0/{pattern}");
        let path =
            pattern.replace("{user_id}", &member).replace("{role_id}", &role).replace("{permission_set_id}", &role);
        writing.write(method, (&pattern, &path), body, event).await?;
    }
    let access = "/api/4.0/content_metadata_access";
    let content = writing.program.get("/api/4.0/dashboards/3").await?.json()["content_metadata_id"].clone();
    let group = writing.program.get("/api/4.0/groups/search?name=Support").await?.json()[0]["id"].clone();
    let new = json!({"content_metadata_id": content, "permission_type": "view", "group_id": group});
    let made = id(&writing.write(Method::POST, (access, access), Some(new), "grant_made").await?);
    let (pattern, path) = (format!("{access}/{{content_metadata_access_id}}"), format!("{access}/{made}"));
    let edits = Some(json!({"permission_type": "edit"}));
    writing.write(Method::PUT, (&pattern, &path), edits, "grant_changed").await?;
    writing.write(Method::DELETE, (&pattern, &path), None, "grant_deleted").await?;
    let run = "/api/4.0/queries/run/{result_format}";
    let query = json!({"model": "vitrine_activity", "view": "events", "fields": ["events.questions"]});
    writing.write(Method::POST, (run, "/api/4.0/queries/run/json"), Some(query), "run_query").await?;
    let secrets = "/api/4.0/embed_config/secrets";
    let secret = id(&writing.write(Method::POST, (secrets, secrets), Some(json!({})), "key_changed").await?);
    let (pattern, path) = (format!("{secrets}/{{embed_secret_id}}"), format!("{secrets}/{secret}"));
    writing.write(Method::DELETE, (&pattern, &path), None, "key_changed").await?;
    let acquire = &*format!("{embed}/cookieless_session/acquire");
    let said = Some(super::embed::said("globex"));
    let tokens = writing.write(Method::POST, (acquire, acquire), said, "session_acquired").await?;
    let renew = &*format!("{embed}/cookieless_session/generate_tokens");
    let spent = json!({
        "session_reference_token": tokens["session_reference_token"], "api_token": tokens["api_token"],
        "navigation_token": tokens["navigation_token"],
    });
    writing.write(Method::PUT, (renew, renew), Some(spent), "tokens_given").await?;
    let pattern = &*format!("{embed}/cookieless_session/{{session_reference_token}}");
    let reference = tokens["session_reference_token"].as_str().unwrap_or_default();
    let path = pattern.replace("{session_reference_token}", reference);
    writing.write(Method::DELETE, (pattern, &path), None, "session_ended").await?;

    let all = routes_about(About::Program).into_iter().filter(|route| route.method != Method::GET);
    let all = all.map(|route| format!("{} {}", route.method, route.path));
    let known = |route: &String| {
        writing.done.contains(route)
            || LOGINS.contains(&route.as_str())
            || NOTHING.iter().any(|(other, _)| other == route)
    };
    let left: Vec<_> = all.filter(|route| !known(route)).collect();
    assert!(left.is_empty(), "not written here: {left:?}");
    Ok(())
}
