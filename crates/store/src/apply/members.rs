//! Members as administrators write them.

use crate::members::{WrittenBy, by_identity, insert, internal_by_email, update, written_by_files};
use crate::revisions::NamedIds;
use crate::{StoreError, new_member_id};
use authz::Member;
use chrono::{DateTime, Utc};
use model::access::{MemberDefinition, MemberKind};
use model::name::{IssuerId, MemberId, TeamId, TenantId, fold_email, fold_subject};
use model::snapshot::Kind;
use sqlx::AnyConnection;
use std::collections::BTreeSet;

/// Writes the members of the definitions and deactivates those that earlier ones wrote and these do not.
///
/// Returns those whose sessions must end: whoever changed in anything but having logged in.
pub(super) async fn write(
    connection: &mut AnyConnection,
    definitions: &[MemberDefinition],
    ids: &NamedIds,
    now: DateTime<Utc>,
) -> Result<BTreeSet<MemberId>, StoreError> {
    let (mut written, mut changed) = (BTreeSet::new(), BTreeSet::new());
    for definition in definitions {
        let (member, has_changed) = write_one(connection, read(definition, ids)?, now).await?;
        if has_changed {
            changed.insert(member.clone());
        }
        if !written.insert(member) {
            return Err(StoreError::DuplicateMember(definition.subject.clone()));
        }
    }
    for member in written_by_files(connection).await? {
        if member.active && !written.contains(&member.id) {
            update(connection, &Member { active: false, ..member.clone() }, now).await?;
            changed.insert(member.id);
        }
    }
    Ok(changed)
}

async fn write_one(
    connection: &mut AnyConnection,
    wanted: Member,
    now: DateTime<Utc>,
) -> Result<(MemberId, bool), StoreError> {
    let before = match wanted.kind {
        MemberKind::Internal => internal_by_email(connection, wanted.email.as_deref().unwrap_or_default()).await?,
        MemberKind::Embed => {
            by_identity(connection, wanted.issuer.as_ref(), wanted.tenant.as_ref(), &wanted.subject).await?
        }
    };
    let Some(before) = before else {
        let inserted = insert(connection, &wanted, WrittenBy::Files, now).await?;
        return if inserted { Ok((wanted.id, false)) } else { Err(StoreError::DuplicateMember(wanted.subject)) };
    };
    let has_logged_in = wanted.has_logged_in || before.has_logged_in;
    let wanted = Member { id: before.id.clone(), has_logged_in, ..wanted };
    if wanted != before {
        update(connection, &wanted, now).await?;
    }
    Ok((before.id.clone(), wanted != Member { has_logged_in, ..before }))
}

/// The member a definition describes, with a new id.
fn read(definition: &MemberDefinition, ids: &NamedIds) -> Result<Member, StoreError> {
    let known = |kind: Kind, name: &str| {
        let unknown = || StoreError::UnknownName { subject: definition.subject.clone(), kind, name: name.to_owned() };
        ids.get(kind, name).map(str::to_owned).ok_or_else(unknown)
    };
    let is_internal = definition.kind == MemberKind::Internal;
    let issuer = definition.issuer.as_ref().filter(|_| !is_internal).map(|name| known(Kind::Issuer, name.as_str()));
    let tenant = definition.tenant.as_ref().map(|name| known(Kind::Tenant, name.as_str()));
    let teams = definition.teams.iter().map(|name| known(Kind::Team, name.as_str()).map(TeamId::new));
    let address = definition.email.as_ref().or(is_internal.then_some(&definition.subject));
    Ok(Member {
        id: new_member_id()?,
        issuer: issuer.transpose()?.map(IssuerId::new),
        tenant: tenant.transpose()?.map(TenantId::new),
        subject: fold_subject(&definition.subject),
        kind: definition.kind,
        automatic: false,
        active: true,
        has_logged_in: definition.has_logged_in,
        email: address.map(|address| fold_email(address)),
        first_name: definition.first_name.clone(),
        last_name: definition.last_name.clone(),
        account_type: definition.account_type.clone(),
        teams: teams.collect::<Result<_, _>>()?,
        attributes: definition.attributes.clone(),
    })
}
