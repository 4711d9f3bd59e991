//! A drawing as a file.

use crate::fonts::{FAMILY, database};
use crate::{PictureError, Size};
use krilla::Document;
use krilla::geom::Size as PageSize;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt as _, SvgSettings};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{ImageHrefResolver, Options, Tree};

/// The most pixels of a PNG: 64 MiB while it is drawn.
const MOST_PIXELS: u64 = 16 * 1024 * 1024;

/// Points of a page for one pixel: 72 and 96 of them are an inch.
const POINTS: f32 = 0.75;

/// A chart that has been drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    svg: String,
    size: Size,
}

/// How many pixels of a PNG there are for one of the drawing, each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pixels {
    /// One.
    #[default]
    One,
    /// Two, for screens that are sharp.
    Two,
    /// Three.
    Three,
}

impl Pixels {
    const fn count(self) -> u16 {
        match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
        }
    }
}

impl Drawing {
    pub(crate) const fn new(svg: String, size: Size) -> Self {
        Self { svg, size }
    }

    /// A document of its own (SVG 1.1), with the text as text. It refers to nothing outside of it but fonts by their names.
    #[must_use]
    pub fn svg(&self) -> &str {
        &self.svg
    }

    /// As PNG.
    ///
    /// # Errors
    /// It would have too many pixels.
    pub fn png(&self, pixels: Pixels) -> Result<Vec<u8>, PictureError> {
        let [width, height] =
            [self.size.width(), self.size.height()].map(|it| u32::from(it) * u32::from(pixels.count()));
        if u64::from(width) * u64::from(height) > MOST_PIXELS {
            return Err(PictureError::TooManyPixels);
        }
        let mut pixmap = Pixmap::new(width, height).ok_or(PictureError::TooManyPixels)?;
        let scale = f32::from(pixels.count());
        resvg::render(&self.tree()?, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
        pixmap.encode_png().map_err(|_| PictureError::Unwritable)
    }

    /// As PDF, of one page that is as large as the drawing.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn pdf(&self) -> Result<Vec<u8>, PictureError> {
        let [width, height] = [self.size.width(), self.size.height()].map(|it| f32::from(it) * POINTS);
        let settings = PageSettings::from_wh(width, height).ok_or(PictureError::Unwritable)?;
        let size = PageSize::from_wh(width, height).ok_or(PictureError::Unwritable)?;
        let mut document = Document::new();
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        surface.draw_svg(&self.tree()?, size, SvgSettings::default()).ok_or(PictureError::Unwritable)?;
        surface.finish();
        page.finish();
        document.finish().map_err(|_| PictureError::Unwritable)
    }

    /// The drawing as shapes. What it might refer to is not looked for.
    fn tree(&self) -> Result<Tree, PictureError> {
        let nothing =
            ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) };
        let options = Options {
            font_family: FAMILY.to_owned(),
            fontdb: database(),
            image_href_resolver: nothing,
            ..Options::default()
        };
        Tree::from_str(&self.svg, &options).map_err(|_| PictureError::Unwritable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use resvg::usvg::Node;

    /// A GIF of one pixel.
    const DATA: &str = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";

    #[test]
    fn nothing_is_loaded_even_if_a_drawing_asked_for_it() -> Result<(), PictureError> {
        let font = concat!(env!("CARGO_MANIFEST_DIR"), "/fonts/NotoSans-Bold.ttf");
        let file = std::env::temp_dir().join("vitrine-picture-that-is-not-loaded.svg");
        let inner =
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>"#;
        std::fs::write(&file, inner).map_err(|_| PictureError::Unwritable)?;
        for href in [DATA, file.to_str().unwrap_or_default(), font, "http://127.0.0.1:9/x.svg"] {
            let svg = format!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100">
                   <image href="{href}" width="50" height="50"/></svg>"#
            );
            let drawing = Drawing::new(svg.clone(), Size { width: 100, height: 100 });
            assert_eq!(drawing.tree()?.root().children().len(), 0, "{href}");
            // So that the test can fail: the library would load them.
            let usual = Tree::from_str(&svg, &Options::default()).map_err(|_| PictureError::Unwritable)?;
            let loaded = usual.root().children().iter().any(|node| !matches!(node, Node::Text(_) | Node::Path(_)));
            assert_eq!(loaded, href == DATA || href.ends_with(".svg") && href.starts_with('/'), "{href}");
        }
        std::fs::remove_file(&file).map_err(|_| PictureError::Unwritable)
    }
}
