//! What is on its way out stops when whoever asked may not have it any more.

use crate::nodes::completed;
use crate::support::{Outcome, Vitrine, copy_of, edit};
use server::config::{Config, Limits};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;
use testkit::callers::{CallError, Viewer};
use testkit::world;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The small world with a table of so many rows that everybody sees.
async fn with_many_rows(rows: usize) -> Result<(Vitrine, Viewer), CallError> {
    let folder = copy_of(&world::folder())?;
    let mut text = "id,text\n".to_owned();
    for id in 0..rows {
        writeln!(text, "{id},a text of row {id} that takes some room on its way out {}", "and more ".repeat(20))?;
    }
    fs::write(folder.path().join("data/many.csv"), text)?;
    add_many(folder.path(), "many.csv")?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let limits = Limits { rows: 100_000, ..Config::default().limits };
    let vitrine = vitrine.limited_by(limits).await?;
    let viewer = vitrine.buyer("acme").await?;
    Ok((vitrine, viewer))
}

/// Adds a table that everybody sees, read from there, and an element that shows it.
pub(crate) fn add_many(folder: &Path, source: &str) -> Outcome {
    edit(
        &folder.join("models/shop.yaml"),
        "explores:\n",
        &format!(
            "  many:\n    source: {source}\n    rows: shared\n    columns: {{id: integer, text: text}}\nexplores:\n  many:\n    \
         table: many\n    dimensions:\n      id: {{column: many.id}}\n      text: {{column: many.text}}\n    measures:\n      \
         rows: {{count: rows}}\n"
        ),
    )?;
    edit(
        &folder.join("workbooks/orders.yaml"),
        "      - name: words\n",
        "      - name: many\n        show:\n          data:\n            query: {explore: shop.many, fields: [id, text]}\n            \
         chart: {type: table}\n      - name: words\n",
    )?;
    Ok(())
}

/// Somebody who reads some of an answer, and then slowly all that comes.
pub(crate) struct Reading {
    connection: TcpStream,
    read: usize,
}

impl Reading {
    pub(crate) async fn begin(base: &str, handle: &str, (kind, body): (&str, &str)) -> Result<Self, CallError> {
        let address = base.trim_start_matches("http://");
        let mut connection = TcpStream::connect(address).await?;
        let request = format!(
            "POST /api/v1/workbooks/orders/pages/main/elements/many/{kind} HTTP/1.1\r\nHost: {address}\r\n\
             Authorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            handle,
            body.len()
        );
        connection.write_all(request.as_bytes()).await?;
        let mut begun = [0; 10_000];
        connection.read_exact(&mut begun).await?;
        assert!(begun.starts_with(b"HTTP/1.1 200 OK"), "{}", String::from_utf8_lossy(&begun[..200]));
        Ok(Self { connection, read: begun.len() })
    }

    /// How many bytes there are until the connection ends. Time passes, in which the server asks again.
    pub(crate) async fn rest(mut self) -> usize {
        let mut piece = vec![0; 256 << 10];
        while let Ok(read @ 1..) = self.connection.read(&mut piece).await {
            self.read += read;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.read
    }
}

pub(crate) const EXPORT: (&str, &str) = ("export", r#"{"controls": {}, "format": "csv"}"#);
const QUERY: (&str, &str) = ("query", r#"{"controls": {}}"#);

/// The bytes of a whole answer, and of one whose session ended when the first of them were there.
async fn whole_and_broken(rows: usize, (kind, body): (&str, &str)) -> Result<(usize, usize, Vitrine), CallError> {
    let (vitrine, viewer) = with_many_rows(rows).await?;
    let whole = viewer.ask("main/many", kind, &serde_json::from_str(body)?).await?.bytes.len();
    let reading = Reading::begin(&vitrine.base, &viewer.handle, (kind, body)).await?;
    assert!(vitrine.host("portal").end(&viewer.session).await?.status.is_success());
    let read = reading.rest().await;
    Ok((whole, read, vitrine))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_stops_going_out_when_its_session_ends() -> Outcome {
    let (whole, read, vitrine) = whole_and_broken(60_000, EXPORT).await?;
    assert!(read < whole, "{read} of {whole} bytes");
    for action in ["run_query", "export_csv"] {
        let completed = completed(&vitrine, action).await?;
        assert!(completed.aborted && completed.bytes > 0 && completed.bytes < whole as u64, "{action}: {completed:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_answer_stops_going_out_when_its_session_ends() -> Outcome {
    let (whole, read, vitrine) = whole_and_broken(60_000, QUERY).await?;
    assert!(read < whole, "{read} of {whole} bytes");
    let completed = completed(&vitrine, "run_query").await?;
    assert!(completed.aborted && completed.bytes < whole as u64, "{completed:?}");
    Ok(())
}

#[cfg(feature = "enforcement-switch")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_point_it_would_go_out_whole() -> Outcome {
    let _off = model::enforcement::switch_off(model::enforcement::Point::UnderWay);
    let (whole, read, _vitrine) = whole_and_broken(60_000, EXPORT).await?;
    assert!(read > whole, "the leak: with its head it is {read} of {whole} bytes");
    Ok(())
}
