//! Which expressions PostgreSQL evaluates just as this process does, and what they are there: closed lists. What is on
//! none of them is not translated.

use crate::entitlements::KeySet;
use crate::mask::width_of;
use crate::postgres::sql::{CALENDAR, Expression, Kind, Value};
use crate::secure::GrainOf;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Decimal256Type, DecimalType, TimeUnit};
use datafusion::common::{Column, DFSchema};
use datafusion::logical_expr::expr::{AggregateFunction, Between, Case, Cast, InList, Like, ScalarFunction};
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, Operator};
use datafusion::scalar::ScalarValue;
use model::rule::Comparison;

/// The type of values that are held so.
pub(super) const fn kind(held: &DataType) -> Option<Kind> {
    Some(match held {
        DataType::Utf8View => Kind::Text,
        DataType::Int64 => Kind::Integer,
        DataType::Decimal128(..) | DataType::Decimal256(..) => Kind::Decimal,
        DataType::Boolean => Kind::Boolean,
        DataType::Date32 => Kind::Date,
        DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => Kind::Timestamp,
        DataType::Timestamp(TimeUnit::Microsecond, None) => Kind::LocalTimestamp,
        _ => return None,
    })
}

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Whether both calendars have the day, counted from 1970-01-01.
fn is_in_calendar(day: i64) -> bool {
    let [first, last] = CALENDAR.map(i64::from);
    (first..=last).contains(&day)
}

/// The value of a literal; `None`: NULL, or one that PostgreSQL has not.
fn value(literal: &ScalarValue) -> Option<Value> {
    match literal {
        ScalarValue::Utf8View(Some(text)) => (!text.contains('\0')).then(|| Value::Text(text.clone())),
        ScalarValue::Int64(Some(number)) => Some(Value::Integer(*number)),
        ScalarValue::Decimal128(Some(digits), precision, scale) => {
            Some(Value::Decimal(Decimal128Type::format_decimal(*digits, *precision, *scale)))
        }
        ScalarValue::Decimal256(Some(digits), precision, scale) => {
            Some(Value::Decimal(Decimal256Type::format_decimal(*digits, *precision, *scale)))
        }
        ScalarValue::Boolean(Some(truth)) => Some(Value::Boolean(*truth)),
        ScalarValue::Date32(Some(days)) => is_in_calendar(i64::from(*days)).then_some(Value::Date(*days)),
        ScalarValue::TimestampMicrosecond(Some(at), zone) => {
            let value = if zone.is_some() { Value::Timestamp(*at) } else { Value::LocalTimestamp(*at) };
            is_in_calendar(at.div_euclid(DAY)).then_some(value)
        }
        _ => None,
    }
}

/// The rows that expressions are about.
pub(super) struct Scope<'a> {
    /// Their schema in the plan.
    pub(super) schema: &'a DFSchema,
    /// What their columns are in the statement.
    pub(super) column: &'a dyn Fn(&Column) -> Option<Expression>,
}

impl Scope<'_> {
    /// The expression, if all of it is on the lists.
    pub(super) fn expression(&self, expression: &Expr) -> Option<Expression> {
        match expression {
            Expr::Alias(alias) => self.expression(&alias.expr),
            Expr::Column(column) => (self.column)(column),
            Expr::Literal(literal, _) if literal.is_null() => Some(Expression::Null(kind(&literal.data_type())?)),
            Expr::Literal(literal, _) => value(literal).map(Expression::Value),
            Expr::BinaryExpr(binary) => self.binary(binary),
            Expr::Not(inner) => self.boxed(inner).map(Expression::Not),
            Expr::IsNull(inner) => self.boxed(inner).map(Expression::IsNull),
            Expr::IsNotNull(inner) => Some(Expression::Not(Box::new(Expression::IsNull(self.boxed(inner)?)))),
            Expr::InList(list) => self.one_of(list),
            Expr::Between(between) => self.between(between),
            Expr::Like(like) => self.like(like),
            Expr::Case(case) => self.case(case),
            Expr::Cast(cast) => self.widened(cast),
            Expr::ScalarFunction(function) => {
                self.grain_of(function).or_else(|| self.range_start(function)).or_else(|| self.one_of_keys(function))
            }
            _ => None,
        }
    }

    /// The same as a column of a query or a key of its order. Texts that the statement makes are put in order by their bytes, as
    /// those of tables are by [`crate::postgres::push`].
    pub(super) fn output(&self, expression: &Expr) -> Option<Expression> {
        let value = self.expression(expression)?;
        let is_column = matches!(value, Expression::Column(..));
        let is_text = self.kind(expression)? == Kind::Text;
        Some(if is_text && !is_column { Expression::Bytewise(Box::new(value)) } else { value })
    }

    fn boxed(&self, expression: &Expr) -> Option<Box<Expression>> {
        self.expression(expression).map(Box::new)
    }

    fn held(&self, expression: &Expr) -> Option<DataType> {
        expression.get_type(self.schema).ok()
    }

    fn kind(&self, expression: &Expr) -> Option<Kind> {
        kind(&self.held(expression)?)
    }

    fn binary(&self, BinaryExpr { left, op, right }: &BinaryExpr) -> Option<Expression> {
        match op {
            Operator::And => Some(Expression::And(self.boxed(left)?, self.boxed(right)?)),
            Operator::Or => Some(Expression::Or(self.boxed(left)?, self.boxed(right)?)),
            op => self.compared(left, comparison(*op)?, right),
        }
    }

    /// Both sides must be held alike. Texts stand in the order of their bytes, and are equal where these are, in whatever
    /// order the database puts them.
    fn compared(&self, left: &Expr, comparison: Comparison, right: &Expr) -> Option<Expression> {
        if self.held(left)? != self.held(right)? {
            return None;
        }
        let is_equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        let by_bytes = self.kind(left)? == Kind::Text && !is_equality;
        let left = self.boxed(left)?;
        let left = if by_bytes { Box::new(Expression::Bytewise(left)) } else { left };
        Some(Expression::Compare(left, comparison, self.boxed(right)?))
    }

    fn between(&self, Between { expr, negated, low, high }: &Between) -> Option<Expression> {
        let low = self.compared(expr, Comparison::GreaterOrEqual, low)?;
        let high = self.compared(expr, Comparison::LessOrEqual, high)?;
        let inside = Expression::And(Box::new(low), Box::new(high));
        Some(if *negated { Expression::Not(Box::new(inside)) } else { inside })
    }

    fn one_of(&self, InList { expr, list, negated }: &InList) -> Option<Expression> {
        let held = self.held(expr)?;
        let literals = list.iter().map(|item| match item {
            Expr::Literal(literal, _) if literal.data_type() == held => value(literal),
            _ => None,
        });
        let found = Expression::OneOf(self.boxed(expr)?, kind(&held)?, literals.collect::<Option<_>>()?);
        Some(if *negated { Expression::Not(Box::new(found)) } else { found })
    }

    /// Of several columns, each of which is held as that part of the keys.
    fn one_of_keys(&self, function: &ScalarFunction) -> Option<Expression> {
        let keys = function.func.inner().downcast_ref::<KeySet>()?.columns()?;
        let columns = function.args.iter().enumerate().map(|(place, of)| {
            let (held, part) = keys.get(place).filter(|(held, _)| self.held(of).as_ref() == Some(*held))?;
            Some((self.expression(of)?, kind(held)?, part.iter().map(value).collect::<Option<_>>()?))
        });
        let columns = columns.collect::<Option<Vec<_>>>()?;
        (columns.len() == keys.len()).then_some(Expression::OneOfKeys(columns))
    }

    /// Not of patterns in which `\` stands before something that means nothing, and never without regard to case.
    fn like(&self, like: &Like) -> Option<Expression> {
        let Like { negated, expr, pattern, escape_char: None | Some('\\'), case_insensitive: false } = like else {
            return None;
        };
        let Expr::Literal(ScalarValue::Utf8View(Some(pattern)), _) = pattern.as_ref() else { return None };
        if self.kind(expr)? != Kind::Text || !is_plain(pattern) {
            return None;
        }
        let fits = Expression::Like(self.boxed(expr)?, pattern.clone());
        Some(if *negated { Expression::Not(Box::new(fits)) } else { fits })
    }

    fn case(&self, Case { expr, when_then_expr, else_expr }: &Case) -> Option<Expression> {
        if expr.is_some() {
            return None;
        }
        let branches = when_then_expr.iter().map(|(when, then)| Some((self.expression(when)?, self.expression(then)?)));
        let otherwise = match else_expr {
            Some(otherwise) => Some(self.boxed(otherwise)?),
            None => None,
        };
        Some(Expression::Case(branches.collect::<Option<_>>()?, otherwise))
    }

    /// A cast that loses no digit of any value.
    fn widened(&self, Cast { expr, field }: &Cast) -> Option<Expression> {
        let digits = |held: &DataType| match held {
            DataType::Int64 => Some((19, 0)),
            DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
                Some((i16::from(*precision), i16::from(*scale)))
            }
            _ => None,
        };
        let ((from, from_scale), (to, to_scale)) = (digits(&self.held(expr)?)?, digits(field.data_type())?);
        let is_wider = to_scale >= from_scale && to - to_scale >= from - from_scale;
        let kind = kind(field.data_type())?;
        (is_wider && kind == Kind::Decimal).then(|| Some(Expression::Widened(self.boxed(expr)?, kind)))?
    }

    /// Of dates, and of instants in UTC: of other zones PostgreSQL has its own tables.
    fn grain_of(&self, function: &ScalarFunction) -> Option<Expression> {
        let grain = function.func.inner().downcast_ref::<GrainOf>()?.without_zone()?;
        let [value] = function.args.as_slice() else { return None };
        let kind = self.kind(value)?;
        let has_days = matches!(kind, Kind::Date | Kind::Timestamp | Kind::LocalTimestamp);
        has_days.then(|| Some(Expression::GrainOf(grain, self.boxed(value)?, kind)))?
    }

    fn range_start(&self, function: &ScalarFunction) -> Option<Expression> {
        let width = width_of(&function.func)?;
        let [value] = function.args.as_slice() else { return None };
        let least = match self.held(value)? {
            DataType::Int64 => i64::MIN.to_string(),
            DataType::Decimal128(precision, scale) => {
                let digits = 10_i128.checked_pow(precision.into())?.checked_sub(1)?;
                Decimal128Type::format_decimal(-digits, precision, scale)
            }
            _ => return None,
        };
        let [width, least] = [width.to_string(), least].map(Value::Decimal);
        Some(Expression::RangeStart { of: self.boxed(value)?, width, least, kind: self.kind(value)? })
    }

    /// PostgreSQL's sums of integers are exact by themselves, and sooner done.
    fn summed(&self, of: &Expr) -> Option<Box<Expression>> {
        match of {
            Expr::Cast(cast) if self.kind(&cast.expr) == Some(Kind::Integer) => self.boxed(&cast.expr),
            of => self.boxed(of),
        }
    }

    /// What is aggregated, if the result is the same in whatever order rows come.
    pub(super) fn aggregate(&self, expression: &Expr) -> Option<Expression> {
        let AggregateFunction { func, params } = match expression {
            Expr::Alias(alias) => return self.aggregate(&alias.expr),
            Expr::AggregateFunction(function) => function,
            _ => return None,
        };
        let is_plain = params.filter.is_none() && params.order_by.is_empty() && params.null_treatment.is_none();
        let [of] = params.args.as_slice() else { return None };
        let kind = self.kind(of)?;
        let numeric = kind == Kind::Decimal;
        match (func.name(), params.distinct, of) {
            _ if !is_plain => None,
            ("count", false, Expr::Literal(literal, _)) if !literal.is_null() => {
                Some(Expression::Count { of: None, distinct: false })
            }
            ("count", distinct, _) => Some(Expression::Count { of: Some(self.boxed(of)?), distinct }),
            ("sum", false, _) if numeric => self.summed(of).map(Expression::Sum),
            ("avg", false, _) if numeric => {
                let (DataType::Decimal128(_, digits) | DataType::Decimal256(_, digits)) = self.held(expression)? else {
                    return None;
                };
                Some(Expression::Average(self.summed(of)?, u8::try_from(digits).ok()?))
            }
            ("min", false, _) if kind != Kind::Boolean => self.output(of).map(Box::new).map(Expression::Min),
            ("max", false, _) if kind != Kind::Boolean => self.output(of).map(Box::new).map(Expression::Max),
            _ => None,
        }
    }
}

const fn comparison(operator: Operator) -> Option<Comparison> {
    Some(match operator {
        Operator::Eq => Comparison::Equal,
        Operator::NotEq => Comparison::NotEqual,
        Operator::Lt => Comparison::Less,
        Operator::LtEq => Comparison::LessOrEqual,
        Operator::Gt => Comparison::Greater,
        Operator::GtEq => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

/// Whether each `\` takes away what the next character means, which therefore is one that means something.
fn is_plain(pattern: &str) -> bool {
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character == '\0' || character == '\\' && !matches!(characters.next(), Some('%' | '_' | '\\')) {
            return false;
        }
    }
    true
}

/// Whether PostgreSQL declares leakproof what compares values of the type so: a comparison that may stand below the fence,
/// whoever wrote it.
pub(crate) const fn is_leakproof(held: &DataType, is_equality: bool) -> bool {
    match kind(held) {
        Some(Kind::Text) => is_equality,
        Some(Kind::Integer | Kind::Boolean | Kind::Date | Kind::Timestamp | Kind::LocalTimestamp) => true,
        Some(Kind::Decimal) | None => false,
    }
}
