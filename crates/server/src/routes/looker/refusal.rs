//! Refusals, with the sentences of Looker's validator once somebody is known to have signed.

use crate::opening::NotOpened;
use crate::problem::Problem;
use authz::{AUTOMATIC_CREATION_OFF, Answer, Refusal};
use dialect::looker::LookerRefusal;

const CODE: &str = "embed_refused";

/// What Looker says of content that is absent or hidden: one sentence for both.
const NOT_FOUND: &str = "The dashboard you requested could not be found. It either doesn't exist or you don't have permission to \
                         view it.";

/// An address that nobody who may has signed.
pub(super) fn unverified() -> Problem {
    invalid("Single sign on failure. The address is not signed with a secret that counts here.")
}

/// A first frame whose address does not say of which session it is.
pub(super) fn no_navigation() -> Problem {
    invalid("`embed_navigation_token` is missing in the target: expected the navigation token of the session")
}

/// A token that counts no more, or never did.
pub(super) fn token() -> Problem {
    invalid("Single sign on failure. Invalid input tokens provided")
}

/// An address that is none, or was signed and is not accepted.
pub(super) fn refused(refusal: &LookerRefusal) -> Problem {
    invalid(refusal.to_string())
}

/// A target of a kind that there is none of.
pub(super) fn not_served() -> Problem {
    invalid(
        "the target is not supported: expected `/embed/dashboards/ID`, `/embed/looks/ID`, `/embed/explore/MODEL/EXPLORE` or `/embed/query/MODEL/EXPLORE?qid=ID`",
    )
}

/// Something in the search of an address that cannot be done.
pub(super) fn parameter_refused(name: &str, detail: impl std::fmt::Display) -> Problem {
    let name: String = name.chars().take(80).collect();
    invalid(format!("`{name}`: {detail}"))
}

/// Absent, or not for this person.
pub(super) fn not_found() -> Problem {
    invalid(NOT_FOUND)
}

/// What a host's developer and the person read if no session was opened.
pub(in crate::routes) fn not_opened(refused: NotOpened) -> Problem {
    match refused {
        NotOpened::Problem(problem) => problem,
        NotOpened::TokenUsed => self::refused(&LookerRefusal::Used),
        NotOpened::Refused(Refusal { answer, .. }) => match answer {
            Answer::Invalid { field, detail, .. } => invalid(format!("`{}`: {detail}", parameter(&field))),
            Answer::Forbidden { detail: AUTOMATIC_CREATION_OFF, .. } => forbidden(AUTOMATIC_CREATION_OFF),
            Answer::Forbidden { .. } => forbidden("You don't have permission to access this page."),
            Answer::NoSuchContent | Answer::NotPublished | Answer::Parameter(_) => not_found(),
            Answer::Unknown => unverified(),
        },
    }
}

/// What a claim is called in addresses of Looker.
fn parameter(field: &str) -> &str {
    match field {
        "attributes" => "user_attributes",
        "teams" => "group_ids",
        "tenant" => "external_group_id",
        "session_seconds" => "session_length",
        other => other,
    }
}

fn invalid(detail: impl Into<String>) -> Problem {
    Problem::Invalid { code: CODE, detail: detail.into() }
}

fn forbidden(detail: &str) -> Problem {
    Problem::Forbidden { code: CODE, detail: detail.to_owned() }
}
