//! Text → properties: recursive descent, bounded in depth.
//!
//! ```text
//! properties = { name ":" value }
//! value      = sql ";;" | "[" items "]" | [ word | text ] "{" properties "}" | text | word
//! items      = [ item { "," item } [ "," ] ]
//! item       = ( word | text ) [ ":" ( word | text ) ]
//! ```
//!
//! Behind names of which the value is SQL, HTML or an expression, everything to the next `;;` is the value.

use crate::syntax::{Block, Item, Place, Property, Value};
use std::sync::Arc;

/// How deep braces may nest.
const MAX_DEPTH: usize = 32;

/// A file that is no LookML. Nothing of its project is imported then: what cannot be read may restrict the rest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub struct SyntaxError {
    /// The file, relative to the project.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What was found, and what was expected.
    pub message: String,
}

/// Reads a file.
pub(crate) fn parse(file: &str, text: &str) -> Result<Vec<Property>, SyntaxError> {
    let mut parser = Parser { file: file.into(), text, offset: 0, line: 1, depth: 0 };
    let properties = parser.properties()?;
    match parser.peek() {
        None => Ok(properties),
        Some(found) => Err(parser.error(format!("`{found}`: expected a name, or the end of the file"))),
    }
}

struct Parser<'a> {
    file: Arc<str>,
    text: &'a str,
    offset: usize,
    line: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn advance(&mut self, bytes: usize) -> &'a str {
        let rest = self.rest();
        let taken = rest.get(..bytes).unwrap_or(rest);
        self.line += taken.matches('\n').count();
        self.offset += taken.len();
        taken
    }

    /// The next character that is neither blank nor in a comment.
    fn peek(&mut self) -> Option<char> {
        loop {
            let rest = self.rest();
            match rest.chars().next()? {
                c if c.is_whitespace() || c == '\u{feff}' => drop(self.advance(c.len_utf8())),
                '#' => drop(self.advance(rest.find('\n').unwrap_or(rest.len()))),
                c => return Some(c),
            }
        }
    }

    fn accept(&mut self, wanted: char) -> bool {
        let is_there = self.peek() == Some(wanted);
        if is_there {
            self.advance(wanted.len_utf8());
        }
        is_there
    }

    fn expect(&mut self, wanted: char) -> Result<(), SyntaxError> {
        if self.accept(wanted) {
            return Ok(());
        }
        let found = self.peek().map_or("the end of the file".to_owned(), |found| format!("`{found}`"));
        Err(self.error(format!("{found}: expected `{wanted}`")))
    }

    fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError { file: self.file.to_string(), line: self.line, message: message.into() }
    }

    fn place(&self) -> Place {
        Place { file: Arc::clone(&self.file), line: self.line }
    }

    fn properties(&mut self) -> Result<Vec<Property>, SyntaxError> {
        let mut properties = Vec::new();
        while let Some(first) = self.peek() {
            if first == '}' {
                break;
            }
            let place = self.place();
            let name = self.word()?;
            self.expect(':')?;
            let value = self.value(&name)?;
            properties.push(Property { name, place, value });
        }
        Ok(properties)
    }

    fn value(&mut self, name: &str) -> Result<Value, SyntaxError> {
        if is_raw(name) {
            return self.raw();
        }
        let label = match self.peek() {
            Some('[') => return self.list(),
            Some('{') => return self.block(None),
            Some('"') => Value::Text(self.text()?),
            _ => Value::Word(self.word()?),
        };
        if self.peek() == Some('{') { self.block(label.as_text()) } else { Ok(label) }
    }

    fn block(&mut self, label: Option<String>) -> Result<Value, SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error(format!("nested too deep: expected at most {MAX_DEPTH} braces")));
        }
        self.depth += 1;
        self.expect('{')?;
        let properties = self.properties()?;
        self.expect('}')?;
        self.depth -= 1;
        Ok(Value::Block(Block::new(label, properties)))
    }

    fn list(&mut self) -> Result<Value, SyntaxError> {
        self.expect('[')?;
        let mut items = Vec::new();
        while !self.accept(']') {
            let name = self.word_or_text()?;
            let value = if self.accept(':') { Some(self.word_or_text()?) } else { None };
            items.push(match value {
                None => Item::One(name),
                Some(value) => Item::Pair(name, value),
            });
            if !self.accept(',') {
                self.expect(']')?;
                break;
            }
        }
        Ok(Value::List(items))
    }

    fn word_or_text(&mut self) -> Result<String, SyntaxError> {
        if self.peek() == Some('"') { self.text() } else { self.word() }
    }

    fn word(&mut self) -> Result<String, SyntaxError> {
        self.peek();
        let rest = self.rest();
        let is_of_word =
            |c: char| !c.is_whitespace() && !matches!(c, ':' | ',' | '[' | ']' | '{' | '}' | '"' | '#' | ';');
        let length = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
        if length == 0 {
            let found = rest.chars().next().map_or("the end of the file".to_owned(), |found| format!("`{found}`"));
            return Err(self.error(format!("{found}: expected a name or a value")));
        }
        Ok(self.advance(length).to_owned())
    }

    fn text(&mut self) -> Result<String, SyntaxError> {
        let begin = self.error("this text does not end: expected `\"`");
        self.expect('"')?;
        let mut text = String::new();
        let mut characters = self.rest().char_indices();
        while let Some((at, c)) = characters.next() {
            match c {
                '"' => {
                    self.advance(at + 1);
                    return Ok(text);
                }
                '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                c => text.push(c),
            }
        }
        Err(begin)
    }

    fn raw(&mut self) -> Result<Value, SyntaxError> {
        let begin = self.error("this value does not end: expected `;;`");
        let length = self.rest().find(";;").ok_or(begin)?;
        let text = self.advance(length).trim().to_owned();
        self.advance(2);
        Ok(Value::Sql(text))
    }
}

/// Whether the value of such a property ends with `;;`.
fn is_raw(name: &str) -> bool {
    name == "html" || ["sql", "expression"].iter().any(|begin| name.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const VIEW: &str = "# A comment\nview: orders {\n  sql_table_name: shop.orders ;;\n  set: basic { fields: [id, customers.name*,] }\n  \
        measure: done {\n    type: count\n    filters: [status: \"a \\\"b\\\"\", n: 5]\n    html: <b>{{ value }}</b> ;;\n  }\n}\n";

    #[test]
    fn blocks_lists_pairs_texts_and_sql_are_read() {
        let view = parse("a.lkml", VIEW).unwrap();
        let Value::Block(view) = view[0].value.clone() else { panic!("a block") };
        assert_eq!(view.label.as_deref(), Some("orders"));
        let properties = view.into_properties();
        assert_eq!(properties[0].value, Value::Sql("shop.orders".to_owned()));
        assert_eq!((properties[2].name.as_str(), properties[2].place.to_string()), ("measure", "a.lkml:5".to_owned()));
        let Value::Block(measure) = properties[2].value.clone() else { panic!("a block") };
        let measure = measure.into_properties();
        let pairs = vec![("status".to_owned(), "a \"b\"".to_owned()), ("n".to_owned(), "5".to_owned())];
        assert_eq!(measure[1].value.as_pairs(), Some(pairs));
        assert_eq!(measure[2].value, Value::Sql("<b>{{ value }}</b>".to_owned()));
    }

    #[test]
    fn what_is_no_lookml_is_refused_with_its_line() {
        for (text, expected) in [
            ("view: a {\n  label: \"b\n}", "a.lkml:2: this text does not end: expected `\"`"),
            ("view: a {\n\n  sql: b ; }", "a.lkml:3: this value does not end: expected `;;`"),
            ("view: a {", "a.lkml:1: the end of the file: expected `}`"),
            ("view: a { }\n}", "a.lkml:2: `}`: expected a name, or the end of the file"),
            ("view a { }", "a.lkml:1: `a`: expected `:`"),
            ("view: [a b]", "a.lkml:1: `b`: expected `]`"),
        ] {
            assert_eq!(parse("a.lkml", text).unwrap_err().to_string(), expected, "{text}");
        }
        let deep = format!("{}{}", "a: {".repeat(40), "}".repeat(40));
        assert!(parse("a.lkml", &deep).unwrap_err().message.starts_with("nested too deep"));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail_to_answer(text in "(\\PC|[a:{}\\[\\]\"\\\\;#\n ]){0,200}") {
            let _ = parse("a.lkml", &text);
        }
    }
}
