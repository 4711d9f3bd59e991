//! Why something is not allowed.

use std::fmt;

/// A decision against somebody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
#[must_use]
pub struct Denial {
    /// Whether the answer is the one for what does not exist.
    pub hidden: bool,
    /// Stable: `session_ended`, `not_found` or `forbidden`.
    pub code: &'static str,
    /// Why, for the audit trail and for administrators. Never for the caller.
    pub reasons: Vec<Reason>,
}

impl Denial {
    /// The session is over: the frame asks its host for a new one.
    pub(crate) fn session_ended(missing: &'static str) -> Self {
        Self { hidden: false, code: "session_ended", reasons: vec![Reason { rule: "session_lives", missing }] }
    }

    /// To the caller it does not exist.
    pub(crate) const fn hidden(reasons: Vec<Reason>) -> Self {
        Self { hidden: true, code: "not_found", reasons }
    }

    /// The caller sees it, and may not do that with it.
    pub(crate) const fn forbidden(reasons: Vec<Reason>) -> Self {
        Self { hidden: false, code: "forbidden", reasons }
    }
}

/// One thing that stood against a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The rule: an `@id` of `policies/rules.cedar`, or `session_lives`.
    pub rule: &'static str,
    /// What would have been needed.
    pub missing: &'static str,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.missing)
    }
}
