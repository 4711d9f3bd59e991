//! Numbers as people read them in English.

use model::semantic::NumberFormat;
use rust_decimal::{Decimal, RoundingStrategy};

/// What stands between an abbreviation and an amount, so that they stay in one line.
const NO_BREAK: char = '\u{a0}';

/// Signs of currencies that have one in English.
const SIGNS: [(&str, &str); 10] = [
    ("USD", "$"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("JPY", "¥"),
    ("AUD", "A$"),
    ("BRL", "R$"),
    ("CAD", "CA$"),
    ("CNY", "CN¥"),
    ("INR", "₹"),
    ("MXN", "MX$"),
];

/// Currencies without a smaller unit, or with thousandths. Source: ISO 4217.
const WHOLE: [&str; 9] = ["CLP", "ISK", "JPY", "KRW", "PYG", "RWF", "UGX", "VND", "XAF"];
const THOUSANDTHS: [&str; 6] = ["BHD", "IQD", "JOD", "KWD", "OMR", "TND"];

/// Writes a number from its digits: exactly, but for what the format rounds. What is no number of at most 28 digits is written
/// as it is.
pub(crate) fn exact(digits: &str, format: NumberFormat) -> String {
    let Ok(number) = digits.parse::<Decimal>() else { return digits.to_owned() };
    match format {
        NumberFormat::Plain => number.normalize().to_string(),
        NumberFormat::Integer => grouped(number, 0),
        NumberFormat::Decimal1 => grouped(number, 1),
        NumberFormat::Decimal2 => grouped(number, 2),
        NumberFormat::Percent => {
            number.checked_mul(Decimal::ONE_HUNDRED).map_or_else(|| digits.to_owned(), |it| grouped(it, 1) + "%")
        }
        NumberFormat::Currency(code) => {
            let code = String::from(code);
            let places = if WHOLE.contains(&code.as_str()) {
                0
            } else if THOUSANDTHS.contains(&code.as_str()) {
                3
            } else {
                2
            };
            with_sign(&code, &grouped(number, places))
        }
    }
}

/// Writes a mark of an axis: short, 1,200,000 as 1.2M.
pub(crate) fn compact(number: f64, format: NumberFormat) -> String {
    match format {
        NumberFormat::Percent => format!("{}%", digits_of(number * 100.0)),
        NumberFormat::Plain if number.abs() < 10_000.0 => digits_of(number),
        NumberFormat::Currency(code) => with_sign(&String::from(code), &abbreviated(number)),
        _ => abbreviated(number),
    }
}

/// Writes a part of a whole: 0.042 as 4.2%.
pub(crate) fn share(share: f64) -> String {
    format!("{:.1}%", share * 100.0)
}

/// How many of something, grouped.
pub(crate) fn count(count: usize) -> String {
    grouped(Decimal::from(count), 0)
}

fn grouped(number: Decimal, places: u32) -> String {
    let mut rounded = number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    let text = rounded.abs().to_string();
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(it, rest)| (it, Some(rest)));
    let mut written = String::new();
    if rounded.is_sign_negative() && !rounded.is_zero() {
        written.push('-');
    }
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            written.push(',');
        }
        written.push(digit);
    }
    if let Some(fraction) = fraction {
        written.push('.');
        written.push_str(fraction);
    }
    written
}

fn with_sign(code: &str, amount: &str) -> String {
    let (minus, amount) = amount.strip_prefix('-').map_or(("", amount), |rest| ("-", rest));
    match SIGNS.iter().find(|(one, _)| *one == code) {
        Some((_, sign)) => format!("{minus}{sign}{amount}"),
        None => format!("{minus}{code}{NO_BREAK}{amount}"),
    }
}

fn abbreviated(number: f64) -> String {
    let units = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")];
    match units.iter().find(|(unit, _)| number.abs() >= *unit) {
        Some((unit, letter)) => digits_of(number / unit) + letter,
        None => digits_of(number),
    }
}

/// At most four digits that count, without zeros behind them.
fn digits_of(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    let before = number.abs().log10().floor() as i32;
    let places = (3 - before).clamp(0, 12) as usize;
    let text = format!("{number:.places$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn currency(code: &str) -> NumberFormat {
        NumberFormat::Currency(code.to_owned().try_into().expect("a currency"))
    }

    #[test]
    fn numbers_are_exact_and_grouped() {
        for (digits, format, expected) in [
            ("1234567", NumberFormat::Integer, "1,234,567"),
            ("-1234.5", NumberFormat::Integer, "-1,235"),
            ("0.5", NumberFormat::Integer, "1"),
            ("-0.4", NumberFormat::Integer, "0"),
            ("999", NumberFormat::Decimal1, "999.0"),
            ("12345678901234567890.129", NumberFormat::Decimal2, "12,345,678,901,234,567,890.13"),
            ("1.500", NumberFormat::Plain, "1.5"),
            ("2013", NumberFormat::Plain, "2013"),
            ("0.125", NumberFormat::Percent, "12.5%"),
            ("1234.5", currency("USD"), "$1,234.50"),
            ("-5", currency("EUR"), "-€5.00"),
            ("1234.5", currency("JPY"), "¥1,235"),
            ("1", currency("KWD"), "KWD\u{a0}1.000"),
            ("not a number", NumberFormat::Integer, "not a number"),
            ("123456789012345678901234567890123456", NumberFormat::Integer, "123456789012345678901234567890123456"),
        ] {
            assert_eq!(exact(digits, format), expected, "{digits}");
        }
    }

    #[test]
    fn marks_of_axes_are_short() {
        for (number, format, expected) in [
            (0.0, NumberFormat::Integer, "0"),
            (1_200_000.0, NumberFormat::Integer, "1.2M"),
            (-1_500.0, NumberFormat::Plain, "-1500"),
            (-15_000.0, NumberFormat::Plain, "-15K"),
            (0.25, NumberFormat::Plain, "0.25"),
            (0.25, NumberFormat::Percent, "25%"),
            (2e9, currency("USD"), "$2B"),
            (2e12, currency("CHF"), "CHF\u{a0}2T"),
        ] {
            assert_eq!(compact(number, format), expected, "{number}");
        }
    }
}
