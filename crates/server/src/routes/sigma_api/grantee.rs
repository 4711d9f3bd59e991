//! Members and teams by their ids, as grants and owners name them. Who is absent and whom the caller may not know are refused
//! alike.

use crate::app::App;
use crate::callers::Viewer;
use crate::problem::Problem;
use crate::routes::administration::members::change::alone;
use crate::routes::administration::sharing;
use crate::routes::written::invalid;
use authz::access::knows;
use model::access::{Grant, Grantee, Owner};
use model::name::MemberId;
use model::snapshot::Kind;

/// Members and teams that Sigma's grants are for.
pub(super) enum Named<'a> {
    /// A member's id.
    Member(&'a str),
    /// A team's id.
    Team(&'a str),
}

/// Whom an id names, if the caller may know them.
pub(super) async fn known(app: &App, viewer: &Viewer, named: &Named<'_>) -> Result<Option<Grantee>, Problem> {
    let (to, person) = match named {
        Named::Team(id) => {
            let team = viewer.organization.ids.name(Kind::Team, id).and_then(|name| name.parse().ok());
            (team.map(Grantee::Team), None)
        }
        Named::Member(id) => {
            let person = app.store.person(&MemberId::new(*id)).await?.map(|person| person.member);
            (person.as_ref().and_then(|person| alone(person, viewer)), person)
        }
    };
    Ok(to.filter(|to| knows(&viewer.principal, &viewer.organization.snapshot, to, person.as_ref())))
}

/// The same, of whom there must be one.
pub(super) async fn expected(app: &App, viewer: &Viewer, named: &Named<'_>) -> Result<Grantee, Problem> {
    let refused = || match named {
        Named::Member(_) => invalid("memberId", "expected that of a member with whom you may share"),
        Named::Team(_) => invalid("teamId", "expected that of a team with which you may share"),
    };
    known(app, viewer, named).await?.ok_or_else(refused)
}

/// The member of that id as an owner.
pub(super) async fn owner_called(app: &App, viewer: &Viewer, id: &str) -> Result<Owner, Problem> {
    match known(app, viewer, &Named::Member(id)).await? {
        Some(Grantee::Member(email)) => Ok(Owner::Member(email)),
        Some(Grantee::EmbedMember(identity)) => Ok(Owner::EmbedMember(identity)),
        _ => Err(invalid("ownerId", "expected that of a member whom you may know")),
    }
}

/// The id of whose something is, if the caller may know them.
pub(super) async fn owner_id(app: &App, viewer: &Viewer, owner: Option<&Owner>) -> Result<Option<String>, Problem> {
    let Some(owner) = owner else { return Ok(None) };
    let to = Grantee::from(owner.clone());
    let person = sharing::person(app, viewer, &to).await?;
    let known = person.filter(|it| knows(&viewer.principal, &viewer.organization.snapshot, &to, Some(it)));
    Ok(known.map(|person| person.id.to_string()))
}

/// Whom a grant is for: a member's id, or a team's. `None`: Sigma has no words for them, who are everybody of a tenant or a
/// key.
pub(super) async fn told(
    app: &App,
    viewer: &Viewer,
    grant: &Grant,
) -> Result<Option<(Option<String>, Option<String>)>, Problem> {
    if let Grantee::Team(team) = &grant.to {
        let id = viewer.organization.ids.get(Kind::Team, team.as_str());
        return Ok(id.map(|id| (None, Some(id.to_owned()))));
    }
    let person = sharing::person(app, viewer, &grant.to).await?;
    Ok(person.map(|person| (Some(person.id.to_string()), None)))
}
