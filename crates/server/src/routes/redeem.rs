//! The page in the frame turns a code into a handle. Once, whatever comes of it.

use crate::app::App;
use crate::audit::{self, Refusal};
use crate::body::Json;
use crate::callers::Exchanging;
use crate::cookies::is_own_page;
use crate::problem::{Problem, ProblemBody};
use authz::origin_admitted;
use authz::principal::Facts;
use axum::extract::State;
use model::dialect::Dialect;
use model::enforcement::{Point, enforced};
use model::name::{KeyId, SessionId};
use model::snapshot::Snapshot;
use model::workbook::VersionName;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::redeem::{Redeem, Redeemed, Redemption};
use store::{TokenHash, new_handle};
use utoipa::ToSchema;

/// What the page sends.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Redemption)]
pub(super) struct Request {
    /// From the host.
    code: String,
    /// The key in the frame's address.
    client_id: String,
    /// The workbook in it.
    workbook: String,
    /// The page in it.
    #[serde(default)]
    page: Option<String>,
    /// The origin of the page around the frame.
    parent_origin: String,
    /// The handle of the session that this one follows.
    #[serde(default)]
    replaces: Option<String>,
}

/// What it gets.
#[derive(Serialize, ToSchema)]
pub(super) struct Handle {
    /// The session's credential.
    handle: String,
    /// Seconds until it ends.
    expires_in: i64,
    /// Whether it is the same person with the same content as that of the session it follows.
    same_viewer: bool,
    /// The same text in every session in which the same member looks with the same claims, and in no other. Null: nobody
    /// whom the store knows.
    #[schema(required = true)]
    viewer: Option<String>,
}

/// Turns a code into a handle.
#[utoipa::path(
    post,
    operation_id = "redeem_code",
    path = "/api/v1/embed/redeem",
    request_body = Request,
    responses((status = 200, body = Handle), (status = "default", body = ProblemBody)),
)]
pub(super) async fn redeem(
    caller: Exchanging,
    State(app): State<App>,
    Json(request): Json<Request>,
) -> Result<axum::Json<Handle>, Problem> {
    comes_from(&app, &caller, app.origin_of_embeds(), ROUTE).await?;
    let correlation = caller.correlation;
    let handle = new_handle()?;
    match burn(&app, &request, handle.expose()).await? {
        Redemption::Opened(redeemed) => {
            audit::handle_given(&app, &correlation, &redeemed.facts, "code_redeemed").await?;
            Ok(axum::Json(answer(&app, handle.expose(), &redeemed)))
        }
        Redemption::Refused(refused) => {
            audit::refuse(&app, &correlation, refusal(refused.reason, refused.session)).await?;
            Err(Problem::CodeRefused)
        }
    }
}

const ROUTE: &str = "/api/v1/embed/redeem";

/// 403 unless a page of the application asks: browsers say so in `Origin`.
pub(crate) async fn comes_from_own_page(app: &App, caller: &Exchanging, route: &str) -> Result<(), Problem> {
    comes_from(app, caller, &app.public_origin, route).await
}

/// 403 unless a page of that origin, which is ours, asks.
pub(crate) async fn comes_from(app: &App, caller: &Exchanging, origin: &str, route: &str) -> Result<(), Problem> {
    if is_own_page(caller.headers(), origin) || !enforced(Point::OriginCheck) {
        return Ok(());
    }
    audit::refuse(app, &caller.correlation, Refusal { route: route.to_owned(), kind: "wrong_origin", session: None })
        .await?;
    let detail = "codes and tokens are exchanged by Vitrine's own page only".to_owned();
    Err(Problem::Forbidden { code: "wrong_origin", detail })
}

fn refusal(kind: &'static str, session: Option<SessionId>) -> Refusal {
    Refusal { route: ROUTE.to_owned(), kind, session }
}

async fn burn(app: &App, request: &Request, handle: &str) -> Result<Redemption, Problem> {
    let organization = app.organization_now().await?;
    let snapshot = &organization.snapshot;
    let key = organization.key(Dialect::Vitrine, &request.client_id);
    let key = key.map_or_else(|| KeyId::new(""), |(id, _)| id.clone());
    let redeem = Redeem {
        code: TokenHash::of(&request.code),
        key: &key,
        handle: Some(TokenHash::of(handle)),
        replaces: request.replaces.as_deref().map(TokenHash::of),
        now: app.clock.now(),
    };
    Ok(app.store.redeem(redeem, |facts| check(facts, snapshot, request)).await?)
}

/// What must hold besides the code itself: the address lies inside the session's content, the parent is admitted.
fn check(facts: &Facts, snapshot: &Snapshot, request: &Request) -> Result<(), &'static str> {
    let key = facts.key.as_ref().and_then(|id| snapshot.keys.get(id)).filter(|key| !key.disabled);
    let key = key.ok_or("key_disabled")?;
    let inside = facts.scope.as_ref().is_none_or(|scope| {
        let page = scope.page.as_ref().map(|page| page.as_str());
        let page_fits = page.is_none() || request.page.is_none() || page == request.page.as_deref();
        let named = request.workbook.parse::<VersionName>();
        // A name without a tag means the version that the session is for.
        let fits =
            |named: VersionName| named.workbook == scope.workbook && (named.tag.is_none() || named.tag == scope.tag);
        named.is_ok_and(fits) && page_fits
    });
    if !inside {
        return Err("outside_content");
    }
    let admitted = match &facts.origin {
        Some(origin) => origin == &request.parent_origin,
        None => origin_admitted(&key.ceiling, &request.parent_origin),
    };
    if enforced(Point::OriginCheck) && !admitted {
        return Err("parent_not_admitted");
    }
    Ok(())
}

fn answer(app: &App, handle: &str, redeemed: &Redeemed) -> Handle {
    let expires_in = (redeemed.facts.expires_at - app.clock.now()).num_seconds().max(0);
    let same_viewer = redeemed.replaced.as_ref().is_some_and(|old| authz::same_viewer(old, &redeemed.facts));
    Handle { handle: handle.to_owned(), expires_in, same_viewer, viewer: viewer(&redeemed.facts) }
}

/// By what the page knows its viewer again, in an address that somebody else may open. The member's id is made by chance
/// and told to nobody, so nobody finds out by trying whose it is.
pub(super) fn viewer(facts: &Facts) -> Option<String> {
    let member = facts.member()?;
    let person = (member, &facts.tenant, &facts.teams, &facts.account_type, &facts.permissions);
    let claims = (&facts.attributes, &facts.scope, &facts.locked_parameters);
    let text = serde_json::to_vec(&("viewer", person, claims)).ok()?;
    Some(Sha256::digest(text).iter().take(VIEWER_BYTES).map(|byte| format!("{byte:02x}")).collect())
}

/// Enough that two never meet by chance.
const VIEWER_BYTES: usize = 16;
