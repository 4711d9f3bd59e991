//! The audit trail.

use super::fixtures::{Outcome, World, at, definitions, event};
use futures::future::try_join_all;
use store::StoreError;
use store::audit::{AuditEvent, AuditPrincipal, Completion, Verdict};
use tokio::task::unconstrained;

#[tokio::test]
async fn an_event_is_on_disk_before_record_returns() -> Outcome {
    let world = World::empty().await?;
    let recorded = AuditEvent {
        principal: AuditPrincipal {
            key: Some(model::name::KeyId::new("key_1")),
            session: Some(model::name::SessionId::new("vs_1")),
            member: Some(model::name::MemberId::new("member_1")),
            tenant: Some(model::name::TenantId::new("tenant_1")),
            subject: Some("fred".to_owned()),
        },
        acting_for: Some("member_2".to_owned()),
        action: Some("run_query".to_owned()),
        resource: Some("workbook/flights/overview/total".to_owned()),
        verdict: Verdict::Refused,
        revision: 7,
        ..event("query_refused")
    };
    let id = world.store.record(recorded.clone()).await?;
    let beside = world.place.open().await?;
    let [found] = beside.recent_audit(10).await?.try_into().map_err(|_| "expected one event")?;
    assert_eq!((found.id, found.event, found.completion), (id, recorded, None));
    Ok(())
}

#[tokio::test]
async fn a_request_is_found_by_what_its_caller_quotes() -> Outcome {
    let world = World::empty().await?;
    for name in ["opened", "other", "refused"] {
        let correlation_id = if name == "other" { "02" } else { "01" };
        world.store.record(AuditEvent { correlation_id: correlation_id.to_owned(), ..event(name) }).await?;
    }
    let found = world.store.audit_of("01").await?;
    assert_eq!(found.iter().map(|found| found.event.event.as_str()).collect::<Vec<_>>(), ["opened", "refused"]);
    Ok(())
}

#[tokio::test]
async fn a_completion_is_added_once() -> Outcome {
    let world = World::empty().await?;
    let id = world.store.record(event("query_allowed")).await?;
    let completion = Completion { at: at(11), rows: 342, bytes: 9000, aborted: false };
    world.store.complete(id, completion).await?;
    world.store.complete(id, Completion { rows: 0, aborted: true, ..completion }).await?;
    let found = world.store.recent_audit(1).await?;
    assert_eq!(found.first().and_then(|event| event.completion), Some(completion));
    Ok(())
}

#[tokio::test]
async fn group_commit_keeps_order_and_loses_nothing() -> Outcome {
    const EVENTS: usize = 500;
    let world = World::empty().await?;
    let names: Vec<String> = (0..EVENTS).map(|number| format!("event {number}")).collect();
    let mut records: Vec<_> = names.iter().map(|name| Box::pin(world.store.record(event(name)))).collect();
    unconstrained(async {
        for record in &mut records {
            assert!(futures::poll!(record).is_pending(), "not before it is on disk");
        }
    })
    .await;
    let ids = try_join_all(records).await?;
    assert!(ids.is_sorted(), "asked for in this order, written in this order");
    let mut found = world.store.recent_audit(u32::MAX).await?;
    found.reverse();
    let found: Vec<_> = found.into_iter().map(|found| (found.id, found.event.event)).collect();
    assert_eq!(found, ids.into_iter().zip(names).collect::<Vec<_>>());
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_recorded_is_an_error() -> Outcome {
    let world = World::empty().await?;
    world.store.close().await;
    assert!(matches!(world.store.record(event("query_allowed")).await, Err(StoreError::AuditUnavailable)));
    Ok(())
}

#[tokio::test]
async fn a_store_without_its_trail_records_nothing_and_says_so() -> Outcome {
    let world = World::empty().await?;
    world.run("ALTER TABLE audit_events RENAME TO elsewhere").await?;
    assert!(matches!(world.store.record(event("lost")).await, Err(StoreError::AuditUnavailable)));
    assert!(world.apply(definitions()).await.is_err(), "a write that cannot be recorded is not made");
    assert_eq!(world.store.revision().await?, 0);
    world.run("ALTER TABLE elsewhere RENAME TO audit_events").await?;
    world.store.record(event("found")).await?;
    assert_eq!(world.store.recent_audit(10).await?.len(), 1, "the writer goes on");
    Ok(())
}

/// A text that one of the databases cannot keep does not keep others from the trail.
#[tokio::test]
async fn no_text_disturbs_the_trail() -> Outcome {
    let world = World::empty().await?;
    let odd = AuditEvent {
        acting_for: Some("a\0b".to_owned()),
        principal: AuditPrincipal { subject: Some("\0".to_owned()), ..AuditPrincipal::default() },
        resource: Some("\u{1f98a}\0".to_owned()),
        detail: serde_json::json!({"name": "\0"}),
        ..event("odd")
    };
    let (odd, other) = futures::join!(world.store.record(odd), world.store.record(event("other")));
    odd?;
    other?;
    let events = world.store.recent_audit(2).await?;
    assert_eq!(events[1].event.acting_for.as_deref(), Some("a\u{fffd}b"));
    assert_eq!(events[1].event.detail, serde_json::json!({"name": "\0"}));
    Ok(())
}
