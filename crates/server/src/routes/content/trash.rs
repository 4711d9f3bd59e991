//! The trash: workbooks that were thrown away, with their tags and grants, until they are put back or deleted.

use super::{Made, member, permitted, permitted_in, published, spelled};
use crate::app::App;
use crate::audit;
use crate::body::{Definition, of_json};
use crate::callers::{Author, Viewer};
use crate::page::{Page, Paging, Parameters};
use crate::path::Named;
use crate::problem::{Problem, ProblemBody};
use crate::routes::administration::edit::{self, NotPlanned, Plan};
use crate::routes::administration::nouns::without_versions;
use authz::is_owned_by;
use authz::permit::{CreateContent, ManageContent, RestoreContent};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use model::access::{ContentName, Definitions, Grant, Grantee, Permission};
use model::item::Item;
use model::name::{WorkbookId, WorkbookName};
use model::snapshot::{Ids, Kind};
use model::workbook::{Place, Workbook};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::Change;
use store::edit::Aside;
use store::trash::{Thrown, ThrownItem};
use utoipa::ToSchema;

/// A workbook in the trash.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ThrownWorkbook)]
pub(super) struct ThrownAnswer {
    id: String,
    name: String,
    title: String,
    /// The workspace or folder it was in: `shop` or `shop/daily`.
    r#in: String,
    thrown_at: DateTime<Utc>,
}

/// A page of the trash.
#[derive(Serialize, ToSchema)]
#[schema(as = Trash)]
pub(super) struct TrashAnswer {
    /// By id.
    items: Vec<ThrownAnswer>,
    /// Behind which the next page begins; absent: this is the last one.
    next: Option<String>,
}

/// Where a workbook is put back.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PutBack)]
pub(super) struct PutBack {
    /// `{"workspace": NAME}` or `{"folder": "WORKSPACE/NAME"}`; absent: where it was.
    #[serde(default, rename = "in")]
    #[schema(value_type = Option<Object>)]
    place: Option<Place>,
}

/// Throws a workbook away, with its tags and what is granted on it. Nobody sees it any more; whoever manages the place it was
/// in, its owner, and whoever threw it away can put it back.
#[utoipa::path(
    delete, operation_id = "throw_workbook", path = "/api/v1/workbooks/{workbook}", tag = "content",
    params(("workbook" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(in crate::routes) async fn throw(
    author: Author,
    State(app): State<App>,
    Named(name): Named<WorkbookName>,
) -> Result<StatusCode, Problem> {
    let now = app.clock.now();
    edit::write(&app, author, None, |viewer| {
        let warrant = permitted::<ManageContent>(viewer, &name.clone().into())?;
        let (id, workbook) = published(viewer, &name)?;
        let (definitions, ids) = (&viewer.organization.definitions, &viewer.organization.ids);
        let names_it = |content: &ContentName| matches!(content, ContentName::Workbook(named) if *named == name);
        if definitions.embed_keys.iter().any(|key| key.ceiling.content.iter().any(names_it)) {
            let detail = "an embed key is for this workbook by its name: an administrator must change that first";
            return Err(Problem::Conflict { code: "in_use", detail: detail.to_owned() }.into());
        }
        let mut after = definitions.clone();
        after.workbooks.remove(&name);
        let mut changes = vec![Change::gone(Kind::Workbook, name.as_str())];
        changes.extend(without_versions(&mut after, &name));
        let items = items(definitions, ids, (&name, workbook), &changes).ok_or(Problem::Internal)?;
        let (workbook, by) = (id.clone(), member(viewer)?.clone());
        let thrown = Thrown { workbook, name: name.to_string(), items, at: now, by };
        Ok(Plan {
            warrant,
            after,
            changes,
            aside: Some(Aside::Throw(thrown)),
            secrets: BTreeMap::new(),
            resource: name.to_string(),
            event: "workbook_thrown_away".to_owned(),
            fields: Vec::new(),
            at: "nothing stands there".to_owned(),
        })
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What goes, as it is, with the ids that it has.
fn items(
    definitions: &Definitions,
    ids: &Ids,
    (name, workbook): (&WorkbookName, &Workbook),
    gone: &[Change],
) -> Option<Vec<ThrownItem>> {
    let item = |change: &Change| {
        let item = match change.kind {
            Kind::Workbook => Item::new(Kind::Workbook, name.as_str(), workbook).ok()?,
            Kind::Tag => {
                let path = change.name.clone().try_into().ok()?;
                Item::new(Kind::Tag, change.name.as_str(), definitions.tags.get(&path)?).ok()?
            }
            _ => {
                let grant = definitions.grants.iter().find(|grant| grant.name() == change.name)?;
                Item::new(Kind::Grant, change.name.as_str(), grant).ok()?
            }
        };
        let id = ids.get(item.kind, &item.name)?.to_owned();
        Some(ThrownItem { kind: item.kind.as_str().to_owned(), name: item.name, id, body: item.body })
    };
    gone.iter().map(item).collect()
}

/// What is in the trash of what the caller managed.
#[utoipa::path(
    get, operation_id = "list_trash", path = "/api/v1/trash", tag = "content", params(Paging),
    responses((status = 200, body = TrashAnswer), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn list(
    viewer: Viewer,
    State(app): State<App>,
    Parameters(paging): Parameters<Paging>,
) -> Result<Json<TrashAnswer>, Problem> {
    let (limit, mut after) = (paging.limit()?, paging.after()?);
    audit::listing_trash(&app, &viewer).await?;
    let reader = viewer.reader();
    let mut found = Vec::new();
    while found.len() <= limit as usize {
        let batch = app.store.trash(&after, BATCH).await?;
        let Some(last) = batch.last() else { break };
        after = last.workbook.to_string();
        for thrown in batch {
            let Some(workbook) = workbook_of(&thrown) else { continue };
            if may_restore(&viewer, &thrown, &workbook, None).is_ok() {
                let (id, at) = (thrown.workbook.to_string(), thrown.at);
                let title = workbook.title.read_by(&reader);
                let place = spelled(&workbook.place);
                let told = ThrownAnswer { id: id.clone(), name: thrown.name, title, r#in: place, thrown_at: at };
                found.push((told, id));
            }
        }
    }
    let Page { items, next } = Page::of(found, limit);
    Ok(Json(TrashAnswer { items, next }))
}

/// So many are read at once.
const BATCH: u32 = 100;

/// Puts a workbook back, with its tags, the grants to whom there still is, its versions, and the id that it had.
#[utoipa::path(
    post, operation_id = "put_back_workbook", path = "/api/v1/trash/{workbook}/restore", tag = "content",
    request_body = PutBack, params(("workbook" = String, Path)),
    responses((status = 200, body = Made), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn restore(
    author: Author,
    State(app): State<App>,
    Named(id): Named<WorkbookId>,
    Definition(body): Definition,
) -> Result<Json<Made>, Problem> {
    let (thrown, workbook) = found(&app, &author.viewer, &id).await?;
    let PutBack { place } = of_json(body)?;
    let name = WorkbookName::new(thrown.name.clone()).map_err(|_| Problem::Internal)?;
    let workbook = Workbook { place: place.clone().unwrap_or_else(|| workbook.place.clone()), ..workbook };
    let (_, plan, _) = edit::write(&app, author, None, |viewer| {
        let warrant = may_restore(viewer, &thrown, &workbook, place.as_ref())?;
        drop(permitted_in::<CreateContent>(viewer, &workbook.place, false)?);
        let (after, changes, warnings) = put_back(viewer, &thrown, (&name, &workbook))?;
        Ok(Plan {
            warrant,
            after,
            changes,
            aside: Some(Aside::PutBack(id.clone())),
            secrets: BTreeMap::new(),
            resource: name.to_string(),
            event: "workbook_put_back".to_owned(),
            fields: warnings,
            at: format!("workbooks/{name}.yaml: "),
        })
    })
    .await?;
    Ok(Json(Made { name, warnings: plan.fields }))
}

/// Deletes a workbook in the trash for ever, with its versions and what people kept of it: for whoever manages the place it was
/// in, and its owner.
#[utoipa::path(
    delete, operation_id = "purge_workbook", path = "/api/v1/trash/{workbook}", tag = "content",
    params(("workbook" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)),
    security(("handle" = []), ("credential" = [])),
)]
pub(super) async fn purge(
    viewer: Viewer,
    State(app): State<App>,
    Named(id): Named<WorkbookId>,
) -> Result<StatusCode, Problem> {
    let (thrown, workbook) = found(&app, &viewer, &id).await?;
    // Whoever threw it away may have lost what they had since.
    let own = is_owned_by(&viewer.principal, workbook.owner.as_ref());
    let warrant = match permitted_in::<RestoreContent>(&viewer, &workbook.place, own) {
        Ok(warrant) => warrant,
        Err(refused) => return Err(refused.told(&app, &viewer).await?),
    };
    let event = audit::changing(&app, &viewer, &warrant, &thrown.name, "workbook_purged");
    if app.store.purge(&id, event).await? { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::NotFound) }
}

/// What is in the trash, if the caller may put it back: else a denial, the same for what is not there.
async fn found(app: &App, viewer: &Viewer, id: &WorkbookId) -> Result<(Thrown, Workbook), Problem> {
    let thrown = app.store.thrown(id).await?;
    let Some((workbook, thrown)) = thrown.and_then(|thrown| Some((workbook_of(&thrown)?, thrown))) else {
        audit::nothing_thrown(app, viewer, id).await?;
        return Err(Problem::NotFound);
    };
    match may_restore(viewer, &thrown, &workbook, None) {
        Ok(_) => Ok((thrown, workbook)),
        Err(refused) => {
            drop(refused.told(app, viewer).await?);
            Err(Problem::NotFound)
        }
    }
}

fn workbook_of(thrown: &Thrown) -> Option<Workbook> {
    let item = thrown.items.iter().find(|item| item.kind() == Some(Kind::Workbook))?;
    serde_json::from_str(&item.body).ok()
}

/// Whoever managed it may put it back: by the place it was in, as its owner, or because they threw it away. Where its place
/// is gone too, what counts is where it is put.
fn may_restore(
    viewer: &Viewer,
    thrown: &Thrown,
    workbook: &Workbook,
    to: Option<&Place>,
) -> Result<crate::routes::Warrant, NotPlanned> {
    let principal = &viewer.principal;
    let own = is_owned_by(principal, workbook.owner.as_ref()) || principal.member() == Some(&thrown.by);
    let was_in = workbook_of(thrown).map_or_else(|| workbook.place.clone(), |workbook| workbook.place);
    let seat = match to {
        Some(to) if !exists(viewer, &was_in) => to,
        _ => &was_in,
    };
    permitted_in::<RestoreContent>(viewer, seat, own)
}

fn exists(viewer: &Viewer, place: &Place) -> bool {
    let snapshot = &viewer.organization.snapshot;
    match place {
        Place::Workspace(name) => snapshot.workspaces.id(name).is_some(),
        Place::Folder(path) => snapshot.folders.id(path).is_some(),
    }
}

type Planned = (Definitions, Vec<Change>, Vec<String>);

/// The definitions with what comes back, and what could not come.
fn put_back(
    viewer: &Viewer,
    thrown: &Thrown,
    (name, workbook): (&WorkbookName, &Workbook),
) -> Result<Planned, Problem> {
    let mut after = viewer.organization.definitions.clone();
    let mut warnings = Vec::new();
    let mut workbook = workbook.clone();
    if !viewer.principal.permissions().contains(&Permission::CreatePublicLinks) && close(&mut workbook) {
        warnings.push("what was opened to guests or by links is not: that needs `create_public_links`".to_owned());
    }
    let workbook = &workbook;
    if after.workbooks.contains_key(name) {
        let detail = "there is another workbook of that name now: throw it away, or delete it, first".to_owned();
        return Err(Problem::Conflict { code: "name_taken", detail });
    }
    after.workbooks.insert(name.clone(), workbook.clone());
    let item = Item::new(Kind::Workbook, name.as_str(), workbook).map_err(|_| Problem::Internal)?;
    let mut changes = vec![Change::from(item).again(thrown.workbook.as_str())];
    let mut lost = 0_usize;
    for item in &thrown.items {
        let unreadable = |_| Problem::Internal;
        match item.kind() {
            Some(Kind::Tag) => {
                let path = item.name.clone().try_into().map_err(|_| Problem::Internal)?;
                after.tags.insert(path, serde_json::from_str(&item.body).map_err(unreadable)?);
            }
            Some(Kind::Grant) => {
                let grant: Grant = serde_json::from_str(&item.body).map_err(unreadable)?;
                if !is_there(&after, &grant.to) {
                    lost += 1;
                    continue;
                }
                after.grants.push(grant);
            }
            _ => continue,
        }
        let kind = item.kind().ok_or(Problem::Internal)?;
        let back = Item { kind, name: item.name.clone(), body: item.body.clone() };
        changes.push(Change::from(back).again(item.id.as_str()));
    }
    warnings.extend((lost > 0).then(|| format!("{lost} grants to whom there is no more did not come back")));
    Ok((after, changes, warnings))
}

/// Takes all publications away; whether there were any.
fn close(workbook: &mut Workbook) -> bool {
    let elements = workbook.pages.iter_mut().flat_map(|page| &mut page.elements);
    let lists = elements.map(|element| &mut element.publications).chain([&mut workbook.publications]);
    lists.map(std::mem::take).filter(|taken| !taken.is_empty()).count() > 0
}

/// Whether there still is whom something was granted to, as far as definitions know.
fn is_there(definitions: &Definitions, to: &Grantee) -> bool {
    match to {
        Grantee::Member(_) => true,
        Grantee::EmbedMember(identity) => {
            definitions.issuers.iter().any(|issuer| issuer.name == identity.issuer)
                && identity.tenant.as_ref().is_none_or(|tenant| definitions.tenants.iter().any(|it| it.name == *tenant))
        }
        Grantee::Team(team) => definitions.teams.iter().any(|it| it.name == *team),
        Grantee::Tenant(tenant) => definitions.tenants.iter().any(|it| it.name == *tenant),
        Grantee::Key(key) => definitions.embed_keys.iter().any(|it| it.client_id == *key),
    }
}
