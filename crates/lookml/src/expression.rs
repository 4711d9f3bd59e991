//! SQL of fields → what it reads and says, with every reference followed.

use crate::field::{Field, Kind, What};
use crate::sql::Token;
use crate::view::View;
use model::name::ColumnName;
use model::rule::{Formula, Operand, parse_formula};
use model::value::ColumnType;
use std::collections::BTreeSet;

/// How many references may lead to further ones.
const MAX_DEPTH: usize = 16;

/// How many parts an expression may have: references may each have many.
const MAX_PIECES: usize = 1_000;

/// A view as one explore uses it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Use<'a> {
    /// What the explore calls it.
    pub(crate) alias: &'a str,
    pub(crate) view: &'a View<'a>,
    /// What stands before the labels of its fields.
    pub(crate) label: Option<&'a str>,
}

/// A column of a view in an explore.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct At {
    pub(crate) alias: String,
    pub(crate) column: ColumnName,
}

/// A part of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Column(At, ColumnType),
    /// A user attribute.
    Attribute(String),
    /// A word, a value or a symbol of the rule language.
    Plain(String),
}

/// An expression, and the access grants of all fields that it refers to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expression {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) grants: BTreeSet<String>,
}

impl Expression {
    /// Puts in what a field shows, in parentheses where it is more than one word, and all that the field requires.
    fn refer_to(&mut self, shown: Self) {
        let is_whole = shown.pieces.len() == 1;
        let parenthesis = |text: &str| (!is_whole).then(|| Piece::Plain(text.to_owned()));
        self.pieces.extend(parenthesis("(").into_iter().chain(shown.pieces).chain(parenthesis(")")));
        self.grants.extend(shown.grants);
    }

    /// The column, if it is nothing else.
    pub(crate) fn column(&self) -> Option<(&At, ColumnType)> {
        match self.pieces.as_slice() {
            [Piece::Column(at, kind)] => Some((at, *kind)),
            _ => None,
        }
    }

    pub(crate) fn columns(&self) -> impl Iterator<Item = (&At, ColumnType)> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Column(at, kind) => Some((at, *kind)),
            _ => None,
        })
    }

    /// In the rule language, with columns and attributes as they are called there.
    pub(crate) fn written(
        &self,
        column: impl Fn(&At) -> Result<String, String>,
        attribute: impl Fn(&str) -> String,
    ) -> Result<String, String> {
        let pieces = self.pieces.iter().map(|piece| match piece {
            Piece::Column(at, _) => column(at),
            Piece::Attribute(name) => Ok(attribute(name)),
            Piece::Plain(text) => Ok(text.clone()),
        });
        Ok(pieces.collect::<Result<Vec<_>, _>>()?.join(" "))
    }
}

/// A name as the rule language reads it: in brackets where it is a keyword.
pub(crate) fn named(name: &str) -> String {
    let is_column = |formula: Formula| match formula {
        Formula::Value(Operand::Term(term)) => term.as_column().is_some_and(|column| column.as_str() == name),
        _ => false,
    };
    if parse_formula(name).is_ok_and(is_column) { name.to_owned() } else { format!("[{name}]") }
}

/// Follows references within an explore.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolver<'a> {
    pub(crate) uses: &'a [Use<'a>],
}

impl<'a> Resolver<'a> {
    pub(crate) fn used(&self, alias: &str) -> Result<Use<'a>, String> {
        let found = self.uses.iter().find(|one| one.alias == alias).copied();
        found.ok_or_else(|| format!("`{alias}` is no view of the explore"))
    }

    /// A field of a view; `view.field`, or a field of `within`.
    pub(crate) fn field(&self, within: Option<&'a str>, name: &str) -> Result<(Use<'a>, &'a Field), String> {
        let (alias, field) = match (name.split_once('.'), within) {
            (Some((alias, field)), _) => (alias, field),
            (None, Some(alias)) => (alias, name),
            (None, None) => return Err(format!("`{name}` is not understood: expected `view.field`")),
        };
        let used = self.used(alias)?;
        let found = used.view.fields.get(field).map(|field| (used, field));
        found.ok_or_else(|| match used.view.missing.contains(field) {
            true => format!("field `{alias}.{field}` was not understood"),
            false => format!("there is no field `{alias}.{field}`"),
        })
    }

    /// What a field of a view shows; `Err` for measures, and for periods, which are no column.
    pub(crate) fn dimension(&self, used: Use<'a>, name: &str) -> Result<Expression, String> {
        self.shown(used, name, 0)
    }

    fn shown(&self, used: Use<'a>, name: &str, depth: usize) -> Result<Expression, String> {
        let (used, field) = self.field(Some(used.alias), name)?;
        let What::Dimension(dimension) = &field.what else { return Err(format!("`{name}` is a measure")) };
        let mut shown = self.read_at(&dimension.sql, used, depth + 1)?;
        if let (Kind::Period(Some(_)), column) = (dimension.kind, shown.column()) {
            let (_, kind) = column.ok_or_else(|| format!("`{name}` is a period of what is no column"))?;
            if dimension.kind.grain(kind)?.is_some() {
                return Err(format!("`{name}` is a period, not a column"));
            }
        }
        shown.grants.extend(field.grants.iter().cloned());
        Ok(shown)
    }

    /// Follows what stands in SQL of a view.
    pub(crate) fn read(&self, tokens: &[Token], within: Use<'a>) -> Result<Expression, String> {
        self.read_at(tokens, within, 0)
    }

    fn read_at(&self, tokens: &[Token], within: Use<'a>, depth: usize) -> Result<Expression, String> {
        if depth > MAX_DEPTH {
            return Err("references lead too far, or in a circle".to_owned());
        }
        if tokens.is_empty() {
            return Err("it has no SQL".to_owned());
        }
        let mut read = Expression::default();
        let (mut left, mut behind_as) = (tokens, false);
        while let Some(first) = left.first() {
            if read.pieces.len() > MAX_PIECES {
                return Err(format!("it comes to more than {MAX_PIECES} words and values"));
            }
            let is_type = std::mem::replace(&mut behind_as, first.is_word("as"));
            left = match (left, first) {
                ([Token::Field(view, name), rest @ ..], _) => {
                    let used = view.as_deref().map_or(Ok(within), |view| self.used(view))?;
                    read.refer_to(self.shown(used, name, depth)?);
                    rest
                }
                ([Token::Word(word), rest @ ..], _) if is_type => {
                    read.pieces.push(Piece::Plain(word.clone()));
                    rest
                }
                _ => {
                    let (piece, rest) = self.piece(left, within)?;
                    read.pieces.push(piece);
                    rest
                }
            };
        }
        Ok(read)
    }

    /// What the first tokens are that are no reference to a field, and what stands behind them.
    fn piece<'t>(&self, tokens: &'t [Token], within: Use<'a>) -> Result<(Piece, &'t [Token]), String> {
        use Token::{Attribute, Number, Quoted, Symbol, Table, Text, Word};
        let plain = |text: &str| Piece::Plain(text.to_owned());
        match tokens {
            [Table, Symbol("."), Word(name) | Quoted(name), rest @ ..] => Ok((column(within, name)?, rest)),
            [Word(view) | Quoted(view), Symbol("."), Word(name) | Quoted(name), rest @ ..] => {
                Ok((column(self.used(view)?, name)?, rest))
            }
            [Table, ..] => Err("`${TABLE}` is not understood: expected a column behind it".to_owned()),
            [Word(view) | Quoted(view), Symbol("."), ..] => {
                Err(format!("`{view}.` is not understood: expected a column behind it"))
            }
            [Attribute(name), rest @ ..] => Ok((Piece::Attribute(name.clone()), rest)),
            [Text(text), rest @ ..] => Ok((plain(&format!("'{}'", text.replace('\'', "''"))), rest)),
            [Number(text), rest @ ..] => Ok((plain(text), rest)),
            [Symbol(symbol), rest @ ..] => Ok((plain(symbol), rest)),
            [Quoted(name), rest @ ..] => Ok((column(within, name)?, rest)),
            [Word(word), rest @ ..] if is_of_language(word, rest.first()) => Ok((plain(word), rest)),
            [Word(word), Symbol("("), ..] => Err(format!("function `{word}` is not translated")),
            [Word(word), rest @ ..] => Ok((column(within, word)?, rest)),
            [Token::Field(_, name), ..] => Err(format!("`{name}` is not understood here")),
            [] => Err("it has no SQL".to_owned()),
        }
    }
}

fn column(within: Use<'_>, name: &str) -> Result<Piece, String> {
    let source = within.view.source.as_ref().map_err(|error| format!("view `{}`: {error}", within.alias))?;
    let (column, kind) = source.column(name)?;
    Ok(Piece::Column(At { alias: within.alias.to_owned(), column }, kind))
}

/// Words that mean the same in SQL and in the rule language.
fn is_of_language(word: &str, next: Option<&Token>) -> bool {
    const KEYWORDS: &[&str] = &["and", "or", "not", "in", "is", "null", "like", "between", "true", "false", "as"];
    let word = word.to_ascii_lowercase();
    match word.as_str() {
        "cast" => matches!(next, Some(Token::Symbol("("))),
        "date" | "timestamp" => matches!(next, Some(Token::Text(_))),
        word => KEYWORDS.contains(&word),
    }
}
