//! `vitrine import lookml`: the example's project, imported beside its definitions and asked with its policies in force.

use crate::program::{run, text};
use crate::support::{Outcome, Vitrine, copy_of, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use testkit::callers::{CallError, Viewer};

fn example() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/lookml")
}

fn import(project: &Path, to: &Path) -> Result<(Option<i32>, String, String), CallError> {
    let (project, to) = (text(project), text(to));
    let (output, out, err) = run(&["import", "lookml", &project, "--connection", "files", "--to", &to])?;
    Ok((output.status.code(), out, err))
}

/// The definitions of the example, with the models that its project comes to.
fn imported() -> Result<TempDir, CallError> {
    let folder = copy_of(&example().join("definitions"))?;
    let (code, out, err) = import(&example().join("project"), folder.path())?;
    assert_eq!(code, Some(0), "{out}{err}");
    Ok(folder)
}

/// A florist of a company, who may ask questions.
fn florist(company: &str, attributes: Value) -> Value {
    json!({
        "subject": "eve@florist.example", "tenant": company, "teams": ["Florists"], "account_type": "Analyze",
        "attributes": attributes,
    })
}

async fn viewer(vitrine: &Vitrine, session: &Value) -> Result<Viewer, CallError> {
    vitrine.host("portal").viewer(session, "start").await
}

async fn answer(viewer: &Viewer, explore: &str, fields: Value) -> Result<(StatusCode, Value), CallError> {
    let answer = viewer.query(&json!({"explore": format!("flowers.{explore}"), "fields": fields})).await?;
    let rows = if answer.status == StatusCode::OK { json!(answer.rows()) } else { answer.json()["detail"].clone() };
    Ok((answer.status, rows))
}

async fn rows(viewer: &Viewer, fields: Value) -> Result<Value, CallError> {
    let (status, rows) = answer(viewer, "orders", fields).await?;
    assert_eq!(status, StatusCode::OK, "{rows}");
    Ok(rows)
}

#[test]
fn what_is_not_in_the_models_is_listed_by_file_and_line_and_they_pass_the_check() -> Outcome {
    let folder = copy_of(&example().join("definitions"))?;
    let (code, out, err) = import(&example().join("project"), folder.path())?;
    assert_eq!((code, err.as_str()), (Some(0), ""));
    for line in [
        "views/orders.view.lkml:74: closed: `weighted_by` of field `weighted_stems` is not understood: the field is not made",
        "views/orders.view.lkml:40: closed: field `ordered_fiscal_quarter` is not made: timeframe `fiscal_quarter` is not \
         translated",
        "views/orders.view.lkml:30: note: `html` of field `status` is not carried over",
    ] {
        assert!(out.lines().any(|found| found == line), "{line} is not in\n{out}");
    }
    assert!(
        out.ends_with("models/flowers.yaml: written\n1 models, 2 findings that close something, 3 notes\n"),
        "{out}"
    );
    let (checked, out, err) = run(&["check", &text(folder.path())])?;
    assert!(checked.status.success() && out.contains("1 models"), "{out}{err}");
    Ok(())
}

#[test]
fn nothing_is_written_over_and_nothing_of_what_cannot_be_read() -> Outcome {
    let folder = imported()?;
    let model = folder.path().join("models/flowers.yaml");
    fs::write(&model, "# mine\n")?;
    let (code, ..) = import(&example().join("project"), folder.path())?;
    assert_eq!((code, fs::read_to_string(&model)?.as_str()), (Some(1), "# mine\n"));
    fs::remove_file(&model)?;
    let broken = copy_of(&example().join("project"))?;
    edit(&broken.path().join("views/people.view.lkml"), "view: people {", "view: people {{")?;
    let (code, out, err) = import(broken.path(), folder.path())?;
    assert_eq!((code, out.as_str(), model.exists()), (Some(1), "", false));
    assert!(err.contains("views/people.view.lkml:1: "), "{err}");
    let (output, _, err) =
        run(&["import", "lookml", &text(broken.path()), "--connection", "elsewhere", "--to", &text(folder.path())])?;
    assert_eq!(output.status.code(), Some(1));
    assert!(err.contains("unknown connection `elsewhere`: expected `files`"), "{err}");
    let (code, _, err) = import(&folder.path().join("data"), folder.path())?;
    assert_eq!(code, Some(1));
    assert!(err.contains("no model is made"), "{err}");
    Ok(())
}

#[test]
fn attributes_that_are_missing_are_told_as_they_are_written() -> Outcome {
    let folder = copy_of(&example().join("definitions"))?;
    edit(&folder.path().join("attributes.yaml"), "  - {name: department, type: text}\n", "")?;
    edit(&folder.path().join("embed_keys.yaml"), ", department: any", "")?;
    let (code, out, err) = import(&example().join("project"), folder.path())?;
    assert_eq!(code, Some(0), "{err}");
    assert!(out.contains("\n  - {name: department, type: text}\n"), "{out}");
    let (checked, ..) = run(&["check", &text(folder.path())])?;
    assert!(!checked.status.success(), "until they are there");
    Ok(())
}

/// `access_filter` on a joined view and `sql_always_where`: both keep whole rows away, and who has no value sees none.
#[tokio::test]
async fn each_sees_the_rows_that_looker_would_show() -> Outcome {
    let folder = imported()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let fields = json!(["order_id", "customers__name", "sellers__name", "flowers__name", "is_paid"]);
    let north = viewer(&vitrine, &florist("bloom", json!({"company": "bloom", "region": "north"}))).await?;
    let expected = json!([[1, "Ada", "Eve", "Tulip", true], [5, "Cleo", "Eve", "Tulip", true]]);
    assert_eq!(rows(&north, fields.clone()).await?, expected);
    let totals = json!(["orders", "paid_orders", "total_stems", "stems_per_order", "customers__customers"]);
    assert_eq!(rows(&north, totals.clone()).await?, json!([[2, 2, 60, "30.000000", 2]]));
    assert_eq!(rows(&north, json!(["customers__name"])).await?, json!([["Ada"], ["Cleo"]]), "nobody else's customers");
    let south = viewer(&vitrine, &florist("bloom", json!({"company": "bloom", "region": "south"}))).await?;
    assert_eq!(rows(&south, fields.clone()).await?, json!([[2, "Ben", "Eve", "Rose", false]]));
    let petal = viewer(&vitrine, &florist("petal", json!({"company": "petal", "region": "north"}))).await?;
    assert_eq!(rows(&petal, json!(["order_id"])).await?, json!([[4]]));
    for attributes in
        [json!({}), json!({"company": "bloom"}), json!({"region": "north"}), json!({"company": "bloom", "region": ""})]
    {
        let nobody = viewer(&vitrine, &florist("bloom", attributes.clone())).await?;
        assert_eq!(rows(&nobody, fields.clone()).await?, json!([]), "{attributes}");
        assert_eq!(rows(&nobody, json!(["orders"])).await?, json!([[0]]), "{attributes}");
    }
    Ok(())
}

#[tokio::test]
async fn who_lacks_the_access_grant_knows_of_no_field_and_no_explore_behind_it() -> Outcome {
    let folder = imported()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let attributes = |department: &str| json!({"company": "bloom", "region": "north", "department": department});
    let shop = viewer(&vitrine, &florist("bloom", attributes("shop"))).await?;
    for field in ["margin", "flowers__price", "flowers__average_price"] {
        let refused = answer(&shop, "orders", json!([field])).await?;
        assert_eq!(refused, (StatusCode::BAD_REQUEST, json!(format!("unknown field `{field}`"))));
    }
    assert_eq!(answer(&shop, "flowers", json!(["name"])).await?.0, StatusCode::NOT_FOUND);
    let finance = viewer(&vitrine, &florist("bloom", attributes("finance"))).await?;
    assert_eq!(rows(&finance, json!(["flowers__name", "margin"])).await?, json!([["Tulip", "27.00"]]));
    let priced = answer(&finance, "flowers", json!(["name", "price"])).await?;
    assert_eq!(priced, (StatusCode::OK, json!([["Rose", "2.40"], ["Tulip", "1.20"]])));
    Ok(())
}

/// What restricts rows and is not understood shows none, to anybody.
#[tokio::test]
async fn an_explore_with_a_filter_that_is_not_understood_shows_nobody_a_row() -> Outcome {
    let project = copy_of(&example().join("project"))?;
    let like = "${orders.status} LIKE '{{ _user_attributes['company'] }}%'";
    edit(&project.path().join("orders.explore.lkml"), "${orders.status} <> 'deleted'", like)?;
    let folder = copy_of(&example().join("definitions"))?;
    let (code, out, err) = import(project.path(), folder.path())?;
    assert_eq!(code, Some(0), "{err}");
    let closed = "orders.explore.lkml:10: closed: `sql_always_where`: a text with a template is not understood";
    assert!(out.lines().any(|line| line.starts_with(closed)), "{out}");
    let vitrine = Vitrine::of(folder.path()).await?;
    let attributes = json!({"company": "bloom", "region": "north", "department": "finance"});
    let finance = viewer(&vitrine, &florist("bloom", attributes)).await?;
    assert_eq!(rows(&finance, json!(["order_id"])).await?, json!([]));
    assert_eq!(answer(&finance, "flowers", json!(["name"])).await?.0, StatusCode::OK, "the other explore is as it was");
    Ok(())
}
