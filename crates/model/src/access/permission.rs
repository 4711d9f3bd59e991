//! What people may do at all, as one tree. Grants say with what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! permissions {
    ($($permission:ident, $name:literal, $parent:expr, $sentence:literal;)*) => {
        /// One thing a person may do. Permissions form a tree; one without its parent has no effect.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Permission {
            $(#[doc = $sentence] $permission,)*
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &[Self] = &[$(Self::$permission),*];

            /// The permission without which this one has no effect.
            #[must_use]
            pub const fn parent(self) -> Option<Self> {
                match self {
                    $(Self::$permission => $parent,)*
                }
            }

            /// The name in files, tokens and answers.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$permission => $name,)*
                }
            }

            /// What its holders may do, in a sentence.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Self::$permission => $sentence,)*
                }
            }
        }
    };
}

permissions! {
    View, "view", None, "Look at content.";
    Explore, "explore", Some(Self::View), "Ask questions of one's own of the explores behind content.";
    Drill, "drill", Some(Self::View), "Go from a value to the finer ones behind it, where the author drew the way.";
    ViewUnderlying, "view_underlying", Some(Self::View),
        "Look at the rows underneath, where the author named their columns.";
    ExportCsv, "export_csv", Some(Self::View), "Download what one sees as CSV.";
    ExportXlsx, "export_xlsx", Some(Self::View), "Download what one sees as a spreadsheet.";
    ExportJson, "export_json", Some(Self::View), "Download what one sees as JSON.";
    ExportArrow, "export_arrow", Some(Self::View), "Download what one sees as an Arrow IPC stream.";
    ExportPicture, "export_picture", Some(Self::View), "Have what one sees drawn as a picture: SVG, PNG or PDF.";
    Bookmark, "bookmark", Some(Self::View), "Keep the state of one's own filters.";
    ShareBookmarks, "share_bookmarks", Some(Self::Bookmark), "Show a bookmark to others who see its workbook: to those of one's tenant, or, of none, to everybody.";
    Subscribe, "subscribe", Some(Self::View), "Have content sent to oneself. There are no subscriptions yet.";
    SaveContent, "save_content", Some(Self::View), "Make workbooks and change their drafts, where one may contribute.";
    PublishContent, "publish_content", Some(Self::SaveContent), "Publish drafts, where one may contribute.";
    TagContent, "tag_content", Some(Self::PublishContent), "Give versions of workbooks a tag, where one may contribute.";
    ShareContent, "share_content", Some(Self::View), "Grant others what one manages oneself.";
    CreatePublicLinks, "create_public_links", Some(Self::ShareContent),
        "Make public links to what one manages oneself.";
    InspectAs, "inspect_as", Some(Self::View),
        "Ask why somebody else sees what they see. Only internal members hold it.";
    Administer, "administer", None, "Open the administration. No embed session ever holds it.";
    ManageSettings, "manage_settings", Some(Self::Administer), "Change the organization's switches and looks.";
    ManageMembers, "manage_members", Some(Self::Administer), "Make, change, deactivate and delete members.";
    ManageTeams, "manage_teams", Some(Self::Administer), "Make, change and delete teams, and say who is in them.";
    ManageTenants, "manage_tenants", Some(Self::Administer), "Make, change, deactivate and delete tenants.";
    ManageAccountTypes, "manage_account_types", Some(Self::Administer), "Make, change and delete account types.";
    ManageAttributes, "manage_attributes", Some(Self::Administer), "Define user attributes and give them values.";
    ManageGrants, "manage_grants", Some(Self::Administer), "Grant anybody anything, and take it away.";
    ManageWorkspaces, "manage_workspaces", Some(Self::Administer), "Make, change and delete workspaces and folders.";
    ManageConnections, "manage_connections", Some(Self::Administer), "Make, change and delete connections.";
    ManageModels, "manage_models", Some(Self::Administer), "Make, change and delete models with their policies.";
    ManageKeys, "manage_keys", Some(Self::Administer), "Make, change and delete issuers, embed keys and identity providers.";
    ManageCredentials, "manage_credentials", Some(Self::Administer), "Make and end everybody's API credentials.";
    ManageSessions, "manage_sessions", Some(Self::Administer), "See and end everybody's sessions.";
    SeeActivity, "see_activity", Some(Self::Administer), "Read the audit trail.";
}

impl Permission {
    /// Whether it is about the organization rather than content. No embed session ever holds one of these.
    #[must_use]
    pub fn is_of_administration(self) -> bool {
        std::iter::successors(Some(self), |held| held.parent()).any(|held| held == Self::Administer)
    }

    /// Whether people nobody knows may hold it: to look at what was published to them and take it away.
    #[must_use]
    pub const fn is_for_anybody(self) -> bool {
        matches!(
            self,
            Self::View
                | Self::ExportCsv
                | Self::ExportXlsx
                | Self::ExportJson
                | Self::ExportArrow
                | Self::ExportPicture
        )
    }

    /// The permission of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|permission| permission.as_str() == name)
    }
}
