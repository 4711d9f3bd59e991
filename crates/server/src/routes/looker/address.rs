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
use model::semantic::ExplorePath;
use model::snapshot::{ContentAddress, Snapshot};
use model::workbook::VersionName;
use percent_encoding::percent_decode_str;
use store::TokenHash;
use store::session_tokens::Purpose;
use url::form_urlencoded;

/// The parameter by which a page in a frame without cookies says of which session it is.
pub(super) const NAVIGATION_TOKEN: &str = "embed_navigation_token";

/// Where the paths of explores begin.
const EXPLORES: &str = "/embed/explore/";

/// Where those of queries of explores begin, which are named by their ids.
const QUERIES: &str = "/embed/query/";

/// Bytes of a token.
const LONGEST_TOKEN: usize = 200;

/// `GET /embed/dashboards/{dashboard}`, `/embed/looks/{look}`, `/embed/explore/{model}/{explore}` and
/// `/embed/query/{model}/{explore}`: static, the same whether there is such a thing or not.
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
    let is_name = |name: &str| !name.is_empty() && !name.contains('/');
    let explore = of_explore(path).and_then(|names| names.split_once('/'));
    let mut ids = ["/embed/dashboards/", "/embed/looks/"].iter().filter_map(|kind| path.strip_prefix(kind));
    ids.any(is_name) || explore.is_some_and(|(model, explore)| is_name(model) && is_name(explore))
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

/// The explore that the path of an address names.
pub(super) fn explore(path: &str) -> Option<ExplorePath> {
    let path = percent_decode_str(path).decode_utf8().ok()?;
    let (model, explore) = of_explore(&path)?.split_once('/')?;
    Some(ExplorePath { model: model.parse().ok()?, explore: explore.parse().ok()? })
}

/// Whether an address is that of a query, which it names by its id.
pub(super) fn is_of_query(path: &str) -> bool {
    path.starts_with(QUERIES)
}

fn of_explore(path: &str) -> Option<&str> {
    path.strip_prefix(EXPLORES).or_else(|| path.strip_prefix(QUERIES))
}

/// The version of a workbook that Looker's addresses show: the published one.
pub(super) fn version(name: &WorkbookName) -> VersionName {
    name.clone().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_dashboards_looks_and_explores() {
        for fine in [
            "/embed/dashboards/3?State=CA",
            "/embed/looks/4",
            "/embed/dashboards/model::name#x",
            "/embed/explore/shop/orders?fields=orders.status",
            "/embed/query/shop/orders?qid=1",
        ] {
            assert!(is_served(fine), "{fine}");
        }
        for odd in [
            "/embed/explore/shop",
            "/embed/explore/shop/",
            "/embed/explore/shop/orders/x",
            "/embed/query/shop?qid=1",
            "/embed/merge?mid=1",
            "/embed/1-abc",
            "/embed/dashboards/",
            "/embed/dashboards/3/edit",
        ] {
            assert!(!is_served(odd), "{odd}");
        }
    }
}
