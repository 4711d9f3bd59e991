//! Why a session is not opened.

use crate::parameters::ParameterFault;
use model::access::Organization;
use model::name::NameError;
use model::problem::one_of_like;
use std::fmt::Display;

/// What an issuer gets who asks for somebody the organization does not let in (story S2; the sentence is a promise).
pub const AUTOMATIC_CREATION_OFF: &str =
    "You don't have permission to access this page. Automatic updating of users is disabled.";

/// A refusal to open a session: what the caller reads, and what only the audit trail keeps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
#[must_use]
pub struct Refusal {
    /// What the caller reads.
    pub answer: Answer,
    /// Why, for the audit trail.
    pub reason: String,
}

/// What the caller of a refused opening reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The claims cannot be accepted as they are; the host's developer can mend them.
    Invalid {
        /// Stable.
        code: &'static str,
        /// The member of the session object, such as `content.page`.
        field: String,
        /// A sentence naming what was given.
        detail: String,
        /// What would be accepted: names of the organization, which are for hosts and not for viewers.
        accepted: Option<String>,
    },
    /// The claims are understood, and this person may not come in.
    Forbidden {
        /// Stable.
        code: &'static str,
        /// A sentence.
        detail: &'static str,
    },
    /// A parameter of published content is not set as it must be.
    Parameter(ParameterFault),
    /// There is no such content for this key, or with this link.
    NoSuchContent,
    /// The content is not published for guests of this key.
    NotPublished,
    /// The key is nobody's. One answer, whatever was wrong.
    Unknown,
}

impl From<ParameterFault> for Refusal {
    fn from(fault: ParameterFault) -> Self {
        Self { reason: fault.to_string(), answer: Answer::Parameter(fault) }
    }
}

impl Refusal {
    pub(crate) fn invalid(code: &'static str, field: impl Into<String>, detail: impl Into<String>) -> Self {
        let (field, detail) = (field.into(), detail.into());
        let reason = format!("{code}: {field}");
        Self { reason, answer: Answer::Invalid { code, field, detail, accepted: None } }
    }

    /// The same, with the names that are accepted.
    pub(crate) fn listing<T: Display>(
        code: &'static str,
        field: impl Into<String>,
        detail: impl Into<String>,
        names: impl IntoIterator<Item = T>,
    ) -> Self {
        let mut refusal = Self::invalid(code, field, detail);
        if let Answer::Invalid { accepted, .. } = &mut refusal.answer {
            *accepted = Some(one_of("", names));
        }
        refusal
    }

    /// Refuses a text that is no name, with what was expected.
    pub(crate) fn misnamed(code: &'static str, field: &str, error: &NameError) -> Self {
        Self::invalid(code, field, error.to_string())
    }

    /// Refuses a name, listing the accepted ones. What is unknown and what is beyond the ceiling read the same.
    pub(crate) fn not_accepted<T: Display>(
        code: &'static str,
        field: impl Into<String>,
        input: &str,
        accepted: impl IntoIterator<Item = T>,
    ) -> Self {
        let mut refusal = Self::invalid(code, field, format!("`{}` is not accepted", shortened(input)));
        if let Answer::Invalid { accepted: told, .. } = &mut refusal.answer {
            *told = Some(one_of(input, accepted));
        }
        refusal
    }

    pub(crate) fn unknown(reason: impl Into<String>) -> Self {
        Self { answer: Answer::Unknown, reason: reason.into() }
    }

    /// Refuses to open a session for somebody the key may not speak for. The caller does not learn why: whether such
    /// a person exists, is deactivated or administers is none of the host's business.
    pub(crate) fn not_this_person(reason: impl Into<String>) -> Self {
        let answer =
            Answer::Forbidden { code: "person_refused", detail: "this key may not open a session for that person" };
        Self { answer, reason: reason.into() }
    }

    /// Refuses a person: with automatic creation off, everybody who is refused gets the one promised sentence.
    pub(crate) fn of_person(organization: &Organization, reason: impl Into<String>) -> Self {
        if organization.automatic_creation {
            Self::not_this_person(reason)
        } else {
            Self::automatic_creation_off(reason)
        }
    }

    pub(crate) fn automatic_creation_off(reason: impl Into<String>) -> Self {
        let answer = Answer::Forbidden { code: "automatic_creation_off", detail: AUTOMATIC_CREATION_OFF };
        Self { answer, reason: reason.into() }
    }
}

impl Refusal {
    /// There is no such content.
    pub fn no_such_content() -> Self {
        Self { answer: Answer::NoSuchContent, reason: "there is no such content".to_owned() }
    }

    pub(crate) fn not_published() -> Self {
        Self { answer: Answer::NotPublished, reason: "the content is not published for the key's guests".to_owned() }
    }

    pub(crate) fn guest_embeds_off() -> Self {
        let answer = Answer::Forbidden { code: "guest_embeds_off", detail: "guest embeds are switched off" };
        Self { answer, reason: "guest embeds are switched off".to_owned() }
    }

    pub(crate) fn tenant_deactivated() -> Self {
        let answer = Answer::Forbidden { code: "tenant_deactivated", detail: "the tenant is deactivated" };
        Self { answer, reason: "the tenant is deactivated".to_owned() }
    }

    pub(crate) fn on_demand_off() -> Self {
        let answer = Answer::Forbidden { code: "on_demand_off", detail: "access on demand is switched off" };
        Self { answer, reason: "access on demand is switched off".to_owned() }
    }

    pub(crate) fn on_demand_teams_required<T: Display>(accepted: impl IntoIterator<Item = T>) -> Self {
        let detail = "a person on demand needs a team that admits them";
        Self::listing("on_demand_teams_required", "teams", detail, accepted)
    }
}

/// `one of …`, in the order given, or `none`; of many names those that are most like what was sent.
fn one_of<T: Display>(sent: &str, accepted: impl IntoIterator<Item = T>) -> String {
    one_of_like(sent, accepted).unwrap_or_else(|| "none: this key accepts no such name".to_owned())
}

/// Input as it may stand in an answer: at most 80 characters, no control characters.
pub(crate) fn shortened(input: &str) -> String {
    input.chars().filter(|character| !character.is_control()).take(80).collect()
}
