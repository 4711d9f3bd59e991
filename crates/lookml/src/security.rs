//! What restricts the rows of an explore, as rules of tables.
//!
//! A rule is written of tokens and read back by the parser of rules, and what is then in the tree decides: nothing counts that
//! could mean more rows here than in a database.

use crate::explore::AccessFilter;
use crate::expression::{At, Expression, Piece, Resolver, Use, named};
use crate::sql::{Token, tokens};
use model::attribute::{AttributeDefinition, AttributeKind};
use model::name::{AttributeName, ColumnName, ModelName};
use model::rule::{Comparison, Operand, Purpose, Rule, Tables, Vocabulary};
use model::term::{ArithmeticOperator, Term};
use model::value::ColumnType;
use std::collections::{BTreeMap, BTreeSet};

/// The attributes that there are, and those that LookML names beside them.
#[derive(Debug)]
pub(crate) struct Attributes {
    known: BTreeMap<AttributeName, AttributeDefinition>,
    pub(crate) new: BTreeSet<AttributeName>,
}

impl Attributes {
    pub(crate) fn new(known: &[AttributeDefinition]) -> Self {
        let known = known.iter().map(|one| (one.name.clone(), one.clone())).collect();
        Self { known, new: BTreeSet::new() }
    }

    /// The attribute of that name; one that nobody has defined is a text.
    pub(crate) fn get(&mut self, name: &str) -> Result<&AttributeDefinition, String> {
        let name = AttributeName::new(name).map_err(|error| error.to_string())?;
        if !self.known.contains_key(&name) {
            self.new.insert(name.clone());
        }
        Ok(self.known.entry(name.clone()).or_insert_with(|| text(name)))
    }

    pub(crate) fn all(&self) -> Vec<AttributeDefinition> {
        self.known.values().cloned().collect()
    }
}

fn text(name: AttributeName) -> AttributeDefinition {
    let description = "Named by LookML.".to_owned();
    let kind = AttributeKind::Text;
    AttributeDefinition { name, kind, list: false, description, default: None, default_in_policies: false }
}

/// A rule, and of which view of the explore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Restriction {
    pub(crate) alias: String,
    pub(crate) rule: String,
    /// The columns that it reads.
    pub(crate) columns: Vec<At>,
}

/// What an `access_filter` restricts.
pub(crate) fn access_filter(
    filter: &AccessFilter,
    resolver: Resolver<'_>,
    attributes: &mut Attributes,
) -> Result<Restriction, String> {
    let (used, _) = resolver.field(None, &filter.field)?;
    let (_, name) = filter.field.split_once('.').unwrap_or_default();
    let shown = resolver.dimension(used, name)?;
    let (at, kind) = shown.column().ok_or_else(|| format!("field `{}` is no column", filter.field))?;
    let (column, attribute) = (named(at.column.as_str()), attributes.get(&filter.attribute)?);
    let name = &attribute.name;
    let rule = match (attribute.kind, attribute.list) {
        (AttributeKind::Filter, _) => format!("user_attribute_matches('{name}', {column})"),
        (_, true) => format!("user_attribute_includes('{name}', {column})"),
        (_, false) => format!("{column} = {}", attribute_as(name.as_str(), Some(kind))),
    };
    checked(&rule, used, attributes)?;
    Ok(Restriction { alias: at.alias.clone(), rule, columns: vec![at.clone()] })
}

/// What `sql_always_where` restricts, in the parts that its `AND` joins.
pub(crate) fn always_where(
    sql: &str,
    base: Use<'_>,
    resolver: Resolver<'_>,
    attributes: &mut Attributes,
) -> Result<Vec<Restriction>, String> {
    let tokens = tokens(sql)?;
    let parts = conjuncts(&tokens).into_iter();
    parts.map(|part| restriction(&resolver.read(part, base)?, resolver, attributes)).collect()
}

fn restriction(
    expression: &Expression,
    resolver: Resolver<'_>,
    attributes: &mut Attributes,
) -> Result<Restriction, String> {
    let aliases: BTreeSet<&str> = expression.columns().map(|(at, _)| at.alias.as_str()).collect();
    let Some(alias) = aliases.first().filter(|_| aliases.len() == 1) else {
        return Err("a condition is not of one view: expected parts that read one each, joined by `AND`".to_owned());
    };
    for piece in &expression.pieces {
        if let Piece::Attribute(name) = piece {
            attributes.get(name)?;
        }
    }
    let kinds: BTreeSet<String> = expression.columns().map(|(_, kind)| kind.to_string()).collect();
    let kind = expression.columns().next().map(|(_, kind)| kind).filter(|_| kinds.len() == 1);
    let rule = expression.written(|at| Ok(named(at.column.as_str())), |name| attribute_as(name, kind))?;
    checked(&rule, resolver.used(alias)?, attributes)?;
    let columns = expression.columns().map(|(at, _)| at.clone()).collect();
    Ok(Restriction { alias: (*alias).to_owned(), rule, columns })
}

/// The value of an attribute as it stands against a column: a text is read exactly as what the column holds.
fn attribute_as(name: &str, kind: Option<ColumnType>) -> String {
    match kind {
        None | Some(ColumnType::Text) => format!("user_attribute('{name}')"),
        Some(kind) => format!("user_attribute('{name}' as {kind})"),
    }
}

/// The parts that `AND` joins at the top.
fn conjuncts(tokens: &[Token]) -> Vec<&[Token]> {
    let (mut depth, mut between, mut start) = (0_usize, false, 0);
    let mut parts = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Symbol("(") => depth += 1,
            Token::Symbol(")") => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if token.is_word("or") => return vec![tokens],
            _ if token.is_word("between") => between = true,
            _ if token.is_word("and") && !std::mem::take(&mut between) => {
                parts.extend(tokens.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(tokens.get(start..));
    parts
}

/// Whether a rule says of a view's table what it says in a database, or admits fewer rows.
fn checked(rule: &str, used: Use<'_>, attributes: &Attributes) -> Result<(), String> {
    let columns = used.view.source.as_ref().map_err(Clone::clone)?.columns;
    let model = ModelName::new("lookml").map_err(|error| error.to_string())?;
    let attributes = attributes.known.iter().collect();
    let (teams, tables) = (BTreeSet::new(), Tables::new());
    let vocabulary = Vocabulary {
        columns,
        attributes: &attributes,
        teams: &teams,
        model: &model,
        tables: &tables,
        row: None,
        purpose: Purpose::Policy,
    };
    let read = vocabulary.read(rule).map_err(|error| format!("`{rule}` is no rule: {error}"))?;
    sound(&read, columns)
}

fn sound(rule: &Rule, columns: &BTreeMap<ColumnName, ColumnType>) -> Result<(), String> {
    match rule {
        Rule::Compare { left, op, right } => {
            let is_text = |operand: &Operand| match operand {
                Operand::Term(term) => term.columns().iter().any(|name| columns.get(*name) == Some(&ColumnType::Text)),
                _ => false,
            };
            let is_order = !matches!(op, Comparison::Equal | Comparison::NotEqual);
            if is_order && (is_text(left) || is_text(right)) {
                return Err("the order of texts is not translated: databases differ in it".to_owned());
            }
            operand(left)?;
            operand(right)
        }
        Rule::In { term: of, values, .. } => term(of).and_then(|()| values.iter().try_for_each(operand)),
        Rule::Like { term: of, .. } | Rule::Includes { term: of, .. } | Rule::Matches { term: of, .. } => term(of),
        Rule::IsNull { .. } | Rule::Constant(_) => Ok(()),
        Rule::And(rules) | Rule::Or(rules) => rules.iter().try_for_each(|rule| sound(rule, columns)),
        Rule::Not(rule) => sound(rule, columns),
        Rule::InTeam(_) | Rule::ExistsIn(_) => Err("a function is not translated".to_owned()),
    }
}

fn operand(operand: &Operand) -> Result<(), String> {
    match operand {
        Operand::Term(of) => term(of),
        _ => Ok(()),
    }
}

/// Quotients and casts differ between databases, and from ours.
fn term(of: &Term) -> Result<(), String> {
    match of {
        Term::Column(_) | Term::Literal(_) => Ok(()),
        Term::Arithmetic { op: ArithmeticOperator::Divide | ArithmeticOperator::Remainder, .. } | Term::Cast { .. } => {
            Err(format!("`{of}` is not translated: databases differ in what it is"))
        }
        Term::Arithmetic { left, right, .. } => term(left).and_then(|()| term(right)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_falls_into_the_parts_that_and_joins_at_the_top() {
        for (sql, parts) in [
            ("a = 1", 1),
            ("a = 1 AND b = 2", 2),
            ("a BETWEEN 1 AND 2 AND b = 2", 2),
            ("(a = 1 AND b = 2) and c = 3", 2),
            ("a = 1 AND b = 2 OR c = 3", 1),
            ("a = 1 AND (b = 2 OR c = 3)", 2),
        ] {
            assert_eq!(conjuncts(&tokens(sql).unwrap()).len(), parts, "{sql}");
        }
    }
}
