//! `vitrine serve`: puts the parts together, listens, and stops gracefully.

use crate::app::App;
use crate::apply::{ApplyError, open_store};
use crate::chores;
use crate::clock::Clock;
use crate::config::Config;
use crate::correlation::CorrelationId;
use crate::mail::{MailError, Mailer};
use crate::metrics;
use crate::routes;
use crate::secrets::{SecretError, from_file};
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use query::{Engine, Pieces};
use std::net::SocketAddr;
use std::time::Instant;
use tokio::net::TcpListener;

/// Why the server did not start or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The object rules do not hold. Nothing could be allowed.
    #[error("the object rules are not valid: {0}")]
    Rules(#[from] authz::RulesError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] ApplyError),
    /// Mail cannot be sent.
    #[error("`mail` is not valid: {0}")]
    Mail(#[from] MailError),
    /// The password of the server for mail cannot be had.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The address cannot be listened on.
    #[error("cannot listen on `{address}`: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// The connection handling failed.
    #[error("the server stopped: {0}")]
    Stopped(std::io::Error),
}

/// A server that listens and does not answer yet.
pub struct Server {
    listener: TcpListener,
    /// Where figures are shown, if they are.
    figures: Option<TcpListener>,
    app: App,
    address: SocketAddr,
}

impl Server {
    /// Opens the store and listens.
    pub async fn bind(config: &Config, clock: Clock) -> Result<Self, ServeError> {
        Self::bind_in_pieces(config, clock, Pieces::default()).await
    }

    /// The same, and tables are read in such pieces: for checks whose tables are small. No configuration says so.
    pub async fn bind_in_pieces(config: &Config, clock: Clock, pieces: Pieces) -> Result<Self, ServeError> {
        authz::policies_valid()?;
        let store = open_store(config).await?;
        let (listener, address) = listen(config.listen).await?;
        let figures = match config.metrics_listen {
            Some(address) => Some(listen(address).await?.0),
            None => None,
        };
        let public_origin = config.public_origin(address);
        let engine = Engine::new(config.limits.of_queries(&config.data_dir));
        let engine = match config.limits.result_cache_mib {
            0 => engine,
            mib => engine.caching(u64::from(mib) * MIB),
        };
        let password = config.mail.smtp_password_file.as_ref().map(|file| from_file(&config.data_dir.join(file)));
        let mailer = Mailer::of(config, password.transpose()?.as_ref())?;
        let app = App::new(store, engine, clock, public_origin, config, (pieces, mailer));
        Ok(Self { listener, figures, app, address })
    }

    /// The real address, also when port 0 was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The real address of the figures, if they are shown.
    #[must_use]
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.figures.as_ref()?.local_addr().ok()
    }

    /// What the handlers share.
    #[must_use]
    pub const fn app(&self) -> &App {
        &self.app
    }

    /// Answers until `stop` resolves, then finishes the answers under way.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
        let (app, store) = (self.app.clone(), self.app.store.clone());
        let chores = tokio::spawn(chores::every_minute(self.app.clone()));
        let figures = self.figures.map(|listener| {
            let service = metrics::router(self.app.clone());
            tokio::spawn(async move { axum::serve(listener, service).await })
        });
        let service = routes::router(self.app).into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(self.listener, service).with_graceful_shutdown(stop).await;
        chores.abort();
        if let Some(figures) = figures {
            figures.abort();
        }
        chores::last(&app).await;
        store.close().await;
        served.map_err(ServeError::Stopped)
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |error| ServeError::Listen { address, error };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Bytes of a MiB.
const MIB: u64 = 1024 * 1024;

/// One line a request, and one figure more: the route's pattern, never the address as sent, so that nothing a stranger put there is kept.
pub async fn log_requests(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let correlation = request.extensions().get::<CorrelationId>().cloned();
    let response = next.run(request).await;
    let took = started.elapsed();
    let pattern = route.as_deref().unwrap_or("none");
    app.metrics.request(&method, pattern, response.status(), took);
    tracing::info!(
        request = correlation.as_ref().map(|id| id.0.as_str()),
        %method,
        route = pattern,
        status = response.status().as_u16(),
        milliseconds = took.as_millis(),
        "answered"
    );
    response
}
