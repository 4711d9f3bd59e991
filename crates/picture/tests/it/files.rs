//! PNG and PDF.

use crate::world::{Outcome, Sample, samples};
use picture::{PictureError, Pixels, Size};
use resvg::tiny_skia::Pixmap;

fn decoded(sample: &Sample, pixels: Pixels) -> Outcome<Pixmap> {
    Ok(Pixmap::decode_png(&sample.picture().draw()?.png(pixels)?)?)
}

#[test]
fn a_png_has_its_size_and_is_not_blank() -> Outcome {
    for sample in samples()? {
        let image = decoded(&sample, Pixels::One)?;
        assert_eq!((image.width(), image.height()), (800, 500), "{}", sample.name);
        let mut colors: Vec<[u8; 4]> =
            image.pixels().iter().map(|it| [it.red(), it.green(), it.blue(), it.alpha()]).collect();
        let (all, white) = (colors.len(), colors.iter().filter(|color| **color == [255; 4]).count());
        colors.sort_unstable();
        colors.dedup();
        assert!(colors.iter().all(|color| color[3] == 255), "{}: opaque", sample.name);
        assert!(white > all / 5 && white < all - 500 && colors.len() > 20, "{}: {white} of {all}", sample.name);
    }
    Ok(())
}

#[test]
fn a_sharp_png_has_more_pixels_of_the_same() -> Outcome {
    let samples = samples()?;
    let bars = samples.iter().find(|sample| sample.name == "bar").ok_or("bar")?;
    let (one, two) = (decoded(bars, Pixels::One)?, decoded(bars, Pixels::Two)?);
    assert_eq!((two.width(), two.height()), (1600, 1000));
    // In the middle of a bar, and beside it.
    for (x, y) in [(150, 300), (230, 300)] {
        assert_eq!(one.pixel(x, y), two.pixel(2 * x, 2 * y), "{x} {y}");
    }
    assert_ne!(one.pixel(150, 300), one.pixel(230, 300));
    Ok(())
}

/// Letters are drawn: without a font there would be none, and nobody would be told.
#[test]
fn letters_are_drawn() -> Outcome {
    let samples = samples()?;
    let sample = samples.iter().find(|sample| sample.name == "nothing").ok_or("nothing")?;
    let mut bare = sample.clone();
    bare.title = String::new();
    let ink = |image: &Pixmap, top: usize, bottom: usize| {
        image.pixels()[top * 800..bottom * 800].iter().filter(|pixel| pixel.red() < 128).count()
    };
    assert!(ink(&decoded(sample, Pixels::One)?, 0, 48) > 100);
    assert_eq!(ink(&decoded(&bare, Pixels::One)?, 0, 48), 0);
    Ok(())
}

#[test]
fn the_same_picture_has_the_same_bytes() -> Outcome {
    for sample in samples()? {
        let (one, other) = (sample.picture().draw()?, sample.clone().picture().draw()?);
        assert_eq!(one, other);
        assert!(one.png(Pixels::One)? == other.png(Pixels::One)?, "{}", sample.name);
        assert!(one.pdf()? == other.pdf()?, "{}", sample.name);
    }
    Ok(())
}

#[test]
fn a_pdf_is_one_page_with_its_fonts() -> Outcome {
    for sample in samples()? {
        let pdf = sample.picture().draw()?.pdf()?;
        assert!(pdf.starts_with(b"%PDF-1.") && pdf.ends_with(b"%%EOF"), "{}", sample.name);
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.contains("/MediaBox[0 0 600 375]"), "{}", sample.name);
        assert_eq!(text.matches("/Type/Page/").count(), 1, "{}", sample.name);
        assert!(text.contains("NotoSans"), "{}", sample.name);
        for link in ["/URI", "/Launch", "/JavaScript", "/EmbeddedFile"] {
            assert!(!text.contains(link), "{}: {link}", sample.name);
        }
    }
    Ok(())
}

#[test]
fn letters_that_no_font_has_are_no_obstacle() -> Outcome {
    let samples = samples()?;
    let mut sample = samples[0].clone();
    sample.title = "\u{6570}\u{636e} \u{639}\u{631}\u{628}\u{64a} \u{1f680}".to_owned();
    let drawn = sample.picture().draw()?;
    assert!(drawn.svg().contains(&sample.title));
    assert!(drawn.png(Pixels::One)?.len() > 1000 && drawn.pdf()?.len() > 1000);
    Ok(())
}

#[test]
fn a_png_has_at_most_so_many_pixels() -> Outcome {
    let samples = samples()?;
    let mut sample = samples[0].clone();
    sample.size = Size::new(4000, 1100)?;
    let drawn = sample.picture().draw()?;
    assert!(drawn.png(Pixels::One).is_ok());
    assert!(drawn.fits(Pixels::One) && !drawn.fits(Pixels::Two));
    assert_eq!(drawn.png(Pixels::Two), Err(PictureError::TooManyPixels));
    Ok(())
}
