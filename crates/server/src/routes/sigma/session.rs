//! The page exchanges its address for a handle. Once, whatever comes of it.

use super::{address, options, refusal};
use crate::app::App;
use crate::audit::{self, Refusal};
use crate::body::Json;
use crate::callers::{Exchanging, by_handle};
use crate::correlation::CorrelationId;
use crate::opening;
use crate::organization::Organization;
use crate::problem::Problem;
use crate::routes::redeem::comes_from;
use authz::permit::ViewContent;
use authz::{Facts, Principal, Resource, decide, origin_admitted};
use axum::extract::State;
use dialect::jwt::Token;
use dialect::key::Refused;
use dialect::sigma::{Embed, SignedUrl, embed};
use model::access::EmbedKey;
use model::assertion::Assertion;
use model::dialect::Dialect;
use model::enforcement::{Point, enforced};
use model::name::{ElementName, PageName};
use model::workbook::VersionName;
use options::Search;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use store::sessions::Credential;
use store::{TokenHash, new_handle};

const ROUTE: &str = "/api/v1/sigma/sessions";

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    /// The address as it was, without its fragment.
    address: String,
    /// The origin of the page around it, if the browser says.
    #[serde(default)]
    parent_origin: String,
    #[serde(default)]
    replaces: Option<String>,
}

/// What it gets.
#[derive(Serialize)]
pub(super) struct Opened {
    handle: String,
    expires_in: i64,
    same_viewer: bool,
    workbook: VersionName,
    page: Option<PageName>,
    element: Option<ElementName>,
    controls: BTreeMap<String, Vec<Value>>,
    options: Map<String, Value>,
}

/// `POST /api/v1/sigma/sessions`
pub(super) async fn open(
    caller: Exchanging,
    State(app): State<App>,
    Json(request): Json<Request>,
) -> Result<axum::Json<Opened>, Problem> {
    comes_from(&app, &caller, app.origin_of_embeds(), ROUTE).await?;
    let organization = app.organization_now().await?;
    let vouched = match read(&app, &organization, &request.address) {
        Ok(vouched) => vouched,
        Err(NotVouched::Unverified(reason)) => {
            refuse(&app, &caller.correlation, reason.code()).await?;
            return Err(refusal::unverified());
        }
        Err(NotVouched::Refused(problem)) => {
            refuse(&app, &caller.correlation, problem.code()).await?;
            return Err(problem);
        }
    };
    caller.with_key(&app, vouched.assertion.key(), &organization).await?;
    let admitted = origin_admitted(&vouched.key.ceiling, &request.parent_origin);
    if enforced(Point::OriginCheck) && !admitted {
        refuse(&app, &caller.correlation, "parent_not_admitted").await?;
        return Err(refusal::unverified());
    }
    let handle = new_handle()?;
    let replaces = request.replaces.as_deref().map(TokenHash::of);
    let credential = Credential::Handle { hash: TokenHash::of(handle.expose()), replaces };
    let opened = match opening::open(&app, &vouched.assertion, credential).await {
        Ok(opened) => opened.session,
        Err(refused) => {
            let problem = refusal::not_opened(refused);
            refuse(&app, &caller.correlation, problem.code()).await?;
            return Err(problem);
        }
    };
    audit::handle_given(&app, &caller.correlation, &opened.facts, audit::TOKEN_EXCHANGED).await?;
    let connection = vouched.connection.as_deref();
    let shown = shown(&app, &opened.facts, handle.expose(), vouched.content, connection).await?;
    let same_viewer = opened.replaced.as_ref().is_some_and(|old| authz::same_viewer(old, &opened.facts));
    let expires_in = (opened.facts.expires_at - app.clock.now()).num_seconds().max(0);
    let (workbook, page, element) = shown;
    let Search { options, controls, .. } = vouched.search;
    let handle = handle.expose().to_owned();
    Ok(axum::Json(Opened { handle, expires_in, same_viewer, workbook, page, element, controls, options }))
}

async fn refuse(app: &App, correlation: &CorrelationId, kind: &'static str) -> Result<(), Problem> {
    audit::refuse(app, correlation, Refusal { route: ROUTE.to_owned(), kind, session: None }).await
}

/// An address whose signature is a key's.
struct Vouched<'a> {
    key: &'a EmbedKey,
    assertion: Assertion,
    content: Option<address::Address>,
    /// The connection whose data is wanted.
    connection: Option<String>,
    search: Search,
}

enum NotVouched {
    /// Nobody who may has signed it.
    Unverified(Refused),
    /// It was signed, and is not accepted as it is.
    Refused(Problem),
}

impl From<Refused> for NotVouched {
    fn from(refused: Refused) -> Self {
        Self::Unverified(refused)
    }
}

impl From<Problem> for NotVouched {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

fn read<'a>(app: &App, organization: &'a Organization, text: &str) -> Result<Vouched<'a>, NotVouched> {
    let rest = text.strip_prefix(app.origin_of_embeds()).ok_or(Refused::MalformedToken)?;
    let (path, search) = rest.split_once('?').unwrap_or((rest, ""));
    if path.starts_with("/embed/1-") {
        by_signature(app, organization, text, search)
    } else {
        by_token(app, organization, path, search)
    }
}

fn by_token<'a>(
    app: &App,
    organization: &'a Organization,
    path: &str,
    search: &str,
) -> Result<Vouched<'a>, NotVouched> {
    let jwt = options::token(search).ok_or(Refused::NoCredentials)?;
    let token = Token::parse(&jwt)?;
    let kid = token.kid().unwrap_or_default().to_owned();
    let (id, key) = organization.key(Dialect::Sigma, &kid).ok_or(Refused::UnknownKey)?;
    let signed = token.verify(organization.secrets_of(id).map(|secret| (id, secret)))?;
    let embed = embed(signed, &kid, key, app.clock.now()).map_err(refusal::refused)?;
    let content = address::content(&organization.snapshot, path);
    let Embed { assertion, connection, .. } = embed;
    Ok(Vouched { key, assertion, content, connection, search: options::read(search)? })
}

fn by_signature<'a>(
    app: &App,
    organization: &'a Organization,
    text: &str,
    search: &str,
) -> Result<Vouched<'a>, NotVouched> {
    let url = SignedUrl::parse(text)?;
    let (id, key) = url.client_id().and_then(|id| organization.key(Dialect::Sigma, id)).ok_or(Refused::UnknownKey)?;
    let signed = url.verify(organization.secrets_of(id).map(|secret| (id, secret)))?;
    let assertion = signed.assertion(key, app.clock.now()).map_err(refusal::refused)?;
    let content = address::embedded(&organization.snapshot, signed.embed());
    let connection = signed.connection().map(str::to_owned);
    Ok(Vouched { key, assertion, content, connection, search: options::of_signed(search)? })
}

/// Whether a connection is the workbook's own. Another one would be other data: it is not swapped, and not silently left.
fn is_own_connection(organization: &Organization, workbook: &VersionName, wanted: &str) -> bool {
    let snapshot = &organization.snapshot;
    snapshot.connections_of(workbook).into_iter().all(|name| {
        let known = snapshot.connections.named(name).and_then(|it| it.known_as.get(&Dialect::Sigma));
        name.as_str() == wanted || known.into_iter().flatten().any(|id| id.as_str() == wanted)
    })
}

/// The content, if the session may look at it: one answer for hidden and absent, whatever else is wrong. A session that
/// shows nothing ends.
async fn shown(
    app: &App,
    facts: &Facts,
    handle: &str,
    content: Option<address::Address>,
    connection: Option<&str>,
) -> Result<address::Address, Problem> {
    let shown = match by_handle(app, TokenHash::of(handle)).await? {
        Ok((principal, organization)) => visible(&principal, &organization, content, connection),
        Err(_) => Err(refusal::not_found()),
    };
    if let (Err(_), Some(issuer)) = (&shown, &facts.issuer) {
        app.store.end_session(&facts.session, issuer, "shows nothing", app.clock.now()).await?;
    }
    shown
}

fn visible(
    principal: &Principal,
    organization: &Organization,
    content: Option<address::Address>,
    connection: Option<&str>,
) -> Result<address::Address, Problem> {
    let allowed = content.filter(|(workbook, page, _)| {
        let resource = Resource::Page { workbook: workbook.clone(), page: page.clone() };
        decide::<ViewContent>(principal, &organization.snapshot, &resource).is_ok()
    });
    let content = allowed.ok_or_else(refusal::not_found)?;
    match connection {
        Some(wanted) if !is_own_connection(organization, &content.0, wanted) => Err(refusal::stale_connection()),
        _ => Ok(content),
    }
}
