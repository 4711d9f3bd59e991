//! Downloads over HTTP: the same rows in every format, never a short file, and what the audit trail says of them.

use crate::support::{Outcome, Vitrine, buyer, copy_of, edit};
use arrow_array::RecordBatch;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_ipc::reader::StreamReader;
use reqwest::header::ACCEPT;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use server::config::{Config, Limits};
use std::fmt::Write as _;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use store::audit::RecordedEvent;
use tempfile::TempDir;
use testkit::callers::{Answer, CallError, Viewer};
use testkit::canary::unpacked;
use testkit::world;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const FORMATS: [&str; 4] = ["csv", "xlsx", "json", "arrow"];

const EXPORTS: &str = "export_csv, export_xlsx, export_json, export_arrow";

/// A table whose values formats like to change.
const TRAPS: &str = "id,text,amount,day,at,flag
1,=HYPERLINK(\"x\"),0.10,2026-02-28,2026-01-01T23:59:59.000001Z,true
2,-1,-99999999999999999.99,1899-12-31,1969-12-31T23:59:59Z,false
9007199254740993,\"say \"\"hi\"\", you\nthere\",12345678901234567.89,2026-12-31,2026-06-30T12:00:00.5Z,true
-9007199254740993,+1,999999999999.99,0001-01-01,0001-01-01T00:00:00Z,
5,,,,,
6,@SUM(A1),7.00,9999-12-31,9999-12-31T23:59:59.999999Z,false
7,007,-0.01,1900-01-01,2000-01-01T00:00:00Z,true
";

/// The small world, in which analysts may download in every format, with a table of traps that everybody sees.
fn folder() -> Result<TempDir, CallError> {
    let folder = copy_of(&world::folder())?;
    let path = |file: &str| folder.path().join(file);
    edit(&path("account_types.yaml"), "explore, export_csv]", &format!("explore, {EXPORTS}]"))?;
    edit(&path("embed_keys.yaml"), "explore, export_csv]", &format!("explore, {EXPORTS}]"))?;
    fs::write(path("data/traps.csv"), TRAPS)?;
    edit(
        &path("models/shop.yaml"),
        "explores:\n",
        "  traps:\n    source: traps.csv\n    rows: shared\n    columns: {id: integer, text: text, amount: \"decimal(20,2)\", day: date, at: timestamp, flag: boolean}\nexplores:\n  traps:\n    table: traps\n    dimensions:\n      id: {column: traps.id, label: Number}\n      text: {column: traps.text, label: =Text}\n      amount: {column: traps.amount}\n      day: {column: traps.day}\n      at: {column: traps.at}\n      flag: {column: traps.flag}\n    measures:\n      sum: {sum: traps.id}\n",
    )?;
    edit(
        &path("workbooks/orders.yaml"),
        "      - name: words\n",
        "      - name: traps\n        show:\n          data:\n            query: {explore: shop.traps, fields: [id, text, amount, day, at, flag], sorts: [{field: id}]}\n            chart: {type: table}\n      - name: words\n",
    )?;
    Ok(folder)
}

async fn exported(viewer: &Viewer, element: &str, format: &str) -> Result<Answer, CallError> {
    viewer.ask(element, "export", &json!({"controls": {}, "format": format})).await
}

/// The rows of a file as texts; NULL and the empty text are nothing in all but two of the formats.
fn rows(format: &str, bytes: &[u8]) -> Result<Vec<Vec<String>>, CallError> {
    match format {
        "csv" => csv_rows(bytes),
        "xlsx" => sheet_rows(bytes),
        "json" => {
            let objects: Vec<serde_json::Map<String, Value>> = serde_json::from_slice(bytes)?;
            let text = |value: &Value| match value {
                Value::Null => String::new(),
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            Ok(objects.iter().map(|object| object.values().map(text).collect()).collect())
        }
        _ => {
            let batches = StreamReader::try_new(Cursor::new(bytes), None)?.collect::<Result<Vec<RecordBatch>, _>>()?;
            let options = FormatOptions::default();
            let mut rows = Vec::new();
            for batch in &batches {
                let columns = batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options));
                let columns = columns.collect::<Result<Vec<_>, _>>()?;
                rows.extend(
                    (0..batch.num_rows())
                        .map(|row| columns.iter().map(|column| column.value(row).to_string()).collect::<Vec<String>>()),
                );
            }
            Ok(rows)
        }
    }
}

fn csv_rows(bytes: &[u8]) -> Result<Vec<Vec<String>>, CallError> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let text = String::from_utf8(bytes.to_vec())?;
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field).trim_end_matches('\r').to_owned());
                rows.push(std::mem::take(&mut row));
            }
            other => field.push(other),
        }
    }
    rows.remove(0);
    Ok(rows)
}

/// The cells of the one sheet, in columns A to F; numbers of days as days.
fn sheet_rows(bytes: &[u8]) -> Result<Vec<Vec<String>>, CallError> {
    let parts = unpacked(bytes)?;
    let sheet = parts.iter().find(|(name, _)| name.ends_with("sheet1.xml")).ok_or("no sheet")?;
    let text = String::from_utf8(sheet.1.clone())?;
    assert!(!text.contains("<f>"), "a formula");
    let mut rows = Vec::new();
    for row in text.split("<row ").skip(2) {
        let mut cells = vec![String::new(); 6];
        for cell in row.split("<c ").skip(1) {
            let place = cell.split('"').nth(1).and_then(|place| place.bytes().next()).ok_or("no place")?;
            let inner = |open: &str, close: &str| Some(cell.split_once(open)?.1.split_once(close)?.0.to_owned());
            let value = inner("<v>", "</v>");
            let shown = match value {
                Some(value) if cell.contains("t=\"b\"") => (value == "1").to_string(),
                Some(days) if cell.contains(" s=\"") => day(days.parse()?),
                Some(value) => value,
                None => {
                    inner("<t>", "</t>").or_else(|| inner("<t xml:space=\"preserve\">", "</t>")).unwrap_or_default()
                }
            };
            cells[usize::from(place - b'A')] = shown.replace("&quot;", "\"").replace("&lt;", "<").replace("&amp;", "&");
        }
        rows.push(cells);
    }
    Ok(rows)
}

/// A day as spreadsheets count them, who believe that there was a 29th of February in 1900.
fn day(number: i64) -> String {
    let days = if number > 60 { number - 1 } else { number };
    (chrono::NaiveDate::default() + chrono::TimeDelta::days(days - 25_568)).to_string()
}

/// Numbers alike: spreadsheets keep no zeros at the end, and Arrow has its own way with instants.
fn normal(format: &str, row: Vec<String>) -> Vec<String> {
    let cell = |(index, text): (usize, String)| match (format, index) {
        ("csv", 1) => text.strip_prefix('\'').map(str::to_owned).unwrap_or(text),
        ("xlsx" | "arrow", 2) | (_, 2) if text.contains('.') => {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        ("arrow", 4) => text.replace("+00:00", "Z"),
        _ => text,
    };
    row.into_iter().enumerate().map(cell).collect()
}

#[tokio::test]
async fn every_format_has_the_same_rows() -> Outcome {
    let folder = folder()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let viewer = vitrine.buyer("acme").await?;
    let screen = viewer.element("main/traps", &json!({})).await?;
    let of_screen = rows(
        "json",
        &serde_json::to_vec(&json!(
            screen
                .rows()
                .iter()
                .map(|row| {
                    let cells = row.as_array().cloned().unwrap_or_default();
                    cells
                        .into_iter()
                        .enumerate()
                        .map(|(index, cell)| (index.to_string(), cell))
                        .collect::<serde_json::Map<_, _>>()
                })
                .collect::<Vec<_>>()
        ))?,
    )?;
    let of_screen: Vec<_> = of_screen.into_iter().map(|row| normal("json", row)).collect();
    assert_eq!(of_screen.len(), 7);
    assert_eq!(of_screen[0][0], "-9007199254740993");
    for format in FORMATS {
        let file = exported(&viewer, "main/traps", format).await?;
        assert_eq!(file.status, StatusCode::OK, "{format}: {}", file.text());
        assert_eq!(file.header("content-length"), file.bytes.len().to_string(), "{format}");
        let of_file: Vec<_> = rows(format, &file.bytes)?.into_iter().map(|row| normal(format, row)).collect();
        assert_eq!(of_file, of_screen, "{format}");
    }
    let csv = exported(&viewer, "main/traps", "csv").await?.text();
    assert!(csv.starts_with("Number,'=Text,amount,day,at,flag\r\n"), "{csv}");
    for neutral in ["'=HYPERLINK", "'-1,", "'+1,", "'@SUM", ",-99999999999999999.99,", "9007199254740993,"] {
        assert!(csv.contains(neutral), "`{neutral}` in {csv}");
    }
    Ok(())
}

/// The client of the test kit looks for the other company's canaries in every byte, also of what is packed.
#[tokio::test]
async fn no_format_has_rows_of_others() -> Outcome {
    let folder = folder()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let (acme, globex) = (vitrine.buyer("acme").await?, vitrine.buyer("globex").await?);
    for format in FORMATS {
        let files = [exported(&acme, "main/list", format).await?, exported(&globex, "main/list", format).await?];
        assert!(files.iter().all(|file| file.status == StatusCode::OK), "{format}");
        assert_ne!(rows(format, &files[0].bytes)?, rows(format, &files[1].bytes)?, "{format}");
        let body = json!({"format": format});
        assert_eq!(acme.ask("second/by_month", "underlying/export", &body).await?.status, StatusCode::OK);
        // What must not be found would be found.
        let own = exported(&acme, "main/list", format).await?;
        let parts = unpacked(&own.bytes)?.into_iter().map(|(_, part)| part).chain([own.bytes]);
        let mut texts = parts.map(|part| String::from_utf8_lossy(&part).into_owned());
        assert!(texts.any(|text| text.contains("CNRY_acme_order_0")), "{format}");
    }
    Ok(())
}

#[tokio::test]
async fn each_format_needs_its_permission() -> Outcome {
    let folder = folder()?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let all = vitrine.buyer("acme").await?;
    assert_eq!(
        all.open_workbook().await?.json()["actions"],
        json!(["explore", "drill", "view_underlying", "export_csv", "export_xlsx", "export_json", "export_arrow"])
    );
    for held in FORMATS {
        let mut session = buyer("acme");
        session["permissions"] = json!(["view", "explore", format!("export_{held}")]);
        let viewer = vitrine.host("portal").viewer(&session, "orders").await?;
        for format in FORMATS {
            let expected = if format == held { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(exported(&viewer, "main/list", format).await?.status, expected, "{format} with {held}");
        }
        let query = json!({"explore": "shop.orders", "fields": ["order_id", "note"]});
        for (media_type, format) in [("text/csv", "csv"), ("application/vnd.apache.arrow.stream", "arrow")] {
            let request = viewer.request(Method::POST, "/api/v1/query").header(ACCEPT, media_type).json(&query);
            let answer = viewer.stranger.send(request).await?;
            let expected = if format == held { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(answer.status, expected, "{media_type} with {held}");
            if answer.status == StatusCode::OK {
                assert!(answer.header("content-type").starts_with(media_type));
                assert_eq!(rows(format, &answer.bytes)?.len(), 18);
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_download_is_refused_beyond_its_limits_and_not_by_those_of_answers() -> Outcome {
    let folder = folder()?;
    let limits = Config::default().limits;
    let vitrine = Vitrine::of(folder.path()).await?.limited_by(Limits { rows: 5, ..limits.clone() }).await?;
    let viewer = vitrine.buyer("acme").await?;
    for format in FORMATS {
        let file = exported(&viewer, "main/list", format).await?;
        assert_eq!((file.status, rows(format, &file.bytes)?.len()), (StatusCode::OK, 18), "{format}");
    }
    for (limits, code) in [
        (Limits { download_rows: 17, ..limits.clone() }, "too_many_rows"),
        (Limits { download_bytes: 500, ..limits.clone() }, "too_many_bytes"),
    ] {
        let vitrine = Vitrine::of(folder.path()).await?.limited_by(limits).await?;
        let viewer = vitrine.buyer("acme").await?;
        for format in FORMATS {
            let refused = exported(&viewer, "main/list", format).await?;
            assert_eq!(
                (refused.status, refused.code()),
                (StatusCode::UNPROCESSABLE_ENTITY, code.to_owned()),
                "{format}"
            );
            assert_eq!(refused.header("content-disposition"), "", "no file");
        }
        let event = export_of(&vitrine, "export_csv").await?;
        assert_eq!(completion(&event), Some((0, 0, true)), "nothing went out");
    }
    Ok(())
}

#[tokio::test]
async fn tables_limit_what_teams_download() -> Outcome {
    let folder = folder()?;
    let limited = |limits: &str| {
        let folder = copy_of(folder.path())?;
        let place = "columns: {order_id: integer";
        edit(&folder.path().join("models/shop.yaml"), place, &format!("download_limits: [{limits}]\n    {place}"))?;
        Ok::<_, CallError>(folder)
    };
    let buyers = "{to: {teams: [Buyers]}, rows: 18}";
    let short = "{to: {teams: [Buyers]}, rows: 17}";
    for (limits, status, code) in [
        (buyers.to_owned(), StatusCode::OK, ""),
        (short.to_owned(), StatusCode::UNPROCESSABLE_ENTITY, "too_many_rows"),
        (format!("{short}, {{to: all, rows: 18}}"), StatusCode::OK, ""),
        (format!("{{to: all, rows: 5}}, {buyers}"), StatusCode::OK, ""),
        ("{to: {teams: [Buyers, Support]}, rows: 0}".to_owned(), StatusCode::FORBIDDEN, "forbidden"),
        ("{to: {teams: [Support]}, rows: 100}".to_owned(), StatusCode::FORBIDDEN, "forbidden"),
        ("{to: {guests_of: [portal]}, rows: 100}".to_owned(), StatusCode::FORBIDDEN, "forbidden"),
    ] {
        let folder = limited(&limits)?;
        let vitrine = Vitrine::of(folder.path()).await?;
        let viewer = vitrine.buyer("acme").await?;
        for format in FORMATS {
            let file = exported(&viewer, "main/list", format).await?;
            let told = if file.status == StatusCode::OK { String::new() } else { file.code() };
            assert_eq!((file.status, told), (status, code.to_owned()), "{format} with {limits}");
        }
        let rows = viewer.ask("second/by_month", "underlying/export", &json!({"format": "csv"})).await?;
        assert_eq!(rows.status, status, "underneath, with {limits}");
        let query = json!({"explore": "shop.orders", "fields": ["order_id"]});
        let request = viewer.request(Method::POST, "/api/v1/query").header(ACCEPT, "text/csv").json(&query);
        assert_eq!(viewer.stranger.send(request).await?.status, status, "a question of one's own, with {limits}");
        assert_eq!(viewer.element("main/list", &json!({})).await?.rows().len(), 18, "on the screen, with {limits}");
        let offers = viewer.open_workbook().await?.json()["actions"]
            .as_array()
            .is_some_and(|all| all.contains(&json!("export_csv")));
        assert!(offers, "traps set no limit");
    }
    Ok(())
}

/// A folder with so many rows of traps.
fn large(folder: &Path, rows: usize) -> Outcome {
    let mut text = "id,text,amount,day,at,flag\n".to_owned();
    for id in 0..rows {
        writeln!(
            text,
            "{id},a text of row {id} that takes some room in a file,1.00,2026-01-01,2026-01-01T00:00:00Z,true"
        )?;
    }
    Ok(fs::write(folder.join("data/traps.csv"), text)?)
}

fn completion(event: &RecordedEvent) -> Option<(u64, u64, bool)> {
    event.completion.as_ref().map(|completion| (completion.rows, completion.bytes, completion.aborted))
}

/// The latest event of a download, when it is complete: that is written beside the answer.
async fn export_of(vitrine: &Vitrine, action: &str) -> Result<RecordedEvent, CallError> {
    for _ in 0..10_000 {
        let events = vitrine.audit().await?;
        let found = events.into_iter().find(|event| event.event.action.as_deref() == Some(action));
        if let Some(found) = found.filter(|event| event.completion.is_some()) {
            return Ok(found);
        }
        tokio::task::yield_now().await;
    }
    Err("the download is never complete".into())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_audit_trail_has_what_went_out_also_of_what_was_aborted() -> Outcome {
    let folder = folder()?;
    let rows = 120_000;
    large(folder.path(), rows)?;
    let vitrine = Vitrine::of(folder.path()).await?;
    let viewer = vitrine.buyer("acme").await?;
    let whole = exported(&viewer, "main/traps", "csv").await?;
    assert_eq!(whole.status, StatusCode::OK, "{}", whole.text());
    let told = completion(&export_of(&vitrine, "export_csv").await?);
    assert_eq!(told, Some((rows as u64, whole.bytes.len() as u64, false)));

    let address = vitrine.base.trim_start_matches("http://");
    let mut connection = tokio::net::TcpStream::connect(address).await?;
    let body = json!({"controls": {}, "format": "json"}).to_string();
    let request = format!(
        "POST /api/v1/workbooks/orders/pages/main/elements/traps/export HTTP/1.1\r\nHost: {address}\r\n\
         Authorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        viewer.handle,
        body.len()
    );
    connection.write_all(request.as_bytes()).await?;
    let mut head = [0; 15];
    connection.read_exact(&mut head).await?;
    assert_eq!(&head, b"HTTP/1.1 200 OK");
    let mut begun = [0; 10_000];
    connection.read_exact(&mut begun).await?;
    drop(connection);
    let Some((told, bytes, aborted)) = completion(&export_of(&vitrine, "export_json").await?) else {
        return Err("no completion".into());
    };
    assert!(aborted && bytes > 0 && told > 0, "{told} rows, {bytes} bytes");
    assert!(told < rows as u64 && bytes < 16_000_000, "{told} rows, {bytes} bytes");
    let queries = vitrine.audit().await?;
    let query = queries.iter().find(|event| event.event.action.as_deref() == Some("run_query")).ok_or("no query")?;
    assert_eq!(completion(query), Some((told, bytes, true)), "the query's record says the same");
    Ok(())
}

/// Nothing of a download is left in the data folder, whatever became of it.
#[tokio::test]
async fn no_file_is_left() -> Outcome {
    let folder = folder()?;
    let vitrine = Vitrine::of(folder.path())
        .await?
        .limited_by(Limits { download_bytes: 3_000, ..Config::default().limits })
        .await?;
    let names = || -> Result<Vec<_>, CallError> {
        let entries = fs::read_dir(vitrine.data.path())?.collect::<Result<Vec<_>, _>>()?;
        let mut names: Vec<_> = entries.iter().map(fs::DirEntry::file_name).collect();
        names.sort();
        Ok(names)
    };
    let before = names()?;
    let viewer = vitrine.buyer("acme").await?;
    for format in FORMATS {
        exported(&viewer, "main/list", format).await?;
        exported(&viewer, "main/traps", format).await?;
    }
    assert_eq!(names()?, before);
    Ok(())
}

/// A spreadsheet has 1,048,576 rows: as many as fit below the headings are written, and one more is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_spreadsheet_is_never_cut_at_its_last_row() -> Outcome {
    let most = 1_048_575;
    let folder = folder()?;
    let ids = (0..=most).fold("id\n".to_owned(), |mut text, id| {
        let _ = writeln!(text, "{id}");
        text
    });
    fs::write(folder.path().join("data/ids.csv"), ids)?;
    edit(
        &folder.path().join("models/shop.yaml"),
        "explores:\n",
        "  ids:\n    source: ids.csv\n    rows: shared\n    columns: {id: integer}\nexplores:\n  ids: {table: ids, dimensions: {id: {column: ids.id}}}\n",
    )?;
    let element = |name: &str, filters: &str| {
        format!(
            "      - name: {name}\n        show: {{data: {{query: {{explore: shop.ids, fields: [id]{filters}}}, chart: {{type: table}}}}}}\n"
        )
    };
    let elements = element("ids", "") + &element("fewer", ", filters: [{field: id, operator: greater, values: [0]}]");
    edit(
        &folder.path().join("workbooks/orders.yaml"),
        "      - name: words\n",
        &format!("{elements}      - name: words\n"),
    )?;
    let limits = Limits { download_rows: 2_000_000, ..Config::default().limits };
    let vitrine = Vitrine::of(folder.path()).await?.limited_by(limits).await?;
    let viewer = vitrine.buyer("acme").await?;
    let refused = exported(&viewer, "main/ids", "xlsx").await?;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::UNPROCESSABLE_ENTITY, "xlsx_limit"));
    assert_eq!(refused.header("content-disposition"), "", "no file");
    let whole = exported(&viewer, "main/fewer", "xlsx").await?;
    assert_eq!(whole.status, StatusCode::OK, "{}", whole.text());
    let told = completion(&export_of(&vitrine, "export_xlsx").await?);
    assert_eq!(told, Some((most, whole.bytes.len() as u64, false)));
    Ok(())
}
