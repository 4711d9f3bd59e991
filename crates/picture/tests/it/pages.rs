//! Pages: several elements on one sheet.

use crate::world::{Outcome, Sample, samples};
use model::chart::Chart;
use picture::{Drawing, Page, Paper, PictureError, Pixels, Size, Tile, draw_sentence, draw_words, height_of, pdf};
use resvg::tiny_skia::Pixmap;
use std::path::Path;

const WORDS: &str =
    "Sales of the **last year**, by region.\n\n- Returns are not among them.\n- Numbers are of *yesterday*.";

fn tile(page: &Page<'_>, samples: &[Sample], name: &str, columns: u8) -> Outcome<Tile> {
    let mut sample = samples.iter().find(|sample| sample.name == name).ok_or(name)?.clone();
    sample.size = page.size(columns, height_of(&sample.chart, sample.rows.len()));
    Ok(Tile { columns, drawing: sample.picture().draw()? })
}

/// A page with something of everything: numbers, a text, charts, a table, and an element that says why it is not drawn.
fn overview() -> Outcome<Drawing> {
    let samples = samples()?;
    let page = Page::new("Sales, and what came of them", 1200)?;
    let chart = |name: &str, columns: u8| tile(&page, &samples, name, columns);
    let sentence = ["This cannot be shown.", "You may look at this, but not do that with it."];
    let tiles = [
        chart("kpi", 3)?,
        chart("kpi_compared", 3)?,
        chart("kpi_over_months", 3)?,
        chart("gauge", 3)?,
        Tile { columns: 12, drawing: draw_words("About", WORDS, page.size(12, 100).width()) },
        chart("bar", 8)?,
        chart("pie", 4)?,
        chart("table", 12)?,
        chart("nothing", 6)?,
        Tile { columns: 6, drawing: draw_sentence("Managers", sentence, page.size(6, 200)) },
    ];
    Ok(page.compose(&tiles)?)
}

#[test]
fn a_page_is_the_one_that_is_committed() -> Outcome {
    let drawn = overview()?;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages/overview.svg");
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        std::fs::write(&file, drawn.svg())?;
    }
    let committed = std::fs::read_to_string(&file)?;
    assert!(committed == drawn.svg(), "run with UPDATE_PICTURES=1 and look at what changed");
    for text in
        ["Sales of the last year, by region.", "$2,326,534.35", "This cannot be shown.", "No rows for you here."]
    {
        assert!(drawn.svg().contains(text), "{text}");
    }
    Ok(())
}

#[test]
fn a_page_becomes_png_and_pdf_like_a_chart() -> Outcome {
    let drawn = overview()?;
    let image = Pixmap::decode_png(&drawn.png(Pixels::One)?)?;
    let size = drawn.size();
    assert_eq!((image.width(), image.height()), (size.width().into(), size.height().into()));
    let pdf = drawn.pdf()?;
    let text = String::from_utf8_lossy(&pdf);
    let media = format!("/MediaBox[0 0 {} {}]", f32::from(size.width()) * 0.75, f32::from(size.height()) * 0.75);
    assert!(text.contains(&media) && text.contains("NotoSans"), "{media}");
    Ok(())
}

/// What would stand beyond an element's columns is cut off, and not drawn over the next one.
#[test]
fn elements_stay_in_their_columns() -> Outcome {
    let page = Page::new("", 424)?;
    let wide = Tile { columns: 6, drawing: draw_sentence("", [&"m".repeat(500), ""], Size::new(4000, 100)?) };
    let empty = Tile { columns: 6, drawing: draw_sentence("", ["", ""], page.size(6, 100)) };
    let image = Pixmap::decode_png(&page.compose(&[wide, empty])?.png(Pixels::One)?)?;
    let white = |x: u32| (30..120).all(|y| image.pixel(x, y).is_some_and(|it| it.red() == 255 && it.green() == 255));
    assert!((225..395).all(white), "nothing is drawn over the second one");
    Ok(())
}

#[test]
fn pages_have_ends() -> Outcome {
    assert_eq!(Page::new("", 399).err(), Some(PictureError::Size));
    assert_eq!(Page::new("", 4001).err(), Some(PictureError::Size));
    let page = Page::new("", 400)?;
    let high = Tile { columns: 12, drawing: draw_sentence("", ["", ""], Size::new(400, 4000)?) };
    assert!(page.compose(&vec![high.clone(); 3]).is_ok());
    assert_eq!(page.compose(&vec![high; 4]).err(), Some(PictureError::TooHigh));
    let none = page.compose(&[])?;
    assert!(none.size().height() < 100 && none.png(Pixels::One)?.len() > 100);
    Ok(())
}

#[test]
fn tables_on_a_page_are_as_high_as_their_rows() -> Outcome {
    let table: Chart = serde_json::from_str(r#"{"type": "table"}"#)?;
    let heights: Vec<u16> = [1, 10, 30, 1000].map(|rows| height_of(&table, rows)).to_vec();
    assert!(heights[0] < heights[1] && heights[1] < heights[2] && heights[2] == heights[3], "{heights:?}");
    Ok(())
}

#[test]
fn drawings_on_paper_are_a_page_each() -> Outcome {
    let samples = samples()?;
    let drawings: Vec<Drawing> = samples.iter().take(3).map(|it| it.picture().draw()).collect::<Result<_, _>>()?;
    let paper = Paper::new(595.0, 842.0);
    for (paper, media) in [(paper, "/MediaBox[0 0 595 842]"), (paper.landscape(), "/MediaBox[0 0 842 595]")] {
        let bytes = pdf(&drawings, Some(paper))?;
        let text = String::from_utf8_lossy(&bytes);
        assert_eq!((text.matches("/Type/Page/").count(), text.matches(media).count()), (3, 3), "{media}");
    }
    assert_eq!(pdf(&[], None), Err(PictureError::Unwritable));
    Ok(())
}
