//! What is PostgreSQL's alone: its tables are those of SQLite, and connections are what they should be.

use crate::place::{KEY, Kind, Outcome, Place};
use crate::postgres::fixtures::{World, application, definitions, event, member};
use authz::ProfileWrite;
use serde_json::json;
use sqlx::Row as _;
use store::sessions::{Credential, FoundSession, OpenSession};
use store::{Address, EncryptionKey, Secret, Store, StoreError, TokenHash};
use testkit::postgres::Postgres;

/// Each table's columns with whether they may be NULL, its keys and its indexes, in words that both databases have.
#[tokio::test]
async fn both_databases_have_the_same_tables() -> Outcome {
    let (sqlite, postgres) = (Place::new(Kind::Sqlite)?, Place::new(Kind::Postgres)?);
    drop((sqlite.open().await?, postgres.open().await?));
    let in_sqlite = "SELECT m.name || '.' || c.name || ' ' || lower(c.type) || CASE c.\"notnull\" WHEN 1 THEN ' not null' ELSE '' END \
         FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND substr(m.name, 1, 5) <> '_sqlx' \
         AND substr(m.name, 1, 7) <> 'sqlite_' UNION ALL SELECT 'index ' || name FROM sqlite_master WHERE type = 'index' \
         AND sql IS NOT NULL ORDER BY 1";
    let in_postgres = "SELECT table_name || '.' || column_name || ' ' || data_type \
         || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END COLLATE \"C\" FROM information_schema.columns \
         WHERE table_schema = 'public' AND table_name NOT LIKE '\\_sqlx%' UNION ALL SELECT 'index ' || i.relname FROM pg_index x \
         JOIN pg_class i ON i.oid = x.indexrelid WHERE i.relnamespace = 'public'::regnamespace AND i.relname NOT LIKE '\\_sqlx%' \
         AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid) ORDER BY 1";
    let sqlite: Vec<String> = sqlx::query_scalar(in_sqlite).fetch_all(&sqlite.behind().await?).await?;
    let postgres: Vec<String> = sqlx::query_scalar(in_postgres).fetch_all(&postgres.behind().await?).await?;
    assert!(sqlite.len() > 40, "{sqlite:?}");
    assert_eq!(sqlite, postgres);
    Ok(())
}

/// Texts are in the order of their bytes, also where the database's own order is that of a language.
#[tokio::test]
async fn texts_are_in_the_order_of_their_bytes() -> Outcome {
    for kind in [Kind::Sqlite, Kind::Postgres] {
        let place = Place::new(kind)?;
        place.open().await?;
        place
            .run("INSERT INTO meta (name, value) VALUES ('ä', ''), ('b', ''), ('B', ''), ('a', ''), ('Z', '')")
            .await?;
        let sorted = "SELECT name FROM meta WHERE name < 'encryption' OR name = 'ä' ORDER BY name";
        let names: Vec<String> = sqlx::query_scalar(sorted).fetch_all(&place.behind().await?).await?;
        assert_eq!(names, ["B", "Z", "a", "b", "ä"], "{kind:?}");
    }
    Ok(())
}

/// Over a network: TLS with a certificate for the name and a password, both of which are checked.
#[tokio::test]
async fn over_a_network_the_server_and_the_role_prove_who_they_are() -> Outcome {
    let server = Postgres::listening()?;
    server.run(
        "postgres",
        "CREATE ROLE vitrine LOGIN PASSWORD 'p@ss/word %41'; CREATE SCHEMA vitrine AUTHORIZATION vitrine",
    )?;
    let password = Secret::new("p@ss/word %41".to_owned());
    let port = server.port();
    let certificate = server.certificate();
    let root = format!("sslrootcert={}", certificate.display());
    let open = async |address: &str, password: &Secret| {
        Store::open(&Address::postgres(address, Some(password))?, EncryptionKey::from_bytes(KEY))
            .await
            .map_err(Into::into)
    };
    let trusted = format!("postgres://vitrine@localhost:{port}/postgres?{root}");
    let store = open(&trusted, &password).await?;
    assert_eq!(store.revision().await?, 0);
    let encrypted =
        "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'vitrine' AND NOT ssl";
    assert_eq!(server.run("postgres", encrypted)?.trim(), "0");
    let untrusted = format!("postgres://vitrine@localhost:{port}/postgres");
    let other_name = format!("postgres://vitrine@127.0.0.1:{port}/postgres?{root}");
    let wrong = Secret::new("wrong".to_owned());
    for (address, password, expected) in [
        (&untrusted, &password, "certificate"),
        (&other_name, &password, "certificate"),
        (&trusted, &wrong, "password authentication failed"),
    ] {
        let refused: Result<Store, Box<dyn std::error::Error>> = open(address, password).await;
        let refused = refused.err().ok_or("expected a refusal")?;
        let said = format!("{refused} {refused:?}");
        assert!(said.contains(expected) && !said.contains("p@ss") && !said.contains("p%40ss"), "{said}");
    }
    Ok(())
}

/// Whatever the role's settings say.
#[tokio::test]
async fn a_commit_is_on_disk_and_sees_what_is_committed() -> Outcome {
    let place = Place::new(Kind::Postgres)?;
    let Place::Database(database) = &place else { return Err("expected a database".into()) };
    let name: String = database.run("SELECT current_database()")?.trim().to_owned();
    database.run(&format!("ALTER DATABASE {name} SET synchronous_commit = off"))?;
    database.run(&format!("ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'"))?;
    database.run("CREATE TABLE said (commit text, isolation text)")?;
    let _store = place.open().await?;
    database.run(
        "CREATE FUNCTION said() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO said SELECT \
         current_setting('synchronous_commit'), current_setting('transaction_isolation'); RETURN NEW; END $$; \
         CREATE TRIGGER said BEFORE INSERT ON revisions FOR EACH ROW EXECUTE FUNCTION said()",
    )?;
    let store = place.open().await?;
    store.apply(application(definitions())?, event("applied")).await?;
    let said = sqlx::query("SELECT commit, isolation FROM said").fetch_one(&place.behind().await?).await?;
    assert_eq!((said.try_get::<String, _>(0)?, said.try_get::<String, _>(1)?), ("on".into(), "read committed".into()));
    Ok(())
}

/// A change waits for a session that is being opened, and then ends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_waits_for_the_session_that_it_must_end() -> Outcome {
    let world = World::new().await?;
    let Place::Database(database) = &world.place else { return Err("expected a database".into()) };
    let waiting = |what: &str| -> Outcome<bool> {
        let waiting = format!("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = '{what}'");
        Ok(database.run(&waiting)?.trim() != "0")
    };
    let facts = world.facts("fred", &["Managers"]).await?;
    let profile = ProfileWrite::Create(member(&facts));
    // Somebody else is about to write the same person, so opening waits in the middle.
    let behind = world.place.behind().await?;
    let mut somebody = behind.begin().await?;
    sqlx::query(
        "INSERT INTO members SELECT 'member_0', issuer, tenant, 'fred', kind, written_by, active, has_logged_in, email, \
         first_name, last_name, account_type, teams, attributes, created_at, changed_at FROM members WHERE subject = 'u-7'",
    )
    .execute(&mut *somebody)
    .await?;
    sqlx::query("UPDATE members SET issuer = $1 WHERE id = 'member_0'")
        .bind(facts.issuer.as_ref().map_or("", |issuer| issuer.as_str()))
        .execute(&mut *somebody)
        .await?;
    let (node, opened) = (world.store.clone(), facts.clone());
    let opening = tokio::spawn(async move {
        let credential = Credential::Handle { hash: TokenHash::of("vh_1"), replaces: None };
        node.open_session(OpenSession {
            revision: 1,
            facts: &opened,
            found: None,
            linked: false,
            profile: &profile,
            once: None,
            credential,
        })
        .await
    });
    while !waiting("transactionid")? {
        tokio::task::yield_now().await;
    }
    let beside = world.place.open().await?;
    let applying = tokio::spawn(async move {
        let mut changed = definitions();
        changed["attributes"][0]["default"] = json!("AA");
        let application = application(changed).map_err(|_| StoreError::Chance)?;
        beside.apply(application, event("applied")).await
    });
    while !applying.is_finished() && !waiting("advisory")? {
        tokio::task::yield_now().await;
    }
    somebody.rollback().await?;
    assert!(opening.await?.is_ok());
    assert_eq!(applying.await??.ended_sessions, 1);
    assert!(matches!(world.session("vh_1").await?, FoundSession::Ended(_)));
    Ok(())
}
