//! Members as administrators write them.

use crate::identities::linked;
use crate::members::{WrittenBy, by_identity, insert, internal_by_email, update, written_by};
use crate::revisions::{NamedIds, names};
use crate::{Store, StoreError, new_member_id};
use authz::Member;
use chrono::{DateTime, Utc};
use model::access::{MemberDefinition, MemberKind};
use model::name::{IssuerId, IssuerName, MemberId, TeamId, TeamName, TenantId, TenantName, fold_email, fold_subject};
use model::snapshot::Kind;
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet};

impl Store {
    /// The members that administrators have written, in files or one by one, as they would stand in files. Those that an
    /// embed made are not among them, nor are those whom files no longer define.
    ///
    /// # Errors
    /// The database fails, or a member is of a tenant, issuer or team that is gone.
    pub async fn written_members(&self) -> Result<Vec<MemberDefinition>, StoreError> {
        let mut connection = self.database.readers().acquire().await?;
        let names = names(&mut connection, &[Kind::Issuer, Kind::Tenant, Kind::Team]).await?;
        let mut members = written_by(&mut connection, WrittenBy::Files).await?;
        members.extend(written_by(&mut connection, WrittenBy::Api).await?);
        Ok(members.into_iter().filter_map(|member| as_written(member, &names)).collect())
    }
}

impl Store {
    /// Those of [`Store::written_members`] whom files define: whoever is gone from these is deactivated.
    ///
    /// # Errors
    /// As there.
    pub async fn members_of_files(&self) -> Result<Vec<MemberDefinition>, StoreError> {
        let mut connection = self.database.readers().acquire().await?;
        let names = names(&mut connection, &[Kind::Issuer, Kind::Tenant, Kind::Team]).await?;
        let members = written_by(&mut connection, WrittenBy::Files).await?;
        Ok(members.into_iter().filter_map(|member| as_written(member, &names)).collect())
    }
}

/// A member as in files; `None`: who vouched for them, or their tenant, is gone, so that they get in nowhere. Teams that are
/// gone are left out.
fn as_written(member: Member, names: &BTreeMap<String, String>) -> Option<MemberDefinition> {
    let name = |id: &str| names.get(id).cloned();
    let issuer = member.issuer.as_ref().map(|id| IssuerName::new(name(id.as_str())?).ok());
    let tenant = member.tenant.as_ref().map(|id| TenantName::new(name(id.as_str())?).ok());
    if issuer == Some(None) || tenant == Some(None) {
        return None;
    }
    Some(MemberDefinition {
        email: member.email.filter(|email| member.kind == MemberKind::Embed || *email != member.subject),
        subject: member.subject,
        issuer: issuer.flatten(),
        tenant: tenant.flatten(),
        kind: member.kind,
        first_name: member.first_name,
        last_name: member.last_name,
        account_type: member.account_type,
        teams: member.teams.iter().filter_map(|id| TeamName::new(name(id.as_str())?).ok()).collect(),
        attributes: member.attributes,
        has_logged_in: member.has_logged_in,
        deactivated: !member.active,
    })
}

/// Writes the members of the definitions and deactivates those that earlier ones wrote and these do not.
///
/// Sessions must end of whoever changed in anything but having logged in.
pub(super) async fn write(
    connection: &mut AnyConnection,
    definitions: &[MemberDefinition],
    ids: &NamedIds,
    now: DateTime<Utc>,
) -> Result<People, StoreError> {
    let (mut written, mut people) = (BTreeSet::new(), People::default());
    for definition in definitions {
        let One { member, is_written, ends } = write_one(connection, read(definition, ids)?, now).await?;
        people.have_changed |= is_written;
        if ends {
            people.ended.insert(member.clone());
        }
        if !written.insert(member) {
            return Err(StoreError::DuplicateMember(definition.subject.clone()));
        }
    }
    for member in written_by(connection, WrittenBy::Files).await? {
        if !written.contains(&member.id) {
            update(connection, &Member { active: false, ..member.clone() }, WrittenBy::Past, now).await?;
            people.have_changed = true;
            people.ended.insert(member.id);
        }
    }
    Ok(people)
}

/// What became of the members of an application.
#[derive(Debug, Default)]
pub(super) struct People {
    /// Whether anything was written.
    pub(super) have_changed: bool,
    /// Those whose sessions must end.
    pub(super) ended: BTreeSet<MemberId>,
}

/// What became of one.
struct One {
    member: MemberId,
    is_written: bool,
    ends: bool,
}

async fn write_one(connection: &mut AnyConnection, wanted: Member, now: DateTime<Utc>) -> Result<One, StoreError> {
    let before = match wanted.kind {
        MemberKind::Internal => internal_by_email(connection, wanted.email.as_deref().unwrap_or_default()).await?,
        MemberKind::Embed => {
            by_identity(connection, wanted.issuer.as_ref(), wanted.tenant.as_ref(), &wanted.subject).await?
        }
    };
    let Some(before) = before else {
        let identity = (wanted.issuer.as_ref(), wanted.tenant.as_ref(), wanted.subject.as_str());
        if linked(connection, identity.0, identity.1, identity.2).await?.is_some() {
            return Err(StoreError::LinkedIdentity(wanted.subject));
        }
        let inserted = insert(connection, &wanted, WrittenBy::Files, now).await?;
        let one = One { member: wanted.id, is_written: true, ends: false };
        return if inserted { Ok(one) } else { Err(StoreError::DuplicateMember(wanted.subject)) };
    };
    if wanted.issuer != before.issuer {
        // Somebody else vouches for whoever has that address: they are not these.
        return Err(StoreError::DuplicateMember(wanted.subject));
    }
    let has_logged_in = wanted.has_logged_in || before.has_logged_in;
    let wanted = Member { id: before.id.clone(), has_logged_in, ..wanted };
    let is_written = wanted != before;
    if is_written {
        update(connection, &wanted, WrittenBy::Files, now).await?;
    }
    Ok(One { member: before.id.clone(), is_written, ends: wanted != Member { has_logged_in, ..before } })
}

/// The member a definition describes, with a new id.
fn read(definition: &MemberDefinition, ids: &NamedIds) -> Result<Member, StoreError> {
    let known = |kind: Kind, name: &str| {
        let unknown = || StoreError::UnknownName { subject: definition.subject.clone(), kind, name: name.to_owned() };
        ids.get(kind, name).map(str::to_owned).ok_or_else(unknown)
    };
    let is_internal = definition.kind == MemberKind::Internal;
    let issuer = definition.issuer.as_ref().map(|name| known(Kind::Issuer, name.as_str()));
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
        active: !definition.deactivated,
        has_logged_in: definition.has_logged_in,
        email: address.map(|address| fold_email(address)),
        first_name: definition.first_name.clone(),
        last_name: definition.last_name.clone(),
        account_type: definition.account_type.clone(),
        teams: teams.collect::<Result<_, _>>()?,
        attributes: definition.attributes.clone(),
    })
}
