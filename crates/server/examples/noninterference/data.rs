//! Tables with traps: missing values, look-alikes, zeros, the ends of what a type holds.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use std::fmt;

/// A value of a row; `Null` is the absence of one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Text(&'static str),
    Integer(i64),
    /// Hundredths.
    Cents(i64),
    /// Days of January 2026, from 1.
    Day(u8),
    /// Half hours since 29 March 2026 began in Greenwich: an hour later clocks go forward in Europe.
    At(i8),
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
            Self::Day(day) => write!(f, "2026-01-{day:02}"),
            Self::At(halves) => {
                let (day, half) = (29 + halves.div_euclid(48), halves.rem_euclid(48));
                write!(f, "2026-03-{day:02}T{:02}:{:02}:00Z", half / 2, half % 2 * 30)
            }
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

/// Texts of which some look like others.
pub(crate) const LABELS: &[&str] = &["north", "North", "nоrth", "north ", "south", "west%", "we_st", "0", "7", "x'y"];
const CODES: &[&str] = &["1", "2", "04", "x", "-7", "9223372036854775808", "12"];
const NUMBERS: &[i64] = &[0, 1, 2, 3, 5, 7, -1, 100, i64::MAX, i64::MIN + 1];

fn sometimes(random: &mut StdRng, cell: Cell) -> Cell {
    if random.random_ratio(1, 8) { Cell::Null } else { cell }
}

fn label(random: &mut StdRng) -> Cell {
    let label = *LABELS.choose(random).expect("labels");
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

fn day(random: &mut StdRng) -> Cell {
    let day = random.random_range(1..=9);
    sometimes(random, Cell::Day(day))
}

fn at(random: &mut StdRng) -> Cell {
    let halves = random.random_range(-6..12);
    sometimes(random, Cell::At(halves))
}

fn flag(random: &mut StdRng) -> Cell {
    let flag = random.random();
    sometimes(random, Cell::Flag(flag))
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
    Column { name: "flag", kind: "boolean", value: flag },
    Column { name: "at", kind: "timestamp", value: at },
];

/// Where; `key` is added.
pub(crate) const PLACES: &[Column] = &[
    Column { name: "name", kind: "text", value: label },
    Column { name: "size", kind: "integer", value: number },
    Column { name: "open", kind: "boolean", value: flag },
];

/// A row: its number, which is its key, and its cells in the order of the columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) cells: Vec<Cell>,
}

impl Row {
    pub(crate) fn new(id: i64, columns: &[Column], random: &mut StdRng) -> Self {
        Self { id, cells: columns.iter().map(|column| (column.value)(random)).collect() }
    }

    /// The cell of that column.
    pub(crate) fn cell(&self, columns: &[Column], name: &str) -> Cell {
        if name == "id" || name == "key" {
            return Cell::Integer(self.id);
        }
        let index = columns.iter().position(|column| column.name == name).expect("a column");
        self.cells[index].clone()
    }
}

/// The rows as CSV, under their key.
pub(crate) fn csv(key: &str, columns: &[Column], rows: &[Row]) -> String {
    let names: Vec<&str> = std::iter::once(key).chain(columns.iter().map(|column| column.name)).collect();
    let mut text = names.join(",") + "\n";
    for row in rows {
        let cells = row.cells.iter().map(|cell| match cell {
            Cell::Text(_) => format!("\"{cell}\""),
            other => other.to_string(),
        });
        text += &std::iter::once(row.id.to_string()).chain(cells).collect::<Vec<_>>().join(",");
        text.push('\n');
    }
    text
}
