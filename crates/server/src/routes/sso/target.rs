//! Where a browser is sent: back to Vitrine's own pages and nowhere else, or to the provider.

use super::asked::Asked;
use super::refusal::SsoRefusal;
use model::enforcement::{Point, enforced};
use url::{Url, form_urlencoded};

/// The address to come back to, as browsers read it; without one, the first page.
pub(super) fn of(asked: &Asked, public_origin: &str) -> Result<String, SsoRefusal> {
    own(asked.return_to.as_deref(), public_origin).ok_or(SsoRefusal::ForeignTarget)
}

/// The same. `None`: it is somebody else's.
pub(in crate::routes) fn own(return_to: Option<&str>, public_origin: &str) -> Option<String> {
    let own = Url::parse(public_origin).ok()?;
    let wanted = return_to.filter(|wanted| !wanted.is_empty()).unwrap_or("/");
    let target = own.join(wanted).ok()?;
    let is_own = target.origin() == own.origin() && target.username().is_empty() && target.password().is_none();
    // Whole, so that no path of it is read as another host.
    (is_own || !enforced(Point::ReturnAddress)).then(|| target.into())
}

/// The provider's address, with where to come back to.
pub(super) fn with_return(sign_in: &str, return_to: Option<&str>) -> String {
    let Some(return_to) = return_to else { return sign_in.to_owned() };
    let between = if sign_in.contains('?') { '&' } else { '?' };
    let value: String = form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
    format!("{sign_in}{between}return_to={value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(return_to: &str) -> Option<String> {
        of(&Asked { return_to: Some(return_to.to_owned()), ..Asked::default() }, "https://vitrine.example").ok()
    }

    #[test]
    fn browsers_come_back_to_our_own_pages_only() {
        for (own, expected) in [
            ("/", "/"),
            ("", "/"),
            ("/e/orders?a=b#c", "/e/orders?a=b#c"),
            ("e/orders", "/e/orders"),
            ("https://vitrine.example/admin", "/admin"),
            ("https://vitrine.example:443/admin", "/admin"),
            ("/a/../b", "/b"),
            ("/.//evil.example", "//evil.example"),
            ("/https://evil.example", "/https://evil.example"),
            ("https:evil.example@x", "/evil.example@x"),
        ] {
            assert_eq!(target(own), Some(format!("https://vitrine.example{expected}")), "{own}");
        }
        for foreign in [
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            " //evil.example",
            "https:///evil.example",
            "https://evil.example",
            "http://vitrine.example/",
            "https://vitrine.example:8443/",
            "https://vitrine.example@evil.example/",
            "https://user@vitrine.example/",
            "https://vitrine.example.evil.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://",
        ] {
            assert_eq!(target(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn the_provider_is_told_where_to_come_back_to() {
        assert_eq!(with_return("https://a.example/sso", None), "https://a.example/sso");
        assert_eq!(
            with_return("https://a.example/sso", Some("/x?y=z&w")),
            "https://a.example/sso?return_to=%2Fx%3Fy%3Dz%26w"
        );
        assert_eq!(with_return("https://a.example/sso?a=b", Some("/x")), "https://a.example/sso?a=b&return_to=%2Fx");
    }
}
