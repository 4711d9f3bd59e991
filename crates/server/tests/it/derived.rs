//! Derived tables: policies of the tables below hold in them, masks are masks, and policies of their own come on top.

use crate::policies::{ada, on_both, partner, person};
use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use testkit::callers::{CallError, Viewer};
use testkit::world;

async fn viewer(vitrine: &Vitrine, session: &Value) -> Result<Viewer, CallError> {
    vitrine.host("portal").viewer(session, "summaries").await
}

async fn answer(viewer: &Viewer, explore: &str, fields: Value) -> Result<(StatusCode, Value), CallError> {
    let answer = viewer.query(&json!({"explore": format!("claims.{explore}"), "fields": fields})).await?;
    let rows = if answer.status == StatusCode::OK { json!(answer.rows()) } else { answer.json()["detail"].clone() };
    Ok((answer.status, rows))
}

async fn rows(viewer: &Viewer, explore: &str, fields: Value) -> Result<Value, CallError> {
    let (status, rows) = answer(viewer, explore, fields).await?;
    assert_eq!(status, StatusCode::OK, "{rows}");
    Ok(rows)
}

fn holder() -> Value {
    person("zoe@mail.example", &["Holders"], json!({"holder": "CNRY_zoe"}))
}

#[tokio::test]
async fn a_derived_table_holds_what_its_viewer_sees_of_the_tables_below() -> Outcome {
    on_both(async |vitrine| {
        let fields = json!(["branch", "city", "holder", "claims", "large"]);
        let ada = viewer(vitrine, &ada()).await?.never_sees(["CNRY_xia", "990.00"]);
        let own = json!([["Harbor", "Delft", "CNRY_yan", 1, 1], ["Harbor", "Delft", "CNRY_zoe", 1, 0]]);
        assert_eq!(rows(&ada, "portfolios", fields.clone()).await?, own);
        assert_eq!(
            rows(&ada, "portfolios", json!(["portfolios", "amount", "largest"])).await?,
            json!([[2, "400.50", "250.50"]])
        );
        let element = ada.element("main/portfolios", &json!({"branch": ["Harbor"]})).await?.rows();
        assert_eq!(json!(element), json!([["CNRY_yan", "Delft", "250.50"], ["CNRY_zoe", "Delft", "150.00"]]));
        assert_eq!(ada.element("main/portfolios", &json!({"branch": ["Mill"]})).await?.rows().len(), 0);
        // Pseudonyms and lower ends of ranges, which are what is grouped and added up.
        let pam = viewer(vitrine, &partner(json!("%"))).await?;
        let pam = pam.never_sees(["CNRY_", "150.00", "990.00", "99.99", "1200.00"]);
        let seen = rows(&pam, "portfolios", json!(["branch", "claims", "amount"])).await?;
        assert_eq!(seen, json!([["Harbor", 2, "1000.00"], ["Mill", 1, "0.00"]]));
        // Nothing permits holders a row of the table, whatever they see below.
        let zoe = viewer(vitrine, &holder()).await?.never_sees(["CNRY_", "150.00"]);
        assert_eq!(rows(&zoe, "portfolios", json!(["holder", "amount"])).await?, json!([]));
        assert_eq!(rows(&zoe, "portfolios", json!(["portfolios"])).await?, json!([[0]]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_is_hidden_below_does_not_exist_above() -> Outcome {
    on_both(async |vitrine| {
        let ada = viewer(vitrine, &ada()).await?.never_sees(["CNRY_note_3", "8800"]);
        assert_eq!(
            rows(&ada, "remarks", json!(["note", "remarks"])).await?,
            json!([["CNRY_note_1", 1], ["CNRY_note_2", 1]])
        );
        let unknown = |field: &str| (StatusCode::BAD_REQUEST, json!(format!("unknown field `{field}`")));
        assert_eq!(answer(&ada, "remarks", json!(["rent"])).await?, unknown("rent"), "finance's");
        let pam = viewer(vitrine, &partner(json!("Harbor"))).await?.never_sees(["CNRY_note", "8800"]);
        assert_eq!(answer(&pam, "remarks", json!(["note"])).await?, unknown("note"), "hidden");
        assert_eq!(rows(&pam, "remarks", json!(["remarks"])).await?, json!([[1]]), "one group of what is left");
        assert_eq!(pam.element("main/remarks", &json!({})).await?.code(), "unknown_field");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn it_is_absent_without_the_explore_below() -> Outcome {
    on_both(async |vitrine| {
        let ada = viewer(vitrine, &ada()).await?.never_sees(["8800"]);
        assert_eq!(ada.element("main/rents", &json!({})).await?.status, StatusCode::NOT_FOUND);
        assert_eq!(answer(&ada, "rent_list", json!(["city"])).await?.0, StatusCode::NOT_FOUND);
        let listed = ada.get("/api/v1/explores").await?.json()["explores"].to_string();
        assert!(listed.contains("claims.remarks") && !listed.contains("rent_list"), "{listed}");
        let finance = person("ada@insurer.example", &["Adjusters"], json!({"department": "finance"}));
        let finance = viewer(vitrine, &finance).await?;
        let rents = finance.element("main/rents", &json!({})).await?.rows();
        assert_eq!(json!(rents), json!([["Brno", 8_800_533], ["Delft", 8_800_417]]));
        assert_eq!(rows(&finance, "remarks", json!(["rent", "remarks"])).await?, json!([[8_800_417, 2]]));
        Ok(())
    })
    .await
}

/// A table limits downloads of all that is made of it.
#[tokio::test]
async fn limits_of_the_tables_below_count() -> Outcome {
    let folder = copy_of(&world::insurance())?;
    let model = folder.path().join("models/claims.yaml");
    edit(&model, "    source: claims.csv\n", "    source: claims.csv\n    download_limits: [{to: all, rows: 1}]\n")?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let ada = viewer(&vitrine, &ada()).await?;
    let export = ada.export("main/portfolios", &json!({})).await?;
    assert_eq!((export.status, export.code()), (StatusCode::UNPROCESSABLE_ENTITY, "too_many_rows".to_owned()));
    edit(&model, "rows: 1}", "rows: 2}")?;
    vitrine.apply(folder.path()).await?;
    let ada = viewer(&vitrine, &crate::policies::ada()).await?;
    assert!(ada.export("main/portfolios", &json!({})).await?.text().contains("CNRY_yan"));
    Ok(())
}
