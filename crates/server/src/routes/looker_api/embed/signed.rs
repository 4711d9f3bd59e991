//! Signed addresses: made for a host, and explained to its developers.

use super::super::asked::{Asked, invalid as invalid_parameter};
use super::{Said, Signing, mandated, said, unfit_for};
use crate::app::App;
use crate::audit;
use crate::body::Definition;
use crate::callers::Program;
use crate::problem::Problem;
use crate::routes::looker::{host, is_served};
use crate::routes::written::invalid;
use crate::token::{Keys, Question, explain, is_used};
use axum::Json;
use axum::extract::State;
use dialect::looker::LookerRefusal;
use model::dialect::Dialect;
use serde::{Deserialize, Serialize};
use url::Url;

/// An address.
#[derive(Serialize)]
pub(crate) struct Address {
    pub(super) url: String,
}

/// What is asked for.
#[derive(Deserialize)]
struct Wanted {
    target_url: Option<String>,
    secret_id: Option<String>,
    #[serde(flatten)]
    said: Said,
}

/// `POST /api/4.0/embed/sso_url`: an address that lets one person in, once, within five minutes.
pub(crate) async fn make(
    caller: Program,
    State(app): State<App>,
    Definition(body): Definition,
) -> Result<Json<Address>, Problem> {
    let wanted: Wanted = said(body, &["target_url", "secret_id"])?;
    let signing = Signing::with(&app, &caller.viewer, wanted.secret_id.as_deref()).await?;
    signing.expect_domain(wanted.said.embed_domain.as_deref())?;
    let target = target(&app, wanted.target_url.as_deref().unwrap_or_default(), wanted.said.embed_domain.as_deref())?;
    let address = signing.address(&app, &target, &wanted.said)?;
    let read = signing.read(&app, &address)?;
    read.assertion(&signing.key, app.clock.now()).map_err(|refused| unfit_for(&refused))?;
    let event = audit::administering(
        &app,
        &caller.viewer,
        &signing.matter,
        &signing.resource(),
        "address_signed",
        &signing.mandate,
    );
    app.store.record(event).await?;
    Ok(Json(Address { url: format!("{}{address}", app.origin_of_embeds()) }))
}

/// The path and the search of the embed at an address of ours, which may be that of the page outside of frames.
pub(super) fn target(app: &App, address: &str, domain: Option<&str>) -> Result<String, Problem> {
    let expected = "expected an address here, such as that of `/dashboards/ID`";
    let base = Url::parse(app.origin_of_embeds()).map_err(|_| Problem::Unavailable)?;
    let mut url = base.join(address).map_err(|_| invalid("target_url", expected))?;
    let origin = url.origin().ascii_serialization();
    if address.is_empty() || (origin != app.origin_of_embeds() && origin != app.public_origin) {
        return Err(invalid("target_url", expected));
    }
    if let Some(domain) = domain.filter(|_| !url.query_pairs().any(|(name, _)| name == "embed_domain")) {
        url.query_pairs_mut().append_pair("embed_domain", domain);
    }
    let search = url.query().map(|search| format!("?{search}")).unwrap_or_default();
    let embed = if url.path().starts_with("/embed/") { "" } else { "/embed" };
    let target = format!("{embed}{}{search}", url.path());
    if is_served(&target) { Ok(target) } else { Err(invalid("target_url", expected)) }
}

/// `GET /api/4.0/embed/sso/validate?url=…`: whether an address would let somebody in now, or why not. It uses nothing up.
pub(crate) async fn validate(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Address>, Problem> {
    asked.expect(&["url"])?;
    let (_, matter, mandate) = mandated(&app, &caller.viewer).await?;
    let address = asked.text("url").ok_or_else(|| invalid_parameter("url", "expected a signed address"))?;
    let told = "address_validated";
    audit::reading_administration(&app, &caller.viewer, &matter, "embed_keys", told, &mandate).await?;
    judge(&app, &caller, address).await.map_err(|told| invalid_parameter("url", &told))?;
    Ok(Json(Address { url: address.to_owned() }))
}

/// The sentence of Looker's validator, and what must have been signed if it is the signature.
async fn judge(app: &App, caller: &Program, address: &str) -> Result<(), String> {
    let own = host(app);
    let keys = Keys::InForce(&caller.viewer.organization);
    let (explained, assertion) =
        explain(&Question { dialect: Dialect::Looker, keys, now: app.clock.now(), text: address, host: Some(&own) });
    match assertion {
        Some(assertion) if is_used(app, &assertion).await.map_err(|error| error.to_string())? => {
            Err(LookerRefusal::Used.to_string())
        }
        Some(_) => Ok(()),
        None => Err(explained.refused_with_what_to_sign()),
    }
}
