//! Who is in a team: said by its administrators, who do nothing else.

use super::sharing::{GUS, MONA, folder};
use crate::support::{Outcome, Vitrine, edit};
use reqwest::StatusCode;
use serde_json::json;
use tempfile::TempDir;
use testkit::callers::CallError;

const INES: &str = "ines@portal.example";

/// With its folder, in which the data is.
async fn served() -> Result<(Vitrine, TempDir), CallError> {
    let folder = folder()?;
    let teams = folder.path().join("teams.yaml");
    edit(&teams, "{name: Onlookers}", "{name: Onlookers, administrators: [Ines@Portal.example]}")?;
    edit(&teams, "{name: Buyers}", "{name: Buyers, administrators: [ines@portal.example]}")?;
    edit(&teams, "{name: acme/Night shift}", "{name: acme/Night shift, administrators: [mona@acme.example]}")?;
    Ok((Vitrine::of(folder.path()).await?, folder))
}

async fn members(vitrine: &Vitrine, team: &str) -> Result<String, CallError> {
    let id = vitrine.root().await?.id(&format!("/api/v1/teams?name={team}")).await?;
    Ok(format!("/api/v1/teams/{id}/members"))
}

#[tokio::test]
async fn a_teams_administrator_says_who_is_in_it_and_nothing_else() -> Outcome {
    let (vitrine, _folder) = served().await?;
    vitrine.buyer("acme").await?;
    let (ines, gus) = (vitrine.logged_in(INES).await?, vitrine.logged_in(GUS).await?);
    let (own, of_policies, others) = (
        members(&vitrine, "Onlookers").await?,
        members(&vitrine, "Buyers").await?,
        members(&vitrine, "Support").await?,
    );
    assert_eq!(gus.get("/api/v1/workbooks/orders").await?.status, StatusCode::NOT_FOUND);
    let before = vitrine.audit().await?.len();
    let added = ines.post(&own, json!({"member": GUS})).await?;
    assert_eq!((added.status, &added.json()["subject"]), (StatusCode::CREATED, &json!(GUS)), "{}", added.text());
    assert_eq!(vitrine.audit().await?.len(), before + 1, "one event");
    assert_eq!(ines.post(&own, json!({"member": GUS})).await?.status, StatusCode::OK, "they are in it already");
    assert_eq!(gus.get("/api/v1/whoami").await?.status, StatusCode::UNAUTHORIZED, "their sessions have ended");
    let gus = vitrine.logged_in(GUS).await?;
    assert_eq!(gus.get("/api/v1/workbooks/orders").await?.status, StatusCode::OK, "Onlookers look");
    let listed = ines.get(&own).await?.json();
    assert_eq!((&listed["items"][0]["subject"], listed["items"].as_array().map(Vec::len)), (&json!(GUS), Some(1)));

    let rests = ines.post(&of_policies, json!({"member": GUS})).await?;
    assert_eq!(rests.status, StatusCode::FORBIDDEN, "policies name Buyers");
    assert!(rests.detail().contains("rests on this team"), "{}", rests.detail());
    for path in [&others, "/api/v1/teams/none/members"] {
        assert_eq!(ines.post(path, json!({"member": GUS})).await?.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(ines.get(path).await?.status, StatusCode::FORBIDDEN, "{path}");
    }
    let team = own.trim_end_matches("/members");
    assert_eq!(ines.patch(team, json!({"rank": 2})).await?.status, StatusCode::FORBIDDEN);
    assert_eq!(ines.get("/api/v1/members").await?.status, StatusCode::FORBIDDEN);
    let above = ines.post(&own, json!({"member": "root@portal.example"})).await?;
    assert_eq!(above.status, StatusCode::FORBIDDEN, "whoever administers is changed by their like: {}", above.text());
    let bea = json!({"embed_member": {"issuer": "portal", "tenant": "acme", "subject": "bea@acme.example"}});
    let described = ines.post(&own, bea).await?;
    assert_eq!((described.status, described.code().as_str()), (StatusCode::CONFLICT, "described_by_tokens"));
    let wrong = ines.post(&own, json!({"team": "Buyers"})).await?;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);

    let id = listed["items"][0]["id"].as_str().unwrap_or_default().to_owned();
    let before = vitrine.audit().await?.len();
    assert_eq!(ines.delete(&format!("{own}/{id}")).await?.status, StatusCode::NO_CONTENT);
    assert_eq!(vitrine.audit().await?.len(), before + 1);
    assert_eq!(ines.delete(&format!("{own}/{id}")).await?.status, StatusCode::NOT_FOUND);
    let gus = vitrine.logged_in(GUS).await?;
    assert_eq!(gus.get("/api/v1/workbooks/orders").await?.status, StatusCode::NOT_FOUND);
    Ok(())
}

#[tokio::test]
async fn of_a_tenants_own_team_its_administrator_knows_that_tenants_people() -> Outcome {
    let (vitrine, _folder) = served().await?;
    let (mona, tina) = (vitrine.logged_in(MONA).await?, vitrine.logged_in("tina@acme.example").await?);
    let own = members(&vitrine, "acme/Night%20shift").await?;
    let hand = json!({"embed_member": {"issuer": "portal", "tenant": "acme", "subject": "hand@acme.example"}});
    let added = mona.post(&own, hand).await?;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    let absent = mona.post(&own, json!({"member": "nobody@acme.example"})).await?;
    assert_eq!((absent.status, absent.code().as_str()), (StatusCode::BAD_REQUEST, "unknown_member"));
    for other in [GUS, "ines@portal.example", "root@portal.example"] {
        let refused = mona.post(&own, json!({"member": other})).await?;
        assert_eq!(refused.comparable(), absent.comparable(), "{other}");
    }
    for caller in [&mona, &tina] {
        let listed = caller.get(&own).await?;
        assert!(listed.text().contains("hand@acme.example") && !listed.text().contains("globex"), "{}", listed.text());
    }
    let support = members(&vitrine, "Support").await?;
    let (hidden, absent) = (tina.get(&support).await?, tina.get("/api/v1/teams/none/members").await?);
    assert_eq!((hidden.status, hidden.comparable()), (StatusCode::NOT_FOUND, absent.comparable()));
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn without_the_point_anybody_says_who_is_in_a_team() -> Outcome {
    let _off = model::enforcement::switch_off(model::enforcement::Point::TeamAdministration);
    let (vitrine, _folder) = served().await?;
    let ines = vitrine.logged_in(INES).await?;
    let added = ines.post(&members(&vitrine, "Support").await?, json!({"member": GUS})).await?;
    assert_eq!(added.status, StatusCode::CREATED, "{}", added.text());
    Ok(())
}
