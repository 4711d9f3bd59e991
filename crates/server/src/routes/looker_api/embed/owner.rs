//! An address that shows the owner of the credential what they may see themselves.

use super::signed::{Address, target};
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::{Again, Program, Viewer};
use crate::problem::Problem;
use crate::routes::looker::{address_of_owner, with_key};
use crate::routes::written::{invalid, written};
use authz::{ProfileWrite, embed_owner, origin_admitted};
use axum::Json;
use axum::extract::State;
use chrono::TimeDelta;
use model::access::EmbedKey;
use model::dialect::Dialect;
use model::name::{CredentialId, KeyId};
use serde::Deserialize;
use store::sessions::{Credential, OpenSession};
use store::{StoreError, TokenHash};
use url::Url;

/// How long the address counts.
const LIVES: TimeDelta = TimeDelta::minutes(5);

/// Seconds of the longest session that is asked for.
const LONGEST: u32 = 2_592_000;

/// How often it begins again because the organization changes at the same time.
const TRIES: usize = 3;

#[derive(Deserialize)]
struct Wanted {
    target_url: Option<String>,
    session_length: Option<u32>,
    #[expect(dead_code, reason = "read so that it is of its kind: no session here is another one's")]
    force_logout_login: Option<bool>,
}

/// `POST /api/4.0/embed/token_url/me`: an address that lets the owner of the credential in, once, within five minutes.
pub(crate) async fn make(
    caller: Program,
    State(app): State<App>,
    Definition(body): Definition,
) -> Result<Json<Address>, Problem> {
    let members = ["target_url", "session_length", "force_logout_login"];
    let wanted: Wanted = of_json(written(body, &members, &[])?.into())?;
    let target = target(&app, wanted.target_url.as_deref().unwrap_or_default(), None)?;
    let seconds = wanted.session_length.unwrap_or(300);
    if seconds > LONGEST {
        return Err(invalid("session_length", "expected 0 to 2592000 seconds"));
    }
    let mut caller = Again::from(caller);
    for _ in 0..TRIES {
        match open(&app, &caller.viewer, &target, seconds).await {
            Err(NotMade::Stale) => caller = caller.again(&app).await?,
            Err(NotMade::Problem(problem)) => return Err(problem),
            Ok(url) => return Ok(Json(Address { url })),
        }
    }
    Err(Problem::Unavailable)
}

/// Why there is no address.
enum NotMade {
    /// The organization or the owner changed at the same time.
    Stale,
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for NotMade {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

async fn open(app: &App, viewer: &Viewer, target: &str, seconds: u32) -> Result<String, NotMade> {
    let (principal, snapshot) = (&viewer.principal, &viewer.organization.snapshot);
    let credential = CredentialId::new(principal.session().as_str());
    let credential = app.store.credential_called(&credential).await?.ok_or(Problem::SessionEnded)?;
    let owner = app.store.person(&credential.owner).await?.ok_or(Problem::SessionEnded)?.member;
    let framed_by = framed_by(viewer, target)?;
    let pinned = (store::new_session_id()?, framed_by.map(|(id, _)| id.clone()), seconds);
    let facts = embed_owner(principal, &credential, snapshot, pinned);
    let token = store::new_code()?;
    let code = Credential::Code { hash: TokenHash::of(token.expose()), expires_at: principal.now() + LIVES };
    let opening = OpenSession {
        revision: snapshot.revision,
        facts: &facts,
        found: Some(&owner),
        linked: false,
        profile: &ProfileWrite::None,
        once: None,
        credential: code,
    };
    match app.store.open_session(opening).await {
        Err(StoreError::Stale { .. }) => return Err(NotMade::Stale),
        opened => opened?,
    };
    let mut event = audit::account_changed(app, viewer, "embed_of_owner_opened");
    event.resource = Some(format!("session/{}", facts.session));
    app.store.record(event).await?;
    let target = framed_by.map_or_else(|| target.to_owned(), |(_, key)| with_key(target, key.client_id.as_str()));
    Ok(address_of_owner(app, &target, token.expose()))
}

/// The key whose origins may have the page in a frame: of those that have the `embed_domain` of the target the first, and if
/// it says none, the one that there is.
fn framed_by<'a>(viewer: &'a Viewer, target: &str) -> Result<Option<(&'a KeyId, &'a EmbedKey)>, Problem> {
    let keys = viewer.organization.snapshot.keys.iter().map(|(id, _, key)| (id, key));
    let mut keys = keys.filter(|(_, key)| key.dialect == Dialect::Looker && !key.disabled);
    let search = target.split_once('?').map_or("", |(_, search)| search);
    let domain = url::form_urlencoded::parse(search.as_bytes()).find(|(name, _)| name == "embed_domain");
    let Some((_, domain)) = domain else {
        let only = keys.next();
        return Ok(only.filter(|_| keys.next().is_none()));
    };
    let origin = Url::parse(&domain).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
    let found = keys.find(|(_, key)| origin_admitted(&key.ceiling, &origin));
    found
        .map(Some)
        .ok_or_else(|| invalid("target_url", "`embed_domain`: expected an origin of a key of Looker's dialect"))
}
