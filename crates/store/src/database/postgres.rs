//! What is PostgreSQL's alone.

use super::{Begin, Database, KNOWING, MIGRATIONS, PATIENCE, Settled, pool};
use crate::StoreError;
use sqlx::any::AnyConnectOptions;
use sqlx::migrate::{Migration, Migrator};
use sqlx::{AnyConnection, AssertSqlSafe, ConnectOptions as _, Connection as _, SqlSafeStr as _};
use std::time::Duration;
use url::Url;

/// What sqlx calls it.
pub(super) const NAME: &str = "PostgreSQL";

const WRITERS: u32 = 8;
const READERS: u32 = 8;

/// How long the first connection may take, and waiting for another process that migrates.
const OPENING: Duration = Duration::from_secs(10);
const MIGRATING: Duration = Duration::from_secs(600);

/// Whatever the role's or the database's own settings say: statements see what was committed before they began, commits
/// are on disk when they return, nobody waits for ever, and who has gone away in a transaction loses its locks.
const SETTINGS: &str = "SELECT set_config('default_transaction_isolation', 'read committed', false), \
     set_config('default_transaction_read_only', 'off', false), set_config('TimeZone', 'UTC', false), \
     set_config('statement_timeout', '30s', false), set_config('lock_timeout', '5s', false), \
     set_config('idle_in_transaction_session_timeout', '10s', false), \
     set_config('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') \
         THEN 'on' ELSE current_setting('synchronous_commit') END, false)";

/// Advisory locks of the transaction: `1` what is in force, `2` the audit trail. The first number is Vitrine's own. They are
/// taken in this order and given back by the end of the transaction.
const ALONE: &str = "BEGIN; SELECT pg_advisory_xact_lock(1447646290, 1)";
const BESIDE: &str = "BEGIN; SELECT pg_advisory_xact_lock_shared(1447646290, 1)";
const TRAIL: &str = "BEGIN; SELECT pg_advisory_xact_lock(1447646290, 2)";
pub(super) const TAKE_TRAIL: &str = "SELECT pg_advisory_xact_lock(1447646290, 2)";

const MOMENT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0; \
                      SET LOCAL idle_in_transaction_session_timeout = 0";

const TABLES: &str = "SELECT CAST(relname AS text) FROM pg_class WHERE relkind = 'r' AND relname <> '_sqlx_migrations' \
                      AND relnamespace = CAST(current_schema() AS regnamespace) ORDER BY oid";

const BEGIN: Begin = Begin { alone: ALONE, beside: BESIDE, trail: TRAIL, moment: MOMENT, tables: TABLES };

/// Opens the database, whose tables are made and migrated where necessary.
pub(super) async fn open(url: &Url) -> Result<Database, StoreError> {
    let address = AnyConnectOptions::from_url(url)?;
    migrate(&address).await?;
    let (writers, readers) =
        (pool(WRITERS, PATIENCE, address.clone(), settle).await?, pool(READERS, KNOWING, address, settle).await?);
    Ok(Database { writers, readers, begin: BEGIN })
}

/// Under sqlx's own advisory lock, so that processes that start at once wait for the first of them.
async fn migrate(address: &AnyConnectOptions) -> Result<(), StoreError> {
    let connected = tokio::time::timeout(OPENING, address.connect()).await;
    let mut connection = connected.unwrap_or(Err(sqlx::Error::PoolTimedOut))?;
    let migrations = Migrator::with_migrations(MIGRATIONS.iter().map(in_byte_order).collect());
    let run = tokio::time::timeout(MIGRATING, migrations.run_direct(None, &mut connection, false)).await;
    run.map_err(|_| StoreError::TooSlow)??;
    Ok(connection.close().await?)
}

/// Texts compare and sort byte by byte, as in SQLite, and not in the order of a language.
fn in_byte_order(migration: &Migration) -> Migration {
    let sql = migration.sql.as_str().replace(" TEXT", " TEXT COLLATE \"C\"");
    Migration { sql: AssertSqlSafe(sql).into_sql_str(), ..migration.clone() }
}

fn settle(connection: &mut AnyConnection) -> Settled<'_> {
    Box::pin(async move {
        sqlx::raw_sql(SETTINGS).execute(&mut *connection).await?;
        let standby: bool = sqlx::query_scalar("SELECT pg_is_in_recovery()").fetch_one(connection).await?;
        if standby {
            Err(sqlx::Error::Configuration("the server is a standby, which may be behind".into()))
        } else {
            Ok(())
        }
    })
}
