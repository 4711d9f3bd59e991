//! What stands beside operators: terms, literals and what a person brings.

use super::{ATTRIBUTE, Function, MAX_OPERATORS, Parser};
use crate::name::AttributeName;
use crate::rule::lexer::Token;
use crate::rule::{Operand, RuleError};
use crate::term::{ArithmeticOperator, Term};
use crate::value::{ColumnType, ColumnTypeError, Scalar};
use rust_decimal::Decimal;

impl<'a> Parser<'a> {
    pub(super) fn operand(&mut self) -> Result<Operand, RuleError> {
        self.sum(&mut 0)
    }

    fn sum(&mut self, operators: &mut usize) -> Result<Operand, RuleError> {
        let mut left = self.product(operators)?;
        while let Some(op) = self.arithmetic(&[ArithmeticOperator::Add, ArithmeticOperator::Subtract]) {
            left = self.computed(left, op, operators, Self::product)?;
        }
        Ok(left)
    }

    fn product(&mut self, operators: &mut usize) -> Result<Operand, RuleError> {
        const PRODUCTS: &[ArithmeticOperator] =
            &[ArithmeticOperator::Multiply, ArithmeticOperator::Divide, ArithmeticOperator::Remainder];
        let mut left = self.factor(operators)?;
        while let Some(op) = self.arithmetic(PRODUCTS) {
            left = self.computed(left, op, operators, Self::factor)?;
        }
        Ok(left)
    }

    fn arithmetic(&self, operators: &[ArithmeticOperator]) -> Option<ArithmeticOperator> {
        operators.iter().copied().find(|op| self.cursor.at_symbol(op.as_str()))
    }

    fn computed(
        &mut self,
        left: Operand,
        op: ArithmeticOperator,
        operators: &mut usize,
        part: fn(&mut Self, &mut usize) -> Result<Operand, RuleError>,
    ) -> Result<Operand, RuleError> {
        *operators += 1;
        if *operators > MAX_OPERATORS {
            return Err(self.cursor.wrong(format!("too much arithmetic: expected at most {MAX_OPERATORS} operators")));
        }
        let place = self.cursor.wrong(format!(
            "`{op}` beside what a person brings: expected columns and numbers, with the person's value on the other side \
             of the comparison"
        ));
        self.cursor.advance();
        let right = part(self, operators)?;
        match (term(left), term(right)) {
            (Some(left), Some(right)) => {
                Ok(Operand::Term(Term::Arithmetic { left: Box::new(left), op, right: Box::new(right) }))
            }
            _ => Err(place),
        }
    }

    fn factor(&mut self, operators: &mut usize) -> Result<Operand, RuleError> {
        match self.cursor.peek().clone() {
            Token::Text(text) => Ok(self.literal(Scalar::Text(text))),
            Token::Number(digits) => match number(digits) {
                Some(number) => Ok(self.literal(number)),
                None => Err(self.cursor.unexpected("a number such as `12` or `-0.5`")),
            },
            Token::Word(_) if self.cursor.at_word("true") => Ok(self.literal(Scalar::Boolean(true))),
            Token::Word(_) if self.cursor.at_word("false") => Ok(self.literal(Scalar::Boolean(false))),
            Token::Word(_) if self.cursor.function().is_some() => self.call(operators),
            Token::Word(word) => self.word(word),
            Token::Column(_) => self.column().map(|column| Operand::Term(column.into())),
            Token::Symbol("(") => {
                self.cursor.advance();
                let inside = self.nested(|parser| parser.sum(operators))?;
                self.cursor.expect_symbol(")")?;
                Ok(inside)
            }
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
        self.column().map(|column| Operand::Term(column.into()))
    }

    fn call(&mut self, operators: &mut usize) -> Result<Operand, RuleError> {
        let value = match self.function() {
            Some(Function::Attribute) => return self.attribute(),
            Some(Function::Cast) => return self.cast(operators),
            Some(Function::UserEmail) => Operand::UserEmail,
            Some(Function::UserId) => Operand::UserId,
            Some(Function::FullName) => Operand::FullName,
            Some(Function::Tenant) => Operand::Tenant,
            _ => {
                return Err(self.cursor.unexpected("`cast`, `user_attribute`, `user_email`, `user_id` or `tenant`"));
            }
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

    fn cast(&mut self, operators: &mut usize) -> Result<Operand, RuleError> {
        self.cursor.open_call();
        let start = self.cursor.wrong("a cast of what a person brings: expected `user_attribute('…' as type)`");
        let inside = self.nested(|parser| parser.sum(operators))?;
        self.cursor.expect_word("as")?;
        let kind = self.column_type()?;
        self.cursor.expect_symbol(")")?;
        let inside = term(inside).ok_or(start)?;
        Ok(Operand::Term(Term::Cast { term: Box::new(inside), kind }))
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
}

/// What can be computed with: not what a person brings.
fn term(operand: Operand) -> Option<Term> {
    match operand {
        Operand::Term(term) => Some(term),
        Operand::Literal(value) => Some(Term::Literal(value)),
        Operand::Attribute { .. } | Operand::UserEmail | Operand::UserId | Operand::FullName | Operand::Tenant => None,
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
