//! Grants as Sigma tells of them: those that are for a member or a team and give a level.

use super::asked::{Asked, MOST};
use super::grantee::{self, Named as Whom};
use super::{inode, organization, permission};
use crate::app::App;
use crate::callers::{Program, Viewer};
use crate::path::Named;
use crate::problem::Problem;
use crate::routes::administration::noun::{self, matter_of};
use crate::routes::administration::sharing::{self, Place};
use authz::access::administers;
use axum::Json;
use axum::extract::State;
use model::access::{Grant, Granted, Grantee};
use model::item::grant_named;
use model::snapshot::Kind;
use model::workbook::VersionName;
use serde_json::{Value, json};

/// Grants: all of them for whoever administers grants, by what they are on, and by whom they are for.
pub(super) async fn list(caller: Program, State(app): State<App>, asked: Asked) -> Result<Json<Value>, Problem> {
    asked.expect_of_list(&["inodeId", "userId", "teamId", "tagId"])?;
    let viewer = &caller.viewer;
    let mut grants = match asked.text("inodeId") {
        Some(id) => on_inode(&app, viewer, id).await?,
        None => noun::every::<Grant>(&app, viewer).await?,
    };
    for whom in [asked.text("userId").map(Whom::Member), asked.text("teamId").map(Whom::Team)].into_iter().flatten() {
        let to = grantee::known(&app, viewer, &whom).await?.ok_or(Problem::NotFound)?;
        grants.retain(|(_, grant)| grant.to.clone().folded() == to);
    }
    if let Some(tag) = asked.text("tagId") {
        grants.retain(|(_, grant)| matches!(&grant.on, Granted::Tag(path) if path.tag.as_str() == tag));
    }
    Ok(Json(asked.list(all_told(&app, viewer, grants).await?)?))
}

/// One of them.
pub(super) async fn show(
    caller: Program,
    State(app): State<App>,
    Named(id): Named<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    asked.expect(&[])?;
    let grant = known(&app, &caller.viewer, &id).await?;
    Ok(Json(told(&app, &caller.viewer, &id, &grant).await?.ok_or(Problem::NotFound)?))
}

/// The grant of that id: one that the caller may not read reads like an absent one.
pub(super) async fn known(app: &App, viewer: &Viewer, id: &str) -> Result<Grant, Problem> {
    let name = viewer.organization.ids.name(Kind::Grant, id);
    let (_, on) = name.and_then(grant_named).ok_or(Problem::NotFound)?;
    let grants = on_thing(app, viewer, &on).await.map_err(|problem| match problem {
        Problem::Forbidden { .. } => Problem::NotFound,
        other => other,
    })?;
    let found = grants.into_iter().find(|(other, _)| other == id).map(|(_, grant)| grant);
    found.ok_or(Problem::NotFound)
}

/// The grants on the thing of that id, and on its versions under tags.
async fn on_inode(app: &App, viewer: &Viewer, id: &str) -> Result<Vec<(String, Grant)>, Problem> {
    let on = inode::found(viewer, id).ok_or(Problem::NotFound)?;
    let mut grants = on_thing(app, viewer, &on).await?;
    if let Granted::Workbook(name) = &on {
        let versions = viewer.organization.snapshot.workbooks.iter().map(|(_, version, _)| version);
        for path in versions.filter(|version| version.workbook == *name).filter_map(VersionName::tag_path) {
            match on_thing(app, viewer, &Granted::Tag(path)).await {
                Ok(more) => grants.extend(more),
                Err(Problem::NotFound | Problem::Forbidden { .. }) => {}
                Err(problem) => return Err(problem),
            }
        }
    }
    Ok(grants)
}

/// The grants on a thing with their ids: on anything for administrators of grants, to whom alone it is told what data there is;
/// on content for whoever may share it.
pub(super) async fn on_thing(app: &App, viewer: &Viewer, on: &Granted) -> Result<Vec<(String, Grant)>, Problem> {
    let ids = &viewer.organization.ids;
    let grants: Vec<Grant> = if administers(&viewer.principal) {
        let matter = matter_of::<Grant>(viewer, None);
        noun::allow(app, viewer, &matter, Kind::Grant.as_str(), "definitions_listed").await?;
        viewer.organization.snapshot.grants.on(on).cloned().collect()
    } else {
        let (place, named) = address(viewer, on).ok_or(Problem::NotFound)?;
        let found = sharing::found(app, viewer, (place, &named), "", MOST).await?;
        found.into_iter().map(|(_, grant, _)| grant.clone()).collect()
    };
    let with_id = grants.into_iter().filter_map(|grant| Some((ids.get(Kind::Grant, &grant.name())?.to_owned(), grant)));
    Ok(with_id.collect())
}

/// As which content sharing knows a thing; `None`: it is data.
pub(super) fn address(viewer: &Viewer, on: &Granted) -> Option<(Place, String)> {
    match on {
        Granted::Workspace(_) => Some((Place::Workspace, inode::id(viewer, on)?)),
        Granted::Folder(_) => Some((Place::Folder, inode::id(viewer, on)?)),
        Granted::Workbook(name) => Some((Place::Workbook, name.to_string())),
        Granted::Tag(path) => Some((Place::Workbook, path.to_string())),
        Granted::Connection(_) | Granted::Schema(_) | Granted::Model(_) | Granted::Table(_) => None,
    }
}

/// What is told of grants that Sigma has words for.
pub(super) async fn all_told(app: &App, viewer: &Viewer, grants: Vec<(String, Grant)>) -> Result<Vec<Value>, Problem> {
    let mut all = Vec::new();
    for (id, grant) in grants {
        all.extend(told(app, viewer, &id, &grant).await?);
    }
    Ok(all)
}

/// What is told of a grant. `None`: Sigma has no words for it, which is for everybody of a tenant or a key, or gives no level.
pub(super) async fn told(app: &App, viewer: &Viewer, id: &str, grant: &Grant) -> Result<Option<Value>, Problem> {
    let level = grant.level.and_then(|level| permission::told(&grant.on, level));
    let (Some(permission), Some(inode)) = (level, inode::id(viewer, &grant.on)) else { return Ok(None) };
    if matches!(grant.to, Grantee::Tenant(_) | Grantee::Key(_)) {
        return Ok(None);
    }
    let Some((member, team)) = grantee::told(app, viewer, grant).await? else { return Ok(None) };
    let tag = match &grant.on {
        Granted::Tag(path) => Some(path.tag.as_str()),
        _ => None,
    };
    Ok(Some(json!({
        "grantId": id,
        "organizationId": organization::id(viewer),
        "inodeId": inode,
        "inodeType": inode::kind(&grant.on),
        "tagId": tag,
        "memberId": member,
        "teamId": team,
        "permission": permission,
    })))
}
