//! A drawing as a file.

use crate::fonts::{FAMILY, database};
use crate::{PictureError, Size};
use krilla::Document;
use krilla::geom::{Size as PageSize, Transform as Shift};
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
        if !self.fits(pixels) {
            return Err(PictureError::TooManyPixels);
        }
        let [width, height] = self.pixels(pixels);
        let mut pixmap = Pixmap::new(width, height).ok_or(PictureError::TooManyPixels)?;
        let scale = f32::from(pixels.count());
        resvg::render(&self.tree()?, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
        pixmap.encode_png().map_err(|_| PictureError::Unwritable)
    }

    /// Whether there is such a PNG: of no more pixels than one may have.
    #[must_use]
    pub fn fits(&self, pixels: Pixels) -> bool {
        let [width, height] = self.pixels(pixels).map(u64::from);
        width * height <= MOST_PIXELS
    }

    fn pixels(&self, pixels: Pixels) -> [u32; 2] {
        [self.size.width(), self.size.height()].map(|it| u32::from(it) * u32::from(pixels.count()))
    }

    /// As PDF, of one page that is as large as the drawing.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn pdf(&self) -> Result<Vec<u8>, PictureError> {
        pdf(std::slice::from_ref(self), None)
    }

    /// How large it is, in pixels.
    #[must_use]
    pub const fn size(&self) -> Size {
        self.size
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

/// Drawings as one PDF, each on a page of its own: as large as the drawing or, on paper, as large as fits. Without drawings
/// there is no PDF.
///
/// # Errors
/// It cannot be written.
pub fn pdf(drawings: &[Drawing], paper: Option<Paper>) -> Result<Vec<u8>, PictureError> {
    if drawings.is_empty() {
        return Err(PictureError::Unwritable);
    }
    let mut document = Document::new();
    for drawing in drawings {
        add_page(&mut document, drawing, paper)?;
    }
    document.finish().map_err(|_| PictureError::Unwritable)
}

fn add_page(document: &mut Document, drawing: &Drawing, paper: Option<Paper>) -> Result<(), PictureError> {
    let own = [drawing.size.width(), drawing.size.height()].map(|it| f32::from(it) * POINTS);
    let (page, scale, at) = paper.map_or((own, 1.0, [0.0, 0.0]), |paper| paper.place(own));
    let [width, height] = own.map(|it| it * scale);
    let size = PageSize::from_wh(width, height).ok_or(PictureError::Unwritable)?;
    let mut page = document.start_page_with(PageSettings::from_wh(page[0], page[1]).ok_or(PictureError::Unwritable)?);
    let mut surface = page.surface();
    surface.push_transform(&Shift::from_translate(at[0], at[1]));
    surface.draw_svg(&drawing.tree()?, size, SvgSettings::default()).ok_or(PictureError::Unwritable)?;
    surface.pop();
    surface.finish();
    page.finish();
    Ok(())
}

/// A sheet of paper, in points: 72 of them are an inch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paper {
    width: f32,
    height: f32,
}

impl Paper {
    /// Points at each edge on which nothing is drawn.
    const MARGIN: f32 = 36.0;

    /// Paper of that size, of at least two inches each way.
    #[must_use]
    pub const fn new(width: f32, height: f32) -> Self {
        Self { width: width.max(144.0), height: height.max(144.0) }
    }

    /// The same sheet, turned so that it is wider than high.
    #[must_use]
    pub const fn landscape(self) -> Self {
        Self { width: self.width.max(self.height), height: self.width.min(self.height) }
    }

    /// The size of a page, by how much a drawing is made smaller so that it fits, and where it stands: at the top, in the middle.
    fn place(self, [width, height]: [f32; 2]) -> ([f32; 2], f32, [f32; 2]) {
        let room = [self.width, self.height].map(|it| it - 2.0 * Self::MARGIN);
        let scale = (room[0] / width).min(room[1] / height).min(1.0);
        let left = Self::MARGIN + (room[0] - width * scale) / 2.0;
        ([self.width, self.height], scale, [left, Self::MARGIN])
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
