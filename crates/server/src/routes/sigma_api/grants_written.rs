//! Grants written: made and raised, never lowered, and taken away.

use super::asked::Asked;
use super::grantee::{self, Named as Whom};
use super::{grants, inode, permission};
use crate::app::App;
use crate::body::Definition;
use crate::callers::{Again, Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::noun::{self, matter_of};
use crate::routes::administration::sharing::{self, On, Reach, Wanted};
use crate::routes::written::{invalid, needed, text, written};
use authz::access::administers;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use model::access::{Grant, Granted};
use model::item::grant_name;
use model::name::TagName;
use model::snapshot::Kind;
use model::workbook::TagPath;
use serde_json::{Map, Value, json};

/// The most grants of one request.
const MOST: usize = 200;

/// Makes or raises one: in both of the forms that clients send.
pub(super) async fn make(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let sent = written(body, &["inodeId", "grantee", "granteeId", "type", "permission", "tagId"], &[])?;
    let id = needed(&sent, "inodeId")?;
    let (whom, said) = (grantee_of(&sent)?, Said::read(&sent)?);
    let on = inode::found(&caller.viewer, id).ok_or(Problem::NotFound)?;
    expect_shared(&app, &caller.viewer, &on).await?;
    let wanted = said.wanted(&app, &caller.viewer, &on, &whom).await?;
    let name = match &wanted.on {
        On::Data(on) => grant_name(&wanted.to, on),
        On::Content(..) => grant_name(&wanted.to, &said.on(&on)?),
    };
    sharing::granted(&app, caller.author(), &[wanted]).await?;
    let now = Again::from(&caller).again(&app).await?;
    let id = now.viewer.organization.ids.get(Kind::Grant, &name).ok_or(Problem::Internal)?;
    let grant = grants::known(&app, &now.viewer, id).await?;
    Ok(Json(grants::told(&app, &now.viewer, id, &grant).await?.ok_or(Problem::Internal)?))
}

/// Takes one away.
pub(super) async fn remove(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let grant = grants::known(&app, &caller.viewer, &id).await?;
    taken_away(&app, &caller, &id, &grant).await
}

/// Takes away the grant of that id, which the caller knows.
pub(super) async fn taken_away(app: &App, caller: &Program, id: &str, grant: &Grant) -> Result<Json<Value>, Problem> {
    let headers = HeaderMap::new();
    match grants::address(&caller.viewer, &grant.on).filter(|_| !administers(&caller.viewer.principal)) {
        Some((place, named)) => drop(sharing::remove(app, caller.author(), (place, &named), id, &headers).await?),
        None => drop(noun::remove::<Grant>(app, caller.administrator(), id, &headers).await?),
    }
    Ok(Json(json!({})))
}

/// Makes or raises several on one thing: all of them or none.
pub(super) async fn make_on(
    app: &App,
    caller: &Program,
    on: Result<Granted, Problem>,
    body: Value,
) -> Result<Json<Value>, Problem> {
    let sent = written(body, &["grants"], &[])?;
    let Some(Value::Array(items)) = sent.get("grants") else {
        return Err(invalid("grants", "expected a list"));
    };
    if items.is_empty() || items.len() > MOST {
        return Err(invalid("grants", "expected 1 to 200 of them"));
    }
    let mut read = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let one = written(item.clone(), &["grantee", "permission", "tagId"], &[]).map_err(|it| in_list(at, it))?;
        Whom::of(&one).and(Said::read(&one)).map_err(|it| in_list(at, it))?;
        read.push(one);
    }
    // What somebody does not see is no matter of what they send.
    let on = on?;
    expect_shared(app, &caller.viewer, &on).await?;
    let mut wanted = Vec::new();
    for (at, one) in read.iter().enumerate() {
        let said = Said::read(one)?.wanted(app, &caller.viewer, &on, &Whom::of(one)?).await;
        wanted.push(said.map_err(|it| in_list(at, it))?);
    }
    sharing::granted(app, caller.author(), &wanted).await?;
    Ok(Json(json!({})))
}

/// Expects the caller to be somebody who may write grants on the thing.
async fn expect_shared(app: &App, viewer: &Viewer, on: &Granted) -> Result<(), Problem> {
    match grants::address(viewer, on) {
        Some((place, named)) => sharing::found(app, viewer, (place, &named), "", 0).await.map(drop),
        None if !administers(&viewer.principal) => Err(Problem::NotFound),
        None => {
            let matter = matter_of::<Grant>(viewer, None);
            noun::allow(app, viewer, &matter, Kind::Grant.as_str(), "definitions_listed").await
        }
    }
}

/// A problem with where it stands in the list.
fn in_list(at: usize, problem: Problem) -> Problem {
    match problem {
        Problem::Invalid { code, detail } => {
            let detail = detail.strip_prefix('`').map_or_else(|| detail.clone(), |rest| format!("`{at}.{rest}"));
            Problem::Invalid { code, detail }
        }
        other => other,
    }
}

/// What is to be granted, and perhaps of which version.
struct Said<'a> {
    permission: &'a str,
    tag: Option<TagName>,
}

impl<'a> Said<'a> {
    fn read(sent: &'a Map<String, Value>) -> Result<Self, Problem> {
        let permission = needed(sent, "permission")?;
        let tag = text(sent, "tagId")?.map(|tag| TagName::new(tag.to_ascii_lowercase())).transpose();
        let tag = tag.map_err(|_| invalid("tagId", "expected that of a tag"))?;
        Ok(Self { permission, tag })
    }

    /// What it is on: the thing, or a version of it.
    fn on(&self, thing: &Granted) -> Result<Granted, Problem> {
        match (&self.tag, thing) {
            (None, thing) => Ok(thing.clone()),
            (Some(tag), Granted::Workbook(workbook)) => {
                Ok(Granted::Tag(TagPath { workbook: workbook.clone(), tag: tag.clone() }))
            }
            (Some(_), _) => Err(invalid("tagId", "expected none: only workbooks have versions under tags")),
        }
    }

    async fn wanted(&self, app: &App, viewer: &Viewer, thing: &Granted, whom: &Whom<'_>) -> Result<Wanted, Problem> {
        let on = self.on(thing)?;
        let level = permission::level(&on, self.permission)?;
        let to = grantee::expected(app, viewer, whom).await?;
        let on = match grants::address(viewer, &on) {
            Some((place, named)) => On::Content(place, named),
            None => On::Data(on),
        };
        Ok(Wanted { to, on, reach: Reach::AtLeast(level) })
    }
}

/// `{grantee: {memberId | teamId}}`, or `{granteeId, type}`.
fn grantee_of(sent: &Map<String, Value>) -> Result<Whom<'_>, Problem> {
    let Some(id) = text(sent, "granteeId")? else {
        if sent.get("type").is_some_and(|it| !it.is_null()) {
            return Err(invalid("granteeId", "expected it beside `type`"));
        }
        return Whom::of(sent);
    };
    if sent.get("grantee").is_some_and(|it| !it.is_null()) {
        return Err(invalid("grantee", "expected either `grantee` or `granteeId`"));
    }
    match text(sent, "type")? {
        Some("member" | "user") => Ok(Whom::Member(id)),
        Some("team") => Ok(Whom::Team(id)),
        _ => Err(invalid("type", "expected `member` or `team`")),
    }
}

impl<'a> Whom<'a> {
    /// Of `grantee`, in which one id stands.
    fn of(sent: &'a Map<String, Value>) -> Result<Self, Problem> {
        let one = || invalid("grantee", "expected an object with either `memberId` or `teamId`");
        let Some(Value::Object(grantee)) = sent.get("grantee") else { return Err(one()) };
        if grantee.keys().any(|name| name != "memberId" && name != "teamId") {
            return Err(one());
        }
        match (text(grantee, "memberId")?, text(grantee, "teamId")?) {
            (Some(id), None) => Ok(Self::Member(id)),
            (None, Some(id)) => Ok(Self::Team(id)),
            _ => Err(one()),
        }
    }
}
