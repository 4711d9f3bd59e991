//! What narrows a session, whoever the person is: content, locked parameters, permissions, origin and length.

use super::vouched::Vouched;
use crate::ceiling::{allows_claim, holds_content, origin_admitted};
use crate::living;
use crate::principal::Scope;
use crate::refusal::Refusal;
use chrono::{DateTime, Duration, Utc};
use model::access::Permission;
use model::assertion::{Claimant, ContentClaim};
use model::dialect::Dialect;
use model::name::{ControlName, ModelName, PageName, TagName, WorkbookName};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// The shortest session, in seconds.
const SHORTEST_SECONDS: u32 = 60;

/// The narrowing claims, checked.
pub(super) struct Bounds {
    pub(super) scope: Option<Scope>,
    pub(super) locked_parameters: BTreeMap<ControlName, Vec<Json>>,
    pub(super) permissions: Option<BTreeSet<Permission>>,
    pub(super) models: Option<BTreeSet<ModelName>>,
    pub(super) origin: Option<String>,
    pub(super) length: Duration,
}

/// Guests' parameters are not read here: they depend on what is published.
pub(super) fn read(vouched: &Vouched<'_>, now: DateTime<Utc>) -> Result<Bounds, Refusal> {
    Ok(Bounds {
        scope: scope(vouched)?,
        locked_parameters: locked_parameters(vouched)?,
        permissions: permissions(vouched)?,
        models: models(vouched),
        origin: origin(vouched)?,
        length: length(vouched, now)?,
    })
}

/// Names only: whether there is such content, and whether it is inside the ceiling, is decided at every question, so
/// that an opening says nothing about what exists. What another product called it stands for a name, or for nothing.
fn scope(vouched: &Vouched<'_>) -> Result<Option<Scope>, Refusal> {
    let invalid = |field: &'static str| move |error| Refusal::misnamed("invalid_content", field, &error);
    match &vouched.claims.content {
        None => Ok(None),
        Some(ContentClaim::Named { workbook, page, tag }) => {
            let workbook = WorkbookName::new(workbook.as_str()).map_err(invalid("content.workbook"))?;
            let page = page.as_deref().map(PageName::new).transpose().map_err(invalid("content.page"))?;
            let tag = tag.as_deref().map(TagName::new).transpose().map_err(invalid("content.tag"))?;
            Ok(Some(Scope { workbook, tag, page, element: None }))
        }
        Some(ContentClaim::Foreign(content)) => {
            let found = vouched.snapshot.known_as(content).filter(|(workbook, ..)| {
                let known = vouched.snapshot.workbooks.named(&workbook.into());
                known.is_some_and(|known| allows_claim(holds_content(&vouched.key.ceiling, workbook, &known.place)))
            });
            let (workbook, page, element) = found.cloned().ok_or_else(Refusal::no_such_content)?;
            Ok(Some(Scope { workbook, tag: None, page, element }))
        }
    }
}

fn locked_parameters(vouched: &Vouched<'_>) -> Result<BTreeMap<ControlName, Vec<Json>>, Refusal> {
    if vouched.claims.claimant == Claimant::Guest {
        return Ok(BTreeMap::new());
    }
    let claimed = vouched.claims.locked_parameters.iter();
    claimed.map(|(name, json)| Ok((parameter_name(name)?, parameter_values(name, json)?))).collect()
}

fn parameter_name(name: &str) -> Result<ControlName, Refusal> {
    ControlName::new(name).map_err(|error| Refusal::misnamed("invalid_locked_parameter", "locked_parameters", &error))
}

/// One value or several, none of them empty: a lock that locks nothing would show everything.
fn parameter_values(name: &str, json: &Json) -> Result<Vec<Json>, Refusal> {
    let values = json.as_array().map_or(std::slice::from_ref(json), Vec::as_slice);
    let is_value = |value: &Json| match value {
        Json::String(text) => !text.trim().is_empty(),
        Json::Bool(_) | Json::Number(_) => true,
        Json::Null | Json::Array(_) | Json::Object(_) => false,
    };
    if values.is_empty() || !values.iter().all(is_value) {
        let detail = format!("the locked parameter `{name}` is empty: expected a value or a list of values");
        return Err(Refusal::invalid("locked_parameter_empty", format!("locked_parameters.{name}"), detail));
    }
    Ok(values.to_vec())
}

fn permissions(vouched: &Vouched<'_>) -> Result<Option<BTreeSet<Permission>>, Refusal> {
    let ceiling = &vouched.key.ceiling.permissions;
    let claimable = |held: &Permission| !held.is_of_administration() && allows_claim(ceiling.contains(held));
    let read = |name: &String| {
        Permission::from_name(name).filter(claimable).ok_or_else(|| {
            let accepted = Permission::ALL.iter().copied().filter(claimable).map(Permission::as_str);
            Refusal::not_accepted("unknown_permission", "permissions", name, accepted)
        })
    };
    let Some(claimed) = &vouched.claims.permissions else { return Ok(None) };
    // Scopes of Tableau's say what a token is for at most, and are none of the key's permissions.
    if vouched.key.dialect == Dialect::Tableau {
        let held = claimed.iter().filter_map(|name| Permission::from_name(name).filter(claimable));
        return Ok(Some(held.collect()));
    }
    claimed.iter().map(read).collect::<Result<_, _>>().map(Some)
}

/// Names alone, for whether there are such models is no host's business; what is no name is that of none.
fn models(vouched: &Vouched<'_>) -> Option<BTreeSet<ModelName>> {
    let claimed = vouched.claims.models.as_ref()?;
    Some(claimed.iter().filter_map(|name| ModelName::new(name.as_str()).ok()).collect())
}

fn origin(vouched: &Vouched<'_>) -> Result<Option<String>, Refusal> {
    let Some(claimed) = &vouched.claims.origin else { return Ok(None) };
    if allows_claim(origin_admitted(&vouched.key.ceiling, claimed)) {
        return Ok(Some(claimed.clone()));
    }
    Err(Refusal::not_accepted("origin_refused", "origin", claimed, &vouched.key.ceiling.origins))
}

/// What is asked for, at most what is allowed; and never beyond the token, where that is what counts.
fn length(vouched: &Vouched<'_>, now: DateTime<Utc>) -> Result<Duration, Refusal> {
    let longest = living::longest_session(vouched.snapshot, vouched.key.ceiling.session_seconds);
    let seconds = vouched.claims.session_seconds.unwrap_or(longest);
    let long_enough = seconds >= SHORTEST_SECONDS || vouched.claims.session_seconds.is_none();
    if long_enough && allows_claim(seconds <= longest) {
        let length = Duration::seconds(i64::from(seconds));
        return Ok(vouched.claims.expires_at.map_or(length, |it| length.min(it - now)));
    }
    let detail = format!("`{seconds}` is not accepted: expected {SHORTEST_SECONDS} to {longest} seconds");
    Err(Refusal::invalid("session_seconds_refused", "session_seconds", detail))
}
