//! What the rule language accepts, what it refuses, and with which words.

use super::*;
use crate::attribute::{AttributeDefinition, AttributeKind};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const COLUMNS: &[(&str, &str)] = &[
    ("carrier", "text"),
    ("origin", "text"),
    ("distance", "integer"),
    ("price", "decimal(8,2)"),
    ("cancelled", "boolean"),
    ("date", "date"),
    ("departed", "timestamp"),
];

const ATTRIBUTES: &[(&str, AttributeKind, bool)] = &[
    ("carrier", AttributeKind::Text, false),
    ("regions", AttributeKind::Text, true),
    ("limit", AttributeKind::Number, false),
    ("since", AttributeKind::Date, false),
];

/// Parses and types a rule of the table above.
fn read(text: &str) -> Result<Rule, String> {
    let columns = COLUMNS.iter().map(|(name, kind)| (ColumnName::new(*name).unwrap(), kind.parse().unwrap())).collect();
    let definitions: Vec<AttributeDefinition> = ATTRIBUTES.iter().map(definition).collect();
    let attributes: BTreeMap<_, _> = definitions.iter().map(|definition| (&definition.name, definition)).collect();
    let team = TeamName::new("Station managers").unwrap();
    let vocabulary = Vocabulary { columns: &columns, attributes: &attributes, teams: &BTreeSet::from([&team]) };
    parse(text).and_then(|rule| vocabulary.typed(rule)).map_err(|error| error.to_string())
}

fn definition((name, kind, list): &(&str, AttributeKind, bool)) -> AttributeDefinition {
    AttributeDefinition {
        name: AttributeName::new(*name).unwrap(),
        kind: *kind,
        list: *list,
        description: String::new(),
        default: None,
        default_in_policies: false,
    }
}

fn column(name: &str) -> ColumnName {
    ColumnName::new(name).unwrap()
}

fn equal(name: &str, value: Scalar) -> Rule {
    Rule::Compare { left: Operand::Column(column(name)), op: Comparison::Equal, right: Operand::Literal(value) }
}

fn text(value: &str) -> Scalar {
    Scalar::Text(value.to_owned())
}

#[test]
fn and_binds_tighter_than_or_and_not_tightest() {
    let (a, b, c) = (equal("carrier", text("a")), equal("carrier", text("b")), equal("carrier", text("c")));
    let not_a = Rule::Not(Box::new(a.clone()));
    let expected = Rule::Or(vec![Rule::And(vec![not_a.clone(), b.clone()]), c.clone()]);
    assert_eq!(read("not carrier = 'a' AND carrier = 'b' or carrier = 'c'"), Ok(expected));
    let expected = Rule::And(vec![a.clone(), Rule::Or(vec![b.clone(), c.clone()])]);
    assert_eq!(read("carrier = 'a' AND (carrier = 'b' OR carrier = 'c')"), Ok(expected));
    assert_eq!(read("((carrier = 'a'))\n\tOR carrier = 'b' OR carrier = 'c'"), Ok(Rule::Or(vec![a, b, c])));
}

#[test]
fn literals_get_exactly_the_type_of_their_column() {
    let decimal = |text: &str| Scalar::Decimal(text.parse().unwrap());
    for (rule, expected) in [
        ("carrier = 'it''s'", equal("carrier", text("it's"))),
        ("carrier = ''", equal("carrier", text(""))),
        ("distance = -12", equal("distance", Scalar::Integer(-12))),
        ("distance = 12.0", equal("distance", Scalar::Integer(12))),
        ("price = 7", equal("price", decimal("7"))),
        ("price = -0.5", equal("price", decimal("-0.5"))),
        ("cancelled = TRUE", equal("cancelled", Scalar::Boolean(true))),
        ("date = '2013-01-31'", equal("date", Scalar::Date("2013-01-31".parse().unwrap()))),
        ("date = DATE '2013-01-31'", equal("date", Scalar::Date("2013-01-31".parse().unwrap()))),
        (
            "departed = timestamp '2013-01-31T05:00:00Z'",
            equal("departed", Scalar::Timestamp("2013-01-31T05:00:00Z".parse().unwrap())),
        ),
    ] {
        assert_eq!(read(rule), Ok(expected), "{rule}");
    }
}

#[test]
fn every_form_of_the_language_is_read() {
    for rule in [
        "TRUE",
        "false OR carrier IS NOT NULL",
        "carrier IS NULL",
        "carrier = user_attribute('carrier')",
        "user_attribute('carrier') = carrier",
        "distance <= USER_ATTRIBUTE('carrier' AS INTEGER)",
        "price < user_attribute('carrier' as decimal(8, 2))",
        "distance >= user_attribute('limit') AND price > user_attribute('limit')",
        "date >= user_attribute('since')",
        "carrier IN ('DL', user_attribute('carrier'), user_attribute('regions'), tenant())",
        "distance NOT IN (1, 2)",
        "carrier NOT IN ('DL', user_attribute('carrier'))",
        "user_attribute_includes('regions', carrier)",
        "user_attribute_includes('carrier', carrier)",
        "carrier = user_email() OR carrier != user_id() OR carrier <> tenant()",
        "carrier = origin",
        "In_Team('Station managers')",
        "NOT (carrier = user_attribute('carrier'))",
    ] {
        assert!(read(rule).is_ok(), "{rule}: {:?}", read(rule));
    }
}

#[test]
fn what_is_refused_says_what_was_expected() {
    for (rule, message) in [
        ("", "at character 1: found the end: expected a column or a value"),
        ("carrier", "at character 8: found the end: expected a comparison, `IN` or `IS`"),
        ("carrier LIKE 'D%'", "at character 9: found `LIKE`: expected a comparison, `IN` or `IS`"),
        ("carrier = 'DL' carrier", "at character 16: found `carrier`: expected `AND`, `OR` or the end"),
        ("carrier = 'DL", "at character 11: this text does not end: expected `'`"),
        ("(carrier = 'DL'", "at character 16: found the end: expected `)`"),
        ("carrier = \"DL\"", "at character 11: `\"` is not part of the rule language"),
        ("carrier = 'é' ; 1", "at character 15: `;` is not part of the rule language"),
        ("distance = 1e3", "at character 12: found `1e3`: expected a number such as `12` or `-0.5`"),
        ("distance = 1.", "at character 12: found `1.`: expected a number such as `12` or `-0.5`"),
        (
            "distance = 99999999999999999999",
            "at character 12: found `99999999999999999999`: expected a number such as `12` or `-0.5`",
        ),
        ("distance + 1 = 2", "at character 10: `+` is not part of the rule language"),
        ("date = date '31.1.2013'", "at character 13: found `'31.1.2013'`: expected a day such as `'2013-01-31'`"),
        ("carrier IN ()", "at character 13: found `)`: expected a column or a value"),
        ("carrier IS 'DL'", "at character 12: found `'DL'`: expected `NULL`"),
        ("carrier NOT 'DL'", "at character 13: found `'DL'`: expected `IN`"),
        ("'DL' IN (carrier)", "at character 1: only a column can stand before `IN` and `IS`"),
        ("user_attribute('carrier') IS NULL", "at character 1: only a column can stand before `IN` and `IS`"),
        (
            "lower(carrier) = 'dl'",
            "at character 1: found `lower`: expected `user_attribute`, `user_email`, `user_id` or `tenant`",
        ),
        (
            "carrier = user_attribute(carrier)",
            "at character 26: found `carrier`: expected an attribute's name in single quotes",
        ),
        (
            "distance = user_attribute('limit' as float)",
            "at character 38: `float` is not a type: expected `text`, `integer`, `decimal(precision,scale)`, `boolean`, `date` or `timestamp`",
        ),
        (
            "in_team('')",
            "at character 9: `` is not a valid team name: expected 1 to 100 characters without control characters or surrounding blanks",
        ),
        ("carrier = null", "at character 11: found `null`: expected a column or a value"),
        (
            "carier = 'DL'",
            "unknown column `carier`: expected one of `cancelled`, `carrier`, `date`, `departed`, `distance`, `origin`, `price`",
        ),
        (
            "CARRIER IS NULL",
            "unknown column `CARRIER`: expected one of `cancelled`, `carrier`, `date`, `departed`, `distance`, `origin`, `price`",
        ),
        (
            "carrier = user_attribute('Carrier')",
            "unknown attribute `Carrier`: expected one of `carrier`, `limit`, `regions`, `since`",
        ),
        ("in_team('Pilots')", "unknown team `Pilots`: expected `Station managers`"),
        ("carrier = 7", "`7`: expected text, the type of column `carrier`"),
        ("distance = 'far'", "`'far'`: expected integer, the type of column `distance`"),
        ("distance = 1.5", "`1.5`: expected integer, the type of column `distance`"),
        ("price = 0.125", "`0.125`: expected decimal(8,2), the type of column `price`"),
        (
            "date = timestamp '2013-01-31T05:00:00Z'",
            "`timestamp '2013-01-31T05:00:00+00:00'`: expected date, the type of column `date`",
        ),
        ("carrier = distance", "column `distance` is integer: expected text, the type of column `carrier`"),
        ("carrier IN (origin)", "column `origin` in a list: expected values and attributes"),
        ("'a' = 'a'", "a comparison without a column: expected a column on one side"),
        ("user_attribute('carrier') = 'DL'", "a comparison without a column: expected a column on one side"),
        (
            "distance = user_attribute('carrier')",
            "attribute `carrier` is text: expected `user_attribute('carrier' as integer)`, the type of column `distance`",
        ),
        (
            "distance = user_attribute('carrier' as date)",
            "attribute `carrier` is cast to date: expected `user_attribute('carrier' as integer)`, the type of column `distance`",
        ),
        (
            "carrier = user_attribute('limit')",
            "attribute `limit` is number: expected text, the type of column `carrier`",
        ),
        (
            "carrier = user_attribute('limit' as text)",
            "attribute `limit` is number: expected text, the type of column `carrier`",
        ),
        (
            "carrier = user_attribute('regions')",
            "attribute `regions` holds a list: expected `IN` or `user_attribute_includes`",
        ),
        (
            "distance = tenant()",
            "column `distance` is integer: expected text, the type of `user_email()`, `user_id()` and `tenant()`",
        ),
        (
            "NOT in_team('Station managers')",
            "`in_team` of a claim under `NOT` shows rows to whoever leaves it out: expected a condition that names the rows to show",
        ),
        (
            "NOT (carrier = 'DL' OR NOT user_attribute_includes('regions', carrier))",
            "`user_attribute_includes` of a claim under `NOT` shows rows to whoever leaves it out: expected a condition that names the rows to show",
        ),
        (
            "carrier NOT IN ('DL', user_attribute('regions'))",
            "`IN` of a claim under `NOT` shows rows to whoever leaves it out: expected a condition that names the rows to show",
        ),
        (
            "NOT carrier IN (user_attribute('regions'))",
            "`IN` of a claim under `NOT` shows rows to whoever leaves it out: expected a condition that names the rows to show",
        ),
    ] {
        assert_eq!(read(rule), Err(message.to_owned()), "{rule}");
    }
}

#[test]
fn length_and_depth_are_bounded() {
    let nested = |depth: usize| format!("{}TRUE{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    assert!(parse(&nested(MAX_DEPTH + 1)).is_err());
    assert!(parse(&nested(4_000)).is_err());
    assert!(parse(&format!("{}TRUE", "NOT ".repeat(2_000))).is_err());
    assert!(parse(&format!("TRUE{}", " ".repeat(MAX_LENGTH))).is_err());
    assert!(parse(&format!("TRUE{}", " OR TRUE".repeat(1_000))).is_ok(), "long chains are not deep");
}

proptest! {
    #[test]
    fn no_text_stops_the_parser(text in "\\PC*") {
        let _answered = read(&text);
    }

    #[test]
    fn no_sequence_of_words_stops_the_parser(words in proptest::collection::vec(word(), 0..40)) {
        let _answered = read(&words.join(" "));
    }

    #[test]
    fn a_quoted_text_is_read_back_whole(value in "\\PC*") {
        let quoted = value.replace('\'', "''");
        prop_assert_eq!(read(&format!("carrier = '{quoted}'")), Ok(equal("carrier", Scalar::Text(value))));
    }
}

fn word() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "(",
        ")",
        ",",
        "=",
        "<>",
        "<=",
        "'",
        "'a'",
        "''",
        "12",
        "-1.5",
        "carrier",
        "date",
        "and",
        "OR",
        "not",
        "in",
        "is",
        "null",
        "true",
        "as",
        "integer",
        "decimal",
        "user_attribute",
        "user_attribute_includes",
        "in_team",
        "tenant",
        "é",
        "\u{0}",
    ])
}
