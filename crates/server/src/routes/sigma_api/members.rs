//! Members.

use super::asked::{Asked, MOST};
use super::member::{email, kind, person, with};
use super::names::of_sigma;
use super::teams;
use crate::app::App;
use crate::body::{Definition, of_json};
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::members::{self, change};
use crate::routes::administration::noun::allow;
use crate::routes::asked::invalid as invalid_parameter;
use crate::routes::vouched;
use crate::routes::written::{expect_only, invalid, needed, text, written};
use authz::{Matter, Member};
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use model::access::{MemberKind, Permission};
use model::dialect::Dialect;
use model::name::{AccountTypeName, MemberId, TeamName};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use store::people::{Person, Sought};

/// How many are read at once.
const PAGE: u32 = 200;

/// What somebody is of whom nothing else is said.
const USUAL_ACCOUNT_TYPE: &str = "View";

const WRITABLE: [&str; 7] = ["email", "firstName", "lastName", "memberType", "userKind", "isGuest", "addToTeams"];
const CHANGEABLE: [&str; 6] = ["email", "firstName", "lastName", "memberType", "userKind", "isArchived"];

/// What of a member is told, and cannot be written.
const TOLD: [&str; 8] =
    ["organizationId", "memberId", "profileImgUrl", "createdBy", "updatedBy", "createdAt", "updatedAt", "homeFolderId"];

/// Members within the caller's reach: of whom `search` begins the address or a name, or whose address is `email`; those that
/// are deactivated with `includeArchived` only.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&["search", "email", "includeArchived"])?;
    let archived = asked.flag("includeArchived")?.unwrap_or_default();
    let address = asked.text("email").map(str::to_lowercase);
    let beginning = asked.text("search").or(asked.text("email")).unwrap_or_default();
    let is_wanted = |member: &Member| {
        let is_called = |address: &String| email(member).is_some_and(|own| own.to_lowercase() == *address);
        (archived || member.active) && address.as_ref().is_none_or(is_called)
    };
    let found = every(&app, &caller.viewer, beginning, is_wanted).await?;
    asked.list(found.iter().map(|one| person(one, &caller.viewer)).collect()).map(Json)
}

/// Members within the caller's reach who are wanted, by their ids.
pub(super) async fn every(
    app: &App,
    viewer: &Viewer,
    beginning: &str,
    is_wanted: impl Fn(&Member) -> bool,
) -> Result<Vec<Person>, Problem> {
    let matter = Matter::of(Permission::ManageMembers, viewer.principal.tenant());
    allow(app, viewer, &matter, "members", "members_listed").await?;
    let tenant = viewer.principal.facts().tenant.clone().map(Some);
    let sought = Sought { beginning: beginning.to_owned(), tenant, ..Sought::default() };
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = app.store.people(&sought, &after, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        for (one, cursor) in page {
            after = cursor;
            if is_wanted(&one.member) {
                found.push(one);
            }
        }
        if is_last {
            return Ok(found);
        }
        if found.len() > MOST {
            return Err(invalid_parameter("search", &format!("expected one that fewer than {MOST} members fit")));
        }
    }
}

/// A member.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<MemberId>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    Ok(Json(person(&members::read(&app, &caller.viewer, &id).await?, &caller.viewer)))
}

/// The teams that they are in, not counting those that they are in by another one.
pub(super) async fn teams_of(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<MemberId>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&[])?;
    let person = members::read(&app, &caller.viewer, &id).await?;
    let teams = &caller.viewer.organization.snapshot.teams;
    let found = person.member.teams.iter().filter_map(|id| Some(teams::team(id.as_str(), teams.get(id)?)));
    asked.list(found.collect()).map(Json)
}

/// Makes one: an internal member, who is sent an invitation unless `sendInvite` is `false`, or an embed user of the issuer of
/// the keys of Sigma's dialect.
pub(super) async fn make(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&["sendInvite"])?;
    let viewer = &caller.viewer;
    let sent = written(body, &WRITABLE, &TOLD)?;
    let why = "guests are let in by tokens and links here";
    expect_only(&sent, "isGuest", &json!(false), why)?;
    let kind = read_kind(&sent)?;
    let invite = match (kind, asked.flag("sendInvite")?) {
        (MemberKind::Internal, invite) => invite.unwrap_or(true),
        (MemberKind::Embed, Some(true)) => {
            return Err(invalid_parameter("sendInvite", "expected `false`: embed users do not log in"));
        }
        (MemberKind::Embed, _) => false,
    };
    let (issuer, tenant) = match kind {
        MemberKind::Internal => (None, viewer.principal.tenant()),
        MemberKind::Embed => (Some(vouched::issuer(viewer, Dialect::Sigma)?), vouched::tenant(viewer, Dialect::Sigma)),
    };
    let address = needed(&sent, "email")?;
    let new = json!({
        "subject": address,
        "email": address,
        "issuer": issuer,
        "tenant": tenant,
        "kind": kind,
        "account_type": account_type(viewer, &sent)?.unwrap_or_else(|| USUAL_ACCOUNT_TYPE.to_owned()),
        "first_name": text(&sent, "firstName")?,
        "last_name": text(&sent, "lastName")?,
        "teams": teams_sent(viewer, &sent)?,
        "invite": invite,
    });
    let (made, code) = members::made(&app, viewer, of_json(new)?, None).await.map_err(taken)?;
    let told = person(&made, viewer);
    let Some(code) = code else { return Ok(Json(told)) };
    let (_, mailed) = members::mailed(&app, viewer, &made.member, code.expose()).await;
    Ok(Json(with(told, [("inviteSent", mailed.into())])))
}

/// Changes names and the account type, and whether somebody is kept out. The kind and the address stay.
pub(super) async fn change(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<MemberId>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let sent = written(body, &CHANGEABLE, &TOLD)?;
    let (before, ..) = members::reached(&app, viewer, &id).await?;
    expect_only(&sent, "email", &json!(email(&before.member)), "it makes them who they are")?;
    expect_only(&sent, "userKind", &json!(kind(before.member.kind)), "it makes them who they are")?;
    let mut patch = Map::new();
    for (member, field) in [("firstName", "first_name"), ("lastName", "last_name"), ("isArchived", "deactivated")] {
        patch.extend(sent.get(member).map(|value| (field.to_owned(), value.clone())));
    }
    if sent.get("isArchived").is_some_and(|value| !value.is_boolean()) {
        return Err(invalid("isArchived", "expected true or false"));
    }
    patch.extend(account_type(viewer, &sent)?.map(|name| ("account_type".to_owned(), name.into())));
    let changed = change::changed(&app, viewer, &id, &HeaderMap::new(), patch.into()).await.map_err(of_sigma)?;
    Ok(Json(person(&changed, viewer)))
}

/// Deactivates somebody: they get in nowhere, and keep what is theirs.
pub(super) async fn deactivate(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<MemberId>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    change::changed(&app, &caller.viewer, &id, &HeaderMap::new(), json!({"deactivated": true})).await?;
    Ok(Json(json!({})))
}

fn read_kind(sent: &Map<String, Value>) -> Result<MemberKind, Problem> {
    match text(sent, "userKind")? {
        None | Some("internal") => Ok(MemberKind::Internal),
        Some("embed") => Ok(MemberKind::Embed),
        Some(_) => Err(invalid("userKind", "expected `internal` or `embed`")),
    }
}

/// The account type that is sent, whose name is read whatever its case if there is one such type only.
fn account_type(viewer: &Viewer, sent: &Map<String, Value>) -> Result<Option<String>, Problem> {
    let Some(name) = text(sent, "memberType")? else { return Ok(None) };
    let types = &viewer.organization.definitions.account_types;
    let names = || types.iter().map(|kind| &kind.name);
    if names().any(|own| own.as_str() == name) {
        return Ok(Some(name.to_owned()));
    }
    let is_called = |own: &&AccountTypeName| own.as_str().eq_ignore_ascii_case(name);
    let mut found = names().filter(is_called);
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(Some(only.to_string())),
        _ => Err(invalid("memberType", "expected the name of an account type")),
    }
}

/// The teams that a new member is put into.
fn teams_sent(viewer: &Viewer, sent: &Map<String, Value>) -> Result<BTreeSet<TeamName>, Problem> {
    let entries = match sent.get("addToTeams") {
        None | Some(Value::Null) => return Ok(BTreeSet::new()),
        Some(Value::Array(entries)) => entries,
        Some(_) => return Err(invalid("addToTeams", "expected a list of teams, each with its `teamId`")),
    };
    let read = |(place, entry): (usize, &Value)| {
        let at = |member: &str| format!("addToTeams[{place}].{member}");
        let entry = written(entry.clone(), &["teamId", "isTeamAdmin"], &[])?;
        if entry.get("isTeamAdmin").is_some_and(|admin| *admin != json!(false) && !admin.is_null()) {
            let expected = "expected `false`: who administers a team is said of the team";
            return Err(invalid(&at("isTeamAdmin"), expected));
        }
        let team = text(&entry, "teamId")?.and_then(|id| teams::named(viewer, id));
        team.ok_or_else(|| invalid(&at("teamId"), "expected the id of a team"))
    };
    entries.iter().enumerate().map(read).collect()
}

/// Somebody is there already: as Sigma's clients look for who.
fn taken(problem: Problem) -> Problem {
    match problem {
        Problem::Conflict { code: "member_exists", detail } => {
            let named = detail.strip_suffix('`').and_then(|text| text.rsplit_once('`'));
            let detail = match named {
                Some((text, id)) => format!("{text}member-id={id}"),
                None => detail,
            };
            Problem::Conflict { code: "member_exists", detail }
        }
        other => of_sigma(other),
    }
}
