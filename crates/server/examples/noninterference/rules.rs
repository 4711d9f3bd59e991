//! Rules as trees: written for the server, and read here, slowly and obviously, for what each must admit.

use crate::data::{INSTANTS, LABELS, Of};
use crate::person::{Person, TEAMS};
use crate::reference::value::{Held, Value};
use chrono::{DateTime, NaiveDate, Utc};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

/// A condition on a row.
#[derive(Debug, Clone)]
pub(crate) enum Rule {
    Always,
    Label {
        op: &'static str,
        text: &'static str,
    },
    OwnLabel {
        op: &'static str,
    },
    /// One of two texts, or none of them.
    Among {
        negated: bool,
        texts: [&'static str; 2],
    },
    OwnLabels,
    Expression,
    NumberAbove(i64),
    NumberBelowOwn,
    Computed(i64),
    Divided(i64),
    Remainder(i64),
    CodeIs(i64),
    Between(u32, u32),
    Since(&'static str),
    Like(&'static str),
    Flag(bool),
    Missing {
        negated: bool,
    },
    Entitled,
    /// Of somebody's own or of what stands beneath it, at most so many steps.
    Beneath(Option<i64>),
    InTeam(&'static str),
    OfTenant,
    /// Of formulas: a number that is at least a parameter.
    AtLeast,
    /// Of formulas: a text that is another parameter.
    IsWanted,
    /// Of formulas: the day of an instant, in the zone of the question.
    OnDay(u32),
    All(Vec<Rule>),
    Any(Vec<Rule>),
    Not(Box<Rule>),
}

/// Which label column the rules of a table are about, and which number.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names {
    pub(crate) label: &'static str,
    pub(crate) number: &'static str,
    pub(crate) flag: &'static str,
}

impl Of {
    /// What its policies are about.
    pub(crate) const fn names(self) -> Names {
        match self {
            Self::Events => Names { label: "label", number: "number", flag: "flag" },
            Self::Places => Names { label: "name", number: "size", flag: "open" },
            Self::Tags => Names { label: "word", number: "weight", flag: "set" },
        }
    }
}

/// What a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Policy,
    /// A calculated field, which opens nothing: all may stand under `NOT`.
    Formula,
}

impl Rule {
    /// A rule; of events, which have more columns, there are more.
    pub(crate) fn random(random: &mut StdRng, depth: u32, (of, purpose): (Of, Purpose), under_not: bool) -> Self {
        let about = (of, purpose);
        if depth > 0 && random.random_ratio(2, 5) {
            let parts =
                |random: &mut StdRng| (0..2).map(|_| Self::random(random, depth - 1, about, under_not)).collect();
            return match random.random_range(0..3) {
                0 => Self::All(parts(random)),
                1 => Self::Any(parts(random)),
                _ => Self::Not(Box::new(Self::random(random, depth - 1, about, true))),
            };
        }
        loop {
            let leaf = Self::leaf(random);
            let gains = matches!(
                leaf,
                Self::OwnLabels | Self::Expression | Self::Entitled | Self::Beneath(_) | Self::InTeam(_)
            );
            let of_events =
                matches!(leaf, Self::CodeIs(_) | Self::Between(..) | Self::Since(_) | Self::Entitled | Self::OnDay(_));
            let fits = match purpose {
                Purpose::Policy => {
                    !((under_not && gains) || matches!(leaf, Self::AtLeast | Self::IsWanted | Self::OnDay(_)))
                }
                Purpose::Formula => !matches!(leaf, Self::Entitled | Self::Beneath(_)),
            };
            if fits && (of == Of::Events || !of_events) {
                return leaf;
            }
        }
    }

    fn leaf(random: &mut StdRng) -> Self {
        let label = *LABELS.choose(random).expect("labels");
        let op = *["=", "<>", "<", ">="].choose(random).expect("operators");
        let number = *[0, 1, 2, 5, 7].choose(random).expect("numbers");
        match random.random_range(0..24) {
            22 | 23 => {
                let other = *LABELS.choose(random).expect("labels");
                Self::Among { negated: random.random(), texts: [label, other] }
            }
            0 => Self::Always,
            1 => Self::Label { op, text: label },
            2 | 3 => Self::OwnLabel { op: if random.random() { "=" } else { "<>" } },
            4 => Self::OwnLabels,
            5 => Self::Expression,
            6 => Self::NumberAbove(number),
            7 => Self::NumberBelowOwn,
            8 => Self::Computed(number),
            9 => Self::CodeIs(number),
            10 => Self::Between(random.random_range(1..5), random.random_range(3..9)),
            11 => Self::Like(["n%", "%th", "%t%", "we\\_%", "n_rth"].choose(random).expect("patterns")),
            12 => Self::Flag(random.random()),
            13 => Self::Divided(number),
            14 => Self::Remainder(number),
            15 => Self::Since(INSTANTS.choose(random).expect("instants")),
            16 => Self::Beneath(random.random::<bool>().then_some(1)),
            21 if random.random_ratio(1, 3) => Self::OfTenant,
            17 if random.random() => Self::InTeam(TEAMS.choose(random).expect("teams")),
            18 => Self::AtLeast,
            19 => Self::IsWanted,
            20 => Self::OnDay(random.random_range(1..3)),
            _ if random.random() => Self::Entitled,
            _ => Self::Missing { negated: random.random() },
        }
    }

    /// In the rule language.
    pub(crate) fn written(&self, names: Names) -> String {
        let Names { label, number, flag } = names;
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        let joined = |rules: &[Self], word: &str| {
            let parts: Vec<String> = rules.iter().map(|rule| format!("({})", rule.written(names))).collect();
            parts.join(word)
        };
        match self {
            Self::Always => "TRUE".to_owned(),
            Self::Label { op, text } => format!("{label} {op} {}", quoted(text)),
            Self::Among { negated, texts: [one, other] } => {
                let not = if *negated { "NOT " } else { "" };
                format!("{label} {not}IN ({}, {})", quoted(one), quoted(other))
            }
            Self::OwnLabel { op } => format!("{label} {op} user_attribute('label')"),
            Self::OwnLabels => format!("user_attribute_includes('labels', {label})"),
            Self::Expression => format!("user_attribute_matches('expression', {label})"),
            Self::NumberAbove(value) => format!("{number} > {value}"),
            Self::NumberBelowOwn => format!("{number} <= user_attribute('number')"),
            Self::Computed(value) => format!("{number} * 2 - 1 > {value}"),
            Self::Divided(value) => format!("100 / {number} > {value}"),
            Self::Remainder(value) => format!("7 % {number} = {value}"),
            Self::CodeIs(value) => format!("cast(code as integer) % 2 = {}", value % 2),
            Self::Between(low, high) => format!("day BETWEEN date '2026-01-{low:02}' AND date '2026-01-{high:02}'"),
            Self::Since(at) => format!("at >= timestamp '{at}'"),
            Self::Like(pattern) => format!("{label} LIKE {}", quoted(pattern)),
            Self::Flag(value) => format!("{flag} = {value}"),
            Self::Missing { negated } => format!("{label} IS {}NULL", if *negated { "NOT " } else { "" }),
            Self::Entitled => {
                "exists_in(entitlements, label = row.label AND person = user_attribute('label'))".to_owned()
            }
            Self::Beneath(steps) => {
                let within = steps.map(|steps| format!(" AND steps <= {steps}")).unwrap_or_default();
                format!("exists_in(units, unit = row.{label} AND above = user_attribute('label'){within})")
            }
            Self::InTeam(team) => format!("in_team('{team}')"),
            Self::OfTenant => format!("{label} = tenant()"),
            Self::AtLeast => format!("{number} >= least"),
            Self::IsWanted => format!("{label} = wanted"),
            Self::OnDay(day) => format!("date >= date '2026-01-{day:02}'"),
            Self::All(rules) => joined(rules, " AND "),
            Self::Any(rules) => joined(rules, " OR "),
            Self::Not(rule) => format!("NOT ({})", rule.written(names)),
        }
    }

    /// Whether it rests on something that the person has not.
    pub(crate) fn is_missing(&self, person: &Person) -> bool {
        match self {
            Self::OwnLabel { .. } | Self::Entitled | Self::Beneath(_) => person.label.is_none(),
            Self::OwnLabels => person.labels.is_empty(),
            Self::Expression => person.expression.is_none(),
            Self::NumberBelowOwn => person.number.is_none(),
            Self::OfTenant => person.tenant.is_none(),
            Self::All(rules) | Self::Any(rules) => rules.iter().any(|rule| rule.is_missing(person)),
            Self::Not(rule) => rule.is_missing(person),
            _ => false,
        }
    }

    /// The same with less in it.
    pub(crate) fn smaller(&self) -> Vec<Self> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.clone(),
            Self::Not(part) => vec![part.as_ref().clone()],
            Self::Always => Vec::new(),
            _ => vec![Self::Always],
        }
    }

    /// Every part of it that is no `AND`, `OR` or `NOT`.
    pub(crate) fn leaves(&self) -> Vec<&Self> {
        match self {
            Self::All(rules) | Self::Any(rules) => rules.iter().flat_map(Self::leaves).collect(),
            Self::Not(rule) => rule.leaves(),
            leaf => vec![leaf],
        }
    }

    /// Whether it rests on who somebody is.
    pub(crate) fn asks_for_person(&self) -> bool {
        self.leaves().into_iter().any(|leaf| {
            matches!(
                leaf,
                Self::OwnLabel { .. }
                    | Self::OwnLabels
                    | Self::Expression
                    | Self::NumberBelowOwn
                    | Self::Entitled
                    | Self::Beneath(_)
                    | Self::InTeam(_)
                    | Self::OfTenant
            )
        })
    }

    /// The columns, fields and parameters that it reads.
    pub(crate) fn reads(&self, names: Names) -> Vec<&'static str> {
        let Names { label, number, flag } = names;
        let of = |leaf: &Self| match leaf {
            Self::Always | Self::InTeam(_) => vec![],
            Self::NumberAbove(_) | Self::NumberBelowOwn | Self::Computed(_) | Self::Divided(_) | Self::Remainder(_) => {
                vec![number]
            }
            Self::CodeIs(_) => vec!["code"],
            Self::Between(..) => vec!["day"],
            Self::Since(_) => vec!["at"],
            Self::OnDay(_) => vec!["date"],
            Self::Flag(_) => vec![flag],
            Self::AtLeast => vec![number, "least"],
            Self::IsWanted => vec![label, "wanted"],
            _ => vec![label],
        };
        self.leaves().into_iter().flat_map(of).collect()
    }

    /// SQL's three values: `None` is NULL. What somebody has no value for is so too, or false where it asks whether they are
    /// among something; a policy is not asked for that ([`Self::is_missing`]).
    pub(crate) fn holds(&self, cell: &dyn Fn(&str) -> Held, names: Names, person: &Person) -> Option<bool> {
        let text = |name: &str| cell(name)?.text();
        let number = |name: &str| cell(name).map(|value| i64::try_from(value.digits()).expect("an integer"));
        let holds = |rule: &Self| rule.holds(cell, names, person);
        match self {
            Self::Always => Some(true),
            Self::Label { op, text: other } => Some(compare(op, &text(names.label)?, other)),
            Self::Among { negated, texts } => Some(texts.contains(&text(names.label)?.as_str()) != *negated),
            Self::OwnLabel { op } => Some(compare(op, &text(names.label)?, person.label?)),
            Self::OwnLabels if person.labels.is_empty() => Some(false),
            Self::OwnLabels => Some(person.labels.contains(&text(names.label)?.as_str())),
            Self::Expression => match person.expression {
                Some(expression) => admitted(expression, text(names.label).as_deref()),
                None => Some(false),
            },
            Self::NumberAbove(value) => Some(number(names.number)? > *value),
            Self::NumberBelowOwn => Some(number(names.number)? <= person.number?),
            Self::Computed(value) => Some(number(names.number)?.checked_mul(2)?.checked_sub(1)? > *value),
            // Six digits of a quotient stay.
            Self::Divided(value) => {
                let digits = 100_000_000_i128.checked_div(number(names.number)?.into())?;
                Some(digits > i128::from(*value) * 1_000_000)
            }
            Self::Remainder(value) => Some(7_i64.checked_rem(number(names.number)?)? == *value),
            Self::CodeIs(value) => Some(integer(&text("code")?)? % 2 == value % 2),
            Self::Between(low, high) => match cell("day") {
                Some(Value::Day(day)) => Some((january(*low)..=january(*high)).contains(&day)),
                _ => None,
            },
            Self::Since(since) => match cell("at") {
                Some(Value::Instant(at)) => Some(at >= since.parse::<DateTime<Utc>>().expect("an instant")),
                _ => None,
            },
            Self::Like(pattern) => Some(like(&text(names.label)?, pattern)),
            Self::Flag(value) => match cell(names.flag) {
                Some(Value::Flag(flag)) => Some(flag == *value),
                _ => None,
            },
            Self::Missing { negated } => Some(text(names.label).is_none() != *negated),
            Self::Entitled => Some(text(names.label).is_some_and(|label| person.entitled.contains(&label.as_str()))),
            Self::Beneath(most) => Some(text(names.label).is_some_and(|label| person.is_above(&label, *most))),
            Self::InTeam(team) => Some(person.teams.contains(team)),
            Self::OfTenant => Some(text(names.label)? == person.tenant?),
            Self::AtLeast => Some(number(names.number)? >= number("least")?),
            Self::IsWanted => Some(text(names.label)? == text("wanted")?),
            Self::OnDay(day) => match cell("date") {
                Some(Value::Day(date)) => Some(date >= january(*day)),
                _ => None,
            },
            Self::All(rules) => all(rules.iter().map(holds)),
            Self::Any(rules) => all(rules.iter().map(|rule| holds(rule).map(|one| !one))).map(|none| !none),
            Self::Not(rule) => holds(rule).map(|one| !one),
        }
    }
}

fn january(day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, day).expect("a day")
}

fn compare(op: &str, left: &str, right: &str) -> bool {
    match op {
        "=" => left == right,
        "<>" => left != right,
        "<" => left < right,
        _ => left >= right,
    }
}

/// The one spelling of a number that is read.
pub(crate) fn integer(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

/// The expressions that people have, spelled out.
fn admitted(expression: &str, value: Option<&str>) -> Option<bool> {
    match expression {
        "%, NULL" => Some(true),
        "north,south" => Some(matches!(value?, "north" | "south")),
        "-north" => Some(value? != "north"),
        "%th" => Some(value?.ends_with("th")),
        other => panic!("`{other}` is no expression of these tests"),
    }
}

fn like(text: &str, pattern: &str) -> bool {
    match pattern {
        "n%" => text.starts_with('n'),
        "%th" => text.ends_with("th"),
        "%t%" => text.contains('t'),
        "we\\_%" => text.starts_with("we_"),
        "n_rth" => text.chars().count() == 5 && text.starts_with('n') && text.ends_with("rth"),
        other => panic!("`{other}` is no pattern of these tests"),
    }
}

fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let parts: Vec<_> = parts.collect();
    if parts.contains(&Some(false)) { Some(false) } else { parts.iter().all(Option::is_some).then_some(true) }
}
