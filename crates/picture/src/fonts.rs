//! The fonts: two that are shipped, and no other.

use resvg::usvg::fontdb::{Database, Source};
use std::sync::{Arc, LazyLock};
use ttf_parser::Face;

/// The family, as drawings name it.
pub(crate) const FAMILY: &str = "Noto Sans";

static REGULAR: &[u8] = include_bytes!("../fonts/NotoSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../fonts/NotoSans-Bold.ttf");

static FACES: LazyLock<[Option<Face<'static>>; 2]> =
    LazyLock::new(|| [REGULAR, BOLD].map(|font| Face::parse(font, 0).ok()));

static DATABASE: LazyLock<Arc<Database>> = LazyLock::new(|| {
    let mut database = Database::new();
    for font in [REGULAR, BOLD] {
        database.load_font_source(Source::Binary(Arc::new(font)));
    }
    database.set_sans_serif_family(FAMILY);
    database.set_serif_family(FAMILY);
    Arc::new(database)
});

/// The shipped fonts.
pub(crate) fn database() -> Arc<Database> {
    Arc::clone(&DATABASE)
}

/// How wide a text is in a size of letters, in the unit of the size.
pub(crate) fn width(text: &str, size: f64, bold: bool) -> f64 {
    let [regular, strong] = &*FACES;
    let face = if bold { strong } else { regular };
    let Some(face) = face else { return text.chars().count() as f64 * size * 0.6 };
    let advance = |letter: char| {
        let glyph = face.glyph_index(letter).unwrap_or_default();
        face.glyph_hor_advance(glyph).map_or(0.0, f64::from)
    };
    text.chars().map(advance).sum::<f64>() * size / f64::from(face.units_per_em())
}

/// What is lost where a width is added to others and taken out again, in pixels: nobody sees it.
const ROUNDED: f64 = 0.01;

/// A text that is no wider than that: cut, if it has to be, with an ellipsis.
pub(crate) fn fitting(text: &str, size: f64, bold: bool, room: f64) -> String {
    let room = room + ROUNDED;
    // What would never fit is not measured to its end.
    let near: String = text.chars().take(1_000).collect();
    if near.len() == text.len() && width(&near, size, bold) <= room {
        return near;
    }
    let mut left = room - width("…", size, bold);
    let kept: String = near
        .chars()
        .take_while(|letter| {
            left -= width(letter.encode_utf8(&mut [0; 4]), size, bold);
            left >= 0.0
        })
        .collect();
    kept.trim_end().to_owned() + "…"
}

/// A text in lines that are no wider than that, broken between words.
pub(crate) fn lines(text: &str, size: f64, bold: bool, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size, bold) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fonts_are_there() {
        assert!(FACES.iter().all(Option::is_some));
        assert_eq!(database().faces().count(), 2);
        assert!(width("Sales", 12.0, true) > width("Sales", 12.0, false));
    }

    #[test]
    fn what_does_not_fit_is_cut() {
        assert_eq!(fitting("Sales", 12.0, false, 200.0), "Sales");
        let cut = fitting("Sales of the whole year", 12.0, false, 60.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0, false) <= 60.0 && cut.len() > 6, "{cut}");
        assert_eq!(fitting("Sales", 12.0, false, 0.0), "…");
    }
}
