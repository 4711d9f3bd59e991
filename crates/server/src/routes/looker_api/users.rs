//! Users: the members.

use super::asked::{Asked, MOST, is_like};
use super::user::{public, user};
use crate::app::App;
use crate::body::{Definition, of_json};
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::members::{self, change};
use crate::routes::administration::noun::allow;
use crate::routes::vouched;
use crate::routes::written::{invalid, text, written};
use authz::{Matter, Member};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use model::access::{MemberKind, Permission};
use model::dialect::Dialect;
use model::name::{MemberId, TeamId, fold_subject};
use serde_json::{Value, json};
use store::people::{Person, Sought};

/// How many are read at once.
const PAGE: u32 = 200;

/// What somebody is of whom nothing else is said, as whom signed addresses make.
const USUAL_ACCOUNT_TYPE: &str = "View";

/// What of a user is told, and is not changed here.
const TOLD: [&str; 21] = [
    "can",
    "id",
    "avatar_url",
    "avatar_url_without_sizing",
    "credentials_api3",
    "credentials_embed",
    "display_name",
    "email",
    "embed_group_folder_id",
    "group_ids",
    "is_iam_admin",
    "looker_versions",
    "personal_folder_id",
    "presumed_looker_employee",
    "role_ids",
    "roles_externally_managed",
    "sessions",
    "url",
    "verified_looker_employee",
    "allow_roles_from_normal_groups",
    "embed_group_space_id",
];

/// The users within the caller's reach.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&["ids"])?;
    let ids = asked.texts("ids");
    let is_wanted = |member: &Member| ids.as_ref().is_none_or(|ids| ids.contains(member.id.as_str()));
    told(&app, &caller.viewer, &asked, is_wanted).await
}

/// The users within the caller's reach who are as the parameters say: all of them, or with `filter_or` any.
pub(super) async fn search(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    let texts = ["id", "first_name", "last_name", "email"];
    let others = ["group_id", "embed_user", "is_disabled", "filter_or"];
    asked.expect_of_list(&[&texts[..], &others[..]].concat())?;
    let (embed, disabled) = (asked.flag("embed_user")?, asked.flag("is_disabled")?);
    let any = asked.flag("filter_or")?.unwrap_or_default();
    let group = asked.text("group_id").map(TeamId::new);
    let is_wanted = |member: &Member| {
        let of = [
            Some(member.id.as_str()),
            member.first_name.as_deref(),
            member.last_name.as_deref(),
            member.email.as_deref(),
        ];
        let named = texts.iter().zip(of).filter_map(|(name, text)| Some(is_like(asked.text(name)?, text)));
        let rest = [
            group.as_ref().map(|group| member.teams.contains(group)),
            embed.map(|embed| (member.kind == MemberKind::Embed) == embed),
            disabled.map(|disabled| member.active != disabled),
        ];
        let mut asked = named.chain(rest.into_iter().flatten()).peekable();
        if any && asked.peek().is_some() { asked.any(|it| it) } else { asked.all(|it| it) }
    };
    told(&app, &caller.viewer, &asked, is_wanted).await
}

async fn told(
    app: &App,
    viewer: &Viewer,
    asked: &Asked,
    is_wanted: impl Fn(&Member) -> bool,
) -> Result<Json<Value>, Problem> {
    let found = every(app, viewer, asked, is_wanted).await?;
    let told = found.iter().map(|person| user(&person.member, Some(person.made_at), viewer));
    Ok(Json(asked.list(told.collect())?))
}

/// The members within the caller's reach who are wanted, as many as are needed for the part of the list that is asked for.
pub(super) async fn every(
    app: &App,
    viewer: &Viewer,
    asked: &Asked,
    is_wanted: impl Fn(&Member) -> bool,
) -> Result<Vec<Person>, Problem> {
    may_list(app, viewer).await?;
    let sought = Sought { tenant: viewer.principal.facts().tenant.clone().map(Some), ..Sought::default() };
    let (enough, mut found, mut after) = (asked.enough()?, Vec::new(), String::new());
    loop {
        let page = app.store.people(&sought, &after, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        for (person, cursor) in page {
            after = cursor;
            if is_wanted(&person.member) {
                found.push(person);
            }
        }
        if is_last || enough.is_some_and(|enough| found.len() >= enough) {
            return Ok(found);
        }
        if found.len() > MOST {
            let detail = format!("`limit`: there are more than {MOST} users: expected a limit, and no `sorts`");
            return Err(Problem::Invalid { code: "invalid_parameter", detail });
        }
    }
}

/// Decides whether the caller is told of members, and records it.
async fn may_list(app: &App, viewer: &Viewer) -> Result<(), Problem> {
    let matter = Matter::of(Permission::ManageMembers, viewer.principal.tenant());
    allow(app, viewer, &matter, "members", "members_listed").await
}

/// A user.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<MemberId>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let person = members::read(&app, viewer, &id).await?;
    Ok(Json(asked.told(user(&person.member, Some(person.made_at), viewer))))
}

/// Changes names, and whether somebody is kept out.
pub(super) async fn change(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<MemberId>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let mut patch = written(body, &["first_name", "last_name", "is_disabled"], &TOLD)?;
    if let Some(disabled) = patch.remove("is_disabled") {
        if !disabled.is_boolean() {
            return Err(invalid("is_disabled", "expected true or false"));
        }
        patch.insert("deactivated".to_owned(), disabled);
    }
    let person = change::changed(&app, viewer, &id, &HeaderMap::new(), Value::Object(patch)).await?;
    Ok(Json(asked.told(user(&person.member, Some(person.made_at), viewer))))
}

/// Deletes somebody for good.
pub(super) async fn remove(caller: Program, app: State<App>, id: Named<MemberId>) -> Result<StatusCode, Problem> {
    change::remove(caller.administrator(), app, id).await
}

/// Makes an embed user, unless there is one of that external id.
pub(super) async fn make_embed_user(
    caller: Program,
    State(app): State<App>,
    asked: Asked,
    Definition(body): Definition,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let body = written(body, &["external_user_id"], &[])?;
    let external = match text(&body, "external_user_id") {
        Ok(Some(text)) if !text.is_empty() => text.to_owned(),
        _ => return Err(invalid("external_user_id", "expected a text that is not empty")),
    };
    may_list(&app, viewer).await?;
    let person = match called(&app, viewer, &external).await? {
        Some(person) => person,
        None => {
            let new = json!({
                "subject": external,
                "issuer": vouched::issuer(viewer, Dialect::Looker)?,
                "tenant": viewer.principal.tenant(),
                "kind": MemberKind::Embed,
                "account_type": USUAL_ACCOUNT_TYPE,
            });
            members::made(&app, viewer, of_json(new)?, None).await?.0
        }
    };
    Ok(Json(asked.told(public(&person.member))))
}

/// The embed user of an external id.
pub(super) async fn by_external_id(
    caller: Program,
    State(app): State<App>,
    Named(external): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    may_list(&app, viewer).await?;
    let person = called(&app, viewer, &external).await?.ok_or(Problem::NotFound)?;
    Ok(Json(asked.told(user(&person.member, Some(person.made_at), viewer))))
}

/// The embed member within the caller's reach whom hosts of Looker's dialect call that.
async fn called(app: &App, viewer: &Viewer, external: &str) -> Result<Option<Person>, Problem> {
    let (issuers, own) = (vouched::issuers(viewer, Dialect::Looker), viewer.principal.facts().tenant.as_ref());
    let is_theirs = |person: &Person| {
        let Member { issuer, tenant, .. } = &person.member;
        issuer.as_ref().is_some_and(|issuer| issuers.contains(issuer)) && own.is_none_or(|_| tenant.as_ref() == own)
    };
    let found = app.store.embed_members_called(&fold_subject(external)).await?;
    let mut found = found.into_iter().filter(is_theirs);
    let (first, second) = (found.next(), found.next());
    if second.is_some() {
        let detail = "there are several users with that external id, each in an external group of their own".to_owned();
        return Err(Problem::Conflict { code: "several_users", detail });
    }
    Ok(first)
}
