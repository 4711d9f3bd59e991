//! A write of a program leaves one event, like any other.

use super::World;
use super::changes_content::of_content;
use crate::administration::Caller;
use crate::everybody::{About, routes_about};
use crate::support::Outcome;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use testkit::callers::CallError;

/// Writes that are made in `tokens.rs`.
const TOKENS: [&str; 1] = ["POST /v2/auth/token"];

/// Questions that are asked with a body.
const QUESTIONS: [&str; 1] = ["POST /v2/connection/{id}/lookup"];

/// What was written, and by what.
pub(super) struct Writing {
    pub(super) world: World,
    pub(super) program: Caller,
    done: BTreeSet<String>,
}

impl Writing {
    /// Expects a request to succeed, and to leave one event that is of a change. `path`: the pattern, and the address.
    pub(super) async fn write(
        &mut self,
        method: Method,
        (pattern, path): (&str, &str),
        body: Option<Value>,
        event: &str,
    ) -> Result<Value, CallError> {
        let before = self.world.vitrine.store().await?.recent_audit(10_000).await?.len();
        let answer = self.program.ask(method.clone(), path, body).await?;
        assert!(answer.status.is_success(), "{method} {path}: {} {}", answer.status, answer.text());
        let mut events = self.world.vitrine.store().await?.recent_audit(10_000).await?;
        events.truncate(events.len() - before);
        // What it was decided by reading goes before.
        let reads = [
            "members_listed",
            "definition_read",
            "definitions_listed",
            "grants_listed",
            "workbooks_listed",
            "view_content",
        ];
        let names: Vec<&str> =
            events.iter().map(|one| one.event.event.as_str()).filter(|name| !reads.contains(name)).collect();
        assert_eq!(names, [event], "{method} {path}");
        self.done.insert(format!("{method} {pattern}"));
        Ok(answer.json())
    }
}

async fn of_people(writing: &mut Writing) -> Result<(), CallError> {
    let made = async |writing: &mut Writing, list: &str, new: Value, event: &str, member: &str| {
        let json = writing.write(Method::POST, (list, list), Some(new), event).await?;
        Ok::<_, CallError>(json[member].as_str().unwrap_or_default().to_owned())
    };
    let member =
        made(writing, "/v2/members", json!({"email": "new@portal.example"}), "member_made", "memberId").await?;
    let team = made(writing, "/v2/teams", json!({"name": "Pilots"}), "team_made", "teamId").await?;
    let new = json!({"name": "Reader", "permissions": ["view"]});
    let kind = made(writing, "/v2/accountTypes", new, "account_type_made", "accountTypeId").await?;
    let new = json!({"name": "brand"});
    let attribute = made(writing, "/v2/user-attributes", new, "attribute_made", "userAttributeId").await?;
    // Whoever has logged in is out when definitions change.
    let tenant = writing.world.vitrine.root().await?.id("/api/v1/tenants?name=acme").await?;
    let value = json!({"type": "string", "val": "x"});
    let of_user = || Some(json!({"assignments": [{"userId": member, "value": value}]}));
    let other = json!({"type": "string", "val": "y"});
    let to_other = || Some(json!({"assignments": [{"userId": member, "value": other}]}));
    let of_team = || Some(json!({"assignments": [{"teamId": team, "value": value}]}));
    let of_tenant = || Some(json!({"assignments": [{"tenantOrganizationId": tenant, "value": value}]}));
    let (of_teams, of_tenants) = ("attribute_values_of_teams_set", "attribute_values_of_tenants_set");
    for (method, pattern, body, event) in [
        (Method::PATCH, "/v2/members/{id}", Some(json!({"firstName": "Ann"})), "member_changed"),
        (Method::PATCH, "/v2/teams/{id}", Some(json!({"name": "Pilots"})), "team_changed"),
        (Method::PATCH, "/v2/teams/{id}/members", Some(json!({"add": [member]})), "team_members_changed"),
        (Method::PATCH, "/v2/user-attributes/{id}", Some(json!({"description": "x"})), "attribute_changed"),
        (Method::POST, "/v2/user-attributes/{id}/users", of_user(), "attribute_values_set"),
        (Method::PATCH, "/v2/user-attributes/{id}/users", to_other(), "attribute_values_set"),
        (Method::DELETE, "/v2/user-attributes/{id}/users/{user}", None, "member_changed"),
        (Method::POST, "/v2/user-attributes/{id}/teams", of_team(), of_teams),
        (Method::PATCH, "/v2/user-attributes/{id}/teams", of_team(), of_teams),
        (Method::DELETE, "/v2/user-attributes/{id}/teams/{team}", None, "team_changed"),
        (Method::POST, "/v2/user-attributes/{id}/tenants", of_tenant(), of_tenants),
        (Method::PATCH, "/v2/user-attributes/{id}/tenants", of_tenant(), of_tenants),
        (Method::DELETE, "/v2/user-attributes/{id}/tenants/{tenant}", None, "tenant_changed"),
        (Method::DELETE, "/v2/user-attributes/{id}", None, "attribute_deleted"),
        (Method::DELETE, "/v2/accountTypes/{id}", None, "account_type_deleted"),
        (Method::DELETE, "/v2/teams/{id}", None, "team_deleted"),
        (Method::DELETE, "/v2/members/{id}", None, "member_changed"),
    ] {
        let own = match pattern.split('/').nth(2) {
            Some("members") => &member,
            Some("teams") => &team,
            Some("accountTypes") => &kind,
            _ => &attribute,
        };
        let path = pattern.replace("{id}", own).replace("{user}", &member);
        let path = path.replace("{team}", &team).replace("{tenant}", &tenant);
        writing.write(method, (pattern, &path), body, event).await?;
    }
    Ok(())
}

#[tokio::test]
async fn every_write_leaves_one_event() -> Outcome {
    let world = World::new().await?;
    let program = world.administrator().await?;
    let mut writing = Writing { world, program, done: BTreeSet::new() };
    of_people(&mut writing).await?;
    of_content(&mut writing).await?;

    let all = routes_about(About::Sigma).into_iter().filter(|route| route.method != Method::GET);
    let all = all.map(|route| format!("{} {}", route.method, route.path));
    let elsewhere = |route: &String| TOKENS.contains(&route.as_str()) || QUESTIONS.contains(&route.as_str());
    let left: Vec<_> = all.filter(|route| !writing.done.contains(route) && !elsewhere(route)).collect();
    assert!(left.is_empty(), "not written here: {left:?}");
    Ok(())
}
