//! Running one statement: in a transaction that cannot write, as the role that was chosen, and no longer than it may.

use super::Server;
use crate::error::QueryError;
use crate::postgres::node::Pushed;
use crate::postgres::rows::Batch;
use crate::postgres::sql::{Kind, Parameter, Statement, Value};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use futures::{Stream, StreamExt as _, stream};
use sqlx::error::BoxDynError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Encode, Postgres, Row as _, Type};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};

/// Batches that wait for whoever reads them.
const WAITING: usize = 2;

/// How long the attempt to cancel may take.
const CANCELLING: Duration = Duration::from_secs(5);

/// Nothing of it stays: all of it ends with the transaction.
const SETTINGS: &str = "SELECT set_config('role', coalesce($1, 'none'), true), \
     set_config('statement_timeout', CAST($2 AS text), true), pg_backend_pid()";

/// In a transaction with one view of the data that cannot write.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

impl Pushed {
    /// The rows in batches of so many. The statement begins when the first batch is asked for, so that a plan which reads one
    /// table after another needs one connection after another. Dropping the stream cancels it.
    pub(crate) fn run(
        &self,
        schema: SchemaRef,
        rows: usize,
        time: Duration,
    ) -> impl Stream<Item = Result<RecordBatch, DataFusionError>> + Send + use<> {
        let run = Run { role: self.at.role.clone(), schema, rows, time };
        let (server, statement) = (Arc::clone(&self.at.server), self.select.statement());
        stream::once(async move { told(run.begun(server, statement)) }).flatten()
    }
}

/// What is told, as batches.
fn told(receiver: Receiver<Told>) -> impl Stream<Item = Result<RecordBatch, DataFusionError>> {
    stream::unfold(Some(receiver), |receiver| async {
        let mut receiver = receiver?;
        match receiver.recv().await {
            Some(Told::Batch(batch)) => Some((Ok(batch), Some(receiver))),
            Some(Told::Done) => None,
            Some(Told::Failed(error)) => Some((Err(DataFusionError::External(Box::new(error))), None)),
            // It ended without a word: the rows so far are not all.
            None => Some((Err(DataFusionError::External(Box::new(QueryError::Unreadable))), None)),
        }
    })
}

/// What whoever runs a statement tells whoever reads its rows.
enum Told {
    /// Some rows.
    Batch(RecordBatch),
    /// There are no more.
    Done,
    /// There will not be all.
    Failed(QueryError),
}

struct Run {
    role: Option<String>,
    schema: SchemaRef,
    rows: usize,
    time: Duration,
}

impl Run {
    /// Runs the statement beside whoever reads what it tells.
    fn begun(self, server: Arc<Server>, statement: Statement) -> Receiver<Told> {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(async move {
            // If nobody listens any more, nobody misses what is told.
            match self.on(&server, statement, &sender).await {
                Ok(Some(open)) => {
                    // Whoever reads need not wait for the end of the transaction.
                    drop(sender.send(Told::Done).await);
                    open.give_back().await;
                }
                Ok(None) => {}
                Err(error) => drop(sender.send(Told::Failed(error)).await),
            }
        });
        receiver
    }

    /// Sends the rows; what is left is a connection in a transaction without anything to do, unless nobody wants them.
    async fn on(
        &self,
        server: &Server,
        statement: Statement,
        sender: &Sender<Told>,
    ) -> Result<Option<Open>, QueryError> {
        let acquired = tokio::select! {
            acquired = server.pool.acquire() => acquired.map_err(failed)?,
            () = sender.closed() => return Ok(None),
        };
        let mut open = Open(Some(acquired));
        let Some(connection) = open.0.as_mut() else { return Ok(None) };
        let process = self.begin(connection).await?;
        let is_wanted = tokio::select! {
            outcome = self.read(connection, statement, sender) => outcome?,
            () = sender.closed() => false,
        };
        if is_wanted {
            return Ok(Some(open));
        }
        server.cancel(process).await;
        Ok(None)
    }

    /// Begins the transaction, and says which process of the server does it.
    async fn begin(&self, connection: &mut PgConnection) -> Result<i32, QueryError> {
        sqlx::raw_sql(BEGIN).execute(&mut *connection).await.map_err(failed)?;
        let milliseconds = i64::try_from(self.time.as_millis()).unwrap_or(i64::MAX).clamp(1, i32::MAX.into());
        let set = sqlx::query(SETTINGS).bind(self.role.as_deref()).bind(milliseconds);
        set.fetch_one(connection).await.and_then(|row| row.try_get(2)).map_err(failed)
    }

    /// Sends all rows, unless nobody wants them any more: then it says so.
    async fn read(
        &self,
        connection: &mut PgConnection,
        statement: Statement,
        sender: &Sender<Told>,
    ) -> Result<bool, QueryError> {
        let arguments = arguments(&statement.parameters).map_err(|_| QueryError::Internal)?;
        // The text is written by `sql` alone, which has no form for a value.
        let query = sqlx::query_with(AssertSqlSafe(statement.text), arguments);
        let mut found = query.fetch(connection);
        let mut batch = Batch::new(&self.schema)?;
        while let Some(row) = found.next().await {
            let row: PgRow = row.map_err(failed)?;
            batch.push(&row)?;
            if batch.rows() >= self.rows && sender.send(Told::Batch(batch.take()?)).await.is_err() {
                return Ok(false);
            }
        }
        Ok(batch.rows() == 0 || sender.send(Told::Batch(batch.take()?)).await.is_ok())
    }
}

/// A connection in a transaction. It is closed instead of given back, unless the transaction comes to its end.
struct Open(Option<PoolConnection<Postgres>>);

impl Open {
    /// Ends the transaction.
    async fn give_back(mut self) {
        let Some(connection) = self.0.as_mut() else { return };
        if sqlx::raw_sql("COMMIT").execute(&mut **connection).await.is_ok() {
            self.0 = None;
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(mut connection) = self.0.take() {
            connection.close_on_drop();
        }
    }
}

impl Server {
    /// Ends what a process of the server is doing.
    async fn cancel(&self, process: i32) {
        let cancel = async {
            let mut connection: PgConnection = self.options.connect().await?;
            sqlx::query("SELECT pg_cancel_backend($1)").bind(process).execute(&mut connection).await?;
            connection.close().await
        };
        if !matches!(tokio::time::timeout(CANCELLING, cancel).await, Ok(Ok(()))) {
            tracing::warn!("a statement could not be cancelled: it goes on until its time is over");
        }
    }
}

fn arguments(parameters: &[Parameter]) -> Result<PgArguments, BoxDynError> {
    let mut arguments = PgArguments::default();
    for parameter in parameters {
        match parameter {
            Parameter::One(value) => one(&mut arguments, value)?,
            Parameter::Many(kind, values) => many(&mut arguments, *kind, values)?,
        }
    }
    Ok(arguments)
}

fn one(arguments: &mut PgArguments, value: &Value) -> Result<(), BoxDynError> {
    match value {
        Value::Text(text) | Value::Decimal(text) => arguments.add(text),
        Value::Integer(number) => arguments.add(*number),
        Value::Boolean(truth) => arguments.add(*truth),
        Value::Date(days) => arguments.add(day(*days)?),
        Value::Timestamp(at) => arguments.add(instant(*at)?),
        Value::LocalTimestamp(at) => arguments.add(instant(*at)?.naive_utc()),
    }
}

fn many(arguments: &mut PgArguments, kind: Kind, values: &[Value]) -> Result<(), BoxDynError> {
    match kind {
        Kind::Text | Kind::Decimal => list(arguments, values, |value| match value {
            Value::Text(text) | Value::Decimal(text) => Some(text.clone()),
            _ => None,
        }),
        Kind::Integer => list(arguments, values, |value| match value {
            Value::Integer(number) => Some(*number),
            _ => None,
        }),
        Kind::Boolean => list(arguments, values, |value| match value {
            Value::Boolean(truth) => Some(*truth),
            _ => None,
        }),
        Kind::Date => list(arguments, values, |value| match value {
            Value::Date(days) => day(*days).ok(),
            _ => None,
        }),
        Kind::Timestamp => list(arguments, values, |value| match value {
            Value::Timestamp(at) => instant(*at).ok(),
            _ => None,
        }),
        Kind::LocalTimestamp => list(arguments, values, |value| match value {
            Value::LocalTimestamp(at) => instant(*at).ok().map(|at: DateTime<Utc>| -> NaiveDateTime { at.naive_utc() }),
            _ => None,
        }),
    }
}

fn list<T>(arguments: &mut PgArguments, values: &[Value], read: impl Fn(&Value) -> Option<T>) -> Result<(), BoxDynError>
where
    Vec<T>: for<'q> Encode<'q, Postgres> + Type<Postgres>,
{
    let values: Option<Vec<T>> = values.iter().map(read).collect();
    arguments.add(values.ok_or("a value of another type")?)
}

fn day(days: i32) -> Result<NaiveDate, BoxDynError> {
    let day = NaiveDate::default().checked_add_signed(chrono::TimeDelta::days(days.into()));
    day.ok_or_else(|| "a day outside of the calendar".into())
}

fn instant(at: i64) -> Result<DateTime<Utc>, BoxDynError> {
    DateTime::from_timestamp_micros(at).ok_or_else(|| "an instant outside of the calendar".into())
}

/// What is told of an error: its kind. Its text may quote rows.
pub(super) fn failed(error: sqlx::Error) -> QueryError {
    let code = error.as_database_error().and_then(|error| error.code()).map(std::borrow::Cow::into_owned);
    let told = match (&error, code.as_deref()) {
        (_, Some("57014" | "25P03")) => QueryError::TimeLimit,
        (sqlx::Error::PoolTimedOut, _) => QueryError::TimeLimit,
        (_, Some(code)) if code.starts_with("53") => QueryError::MemoryLimit,
        // It is gone, stopping, or has taken a right back.
        (_, Some(code)) if code.starts_with("08") || code.starts_with("57P") || code == "42501" => {
            QueryError::Unreadable
        }
        (sqlx::Error::Database(_), _) => QueryError::Internal,
        (sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed, _) => {
            QueryError::Unreadable
        }
        _ => QueryError::Internal,
    };
    tracing::warn!(code, kind = told.kind(), "a statement failed");
    told
}
