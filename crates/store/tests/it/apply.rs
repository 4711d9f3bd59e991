//! Applying definitions.

use super::fixtures::{Outcome, World, application, at, definitions, event};
use authz::{Facts, Lookup, Member, ProfileWrite, Who};
use model::access::MemberKind;
use model::snapshot::Kind;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use store::StoreError;
use store::apply::Applied;
use store::sessions::FoundSession;

fn with(change: impl FnOnce(&mut Json)) -> Json {
    let mut definitions = definitions();
    change(&mut definitions);
    definitions
}

async fn ada(world: &World) -> Outcome<Member> {
    let issuer = model::name::IssuerId::new(world.id(Kind::Issuer, "airline").await?);
    let emails = BTreeSet::from(["ada@vitrine.example".to_owned()]);
    let lookup = Lookup { issuer, tenant: None, subject: String::new(), emails };
    Ok(world.store.find(&lookup).await?.internal.pop().ok_or("expected a member")?)
}

#[tokio::test]
async fn what_was_applied_is_loaded() -> Outcome {
    let world = World::empty().await?;
    assert!(world.store.load().await?.is_none());
    assert_eq!(world.store.revision().await?, 0);
    let applied = world.apply(definitions()).await?;
    assert_eq!(applied, Applied { revision: 1, changed: true, ended_sessions: 0 });
    let world = world.restarted().await?;
    let loaded = world.loaded().await?;
    let mut applied = application(definitions())?.definitions;
    let members = std::mem::take(&mut applied.members);
    assert_eq!(loaded.definitions, applied);
    assert_eq!(loaded.revision, 1);
    for (kind, name) in loaded.definitions.named() {
        assert!(loaded.ids.get(kind, &name).is_some(), "{} {name}", kind.as_str());
    }
    let written = world.store.written_members().await?;
    assert_eq!(written.len(), members.len());
    let again = with(|definitions| definitions["members"] = json!(written));
    assert!(!world.apply(again).await?.changed, "what is read can be written");
    Ok(())
}

#[tokio::test]
async fn what_an_earlier_version_stored_whole_is_taken_apart_once() -> Outcome {
    let world = World::new().await?;
    let before = world.loaded().await?;
    let whole = serde_json::to_string(&application(definitions())?.definitions)?;
    let mut ids = json!({});
    for (kind, name) in before.definitions.named() {
        ids[kind.as_str()][&name] = json!(before.ids.get(kind, &name));
    }
    ids["workbook"] = json!({"gone": "workbook_1"});
    // An earlier version gave no ids to these.
    ids["account_type"] = json!({});
    world.run("DELETE FROM definitions").await?;
    world.run(format!("UPDATE revisions SET definitions = '{whole}', ids = '{ids}'")).await?;
    let world = world.restarted().await?;
    let after = world.loaded().await?;
    assert_eq!((after.definitions, after.revision), (before.definitions, before.revision));
    assert_eq!(after.ids.get(Kind::Team, "Managers"), before.ids.get(Kind::Team, "Managers"));
    let view = world.id(Kind::AccountType, "View").await?;
    let world = world.restarted().await?;
    assert_eq!(world.id(Kind::AccountType, "View").await?, view, "once");
    assert!(!world.apply(definitions()).await?.changed);
    Ok(())
}

#[tokio::test]
async fn the_same_again_changes_nothing() -> Outcome {
    let world = World::new().await?;
    world.open_with_handle("fred", &["Pilots"], "vh_1").await?;
    let before = (world.key().await?, ada(&world).await?);
    assert_eq!(world.apply(definitions()).await?, Applied { revision: 1, changed: false, ended_sessions: 0 });
    assert_eq!((world.key().await?, ada(&world).await?), before);
    let events = world.store.recent_audit(10).await?;
    assert_eq!(events.iter().map(|found| found.event.revision).collect::<Vec<_>>(), [1, 1], "both are recorded");
    Ok(())
}

#[tokio::test]
async fn names_keep_their_ids_and_ids_never_come_back() -> Outcome {
    let world = World::new().await?;
    let (managers, pilots) = (world.id(Kind::Team, "Managers").await?, world.id(Kind::Team, "Pilots").await?);
    let without = with(|definitions| definitions["teams"] = json!([{"name": "Managers", "rank": 3}]));
    assert!(world.apply(without).await?.changed);
    assert_eq!(world.id(Kind::Team, "Managers").await?, managers);
    assert!(world.id(Kind::Team, "Pilots").await.is_err());
    world.apply(definitions()).await?;
    assert_eq!(world.id(Kind::Team, "Managers").await?, managers);
    assert_ne!(world.id(Kind::Team, "Pilots").await?, pilots);
    assert_eq!(world.store.revision().await?, 3);
    Ok(())
}

#[tokio::test]
async fn all_or_nothing() -> Outcome {
    let world = World::new().await?;
    world.open_with_handle("fred", &["Pilots"], "vh_1").await?;
    let before = (world.loaded().await?.definitions, ada(&world).await?);
    let broken = with(|definitions| {
        definitions["organization"]["automatic_creation"] = json!(false);
        definitions["teams"] = json!([{"name": "Managers"}, {"name": "Pilots", "attributes": {"carrier": "UA"}}]);
        definitions["members"] = json!([
            {"subject": "ada@vitrine.example", "kind": "internal", "account_type": "View", "first_name": "Ada"},
            {"subject": "bob@vitrine.example", "kind": "internal", "account_type": "View", "teams": ["Ghosts"]}
        ]);
    });
    let refused = world.store.apply(application(broken)?, event("applied")).await;
    assert!(matches!(&refused, Err(StoreError::UnknownName { name, .. }) if name == "Ghosts"), "{refused:?}");
    assert_eq!((world.loaded().await?.definitions, ada(&world).await?), before);
    assert_eq!(world.store.revision().await?, 1);
    assert!(!world.is_ended("vh_1").await?);
    assert_eq!(world.store.recent_audit(10).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn one_person_is_defined_once() -> Outcome {
    let world = World::new().await?;
    let member = json!({"subject": "ADA@vitrine.example", "kind": "internal", "account_type": "View"});
    let twice =
        with(|definitions| definitions["members"].as_array_mut().into_iter().for_each(|all| all.push(member.clone())));
    let refused = world.store.apply(application(twice)?, event("applied")).await;
    assert!(
        matches!(&refused, Err(StoreError::DuplicateMember(subject)) if subject == "ADA@vitrine.example"),
        "{refused:?}"
    );
    Ok(())
}

#[tokio::test]
async fn members_follow_their_definitions() -> Outcome {
    let world = World::new().await?;
    let before = ada(&world).await?;
    assert!(world.store.mark_logged_in("ada@vitrine.example").await?);
    let changed = with(|definitions| {
        definitions["members"] = json!([
            {"subject": "ada@vitrine.example", "kind": "internal", "account_type": "View", "first_name": "Ada", "tenant": "acme"}
        ]);
    });
    world.apply(changed).await?;
    let after = ada(&world).await?;
    assert_eq!(after.id, before.id, "found by e-mail, whatever the tenant");
    assert!(after.has_logged_in && after.first_name.as_deref() == Some("Ada") && after.teams.is_empty());
    world.apply(with(|definitions| definitions["members"] = json!([]))).await?;
    assert!(!ada(&world).await?.active, "no longer defined");
    world.apply(definitions()).await?;
    let back = ada(&world).await?;
    assert!(back.active && back.id == before.id);
    Ok(())
}

#[tokio::test]
async fn an_administrator_can_adopt_an_automatic_member() -> Outcome {
    let world = World::new().await?;
    let facts = world.open("u-8", &["Managers"], "vc_1").await?;
    let adopt = with(|definitions| {
        definitions["members"] =
            json!([{"subject": "u-8", "issuer": "airline", "tenant": "acme", "kind": "embed", "account_type": "View"}]);
    });
    world.apply(adopt).await?;
    let issuer = facts.issuer.clone().ok_or("issuer")?;
    let subject = facts.subject.clone().unwrap_or_default();
    let lookup = Lookup { issuer, tenant: facts.tenant.clone(), subject, emails: BTreeSet::new() };
    let adopted = world.store.find(&lookup).await?.embed.ok_or("expected a member")?;
    assert_eq!(Some(&adopted.id), facts.member());
    assert!(!adopted.automatic && adopted.teams.is_empty());
    Ok(())
}

/// Applies `change` while four sessions are open, and tells whose were ended.
async fn ended_by(change: impl FnOnce(&mut Json)) -> Outcome<Vec<&'static str>> {
    let world = World::new().await?;
    world.open_with_handle("fred", &["Managers"], "manager").await?;
    world.open_with_handle("jane", &["Pilots"], "pilot").await?;
    let elsewhere = Facts { tenant: None, ..world.facts("joe", &[]).await? };
    let profile = ProfileWrite::Create(super::fixtures::member(&elsewhere));
    world.open_as(&elsewhere, &profile, "vc_nowhere").await?;
    let _ = world.redeem("vc_nowhere", "nowhere").await?;
    let who = Who::Member { id: ada(&world).await?.id, kind: MemberKind::Internal };
    let internal = Facts { who, tenant: None, ..world.facts("ada", &[]).await? };
    world.open_as(&internal, &ProfileWrite::None, "vc_ada").await?;
    let _ = world.redeem("vc_ada", "ada").await?;
    let applied = world.apply(with(change)).await?;
    let mut ended = Vec::new();
    for handle in ["manager", "pilot", "nowhere", "ada"] {
        if world.is_ended(handle).await? {
            ended.push(handle);
        }
    }
    assert_eq!(applied.ended_sessions, ended.len() as u64);
    Ok(ended)
}

#[tokio::test]
async fn changes_end_the_sessions_that_may_have_resolved_from_them() -> Outcome {
    let everybody = ["manager", "pilot", "nowhere", "ada"];
    let default = ended_by(|all| all["attributes"][0]["default"] = json!("AA")).await?;
    assert_eq!(default, everybody, "a default");
    assert_eq!(
        ended_by(|all| all["teams"][1]["attributes"] = json!({"carrier": "UA"})).await?,
        ["pilot"],
        "a team's value"
    );
    assert_eq!(ended_by(|all| all["teams"][0]["rank"] = json!(9)).await?, ["manager"], "a team's rank");
    let tenant = ended_by(|all| all["tenants"][0]["attributes"] = json!({"carrier": "UA"})).await?;
    assert_eq!(tenant, ["manager", "pilot"], "a tenant's value");
    assert_eq!(
        ended_by(|all| all["members"][0]["attributes"] = json!({"carrier": "UA"})).await?,
        ["ada"],
        "a person's value"
    );
    assert_eq!(ended_by(|all| all["members"][0]["teams"] = json!([])).await?, ["ada"], "a person's teams");
    assert_eq!(ended_by(|all| all["members"] = json!([])).await?, ["ada"], "a person");
    Ok(())
}

#[tokio::test]
async fn other_changes_end_no_session() -> Outcome {
    assert!(ended_by(|all| all["attributes"][0]["description"] = json!("The airline")).await?.is_empty());
    assert!(ended_by(|all| all["tenants"][0]["title"] = json!("Acme Inc.")).await?.is_empty());
    assert!(ended_by(|all| all["organization"]["name"] = json!("Airlines")).await?.is_empty());
    assert!(ended_by(|all| all["members"][0]["has_logged_in"] = json!(true)).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn a_request_sees_a_new_revision_and_the_member_at_once() -> Outcome {
    let world = World::new().await?;
    world.open_with_handle("fred", &["Managers"], "vh_1").await?;
    let beside = world.place.open().await?;
    let renamed = with(|definitions| definitions["organization"]["name"] = json!("Airlines"));
    beside.apply(application(renamed)?, event("applied")).await?;
    let FoundSession::Open(session) = world.session("vh_1").await? else { return Err("not open".into()) };
    let member = session.member.map(|member| member.id);
    assert_eq!((session.revision, member.as_ref()), (2, session.facts.member()));
    assert!(session.facts.opened_at == at(0));
    Ok(())
}
