//! Public links: whoever has one sees what it was made for.

use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::StatusCode;
use serde_json::json;
use std::path::Path;
use testkit::world;

const LINK: &str = "4b1a1c1e-0000-4000-8000-000000000001";

#[tokio::test]
async fn m1_whoever_has_the_link_sees_the_data_and_filters_are_only_filters() -> Outcome {
    let vitrine = Vitrine::of(&world::accounts()).await?;
    let stranger = vitrine.stranger();
    let card = format!("/api/public/dashboard/{LINK}/dashcard/1/card/1");
    let accounts = async |search: &str| {
        let answer = stranger.get(&format!("{card}{search}")).await?;
        let rows = answer.json()["data"]["rows"].as_array().cloned().unwrap_or_default();
        Ok::<_, testkit::callers::CallError>(rows.into_iter().map(|row| row[0].clone()).collect::<Vec<_>>())
    };
    assert_eq!(accounts("?status=active").await?, [json!(1), json!(2), json!(5)], "case does not count here");
    assert_eq!(accounts("").await?, [json!(1), json!(2), json!(3), json!(4), json!(5)]);
    let board = stranger.get(&format!("/api/public/dashboard/{LINK}")).await?;
    assert_eq!((board.status, &board.json()["name"]), (StatusCode::OK, &json!("Accounts")));
    Ok(())
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() -> Outcome {
    let folder = copy_of(&world::accounts())?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let stranger = vitrine.stranger();
    let board = format!("/api/public/dashboard/{LINK}");
    let refused = async |path: &str| {
        let answer = stranger.get(path).await?;
        assert_eq!((answer.status, answer.text().as_str()), (StatusCode::BAD_REQUEST, "An error occurred."), "{path}");
        Outcome::Ok(())
    };
    refused("/api/public/dashboard/4b1a1c1e-0000-4000-8000-000000000002").await?;
    refused("/api/public/dashboard/11").await?;
    refused(&format!("/api/public/card/{LINK}")).await?;
    refused(&format!("{board}/dashcard/2/card/1")).await?;
    refused(&format!("{board}/dashcard/1/card/1?plan=Basic")).await?;
    edit(&folder.path().join("vitrine.yaml"), "public_links: true", "public_links: false")?;
    vitrine.apply(folder.path()).await?;
    refused(&board).await?;
    Ok(())
}

#[tokio::test]
async fn m1_who_makes_a_link_is_told_what_it_is() -> Outcome {
    let notes = server::apply::check(&world::accounts(), Path::new(".")).await?.notes;
    let expected =
        "`linked`: whoever has its public link sees all of its data; filters in the address hide nothing".to_owned();
    assert_eq!(notes, [expected]);
    Ok(())
}

#[tokio::test]
async fn m1_a_link_to_data_that_asks_for_the_person_is_refused() -> Outcome {
    let folder = copy_of(&world::accounts())?;
    let model = folder.path().join("models/accounts.yaml");
    edit(
        &model,
        "    rows: shared",
        "    row_policies:\n      - {name: own, permit: all, rule: \"plan = user_attribute('plan')\"}",
    )?;
    std::fs::write(folder.path().join("attributes.yaml"), "attributes:\n  - {name: plan, type: text}\n")?;
    let refused = Vitrine::of(folder.path()).await.map(|_| ()).map_err(|error| error.to_string());
    let expected = "a public link to data of `accounts.accounts`, whose row policy `own` asks for the person";
    assert!(refused.as_ref().is_err_and(|error| error.contains(expected)), "{refused:?}");
    assert!(refused.is_err_and(|error| !error.contains(LINK)), "ids of links are credentials");
    Ok(())
}
