//! What of a person a rule asks for.

use super::{Operand, Rule};
use crate::name::{AttributeName, TeamName};
use std::collections::BTreeSet;
use std::fmt;

/// Something about a person on which a rule rests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// A value of an attribute.
    Attribute(AttributeName),
    /// The e-mail address.
    Email,
    /// The member's id.
    Id,
    /// The given and the family name.
    FullName,
    /// The tenant.
    Tenant,
    /// Whether they are in a team.
    Team(TeamName),
}

impl Rule {
    /// All that it asks for.
    #[must_use]
    pub fn asks_for(&self) -> BTreeSet<Asked> {
        match self {
            Self::Constant(_) | Self::IsNull { .. } | Self::Like { .. } => BTreeSet::new(),
            Self::Compare { left, right, .. } => left.asks_for().into_iter().chain(right.asks_for()).collect(),
            Self::In { values, .. } => values.iter().filter_map(Operand::asks_for).collect(),
            Self::Includes { attribute, .. } | Self::Matches { attribute, .. } => {
                BTreeSet::from([Asked::Attribute(attribute.clone())])
            }
            Self::InTeam(teams) => teams.iter().cloned().map(Asked::Team).collect(),
            Self::ExistsIn(exists) => exists.only.iter().flat_map(Self::asks_for).collect(),
            Self::And(rules) | Self::Or(rules) => rules.iter().flat_map(Self::asks_for).collect(),
            Self::Not(rule) => rule.asks_for(),
        }
    }
}

impl Operand {
    fn asks_for(&self) -> Option<Asked> {
        match self {
            Self::Term(_) | Self::Literal(_) => None,
            Self::Attribute { name, .. } => Some(Asked::Attribute(name.clone())),
            Self::UserEmail => Some(Asked::Email),
            Self::UserId => Some(Asked::Id),
            Self::FullName => Some(Asked::FullName),
            Self::Tenant => Some(Asked::Tenant),
        }
    }
}

/// As rules write it.
impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(name) => write!(f, "user_attribute('{name}')"),
            Self::Email => f.write_str("user_email()"),
            Self::Id => f.write_str("user_id()"),
            Self::FullName => f.write_str("user_full_name()"),
            Self::Tenant => f.write_str("tenant()"),
            Self::Team(name) => write!(f, "in_team('{name}')"),
        }
    }
}
