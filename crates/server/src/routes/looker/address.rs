//! Addresses: the page behind them, and the content and the filters that they name.

use super::login::KEY;
use crate::app::App;
use crate::callers::{Anyone, by_token};
use crate::organization::Organization;
use crate::problem::Problem;
use crate::routes::document;
use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use model::access::EmbedKey;
use model::assertion::{ContentKind, ForeignContent};
use model::dialect::{Dialect, ForeignId};
use model::name::WorkbookName;
use model::snapshot::{ContentAddress, Snapshot};
use model::workbook::{VersionName, Workbook};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::collections::BTreeMap;
use store::TokenHash;
use store::session_tokens::Purpose;
use url::form_urlencoded;

/// The parameter by which a page in a frame without cookies says of which session it is.
pub(super) const NAVIGATION_TOKEN: &str = "embed_navigation_token";

/// Bytes of a token.
const LONGEST_TOKEN: usize = 200;

/// `GET /embed/dashboards/{dashboard}` and `GET /embed/looks/{look}`: static, the same whether there is such a thing or not.
/// Framed by the origins of the key that the address names, or that of the session of which the browser shows that it is; which
/// keys there are is not secret.
pub(super) async fn document(
    _: Anyone,
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let organization = app.organization_now().await?;
    let search = query.as_deref().unwrap_or_default();
    if let Some(named) = key(&organization, search) {
        return document::page_of(Some(named));
    }
    let cookie = || Some((app.embed_cookie.as_ref()?.shown(&headers)?, Purpose::Cookie));
    let Some((token, purpose)) = navigation_token(search).map(|it| (it, Purpose::Navigation)).or_else(cookie) else {
        return document::page_of(None);
    };
    let session = by_token(&app, token, purpose).await?;
    let key = session.ok().and_then(|(principal, organization)| {
        let key = organization.snapshot.keys.get(principal.facts().framed_by()?)?;
        Some(key.clone()).filter(|key| key.dialect == Dialect::Looker && !key.disabled)
    });
    document::page_of(key.as_ref())
}

/// The hash of the token that says of which session a page is.
pub(super) fn navigation_token(search: &str) -> Option<TokenHash> {
    parameter(search, NAVIGATION_TOKEN).filter(|token| token.len() <= LONGEST_TOKEN).map(|token| TokenHash::of(&token))
}

/// A parameter of an address, where it stands first.
pub(super) fn parameter(search: &str, wanted: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(search.as_bytes());
    pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

/// The key that an address names.
pub(super) fn key<'a>(organization: &'a Organization, search: &str) -> Option<&'a EmbedKey> {
    let client_id = parameter(search, KEY)?;
    organization.key(Dialect::Looker, &client_id).map(|(_, key)| key)
}

/// Whether a target is of a kind that is shown here: a path, and perhaps a search.
pub(in crate::routes) fn is_served(target: &str) -> bool {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let kinds = ["/embed/dashboards/", "/embed/looks/"];
    let mut ids = kinds.iter().filter_map(|kind| path.strip_prefix(kind));
    ids.any(|id| !id.is_empty() && !id.contains('/'))
}

/// The content that the path of an address names: a dashboard, or a look, by what Looker called it or by its name here.
pub(super) fn content(snapshot: &Snapshot, path: &str) -> Option<ContentAddress> {
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let foreign = |kind: ContentKind, id: &str| {
        let found = snapshot.known_as(&ForeignContent { dialect: Dialect::Looker, kind, id: ForeignId::new(id) });
        found.cloned()
    };
    if let Some(look) = path.strip_prefix("/embed/looks/") {
        return foreign(ContentKind::Element, look);
    }
    let dashboard = path.strip_prefix("/embed/dashboards/")?;
    let named = || WorkbookName::new(dashboard).ok().map(|name| (name, None, None));
    foreign(ContentKind::Workbook, dashboard).or_else(named)
}

/// Values by the names of controls. A filter is the control of its name, or of its title's words in lower case with `_` between;
/// what names none is nothing, as with Looker.
pub(super) fn filters(workbook: &Workbook, search: &str) -> BTreeMap<String, Vec<Value>> {
    let mut found = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(search.as_bytes()) {
        let (plain, words) = (name.as_ref(), in_words(&name));
        let mut controls = workbook.pages.iter().flat_map(|page| &page.controls).map(|it| it.name.as_str());
        if let Some(control) = controls.find(|it| *it == plain || *it == words) {
            found.insert(control.to_owned(), values(&value));
        }
    }
    found
}

fn in_words(title: &str) -> String {
    let fit = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    title.trim().chars().map(fit).collect()
}

/// Commas part values; `^,` is a comma.
fn values(text: &str) -> Vec<Value> {
    let parted = text.replace("^,", "\u{1}");
    let values = parted.split(',').map(|one| one.trim().replace('\u{1}', ","));
    values.filter(|one| !one.is_empty()).map(Value::String).collect()
}

/// The version of a workbook that Looker's addresses show: the published one.
pub(super) fn version(name: &WorkbookName) -> VersionName {
    name.clone().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_dashboards_and_looks() {
        for fine in ["/embed/dashboards/3?State=CA", "/embed/looks/4", "/embed/dashboards/model::name#x"] {
            assert!(is_served(fine), "{fine}");
        }
        for odd in ["/embed/explore/shop/orders", "/embed/1-abc", "/embed/dashboards/", "/embed/dashboards/3/edit"] {
            assert!(!is_served(odd), "{odd}");
        }
    }

    #[test]
    fn filters_are_parted_by_commas() {
        assert_eq!(values("JFK, LGA,"), ["JFK", "LGA"]);
        assert_eq!(values("Smith^, John,Doe"), ["Smith, John", "Doe"]);
        assert_eq!(in_words("Order Status"), "order_status");
    }
}
