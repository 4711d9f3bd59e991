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
    ("routes", AttributeKind::Filter, false),
];

/// Parses and types a rule of the table above.
fn read(text: &str) -> Result<Rule, String> {
    let columns = COLUMNS.iter().map(|(name, kind)| (ColumnName::new(*name).unwrap(), kind.parse().unwrap())).collect();
    let definitions: Vec<AttributeDefinition> = ATTRIBUTES.iter().map(definition).collect();
    let attributes: BTreeMap<_, _> = definitions.iter().map(|definition| (&definition.name, definition)).collect();
    let team = TeamName::new("Station managers").unwrap();
    let (model, access) = ("airline".parse().unwrap(), "access".parse().unwrap());
    let (flights, crews) = ("flights".parse().unwrap(), "crews".parse().unwrap());
    let entitlements = BTreeMap::from([
        (column("carrier"), ColumnType::Text),
        (column("pilot"), ColumnType::Text),
        (column("distance"), ColumnType::Integer),
    ]);
    let tables = Tables::from([((&model, &flights), &columns), ((&access, &crews), &entitlements)]);
    let teams = BTreeSet::from([&team]);
    let (attributes, tables) = (&attributes, &tables);
    Vocabulary {
        columns: &columns,
        attributes,
        teams: &teams,
        model: &model,
        tables,
        row: None,
        purpose: Purpose::Policy,
    }
    .read(text)
    .map_err(|error| error.to_string())
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
    Rule::Compare { left: Operand::Term(column(name).into()), op: Comparison::Equal, right: Operand::Literal(value) }
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
        "distance BETWEEN 1 AND user_attribute('limit')",
        "distance not between -2 AND -1",
        "carrier LIKE 'D%' OR carrier NOT LIKE '%\\_x'",
        "[carrier] = \"it's\" AND [carrier] IN (\"a\")",
        "distance * 2 - 1 > distance / 3 + price",
        "distance % 2 = 0 AND (distance + 1) * 2 >= user_attribute('limit')",
        "(distance) IN (1, 2) AND (distance - 1) BETWEEN 0 AND 9",
        "distance -1 = 2 and distance - -1 = 4",
        "price * 2 > distance AND distance = 1 + 1",
        "cast(carrier as integer) = user_attribute('carrier' as integer)",
        "CAST(date AS timestamp) <= departed AND cast(distance as text) = carrier",
        "user_attribute_matches('routes', carrier) AND user_attribute_matches('routes', distance + 1)",
        "user_attribute_includes('carrier', cast(distance as text))",
        "exists_in(access.crews, carrier = row.carrier AND pilot = user_email())",
        "exists_in('access.crews', row.origin = carrier AND distance > 5 AND (pilot = 'x' OR NOT pilot = 'y'))",
        "exists_in(flights, origin = row.carrier AND date = row.date)",
        "carrier = USERATTRIBUTE('carrier') OR USERATTRIBUTEINCLUDES('regions', [carrier])",
        "ISMEMBEROF('Station managers') AND carrier = USERNAME()",
        "[carrier] = CurrentUserAttributeText(\"carrier\") OR CurrentUserInTeam(\"Station managers\")",
        "carrier = CurrentUserEmail()",
        "NOT (carrier = user_attribute('carrier'))",
    ] {
        assert!(read(rule).is_ok(), "{rule}: {:?}", read(rule));
    }
}

#[test]
fn what_is_refused_says_what_was_expected() {
    for (rule, message) in [
        ("", "at character 1: found the end: expected a column or a value"),
        ("carrier", "at character 8: found the end: expected a comparison, `BETWEEN`, `IN`, `IS` or `LIKE`"),
        (
            "carrier LIKE user_attribute('carrier')",
            "at character 14: found `user_attribute`: expected a pattern in single quotes: one of somebody's could fit everything",
        ),
        ("distance LIKE 'D%'", "at character 1: column `distance` is integer: expected text before `LIKE`"),
        ("carrier = 'DL' carrier", "at character 16: found `carrier`: expected `AND`, `OR` or the end"),
        ("carrier = 'DL", "at character 11: this text does not end: expected `'`"),
        ("(carrier = 'DL'", "at character 16: found the end: expected `)`"),
        ("carrier = \"DL", "at character 11: this text does not end: expected `\"`"),
        ("carrier = 'x' OR [carrier = 'DL'", "at character 18: this column does not end: expected `]`"),
        ("carrier = 'é' ; 1", "at character 15: `;` is not part of the rule language"),
        ("distance = 1e3", "at character 12: found `1e3`: expected a number such as `12` or `-0.5`"),
        ("distance = 1.", "at character 12: found `1.`: expected a number such as `12` or `-0.5`"),
        (
            "distance = 99999999999999999999",
            "at character 12: found `99999999999999999999`: expected a number such as `12` or `-0.5`",
        ),
        ("distance + 'a' = 2", "at character 1: `+` between integer and text: expected two numbers"),
        ("price % 2 = 0", "at character 1: `%` between decimal(8,2) and integer: expected two integers"),
        (
            "distance + user_attribute('limit') > 2",
            "at character 10: `+` beside what a person brings: expected columns and numbers, with the person's value on the other side of the comparison",
        ),
        (
            "cast(tenant() as integer) = distance",
            "at character 6: a cast of what a person brings: expected `user_attribute('…' as type)`",
        ),
        (
            "cast(cancelled as integer) = 1",
            "at character 1: a cast of boolean to integer: expected types of which one can be written as the other",
        ),
        ("distance * 2 = 1.5", "at character 1: `1.5`: expected integer, the type of `distance * 2`"),
        (
            "carrier = 'a' AND 1 + 1 = 2",
            "at character 19: a comparison without a column: expected a column on one side",
        ),
        (
            "price * 2 = carrier",
            "at character 1: column `carrier` is text: expected decimal(38,2), the type of `price * 2`",
        ),
        ("(distance + 1) IS NULL", "at character 1: only a column can stand before `IS`"),
        (
            "carrier = user_attribute('routes')",
            "at character 1: attribute `routes` is a filter expression: expected `user_attribute_matches('routes', carrier)`",
        ),
        (
            "user_attribute_matches('carrier', carrier)",
            "at character 1: attribute `carrier` is text: expected one of type filter, which is read as one",
        ),
        (
            "exists_in(crews, carrier = row.carrier)",
            "at character 1: unknown table of model `airline` `crews`: expected `flights`",
        ),
        (
            "exists_in(access.crews, pilot = user_email())",
            "at character 1: no column of the row: expected `column = row.column` in `exists_in`",
        ),
        (
            "exists_in(access.crews, carrier = row.distance)",
            "at character 25: column `carrier` is text: expected integer, the type of column `row.distance`",
        ),
        (
            "exists_in(access.crews, carrier = row.tail)",
            "at character 25: unknown column of the row `tail`: expected one of `cancelled`, `carrier`, `date`, `departed`, `distance`, `origin`, `price`",
        ),
        (
            "exists_in(access.crews, carrier = row.carrier AND origin = 'x')",
            "at character 51: unknown column `origin`: expected one of `carrier`, `distance`, `pilot`",
        ),
        (
            "NOT exists_in(access.crews, carrier = row.carrier)",
            "at character 5: `exists_in` of a claim under `NOT` shows rows to whoever leaves it out: expected a condition that names the rows to show",
        ),
        (
            "exists_in(access.crews, carrier = row.carrier AND exists_in(flights, carrier = row.carrier))",
            "at character 51: `exists_in` inside of `exists_in`: expected one table",
        ),
        ("date = date '31.1.2013'", "at character 13: found `'31.1.2013'`: expected a day such as `'2013-01-31'`"),
        ("carrier IN ()", "at character 13: found `)`: expected a column or a value"),
        ("carrier IS 'DL'", "at character 12: found `'DL'`: expected `NULL`"),
        ("carrier NOT 'DL'", "at character 13: found `'DL'`: expected `BETWEEN`, `IN` or `LIKE`"),
        ("'DL' IN (carrier)", "at character 1: only a column can stand before `BETWEEN`, `IN`, `IS` and `LIKE`"),
        (
            "user_attribute('carrier') IS NULL",
            "at character 1: only a column can stand before `BETWEEN`, `IN`, `IS` and `LIKE`",
        ),
        (
            "lower(carrier) = 'dl'",
            "at character 1: found `lower`: expected `cast`, `user_attribute`, `user_email`, `user_id` or `tenant`",
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
            "at character 1: unknown column `carier`: expected one of `cancelled`, `carrier`, `date`, `departed`, `distance`, `origin`, `price`",
        ),
        (
            "CARRIER IS NULL",
            "at character 1: unknown column `CARRIER`: expected one of `cancelled`, `carrier`, `date`, `departed`, `distance`, `origin`, `price`",
        ),
        (
            "carrier = user_attribute('Carrier')",
            "at character 1: unknown attribute `Carrier`: expected one of `carrier`, `limit`, `regions`, `routes`, `since`",
        ),
        ("in_team('Pilots')", "at character 1: unknown team `Pilots`: expected `Station managers`"),
        ("carrier = 7", "at character 1: `7`: expected text, the type of column `carrier`"),
        ("distance = 'far'", "at character 1: `'far'`: expected integer, the type of column `distance`"),
        ("distance = 1.5", "at character 1: `1.5`: expected integer, the type of column `distance`"),
        ("price = 0.125", "at character 1: `0.125`: expected decimal(8,2), the type of column `price`"),
        (
            "date = timestamp '2013-01-31T05:00:00Z'",
            "at character 1: `timestamp '2013-01-31T05:00:00+00:00'`: expected date, the type of column `date`",
        ),
        (
            "carrier = distance",
            "at character 1: column `distance` is integer: expected text, the type of column `carrier`",
        ),
        ("carrier IN (origin)", "at character 1: column `origin` in a list: expected values and attributes"),
        ("'a' = 'a'", "at character 1: a comparison without a column: expected a column on one side"),
        (
            "user_attribute('carrier') = 'DL'",
            "at character 1: a comparison without a column: expected a column on one side",
        ),
        (
            "distance = user_attribute('carrier')",
            "at character 1: attribute `carrier` is text: expected `user_attribute('carrier' as integer)`, the type of column `distance`",
        ),
        (
            "distance = user_attribute('carrier' as date)",
            "at character 1: attribute `carrier` is cast to date: expected `user_attribute('carrier' as integer)`, the type of column `distance`",
        ),
        (
            "carrier = user_attribute('limit')",
            "at character 1: attribute `limit` is number: expected text, the type of column `carrier`",
        ),
        (
            "carrier = user_attribute('limit' as text)",
            "at character 1: attribute `limit` is number: expected text, the type of column `carrier`",
        ),
        (
            "carrier = user_attribute('regions')",
            "at character 1: attribute `regions` holds a list: expected `IN` or `user_attribute_includes`",
        ),
        (
            "distance = tenant()",
            "at character 1: column `distance` is integer: expected text, the type of `user_email()`, `user_id()` and `tenant()`",
        ),
        (
            "carrier = FULLNAME()",
            "at character 1: a full name is no identity, as two people may have one: expected `user_email()`, `user_id()` or an attribute",
        ),
        (
            "NOT in_team('Station managers')",
            "at character 5: `in_team` of a claim under `NOT` shows rows to whoever leaves it out: expected a condition that names the rows to show",
        ),
        (
            "NOT (carrier = 'DL' OR NOT user_attribute_includes('regions', carrier))",
            "at character 28: `user_attribute_includes` of a claim under `NOT` shows rows to whoever leaves it out: expected a condition that names the rows to show",
        ),
        (
            "carrier NOT IN ('DL', user_attribute('regions'))",
            "at character 1: `IN` of a claim under `NOT` shows rows to whoever leaves it out: expected a condition that names the rows to show",
        ),
        (
            "NOT carrier IN (user_attribute('regions'))",
            "at character 5: `IN` of a claim under `NOT` shows rows to whoever leaves it out: expected a condition that names the rows to show",
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
    assert!(parse(&format!("a{} = 1", " + a".repeat(MAX_OPERATORS))).is_ok());
    assert!(parse(&format!("a{} = 1", " + a".repeat(MAX_OPERATORS + 1))).is_err());
    assert!(parse(&format!("{}a{} + 1 = 2", "(".repeat(MAX_DEPTH), ")".repeat(MAX_DEPTH))).is_ok());
    assert!(parse(&format!("{}a{} + 1 = 2", "(".repeat(2_000), ")".repeat(2_000))).is_err());
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
        "row.carrier",
        "[carrier]",
        "+",
        "-",
        "*",
        "like",
        "between",
        "cast(",
        "as",
        "exists_in(",
        "access.crews",
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
