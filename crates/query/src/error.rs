//! What a question can be refused with. Nothing here carries data, a path or the engine's own words.

use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use model::name::FieldName;
use std::io;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The field does not exist, or not for whoever asks: the two are one.
    #[error("unknown field `{field}`")]
    UnknownField {
        /// As it was asked for.
        field: FieldName,
    },
    /// No field was asked for.
    #[error("no fields: expected at least one")]
    NoFields,
    /// A field was asked for twice.
    #[error("field `{field}` is asked for twice")]
    RepeatedField {
        /// The field.
        field: FieldName,
    },
    /// A filter on a field that aggregates.
    #[error("field `{field}` is a measure: expected a dimension")]
    MeasureFiltered {
        /// The field.
        field: FieldName,
    },
    /// Nothing is shown of the rows that a measure counts.
    #[error("nothing is shown underneath `{measure}`: expected a measure with drill fields")]
    NoDrillFields {
        /// The measure.
        measure: FieldName,
    },
    /// A sort by a field that is not in the answer.
    #[error("sorted by `{field}`: expected one of the query's fields")]
    SortedByAbsent {
        /// The field.
        field: FieldName,
    },
    /// A filter whose values do not fit the field or the operator.
    #[error("wrong value for field `{field}`: expected {expected}")]
    WrongValue {
        /// The field.
        field: FieldName,
        /// What was expected, such as `one value of type integer`.
        expected: String,
    },
    /// A value that a parameter may not have.
    #[error("wrong value for parameter `{parameter}`: expected one that is {expected}")]
    WrongParameter {
        /// The parameter.
        parameter: FieldName,
        /// What was expected, such as `integer`.
        expected: String,
    },
    /// The row after which is asked has other cells than the answer.
    #[error("`after` is no row of the answer: expected {expected} values, one for each field")]
    WrongCursor {
        /// How many there are.
        expected: usize,
    },
    /// An exact number has more digits than its type can hold.
    #[error("the value of field `{field}` is too large for its type")]
    TooLarge {
        /// The field.
        field: FieldName,
    },
    /// A download has more rows than may be downloaded.
    #[error("more than {most} rows")]
    TooManyRows {
        /// How many may be.
        most: usize,
    },
    /// An answer has more bytes than it may.
    #[error("more than {most} bytes")]
    TooManyBytes {
        /// How many it may have.
        most: u64,
    },
    /// The permit was given for another explore.
    #[error("the permit is for another explore")]
    OtherExplore,
    /// A row policy finds more keys in an entitlement table than one person may have.
    #[error("the query needs too many entitlements")]
    TooManyEntitlements,
    /// It took longer than the limit.
    #[error("the query took too long")]
    TimeLimit,
    /// It needed more memory than the limit.
    #[error("the query needs too much memory")]
    MemoryLimit,
    /// The files could not be read.
    #[error("the data cannot be read right now")]
    Unreadable,
    /// A plan in which a scan is not behind its policy was refused, or the engine failed.
    #[error("the query could not be run")]
    Internal,
}

impl QueryError {
    /// The error's name in logs and metrics.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::UnknownField { .. } => "unknown_field",
            Self::NoFields => "no_fields",
            Self::RepeatedField { .. } => "repeated_field",
            Self::MeasureFiltered { .. } => "measure_filtered",
            Self::NoDrillFields { .. } => "no_drill_fields",
            Self::SortedByAbsent { .. } => "sorted_by_absent",
            Self::WrongValue { .. } => "wrong_value",
            Self::WrongParameter { .. } => "wrong_value",
            Self::WrongCursor { .. } => "wrong_cursor",
            Self::TooLarge { .. } => "too_large",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::TooManyBytes { .. } => "too_many_bytes",
            Self::OtherExplore => "other_explore",
            Self::TooManyEntitlements => "too_many_entitlements",
            Self::TimeLimit => "time_limit",
            Self::MemoryLimit => "memory_limit",
            Self::Unreadable => "unreadable",
            Self::Internal => "internal",
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::QuotaExceeded | io::ErrorKind::StorageFull)
}

fn is_full_for(error: &ArrowError) -> bool {
    matches!(error, ArrowError::IoError(_, error) if is_full(error))
}

/// Keeps the kind of an engine's error and drops its text, which may quote rows.
impl From<DataFusionError> for QueryError {
    fn from(error: DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::External(told) => told.downcast_ref::<Self>().cloned().unwrap_or(Self::Internal),
            DataFusionError::ResourcesExhausted(_) => Self::MemoryLimit,
            // There is as little room on disk as there may be.
            DataFusionError::IoError(error) if is_full(error) => Self::MemoryLimit,
            DataFusionError::ArrowError(error, _) if is_full_for(error) => Self::MemoryLimit,
            DataFusionError::IoError(_) | DataFusionError::ObjectStore(_) | DataFusionError::ParquetError(_) => {
                Self::Unreadable
            }
            _ => Self::Internal,
        }
    }
}
