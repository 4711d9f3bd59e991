//! Stories T1, T3, T4, T6 and T7: attributes, groups and people without an account, through the door.

use super::{
    FRED, SAWDIE, admitting, edited, of_region, on_demand, open, refused, rows, said, served, told, viewer, with,
};
use crate::support::{Outcome, Vitrine};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::world;

fn south() -> Value {
    json!([["South", "Fred Suzuki", 82_985]])
}

#[tokio::test]
async fn t1_attributes_of_tokens_count_while_they_are_captured() -> Outcome {
    let folder = edited(&[("vitrine.yaml", "capture_attributes: true", "capture_attributes: false")])?;
    let vitrine = served(folder.path()).await?;
    let fred = viewer(&vitrine, &of_region("1", FRED, &json!(["South"]))).await?.never_sees(["Sawdie", "Suzuki"]);
    assert_eq!(rows(&fred).await?, json!([]), "as if there were none");
    vitrine.apply(&world::demo()).await?;
    let fred = viewer(&vitrine, &of_region("2", FRED, &json!(["South"]))).await?;
    assert_eq!(rows(&fred).await?, south());
    Ok(())
}

#[tokio::test]
async fn t4_each_manager_sees_their_own_region_and_one_from_elsewhere_a_blank_view() -> Outcome {
    let vitrine = Vitrine::demo().await?;
    for (id, subject, region, expected, never) in [
        ("1", FRED, json!(["South"]), south(), vec!["Sawdie", "West"]),
        ("2", SAWDIE, json!("West"), json!([["West", "Sawdie Pawthorne", 145_395]]), vec!["Fred", "South"]),
        ("3", "nora.north@contrail.example", json!(["North"]), json!([]), vec!["Fred", "South", "Sawdie", "West"]),
        ("4", FRED, json!(null), json!([]), vec!["Sawdie", "West", "South"]),
        ("5", FRED, json!([]), json!([]), vec!["Sawdie", "West", "South"]),
        ("6", FRED, json!([["South"]]), json!([]), vec!["Sawdie", "West", "South"]),
    ] {
        let manager = viewer(&vitrine, &of_region(id, subject, &region)).await?.never_sees(never);
        assert_eq!(rows(&manager).await?, expected, "{subject}, {region}");
        manager.suggestions("overview/category", "").await?;
    }
    let both = viewer(&vitrine, &of_region("7", FRED, &json!(["South", "West"]))).await?;
    assert_eq!(rows(&both).await?, json!([["West", "Sawdie Pawthorne", 145_395], ["South", "Fred Suzuki", 82_985]]));
    let other = viewer(&vitrine, &with(said("8", FRED), "Region", &json!(["South"]))).await?;
    assert_eq!(rows(&other).await?, json!([]), "names of attributes are compared as they are written");
    Ok(())
}

/// Outside of an embed there is no token, and so no region: whoever writes the workbook sees none of it.
#[tokio::test]
async fn t3_an_author_sees_nothing_outside_of_an_embed() -> Outcome {
    let author = "members:\n  - subject: ada@contrail.example\n    kind: internal\n    account_type: Analyze\n    \
                  teams: [Regional managers]\n    has_logged_in: true\n";
    let folder = edited(&[("members.yaml", "members:\n", author)])?;
    let vitrine = served(folder.path()).await?;
    let ada = vitrine.logged_in_page("ada@contrail.example").await?;
    let stranger = ada.stranger.clone();
    for element in ["by-manager", "by-category"] {
        let path = format!("/api/v1/workbooks/sales/pages/overview/elements/{element}/query");
        let answer = stranger.send(ada.request(Method::POST, &path).json(&json!({"controls": {}}))).await?;
        assert_eq!((answer.status, answer.rows()), (StatusCode::OK, Vec::<Value>::new()), "{element}");
    }
    Ok(())
}

/// Each condition is refused by itself; with all of them somebody looks, and does nothing else.
#[tokio::test]
async fn t6_people_without_an_account_look_if_all_six_conditions_hold() -> Outcome {
    let (groups, folder) = (json!(["Regional managers"]), admitting()?);
    let vitrine = served(folder.path()).await?;
    let visitor = viewer(&vitrine, &on_demand("1", &groups)).await?.never_sees(["Sawdie", "West"]);
    assert_eq!(rows(&visitor).await?, south());
    for kind in ["csv", "xlsx"] {
        let asked = visitor.ask("overview/by-manager", "export", &json!({"controls": {}, "format": kind})).await?;
        assert_eq!(asked.status, StatusCode::FORBIDDEN, "{kind}");
    }
    let bookmark = json!({"title": "Mine", "page": "overview", "filters": {}});
    for (what, answer) in [
        ("explore", visitor.query(&json!({"explore": "sales.sales", "fields": ["sales"]})).await?),
        ("bookmark", visitor.post("/api/v1/workbooks/sales/bookmarks", &bookmark).await?),
        ("favourite", visitor.get("/api/v1/workbooks/sales/grants").await?),
        ("subscribe", visitor.post("/api/v1/subscriptions", &json!({})).await?),
        ("administer", visitor.get("/api/v1/members").await?),
    ] {
        assert!(answer.status.is_client_error(), "{what}: {} {}", answer.status, answer.text());
    }
    let made = vitrine.sql_texts("SELECT subject FROM members WHERE subject LIKE 'visitor%'").await?;
    assert!(made.is_empty(), "{made:?}");

    // The token says nothing of it, or of no group that admits them.
    let without = |claim: &str| {
        let mut claims = on_demand(claim, &groups);
        claims.as_object_mut().and_then(|claims| claims.remove(claim));
        claims
    };
    assert_eq!(told(&open(&vitrine, &without("https://tableau.com/oda")).await?), refused(16, "unknown_user"));
    assert_eq!(told(&open(&vitrine, &without("https://tableau.com/groups")).await?), refused(10084, "claim_invalid"));
    assert_eq!(told(&open(&vitrine, &on_demand("none", &json!([]))).await?), refused(10084, "claim_invalid"));
    // It is not opened through an embed of the connected app's pages.
    let token = super::signed(&on_demand("elsewhere", &groups));
    let elsewhere = json!({"address": super::VIEW, "token": token, "parent_origin": "https://elsewhere.example"});
    assert_eq!(told(&super::hand_in(&vitrine, &elsewhere).await?), refused(10092, "domain_refused"));

    for (what, edit, expected) in [
        ("the switch", ("vitrine.yaml", "on_demand_access: true\n", ""), refused(67, "on_demand_off")),
        ("the group", ("teams.yaml", "\n    on_demand: true", ""), refused(10084, "claim_invalid")),
        ("the trust", ("embed_keys.yaml", "teams: [Regional managers]", "teams: []"), refused(10084, "claim_invalid")),
    ] {
        let folder = admitting()?;
        crate::support::edit(&folder.path().join(edit.0), edit.1, edit.2)?;
        let vitrine = served(folder.path()).await?;
        assert_eq!(told(&open(&vitrine, &on_demand("1", &groups)).await?), expected, "{what}");
    }
    // The content gives the group nothing.
    let folder = admitting()?;
    let grant = "  - {to: {team: Regional managers}, on: {folder: customers/sales}, level: view}\n";
    crate::support::edit(&folder.path().join("grants.yaml"), grant, "")?;
    let vitrine = served(folder.path()).await?;
    let hidden = open(&vitrine, &on_demand("1", &groups)).await?;
    assert_eq!((hidden.status, hidden.code().as_str()), (StatusCode::NOT_FOUND, "not_found"));
    Ok(())
}

#[tokio::test]
async fn t7_groups_of_tokens_count_while_the_switch_is_on() -> Outcome {
    let auditor = "  - subject: audrey@contrail.example\n    issuer: contrail\n    kind: embed\n    account_type: View\n    \
                   teams: []\n";
    let add =
        ("members.yaml", "  - subject: ivo@contrail.example", &*format!("{auditor}  - subject: ivo@contrail.example"));
    let claims = |id: &str| {
        let said = of_region(id, "audrey@contrail.example", &json!(["South"]));
        with(said, "https://tableau.com/groups", &json!(["Regional managers"]))
    };
    let off = edited(&[add])?;
    let vitrine = served(off.path()).await?;
    assert_eq!(open(&vitrine, &claims("1")).await?.status, StatusCode::NOT_FOUND, "the claim does nothing");
    let on = edited(&[add, ("vitrine.yaml", "name: Contrail\n", "name: Contrail\ndynamic_teams: true\n")])?;
    let vitrine = served(on.path()).await?;
    assert_eq!(rows(&viewer(&vitrine, &claims("1")).await?).await?, south());
    let bare = open(&vitrine, &of_region("2", "audrey@contrail.example", &json!(["South"]))).await?;
    assert_eq!(bare.status, StatusCode::NOT_FOUND, "for the session alone");
    Ok(())
}

#[tokio::test]
async fn nobody_is_made_by_a_token_and_nobody_hears_who_there_is() -> Outcome {
    let folder = edited(&[(
        "embed_keys.yaml",
        "    dialect: tableau\n",
        "    dialect: tableau\n    bind_internal_by_email: true\n",
    )])?;
    let vitrine = served(folder.path()).await?;
    // The administrator too: no session of a token's ever administers.
    for (id, subject) in [("1", "nobody@contrail.example"), ("2", "olga@contrail.example")] {
        let answer = open(&vitrine, &said(id, subject)).await?;
        assert_eq!(told(&answer), refused(16, "unknown_user"), "{subject}");
        assert!(!answer.text().contains(subject));
    }
    let made = vitrine.sql_texts("SELECT subject FROM members WHERE subject = 'nobody@contrail.example'").await?;
    assert!(made.is_empty());
    Ok(())
}
