//! `vitrine import metabase-sandboxes`: what was asked of Metabase's row and column security, with its answers or ours, of the
//! model that is imported: `cases/metabase_sandbox.json`.

use crate::program::{run, text};
use crate::support::{Outcome, Vitrine, copy_of};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use testkit::callers::{CallError, Viewer};
use testkit::postgres::{Postgres, table_of_csv};
use testkit::{vectors, world};

/// What Metabase tells of the tables of the fixtures; `shared`: those that everybody sees.
pub(super) fn export(shared: &[&str], cards: Value, policies: Value) -> Value {
    let pk = |id: u32| json!({"id": id, "name": "id", "semantic_type": "type/PK"});
    let fk = |id: u32, name: &str, to: u32| json!({"id": id, "name": name, "semantic_type": "type/FK", "fk_target_field_id": to});
    let field =
        |id: u32, name: &str| json!({"id": id, "name": name, "semantic_type": null, "fk_target_field_id": null});
    let mut tables = json!([
        {"id": 11, "name": "categories", "schema": "public", "fields": [pk(110), field(111, "name")]},
        {"id": 12, "name": "venues", "schema": "public",
         "fields": [pk(120), field(121, "name"), fk(122, "category_id", 110), field(123, "price")]},
        {"id": 13, "name": "checkins", "schema": "public",
         "fields": [pk(130), field(131, "user_id"), fk(132, "venue_id", 120)]},
    ]);
    for table in tables.as_array_mut().into_iter().flatten() {
        if shared.iter().any(|name| table["name"] == *name) {
            table["rows"] = json!("shared");
        }
    }
    json!({
        "groups": [{"id": 1, "name": "All Users"}, {"id": 5, "name": "Sandboxed"}, {"id": 6, "name": "Without prices"},
                   {"id": 7, "name": "Others"}],
        "tables": tables, "cards": cards, "policies": policies,
    })
}

/// A policy of a group on venues.
fn policy(group: u32, card: Option<u32>, mappings: Value) -> Value {
    json!({"id": group, "group_id": group, "table_id": 12, "card_id": card, "attribute_remappings": mappings})
}

/// That an attribute is what a field must be.
fn field(attribute: &str, id: u32) -> Value {
    json!({attribute: ["dimension", ["field", id, null]]})
}

fn built(id: u32, query: &Value) -> Value {
    let mut query = query.clone();
    query["source-table"] = json!(12);
    json!({"id": id, "name": "Built", "dataset_query": {"type": "query", "database": 1, "query": query}})
}

fn native(id: u32, sql: &str, variables: &[&str]) -> Value {
    let tags =
        variables.iter().map(|name| ((*name).to_owned(), json!({"name": name, "type": "number", "required": true})));
    let tags: serde_json::Map<String, Value> = tags.collect();
    let native = json!({"query": sql, "template-tags": tags});
    json!({"id": id, "name": "Native", "dataset_query": {"type": "native", "database": 1, "native": native}})
}

/// Imports it into a copy of the fixtures.
pub(super) fn imported(export: &Value) -> Result<(TempDir, String), CallError> {
    let folder = copy_of(&world::sandboxes())?;
    let (code, out, err) = import(export, folder.path())?;
    assert_eq!((code, err.as_str()), (Some(0), ""), "{out}");
    Ok((folder, out))
}

fn import(export: &Value, to: &Path) -> Result<(Option<i32>, String, String), CallError> {
    let file = tempfile::NamedTempFile::new()?;
    fs::write(file.path(), export.to_string())?;
    let arguments = ["import", "metabase-sandboxes", &text(file.path()), "--connection", "files", "--to", &text(to)];
    let (output, out, err) = run(&arguments)?;
    Ok((output.status.code(), out, err))
}

/// A server of what is imported, and the folder with its data.
async fn served(export: &Value) -> Result<(Vitrine, TempDir), CallError> {
    let (folder, _) = imported(export)?;
    Ok((Vitrine::of(folder.path()).await?, folder))
}

async fn viewer(vitrine: &Vitrine, teams: &[&str], attributes: Value) -> Result<Viewer, CallError> {
    let session = json!({
        "subject": "eve@venues.example", "teams": teams, "account_type": "Analyze", "attributes": attributes,
    });
    vitrine.host("portal").viewer(&session, "start").await
}

async fn asked(viewer: &Viewer, explore: &str, fields: Value) -> Result<(StatusCode, Value), CallError> {
    let answer = viewer.query(&json!({"explore": format!("metabase.{explore}"), "fields": fields})).await?;
    let rows = if answer.status == StatusCode::OK { json!(answer.rows()) } else { answer.json()["detail"].clone() };
    Ok((answer.status, rows))
}

async fn count(vitrine: &Vitrine, teams: &[&str], attributes: Value) -> Result<Value, CallError> {
    let viewer = viewer(vitrine, teams, attributes).await?;
    let (status, rows) = asked(&viewer, "venues", json!(["count"])).await?;
    assert_eq!(status, StatusCode::OK, "{rows}");
    Ok(rows[0][0].clone())
}

/// Cases that count venues, each with the policy that it is about.
fn counted() -> [(&'static str, Value); 5] {
    let by_variable = json!({"cat": ["variable", ["template-tag", "category"]]});
    let sql = "SELECT * FROM venues WHERE category_id = {{category}}";
    [
        ("sandbox-02", export(&[], json!([built(31, &json!({}))]), json!([policy(5, Some(31), field("cat", 122))]))),
        ("sandbox-03", export(&[], json!([]), json!([policy(5, None, field("cat", 122))]))),
        (
            "sandbox-09",
            export(&[], json!([native(31, sql, &["category"])]), json!([policy(5, Some(31), by_variable.clone())])),
        ),
        (
            "sandbox-10",
            export(
                &[],
                json!([native(
                    31,
                    "select id, name, category_id, price from public.venues where {{c}} = category_id and price > 0;",
                    &["c"]
                )]),
                json!([policy(5, Some(31), json!({"cat": ["variable", ["template-tag", "c"]]}))]),
            ),
        ),
        // A metric is a measure here.
        ("sandbox-20", export(&[], json!([native(31, sql, &["category"])]), json!([policy(5, Some(31), by_variable)]))),
    ]
}

#[tokio::test]
async fn cases_that_count_what_a_sandbox_admits() -> Outcome {
    for (case, export) in counted() {
        let (vitrine, _folder) = served(&export).await?;
        assert_eq!(count(&vitrine, &["Sandboxed"], json!({"cat": "50"})).await?, 10, "{case}");
        // Metabase answers with an error where the attribute is missing, or is no number for the column; here there are no rows.
        for odd in
            [json!({}), json!({"cat": null}), json!({"cat": ""}), json!({"cat": "fifty"}), json!({"cat": "50 OR 1=1"})]
        {
            assert_eq!(count(&vitrine, &["Sandboxed"], odd.clone()).await?, 0, "{case}: {odd}");
        }
        assert_eq!(count(&vitrine, &["Others"], json!({"cat": "50"})).await?, 0, "{case}: a group without a policy");
    }
    Ok(())
}

/// sandbox-11 and sandbox-14, ours: neither who administers nor another group lifts a policy.
#[tokio::test]
async fn nobody_goes_around_a_policy() -> Outcome {
    let (vitrine, _folder) = served(&export(&[], json!([]), json!([policy(5, None, field("cat", 122))]))).await?;
    assert_eq!(count(&vitrine, &["Sandboxed", "Others"], json!({"cat": "50"})).await?, 10);
    let root = vitrine.root().await?;
    let answer = root.post("/api/v1/query", json!({"explore": "metabase.venues", "fields": ["count"]})).await?;
    assert_eq!((answer.status, answer.rows()), (StatusCode::OK, vec![json!([10])]), "{}", answer.text());
    Ok(())
}

/// sandbox-15: facts of one user, by a dimension of a table that everybody sees.
#[tokio::test]
async fn facts_are_counted_by_what_is_open() -> Outcome {
    let policies =
        json!([{"group_id": 5, "table_id": 13, "card_id": null, "attribute_remappings": field("user", 131)}]);
    let (vitrine, _folder) = served(&export(&["venues", "categories"], json!([]), policies.clone())).await?;
    let viewer_of_five = viewer(&vitrine, &["Sandboxed"], json!({"user": "5"})).await?;
    let fields = json!(["venues_price", "count"]);
    let (status, rows) = asked(&viewer_of_five, "checkins", fields.clone()).await?;
    assert_eq!((status, rows), (StatusCode::OK, json!([[1, 10], [2, 36], [3, 4], [4, 5]])));
    // Where the dimension is closed its values are nulls, and the facts stay.
    let (vitrine, _folder) = served(&export(&[], json!([]), policies)).await?;
    let viewer_of_five = viewer(&vitrine, &["Sandboxed"], json!({"user": "5"})).await?;
    assert_eq!(asked(&viewer_of_five, "checkins", fields).await?.1, json!([[null, 55]]));
    Ok(())
}

/// sandbox-18 and sandbox-19: a question keeps columns of its table, and no others are there.
#[tokio::test]
async fn columns_that_a_question_drops_are_absent() -> Outcome {
    let kept = json!({"fields": [
        ["field", 120, null], ["field", 121, {"base-type": "type/Text"}], ["field", 122, null],
        ["field", 111, {"source-field": 122}],
    ]});
    let export = export(
        &["categories"],
        json!([built(31, &kept)]),
        json!([policy(6, Some(31), field("cat", 122)), policy(5, None, field("cat", 122))]),
    );
    let (vitrine, _folder) = served(&export).await?;
    let only = viewer(&vitrine, &["Fewer columns"], json!({"cat": "50"})).await?;
    assert_eq!(asked(&only, "venues", json!(["count", "name"])).await?.1.as_array().map(Vec::len), Some(10));
    assert_eq!(asked(&only, "venues", json!(["price"])).await?.0, StatusCode::BAD_REQUEST);
    assert_eq!(asked(&only, "checkins", json!(["venues_price"])).await?.0, StatusCode::BAD_REQUEST);
    let whole = viewer(&vitrine, &["Sandboxed"], json!({"cat": "50"})).await?;
    assert_eq!(asked(&whole, "venues", json!(["price", "count"])).await?.1.as_array().map(Vec::len), Some(4));
    // Whoever is in both sees each row as far as it is theirs.
    let both = viewer(&vitrine, &["Fewer columns", "Sandboxed"], json!({"cat": "50"})).await?;
    assert_eq!(asked(&both, "venues", json!(["price", "count"])).await?.1.as_array().map(Vec::len), Some(4));
    Ok(())
}

/// sandbox-21: what takes policies away takes rows away.
#[tokio::test]
async fn without_its_policies_a_table_is_closed() -> Outcome {
    let (_folder, out) = imported(&export(&[], json!([]), json!([])))?;
    assert!(out.contains("closed: table `venues` has no policy: nobody sees a row"), "{out}");
    let (vitrine, _folder) = served(&export(&[], json!([]), json!([]))).await?;
    assert_eq!(count(&vitrine, &["Sandboxed"], json!({"cat": "50"})).await?, 0);
    Ok(())
}

/// sandbox-24, ours: whoever has a link is in no group, and data that asks for the person cannot be linked to.
#[tokio::test]
async fn m1_no_public_link_goes_around_a_sandbox() -> Outcome {
    let link = "4b1a1c1e-0000-4000-8000-000000000001";
    let linked = format!(
        "title: Linked\nin: {{workspace: shared}}\npublications:\n  - {{to: {{public_link: {link}}}, parameters: {{}}, data: \
         [metabase.venues]}}\npages:\n  - name: all\n    title: All\n    elements:\n      - name: count\n        \
         title: Count\n        show:\n          data:\n            query: {{explore: metabase.venues, fields: [count]}}\n            \
         chart: {{type: table}}\n"
    );
    let (folder, _) = imported(&export(&[], json!([]), json!([policy(5, None, field("cat", 122))])))?;
    fs::write(folder.path().join("workbooks/linked.yaml"), &linked)?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let answer = vitrine.stranger().get(&format!("/api/public/dashboard/{link}/dashcard/1/card/1")).await?;
    assert_eq!(
        (answer.status, &answer.json()["data"]["rows"]),
        (StatusCode::ACCEPTED, &json!([[0]])),
        "{}",
        answer.text()
    );
    let (folder, _) = imported(&export(&[], json!([]), json!([policy(1, None, field("cat", 122))])))?;
    fs::write(folder.path().join("workbooks/linked.yaml"), linked)?;
    let refused = Vitrine::of(folder.path()).await.map(|_| ()).map_err(|error| error.to_string());
    let expected = "a public link to data of `metabase.venues`, whose row policy `sandbox-1` asks for the person";
    assert!(refused.as_ref().is_err_and(|error| error.contains(expected)), "{refused:?}");
    Ok(())
}

/// What cannot be said exactly is told by name, and opens nothing.
#[tokio::test]
async fn what_is_not_translated_is_told_and_closed() -> Outcome {
    let cat = || field("cat", 122);
    let variable = || json!({"cat": ["variable", ["template-tag", "c"]]});
    let sql = |sql: &str| native(31, sql, &["c"]);
    for (card, mappings, why) in [
        (None, json!({}), "the policy filters nothing"),
        (
            None,
            json!({"cat": ["dimension", ["field", 110, null]]}),
            "what attribute `cat` is compared with is not translated",
        ),
        (None, json!({"no such-name": ["dimension", ["field", 122, null]]}), "`no such-name`"),
        (Some(built(31, &json!({"limit": 5}))), cat(), "`limit` of the question is not translated"),
        (Some(built(31, &json!({"joins": []}))), cat(), "`joins` of the question is not translated"),
        (Some(built(31, &json!({"filter": ["!=", ["field", 123, null], 1]}))), cat(), "the filter"),
        (Some(built(31, &json!({"filter": [">", ["field", 121, null], "a"]}))), cat(), "the order of texts"),
        (Some(built(31, &json!({"filter": ["=", ["field", 123, null], "1"]}))), cat(), "the value `\"1\"`"),
        (Some(built(31, &json!({"fields": [["expression", "x"]]}))), cat(), "is no column of the table"),
        (
            Some(sql("SELECT * FROM venues WHERE category_id = {{c}} OR 1 = 1")),
            variable(),
            "`OR` in the question's SQL",
        ),
        (Some(sql("SELECT * FROM venues [[WHERE category_id = {{c}}]]")), variable(), "`[` in SQL is not translated"),
        (Some(sql("SELECT * FROM venues -- WHERE category_id = {{c}}")), variable(), "`-` in SQL is not translated"),
        (Some(sql("SELECT * FROM checkins WHERE category_id = {{c}}")), variable(), "of another table"),
        (Some(sql("SELECT * FROM venues")), variable(), "what attribute `cat` is compared with"),
        (Some(sql("SELECT * FROM venues WHERE category_id = {{c}}")), json!({}), "variable `c` is set by no attribute"),
        (
            Some(sql("SELECT count(*) FROM venues WHERE category_id = {{c}}")),
            variable(),
            "`(` in SQL is not translated",
        ),
    ] {
        let with_card = card.as_ref().map(|_| 31);
        let cards = json!(card.into_iter().collect::<Vec<_>>());
        let (folder, out) = imported(&export(&[], cards, json!([policy(5, with_card, mappings)])))?;
        let line = out.lines().find(|line| line.starts_with("closed: group `Sandboxed`, table `venues`: "));
        assert!(line.is_some_and(|line| line.contains(why)), "{why} is not in\n{out}");
        let model = fs::read_to_string(folder.path().join("models/metabase.yaml"))?;
        assert!(!model.contains("row_policies:") && !model.contains("rows: shared"), "{why}\n{model}");
    }
    // Two policies for one group and table, a member that nobody knows, and a group that is not there.
    let twice = json!([policy(5, None, cat()), policy(5, None, cat())]);
    assert!(imported(&export(&[], json!([]), twice))?.1.contains("there are several policies for them: expected one"));
    let mut odd = policy(5, None, cat());
    odd["until"] = json!("2027-01-01");
    assert!(imported(&export(&[], json!([]), json!([odd])))?.1.contains("`until` of the policy is not translated"));
    assert!(
        imported(&export(&[], json!([]), json!([policy(99, None, cat())])))?
            .1
            .contains("closed: group 99, table `venues`")
    );
    Ok(())
}

#[test]
fn what_is_needed_beside_the_model_is_told_and_nothing_is_written_over() -> Outcome {
    let mut document = export(&["venues"], json!([]), json!([policy(7, None, field("plan", 121))]));
    document["groups"][3]["name"] = json!("Partners");
    document["impersonations"] = json!([{"group_id": 5, "attribute": "db_role"}]);
    let (folder, out) = imported(&document)?;
    for line in [
        "closed: table `venues` is shared and has policies: they count, and it is not shared",
        "  - {\"name\":\"Partners\"}",
        "  - {name: plan, type: text}",
        "  role: {attribute: db_role, allowed: [the roles of the database]}",
        "note: group `Sandboxed` is impersonated: a role counts for everybody whom its connection answers",
    ] {
        assert!(out.lines().any(|found| found == line), "{line} is not in\n{out}");
    }
    let (code, _, err) = import(&document, folder.path())?;
    assert_eq!(code, Some(1));
    assert!(err.contains("models/metabase.yaml"), "{err}");
    let mut unknown = document.clone();
    unknown["sandboxes"] = json!([]);
    let (code, _, err) = import(&unknown, folder.path())?;
    assert_eq!(code, Some(1));
    assert!(err.contains("unknown field `sandboxes`") && err.contains("docs/metabase-sandboxes.md"), "{err}");
    Ok(())
}

/// impersonation-01: statements run as the role that an attribute names, and the database's own policies hold.
#[tokio::test]
async fn impersonation_leaves_the_rows_to_the_database() -> Outcome {
    let postgres = Postgres::start()?;
    postgres.run("postgres", "CREATE ROLE reader LOGIN NOINHERIT; CREATE ROLE mexican; GRANT mexican TO reader")?;
    let types = ["id", "category_id", "price", "user_id", "venue_id"].map(|column| (column, "integer"));
    for name in ["venues", "categories", "checkins"] {
        let csv = fs::read_to_string(world::sandboxes().join(format!("data/{name}.csv")))?;
        postgres.run("postgres", &table_of_csv(name, &csv, &types))?;
        let keyed = format!("ALTER TABLE {name} ADD PRIMARY KEY (id); GRANT SELECT ON {name} TO reader, mexican");
        postgres.run("postgres", &keyed)?;
    }
    postgres.run(
        "postgres",
        "ALTER TABLE venues ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON venues TO mexican USING (category_id = 50)",
    )?;
    let folder = copy_of(&world::sandboxes())?;
    let place = json!({"host": postgres.host(), "database": "postgres", "user": "reader", "encryption": "none",
        "connections": 1, "role": {"attribute": "cat", "allowed": ["mexican"]}});
    let connections = json!({"connections": [{"name": "files", "postgres": place}]});
    fs::write(folder.path().join("connections.yaml"), connections.to_string())?;
    let mut document = export(&["venues"], json!([]), json!([]));
    document["impersonations"] = json!([{"group_id": 5, "attribute": "cat"}]);
    let (code, out, err) = import(&document, folder.path())?;
    assert_eq!(code, Some(0), "{out}{err}");
    let vitrine = Vitrine::of(folder.path()).await?;
    assert_eq!(count(&vitrine, &["Sandboxed"], json!({"cat": "mexican"})).await?, 10);
    for odd in [json!({}), json!({"cat": "reader"}), json!({"cat": "MEXICAN"})] {
        assert_eq!(count(&vitrine, &["Sandboxed"], odd).await?, 0);
    }
    Ok(())
}

/// Each case is asked above, or is about something that is not here.
#[test]
fn every_case_is_known() -> Outcome {
    let asked = [
        "sandbox-02",
        "sandbox-03",
        "sandbox-09",
        "sandbox-10",
        "sandbox-11",
        "sandbox-14",
        "sandbox-15",
        "sandbox-18",
        "sandbox-19",
        "sandbox-20",
        "sandbox-21",
        "sandbox-24",
        "impersonation-01",
    ];
    // `data.is_sandboxed` is of Metabase's answers to members, whose API is not served.
    let not_served = ["sandbox-22"];
    let cases = vectors::cases("metabase_sandbox");
    let cases = cases["cases"].as_array().ok_or("no cases")?;
    let known = asked.len() + not_served.len();
    assert_eq!(cases.len(), known);
    for case in cases {
        let id = case["id"].as_str().ok_or("a case without id")?;
        assert!(asked.contains(&id) || not_served.contains(&id), "nothing is asked for {id}");
    }
    Ok(())
}
