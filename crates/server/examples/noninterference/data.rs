//! Tables with traps: missing values, look-alikes, zeros, the ends of what a type holds.

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use std::fmt;
use std::ops::{Index, IndexMut};

/// A value of a row; `Null` is the absence of one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell {
    Null,
    Text(&'static str),
    Integer(i64),
    /// Hundredths.
    Cents(i64),
    Day(NaiveDate),
    Instant(DateTime<Utc>),
    Flag(bool),
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Cents(cents) => {
                let sign = if *cents < 0 { "-" } else { "" };
                write!(f, "{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
            }
            Self::Day(day) => write!(f, "{day}"),
            Self::Instant(at) => f.write_str(&at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            Self::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

/// A column: its name, its declared type, and where its values come from.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) value: fn(&mut StdRng) -> Cell,
}

/// Texts of which some look like others, and some mean something to whoever reads them carelessly.
pub(crate) const LABELS: &[&str] =
    &["north", "North", "nоrth", "north ", "south", "ſouth", "west%", "we_st", "0", "7", "x'y", "=a,\"b"];
const CODES: &[&str] = &["1", "2", "04", "x", "-7", "9223372036854775808", "12"];
const NUMBERS: &[i64] = &[0, 1, 2, 3, 5, 7, -1, 100, i64::MAX, i64::MIN + 1];

/// Around midnight of New York, London and UTC, around 1970, and where clocks are turned.
pub(crate) const INSTANTS: &[&str] = &[
    "2025-12-31T23:59:59.999999Z",
    "2026-01-01T00:00:00Z",
    "2026-01-01T04:59:59Z",
    "2026-01-01T05:00:00Z",
    "2026-03-28T23:00:00Z",
    "2026-03-29T00:30:00Z",
    "2026-03-29T00:59:59.500Z",
    "2026-03-29T01:00:00Z",
    "2026-03-29T02:30:00Z",
    "1969-12-31T23:59:59.999999Z",
    "1970-01-01T00:00:00Z",
];

fn sometimes(random: &mut StdRng, cell: Cell) -> Cell {
    if random.random_ratio(1, 8) { Cell::Null } else { cell }
}

/// No text at all now and then, which a CSV file cannot tell from a missing one.
fn label(random: &mut StdRng) -> Cell {
    let label = if random.random_ratio(1, 12) { "" } else { *LABELS.choose(random).expect("labels") };
    sometimes(random, Cell::Text(label))
}

fn code(random: &mut StdRng) -> Cell {
    let code = *CODES.choose(random).expect("codes");
    sometimes(random, Cell::Text(code))
}

fn number(random: &mut StdRng) -> Cell {
    let number = *NUMBERS.choose(random).expect("numbers");
    sometimes(random, Cell::Integer(number))
}

fn cents(random: &mut StdRng) -> Cell {
    let cents = *[0, 1, -1, 99, 100, 12_345, 99_999_999].choose(random).expect("cents");
    sometimes(random, Cell::Cents(cents))
}

/// From the last day of 2025 to the ninth of 2026, or the first of March.
fn day(random: &mut StdRng) -> Cell {
    let days = if random.random_ratio(1, 10) { 60 } else { random.random_range(0..=9) };
    let first = NaiveDate::from_ymd_opt(2025, 12, 31).expect("a day");
    sometimes(random, Cell::Day(first + TimeDelta::days(days)))
}

fn instant(random: &mut StdRng) -> Cell {
    let at = INSTANTS.choose(random).expect("instants").parse().expect("an instant");
    sometimes(random, Cell::Instant(at))
}

fn flag(random: &mut StdRng) -> Cell {
    let flag = random.random();
    sometimes(random, Cell::Flag(flag))
}

fn about(random: &mut StdRng) -> Cell {
    let key = random.random_range(0..12);
    sometimes(random, Cell::Integer(key))
}

fn small(random: &mut StdRng) -> Cell {
    let key = random.random_range(0..6);
    sometimes(random, Cell::Integer(key))
}

/// What happened; `id` is added, and `link` leads to a place.
pub(crate) const EVENTS: &[Column] = &[
    Column { name: "link", kind: "integer", value: small },
    Column { name: "label", kind: "text", value: label },
    Column { name: "code", kind: "text", value: code },
    Column { name: "number", kind: "integer", value: number },
    Column { name: "price", kind: "decimal(10,2)", value: cents },
    Column { name: "day", kind: "date", value: day },
    Column { name: "at", kind: "timestamp", value: instant },
    Column { name: "flag", kind: "boolean", value: flag },
];

/// Where; `key` is added.
pub(crate) const PLACES: &[Column] = &[
    Column { name: "name", kind: "text", value: label },
    Column { name: "size", kind: "integer", value: number },
    Column { name: "open", kind: "boolean", value: flag },
];

/// What is said of events or places, whichever the join leads from: `about` is one of their keys, and `tag` is added.
pub(crate) const TAGS: &[Column] = &[
    Column { name: "about", kind: "integer", value: about },
    Column { name: "word", kind: "text", value: label },
    Column { name: "weight", kind: "integer", value: number },
    Column { name: "set", kind: "boolean", value: flag },
];

/// A table that has policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Of {
    Events,
    Places,
    Tags,
}

impl Of {
    pub(crate) const ALL: [Self; 3] = [Self::Events, Self::Places, Self::Tags];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Places => "places",
            Self::Tags => "tags",
        }
    }

    /// What the column is called that numbers its rows.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Events => "id",
            Self::Places => "key",
            Self::Tags => "tag",
        }
    }

    /// All columns but the key. No two tables have one of the same name.
    pub(crate) const fn columns(self) -> &'static [Column] {
        match self {
            Self::Events => EVENTS,
            Self::Places => PLACES,
            Self::Tags => TAGS,
        }
    }

    /// The names of all columns, the key's first.
    pub(crate) fn names_of_columns(self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.key()).chain(self.columns().iter().map(|column| column.name))
    }
}

/// Something of each table.
#[derive(Debug, Clone, Default)]
pub(crate) struct Each<T>([T; 3]);

impl<T> Each<T> {
    pub(crate) fn new(of: impl FnMut(Of) -> T) -> Self {
        Self(Of::ALL.map(of))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.0.iter()
    }
}

impl<T> Index<Of> for Each<T> {
    type Output = T;

    fn index(&self, of: Of) -> &T {
        &self.0[of as usize]
    }
}

impl<T> IndexMut<Of> for Each<T> {
    fn index_mut(&mut self, of: Of) -> &mut T {
        &mut self.0[of as usize]
    }
}

/// A row: its number, which is its key, and its cells in the order of the columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) cells: Vec<Cell>,
}

impl Row {
    /// A row of whatever there is; `has_empty`: where it is kept, a text without characters is not a missing one.
    pub(crate) fn new(id: i64, of: Of, has_empty: bool, random: &mut StdRng) -> Self {
        let cells = of.columns().iter().map(|column| match (column.value)(random) {
            Cell::Text("") if !has_empty => Cell::Null,
            cell => cell,
        });
        Self { id, cells: cells.collect() }
    }

    /// The cell of that column of its table.
    pub(crate) fn cell(&self, of: Of, name: &str) -> Cell {
        if name == of.key() {
            return Cell::Integer(self.id);
        }
        let index = of.columns().iter().position(|column| column.name == name).expect("a column");
        self.cells[index]
    }
}

/// Rows of each table.
pub(crate) type Tables = Each<Vec<Row>>;

impl Tables {
    /// Each kind of trap in it, for the count of what was tried.
    pub(crate) fn traps(&self) -> Vec<&'static str> {
        let rows = self.iter().flatten();
        let cells: Vec<Cell> = rows.flat_map(|row| row.cells.iter().copied()).collect();
        let has = |is: fn(&Cell) -> bool| cells.iter().any(is);
        let traps = [
            ("data: NULL", has(|cell| *cell == Cell::Null)),
            ("data: text without characters", has(|cell| *cell == Cell::Text(""))),
            ("data: look-alike", has(|cell| matches!(cell, Cell::Text("North" | "nоrth" | "north " | "ſouth")))),
            ("data: failing cast", has(|cell| matches!(cell, Cell::Text("04" | "x" | "9223372036854775808")))),
            ("data: formula or pattern", has(|cell| matches!(cell, Cell::Text("west%" | "we_st" | "=a,\"b" | "-7")))),
            ("data: zero divisor", has(|cell| *cell == Cell::Integer(0))),
            ("data: overflow", has(|cell| matches!(cell, Cell::Integer(i64::MAX)))),
            ("data: zero with a sign", has(|cell| *cell == Cell::Cents(0))),
            ("data: edge of a day somewhere", has(|cell| matches!(cell, Cell::Instant(_)))),
            ("data: before 1970", has(|cell| matches!(cell, Cell::Instant(at) if at.timestamp_micros() < 0))),
        ];
        traps.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| name).collect()
    }
}
