//! What an explore offers beside its answers: fields that are not offered, the rows that measures count, totals.

use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use testkit::callers::{Answer, CallError, Viewer};
use testkit::world;

async fn query(viewer: &Viewer, mut question: Value) -> Result<Answer, CallError> {
    question["explore"] = json!("shop.orders");
    viewer.query(&question).await
}

async fn underneath(viewer: &Viewer, mut question: Value) -> Result<Answer, CallError> {
    question["explore"] = json!("shop.orders");
    viewer.post("/api/v1/query/underlying", &question).await
}

async fn as_csv(viewer: &Viewer, path: &str, mut question: Value) -> Result<Answer, CallError> {
    question["explore"] = json!("shop.orders");
    let request = viewer.request(Method::POST, path).header("accept", "text/csv");
    viewer.stranger.send(request.json(&question)).await
}

/// Of the explore `shop.orders`, in the catalogue.
async fn orders(viewer: &Viewer) -> Result<Value, CallError> {
    let catalogue = viewer.get("/api/v1/explores").await?.json();
    let found = catalogue["explores"].as_array().into_iter().flatten().find(|it| it["explore"] == "shop.orders");
    Ok(found.cloned().unwrap_or_default())
}

fn refused(answer: &Answer) -> (StatusCode, String) {
    (answer.status, answer.code())
}

/// What is hidden is not offered, serves in what its author wrote, and protects nothing.
#[tokio::test]
async fn hidden_fields_are_not_offered_and_may_be_asked_for() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let explore = orders(&viewer).await?;
    let names: Vec<&str> =
        explore["fields"].as_array().into_iter().flatten().filter_map(|it| it["name"].as_str()).collect();
    assert!(names.contains(&"amount_in_cents") && names.contains(&"worth"), "{names:?}");
    assert!(!names.contains(&"cents") && !names.contains(&"statuses"), "{names:?}");
    let answer = query(&viewer, json!({"fields": ["amount_in_cents", "statuses"]})).await?;
    assert_eq!(answer.rows(), [json!(["448650.00", 3])]);
    let filters = json!([{"field": "cents", "values": ["25.00"]}]);
    assert_eq!(query(&viewer, json!({"fields": ["cents"], "filters": filters})).await?.rows(), [json!(["25.00"])]);
    Ok(())
}

#[tokio::test]
async fn a_measure_shows_the_rows_that_it_counts_and_no_others() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let paid = underneath(&viewer, json!({"measure": "paid"})).await?;
    assert_eq!(paid.status, StatusCode::OK, "{}", paid.text());
    let columns = paid.json()["columns"].as_array().cloned().unwrap_or_default();
    assert_eq!(columns.iter().map(|it| &it["name"]).collect::<Vec<_>>(), ["order_id", "note"]);
    let count = query(&viewer, json!({"fields": ["paid"]})).await?.rows();
    assert_eq!(count, [json!([paid.rows().len()])]);
    assert_eq!(paid.rows().first(), Some(&json!([3, "CNRY_acme_order_2"])));
    let january = json!([{"field": "month", "value": "2026-01-01"}]);
    let of_january = json!({"measure": "paid_so_far", "at": january, "filters": [{"field": "worth", "operator": "less", "values": [100]}]});
    assert_eq!(underneath(&viewer, of_january).await?.rows(), [json!([3, "CNRY_acme_order_2"])]);
    // Each customer once, however many orders they have; a hidden one is not there.
    let customers = underneath(&viewer, json!({"measure": "customers"})).await?.rows();
    let names = ["CNRY_acme_customer_1", "CNRY_acme_customer_3", "CNRY_acme_customer_5"];
    assert_eq!(customers, names.map(|name| json!([name])));
    let file = as_csv(&viewer, "/api/v1/query/underlying", json!({"measure": "customers"})).await?;
    assert_eq!((file.status, file.text().lines().count()), (StatusCode::OK, 4));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"orders-rows.csv\"");
    Ok(())
}

#[tokio::test]
async fn rows_underneath_are_asked_for_by_a_measure_that_shows_some() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let offered = orders(&viewer).await?;
    assert_eq!(offered["underlying"], json!(["customers", "paid", "paid_so_far"]));
    for (question, code) in [
        (json!({"measure": "amount"}), "no_drill_fields"),
        (json!({"measure": "paid_share"}), "no_drill_fields"),
        (json!({"measure": "nothing"}), "unknown_field"),
        (json!({"measure": "status"}), "unknown_field"),
        (json!({"measure": "paid", "at": [{"field": "margin", "value": "x"}]}), "unknown_field"),
        (json!({"measure": "paid", "at": [{"field": "orders", "value": 1}]}), "measure_filtered"),
        (json!({"measure": "paid", "fields": ["note"]}), "invalid_member"),
        (json!({}), "invalid_member"),
    ] {
        assert_eq!(
            refused(&underneath(&viewer, question.clone()).await?),
            (StatusCode::BAD_REQUEST, code.into()),
            "{question}"
        );
    }
    let elsewhere =
        viewer.post("/api/v1/query/underlying", &json!({"explore": "shop.nothing", "measure": "paid"})).await?;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    Ok(())
}

/// Who may explore sees that there is something; who may not, does not.
#[tokio::test]
async fn rows_underneath_need_both_permissions_and_no_lock() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let with = async |permissions: Value| -> Result<Viewer, CallError> {
        let mut session = buyer("acme");
        session["permissions"] = permissions;
        vitrine.host("portal").viewer(&session, "orders").await
    };
    let paid = json!({"measure": "paid"});
    let explorer = with(json!(["view", "explore"])).await?;
    assert_eq!(refused(&underneath(&explorer, paid.clone()).await?), (StatusCode::FORBIDDEN, "forbidden".into()));
    assert_eq!(orders(&explorer).await?["underlying"], json!([]));
    let looker = with(json!(["view", "view_underlying"])).await?;
    assert_eq!(refused(&underneath(&looker, paid.clone()).await?), (StatusCode::NOT_FOUND, "not_found".into()));
    let both = with(json!(["view", "explore", "view_underlying"])).await?;
    assert_eq!(underneath(&both, paid.clone()).await?.status, StatusCode::OK);
    let file = as_csv(&both, "/api/v1/query/underlying", paid.clone()).await?;
    assert_eq!(refused(&file), (StatusCode::FORBIDDEN, "forbidden".into()), "not without the format's permission");
    let mut locked = buyer("acme");
    locked["locked_parameters"] = json!({"status": ["paid"]});
    let locked = vitrine.host("portal").viewer(&locked, "orders").await?;
    assert_eq!(underneath(&locked, paid).await?.status, StatusCode::NOT_FOUND, "nothing filters it");
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn without_the_permission_points_rows_underneath_are_for_anybody() -> Outcome {
    use model::enforcement::{Point, switch_off};
    let vitrine = Vitrine::world().await?;
    for (point, held) in [(Point::UnderlyingPermission, "explore"), (Point::ExplorePermission, "view_underlying")] {
        let mut session = buyer("acme");
        session["permissions"] = json!(["view", held]);
        let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
        let _off = switch_off(point);
        assert_eq!(underneath(&viewer, json!({"measure": "paid"})).await?.status, StatusCode::OK, "{point:?}");
    }
    Ok(())
}

/// An element that names nothing of its own shows the drill fields of its measures; one that names nothing at all, nothing.
#[tokio::test]
async fn elements_fall_back_on_drill_fields() -> Outcome {
    let folder = copy_of(&world::folder())?;
    edit(
        &folder.path().join("models/shop.yaml"),
        "    title: Orders\n",
        "    title: Orders\n    drill_fields: [order_id, customer]\n",
    )?;
    let workbook = folder.path().join("workbooks/orders.yaml");
    let amount = "chart: {type: kpi, value: amount}\n            controls: {status: status}";
    edit(&workbook, amount, &format!("{amount}\n            underlying: []"))?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let viewer = vitrine.buyer("acme").await?;
    let paid = json!({"controls": {"status": ["paid"]}, "at": [{"field": "status", "value": "paid"}]});
    let rows = viewer.ask("main/list", "underlying", &paid).await?;
    assert_eq!(rows.rows().first(), Some(&json!([3, "CNRY_acme_customer_3"])), "{}", rows.text());
    assert_eq!(rows.rows().len(), 6);
    assert_eq!(viewer.ask("main/amount", "underlying", &json!({})).await?.status, StatusCode::NOT_FOUND, "says none");
    let elements = viewer.open_workbook().await?.json()["pages"][0]["elements"].clone();
    assert_eq!((&elements[1]["underlying"], &elements[2]["underlying"]), (&json!(false), &json!(true)));
    assert_eq!(underneath(&viewer, json!({"measure": "amount"})).await?.rows().len(), 18);
    assert_eq!(underneath(&viewer, json!({"measure": "paid"})).await?.json()["columns"][1]["name"], "note", "its own");
    Ok(())
}

/// Totals are of rows and not of the lines that are shown.
#[tokio::test]
async fn totals_are_questions_of_their_own() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let fields = json!(["status", "month", "orders", "average_amount", "customers", "statuses"]);
    let question = json!({"fields": fields, "limit": 2, "totals": true, "subtotals": true});
    let answer = query(&viewer, question.clone()).await?;
    assert_eq!(answer.rows().len(), 2, "{}", answer.text());
    let totals = answer.json()["totals"].clone();
    assert_eq!((&totals[0]["fields"], &totals[1]["fields"]), (&json!(["status"]), &json!([])));
    let by_status =
        query(&viewer, json!({"fields": ["status", "orders", "average_amount", "customers", "statuses"]})).await?;
    assert_eq!(totals[0]["rows"], by_status.json()["rows"]);
    assert_eq!(totals[0]["columns"], by_status.json()["columns"]);
    assert_eq!((&totals[0]["truncated"], totals[0]["rows"].as_array().map(Vec::len)), (&json!(false), Some(3)));
    assert_eq!(totals[1]["rows"], json!([[18, "249.250000", 3, 3]]));
    let mut next = question;
    next["after"] = answer.rows()[1].clone();
    assert_eq!(query(&viewer, next).await?.json()["totals"], totals, "on each page");

    let filtered =
        json!({"fields": ["status", "orders"], "totals": true, "filters": [{"field": "status", "values": ["paid"]}]});
    assert_eq!(query(&viewer, filtered).await?.json()["totals"][0]["rows"], json!([[6]]));
    let added = json!({"fields": ["status", "paid", "paid_so_far", "paid_share"], "totals": true});
    assert_eq!(query(&viewer, added).await?.json()["totals"][0]["rows"], json!([[6, 6, "0.333333"]]));
    assert_eq!(query(&viewer, json!({"fields": ["orders"], "totals": true})).await?.json()["totals"], Value::Null);
    Ok(())
}

#[tokio::test]
async fn totals_are_refused_where_they_would_mean_something_else() -> Outcome {
    let vitrine = Vitrine::world().await?;
    let viewer = vitrine.buyer("acme").await?;
    let having = json!([{"field": "orders", "operator": "greater", "values": [1]}]);
    for question in [
        json!({"fields": ["status"], "totals": true}),
        json!({"fields": ["status", "orders"], "subtotals": true, "filters": having}),
    ] {
        assert_eq!(refused(&query(&viewer, question).await?), (StatusCode::BAD_REQUEST, "totals_refused".into()));
    }
    let csv = as_csv(&viewer, "/api/v1/query", json!({"fields": ["status", "orders"], "totals": true})).await?;
    assert_eq!(refused(&csv), (StatusCode::BAD_REQUEST, "totals_refused".into()));
    let unknown = json!({"fields": ["margin", "orders"], "totals": true});
    assert_eq!(refused(&query(&viewer, unknown).await?), (StatusCode::BAD_REQUEST, "unknown_field".into()));
    Ok(())
}

#[tokio::test]
async fn a_table_has_its_total_below_it_and_its_file_has_rows_alone() -> Outcome {
    let folder = copy_of(&world::folder())?;
    let list = "fields: [order_id, status, customer, note, amount]}\n            chart: {type: table";
    let workbook = folder.path().join("workbooks/orders.yaml");
    edit(&workbook, list, &format!("{list}, totals: true"))?;
    let controls = "totals: true}\n            controls: {status: status, customer: customer}";
    edit(&workbook, controls, &format!("{controls}\n            drill: [status, day]"))?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let viewer = vitrine.buyer("acme").await?;
    let controls = json!({"status": ["paid"]});
    let answer = viewer.element("main/list", &controls).await?;
    let totals = answer.json()["totals"].clone();
    // 74.25, 444.25, 314.25, 184.25, 54.25 and 424.25.
    assert_eq!((answer.rows().len(), &totals[0]["rows"]), (6, &json!([["1495.50"]])));
    assert_eq!(totals.as_array().map(Vec::len), Some(1));
    assert_eq!(viewer.export("main/list", &controls).await?.text().lines().count(), 7);
    let paid = json!({"drill": [{"field": "status", "value": "paid"}]});
    let drilled = viewer.ask("main/list", "query", &paid).await?.json();
    assert_eq!(
        (&drilled["columns"][1]["name"], &drilled["totals"]),
        (&json!("day"), &totals),
        "also of what is gone into"
    );
    let chart = viewer.open_workbook().await?.json()["pages"][0]["elements"][2]["chart"].clone();
    assert_eq!(chart, json!({"type": "table", "totals": true}));
    Ok(())
}
