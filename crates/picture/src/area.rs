//! A rectangle in which something is drawn.

/// A rectangle, in pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) right: f64,
    pub(crate) bottom: f64,
}

impl Area {
    pub(crate) fn width(self) -> f64 {
        (self.right - self.left).max(1.0)
    }

    pub(crate) fn height(self) -> f64 {
        (self.bottom - self.top).max(1.0)
    }

    pub(crate) fn center(self) -> [f64; 2] {
        [self.left + self.width() / 2.0, self.top + self.height() / 2.0]
    }
}
