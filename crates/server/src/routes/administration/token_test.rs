//! What a token or a signed address is worth here: whether it is accepted or why not, who would come with it, and what it opens.
//! Nobody is let in, and nothing is used up.

use super::identity_providers;
use super::noun::allow;
use crate::app::App;
use crate::audit;
use crate::body::Json;
use crate::callers::Administrator;
use crate::identity_test::{self, Brought};
use crate::opening;
use crate::organization::Organization;
use crate::problem::{Problem, ProblemBody};
use crate::routes::looker;
use crate::tableau::{self, Trusts};
use crate::token::{Explained, Keys, Question, USED, explain, is_used, told_of_tableau};
use authz::permit::ViewContent;
use authz::{Matter, NotSupposed, Place, Principal, Resource, Who, administer, decide};
use axum::extract::State;
use dialect::sso;
use dialect::tableau::{Presented, SignedIn};
use model::access::Permission;
use model::assertion::{Assertion, Supposed};
use model::attribute::AttributeValue;
use model::dialect::Dialect;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use url::form_urlencoded;
use utoipa::ToSchema;

/// How many workbooks are told that somebody could open.
const MOST_WORKBOOKS: usize = 100;

/// What is pasted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokenTest)]
pub(super) struct Request {
    /// A token, or the address that carries it.
    token: String,
    /// Whose it is; absent: as it looks.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    dialect: Option<Dialect>,
}

/// What it is worth.
#[derive(Serialize, ToSchema)]
#[schema(as = TestedToken)]
pub(super) struct Tested {
    /// Whether somebody would come in with it now.
    accepted: bool,
    /// Why not; null: they would.
    #[schema(required = true)]
    refusal: Option<String>,
    /// Of a token of Tableau's: the number that its clients know the refusal by.
    #[schema(required = true)]
    code: Option<u32>,
    /// The refusal as a word that does not change, where there is one.
    #[schema(required = true)]
    reason: Option<&'static str>,
    /// By how many seconds the clock of whoever signed seems to be ahead of this server's, where that is why; less than 0: behind.
    #[schema(required = true)]
    clock_skew_seconds: Option<i64>,
    /// What it is for, where tokens say so.
    scopes: Vec<String>,
    /// As whose it was read.
    #[schema(value_type = String)]
    dialect: Dialect,
    /// The client id of the key that it means; null: it names none that there is.
    #[schema(required = true)]
    key: Option<String>,
    /// Whether it is signed with a secret of that key.
    verified: bool,
    /// The hash of the signature, where there are several.
    #[schema(required = true)]
    hash: Option<String>,
    /// What would explain a signature that is not right.
    #[schema(required = true)]
    mistake: Option<String>,
    /// Of a signed address: the lines that must have been signed.
    to_sign: Vec<Line>,
    /// The times that it says.
    times: Vec<Moment>,
    /// What a token claims, if it is signed with a secret of the key. Whoever has it can read it.
    claims: Vec<Claim>,
    /// Names in it that mean nothing here.
    unknown: Vec<String>,
    /// The id by which it counts once; null: it counts as often as it is shown.
    #[schema(required = true)]
    counts_once: Option<String>,
    /// Who would come; null: nobody.
    #[schema(required = true)]
    person: Option<Person>,
    /// The identity provider that has signed it, so that somebody logs in with it; null: none has.
    #[schema(required = true)]
    identity_provider: Option<String>,
    /// What would become of them; null: nobody logs in with it.
    #[schema(required = true)]
    identity: Option<identity_test::Tested>,
}

/// A line that is signed.
#[derive(Serialize, ToSchema)]
#[schema(as = LineToSign)]
struct Line {
    /// What it is.
    name: &'static str,
    /// The line.
    text: String,
}

/// A time that a token says.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenTime)]
struct Moment {
    /// Where.
    name: &'static str,
    /// Seconds from now, by the clock of this server; what is over is less than 0.
    seconds: i64,
}

/// Something that a token claims.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenClaim)]
struct Claim {
    name: String,
    #[schema(value_type = Object)]
    value: Value,
}

/// Who would come, and what they would be here.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenPerson)]
struct Person {
    /// `internal member`, `embed member`, `on demand` or `guest`
    who: &'static str,
    /// What the issuer calls them; null: nobody is known.
    #[schema(required = true)]
    subject: Option<String>,
    #[schema(required = true)]
    tenant: Option<String>,
    /// Of a member.
    #[schema(required = true)]
    account_type: Option<String>,
    teams: Vec<String>,
    /// What they may do at most, anywhere.
    permissions: BTreeSet<Permission>,
    /// Permissions that are claimed and do not count.
    not_counting: Vec<String>,
    /// The models to whose data they are kept; null: to none.
    #[schema(required = true)]
    models: Option<Vec<String>>,
    attributes: Vec<Attribute>,
    /// How long the session would last, in seconds.
    session_seconds: i64,
    /// Whether the content at which a signed address is aimed is shown to them; null: it is aimed at none.
    #[schema(required = true)]
    shows_target: Option<bool>,
    /// The workbooks that they could look at, at most 100, by name.
    opens: Vec<String>,
}

/// A value that policies would read.
#[derive(Serialize, ToSchema)]
#[schema(as = TokenAttribute)]
struct Attribute {
    name: String,
    /// Null: there is none.
    #[schema(required = true, value_type = Option<Object>)]
    value: Option<Value>,
    /// Whether it stands in the token, where whoever it was made for can read it.
    in_token: bool,
}

/// Tells what a token or a signed address is worth: whether it would be accepted now and why not, who would come with it and
/// what they could open. It tells of members, so it needs `manage_members` as well as `manage_keys`.
#[utoipa::path(
    post, operation_id = "test_token", path = "/api/v1/tokens/test", tag = "/api/v1/tokens", request_body = Request,
    responses((status = 200, body = Tested), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn test(
    caller: Administrator,
    State(app): State<App>,
    Json(request): Json<Request>,
) -> Result<axum::Json<Tested>, Problem> {
    let viewer = &caller.viewer;
    let organization = &viewer.organization;
    let of = |needs| Matter { needs, place: Place::Organization, gives: BTreeSet::new() };
    let members = of(Permission::ManageMembers);
    if let Err(denial) = administer(&viewer.principal, &organization.snapshot, &members) {
        return Err(audit::not_administering(&app, viewer, &members, "embed_keys", &denial).await?);
    }
    allow(&app, viewer, &of(Permission::ManageKeys), "embed_keys", "token_tested").await?;
    let text = request.token.trim();
    if request.dialect.is_none()
        && let Some(login) = of_provider(&app, organization, text).await?
    {
        return Ok(axum::Json(login));
    }
    let dialect = request.dialect.unwrap_or_else(|| looks_like(text, organization));
    let own = looker::host(&app);
    let keys = Keys::InForce(organization);
    let now = app.clock.now();
    let (explained, assertion) = match dialect {
        Dialect::Tableau => of_tableau(&app, organization, text).await,
        _ => explain(&Question { dialect, keys, now, text, host: Some(&own) }),
    };
    Ok(axum::Json(told(&app, organization, dialect, explained, assertion).await?))
}

/// What a token is worth with which somebody logs in, or the address that carries it. `None`: no identity provider has signed it.
async fn of_provider(app: &App, organization: &Organization, text: &str) -> Result<Option<Tested>, Problem> {
    let search = text.split_once('?').map_or("", |(_, search)| search);
    let carried = form_urlencoded::parse(search.as_bytes()).find(|(name, _)| name == "jwt");
    let token = carried.map_or_else(|| text.to_owned(), |(_, jwt)| jwt.into_owned());
    let Ok(signed) = sso::verify(&token, organization.secrets_of_providers()) else { return Ok(None) };
    let id = signed.provider();
    let identity = identity_providers::tested(app, organization, id, Brought::Token(token)).await?;
    let explained = Explained::of_login(&identity, signed.claims(), app.clock.now());
    let told = told(app, organization, Dialect::Metabase, explained, None).await?;
    let identity_provider = organization.snapshot.providers.name(id).map(ToString::to_string);
    Ok(Some(Tested { identity_provider, identity: Some(identity), ..told }))
}

async fn of_tableau(app: &App, organization: &Organization, text: &str) -> (Explained, Option<Assertion>) {
    let read = tableau::verify(app, organization, text, Trusts::All).await;
    let key = |signed_in: &SignedIn| organization.snapshot.keys.get(signed_in.assertion.key());
    let named = |signed_in| key(signed_in).map(|key| key.client_id.as_str()).unwrap_or_default();
    let told = read.as_ref().map(|signed_in| (named(signed_in), signed_in));
    let mut explained = told_of_tableau(Dialect::Tableau.as_str(), told, app.clock.now());
    if let (Ok(_), Ok(presented)) = (&read, Presented::parse(text)) {
        explained.show_claims(presented.claims(), app.clock.now());
    }
    (explained, read.ok().map(|signed_in| signed_in.assertion))
}

/// The dialect of a token, by its looks and the key that it names.
fn looks_like(text: &str, organization: &Organization) -> Dialect {
    if text.contains(dialect::looker::BEGINNING) {
        return Dialect::Looker;
    }
    if text.contains("/embed/1-") || text.contains(":jwt=") {
        return Dialect::Sigma;
    }
    let carried = text.split(['#', '?']).next().and_then(|text| text.rsplit('/').next()).unwrap_or_default();
    let token = dialect::jwt::Token::parse(carried).ok();
    let named = token.as_ref().and_then(|token| token.kid().or_else(|| token.issuer()));
    let is_of = |dialect: &&Dialect| named.is_some_and(|named| organization.key(**dialect, named).is_some());
    // Trusts of Tableau's may sign with other algorithms than any other token.
    if Presented::parse(carried).is_ok_and(|token| tableau::key(organization, token.issuer()).is_some()) {
        return Dialect::Tableau;
    }
    let named = Dialect::ALL.iter().find(is_of).copied();
    named.unwrap_or_else(|| match token {
        Some(token) if token.kid().is_some() => Dialect::Sigma,
        Some(token) if token.issuer().is_none() => Dialect::Metabase,
        _ => Dialect::Vitrine,
    })
}

async fn told(
    app: &App,
    organization: &Organization,
    dialect: Dialect,
    explained: Explained,
    assertion: Option<Assertion>,
) -> Result<Tested, Problem> {
    let mut refusal = explained.refusal;
    let mut person = None;
    if let Some(assertion) = &assertion {
        let supposed = Supposed::claimed_with(assertion.key().clone(), assertion.claims().clone());
        match opening::supposed(app, &supposed, &organization.snapshot).await? {
            Ok(principal) => {
                let mut met = who(organization, &principal, assertion, app.clock.now());
                let shows = |target: &str| looker::shows(&principal, organization, target);
                met.shows_target = explained.target.as_deref().map(shows);
                person = Some(met);
            }
            Err(NotSupposed::Refused(refused)) => refusal = Some(Problem::from(refused).to_string()),
            Err(NotSupposed::Ended(denial)) => {
                let missing = denial.reasons.iter().map(|reason| reason.missing).collect::<Vec<_>>().join(", ");
                refusal = Some(format!("the session would be over at once: it takes {missing}"));
            }
        }
        if is_used(app, assertion).await? {
            refusal = Some(USED.to_owned());
        }
    }
    let claims = explained.claims.unwrap_or_default();
    Ok(Tested {
        accepted: refusal.is_none(),
        refusal,
        code: explained.code.map(|(code, _)| code),
        reason: explained.code.map(|(_, reason)| reason),
        clock_skew_seconds: explained.clock_skew_seconds,
        scopes: explained.scopes,
        dialect,
        key: explained.key,
        verified: explained.verified,
        hash: explained.signature.map(str::to_owned),
        mistake: explained.mistake,
        to_sign: explained.to_sign.into_iter().map(|(name, text)| Line { name, text }).collect(),
        times: explained.times.into_iter().map(|(name, seconds)| Moment { name, seconds }).collect(),
        claims: claims.into_iter().map(|(name, value)| Claim { name, value }).collect(),
        unknown: explained.unknown,
        counts_once: explained.counts_once,
        person,
        identity_provider: None,
        identity: None,
    })
}

fn who(
    organization: &Organization,
    principal: &Principal,
    assertion: &Assertion,
    now: chrono::DateTime<chrono::Utc>,
) -> Person {
    let (facts, claims, snapshot) = (principal.facts(), assertion.claims(), &organization.snapshot);
    let permissions = principal.permissions().clone();
    let claimed = claims.permissions.iter().flatten();
    let beyond = claimed.filter(|claimed| !permissions.iter().any(|held| held.as_str() == claimed.as_str()));
    let attributes = facts.attributes.keys().map(|name| Attribute {
        name: name.to_string(),
        value: principal.attribute(name).map(written),
        in_token: claims.attributes.contains_key(name.as_str()),
    });
    let visible = snapshot.workbooks.iter().filter(|(_, name, _)| {
        let whole = Resource::Page { workbook: (*name).clone(), page: None };
        decide::<ViewContent>(principal, snapshot, &whole).is_ok()
    });
    Person {
        who: match &facts.who {
            Who::Member { kind, .. } if *kind == model::access::MemberKind::Internal => "internal member",
            Who::Member { .. } => "embed member",
            Who::OnDemand => "on demand",
            Who::Guest | Who::Public(_) => "guest",
        },
        subject: facts.subject.clone(),
        tenant: principal.tenant().map(ToString::to_string),
        account_type: facts.account_type.as_ref().map(ToString::to_string),
        teams: principal.teams().iter().map(ToString::to_string).collect(),
        not_counting: beyond.cloned().collect(),
        permissions,
        models: facts.models.as_ref().map(|models| models.iter().map(ToString::to_string).collect()),
        attributes: attributes.collect(),
        session_seconds: (facts.expires_at - now).num_seconds(),
        shows_target: None,
        opens: visible.take(MOST_WORKBOOKS).map(|(_, name, _)| name.to_string()).collect(),
    }
}

fn written(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::One(one) => one.to_json(),
        AttributeValue::Many(many) => many.iter().map(model::value::Scalar::to_json).collect(),
    }
}
