//! Calculated fields: formulas over what the viewer sees, with parameters of the question and what is known of the viewer.

use crate::policies::{ada, on_both, partner, person, viewer};
use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs;
use testkit::callers::{CallError, Viewer};
use testkit::{sign, world};

async fn answer(viewer: &Viewer, mut question: Value) -> Result<(StatusCode, Value), CallError> {
    question["explore"] = json!("claims.claims");
    let answer = viewer.query(&question).await?;
    let rows = if answer.status == StatusCode::OK { json!(answer.rows()) } else { answer.json()["detail"].clone() };
    Ok((answer.status, rows))
}

async fn rows(viewer: &Viewer, question: Value) -> Result<Value, CallError> {
    let (status, rows) = answer(viewer, question).await?;
    assert_eq!(status, StatusCode::OK, "{rows}");
    Ok(rows)
}

/// In a policy, who has no value sees nothing; a calculated field is NULL or false.
#[tokio::test]
async fn t3_what_is_known_of_the_viewer_is_a_value_null_or_false() -> Outcome {
    on_both(async |vitrine| {
        let fields = json!({"fields": ["claim", "mine", "department", "of_department", "stranger"]});
        let ada = viewer(vitrine, &ada()).await?;
        let nobody = json!([[1, false, null, null, false], [2, false, null, null, false]]);
        assert_eq!(rows(&ada, fields.clone()).await?, nobody);
        let zoe = person("ada@insurer.example", &["Adjusters"], json!({"holder": "CNRY_zoe", "department": "Harbor"}));
        let zoe = viewer(vitrine, &zoe).await?;
        assert_eq!(rows(&zoe, json!({"fields": ["claim", "reader"]})).await?, json!([[1, null], [2, null]]), "no name");
        let mut named = person("ada@insurer.example", &["Adjusters"], json!({"holder": "CNRY_zoe"}));
        (named["first_name"], named["last_name"]) = (json!("Zoe"), json!("Quill"));
        let named = viewer(vitrine, &named).await?;
        let mine = json!({"fields": ["reader"], "filters": [{"field": "mine", "values": [true]}]});
        assert_eq!(rows(&named, mine).await?, json!([["Zoe Quill"]]));
        let known = json!([[1, true, "Harbor", true, false], [2, false, "Harbor", true, false]]);
        assert_eq!(rows(&zoe, fields.clone()).await?, known);
        let only = json!({"fields": ["claim"], "filters": [{"field": "mine", "values": [true]}]});
        assert_eq!(rows(&zoe, only.clone()).await?, json!([[1]]));
        assert_eq!(rows(&ada, only).await?, json!([]), "nobody's own");
        let pam = viewer(vitrine, &partner(json!("Harbor"))).await?;
        assert_eq!(rows(&pam, json!({"fields": ["claim", "stranger"]})).await?, json!([[1, true], [3, true]]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_parameter_is_the_questions_or_its_default_and_nothing_else() -> Outcome {
    on_both(async |vitrine| {
        let ada = viewer(vitrine, &ada()).await?;
        let fields = json!(["claim", "large", "net"]);
        let usual = rows(&ada, json!({"fields": fields})).await?;
        assert_eq!(usual, json!([[1, false, "150.000000"], [2, true, "250.500000"]]));
        let set = json!([{"field": "least", "values": ["151.00"]}, {"field": "share", "values": [10]}]);
        let set = rows(&ada, json!({"fields": fields, "filters": set})).await?;
        assert_eq!(set, json!([[1, false, "135.000000"], [2, true, "225.450000"]]));
        let counted = json!({"fields": ["claims", "large_claims"], "filters": [{"field": "least", "values": [100]}]});
        assert_eq!(rows(&ada, counted).await?, json!([[2, 2]]));
        let least = "wrong value for parameter `least`: expected one that is decimal(10,2)";
        let share = "wrong value for parameter `share`: expected one that is integer and among 0, 10, 50";
        for (filter, expected) in [
            (json!({"field": "most", "values": [1]}), "unknown field `most`"),
            (json!({"field": "least", "values": ["a lot"]}), least),
            (json!({"field": "least", "values": [null]}), least),
            (json!({"field": "least", "values": []}), least),
            (json!({"field": "least", "values": [1, 2]}), least),
            (json!({"field": "least", "operator": "less", "values": [1]}), least),
            (json!({"field": "share", "values": [20]}), share),
        ] {
            let (status, detail) = answer(&ada, json!({"fields": fields, "filters": [filter]})).await?;
            assert_eq!((status, detail.as_str()), (StatusCode::BAD_REQUEST, Some(expected)), "{filter}");
        }
        let (status, detail) = answer(&ada, json!({"fields": ["least"]})).await?;
        assert_eq!((status, detail.as_str()), (StatusCode::BAD_REQUEST, Some("unknown field `least`")), "is no field");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_cannot_be_computed_is_null_for_its_row() -> Outcome {
    on_both(async |vitrine| {
        let bob = person("bob@insurer.example", &["Adjusters"], json!({}));
        let bob = viewer(vitrine, &bob).await?;
        let found = rows(&bob, json!({"fields": ["claim", "number", "net", "size", "apart"]})).await?;
        assert_eq!(found, json!([[4, null, "120.000000", "small", false], [7, 20, null, "large", null]]));
        Ok(())
    })
    .await
}

/// A formula is no way around a column policy or an access grant, and masks are masks in it.
#[tokio::test]
async fn formulas_read_what_the_viewer_sees() -> Outcome {
    on_both(async |vitrine| {
        let ada = viewer(vitrine, &ada()).await?;
        assert_eq!(rows(&ada, json!({"fields": ["claim", "noted"]})).await?, json!([[1, true], [2, true]]));
        let (status, detail) = answer(&ada, json!({"fields": ["dear"]})).await?;
        assert_eq!((status, detail.as_str()), (StatusCode::BAD_REQUEST, Some("unknown field `dear`")), "of finance");
        // A parameter that only hidden fields read, or none, is no more there than a name that nobody gave.
        for (name, value) in [("dear_from", json!(8_800_100)), ("dear_from", json!("x")), ("any", json!("x"))] {
            let filter = json!({"field": name, "values": [value]});
            let (status, detail) = answer(&ada, json!({"fields": ["claim"], "filters": [filter]})).await?;
            assert_eq!(
                (status, detail),
                (StatusCode::BAD_REQUEST, json!(format!("unknown field `{name}`"))),
                "{value}"
            );
        }
        let finance = person("ada@insurer.example", &["Adjusters"], json!({"department": "finance"}));
        let finance = viewer(vitrine, &finance).await?;
        let dear = json!({"fields": ["claim", "dear"], "filters": [{"field": "dear_from", "values": [8_800_100]}]});
        assert_eq!(rows(&finance, dear).await?, json!([[1, true], [2, true]]));
        let pam = partner(json!("Harbor"));
        let mut masked = pam.clone();
        masked["attributes"]["holder"] = json!("CNRY_zoe");
        let pam = viewer(vitrine, &pam).await?.never_sees(["CNRY_zoe", "150.00", "990.00", "CNRY_note"]);
        let (status, _) = answer(&pam, json!({"fields": ["noted"]})).await?;
        assert_eq!(status, StatusCode::BAD_REQUEST, "the column is hidden");
        let net = rows(&pam, json!({"fields": ["claim", "net"]})).await?;
        assert_eq!(net, json!([[1, "100.000000"], [3, "900.000000"]]), "of the lower ends of ranges");
        let masked = viewer(vitrine, &masked).await?;
        assert_eq!(rows(&masked, json!({"fields": ["mine"]})).await?, json!([[false]]), "a pseudonym is nobody's name");
        Ok(())
    })
    .await
}

/// What a formula reads is what a measure of it adds up: masks as masks, and nothing that is hidden or not granted.
#[tokio::test]
async fn measures_of_formulas_read_what_the_viewer_sees() -> Outcome {
    on_both(async |vitrine| {
        let first = viewer(vitrine, &ada()).await?;
        let fields = json!(["net_total", "net_mean", "notes", "largest"]);
        let all = rows(&first, json!({"fields": fields})).await?;
        assert_eq!(all, json!([["400.500000", "200.2500000000", 1, 13]]));
        let share = json!([{"field": "share", "values": [10]}]);
        let less = rows(&first, json!({"fields": fields, "filters": share})).await?;
        assert_eq!(less, json!([["360.450000", "180.2250000000", 1, 13]]));
        let by_city = json!({"fields": ["city", "net_total"], "filters": [{"field": "net_total", "operator": "greater", "values": [400]}]});
        assert_eq!(rows(&first, by_city).await?, json!([["Delft", "400.500000"]]));
        let unknown = async |viewer: &Viewer, field: &str| -> Outcome {
            let refused = answer(viewer, json!({"fields": [field]})).await?;
            assert_eq!(refused, (StatusCode::BAD_REQUEST, json!(format!("unknown field `{field}`"))));
            Ok(())
        };
        unknown(&first, "exposure_total").await?;
        let finance = person("ada@insurer.example", &["Adjusters"], json!({"department": "finance"}));
        let finance = viewer(vitrine, &finance).await?;
        // 150.00 and 250.50, both at 8800417.
        assert_eq!(rows(&finance, json!({"fields": ["exposure_total"]})).await?, json!([["3524567008.50"]]));
        let pam = viewer(vitrine, &partner(json!("Harbor"))).await?.never_sees(["1140.00", "570.00"]);
        let masked = rows(&pam, json!({"fields": ["net_total", "net_mean"]})).await?;
        assert_eq!(masked, json!([["1000.000000", "500.0000000000"]]), "of the lower ends of ranges");
        unknown(&pam, "notes").await
    })
    .await
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn without_the_points_measures_of_formulas_read_what_is_not_there() -> Outcome {
    use crate::support::Vitrine;
    use model::enforcement::{Point, switch_off};
    let vitrine = Vitrine::of(&testkit::world::insurance()).await?;
    let field = |name: &str| json!({"fields": [name]});
    let first = viewer(&vitrine, &ada()).await?;
    {
        let _off = switch_off(Point::AccessGrants);
        assert_eq!(rows(&first, field("exposure_total")).await?, json!([["3524567008.50"]]));
    }
    let pam = viewer(&vitrine, &partner(json!("Harbor"))).await?;
    {
        let _off = switch_off(Point::HiddenColumns);
        assert_eq!(rows(&pam, field("notes")).await?, json!([[1]]));
    }
    let _off = switch_off(Point::ColumnMasks);
    assert_eq!(rows(&pam, field("net_total")).await?, json!([["1140.000000"]]));
    Ok(())
}

#[tokio::test]
async fn a_control_sets_a_parameter_and_a_lock_that_keeps_no_row_away_gives_no_answer() -> Outcome {
    on_both(async |vitrine| {
        let first = viewer(vitrine, &ada()).await?;
        let nets = async |controls: Value| -> Result<Value, CallError> {
            Ok(json!(first.element("main/nets", &controls).await?.rows()))
        };
        assert_eq!(nets(json!({})).await?, json!([[1, "150.000000"], [2, "250.500000"]]));
        assert_eq!(nets(json!({"share": [50]})).await?, json!([[1, "75.000000"], [2, "125.250000"]]));
        assert_eq!(first.element("main/nets", &json!({"share": [20]})).await?.code(), "wrong_value");
        let mut locked = ada();
        locked["locked_parameters"] = json!({"share": 50});
        let locked = viewer(vitrine, &locked).await?;
        assert_eq!(locked.element("main/nets", &json!({})).await?.status, StatusCode::FORBIDDEN);
        Ok(())
    })
    .await
}

/// What a guest's token sets and the viewer might have set, it sets for them: as a parameter where it is one.
#[tokio::test]
async fn a_control_that_is_enabled_for_guests_sets_its_parameter_by_the_token_too() -> Outcome {
    let folder = copy_of(&world::insurance())?;
    let file = |name: &str| folder.path().join(name);
    edit(&file("vitrine.yaml"), "capture_attributes: true", "capture_attributes: true\nguest_embeds: true")?;
    let published = "publications:\n  - {to: {guests_of: portal}, parameters: {share: enabled, branch: enabled}, data: [claims.claims, claims.branches]}\n  - {to: {guests_of: compatible}, parameters: {share: enabled, branch: enabled}, data: [claims.claims, claims.branches]}\nknown_as: {metabase: [21]}\npages:\n";
    edit(&file("workbooks/claims.yaml"), "pages:\n", published)?;
    let branch = "    controls:\n      - {name: branch, title: Branch, explore: claims.claims, field: branch}\n";
    edit(&file("workbooks/claims.yaml"), "    controls:\n", branch)?;
    let fires = "row_policies:\n      - {name: guests_see_fires, permit: {guests_of: [portal, compatible]}, rule: line = 'fire'}";
    edit(&file("models/claims.yaml"), "row_policies:", fires)?;
    let keys = fs::read_to_string(file("embed_keys.yaml"))?;
    let metabase = "  - {client_id: compatible, issuer: host, dialect: metabase, mode: compatible, secrets: [{secret_file: secrets/compatible}], ceiling: {permissions: [view], content: [{workspace: claims}]}}\n";
    fs::write(file("embed_keys.yaml"), keys + metabase)?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let guest = async |parameters: Value| -> Result<Viewer, CallError> {
        let session = json!({"guest": true, "content": {"workbook": "claims"}, "locked_parameters": parameters});
        vitrine.host("portal").viewer(&session, "claims").await
    };
    let nets = async |viewer: &Viewer, controls: Value| viewer.element("main/nets", &controls).await;
    let whole = json!([[1, "150.000000"], [4, "120.000000"], [7, null], [8, "10.000000"]]);
    let halves = json!([[1, "75.000000"], [4, "60.000000"], [7, null], [8, "5.000000"]]);
    let free = guest(json!({})).await?;
    assert_eq!(json!(nets(&free, json!({})).await?.rows()), whole);
    assert_eq!(json!(nets(&free, json!({"share": [50]})).await?.rows()), halves);
    for spelled in [json!(50), json!("50"), json!([50])] {
        let set = guest(json!({"share": spelled})).await?;
        assert_eq!(json!(nets(&set, json!({})).await?.rows()), halves, "{spelled}");
        let twice = nets(&set, json!({"share": [0]})).await?;
        assert_eq!((twice.status, twice.code().as_str()), (StatusCode::BAD_REQUEST, "unknown_control"));
        assert_eq!(set.element("main/list", &json!({})).await?.rows().len(), 4, "it keeps no row away");
    }
    let none = guest(json!({"share": null})).await?;
    assert_eq!(json!(nets(&none, json!({})).await?.rows()), whole, "set to nothing: the default");
    let odd = nets(&guest(json!({"share": 20})).await?, json!({})).await?;
    assert_eq!((odd.status, odd.code().as_str()), (StatusCode::BAD_REQUEST, "wrong_value"));
    // What only sets a parameter narrows no list: set by the token, or by hand, which Metabase's addresses say.
    let offered = free.suggestions("main/branch", "").await?.json()["values"].clone();
    assert_eq!(offered, json!(["Harbor", "Mill", "Old secret mill"]));
    let by_token = guest(json!({"share": 50})).await?.suggestions("main/branch", "").await?;
    assert_eq!(by_token.json()["values"], offered, "{}", by_token.text());
    let token = sign::plain(&json!({"resource": {"dashboard": 21}, "params": {}}), world::secret("compatible"));
    let values = format!("/api/embed/dashboard/{token}/params/branch/values");
    let (free, by_hand) =
        (vitrine.stranger().get(&values).await?, vitrine.stranger().get(&format!("{values}?share=50")).await?);
    assert!(free.text().contains("Old secret mill"), "{}", free.text());
    assert_eq!((by_hand.status, by_hand.text()), (StatusCode::OK, free.text()));
    Ok(())
}
