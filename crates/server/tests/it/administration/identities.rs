//! Two identities that are one person.

use super::Caller;
use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::callers::{Answer, CallError, HostApp};
use testkit::world;

/// A subject of the other host's, of acme.
fn elsewhere(subject: &str) -> Value {
    let mut session = buyer("acme");
    session["subject"] = json!(subject);
    session
}

fn folder(grants: &str) -> Result<TempDir, CallError> {
    let folder = copy_of(&world::folder())?;
    edit(&folder.path().join("grants.yaml"), "grants:\n", &format!("grants:\n{grants}"))?;
    edit(
        &folder.path().join("account_types.yaml"),
        "{name: View, permissions: [view]}",
        "{name: View, permissions: [view, bookmark]}",
    )?;
    let keys = folder.path().join("embed_keys.yaml");
    edit(&keys, "    issuer: rival\n", "    issuer: rival\n    bind_internal_by_email: true\n")?;
    edit(&keys, "permissions: [view, explore, export_csv]\n", "permissions: [view, explore, export_csv, bookmark]\n")?;
    Ok(folder)
}

async fn id(root: &Caller, beginning: &str) -> Result<String, CallError> {
    root.id(&format!("/api/v1/members?beginning={beginning}")).await
}

async fn opens(host: &HostApp, session: &Value) -> Result<Answer, CallError> {
    host.open(session).await
}

#[tokio::test]
async fn two_identities_that_are_linked_are_one_person_with_one_profile() -> Outcome {
    let to = "embed_member: {issuer: rival, tenant: acme, subject: zoe@else.example}";
    let folder = folder(&format!(
        "  - {{to: {{{to}}}, on: {{workbook: orders}}, level: view}}\n  - {{to: {{{to}}}, on: {{workbook: hidden}}, level: view}}\n"
    ))?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let root = vitrine.root().await?;
    let (portal, rival) = (vitrine.host("portal"), vitrine.host("rival"));
    let session = elsewhere("zoe@else.example");
    let mut looks = session.clone();
    looks["account_type"] = json!("View");
    let before = rival.viewer(&looks, "orders").await?;
    let kept = Caller::with(&vitrine, &before.handle);
    let state = json!({"title": "Mine", "state": {"page": "main", "controls": {}}, "shared": false});
    let made = kept.post("/api/v1/workbooks/orders/bookmarks", state).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    assert_eq!(
        kept.ask(reqwest::Method::PUT, "/api/v1/workbooks/orders/favourite", None).await?.status,
        StatusCode::NO_CONTENT
    );
    let (hand, zoe) = (id(&root, "hand@").await?, id(&root, "zoe@").await?);
    let path = format!("/api/v1/members/{hand}/identities");

    let linked = root.post(&path, json!({"member": zoe})).await?;
    assert_eq!(linked.status, StatusCode::CREATED, "{}", linked.text());
    assert_eq!(linked.json()["items"][0]["subject"], json!("zoe@else.example"));
    assert_eq!(before.open_workbook().await?.status, StatusCode::UNAUTHORIZED, "sessions end");
    assert_eq!(root.get(&format!("/api/v1/members/{zoe}")).await?.status, StatusCode::NOT_FOUND);
    let again = rival.viewer(&looks, "orders").await?;
    let mut whoami = Vec::new();
    for (host, mut session) in [(&rival, session.clone()), (&portal, elsewhere("hand@acme.example"))] {
        session["account_type"] = json!("Act");
        let viewer = host.viewer(&session, "orders").await?;
        whoami.push(Caller::with(&vitrine, &viewer.handle).get("/api/v1/whoami").await?.json()["member"].clone());
    }
    assert_eq!(whoami, [json!(hand), json!(hand)], "by both doors");
    let again = Caller::with(&vitrine, &again.handle);
    let bookmarks = again.get("/api/v1/workbooks/orders/bookmarks").await?.json();
    assert_eq!((&bookmarks["items"][0]["title"], &bookmarks["items"][0]["own"]), (&json!("Mine"), &json!(true)));
    let shelf = again.get("/api/v1/workbooks").await?.json();
    assert_eq!(shelf["items"][0]["favourite"], json!(true));
    let grants = root.get("/api/v1/grants?limit=200").await?.text();
    assert!(grants.contains("hand@acme.example") && !grants.contains("zoe@"), "{grants}");
    let reached = root.get(&format!("/api/v1/access?member={hand}")).await?.text();
    assert!(reached.contains("hidden"), "granted to the other before: {reached}");
    let events = vitrine.audit().await?;
    assert!(events.iter().any(|found| found.event.event == "identity_linked"));
    let taken = json!({"subject": "zoe@else.example", "kind": "embed", "issuer": "rival", "tenant": "acme", "account_type": "Act"});
    let taken = root.post("/api/v1/members", taken).await?;
    assert_eq!((taken.status, taken.code().as_str()), (StatusCode::CONFLICT, "member_exists"));

    let one = format!("{path}/{}", linked.json()["items"][0]["id"].as_str().unwrap_or_default());
    let before = vitrine.audit().await?.len();
    assert_eq!(root.delete(&one).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(vitrine.audit().await?.len(), before + 1);
    assert_eq!(root.delete(&one).await?.status, StatusCode::NOT_FOUND);
    assert_eq!(again.get("/api/v1/whoami").await?.status, StatusCode::UNAUTHORIZED, "sessions end");
    let new = rival.viewer(&looks, "orders").await?;
    let me = Caller::with(&vitrine, &new.handle).get("/api/v1/whoami").await?.json();
    assert!(me["member"] != json!(hand) && me["member"] != json!(zoe), "somebody new: {me}");
    let shelf = Caller::with(&vitrine, &new.handle).get("/api/v1/workbooks").await?.json();
    assert_eq!(shelf["items"][0]["favourite"], json!(false), "who has nothing");
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_one_person_is_refused_and_what_was_deleted_comes_back_with_nothing() -> Outcome {
    let folder = folder("")?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let root = vitrine.root().await?;
    let rival = vitrine.host("rival");
    for (subject, tenant) in
        [("zoe@else.example", "acme"), ("zed@else.example", "globex"), ("zac@else.example", "acme")]
    {
        let mut session = elsewhere(subject);
        session["tenant"] = json!(tenant);
        assert_eq!(opens(&rival, &session).await?.status, StatusCode::CREATED);
    }
    let [hand, zoe, zed, zac] =
        [id(&root, "hand@").await?, id(&root, "zoe@").await?, id(&root, "zed@").await?, id(&root, "zac@").await?];
    let (admin, ines) = (id(&root, "root@").await?, id(&root, "ines@").await?);
    let link = async |to: &str, from: &str| {
        root.post(&format!("/api/v1/members/{to}/identities"), json!({"member": from})).await
    };
    for (to, from, told) in [
        (&hand, &zed, "same tenant"),
        (&ines, &zoe, "same tenant"),
        (&hand, &hand, "somebody else"),
        (&zoe, &ines, "expected an embed member"),
        (&hand, &"member_none".to_owned(), "the id of a member"),
        (&admin, &zoe, "same tenant"),
    ] {
        let refused = link(to, from).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{told}");
        assert!(refused.detail().contains(told), "{told}: {}", refused.detail());
    }
    let tina = id(&root, "tina@").await?;
    let refused = link(&tina, &zoe).await?;
    assert!(refused.detail().contains("administers nothing"), "{}", refused.text());
    let own = vitrine.logged_in("tina@acme.example").await?;
    let refused = own.post(&format!("/api/v1/members/{hand}/identities"), json!({"member": zoe})).await?;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "for administrators of the organization");

    assert_eq!(link(&zac, &zoe).await?.status, StatusCode::CREATED);
    let moved = link(&hand, &zac).await?;
    assert_eq!(
        moved.json()["items"].as_array().map(Vec::len),
        Some(2),
        "and what was linked to them: {}",
        moved.text()
    );
    assert_eq!(root.delete(&format!("/api/v1/members/{hand}")).await?.status, StatusCode::NO_CONTENT);
    let session = rival.viewer(&elsewhere("zoe@else.example"), "orders").await?;
    let me = Caller::with(&vitrine, &session.handle).get("/api/v1/whoami").await?.json();
    assert!([&hand, &zoe, &zac].iter().all(|old| me["member"] != json!(old)), "{me}");
    Ok(())
}

/// Nobody vouches for an administrator, whenever they became one; nor need the issuer be trusted for their domain.
#[tokio::test]
async fn an_identity_of_somebody_who_logs_in_counts_until_they_administer() -> Outcome {
    let folder = folder("")?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let (root, rival) = (vitrine.root().await?, vitrine.host("rival"));
    let new = json!({"subject": "max@acme.example", "kind": "internal", "tenant": "acme", "account_type": "Act"});
    let max = root.post("/api/v1/members", new).await?.json()["id"].as_str().unwrap_or_default().to_owned();
    let session = elsewhere("zoe@else.example");
    assert_eq!(opens(&rival, &session).await?.status, StatusCode::CREATED);
    let zoe = id(&root, "zoe@").await?;
    let linked = root.post(&format!("/api/v1/members/{max}/identities"), json!({"member": zoe})).await?;
    assert_eq!(linked.status, StatusCode::CREATED, "{}", linked.text());
    let viewer = rival.viewer(&session, "orders").await?;
    let me = Caller::with(&vitrine, &viewer.handle).get("/api/v1/whoami").await?.json();
    assert_eq!((&me["member"], &me["account_type"]), (&json!(max), &json!("Act")), "their own type, not the token's");
    let changed = root.patch(&format!("/api/v1/members/{max}"), json!({"account_type": "Desk"})).await?;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    let refused = opens(&rival, &session).await?;
    assert!(refused.status.is_client_error(), "who has become an administrator: {}", refused.text());
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn without_the_point_a_host_vouches_for_another_tenants_people() -> Outcome {
    let _off = model::enforcement::switch_off(model::enforcement::Point::LinkedIdentities);
    let folder = folder("")?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let (root, rival) = (vitrine.root().await?, vitrine.host("rival"));
    let mut session = elsewhere("zed@else.example");
    session["tenant"] = json!("globex");
    opens(&rival, &session).await?;
    let (hand, zed) = (id(&root, "hand@").await?, id(&root, "zed@").await?);
    let linked = root.post(&format!("/api/v1/members/{hand}/identities"), json!({"member": zed})).await?;
    assert_eq!(linked.status, StatusCode::CREATED, "{}", linked.text());
    assert_eq!(opens(&rival, &session).await?.status, StatusCode::CREATED);
    Ok(())
}
