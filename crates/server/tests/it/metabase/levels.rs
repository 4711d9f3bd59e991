//! Levels of data permissions and of downloads that Metabase's groups have, as they are said here.

use super::sandboxes::{export, imported};
use crate::support::{Outcome, Vitrine, edit};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::callers::{CallError, Viewer};

/// The fixtures with tables that everybody with access sees.
fn open_folder() -> Result<TempDir, CallError> {
    Ok(imported(&export(&["venues", "categories", "checkins"], json!([]), json!([])))?.0)
}

async fn viewer(vitrine: &Vitrine, team: &str, account_type: &str) -> Result<Viewer, CallError> {
    let session = json!({"subject": "eve@venues.example", "teams": [team], "account_type": account_type});
    vitrine.host("portal").viewer(&session, "start").await
}

fn question() -> Value {
    json!({"explore": "metabase.venues", "fields": ["count"]})
}

/// View data: can view, or blocked, which no access to content lifts.
#[tokio::test]
async fn blocked_is_no_grant_on_data_and_content_does_not_lift_it() -> Outcome {
    let folder = open_folder()?;
    let grant = "  - {to: {team: Others}, on: {connection: files}, level: use}\n";
    edit(
        &folder.path().join("grants.yaml"),
        grant,
        "  - {to: {team: Others}, on: {table: metabase.checkins}, level: use}\n",
    )?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let can_view = viewer(&vitrine, "Sandboxed", "Analyze").await?;
    assert_eq!(can_view.element("start/venues", &json!({})).await?.rows(), [json!([100])]);
    let blocked = viewer(&vitrine, "Others", "Analyze").await?;
    assert!(blocked.element("start/venues", &json!({})).await?.status.is_client_error(), "the table is blocked");
    assert!(blocked.query(&question()).await?.status.is_client_error());
    assert_eq!(blocked.element("start/checkins", &json!({})).await?.rows(), [json!([1000])], "another table is not");
    Ok(())
}

/// Create queries: the query builder, or none. SQL of one's own is nobody's.
#[tokio::test]
async fn questions_of_ones_own_need_the_permission_to_explore() -> Outcome {
    let folder = open_folder()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let builder = viewer(&vitrine, "Sandboxed", "Analyze").await?;
    assert_eq!(builder.query(&question()).await?.rows(), [json!([100])]);
    let looks = viewer(&vitrine, "Sandboxed", "View").await?;
    assert_eq!(looks.element("start/venues", &json!({})).await?.rows(), [json!([100])]);
    assert!(looks.query(&question()).await?.status.is_client_error());
    Ok(())
}

/// Downloads: none, limited, full; by team and table.
#[tokio::test]
async fn downloads_have_three_tiers_by_team_and_table() -> Outcome {
    let folder = open_folder()?;
    let limits = "  venues:\n    download_limits:\n      - {to: {teams: [Sandboxed]}, rows: 0}\n      \
                  - {to: {teams: [Fewer columns]}, rows: 99}\n      - {to: {teams: [Others]}, rows: 1000000}\n    source:";
    edit(&folder.path().join("models/metabase.yaml"), "  venues:\n    source:", limits)?;
    let vitrine = Vitrine::of(folder.path()).await?;
    for (team, status) in [
        ("Sandboxed", StatusCode::FORBIDDEN),
        ("Fewer columns", StatusCode::UNPROCESSABLE_ENTITY),
        ("Others", StatusCode::OK),
    ] {
        let taker = viewer(&vitrine, team, "Take").await?;
        let file = taker.ask("start/names", "export", &json!({"controls": {}, "format": "csv"})).await?;
        assert_eq!(file.status, status, "{team}: {}", file.text());
        let lines = file.text().lines().count();
        assert!(status != StatusCode::OK || lines == 101, "{team}: {lines}");
        assert_eq!(taker.element("start/names", &json!({})).await?.rows().len(), 100, "{team} looks all the same");
        let of_another = json!({"explore": "metabase.checkins", "fields": ["user_id"]});
        let request = taker.request(Method::POST, "/api/v1/query").header("accept", "text/csv").json(&of_another);
        assert_eq!(taker.stranger.send(request).await?.status, StatusCode::OK, "{team}: another table has no limit");
    }
    let no_taker = viewer(&vitrine, "Others", "Analyze").await?;
    let file = no_taker.ask("start/names", "export", &json!({"controls": {}, "format": "csv"})).await?;
    assert_eq!(file.status, StatusCode::FORBIDDEN, "without the permission no tier counts");
    Ok(())
}
