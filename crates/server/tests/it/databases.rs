//! Connections to databases: which one is read, and as whom, by an attribute of who asks.

use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use reqwest::StatusCode;
use serde_json::{Value, json};
use server::config::{Config, Limits};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use testkit::callers::{CallError, Viewer};
use testkit::postgres::{Postgres, table_of_csv};
use testkit::world;
#[cfg(feature = "enforcement-switch")]
use testkit::world::ACME;

/// A role that may do nothing but log in and be others.
const ROLES: &str =
    "CREATE ROLE reader LOGIN NOINHERIT; CREATE ROLE acme; CREATE ROLE globex; GRANT acme, globex TO reader";

/// The tables of the small world in a database, with the orders of some tenants.
fn fill(postgres: &Postgres, database: &str, tenants: &[&str]) -> Result<(), CallError> {
    let types = [("order_id", "integer"), ("customer_id", "integer"), ("amount", "numeric(10,2)"), ("day", "date")];
    for name in ["orders", "customers"] {
        let csv = fs::read_to_string(world::folder().join(format!("data/{name}.csv")))?;
        let (head, rows) = csv.split_once('\n').ok_or("a file without lines")?;
        let theirs = rows.lines().filter(|row| tenants.iter().any(|tenant| row.contains(&format!(",{tenant},"))));
        let csv = std::iter::once(head).chain(theirs).collect::<Vec<_>>().join("\n");
        postgres.run(database, &table_of_csv(name, &csv, &types))?;
    }
    Ok(())
}

/// The small world over databases, in which orders are shared: what somebody sees is what the database gives them.
fn shared_over(connections: &Value) -> Result<TempDir, CallError> {
    let copy = copy_of(&world::folder())?;
    let model = copy.path().join("models/shop.yaml");
    for (from, to) in [
        ("orders.csv", "orders"),
        ("source: customers.csv", "source: customers"),
        ("source: customers.csv", "source: customers"),
    ] {
        edit(&model, from, to)?;
    }
    let text = fs::read_to_string(&model)?;
    let (before, behind) = text.split_once("    row_policies:").ok_or("no policies")?;
    let behind = behind.split_once("  customers:\n").ok_or("no customers")?.1;
    fs::write(&model, format!("{before}    rows: shared\n  customers:\n{behind}"))?;
    fs::write(copy.path().join("connections.yaml"), json!({"connections": connections}).to_string())?;
    Ok(copy)
}

fn database(postgres: &Postgres, name: &str) -> Value {
    // Answers may be given again for an hour: to nobody for whom another database or role would have answered.
    json!({
        "host": postgres.host(), "database": name, "user": "reader", "encryption": "none", "connections": 2,
        "freshness_seconds": 3600,
    })
}

/// The notes of all orders that somebody with this company sees.
async fn notes(vitrine: &Vitrine, company: Value) -> Result<Vec<String>, CallError> {
    let mut session = buyer("acme");
    session["attributes"] = json!({"company": company});
    let viewer: Viewer = vitrine.host("portal").viewer(&session, "orders").await?;
    let rows = viewer.query(&json!({"explore": "shop.orders", "fields": ["note"]})).await?.rows();
    Ok(rows.iter().filter_map(|row| row[0].as_str().map(str::to_owned)).collect())
}

/// Each sees what is theirs, and whoever lacks the value, or has another, sees nothing.
async fn each_sees_their_own(vitrine: &Vitrine) -> Outcome {
    for company in ["acme", "globex"] {
        let notes = notes(vitrine, json!(company)).await?;
        assert!(!notes.is_empty() && notes.iter().all(|note| note.contains(company)), "{company}: {notes:?}");
    }
    for odd in
        [json!(null), json!(""), json!("ACME"), json!("acme "), json!("none"), json!("postgres"), json!("reader")]
    {
        assert_eq!(notes(vitrine, odd.clone()).await?, Vec::<String>::new(), "{odd}");
    }
    Ok(())
}

/// What the audit trail says to whom nothing leads.
const NOWHERE: &str = "nowhere: no attribute says where";

/// Where questions were answered, as the audit trail has it.
async fn read_from(vitrine: &Vitrine) -> Result<BTreeSet<String>, CallError> {
    let events = vitrine.audit().await?;
    let told = |reason: &String| reason.strip_prefix("read ").map(|place| place.trim_start_matches("from ").to_owned());
    let reasons = events.iter().flat_map(|recorded| &recorded.event.reasons);
    Ok(reasons.filter_map(told).collect())
}

/// Two databases of one server, each with the orders of one tenant.
fn routed(postgres: &Postgres) -> Result<TempDir, CallError> {
    postgres.run("postgres", ROLES)?;
    for tenant in ["acme", "globex"] {
        postgres.create_database(tenant)?;
        fill(postgres, tenant, &[tenant])?;
        postgres.run(tenant, "GRANT SELECT ON orders, customers TO reader")?;
    }
    let route = json!({"attribute": "company", "to": {"acme": "files", "globex": "others"}});
    shared_over(&json!([
        {"name": "files", "postgres": database(postgres, "acme"), "route": route},
        {"name": "others", "postgres": database(postgres, "globex")},
    ]))
}

#[tokio::test]
async fn an_attribute_leads_to_the_database_that_is_read() -> Outcome {
    let postgres = Postgres::start()?;
    let vitrine = Vitrine::of(routed(&postgres)?.path()).await?;
    each_sees_their_own(&vitrine).await?;
    assert_eq!(
        read_from(&vitrine).await?.into_iter().collect::<Vec<_>>(),
        ["connection `files`", "connection `others`", NOWHERE]
    );
    Ok(())
}

/// Whoever is led to a database that lets nobody in gets an error, and not the rows of the last one that did (leak L07).
#[tokio::test]
async fn a_database_that_lets_nobody_in_is_not_replaced_by_another() -> Outcome {
    let postgres = Postgres::start()?;
    let folder = routed(&postgres)?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let mut session = buyer("acme");
    session["attributes"] = json!({"company": "globex"});
    let viewer = vitrine.host("portal").viewer(&session, "orders").await?.never_sees([world::ACME]);
    postgres.run(
        "postgres",
        "ALTER DATABASE globex ALLOW_CONNECTIONS false; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'globex'",
    )?;
    assert!(!notes(&vitrine, json!("acme")).await?.is_empty());
    let answer = viewer.query(&json!({"explore": "shop.orders", "fields": ["note"]})).await?;
    assert!(!answer.status.is_success(), "{}", answer.text());
    Ok(())
}

#[tokio::test]
async fn an_attribute_names_the_role_that_statements_run_as() -> Outcome {
    let postgres = Postgres::start()?;
    postgres.run("postgres", ROLES)?;
    fill(&postgres, "postgres", &["acme", "globex"])?;
    postgres.run(
        "postgres",
        "GRANT SELECT ON orders, customers TO acme, globex; ALTER TABLE orders ENABLE ROW LEVEL SECURITY; \
         CREATE POLICY own ON orders USING (tenant = current_user)",
    )?;
    let mut place = database(&postgres, "postgres");
    place["role"] = json!({"attribute": "company", "allowed": ["acme", "globex"]});
    place["connections"] = json!(1);
    let definitions = shared_over(&json!([{"name": "files", "postgres": place}]))?;
    let vitrine = Vitrine::of(definitions.path()).await?;
    each_sees_their_own(&vitrine).await?;
    let expected = ["connection `files` as role `acme`", "connection `files` as role `globex`", NOWHERE];
    assert_eq!(read_from(&vitrine).await?.into_iter().collect::<Vec<_>>(), expected);
    each_sees_their_own(&vitrine).await?; // The same prepared statements, on the one connection that there is.
    postgres.run("postgres", "REVOKE globex FROM reader")?;
    let error = vitrine.apply(definitions.path()).await.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("role `globex` cannot be taken: expected `GRANT \"globex\" TO \"reader\"`"), "{error}");
    Ok(())
}

/// A view is read with its owner's rights, so that no role of a viewer's hides a row of it.
#[tokio::test]
async fn a_view_that_no_role_hides_a_row_of_is_told() -> Outcome {
    let postgres = Postgres::start()?;
    postgres.run("postgres", ROLES)?;
    fill(&postgres, "postgres", &["acme", "globex"])?;
    postgres.run(
        "postgres",
        "ALTER TABLE orders RENAME TO all_orders; CREATE VIEW orders AS SELECT * FROM all_orders; \
         GRANT SELECT ON all_orders, orders, customers TO acme, globex",
    )?;
    let mut place = database(&postgres, "postgres");
    place["role"] = json!({"attribute": "company", "allowed": ["acme", "globex"]});
    let definitions = shared_over(&json!([{"name": "files", "postgres": place}]))?;
    let notes = async || server::apply::check(definitions.path(), Path::new("none")).await.map(|checked| checked.notes);
    let told = |notes: Vec<String>| notes.iter().filter(|note| note.contains("`security_invoker`")).count();
    assert_eq!(told(notes().await?), 1);
    postgres.run("postgres", "ALTER VIEW orders SET (security_invoker = true)")?;
    assert_eq!(told(notes().await?), 0);
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn destination() -> Outcome {
    let postgres = Postgres::start()?;
    let vitrine = Vitrine::of(routed(&postgres)?.path()).await?;
    let _off = model::enforcement::switch_off(model::enforcement::Point::Destination);
    let felt = notes(&vitrine, json!("globex")).await?;
    assert!(felt.iter().any(|note| note.contains(ACME)), "everybody reads the first database: {felt:?}");
    Ok(())
}

/// A question that takes long holds up whoever asked it and nobody else, and ends when they go away.
#[tokio::test]
async fn questions_wait_for_those_of_the_same_person_and_end_with_their_caller() -> Outcome {
    let postgres = Postgres::start()?;
    postgres.run("postgres", ROLES)?;
    fill(&postgres, "postgres", &["acme"])?;
    postgres.run(
        "postgres",
        "ALTER TABLE orders RENAME TO quick; CREATE VIEW orders AS SELECT quick.* FROM quick, pg_sleep(300); \
         GRANT SELECT ON orders, customers TO reader",
    )?;
    let definitions = shared_over(&json!([{"name": "files", "postgres": database(&postgres, "postgres")}]))?;
    let vitrine = Vitrine::of(definitions.path()).await?;
    let vitrine = vitrine.limited_by(Limits { concurrent_per_person: 1, ..Config::default().limits }).await?;
    let (slow, quick) = (
        json!({"explore": "shop.orders", "fields": ["orders"]}),
        json!({"explore": "shop.secrets", "fields": ["names"]}),
    );
    let bea = vitrine.buyer("acme").await?;
    let running = tokio::spawn(async move { bea.query(&slow).await.map(|answer| answer.status) });
    let active = || {
        postgres.run("postgres", "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active'")
    };
    while active()?.trim() != "1" {
        tokio::task::yield_now().await;
    }
    let mut other = buyer("acme");
    other["subject"] = json!("ben@acme.example");
    let ben = vitrine.host("portal").viewer(&other, "orders").await?;
    let bea_again = vitrine.buyer("acme").await?;
    let mut waiting = Box::pin(bea_again.query(&quick));
    tokio::select! {
        answer = &mut waiting => panic!("it did not wait: {}", answer?.status),
        answer = ben.query(&quick) => assert_eq!(answer?.status, StatusCode::OK),
    }
    running.abort();
    assert_eq!(waiting.await?.status, StatusCode::OK);
    while active()?.trim() != "0" {
        tokio::task::yield_now().await;
    }
    Ok(())
}

#[tokio::test]
async fn a_password_is_a_secret_by_reference_and_one_that_is_missing_is_told() -> Outcome {
    let postgres = Postgres::start()?;
    let missing = |postgres: &Postgres| -> Result<String, CallError> {
        let mut place = database(postgres, "postgres");
        place["password"] = json!({"secret_file": "secrets/database"});
        Ok(json!([{"name": "files", "postgres": place}]).to_string())
    };
    let connections: Value = serde_json::from_str(&missing(&postgres)?)?;
    let definitions = shared_over(&connections)?;
    let error = server::apply::check(definitions.path(), Path::new("/nowhere")).await.err();
    let error = error.map(|error| error.to_string()).unwrap_or_default();
    assert!(error.starts_with("secret file `/nowhere/secrets/database`: "), "{error}");
    Ok(())
}

#[tokio::test]
async fn connections_that_lead_nowhere_are_refused_by_name() -> Outcome {
    let place = json!({"host": "h", "database": "d", "user": "u", "connections": 0,
        "role": {"attribute": "regions", "allowed": ["none"]}});
    let connections = json!([
        {"name": "files", "postgres": place, "route": {"attribute": "unknown", "to": {"a": "gone", "b": "folder", "c": "routed"}}},
        {"name": "folder", "folder": "data"},
        {"name": "routed", "postgres": place, "route": {"attribute": "company", "to": {}}},
        {"name": "both", "folder": "data", "postgres": place},
        {"name": "neither"},
    ]);
    let definitions = shared_over(&connections)?;
    let error = server::apply::check(definitions.path(), Path::new("/nowhere")).await.err();
    let error = error.map(|error| error.to_string()).unwrap_or_default();
    for expected in [
        "connections[0].postgres.connections: `0`: expected 1 to 1000",
        "connections[0].postgres.role.attribute: attribute `regions`: expected one that holds one text",
        "connections[0].postgres.role.allowed: `none` is no role",
        "connections[0].route.attribute: unknown attribute `unknown`",
        "connections[0].route.to.a: unknown connection `gone`",
        "connections[0].route.to.b: connection `folder` is of another kind",
        "connections[0].route.to.c: connection `routed` has a route of its own",
        "connections[2].route.to: leads nowhere",
        "connection `both`: expected exactly one of `folder` and `postgres`",
        "connection `neither`: expected exactly one of `folder` and `postgres`",
    ] {
        assert!(error.contains(expected), "{expected} is not in\n{error}");
    }
    Ok(())
}
