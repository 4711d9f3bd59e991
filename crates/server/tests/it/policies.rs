//! An insurer's claims: entitlements, filter expressions, computed conditions, masks, hidden columns, access grants.

use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs;
use testkit::callers::{CallError, Viewer};
use testkit::postgres::{Postgres, table_of_csv};
use testkit::world;

/// On files, and with the claims in PostgreSQL while the entitlements stay where they are.
pub(crate) async fn on_both(test: impl AsyncFn(&Vitrine) -> Outcome) -> Outcome {
    test(&Vitrine::of(&world::insurance()).await?).await?;
    let (postgres, moved) = (Postgres::start()?, copy_of(&world::insurance())?);
    let table = |name: &str, types: &[(&str, &str)]| -> Result<(), CallError> {
        let csv = fs::read_to_string(moved.path().join(format!("data/{name}.csv")))?;
        postgres.run("postgres", &table_of_csv(name, &csv, types))?;
        edit(&moved.path().join("models/claims.yaml"), &format!("{name}.csv"), name)
    };
    table("claims", &[("claim", "integer"), ("amount", "numeric(10,2)"), ("opened", "date")])?;
    table("branches", &[("rent", "bigint")])?;
    postgres.run("postgres", "CREATE ROLE reader LOGIN; GRANT SELECT ON claims, branches TO reader")?;
    let there = json!({"host": postgres.host(), "database": "postgres", "user": "reader", "encryption": "none"});
    edit(&moved.path().join("connections.yaml"), "folder: data", &format!("postgres: {there}"))?;
    test(&Vitrine::of(moved.path()).await?).await
}

pub(crate) fn person(subject: &str, teams: &[&str], attributes: Value) -> Value {
    json!({"subject": subject, "tenant": "north", "teams": teams, "account_type": "Analyze", "attributes": attributes})
}

pub(crate) fn ada() -> Value {
    person("ada@insurer.example", &["Adjusters"], json!({}))
}

pub(crate) fn partner(territory: Value) -> Value {
    person("pam@broker.example", &["Partners"], json!({"territory": territory}))
}

pub(crate) async fn viewer(vitrine: &Vitrine, session: &Value) -> Result<Viewer, CallError> {
    vitrine.host("portal").viewer(session, "claims").await
}

/// The answer to a question of one's own.
async fn asked(viewer: &Viewer, fields: Value) -> Result<Vec<Value>, CallError> {
    let answer = viewer.query(&json!({"explore": "claims.claims", "fields": fields})).await?;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    Ok(answer.rows())
}

/// The numbers of the claims that somebody sees.
async fn claims(vitrine: &Vitrine, session: &Value) -> Result<Value, CallError> {
    let rows = asked(&viewer(vitrine, session).await?, json!(["claim"])).await?;
    Ok(rows.iter().map(|row| row[0].clone()).collect())
}

#[tokio::test]
async fn entitlements_of_another_connection_open_the_rows_they_name() -> Outcome {
    on_both(async |vitrine| {
        assert_eq!(claims(vitrine, &ada()).await?, json!([1, 2]), "two columns at once, active ones only");
        let bob = person("bob@insurer.example", &["Adjusters"], json!({}));
        assert_eq!(claims(vitrine, &bob).await?, json!([4, 7]), "NULL equals nothing");
        let eve = person("eve@insurer.example", &["Adjusters"], json!({}));
        assert_eq!(claims(vitrine, &eve).await?, json!([]), "in no row of the table");
        let elsewhere = person("ada@elsewhere.example", &["Adjusters"], json!({}));
        assert_eq!(claims(vitrine, &elsewhere).await?, json!([]), "an address the issuer is not believed for");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn filter_expressions_and_computed_conditions_open_what_they_say() -> Outcome {
    on_both(async |vitrine| {
        for (territory, expected) in [
            (json!("Harbor"), json!([1, 3])),
            (json!("Mill"), json!([6])),
            (json!("Harbor,Mill"), json!([1, 3, 6])),
            (json!("%, NULL"), json!([1, 3, 6])),
            (json!("-Harbor"), json!([6])),
            (json!("%arbor"), json!([1, 3])),
            (json!("harbor"), json!([])),
            (json!("Harbor' OR '1'='1"), json!([])),
            (json!("Harbor,"), json!([])),
            (json!(""), json!([])),
            (json!(null), json!([])),
            (json!([]), json!([])),
            (json!(["Harbor"]), json!([])),
        ] {
            assert_eq!(claims(vitrine, &partner(territory.clone())).await?, expected, "{territory}");
        }
        assert_eq!(claims(vitrine, &person("pam@broker.example", &["Partners"], json!({}))).await?, json!([]));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_masked_cell_is_masked_wherever_it_comes_out() -> Outcome {
    on_both(async |vitrine| {
        let ada = viewer(vitrine, &ada()).await?.never_sees(["zoe@", "yan@", "xia@", "CNRY_xia", "CNRY_note_3"]);
        let list = ada.element("main/list", &json!({})).await?.rows();
        assert_eq!(list, [json!([1, "CNRY_zoe", "z***", "150.00"]), json!([2, "CNRY_yan", "y***", "250.50"])]);
        let csv = ada.export("main/list", &json!({})).await?;
        assert!(csv.text().contains("z***"), "{}", csv.text());
        for format in ["xlsx", "json"] {
            assert_eq!(
                ada.ask("main/list", "export", &json!({"controls": {}, "format": format})).await?.status,
                StatusCode::FORBIDDEN,
                "no permission in {format}"
            );
        }
        assert_eq!(asked(&ada, json!(["email", "claims"])).await?, [json!(["y***", 1]), json!(["z***", 1])]);

        let both = person("ada@insurer.example", &["Adjusters", "Holders"], json!({"holder": "CNRY_zoe"}));
        let both = viewer(vitrine, &both).await?.never_sees(["yan@", "xia@"]);
        let emails = asked(&both, json!(["claim", "email"])).await?;
        let shown = "zoe@mail.example";
        assert_eq!(emails, [json!([1, shown]), json!([2, "y***"]), json!([3, shown]), json!([4, shown])]);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_filter_on_a_masked_column_is_one_on_its_mask() -> Outcome {
    on_both(async |vitrine| {
        let ada = viewer(vitrine, &ada()).await?.never_sees(["zoe@", "yan@"]);
        let filtered = async |operator: &str, value: &str| -> Result<usize, CallError> {
            let filter = json!({"field": "email", "operator": operator, "values": [value]});
            let question = json!({"explore": "claims.claims", "fields": ["claim"], "filters": [filter]});
            Ok(ada.query(&question).await?.rows().len())
        };
        let value = ["zoe", "mail.example"].join("@");
        assert_eq!(filtered("is_any_of", &value).await?, 0);
        assert_eq!(filtered("is_any_of_ignoring_case", &value).await?, 0);
        assert_eq!(filtered("contains", "mail").await?, 0);
        assert_eq!(filtered("is_any_of", "z***").await?, 1);

        let pam = viewer(vitrine, &partner(json!("Harbor"))).await?.never_sees(["150.00", "990.00", "CNRY_zoe"]);
        assert_eq!(asked(&pam, json!(["claim", "worth"])).await?, [json!([1, "100.00"]), json!([3, "900.00"])]);
        assert_eq!(asked(&pam, json!(["amount"])).await?, [json!(["1000.00"])], "a sum of what is shown");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn pseudonyms_are_those_of_one_tenant() -> Outcome {
    let vitrine = Vitrine::of(&world::insurance()).await?;
    let mut pseudonyms = Vec::new();
    for tenant in ["north", "south"] {
        let mut session = partner(json!("Harbor"));
        session["tenant"] = json!(tenant);
        let pam = viewer(&vitrine, &session).await?.never_sees(["CNRY_zoe"]);
        let rows = asked(&pam, json!(["holder", "claims"])).await?;
        assert_eq!((rows.len(), &rows[0][1]), (1, &json!(2)), "equal values have one pseudonym: {rows:?}");
        let suggested = pam.suggestions("main/holder", "").await?.json()["values"].clone();
        assert_eq!(suggested.as_array().map(Vec::len), Some(1));
        pseudonyms.push(rows[0][0].clone());
    }
    assert_ne!(pseudonyms[0], pseudonyms[1]);
    let restarted = vitrine.restarted().await?;
    let pam = viewer(&restarted, &partner(json!("Harbor"))).await?;
    assert_eq!(asked(&pam, json!(["holder"])).await?[0][0], pseudonyms[0], "they outlive the process");
    Ok(())
}

#[tokio::test]
async fn a_hidden_column_reads_as_one_that_does_not_exist() -> Outcome {
    on_both(async |vitrine| {
        let pam = viewer(vitrine, &partner(json!("Harbor"))).await?.never_sees(["CNRY_note"]);
        let ask = |field: &str| json!({"explore": "claims.claims", "fields": ["claim"], "filters": [{"field": field, "values": ["x"]}]});
        let (hidden, absent) = (pam.query(&ask("note")).await?, pam.query(&ask("nothing")).await?);
        assert_eq!(hidden.status, StatusCode::BAD_REQUEST);
        assert_eq!(hidden.detail().replace("note", "…"), absent.detail().replace("nothing", "…"));
        assert_eq!(pam.element("main/notes", &json!({})).await?.code(), "unknown_field");
        let ada = viewer(vitrine, &ada()).await?;
        assert_eq!(ada.element("main/notes", &json!({})).await?.rows().len(), 2);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_requires_an_access_grant_is_absent_without_it() -> Outcome {
    on_both(async |vitrine| {
        let mut session = ada();
        for department in [json!("sales"), json!("Finance"), json!(null), json!(["finance"])] {
            session["attributes"] = json!({"department": department});
            let ada = viewer(vitrine, &session).await?.never_sees(["8800417", "8800533"]);
            let ask = |field: &str| json!({"explore": "claims.claims", "fields": [field]});
            let (gated, absent) = (ada.query(&ask("rent")).await?, ada.query(&ask("nothing")).await?);
            assert_eq!(
                (gated.status, gated.code().as_str()),
                (StatusCode::BAD_REQUEST, "unknown_field"),
                "{department}"
            );
            assert_eq!(gated.detail().replace("rent", "…"), absent.detail().replace("nothing", "…"));
            assert_eq!(ada.element("main/rents", &json!({})).await?.code(), "unknown_field");
            let books = ada.query(&json!({"explore": "claims.books", "fields": ["rents"]})).await?;
            let nowhere = ada.query(&json!({"explore": "claims.nowhere", "fields": ["rents"]})).await?;
            assert_eq!(books.status, StatusCode::NOT_FOUND);
            assert_eq!(books.comparable(), nowhere.comparable());
            assert_eq!(ada.query(&ask("city")).await?.rows().len(), 1, "what needs none is there");
        }
        session["attributes"] = json!({"department": "audit"});
        let ada = viewer(vitrine, &session).await?;
        assert_eq!(ada.element("main/rents", &json!({})).await?.rows(), [json!([8_800_417])]);
        assert_eq!(ada.element("main/books", &json!({})).await?.rows().len(), 2);
        Ok(())
    })
    .await
}

/// An entitlement that is taken away counts for nobody, once the data is new.
#[tokio::test]
async fn a_policy_whose_table_is_gone_does_not_start() -> Outcome {
    let copy = copy_of(&world::insurance())?;
    edit(&copy.path().join("models/rights.yaml"), "adjusters:", "adjusters_of_old:")?;
    let error = Vitrine::of(copy.path()).await.err().map(|error| error.to_string()).unwrap_or_default();
    let expected = "row_policies[0].rule: at character 1: unknown table of model `rights` `adjusters`: expected `adjusters_of_old`";
    assert!(error.contains(expected), "{error}");
    Ok(())
}
