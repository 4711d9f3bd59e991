//! Lists in pages: how many, and behind what.

use crate::problem::Problem;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

const USUAL: u32 = 50;
const MOST: u32 = 200;

/// Which page of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Paging {
    /// At most so many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
    /// The `next` of the page before.
    pub(crate) after: Option<String>,
}

impl Paging {
    /// How many, and behind what.
    pub(crate) fn read(limit: Option<u32>, after: Option<String>) -> Result<(u32, String), Problem> {
        let paging = Self { limit, after };
        Ok((paging.limit()?, paging.after()?))
    }

    /// How many.
    pub(crate) fn limit(&self) -> Result<u32, Problem> {
        let limit = self.limit.unwrap_or(USUAL);
        if (1..=MOST).contains(&limit) {
            return Ok(limit);
        }
        Err(invalid("limit", "expected 1 to 200"))
    }

    /// Behind what: a text of [`cursor`].
    pub(crate) fn after(&self) -> Result<String, Problem> {
        let Some(after) = &self.after else { return Ok(String::new()) };
        let bytes = data_encoding::BASE64URL_NOPAD.decode(after.as_bytes()).ok();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        text.ok_or_else(Self::not_a_cursor)
    }

    /// What is said of an `after` that no page of the list has told.
    pub(crate) fn not_a_cursor() -> Problem {
        invalid("after", "expected the `next` of a page of this list")
    }
}

/// What is told of where a page ends.
pub(crate) fn cursor(last: &str) -> String {
    data_encoding::BASE64URL_NOPAD.encode(last.as_bytes())
}

fn invalid(field: &str, expected: &str) -> Problem {
    Problem::Invalid { code: "invalid_parameter", detail: format!("`{field}`: {expected}") }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// In the order of the list.
    pub(crate) items: Vec<T>,
    /// Behind which the next page begins; absent: this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

impl<T> Page<T> {
    /// A page of `limit` out of at most one more, each with what the page behind it would begin behind.
    pub(crate) fn of(mut found: Vec<(T, String)>, limit: u32) -> Self {
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = found.last().filter(|_| more).map(|(_, last)| cursor(last));
        Self { items: found.into_iter().map(|(item, _)| item).collect(), next }
    }
}

/// The parameters of the address, of which every one is known.
pub(crate) struct Parameters<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(parameters)| Self(parameters)).map_err(|error| Problem::Invalid {
            code: "invalid_parameter",
            detail: format!("the address is not valid: {}", error.body_text()),
        })
    }
}
