//! The page exchanges what the login gave it for a handle. Once, whatever comes of it.

use super::{address, refusal};
use crate::app::App;
use crate::audit::{self, Refusal};
use crate::body::Json;
use crate::callers::{Exchanging, by_handle};
use crate::problem::Problem;
use crate::routes::redeem::comes_from;
use authz::permit::ViewContent;
use authz::{Facts, Resource, decide, origin_admitted};
use axum::extract::State;
use model::dialect::Dialect;
use model::enforcement::{Point, enforced};
use model::name::{ElementName, KeyId, PageName};
use model::snapshot::Snapshot;
use model::workbook::VersionName;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use store::redeem::{Redeem, Redemption};
use store::{TokenHash, new_handle};

const ROUTE: &str = "/api/v1/looker/sessions";

/// What the page sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Request {
    /// What stood behind the `#`.
    code: String,
    /// The path and the search of the address.
    address: String,
    /// The origin of the page around it, if the browser says.
    #[serde(default)]
    parent_origin: String,
}

/// What it gets.
#[derive(Serialize)]
pub(super) struct Opened {
    handle: String,
    expires_in: i64,
    workbook: VersionName,
    page: Option<PageName>,
    element: Option<ElementName>,
    controls: BTreeMap<String, Vec<Value>>,
}

/// `POST /api/v1/looker/sessions`
pub(super) async fn open(
    caller: Exchanging,
    State(app): State<App>,
    Json(request): Json<Request>,
) -> Result<axum::Json<Opened>, Problem> {
    comes_from(&app, &caller, app.origin_of_embeds(), ROUTE).await?;
    let (path, search) = request.address.split_once('?').unwrap_or((&request.address, ""));
    let organization = app.organization_now().await?;
    let key =
        address::key(&organization, search).and_then(|key| organization.key(Dialect::Looker, key.client_id.as_str()));
    let key = key.map_or_else(|| KeyId::new(""), |(id, _)| id.clone());
    let handle = new_handle()?;
    let redeem = Redeem {
        code: TokenHash::of(&request.code),
        key: &key,
        handle: TokenHash::of(handle.expose()),
        replaces: None,
        now: app.clock.now(),
    };
    let check = |facts: &Facts| expect_parent(facts, &organization.snapshot, &request.parent_origin);
    let facts = match app.store.redeem(redeem, check).await? {
        Redemption::Opened(redeemed) => redeemed.facts,
        Redemption::Refused(refused) => {
            let refusal = Refusal { route: ROUTE.to_owned(), kind: refused.reason, session: refused.session };
            audit::refuse(&app, &caller.correlation, refusal).await?;
            return Err(Problem::CodeRefused);
        }
    };
    audit::handle_given(&app, &caller.correlation, &facts, "code_redeemed").await?;
    let shown = shown(&app, handle.expose(), path, search).await?;
    let Some((workbook, page, element, controls)) = shown else {
        if let Some(issuer) = &facts.issuer {
            app.store.end_session(&facts.session, issuer, "shows nothing", app.clock.now()).await?;
        }
        return Err(refusal::not_found());
    };
    let expires_in = (facts.expires_at - app.clock.now()).num_seconds().max(0);
    Ok(axum::Json(Opened { handle: handle.expose().to_owned(), expires_in, workbook, page, element, controls }))
}

fn expect_parent(facts: &Facts, snapshot: &Snapshot, parent: &str) -> Result<(), &'static str> {
    let key = facts.key.as_ref().and_then(|id| snapshot.keys.get(id)).filter(|key| !key.disabled);
    let admitted = origin_admitted(&key.ok_or("key_disabled")?.ceiling, parent);
    if admitted || !enforced(Point::OriginCheck) { Ok(()) } else { Err("parent_not_admitted") }
}

type Shown = (VersionName, Option<PageName>, Option<ElementName>, BTreeMap<String, Vec<Value>>);

/// The content, if the session may look at it: one answer for hidden and absent.
async fn shown(app: &App, handle: &str, path: &str, search: &str) -> Result<Option<Shown>, Problem> {
    let Ok((principal, organization)) = by_handle(app, TokenHash::of(handle)).await? else { return Ok(None) };
    let snapshot = &organization.snapshot;
    let Some((workbook, page, element)) = address::content(snapshot, path) else { return Ok(None) };
    let workbook = address::version(&workbook);
    let resource = Resource::Page { workbook: workbook.clone(), page: page.clone() };
    let found = snapshot.workbooks.named(&workbook);
    let visible = found.filter(|_| decide::<ViewContent>(&principal, snapshot, &resource).is_ok());
    Ok(visible.map(|found| (workbook, page, element, address::filters(found, search))))
}
