//! Public links: whoever has one sees what it was made for.

use super::Opening;
use crate::principal::{Facts, Scope, Switches, Who};
use crate::refusal::Refusal;
use chrono::Duration;
use model::access::Permission;
use model::publication::{Audience, LinkId};
use model::snapshot::Snapshot;
use std::collections::{BTreeMap, BTreeSet};

/// How long what a link opens holds, in seconds: every request takes the link anew.
const SECONDS: i64 = 60;

/// What holds for whoever has a link.
///
/// # Errors
/// A [`Refusal`] if there is no such link, or public links are switched off: the same one.
pub fn open_link(link: &LinkId, snapshot: &Snapshot, opening: Opening) -> Result<Facts, Refusal> {
    let scope = find(link, snapshot).filter(|_| snapshot.organization.public_links);
    let scope = scope.ok_or_else(Refusal::no_such_content)?;
    Ok(Facts {
        session: opening.session,
        who: Who::Public(link.clone()),
        key: None,
        provider: None,
        provider_session: None,
        issuer: None,
        subject: None,
        tenant: None,
        email: None,
        email_trusted: false,
        first_name: None,
        last_name: None,
        locale: None,
        time_zone: None,
        teams: BTreeSet::new(),
        account_type: None,
        permissions: Some(Permission::ALL.iter().copied().filter(|held| held.is_for_anybody()).collect()),
        models: None,
        attributes: BTreeMap::new(),
        scope: Some(scope),
        locked_parameters: BTreeMap::new(),
        origin: None,
        opened_with: None,
        second_factor: false,
        switches: Switches::of(&snapshot.organization),
        opened_at: opening.now,
        expires_at: opening.now + Duration::seconds(SECONDS),
    })
}

fn find(link: &LinkId, snapshot: &Snapshot) -> Option<Scope> {
    let audience = Audience::PublicLink(link.clone());
    snapshot.published_to(&audience).next().map(|(workbook, page, element)| Scope {
        workbook: workbook.clone(),
        tag: None,
        page: page.cloned(),
        element: element.cloned(),
    })
}
