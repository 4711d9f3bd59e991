//! Around statements in PostgreSQL: who may log in, what a table must be, how transactions end, what is kept.

use super::postgres::{ask, made, mine, model_of, opened, rows};
use super::twin::{connection, server};
use super::world::{World, access_of, place, query, sale, shown};
use crate::catalog::{Catalog, Passwords};
use crate::error::QueryError;
use crate::limits::Limits;
use crate::run::Engine;
use crate::secure::plan::Purpose;
use crate::secure::secure_with;
use model::filter::RowFilter;
use serde_json::{Value, json};
use std::time::Duration;
use testkit::postgres::Postgres;

#[tokio::test]
async fn a_role_that_sees_past_policies_is_refused_with_what_to_do() {
    made(
        "CREATE TABLE seen (id integer); CREATE ROLE boss LOGIN BYPASSRLS; CREATE ROLE owner LOGIN; \
          CREATE TABLE own (id integer); ALTER TABLE own OWNER TO owner; CREATE TABLE closed (id integer, name text); \
          GRANT SELECT (id) ON closed TO reader",
    );
    let problem = async |source: &str, columns: Value, user: &str| {
        opened(&model_of(source, &columns), user).await.err().unwrap_or_default().join("\n")
    };
    let id = json!({"id": "integer"});
    assert_eq!(
        problem("seen", id.clone(), "postgres").await,
        "connection `demo`: role `postgres` is a superuser: expected one that is held to policies, such as\n  \
         CREATE ROLE vitrine_reader LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;\n  \
         GRANT USAGE ON SCHEMA \"public\" TO vitrine_reader;\n  \
         GRANT SELECT ON \"public\".\"seen\" TO vitrine_reader;"
    );
    assert!(problem("seen", id.clone(), "boss").await.contains("role `boss` is not held to row security (BYPASSRLS)"));
    made("CREATE ROLE disguised LOGIN SUPERUSER; ALTER ROLE disguised SET role = 'reader'");
    assert!(problem("seen", id.clone(), "disguised").await.contains("role `disguised` is a superuser"));
    assert!(problem("own", id.clone(), "owner").await.contains("role `owner` owns `public.own`"));
    assert!(problem("gone", id.clone(), "reader").await.contains("no table or view `public.gone` for role `reader`"));
    assert!(problem("pg_toast.x", id.clone(), "reader").await.contains("no table or view `pg_toast.x`"));
    assert!(problem("seen", id.clone(), "reader").await.contains("GRANT SELECT ON public.seen TO reader"));
    let closed = problem("closed", json!({"id": "integer", "name": "text"}), "reader").await;
    assert!(closed.contains("column `name`") && !closed.contains("column `id`"), "{closed}");
    assert!(problem("seen", id, "nobody").await.contains("connection `demo`: refused"));
}

#[tokio::test]
async fn columns_whose_equality_is_wider_than_that_of_bytes_are_refused() {
    made(
        "CREATE COLLATION wide (provider = icu, locale = 'und-u-ks-level2', deterministic = false); \
          CREATE TABLE wide (a text COLLATE wide, b char(5), c numeric, d double precision, e uuid, f text, g text[]); \
          GRANT SELECT ON wide TO reader",
    );
    let columns = json!({"a": "text", "b": "text", "c": "decimal(38,6)", "d": "decimal(38,6)", "e": "text", "f": "text", "g": "text", "h": "text"});
    let problems = opened(&model_of("wide", &columns), "reader").await.err().unwrap_or_default();
    let of = |column: &str| {
        problems.iter().find(|line| line.contains(&format!("column `{column}`"))).cloned().unwrap_or_default()
    };
    assert!(of("a").contains("nondeterministic"), "{problems:?}");
    for (column, found) in
        [("b", "character(5)"), ("c", "numeric"), ("d", "double precision"), ("e", "uuid"), ("g", "text[]")]
    {
        assert!(of(column).ends_with(&format!("found {found}")), "{problems:?}");
    }
    assert!(of("h").contains("found no such column"), "{problems:?}");
    assert_eq!(of("f"), "");
}

#[tokio::test]
async fn a_statement_cannot_write_and_leaves_nothing_on_its_connection() {
    made(
        "CREATE TABLE written (id integer); CREATE FUNCTION write() RETURNS integer LANGUAGE plpgsql SECURITY DEFINER AS \
          'BEGIN INSERT INTO written VALUES (1); RETURN 1; END'; CREATE VIEW writing AS SELECT write() AS id; \
          GRANT SELECT ON writing TO reader; CREATE VIEW settings AS SELECT current_setting('role') AS role, \
          current_setting('statement_timeout') AS timeout, current_setting('transaction_read_only') AS reads, \
          current_setting('TimeZone') AS zone, current_setting('search_path') AS path; GRANT SELECT ON settings TO reader; \
          ALTER ROLE reader SET TimeZone = 'America/New_York'; ALTER ROLE reader SET search_path = 'evil'",
    );
    assert_eq!(rows("writing", json!({"id": "integer"})).await, Err(QueryError::Internal));
    assert_eq!(server().run("postgres", "SELECT count(*) FROM written").expect("a count").trim(), "0");
    let columns = json!({"role": "text", "timeout": "text", "reads": "text", "zone": "text", "path": "text"});
    let told = rows("settings", columns).await.expect("an answer");
    assert_eq!(told, [["none", "30s", "on", "UTC", "pg_catalog, pg_temp"]]);
    let fields = ["role", "timeout"];
    let model = model_of("settings", &json!({"role": "text", "timeout": "text"}));
    let catalog = opened(&model, "reader").await.expect("a catalog");
    let everything = access_of(&model, RowFilter::Everything, RowFilter::Nothing);
    for seconds in [7, 9] {
        let limits = Limits { time: Duration::from_secs(seconds), ..Limits::default() };
        let told = ask(&catalog, &limits, &query(json!({"fields": fields})), &everything).await.expect("an answer");
        assert_eq!(
            shown(&told),
            [["none".to_owned(), format!("{seconds}s")]],
            "one transaction's timeout is not the next one's"
        );
    }
}

#[tokio::test]
async fn statements_end_with_their_time_and_with_whoever_waits_for_them() {
    made("CREATE VIEW slow AS SELECT 1 AS id FROM pg_sleep(300); GRANT SELECT ON slow TO reader");
    let model = model_of("slow", &json!({"id": "integer"}));
    let catalog = opened(&model, "reader").await.expect("a catalog");
    let everything = access_of(&model, RowFilter::Everything, RowFilter::Nothing);
    let question = query(json!({"fields": ["id"]}));
    let short = Limits { time: Duration::from_millis(200), ..Limits::default() };
    assert_eq!(ask(&catalog, &short, &question, &everything).await, Err(QueryError::TimeLimit));
    let (long, running) =
        (Limits::default(), "SELECT count(*) FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active'");
    let count = || server().run("postgres", running).expect("a count").trim().to_owned();
    let until = async |expected: &str| {
        for _ in 0..500 {
            if count() == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{} statements run, expected {expected}", count());
    };
    until("0").await;
    {
        let mut asked = Box::pin(ask(&catalog, &long, &question, &everything));
        tokio::select! {
            _ = &mut asked => panic!("it sleeps"),
            () = until("1") => {}
        }
    }
    until("0").await;
    {
        let mut asked = Box::pin(ask(&catalog, &long, &question, &everything));
        tokio::select! {
            _ = &mut asked => panic!("it sleeps"),
            () = until("1") => {}
        }
        made("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader' AND state = 'active'");
        assert_eq!(asked.await, Err(QueryError::Unreadable), "what was cut off is never a whole answer");
    }
    // The one connection of the pool is free again.
    let model = model_of("slow", &json!({"id": "integer"}));
    assert_eq!(
        ask(&catalog, &short, &question, &access_of(&model, mine(), RowFilter::Nothing)).await,
        Err(QueryError::TimeLimit)
    );
}

#[tokio::test]
async fn a_database_that_is_gone_says_so_and_no_more() {
    let gone =
        json!({"name": "demo", "postgres": {"host": "/nowhere", "database": "a", "user": "b", "encryption": "none"}});
    let name = "shop".parse().expect("a name");
    let model = model_of("seen", &json!({"id": "integer"}));
    let problems =
        Catalog::over((&name, &model), &serde_json::from_value(gone).expect("a connection"), &Passwords::default())
            .await;
    let problems: Vec<String> = problems.err().unwrap_or_default().iter().map(ToString::to_string).collect();
    assert_eq!(problems, ["connection `demo`: unreachable: expected a PostgreSQL server that answers"]);
}

/// Over the network: a password, and a certificate that is checked unless the connection says otherwise.
#[tokio::test]
async fn the_way_to_a_database_is_protected() {
    let server = Postgres::listening().expect("a server");
    let made = "CREATE ROLE reader LOGIN PASSWORD 'pa''ss\\'; CREATE TABLE t (id integer); GRANT SELECT ON t TO reader";
    server.run("postgres", made).expect("a role");
    let (name, model) = ("shop".parse().expect("a name"), model_of("t", &json!({"id": "integer"})));
    let problem = async |host: &str, password: &str, more: Value| {
        let mut place = json!({"host": host, "port": server.port(), "database": "postgres", "user": "reader"});
        place["password"] = json!({"secret_env": "X"});
        more.as_object().expect("members").iter().for_each(|(member, value)| place[member] = value.clone());
        let connection = serde_json::from_value(json!({"name": "demo", "postgres": place})).expect("a connection");
        let passwords = [("demo".parse().expect("a name"), password.to_owned())].into_iter().collect();
        let opened = Catalog::over((&name, &model), &connection, &passwords).await;
        opened.err().map(|problems| problems[0].to_string().split(": ").nth(1).unwrap_or_default().to_owned())
    };
    let trusted = json!({"root_certificate": server.certificate()});
    assert_eq!(problem("localhost", "pa'ss\\", trusted.clone()).await, None);
    assert_eq!(problem("localhost", "pass", trusted.clone()).await.as_deref(), Some("refused"));
    assert_eq!(
        problem("127.0.0.1", "pa'ss\\", trusted.clone()).await.as_deref(),
        Some("no encryption"),
        "another name"
    );
    assert_eq!(problem("localhost", "pa'ss\\", json!({})).await.as_deref(), Some("no encryption"), "not trusted");
    assert_eq!(problem("127.0.0.1", "pa'ss\\", json!({"encryption": "none"})).await, None);
    let nothing = json!({"root_certificate": "/nowhere"});
    assert_eq!(problem("localhost", "pa'ss\\", nothing).await.as_deref(), Some("no encryption"));
}

#[tokio::test]
async fn keys_of_joined_tables_are_unique_there_too() {
    let world = World::new(&[sale(1, Some(1), "a", 1)], &[place(1, "Delft"), place(1, "Brno")]);
    let twin = world.twin.as_ref().expect("a twin");
    let problems = twin.open().await.err().unwrap_or_default();
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let repeated = |explore: &str| {
        format!(
            "model `shop`, table `places`: explore `{explore}` joins on a key that is not unique: expected one row for each value, or another `relationship`"
        )
    };
    assert_eq!(problems, [repeated("places"), repeated("sales")], "before a join to many, and behind one to one");
}

/// The data may change at any time, so an answer is given again only where the connection says for how long.
#[tokio::test]
async fn answers_are_kept_for_as_long_as_the_connection_says() {
    made("CREATE TABLE changing AS SELECT 1 AS id; GRANT SELECT ON changing TO reader");
    let (name, model) = ("shop".parse().expect("a name"), model_of("changing", &json!({"id": "integer"})));
    let everything = access_of(&model, RowFilter::Everything, RowFilter::Nothing);
    for (freshness, expected) in [(0, ["1", "2"]), (3600, ["2", "2"])] {
        let mut connection = connection("reader");
        connection.postgres.as_mut().expect("a database").freshness_seconds = freshness;
        let catalog = Catalog::over((&name, &model), &connection, &Passwords::default()).await.expect("a catalog");
        let engine = Engine::new(Limits::default()).caching(1 << 20);
        let mut told = Vec::new();
        for _ in 0..2 {
            let question = query(json!({"fields": ["id"]}));
            let plan = secure_with(&catalog, &question, &everything, &Limits::default(), Purpose::Answer);
            told.extend(shown(&engine.run(plan.expect("a plan")).await.expect("an answer")).concat());
            made("UPDATE changing SET id = id + 1");
        }
        assert_eq!(told, expected, "{freshness} seconds");
        made("UPDATE changing SET id = 2");
    }
}

/// A policy that takes minutes for each row shows whether rows are read.
#[tokio::test]
async fn keys_that_the_database_keeps_unique_are_not_looked_at() {
    made(
        "CREATE TABLE keyed (key integer PRIMARY KEY, place integer, city text); GRANT SELECT ON keyed TO reader; \
          INSERT INTO keyed VALUES (1, 1, 'Delft'); ALTER TABLE keyed ENABLE ROW LEVEL SECURITY; \
          CREATE POLICY slow ON keyed USING (pg_sleep(300) IS NULL)",
    );
    let keyed = json!({"source": "keyed", "columns": {"key": "integer", "place": "integer", "city": "text"}});
    let model = json!({
        "connection": "demo", "tables": {"sales": keyed, "places": keyed},
        "explores": {"sales": {"table": "sales", "joins": [{"table": "places", "on": {"sales.place": "key"}}]}},
    });
    opened(&serde_json::from_value(model).expect("a model"), "reader").await.expect("a catalog, at once");
}
