//! What lists, making, showing, changing and removing have in common, whatever the thing is.

use super::edit::{self, NotPlanned, Plan};
use crate::app::App;
use crate::audit;
use crate::body::of_json;
use crate::callers::{Administrator, Again, Viewer};
use crate::page::{Page, Paging};
use crate::problem::Problem;
use crate::requests::{made_before, matches, once};
use authz::{Matter, Place, administer};
use axum::Json;
use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use model::access::{Definitions, Permission};
use model::item::Item;
use model::snapshot::{Kind, Snapshot};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use store::apply::Holder;
use store::idempotency::Once;
use store::{Change, Secret};

/// A thing of the definitions that is administered by itself.
pub(in crate::routes) trait Noun:
    Serialize + DeserializeOwned + Clone + Send + Sync + 'static
{
    const KIND: Kind;
    /// The permission to administer it.
    const NEEDS: Permission;
    /// Where the list is.
    const PATH: &'static str;

    /// Its name among those of its kind.
    fn name(&self) -> String;

    /// Where it stands in the definitions, as [`model::problem::Position`] writes it.
    fn at(&self, definitions: &Definitions) -> String;

    /// All of them.
    fn all(definitions: &Definitions) -> impl Iterator<Item = Cow<'_, Self>>;

    /// The one of that name.
    fn named(definitions: &Definitions, name: &str) -> Option<Self> {
        Self::all(definitions).find(|thing| thing.name() == name).map(Cow::into_owned)
    }

    /// Those of some names, in no order.
    fn some<'a>(definitions: &'a Definitions, names: &BTreeSet<&str>) -> Vec<Cow<'a, Self>> {
        Self::all(definitions).filter(|thing| names.contains(thing.name().as_str())).collect()
    }

    /// Puts it among them, in place of one of the same name.
    fn put(self, definitions: &mut Definitions);

    /// Takes it from among them, with what cannot be without it.
    fn remove(&self, definitions: &mut Definitions) -> Vec<Change>;

    /// Whose something of that name is.
    fn place(_name: &str, _snapshot: &Snapshot) -> Place {
        Place::Organization
    }

    /// The permissions that it gives somebody.
    fn gives(&self, _snapshot: &Snapshot) -> BTreeSet<Permission> {
        BTreeSet::new()
    }

    /// What the store makes for a new one, and what of that is shown once.
    fn issue(&mut self) -> Result<Issued, Problem> {
        Ok(Issued::default())
    }

    /// What somebody should know who has just made or changed it.
    fn warnings(&self, _snapshot: &Snapshot) -> Vec<String> {
        Vec::new()
    }

    /// What is wrong with the change of one into another, that no check of the whole would find.
    fn refuse_change(&self, after: &Self) -> Result<(), Problem> {
        if self.name() == after.name() {
            return Ok(());
        }
        Err(Problem::Invalid { code: "name_stays", detail: "`name`: expected the one it has".to_owned() })
    }

    /// As it is stored.
    fn item(&self) -> Result<Item, Problem> {
        Item::new(Self::KIND, self.name(), self).map_err(|_| Problem::Internal)
    }
}

/// What of a new thing is shown once, by the members that it has only then.
type ShownOnce = Vec<(&'static str, String)>;

/// What was made for a new thing.
#[derive(Default)]
pub(in crate::routes) struct Issued {
    pub(super) secrets: BTreeMap<Holder, Vec<Secret>>,
    pub(super) shown_once: ShownOnce,
}

/// Which of them.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Listing {
    /// At most so many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next` of the page before.
    after: Option<String>,
    /// The one of that name only.
    name: Option<String>,
    /// Those whose names begin so.
    beginning: Option<String>,
}

/// Lists those within the caller's reach, by name.
pub(super) async fn list<N: Noun>(app: &App, caller: Administrator, listing: Listing) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let own = viewer.principal.tenant();
    let (matter, list) = (Matter::of(N::NEEDS, own), (N::KIND.as_str(), "definitions_listed"));
    let (limit, after) = allow_page(app, viewer, &matter, list, (listing.limit, listing.after)).await?;
    let organization = &viewer.organization;
    let is_sought = |name: &&str| {
        listing.name.as_ref().is_none_or(|wanted| wanted == name)
            && listing.beginning.as_ref().is_none_or(|beginning| name.starts_with(beginning.as_str()))
            && *name > after.as_str()
            && own.is_none_or(|own| N::place(name, &organization.snapshot) == Place::Tenant(own.clone()))
    };
    let names = first(organization.ids.names(N::KIND).filter(is_sought), limit as usize + 1);
    let found = N::some(&organization.definitions, &names).into_iter().map(|thing| (thing.name(), thing));
    let found: BTreeMap<String, Cow<'_, N>> = found.collect();
    let items = found.into_iter().map(|(name, thing)| Ok((told(viewer, thing.as_ref())?.1, name)));
    let page = Page::of(items.collect::<Result<Vec<_>, Problem>>()?, limit);
    Ok(Json(page).into_response())
}

/// The first of the names in their order, at most so many. There may be very many of them.
fn first<'a>(names: impl Iterator<Item = &'a str>, most: usize) -> BTreeSet<&'a str> {
    let mut first = BTreeSet::new();
    for name in names {
        if first.len() < most || first.last().is_some_and(|last| name < *last) {
            first.insert(name);
        }
        if first.len() > most {
            first.pop_last();
        }
    }
    first
}

/// Shows one.
pub(super) async fn show<N: Noun>(app: &App, caller: Administrator, id: &str) -> Result<Response, Problem> {
    let viewer = &caller.viewer;
    let thing = read::<N>(app, viewer, id).await?;
    answer(viewer, &thing, StatusCode::OK, None)
}

/// The thing, once it is decided and recorded that the caller is told of it.
pub(in crate::routes) async fn read<N: Noun>(app: &App, viewer: &Viewer, id: &str) -> Result<N, Problem> {
    let thing = found::<N>(viewer, id);
    let matter = matter_of(viewer, thing.as_ref());
    let resource = resource_of(N::KIND, thing.as_ref(), id);
    allow(app, viewer, &matter, &resource, "definition_read").await?;
    thing.ok_or(Problem::NotFound)
}

/// All things within the caller's reach with their ids, by name, once it is decided and recorded that they are told.
pub(in crate::routes) async fn every<N: Noun>(app: &App, viewer: &Viewer) -> Result<Vec<(String, N)>, Problem> {
    let own = viewer.principal.tenant();
    allow(app, viewer, &Matter::of(N::NEEDS, own), N::KIND.as_str(), "definitions_listed").await?;
    let organization = &viewer.organization;
    let is_reached =
        |name: &str| own.is_none_or(|own| N::place(name, &organization.snapshot) == Place::Tenant(own.clone()));
    let all = N::all(&organization.definitions).filter(|thing| is_reached(&thing.name()));
    let with_id = all.filter_map(|thing| {
        let name = thing.name();
        Some((name.clone(), (organization.ids.get(N::KIND, &name)?.to_owned(), thing.into_owned())))
    });
    let by_name: BTreeMap<String, (String, N)> = with_id.collect();
    Ok(by_name.into_values().collect())
}

/// Makes one.
pub(super) async fn make<N: Noun>(
    app: &App,
    caller: Administrator,
    headers: &HeaderMap,
    body: Value,
) -> Result<Response, Problem> {
    let once = once(headers, &caller.viewer, &format!("{} {body}", N::PATH))?;
    if let Some(id) = made_before(app, once.as_ref()).await? {
        return show::<N>(app, caller, &id).await;
    }
    let (id, thing, shown_once) = made::<N>(app, caller, once.as_ref(), body).await?;
    let location = format!("{}/{id}", N::PATH);
    let mut json = wire(&id, &thing)?;
    if let Some(object) = json.as_object_mut() {
        object.extend(shown_once.into_iter().map(|(member, shown)| (member.to_owned(), Value::String(shown))));
    }
    warn(app, &thing, &mut json).await?;
    tagged(StatusCode::CREATED, &thing, json, Some(&location))
}

/// A new thing with its id, and what of it is shown once.
pub(in crate::routes) async fn made<N: Noun>(
    app: &App,
    caller: impl Into<Again>,
    once: Option<&Once>,
    body: Value,
) -> Result<(String, N, ShownOnce), Problem> {
    let mut thing: N = of_json(object(body)?)?;
    let Issued { secrets, shown_once } = thing.issue()?;
    let (.., edited) = edit::write(app, caller, once, |viewer| {
        let definitions = &viewer.organization.definitions;
        let mut after = definitions.clone();
        let matter = matter_of(viewer, Some(&thing));
        let resource = resource_of(N::KIND, Some(&thing), "");
        let warrant = edit::expect_mandate(viewer, &matter, &resource)?;
        if viewer.organization.ids.get(N::KIND, &thing.name()).is_some() {
            return Err(taken(N::KIND).into());
        }
        thing.clone().put(&mut after);
        let (changes, at) = (vec![Change::from(thing.item()?)], thing.at(&after));
        let (secrets, event) = (secrets.clone(), format!("{}_made", N::KIND.as_str()));
        Ok(Plan { warrant, after, changes, aside: None, secrets, resource, event, fields: Vec::new(), at })
    })
    .await?;
    Ok((edited.ids.into_iter().next().unwrap_or_default(), thing, shown_once))
}

/// Changes one: a merge patch (RFC 7396).
pub(super) async fn change<N: Noun>(
    app: &App,
    caller: Administrator,
    id: &str,
    headers: &HeaderMap,
    patch: Value,
) -> Result<Response, Problem> {
    let thing = changed::<N>(app, caller, id, headers, patch).await?;
    let mut json = wire(id, &thing)?;
    warn(app, &thing, &mut json).await?;
    tagged(StatusCode::OK, &thing, json, None)
}

/// The thing as it is after the change.
pub(in crate::routes) async fn changed<N: Noun>(
    app: &App,
    caller: impl Into<Again>,
    id: &str,
    headers: &HeaderMap,
    patch: Value,
) -> Result<N, Problem> {
    let (viewer, plan, _) = edit::write(app, caller, None, |viewer| {
        let before = existing::<N>(viewer, id)?;
        matches(headers, &tag(&before)?)?;
        let mut json = serde_json::to_value(&before).map_err(|_| Problem::Internal)?;
        let fields = merge(&mut json, patch.clone())?;
        let thing: N = of_json(json)?;
        before.refuse_change(&thing)?;
        let matter = matter_of(viewer, Some(&before)).giving(&thing.gives(&viewer.organization.snapshot));
        let mut after = viewer.organization.definitions.clone();
        thing.clone().put(&mut after);
        let (changes, at) = (vec![Change::from(thing.item()?)], thing.at(&after));
        let resource = resource_of(N::KIND, Some(&before), id);
        let warrant = edit::expect_mandate(viewer, &matter, &resource)?;
        let event = format!("{}_changed", N::KIND.as_str());
        let secrets = BTreeMap::new();
        Ok(Plan { warrant, after, changes, aside: None, secrets, resource, event, fields, at })
    })
    .await?;
    let name = viewer.organization.ids.name(N::KIND, id).ok_or(Problem::NotFound)?;
    N::named(&plan.after, name).ok_or(Problem::NotFound)
}

/// Adds what there is to warn of, now that it is in force.
async fn warn<N: Noun>(app: &App, thing: &N, json: &mut Value) -> Result<(), Problem> {
    let warnings = thing.warnings(&app.organization_now().await?.snapshot);
    if let (false, Some(object)) = (warnings.is_empty(), json.as_object_mut()) {
        object.insert("warnings".to_owned(), warnings.into());
    }
    Ok(())
}

/// Removes one, with the grants to it and on it.
pub(in crate::routes) async fn remove<N: Noun>(
    app: &App,
    caller: Administrator,
    id: &str,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    edit::write(app, caller, None, |viewer| {
        let before = existing::<N>(viewer, id)?;
        matches(headers, &tag(&before)?)?;
        let matter = matter_of(viewer, Some(&before));
        let mut after = viewer.organization.definitions.clone();
        let mut changes = vec![Change::gone(N::KIND, before.name())];
        changes.extend(before.remove(&mut after));
        let resource = resource_of(N::KIND, Some(&before), id);
        let warrant = edit::expect_mandate(viewer, &matter, &resource)?;
        let secrets = BTreeMap::new();
        let (event, at) = (format!("{}_deleted", N::KIND.as_str()), String::from("nothing stands there"));
        Ok(Plan { warrant, after, changes, aside: None, secrets, resource, event, fields: Vec::new(), at })
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Decides whether the caller may read, and records it.
pub(in crate::routes) async fn allow(
    app: &App,
    viewer: &Viewer,
    matter: &Matter,
    resource: &str,
    event: &str,
) -> Result<(), Problem> {
    match administer(&viewer.principal, &viewer.organization.snapshot, matter) {
        Ok(mandate) => audit::reading_administration(app, viewer, matter, resource, event, &mandate).await,
        Err(denial) => Err(audit::not_administering(app, viewer, matter, resource, &denial).await?),
    }
}

/// The same of a list, of which `(limit, after)` is wanted: how many, and behind what.
pub(super) async fn allow_page(
    app: &App,
    viewer: &Viewer,
    matter: &Matter,
    (resource, event): (&str, &str),
    (limit, after): (Option<u32>, Option<String>),
) -> Result<(u32, String), Problem> {
    allow(app, viewer, matter, resource, event).await?;
    Paging::read(limit, after)
}

/// The thing, if the caller reaches it; else a denial, the same for what is absent.
pub(super) fn existing<N: Noun>(viewer: &Viewer, id: &str) -> Result<N, NotPlanned> {
    let thing = found::<N>(viewer, id);
    let matter = matter_of(viewer, thing.as_ref());
    edit::expect_mandate(viewer, &matter, &resource_of(N::KIND, thing.as_ref(), id))?;
    thing.ok_or_else(|| Problem::NotFound.into())
}

fn found<N: Noun>(viewer: &Viewer, id: &str) -> Option<N> {
    let name = viewer.organization.ids.name(N::KIND, id)?;
    N::named(&viewer.organization.definitions, name)
}

/// What administering it comes to; of what is absent, as of what is the organization's.
pub(in crate::routes) fn matter_of<N: Noun>(viewer: &Viewer, thing: Option<&N>) -> Matter {
    let snapshot = &viewer.organization.snapshot;
    let place = thing.map_or(Place::Organization, |thing| N::place(&thing.name(), snapshot));
    let gives = thing.map(|thing| thing.gives(snapshot)).unwrap_or_default();
    Matter { needs: N::NEEDS, place, gives }
}

pub(in crate::routes) fn resource_of<N: Noun>(kind: Kind, thing: Option<&N>, id: &str) -> String {
    format!("{}/{}", kind.as_str(), thing.map_or_else(|| id.to_owned(), Noun::name))
}

fn taken(kind: Kind) -> Problem {
    let detail = format!("`name`: there is a {} of that name already", kind.as_str().replace('_', " "));
    Problem::Conflict { code: "name_taken", detail }
}

/// A thing as it is told: what files say of it, and its id.
fn told<N: Noun>(viewer: &Viewer, thing: &N) -> Result<(String, Value), Problem> {
    let id = viewer.organization.ids.get(N::KIND, &thing.name()).unwrap_or_default().to_owned();
    let json = wire(&id, thing)?;
    Ok((id, json))
}

fn answer<N: Noun>(
    viewer: &Viewer,
    thing: &N,
    status: StatusCode,
    location: Option<&str>,
) -> Result<Response, Problem> {
    let (_, json) = told(viewer, thing)?;
    tagged(status, thing, json, location)
}

fn wire(id: &str, thing: &impl Serialize) -> Result<Value, Problem> {
    let mut json = serde_json::to_value(thing).map_err(|_| Problem::Internal)?;
    let object = json.as_object_mut().ok_or(Problem::Internal)?;
    object.insert("id".to_owned(), Value::String(id.to_owned()));
    Ok(json)
}

pub(super) fn tagged(
    status: StatusCode,
    thing: &impl Serialize,
    json: Value,
    location: Option<&str>,
) -> Result<Response, Problem> {
    let mut response = (status, Json(json)).into_response();
    let header = |text: &str| HeaderValue::from_str(text).map_err(|_| Problem::Internal);
    response.headers_mut().insert(ETAG, header(&tag(thing)?)?);
    if let Some(location) = location {
        response.headers_mut().insert(LOCATION, header(location)?);
    }
    Ok(response)
}

/// What stands for the thing as it is: a strong validator.
pub(super) fn tag(thing: &impl Serialize) -> Result<String, Problem> {
    let text = serde_json::to_vec(thing).map_err(|_| Problem::Internal)?;
    let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(&text));
    Ok(format!("\"{}\"", digest.get(..32).unwrap_or_default()))
}

/// What was sent, if it is an object.
fn object(body: Value) -> Result<Value, Problem> {
    if body.is_object() {
        return Ok(body);
    }
    Err(Problem::Invalid { code: "invalid_member", detail: "`body`: expected an object".to_owned() })
}

/// Merges a patch into a thing (RFC 7396); the members that it names.
pub(super) fn merge(thing: &mut Value, patch: Value) -> Result<Vec<String>, Problem> {
    let patch = object(patch)?;
    let fields = patch.as_object().into_iter().flat_map(|members| members.keys().cloned()).collect();
    merge_into(thing, patch);
    Ok(fields)
}

pub(crate) fn merge_into(thing: &mut Value, patch: Value) {
    let Value::Object(members) = patch else {
        *thing = patch;
        return;
    };
    if !thing.is_object() {
        *thing = Value::Object(serde_json::Map::new());
    }
    let Some(object) = thing.as_object_mut() else { return };
    for (name, value) in members {
        if value.is_null() {
            object.remove(&name);
        } else {
            merge_into(object.entry(name).or_insert(Value::Null), value);
        }
    }
}
