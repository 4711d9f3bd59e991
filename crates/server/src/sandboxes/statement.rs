//! SQL of a policy's question: `SELECT columns FROM table WHERE column = {{variable}} AND …`. Anything else is not translated.

use super::columns::{Column, Columns};
use super::question::Through;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    Text(String),
    Number(String),
    Variable(String),
    Symbol(&'static str),
}

const SYMBOLS: &[&str] = &["<>", "<=", ">=", "=", "<", ">", ",", ".", "*", ";"];

/// Operators, and what each is with its sides exchanged.
const OPERATORS: [(&str, &str); 6] = [("=", "="), ("<>", "<>"), ("<", ">"), ("<=", ">="), (">", "<"), (">=", "<=")];

/// Reads `native` of a question.
pub(super) fn read(native: &Value, columns: &Columns<'_>) -> Result<Through, String> {
    let sql = native["query"].as_str().ok_or("the question has no SQL")?;
    for (name, tag) in native["template-tags"].as_object().into_iter().flatten() {
        let is_value = ["text", "number", "date"].iter().any(|kind| tag["type"] == *kind);
        if !is_value || !tag["default"].is_null() {
            return Err(format!(
                "variable `{name}` is not translated: expected a text, number or date without default"
            ));
        }
    }
    let mut parser = Parser { tokens: tokens(sql)?, at: 0, columns };
    parser.statement()
}

fn tokens(sql: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, behind) = token(first, rest)?;
        tokens.push(token);
        rest = behind.trim_start();
    }
    Ok(tokens)
}

fn token(first: char, rest: &str) -> Result<(Token, &str), String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let cut = |fits: &dyn Fn(char) -> bool| rest.split_at(rest.find(|c| !fits(c)).unwrap_or(rest.len()));
    if let Some(inside) = rest.strip_prefix("{{") {
        let (name, behind) = inside.split_once("}}").ok_or("a variable does not end: expected `}}`")?;
        return Ok((Token::Variable(name.trim().to_owned()), behind));
    }
    match first {
        '\'' => text(rest),
        '"' | '`' => {
            let inside = rest.get(1..).unwrap_or_default();
            let (name, behind) =
                inside.split_once(first).ok_or_else(|| format!("a name does not end: expected `{first}`"))?;
            Ok((Token::Quoted(name.to_owned()), behind))
        }
        c if c.is_ascii_digit() => {
            let (number, behind) = cut(&|c| is_word(c) || c == '.');
            Ok((Token::Number(number.to_owned()), behind))
        }
        c if is_word(c) => {
            let (word, behind) = cut(&is_word);
            Ok((Token::Word(word.to_owned()), behind))
        }
        _ => {
            let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol));
            let symbol = symbol.ok_or_else(|| format!("`{first}` in SQL is not translated"))?;
            Ok((Token::Symbol(symbol), rest.get(symbol.len()..).unwrap_or_default()))
        }
    }
}

/// A text in single quotes, in which two are one. Some databases read a backslash as an escape, and others do not.
fn text(rest: &str) -> Result<(Token, &str), String> {
    let mut inside = rest.get(1..).unwrap_or_default();
    let mut text = String::new();
    loop {
        let (part, behind) = inside.split_once('\'').ok_or("a text does not end: expected `'`")?;
        text.push_str(part);
        if text.contains('\\') {
            return Err("a backslash in a text is not translated: databases differ in it".to_owned());
        }
        match behind.strip_prefix('\'') {
            Some(more) => inside = more,
            None => return Ok((Token::Text(text), behind)),
        }
        text.push('\'');
    }
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    columns: &'a Columns<'a>,
}

impl Parser<'_> {
    fn statement(&mut self) -> Result<Through, String> {
        self.word("select")?;
        let kept = self.kept()?;
        self.word("from")?;
        self.table()?;
        let mut through = Through { columns: kept, ..Through::default() };
        if self.takes_word("where") {
            self.condition(&mut through)?;
            while self.takes_word("and") {
                self.condition(&mut through)?;
            }
        }
        self.takes(&Token::Symbol(";"));
        if self.at == self.tokens.len() { Ok(through) } else { Err(self.unexpected()) }
    }

    fn kept(&mut self) -> Result<Option<BTreeSet<u64>>, String> {
        if self.takes(&Token::Symbol("*")) {
            return Ok(None);
        }
        let mut kept = BTreeSet::from([self.column()?.id]);
        while self.takes(&Token::Symbol(",")) {
            kept.insert(self.column()?.id);
        }
        Ok(Some(kept))
    }

    fn table(&mut self) -> Result<(), String> {
        let table = self.columns.table;
        let first = self.name()?;
        let (schema, name) = if self.takes(&Token::Symbol(".")) { (Some(first), self.name()?) } else { (None, first) };
        let is_called = |(name, quoted): &(String, bool), wanted: &str| {
            name == wanted || (!quoted && name.eq_ignore_ascii_case(wanted))
        };
        let of_schema = schema.is_none_or(|it| table.schema.as_deref().is_some_and(|wanted| is_called(&it, wanted)));
        if of_schema && is_called(&name, &table.name) {
            Ok(())
        } else {
            Err("the question is of another table".to_owned())
        }
    }

    /// `column = {{variable}}`, `5 < column`, `column IS NULL`.
    fn condition(&mut self, through: &mut Through) -> Result<(), String> {
        if let Some(value) = self.value() {
            let (_, operator) = self.operator()?;
            let column = self.column()?;
            return compared(&column, operator, value, through);
        }
        let column = self.column()?;
        if self.takes_word("is") {
            let not = if self.takes_word("not") { " NOT" } else { "" };
            self.word("null")?;
            through.rules.push(format!("{} IS{not} NULL", column.written()));
            return Ok(());
        }
        let (operator, _) = self.operator()?;
        let value = self.value().ok_or_else(|| self.unexpected())?;
        compared(&column, operator, value, through)
    }

    fn column(&mut self) -> Result<Column, String> {
        let (mut name, mut quoted) = self.name()?;
        if self.takes(&Token::Symbol(".")) {
            if name != self.columns.table.name {
                return Err(format!("`{name}` is not the table"));
            }
            (name, quoted) = self.name()?;
        }
        self.columns.called(&name, quoted).cloned()
    }

    fn name(&mut self) -> Result<(String, bool), String> {
        let name = match self.tokens.get(self.at) {
            Some(Token::Word(name)) => (name.clone(), false),
            Some(Token::Quoted(name)) => (name.clone(), true),
            _ => return Err(self.unexpected()),
        };
        self.at += 1;
        Ok(name)
    }

    fn value(&mut self) -> Option<Token> {
        let is_value = |token: &&Token| matches!(token, Token::Text(_) | Token::Number(_) | Token::Variable(_));
        let value = self.tokens.get(self.at).filter(is_value).cloned()?;
        self.at += 1;
        Some(value)
    }

    fn operator(&mut self) -> Result<(&'static str, &'static str), String> {
        let is_next = |symbol: &str| matches!(self.tokens.get(self.at), Some(Token::Symbol(next)) if *next == symbol);
        let found = OPERATORS.iter().find(|(operator, _)| is_next(operator)).copied();
        let found = found.ok_or_else(|| self.unexpected())?;
        self.at += 1;
        Ok(found)
    }

    fn takes(&mut self, token: &Token) -> bool {
        let is_next = self.tokens.get(self.at) == Some(token);
        self.at += usize::from(is_next);
        is_next
    }

    fn takes_word(&mut self, keyword: &str) -> bool {
        let is_next = matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(is_next);
        is_next
    }

    fn word(&mut self, keyword: &str) -> Result<(), String> {
        if self.takes_word(keyword) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> String {
        let found = match self.tokens.get(self.at) {
            None => "its end".to_owned(),
            Some(Token::Word(text) | Token::Quoted(text) | Token::Number(text)) => format!("`{text}`"),
            Some(Token::Text(_)) => "a text".to_owned(),
            Some(Token::Variable(name)) => format!("`{{{{{name}}}}}`"),
            Some(Token::Symbol(symbol)) => format!("`{symbol}`"),
        };
        let form = "`SELECT columns FROM table WHERE column = {{variable}} AND …`";
        format!("{found} in the question's SQL is not translated: expected {form}")
    }
}

fn compared(column: &Column, operator: &'static str, value: Token, through: &mut Through) -> Result<(), String> {
    if !matches!(operator, "=" | "<>") {
        column.ordered()?;
    }
    let value = match value {
        Token::Variable(name) => {
            let compared: &mut BTreeMap<_, Vec<_>> = &mut through.variables;
            compared.entry(name).or_default().push((column.clone(), operator));
            return Ok(());
        }
        Token::Text(text) => Value::String(text),
        Token::Number(digits) => {
            let read = serde_json::from_str(&digits).ok().filter(Value::is_number);
            read.ok_or_else(|| format!("`{digits}` is no number"))?
        }
        _ => return Err("a condition without a value is not translated".to_owned()),
    };
    through.rules.push(format!("{} {operator} {}", column.written(), column.literal(&value)?));
    Ok(())
}
