//! The application in frames of hosts, for whomever their identity provider brings.
//!
//! The address of a page in a frame names the provider, whose origins may frame it. The page says with each request for
//! which provider it is framed, and is told of sessions of that provider alone: so nobody's page is framed by a host that
//! has not brought them.

use crate::organization::Organization;
use axum::http::{HeaderMap, HeaderName};
use model::access::IdentityProvider;
use model::name::ProviderName;
use std::collections::BTreeSet;
use url::Url;

/// With this header a page in a frame says which provider its address names.
pub(crate) const FRAME: HeaderName = HeaderName::from_static("vitrine-frame");

/// The parameter of addresses that names the provider.
const PROVIDER: &str = "provider";

/// Whether a browser asks for what it will show in a frame (Fetch Metadata, section 2.1). One that does not say so is
/// believed to ask for a window, whose cookie no frame of another site has.
#[must_use]
pub(crate) fn is_for_frame(headers: &HeaderMap) -> bool {
    let kind = headers.get("sec-fetch-dest").and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| ["iframe", "frame", "embed", "object", "fencedframe"].contains(&kind))
}

/// The provider of which a page in a frame says that its address names it. `None`: the page is in no frame.
#[must_use]
pub(crate) fn frame_of_page(headers: &HeaderMap) -> Option<String> {
    headers.get(FRAME).map(|value| value.to_str().unwrap_or_default().to_owned())
}

/// Whose pages may frame those whose address names that provider: nobody's, unless it is there and enabled.
#[must_use]
pub(crate) fn origins(organization: &Organization, provider: &str) -> BTreeSet<String> {
    let providers = &organization.snapshot.providers;
    let found = ProviderName::new(provider).ok().and_then(|name| providers.named(&name).cloned());
    found.filter(|provider| !provider.disabled).map(|provider| provider.frame_origins).unwrap_or_default()
}

/// Whose pages may bring people with tokens that their providers sign, and exchange these for sessions of their own.
#[must_use]
pub(crate) fn origins_of_programs(organization: &Organization) -> BTreeSet<String> {
    let providers = organization.snapshot.providers.iter().map(|(.., provider)| provider);
    let exchanging =
        providers.filter(|provider| !provider.disabled && provider.jwt.as_ref().is_some_and(|jwt| jwt.sdk_sessions));
    exchanging.flat_map(|provider| provider.frame_origins.iter().cloned()).collect()
}

/// An address of Vitrine's own as a frame has to have it.
#[must_use]
pub(crate) fn in_frame(target: &str, provider: &IdentityProvider) -> String {
    let Ok(mut url) = Url::parse(target) else { return target.to_owned() };
    let others: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(name, _)| name != PROVIDER).collect();
    url.query_pairs_mut().clear().extend_pairs(others).append_pair(PROVIDER, provider.name.as_str());
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn browsers_say_what_they_will_show_it_in() {
        let said = |kind| HeaderMap::from_iter([(HeaderName::from_static("sec-fetch-dest"), kind)]);
        for kind in ["iframe", "frame", "embed", "object", "fencedframe"] {
            assert!(is_for_frame(&said(HeaderValue::from_static(kind))), "{kind}");
        }
        for kind in ["document", "empty", "", "Iframe"] {
            assert!(!is_for_frame(&said(HeaderValue::from_static(kind))), "{kind}");
        }
        assert!(!is_for_frame(&HeaderMap::new()));
    }
}
