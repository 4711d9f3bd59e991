//! A member as Tableau's API tells of a user, and the site role that an account type comes to.

use crate::callers::Viewer;
use crate::problem::Problem;
use crate::tableau::{Element, invalid_attribute};
use authz::Member;
use dialect::tableau::permissions::SiteRole;
use model::access::Permission;
use model::name::AccountTypeName;
use std::collections::BTreeSet;

/// What people sign in with: keys and identity providers say that, and no setting of a user's.
pub(super) const AUTH_SETTING: &str = "ServerDefault";

/// A user.
pub(super) fn user(member: &Member, viewer: &Viewer) -> Element {
    let role = if member.active { role_of(viewer, &member.account_type) } else { SiteRole::Unlicensed };
    Element::new("user")
        .with("id", member.id.to_string())
        .with("name", member.subject.clone())
        .with("siteRole", role.as_str())
        .with_any("fullName", full_name(member.first_name.as_deref(), member.last_name.as_deref()))
        .with_any("email", member.email.clone())
        .with("externalAuthUserId", "")
        .with("authSetting", AUTH_SETTING)
}

/// Who calls, of whom no more is told than their session says.
pub(super) fn oneself(viewer: &Viewer) -> Element {
    let facts = viewer.principal.facts();
    let role = facts.account_type.as_ref().map_or(SiteRole::Viewer, |kind| role_of(viewer, kind));
    Element::new("user")
        .with("id", own_id(viewer))
        .with("name", facts.subject.clone().or_else(|| facts.email.clone()).unwrap_or_default())
        .with("siteRole", role.as_str())
        .with_any("fullName", full_name(facts.first_name.as_deref(), facts.last_name.as_deref()))
        .with_any("email", facts.email.clone())
}

/// The id of whoever calls. People on demand have none but that of their session.
pub(super) fn own_id(viewer: &Viewer) -> String {
    let member = viewer.principal.member().map(ToString::to_string);
    member.unwrap_or_else(|| viewer.principal.session().to_string())
}

fn full_name(first: Option<&str>, last: Option<&str>) -> Option<String> {
    let names: Vec<&str> = [first, last].into_iter().flatten().collect();
    (!names.is_empty()).then(|| names.join(" "))
}

/// A whole name as given and family name: the last word is the latter.
pub(super) fn split(full: &str) -> (Option<String>, Option<String>) {
    let full = full.trim();
    let owned = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    match full.rsplit_once(' ') {
        Some((first, last)) => (owned(first), owned(last)),
        None => (owned(full), None),
    }
}

/// The site role that an account type comes to: what its holders may do, in Tableau's coarser steps.
pub(super) fn role_of(viewer: &Viewer, account_type: &AccountTypeName) -> SiteRole {
    let found = viewer.organization.snapshot.account_types.get(account_type);
    role(found.map(|kind| &kind.permissions))
}

fn role(held: Option<&BTreeSet<Permission>>) -> SiteRole {
    let holds = |one: Permission| held.is_some_and(|held| held.contains(&one));
    if holds(Permission::Administer) {
        let authors = holds(Permission::PublishContent) || holds(Permission::ManageModels);
        if authors { SiteRole::SiteAdministratorCreator } else { SiteRole::SiteAdministratorExplorer }
    } else if holds(Permission::PublishContent) {
        SiteRole::Creator
    } else if holds(Permission::SaveContent) {
        SiteRole::ExplorerCanPublish
    } else if holds(Permission::Explore) {
        SiteRole::Explorer
    } else if holds(Permission::View) {
        SiteRole::Viewer
    } else {
        SiteRole::Unlicensed
    }
}

/// What a site role makes of somebody: an account type, or that they get in nowhere.
pub(super) enum Made {
    /// Of that account type.
    Of(AccountTypeName),
    /// Kept out.
    KeptOut,
}

/// The account type that a site role comes to: of the organization's default types the one whose role it is.
pub(super) fn account_type(viewer: &Viewer, role: &str) -> Result<Made, Problem> {
    let name = match SiteRole::parse(role) {
        Some(
            SiteRole::SiteAdministratorCreator | SiteRole::SiteAdministratorExplorer | SiteRole::SiteAdministrator,
        ) => "Admin",
        Some(SiteRole::Creator | SiteRole::ExplorerCanPublish | SiteRole::Publisher) => "Build",
        Some(SiteRole::Explorer | SiteRole::Interactor) => "Analyze",
        Some(SiteRole::Viewer | SiteRole::ReadOnly) => "View",
        Some(SiteRole::Unlicensed) => return Ok(Made::KeptOut),
        _ => {
            let expected = "expected `SiteAdministratorCreator`, `SiteAdministratorExplorer`, `Creator`, \
                `ExplorerCanPublish`, `Explorer`, `Viewer` or `Unlicensed`";
            return Err(invalid_attribute("siteRole", expected));
        }
    };
    let name = AccountTypeName::new(name).map_err(|_| Problem::Internal)?;
    if viewer.organization.snapshot.account_types.get(&name).is_none() {
        let detail = format!("`siteRole`: it comes to the account type `{name}`, and there is none of that name here");
        return Err(Problem::Conflict { code: "no_account_type", detail });
    }
    Ok(Made::Of(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::access::AccountType;

    #[test]
    fn each_default_account_type_has_a_site_role() {
        let roles: Vec<String> = AccountType::defaults()
            .iter()
            .map(|kind| format!("{} {}", kind.name, role(Some(&kind.permissions))))
            .collect();
        let expected =
            ["View Viewer", "Act Viewer", "Analyze Explorer", "Build Creator", "Admin SiteAdministratorCreator"];
        assert_eq!(roles, expected);
        assert_eq!(role(None), SiteRole::Unlicensed);
    }

    #[test]
    fn whole_names_are_split_before_the_last_word() {
        let owned = |text: &str| Some(text.to_owned());
        assert_eq!(split("Ana María Suzuki"), (owned("Ana María"), owned("Suzuki")));
        assert_eq!((split(" Fred "), split("")), ((owned("Fred"), None), (None, None)));
    }
}
