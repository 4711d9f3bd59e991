//! What can be wrong with a body whose sender is known. Names the member and what was expected, never its value.

use crate::strict_json::NotJson;

/// Why a body was refused. The sender is known by then, so the error may help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Not JSON that has one meaning.
    #[error("the body is not valid: {0}")]
    NotJson(#[from] NotJson),
    /// A member nobody knows.
    #[error("unknown member `{field}`: expected one of {accepted}")]
    Unknown {
        /// The member's path.
        field: String,
        /// The accepted names, separated by commas.
        accepted: String,
    },
    /// A member of the wrong type or shape.
    #[error("`{field}` is not valid: expected {expected}")]
    Invalid {
        /// The member's path.
        field: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A member that must be there.
    #[error("`{field}` is missing: expected {expected}")]
    Missing {
        /// The member's path.
        field: String,
        /// What was expected.
        expected: &'static str,
    },
    /// A member that cannot stand beside another one.
    #[error("`{field}` must not be given {beside}")]
    Misplaced {
        /// The member's path.
        field: String,
        /// Beside what.
        beside: &'static str,
    },
}

impl BodyError {
    /// A stable code for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotJson(_) => "invalid_json",
            Self::Unknown { .. } => "unknown_member",
            Self::Invalid { .. } => "invalid_member",
            Self::Missing { .. } => "missing_member",
            Self::Misplaced { .. } => "misplaced_member",
        }
    }
}
