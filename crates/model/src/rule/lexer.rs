//! The words of the rule language.

use super::RuleError;
use super::cursor::is_keyword;

/// One word of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A keyword, a function or a column.
    Word(&'a str),
    /// A column in brackets, as Sigma and Tableau write them.
    Column(&'a str),
    /// What stands between single quotes, or double ones; a doubled quote is read as one.
    Text(String),
    /// What begins like a number; whether it is one is seen later.
    Number(&'a str),
    /// One of [`SYMBOLS`].
    Symbol(&'static str),
    /// Behind the last word.
    End,
}

/// A token and the byte at which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed<'a> {
    pub(super) token: Token<'a>,
    pub(super) offset: usize,
}

/// Longer ones first, so that `<=` is not read as `<`.
const SYMBOLS: &[&str] = &["<>", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", "+", "-", "*", "/", "%"];

/// Cuts a rule into tokens; the last one is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Placed<'_>>, RuleError> {
    let mut lexer = Lexer { text, offset: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.take_while(|c| c.is_ascii_whitespace());
        let offset = lexer.offset;
        let token = lexer.token(tokens.last().is_some_and(|Placed { token, .. }| ends_value(token)))?;
        let done = token == Token::End;
        tokens.push(Placed { token, offset });
        if done {
            return Ok(tokens);
        }
    }
}

/// Whether a value can end here, so that a minus behind it subtracts.
fn ends_value(token: &Token<'_>) -> bool {
    match token {
        Token::Word(word) => !is_keyword(word),
        Token::Column(_) | Token::Text(_) | Token::Number(_) | Token::Symbol(")") => true,
        Token::Symbol(_) | Token::End => false,
    }
}

struct Lexer<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let (taken, _) = rest.split_at(rest.find(|c| !fits(c)).unwrap_or(rest.len()));
        self.offset += taken.len();
        taken
    }

    fn token(&mut self, behind_value: bool) -> Result<Token<'a>, RuleError> {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok(Token::End) };
        if first == '\'' || first == '"' {
            return self.quoted(first).map(Token::Text);
        }
        if first == '[' {
            return self.bracketed().map(Token::Column);
        }
        if first.is_ascii_alphabetic() || first == '_' {
            return Ok(Token::Word(self.take_while(is_word)));
        }
        let digits = if behind_value { rest } else { rest.strip_prefix('-').unwrap_or(rest) };
        if digits.starts_with(|c: char| c.is_ascii_digit()) {
            return Ok(self.number());
        }
        self.symbol()
            .ok_or_else(|| RuleError::at(self.text, self.offset, format!("`{first}` is not part of the rule language")))
    }

    fn number(&mut self) -> Token<'a> {
        let rest = self.rest();
        let start = self.offset;
        self.offset += usize::from(rest.starts_with('-'));
        self.take_while(|c| is_word(c) || c == '.');
        Token::Number(rest.get(..self.offset - start).unwrap_or_default())
    }

    fn symbol(&mut self) -> Option<Token<'a>> {
        let symbol = SYMBOLS.iter().copied().find(|symbol| self.rest().starts_with(symbol))?;
        self.offset += symbol.len();
        Some(Token::Symbol(symbol))
    }

    fn bracketed(&mut self) -> Result<&'a str, RuleError> {
        let start = self.offset;
        self.offset += 1;
        let name = self.take_while(|c| c != ']');
        if self.rest().is_empty() {
            return Err(RuleError::at(self.text, start, "this column does not end: expected `]`"));
        }
        self.offset += 1;
        Ok(name)
    }

    fn quoted(&mut self, quote: char) -> Result<String, RuleError> {
        let start = self.offset;
        let mut text = String::new();
        loop {
            self.offset += 1;
            text.push_str(self.take_while(|c| c != quote));
            let mut behind = self.rest().chars();
            if behind.next().is_none() {
                return Err(RuleError::at(self.text, start, format!("this text does not end: expected `{quote}`")));
            }
            self.offset += 1;
            if behind.next() != Some(quote) {
                return Ok(text);
            }
            text.push(quote);
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
