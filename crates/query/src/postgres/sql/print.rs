//! The printer: every form in parentheses of its own, every name in quotes, no value at all.

use super::{CALENDAR, Expression, From, JoinKind, Kind, Order, Parameter, Select, Side, Statement, Value};
use model::rule::Comparison;
use model::semantic::{Grain, Grained};
use std::fmt::{self, Display};

/// What a table is called in its query.
const TABLE: &str = "t";

/// What the keys are called among which values are looked for.
const KEYS: &str = "k";

pub(super) fn statement(select: &Select) -> Statement {
    let mut printer = Printer::default();
    printer.select(select);
    Statement { text: printer.text, parameters: printer.parameters }
}

#[derive(Default)]
struct Printer {
    text: String,
    parameters: Vec<Parameter>,
}

impl Printer {
    fn write(&mut self, what: impl Display) {
        // Writing to a text does not fail.
        let _ = fmt::Write::write_fmt(&mut self.text, format_args!("{what}"));
    }

    fn list<T>(&mut self, between: &str, items: impl IntoIterator<Item = T>, mut print: impl FnMut(&mut Self, T)) {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.write(between);
            }
            print(self, item);
        }
    }

    fn select(&mut self, select: &Select) {
        self.write("SELECT ");
        self.list(", ", select.columns.iter().enumerate(), |printer, (place, column)| {
            printer.expression(column);
            printer.write(format_args!(" AS {}", Place(place)));
        });
        self.write(" FROM ");
        self.from(&select.from);
        if !select.conditions.is_empty() {
            self.write(" WHERE ");
            self.list(" AND ", &select.conditions, Self::expression);
        }
        if let Some(groups @ 1..) = select.grouped {
            self.write(" GROUP BY ");
            self.list(", ", 1..=groups, |printer, place| printer.write(place));
        }
        if !select.order.is_empty() {
            self.write(" ORDER BY ");
            self.list(", ", &select.order, |printer, Order { by, descending }| {
                printer.expression(by);
                printer.write(if *descending { " DESC NULLS LAST" } else { " ASC NULLS LAST" });
            });
        }
        if let Some(limit) = select.limit {
            self.write(format_args!(" LIMIT {limit}"));
        }
        if select.fenced {
            self.write(" OFFSET 0");
        }
    }

    fn from(&mut self, from: &From) {
        match from {
            From::Table { schema, name } => {
                self.write(format_args!("{}.{} AS {}", Quoted(schema), Quoted(name), Quoted(TABLE)));
            }
            From::Query(inner) => self.inner(inner, Side::Only),
            From::Join { kind, left, right, on } => {
                self.inner(left, Side::Left);
                self.write(match kind {
                    JoinKind::Inner => " INNER JOIN ",
                    JoinKind::Left => " LEFT JOIN ",
                    JoinKind::Right => " RIGHT JOIN ",
                    JoinKind::Full => " FULL JOIN ",
                });
                self.inner(right, Side::Right);
                self.write(" ON ");
                self.list(" AND ", on, |printer, (left, right)| {
                    printer.column(Side::Left, *left);
                    printer.write(" = ");
                    printer.column(Side::Right, *right);
                });
            }
        }
    }

    fn inner(&mut self, select: &Select, side: Side) {
        self.write("(");
        self.select(select);
        self.write(format_args!(") AS {}", Quoted(called(side))));
    }

    fn column(&mut self, side: Side, place: usize) {
        self.write(format_args!("{}.{}", Quoted(called(side)), Place(place)));
    }

    fn parameter(&mut self, parameter: Parameter) {
        self.parameters.push(parameter);
        self.write(format_args!("${}", self.parameters.len()));
    }

    fn value(&mut self, value: &Value) {
        self.write("CAST(");
        self.parameter(Parameter::One(value.clone()));
        self.write(format_args!(" AS {})", value.kind()));
    }

    /// `before` the expression, and something behind.
    fn wrapped(&mut self, before: &str, expression: &Expression, behind: impl Display) {
        self.write(before);
        self.expression(expression);
        self.write(behind);
    }

    fn infix(&mut self, left: &Expression, between: &str, right: &Expression) {
        self.wrapped("(", left, between);
        self.wrapped("", right, ")");
    }

    fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Named(name) => self.write(format_args!("{}.{}", Quoted(TABLE), Quoted(name))),
            Expression::Column(side, place) => self.column(*side, *place),
            Expression::Value(value) => self.value(value),
            Expression::Null(kind) => self.write(format_args!("CAST(NULL AS {kind})")),
            Expression::Widened(inner, kind) => self.wrapped("CAST(", inner, format_args!(" AS {kind})")),
            Expression::Bytewise(inner) => self.wrapped("(", inner, " COLLATE \"C\")"),
            Expression::WithoutNan(inner) => self.wrapped("NULLIF(", inner, ", numeric 'NaN')"),
            Expression::Compare(left, op, right) => self.infix(left, written(*op), right),
            Expression::OneOf(inner, kind, values) => {
                self.wrapped("(", inner, " = ANY (CAST(");
                self.parameter(Parameter::Many(*kind, values.clone()));
                self.write(format_args!(" AS {kind}[])))"));
            }
            Expression::OneOfKeys(columns) => self.one_of_keys(columns),
            Expression::Like(inner, pattern) => {
                self.wrapped("(", inner, " LIKE ");
                self.value(&Value::Text(pattern.clone()));
                self.write(")");
            }
            Expression::IsNull(inner) => self.wrapped("(", inner, " IS NULL)"),
            Expression::Not(inner) => self.wrapped("(NOT ", inner, ")"),
            Expression::And(left, right) => self.infix(left, " AND ", right),
            Expression::Or(left, right) => self.infix(left, " OR ", right),
            Expression::Case(branches, otherwise) => self.case(branches, otherwise.as_deref()),
            Expression::GrainOf(grain, inner, kind) => self.grain_of(*grain, inner, *kind),
            Expression::RangeStart { of, width, least, kind } => {
                self.write("(CASE WHEN ");
                self.range_start(of, width);
                self.write(" >= ");
                self.value(least);
                self.write(" THEN CAST(");
                self.range_start(of, width);
                self.write(format_args!(" AS {kind}) END)"));
            }
            Expression::Count { of: None, .. } => self.write("count(*)"),
            Expression::Count { of: Some(inner), distinct } => {
                self.wrapped(if *distinct { "count(DISTINCT " } else { "count(" }, inner, ")");
            }
            Expression::Sum(inner) => self.wrapped("sum(", inner, ")"),
            Expression::Average(inner, digits) => self.average(inner, *digits),
            Expression::Min(inner) => self.wrapped("min(", inner, ")"),
            Expression::Max(inner) => self.wrapped("max(", inner, ")"),
        }
    }

    /// Never NULL: no key has a NULL, and a NULL is equal to nothing.
    fn one_of_keys(&mut self, columns: &[(Expression, Kind, Vec<Value>)]) {
        let key = |place| format!("{}.{}", Quoted(KEYS), Place(place));
        self.write("(EXISTS (SELECT 1 FROM unnest(");
        self.list(", ", columns, |printer, (_, kind, values)| {
            printer.write("CAST(");
            printer.parameter(Parameter::Many(*kind, values.clone()));
            printer.write(format_args!(" AS {kind}[])"));
        });
        self.write(format_args!(") AS {} (", Quoted(KEYS)));
        self.list(", ", 0..columns.len(), |printer, place| printer.write(Place(place)));
        self.write(") WHERE ");
        self.list(" AND ", columns.iter().enumerate(), |printer, (place, (of, ..))| {
            printer.wrapped("(", of, format_args!(" = {})", key(place)));
        });
        self.write("))");
    }

    fn case(&mut self, branches: &[(Expression, Expression)], otherwise: Option<&Expression>) {
        self.write("(CASE");
        for (condition, result) in branches {
            self.wrapped(" WHEN ", condition, " THEN ");
            self.expression(result);
        }
        if let Some(otherwise) = otherwise {
            self.wrapped(" ELSE ", otherwise, "");
        }
        self.write(" END)");
    }

    fn grain_of(&mut self, grain: Grain, inner: &Expression, kind: Kind) {
        self.wrapped("(CASE WHEN ", inner, " BETWEEN ");
        let [first, last] = CALENDAR.map(Value::Date);
        self.value(&first);
        self.write(" AND ");
        self.value(&last);
        let (before, behind) = match (grain.grained(), kind) {
            (Grained::Days(_), _) => ("CAST(date_trunc('", ") AS date)"),
            (Grained::Seconds(_), Kind::Timestamp) => ("(date_trunc('", ") AT TIME ZONE 'UTC')"),
            (Grained::Seconds(_), _) => ("date_trunc('", ")"),
            (Grained::Part(_), _) => ("CAST(date_part('", ") AS bigint)"),
        };
        let (local, at_zone) = match kind {
            Kind::Timestamp => ("(", " AT TIME ZONE 'UTC')"),
            _ => ("CAST(", " AS timestamp)"),
        };
        self.write(format_args!(" THEN {before}{}', {local}", unit(grain)));
        self.wrapped("", inner, format_args!("{at_zone}{behind} END)"));
    }

    /// `x - ((x mod w) + w) mod w`, for the remainder has the sign of `x`. Among numbers of any length, none of it fails.
    fn range_start(&mut self, of: &Expression, width: &Value) {
        self.wrapped("(CAST(", of, " AS numeric) - mod(mod(CAST(");
        self.wrapped("", of, " AS numeric), ");
        self.value(width);
        self.write(") + ");
        self.value(width);
        self.write(", ");
        self.value(width);
        self.write("))");
    }

    /// `div` cuts, where `/` would round at a digit of its own choice.
    fn average(&mut self, inner: &Expression, digits: u8) {
        let zeros = "0".repeat(digits.into());
        self.wrapped("(div(sum(", inner, format_args!(") * 1{zeros}, NULLIF(count("));
        self.wrapped("", inner, "), 0))");
        if digits == 0 {
            self.write(")");
        } else {
            let behind = zeros.get(1..).unwrap_or_default();
            self.write(format_args!(" * 0.{behind}1)"));
        }
    }
}

const fn called(side: Side) -> &'static str {
    match side {
        Side::Only => "q",
        Side::Left => "l",
        Side::Right => "r",
    }
}

const fn written(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => " = ",
        Comparison::NotEqual => " <> ",
        Comparison::Less => " < ",
        Comparison::LessOrEqual => " <= ",
        Comparison::Greater => " > ",
        Comparison::GreaterOrEqual => " >= ",
    }
}

/// What PostgreSQL calls the period or part.
const fn unit(grain: Grain) -> &'static str {
    match grain {
        Grain::Second => "second",
        Grain::Minute => "minute",
        Grain::Hour | Grain::HourOfDay => "hour",
        Grain::Day | Grain::DayOfMonth => "day",
        Grain::Week | Grain::WeekOfYear => "week",
        Grain::Month | Grain::MonthOfYear => "month",
        Grain::Quarter | Grain::QuarterOfYear => "quarter",
        Grain::Year => "year",
        Grain::DayOfWeek => "isodow",
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Integer => "bigint",
            Self::Decimal => "numeric",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamptz",
            Self::LocalTimestamp => "timestamp",
        })
    }
}

/// The name of the column in a place.
struct Place(usize);

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "c{}", self.0)
    }
}

/// A name in quotes.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(place: usize) -> Box<Expression> {
        Box::new(Expression::Column(Side::Only, place))
    }

    fn table(name: &str) -> Select {
        let from = From::Table { schema: "public".into(), name: name.into() };
        Select { fenced: true, ..Select::of(from, vec![Expression::Named("a\" OR 1=1 --".into())]) }
    }

    #[test]
    fn names_are_quoted_and_values_are_parameters() {
        let mut select = table("x\"; DROP TABLE y; --");
        let value = Box::new(Expression::Value(Value::Text("'; DROP TABLE y; --".into())));
        select.conditions.push(Expression::Compare(Box::new(Expression::Named("b".into())), Comparison::Equal, value));
        let statement = select.statement();
        assert_eq!(
            statement.text,
            r#"SELECT "t"."a"" OR 1=1 --" AS c0 FROM "public"."x""; DROP TABLE y; --" AS "t" WHERE ("t"."b" = CAST($1 AS text)) OFFSET 0"#
        );
        assert_eq!(statement.parameters, [Parameter::One(Value::Text("'; DROP TABLE y; --".into()))]);
    }

    #[test]
    fn keys_of_several_columns_are_a_parameter_each() {
        let mut select = table("x");
        let named = |name: &str| Expression::Named(name.into());
        let texts = vec![Value::Text("'); DROP TABLE y; --".into())];
        select.conditions.push(Expression::OneOfKeys(vec![
            (named("b"), Kind::Text, texts.clone()),
            (named("c"), Kind::Integer, vec![Value::Integer(7)]),
        ]));
        let Statement { text, parameters } = select.statement();
        assert!(
            text.ends_with(
                " WHERE (EXISTS (SELECT 1 FROM unnest(CAST($1 AS text[]), CAST($2 AS bigint[])) AS \"k\" (c0, c1) \
                 WHERE (\"t\".\"b\" = \"k\".c0) AND (\"t\".\"c\" = \"k\".c1))) OFFSET 0"
            ),
            "{text}"
        );
        let expected = [Parameter::Many(Kind::Text, texts), Parameter::Many(Kind::Integer, vec![Value::Integer(7)])];
        assert_eq!(parameters, expected);
    }

    #[test]
    fn a_query_around_another_orders_and_limits() {
        let grouped = Select {
            grouped: Some(1),
            ..table("x").around(vec![
                *column(0),
                Expression::Average(column(0), 2),
                Expression::Count { of: None, distinct: false },
            ])
        };
        let select = Select {
            order: vec![Order { by: *column(1), descending: true }],
            limit: Some(7),
            ..grouped.around(vec![*column(0)])
        };
        assert_eq!(
            select.statement().text,
            "SELECT \"q\".c0 AS c0 FROM (SELECT \"q\".c0 AS c0, (div(sum(\"q\".c0) * 100, NULLIF(count(\"q\".c0), 0)) * 0.01) AS c1, \
             count(*) AS c2 FROM (SELECT \"t\".\"a\"\" OR 1=1 --\" AS c0 FROM \"public\".\"x\" AS \"t\" OFFSET 0) AS \"q\" GROUP BY 1) \
             AS \"q\" ORDER BY \"q\".c1 DESC NULLS LAST LIMIT 7"
        );
    }

    #[test]
    fn a_table_outside_of_a_fence_is_seen() {
        let open = Select { fenced: false, ..table("x") };
        let join = |left: &Select, right: &Select| {
            let from = From::Join {
                kind: JoinKind::Right,
                left: Box::new(left.clone()),
                right: Box::new(right.clone()),
                on: vec![(0, 0)],
            };
            Select::of(from, vec![*column(0)])
        };
        let fenced = table("x");
        assert!(join(&fenced, &fenced).is_fenced());
        assert!(!join(&fenced, &open).is_fenced());
        assert!(!open.around(vec![*column(0)]).is_fenced());
    }
}
