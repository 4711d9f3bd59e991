//! How far administrators reach: their permissions, their tenant, and what they hold themselves.

use crate::support::{Outcome, Vitrine};
use reqwest::{Method, StatusCode};
use serde_json::json;

const TINA: &str = "tina@acme.example";

#[tokio::test]
async fn a_tenants_administrator_manages_that_tenant_only() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (root, tina) = (vitrine.root().await?, vitrine.logged_in(TINA).await?);
    vitrine.buyer("acme").await?;
    let globex = vitrine.buyer("globex").await?;
    let members = tina.get("/api/v1/members?limit=200").await?;
    assert!(members.text().contains("bea@acme.example") && !members.text().contains("globex"), "{}", members.text());
    assert!(!members.text().contains("root@portal"), "nor the organization's own");
    assert_eq!(tina.get("/api/v1/members?tenant=globex").await?.status, StatusCode::NOT_FOUND);
    let sessions = tina.get("/api/v1/sessions").await?;
    assert!(sessions.text().contains("bea@acme.example") && !sessions.text().contains("globex"), "{}", sessions.text());

    let other = root.id("/api/v1/members?beginning=bea@globex").await?;
    let path = format!("/api/v1/members/{other}");
    for (method, path, body) in [
        (Method::GET, path.clone(), None),
        (Method::PATCH, path.clone(), Some(json!({"deactivated": true}))),
        (Method::DELETE, path.clone(), None),
        (Method::GET, format!("{path}/effective"), None),
        (Method::DELETE, format!("/api/v1/sessions/{}", globex.session), None),
    ] {
        let hidden = tina.ask(method.clone(), &path, body.clone()).await?;
        let absent = path.replace(&other, "member_none").replace(globex.session.as_str(), "vs_none");
        let absent = tina.ask(method.clone(), &absent, body).await?;
        assert_eq!(hidden.status, StatusCode::NOT_FOUND, "{method} {path}");
        assert_eq!(hidden.comparable(), absent.comparable(), "{method} {path}: hidden and absent are the same");
    }
    assert_eq!(globex.open_workbook().await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn activity_is_read_by_whoever_may_each_tenants_by_its_own() -> Outcome {
    let copy = crate::support::copy_of(&testkit::world::folder())?;
    let types = copy.path().join("account_types.yaml");
    crate::support::edit(&types, "manage_teams, manage_sessions]", "manage_teams, manage_sessions, see_activity]")?;
    let vitrine = Vitrine::of(copy.path()).await?;
    let (root, tina) = (vitrine.root().await?, vitrine.logged_in(TINA).await?);
    let (acme, globex) = (vitrine.buyer("acme").await?, vitrine.buyer("globex").await?);
    for viewer in [&acme, &globex] {
        viewer.element("main/total", &json!({})).await?;
    }
    let all = root.get("/api/v1/activity?event=run_query").await?;
    assert_eq!(all.status, StatusCode::OK, "{}", all.text());
    let subjects = |answer: &testkit::callers::Answer| -> Vec<String> {
        let items = answer.json()["items"].as_array().cloned().unwrap_or_default();
        items.iter().map(|event| event["subject"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(subjects(&all), ["bea@globex.example", "bea@acme.example"], "the last one first");
    assert_eq!(subjects(&tina.get("/api/v1/activity?event=run_query").await?), ["bea@acme.example"]);
    let own = tina.get("/api/v1/activity?limit=200").await?;
    assert!(!own.text().contains("globex") && !own.text().contains("root@"), "{}", own.text());
    assert_eq!(tina.get("/api/v1/activity?tenant=globex").await?.status, StatusCode::NOT_FOUND);
    let first = root.get("/api/v1/activity?limit=1&resource=orders").await?.json();
    let next = first["next"].as_str().ok_or("a next page")?;
    let second = root.get(&format!("/api/v1/activity?limit=1&resource=orders&after={next}")).await?.json();
    assert!(second["items"][0]["number"].as_i64() < first["items"][0]["number"].as_i64());
    assert_eq!(root.get("/api/v1/activity?after=bm8").await?.status, StatusCode::BAD_REQUEST);
    assert_eq!(
        vitrine.logged_in("ines@portal.example").await?.get("/api/v1/activity").await?.status,
        StatusCode::FORBIDDEN
    );
    Ok(())
}

#[tokio::test]
async fn a_tenants_administrator_makes_people_of_that_tenant_in_its_own_teams() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let tina = vitrine.logged_in(TINA).await?;
    let new = json!({
        "subject": "night-1", "kind": "embed", "issuer": "portal", "tenant": "acme", "account_type": "View",
        "teams": ["acme/Night shift"]
    });
    assert_eq!(tina.post("/api/v1/members", new.clone()).await?.status, StatusCode::CREATED);
    for (member, value, told) in [
        ("tenant", json!("globex"), "nothing here"),
        ("tenant", json!(null), "nothing here"),
        ("teams", json!(["Buyers"]), "`teams`"),
        ("attributes", json!({"company": "globex"}), "`attributes`"),
    ] {
        let mut other = new.clone();
        (other["subject"], other[member]) = (json!("night-2"), value);
        let refused = tina.post("/api/v1/members", other.clone()).await?;
        assert!(refused.status.is_client_error(), "{other}");
        assert!(refused.detail().contains(told), "{other}: {}", refused.detail());
    }
    for (member, value) in
        [("account_type", json!("Emperor")), ("teams", json!(["acme/None"])), ("issuer", json!("none"))]
    {
        let mut other = new.clone();
        (other["subject"], other[member]) = (json!("night-3"), value);
        let refused = tina.post("/api/v1/members", other.clone()).await?;
        assert!(refused.status.is_client_error(), "{other}");
        for name in ["Buyers", "Admin", "rival", "expected one of"] {
            assert!(!refused.text().contains(name), "what else there is by name: {}", refused.text());
        }
    }
    let nested = tina.post("/api/v1/teams", json!({"name": "acme/Up", "members_of": ["Buyers"]})).await?;
    assert_eq!(nested.status, StatusCode::BAD_REQUEST, "no way into the organization's teams: {}", nested.text());
    let valued = tina.post("/api/v1/teams", json!({"name": "acme/Up", "attributes": {"company": "globex"}})).await?;
    assert_eq!(valued.status, StatusCode::BAD_REQUEST, "nor to values that policies read: {}", valued.text());
    let teams = tina.get("/api/v1/teams").await?.json();
    assert_eq!(teams["items"].as_array().map(Vec::len), Some(1), "{teams}");
    assert_eq!(tina.post("/api/v1/teams", json!({"name": "acme/Day shift"})).await?.status, StatusCode::CREATED);
    for name in ["Day shift", "globex/Day shift"] {
        assert_eq!(tina.post("/api/v1/teams", json!({"name": name})).await?.status, StatusCode::NOT_FOUND, "{name}");
    }
    Ok(())
}

/// Whose an address is, if anybody's, is told to nobody but in their own domain; and none is taken before its owner comes.
#[tokio::test]
async fn a_tenants_administrator_writes_addresses_of_the_tenants_domains_only() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let tina = vitrine.logged_in(TINA).await?;
    let internal =
        |email: &str| json!({"subject": email, "tenant": "acme", "kind": "internal", "account_type": "View"});
    let made = tina.post("/api/v1/members", internal("new@acme.example")).await?;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let free = tina.post("/api/v1/members", internal("nobody@globex.example")).await?;
    assert_eq!((free.status, free.code().as_str()), (StatusCode::FORBIDDEN, "foreign_domain"));
    for taken in ["root@portal.example", "ines@portal.example", "new@sub.acme.example", "new@acme.example.org"] {
        let refused = tina.post("/api/v1/members", internal(taken)).await?;
        assert_eq!(refused.comparable(), free.comparable(), "{taken}");
    }
    let mut named = internal("night-7");
    named["email"] = json!("root@portal.example");
    assert_eq!(tina.post("/api/v1/members", named.clone()).await?.code(), "foreign_domain");
    named["email"] = json!("night@acme.example");
    let named = tina.post("/api/v1/members", named).await?;
    for email in ["root@portal.example", "free@portal.example"] {
        let changed = tina.patch(&named.header("location"), json!({"email": email})).await?;
        assert_eq!(changed.code(), "foreign_domain", "{email}: {}", changed.text());
    }
    let own = tina.patch(&named.header("location"), json!({"email": "newer@acme.example"})).await?;
    assert_eq!(own.status, StatusCode::OK, "{}", own.text());
    let taken = tina.post("/api/v1/members", internal(TINA)).await?;
    assert_eq!((taken.status, taken.text().contains("`member_")), (StatusCode::CONFLICT, false));
    let root = vitrine.root().await?;
    let anywhere = root.post("/api/v1/members", internal("consultant@elsewhere.example")).await?;
    assert_eq!(anywhere.status, StatusCode::CREATED, "the organization's administrators vouch for any");
    let tenant = root.id("/api/v1/tenants?name=globex").await?;
    let twice = root.patch(&format!("/api/v1/tenants/{tenant}"), json!({"domains": ["acme.example"]})).await?;
    assert!(twice.detail().contains("another tenant's"), "{}", twice.text());
    Ok(())
}

#[tokio::test]
async fn nobody_gives_or_touches_what_they_do_not_hold() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let (root, desk) = (vitrine.root().await?, vitrine.logged_in("desk@portal.example").await?);
    let admin = json!({"subject": "new@portal.example", "kind": "internal", "account_type": "Admin"});
    let refused = desk.post("/api/v1/members", admin).await?;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.detail().contains("hold"), "{}", refused.detail());
    let own = format!("/api/v1/members/{}", root.id("/api/v1/members?beginning=desk@").await?);
    assert_eq!(
        desk.patch(&own, json!({"account_type": "Admin"})).await?.status,
        StatusCode::FORBIDDEN,
        "not even oneself"
    );
    let above = format!("/api/v1/members/{}", root.id("/api/v1/members?beginning=root@").await?);
    for (method, body) in [(Method::PATCH, Some(json!({"deactivated": true}))), (Method::DELETE, None)] {
        assert_eq!(desk.ask(method, &above, body).await?.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(desk.ask(Method::POST, &format!("{above}/invitation"), None).await?.status, StatusCode::FORBIDDEN);
    let like_oneself = json!({"subject": "new@portal.example", "kind": "internal", "account_type": "Desk"});
    assert_eq!(desk.post("/api/v1/members", like_oneself).await?.status, StatusCode::CREATED);
    Ok(())
}

#[tokio::test]
async fn no_embed_session_administers_whoever_it_is_of() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let copy = crate::support::copy_of(&testkit::world::folder())?;
    let keys = copy.path().join("embed_keys.yaml");
    crate::support::edit(
        &keys,
        "bind_internal_by_email: true",
        "bind_internal_by_email: true\n    bind_administrators: true",
    )?;
    crate::support::edit(&keys, "account_types: [View, Act, Analyze]", "account_types: [View, Act, Analyze, Admin]")?;
    vitrine.apply(copy.path()).await?;
    let session = json!({"subject": "root@portal.example", "content": {"workbook": "orders"}, "tenant": "acme"});
    let opened = vitrine.host("portal").open(&session).await?;
    assert!(opened.status.is_client_error(), "root is of no tenant: {}", opened.text());
    let session = json!({"subject": "ines@portal.example", "content": {"workbook": "orders"}});
    let opened = vitrine.host("portal").open(&session).await?;
    assert!(opened.status.is_client_error(), "this key's ceiling names tenants: {}", opened.text());
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
mod switched_off {
    use super::{Outcome, StatusCode, TINA, Vitrine, json};
    use model::enforcement::{Point, switch_off};

    #[tokio::test]
    async fn without_the_permission_viewers_change_the_organization() -> Outcome {
        let _off = switch_off(Point::AdministrationPermission);
        let vitrine = Vitrine::world().await?;
        let ines = vitrine.logged_in("ines@portal.example").await?;
        let made = ines.post("/api/v1/teams", json!({"name": "Mine"})).await?;
        assert_eq!(made.status, StatusCode::CREATED);
        Ok(())
    }

    #[tokio::test]
    async fn without_domains_a_tenants_administrator_takes_any_address() -> Outcome {
        let _off = switch_off(Point::TenantDomains);
        let vitrine = Vitrine::world().await?;
        let taken =
            json!({"subject": "cfo@globex.example", "tenant": "acme", "kind": "internal", "account_type": "View"});
        let taken = vitrine.logged_in(TINA).await?.post("/api/v1/members", taken).await?;
        assert_eq!(taken.status, StatusCode::CREATED);
        Ok(())
    }

    #[tokio::test]
    async fn without_tenancy_a_tenants_administrator_reaches_everybody() -> Outcome {
        let _off = switch_off(Point::AdministrationTenancy);
        let vitrine = Vitrine::world().await?;
        let (root, tina) = (vitrine.root().await?, vitrine.logged_in(TINA).await?);
        vitrine.buyer("globex").await?;
        let other = root.id("/api/v1/members?beginning=bea@globex").await?;
        assert_eq!(tina.get(&format!("/api/v1/members/{other}")).await?.status, StatusCode::OK);
        Ok(())
    }

    #[tokio::test]
    async fn without_it_one_gives_what_one_does_not_hold() -> Outcome {
        let _off = switch_off(Point::GiveWhatOneHolds);
        let vitrine = Vitrine::world().await?;
        let desk = vitrine.logged_in("desk@portal.example").await?;
        let admin = json!({"subject": "new@portal.example", "kind": "internal", "account_type": "Admin"});
        assert_eq!(desk.post("/api/v1/members", admin).await?.status, StatusCode::CREATED);
        Ok(())
    }
}
