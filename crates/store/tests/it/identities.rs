//! Identities that are linked to a member.

use super::fixtures::{Outcome, World, at, definitions, event, issuer, member};
use authz::{Facts, Lookup, Member, ProfileWrite, Who};
use serde_json::json;
use std::collections::BTreeSet;
use store::people::NotWritten;
use store::sessions::{Credential, OpenSession};
use store::{StoreError, TokenHash};

fn lookup(facts: &Facts) -> Lookup {
    let subject = facts.subject.clone().unwrap_or_default();
    Lookup { issuer: issuer(facts), tenant: facts.tenant.clone(), subject, emails: BTreeSet::new() }
}

async fn known(world: &World, subject: &str) -> Outcome<Member> {
    let facts = world.facts(subject, &[]).await?;
    Ok(world.store.find(&lookup(&facts)).await?.embed.ok_or("expected a member")?)
}

#[tokio::test]
async fn a_linked_identity_is_its_members_until_it_is_taken_away() -> Outcome {
    let world = World::new().await?;
    world.open_with_handle("zoe", &[], "vh_zoe").await?;
    world.open_with_handle("zac", &[], "vh_zac").await?;
    let (zoe, zac, to) = (known(&world, "zoe").await?, known(&world, "zac").await?, known(&world, "u-7").await?);
    world.store.link(&zac, &zoe, event("identity_linked")).await?;
    let stale = world.store.link(&zac, &to, event("identity_linked")).await;
    assert!(matches!(stale, Err(NotWritten::Changed)), "who is no more is not linked");
    world.store.link(&zoe, &to, event("identity_linked")).await?;
    let linked = world.store.identities(&to.id).await?;
    let subjects: BTreeSet<&str> = linked.iter().map(|one| one.subject.as_str()).collect();
    assert_eq!(subjects, BTreeSet::from(["zac", "zoe"]), "with what was linked to her");
    assert!(world.session("vh_zoe").await? == store::sessions::FoundSession::Unknown);

    let facts = world.facts("zoe", &[]).await?;
    let found = world.store.find(&lookup(&facts)).await?;
    assert_eq!((found.embed, found.linked.as_ref()), (None, Some(&to)));
    let second = world.store.make_member(&member(&facts), None, None, event("member_made")).await;
    assert!(matches!(&second, Err(NotWritten::Taken(id)) if *id == to.id), "{second:?}");
    let mut written = definitions();
    let again = json!({"subject": "zoe", "issuer": "airline", "tenant": "acme", "kind": "embed", "account_type": "View"});
    written["members"].as_array_mut().into_iter().for_each(|members| members.push(again.clone()));
    let refused = world.apply(written).await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.contains("`zoe`: that identity is linked"), "{refused}");

    let open = async |facts: &Facts, profile: &ProfileWrite, linked: bool, handle: &str| {
        let credential = Credential::Handle { hash: TokenHash::of(handle), replaces: None };
        let revision = world.store.revision().await?;
        let found = linked.then_some(&to);
        let open = OpenSession { revision, facts, found, linked, profile, once: None, credential };
        Outcome::Ok(world.store.open_session(open).await)
    };
    let create = ProfileWrite::Create(member(&facts));
    assert!(matches!(open(&facts, &create, false, "vh_1").await?, Err(StoreError::Stale { .. })), "no second person");
    let as_linked = Facts { who: Who::Member { id: to.id.clone(), kind: to.kind }, ..facts.clone() };
    assert!(open(&as_linked, &ProfileWrite::None, true, "vh_2").await?.is_ok());

    let one = linked.iter().find(|one| one.subject == "zoe").ok_or("an identity")?;
    assert!(world.store.unlink(&to.id, &one.id, event("identity_unlinked")).await?);
    assert!(!world.store.unlink(&to.id, &one.id, event("identity_unlinked")).await?);
    assert!(world.is_ended("vh_2").await?);
    let later = Facts { session: store::new_session_id()?, opened_at: at(5), ..as_linked };
    assert!(matches!(open(&later, &ProfileWrite::None, true, "vh_3").await?, Err(StoreError::Stale { .. })));
    assert_eq!(world.store.find(&lookup(&facts)).await?.linked, None);
    world.store.delete_member(&to.id, event("member_deleted")).await?;
    let other = world.facts("zac", &[]).await?;
    assert_eq!(world.store.find(&lookup(&other)).await?.linked, None, "gone with the member");
    Ok(())
}
