//! What tells series apart.

use crate::area::Area;
use crate::fonts::{fitting, width};
use crate::svg::{Look, Svg, color};

const ROW: f64 = 22.0;
const SWATCH: f64 = 12.0;
const GAP: f64 = 14.0;

/// Writes labels with their colors above a plot, in as many rows as they need and at most a third of the room; what is left of
/// the area is below. One label tells nothing apart.
pub(crate) fn above(svg: &mut Svg, labels: &[&str], area: Area) -> Area {
    if labels.len() < 2 {
        return area;
    }
    let look = Look { color: color::INK, ..Look::LABEL };
    let end = area.top + (area.height() / 3.0).max(ROW);
    let [mut x, mut y] = [area.left, area.top];
    for (at, label) in labels.iter().enumerate() {
        let label = fitting(label, look.size, look.bold, 180.0_f64.min(area.width() - SWATCH - 5.0));
        let own = SWATCH + 5.0 + width(&label, look.size, look.bold);
        if x + own > area.right && x > area.left {
            [x, y] = [area.left, y + ROW];
        }
        if y + ROW > end {
            y -= ROW;
            break;
        }
        svg.rectangle([x, y + 2.0, SWATCH, SWATCH], color::series(at), 3.0);
        svg.text([x + SWATCH + 5.0, y + 12.0], look, &label);
        x += own + GAP;
    }
    Area { top: y + ROW + 4.0, ..area }
}
