//! Scopes: what a token is for.

use crate::tableau::TableauRefusal;
use std::fmt;

/// What a scope of Tableau's begins with.
const NAMESPACE: &str = "tableau:";

/// The most scopes of a token.
const MOST: usize = 200;

/// One thing that a token may be used for, such as `tableau:views:embed`. `*` stands for every resource or every action.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    resource: String,
    action: String,
}

/// A text that is no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scope: expected `tableau:RESOURCE:ACTION`, where `*` stands for all of them")]
pub struct ScopeError(String);

impl Scope {
    /// Reads a scope.
    ///
    /// # Errors
    /// It is none.
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let parts = text.strip_prefix(NAMESPACE).and_then(|rest| rest.split_once(':'));
        let (resource, action) = parts
            .filter(|(resource, action)| is_part(resource) && is_part(action))
            .ok_or_else(|| ScopeError(text.chars().take(80).collect()))?;
        Ok(Self { resource: resource.to_owned(), action: action.to_owned() })
    }

    /// Whether whoever has this scope has the other one.
    #[must_use]
    pub fn admits(&self, other: &Self) -> bool {
        covers(&self.resource, &other.resource) && covers(&self.action, &other.action)
    }

    /// Whether there is anything that both admit.
    fn meets(&self, other: &Self) -> bool {
        let meet = |one: &str, other: &str| covers(one, other) || covers(other, one);
        meet(&self.resource, &other.resource) && meet(&self.action, &other.action)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{NAMESPACE}{}:{}", self.resource, self.action)
    }
}

fn covers(one: &str, other: &str) -> bool {
    one == "*" || one == other
}

fn is_part(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text == "*" || (1..=64).contains(&text.len()) && text.chars().all(fits)
}

/// The scopes of a token, within those of its trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes {
    asserted: Vec<Scope>,
    /// `None`: the trust bounds nothing.
    allowed: Option<Vec<Scope>>,
}

impl Scopes {
    /// Reads the scopes of a token. Those of other services are left out, where tokens are not made for Tableau alone.
    pub(super) fn read<'a>(texts: impl IntoIterator<Item = &'a str>, is_shared: bool) -> Result<Self, TableauRefusal> {
        let own = texts.into_iter().filter(|text| !is_shared || text.starts_with(NAMESPACE));
        let read = |text: &str| Scope::parse(text).map_err(|ScopeError(text)| TableauRefusal::ScopeMalformed(text));
        let asserted = own.take(MOST + 1).map(read).collect::<Result<Vec<_>, _>>()?;
        if asserted.len() > MOST {
            return Err(TableauRefusal::ClaimInvalid { claim: "scp".to_owned(), expected: "at most 200 scopes" });
        }
        Ok(Self { asserted, allowed: None })
    }

    /// The same, within what a trust allows.
    pub(super) fn within(self, allowed: &[Scope]) -> Self {
        Self { allowed: Some(allowed.to_vec()), ..self }
    }

    /// Scopes of the token of which nothing is left within its trust.
    pub(super) fn beyond(&self) -> impl Iterator<Item = &Scope> {
        let allowed = self.allowed.as_deref();
        self.asserted.iter().filter(move |one| allowed.is_some_and(|all| !all.iter().any(|it| it.meets(one))))
    }

    /// Whether something may be done that needs this scope.
    #[must_use]
    pub fn admit(&self, needed: &Scope) -> bool {
        let holds = |scopes: &[Scope]| scopes.iter().any(|scope| scope.admits(needed));
        holds(&self.asserted) && self.allowed.as_deref().is_none_or(holds)
    }

    /// Demands a scope.
    ///
    /// # Errors
    /// The token does not have it, or the trust does not extend to it.
    pub fn expect(&self, needed: &Scope) -> Result<(), TableauRefusal> {
        if self.admit(needed) { Ok(()) } else { Err(TableauRefusal::ScopeMissing(needed.clone())) }
    }

    /// The scopes as the token writes them, whatever the trust allows.
    #[must_use]
    pub fn asserted(&self) -> &[Scope] {
        &self.asserted
    }
}
