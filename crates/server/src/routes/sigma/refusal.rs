//! Refusals with the codes that Sigma's frames tell their hosts.

use crate::opening::NotOpened;
use crate::problem::Problem;
use authz::{AUTOMATIC_CREATION_OFF, Answer, Refusal};
use dialect::sigma::{Code, SigmaRefusal};

/// What every address reads that nobody who may has signed.
const UNVERIFIED: &str = "Invalid embed request.";

/// What people read who may not come in, whatever the reason.
const NOT_PERMITTED: &str = "You don't have permission to access this page.";

/// An address that nobody who may has signed.
pub(super) fn unverified() -> Problem {
    problem(Code::Invalid, UNVERIFIED)
}

/// Something about the address is not as it must be.
pub(super) fn invalid(message: impl Into<String>) -> Problem {
    problem(Code::Invalid, message)
}

/// There is no such workbook, or not for this person.
pub(super) fn not_found() -> Problem {
    problem(Code::NotFound, "The page you're looking for does not exist.")
}

/// A connection that is not the workbook's own.
pub(super) fn stale_connection() -> Problem {
    problem(Code::Stale, "`eval_connection_id` is not valid: expected the connection of the workbook")
}

/// What a signed address reads that is not accepted.
pub(super) fn refused(SigmaRefusal { code, message }: SigmaRefusal) -> Problem {
    problem(code, message)
}

/// What a host's developer and the person read if no session was opened.
pub(super) fn not_opened(refused: NotOpened) -> Problem {
    match refused {
        NotOpened::Problem(problem) => problem,
        NotOpened::TokenUsed => self::refused(SigmaRefusal::expired()),
        NotOpened::Refused(refusal) => of_person(refusal),
    }
}

/// A viewer's browser reads it: what would be accepted are names that are not for them.
fn of_person(Refusal { answer, .. }: Refusal) -> Problem {
    match answer {
        Answer::Invalid { field, detail, .. } => problem(Code::Invalid, format!("`{field}`: {detail}")),
        Answer::Forbidden { detail: AUTOMATIC_CREATION_OFF, .. } => problem(Code::NotPermitted, AUTOMATIC_CREATION_OFF),
        Answer::Forbidden { .. } => problem(Code::AccessDenied, NOT_PERMITTED),
        Answer::NoSuchContent | Answer::NotPublished | Answer::Parameter(_) => not_found(),
        Answer::Unknown => unverified(),
    }
}

fn problem(code: Code, message: impl Into<String>) -> Problem {
    let (name, detail) = (code.as_str(), message.into());
    match code {
        Code::NotPermitted | Code::AccessDenied => Problem::Forbidden { code: name, detail },
        Code::Invalid | Code::NotFound | Code::Stale => Problem::Invalid { code: name, detail },
    }
}
