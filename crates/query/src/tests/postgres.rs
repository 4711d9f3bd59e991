//! What is particular to PostgreSQL: what goes down, and what is around it.

use super::masks::masked;
use super::twin::{connection, server};
use super::world::{World, access, access_of, everything, only, place, query, sale, shown};
use crate::answer::Answer;
use crate::catalog::{Catalog, Passwords};
use crate::error::QueryError;
use crate::limits::Limits;
use crate::run::Engine;
use crate::secure::access::Access;
use crate::secure::plan::Purpose;
use crate::secure::secure_with;
use model::enforcement::Point;
use model::filter::{Condition, RowFilter};
use model::name::ColumnName;
use model::query::Query;
use model::rule::Comparison;
use model::semantic::{Mask, Model};
use model::value::Scalar;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use testkit::postgres::Postgres;

/// Makes tables as the superuser.
fn made(statements: &str) {
    server().run("postgres", statements).expect("tables");
}

/// A model with the one table `sales`, which is `source`, and a dimension for each column.
fn model_of(source: &str, columns: &Value) -> Model {
    let names: Vec<&String> = columns.as_object().expect("columns").keys().collect();
    let dimension = |name: &&String| ((*name).clone(), json!({"column": format!("sales.{name}")}));
    let dimensions: serde_json::Map<_, _> = names.iter().map(dimension).collect();
    let model = json!({
        "connection": "demo", "tables": {"sales": {"source": source, "columns": columns}},
        "explores": {"sales": {
            "table": "sales", "dimensions": dimensions, "measures": {"rows": {"count": "rows"}},
        }},
    });
    serde_json::from_value(model).expect("a model")
}

async fn opened(model: &Model, user: &str) -> Result<Catalog, Vec<String>> {
    let name = "shop".parse().expect("a name");
    let opened = Catalog::over((&name, model), &connection(user), &Passwords::default()).await;
    opened.map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

async fn ask(catalog: &Catalog, limits: &Limits, query: &Query, access: &Access) -> Result<Arc<Answer>, QueryError> {
    let plan = secure_with(catalog, query, access, limits, Purpose::Answer)?;
    Engine::new(limits.clone()).run(plan).await
}

/// All rows of a table with those columns.
async fn rows(source: &str, columns: Value) -> Result<Vec<Vec<String>>, QueryError> {
    let model = model_of(source, &columns);
    let fields: Vec<&String> = columns.as_object().expect("columns").keys().collect();
    let catalog = opened(&model, "reader").await.expect("a catalog");
    let access = access_of(&model, RowFilter::Everything, RowFilter::Nothing);
    ask(&catalog, &Limits::default(), &query(json!({"fields": fields})), &access).await.map(|answer| shown(&answer))
}

/// The plan of a question within `access`, in PostgreSQL.
async fn plan(world: &World, question: Value, access: &Access) -> String {
    let catalog = world.twin.as_ref().expect("a twin").catalog().await;
    secure_with(catalog, &query(question), access, &world.limits, Purpose::Answer).expect("a plan").explain()
}

fn shop() -> World {
    let sales = [sale(1, Some(1), "a", 100), sale(2, Some(2), "b", 200), sale(3, Some(1), "c", 300)];
    World::new(&sales, &[place(1, "Delft"), place(2, "Brno")])
}

fn mine() -> RowFilter {
    only("id", Comparison::LessOrEqual, Scalar::Integer(2))
}

#[tokio::test]
async fn a_question_is_one_statement_in_which_each_table_is_behind_a_fence() {
    let question = json!({
        "fields": ["city", "month", "rows", "total", "mean"], "sorts": [{"field": "total", "descending": true}],
        "filters": [
            {"field": "paid", "values": [true]}, {"field": "name", "operator": "less", "values": ["x"]},
            {"field": "rows", "operator": "greater", "values": [0]},
        ],
    });
    let within = access(mine(), only("city", Comparison::NotEqual, Scalar::Text("Brno".into())));
    let answer = shop().ask(&query(question.clone()), &within).await.expect("an answer");
    assert_eq!(
        shown(&answer),
        [["-", "2013-01-01", "1", "2.00", "2.000000"], ["Delft", "2013-01-01", "1", "1.00", "1.000000"]]
    );
    let plan = plan(&shop(), question, &within).await;
    assert!(plan.starts_with("Pushed: SELECT") && !plan.contains('\n'), "{plan}");
    assert_eq!(plan.matches("OFFSET 0").count(), 2, "{plan}");
    let sales = plan.split_once(".\"sales\" AS \"t\" WHERE ").expect("a table").1;
    let (below, above) = sales.split_once(" OFFSET 0").expect("a fence");
    assert_eq!(below, "\"t\".\"paid\" AND (\"t\".\"id\" <= CAST($4 AS bigint))", "equality of booleans is leakproof");
    assert!(above.contains("COLLATE \"C\") < "), "an order of texts is not: {plan}");
}

#[tokio::test]
async fn what_is_on_no_list_stays_here_above_the_statement() {
    let medians = plan(&shop(), json!({"fields": ["name", "middle"]}), &access(mine(), RowFilter::Everything)).await;
    assert!(medians.contains("exact_median") && medians.contains("Pushed: SELECT"), "{medians}");
    let mut within = masked("name", Mask::Partial { first: 1, last: 0 });
    within.tables.iter_mut().for_each(|(name, table)| {
        if name.as_str() == "sales" {
            table.rows = mine();
        }
    });
    let masked = plan(&shop(), json!({"fields": ["name"]}), &within).await;
    let barrier = masked.find("Barrier").expect("a barrier");
    assert!(masked[barrier..].contains("<= CAST($1 AS bigint)) OFFSET 0"), "the policy goes down: {masked}");
    let answer = shop().ask(&query(json!({"fields": ["name"]})), &within).await.expect("an answer");
    assert_eq!(shown(&answer), [["***"]]);
}

/// Statements are prepared, so what would break out of a text in one must come back as it was.
#[tokio::test]
async fn hostile_values_are_values() {
    let hostile = [
        "'",
        "''",
        "\\",
        "\\'",
        "\\\\'",
        "'; DROP TABLE sales; --",
        "$1",
        "$$",
        "$tag$",
        "E'\\n'",
        "/*",
        "--",
        ";",
        "%",
        "_",
        "\u{2019}",
        "\u{ff07}",
        "\u{202e}",
        "\u{feff}",
        "é",
        "e\u{301}",
        "\u{10ffff}",
        "\n",
        "\t",
        "\r\n",
        "NULL",
        "",
        "U&'\\0027'",
        "\"",
        "`",
        "a b",
        " a",
        "a ",
        "1e5",
        "NaN",
        "'||pg_sleep(9)||'",
    ];
    let long = "'\\".repeat(20_000);
    let hostile: Vec<&str> = hostile.into_iter().chain([long.as_str()]).collect();
    let sales: Vec<_> = hostile.iter().zip(1..).map(|(text, id)| sale(id, None, text, 0)).collect();
    let world = World::new(&sales, &[]);
    for (value, id) in hostile.iter().zip(1_i64..) {
        let expected = vec![vec![id.to_string(), (*value).to_owned()]];
        let filter = json!({"field": "name", "values": [value]});
        let answer = world.ask(&query(json!({"fields": ["id", "name"], "filters": [filter]})), &everything()).await;
        assert_eq!(shown(&answer.expect("an answer")), expected, "as a filter");
        let policy = only("name", Comparison::Equal, Scalar::Text((*value).to_owned()));
        let within = access(policy, RowFilter::Everything);
        let answer = world.ask(&query(json!({"fields": ["id", "name"]})), &within).await.expect("an answer");
        assert_eq!(shown(&answer), expected, "in a policy");
    }
    let within = masked("name", Mask::Constant(Scalar::Text(hostile[5].to_owned())));
    let answer = world.ask(&query(json!({"fields": ["name", "rows"]})), &within).await.expect("an answer");
    assert_eq!(shown(&answer), [[hostile[5].to_owned(), hostile.len().to_string()]], "as a mask");
}

#[tokio::test]
async fn a_text_that_postgresql_has_not_is_equal_to_none() {
    let filter = json!({"field": "name", "values": ["a\0b"]});
    let answer = shop().ask(&query(json!({"fields": ["id"], "filters": [filter]})), &everything()).await;
    assert!(answer.expect("an answer").rows.is_empty());
    let policy = only("name", Comparison::NotEqual, Scalar::Text("a\0b".into()));
    let answer = shop().ask(&query(json!({"fields": ["id"]})), &access(policy, RowFilter::Everything)).await;
    assert_eq!(answer.expect("an answer").rows.len(), 3);
}

#[tokio::test]
async fn patterns_mean_the_same_in_both() {
    let names = ["ab", "a%b", "a_b", "a\\b", "a\nb", "äb", "", "%", "abc"];
    let sales: Vec<_> = names.iter().zip(1..).map(|(name, id)| sale(id, None, name, 0)).collect();
    let world = World::new(&sales, &[]);
    for pattern in ["a%", "a_b", "%", "", "a\\%b", "a\\_b", "a\\\\b", "_b", "%b%", "a\\b", "a\\", "\\", "%\\"] {
        let term = ColumnName::new("name").expect("a name").into();
        let policy = RowFilter::Where(Condition::Like { term, pattern: pattern.to_owned() });
        // The world compares both engines.
        let _ = world.ask(&query(json!({"fields": ["id"]})), &access(policy, RowFilter::Everything)).await;
    }
}

#[tokio::test]
async fn values_beyond_ours_are_null_or_refused_and_never_others() {
    made(
        "CREATE TABLE odd (id smallint, price numeric(10,2), day date, at timestamptz, local timestamp, name varchar(5));
         INSERT INTO odd VALUES (1, 'NaN', '2013-01-01', '2013-01-01 00:30+02', '2013-01-01 00:30', 'a'),
             (2, -0.05, '0001-01-01', '1969-12-31 23:59:59.999999+00', '1969-12-31 23:59:59.999999', NULL);
         GRANT SELECT ON odd TO reader",
    );
    let columns = json!({"id": "integer", "price": "decimal(12,2)", "day": "date", "at": "timestamp", "local": "timestamp", "name": "text"});
    let expected = [
        ["1", "-", "2013-01-01", "2012-12-31T22:30:00+00:00", "2013-01-01T00:30:00+00:00", "a"],
        ["2", "-0.05", "0001-01-01", "1969-12-31T23:59:59.999999+00:00", "1969-12-31T23:59:59.999999+00:00", "-"],
    ];
    let columns_in_order = ["id", "price", "day", "at", "local", "name"];
    let model = model_of("odd", &columns);
    let catalog = opened(&model, "reader").await.expect("a catalog");
    let everything = access_of(&model, RowFilter::Everything, RowFilter::Nothing);
    let question = query(json!({"fields": columns_in_order}));
    let answer = ask(&catalog, &Limits::default(), &question, &everything).await.expect("an answer");
    assert_eq!(shown(&answer), expected);
    // To PostgreSQL, NaN is above all numbers; to us it is none.
    let above = only("price", Comparison::Greater, Scalar::Decimal(0.into()));
    let within = access_of(&model, above, RowFilter::Nothing);
    assert_eq!(
        shown(&ask(&catalog, &Limits::default(), &question, &within).await.expect("an answer")),
        Vec::<Vec<String>>::new()
    );
    made("CREATE TABLE endless AS SELECT date 'infinity' AS day; GRANT SELECT ON endless TO reader");
    assert_eq!(
        rows("endless", json!({"day": "date"})).await,
        Err(QueryError::TooLarge { field: "day".parse().expect("a name") })
    );
}

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
    // The pool has two connections, and both are free again.
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
    assert_eq!(
        problems,
        [
            "model `shop`, table `places`: explore `sales` joins on a key that is not unique: expected one row for each value"
        ]
    );
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

/// What PostgreSQL makes of the statement of a question, as a plan.
#[cfg(feature = "enforcement-switch")]
async fn explained(world: &World, within: &Access) -> String {
    let filter = json!({"field": "name", "operator": "less", "values": ["x"]});
    let plan = plan(world, json!({"fields": ["rows"], "filters": [filter]}), within).await;
    let statement = plan.trim_start_matches("Pushed: ").replace("$1", "'2'").replace("$2", "'x'");
    server().run("postgres", &format!("EXPLAIN {statement}")).expect("a plan")
}

/// With the fence, what a viewer wrote is above the rows that the policy lets through; without, beside it.
#[cfg(feature = "enforcement-switch")]
#[tokio::test]
async fn fence() {
    let (world, within) = (shop(), access(mine(), RowFilter::Everything));
    let fenced = explained(&world, &within).await;
    let of = |plan: &str, wanted: &str| plan.lines().find(|line| line.contains(wanted)).unwrap_or_default().to_owned();
    assert!(of(&fenced, "Subquery Scan").contains('q') && !of(&fenced, "<= '2'").contains("'x'"), "{fenced}");
    let _off = model::enforcement::switch_off(Point::Fence);
    let open = explained(&world, &within).await;
    assert!(of(&open, "<= '2'").contains("'x'"), "one filter of both: {open}");
    let catalog = world.twin.as_ref().expect("a twin").catalog().await;
    let question = query(json!({"fields": ["rows"]}));
    let plan = secure_with(catalog, &question, &within, &world.limits, Purpose::Answer).expect("a plan");
    drop(_off);
    assert_eq!(Engine::default().run(plan).await.err(), Some(QueryError::Internal), "the last look refuses it");
}
