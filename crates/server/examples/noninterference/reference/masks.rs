//! Which cells are masked, and what stands in place of them.

use super::value::{Held, Value};
use crate::columns::{ColumnPolicy, Otherwise};
use crate::data::{self, Of};
use crate::world::World;
use chrono::{Datelike as _, NaiveDate, NaiveTime};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A row of a table as the person sees it.
pub(super) fn row(world: &World, of: Of, row: &data::Row) -> BTreeMap<&'static str, Held> {
    let admitting = if of == Of::Events { world.permits(row) } else { Vec::new() };
    // A cell is shown if any permit policy that admits its row shows it; a policy without `with` is about all rows.
    let concerns = |policy: &ColumnPolicy| policy.with.is_none_or(|with| admitting == [with]);
    let masked = |name: &'static str| {
        let value = Value::of(row.cell(of, name));
        let on = |policy: &&ColumnPolicy| policy.columns.contains(&name) && !policy.shows(&world.person);
        match world.columns[of].iter().filter(on).find(|policy| concerns(policy)) {
            // Nobody who is known has pseudonyms.
            Some(policy) if policy.otherwise == Otherwise::Hash && world.person.is_unknown() => None,
            Some(policy) => mask(policy.otherwise, value),
            None => value,
        }
    };
    of.names_of_columns().map(|name| (name, masked(name))).collect()
}

/// The columns that do not exist for the person.
pub(super) fn hidden(world: &World) -> BTreeSet<&'static str> {
    let hiding = |policy: &&ColumnPolicy| policy.otherwise == Otherwise::Hide && !policy.shows(&world.person);
    let all = world.columns.iter().flatten();
    all.filter(hiding).flat_map(|policy| policy.columns.iter().copied()).collect()
}

/// What stands in place of a value. NULL stays NULL, but under a constant, which stands in every row.
fn mask(how: Otherwise, value: Held) -> Held {
    if let Otherwise::Constant(text) = how {
        return Some(Value::Text(text.to_owned()));
    }
    match (how, value?) {
        (Otherwise::Hide | Otherwise::Null, _) => None,
        (Otherwise::Partial, Value::Text(text)) => Some(Value::Text(partial(&text))),
        (Otherwise::Hash, value) => Some(pseudonym(&value)),
        (Otherwise::Range(width), Value::Integer(number)) => lower_end(number, width.into()).map(Value::Integer),
        (Otherwise::Range(width), Value::Decimal(digits, scale)) => {
            let width = i128::from(width) * 10_i128.pow(scale);
            Some(Value::Decimal(digits.div_euclid(width) * width, scale))
        }
        (Otherwise::Month, Value::Day(day)) => Some(Value::Day(month(day))),
        (Otherwise::Month, Value::Instant(at)) => {
            Some(Value::Instant(month(at.date_naive()).and_time(NaiveTime::MIN).and_utc()))
        }
        (how, value) => panic!("{how:?} is no mask of {value:?}"),
    }
}

/// The lower end of the range that a number is in, if an integer holds it.
pub(super) fn lower_end(number: i128, width: i128) -> Option<i128> {
    let lower = number.div_euclid(width) * width;
    i64::try_from(lower).is_ok().then_some(lower)
}

/// The first day of the month.
pub(super) fn month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).expect("a day")
}

/// The first character, unless that is all.
fn partial(text: &str) -> String {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(first), Some(_)) => format!("{first}***"),
        _ => "***".to_owned(),
    }
}

/// For people of no tenant, with the key of these servers.
fn pseudonym(value: &Value) -> Value {
    let secret = Sha256::digest([&[7; 32], b"column masks".as_slice()].concat());
    let key = hmac(&secret, b"");
    match value {
        Value::Text(text) => {
            let tag = hmac(&key, &[b"text:", text.as_bytes()].concat());
            let digits = tag[..16].iter().fold(String::new(), |mut digits, byte| {
                write!(digits, "{byte:02x}").expect("a text");
                digits
            });
            Value::Text(digits)
        }
        Value::Integer(number) => {
            let number = i64::try_from(*number).expect("an integer");
            let tag = hmac(&key, &[b"integer:".as_slice(), &number.to_be_bytes()].concat());
            let bytes: [u8; 8] = tag[..8].try_into().expect("eight bytes");
            Value::Integer((i64::from_be_bytes(bytes) & i64::MAX).into())
        }
        other => panic!("{other:?} has no pseudonym"),
    }
}

/// HMAC-SHA-256 (RFC 2104), with a key of 32 bytes.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let padded = |pad: u8| -> Vec<u8> { (0..64).map(|index| key.get(index).copied().unwrap_or(0) ^ pad).collect() };
    let inner = Sha256::digest([padded(0x36).as_slice(), message].concat());
    Sha256::digest([padded(0x5c).as_slice(), &inner].concat()).to_vec()
}
