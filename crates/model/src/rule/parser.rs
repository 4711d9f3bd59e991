//! Text → [`Rule`]: recursive descent, bounded in length and depth.
//!
//! ```text
//! rule       = all { OR all }
//! all        = negation { AND negation }
//! negation   = NOT negation | condition
//! condition  = "(" rule ")" | TRUE | FALSE
//!            | in_team "(" text { "," text } ")" | user_attribute_includes "(" text "," column ")"
//!            | column IS [NOT] NULL | column [NOT] IN "(" operand { "," operand } ")"
//!            | operand comparison operand
//! operand    = column | literal | user_attribute "(" text [AS type] ")" | user_email "()" | user_id "()" | tenant "()"
//! literal    = text | number | TRUE | FALSE | DATE text | TIMESTAMP text
//! ```

use super::cursor::Cursor;
use super::lexer::Token;
use super::{Comparison, Operand, Rule, RuleError};
use crate::name::{AttributeName, ColumnName, TeamName};
use crate::value::{ColumnType, ColumnTypeError, Scalar};
use rust_decimal::Decimal;
use std::fmt::Display;

/// The longest rule, in bytes.
pub const MAX_LENGTH: usize = 10_000;

/// How deep parentheses and `NOT` may nest.
pub const MAX_DEPTH: usize = 32;

const TEAM: &str = "a team's name in single quotes";
const ATTRIBUTE: &str = "an attribute's name in single quotes";

/// Reads a rule. Whatever it names is looked up afterwards, by [`super::Vocabulary::typed`].
///
/// Keywords and functions ignore case; columns, attributes and teams are taken byte for byte.
pub fn parse(text: &str) -> Result<Rule, RuleError> {
    if text.len() > MAX_LENGTH {
        let message = format!("a rule of {} bytes: expected at most {MAX_LENGTH}", text.len());
        return Err(RuleError::at(text, 0, message));
    }
    let mut parser = Parser { cursor: Cursor::new(text)?, depth: 0 };
    let rule = parser.any()?;
    match parser.cursor.peek() {
        Token::End => Ok(rule),
        _ => Err(parser.cursor.unexpected("`AND`, `OR` or the end")),
    }
}

type Part<'a> = fn(&mut Parser<'a>) -> Result<Rule, RuleError>;

struct Parser<'a> {
    cursor: Cursor<'a>,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn any(&mut self) -> Result<Rule, RuleError> {
        self.chain("or", Self::all, Rule::Or)
    }

    fn all(&mut self) -> Result<Rule, RuleError> {
        self.chain("and", Self::negation, Rule::And)
    }

    fn chain(&mut self, word: &str, part: Part<'a>, several: fn(Vec<Rule>) -> Rule) -> Result<Rule, RuleError> {
        let first = part(self)?;
        if !self.cursor.at_word(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.cursor.accept_word(word) {
            parts.push(part(self)?);
        }
        Ok(several(parts))
    }

    fn negation(&mut self) -> Result<Rule, RuleError> {
        if self.cursor.accept_word("not") {
            return self.nested(Self::negation).map(|rule| Rule::Not(Box::new(rule)));
        }
        self.condition()
    }

    fn condition(&mut self) -> Result<Rule, RuleError> {
        if self.cursor.accept_symbol("(") {
            let rule = self.nested(Self::any)?;
            self.cursor.expect_symbol(")")?;
            return Ok(rule);
        }
        match self.cursor.function().as_deref() {
            Some("in_team") => self.in_team(),
            Some("user_attribute_includes") => self.includes(),
            _ => self.comparison(),
        }
    }

    fn nested(&mut self, part: Part<'a>) -> Result<Rule, RuleError> {
        if self.depth == MAX_DEPTH {
            return Err(self
                .cursor
                .wrong(format!("nested too deep: expected at most {MAX_DEPTH} parentheses and `NOT`")));
        }
        self.depth += 1;
        let rule = part(self);
        self.depth -= 1;
        rule
    }

    fn in_team(&mut self) -> Result<Rule, RuleError> {
        self.cursor.open_call();
        let teams = self.list(|parser| parser.named(TeamName::new, TEAM))?;
        Ok(Rule::InTeam(teams))
    }

    fn includes(&mut self) -> Result<Rule, RuleError> {
        self.cursor.open_call();
        let attribute = self.named(AttributeName::new, ATTRIBUTE)?;
        self.cursor.expect_symbol(",")?;
        let Token::Word(word) = *self.cursor.peek() else { return Err(self.cursor.unexpected("a column")) };
        let column = self.column(word)?;
        self.cursor.expect_symbol(")")?;
        Ok(Rule::Includes { attribute, column })
    }

    fn comparison(&mut self) -> Result<Rule, RuleError> {
        let start = self.cursor.wrong("only a column can stand before `IN` and `IS`");
        let left = self.operand()?;
        if let Some(op) = self.operator() {
            return Ok(Rule::Compare { left, op, right: self.operand()? });
        }
        let of_column = ["is", "in", "not"].iter().any(|word| self.cursor.at_word(word));
        match left {
            Operand::Column(column) if of_column => self.is_or_in(column),
            _ if of_column => Err(start),
            Operand::Literal(Scalar::Boolean(value)) => Ok(Rule::Constant(value)),
            _ => Err(self.cursor.unexpected("a comparison, `IN` or `IS`")),
        }
    }

    fn operator(&mut self) -> Option<Comparison> {
        let comparison = match self.cursor.peek() {
            Token::Symbol("=") => Comparison::Equal,
            Token::Symbol("<>" | "!=") => Comparison::NotEqual,
            Token::Symbol("<") => Comparison::Less,
            Token::Symbol("<=") => Comparison::LessOrEqual,
            Token::Symbol(">") => Comparison::Greater,
            Token::Symbol(">=") => Comparison::GreaterOrEqual,
            _ => return None,
        };
        self.cursor.advance();
        Some(comparison)
    }

    fn is_or_in(&mut self, column: ColumnName) -> Result<Rule, RuleError> {
        if self.cursor.accept_word("is") {
            let negated = self.cursor.accept_word("not");
            self.cursor.expect_word("null")?;
            return Ok(Rule::IsNull { column, negated });
        }
        let negated = self.cursor.accept_word("not");
        self.cursor.expect_word("in")?;
        self.cursor.expect_symbol("(")?;
        Ok(Rule::In { column, values: self.list(Self::operand)?, negated })
    }

    /// One item or more, separated by commas, and the closing parenthesis.
    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Result<T, RuleError>) -> Result<Vec<T>, RuleError> {
        let mut items = vec![item(self)?];
        while self.cursor.accept_symbol(",") {
            items.push(item(self)?);
        }
        self.cursor.expect_symbol(")")?;
        Ok(items)
    }

    fn operand(&mut self) -> Result<Operand, RuleError> {
        match self.cursor.peek().clone() {
            Token::Text(text) => Ok(self.literal(Scalar::Text(text))),
            Token::Number(digits) => match number(digits) {
                Some(number) => Ok(self.literal(number)),
                None => Err(self.cursor.unexpected("a number such as `12` or `-0.5`")),
            },
            Token::Word(_) if self.cursor.at_word("true") => Ok(self.literal(Scalar::Boolean(true))),
            Token::Word(_) if self.cursor.at_word("false") => Ok(self.literal(Scalar::Boolean(false))),
            Token::Word(word) => match self.cursor.function() {
                Some(function) => self.call(&function),
                None => self.word(word),
            },
            Token::Symbol(_) | Token::End => Err(self.cursor.unexpected("a column or a value")),
        }
    }

    fn literal(&mut self, value: Scalar) -> Operand {
        self.cursor.advance();
        Operand::Literal(value)
    }

    /// A column, or a typed literal such as `date '2013-01-31'`.
    fn word(&mut self, word: &str) -> Result<Operand, RuleError> {
        let kind = match word.to_ascii_lowercase().as_str() {
            "date" => Some((ColumnType::Date, "a day such as `'2013-01-31'`")),
            "timestamp" => Some((ColumnType::Timestamp, "an instant such as `'2013-01-31T05:00:00Z'`")),
            _ => None,
        };
        if let (Some((kind, expected)), Token::Text(text)) = (kind, self.cursor.peek_behind().clone()) {
            self.cursor.advance();
            let value = Scalar::parse(&text, kind).ok_or_else(|| self.cursor.unexpected(expected))?;
            return Ok(self.literal(value));
        }
        self.column(word).map(Operand::Column)
    }

    fn column(&mut self, word: &str) -> Result<ColumnName, RuleError> {
        if self.cursor.at_keyword() {
            return Err(self.cursor.unexpected("a column or a value"));
        }
        let column = ColumnName::new(word).map_err(|error| self.cursor.wrong(error.to_string()))?;
        self.cursor.advance();
        Ok(column)
    }

    fn call(&mut self, function: &str) -> Result<Operand, RuleError> {
        let value = match function {
            "user_attribute" => return self.attribute(),
            "user_email" => Operand::UserEmail,
            "user_id" => Operand::UserId,
            "tenant" => Operand::Tenant,
            _ => return Err(self.cursor.unexpected("`user_attribute`, `user_email`, `user_id` or `tenant`")),
        };
        self.cursor.open_call();
        self.cursor.expect_symbol(")")?;
        Ok(value)
    }

    fn attribute(&mut self) -> Result<Operand, RuleError> {
        self.cursor.open_call();
        let name = self.named(AttributeName::new, ATTRIBUTE)?;
        let cast = if self.cursor.accept_word("as") { Some(self.column_type()?) } else { None };
        self.cursor.expect_symbol(")")?;
        Ok(Operand::Attribute { name, cast })
    }

    fn column_type(&mut self) -> Result<ColumnType, RuleError> {
        let start = self.cursor.unexpected("a type");
        let Token::Word(word) = *self.cursor.peek() else { return Err(start) };
        self.cursor.advance();
        let mut spelling = word.to_ascii_lowercase();
        if self.cursor.accept_symbol("(") {
            let digits = self.list(Self::digits)?;
            spelling = format!("{spelling}({})", digits.join(","));
        }
        spelling.parse().map_err(|error: ColumnTypeError| start.with(error.to_string()))
    }

    fn digits(&mut self) -> Result<&'a str, RuleError> {
        let Token::Number(digits) = *self.cursor.peek() else { return Err(self.cursor.unexpected("a number")) };
        self.cursor.advance();
        Ok(digits)
    }

    /// A text that is a valid name.
    fn named<N, E: Display>(&mut self, new: fn(String) -> Result<N, E>, expected: &str) -> Result<N, RuleError> {
        let Token::Text(text) = self.cursor.peek().clone() else { return Err(self.cursor.unexpected(expected)) };
        let name = new(text).map_err(|error| self.cursor.wrong(error.to_string()))?;
        self.cursor.advance();
        Ok(name)
    }
}

/// An integer, or an exact decimal where there is a point. No exponent: that would be a float.
fn number(digits: &str) -> Option<Scalar> {
    if !digits.contains('.') {
        return Scalar::parse(digits, ColumnType::Integer);
    }
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'.');
    let whole = digits.split('.').all(|part| part.ends_with(|c: char| c.is_ascii_digit()));
    (plain && whole).then(|| Decimal::from_str_exact(digits).ok().map(Scalar::Decimal)).flatten()
}
