//! Values of filters that are no expressions: what stands between commas is meant as it is written, and whatever Looker would read
//! as more than that is refused. A filter that is read wrongly shows other rows than its host believes.

use model::value::ColumnType;
use serde_json::Value;

/// The values that a text lists, or what was expected instead; none: the filter filters nothing.
pub(super) fn values(text: &str, kind: ColumnType) -> Result<Vec<Value>, &'static str> {
    let read = match kind {
        ColumnType::Text => one_text,
        ColumnType::Integer | ColumnType::Decimal { .. } => one_number,
        ColumnType::Boolean => one_truth,
        ColumnType::Date | ColumnType::Timestamp => one_day,
    };
    // `^,` is a comma.
    let parted = text.replace("^,", COMMA);
    let entries = parted.split(',').map(|one| one.trim().replace(COMMA, ","));
    entries.filter(|one| !one.is_empty()).map(|one| read(&one)).collect()
}

/// Stands for a comma that parts nothing.
const COMMA: &str = "\u{1}";

/// Words that are no values but say something of them.
const WORDS: [&str; 4] = ["null", "not null", "empty", "not empty"];

fn one_text(text: &str) -> Result<Value, &'static str> {
    let lower = text.to_lowercase();
    let says_more = text.starts_with('-')
        || text.contains(['%', '^', '"'])
        || lower.starts_with("not ")
        || WORDS.contains(&lower.as_str());
    if says_more {
        Err("texts parted by commas, without `%`, `-`, quotes, `NOT`, `NULL` and `EMPTY`")
    } else {
        Ok(text.into())
    }
}

fn one_number(text: &str) -> Result<Value, &'static str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_one = [whole, rest].iter().all(|part| !part.is_empty() && part.bytes().all(|it| it.is_ascii_digit()));
    if is_one { Ok(text.into()) } else { Err("numbers parted by commas, without `>`, `[`, `to`, `NOT` and `NULL`") }
}

fn one_truth(text: &str) -> Result<Value, &'static str> {
    match text.to_lowercase().as_str() {
        "yes" | "true" => Ok(true.into()),
        "no" | "false" => Ok(false.into()),
        _ => Err("`yes` or `no`"),
    }
}

fn one_day(text: &str) -> Result<Value, &'static str> {
    let is_shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, it)| if at == 4 || at == 7 { it == b'-' } else { it.is_ascii_digit() });
    if is_shaped {
        Ok(text.into())
    } else {
        Err("a day such as `2013-01-31`, without `before`, `after`, `last` and the like")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_listed_is_meant_as_it_is_written() {
        for (kind, text, expected) in [
            (ColumnType::Text, "paid", json!(["paid"])),
            (ColumnType::Text, " paid, O'Neil ,", json!(["paid", "O'Neil"])),
            (ColumnType::Text, "Smith^, John,Not", json!(["Smith, John", "Not"])),
            (ColumnType::Text, "nullable,a-b", json!(["nullable", "a-b"])),
            (ColumnType::Text, "", json!([])),
            (ColumnType::Integer, "1,-2", json!(["1", "-2"])),
            (ColumnType::Decimal { precision: 9, scale: 2 }, "1.50", json!(["1.50"])),
            (ColumnType::Boolean, "Yes,no,TRUE", json!([true, false, true])),
            (ColumnType::Date, "2013-01-31", json!(["2013-01-31"])),
        ] {
            assert_eq!(values(text, kind).map(Value::from), Ok(expected), "{text}");
        }
    }

    #[test]
    fn whatever_is_an_expression_is_refused() {
        for (kind, texts) in [
            (
                ColumnType::Text,
                &["pa%", "-paid", "paid,-open", "NULL", "not null", "NOT paid", "EMPTY", "\"paid\"", "5^%"][..],
            ),
            (
                ColumnType::Integer,
                &[">5", "[1,5]", "(1, 5)", "1 to 5", "NOT 5", "NULL", "5 OR 6", "5.", ".5", "--5", "1e3"],
            ),
            (ColumnType::Boolean, &["any", "1", "NULL"]),
            (
                ColumnType::Timestamp,
                &[
                    "before 2013-01-31",
                    "last 7 days",
                    "today",
                    "2013",
                    "2013-01",
                    "2013-01-31 12:00",
                    "NOT NULL",
                    "2013/01/31",
                ],
            ),
        ] {
            for text in texts {
                assert!(values(text, kind).is_err(), "{kind:?} {text}");
            }
        }
    }
}
