//! `vitrine explain`: what it says is what a viewer's page gets.

use crate::support::{Outcome, copy_of};
use serde_json::{Value, json};
use server::clock::Clock;
use server::config::Config;
use server::explain::{Question, Subject, explain};
use std::fs;
use std::path::Path;
use testkit::callers::CallError;
use testkit::world;

async fn explained(
    folder: &Path,
    persona: &str,
    subject: Subject,
    row: Option<(&str, &[(&str, &str)])>,
) -> Result<(Value, String), CallError> {
    let row = match row {
        Some((table, values)) => {
            let values = values.iter().map(|(column, value)| Ok((column.parse()?, (*value).to_owned())));
            Some((table.parse()?, values.collect::<Result<Vec<_>, CallError>>()?))
        }
        None => None,
    };
    let (question, clock) = (Question { persona, subject, row }, Clock::system());
    Ok(explain(folder, &question, &Config::default().limits, Path::new("none"), &clock).await?)
}

fn element(path: &str) -> Result<Subject, CallError> {
    Ok(Subject::Element(path.to_owned().try_into()?))
}

fn explore(path: &str) -> Result<Subject, CallError> {
    Ok(Subject::Explore(path.to_owned().try_into()?))
}

#[tokio::test]
async fn it_says_which_policy_lets_a_row_through_and_which_value_would_change_that() -> Outcome {
    let demo = world::demo();
    for (carrier, visible) in [("DL", true), ("UA", false)] {
        let key: &[(&str, &str)] = &[("carrier", carrier), ("flight", "1545"), ("flight_date", "2013-01-01")];
        let key = if visible { &key[..1] } else { key };
        let (told, words) =
            explained(&demo, "Delta's station", element("flights/overview/total")?, Some(("flights", key))).await?;
        assert_eq!(told["decision"]["allowed"], json!(true), "{words}");
        assert_eq!(told["row"]["found"][0], json!({"visible": visible, "holds": {"own_carrier": visible}}), "{words}");
        assert!(words.contains("user_attribute('carrier') is `DL`"), "{words}");
    }
    let (told, words) = explained(&demo, "a station of no carrier", element("flights/overview/total")?, None).await?;
    let flights = told["tables"].as_array().into_iter().flatten().find(|table| table["table"] == "flights");
    let flights = flights.ok_or("no flights")?;
    assert_eq!((&flights["rows"], &flights["policies"][0]["false_as_a_whole"]), (&json!("none"), &json!(true)));
    assert!(words.contains("user_attribute('carrier') is none\n    admits no row"), "{words}");
    Ok(())
}

#[tokio::test]
async fn it_says_what_a_refusal_would_take() -> Outcome {
    let demo = world::demo();
    let (told, words) = explained(&demo, "Delta's station", explore("flights.flights")?, None).await?;
    assert_eq!(told["decision"]["allowed"], json!(false));
    assert!(words.contains("flights.flights: may not be asked; it would take\n"), "{words}");
    assert!(words.contains("explore"), "the permission that is missing: {words}");
    let (told, words) = explained(&demo, "somebody in no team", element("flights/overview/total")?, None).await?;
    assert!(told["refused"].is_string() && words.contains("does not get in: "), "{words}");
    Ok(())
}

#[tokio::test]
async fn a_version_under_a_tag_is_explained_by_its_address() -> Outcome {
    let folder = crate::policy_tests::tagged()?;
    let few = || element("claims@beta/main/few");
    let (told, words) = explained(folder.path(), "Ada", few()?, None).await?;
    assert_eq!(told["decision"]["allowed"], json!(true), "{words}");
    assert!(words.contains("claims@beta/main/few: may be asked"), "{words}");
    let (told, words) = explained(folder.path(), "Zoe", few()?, None).await?;
    assert_eq!(told["decision"]["allowed"], json!(false), "{words}");
    assert!(words.contains("claims@beta/main/few: may not be asked; it would take\n"), "{words}");
    Ok(())
}

#[tokio::test]
async fn what_does_not_exist_is_named() -> Outcome {
    let demo = world::demo();
    let said = async |persona: &str, subject: Subject, row: Option<(&str, &[(&str, &str)])>| {
        explained(&demo, persona, subject, row).await.err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert!(
        said("nobody at all", explore("flights.flights")?, None)
            .await
            .starts_with("unknown persona `nobody at all`: expected one of `Ana`")
    );
    assert_eq!(said("Ana", explore("flights.gone")?, None).await, "unknown explore `flights.gone`");
    assert_eq!(
        said("Ana", element("flights/overview/gone")?, None).await,
        "unknown element with data `flights/overview/gone`"
    );
    let row = |column, value| -> Vec<(&str, &str)> { vec![(column, value)] };
    assert_eq!(said("Ana", explore("flights.flights")?, Some(("gone", &row("a", "b")))).await, "unknown table `gone`");
    assert_eq!(
        said("Ana", explore("flights.flights")?, Some(("flights", &row("gone", "b")))).await,
        "unknown column `gone`"
    );
    assert_eq!(
        said("Ana", explore("flights.flights")?, Some(("flights", &row("flight", "x")))).await,
        "column `flight`: `x` is no integer"
    );
    Ok(())
}

/// For every row, of entitlements, filter expressions and computed conditions: visible is what the person gets.
#[tokio::test]
async fn a_row_is_called_visible_if_and_only_if_it_is_answered() -> Outcome {
    let folder = copy_of(&world::insurance())?;
    let session = |subject: &str, teams: Value, attributes: Value| {
        json!({"key": "portal", "session": {
            "subject": subject, "tenant": "north", "teams": teams, "account_type": "Analyze", "attributes": attributes,
            "content": {"workbook": "claims"},
        }})
    };
    let personas = json!({
        "Ada": session("ada@insurer.example", json!(["Adjusters"]), json!({})),
        "Zoe": session("zoe@mail.example", json!(["Holders"]), json!({"holder": "CNRY_zoe"})),
        "Pam": session("pam@broker.example", json!(["Partners"]), json!({"territory": "Harbor,Mill"})),
        "both": session("ada2@insurer.example", json!(["Adjusters", "Holders"]), json!({"holder": "CNRY_yan"})),
        "none": session("eve@insurer.example", json!(["Partners"]), json!({})),
    });
    let expectations = json!([{"name": "they get in", "as": ["Ada"], "session": "opened"}]);
    fs::create_dir(folder.path().join("tests"))?;
    fs::write(
        folder.path().join("tests/all.yaml"),
        json!({"personas": personas, "expectations": expectations}).to_string(),
    )?;
    let vitrine = crate::support::Vitrine::of(folder.path()).await?;
    for (name, persona) in personas.as_object().into_iter().flatten() {
        let viewer = vitrine.host("portal").viewer(&persona["session"], "claims").await?;
        let rows = viewer.query(&json!({"explore": "claims.claims", "fields": ["claim"]})).await?.rows();
        let seen: Vec<i64> = rows.iter().filter_map(|row| row[0].as_i64()).collect();
        for claim in 1..=7_i64 {
            let key = claim.to_string();
            let row = Some(("claims", &[("claim", key.as_str())][..]));
            let (told, words) = explained(folder.path(), name, explore("claims.claims")?, row).await?;
            let found: Result<&Value, CallError> =
                told["row"]["found"].get(0).ok_or_else(|| format!("no claim {claim}").into());
            assert_eq!(found?["visible"], json!(seen.contains(&claim)), "{name} and claim {claim}:\n{words}");
            assert!(!words.contains("mail.example") && !words.contains("CNRY_note"), "no value of a row: {words}");
        }
    }
    Ok(())
}
