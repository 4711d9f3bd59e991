//! Questions about single sign-on that were asked of Metabase, with its answers, or ours where we are stricter:
//! `cases/metabase_sso.json`.

use super::{NOW, PROGRAM, SORRY, Sso, merged};
use crate::administration::Caller;
use crate::support::{Outcome, edit};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use testkit::callers::{Answer, CallError};
use testkit::{sign, vectors, world};

/// Metabase's cases, each of which must have been shown in the end.
struct Cases {
    all: BTreeMap<String, Value>,
    shown: BTreeSet<String>,
}

impl Cases {
    fn read() -> Result<Self, CallError> {
        let cases = vectors::cases("metabase_sso");
        let cases = cases["cases"].as_array().ok_or("no cases")?;
        let all = cases.iter().map(|case| (case["id"].as_str().unwrap_or_default().to_owned(), case.clone())).collect();
        Ok(Self { all, shown: BTreeSet::new() })
    }

    /// Expects the answer of a case, as far as it says.
    fn show(&mut self, id: &str, answer: &Answer) {
        let case = &self.all[id];
        assert!(case["ours"].is_null(), "{id} has an answer of ours");
        assert_eq!(Some(u64::from(answer.status.as_u16())), case["status"].as_u64(), "{id}: {}", answer.text());
        let expected = case["expect"].as_str().unwrap_or_default();
        match case["match"].as_str() {
            Some("exact") => assert_eq!(answer.text(), expected, "{id}"),
            Some("contains") => assert!(answer.text().contains(expected.trim_start_matches("body contains: ")), "{id}"),
            _ => {}
        }
        self.shown.insert(id.to_owned());
    }

    /// Expects our own answer.
    fn show_ours(&mut self, id: &str, answer: &Answer, status: StatusCode, text: &str) {
        assert!(self.all[id]["ours"].is_string(), "{id} has none");
        assert_eq!((answer.status, answer.text().as_str()), (status, text), "{id}");
        self.shown.insert(id.to_owned());
    }

    /// Expects each of the cases that begin so to have been shown, but for these.
    fn all_of(self, beginning: &str, but: &[&str]) {
        let wanted = self.all.keys().filter(|id| id.starts_with(beginning));
        let left: Vec<_> = wanted.filter(|id| !self.shown.contains(*id) && !but.contains(&id.as_str())).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[tokio::test]
async fn cases_of_single_sign_on() -> Outcome {
    let mut cases = Cases::read()?;
    assert_eq!(cases.all.len(), 31);
    let sso = Sso::with(json!({"jwt": {"sign_in": "https://portal.example/sso?from=vitrine"}})).await?;
    let sent = sso.ask(&[("redirect", "/x")], &[]).await?;
    assert_eq!(sent.header("location"), "https://portal.example/sso?from=vitrine&return_to=%2Fx");
    cases.show("sso-03", &sent);
    cases.show("sso-21", &sso.ask(&[("preferred_method", "jwt")], &[]).await?);
    assert_eq!(
        sso.ask(&[("preferred_method", "saml")], &[]).await?.status,
        StatusCode::BAD_REQUEST,
        "there is no SAML yet"
    );
    let claims = json!({"email": "rasta@acme.example", "iss": "i", "exp": NOW + 60, "iat": NOW, "extra": "keypairs", "are": "also"});
    let values = sso.attributes(&claims).await?;
    assert_eq!(values, BTreeMap::from([("are".into(), "also".into()), ("extra".into(), "keypairs".into())]));
    cases.show("sso-05", &sso.log_in(&claims).await?);
    let wrong = sign::plain(&claims, "another secret that nobody has given anybody");
    cases.show("sso-10", &sso.ask(&[("jwt", &wrong)], &[]).await?);
    cases.show("sso-11", &sso.log_in(&json!({"extra": "x"})).await?);
    let first = sso.log_in(&json!({"email": "new@acme.example"})).await?;
    assert_eq!(sso.member("new@acme").await?["first_name"], json!(null));
    let named = json!({"email": "new@acme.example", "first_name": "Nora", "last_name": "New"});
    assert_eq!(sso.log_in(&named).await?.status, StatusCode::FOUND);
    assert_eq!(sso.log_in(&json!({"email": "new@acme.example", "first_name": ""})).await?.status, StatusCode::FOUND);
    let member = sso.member("new@acme").await?;
    assert_eq!((&member["first_name"], &member["last_name"]), (&json!("Nora"), &json!("New")), "never blanked");
    cases.show("sso-13", &first);
    let root = sso.vitrine.root().await?;
    let path = format!("/api/v1/members/{}", member["id"].as_str().unwrap_or_default());
    root.patch(&path, json!({"attributes": {"company": "acme"}})).await?;
    let values = sso.attributes(&json!({"email": "new@acme.example", "extra": "2"})).await?;
    assert_eq!(values, BTreeMap::from([("company".into(), "acme".into()), ("extra".into(), "2".into())]));
    assert_eq!(sso.member("new@acme").await?["attributes"], json!({"company": "acme"}));
    cases.show("sso-17", &sso.log_in(&json!({"email": "new@acme.example", "are": "3"})).await?);
    for (value, kept) in [(json!("x"), Some("x")), (json!(42), Some("42")), (json!(false), Some("false"))]
        .into_iter()
        .chain([json!([1]), json!({"a": 1}), json!(null)].map(|value| (value, None)))
    {
        let claims = json!({"email": "new@acme.example", "extra": value, "@attribute": "x"});
        assert_eq!(sso.attributes(&claims).await?.get("extra").map(String::as_str), kept, "{claims}");
    }
    cases.show("sso-18", &sso.log_in(&json!({"email": "new@acme.example", "extra": [1], "@attribute": "x"})).await?);
    cases.show("sso-19", &sso.log_in(&json!({"email": "new@acme.example"})).await?);
    let posted = sso.vitrine.stranger().post("/auth/sso", &json!({})).await?;
    cases.show("sso-22", &posted);
    root.patch(&path, json!({"deactivated": true})).await?;
    let deactivated = sso.log_in(&json!({"email": "new@acme.example"})).await?;
    cases.show_ours("sso-15", &deactivated, StatusCode::UNAUTHORIZED, SORRY);
    sso.change(json!({"provisioning": {"members": false}})).await?;
    cases.show("sso-16", &sso.log_in(&json!({"email": "new@acme.example"})).await?);
    cases.show("sso-16", &sso.log_in(&json!({"email": "unknown@acme.example"})).await?);
    for group in ["sso-groups", "sso-sdk"] {
        cases.shown.extend(cases.all.keys().filter(|id| id.starts_with(group)).cloned().collect::<Vec<_>>());
    }
    cases.all_of("sso-", &["sso-20"]);
    Ok(())
}

#[tokio::test]
async fn cases_of_groups() -> Outcome {
    let mut cases = Cases::read()?;
    let sso = Sso::with(json!({})).await?;
    let groups = |groups: Value| json!({"email": "rasta@acme.example", "groups": groups});
    cases.show("sso-groups-02", &sso.log_in(&groups(json!(["developers", "analysts"]))).await?);
    assert_eq!(sso.teams("rasta").await?, json!(["analysts", "developers"]));
    sso.log_in(&groups(json!(["Group A"]))).await?;
    assert_eq!(sso.teams("rasta").await?, json!(["Group A"]));
    cases.show("sso-groups-03", &sso.log_in(&groups(json!(["Group B"]))).await?);
    assert_eq!(sso.teams("rasta").await?, json!(["Group B"]));
    cases.show("sso-groups-05", &sso.log_in(&json!({"email": "rasta@acme.example"})).await?);
    assert_eq!(sso.teams("rasta").await?, json!(["Group B"]));
    sso.change(json!({"teams": {"sync": "additive", "map": {"dev": ["developers", "analysts"], "a": ["Group A"]}}}))
        .await?;
    cases.show("sso-groups-04", &sso.log_in(&groups(json!(["dev", "Group B"]))).await?);
    assert_eq!(sso.teams("rasta").await?, json!(["Group B", "analysts", "developers"]));
    sso.log_in(&groups(json!(["a"]))).await?;
    assert_eq!(sso.teams("rasta").await?, json!(["Group A", "Group B"]));
    cases.all_of("sso-groups", &[]);
    Ok(())
}

#[tokio::test]
async fn cases_of_programs() -> Outcome {
    let mut cases = Cases::read()?;
    let sso = Sso::with(json!({})).await?;
    let told = sso.ask(&[], &PROGRAM).await?;
    assert_eq!(told.json(), json!({"url": "https://portal.example/sso", "method": "jwt"}));
    let claims = json!({"email": "rasta@acme.example", "iat": NOW - 10, "exp": NOW + 300, "groups": ["Buyers"], "company": "acme"});
    let answer = sso.exchange(&claims).await?;
    let id = answer.json()["id"].as_str().unwrap_or_default().to_owned();
    assert_eq!(answer.json(), json!({"id": id, "iat": NOW - 10, "exp": NOW + 300}));
    let parts: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(parts, [8, 4, 4, 4, 12], "{id}");
    assert_eq!(answer.header("set-cookie"), "");
    cases.show("sso-sdk-02", &answer);
    let shown = sso.vitrine.stranger();
    for (name, value) in [("x-metabase-session", id.clone()), ("authorization", format!("Bearer {id}"))] {
        let whoami = shown.send(shown.request(Method::GET, "/api/v1/whoami").header(name, value)).await?;
        assert_eq!((whoami.status, &whoami.json()["email"]), (StatusCode::OK, &json!("rasta@acme.example")), "{name}");
    }
    let rows = Caller::with(&sso.vitrine, &id)
        .post("/api/v1/workbooks/orders/pages/main/elements/total/query", json!({"controls": {}}))
        .await?;
    assert_eq!(rows.status, StatusCode::OK, "{}", rows.text());
    assert!(!rows.text().contains(world::GLOBEX));
    sso.vitrine.clock.advance_seconds(301);
    assert_eq!(Caller::with(&sso.vitrine, &id).get("/api/v1/whoami").await?.status, StatusCode::UNAUTHORIZED);
    sso.change(json!({"jwt": {"sdk_sessions": false}})).await?;
    let again = json!({"email": "rasta@acme.example"});
    cases.show("sso-sdk-04", &sso.exchange(&again).await?);
    assert_eq!(sso.ask(&[], &PROGRAM).await?.status, StatusCode::PAYMENT_REQUIRED);
    assert_eq!(sso.log_in(&again).await?.status, StatusCode::FOUND);
    cases.all_of("sso-sdk", &[]);
    Ok(())
}

#[tokio::test]
async fn cases_of_tenants() -> Outcome {
    let mut cases = Cases::read()?;
    let sso = Sso::with(json!({})).await?;
    let of = |email: &str, tenant: Value| json!({"email": email, "@tenant": tenant});
    let made = merged(
        of("a@new.example", json!("tenant-mctenantson")),
        &json!({"@tenant.attributes": {"extra": "1", "plan": "x"}}),
    );
    cases.show("tenants-01", &sso.log_in(&made).await?);
    assert_eq!(sso.log_in(&made).await?.status, StatusCode::FOUND, "again");
    assert_eq!(sso.member("a@new").await?["tenant"], "tenant-mctenantson");
    let later = merged(made.clone(), &json!({"@tenant.attributes": {"extra": "2"}}));
    cases.show("tenants-14", &sso.log_in(&later).await?);
    assert_eq!(sso.tenant("tenant-mctenantson").await?["attributes"], json!({"extra": "1"}));
    cases.show("tenants-02", &sso.log_in(&of("b@acme.example", json!("acme"))).await?);
    assert_eq!(sso.member("b@acme").await?["tenant"], "acme");
    cases.show("tenants-08", &sso.log_in(&json!({"email": "b@acme.example"})).await?);
    cases.show("tenants-09", &sso.log_in(&of("ines@portal.example", json!("acme"))).await?);
    cases.show("tenants-11", &sso.log_in(&of("c@new.example", json!(123))).await?);
    assert_eq!(sso.member("c@new").await?["tenant"], "123");
    for odd in [json!(false), json!({"a": 1})] {
        cases.show("tenants-12", &sso.log_in(&of("d@new.example", odd)).await?);
    }
    let other = sso.log_in(&of("b@acme.example", json!("globex"))).await?;
    assert_eq!((other.status, other.text().as_str()), (StatusCode::FORBIDDEN, "Tenant ID mismatch with existing user"));
    sso.change(json!({"teams": {"sync": "replacing", "of_tenants": ["All tenant users"]}})).await?;
    let groups =
        merged(of("e@acme.example", json!("acme")), &json!({"groups": ["Group A", "nonsense", "acme/Night shift"]}));
    cases.show("tenants-13", &sso.log_in(&groups).await?);
    assert_eq!(sso.teams("e@acme").await?, json!(["All tenant users", "Group A"]));
    edit(&sso.folder.path().join("tenants.yaml"), "{name: acme,", "{name: acme, deactivated: true,")?;
    sso.change(json!({})).await?;
    for email in ["b@acme.example", "f@acme.example"] {
        let refused = sso.log_in(&of(email, json!("acme"))).await?;
        cases.show_ours("tenants-04", &refused, StatusCode::FORBIDDEN, "Tenant is not active");
    }
    sso.change(json!({"provisioning": {"members": false}})).await?;
    cases.show("tenants-05", &sso.log_in(&of("f@acme.example", json!("acme"))).await?);
    assert_eq!(sso.tenant("acme").await?["deactivated"], json!(true));
    sso.change(json!({"provisioning": {"members": true, "tenants": false}, "ceiling": {"tenants": []}})).await?;
    cases.show("tenants-03", &sso.log_in(&of("g@new.example", json!("globex"))).await?);
    assert_eq!(sso.log_in(&json!({"email": "g@new.example"})).await?.status, StatusCode::FOUND);
    let foo = merged(of("ines@portal.example", json!("globex")), &json!({"extra": "bar"}));
    cases.show("tenants-10", &sso.log_in(&foo).await?);
    assert_eq!(sso.member("ines@portal").await?["attributes"], json!({"company": "acme"}));
    cases.all_of("tenants", &[]);
    Ok(())
}
