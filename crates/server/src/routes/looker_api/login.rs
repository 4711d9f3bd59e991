//! An API credential becomes an access token.

use crate::app::App;
use crate::audit;
use crate::body::Form;
use crate::callers::{Exchanging, Program};
use crate::problem::Problem;
use crate::routes::access_token::{AccessToken, Login, given};
use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use url::form_urlencoded;

const ROUTE: &str = "/api/4.0/login";

/// What a program shows, in the body or in the address, as Looker takes them; each once.
fn read(body: &str, query: Option<&str>) -> Result<Login, Problem> {
    let text = if body.is_empty() { query.unwrap_or_default() } else { body };
    let one = |wanted: &str| {
        let mut found = form_urlencoded::parse(text.as_bytes()).filter(|(name, _)| name == wanted);
        let value = found.next().map(|(_, value)| value.into_owned()).filter(|it| !it.is_empty());
        value.filter(|_| found.next().is_none()).ok_or_else(|| Problem::Invalid {
            code: "invalid_parameter",
            detail: format!("`{wanted}`: expected that of an API credential, in a form"),
        })
    };
    Ok(Login { client_id: one("client_id")?, client_secret: one("client_secret")? })
}

/// Gives a token for the id and the secret of an API credential.
pub(super) async fn log_in(
    caller: Exchanging,
    State(app): State<App>,
    RawQuery(query): RawQuery,
    Form(body): Form,
) -> Result<Json<AccessToken>, Problem> {
    let login = read(&body, query.as_deref())?;
    given(&app, &caller, ROUTE, (&login, store::new_access_token()?)).await.map(Json)
}

/// Ends the token that was shown. The answer is not declared as JSON, which a client would look for in it.
pub(super) async fn log_out(caller: Program, State(app): State<App>) -> Result<StatusCode, Problem> {
    let event = audit::account_changed(&app, &caller.viewer, "access_token_ended");
    let ended = app.store.end_access_token(caller.token, event).await?;
    if ended { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::SessionEnded) }
}
