//! The page exchanges its token for a handle. What comes of it is told with Tableau's code and in words of ours.

use super::address::Address;
use crate::app::App;
use crate::audit::{self, Refusal};
use crate::body::Json;
use crate::callers::{Exchanging, by_handle};
use crate::opening::{self, NotOpened};
use crate::organization::Organization;
use crate::problem::Problem;
use crate::routes::redeem::comes_from;
use crate::tableau::{self, Trusts};
use authz::permit::ViewContent;
use authz::{Facts, Principal, Resource, decide, origin_admitted};
use axum::extract::State;
use dialect::tableau::TableauRefusal;
use model::access::EmbedKey;
use model::assertion::Assertion;
use model::enforcement::{Point, enforced};
use model::name::{ElementName, PageName};
use model::workbook::VersionName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use store::sessions::Credential;
use store::{TokenHash, new_handle};

const ROUTE: &str = "/api/v1/tableau/sessions";

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    /// The path and the search of the address, in which nothing is signed.
    address: String,
    /// What the page around it has given.
    token: String,
    /// The origin of the page around it, if the browser says.
    #[serde(default)]
    parent_origin: String,
    /// The handle of the session that this one follows, or that ends if this one does not open.
    #[serde(default)]
    replaces: Option<String>,
}

/// What it gets.
#[derive(Serialize)]
pub(super) struct Opened {
    handle: String,
    expires_in: i64,
    same_viewer: bool,
    #[serde(flatten)]
    shown: Shown,
}

/// The content of the address.
#[derive(Serialize)]
struct Shown {
    workbook: VersionName,
    page: Option<PageName>,
    element: Option<ElementName>,
    controls: BTreeMap<String, Vec<Value>>,
}

/// `POST /api/v1/tableau/sessions`
pub(super) async fn open(
    caller: Exchanging,
    State(app): State<App>,
    Json(request): Json<Request>,
) -> Result<axum::Json<Opened>, Problem> {
    comes_from(&app, &caller, app.origin_of_embeds(), ROUTE).await?;
    let refused = match enter(&app, &caller, &request).await {
        Ok(opened) => return Ok(axum::Json(opened)),
        Err(refused) => refused,
    };
    // Whoever was there before is not who has come now. What could not be tried is no answer.
    let is_answer = refused.status().is_client_error() && !matches!(refused, Problem::TooOften(_) | Problem::Busy);
    if let Some(replaced) = request.replaces.as_deref().filter(|_| is_answer) {
        end_replaced(&app, replaced).await?;
    }
    Err(refused)
}

async fn enter(app: &App, caller: &Exchanging, request: &Request) -> Result<Opened, Problem> {
    let organization = app.organization_now().await?;
    let (assertion, key) = match vouched(app, &organization, &request.token).await {
        Ok(vouched) => vouched,
        Err(refusal) => return refuse(app, caller, refusal).await,
    };
    caller.with_key(app, assertion.key(), &organization).await?;
    if enforced(Point::OriginCheck) && !origin_admitted(&key.ceiling, &request.parent_origin) {
        return refuse(app, caller, TableauRefusal::DomainRefused).await;
    }
    let address = Address::read(&request.address);
    let address = address.filter(|it| tableau::admits_site(&organization.snapshot, key, &it.site));
    let handle = new_handle()?;
    let replaces = request.replaces.as_deref().map(TokenHash::of);
    let credential = Credential::Handle { hash: TokenHash::of(handle.expose()), replaces };
    let opened = match opening::open(app, &assertion, credential).await {
        Ok(opened) => opened.session,
        Err(NotOpened::Problem(problem)) => return Err(problem),
        Err(NotOpened::TokenUsed) => return refuse(app, caller, TableauRefusal::UsedBefore).await,
        Err(NotOpened::Refused(refused)) => return refuse(app, caller, tableau::of_person(refused)).await,
    };
    audit::handle_given(app, &caller.correlation, &opened.facts, audit::TOKEN_EXCHANGED).await?;
    let shown = shown(app, &opened.facts, handle.expose(), address).await?;
    let same_viewer = opened.replaced.as_ref().is_some_and(|old| authz::same_viewer(old, &opened.facts));
    let expires_in = (opened.facts.expires_at - app.clock.now()).num_seconds().max(0);
    Ok(Opened { handle: handle.expose().to_owned(), expires_in, same_viewer, shown })
}

/// What a token says of whom, and the key that it counts for.
async fn vouched<'a>(
    app: &App,
    organization: &'a Organization,
    token: &str,
) -> Result<(Assertion, &'a EmbedKey), TableauRefusal> {
    let assertion = tableau::verify(app, organization, token, Trusts::All).await?.for_page()?;
    let key = organization.snapshot.keys.get(assertion.key()).ok_or(TableauRefusal::UnknownTrust)?;
    Ok((assertion, key))
}

async fn refuse<T>(app: &App, caller: &Exchanging, refusal: TableauRefusal) -> Result<T, Problem> {
    let kind = refusal.reason();
    audit::refuse(app, &caller.correlation, Refusal { route: ROUTE.to_owned(), kind, session: None }).await?;
    Err(refusal.into())
}

/// The content, if the session may look at it: one answer for hidden and absent, and for another site. A session that shows
/// nothing ends.
async fn shown(app: &App, facts: &Facts, handle: &str, address: Option<Address<'_>>) -> Result<Shown, Problem> {
    let resumed = by_handle(app, TokenHash::of(handle)).await?;
    let shown = resumed.ok().and_then(|(principal, organization)| visible(&principal, &organization, &address?));
    match shown {
        Some(shown) => Ok(shown),
        None => {
            end(app, facts, "shows nothing").await?;
            Err(Problem::NotFound)
        }
    }
}

fn visible(principal: &Principal, organization: &Organization, address: &Address<'_>) -> Option<Shown> {
    let snapshot = &organization.snapshot;
    let (workbook, page, element) = address.content(snapshot)?;
    let workbook = VersionName::from(workbook);
    let resource = Resource::Page { workbook: workbook.clone(), page: page.clone() };
    let _permit = decide::<ViewContent>(principal, snapshot, &resource).ok()?;
    let controls = address.controls((principal, snapshot), snapshot.workbooks.named(&workbook)?);
    Some(Shown { workbook, page, element, controls })
}

async fn end_replaced(app: &App, handle: &str) -> Result<(), Problem> {
    match by_handle(app, TokenHash::of(handle)).await? {
        Ok((principal, _)) => end(app, principal.facts(), "another token was refused").await,
        // It has ended already.
        Err(_) => Ok(()),
    }
}

async fn end(app: &App, facts: &Facts, why: &'static str) -> Result<(), Problem> {
    if let Some(issuer) = &facts.issuer {
        app.store.end_session(&facts.session, issuer, why, app.clock.now()).await?;
    }
    Ok(())
}
