//! Views as files: rows and pictures as whoever asks sees them, in the words of Tableau.

use super::{World, code, of, refusal, said};
use crate::support::Outcome;
use reqwest::StatusCode;
use serde_json::json;
use testkit::callers::{Answer, CallError};

/// The width and height that a PNG says it has.
fn size(png: &Answer) -> (u32, u32) {
    assert_eq!((png.status, png.header("content-type").as_str()), (StatusCode::OK, "image/png"), "{}", png.text());
    let number = |at: usize| png.bytes[at..at + 4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
    (number(16), number(20))
}

/// How many pages a PDF has, and whether they are of that size.
fn pages(pdf: &Answer, size: &str) -> (usize, bool) {
    assert_eq!(
        (pdf.status, pdf.header("content-type").as_str()),
        (StatusCode::OK, "application/pdf"),
        "{}",
        pdf.text()
    );
    let text = String::from_utf8_lossy(&pdf.bytes);
    (text.matches("/Type/Page/").count(), text.contains(&format!("/MediaBox[0 0 {size}]")))
}

/// The ids of the page `main` and of its element `total`, which Tableau knew as a view.
async fn views(program: &super::Program) -> Result<(String, String), CallError> {
    let ids = program.names("views", "id").await?;
    let ending = |end: &str| ids.iter().find(|id| id.ends_with(end)).cloned().ok_or(format!("no {end} in {ids:?}"));
    Ok((ending("~main")?, ending("~main~total")?))
}

#[tokio::test]
async fn the_rows_of_a_view_are_csv_and_spreadsheets() -> Outcome {
    let world = World::drawing().await?;
    let program = world.host(&said("1")).await?;
    let (main, total) = views(&program).await?;
    let one = program.get(&format!("/views/{total}/data?maxAge=1")).await?;
    assert_eq!(one.header("content-type"), "text/csv; charset=utf-8", "{}", one.text());
    let all: u32 = one.text().lines().nth(1).ok_or("no row")?.parse()?;
    let page = program.get(&format!("/views/{main}/data")).await?;
    assert_eq!(page.text(), one.text(), "of a page the first element that has rows");
    let filtered = program.get(&format!("/views/{total}/data?vf_Status=paid")).await?;
    let paid: u32 = filtered.text().lines().nth(1).ok_or("no row")?.parse()?;
    let several: u32 = program
        .get(&format!("/views/{total}/data?vf_status=paid,open"))
        .await?
        .text()
        .lines()
        .nth(1)
        .ok_or("no row")?
        .parse()?;
    assert!(0 < paid && paid < several && several <= all, "{paid} {several} {all}");
    let sheet = program.get(&format!("/views/{total}/crosstab/excel")).await?;
    assert!(sheet.status == StatusCode::OK && sheet.bytes.starts_with(b"PK"), "{}", sheet.text());
    let (status, code, detail) = refusal(&program.get(&format!("/views/{total}/data?vf_Nothing=1")).await?);
    assert_eq!((status, code.as_str()), (400, "400003"));
    assert!(detail.contains("`vf_Nothing`") && detail.contains("`Status`"), "{detail}");
    Ok(())
}

#[tokio::test]
async fn a_view_is_drawn_as_png_and_pdf() -> Outcome {
    let world = World::drawing().await?;
    let program = world.host(&said("1")).await?;
    let (main, total) = views(&program).await?;
    let get = async |path: String| program.get(&path).await;
    assert_eq!(size(&get(format!("/views/{total}/image")).await?), (800, 500));
    assert_eq!(size(&get(format!("/views/{total}/image?resolution=high&maxAge=1")).await?), (1600, 1000));
    assert_eq!(size(&get(format!("/views/{total}/image?vizWidth=300&vizHeight=200")).await?), (300, 200));
    assert_eq!(size(&get(format!("/views/{main}/image")).await?).0, 1200);
    let (all, paid) =
        (get(format!("/views/{main}/image")).await?, get(format!("/views/{main}/image?vf_Status=paid")).await?);
    assert_ne!(all.bytes, paid.bytes);
    assert_eq!(pages(&get(format!("/views/{total}/pdf")).await?, "600 375"), (1, true));
    assert_eq!(pages(&get(format!("/views/{main}/pdf?type=A4&orientation=Landscape")).await?, "842 595"), (1, true));
    for (query, named) in [
        ("image?resolution=low", "resolution"),
        ("image?vizWidth=9", "vizWidth"),
        ("image?type=A4", "type"),
        ("pdf?type=A9", "type"),
        ("pdf?orientation=up", "orientation"),
    ] {
        let (status, code, detail) = refusal(&get(format!("/views/{total}/{query}")).await?);
        assert_eq!((status, code.as_str()), (400, "400003"), "{query}");
        assert!(detail.contains(named), "{query}: {detail}");
    }
    Ok(())
}

#[tokio::test]
async fn a_workbook_is_drawn_page_by_page_and_previewed() -> Outcome {
    let world = World::drawing().await?;
    let program = world.host(&said("1")).await?;
    let (main, total) = views(&program).await?;
    let id = main.split('~').next().unwrap_or_default();
    let pdf = program.get(&format!("/workbooks/{id}/pdf?type=Letter")).await?;
    assert_eq!(pages(&pdf, "612 792"), (2, true));
    assert_eq!(size(&program.get(&format!("/workbooks/{id}/previewImage")).await?).0, 800);
    for view in [&main, &total] {
        assert_eq!(size(&program.get(&format!("/workbooks/{id}/views/{view}/previewImage")).await?).0, 800);
    }
    Ok(())
}

/// Where Tableau's images are blank, ours are of whoever asks; their host's client looks for others' rows in each answer.
#[tokio::test]
async fn everybody_is_drawn_their_own() -> Outcome {
    let world = World::drawing().await?;
    let administrator = world.administrator().await?;
    let (hand, root) = (world.host(&said("1")).await?, administrator);
    let (main, total) = views(&hand).await?;
    for path in ["image", "pdf"] {
        let own = hand.get(&format!("/views/{main}/{path}")).await?;
        let other = root.get(&format!("/views/{main}/{path}")).await?;
        assert_eq!((own.status, other.status), (StatusCode::OK, StatusCode::OK), "{path}: {}", other.text());
        assert_ne!(own.bytes, other.bytes, "{path}: an administrator sees no rows of a customer's");
    }
    let again = hand.get(&format!("/views/{total}/image")).await?;
    assert_eq!(hand.get(&format!("/views/{total}/image")).await?.bytes, again.bytes);
    Ok(())
}

#[tokio::test]
async fn each_file_needs_its_scope_and_its_permission() -> Outcome {
    let world = World::drawing().await?;
    let mut reads = said("1");
    reads["scp"] = json!(["tableau:content:read"]);
    let reads = world.host(&reads).await?;
    let (main, total) = views(&reads).await?;
    let id = main.split('~').next().unwrap_or_default();
    let files = [
        format!("/views/{total}/data"),
        format!("/views/{total}/crosstab/excel"),
        format!("/views/{total}/image"),
        format!("/views/{main}/pdf"),
        format!("/workbooks/{id}/pdf"),
        format!("/workbooks/{id}/previewImage"),
        format!("/workbooks/{id}/views/{main}/previewImage"),
    ];
    for path in &files {
        assert_eq!(code(&reads.get(path).await?), (403, "403004".to_owned()), "{path}");
    }
    let downloads = world.host(&said("2")).await?;
    for path in &files {
        let answer = downloads.get(path).await?;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    }
    for path in ["data", "crosstab/excel", "image", "pdf"] {
        for hidden in ["nothing~main", &format!("{id}~nothing"), &format!("{main}~list")] {
            let answer = downloads.get(&format!("/views/{hidden}/{path}")).await?;
            assert_eq!(code(&answer), (404, "404011".to_owned()), "{hidden} {path}");
        }
    }
    let without = world.host(&of("hand@acme.example", "3")).await?;
    let absent = without.get(&format!("/workbooks/nothing/views/{main}/previewImage")).await?;
    assert_eq!(absent.status, StatusCode::NOT_FOUND);
    Ok(())
}
