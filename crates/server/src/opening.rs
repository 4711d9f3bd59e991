//! Opening a session from what a host vouched for: identify, keep.

use crate::app::App;
use crate::problem::Problem;
use authz::{Directory, Identified, Lookup, NotSupposed, Opening, Principal, Refusal, suppose, supposed_lookup};
use model::assertion::{Assertion, Supposed};
use model::snapshot::Snapshot;
use store::StoreError;
use store::sessions::{Credential, OpenSession, OpenedSession};

/// How often an opening begins again because the organization changed under it.
const TRIES: usize = 3;

/// Why no session was opened.
#[derive(Debug)]
pub enum NotOpened {
    /// The person may not come in, or a claim is not accepted.
    Refused(Refusal),
    /// The token was used before.
    TokenUsed,
    /// It could not be tried.
    Problem(Problem),
}

impl<E: Into<Problem>> From<E> for NotOpened {
    fn from(error: E) -> Self {
        Self::Problem(error.into())
    }
}

/// An opened session, and what the host's developer should hear.
pub struct Opened {
    /// The session.
    pub session: OpenedSession,
    /// Attributes that were claimed and are none.
    pub warnings: Vec<String>,
}

/// Opens the session that `assertion` asks for, at the organization as it is when it is kept.
pub async fn open(app: &App, assertion: &Assertion, credential: Credential) -> Result<Opened, NotOpened> {
    for _ in 0..TRIES {
        let organization = app.organization_now().await?;
        let (Identified { facts, profile, warnings }, directory) =
            identified(app, assertion, &organization.snapshot).await?;
        let linked = directory.linked.as_ref().is_some_and(|member| facts.member() == Some(&member.id));
        let mut known = directory.embed.iter().chain(&directory.internal).chain(&directory.linked);
        let found = known.find(|member| facts.member() == Some(&member.id));
        let (revision, once) = (organization.snapshot.revision, assertion.counts_once());
        let kept = OpenSession { revision, facts: &facts, found, linked, profile: &profile, once, credential };
        match app.store.open_session(kept).await {
            Err(StoreError::Stale { .. }) => {}
            Err(StoreError::TokenUsed) => return Err(NotOpened::TokenUsed),
            kept => return Ok(Opened { session: kept?, warnings }),
        }
    }
    Err(NotOpened::Problem(Problem::Unavailable))
}

/// Whom the claims are of, and who was found that they might be of.
async fn identified(
    app: &App,
    assertion: &Assertion,
    snapshot: &Snapshot,
) -> Result<(Identified, Directory), NotOpened> {
    let directory = asked(app, authz::lookup(assertion, snapshot).map_err(NotOpened::Refused)?).await?;
    let identified = authz::identify(assertion, snapshot, &directory, an_opening(app)?);
    Ok((identified.map_err(NotOpened::Refused)?, directory))
}

/// Who somebody would be that comes with these claims now. Nothing is kept of it, and nobody is let in.
pub async fn supposed(
    app: &App,
    supposed: &Supposed,
    snapshot: &Snapshot,
) -> Result<Result<Principal, NotSupposed>, Problem> {
    let directory = match supposed_lookup(supposed, snapshot) {
        Ok(lookup) => asked(app, lookup).await?,
        Err(refused) => return Ok(Err(refused)),
    };
    Ok(suppose(supposed, snapshot, &directory, an_opening(app)?))
}

async fn asked(app: &App, lookup: Option<Lookup>) -> Result<Directory, StoreError> {
    match lookup {
        Some(lookup) => app.store.find(&lookup).await,
        None => Ok(Directory::default()),
    }
}

fn an_opening(app: &App) -> Result<Opening, StoreError> {
    Ok(Opening { session: store::new_session_id()?, new_member: store::new_member_id()?, now: app.clock.now() })
}
