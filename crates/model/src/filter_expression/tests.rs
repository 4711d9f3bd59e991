//! What expressions admit, by a slow and obvious reading of the conditions they become.

use super::*;
use crate::filter::Condition;
use crate::rule::Comparison;
use std::cmp::Ordering;

const DECIMAL: ColumnType = ColumnType::Decimal { precision: 8, scale: 2 };

/// Those of `values` that an expression admits; `-` is NULL.
fn admitted(expression: &str, kind: ColumnType, values: &[&'static str]) -> Vec<&'static str> {
    let term = Term::Column("a".parse().unwrap());
    let condition = read(expression, &term, kind).unwrap_or_else(|error| panic!("{expression}: {error}"));
    let value = |text: &str| (text != "-").then(|| Scalar::parse(text, kind).unwrap());
    values.iter().copied().filter(|text| holds(&condition, value(text).as_ref()) == Some(true)).collect()
}

fn holds(condition: &Condition, value: Option<&Scalar>) -> Option<bool> {
    match condition {
        Condition::Compare { op, value: literal, .. } => {
            let order = value?.cmp(literal);
            Some(match op {
                Comparison::Less => order == Ordering::Less,
                Comparison::LessOrEqual => order != Ordering::Greater,
                Comparison::Greater => order == Ordering::Greater,
                Comparison::GreaterOrEqual => order != Ordering::Less,
                Comparison::Equal | Comparison::NotEqual => panic!("written as lists"),
            })
        }
        Condition::OneOf { values, .. } => Some(values.contains(value?)),
        Condition::Like { pattern, .. } => {
            let Scalar::Text(text) = value? else { panic!("a pattern of what is no text") };
            Some(like(text, pattern))
        }
        Condition::IsNull { negated, .. } => Some(value.is_none() != *negated),
        Condition::And(parts) => all(parts.iter().map(|part| holds(part, value))),
        Condition::Or(parts) => all(parts.iter().map(|part| holds(part, value).map(|one| !one))).map(|none| !none),
        Condition::Not(part) => holds(part, value).map(|one| !one),
        other => panic!("{other:?}"),
    }
}

fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let parts: Vec<_> = parts.collect();
    if parts.contains(&Some(false)) { Some(false) } else { parts.iter().all(Option::is_some).then_some(true) }
}

fn like(text: &str, pattern: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('%') => {
            text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| like(&text[at..], rest.as_str()))
        }
        Some('_') => panic!("no expression has a sign for one character"),
        Some(one) => {
            let one = if one == '\\' { rest.next().unwrap() } else { one };
            text.strip_prefix(one).is_some_and(|behind| like(behind, rest.as_str()))
        }
    }
}

#[test]
fn texts() {
    const ALL: &[&str] =
        &["West", "East", "Westfalen", "Fast lane", "a,b", "100%", "A_B", "AxB", "-x", "", "west", "-"];
    let every: Vec<&str> = ALL.to_vec();
    let given: Vec<&str> = ALL.iter().copied().filter(|value| *value != "-").collect();
    for (expression, expected) in [
        ("West", vec!["West"]),
        ("West,East", vec!["West", "East"]),
        (" West , East ", vec!["West", "East"]),
        ("West%", vec!["West", "Westfalen"]),
        ("%ast", vec!["East"]),
        ("%ast%", vec!["East", "Fast lane"]),
        ("W%n", vec!["Westfalen"]),
        ("West%,-West", vec!["Westfalen"]),
        ("-West,-%a%,-EMPTY,-A_B,-AxB,-100^%,-west,-^-x", vec![]),
        ("-%st%,-%,West", vec![]),
        ("-West%", vec!["East", "Fast lane", "a,b", "100%", "A_B", "AxB", "-x", "", "west"]),
        ("a^,b", vec!["a,b"]),
        ("\"a,b\"", vec!["a,b"]),
        ("100^%", vec!["100%"]),
        ("\"100%\"", vec!["100%"]),
        ("A_B", vec!["A_B"]),
        ("A_%", vec!["A_B"]),
        ("\"-x\"", vec!["-x"]),
        ("^-x", vec!["-x"]),
        ("NULL", vec!["-"]),
        ("null, West", vec!["West", "-"]),
        ("-NULL", given.clone()),
        ("NOT NULL", given.clone()),
        ("EMPTY", vec!["", "-"]),
        ("\"\"", vec![""]),
        ("\"NULL\"", vec![]),
        ("%", given.clone()),
        ("%, NULL", every.clone()),
    ] {
        assert_eq!(admitted(expression, ColumnType::Text, ALL), expected, "{expression}");
    }
}

#[test]
fn numbers() {
    const ALL: &[&str] = &["-3", "0", "1", "5", "6", "7", "10", "66", "99", "-"];
    for (expression, expected) in [
        ("5", vec!["5"]),
        ("1, 5,7", vec!["1", "5", "7"]),
        ("NOT 5", vec!["-3", "0", "1", "6", "7", "10", "66", "99"]),
        ("<>5", vec!["-3", "0", "1", "6", "7", "10", "66", "99"]),
        ("!=5", vec!["-3", "0", "1", "6", "7", "10", "66", "99"]),
        ("NOT 66, 99, 5", vec!["-3", "0", "1", "6", "7", "10"]),
        ("5, NOT 6, NOT 7", vec!["5"]),
        (">1 AND <10, NOT 5", vec!["6", "7"]),
        (">10 OR <0", vec!["-3", "66", "99"]),
        ("5 to 7", vec!["5", "6", "7"]),
        ("NOT 5 to 7", vec!["-3", "0", "1", "10", "66", "99"]),
        ("(1, 7)", vec!["5", "6"]),
        ("[1, 7)", vec!["1", "5", "6"]),
        ("(1,7]", vec!["5", "6", "7"]),
        ("[0,1],[66,99]", vec!["0", "1", "66", "99"]),
        ("(7, inf)", vec!["10", "66", "99"]),
        ("(-inf, 0]", vec!["-3", "0"]),
        ("NULL", vec!["-"]),
        ("NOT NULL", vec!["-3", "0", "1", "5", "6", "7", "10", "66", "99"]),
        ("<0, >=0, NULL", ALL.to_vec()),
        (">=99", vec!["99"]),
    ] {
        assert_eq!(admitted(expression, ColumnType::Integer, ALL), expected, "{expression}");
        assert_eq!(admitted(expression, DECIMAL, ALL), expected, "{expression} of decimals");
    }
    assert_eq!(admitted(">0.5 AND <=1.25", DECIMAL, &["0.5", "1", "1.25", "1.26"]), ["1", "1.25"]);
}

#[test]
fn days_and_instants() {
    const DAYS: &[&str] = &["2012-12-31", "2013-01-01", "2013-01-31", "2013-02-01", "2014-01-01", "-"];
    for (expression, expected) in [
        ("2013-01-31", vec!["2013-01-31"]),
        ("2013/01", vec!["2013-01-01", "2013-01-31"]),
        ("2013", vec!["2013-01-01", "2013-01-31", "2013-02-01"]),
        ("2012, 2014", vec!["2012-12-31", "2014-01-01"]),
        ("NOT 2013", vec!["2012-12-31", "2014-01-01"]),
        ("before 2013-02", vec!["2012-12-31", "2013-01-01", "2013-01-31"]),
        ("after 2013-02-01", vec!["2013-02-01", "2014-01-01"]),
        ("2013-01-01 to 2013-02-01", vec!["2013-01-01", "2013-01-31"]),
        ("NULL", vec!["-"]),
    ] {
        assert_eq!(admitted(expression, ColumnType::Date, DAYS), expected, "{expression}");
    }
    let instants = &["2013-01-31T00:00:00Z", "2013-01-31T23:59:59Z", "2013-02-01T00:00:00Z"];
    assert_eq!(admitted("2013-01-31", ColumnType::Timestamp, instants), instants[..2]);
}

#[test]
fn relative_periods_are_days_once_they_are_settled() {
    const DAYS: &[&str] = &["2012-12-31", "2013-01-01", "2013-01-30", "2013-01-31", "2013-02-01", "-"];
    let today = NaiveDate::from_ymd_opt(2013, 1, 31).expect("a day");
    for (expression, expected) in [
        ("today", vec!["2013-01-31"]),
        ("Last 2 Days", vec!["2013-01-30", "2013-01-31"]),
        ("this month", vec!["2013-01-01", "2013-01-30", "2013-01-31"]),
        ("NOT this month", vec!["2012-12-31", "2013-02-01"]),
        ("last month, tomorrow, NULL", vec!["2012-12-31", "2013-02-01", "-"]),
        ("before yesterday", vec!["2012-12-31", "2013-01-01"]),
        ("2013-01-01", vec!["2013-01-01"]),
    ] {
        let settled = settled(expression, ColumnType::Date, today);
        assert_eq!(admitted(&settled, ColumnType::Date, DAYS), expected, "{expression}: {settled}");
    }
    for kind in [ColumnType::Text, ColumnType::Integer, ColumnType::Boolean] {
        assert_eq!(settled("today, x", kind, today), "today, x", "days are of dates alone");
    }
}

#[test]
fn booleans() {
    for (expression, expected) in
        [("yes", vec!["true"]), ("No, NULL", vec!["false", "-"]), ("TRUE,false", vec!["true", "false"])]
    {
        assert_eq!(admitted(expression, ColumnType::Boolean, &["true", "false", "-"]), expected, "{expression}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_whole() {
    for (kind, odd) in [
        (ColumnType::Text, vec!["", " ", ",", "West,", "West,,East", "\"West", "West^", "-"]),
        (
            ColumnType::Integer,
            vec![
                "",
                "West",
                "5,",
                ">",
                "> five",
                "1.5",
                "5 to",
                "to 5",
                "(1,7",
                "(1;7)",
                "(-inf, inf)",
                "[,]",
                "1e3",
                "5 AND",
                "5 OR",
                "%",
                "9223372036854775808",
                "NOT",
                "not not 5",
                "5; DROP TABLE t",
                "’5’",
                "٣",
            ],
        ),
        (
            ColumnType::Date,
            vec!["", "yesterday", "7 days", "2013-02-30", "2013-1-1", "13-01-01", "2013-01-01-01", "before", "a to b"],
        ),
        (ColumnType::Boolean, vec!["", "1", "yes,", "maybe"]),
    ] {
        let term = Term::Column("a".parse().unwrap());
        for expression in odd {
            assert!(read(expression, &term, kind).is_err(), "{expression:?} of {kind}");
        }
        assert!(read(&"5,".repeat(6_000), &term, kind).is_err(), "too long");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_stops_the_reading(text in "\\PC*") {
        let term = Term::Column("a".parse().unwrap());
        for kind in [ColumnType::Text, ColumnType::Integer, DECIMAL, ColumnType::Date, ColumnType::Boolean] {
            let _answered = read(&settled(&text, kind, NaiveDate::default()), &term, kind);
        }
    }
}
