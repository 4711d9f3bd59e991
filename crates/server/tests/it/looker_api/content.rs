//! Content, read by programs.

use super::{World, refusal};
use crate::support::{Outcome, never_for};
use reqwest::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn a_program_reads_what_its_member_sees_and_no_other_rows() -> Outcome {
    let world = World::new().await?;
    let ines = world.program("ines@", &json!(["view", "explore", "export_csv"])).await?;
    let dashboards = ines.get("/api/4.0/dashboards").await?;
    assert_eq!(dashboards.status, StatusCode::OK, "{}", dashboards.text());
    assert_eq!(dashboards.json()[0]["id"], "3", "as Looker knew it");
    let ids: Vec<Value> = dashboards.json().as_array().into_iter().flatten().map(|one| one["id"].clone()).collect();
    assert_eq!(ids, ["3"], "and nothing else: {}", dashboards.text());
    for id in ["3", "orders"] {
        let shown = ines.get(&format!("/api/4.0/dashboards/{id}")).await?.json();
        assert_eq!((&shown["id"], &shown["title"]), (&json!("3"), &json!("Orders")), "{shown}");
        let elements = shown["dashboard_elements"].as_array().cloned().unwrap_or_default();
        assert!(elements.iter().any(|element| element["id"] == "main/words" && element["type"] == "text"), "{shown}");
        assert_eq!(shown["dashboard_filters"][0]["title"], "Status");
    }
    let folders = ines.get("/api/4.0/folders?sorts=name").await?.json();
    let names: Vec<&Value> = folders.as_array().into_iter().flatten().map(|folder| &folder["name"]).collect();
    assert_eq!(names, ["Daily", "Shop"]);
    let one = format!("/api/4.0/folders/{}", folders[0]["id"].as_str().unwrap_or_default());
    assert_eq!(ines.get(&one).await?.json()["parent_id"], folders[1]["id"]);

    let looks = ines.get("/api/4.0/looks?fields=id,title").await?.json();
    assert_eq!(looks, json!([{"id": "11", "title": "All orders"}]));
    assert_eq!(ines.get("/api/4.0/looks/11?fields=title").await?.json(), json!({"title": "All orders"}));
    let rows = ines.get("/api/4.0/looks/11/run/json").await?;
    assert_eq!(rows.status, StatusCode::OK, "{}", rows.text());
    assert!(rows.json()[0]["orders.order_id"].is_i64(), "{}", rows.text());
    let file = ines.get("/api/4.0/looks/11/run/csv").await?;
    for answer in [rows, file] {
        assert!(answer.text().contains("CNRY_acme"), "{}", answer.text());
        for canary in never_for("acme") {
            assert!(!answer.text().contains(canary), "{canary}: {}", answer.text());
        }
    }
    let events = world.vitrine.audit().await?;
    assert!(events.iter().any(|event| event.event.event == "run_query"), "and it is recorded");
    Ok(())
}

#[tokio::test]
async fn what_is_hidden_from_a_program_reads_like_what_is_absent() -> Outcome {
    let world = World::new().await?;
    let ines = world.program("ines@", &json!(["view", "explore"])).await?;
    let desk = world.program("desk@", &json!(["view"])).await?;
    for (who, hidden, absent) in [
        (&ines, "dashboards/hidden", "dashboards/none"),
        (&desk, "dashboards/orders", "dashboards/none"),
        (&desk, "dashboards/3", "dashboards/none"),
        (&desk, "looks/11", "looks/none"),
        (&desk, "looks/11/run/json", "looks/none/run/json"),
        (&desk, "lookml_models/shop", "lookml_models/none"),
        (&desk, "lookml_models/shop/explores/orders", "lookml_models/none/explores/none"),
        (&ines, "lookml_models/shop/explores/none", "lookml_models/none/explores/orders"),
    ] {
        let hidden = who.get(&format!("/api/4.0/{hidden}")).await?;
        let absent = who.get(&format!("/api/4.0/{absent}")).await?;
        assert_eq!(refusal(&hidden), (404, "Not found".into(), vec![]));
        assert_eq!(hidden.text(), absent.text());
    }
    assert_eq!(desk.get("/api/4.0/dashboards").await?.json(), json!([]));
    assert_eq!(refusal(&ines.get("/api/4.0/looks/11/run/csv").await?).0, 403, "beyond its scopes");
    assert_eq!(refusal(&ines.get("/api/4.0/looks/11/run/png").await?).0, 400);
    Ok(())
}

#[tokio::test]
async fn models_have_the_fields_that_there_are_for_the_member() -> Outcome {
    let world = World::new().await?;
    let ines = world.program("ines@", &json!(["view", "explore"])).await?;
    let models = ines.get("/api/4.0/lookml_models").await?.json();
    assert_eq!(models[0]["name"], "shop");
    let explore = ines.get("/api/4.0/lookml_models/shop/explores/orders").await?.json();
    assert_eq!(explore["id"], "shop::orders");
    let measures = explore["fields"]["measures"].as_array().cloned().unwrap_or_default();
    assert!(measures.iter().any(|field| field["name"] == "orders.orders" && field["measure"] == true), "{explore}");
    assert_eq!(ines.get("/api/4.0/model_sets").await?.json()[0]["models"][0], "shop");
    Ok(())
}
