//! Text → [`Rule`]: recursive descent, bounded in length and depth.
//!
//! ```text
//! rule       = all { OR all }
//! all        = negation { AND negation }
//! negation   = NOT negation | condition
//! condition  = "(" rule ")" | TRUE | FALSE
//!            | in_team "(" text { "," text } ")"
//!            | user_attribute_includes "(" text "," term ")" | user_attribute_matches "(" text "," term ")"
//!            | exists_in "(" table "," link { AND link } ")"
//!            | column IS [NOT] NULL | term [NOT] IN "(" operand { "," operand } ")" | term [NOT] LIKE text
//!            | term [NOT] BETWEEN operand AND operand | operand comparison operand
//! link       = column "=" row "." column | row "." column "=" column | negation
//! operand    = term | user_attribute "(" text [AS type] ")" | user_email "()" | user_id "()" | tenant "()"
//! term       = product { ("+" | "-") product }
//! product    = factor { ("*" | "/" | "%") factor }
//! factor     = column | literal | cast "(" term AS type ")" | "(" term ")"
//! literal    = text | number | TRUE | FALSE | DATE text | TIMESTAMP text
//! column     = word | "[" word "]"
//! table      = [model "."] word | text
//! ```
//!
//! Functions have other names where people bring rules from other products, see [`Function`].

mod exists;
mod operands;

use super::cursor::Cursor;
use super::lexer::Token;
use super::vocabulary::Vocabulary;
use super::{Comparison, Formula, Operand, Rule, RuleError};
use crate::name::{AttributeName, ColumnName, TeamName};
use crate::term::Term;
use crate::value::Scalar;
use std::fmt::Display;

/// The longest rule, in bytes.
pub const MAX_LENGTH: usize = 10_000;

/// How deep parentheses and `NOT` may nest.
pub const MAX_DEPTH: usize = 32;

/// How many operators may stand in one term.
pub const MAX_OPERATORS: usize = 32;

const TEAM: &str = "a team's name in single quotes";
const ATTRIBUTE: &str = "an attribute's name in single quotes";

/// Reads a rule without looking up what it names.
///
/// Keywords and functions ignore case; columns, attributes and teams are taken byte for byte.
pub fn parse(text: &str) -> Result<Rule, RuleError> {
    read(text, None)
}

/// Reads a rule; with a vocabulary it also makes sense, and every literal has exactly the type that it stands against.
pub(super) fn read(text: &str, vocabulary: Option<Vocabulary<'_>>) -> Result<Rule, RuleError> {
    let mut parser = Parser::new(text, vocabulary)?;
    let rule = parser.any()?;
    match parser.cursor.peek() {
        Token::End => Ok(rule),
        _ => Err(parser.cursor.unexpected("`AND`, `OR` or the end")),
    }
}

/// Reads a formula: a value if nothing stands behind the first operand, else a condition.
pub(super) fn read_formula(text: &str, vocabulary: Option<Vocabulary<'_>>) -> Result<Formula, RuleError> {
    let mut parser = Parser::new(text, vocabulary)?;
    let start = parser.cursor.here();
    match parser.operand() {
        Ok(operand) if *parser.cursor.peek() == Token::End => {
            let checked = vocabulary.map_or(Ok(()), |vocabulary| vocabulary.formula_value(&operand));
            checked.map(|()| Formula::Value(operand)).map_err(|error| error.placed(&start))
        }
        _ => read(text, vocabulary).map(Formula::Condition),
    }
}

/// The functions of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Function {
    InTeam,
    Includes,
    Matches,
    ExistsIn,
    Attribute,
    UserEmail,
    UserId,
    FullName,
    Tenant,
    Cast,
}

impl Function {
    /// The function called `name`, which is in lower case, here or in Tableau (`USERATTRIBUTE`) or Sigma
    /// (`CurrentUserAttributeText`). Tableau's user names are e-mail addresses, and count like these.
    fn called(name: &str) -> Option<Self> {
        Some(match name {
            "in_team" | "ismemberof" | "currentuserinteam" => Self::InTeam,
            "user_attribute_includes" | "userattributeincludes" => Self::Includes,
            "user_attribute_matches" => Self::Matches,
            "exists_in" => Self::ExistsIn,
            "user_attribute" | "userattribute" | "currentuserattributetext" => Self::Attribute,
            "user_email" | "username" | "currentuseremail" => Self::UserEmail,
            "user_id" => Self::UserId,
            "user_full_name" | "fullname" => Self::FullName,
            "tenant" => Self::Tenant,
            "cast" => Self::Cast,
            _ => return None,
        })
    }
}

type Part<'a> = fn(&mut Parser<'a>) -> Result<Rule, RuleError>;

struct Parser<'a> {
    cursor: Cursor<'a>,
    depth: usize,
    /// Whether a `NOT` stands around what is being read.
    under_not: bool,
    /// `None`: names are not looked up.
    vocabulary: Option<Vocabulary<'a>>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, vocabulary: Option<Vocabulary<'a>>) -> Result<Self, RuleError> {
        if text.len() > MAX_LENGTH {
            let message = format!("a rule of {} bytes: expected at most {MAX_LENGTH}", text.len());
            return Err(RuleError::at(text, 0, message));
        }
        Ok(Self { cursor: Cursor::new(text)?, depth: 0, under_not: false, vocabulary })
    }

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
            return self.negated(|parser| parser.nested(Self::negation));
        }
        self.condition()
    }

    fn negated(&mut self, part: impl FnOnce(&mut Self) -> Result<Rule, RuleError>) -> Result<Rule, RuleError> {
        let around = std::mem::replace(&mut self.under_not, true);
        let rule = part(self);
        self.under_not = around;
        rule.map(|rule| Rule::Not(Box::new(rule)))
    }

    fn condition(&mut self) -> Result<Rule, RuleError> {
        if self.cursor.at_symbol("(") && !self.cursor.at_value_in_parentheses() {
            self.cursor.advance();
            let rule = self.nested(Self::any)?;
            self.cursor.expect_symbol(")")?;
            return Ok(rule);
        }
        let start = self.cursor.here();
        match self.function() {
            Some(Function::ExistsIn) => self.exists_in(),
            Some(Function::InTeam) => self.in_team().and_then(|rule| self.leaf(&start, rule)),
            Some(Function::Includes) => {
                let (attribute, term) = self.attribute_and_term()?;
                self.leaf(&start, Rule::Includes { attribute, term })
            }
            Some(Function::Matches) => {
                let (attribute, term) = self.attribute_and_term()?;
                self.leaf(&start, Rule::Matches { attribute, term })
            }
            _ => self.comparison(&start),
        }
    }

    /// The condition as the vocabulary has it; what is wrong with it, is wrong where it begins.
    fn leaf(&self, start: &RuleError, rule: Rule) -> Result<Rule, RuleError> {
        match &self.vocabulary {
            Some(vocabulary) => vocabulary.leaf(rule, self.under_not).map_err(|error| error.placed(start)),
            None => Ok(rule),
        }
    }

    fn nested<T>(&mut self, part: impl FnOnce(&mut Self) -> Result<T, RuleError>) -> Result<T, RuleError> {
        if self.depth == MAX_DEPTH {
            return Err(self
                .cursor
                .wrong(format!("nested too deep: expected at most {MAX_DEPTH} parentheses and `NOT`")));
        }
        self.depth += 1;
        let found = part(self);
        self.depth -= 1;
        found
    }

    fn in_team(&mut self) -> Result<Rule, RuleError> {
        self.cursor.open_call();
        let teams = self.list(|parser| parser.named(TeamName::new, TEAM))?;
        Ok(Rule::InTeam(teams))
    }

    fn attribute_and_term(&mut self) -> Result<(AttributeName, Term), RuleError> {
        self.cursor.open_call();
        let attribute = self.named(AttributeName::new, ATTRIBUTE)?;
        self.cursor.expect_symbol(",")?;
        let here = self.cursor.unexpected("a column");
        let Operand::Term(term) = self.operand()? else { return Err(here) };
        self.cursor.expect_symbol(")")?;
        Ok((attribute, term))
    }

    fn comparison(&mut self, start: &RuleError) -> Result<Rule, RuleError> {
        let left = self.operand()?;
        if let Some(op) = self.operator() {
            let right = self.operand()?;
            return self.leaf(start, Rule::Compare { left, op, right });
        }
        match left {
            Operand::Term(term) if self.cursor.at_predicate() => self.predicate(start, term),
            _ if self.cursor.at_predicate() => {
                Err(start.clone().with("only a column can stand before `BETWEEN`, `IN`, `IS` and `LIKE`".to_owned()))
            }
            Operand::Literal(Scalar::Boolean(value)) => Ok(Rule::Constant(value)),
            _ => Err(self.cursor.unexpected("a comparison, `BETWEEN`, `IN`, `IS` or `LIKE`")),
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

    /// What is asked of a term by a word.
    fn predicate(&mut self, start: &RuleError, term: Term) -> Result<Rule, RuleError> {
        if self.cursor.accept_word("is") {
            let Term::Column(column) = term else {
                return Err(start.clone().with("only a column can stand before `IS`".to_owned()));
            };
            let negated = self.cursor.accept_word("not");
            self.cursor.expect_word("null")?;
            return self.leaf(start, Rule::IsNull { column, negated });
        }
        let negated = self.cursor.accept_word("not");
        if self.cursor.accept_word("like") {
            return self.like(start, term, negated);
        }
        if self.cursor.accept_word("between") {
            return self.between(start, term, negated);
        }
        if !self.cursor.accept_word("in") {
            return Err(self.cursor.unexpected("`BETWEEN`, `IN` or `LIKE`"));
        }
        self.cursor.expect_symbol("(")?;
        let values = self.list(Self::operand)?;
        self.leaf(start, Rule::In { term, values, negated })
    }

    fn like(&mut self, start: &RuleError, term: Term, negated: bool) -> Result<Rule, RuleError> {
        let Token::Text(pattern) = self.cursor.peek().clone() else {
            return Err(self.cursor.unexpected("a pattern in single quotes: one of somebody's could fit everything"));
        };
        self.cursor.advance();
        let rule = self.leaf(start, Rule::Like { term, pattern })?;
        Ok(if negated { Rule::Not(Box::new(rule)) } else { rule })
    }

    fn between(&mut self, start: &RuleError, term: Term, negated: bool) -> Result<Rule, RuleError> {
        let low = self.operand()?;
        self.cursor.expect_word("and")?;
        let high = self.operand()?;
        let bounds = [(Comparison::GreaterOrEqual, low), (Comparison::LessOrEqual, high)];
        let bounds =
            bounds.map(|(op, right)| self.leaf(start, Rule::Compare { left: Operand::Term(term.clone()), op, right }));
        let rule = Rule::And(bounds.into_iter().collect::<Result<_, _>>()?);
        Ok(if negated { Rule::Not(Box::new(rule)) } else { rule })
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

    fn function(&self) -> Option<Function> {
        Function::called(&self.cursor.function()?)
    }

    fn column(&mut self) -> Result<ColumnName, RuleError> {
        let name = match *self.cursor.peek() {
            Token::Word(word) if !self.cursor.at_keyword() => word,
            Token::Column(name) => name,
            _ => return Err(self.cursor.unexpected("a column or a value")),
        };
        let column = ColumnName::new(name).map_err(|error| self.cursor.wrong(error.to_string()))?;
        self.cursor.advance();
        Ok(column)
    }

    /// A text that is a valid name.
    fn named<N, E: Display>(&mut self, new: fn(String) -> Result<N, E>, expected: &str) -> Result<N, RuleError> {
        let Token::Text(text) = self.cursor.peek().clone() else { return Err(self.cursor.unexpected(expected)) };
        let name = new(text).map_err(|error| self.cursor.wrong(error.to_string()))?;
        self.cursor.advance();
        Ok(name)
    }
}
