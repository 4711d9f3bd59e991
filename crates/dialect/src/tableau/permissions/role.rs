//! Site roles: the most that somebody may do.

use super::Capability;
use std::fmt;

macro_rules! roles {
    ($($(#[$doc:meta])* $name:ident: $ceiling:ident,)*) => {
        /// What somebody's licence comes to, by its name on the wire.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum SiteRole {
            $($(#[$doc])* $name,)*
        }

        impl SiteRole {
            /// Every site role.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)*
                }
            }

            const fn ceiling(self) -> Ceiling {
                match self {
                    $(Self::$name => Ceiling::$ceiling,)*
                }
            }
        }
    };
}

roles! {
    /// Administers the server.
    ServerAdministrator: Creator,
    /// Administers the site, and makes content of new data.
    SiteAdministratorCreator: Creator,
    /// Administers the site, and makes content of data that is there.
    SiteAdministratorExplorer: Publisher,
    /// Makes content of new data.
    Creator: Creator,
    /// Makes content of data that is there, and keeps it.
    ExplorerCanPublish: Publisher,
    /// Makes content of data that is there, and keeps none.
    Explorer: Explorer,
    /// Looks and filters.
    Viewer: Viewer,
    /// Looks.
    ReadOnly: Looker,
    /// Nobody by name.
    Guest: Guest,
    /// Nobody who may do anything.
    Unlicensed: Nothing,
    /// The vendor's people.
    SupportUser: Nothing,
    /// The former name of `SiteAdministratorExplorer`.
    SiteAdministrator: Publisher,
    /// The former name of `ExplorerCanPublish`.
    Publisher: Publisher,
    /// The former name of `Explorer`.
    Interactor: Explorer,
    /// A former role, which looks and filters here.
    ViewerWithPublish: Viewer,
    /// A former role, which may do nothing here.
    UnlicensedWithPublish: Nothing,
}

/// What roles may do at most, from more to less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ceiling {
    Creator,
    Publisher,
    Explorer,
    Viewer,
    Guest,
    Looker,
    Nothing,
}

impl SiteRole {
    /// Reads the name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.as_str() == name)
    }

    /// Whether no rule is needed for whatever the role admits.
    #[must_use]
    pub const fn is_administrator(self) -> bool {
        matches!(
            self,
            Self::ServerAdministrator
                | Self::SiteAdministratorCreator
                | Self::SiteAdministratorExplorer
                | Self::SiteAdministrator
        )
    }

    /// Whether a rule could allow it to somebody of the role. Whoever only looks downloads no data source, for example. What
    /// Tableau's documentation leaves open is not admitted.
    #[must_use]
    pub const fn admits(self, capability: Capability) -> bool {
        use Capability::{
            AddComment, Connect, ExportData, ExportImage, Filter, Read, RunExplainData, ShareView, ViewComments,
            ViewUnderlyingData, VizqlDataApiAccess, WebAuthoring, WebAuthoringForFlows,
        };
        let views =
            matches!(capability, Read | Filter | ViewComments | AddComment | ExportImage | ExportData | ShareView);
        match self.ceiling() {
            Ceiling::Creator => true,
            Ceiling::Publisher => !matches!(capability, WebAuthoringForFlows),
            Ceiling::Explorer => {
                let explores = matches!(
                    capability,
                    ViewUnderlyingData | WebAuthoring | RunExplainData | Connect | VizqlDataApiAccess
                );
                views || explores
            }
            Ceiling::Viewer => views,
            Ceiling::Guest => matches!(capability, Read | Filter),
            Ceiling::Looker => matches!(capability, Read),
            Ceiling::Nothing => false,
        }
    }
}

impl fmt::Display for SiteRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
