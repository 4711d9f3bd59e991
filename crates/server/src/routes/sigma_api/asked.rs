//! What stands behind the question mark, as clients of Sigma write it; and of lists the page that was asked for.
//!
//! Sigma's lists have pages in two ways: by `limit` and `page` ([`Asked::list`]), and by `pageSize` and `pageToken`
//! ([`Asked::list_by_token`]). Which one a list has is the list's.

use crate::problem::Problem;
use crate::routes::asked::{Given, invalid};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Value, json};
use std::convert::Infallible;

/// How long a page is that says nothing else, and the longest.
const USUAL: usize = 50;
const LONGEST: usize = 1000;

/// The most things that one list has.
pub(super) const MOST: usize = 10_000;

/// The parameters of an address, by name; each was given once.
pub(super) struct Asked(Given);

impl<S: Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        Given::from_request_parts(parts, state).await.map(Self)
    }
}

impl Asked {
    /// Expects no other parameters than these.
    pub(super) fn expect(&self, known: &[&str]) -> Result<(), Problem> {
        self.0.expect(known)
    }

    /// Expects no other parameters than these and those of a list; see [`Self::list`].
    pub(super) fn expect_of_list(&self, known: &[&str]) -> Result<(), Problem> {
        self.0.expect(&[known, &["limit", "page"]].concat())
    }

    /// The same of a list that has pages by tokens; see [`Self::list_by_token`].
    pub(super) fn expect_of_tokens(&self, known: &[&str]) -> Result<(), Problem> {
        self.0.expect(&[known, &["pageSize", "pageToken"]].concat())
    }

    /// A text; none where it is empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.text(name)
    }

    /// True or false.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Problem> {
        self.0.flag(name)
    }

    /// The page that `limit` and `page` ask for: `{entries, total, hasMore, nextPage}`.
    pub(super) fn list(&self, things: Vec<Value>) -> Result<Value, Problem> {
        let total = things.len();
        let (entries, next) = self.page(things, "limit", "page")?;
        Ok(json!({ "entries": entries, "total": total, "hasMore": next.is_some(), "nextPage": next }))
    }

    /// The page that `pageSize` and `pageToken` ask for: `{entries, nextPageToken}`.
    pub(super) fn list_by_token(&self, things: Vec<Value>) -> Result<Value, Problem> {
        let (entries, next) = self.page(things, "pageSize", "pageToken")?;
        Ok(json!({ "entries": entries, "nextPageToken": next }))
    }

    /// So many things from one on, and where the next page begins.
    fn page(&self, things: Vec<Value>, size: &str, from: &str) -> Result<(Vec<Value>, Option<String>), Problem> {
        let long = self.0.number(size)?.unwrap_or(USUAL);
        if !(1..=LONGEST).contains(&long) {
            return Err(invalid(size, "expected 1 to 1000"));
        }
        let read = |text: &str| text.parse().map_err(|_| invalid(from, "expected what the page before it told"));
        let begin: usize = self.text(from).map_or(Ok(0), read)?;
        let end = begin.saturating_add(long);
        let next = (end < things.len()).then(|| end.to_string());
        Ok((things.into_iter().skip(begin).take(long).collect(), next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Asked {
        Asked(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    fn things() -> Vec<Value> {
        (0..5).map(|number| json!(number)).collect()
    }

    #[test]
    fn a_list_has_pages_in_two_ways() {
        let list = |pairs: &[(&str, &str)]| asked(pairs).list(things()).map_err(|problem| problem.to_string());
        let whole = json!({"entries": [0, 1, 2, 3, 4], "total": 5, "hasMore": false, "nextPage": null});
        assert_eq!(list(&[]), Ok(whole));
        let first = json!({"entries": [0, 1], "total": 5, "hasMore": true, "nextPage": "2"});
        assert_eq!(list(&[("limit", "2")]), Ok(first));
        let last = json!({"entries": [4], "total": 5, "hasMore": false, "nextPage": null});
        assert_eq!(list(&[("limit", "2"), ("page", "4")]), Ok(last));
        let tokens = asked(&[("pageSize", "3")]).list_by_token(things()).map_err(|problem| problem.to_string());
        assert_eq!(tokens, Ok(json!({"entries": [0, 1, 2], "nextPageToken": "3"})));
        assert_eq!(list(&[("limit", "0")]), Err("`limit`: expected 1 to 1000".to_owned()));
        assert_eq!(list(&[("limit", "1001")]), Err("`limit`: expected 1 to 1000".to_owned()));
        assert_eq!(list(&[("page", "x")]), Err("`page`: expected what the page before it told".to_owned()));
    }

    #[test]
    fn each_list_has_the_parameters_of_its_own_way() {
        let limit = asked(&[("limit", "2")]);
        assert!(
            limit.expect_of_list(&[]).is_ok() && limit.expect_of_tokens(&[]).is_err() && limit.expect(&[]).is_err()
        );
        let size = asked(&[("pageSize", "2"), ("name", "x")]);
        assert!(size.expect_of_tokens(&["name"]).is_ok() && size.expect_of_list(&["name"]).is_err());
    }
}
