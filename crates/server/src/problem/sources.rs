//! What the other crates' errors are to a caller.

use super::Problem;
use authz::{Answer, Denial, Refusal};
use model::query::TotalsError;
use picture::PictureError;
use query::QueryError;
use store::StoreError;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Done => {
                let detail = "an equal request is being done: read what it made, or send it again".to_owned();
                Self::Conflict { code: "being_done", detail }
            }
            StoreError::DraftChanged => Self::Changed,
            StoreError::NotInTrash => Self::NotFound,
            StoreError::Secret(error) => Self::Invalid { code: "secret_refused", detail: error.to_string() },
            error => {
                crate::metrics::store_failed();
                tracing::error!(%error, "the store does not answer");
                Self::Unavailable
            }
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal.answer {
            Answer::Invalid { code, field, detail, accepted } => {
                let expected = accepted.map(|accepted| format!(": expected {accepted}")).unwrap_or_default();
                Self::Invalid { code, detail: format!("`{field}`: {detail}{expected}") }
            }
            Answer::Forbidden { code, detail } => Self::Forbidden { code, detail: detail.to_owned() },
            Answer::Parameter(fault) => {
                Self::Invalid { code: "parameter_refused", detail: format!("`locked_parameters`: {fault}") }
            }
            Answer::NoSuchContent | Answer::NotPublished => {
                let detail = "`content`: expected content that is published for guests of this key".to_owned();
                Self::Invalid { code: "not_published", detail }
            }
            Answer::Unknown => Self::HostUnknown,
        }
    }
}

impl From<&Denial> for Problem {
    fn from(denial: &Denial) -> Self {
        if denial.hidden {
            Self::NotFound
        } else if denial.code == "session_ended" {
            Self::SessionEnded
        } else {
            Self::Forbidden { code: denial.code, detail: "you may look at this, but not do that with it".to_owned() }
        }
    }
}

impl From<TotalsError> for Problem {
    fn from(error: TotalsError) -> Self {
        Self::Invalid { code: "totals_refused", detail: error.to_string() }
    }
}

impl From<PictureError> for Problem {
    fn from(error: PictureError) -> Self {
        let unanswerable = |code, detail: &'static str| Self::Unanswerable { code, detail: detail.into() };
        match error {
            PictureError::Size | PictureError::TooManyPixels | PictureError::TooHigh => {
                Self::picture_size(error.to_string())
            }
            PictureError::TooManyRows(_) | PictureError::TooManyMarks(_) | PictureError::TooMuch => {
                unanswerable("too_many_marks", "there is too much for a picture: narrow it with a filter")
            }
            PictureError::Ragged { .. } | PictureError::UnknownColumn(_) | PictureError::Unwritable => {
                tracing::error!(%error, "a picture cannot be drawn");
                Self::Internal
            }
        }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        let code = error.kind();
        match error {
            QueryError::UnknownField { .. }
            | QueryError::NoFields
            | QueryError::RepeatedField { .. }
            | QueryError::MeasureFiltered { .. }
            | QueryError::NoDrillFields { .. }
            | QueryError::SortedByAbsent { .. }
            | QueryError::WrongValue { .. }
            | QueryError::WrongParameter { .. }
            | QueryError::WrongCursor { .. } => Self::Invalid { code, detail: error.to_string() },
            QueryError::TooLarge { .. } => unanswerable(code, "a sum is too large for its type: narrow the question"),
            QueryError::TimeLimit => unanswerable(code, "the question takes too long: narrow it with a filter"),
            QueryError::MemoryLimit => {
                unanswerable(code, "the question needs too much memory: narrow it with a filter")
            }
            QueryError::TooManyEntitlements => {
                unanswerable(code, "a row policy finds more entitlements than one person may have")
            }
            QueryError::TooManyRows { most } => {
                let detail = format!(
                    "the download has more than the {most} rows that may be downloaded: narrow it with a filter"
                );
                Self::Unanswerable { code, detail: detail.into() }
            }
            QueryError::TooManyBytes { .. } => Self::too_many_bytes(),
            QueryError::OtherExplore => Self::NotFound,
            QueryError::Unreadable => Self::Unavailable,
            QueryError::Internal => Self::Internal,
        }
    }
}

fn unanswerable(code: &'static str, detail: &'static str) -> Problem {
    Problem::Unanswerable { code, detail: detail.into() }
}
