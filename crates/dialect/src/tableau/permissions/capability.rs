//! What can be allowed and denied.

use std::fmt;

macro_rules! capabilities {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// One thing that somebody may do with content, by its name on the wire.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Capability {
            $($(#[$doc])* $name,)*
        }

        impl Capability {
            /// Every capability.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }
        }
    };
}

capabilities! {
    /// Comments on a view.
    AddComment,
    /// Moves content to another project.
    ChangeHierarchy,
    /// Changes the rules.
    ChangePermissions,
    /// Connects to a data source.
    Connect,
    /// Makes metrics.
    CreateRefreshMetrics,
    /// Deletes.
    Delete,
    /// Runs a flow.
    Execute,
    /// Downloads what a view shows, as data.
    ExportData,
    /// Downloads what a view shows, as a picture.
    ExportImage,
    /// Downloads a workbook or a data source.
    ExportXml,
    /// Refreshes extracts.
    ExtractRefresh,
    /// Filters a view.
    Filter,
    /// Leads a project because of one above it. It is told, never given.
    InheritedProjectLeader,
    /// Leads a project.
    ProjectLeader,
    /// Defines metrics of Pulse.
    PulseMetricDefine,
    /// Looks.
    Read,
    /// Asks for explanations of a mark.
    RunExplainData,
    /// Saves a copy.
    SaveAs,
    /// Shares a custom view.
    ShareView,
    /// Reads comments.
    ViewComments,
    /// Sees the rows underneath.
    ViewUnderlyingData,
    /// Asks a data source by its own API.
    VizqlDataApiAccess,
    /// Edits in the browser.
    WebAuthoring,
    /// Edits flows in the browser.
    WebAuthoringForFlows,
    /// Saves over it.
    Write,
}

impl Capability {
    /// Reads the name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|capability| capability.as_str() == name)
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
