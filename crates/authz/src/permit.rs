//! Permits: the proof that a decision was made, and what it allows.

use crate::decide::Decided;
use model::access::Permission;
use model::filter::{Calculated, RowFilter};
use model::name::{ColumnName, ConnectionName, ControlName, ExploreName, FieldName, ModelName, TableName};
use model::query::Filter;
use model::semantic::{ExplorePath, Mask};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// An action that can be permitted. The list is closed.
pub trait Action: Decided {
    /// The action's name in the rules and the audit trail.
    const NAME: &'static str;
}

/// Look at the structure of a page.
#[derive(Debug)]
pub struct ViewContent;

/// Run a query: an element's, a control's suggestions, or one's own.
#[derive(Debug)]
pub struct RunQuery;

/// Download the answer of a query as CSV. Running it needs a permit of its own, and so in the other formats.
#[derive(Debug)]
pub struct ExportCsv;

/// Download the answer of a query as a spreadsheet.
#[derive(Debug)]
pub struct ExportXlsx;

/// Download the answer of a query as JSON.
#[derive(Debug)]
pub struct ExportJson;

/// Download the answer of a query as an Arrow IPC stream.
#[derive(Debug)]
pub struct ExportArrow;

/// Have the answer of a query drawn. Running it needs a permit of its own.
#[derive(Debug)]
pub struct ExportPicture;

/// Have a page drawn. Each of its elements needs permits of its own.
#[derive(Debug)]
pub struct ExportPage;

/// Ask why somebody else sees what they see. What is asked about must be the asker's to ask as well.
#[derive(Debug)]
pub struct InspectAs;

/// Keep the state of one's filters of a workbook.
#[derive(Debug)]
pub struct KeepBookmark;

/// Show a bookmark to others who see its workbook: to those of one's tenant, or, of none, to everybody.
#[derive(Debug)]
pub struct ShareBookmark;

/// Save what a workbook is to show, and read what it showed.
#[derive(Debug)]
pub struct SaveContent;

/// See what was saved with one's own data, before it is published.
#[derive(Debug)]
pub struct PreviewContent;

/// Publish what was saved.
#[derive(Debug)]
pub struct PublishContent;

/// Put a version under a tag, or take a tag away.
#[derive(Debug)]
pub struct TagContent;

/// Move a workbook, or throw it away.
#[derive(Debug)]
pub struct ManageContent;

/// Make a workbook of what another one shows.
#[derive(Debug)]
pub struct CopyContent;

/// Make a workbook somewhere. Decided by [`crate::decide_home`].
#[derive(Debug)]
pub struct CreateContent;

/// Put back what was thrown away, or delete it. Decided by [`crate::decide_home`].
#[derive(Debug)]
pub struct RestoreContent;

impl Action for SaveContent {
    const NAME: &'static str = Permission::SaveContent.as_str();
}

impl Action for PreviewContent {
    const NAME: &'static str = "preview_content";
}

impl Action for PublishContent {
    const NAME: &'static str = Permission::PublishContent.as_str();
}

impl Action for TagContent {
    const NAME: &'static str = Permission::TagContent.as_str();
}

impl Action for ManageContent {
    const NAME: &'static str = "manage_content";
}

impl Action for CopyContent {
    const NAME: &'static str = "copy_content";
}

impl Action for CreateContent {
    const NAME: &'static str = "create_content";
}

impl Action for RestoreContent {
    const NAME: &'static str = "restore_content";
}

impl Action for KeepBookmark {
    const NAME: &'static str = "keep_bookmark";
}

impl Action for ShareBookmark {
    const NAME: &'static str = "share_bookmark";
}

impl Action for ViewContent {
    const NAME: &'static str = "view_content";
}

impl Action for RunQuery {
    const NAME: &'static str = "run_query";
}

impl Action for ExportCsv {
    const NAME: &'static str = Permission::ExportCsv.as_str();
}

impl Action for ExportXlsx {
    const NAME: &'static str = Permission::ExportXlsx.as_str();
}

impl Action for ExportJson {
    const NAME: &'static str = Permission::ExportJson.as_str();
}

impl Action for ExportArrow {
    const NAME: &'static str = Permission::ExportArrow.as_str();
}

impl Action for ExportPicture {
    const NAME: &'static str = Permission::ExportPicture.as_str();
}

impl Action for ExportPage {
    const NAME: &'static str = "export_page";
}

impl Action for InspectAs {
    const NAME: &'static str = Permission::InspectAs.as_str();
}

/// What a download must stay within.
#[derive(Debug, PartialEq)]
pub struct DownloadBounds {
    pub(crate) explore: ExplorePath,
    /// Of the model's tables that set a limit.
    pub(crate) rows: BTreeMap<TableName, u32>,
}

impl DownloadBounds {
    /// The explore that is asked of.
    #[must_use]
    pub const fn explore(&self) -> &ExplorePath {
        &self.explore
    }

    /// The most rows of what reads the table; `None`: it sets no limit.
    #[must_use]
    pub fn rows(&self, table: &TableName) -> Option<u32> {
        self.rows.get(table).copied()
    }
}

/// Proof that an answer may be downloaded, in whichever format was decided. Running the query needs a permit of its own.
///
/// Only a permit for a download becomes one:
///
/// ```compile_fail,E0277
/// # use authz::permit::{DownloadPermit, Permit, RunQuery};
/// fn download(permit: Permit<RunQuery>) -> DownloadPermit { permit.into() }
/// ```
#[derive(Debug)]
#[must_use]
pub struct DownloadPermit(DownloadBounds);

impl DownloadPermit {
    /// What the download must stay within.
    #[must_use]
    pub const fn bounds(&self) -> &DownloadBounds {
        &self.0
    }
}

impl<A: Action + Decided<Bounds = DownloadBounds>> From<Permit<A>> for DownloadPermit {
    fn from(permit: Permit<A>) -> Self {
        Self(permit.bounds)
    }
}

/// What one person may see of one table.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TableAccess {
    /// The rows.
    pub rows: RowFilter,
    /// The columns that exist for them.
    pub columns: BTreeMap<ColumnName, ColumnAccess>,
}

/// What one person may use of an explore that a derived table is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ExploreAccess {
    /// The fields that exist for them.
    pub fields: BTreeSet<FieldName>,
    /// What its calculated fields are for them.
    pub calculated: BTreeMap<FieldName, Calculated>,
}

/// Where a person's questions of a model are answered, and as whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Destination {
    /// Where the model says, as for everybody.
    Usual,
    /// Where their attributes say.
    Chosen {
        /// The connection that is read.
        connection: ConnectionName,
        /// The database role that statements run as; `None`: the one that has logged in.
        role: Option<String>,
    },
    /// Nowhere: they lack the attribute that would say, or its value leads nowhere.
    Nowhere,
}

impl Destination {
    /// The database role that statements run as, if one was chosen.
    #[must_use]
    pub fn role(&self) -> Option<&str> {
        match self {
            Self::Chosen { role, .. } => role.as_deref(),
            Self::Usual | Self::Nowhere => None,
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usual => f.write_str("read where the model says"),
            Self::Chosen { connection, role: None } => write!(f, "read from connection `{connection}`"),
            Self::Chosen { connection, role: Some(role) } => {
                write!(f, "read from connection `{connection}` as role `{role}`")
            }
            Self::Nowhere => f.write_str("read nowhere: no attribute says where"),
        }
    }
}

/// What one person may see of one column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ColumnAccess {
    /// Its values.
    Shown,
    /// Something else in place of its values.
    Masked {
        /// The rows in which its values are shown all the same.
        shown: RowFilter,
        /// What is there in other rows: the first mask whose rows have it, and NULL in what is left.
        masks: Vec<(RowFilter, Mask)>,
    },
}

/// Which controls the viewer may set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SettableControls {
    /// Those that are set already, to a value or to none.
    pub(crate) fixed: BTreeSet<ControlName>,
    /// The only ones that may be set; `None`: all that are not fixed.
    pub(crate) only: Option<BTreeSet<ControlName>>,
}

impl SettableControls {
    /// Whether the viewer may set a control.
    #[must_use]
    pub fn admit(&self, control: &ControlName) -> bool {
        !self.is_fixed(control) && self.only.as_ref().is_none_or(|only| only.contains(control))
    }

    /// Whether a control is set already: its default does not apply.
    #[must_use]
    pub fn is_fixed(&self, control: &ControlName) -> bool {
        self.fixed.contains(control)
    }
}

/// Proof that `A` was decided and allowed, with everything the answer must be bounded by.
///
/// It cannot be copied, stored or sent, and only [`crate::decide`] makes one:
///
/// ```compile_fail,E0451
/// # use authz::permit::{Permit, RunQuery};
/// fn forge(genuine: Permit<RunQuery>) -> Permit<RunQuery> { Permit { revision: 7, ..genuine } }
/// ```
///
/// ```compile_fail,E0277
/// # use authz::permit::{Permit, RunQuery};
/// fn copy<T: Clone>(permit: T) -> (T, T) { (permit.clone(), permit) }
/// fn twice(permit: Permit<RunQuery>) { copy(permit); }
/// ```
///
/// ```compile_fail,E0277
/// # use authz::permit::{Permit, RunQuery};
/// fn store(permit: &Permit<RunQuery>) -> Result<String, serde_json::Error> { serde_json::to_string(permit) }
/// ```
///
/// A permit for one action is none for another:
///
/// ```compile_fail,E0308
/// # use authz::permit::{Permit, RunQuery, ViewContent};
/// fn run(permit: Permit<ViewContent>) -> Permit<RunQuery> { permit }
/// ```
#[derive(Debug)]
#[must_use]
pub struct Permit<A: Action> {
    pub(crate) revision: u64,
    pub(crate) reasons: Vec<String>,
    pub(crate) bounds: A::Bounds,
}

impl<A: Action> Permit<A> {
    /// The revision of the organization the decision was made at.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether it bounds an answer exactly as another one does, whatever allowed it.
    #[must_use]
    pub fn is_as(&self, other: &Self) -> bool {
        self.bounds == other.bounds
    }

    /// Why, for the audit trail: the rules that allowed it; and where data is read, if that was chosen for this person.
    #[must_use]
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }
}

impl Permit<RunQuery> {
    /// What may be asked of.
    #[must_use]
    pub const fn explore(&self) -> &ExplorePath {
        &self.bounds.explore
    }

    /// Which of its fields may be asked for, filtered or sorted by.
    #[must_use]
    pub const fn fields(&self) -> &BTreeSet<FieldName> {
        &self.bounds.fields
    }

    /// What its calculated fields are for this person.
    #[must_use]
    pub const fn calculated(&self) -> &BTreeMap<FieldName, Calculated> {
        &self.bounds.calculated
    }

    /// What there is for this person of the explores that derived tables are of.
    #[must_use]
    pub const fn behind(&self) -> &BTreeMap<ExploreName, ExploreAccess> {
        &self.bounds.behind
    }

    /// What the query must filter by, whatever else it filters by.
    #[must_use]
    pub fn locked_filters(&self) -> &[Filter] {
        &self.bounds.locked_filters
    }

    /// Which of the page's controls the viewer may set.
    #[must_use]
    pub const fn controls(&self) -> &SettableControls {
        &self.bounds.controls
    }

    /// The most rows an answer may have.
    #[must_use]
    pub const fn row_cap(&self) -> u32 {
        self.bounds.row_cap
    }

    /// Where questions of a model are answered, its entitlement tables among them.
    #[must_use]
    pub fn destination(&self, model: &ModelName) -> &Destination {
        self.bounds.destinations.get(model).unwrap_or(&Destination::Usual)
    }

    /// In whose name the pseudonyms of masked columns are made, so that they differ from tenant to tenant. `None`: there
    /// are none, because nobody knows who looks.
    #[must_use]
    pub fn pseudonyms(&self) -> Option<&str> {
        self.bounds.pseudonyms.as_deref()
    }

    /// What may be seen of a table. `None`: nothing, as if the table did not exist.
    #[must_use]
    pub fn table(&self, model: &ModelName, table: &TableName) -> Option<&TableAccess> {
        self.bounds.tables.get(&(model.clone(), table.clone()))
    }
}
