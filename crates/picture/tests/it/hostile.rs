//! Whatever is in titles, labels and cells, it is text.

use crate::world::{Outcome, Sample, samples};
use picture::{Cell, Page, Pixels, Size, Tile, draw_sentence, draw_words};
use proptest::prelude::*;
use resvg::usvg::roxmltree::Document;
use std::collections::BTreeSet;

/// All that a drawing is made of.
const ELEMENTS: [&str; 7] = ["circle", "line", "path", "rect", "svg", "text", "title"];
const ATTRIBUTES: [&str; 27] = [
    "cx",
    "cy",
    "d",
    "fill",
    "fill-opacity",
    "font-family",
    "font-size",
    "font-weight",
    "height",
    "r",
    "role",
    "rx",
    "stroke",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-width",
    "text-anchor",
    "viewBox",
    "width",
    "x",
    "x1",
    "x2",
    "y",
    "y1",
    "y2",
    "xmlns",
    "points",
];

const HOSTILE: [&str; 9] = [
    r#"<image href="http://127.0.0.1:9/x.png"/>"#,
    r#"</text><image xlink:href="file:///etc/passwd" width="9" height="9"/><text>"#,
    "<script>alert(1)</script>",
    r#"" onload="alert(1)"#,
    "]]><!ENTITY x SYSTEM \"file:///etc/passwd\">&x;",
    "url(http://127.0.0.1:9/)",
    "\u{0}\u{8}\u{fffe}\u{202e}\r\n\t",
    "&lt;&amp;&#x3c;",
    "'",
];

/// A sample in which every text is that one.
fn with(sample: &Sample, text: &str) -> Sample {
    let mut sample = sample.clone();
    sample.title = text.to_owned();
    for column in &mut sample.columns {
        column.label = text.to_owned();
    }
    for cell in sample.rows.iter_mut().flatten() {
        if matches!(cell, Cell::Text(own) if own.parse::<f64>().is_err()) {
            *cell = Cell::Text(text.to_owned());
        }
    }
    sample
}

fn is_plain(svg: &str) -> Result<(), String> {
    let document = Document::parse(svg).map_err(|error| error.to_string())?;
    for node in document.descendants().filter(|node| node.is_element()) {
        let name = node.tag_name().name();
        if !ELEMENTS.contains(&name) {
            return Err(format!("<{name}>"));
        }
        if let Some(odd) = node.attributes().find(|it| !ATTRIBUTES.contains(&it.name())) {
            return Err(format!("<{name} {}>", odd.name()));
        }
        if let Some(odd) = node.attributes().find(|it| it.value().contains("url(") || it.value().contains("://")) {
            return Err(format!("<{name} {}={}>", odd.name(), odd.value()));
        }
    }
    Ok(())
}

#[test]
fn hostile_texts_stay_texts() -> Outcome {
    for sample in samples()? {
        is_plain(sample.picture().draw()?.svg())?;
        for text in HOSTILE {
            let hostile = with(&sample, text);
            let drawn = hostile.picture().draw()?;
            is_plain(drawn.svg()).map_err(|error| format!("{}, `{text}`: {error}", sample.name))?;
        }
    }
    Ok(())
}

#[test]
fn hostile_texts_of_pages_stay_texts() -> Outcome {
    for text in HOSTILE {
        let page = Page::new(text, 600)?;
        let size = page.size(6, 200);
        let tiles = [
            Tile { columns: 6, drawing: draw_words(text, text, size.width()) },
            Tile { columns: 6, drawing: draw_words("", &format!("# {text}\n\n- [{text}](http://x)"), size.width()) },
            Tile { columns: 6, drawing: draw_sentence(text, [text, text], size) },
        ];
        let drawn = page.compose(&tiles)?;
        is_plain(drawn.svg()).map_err(|error| format!("`{text}`: {error}"))?;
        assert!(!drawn.png(Pixels::One)?.is_empty());
    }
    Ok(())
}

#[test]
fn a_label_that_looks_like_an_image_is_written_out() -> Outcome {
    let samples = samples()?;
    let bars = samples.iter().find(|sample| sample.name == "bar_sideways").ok_or("bars")?;
    let label = r#"<image href="x">"#;
    let drawn = with(bars, label).picture().draw()?;
    let document = Document::parse(drawn.svg())?;
    let texts: BTreeSet<&str> =
        document.descendants().filter(|node| node.has_tag_name("text")).filter_map(|it| it.text()).collect();
    assert!(texts.contains(label), "{texts:?}");
    assert!(!drawn.png(Pixels::One)?.is_empty());
    Ok(())
}

fn cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        Just(Cell::Nothing),
        any::<bool>().prop_map(Cell::Boolean),
        "\\PC{0,12}".prop_map(Cell::Text),
        any::<f64>().prop_map(|number| Cell::Text(number.to_string())),
        any::<i64>().prop_map(|number| Cell::Text(number.to_string())),
        (-5_000_i32..5_000).prop_map(|number| Cell::Text(number.to_string())),
        "20[0-9]{2}-[01][0-9]-[0-3][0-9](T0[0-9]:00:00Z)?".prop_map(Cell::Text),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_rows_hold_there_is_a_picture(
        rows in proptest::collection::vec(proptest::collection::vec(cell(), 5), 0..12),
        title in "\\PC{0,40}",
        (width, height) in (100_u16..600, 100_u16..600),
    ) {
        let samples = samples().map_err(|error| TestCaseError::fail(error.to_string()))?;
        for mut sample in samples {
            let columns = sample.columns.len();
            sample.rows = rows.iter().map(|row| row.iter().take(columns).cloned().collect()).collect();
            sample.title.clone_from(&title);
            sample.size = Size::new(width, height)?;
            let drawn = sample.picture().draw()?;
            prop_assert_eq!(is_plain(drawn.svg()), Ok(()));
            prop_assert!(!drawn.svg().contains("NaN") && !drawn.svg().contains("inf\""));
        }
    }
}
