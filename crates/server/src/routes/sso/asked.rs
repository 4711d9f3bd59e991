//! What an address of `/auth/sso` asks for.

use super::refusal::SsoRefusal;
use axum::http::HeaderMap;
use url::form_urlencoded;

/// What is asked. Whatever else stands in the address means nothing here.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The token.
    pub(super) jwt: Option<String>,
    /// Where the browser is to come back to, as it was sent.
    pub(super) return_to: Option<String>,
    /// The way that is preferred.
    pub(super) method: Option<String>,
    /// The provider, where there are several.
    pub(super) provider: Option<String>,
    /// Whether a program asks, for a session of its own.
    pub(super) of_program: bool,
}

impl Asked {
    /// Reads the query of an address. One thing said twice is refused: two readers would see two.
    pub(super) fn read(query: &str, headers: &HeaderMap) -> Result<Self, SsoRefusal> {
        let mut asked = Self { of_program: headers.contains_key("x-metabase-client"), ..Self::default() };
        let (mut return_to, mut redirect) = (None, None);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match name.as_ref() {
                "jwt" => &mut asked.jwt,
                "return_to" => &mut return_to,
                "redirect" => &mut redirect,
                "preferred_method" => &mut asked.method,
                "provider" => &mut asked.provider,
                "response" => {
                    asked.of_program |= value == "json";
                    continue;
                }
                "token" => {
                    asked.of_program |= value == "true";
                    continue;
                }
                _ => continue,
            };
            if place.replace(value.into_owned()).is_some() {
                return Err(SsoRefusal::Twice);
            }
        }
        asked.return_to = return_to.or(redirect);
        Ok(asked)
    }

    /// Whether the way that is preferred is by tokens, or none is.
    pub(super) fn method_is_jwt(&self) -> bool {
        self.method.as_ref().is_none_or(|method| method == "jwt")
    }
}
