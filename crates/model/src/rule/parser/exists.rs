//! `exists_in(table, column = row.column AND …)`.

use super::Parser;
use crate::name::{ColumnName, ModelName, TableName};
use crate::rule::lexer::Token;
use crate::rule::{ExistsIn, Rule, RuleError};

/// A column of an entitlement table, and the column of the row that is judged which it equals.
type Pair = (ColumnName, ColumnName);

impl Parser<'_> {
    pub(super) fn exists_in(&mut self) -> Result<Rule, RuleError> {
        let start = self.cursor.here();
        self.cursor.open_call();
        let (model, table) = self.table()?;
        let outside = self.vocabulary;
        if let Some(vocabulary) = outside {
            let inside = vocabulary.inside(model.as_ref(), &table, self.under_not);
            self.vocabulary = Some(inside.map_err(|error| error.placed(&start))?);
        }
        let links = self.nested(Self::links);
        self.vocabulary = outside;
        let (on, only) = links?;
        if on.is_empty() {
            return Err(start.with("no column of the row: expected `column = row.column` in `exists_in`".to_owned()));
        }
        Ok(Rule::ExistsIn(Box::new(ExistsIn { model, table, on, only })))
    }

    fn links(&mut self) -> Result<(Vec<Pair>, Vec<Rule>), RuleError> {
        self.cursor.expect_symbol(",")?;
        let (mut on, mut only) = (Vec::new(), Vec::new());
        loop {
            match self.pair()? {
                Some(pair) => on.push(pair),
                None => only.push(self.negation()?),
            }
            if !self.cursor.accept_word("and") {
                self.cursor.expect_symbol(")")?;
                return Ok((on, only));
            }
        }
    }

    /// `column = row.column`, either way round; `None`: something else stands here.
    fn pair(&mut self) -> Result<Option<Pair>, RuleError> {
        let start = self.cursor.here();
        let pair = if self.cursor.at_row(0) {
            let outer = self.row_column()?;
            self.cursor.expect_symbol("=")?;
            (self.column()?, outer)
        } else if self.cursor.at_row(2) {
            let inner = self.column()?;
            self.cursor.expect_symbol("=")?;
            (inner, self.row_column()?)
        } else {
            return Ok(None);
        };
        if let Some(vocabulary) = &self.vocabulary {
            vocabulary.pair(&pair.0, &pair.1).map_err(|error| error.placed(&start))?;
        }
        Ok(Some(pair))
    }

    fn row_column(&mut self) -> Result<ColumnName, RuleError> {
        self.cursor.expect_word("row")?;
        self.cursor.expect_symbol(".")?;
        self.column()
    }

    /// `table`, `model.table`, or either in quotes, for models whose names are no words.
    fn table(&mut self) -> Result<(Option<ModelName>, TableName), RuleError> {
        let start = self.cursor.here();
        let text = match self.cursor.peek().clone() {
            Token::Text(text) => text,
            Token::Word(word) => match self.cursor.behind_dot() {
                Some(table) => {
                    self.cursor.advance();
                    self.cursor.advance();
                    format!("{word}.{table}")
                }
                None => word.to_owned(),
            },
            _ => return Err(self.cursor.unexpected("a table")),
        };
        self.cursor.advance();
        let (model, table) = match text.split_once('.') {
            Some((model, table)) => (Some(model.parse()), table),
            None => (None, text.as_str()),
        };
        let placed = |error: crate::name::NameError| start.clone().with(error.to_string());
        Ok((model.transpose().map_err(placed)?, table.parse().map_err(placed)?))
    }
}
