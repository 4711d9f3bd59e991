//! Users: the members. Who does not administer them is told of themselves alone.

use super::asked::Asked;
use super::groups;
use super::named::One;
use super::told::{made, told};
use super::user::{self, AUTH_SETTING, Made, account_type, role_of, split, user};
use crate::app::App;
use crate::body::of_json;
use crate::callers::{TableauProgram, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::members::{self, change};
use crate::routes::administration::noun::allow;
use crate::routes::vouched;
use crate::tableau::{Element, Sent, invalid_attribute};
use authz::{Matter, Member, administer};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use model::access::{MemberKind, Permission};
use model::dialect::Dialect;
use model::name::MemberId;
use serde_json::{Map, Value, json};
use store::people::Sought;

/// How many are read at once, and the most that are listed.
const PAGE: u32 = 200;
const MOST: usize = 10_000;

/// What lists are filtered and sorted by.
const OF_LISTS: [&str; 4] = ["name", "siteRole", "fullName", "email"];

/// What somebody is kept as who gets in nowhere.
const KEPT_OUT: &str = "View";

/// The users within the caller's reach.
pub(super) async fn list(caller: TableauProgram, State(app): State<App>, asked: Asked) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let users = if administers(viewer) {
        every(&app, viewer).await?.iter().map(|member| user(member, viewer)).collect()
    } else {
        vec![user::oneself(viewer)]
    };
    Ok(told(&caller, asked.list("users", users, &OF_LISTS)?))
}

/// Whether the caller administers members.
pub(super) fn administers(viewer: &Viewer) -> bool {
    administer(&viewer.principal, &viewer.organization.snapshot, &matter(viewer)).is_ok()
}

fn matter(viewer: &Viewer) -> Matter {
    Matter::of(Permission::ManageMembers, viewer.principal.tenant())
}

async fn every(app: &App, viewer: &Viewer) -> Result<Vec<Member>, Problem> {
    allow(app, viewer, &matter(viewer), "members", "members_listed").await?;
    let sought = Sought { tenant: viewer.principal.facts().tenant.clone().map(Some), ..Sought::default() };
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page = app.store.people(&sought, &after, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        for (person, cursor) in page {
            after = cursor;
            found.push(person.member);
        }
        if is_last {
            return Ok(found);
        }
        if found.len() >= MOST {
            let detail = format!("there are more than {MOST} users, which is the most that are listed");
            return Err(Problem::Invalid { code: "invalid_parameter", detail });
        }
    }
}

/// A user: somebody within the caller's reach, or the caller.
pub(super) async fn show(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect(&["fields"])?;
    let viewer = &caller.viewer;
    let shown = if id == user::own_id(viewer) && !administers(viewer) {
        user::oneself(viewer)
    } else {
        user(&members::read(&app, viewer, &MemberId::new(id)).await?.member, viewer)
    };
    Ok(told(&caller, vec![shown]))
}

/// The groups that a user is in.
pub(super) async fn groups_of(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let found = if id == user::own_id(viewer) && !administers(viewer) {
        groups::own(viewer)
    } else {
        let person = members::read(&app, viewer, &MemberId::new(id)).await?;
        groups::of_ids(viewer, &person.member.teams)
    };
    Ok(told(&caller, asked.list("groups", found, &groups::OF_LISTS)?))
}

/// Makes a user: an embed member of the issuer for whom keys of Tableau's dialect vouch.
pub(super) async fn make(
    caller: TableauProgram,
    State(app): State<App>,
    asked: Asked,
    Sent(sent): Sent,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let sent = sent.only("user")?;
    sent.expect(&["name", "siteRole", "authSetting", "email"], &[])?;
    expect_usual(sent)?;
    let name = sent.needed("name")?;
    allow(&app, viewer, &matter(viewer), "members", "members_listed").await?;
    let (kind, deactivated) = match account_type(viewer, sent.needed("siteRole")?)? {
        Made::Of(kind) => (kind.to_string(), false),
        Made::KeptOut => (KEPT_OUT.to_owned(), true),
    };
    let new = json!({
        "subject": name,
        "issuer": vouched::issuer(viewer, Dialect::Tableau)?,
        "tenant": vouched::tenant(viewer, Dialect::Tableau),
        "kind": MemberKind::Embed,
        "account_type": kind,
        "deactivated": deactivated,
        "email": sent.attribute("email").filter(|text| !text.is_empty()),
    });
    let person = members::made(&app, viewer, of_json(new)?, None).await?.0;
    Ok(made(&caller, user(&person.member, viewer)))
}

/// Changes names, the e-mail address and the site role.
pub(super) async fn update(
    caller: TableauProgram,
    State(app): State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
    Sent(sent): Sent,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let viewer = &caller.viewer;
    let sent = sent.only("user")?;
    let told_only = ["id", "name", "externalAuthUserId"];
    sent.expect(&[&["fullName", "email", "siteRole", "authSetting"][..], &told_only].concat(), &[])?;
    expect_usual(sent)?;
    let id = MemberId::new(id);
    let (before, ..) = members::reached(&app, viewer, &id).await?;
    let patch = patch(viewer, &before.member, sent)?;
    let person = change::changed(&app, viewer, &id, &HeaderMap::new(), Value::Object(patch)).await?;
    Ok(told(&caller, vec![user(&person.member, viewer)]))
}

/// What changes of a member. A site role that is told so already stays as it is, since clients send back what they have read.
fn patch(viewer: &Viewer, before: &Member, sent: &Element) -> Result<Map<String, Value>, Problem> {
    let mut patch = Map::new();
    if let Some(full) = sent.attribute("fullName") {
        let (first, last) = split(full);
        patch.insert("first_name".to_owned(), json!(first));
        patch.insert("last_name".to_owned(), json!(last));
    }
    if let Some(email) = sent.attribute("email").filter(|email| Some(*email) != before.email.as_deref()) {
        patch.insert("email".to_owned(), json!(email));
    }
    let told = if before.active { role_of(viewer, &before.account_type).as_str() } else { "Unlicensed" };
    match sent.attribute("siteRole").filter(|role| *role != told).map(|role| account_type(viewer, role)) {
        None => {}
        Some(role) => match role? {
            Made::Of(kind) => {
                patch.insert("account_type".to_owned(), json!(kind));
                patch.insert("deactivated".to_owned(), json!(false));
            }
            Made::KeptOut => {
                patch.insert("deactivated".to_owned(), json!(true));
            }
        },
    }
    Ok(patch)
}

/// Expects nothing of how somebody comes in: keys and identity providers say that.
fn expect_usual(sent: &Element) -> Result<(), Problem> {
    let odd = sent.attribute("authSetting").is_some_and(|own| own != AUTH_SETTING);
    let expected = "expected `ServerDefault`: keys and identity providers say how people come in";
    if odd { Err(invalid_attribute("authSetting", expected)) } else { Ok(()) }
}

/// Deletes somebody for good.
pub(super) async fn remove(
    caller: TableauProgram,
    app: State<App>,
    Named(One { id }): Named<One>,
    asked: Asked,
) -> Result<Response, Problem> {
    asked.expect(&[])?;
    let removed: StatusCode = change::remove(caller.administrator(), app, Named(MemberId::new(id))).await?;
    Ok(removed.into_response())
}
