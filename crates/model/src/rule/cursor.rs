//! A place in the tokens of a rule, and the errors that are reported from there.

use super::RuleError;
use super::lexer::{Placed, Token, tokens};

/// Words that cannot be columns or functions.
const KEYWORDS: &[&str] = &["and", "or", "not", "in", "is", "null", "true", "false"];

pub(super) struct Cursor<'a> {
    text: &'a str,
    tokens: Vec<Placed<'a>>,
    next: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, RuleError> {
        Ok(Self { text, tokens: tokens(text)?, next: 0 })
    }

    pub(super) fn peek(&self) -> &Token<'a> {
        self.token(self.next)
    }

    pub(super) fn peek_behind(&self) -> &Token<'a> {
        self.token(self.next + 1)
    }

    fn token(&self, index: usize) -> &Token<'a> {
        self.tokens.get(index).map_or(&Token::End, |placed| &placed.token)
    }

    pub(super) const fn advance(&mut self) {
        self.next += 1;
    }

    pub(super) fn at_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(found) if found.eq_ignore_ascii_case(word))
    }

    pub(super) fn at_keyword(&self) -> bool {
        KEYWORDS.iter().any(|keyword| self.at_word(keyword))
    }

    /// The lower-cased word before an opening parenthesis, if it is no keyword.
    pub(super) fn function(&self) -> Option<String> {
        match (self.peek(), self.peek_behind()) {
            (Token::Word(word), Token::Symbol("(")) if !self.at_keyword() => Some(word.to_ascii_lowercase()),
            _ => None,
        }
    }

    /// Takes the name of a function and its parenthesis.
    pub(super) const fn open_call(&mut self) {
        self.next += 2;
    }

    pub(super) fn accept_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        self.next += usize::from(found);
        found
    }

    pub(super) fn accept_symbol(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Token::Symbol(found) if *found == symbol);
        self.next += usize::from(found);
        found
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), RuleError> {
        if self.accept_word(word) { Ok(()) } else { Err(self.unexpected(&format!("`{}`", word.to_ascii_uppercase()))) }
    }

    pub(super) fn expect_symbol(&mut self, symbol: &str) -> Result<(), RuleError> {
        if self.accept_symbol(symbol) { Ok(()) } else { Err(self.unexpected(&format!("`{symbol}`"))) }
    }

    /// The token that stands here is not what was expected.
    pub(super) fn unexpected(&self, expected: &str) -> RuleError {
        let found = match self.peek() {
            Token::Word(text) | Token::Number(text) => format!("`{text}`"),
            Token::Text(text) => format!("`'{text}'`"),
            Token::Symbol(symbol) => format!("`{symbol}`"),
            Token::End => "the end".to_owned(),
        };
        self.wrong(format!("found {found}: expected {expected}"))
    }

    /// Something is wrong with the token that stands here.
    pub(super) fn wrong(&self, message: impl Into<String>) -> RuleError {
        let offset = self.tokens.get(self.next).map_or(self.text.len(), |placed| placed.offset);
        RuleError::at(self.text, offset, message)
    }
}
