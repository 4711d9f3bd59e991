//! An API credential becomes an access token: the client credentials grant of OAuth 2.0 (RFC 6749, section 4.4).

use crate::app::App;
use crate::body::Form;
use crate::callers::Exchanging;
use crate::problem::Problem;
use crate::routes::access_token::{AccessToken, Login, given, refused};
use crate::routes::asked::{Given, invalid};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use dialect::credentials::basic;
use url::form_urlencoded;

const ROUTE: &str = "/v2/auth/token";

/// Gives a token for the id and the secret of an API credential, which stand in the body or in the header.
pub(super) async fn make(
    caller: Exchanging,
    State(app): State<App>,
    Form(body): Form,
) -> Result<Json<AccessToken>, Problem> {
    let form: Given = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    expect_grant(&form)?;
    match login(&form, caller.headers())? {
        Some(login) => given(&app, &caller, ROUTE, (&login, store::new_sigma_token()?)).await.map(Json),
        None => Err(refused(&app, &caller, ROUTE, "no_credentials").await?),
    }
}

/// Expects the one grant that there is, for all that the credential may. What is not known is ignored, as the standard says.
fn expect_grant(form: &Given) -> Result<(), Problem> {
    if let Some((name, _)) = form.all().find(|(_, values)| values.len() > 1) {
        let name: String = name.chars().take(80).collect();
        return Err(invalid(&name, "expected it once"));
    }
    match form.text("grant_type") {
        Some("client_credentials") => {}
        Some(_) => {
            let detail = "`grant_type`: expected `client_credentials`: of an API credential's secret only a hash is kept, \
                which verifies no signature, so that no token of a tenant's is given for one";
            return Err(Problem::Invalid { code: "unsupported_grant_type", detail: detail.to_owned() });
        }
        None => return Err(invalid("grant_type", "expected `client_credentials`, in a form")),
    }
    match form.text("scope") {
        None => Ok(()),
        Some(_) => {
            let detail = "`scope`: expected none: a token may what its credential's scopes say".to_owned();
            Err(Problem::Invalid { code: "invalid_scope", detail })
        }
    }
}

/// What is shown of a credential, in one way; `None`: nothing, or what is no id and secret.
fn login(form: &Given, headers: &HeaderMap) -> Result<Option<Login>, Problem> {
    let (id, secret) = (form.text("client_id"), form.text("client_secret"));
    let Some(header) = headers.get(AUTHORIZATION) else {
        let pair = id.zip(secret);
        return Ok(pair.map(|(id, secret)| Login { client_id: id.to_owned(), client_secret: secret.to_owned() }));
    };
    if secret.is_some() {
        return Err(invalid("client_secret", "expected it in the body or in the header, and not in both"));
    }
    let (client_id, client_secret) = match basic(header.to_str().ok()) {
        Ok(pair) => pair,
        Err(_) => return Ok(None),
    };
    if id.is_some_and(|id| id != client_id) {
        return Err(invalid("client_id", "expected that of the header, or none"));
    }
    Ok(Some(Login { client_id, client_secret }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn form(text: &str) -> Given {
        form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    }

    #[test]
    fn one_grant_is_known() {
        let code = |text: &str| expect_grant(&form(text)).err().map(|problem| problem.code());
        assert_eq!(code("grant_type=client_credentials&audience=x"), None);
        assert_eq!(code("grant_type=password"), Some("unsupported_grant_type"));
        assert_eq!(
            code("grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"),
            Some("unsupported_grant_type")
        );
        assert_eq!(code("grant_type=client_credentials&scope=x"), Some("invalid_scope"));
        for odd in ["", "grant_type=", "grant_type=client_credentials&grant_type=client_credentials"] {
            assert_eq!(code(odd), Some("invalid_parameter"), "{odd}");
        }
    }

    #[test]
    fn a_credential_is_shown_in_one_way() {
        let shown = |text: &str, header: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.extend(header.map(|header| (AUTHORIZATION, HeaderValue::from_static(header))));
            let read = login(&form(text), &headers).map_err(|problem| problem.to_string());
            read.map(|login| login.map(|login| format!("{} {}", login.client_id, login.client_secret)))
        };
        let pair = || Ok(Some("me it".to_owned()));
        assert_eq!(shown("client_id=me&client_secret=it", None), pair());
        assert_eq!(shown("", Some("Basic bWU6aXQ=")), pair());
        assert_eq!(shown("client_id=me", Some("basic bWU6aXQ=")), pair());
        assert!(shown("client_id=me&client_secret=it", Some("Basic bWU6aXQ=")).is_err());
        assert!(shown("client_id=you", Some("Basic bWU6aXQ=")).is_err());
        for (text, header) in [("", None), ("client_id=me", None), ("client_secret=it", None), ("", Some("Bearer x"))] {
            assert_eq!(shown(text, header), Ok(None), "{text} {header:?}");
        }
    }
}
