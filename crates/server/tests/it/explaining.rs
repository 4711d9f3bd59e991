//! `POST /api/v1/explain`: who may look as whom, and what they are told.

use crate::support::{Outcome, Vitrine, copy_of, edit};
use model::enforcement::Point;
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::clock::Clock;
use server::config::Config;
use server::explain::{Question, Subject, explain};
use std::fs;
use std::path::Path;
use store::audit::{RecordedEvent, Verdict};
use tempfile::TempDir;
use testkit::callers::{Answer, CallError, Viewer};
use testkit::world;

/// The insurer, with a support page (the key `kiosk`) for some of its own people.
fn insurer() -> Result<TempDir, CallError> {
    let folder = copy_of(&world::insurance())?;
    let append = |file: &str, text: &str| -> std::io::Result<()> {
        let path = folder.path().join(file);
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, format!("{before}{text}"))
    };
    append("account_types.yaml", "  - {name: Support, permissions: [view, explore, inspect_as]}\n")?;
    append(
        "embed_keys.yaml",
        r#"  - client_id: kiosk
    issuer: host
    secrets: [{secret_file: secrets/kiosk}]
    bind_internal_by_email: true
    ceiling:
      tenants: any
      teams: any
      account_types: [Support, Analyze]
      permissions: [view, explore, export_csv, inspect_as]
      attributes: {department: any}
      content: [{workspace: claims}]
      origins: ["https://kiosk.example"]
      session_seconds: 3600
  - client_id: rival
    issuer: rival
    secrets: [{secret_file: secrets/rival}]
    ceiling: {tenants: any, teams: any, account_types: [Analyze], permissions: [view, explore], content: [{workspace: claims}]}
"#,
    )?;
    append("issuers.yaml", "  - {name: rival}\n")?;
    append(
        "members.yaml",
        "members:
  - {subject: sue@insurer.example, kind: internal, account_type: Support, teams: [Adjusters], attributes: {department: finance}, has_logged_in: true}
  - {subject: paul@insurer.example, kind: internal, account_type: Support, teams: [Partners], has_logged_in: true}
  - {subject: nora@insurer.example, kind: internal, tenant: north, account_type: Support, teams: [Adjusters], has_logged_in: true}
  - {subject: carl@insurer.example, kind: internal, account_type: Analyze, teams: [Adjusters], has_logged_in: true}
  - {subject: hal, issuer: host, tenant: south, kind: embed, account_type: Analyze, teams: [Holders], attributes: {holder: CNRY_yan}}
",
    )?;
    append("rights/adjusters.csv", "nora@insurer.example,Harbor,fire,true\n")?;
    Ok(folder)
}

/// A page of the support's, open for somebody.
async fn asker(vitrine: &Vitrine, subject: &str, more: Value) -> Result<Viewer, CallError> {
    let mut session = json!({"subject": subject, "content": {"workbook": "claims"}});
    for (name, value) in more.as_object().into_iter().flatten() {
        session[name] = value.clone();
    }
    vitrine.host("kiosk").viewer(&session, "claims").await
}

fn persona(subject: &str, tenant: &str, teams: Value, attributes: Value) -> Value {
    json!({"key": "portal", "session": {
        "subject": subject, "tenant": tenant, "teams": teams, "account_type": "Analyze", "attributes": attributes,
        "content": {"workbook": "claims"},
    }})
}

fn ada() -> Value {
    persona("ada@insurer.example", "north", json!(["Adjusters"]), json!({}))
}

async fn told(viewer: &Viewer, question: &Value) -> Result<Answer, CallError> {
    viewer.post("/api/v1/explain", question).await
}

fn of_row(looked_at: &Value, key: &Value) -> Value {
    json!({"as": looked_at, "explore": "claims.claims", "row": {"table": "claims", "key": key}})
}

/// What is refused, and how it reads.
async fn refused(viewer: &Viewer, question: &Value) -> Result<(StatusCode, Value), CallError> {
    let answer = told(viewer, question).await?;
    assert!(!answer.status.is_success(), "{}", answer.text());
    Ok(answer.comparable())
}

async fn looks(vitrine: &Vitrine) -> Result<Vec<RecordedEvent>, CallError> {
    let events = vitrine.audit().await?;
    Ok(events.into_iter().filter(|event| event.event.action.as_deref() == Some("inspect_as")).collect())
}

/// One document for both, whoever is looked at: `vitrine explain` lets personas in by the front door, and is compared with
/// what they are answered (`explain.rs`).
#[tokio::test]
async fn it_says_what_the_command_says() -> Outcome {
    let folder = insurer()?;
    let personas = json!({
        "Ada": ada(),
        "Zoe": persona("zoe@mail.example", "north", json!(["Holders"]), json!({"holder": "CNRY_zoe"})),
        "Pam": persona("pam@broker.example", "south", json!(["Partners"]), json!({"territory": "Harbor,Mill"})),
        "both": persona("ada2@insurer.example", "north", json!(["Adjusters", "Holders"]), json!({"holder": "CNRY_yan"})),
        "none": persona("eve@insurer.example", "north", json!(["Partners"]), json!({})),
        "Hal": {"key": "portal", "session": {"subject": "hal", "tenant": "south"}},
        "nobody": persona("new@mail.example", "north", json!(["Gone"]), json!({})),
    });
    let expectations = json!([{"name": "they get in", "as": ["Ada"], "session": "opened"}]);
    fs::create_dir(folder.path().join("tests"))?;
    let written = json!({"personas": personas, "expectations": expectations});
    fs::write(folder.path().join("tests/all.yaml"), written.to_string())?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let sue = asker(&vitrine, "sue@insurer.example", json!({})).await?;
    for (name, looked_at) in personas.as_object().into_iter().flatten() {
        for subject in ["main/list", "main/notes", "explore"] {
            let mut question = of_row(looked_at, &json!({"claim": 2}));
            let of_command = if subject == "explore" {
                Subject::Explore("claims.claims".to_owned().try_into()?)
            } else {
                question["element"] = json!(format!("claims/{subject}"));
                question.as_object_mut().ok_or("an object")?.remove("explore");
                Subject::Element(format!("claims/{subject}").try_into()?)
            };
            let row = Some(("claims".parse()?, vec![("claim".parse()?, "2".to_owned())]));
            let asked = Question { persona: name, subject: of_command, row };
            let limits = Config::default().limits;
            let (mut command, _) = explain(folder.path(), &asked, &limits, Path::new("none"), &Clock::system()).await?;
            let answer = told(&sue, &question).await?;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            command["persona"] = looked_at["session"]["subject"].clone();
            assert_eq!(answer.json(), command, "{name} and {subject}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn it_needs_the_permission_and_grants_of_ones_own() -> Outcome {
    let folder = insurer()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let question = json!({"as": ada(), "element": "claims/main/list"});
    let carl = asker(&vitrine, "carl@insurer.example", json!({})).await?;
    let embed = json!({"tenant": "north", "teams": ["Adjusters"], "account_type": "Support"});
    let embed = asker(&vitrine, "eve@mail.example", embed).await?;
    let sue = asker(&vitrine, "sue@insurer.example", json!({})).await?;
    let narrowed = asker(&vitrine, "sue@insurer.example", json!({"permissions": ["view", "explore"]})).await?;
    let locked = asker(&vitrine, "sue@insurer.example", json!({"locked_parameters": {"holder": "CNRY_zoe"}})).await?;
    assert_eq!(told(&sue, &question).await?.status, StatusCode::OK);
    for (who, viewer) in [("carl", &carl), ("embed", &embed), ("narrowed", &narrowed), ("locked", &locked)] {
        let answer = told(viewer, &question).await?;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, "forbidden"), "{who}");
    }
    // What the asker does not see reads like what there is not, with the permission and without.
    let absent = json!({"as": ada(), "element": "claims/main/gone"});
    let hidden = json!({"as": ada(), "element": "claims/main/books"});
    let closed = json!({"as": ada(), "explore": "claims.books"});
    let paul = asker(&vitrine, "paul@insurer.example", json!({})).await?;
    for viewer in [&paul, &carl] {
        let page = refused(viewer, &json!({"as": ada(), "element": "claims/gone/list"})).await?;
        assert_eq!(page.0, StatusCode::NOT_FOUND);
        assert_eq!(refused(viewer, &closed).await?, page);
        let gone = json!({"as": ada(), "explore": "claims.gone"});
        assert_eq!(refused(viewer, &gone).await?, page);
    }
    assert_eq!(refused(&paul, &absent).await?, refused(&paul, &hidden).await?);
    assert_eq!(told(&sue, &hidden).await?.status, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn somebody_of_a_tenant_looks_at_their_own_people_and_rows() -> Outcome {
    let folder = insurer()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let nora = asker(&vitrine, "nora@insurer.example", json!({})).await?;
    let sue = asker(&vitrine, "sue@insurer.example", json!({})).await?;
    assert_eq!(told(&nora, &of_row(&ada(), &json!({"claim": 1}))).await?.status, StatusCode::OK);
    let unknown =
        refused(&nora, &of_row(&json!({"key": "gone", "session": {"subject": "a"}}), &json!({"claim": 1}))).await?;
    assert_eq!(unknown.0, StatusCode::NOT_FOUND);
    let south = persona("pam@broker.example", "south", json!(["Partners"]), json!({}));
    let hal = json!({"key": "portal", "session": {"subject": "hal", "tenant": "south"}});
    let internal = json!({"key": "kiosk", "session": {"subject": "sue@insurer.example"}});
    let absent = persona("pam@broker.example", "west", json!(["Partners"]), json!({}));
    let untold = json!({"key": "portal", "session": {"subject": "ada@insurer.example", "teams": ["Adjusters"]}});
    for (who, looked_at) in
        [("south", south), ("hal", hal), ("internal", internal), ("absent", absent), ("untold", untold)]
    {
        assert_eq!(refused(&nora, &of_row(&looked_at, &json!({"claim": 1}))).await?, unknown, "{who}");
    }
    // Nora sees claim 1 alone; of others she is not told that they exist. Whoever is of no tenant is.
    let found = async |viewer: &Viewer, claim: i64| -> Result<Value, CallError> {
        Ok(told(viewer, &of_row(&ada(), &json!({"claim": claim}))).await?.json()["row"]["found"].clone())
    };
    assert_eq!(found(&nora, 1).await?[0]["visible"], json!(true));
    for claim in [2, 4, 99] {
        assert_eq!(found(&nora, claim).await?, json!([]), "{claim}");
    }
    assert_eq!(found(&sue, 4).await?, json!([{"visible": false, "holds": {"adjusters_see_their_lines": false}}]));
    // Keys of another issuer vouch for other people.
    let rival = json!({"key": "rival", "session": {"subject": "r", "teams": ["Adjusters"]}});
    assert_eq!(refused(&sue, &of_row(&rival, &json!({"claim": 1}))).await?, unknown);
    Ok(())
}

#[tokio::test]
async fn a_row_is_looked_for_by_what_the_asker_is_shown() -> Outcome {
    let folder = insurer()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let (sue, paul) = (
        asker(&vitrine, "sue@insurer.example", json!({})).await?,
        asker(&vitrine, "paul@insurer.example", json!({})).await?,
    );
    assert_eq!(told(&sue, &of_row(&ada(), &json!({"note": "CNRY_note_1"}))).await?.status, StatusCode::OK);
    for (column, value) in [("note", "CNRY_note_1"), ("holder", "CNRY_zoe"), ("gone", "x")] {
        let answer = told(&paul, &of_row(&ada(), &json!({column: value}))).await?;
        let expected = format!("`row.key`: unknown column `{column}`");
        assert_eq!((answer.status, answer.detail()), (StatusCode::BAD_REQUEST, expected), "hidden, masked, absent");
    }
    // What is hidden from the asker is not named either.
    let rents = json!({"as": ada(), "element": "claims/main/rents"});
    assert_eq!(told(&sue, &rents).await?.json()["hidden_fields"], json!(["rents"]));
    assert_eq!(told(&paul, &rents).await?.json()["hidden_fields"], json!(null));
    let columns = |answer: &Answer| answer.json()["tables"].to_string();
    let question =
        json!({"as": persona("zoe@mail.example", "north", json!(["Holders"]), json!({})), "explore": "claims.claims"});
    assert!(columns(&told(&sue, &question).await?).contains("\"note\""));
    assert!(!columns(&told(&paul, &question).await?).contains("\"note\""));
    for (body, detail) in [
        (json!({"as": ada()}), "`element`: expected either `element` or `explore`"),
        (
            json!({"as": ada(), "explore": "claims.claims", "element": "claims/main/list"}),
            "`element`: expected either `element` or `explore`",
        ),
        (
            json!({"as": {"key": "portal"}, "explore": "claims.claims"}),
            "`as`: expected `key` with `session` or `token`, or `public_link` alone",
        ),
        (of_row(&ada(), &json!({})), "`row.key`: expected at least one column with its value"),
        (of_row(&ada(), &json!({"claim": null})), "`row.key.claim`: expected a text, a number or a boolean"),
        (of_row(&ada(), &json!({"claim": "x"})), "`row.key.claim`: expected a value of type integer"),
    ] {
        let answer = told(&sue, &body).await?;
        assert_eq!((answer.status, answer.detail().as_str()), (StatusCode::BAD_REQUEST, detail));
    }
    let derived =
        json!({"as": ada(), "explore": "claims.portfolios", "row": {"table": "portfolios", "key": {"claims": 1}}});
    let everywhere = vitrine.host("kiosk").viewer(&json!({"subject": "sue@insurer.example"}), "summaries").await?;
    assert_eq!(told(&sue, &derived).await?.status, StatusCode::NOT_FOUND, "outside of the session's content");
    let answer = told(&everywhere, &derived).await?;
    let expected = "`row.table`: table `portfolios` is derived: expected one of the tables that it is made of";
    assert_eq!((answer.status, answer.detail().as_str()), (StatusCode::BAD_REQUEST, expected));
    let below = json!({"as": ada(), "explore": "claims.portfolios", "row": {"table": "claims", "key": {"claim": 1}}});
    assert_eq!(told(&everywhere, &below).await?.json()["row"]["found"][0]["visible"], json!(true));
    let table = json!({"as": ada(), "explore": "claims.claims", "row": {"table": "adjusters", "key": {"person": "x"}}});
    assert_eq!(told(&sue, &table).await?.status, StatusCode::NOT_FOUND, "of another model");
    Ok(())
}

/// Nobody is made, nobody is written anew, and who is looked at sees what they saw.
#[tokio::test]
async fn nothing_is_written_of_whoever_is_looked_at() -> Outcome {
    let folder = insurer()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let sue = asker(&vitrine, "sue@insurer.example", json!({})).await?;
    let as_holder = persona("zoe@mail.example", "north", json!(["Holders"]), json!({"holder": "CNRY_zoe"}));
    let zoe = vitrine.host("portal").viewer(&as_holder["session"], "claims").await?;
    let before = zoe.element("main/list", &json!({})).await?.rows();
    let as_partner = persona("zoe@mail.example", "north", json!(["Partners"]), json!({}));
    let stranger = persona("yan@mail.example", "north", json!(["Holders"]), json!({}));
    for looked_at in [&as_partner, &stranger] {
        let answer = told(&sue, &json!({"as": looked_at, "element": "claims/main/list"})).await?;
        assert_eq!(answer.json()["who"]["teams"], looked_at["session"]["teams"]);
    }
    assert_eq!(zoe.element("main/list", &json!({})).await?.rows(), before);
    let switches = "automatic_creation: false\nkeep_automatic_members: true";
    edit(&folder.path().join("vitrine.yaml"), "automatic_creation: true", switches)?;
    vitrine.apply(folder.path()).await?;
    let portal = vitrine.host("portal");
    assert_eq!(portal.open(&stranger["session"]).await?.status, StatusCode::FORBIDDEN, "was not made");
    let sue = asker(&vitrine, "sue@insurer.example", json!({})).await?;
    let stored = json!({"key": "portal", "session": {"subject": "zoe@mail.example", "tenant": "north"}});
    let answer = told(&sue, &json!({"as": stored, "element": "claims/main/list"})).await?;
    assert_eq!(answer.json()["who"]["teams"], json!(["Holders"]), "as the last session of their own left them");
    Ok(())
}

#[tokio::test]
async fn every_look_is_in_the_audit_trail_with_both_names() -> Outcome {
    let folder = insurer()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let sue = asker(&vitrine, "sue@insurer.example", json!({})).await?;
    let carl = asker(&vitrine, "carl@insurer.example", json!({})).await?;
    let nora = asker(&vitrine, "nora@insurer.example", json!({})).await?;
    let question = of_row(&ada(), &json!({"holder": "CNRY_zoe"}));
    assert_eq!(told(&sue, &question).await?.status, StatusCode::OK);
    assert_eq!(told(&carl, &question).await?.status, StatusCode::FORBIDDEN);
    let hal = json!({"key": "portal", "session": {"subject": "hal", "tenant": "south"}});
    assert_eq!(told(&nora, &of_row(&hal, &json!({"claim": 1}))).await?.status, StatusCode::NOT_FOUND);
    assert_eq!(told(&sue, &of_row(&ada(), &json!({"gone": 1}))).await?.status, StatusCode::BAD_REQUEST);
    let mut events = looks(&vitrine).await?;
    events.reverse();
    let names: Vec<_> = events
        .iter()
        .map(|RecordedEvent { event, .. }| {
            (event.principal.subject.as_deref(), event.acting_for.as_deref(), event.verdict)
        })
        .collect();
    let ada = Some("ada@insurer.example");
    assert_eq!(
        names,
        [
            (Some("sue@insurer.example"), ada, Verdict::Allowed),
            (Some("carl@insurer.example"), ada, Verdict::Refused),
            (Some("nora@insurer.example"), Some("hal"), Verdict::Refused),
            (Some("sue@insurer.example"), ada, Verdict::Refused),
        ]
    );
    assert_eq!(events[0].event.detail["row"], json!({"table": "claims", "columns": ["holder"]}));
    assert_eq!(events[0].completion.as_ref().map(|it| (it.rows, it.aborted)), Some((3, false)));
    assert!(!serde_json::to_string(&events)?.contains("CNRY"), "no value of a row, and none that was looked for");
    Ok(())
}

#[tokio::test]
async fn it_says_which_limit_counts_for_downloads() -> Outcome {
    let folder = insurer()?;
    let limits = "download_limits: [{to: {teams: [Holders]}, rows: 2}, {to: {teams: [Adjusters]}, rows: 5}]";
    edit(
        &folder.path().join("models/claims.yaml"),
        "source: claims.csv",
        &format!("source: claims.csv\n    {limits}"),
    )?;
    let shared = "source: branches.csv\n    download_limits: [{to: all, rows: 3}]";
    edit(&folder.path().join("models/claims.yaml"), "source: branches.csv", shared)?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let sue = asker(&vitrine, "sue@insurer.example", json!({})).await?;
    let both = persona("b@insurer.example", "north", json!(["Adjusters", "Holders"]), json!({"holder": "CNRY_yan"}));
    let pam = persona("pam@broker.example", "north", json!(["Partners"]), json!({"territory": "Harbor,Mill"}));
    let limit = |rows: u32, of: Value, is_read: bool| {
        [
            json!({"table": "branches", "rows": 3, "of": "everybody", "is_read": is_read}),
            json!({"table": "claims", "rows": rows, "of": of, "is_read": true}),
        ]
    };
    let of_adjusters = json!("members of `Adjusters`");
    for (looked_at, subject, expected) in [
        (
            &both,
            json!({"element": "claims/main/list"}),
            json!({"formats": ["csv"], "most_rows": 5, "limits": limit(5, of_adjusters.clone(), false)}),
        ),
        (
            &both,
            json!({"element": "claims/main/rents"}),
            json!({"formats": ["csv"], "most_rows": 3, "limits": limit(5, of_adjusters, true)}),
        ),
        (
            &pam,
            json!({"explore": "claims.claims"}),
            json!({"formats": [], "most_rows": 0, "limits": limit(0, json!(null), false)}),
        ),
    ] {
        let mut question = subject.clone();
        question["as"] = looked_at.clone();
        let answer = told(&sue, &question).await?;
        assert_eq!(answer.json()["downloads"], expected, "{subject}: {}", answer.text());
    }
    Ok(())
}

/// People nobody knows: by the claims of a token that is not signed, and by a link that is not shown.
#[tokio::test]
async fn guests_and_public_viewers_are_looked_at_by_what_is_published() -> Outcome {
    let folder = copy_of(&world::accounts())?;
    let write = |file: &str, text: &str| fs::write(folder.path().join(file), text);
    write("account_types.yaml", "account_types:\n  - {name: Support, permissions: [view, inspect_as]}\n")?;
    write("teams.yaml", "teams:\n  - {name: Help}\n")?;
    write(
        "grants.yaml",
        "grants:\n  - {to: {team: Help}, on: {workspace: guests}, level: view}\n  - {to: {team: Help}, on: {model: accounts}, level: use}\n",
    )?;
    write(
        "members.yaml",
        "members:\n  - {subject: sue@help.example, kind: internal, account_type: Support, teams: [Help], has_logged_in: true}\n",
    )?;
    write("issuers.yaml", "issuers:\n  - {name: host, trusted_domains: [help.example]}\n")?;
    let keys = fs::read_to_string(folder.path().join("embed_keys.yaml"))?;
    let kiosk = r#"  - client_id: kiosk
    issuer: host
    secrets: [{secret_file: secrets/kiosk}]
    bind_internal_by_email: true
    ceiling: {tenants: any, teams: any, account_types: [Support], permissions: [view, inspect_as], content: [{workspace: guests}], origins: ["https://kiosk.example"], session_seconds: 3600}
"#;
    write("embed_keys.yaml", &format!("{keys}{kiosk}"))?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let sue = vitrine.host("kiosk").viewer(&json!({"subject": "sue@help.example"}), "linked").await?;
    let as_guest =
        |params: Value| json!({"key": "compatible", "token": {"resource": {"dashboard": 12}, "params": params}});
    let ask = async |looked_at: Value, workbook: &str| -> Result<Answer, CallError> {
        told(&sue, &json!({"as": looked_at, "element": format!("{workbook}/all/accounts")})).await
    };
    let told = ask(as_guest(json!({"status": "active"})), "by-status").await?;
    assert_eq!((&told.json()["decision"]["allowed"], &told.json()["persona"]), (&json!(true), &json!("External user")));
    let unlocked = ask(as_guest(json!({})), "by-status").await?.json();
    assert_eq!(unlocked["decision"]["missing"][0]["needs"], json!("use of every locked parameter"), "{unlocked}");
    let elsewhere = ask(as_guest(json!({"status": "active"})), "by-account").await?.json();
    assert_eq!(elsewhere["decision"]["allowed"], json!(false));
    let expired = json!({"key": "compatible", "token": {"resource": {"dashboard": 12}, "params": {}, "exp": 1}});
    assert_eq!(ask(expired, "by-status").await?.json()["refused"], json!("Token is expired (1)"));
    let link = ask(json!({"public_link": "linked"}), "linked").await?.json();
    assert_eq!((&link["decision"]["allowed"], &link["tables"][0]["rows"]), (&json!(true), &json!("all")));
    for (looked_at, workbook) in [("linked", "by-status"), ("by-status", "by-status"), ("gone", "linked")] {
        let answer = ask(json!({"public_link": looked_at}), workbook).await?;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{looked_at}");
    }
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
mod switched_off {
    use super::*;
    use model::enforcement::switch_off;

    async fn told_as(subject: &str, question: &Value) -> Result<Answer, CallError> {
        let folder = insurer()?;
        let vitrine = Vitrine::of(folder.path()).await?;
        told(&asker(&vitrine, subject, json!({})).await?, question).await
    }

    #[tokio::test]
    async fn without_the_permission_anybody_looks_as_others() -> Outcome {
        let _off = switch_off(Point::InspectPermission);
        let answer = told_as("carl@insurer.example", &of_row(&ada(), &json!({"claim": 1}))).await?;
        assert_eq!(answer.status, StatusCode::OK);
        Ok(())
    }

    #[tokio::test]
    async fn without_tenancy_people_of_other_tenants_are_looked_at() -> Outcome {
        let _off = switch_off(Point::InspectTenancy);
        let hal = json!({"key": "portal", "session": {"subject": "hal", "tenant": "south"}});
        let answer = told_as("nora@insurer.example", &of_row(&hal, &json!({"claim": 4}))).await?;
        assert_eq!(answer.json()["who"]["tenant"], json!("south"), "{}", answer.text());
        assert_eq!(answer.json()["row"]["found"][0]["visible"], json!(false), "a row that Nora does not see");
        Ok(())
    }

    #[tokio::test]
    async fn without_the_rule_on_columns_hidden_values_are_guessed() -> Outcome {
        let _off = switch_off(Point::InspectColumns);
        let answer = told_as("paul@insurer.example", &of_row(&ada(), &json!({"note": "CNRY_note_1"}))).await?;
        assert_eq!(answer.json()["row"]["found"].as_array().map(Vec::len), Some(1), "{}", answer.text());
        Ok(())
    }
}

/// A column that a policy hides from the asker is not named by what is made of it: no field, and no column of a derived table.
#[tokio::test]
async fn what_is_made_of_what_the_asker_does_not_see_is_not_named() -> Outcome {
    let folder = insurer()?;
    let model = folder.path().join("models/claims.yaml");
    edit(&model, "note: {column: claims.note}", "note: {column: claims.note, required_access_grants: [finance]}")?;
    let paul = "teams: [Partners], has_logged_in";
    let finance = "teams: [Partners], attributes: {department: finance}, has_logged_in";
    edit(&folder.path().join("members.yaml"), paul, finance)?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let mut ada = ada();
    ada["session"]["content"] = json!({"workbook": "summaries"});
    for (subject, is_told) in [("sue@insurer.example", true), ("paul@insurer.example", false)] {
        let page = vitrine.host("kiosk").viewer(&json!({"subject": subject}), "summaries").await?;
        let derived = told(&page, &json!({"as": ada, "explore": "claims.remarks"})).await?;
        assert_eq!(derived.status, StatusCode::OK, "{}", derived.text());
        assert_eq!(derived.text().contains("\"note\""), is_told, "{subject}: {}", derived.text());
    }
    Ok(())
}
