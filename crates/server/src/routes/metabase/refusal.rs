//! Refusals as Metabase words them: status 400 and a bare sentence. On public links, the same sentence for all.

use crate::anonymous::AnonymousRefusal;
use crate::problem::Problem;
use authz::{Answer, Fault, ParameterFault};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// What every token reads that nobody who may has signed.
const UNVERIFIED: &str = "Message seems corrupt or manipulated";

/// The two doors of people nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// `/api/embed`: guest tokens.
    Embed,
    /// `/api/public`: public links.
    Public,
}

impl Door {
    /// The door of a route's pattern.
    pub(super) fn of(pattern: &str) -> Self {
        if pattern.starts_with("/api/public/") { Self::Public } else { Self::Embed }
    }
}

/// A refusal.
#[derive(Debug)]
pub(super) enum MetabaseRefusal {
    /// The address matches no route.
    NoRoute,
    /// 400 and a sentence.
    Sentence(Door, String),
    /// 400, for what could not be answered.
    Query,
    /// Vitrine's own: something is not available.
    Problem(Problem),
}

impl MetabaseRefusal {
    /// What a token or link reads that opens nothing.
    pub(super) fn of(door: Door, refused: &AnonymousRefusal) -> Self {
        let sentence = match refused {
            AnonymousRefusal::Unverified(_) => UNVERIFIED.to_owned(),
            AnonymousRefusal::Token(refusal) => refusal.to_string(),
            AnonymousRefusal::Refused(refusal) => answered(&refusal.answer),
            AnonymousRefusal::Ended(_) => NOT_FOUND.to_owned(),
        };
        Self::Sentence(door, sentence)
    }

    /// There is no such thing.
    pub(super) fn not_found(door: Door) -> Self {
        Self::Sentence(door, NOT_FOUND.to_owned())
    }

    /// A parameter is not set as it must be.
    pub(super) fn parameter(door: Door, fault: &ParameterFault) -> Self {
        Self::Sentence(door, faulty(fault))
    }

    /// Something that was asked or tried went wrong.
    pub(super) fn failed(door: Door, problem: Problem) -> Self {
        match problem {
            Problem::NotFound | Problem::Forbidden { .. } | Problem::SessionEnded => Self::not_found(door),
            Problem::Invalid { .. } | Problem::Unanswerable { .. } | Problem::Busy => Self::Query,
            other => Self::Problem(other),
        }
    }
}

const NOT_FOUND: &str = "Not found.";

fn answered(answer: &Answer) -> String {
    match answer {
        Answer::NotPublished => "Embedding is not enabled for this object.".to_owned(),
        Answer::Forbidden { code: "guest_embeds_off", .. } => "Embedding is not enabled.".to_owned(),
        Answer::Parameter(fault) => faulty(fault),
        Answer::Invalid { detail, .. } => detail.clone(),
        Answer::NoSuchContent | Answer::Forbidden { .. } | Answer::Unknown => NOT_FOUND.to_owned(),
    }
}

/// The colon is Metabase's, and only there.
fn faulty(ParameterFault { parameter, fault }: &ParameterFault) -> String {
    let parameter: String = parameter.chars().filter(|it| !it.is_control()).take(80).collect();
    match fault {
        Fault::Disabled => format!("You're not allowed to specify a value for {parameter}."),
        Fault::SetByToken => format!("You can't specify a value for {parameter} if it's already set in the JWT."),
        Fault::Missing => format!("You must specify a value for :{parameter} in the JWT."),
        Fault::Locked => format!("You can only specify a value for {parameter} in the JWT."),
        Fault::Unknown => format!("Unknown parameter {parameter}."),
    }
}

impl IntoResponse for MetabaseRefusal {
    fn into_response(self) -> Response {
        match self {
            Self::NoRoute => Problem::NotFound.into_response(),
            Self::Sentence(Door::Embed, sentence) => (StatusCode::BAD_REQUEST, sentence).into_response(),
            Self::Sentence(Door::Public, _) => (StatusCode::BAD_REQUEST, "An error occurred.").into_response(),
            Self::Query => {
                let error = "An error occurred while running the query.";
                let body = json!({"status": "failed", "error": error, "error_type": "invalid-query"});
                (StatusCode::BAD_REQUEST, Json(body)).into_response()
            }
            Self::Problem(problem) => problem.into_response(),
        }
    }
}
