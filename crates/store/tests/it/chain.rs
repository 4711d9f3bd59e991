//! The hash chains of the audit trail: whatever is done to its rows behind the store's back is found, and where.

use super::fixtures::{Outcome, World, at, event};
use crate::place::KEY;
use store::audit::{AuditEvent, AuditFilter, AuditPrincipal, Breach, Completion, EventId, Verdict, Verified};
use store::{EncryptionKey, Store};

/// Five events, and how the second one ended: six links.
async fn six_links() -> Outcome<World> {
    let world = World::empty().await?;
    let mut ids = Vec::new();
    for name in ["one", "two", "three", "four", "five"] {
        ids.push(world.store.record(event(name)).await?);
    }
    let second = *ids.get(1).ok_or("no second event")?;
    world.store.complete(second, Completion { at: at(11), rows: 342, bytes: 9000, aborted: false }).await?;
    Ok(world)
}

fn found(verified: &Verified) -> Option<(Option<i64>, Breach)> {
    verified.broken.as_ref().map(|broken| (broken.position, broken.breach))
}

#[tokio::test]
async fn a_chain_has_a_link_for_each_event_and_completion_and_goes_on_after_a_restart() -> Outcome {
    let world = six_links().await?.restarted().await?;
    world.store.record(event("six")).await?;
    let verified = world.store.verify_audit().await?;
    let [chain] = verified.chains.as_slice() else { return Err(format!("{verified:?}").into()) };
    assert_eq!((chain.node.as_str(), chain.position, chain.hash.len()), ("main", 7, 64));
    assert_eq!((verified.before, verified.broken), (0, None));
    Ok(())
}

#[tokio::test]
async fn a_completion_that_does_not_count_is_no_link() -> Outcome {
    let world = six_links().await?;
    world.store.complete(EventId::of(2), Completion { at: at(12), rows: 0, bytes: 0, aborted: true }).await?;
    let verified = world.store.verify_audit().await?;
    assert_eq!((verified.chains.first().map(|chain| chain.position), verified.broken), (Some(6), None));
    Ok(())
}

#[tokio::test]
async fn whatever_is_done_to_a_row_is_found_at_its_place() -> Outcome {
    const COPY: &str = "INSERT INTO audit_events SELECT 99, occurred_at, correlation_id, event, key_id, session, member, \
                        subject, acting_for, action, resource, verdict, revision, reasons, detail, tenant, node, 7, \
                        previous, hash FROM audit_events WHERE sequence = 5";
    const FAR: &str = "INSERT INTO audit_events SELECT 99, occurred_at, correlation_id, event, key_id, session, member, \
                       subject, acting_for, action, resource, verdict, revision, reasons, detail, tenant, node, 70000, \
                       previous, hash FROM audit_events WHERE sequence = 5";
    const LOOSE: &str = "INSERT INTO audit_events SELECT 99, occurred_at, correlation_id, event, key_id, session, member, \
                         subject, acting_for, action, resource, verdict, revision, reasons, detail, tenant, NULL, NULL, \
                         NULL, NULL FROM audit_events WHERE sequence = 5";
    let cases: [(&[&'static str], Option<i64>, Breach); 19] = [
        (&["UPDATE audit_events SET subject = 'eve' WHERE sequence = 3"], Some(3), Breach::Changed),
        (&["UPDATE audit_events SET member = 'm' WHERE sequence = 3"], Some(3), Breach::Changed),
        (&["UPDATE audit_events SET tenant = 't' WHERE sequence = 1"], Some(1), Breach::Changed),
        (&["UPDATE audit_events SET occurred_at = occurred_at + 1 WHERE sequence = 2"], Some(2), Breach::Changed),
        (&["UPDATE audit_events SET verdict = 'refused' WHERE sequence = 5"], Some(5), Breach::Changed),
        (&["UPDATE audit_events SET detail = '{}' WHERE sequence = 4"], Some(4), Breach::Changed),
        (&["UPDATE audit_events SET reasons = '[]' WHERE sequence = 4"], Some(4), Breach::Changed),
        (&["UPDATE audit_events SET hash = previous WHERE sequence = 4"], Some(4), Breach::Changed),
        (&["UPDATE audit_completions SET row_count = 1"], Some(6), Breach::Changed),
        (&["UPDATE audit_completions SET sequence = 3"], Some(6), Breach::Changed),
        (&["DELETE FROM audit_events WHERE sequence = 4"], Some(4), Breach::Missing),
        (&["DELETE FROM audit_completions"], Some(6), Breach::Missing),
        (&["UPDATE audit_events SET node = NULL WHERE sequence = 3"], Some(3), Breach::Missing),
        (&["UPDATE audit_events SET node = 'other' WHERE sequence = 1"], Some(1), Breach::Missing),
        (
            &[
                "UPDATE audit_events SET position = 70 WHERE sequence = 3",
                "UPDATE audit_events SET position = 3 WHERE sequence = 4",
                "UPDATE audit_events SET position = 4 WHERE sequence = 3",
            ],
            Some(3),
            Breach::Changed,
        ),
        (&[COPY], Some(7), Breach::Inserted),
        (&[FAR], Some(7), Breach::Inserted),
        (&[LOOSE], None, Breach::Before),
        (&["UPDATE audit_heads SET hash = 'x'"], Some(6), Breach::Head),
    ];
    for (statements, position, breach) in cases {
        let world = six_links().await?;
        for statement in statements {
            world.run(*statement).await?;
        }
        let verified = world.store.verify_audit().await?;
        assert_eq!(found(&verified), Some((position, breach)), "{statements:?}");
    }
    Ok(())
}

/// As a store of the version before has them: rows without a chain.
async fn from_before() -> Outcome<World> {
    let world = six_links().await?;
    world.run("UPDATE audit_events SET node = NULL, position = NULL, previous = NULL, hash = NULL").await?;
    world.run("UPDATE audit_completions SET node = NULL, position = NULL, previous = NULL, hash = NULL").await?;
    world.run("DELETE FROM audit_heads").await?;
    world.restarted().await
}

#[tokio::test]
async fn rows_from_before_there_were_chains_are_told_apart_and_kept_as_they_are() -> Outcome {
    let world = from_before().await?;
    world.store.record(event("after")).await?;
    let verified = world.store.verify_audit().await?;
    assert_eq!((verified.before, &verified.broken), (5, &None));
    assert_eq!(verified.chains.first().map(|chain| chain.position), Some(2), "one link says what was before");
    let world = world.restarted().await?;
    assert_eq!(world.store.verify_audit().await?, verified, "that is said once");
    for statement in [
        "UPDATE audit_events SET subject = 'eve' WHERE sequence = 2",
        "DELETE FROM audit_events WHERE sequence = 5",
        "UPDATE audit_completions SET row_count = 1",
    ] {
        let world = from_before().await?;
        world.run(statement).await?;
        assert_eq!(found(&world.store.verify_audit().await?), Some((None, Breach::Before)), "{statement}");
    }
    Ok(())
}

async fn node(world: &World, name: &str) -> Outcome<Store> {
    Ok(Store::open_as(name, &world.place.address()?, EncryptionKey::from_bytes(KEY)).await?)
}

#[tokio::test]
async fn a_chain_that_was_cut_and_made_good_is_found_by_the_others() -> Outcome {
    let world = World::empty().await?;
    let (north, south) = (node(&world, "north").await?, node(&world, "south").await?);
    for name in ["one", "two", "three"] {
        north.record(event(name)).await?;
    }
    assert!(south.anchor(at(60)).await?, "north has moved");
    assert!(!south.anchor(at(120)).await?, "and has not since");
    assert!(!north.anchor(at(120)).await?, "that south has noted something is no move");
    let verified = south.verify_audit().await?;
    assert_eq!(verified.broken, None);
    assert_eq!(verified.chains.iter().map(|chain| chain.position).collect::<Vec<_>>(), [3, 1]);

    world.run("DELETE FROM audit_events WHERE node = 'north' AND position = 3").await?;
    world
        .run(
            "UPDATE audit_heads SET position = 2, \
             hash = (SELECT hash FROM audit_events WHERE node = 'north' AND position = 2) WHERE node = 'north'",
        )
        .await?;
    let verified = south.verify_audit().await?;
    let broken = verified.broken.ok_or("north's chain holds by itself, but not for south")?;
    assert_eq!((broken.node.as_deref(), broken.position, broken.breach), (Some("north"), Some(3), Breach::Anchor));
    Ok(())
}

#[tokio::test]
async fn a_chain_without_its_end_is_found() -> Outcome {
    let world = six_links().await?;
    world.run("DELETE FROM audit_heads").await?;
    assert_eq!(found(&world.store.verify_audit().await?), Some((Some(1), Breach::Head)));
    Ok(())
}

#[tokio::test]
async fn the_trail_is_looked_through_page_by_page_and_by_whom_and_what() -> Outcome {
    let world = World::empty().await?;
    for number in 0..10_i64 {
        let tenant = if number % 2 == 0 { "even" } else { "odd" };
        let recorded = AuditEvent {
            at: at(number),
            principal: AuditPrincipal {
                member: Some(model::name::MemberId::new(format!("m{number}"))),
                tenant: Some(model::name::TenantId::new(tenant)),
                session: Some(model::name::SessionId::new("vs_1")),
                subject: Some("ana".to_owned()),
                ..AuditPrincipal::default()
            },
            resource: Some(if number < 5 { "workbook/flights/overview" } else { "workbook/flights_2" }.to_owned()),
            verdict: Verdict::Allowed,
            ..event(if number == 3 { "three" } else { "other" })
        };
        world.store.record(recorded).await?;
    }
    let numbers = async |filter: AuditFilter| -> Outcome<Vec<i64>> {
        let (mut numbers, mut after) = (Vec::new(), None);
        loop {
            let page = world.store.audit_page(&filter, after, 3).await?;
            assert!(page.events.len() <= 3);
            numbers.extend(page.events.iter().map(|found| found.id.number()));
            after = page.next;
            if after.is_none() {
                return Ok(numbers);
            }
        }
    };
    let any = AuditFilter::default();
    assert_eq!(numbers(any.clone()).await?, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    let tenant = Some(model::name::TenantId::new("odd"));
    assert_eq!(numbers(AuditFilter { tenant, ..any.clone() }).await?, [10, 8, 6, 4, 2]);
    let event = Some("three".to_owned());
    assert_eq!(numbers(AuditFilter { event, ..any.clone() }).await?, [4]);
    let member = Some(model::name::MemberId::new("m7"));
    assert_eq!(numbers(AuditFilter { member, ..any.clone() }).await?, [8]);
    let resource = Some("workbook/flights".to_owned());
    assert_eq!(numbers(AuditFilter { resource, ..any.clone() }).await?, [5, 4, 3, 2, 1]);
    let (since, until) = (Some(at(2)), Some(at(5)));
    assert_eq!(numbers(AuditFilter { since, until, ..any.clone() }).await?, [5, 4, 3]);
    let subject = Some("' OR 1=1 --".to_owned());
    assert_eq!(numbers(AuditFilter { subject, ..any }).await?, [0_i64; 0]);
    Ok(())
}
