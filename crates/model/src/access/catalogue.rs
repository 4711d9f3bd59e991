//! What there is of permissions, for whoever has to choose: the functions each opens, the default account types, and
//! the document that says it all.

use super::vendors::{Here, VENDOR_PERMISSIONS, Vendor};
use super::{AccountType, Level, Permission};
use crate::name::AccountTypeName;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const ELEMENT: &str = "POST /api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/query";
const DOWNLOADS: &[&str] = &[
    "POST /api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/export",
    "POST /api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/underlying/export",
];

const PICTURES: &[&str] = &[
    "POST /api/v1/workbooks/{workbook}/pages/{page}/picture",
    "POST /api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/picture",
];

impl Permission {
    /// The functions that need it, as routes. Empty: there is none yet.
    #[must_use]
    pub const fn gates(self) -> &'static [&'static str] {
        match self {
            Self::View => &[
                "GET /api/v1/workbooks",
                "GET /api/v1/workbooks/{workbook}",
                "PUT /api/v1/workbooks/{workbook}/favourite",
                ELEMENT,
                "POST /api/v1/workbooks/{workbook}/pages/{page}/controls/{control}/values",
            ],
            Self::Explore => &["GET /api/v1/explores", "POST /api/v1/query"],
            Self::Drill => &[ELEMENT],
            Self::ViewUnderlying => &[
                "POST /api/v1/workbooks/{workbook}/pages/{page}/elements/{element}/underlying",
                "POST /api/v1/query/underlying",
            ],
            Self::ExportCsv | Self::ExportXlsx | Self::ExportJson | Self::ExportArrow => DOWNLOADS,
            Self::ExportPicture => PICTURES,
            Self::InspectAs => &["POST /api/v1/explain"],
            Self::ManageSettings => &["GET /api/v1/settings", "PATCH /api/v1/settings"],
            Self::ManageMembers => &[
                "GET /api/v1/members",
                "POST /api/v1/members",
                "PATCH /api/v1/members/{member}",
                "DELETE /api/v1/members/{member}",
                "POST /api/v1/members/{member}/invitation",
            ],
            Self::ManageTeams => &["GET /api/v1/teams", "POST /api/v1/teams"],
            Self::ManageTenants => &["GET /api/v1/tenants", "POST /api/v1/tenants"],
            Self::ManageAccountTypes => &["GET /api/v1/account-types", "POST /api/v1/account-types"],
            Self::ManageAttributes => &["GET /api/v1/attributes", "POST /api/v1/attributes"],
            Self::ManageGrants => &["GET /api/v1/grants", "POST /api/v1/grants", "GET /api/v1/access"],
            Self::SeeActivity => &["GET /api/v1/activity"],
            Self::ManageWorkspaces => &["GET /api/v1/workspaces", "POST /api/v1/workspaces", "POST /api/v1/folders"],
            Self::ManageConnections => &["GET /api/v1/connections", "POST /api/v1/connections"],
            Self::ManageModels => &["GET /api/v1/models", "POST /api/v1/models"],
            Self::ManageKeys => &["GET /api/v1/embed-keys", "POST /api/v1/embed-keys", "POST /api/v1/issuers"],
            Self::ManageCredentials => &["GET /api/v1/api-credentials", "POST /api/v1/api-credentials"],
            Self::ManageSessions => &["GET /api/v1/sessions", "DELETE /api/v1/sessions/{session}"],
            Self::ShareContent => &[
                "GET /api/v1/workbooks/{workbook}/grants",
                "POST /api/v1/workbooks/{workbook}/grants",
                "POST /api/v1/folders/{id}/grants",
            ],
            Self::CreatePublicLinks => &["GET /api/v1/public-links", "POST /api/v1/public-links"],
            Self::Bookmark | Self::ShareBookmarks => &["POST /api/v1/workbooks/{workbook}/bookmarks"],
            Self::SaveContent => &[
                "POST /api/v1/workbooks",
                "POST /api/v1/workbooks/{workbook}/copy",
                "POST /api/v1/workbooks/{workbook}/move",
                "DELETE /api/v1/workbooks/{workbook}",
                "PUT /api/v1/workbooks/{workbook}/draft",
                "GET /api/v1/workbooks/{workbook}/versions",
                "POST /api/v1/workbooks/{workbook}/versions/{version}/restore",
                "GET /api/v1/trash",
            ],
            Self::PublishContent => &["POST /api/v1/workbooks/{workbook}/publish"],
            Self::TagContent => &["PUT /api/v1/workbooks/{workbook}/tags/{tag}"],
            Self::Subscribe | Self::Administer => &[],
        }
    }

    /// The level that content needs to have for it.
    #[must_use]
    pub const fn content_level(self) -> Level {
        match self {
            Self::Explore => Level::Explore,
            Self::SaveContent | Self::PublishContent | Self::TagContent => Level::Contribute,
            Self::ShareContent | Self::CreatePublicLinks => Level::Manage,
            _ => Level::View,
        }
    }
}

/// The default account types, each with what the one before it holds; with `Admin` everything.
const DEFAULTS: &[(&str, &[Permission])] = &[
    ("View", &[Permission::View, Permission::Drill, Permission::ExportPicture, Permission::Bookmark]),
    ("Act", &[Permission::ViewUnderlying, Permission::ShareBookmarks]),
    (
        "Analyze",
        &[
            Permission::Explore,
            Permission::ExportCsv,
            Permission::ExportXlsx,
            Permission::ExportJson,
            Permission::ExportArrow,
            Permission::Subscribe,
        ],
    ),
    ("Build", &[Permission::SaveContent, Permission::PublishContent, Permission::TagContent, Permission::ShareContent]),
    ("Admin", Permission::ALL),
];

impl AccountType {
    /// The account types that an organization may begin with: View, Act, Analyze, Build and Admin.
    #[must_use]
    pub fn defaults() -> Vec<Self> {
        let mut held = BTreeSet::new();
        let types = DEFAULTS.iter().filter_map(|(name, more)| {
            held.extend(more.iter().copied());
            Some(Self { name: AccountTypeName::new(*name).ok()?, permissions: held.clone() })
        });
        types.collect()
    }

    /// The permissions that have no effect, for want of the one they need.
    pub fn ineffective(&self) -> impl Iterator<Item = (Permission, Permission)> {
        let parents = self.permissions.iter().filter_map(|held| Some((*held, held.parent()?)));
        parents.filter(|(_, parent)| !self.permissions.contains(parent))
    }
}

/// `docs/permissions.md`.
#[must_use]
pub fn document() -> String {
    let mut text = String::from(
        "# Permissions\n\n\
         A permission is one thing a person may do at all; with what, [grants](definitions.md#workspacesyaml-and-grantsyaml) \
         say. They form a tree: one without the one it needs has no effect. Account types hold permissions. \
         `GET /api/v1/permissions` answers the same. `vitrine permissions` prints this page.\n\n\
         | permission | needs | what its holders may do | opens |\n|---|---|---|---|\n",
    );
    for one in Permission::ALL {
        let needs = one.parent().map(|parent| format!("`{}`", parent.as_str())).unwrap_or_default();
        let gates: Vec<String> = one.gates().iter().map(|route| format!("`{route}`")).collect();
        let below = Permission::ALL.iter().any(|other| other.parent() == Some(*one) && !other.gates().is_empty());
        let none = if below { "nothing by itself" } else { "nothing yet" };
        let gates = if gates.is_empty() { none.to_owned() } else { gates.join("<br>") };
        let _ = writeln!(text, "| `{}` | {needs} | {} | {gates} |", one.as_str(), one.sentence());
    }
    text.push_str(DEFAULT_TYPES);
    for kind in AccountType::defaults() {
        let held: Vec<String> = kind.permissions.iter().map(|one| format!("`{}`", one.as_str())).collect();
        let held = if held.len() == Permission::ALL.len() { "all".to_owned() } else { held.join(", ") };
        let _ = writeln!(text, "| {} | {held} |", kind.name);
    }
    text.push_str(OTHER_PRODUCTS);
    for vendor in Vendor::ALL {
        let _ = write!(text, "\n### {}\n\n| there | here |\n|---|---|\n", vendor.as_str());
        for one in VENDOR_PERMISSIONS.iter().filter(|one| one.vendor == *vendor) {
            let _ = writeln!(text, "| {} | {} |", one.name, one.here);
        }
    }
    text
}

const DEFAULT_TYPES: &str = "\n## Default account types\n\n\
    What an organization may begin with. Others may be written; a type that holds a permission without the one it \
    needs is refused.\n\n| account type | holds |\n|---|---|\n";

const OTHER_PRODUCTS: &str = "\n## What other products call it\n\n\
    Every name of theirs: the permissions that are it here, the level of a grant, or why there is nothing of the kind.\n";

impl std::fmt::Display for Here {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Permissions(permissions) => {
                let names: Vec<String> = permissions.iter().map(|one| format!("`{}`", one.as_str())).collect();
                f.write_str(&names.join(", "))
            }
            Self::Level(level) => write!(f, "a grant of level `{}`", level.as_str()),
            Self::Nothing(sentence) => write!(f, "No permission. {sentence}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_types_hold_what_their_permissions_need() {
        let defaults = AccountType::defaults();
        let names: Vec<&str> = defaults.iter().map(|kind| kind.name.as_str()).collect();
        assert_eq!(names, ["View", "Act", "Analyze", "Build", "Admin"]);
        for kind in &defaults {
            assert_eq!(kind.ineffective().next(), None, "{}", kind.name);
            assert_eq!(kind.administers(), kind.name.as_str() == "Admin");
        }
        for pair in defaults.windows(2) {
            assert!(pair[0].permissions.is_subset(&pair[1].permissions), "{} and {}", pair[0].name, pair[1].name);
        }
    }

    #[test]
    fn permissions_are_one_tree() {
        for one in Permission::ALL {
            let way = std::iter::successors(Some(*one), |held| held.parent()).count();
            assert!(way <= Permission::ALL.len(), "{} needs itself", one.as_str());
            assert_eq!(Permission::from_name(one.as_str()), Some(*one));
            assert!(one.sentence().ends_with('.'), "{}", one.as_str());
        }
    }

    #[test]
    fn every_name_of_another_product_is_there_once() {
        let names: Vec<_> = VENDOR_PERMISSIONS.iter().map(|one| (one.vendor, one.name)).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        let count = |vendor| names.iter().filter(|(of, _)| *of == vendor).count();
        assert_eq!(
            [Vendor::Sigma, Vendor::Looker, Vendor::Metabase, Vendor::Tableau].map(count),
            [26, 55, 18, 25],
            "a name that is left out is one that somebody cannot map"
        );
        for one in VENDOR_PERMISSIONS {
            let says = match one.here {
                Here::Permissions(permissions) => !permissions.is_empty(),
                Here::Level(_) => true,
                Here::Nothing(why) => why.ends_with('.'),
            };
            assert!(says, "{}", one.name);
        }
    }
}
