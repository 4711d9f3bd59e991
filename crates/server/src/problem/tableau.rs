//! Why a token of Tableau's is not accepted: what its clients know, and what their code for it does not say.

use super::ProblemBody;
use dialect::tableau::TableauRefusal;
use serde::Serialize;

/// A problem with a token.
#[derive(Serialize)]
pub(super) struct OfToken<'a> {
    #[serde(flatten)]
    problem: ProblemBody<'a>,
    /// Tableau's code.
    error_code: u32,
    /// What is wrong, as one word that does not change.
    reason: &'static str,
    /// By how many seconds the host's clock is ahead, where time is the reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_skew_seconds: Option<i64>,
}

/// The problem, with what is said of the token.
pub(super) fn of_token<'a>(problem: ProblemBody<'a>, refusal: &TableauRefusal) -> OfToken<'a> {
    OfToken {
        problem,
        error_code: refusal.code(),
        reason: refusal.reason(),
        clock_skew_seconds: refusal.clock_skew_seconds(),
    }
}

#[cfg(test)]
mod tests {
    use crate::problem::Problem;
    use dialect::tableau::TableauRefusal;
    use serde_json::{Value, json};

    #[test]
    fn refusals_of_tokens_have_a_code_a_reason_and_the_skew_of_the_clock() -> Result<(), serde_json::Error> {
        let told = |refusal: TableauRefusal| serde_json::from_str::<Value>(&Problem::from(refusal).body(None));
        let expired = told(TableauRefusal::Expired { ahead: -90 })?;
        for (member, value) in [
            ("status", json!(401)),
            ("code", json!("token_refused")),
            ("detail", json!("`exp` has passed, 90 seconds ago")),
            ("error_code", json!(10084)),
            ("reason", json!("token_expired")),
            ("clock_skew_seconds", json!(-90)),
        ] {
            assert_eq!(expired[member], value, "{member}");
        }
        let unknown = told(TableauRefusal::UnknownUser)?;
        assert_eq!((&unknown["error_code"], &unknown["reason"]), (&json!(16), &json!("unknown_user")));
        assert!(unknown.get("clock_skew_seconds").is_none());
        Ok(())
    }
}
