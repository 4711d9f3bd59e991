//! Calculated fields and parameters: written for the server, and computed here, with exact numbers or NULL.

use crate::data::Of;
use crate::joins::Join;
use crate::person::Person;
use crate::reference::value::{Held, Value};
use crate::rules::{Names, Purpose, Rule, integer};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// The fields of places, by the names of the explore.
const OF_PLACE: Names = Names { label: "place", number: "size", flag: "open" };

/// What the parameter `least` may be, where not everything is allowed.
const ALLOWED: &[i64] = &[0, 1, 2, 5];

/// The most digits of a decimal.
const MOST_DIGITS: u32 = 38;

/// A formula.
#[derive(Debug, Clone)]
pub(crate) enum Formula {
    Condition(Rule, Names),
    Value(Term),
    /// `user_attribute('label')`.
    OwnLabel,
    /// `tenant()`.
    Tenant,
}

/// What is computed of fields, parameters and literals.
#[derive(Debug, Clone)]
pub(crate) enum Term {
    /// A field or a parameter.
    Of(&'static str),
    Integer(i64),
    Text(&'static str),
    /// `cast(code as integer)`.
    CodeAsInteger,
    Computed(Box<Term>, char, Box<Term>),
}

/// The calculated fields of an explore, and its parameters.
#[derive(Debug, Clone)]
pub(crate) struct Formulas {
    pub(crate) fields: BTreeMap<&'static str, Formula>,
    least: Option<i64>,
    is_bounded: bool,
    wanted: Option<&'static str>,
}

/// What parameters are set to.
pub(crate) type Parameters = BTreeMap<&'static str, Held>;

impl Formulas {
    pub(crate) fn random(join: Join, random: &mut StdRng) -> Self {
        let condition = |of: Of, names: Names, random: &mut StdRng| {
            Formula::Condition(Rule::random(random, 2, (of, Purpose::Formula), false), names)
        };
        let mut numbers = vec!["number", "size", "link", "id", "tens", "clock", "least"];
        if join != Join::Absent {
            numbers.extend(["weight", "weight", "tag"]);
        }
        let mut fields = BTreeMap::from([
            ("mine", condition(Of::Events, Of::Events.names(), random)),
            ("theirs", condition(Of::Places, OF_PLACE, random)),
            ("figure", Formula::Value(Term::integer(&numbers, 2, random))),
            ("dozens", Formula::Value(Term::integer(&numbers, 1, random))),
            ("quota", Formula::Value(Term::quotient(&numbers, random))),
            ("gain", Formula::Value(Term::cents(&numbers, random))),
            ("own", text(random)),
            ("class", text(random)),
        ]);
        if join != Join::Absent {
            fields.insert("noted", condition(Of::Tags, Of::Tags.names(), random));
        }
        Self {
            fields,
            least: random.random_ratio(3, 4).then(|| *ALLOWED.choose(random).expect("numbers")),
            is_bounded: random.random(),
            wanted: ["north", "south"].choose(random).copied().filter(|_| random.random()),
        }
    }

    /// The values of parameters where nothing is said.
    pub(crate) fn defaults(&self) -> Parameters {
        let text = |text: &str| Value::Text(text.to_owned());
        BTreeMap::from([
            ("least", self.least.map(|least| Value::Integer(least.into()))),
            ("wanted", self.wanted.map(text)),
        ])
    }

    /// Whether the parameter may be that.
    pub(crate) fn admits(&self, parameter: &str, value: &Json) -> bool {
        match parameter {
            "least" => value.as_i64().is_some_and(|value| !self.is_bounded || ALLOWED.contains(&value)),
            _ => value.is_string(),
        }
    }

    /// As definitions have the parameters.
    pub(crate) fn written_parameters(&self) -> Json {
        let mut least = json!({"type": "integer"});
        if let Some(value) = self.least {
            least["default"] = json!(value);
        }
        if self.is_bounded {
            least["allowed_values"] = json!(ALLOWED);
        }
        let mut wanted = json!({"type": "text"});
        if let Some(value) = self.wanted {
            wanted["default"] = json!(value);
        }
        json!({"least": least, "wanted": wanted})
    }

    /// For the count of what was tried: kinds of formulas, and what they read.
    pub(crate) fn features(&self) -> Vec<&'static str> {
        let written: String = self.fields.values().map(|formula| formula.written() + "\n").collect();
        let forms = [
            ("user_attribute('label')", "formula: user_attribute"),
            ("user_attribute_includes", "formula: user_attribute_includes"),
            ("user_attribute_matches", "formula: user_attribute_matches"),
            ("in_team", "formula: in_team"),
            ("NOT (", "formula: NOT"),
            ("cast(", "formula: cast"),
            (" / ", "formula: quotient"),
            (" % ", "formula: remainder"),
            ("least", "formula: parameter"),
            ("date >= ", "formula: day in the zone of the question"),
            ("weight", "formula: of a table joined to many"),
        ];
        forms.into_iter().filter(|(form, _)| written.contains(form)).map(|(_, name)| name).collect()
    }
}

fn text(random: &mut StdRng) -> Formula {
    match random.random_range(0..6) {
        0 | 1 => Formula::OwnLabel,
        2 => Formula::Tenant,
        3 => Formula::Value(Term::Text("south")),
        _ => Formula::Value(Term::Of(["label", "code", "place", "wanted"].choose(random).expect("fields"))),
    }
}

impl Formula {
    pub(crate) fn written(&self) -> String {
        match self {
            Self::Condition(rule, names) => rule.written(*names),
            Self::Value(term) => term.written(),
            Self::OwnLabel => "user_attribute('label')".to_owned(),
            Self::Tenant => "tenant()".to_owned(),
        }
    }

    /// The fields and parameters that it reads.
    pub(crate) fn reads(&self) -> Vec<&'static str> {
        match self {
            Self::Condition(rule, names) => rule.reads(*names),
            Self::Value(term) => term.reads(),
            Self::OwnLabel | Self::Tenant => Vec::new(),
        }
    }

    /// Its value; `of` knows those of fields and parameters.
    pub(crate) fn value(&self, of: &dyn Fn(&str) -> Held, person: &Person) -> Held {
        match self {
            Self::Condition(rule, names) => rule.holds(of, *names, person).map(Value::Flag),
            Self::Value(term) => term.value(of),
            Self::OwnLabel => person.label.map(|label| Value::Text(label.to_owned())),
            Self::Tenant => person.tenant.map(|tenant| Value::Text(tenant.to_owned())),
        }
    }

    /// The same with less in it.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        match self {
            Self::Condition(rule, names) => {
                rule.smaller().into_iter().map(|rule| Self::Condition(rule, *names)).collect()
            }
            Self::Value(Term::Computed(left, '+' | '-' | '*' | '%', right)) => {
                [left, right].map(|part| Self::Value(part.as_ref().clone())).into()
            }
            _ => Vec::new(),
        }
    }
}

impl Term {
    /// An integer.
    fn integer(names: &[&'static str], depth: u32, random: &mut StdRng) -> Self {
        let computed = depth > 0 && random.random_ratio(2, 3);
        match random.random_range(0..8) {
            0 => Self::Integer(*[0, 1, 2, 7, 100].choose(random).expect("numbers")),
            1 => Self::CodeAsInteger,
            _ if computed => {
                let part = |random: &mut StdRng| Box::new(Self::integer(names, depth - 1, random));
                Self::Computed(part(random), *['+', '-', '*', '%'].choose(random).expect("operators"), part(random))
            }
            _ => Self::Of(names.choose(random).expect("fields")),
        }
    }

    /// With six digits behind the point.
    fn quotient(names: &[&'static str], random: &mut StdRng) -> Self {
        let of = if random.random() { Self::Of("price") } else { Self::integer(names, 1, random) };
        Self::Computed(Box::new(of), '/', Box::new(Self::integer(names, 1, random)))
    }

    /// With two digits behind the point.
    fn cents(names: &[&'static str], random: &mut StdRng) -> Self {
        let op = *['+', '-', '*'].choose(random).expect("operators");
        Self::Computed(Box::new(Self::Of("price")), op, Box::new(Self::integer(names, 1, random)))
    }

    fn written(&self) -> String {
        match self {
            Self::Of(name) => (*name).to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Text(text) => format!("'{text}'"),
            Self::CodeAsInteger => "cast(code as integer)".to_owned(),
            Self::Computed(left, op, right) => format!("({} {op} {})", left.written(), right.written()),
        }
    }

    fn reads(&self) -> Vec<&'static str> {
        match self {
            Self::Of(name) => vec![name],
            Self::Integer(_) | Self::Text(_) => Vec::new(),
            Self::CodeAsInteger => vec!["code"],
            Self::Computed(left, _, right) => [left.reads(), right.reads()].concat(),
        }
    }

    /// What overflows, does not cast or divides by zero is NULL.
    fn value(&self, of: &dyn Fn(&str) -> Held) -> Held {
        match self {
            Self::Of(name) => of(name),
            Self::Integer(number) => Some(Value::Integer((*number).into())),
            Self::Text(text) => Some(Value::Text((*text).to_owned())),
            Self::CodeAsInteger => Some(Value::Integer(integer(&of("code")?.text()?)?.into())),
            Self::Computed(left, op, right) => computed(&left.value(of)?, *op, &right.value(of)?),
        }
    }
}

/// Two integers give an integer of 64 bits, but divided a decimal with six digits; decimals have 38 digits.
fn computed(left: &Value, op: char, right: &Value) -> Held {
    let (left_scale, right_scale) = (scale(left), scale(right));
    let (left_digits, right_digits) = (left.digits(), right.digits());
    let raised = |digits: i128, by: u32| digits.checked_mul(10_i128.pow(by));
    let sum_scale = left_scale.max(right_scale);
    let (digits, scale) = match op {
        '/' => {
            let scale = sum_scale.max(6);
            (raised(left_digits, scale + right_scale - left_scale)?.checked_div(right_digits)?, scale)
        }
        '%' => (left_digits.checked_rem(right_digits)?, 0),
        '*' => (left_digits.checked_mul(right_digits)?, left_scale + right_scale),
        _ => {
            let left = raised(left_digits, sum_scale - left_scale)?;
            let right = raised(right_digits, sum_scale - right_scale)?;
            (if op == '+' { left + right } else { left - right }, sum_scale)
        }
    };
    if op != '/' && matches!((left, right), (Value::Integer(_), Value::Integer(_))) {
        return i64::try_from(digits).is_ok().then_some(Value::Integer(digits));
    }
    (digits.unsigned_abs() < 10_u128.pow(MOST_DIGITS)).then_some(Value::Decimal(digits, scale))
}

const fn scale(value: &Value) -> u32 {
    if let Value::Decimal(_, scale) = value { *scale } else { 0 }
}
