//! What every handler shares.

use crate::admission::Admission;
use crate::clock::Clock;
use crate::config::{Config, Proxies, Requests};
use crate::cookies::LoginCookie;
use crate::mail::Mailer;
use crate::metrics::Metrics;
use crate::oidc::Providers;
use crate::organization::{Latest, Organization};
use crate::passwords::Passwords;
use crate::problem::Problem;
use crate::rates::Rates;
use query::{Engine, Pieces};
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use store::Store;
use store::audit::refusals::RefusalCounter;

/// What every handler shares; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts.
pub struct Parts {
    /// Members, sessions, keys and the audit trail.
    pub store: Store,
    /// Runs secured plans.
    pub engine: Engine,
    /// Says whose turn it is to ask.
    pub admission: Admission,
    /// Counts how often everybody comes.
    pub rates: Rates,
    /// How often they may.
    pub requests: Requests,
    /// Whose word on where requests come from is taken.
    pub proxies: Proxies,
    /// Hashes and compares passwords.
    pub passwords: Passwords,
    /// Knows the providers that speak OpenID Connect.
    pub providers: Providers,
    /// Sends mail.
    pub mailer: Mailer,
    /// Tells the time.
    pub clock: Clock,
    /// The origin browsers reach this server at, without a slash at the end.
    pub public_origin: String,
    /// The origin of embeds, where they have one of their own.
    pub embed_origin: Option<String>,
    /// The cookie of whoever logs in there; none where browsers would keep none.
    pub cookie: Option<LoginCookie>,
    /// The cookie of embeds that Looker's hosts sign; none where browsers would keep none.
    pub embed_cookie: Option<LoginCookie>,
    /// The folder in which secrets are that connections name.
    pub data_dir: PathBuf,
    /// What is counted.
    pub metrics: Metrics,
    /// Refusals of strangers in this minute.
    pub refusals: Mutex<RefusalCounter>,
    latest: Latest,
}

impl Deref for App {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        store: Store,
        engine: Engine,
        clock: Clock,
        public_origin: String,
        config: &Config,
        (pieces, mailer): (Pieces, Mailer),
    ) -> Self {
        let embed_origin = config.embed_origin();
        Self(Arc::new(Parts {
            store,
            engine,
            admission: Admission::new(&config.limits),
            rates: Rates::default(),
            requests: config.requests.clone(),
            proxies: config.trusted_proxies.clone(),
            passwords: Passwords::default(),
            providers: Providers::new(clock.clone()),
            mailer,
            clock,
            embed_cookie: LoginCookie::at(embed_origin.as_deref().unwrap_or(&public_origin)).map(|it| it.in_embeds()),
            cookie: LoginCookie::at(&public_origin),
            public_origin,
            embed_origin,
            data_dir: config.data_dir.clone(),
            metrics: Metrics::default(),
            refusals: Mutex::default(),
            latest: Latest::in_pieces(pieces),
        }))
    }

    /// The origin at which embeds are.
    #[must_use]
    pub fn origin_of_embeds(&self) -> &str {
        self.embed_origin.as_deref().unwrap_or(&self.public_origin)
    }

    /// The organization at the store's present revision.
    pub async fn organization_now(&self) -> Result<Arc<Organization>, Problem> {
        let revision = self.store.revision().await?;
        self.organization_at(revision).await
    }

    /// The organization at a revision that was read from the store during this request.
    pub async fn organization_at(&self, revision: u64) -> Result<Arc<Organization>, Problem> {
        let (organization, is_new) = self.latest.at(&self.store, &self.data_dir, revision).await?;
        if is_new {
            self.metrics.revision(organization.snapshot.revision, self.clock.now());
        }
        Ok(organization)
    }
}
