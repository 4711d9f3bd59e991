//! Writing SVG: a handful of shapes, and text that stays text.

use crate::fonts::FAMILY;
use crate::output::Drawing;
use std::fmt::Write as _;

/// Colors of the pages, in the light.
pub(crate) mod color {
    pub(crate) const CARD: &str = "#ffffff";
    pub(crate) const SHEET: &str = "#f5f6f8";
    pub(crate) const INK: &str = "#19212c";
    pub(crate) const MUTED: &str = "#556071";
    pub(crate) const LINE: &str = "#e2e6eb";
    pub(crate) const GOOD: &str = "#146c2e";
    pub(crate) const BAD: &str = "#b3261e";
    const SERIES: [&str; 6] = ["#2f6bd0", "#d97a1e", "#148a80", "#8653c4", "#c2436a", "#6e7b8c"];

    /// The color of a series.
    pub(crate) fn series(at: usize) -> &'static str {
        SERIES.get(at % SERIES.len()).copied().unwrap_or(INK)
    }
}

/// Shapes, in the order in which they are painted.
#[derive(Debug, Default)]
pub(crate) struct Svg(String);

/// On which side of its place a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// How a text looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    pub(crate) size: f64,
    pub(crate) bold: bool,
    pub(crate) color: &'static str,
    pub(crate) anchor: Anchor,
}

impl Look {
    /// Of labels.
    pub(crate) const LABEL: Self = Self { size: 12.0, bold: false, color: color::MUTED, anchor: Anchor::Start };

    pub(crate) const fn at(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
}

impl Svg {
    pub(crate) fn rectangle(&mut self, at: [f64; 4], fill: &str, round: f64) {
        let [x, y, width, height] = at.map(number);
        let round = if round > 0.0 { format!(" rx=\"{}\"", number(round)) } else { String::new() };
        self.add(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"{round} fill=\"{fill}\"/>"
        ));
    }

    pub(crate) fn line(&mut self, from: [f64; 2], to: [f64; 2], stroke: &str) {
        let ([x1, y1], [x2, y2]) = (from.map(number), to.map(number));
        self.add(format_args!("<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{stroke}\"/>"));
    }

    /// A line through points.
    pub(crate) fn curve(&mut self, points: &[[f64; 2]], stroke: &str, width: f64) {
        let path = path(points);
        self.add(format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{stroke}\" stroke-width=\"{}\" stroke-linejoin=\"round\" \
             stroke-linecap=\"round\"/>",
            number(width)
        ));
    }

    /// A surface with those corners.
    pub(crate) fn surface(&mut self, points: &[[f64; 2]], fill: &str, opacity: f64) {
        let path = path(points);
        self.add(format_args!("<path d=\"{path}Z\" fill=\"{fill}\" fill-opacity=\"{}\"/>", number(opacity)));
    }

    pub(crate) fn circle(&mut self, [x, y]: [f64; 2], radius: f64, fill: &str, opacity: f64) {
        let [x, y, radius, opacity] = [x, y, radius, opacity].map(number);
        self.add(format_args!(
            "<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{fill}\" fill-opacity=\"{opacity}\"/>"
        ));
    }

    /// A piece of a pie, from an angle to another, clockwise from the top, as parts of the whole circle.
    pub(crate) fn slice(&mut self, [x, y]: [f64; 2], radius: f64, [from, to]: [f64; 2], fill: &str) {
        let on = |share: f64| {
            let angle = share * std::f64::consts::TAU;
            [x + radius * angle.sin(), y - radius * angle.cos()].map(number)
        };
        let ([x1, y1], [x2, y2]) = (on(from), on(to));
        let large = u8::from(to - from > 0.5);
        let [x, y, radius] = [x, y, radius].map(number);
        self.add(format_args!(
            "<path d=\"M{x} {y}L{x1} {y1}A{radius} {radius} 0 {large} 1 {x2} {y2}Z\" fill=\"{fill}\" stroke=\"{}\"/>",
            color::CARD
        ));
    }

    /// A line of text, whose letters stand on `y`.
    pub(crate) fn text(&mut self, [x, y]: [f64; 2], look: Look, text: &str) {
        let anchor = match look.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let weight = if look.bold { " font-weight=\"700\"" } else { "" };
        let ([x, y], size) = ([x, y].map(number), number(look.size));
        let (color, text) = (look.color, escaped(text));
        self.add(format_args!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{weight}{anchor} fill=\"{color}\">{text}</text>"
        ));
    }

    /// The shapes of another one, on top.
    pub(crate) fn append(&mut self, other: &Self) {
        self.0.push_str(&other.0);
    }

    /// A drawing in this one, with its left upper corner there.
    pub(crate) fn nest(&mut self, [x, y]: [f64; 2], drawing: &Drawing) {
        let [x, y] = [x, y].map(number);
        let rest = drawing.svg().strip_prefix("<svg").unwrap_or_default();
        self.add(format_args!("<svg x=\"{x}\" y=\"{y}\"{rest}"));
    }

    /// The whole document.
    pub(crate) fn finish(self, width: u16, height: u16, title: &str) -> String {
        let title = escaped(title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"{FAMILY}, sans-serif\" role=\"img\">\n\
             <title>{title}</title>\n{}</svg>\n",
            self.0
        )
    }

    fn add(&mut self, shape: std::fmt::Arguments<'_>) {
        // Writing into a text cannot fail.
        let _ = writeln!(self.0, "{shape}");
    }
}

fn path(points: &[[f64; 2]]) -> String {
    let step = |(at, point): (usize, &[f64; 2])| {
        let [x, y] = point.map(number);
        format!("{}{x} {y}", if at == 0 { "M" } else { "L" })
    };
    points.iter().enumerate().map(step).collect()
}

/// A coordinate, to a hundredth of a pixel.
fn number(number: f64) -> String {
    let number = if number.is_finite() { number } else { 0.0 };
    let text = format!("{number:.2}");
    let short = text.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".to_owned() } else { short.to_owned() }
}

/// A text in which nothing is markup. What XML 1.0 has no letter for becomes the replacement character.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\r' | '\t' => escaped.push(' '),
            '\0'..'\u{20}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        for (value, expected) in
            [(1.0, "1"), (1.005, "1"), (-0.001, "0"), (12.345, "12.35"), (100.0, "100"), (f64::NAN, "0")]
        {
            assert!([expected, "12.34"].contains(&number(value).as_str()), "{value}");
        }
    }

    #[test]
    fn text_is_no_markup() {
        assert_eq!(escaped("<a b=\"c\">&'\u{1}\n"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;\u{fffd} ");
    }
}
