//! What is drawn: columns and rows, as the API tells them.

use crate::written::Written;
use crate::{MOST_ROWS, Picture, PictureError};
use model::name::FieldName;
use model::semantic::{Grain, NumberFormat};
use model::time_zone::TimeZone;
use serde_json::Value;

/// A column of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The field.
    pub name: String,
    /// For people.
    pub label: String,
    /// What its cells are.
    pub kind: Kind,
    /// How numbers are written for people.
    pub format: NumberFormat,
    /// The period that its cells begin, or the part of dates or times that they are.
    pub grain: Option<Grain>,
}

/// What cells are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number.
    Integer,
    /// An exact number.
    Decimal,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// An instant.
    Timestamp,
}

impl Kind {
    pub(crate) const fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal)
    }

    pub(crate) const fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::Timestamp)
    }
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// None.
    Nothing,
    /// True or false.
    Boolean(bool),
    /// A text; a number by its digits, a day as `2013-01-31`, an instant as `2013-01-31T05:00:00Z`.
    Text(String),
}

impl Cell {
    /// The number that it is, for measuring. Numbers are written from their digits.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Text(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
            Self::Nothing | Self::Boolean(_) => None,
        }
    }
}

impl From<&Value> for Cell {
    /// A cell of an answer in JSON. Lists and objects are none.
    fn from(value: &Value) -> Self {
        match value {
            Value::Bool(value) => Self::Boolean(*value),
            Value::Number(number) => Self::Text(number.to_string()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Null | Value::Array(_) | Value::Object(_) => Self::Nothing,
        }
    }
}

/// Columns and rows that fit each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    pub(crate) columns: &'a [Column],
    pub(crate) rows: &'a [Vec<Cell>],
    pub(crate) time_zone: TimeZone,
}

/// One column with its cells.
#[derive(Debug, Clone)]
pub(crate) struct Field<'a> {
    pub(crate) column: &'a Column,
    pub(crate) cells: Vec<&'a Cell>,
    pub(crate) written: Written,
}

impl<'a> Answer<'a> {
    pub(crate) fn new(picture: &Picture<'a>) -> Result<Self, PictureError> {
        let Picture { columns, rows, time_zone, .. } = *picture;
        if rows.len() > MOST_ROWS {
            return Err(PictureError::TooManyRows(rows.len()));
        }
        if let Some((row, cells)) = rows.iter().enumerate().find(|(_, cells)| cells.len() != columns.len()) {
            return Err(PictureError::Ragged { row, cells: cells.len() });
        }
        Ok(Self { columns, rows, time_zone })
    }

    /// The column of a field.
    pub(crate) fn field(&self, name: &FieldName) -> Result<Field<'a>, PictureError> {
        let at = self.columns.iter().position(|column| column.name == name.as_str());
        at.and_then(|at| self.at(at)).ok_or_else(|| PictureError::UnknownColumn(name.clone()))
    }

    /// Every column.
    pub(crate) fn fields(&self) -> Vec<Field<'a>> {
        (0..self.columns.len()).filter_map(|at| self.at(at)).collect()
    }

    fn at(&self, at: usize) -> Option<Field<'a>> {
        let column = self.columns.get(at)?;
        let cells: Vec<&Cell> = self.rows.iter().filter_map(|row| row.get(at)).collect();
        let written = Written::new(column, &cells, self.time_zone);
        Some(Field { column, cells, written })
    }
}

impl Field<'_> {
    pub(crate) fn write(&self, cell: &Cell) -> String {
        self.written.write(cell)
    }
}
