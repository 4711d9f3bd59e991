//! Who gets in as what: the opening, read off the documents.

use super::told::{Comer, Told, Words};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Internal,
    Application,
    Embed,
    OnDemand,
    Guest,
    Public,
}

/// What is pinned.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) kind: Kind,
    pub(crate) subject: &'static str,
    pub(crate) tenant: Option<&'static str>,
    /// Whether the store knew them before.
    pub(crate) known: bool,
    pub(crate) teams: Words,
    pub(crate) account_type: &'static str,
    pub(crate) permissions: Option<Words>,
    pub(crate) scope: Option<(&'static str, &'static str)>,
}

pub(super) fn session(told: &Told) -> Option<Session> {
    if told.comer == Comer::Public {
        let opens = told.links && told.published.is_some();
        return opens.then(|| nobody(Kind::Public, Some(vec!["view", "export_csv"]), Some(("sales", ""))));
    }
    if told.comer == Comer::Application {
        let session =
            Session { scope: None, permissions: None, ..person(told, Kind::Application, "ida@acme.example", true) };
        let written = Session { teams: told.member_teams.clone(), account_type: told.member_type, ..session };
        return told.member_active.then_some(written);
    }
    let asks_for_too_much = |listed: &Words| listed.iter().any(|one| !told.key_permissions.contains(one));
    if told.key_disabled || told.claimed_permissions.as_ref().is_some_and(asks_for_too_much) {
        return None;
    }
    if told.comer == Comer::Guest {
        let opens =
            told.guests && told.published.is_some() && told.scope.is_some_and(|(workbook, _)| workbook == "sales");
        return opens.then(|| nobody(Kind::Guest, told.claimed_permissions.clone(), told.scope));
    }
    if told.blocked || !may_be_of(told, told.claimed_tenant) {
        return None;
    }
    let is_there = told.member_tenant == told.claimed_tenant;
    match told.comer {
        Comer::Internal => internal(told),
        Comer::Linked => linked(told),
        Comer::OnDemand => on_demand(told, "vera"),
        Comer::OnDemandKnown if !is_there => on_demand(told, "fred"),
        Comer::Automatic | Comer::ByHand | Comer::OnDemandKnown if is_there => embed(told),
        _ => newcomer(told),
    }
}

fn nobody(kind: Kind, permissions: Option<Words>, scope: Option<(&'static str, &'static str)>) -> Session {
    Session { kind, subject: "", tenant: None, known: false, teams: vec![], account_type: "", permissions, scope }
}

fn person(told: &Told, kind: Kind, subject: &'static str, known: bool) -> Session {
    let tenant = if known { told.member_tenant } else { told.claimed_tenant };
    Session { subject, tenant, known, ..nobody(kind, told.claimed_permissions.clone(), told.scope) }
}

/// Whether the key is for people of that tenant, or of none, and the tenant is active.
pub(super) fn may_be_of(told: &Told, tenant: Option<&'static str>) -> bool {
    match (tenant, &told.key_tenants) {
        (Some(tenant), _) if told.deactivated.contains(&tenant) => false,
        (Some(tenant), Some(named)) => named.contains(&tenant),
        (None, Some(named)) => named.is_empty(),
        (_, None) => true,
    }
}

fn internal(told: &Told) -> Option<Session> {
    let kind = told.types.iter().find(|(name, _)| *name == told.member_type);
    let administers = kind.is_none_or(|(_, permissions)| permissions.contains(&"administer"));
    let fine = told.key_binds
        && told.member_active
        && told.claimed_tenant.is_none_or(|claimed| told.member_tenant == Some(claimed))
        && may_be_of(told, told.member_tenant)
        && (!administers || told.key_binds_administrators)
        && (told.logged_in || told.automatic);
    if fine { as_written(told, person(told, Kind::Internal, "ida@acme.example", true)) } else { None }
}

fn embed(told: &Told) -> Option<Session> {
    let is_automatic = told.comer == Comer::Automatic;
    if !told.member_active || (is_automatic && !told.automatic && !told.keep) {
        return None;
    }
    let session = person(told, Kind::Embed, "fred", true);
    if !told.automatic {
        return as_written(told, session);
    }
    // The token describes them; what an administrator wrote counts where it says nothing.
    let stored = !is_automatic;
    let teams = match claimed_teams(told)? {
        Some(claimed) => claimed,
        None if stored => told.member_teams.clone(),
        None => vec![],
    };
    let account_type = match told.claimed_type {
        None if stored => told.member_type,
        claimed => claimable_type(told, claimed)?,
    };
    Some(Session { teams, account_type, ..session })
}

/// Somebody written by hand who comes by another identity that is theirs: within one tenant, and never an administrator.
fn linked(told: &Told) -> Option<Session> {
    let kind = told.types.iter().find(|(name, _)| *name == told.member_type);
    let administers = kind.is_none_or(|(_, permissions)| permissions.contains(&"administer"));
    let fine = told.member_tenant == told.claimed_tenant && !administers;
    fine.then(|| embed(told)).flatten()
}

/// Whom tokens do not describe: what is stored, and, with the switch on, the claimed teams beside it.
fn as_written(told: &Told, session: Session) -> Option<Session> {
    let mut teams = told.member_teams.clone();
    if told.dynamic && told.comer != Comer::Automatic {
        teams.extend(claimed_teams(told)?.unwrap_or_default());
    }
    Some(Session { teams, account_type: told.member_type, ..session })
}

fn newcomer(told: &Told) -> Option<Session> {
    if !told.automatic {
        return None;
    }
    let teams = claimed_teams(told)?.filter(|teams| !teams.is_empty())?;
    let account_type = claimable_type(told, told.claimed_type)?;
    Some(Session { teams, account_type, ..person(told, Kind::Embed, "fred", false) })
}

fn on_demand(told: &Told, subject: &'static str) -> Option<Session> {
    let mut teams = claimed_teams(told)?.unwrap_or_default();
    teams.retain(|name| told.teams.iter().any(|team| team.name == *name && team.on_demand));
    let opens = told.on_demand && !teams.is_empty();
    opens.then(|| Session { teams, ..person(told, Kind::OnDemand, subject, false) })
}

/// The outer `None`: one of them is not accepted.
fn claimed_teams(told: &Told) -> Option<Option<Words>> {
    let Some(claimed) = &told.claimed_teams else { return Some(None) };
    let accepted = |name: &&'static str| {
        let exists = told.teams.iter().any(|team| team.name == *name);
        exists && !name.contains('/') && told.key_teams.as_ref().is_none_or(|named| named.contains(name))
    };
    claimed.iter().all(accepted).then(|| Some(claimed.clone()))
}

fn claimable_type(told: &Told, claimed: Option<&'static str>) -> Option<&'static str> {
    let wanted = claimed.unwrap_or("View");
    let (name, permissions) = told.types.iter().find(|(name, _)| *name == wanted)?;
    let fine = told.key_types.contains(name) && !permissions.contains(&"administer");
    fine.then_some(*name)
}
