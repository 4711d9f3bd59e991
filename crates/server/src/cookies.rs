//! The cookie of the application: browsers show it to Vitrine's own origin alone, and no script reads it.
//!
//! In frames of hosts it is another one, which browsers keep apart for each site around the frame. What these two open is a
//! session of somebody who has logged in, and nothing else. Embeds have none, but for those that Looker's hosts sign: theirs
//! opens nothing by itself, and is exchanged for a token of the same session.

use axum::http::header::{COOKIE, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};
use model::enforcement::{Point, enforced};
use model::name::SessionId;
use store::{Secret, StoreError, TokenHash};
use url::{Host, Url};

/// With this header a page of the application says of which session it is.
pub const PAGE_SESSION: &str = "vitrine-session";

/// What holds of the cookie, whatever is in it. `__Host-` in its name has browsers see to it that nobody else sets it: no
/// other name of the same domain, and nothing that comes without TLS.
const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// The same in a frame. `Partitioned`: of each site around it there is another one (draft-cutler-httpbis-partitioned-cookies).
const ATTRIBUTES_IN_FRAMES: &str = "Path=/; Secure; HttpOnly; SameSite=None; Partitioned";

/// The cookie by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoginCookie {
    /// What its name ends with: the port, where that tells servers apart.
    ending: String,
    of: Of,
}

/// Of which pages a cookie is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// The application's, outside frames.
    Windows,
    /// The application's, in frames of hosts.
    Frames,
    /// Embeds.
    Embeds,
}

impl LoginCookie {
    /// The cookie at an origin. `None`: browsers keep no such cookie there, because it has no TLS and is another machine.
    ///
    /// On one's own machine all ports share their cookies, so the name has the port.
    #[must_use]
    pub fn at(public_origin: &str) -> Option<Self> {
        let url = Url::parse(public_origin).ok()?;
        if url.scheme() == "https" {
            return Some(Self { ending: String::new(), of: Of::Windows });
        }
        let is_own = match url.host()? {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        };
        let ending = || format!("-{}", url.port_or_known_default().unwrap_or_default());
        is_own.then(|| Self { ending: ending(), of: Of::Windows })
    }

    /// The cookie of frames at the same origin.
    #[must_use]
    pub fn in_frames(&self) -> Self {
        Self { ending: self.ending.clone(), of: Of::Frames }
    }

    /// The cookie of embeds at the same origin.
    #[must_use]
    pub fn in_embeds(&self) -> Self {
        Self { ending: self.ending.clone(), of: Of::Embeds }
    }

    fn name(&self) -> String {
        let kind = match self.of {
            Of::Windows => "",
            Of::Frames => "-frame",
            Of::Embeds => "-embed",
        };
        format!("__Host-vitrine{kind}{}", self.ending)
    }

    const fn attributes(&self) -> &'static str {
        match self.of {
            Of::Windows => ATTRIBUTES,
            Of::Frames | Of::Embeds => ATTRIBUTES_IN_FRAMES,
        }
    }

    /// What its values begin with.
    const fn beginning(&self) -> &'static str {
        match self.of {
            Of::Windows => "vi_",
            Of::Frames => "vf_",
            Of::Embeds => "ve_",
        }
    }

    /// A new value for it.
    ///
    /// # Errors
    /// The operating system has no randomness.
    pub fn new_value(&self) -> Result<Secret, StoreError> {
        match self.of {
            Of::Windows => store::new_login_cookie(),
            Of::Frames => store::new_frame_cookie(),
            Of::Embeds => store::new_session_token(),
        }
    }

    /// The header that has a browser keep a value until it is closed.
    #[must_use]
    pub fn kept(&self, value: &str) -> Option<HeaderValue> {
        self.header(format!("{}={value}; {}", self.name(), self.attributes()))
    }

    /// The header that has a browser forget it.
    #[must_use]
    pub fn forgotten(&self) -> Option<HeaderValue> {
        self.header(format!("{}=; Max-Age=0; {}", self.name(), self.attributes()))
    }

    fn is_value(&self, text: &str) -> bool {
        let fits = text.starts_with(self.beginning());
        (fits || (text.starts_with('v') && !enforced(Point::FrameCookie))) && text.len() <= LONGEST
    }

    fn header(&self, text: String) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&text).ok()?;
        value.set_sensitive(true);
        Some(value)
    }

    /// The hash of what a request shows, if it shows one such cookie.
    #[must_use]
    pub fn shown(&self, headers: &HeaderMap) -> Option<TokenHash> {
        let sent = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = sent.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let own = self.name();
        let mut values = pairs.filter(|(name, _)| *name == own).map(|(_, value)| value);
        let value = values.next().filter(|value| self.is_value(value))?;
        values.next().is_none().then(|| TokenHash::of(value))
    }
}

/// Bytes of a value.
const LONGEST: usize = 200;

/// The session of which a page says that it is.
#[must_use]
pub fn session_of_page(headers: &HeaderMap) -> Option<SessionId> {
    let said = headers.get(PAGE_SESSION)?.to_str().ok()?;
    (said.len() <= LONGEST).then(|| SessionId::new(said))
}

/// Whether a page of Vitrine's own asks: browsers say so of whatever writes (Fetch, section 3.1).
#[must_use]
pub fn is_own_page(headers: &HeaderMap, public_origin: &str) -> bool {
    headers.get(ORIGIN).is_some_and(|origin| origin == public_origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(origin: &str) -> Option<String> {
        LoginCookie::at(origin).map(|cookie| cookie.name())
    }

    #[test]
    fn browsers_keep_it_with_tls_or_on_their_own_machine() {
        assert_eq!(name("https://vitrine.example").as_deref(), Some("__Host-vitrine"));
        assert_eq!(name("https://vitrine.example:8443").as_deref(), Some("__Host-vitrine"));
        assert_eq!(name("http://localhost").as_deref(), Some("__Host-vitrine-80"));
        for origin in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080", "http://v.localhost:8080"]
        {
            assert_eq!(name(origin).as_deref(), Some("__Host-vitrine-8080"), "{origin}");
        }
        for origin in
            ["http://vitrine.example", "http://10.0.0.1:8080", "http://0.0.0.0:8080", "http://localhost.example"]
        {
            assert_eq!(name(origin), None, "{origin}");
        }
    }

    #[test]
    fn one_is_read_and_two_are_none() {
        let cookie = LoginCookie::at("https://vitrine.example").unwrap();
        let shown = |sent: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in sent {
                headers.append(COOKIE, HeaderValue::from_static(value));
            }
            cookie.shown(&headers)
        };
        let expected = Some(TokenHash::of("vi_1"));
        assert_eq!(shown(&["__Host-vitrine=vi_1"]), expected);
        assert_eq!(shown(&["a=b; __Host-vitrine=vi_1; c=d", "e=f"]), expected);
        for none in [
            &["vitrine=vi_1"][..],
            &["__host-vitrine=vi_1"],
            &["__Host-vitrine=vh_1"],
            &["__Host-vitrine=vi_1; __Host-vitrine=vi_2"],
            &["__Host-vitrine=vi_1", "__Host-vitrine=vi_1"],
            &[],
        ] {
            assert_eq!(shown(none), None, "{none:?}");
        }
        let kept = cookie.kept("vi_1").unwrap();
        assert_eq!(kept, "__Host-vitrine=vi_1; Path=/; Secure; HttpOnly; SameSite=Lax");
        assert!(kept.is_sensitive());
    }

    #[test]
    fn frames_have_another_one() {
        let cookie = LoginCookie::at("https://vitrine.example").unwrap();
        let framed = cookie.in_frames();
        let attributes = "Path=/; Secure; HttpOnly; SameSite=None; Partitioned";
        assert_eq!(framed.kept("vf_1").unwrap(), format!("__Host-vitrine-frame=vf_1; {attributes}"));
        assert_eq!(framed.forgotten().unwrap(), format!("__Host-vitrine-frame=; Max-Age=0; {attributes}"));
        let shown = |cookie: &LoginCookie, text: &'static str| {
            cookie.shown(&HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(text))]))
        };
        assert_eq!(shown(&framed, "__Host-vitrine-frame=vf_1"), Some(TokenHash::of("vf_1")));
        let embedded = cookie.in_embeds();
        assert_eq!(embedded.kept("ve_1").unwrap(), format!("__Host-vitrine-embed=ve_1; {attributes}"));
        assert_eq!(shown(&embedded, "__Host-vitrine-embed=ve_1"), Some(TokenHash::of("ve_1")));
        for (of, other) in [
            (&embedded, "__Host-vitrine=vi_1"),
            (&embedded, "__Host-vitrine-embed=vi_1"),
            (&cookie, "__Host-vitrine-frame=vf_1"),
            (&cookie, "__Host-vitrine=vf_1"),
            (&framed, "__Host-vitrine=vi_1"),
            (&framed, "__Host-vitrine-frame=vi_1"),
        ] {
            assert_eq!(shown(of, other), None, "{other}");
        }
    }
}
