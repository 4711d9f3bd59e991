//! Who belongs to what, and who is let in, through sessions of Vitrine's own dialect: teams in teams, tenants' own teams,
//! teams by a token, people on demand, and whom nobody lets in.

use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use reqwest::StatusCode;
use reqwest::header::ORIGIN;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use testkit::callers::{CallError, Viewer};
use testkit::world::{self, ACME, GLOBEX};

/// The clock of tests stands at 2026-01-01T00:00:00Z.
const NOW: i64 = 1_767_225_600;

/// The small world with other texts in its files.
fn world_with(edits: &[(&str, &str, &str)]) -> Result<TempDir, CallError> {
    let copy = copy_of(&world::folder())?;
    for (file, from, to) in edits {
        edit(&copy.path().join(file), from, to)?;
    }
    Ok(copy)
}

async fn status_of(viewer: &Viewer) -> Result<StatusCode, CallError> {
    Ok(viewer.open_workbook().await?.status)
}

/// Members of a team have what a team has that theirs is in, by way of a third; their own team alone has nothing.
#[tokio::test]
async fn s6_who_is_in_a_team_is_in_all_that_it_is_in() -> Outcome {
    let teams = (
        "teams.yaml",
        "  - {name: Nobodies}",
        "  - {name: Nobodies}\n  - {name: Night, members_of: [Shift]}\n  - {name: Shift, members_of: [Buyers]}",
    );
    let ceiling = ("embed_keys.yaml", "teams: [Buyers, Support, Onlookers, Nobodies]", "teams: any");
    let folder = world_with(&[teams, ceiling])?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let mut session = buyer("acme");
    session["teams"] = json!(["Night"]);
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?.never_sees([GLOBEX]);
    assert!(viewer.element("main/list", &json!({})).await?.text().contains(ACME), "a row policy names the team above");
    let query = json!({"explore": "shop.orders", "fields": ["orders"]});
    assert_eq!(viewer.query(&query).await?.status, StatusCode::OK, "and so do grants");

    edit(&folder.path().join("teams.yaml"), "{name: Shift, members_of: [Buyers]}", "{name: Shift}")?;
    vitrine.apply(folder.path()).await?;
    assert_eq!(status_of(&viewer).await?, StatusCode::UNAUTHORIZED, "whoever may have had something by it begins anew");
    let again = vitrine.host("portal").viewer(&session, "orders").await?;
    assert_eq!(status_of(&again).await?, StatusCode::NOT_FOUND);
    Ok(())
}

/// The team above counts only if the key's ceiling has it.
#[tokio::test]
async fn s6_a_team_above_that_is_beyond_the_ceiling_counts_nothing() -> Outcome {
    let folder = world_with(&[
        ("teams.yaml", "{name: Nobodies}", "{name: Nobodies, members_of: [Buyers]}"),
        ("embed_keys.yaml", "teams: [Buyers, Support, Onlookers, Nobodies]", "teams: [Nobodies]"),
    ])?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let mut session = buyer("acme");
    session["teams"] = json!(["Nobodies"]);
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?.never_sees([ACME, GLOBEX]);
    assert_eq!(viewer.element("main/list", &json!({})).await?.rows(), Vec::<Value>::new());
    Ok(())
}

/// A tenant's own team opens content to its people, and to nobody by a token.
#[tokio::test]
async fn a_tenants_own_team_is_for_its_people_and_no_token_names_it() -> Outcome {
    let hand =
        "subject: hand@acme.example, issuer: portal, tenant: acme, kind: embed, account_type: Act, teams: [Buyers]";
    let folder = world_with(&[
        ("teams.yaml", "  - {name: Nobodies}", "  - {name: Nobodies}\n  - {name: acme/Drivers}"),
        (
            "grants.yaml",
            "on: {folder: shop/daily}, level: explore}",
            "on: {folder: shop/daily}, level: explore}\n  - {to: {team: acme/Drivers}, on: {workspace: vault}, level: view}",
        ),
        ("members.yaml", hand, &hand.replace("[Buyers]", "[Buyers, acme/Drivers]")),
        ("vitrine.yaml", "automatic_creation: true", "automatic_creation: false"),
    ])?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let vault = fs::read_dir(folder.path().join("workbooks"))?.filter_map(|entry| {
        let path = entry.ok()?.path();
        let text = fs::read_to_string(&path).ok()?;
        text.contains("workspace: vault").then(|| path.file_stem().map(|name| name.to_string_lossy().into_owned()))?
    });
    let vault: Vec<String> = vault.collect();
    assert!(!vault.is_empty(), "the world has a workbook in its vault");
    let session = json!({"subject": "hand@acme.example", "tenant": "acme"});
    let viewer = vitrine.host("portal").viewer(&session, &vault[0]).await?;
    assert_eq!(status_of(&viewer).await?, StatusCode::OK);

    edit(&folder.path().join("vitrine.yaml"), "automatic_creation: false", "automatic_creation: true")?;
    vitrine.apply(folder.path()).await?;
    let mut claimed = buyer("acme");
    claimed["teams"] = json!(["acme/Drivers"]);
    let refused = vitrine.host("portal").open(&claimed).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "unknown_team"));
    let named = refused.text().matches("acme/Drivers").count();
    assert_eq!(named, 1, "named because it was given, and not as one that is accepted: {}", refused.text());
    Ok(())
}

/// Nobody of a deactivated tenant gets in, and who is in is out.
#[tokio::test]
async fn nobody_of_a_deactivated_tenant_gets_in_or_stays() -> Outcome {
    let folder = world_with(&[])?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let (acme, globex) = (vitrine.buyer("acme").await?, vitrine.buyer("globex").await?);
    edit(
        &folder.path().join("tenants.yaml"),
        "{name: acme, domains: [acme.example], title: Acme}",
        "{name: acme, title: Acme, deactivated: true}",
    )?;
    vitrine.apply(folder.path()).await?;
    assert_eq!(status_of(&acme).await?, StatusCode::UNAUTHORIZED);
    assert_eq!(status_of(&globex).await?, StatusCode::OK);
    let refused = vitrine.host("portal").open(&buyer("acme")).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "tenant_deactivated"));
    edit(&folder.path().join("tenants.yaml"), ", deactivated: true", "")?;
    vitrine.apply(folder.path()).await?;
    assert_eq!(status_of(&vitrine.buyer("acme").await?).await?, StatusCode::OK);
    Ok(())
}

/// No session is longer than the organization says, also one that was longer before.
#[tokio::test]
async fn sessions_are_no_longer_than_the_organization_says() -> Outcome {
    let folder = world_with(&[])?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let long = vitrine.buyer("acme").await?;
    edit(&folder.path().join("vitrine.yaml"), "name: Portal", "name: Portal\nsession_seconds: 120")?;
    vitrine.apply(folder.path()).await?;
    assert_eq!(status_of(&long).await?, StatusCode::UNAUTHORIZED);
    let short = vitrine.buyer("acme").await?;
    assert!(short.get("/api/v1/session").await?.json()["expires_in"].as_i64().is_some_and(|left| left <= 120));
    let mut asked = buyer("acme");
    asked["session_seconds"] = json!(121);
    let refused = vitrine.host("portal").open(&asked).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "session_seconds_refused"));
    assert!(refused.detail().contains("60 to 120"), "{}", refused.detail());
    Ok(())
}

/// The demo with the switch of dynamic teams.
async fn demo_with_dynamic_teams(on: bool) -> Result<(Vitrine, TempDir), CallError> {
    let copy = copy_of(&world::demo())?;
    if on {
        edit(
            &copy.path().join("vitrine.yaml"),
            "keep_automatic_members",
            "dynamic_teams: true\nkeep_automatic_members",
        )?;
    }
    Ok((Vitrine::of(copy.path()).await?, copy))
}

#[tokio::test]
async fn t7_a_token_puts_the_session_into_teams_if_the_switch_is_on() -> Outcome {
    let claims = json!({"subject": "ana@contrail.example", "teams": ["Auditors"]});
    let plain = json!({"subject": "ana@contrail.example"});
    let (vitrine, _folder) = demo_with_dynamic_teams(true).await?;
    let ana = vitrine.contrail().viewer(&claims, "accounts").await?;
    assert_eq!(status_of(&ana).await?, StatusCode::OK, "content of the claimed team");
    assert_eq!(ana.get("/api/v1/workbooks/flights").await?.status, StatusCode::OK, "and of her own");
    let later = vitrine.contrail().viewer(&plain, "accounts").await?;
    assert_eq!(status_of(&later).await?, StatusCode::NOT_FOUND, "for that session, not for her");
    let unknown = vitrine.contrail().open(&json!({"subject": "ana@contrail.example", "teams": ["Pilots"]})).await?;
    assert_eq!((unknown.status, unknown.code().as_str()), (StatusCode::BAD_REQUEST, "unknown_team"));

    let (vitrine, _folder) = demo_with_dynamic_teams(false).await?;
    let ana = vitrine.contrail().viewer(&claims, "accounts").await?;
    assert_eq!(status_of(&ana).await?, StatusCode::NOT_FOUND, "off, the claim does nothing");
    Ok(())
}

#[tokio::test]
async fn t7_members_made_by_hand_too_inside_the_ceiling_and_nobody_else() -> Outcome {
    let (vitrine, folder) = demo_with_dynamic_teams(true).await?;
    let automatic = json!({"subject": "dana@delta.example", "tenant": "delta", "teams": ["Station managers"]});
    vitrine.contrail().viewer(&automatic, "flights").await?;
    edit(&folder.path().join("vitrine.yaml"), "automatic_creation: true", "automatic_creation: false")?;
    edit(&folder.path().join("vitrine.yaml"), "keep_automatic_members: false", "keep_automatic_members: true")?;
    vitrine.apply(folder.path()).await?;
    let in_auditors =
        |subject: &str, tenant: &str| json!({"subject": subject, "tenant": tenant, "teams": ["Auditors"]});
    let desk = vitrine.contrail().viewer(&in_auditors("desk@hawaiian.example", "hawaiian"), "accounts").await?;
    assert_eq!(status_of(&desk).await?, StatusCode::OK);
    let dana = vitrine.contrail().viewer(&in_auditors("dana@delta.example", "delta"), "accounts").await?;
    assert_eq!(status_of(&dana).await?, StatusCode::NOT_FOUND, "whom a token once made, no token changes any more");
    edit(&folder.path().join("embed_keys.yaml"), "      teams: any", "      teams: [Station managers]")?;
    vitrine.apply(folder.path()).await?;
    let beyond = vitrine.contrail().open(&in_auditors("desk@hawaiian.example", "hawaiian")).await?;
    assert_eq!((beyond.status, beyond.code().as_str()), (StatusCode::BAD_REQUEST, "unknown_team"));
    assert!(!beyond.text().contains("`Tenants`"), "{}", beyond.text());
    Ok(())
}

/// The small world in which people on demand look through `Support`.
fn on_demand() -> Result<TempDir, CallError> {
    world_with(&[
        ("vitrine.yaml", "name: Portal", "name: Portal\non_demand_access: true"),
        ("teams.yaml", "{name: Support}", "{name: Support, on_demand: true}"),
    ])
}

fn visitor() -> Value {
    json!({"subject": "vera", "tenant": "acme", "on_demand": true, "teams": ["Support"]})
}

/// With all six conditions, a visitor looks; `broken` says what they get with one that is not met.
async fn t6_with(edit_files: impl Fn(&Path) -> Outcome, visitor: &Value) -> Result<(StatusCode, String), CallError> {
    let folder = on_demand()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let fine = vitrine.host("portal").viewer(&self::visitor(), "orders").await?;
    assert_eq!(status_of(&fine).await?, StatusCode::OK, "with all six conditions");
    edit_files(folder.path())?;
    vitrine.apply(folder.path()).await?;
    let opened = vitrine.host("portal").open(visitor).await?;
    if opened.status != StatusCode::CREATED {
        return Ok((opened.status, opened.code()));
    }
    let shown = vitrine.host("portal").viewer(visitor, "orders").await?.open_workbook().await?;
    Ok((shown.status, shown.code()))
}

#[tokio::test]
async fn t6_first_the_organization_has_it_switched_on() -> Outcome {
    let off = |folder: &Path| edit(&folder.join("vitrine.yaml"), "\non_demand_access: true", "");
    assert_eq!(t6_with(off, &visitor()).await?, (StatusCode::FORBIDDEN, "on_demand_off".to_owned()));
    Ok(())
}

#[tokio::test]
async fn t6_second_the_team_admits_people_on_demand() -> Outcome {
    let off = |folder: &Path| edit(&folder.join("teams.yaml"), "{name: Support, on_demand: true}", "{name: Support}");
    assert_eq!(t6_with(off, &visitor()).await?, (StatusCode::BAD_REQUEST, "on_demand_teams_required".to_owned()));
    Ok(())
}

#[tokio::test]
async fn t6_third_content_gives_the_team_something() -> Outcome {
    let none = |folder: &Path| {
        edit(&folder.join("grants.yaml"), "  - {to: {team: Support}, on: {folder: shop/daily}, level: view}\n", "")
    };
    assert_eq!(t6_with(none, &visitor()).await?, (StatusCode::NOT_FOUND, "not_found".to_owned()));
    Ok(())
}

#[tokio::test]
async fn t6_fourth_somebody_is_trusted_to_say_so() -> Outcome {
    let disabled = |folder: &Path| {
        edit(&folder.join("embed_keys.yaml"), "    issuer: portal\n", "    issuer: portal\n    disabled: true\n")
    };
    assert_eq!(t6_with(disabled, &visitor()).await?.0, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn t6_fifth_the_token_says_both_that_it_is_on_demand_and_by_which_teams() -> Outcome {
    let creation_off =
        |folder: &Path| edit(&folder.join("vitrine.yaml"), "automatic_creation: true", "automatic_creation: false");
    let (mut no_teams, mut no_claim) = (visitor(), visitor());
    no_teams.as_object_mut().map(|claims| claims.remove("teams"));
    no_claim.as_object_mut().map(|claims| claims.remove("on_demand"));
    let as_it_is = |_: &Path| Ok(());
    let refused = t6_with(as_it_is, &no_teams).await?;
    assert_eq!(refused, (StatusCode::BAD_REQUEST, "on_demand_teams_required".to_owned()));
    let refused = t6_with(creation_off, &no_claim).await?;
    assert_eq!(refused, (StatusCode::FORBIDDEN, "automatic_creation_off".to_owned()), "a member nobody has made");
    assert_eq!(t6_with(creation_off, &visitor()).await?.0, StatusCode::OK, "on demand nobody need have made anybody");
    Ok(())
}

#[tokio::test]
async fn t6_sixth_it_is_opened_through_an_embed() -> Outcome {
    let folder = on_demand()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let portal = vitrine.host("portal");
    let code = portal.open(&visitor()).await?.json()["code"].as_str().unwrap_or_default().to_owned();
    for credential in [code.as_str(), "vera", ""] {
        let request = portal.stranger.request(reqwest::Method::GET, "/api/v1/workbooks/orders").bearer_auth(credential);
        assert_eq!(portal.stranger.send(request).await?.status, StatusCode::UNAUTHORIZED, "{credential}");
    }
    let body =
        |parent: &str| json!({"code": code, "client_id": "portal", "workbook": "orders", "parent_origin": parent});
    for (origin, parent) in
        [("https://evil.example", "https://portal.example"), (vitrine.base.as_str(), "https://evil.example")]
    {
        let request = portal.stranger.request(reqwest::Method::POST, "/api/v1/embed/redeem");
        let refused = portal.stranger.send(request.header(ORIGIN, origin).json(&body(parent))).await?;
        assert!(refused.status.is_client_error(), "from {origin} in {parent}: {}", refused.text());
    }
    Ok(())
}

/// A blocked subject gets in nowhere: not on demand, not as a member; and is out if they were in.
#[tokio::test]
async fn t6_blocked_subjects_get_in_nowhere() -> Outcome {
    let folder = on_demand()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let (vera, bea) = (vitrine.host("portal").viewer(&visitor(), "orders").await?, vitrine.buyer("acme").await?);
    let issuers = folder.path().join("issuers.yaml");
    edit(&issuers, "portal.example]}", "portal.example], blocked: [vera, bea@acme.example]}")?;
    vitrine.apply(folder.path()).await?;
    for viewer in [&vera, &bea] {
        assert_eq!(status_of(viewer).await?, StatusCode::UNAUTHORIZED);
    }
    let mut shouting = buyer("acme");
    shouting["subject"] = json!("BEA@acme.example");
    for session in [visitor(), buyer("acme"), shouting] {
        let refused = vitrine.host("portal").open(&session).await?;
        assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "person_refused"), "{session}");
    }
    assert_eq!(status_of(&vitrine.buyer("globex").await?).await?, StatusCode::OK);
    edit(&folder.path().join("vitrine.yaml"), "automatic_creation: true", "automatic_creation: false")?;
    vitrine.apply(folder.path()).await?;
    let refused = vitrine.host("portal").open(&buyer("acme")).await?;
    assert_eq!(refused.detail(), authz::AUTOMATIC_CREATION_OFF, "the promised sentence, whatever the reason");
    Ok(())
}

/// Looker's promise that every function needs a permission: a token lists fewer than the person has, never more.
#[tokio::test]
async fn l3_a_token_narrows_what_somebody_may_do() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let query = json!({"explore": "shop.orders", "fields": ["orders"]});
    let of = |permissions: Value, account_type: &str| {
        let mut session = buyer("acme");
        session["permissions"] = permissions;
        session["account_type"] = json!(account_type);
        session
    };
    for (permissions, account_type, shown, asked, taken) in [
        (json!(["view", "explore", "export_csv"]), "Analyze", 200, 200, 200),
        (json!(["view", "export_csv"]), "Analyze", 200, 404, 200),
        (json!(["view"]), "Analyze", 200, 404, 403),
        (json!(["explore", "export_csv"]), "Analyze", 404, 404, 404),
        (json!([]), "Analyze", 404, 404, 404),
        (json!(["view", "explore", "export_csv"]), "View", 200, 404, 403),
    ] {
        let session = of(permissions, account_type);
        let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
        let found = [
            status_of(&viewer).await?.as_u16(),
            viewer.query(&query).await?.status.as_u16(),
            viewer.export("main/list", &json!({})).await?.status.as_u16(),
        ];
        assert_eq!(found, [shown, asked, taken], "{session}");
    }
    let refused = vitrine.host("portal").open(&of(json!(["access_data"]), "Analyze")).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "unknown_permission"));
    Ok(())
}

/// Looker's attributes in the address decide rows; what it leaves unsigned is display only and decides nothing.
#[tokio::test]
async fn l4_attributes_decide_rows_and_names_decide_nothing() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let mut session = buyer("acme");
    for name in ["first_name", "last_name", "locale", "time_zone"] {
        session[name] = json!("globex");
    }
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?.never_sees([GLOBEX]);
    assert!(viewer.element("main/list", &json!({})).await?.text().contains(ACME));
    session["attributes"] = json!({});
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?.never_sees([GLOBEX, ACME]);
    assert_eq!(viewer.element("main/list", &json!({})).await?.rows(), Vec::<Value>::new());
    session["attributes"] = json!({"vendor_id": "17"});
    let refused = vitrine.host("portal").open(&session).await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::BAD_REQUEST, "unknown_attribute"));
    Ok(())
}

/// Content lives in workspaces and folders, and sharing one of them shares what is in it, and no more.
#[tokio::test]
async fn s7_sharing_a_place_shares_what_is_in_it() -> Outcome {
    let plain = "{to: {team: Support}, on: {folder: shop/daily}, level: view}";
    for (on, status) in [
        ("{folder: shop/daily}", 200),
        ("{workspace: shop}", 200),
        ("{workbook: orders}", 200),
        ("{workspace: vault}", 404),
    ] {
        let folder = world_with(&[("grants.yaml", plain, &plain.replace("{folder: shop/daily}", on))])?;
        let vitrine = Vitrine::of(folder.path()).await?;
        let mut session = buyer("acme");
        session["teams"] = json!(["Support"]);
        let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
        assert_eq!(status_of(&viewer).await?.as_u16(), status, "{on}");
    }
    Ok(())
}

/// A client id and its secret sign for an embed; another secret, another id, or a disabled key do not.
#[tokio::test]
async fn s11_credentials_sign_an_embed_while_they_are_enabled() -> Outcome {
    let folder = world_with(&[])?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let portal = vitrine.host("portal");
    let signed = |id: &str, secret: &str| {
        let session = buyer("acme");
        let claims =
            json!({"iss": "portal", "aud": "vitrine", "iat": NOW, "exp": NOW + 300, "jti": id, "session": session});
        testkit::sign::plain(&claims, secret)
    };
    assert_eq!(portal.open(&buyer("acme")).await?.status, StatusCode::CREATED);
    assert_eq!(portal.open_with_token(&signed("1", &portal.secret), vec![]).await?.status, StatusCode::CREATED);
    assert_eq!(
        portal.open_with_token(&signed("2", "another secret of the same length"), vec![]).await?.status,
        StatusCode::UNAUTHORIZED
    );
    edit(&folder.path().join("embed_keys.yaml"), "    issuer: portal\n", "    issuer: portal\n    disabled: true\n")?;
    vitrine.apply(folder.path()).await?;
    assert_eq!(portal.open(&buyer("acme")).await?.status, StatusCode::UNAUTHORIZED);
    assert_eq!(portal.open_with_token(&signed("3", &portal.secret), vec![]).await?.status, StatusCode::UNAUTHORIZED);
    Ok(())
}

#[tokio::test]
async fn whoever_has_come_in_reads_which_permissions_there_are() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let answer = vitrine.buyer("acme").await?.get("/api/v1/permissions").await?;
    assert_eq!(answer.status, StatusCode::OK);
    let permissions = answer.json()["permissions"].as_array().cloned().unwrap_or_default();
    let explore = permissions.iter().find(|one| one["name"] == "explore").cloned().unwrap_or_default();
    assert_eq!((&explore["needs"], &explore["of_administration"]), (&json!("view"), &json!(false)));
    let elsewhere = answer.json()["elsewhere"].as_array().cloned().unwrap_or_default();
    let looker = elsewhere.iter().find(|one| one["name"] == "access_data").cloned().unwrap_or_default();
    assert_eq!((&looker["product"], &looker["permissions"]), (&json!("Looker"), &json!(["view"])));
    Ok(())
}

/// `vitrine permissions > docs/permissions.md` after a change.
#[test]
fn the_committed_page_of_permissions_is_what_there_is() -> Outcome {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/permissions.md");
    let committed = fs::read_to_string(path)?;
    assert_eq!(committed.trim_end(), model::access::catalogue::document().trim_end(), "run `vitrine permissions`");
    Ok(())
}
