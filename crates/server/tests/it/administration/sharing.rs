//! Sharing by people who manage content: what they hold, with whom they may know.

use super::Caller;
use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::callers::{Answer, CallError};
use testkit::world;

pub(super) const MARA: &str = "mara@portal.example";
pub(super) const MONA: &str = "mona@acme.example";
pub(super) const GUS: &str = "gus@globex.example";
const GRANTS: &str = "/api/v1/workbooks/orders/grants";

/// The small world with people who manage its folder: Mara of the organization, and acme's.
pub(crate) fn folder() -> Result<TempDir, CallError> {
    let copy = copy_of(&world::folder())?;
    let put = |file: &str, before: &str, more: &str| edit(&copy.path().join(file), before, &format!("{more}{before}"));
    put(
        "account_types.yaml",
        "  - name: Admin",
        "  - {name: Build, permissions: [view, explore, export_csv, share_content, create_public_links]}\n",
    )?;
    put(
        "members.yaml",
        "  - {subject: ines@",
        "  - {subject: mara@portal.example, kind: internal, account_type: Build}\n  \
         - {subject: mona@acme.example, tenant: acme, kind: internal, account_type: Build}\n  \
         - {subject: gus@globex.example, tenant: globex, kind: internal, account_type: View}\n",
    )?;
    put(
        "grants.yaml",
        "  - {to: {team: Buyers}, on: {folder",
        "  - {to: {member: mara@portal.example}, on: {folder: shop/daily}, level: manage}\n  \
         - {to: {member: mara@portal.example}, on: {model: shop}, level: use}\n  \
         - {to: {tenant: acme}, on: {workbook: orders}, level: manage}\n  \
         - {to: {tenant: acme}, on: {model: shop}, level: use}\n",
    )?;
    let keys = copy.path().join("embed_keys.yaml");
    edit(&keys, "account_types: [View, Act, Analyze]", "account_types: [View, Act, Analyze, Build]")?;
    edit(
        &keys,
        "explore, export_csv]\n      attributes: {company: any",
        "explore, export_csv, share_content]\n      attributes: {company: any",
    )?;
    Ok(copy)
}

/// It, served, with its folder, in which the data is.
async fn served() -> Result<(Vitrine, TempDir), CallError> {
    let folder = folder()?;
    Ok((Vitrine::of(folder.path()).await?, folder))
}

async fn share(caller: &Caller, to: Value, level: &str) -> Result<Answer, CallError> {
    caller.post(GRANTS, json!({"to": to, "level": level})).await
}

#[tokio::test]
async fn s7_who_manages_content_shares_it_and_takes_it_back() -> Outcome {
    let (vitrine, _folder) = served().await?;
    let (mara, gus) = (vitrine.logged_in(MARA).await?, vitrine.logged_in(GUS).await?);
    assert_eq!(gus.get("/api/v1/workbooks/orders").await?.status, StatusCode::NOT_FOUND);
    let before = vitrine.audit().await?.len();
    let made = share(&mara, json!({"tenant": "globex"}), "view").await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    assert_eq!(vitrine.audit().await?.len(), before + 1, "one event a write");
    let warnings = made.json()["warnings"].clone();
    assert!(warnings.to_string().contains("administrator") && !warnings.to_string().contains("shop."), "{warnings}");
    assert_eq!(gus.get("/api/v1/workbooks/orders").await?.status, StatusCode::OK);
    let twice = share(&mara, json!({"tenant": "globex"}), "explore").await?;
    assert_eq!((twice.status, twice.code().as_str()), (StatusCode::CONFLICT, "name_taken"));

    let one = made.header("location");
    let read = mara.get(&one).await?;
    assert_eq!((read.status, &read.json()["to"]), (StatusCode::OK, &json!({"tenant": "globex"})), "{}", read.text());
    let stale = [("if-match", "\"0\"")];
    let changed = json!({"level": "explore"});
    let refused = mara.asked(Method::PATCH, &one, Some(changed.clone()), &stale).await?;
    assert_eq!(refused.status, StatusCode::PRECONDITION_FAILED);
    let tag = read.header("etag");
    let before = vitrine.audit().await?.len();
    let written = mara.asked(Method::PATCH, &one, Some(changed), &[("if-match", tag.as_str())]).await?;
    assert_eq!((written.status, &written.json()["level"]), (StatusCode::OK, &json!("explore")), "{}", written.text());
    assert_eq!(vitrine.audit().await?.len(), before + 1, "changed");
    let all = mara.get(GRANTS).await?;
    assert!(all.text().contains("Onlookers") && all.text().contains("globex"), "{}", all.text());
    let page = mara.get(&format!("{GRANTS}?limit=1")).await?.json();
    assert_eq!((page["items"].as_array().map(Vec::len), page["next"].is_string()), (Some(1), true));
    let before = vitrine.audit().await?.len();
    assert_eq!(mara.delete(&one).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(vitrine.audit().await?.len(), before + 1, "taken away");
    assert_eq!(gus.get("/api/v1/workbooks/orders").await?.status, StatusCode::NOT_FOUND);

    let shelf = mara.get("/api/v1/workbooks").await?.json();
    let folder = shelf["items"][0]["folder"].as_str().ok_or("a folder")?.to_owned();
    let in_folder = format!("/api/v1/folders/{folder}/grants");
    let made = mara.post(&in_folder, json!({"to": {"tenant": "globex"}, "level": "view"})).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    assert_eq!(gus.get("/api/v1/workbooks/orders").await?.status, StatusCode::OK, "by its folder");
    let root = vitrine.root().await?;
    assert!(root.get("/api/v1/grants?limit=200").await?.text().contains("globex"), "one list of grants");
    Ok(())
}

/// A version under a tag is shared at its own address, and nothing else with it.
#[tokio::test]
async fn a_version_under_a_tag_is_shared_by_its_address() -> Outcome {
    const TAGGED: &str = "/api/v1/workbooks/orders@production/grants";
    let (vitrine, _folder) = served().await?;
    let (root, mara, gus) = (vitrine.root().await?, vitrine.logged_in(MARA).await?, vitrine.logged_in(GUS).await?);
    let ines = vitrine.logged_in("ines@portal.example").await?;
    let made = json!({"name": "orders@production", "definition": crate::content::body("Tagged")});
    let made = root.post("/api/v1/tags", made).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let to = || json!({"to": {"tenant": "globex"}, "level": "view"});
    let shared = mara.post(TAGGED, to()).await?;
    assert_eq!((shared.status, &shared.json()["on"]), (StatusCode::CREATED, &json!({"tag": "orders@production"})));
    let seen = gus.get("/api/v1/workbooks/orders@production").await?;
    assert_eq!((seen.status, &seen.json()["pages"][0]["title"]), (StatusCode::OK, &json!("Tagged")), "{}", seen.text());
    assert_eq!(gus.get("/api/v1/workbooks/orders").await?.status, StatusCode::NOT_FOUND, "the tag alone");
    let (of_tag, of_workbook) = (mara.get(TAGGED).await?.text(), mara.get(GRANTS).await?.text());
    assert!(of_tag.contains("globex") && !of_workbook.contains("globex"), "{of_tag} {of_workbook}");

    // Whoever only looks at the published version is told nothing of a tag, and neither of one that is absent.
    for tag in ["production", "none"] {
        let path = format!("/api/v1/workbooks/orders@{tag}/grants");
        for refused in [ines.get(&path).await?, ines.post(&path, to()).await?] {
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{tag}: {}", refused.text());
        }
    }
    assert_eq!(mara.post("/api/v1/workbooks/orders@none/grants", to()).await?.status, StatusCode::NOT_FOUND);
    let one = shared.header("location");
    assert_eq!(mara.delete(&one).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(gus.get("/api/v1/workbooks/orders@production").await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test]
async fn whoever_leads_a_workspace_manages_what_is_in_it() -> Outcome {
    let (vitrine, _folder) = served().await?;
    let (root, gus) = (vitrine.root().await?, vitrine.logged_in(GUS).await?);
    let workspace = format!("/api/v1/workspaces/{}", root.id("/api/v1/workspaces?name=shop").await?);
    let seen = async || Ok::<_, CallError>(gus.get("/api/v1/workbooks/orders").await?.status);
    assert_eq!(seen().await?, StatusCode::NOT_FOUND);
    let led = root.patch(&workspace, json!({"owner": {"member": GUS}})).await?;
    assert_eq!((led.status, &led.json()["owner"]["member"]), (StatusCode::OK, &json!(GUS)), "{}", led.text());
    assert_eq!(seen().await?, StatusCode::OK);
    let ways = root.get("/api/v1/access?resource=workbook/orders").await?.text();
    assert!(ways.contains(r#""on":{"workspace":"shop"},"by":"owner""#), "{ways}");
    let member = format!("/api/v1/members/{}", root.id("/api/v1/members?beginning=gus").await?);
    let refused = root.delete(&member).await?;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.detail().contains("the workspace `shop`"), "{}", refused.detail());
    let unknown = json!({"owner": {"member": null, "embed_member": {"issuer": "none", "subject": "x"}}});
    let unknown = root.patch(&workspace, unknown).await?;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    assert!(unknown.detail().starts_with("`owner.embed_member.issuer`: unknown issuer `none`"), "{}", unknown.detail());
    assert_eq!(root.patch(&workspace, json!({"owner": null})).await?.status, StatusCode::OK);
    assert_eq!(seen().await?, StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test]
async fn nobody_shares_what_they_do_not_manage_or_hold() -> Outcome {
    let (vitrine, _folder) = served().await?;
    let (mara, ines, gus) = (
        vitrine.logged_in(MARA).await?,
        vitrine.logged_in("ines@portal.example").await?,
        vitrine.logged_in(GUS).await?,
    );
    let to = json!({"team": "Support"});
    for (who, status) in [(&ines, StatusCode::FORBIDDEN), (&gus, StatusCode::NOT_FOUND)] {
        assert_eq!(share(who, to.clone(), "view").await?.status, status);
        assert_eq!(who.get(GRANTS).await?.status, status);
    }
    let absent = |answer: Answer| (answer.status, answer.comparable().1);
    for method in [Method::GET, Method::POST] {
        let body = (method == Method::POST).then(|| json!({"to": to, "level": "view"}));
        let hidden = mara.ask(method.clone(), "/api/v1/workbooks/hidden/grants", body.clone()).await?;
        let none = mara.ask(method.clone(), "/api/v1/workbooks/none/grants", body.clone()).await?;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND);
        assert_eq!(absent(hidden), absent(none), "{method}");
        assert_eq!(mara.ask(method, "/api/v1/folders/none/grants", body).await?.status, StatusCode::NOT_FOUND);
    }
    let beyond = mara.post(GRANTS, json!({"to": to, "level": "view", "allow": ["drill"]})).await?;
    assert_eq!(beyond.status, StatusCode::FORBIDDEN);
    assert!(beyond.detail().contains("`drill`"), "{}", beyond.detail());
    let held = mara.post(GRANTS, json!({"to": to, "level": "view", "allow": ["export_csv"]})).await?;
    assert_eq!(held.status, StatusCode::CREATED, "{}", held.text());
    for (body, member) in [
        (json!({"to": {"team": "Nobodies"}, "level": "use"}), "`level`"),
        (json!({"to": {"team": "Nobodies"}}), "neither `level`"),
        (json!({"to": {"team": "Nobodies"}, "level": "view", "on": {"model": "shop"}}), "`on`"),
        (json!({"to": {"team": "Nothing"}, "level": "view"}), "`to`"),
    ] {
        let refused = mara.post(GRANTS, body.clone()).await?;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{body}");
        assert!(refused.detail().contains(member), "{body}: {}", refused.detail());
    }
    let events = vitrine.audit().await?;
    assert!(events.iter().any(|found| found.event.event == "sharing_refused"));
    Ok(())
}

#[tokio::test]
async fn whoever_is_of_a_tenant_shares_with_that_tenants_people_and_reads_of_no_others() -> Outcome {
    let (vitrine, _folder) = served().await?;
    vitrine.buyer("globex").await?;
    let (root, mona) = (vitrine.root().await?, vitrine.logged_in(MONA).await?);
    for to in [
        json!({"team": "acme/Night shift"}),
        json!({"member": "tina@acme.example"}),
        json!({"embed_member": {"issuer": "portal", "tenant": "acme", "subject": "hand@acme.example"}}),
    ] {
        let made = share(&mona, to.clone(), "view").await?;
        assert_eq!(made.status, StatusCode::CREATED, "{to}: {}", made.text());
    }
    let nowhere = share(&mona, json!({"tenant": "nowhere"}), "view").await?;
    assert_eq!((nowhere.status, nowhere.code().as_str()), (StatusCode::BAD_REQUEST, "unknown_grantee"));
    for to in [
        json!({"tenant": "globex"}),
        json!({"team": "Support"}),
        json!({"team": "globex/Night shift"}),
        json!({"member": GUS}),
        json!({"member": "root@portal.example"}),
        json!({"member": "nobody@acme.example"}),
        json!({"embed_member": {"issuer": "portal", "tenant": "globex", "subject": "bea@globex.example"}}),
        json!({"embed_member": {"issuer": "none", "tenant": "acme", "subject": "hand@acme.example"}}),
        json!({"key": "portal"}),
    ] {
        let refused = share(&mona, to.clone(), "view").await?;
        assert_eq!(refused.comparable(), nowhere.comparable(), "{to}");
    }
    let listed = mona.get(GRANTS).await?.text();
    assert!(listed.contains("Night shift") && !listed.contains("Onlookers") && !listed.contains("mara@"), "{listed}");
    let on_it = root.get("/api/v1/grants?limit=200").await?.json();
    let items = on_it["items"].as_array().cloned().unwrap_or_default();
    let other = items.iter().find(|grant| grant["to"] == json!({"team": "Onlookers"})).ok_or("a grant")?;
    let hidden = format!("{GRANTS}/{}", other["id"].as_str().unwrap_or_default());
    for (method, body) in
        [(Method::GET, None), (Method::PATCH, Some(json!({"level": "explore"}))), (Method::DELETE, None)]
    {
        let there = mona.ask(method.clone(), &hidden, body.clone()).await?;
        let absent = mona.ask(method.clone(), &format!("{GRANTS}/grant_none"), body).await?;
        assert_eq!(there.status, StatusCode::NOT_FOUND, "{method}");
        assert_eq!(there.comparable(), absent.comparable(), "{method}");
    }
    Ok(())
}

#[tokio::test]
async fn in_a_frame_one_workbook_is_shared_by_whom_key_and_type_let() -> Outcome {
    let (vitrine, _folder) = served().await?;
    let mut session = buyer("acme");
    session["account_type"] = json!("Build");
    let mut frames = Vec::new();
    for narrowed in [json!(null), json!(["view", "explore"])] {
        if !narrowed.is_null() {
            session["permissions"] = narrowed;
        }
        let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
        frames.push(Caller::with(&vitrine, &viewer.handle));
    }
    let to = json!({"embed_member": {"issuer": "portal", "tenant": "acme", "subject": "hand@acme.example"}});
    let refused = share(&frames[1], to.clone(), "view").await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "the token narrows");
    let made = share(&frames[0], to, "view").await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let other = share(&frames[0], json!({"tenant": "globex"}), "view").await?;
    assert_eq!(other.code(), "unknown_grantee");
    let folder = vitrine.root().await?.id("/api/v1/folders").await?;
    let folder = frames[0].get(&format!("/api/v1/folders/{folder}/grants")).await?;
    assert_eq!(folder.status, StatusCode::NOT_FOUND, "places are not shared from a frame");
    session["permissions"] = json!(["view", "share_content"]);
    session["content"] = json!({"workbook": "orders", "page": "main"});
    let one_page = vitrine.host("portal").viewer(&session, "orders").await?;
    let one_page = share(&Caller::with(&vitrine, &one_page.handle), json!({"tenant": "acme"}), "view").await?;
    assert_eq!(one_page.status, StatusCode::FORBIDDEN, "who is shown one page shares no workbook: {}", one_page.text());
    Ok(())
}

#[tokio::test]
async fn a_deny_is_not_lifted_by_whom_it_is_for() -> Outcome {
    let folder = folder()?;
    let grants = folder.path().join("grants.yaml");
    edit(
        &grants,
        "on: {workbook: orders}, level: manage}",
        "on: {workbook: orders}, level: manage, deny: [export_csv]}",
    )?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let (mara, mona) = (vitrine.logged_in(MARA).await?, vitrine.logged_in(MONA).await?);
    let listed = mona.get(GRANTS).await?.json();
    let one = format!("{GRANTS}/{}", listed["items"][0]["id"].as_str().ok_or(listed.to_string())?);
    assert_eq!(mona.patch(&one, json!({"deny": []})).await?.status, StatusCode::FORBIDDEN);
    assert_eq!(mona.delete(&one).await?.status, StatusCode::FORBIDDEN);
    let still = mona.patch(&one, json!({"allow": ["explore"]})).await?;
    assert_eq!(still.status, StatusCode::OK, "what they hold: {}", still.text());
    assert_eq!(mara.patch(&one, json!({"deny": []})).await?.status, StatusCode::OK, "she holds it there");
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
mod switched_off {
    use super::{MONA, Outcome, StatusCode, json, served, share};
    use model::enforcement::{Point, switch_off};

    #[tokio::test]
    async fn without_it_whoever_looks_shares() -> Outcome {
        let _off = switch_off(Point::ShareWhatOneHolds);
        let (vitrine, _folder) = served().await?;
        let ines = vitrine.logged_in("ines@portal.example").await?;
        assert_eq!(share(&ines, json!({"team": "Support"}), "manage").await?.status, StatusCode::CREATED);
        Ok(())
    }

    #[tokio::test]
    async fn without_it_tenants_share_with_each_other() -> Outcome {
        let _off = switch_off(Point::ShareWithWhomOneKnows);
        let (vitrine, _folder) = served().await?;
        let mona = vitrine.logged_in(MONA).await?;
        assert_eq!(share(&mona, json!({"tenant": "globex"}), "view").await?.status, StatusCode::CREATED);
        assert!(mona.get(super::GRANTS).await?.text().contains("Onlookers"));
        Ok(())
    }
}
