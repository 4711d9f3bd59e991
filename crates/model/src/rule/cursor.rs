//! A place in the tokens of a rule, and the errors that are reported from there.

use super::RuleError;
use super::lexer::{Placed, Token, tokens};

/// Words that cannot be columns or functions.
const KEYWORDS: &[&str] = &["and", "or", "not", "in", "is", "like", "between", "null", "true", "false"];

/// Words behind which a value is asked of, so that what stands before them is no rule.
const PREDICATES: &[&str] = &["not", "in", "is", "like", "between"];

/// Whether the word cannot be a column or a function.
pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(word))
}

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

    pub(super) fn at_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), Token::Symbol(found) if *found == symbol)
    }

    pub(super) fn at_keyword(&self) -> bool {
        matches!(self.peek(), Token::Word(word) if is_keyword(word))
    }

    pub(super) fn at_predicate(&self) -> bool {
        PREDICATES.iter().any(|word| self.at_word(word))
    }

    /// Whether the parenthesis that opens here holds a value: what stands behind the one that closes it asks of one.
    pub(super) fn at_value_in_parentheses(&self) -> bool {
        let mut open = 0_usize;
        for index in self.next.. {
            match self.token(index) {
                Token::End => return false,
                Token::Symbol("(") => open += 1,
                Token::Symbol(")") if open == 1 => {
                    return match self.token(index + 1) {
                        Token::Symbol(symbol) => !matches!(*symbol, ")" | "," | "("),
                        Token::Word(word) => PREDICATES.iter().any(|predicate| predicate.eq_ignore_ascii_case(word)),
                        Token::Column(_) | Token::Text(_) | Token::Number(_) | Token::End => false,
                    };
                }
                Token::Symbol(")") => open = open.saturating_sub(1),
                _ => {}
            }
        }
        false
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
        let found = self.at_symbol(symbol);
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
            Token::Column(name) => format!("`[{name}]`"),
            Token::Text(text) => format!("`'{text}'`"),
            Token::Symbol(symbol) => format!("`{symbol}`"),
            Token::End => "the end".to_owned(),
        };
        self.wrong(format!("found {found}: expected {expected}"))
    }

    /// This place, for an error that is found later.
    pub(super) fn here(&self) -> RuleError {
        self.wrong("")
    }

    /// Whether `row.column` begins `ahead` tokens from here.
    pub(super) fn at_row(&self, ahead: usize) -> bool {
        let is_row = matches!(self.token(self.next + ahead), Token::Word(word) if word.eq_ignore_ascii_case("row"));
        is_row && *self.token(self.next + ahead + 1) == Token::Symbol(".")
    }

    /// The word behind the dot that stands behind this word.
    pub(super) fn behind_dot(&self) -> Option<&'a str> {
        match (self.peek_behind(), self.token(self.next + 2)) {
            (Token::Symbol("."), Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// Something is wrong with the token that stands here.
    pub(super) fn wrong(&self, message: impl Into<String>) -> RuleError {
        let offset = self.tokens.get(self.next).map_or(self.text.len(), |placed| placed.offset);
        RuleError::at(self.text, offset, message)
    }
}
