//! What the permissions of four other products are here: one of ours, a level of a grant, or nothing yet.
//!
//! Machine names where the product has any (Looker, Tableau); of Sigma and Metabase the words of their own pages.

use super::Level::{Contribute, Explore as ExploreLevel, Manage, Use, UseAndAnnotate, View as ViewLevel};
use super::Permission::{
    Administer, Bookmark, CreatePublicLinks, Drill, Explore, ExportArrow, ExportCsv, ExportJson, ExportPicture,
    ExportXlsx, InspectAs, ManageAttributes, ManageConnections, ManageGrants, ManageKeys, ManageMembers, ManageModels,
    ManageSettings, ManageTeams, ManageWorkspaces, SaveContent, SeeActivity, ShareBookmarks, ShareContent, Subscribe,
    View, ViewUnderlying,
};
use super::{Level, Permission};

/// A product whose customers come with permissions of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vendor {
    /// Sigma: what account types hold, and levels of grants.
    Sigma,
    /// Looker: what roles hold.
    Looker,
    /// Metabase: application, data and collection permissions.
    Metabase,
    /// Tableau: capabilities.
    Tableau,
}

impl Vendor {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Sigma, Self::Looker, Self::Metabase, Self::Tableau];

    /// The product's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sigma => "Sigma",
            Self::Looker => "Looker",
            Self::Metabase => "Metabase",
            Self::Tableau => "Tableau",
        }
    }
}

/// A permission of another product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VendorPermission {
    /// Whose.
    pub vendor: Vendor,
    /// What it is called there.
    pub name: &'static str,
    /// What it is here.
    pub here: Here,
}

/// What a permission of another product is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// These permissions, each for a part of it.
    Permissions(&'static [Permission]),
    /// That level of a grant.
    Level(Level),
    /// No permission, and why.
    Nothing(&'static str),
}

const DOWNLOADS: Here = Here::Permissions(&[ExportCsv, ExportXlsx, ExportJson, ExportArrow]);
const NOTHING_IS_SENT: Here = Here::Nothing("Nothing is sent anywhere.");
const NO_ALERTS: Here = Here::Nothing("There are no alerts.");
const NO_COMMENTS: Here = Here::Nothing("There are no comments.");
const NO_WRITING: Here = Here::Nothing("Nothing writes into the data.");
const NO_FORMULAS: Here =
    Here::Nothing("Questions of one's own name fields of the explore, and have no formulas of their own.");
const NO_EXTRACTS: Here =
    Here::Nothing("Data is read where it is: there are no extracts, caches or tables to refresh.");
const NO_SQL: Here = Here::Nothing("Viewers neither write SQL nor see any.");
const PICTURES: Here = Here::Permissions(&[ExportPicture]);
const NO_FORECASTS: Here = Here::Nothing("Nothing is forecast or explained by machine.");
const NO_APPLICATION: Here = Here::Nothing("There is no application of the kind.");
const OWNERS: Here = Here::Level(Manage);

macro_rules! names {
    ($($vendor:ident { $($name:literal => $here:expr;)* })*) => {
        /// Every permission name of the four products, in the order of their own lists.
        pub const VENDOR_PERMISSIONS: &[VendorPermission] = &[$($(
            VendorPermission { vendor: Vendor::$vendor, name: $name, here: $here },
        )*)*];
    };
}

const fn of(permissions: &'static [Permission]) -> Here {
    Here::Permissions(permissions)
}

names! {
    Sigma {
        "View workbooks" => of(&[View]);
        "Use controls and drill paths" => of(&[View, Drill]);
        "View underlying data" => of(&[ViewUnderlying]);
        "Export PDF and PNG" => PICTURES;
        "Comment" => NO_COMMENTS;
        "Annotate comments" => NO_COMMENTS;
        "Favorite" => of(&[View]);
        "Bookmark" => of(&[Bookmark, ShareBookmarks]);
        "Use forms and input tables" => NO_WRITING;
        "Run actions" => NO_WRITING;
        "Receive notifications" => NOTHING_IS_SENT;
        "Run external actions" => NOTHING_IS_SENT;
        "Explore and deep-dive" => of(&[Explore]);
        "Download data" => DOWNLOADS;
        "Schedule exports" => of(&[Subscribe]);
        "Create alerts" => NO_ALERTS;
        "Create and edit workbooks" => of(&[SaveContent]);
        "Create and edit data models" => of(&[ManageModels]);
        "Use connections" => Here::Level(Use);
        "Administer" => of(&[Administer]);
        "grant view" => Here::Level(ViewLevel);
        "grant explore" => Here::Level(ExploreLevel);
        "grant organize" => Here::Level(Contribute);
        "grant edit" => Here::Level(Manage);
        "grant usage" => Here::Level(Use);
        "grant annotate" => Here::Level(UseAndAnnotate);
    }
    Looker {
        "access_data" => of(&[View]);
        "see_lookml_dashboards" => of(&[View]);
        "see_looks" => of(&[View]);
        "see_user_dashboards" => of(&[View]);
        "explore" => of(&[Explore]);
        "create_table_calculations" => NO_FORMULAS;
        "create_custom_fields" => NO_FORMULAS;
        "can_create_forecast" => NO_FORECASTS;
        "can_override_vis_config" => Here::Nothing("Charts are specified by name, never by raw JSON of a drawing library.");
        "save_content" => of(&[SaveContent]);
        "save_looks" => of(&[SaveContent]);
        "save_dashboards" => of(&[SaveContent]);
        "send_outgoing_webhook" => NOTHING_IS_SENT;
        "send_to_s3" => NOTHING_IS_SENT;
        "send_to_sftp" => NOTHING_IS_SENT;
        "send_to_integration" => NOTHING_IS_SENT;
        "schedule_look_emails" => of(&[Subscribe]);
        "schedule_external_look_emails" => NOTHING_IS_SENT;
        "create_alerts" => NO_ALERTS;
        "follow_alerts" => NO_ALERTS;
        "see_alerts" => NO_ALERTS;
        "see_schedules" => NOTHING_IS_SENT;
        "download_with_limit" => DOWNLOADS;
        "download_without_limit" => DOWNLOADS;
        "see_sql" => NO_SQL;
        "use_sql_runner" => NO_SQL;
        "clear_cache_refresh" => NO_EXTRACTS;
        "see_drill_overlay" => of(&[Drill, ViewUnderlying]);
        "embed_browse_spaces" => Here::Nothing("A frame shows one workbook: there are no folders to browse in it.");
        "embed_save_shared_space" => of(&[SaveContent]);
        "see_lookml" => of(&[ManageModels]);
        "develop" => of(&[ManageModels]);
        "deploy" => of(&[ManageModels]);
        "manage_models" => of(&[ManageModels]);
        "manage_project_models" => of(&[ManageModels]);
        "manage_project_connections" => of(&[ManageConnections]);
        "use_global_connections" => Here::Level(Use);
        "manage_spaces" => of(&[ManageWorkspaces]);
        "manage_embed_settings" => of(&[ManageSettings, ManageKeys]);
        "manage_homepage" => NO_APPLICATION;
        "manage_stereo" => NO_APPLICATION;
        "mobile_app_access" => NO_APPLICATION;
        "can_copy_print" => Here::Nothing("What a page shows can be copied and printed by whoever sees it.");
        "create_prefetches" => NO_EXTRACTS;
        "see_pdts" => NO_EXTRACTS;
        "see_datagroups" => NO_EXTRACTS;
        "update_datagroups" => NO_EXTRACTS;
        "see_queries" => of(&[SeeActivity]);
        "see_logs" => of(&[SeeActivity]);
        "see_system_activity" => of(&[SeeActivity]);
        "see_users" => of(&[ManageMembers]);
        "sudo" => of(&[InspectAs]);
        "login_special_email" => Here::Nothing("Nobody logs in past the identity provider by a permission.");
        "support_access_toggle" => Here::Nothing("Nobody but the organization's own people gets in.");
        "administer" => of(&[Administer]);
    }
    Metabase {
        "View data: Can view" => Here::Level(Use);
        "View data: Granular" => Here::Level(Use);
        "View data: Row and column security" => Here::Nothing("Row and column policies of the table, for everybody alike.");
        "View data: Impersonated" => Here::Nothing("The role of a connection is chosen by an attribute, for everybody alike.");
        "View data: Blocked" => Here::Nothing("Without a grant nothing is seen: there is nothing to block.");
        "Create queries: Query builder only" => of(&[Explore]);
        "Create queries: Query builder and native" => NO_SQL;
        "Download results" => DOWNLOADS;
        "Manage table metadata" => of(&[ManageModels]);
        "Manage database" => of(&[ManageConnections]);
        "Collection: View" => Here::Level(ViewLevel);
        "Collection: Curate" => Here::Level(Contribute);
        "Settings access" => of(&[ManageSettings]);
        "Monitoring access" => of(&[SeeActivity]);
        "Subscriptions and alerts" => of(&[Subscribe]);
        "Group manager" => of(&[ManageTeams]);
        "Public sharing" => of(&[CreatePublicLinks]);
        "Superuser" => of(&[Administer, ManageAttributes, ManageGrants]);
    }
    Tableau {
        "Read" => of(&[View]);
        "Filter" => of(&[View]);
        "ViewComments" => NO_COMMENTS;
        "AddComment" => NO_COMMENTS;
        "ExportImage" => PICTURES;
        "ExportData" => DOWNLOADS;
        "ShareView" => of(&[ShareBookmarks]);
        "ViewUnderlyingData" => of(&[ViewUnderlying]);
        "WebAuthoring" => of(&[Explore]);
        "WebAuthoringForFlows" => NO_EXTRACTS;
        "RunExplainData" => NO_FORECASTS;
        "ExportXml" => Here::Nothing("A workbook is read as a file by whoever administers, not by its viewers.");
        "Write" => of(&[SaveContent]);
        "SaveAs" => of(&[SaveContent]);
        "ChangeHierarchy" => OWNERS;
        "Delete" => OWNERS;
        "ChangePermissions" => of(&[ShareContent]);
        "ProjectLeader" => OWNERS;
        "InheritedProjectLeader" => OWNERS;
        "Connect" => Here::Level(Use);
        "VizqlDataApiAccess" => of(&[Explore]);
        "Execute" => NO_EXTRACTS;
        "ExtractRefresh" => NO_EXTRACTS;
        "CreateRefreshMetrics" => NO_ALERTS;
        "PulseMetricDefine" => NO_ALERTS;
    }
}
