//! The stories of Metabase's guest embeds, with their exact rows.

use super::Embedding;
use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::world;

async fn accounts() -> Result<Embedding, testkit::callers::CallError> {
    let vitrine = Vitrine::of(&world::accounts()).await?;
    Ok(Embedding { vitrine, secret: world::secret("compatible").to_owned() })
}

fn board(number: u32, params: Value) -> Value {
    json!({"resource": {"dashboard": number}, "params": params})
}

const CARD: &str = "/api/embed/dashboard/TOKEN/dashcard/1/card/1";

async fn shown(embedding: &Embedding, claims: &Value) -> Result<Vec<Value>, testkit::callers::CallError> {
    let answer = embedding.ask(CARD, claims).await?;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
    let rows = answer.json()["data"]["rows"].as_array().cloned().unwrap_or_default();
    Ok(rows.into_iter().map(|row| row[0].clone()).collect())
}

#[tokio::test]
async fn m2_nobody_is_known_and_usage_is_an_external_users() -> Outcome {
    let embedding = accounts().await?;
    shown(&embedding, &board(12, json!({"status": "Active"}))).await?;
    let events = embedding.vitrine.audit().await?;
    let asked = events.iter().find(|event| event.event.action.as_deref() == Some("run_query")).ok_or("no event")?;
    assert_eq!(asked.event.principal.subject.as_deref(), Some("External user"));
    assert_eq!((&asked.event.principal.member, asked.event.principal.key.is_some()), (&None, true));
    Ok(())
}

/// Grains and times are those of the organization's zone, and the answer says so.
#[tokio::test]
async fn m2_rows_say_their_time_zone() -> Outcome {
    let folder = copy_of(&world::accounts())?;
    let file = folder.path().join("vitrine.yaml");
    let written = std::fs::read_to_string(&file)?;
    std::fs::write(&file, written + "presentation: {time_zone: Europe/Zurich}\n")?;
    let (vitrine, secret) = (Vitrine::of(folder.path()).await?, world::secret("compatible").to_owned());
    let answer = Embedding { vitrine, secret }.ask(CARD, &board(12, json!({"status": "Active"}))).await?;
    assert_eq!(answer.json()["data"]["results_timezone"], "Europe/Zurich", "{}", answer.text());
    Ok(())
}

#[tokio::test]
async fn m3_a_locked_parameter_shows_its_rows_and_no_address_shows_more() -> Outcome {
    let embedding = accounts().await?;
    let active = board(12, json!({"status": "Active"}));
    assert_eq!(shown(&embedding, &active).await?, [json!(1), json!(2), json!(5)]);
    let more = embedding.ask(&format!("{CARD}?status=inactive"), &active).await?;
    let sentence = "You can only specify a value for status in the JWT.";
    assert_eq!((more.status, more.text().as_str()), (StatusCode::BAD_REQUEST, sentence));
    let exact = shown(&embedding, &board(12, json!({"status": "active"}))).await?;
    assert_eq!(exact, Vec::<Value>::new(), "a lock is exact, whatever people may write");
    Ok(())
}

#[tokio::test]
async fn m4_the_host_signs_the_account_of_who_logged_in() -> Outcome {
    let embedding = accounts().await?;
    for account in 1..=5 {
        assert_eq!(shown(&embedding, &board(13, json!({"account": account}))).await?, [json!(account)]);
        assert_eq!(shown(&embedding, &board(13, json!({"account": account.to_string()}))).await?, [json!(account)]);
    }
    for odd in [json!("1 OR 1=1"), json!(1.5), json!(true)] {
        let refused = embedding.ask(CARD, &board(13, json!({"account": odd}))).await?;
        assert_eq!((refused.status, &refused.json()["status"]), (StatusCode::BAD_REQUEST, &json!("failed")), "{odd}");
    }
    Ok(())
}

/// What is published is checked: each element must be filtered by each lock, each table must be named.
#[tokio::test]
async fn publishing_what_a_lock_does_not_reach_is_refused_with_the_list() -> Outcome {
    let refusal = async |from: &str, to: &str| {
        let folder = copy_of(&world::accounts())?;
        edit(&folder.path().join("workbooks/by-status.yaml"), from, to)?;
        let refused = Vitrine::of(folder.path()).await.map(|_| ()).map_err(|error| error.to_string());
        Ok::<_, testkit::callers::CallError>(refused.err().unwrap_or_default())
    };
    let unfiltered = refusal("controls: {status: status, account: account}", "controls: {account: account}").await?;
    assert!(
        unfiltered.contains("publications[0].parameters.status: locked, but not used by `all/accounts`"),
        "{unfiltered}"
    );
    let unnamed = refusal("data: [accounts.accounts]", "data: []").await?;
    assert!(unnamed.contains("what is published also shows data of `accounts.accounts`"), "{unnamed}");
    let unknown = refusal("parameters: {status: locked}", "parameters: {price: locked}").await?;
    assert!(unknown.contains("unknown control `price`: expected one of `account`, `status`"), "{unknown}");
    Ok(())
}
