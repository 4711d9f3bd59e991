//! A member as administrators write one, and as the store keeps it.

use crate::callers::Viewer;
use crate::problem::Problem;
use crate::requests::message_for;
use authz::Member;
use model::access::MemberDefinition;
use model::name::{MemberId, fold_email, fold_subject};
use serde::Deserialize;
use serde_json::Value;

/// A member to be made: as in `members.yaml`, and whether they are invited.
pub(in crate::routes) struct NewMember {
    pub(super) definition: MemberDefinition,
    pub(super) invite: bool,
}

impl<'de> Deserialize<'de> for NewMember {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut json = Value::deserialize(deserializer)?;
        let invite = match json.as_object_mut().and_then(|members| members.remove("invite")) {
            None => false,
            Some(Value::Bool(invite)) => invite,
            Some(_) => return Err(serde::de::Error::custom("`invite`: expected true or false")),
        };
        let definition = serde_json::from_value(json).map_err(serde::de::Error::custom)?;
        Ok(Self { definition, invite })
    }
}

/// The member that a definition describes, with a new id.
pub(super) fn by_hand(viewer: &Viewer, definition: &MemberDefinition) -> Result<Member, Problem> {
    with_id(viewer, definition, store::new_member_id()?)
}

/// The member that a definition describes.
pub(in super::super) fn with_id(
    viewer: &Viewer,
    definition: &MemberDefinition,
    id: MemberId,
) -> Result<Member, Problem> {
    let (definitions, snapshot) = (&viewer.organization.definitions, &viewer.organization.snapshot);
    definitions.check_member(definition).map_err(|problems| refusal(&problems, viewer))?;
    let is_internal = definition.kind == model::access::MemberKind::Internal;
    let address = definition.email.as_ref().or(is_internal.then_some(&definition.subject));
    // Every name was checked, so that each has its id.
    Ok(Member {
        id,
        issuer: definition.issuer.as_ref().and_then(|name| snapshot.issuers.id(name)).cloned(),
        tenant: definition.tenant.as_ref().and_then(|name| snapshot.tenants.id(name)).cloned(),
        subject: fold_subject(&definition.subject),
        kind: definition.kind,
        automatic: false,
        active: !definition.deactivated,
        has_logged_in: definition.has_logged_in,
        email: address.map(|address| fold_email(address)),
        first_name: definition.first_name.clone(),
        last_name: definition.last_name.clone(),
        account_type: definition.account_type.clone(),
        teams: definition.teams.iter().filter_map(|name| snapshot.teams.id(name)).cloned().collect(),
        attributes: definition.attributes.clone(),
    })
}

/// Whoever is of a tenant writes addresses of that tenant's own domains only: others are not theirs to take, nor to ask
/// about.
pub(super) fn expect_own_domain(viewer: &Viewer, member: &Member) -> Result<(), Problem> {
    if authz::may_write_address(&viewer.principal, &viewer.organization.snapshot, member) {
        return Ok(());
    }
    let detail = "`email`: expected an address of a domain that the organization has given your tenant".to_owned();
    Err(Problem::Forbidden { code: "foreign_domain", detail })
}

/// The first thing that does not fit, by its field.
fn refusal(problems: &[model::problem::Problem], viewer: &Viewer) -> Problem {
    let Some(problem) = problems.first() else { return Problem::Internal };
    let field = problem.position.field();
    let field = field.strip_prefix("members[0]").unwrap_or(&field).trim_start_matches('.');
    let field = if field.is_empty() { "body" } else { field };
    Problem::Invalid { code: "invalid_member", detail: format!("`{field}`: {}", message_for(viewer, &problem.message)) }
}
