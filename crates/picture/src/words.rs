//! Texts of a page: Markdown as words, in lines.

use crate::Size;
use crate::fonts::{fitting, lines};
use crate::frame::{Frame, MARGIN, TITLE_HEIGHT};
use crate::output::Drawing;
use crate::svg::{Anchor, Look, color};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The most lines that are drawn.
const MOST_LINES: usize = 200;

const PLAIN: Look = Look { size: 13.0, bold: false, color: color::INK, anchor: Anchor::Start };

/// Words that stand together.
#[derive(Debug, Default, PartialEq)]
struct Block {
    text: String,
    /// 0: it is no heading.
    heading: u8,
    /// What stands before an item of a list.
    bullet: Option<String>,
    /// In how many lists it is.
    depth: usize,
}

/// Draws a text that is written in Markdown, as high as it needs: headings, paragraphs and items of lists. What words look like,
/// where links lead and pictures are left out.
#[must_use]
pub fn draw_words(title: &str, markdown: &str, width: u16) -> Drawing {
    let placed = placed(&blocks(markdown), f64::from(width) - 2.0 * MARGIN);
    let top = MARGIN + if title.is_empty() { 0.0 } else { TITLE_HEIGHT };
    let below = placed.last().map_or(0.0, |line| line.bottom);
    let height = (top + below + MARGIN).ceil() as u16;
    let mut frame = Frame::titled(title, Size::inside(width, height));
    for line in &placed {
        frame.svg.text([MARGIN + line.left, top + line.bottom - 4.0], line.look, &line.text);
    }
    frame.finish()
}

/// A line, from the top of the text.
struct Line {
    text: String,
    look: Look,
    left: f64,
    bottom: f64,
}

fn placed(blocks: &[Block], room: f64) -> Vec<Line> {
    let mut placed: Vec<Line> = Vec::new();
    let mut bottom = 0.0;
    for block in blocks {
        let look = look(block.heading);
        let indent = 18.0 * block.depth as f64;
        let gap = if placed.is_empty() || block.depth > 0 { 0.0 } else { 6.0 };
        bottom += gap;
        for (at, text) in lines(&block.text, look.size, look.bold, room - indent).into_iter().enumerate() {
            bottom += (look.size * 1.5).round();
            if let Some(bullet) = block.bullet.as_ref().filter(|_| at == 0) {
                placed.push(Line { text: bullet.clone(), look, left: indent - 16.0, bottom });
            }
            placed.push(Line { text: fitting(&text, look.size, look.bold, room - indent), look, left: indent, bottom });
            if placed.len() >= MOST_LINES {
                placed.push(Line { text: "…".to_owned(), look: PLAIN, left: 0.0, bottom: bottom + 20.0 });
                return placed;
            }
        }
    }
    placed
}

const fn look(heading: u8) -> Look {
    match heading {
        0 => PLAIN,
        1 => Look { size: 18.0, bold: true, ..PLAIN },
        2 => Look { size: 16.0, bold: true, ..PLAIN },
        _ => Look { size: 14.0, bold: true, ..PLAIN },
    }
}

/// The words of a text, block by block.
fn blocks(markdown: &str) -> Vec<Block> {
    let mut reading = Reading::default();
    for event in Parser::new(markdown) {
        reading.read(event);
    }
    reading.end();
    reading.done
}

#[derive(Debug, Default)]
struct Reading {
    done: Vec<Block>,
    open: Block,
    /// Lists that are open, each with the number of its next item, if it counts.
    lists: Vec<Option<u64>>,
    /// What stands before the next block.
    bullet: Option<String>,
}

impl Reading {
    fn read(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.end();
                self.open.heading = level as u8;
            }
            Event::Start(Tag::List(first)) => {
                self.end();
                self.lists.push(first);
            }
            Event::Start(Tag::Item) => {
                self.end();
                self.bullet = Some(self.next_bullet());
            }
            Event::Start(Tag::Paragraph | Tag::BlockQuote(_) | Tag::CodeBlock(_) | Tag::HtmlBlock)
            | Event::End(
                TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::CodeBlock | TagEnd::HtmlBlock,
            )
            | Event::Rule => self.end(),
            Event::End(TagEnd::List(_)) => {
                self.end();
                self.lists.pop();
            }
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.open.text.push_str(&text)
            }
            Event::SoftBreak => self.open.text.push(' '),
            Event::HardBreak => self.end(),
            _ => {}
        }
    }

    fn next_bullet(&mut self) -> String {
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let bullet = format!("{number}.");
                *number = number.saturating_add(1);
                bullet
            }
            _ => "•".to_owned(),
        }
    }

    /// What was open is a block, if there is anything in it.
    fn end(&mut self) {
        let block = std::mem::take(&mut self.open);
        if !block.text.trim().is_empty() {
            self.done.push(Block { depth: self.lists.len(), bullet: self.bullet.take(), ..block });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(markdown: &str) -> Vec<String> {
        let told = |block: Block| {
            let bullet = block.bullet.map(|bullet| bullet + " ").unwrap_or_default();
            format!("{}{}{bullet}{}", "#".repeat(block.heading.into()), ">".repeat(block.depth), block.text.trim())
        };
        blocks(markdown).into_iter().map(told).collect()
    }

    #[test]
    fn markdown_is_words() {
        for (markdown, expected) in [
            ("Some **bold** and `code`, [a link](https://example.com/x).", &["Some bold and code, a link."][..]),
            ("# One\n\ntwo\nthree\n\n## Four", &["#One", "two three", "##Four"]),
            ("- a\n- b\n  1. c\n  2. d\n- e", &[">• a", ">• b", ">>1. c", ">>2. d", ">• e"]),
            ("7. a\n\n   more\n8. b", &[">7. a", ">more", ">8. b"]),
            ("a \\*not\\* b &amp; c", &["a *not* b & c"]),
            ("<b>no markup</b>", &["<b>no markup</b>"]),
            ("![a chart](https://example.com/x.png)", &["a chart"]),
            ("> said\n\n---\n\n", &["said"]),
            ("", &[]),
        ] {
            assert_eq!(told(markdown), expected, "{markdown}");
        }
    }

    #[test]
    fn lines_are_as_long_as_there_is_room() {
        let text = "word ".repeat(40);
        let narrow = draw_words("", &text, 200);
        let wide = draw_words("", &text, 800);
        assert!(narrow.size().height() > 2 * wide.size().height());
        assert!(draw_words("Title", &text, 800).size().height() > wide.size().height());
        let long = draw_words("", &"- item\n".repeat(10_000), 800);
        assert!(long.svg().contains('…') && long.size().height() < 10_000);
    }
}
