//! Workbooks: pages of elements and controls.

mod control;
mod version;

use crate::access::{FolderPath, Owner};
use crate::chart::Chart;
use crate::dialect::KnownAs;
use crate::name::{ControlName, ElementName, FieldName, PageName, WorkspaceName};
use crate::personal::{PersonalText, ShownWhen};
use crate::publication::Publication;
use crate::query::Query;
use crate::semantic::{Explore, ExplorePath};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use control::{Control, ControlKind, OfferedValue};
pub use version::{TagPath, VersionBody, VersionName};

/// A workbook as written in `workbooks/NAME.yaml`: its published version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workbook {
    /// Shown to people.
    pub title: PersonalText,
    /// Where it lives and inherits access from.
    #[serde(rename = "in")]
    pub place: Place,
    /// Who manages it.
    #[serde(default)]
    pub owner: Option<Owner>,
    /// What other products called it.
    #[serde(default)]
    pub known_as: KnownAs,
    /// To whom it is opened whom nobody knows, with everything on its pages.
    #[serde(default)]
    pub publications: Vec<Publication>,
    /// Its pages, at least one.
    pub pages: Vec<Page>,
}

/// Where a workbook lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Directly in a workspace.
    Workspace(WorkspaceName),
    /// In a folder, as `workspace/folder`.
    Folder(FolderPath),
}

/// A page of a workbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Stands in addresses.
    pub name: PageName,
    /// Shown to people.
    pub title: PersonalText,
    /// What other products called it.
    #[serde(default)]
    pub known_as: KnownAs,
    /// Whom it is shown; absent: everybody who may see the workbook. It protects nothing.
    #[serde(default)]
    pub shown_when: Option<ShownWhen>,
    /// What people can set.
    #[serde(default)]
    pub controls: Vec<Control>,
    /// What they see.
    pub elements: Vec<Element>,
}

/// What people see in one place of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// Stands in addresses.
    pub name: ElementName,
    /// Shown to people.
    #[serde(default)]
    pub title: PersonalText,
    /// What other products called it.
    #[serde(default)]
    pub known_as: KnownAs,
    /// To whom it is opened by itself whom nobody knows.
    #[serde(default)]
    pub publications: Vec<Publication>,
    /// Whom it is shown; absent: everybody who may see the page. It protects nothing.
    #[serde(default)]
    pub shown_when: Option<ShownWhen>,
    /// How many of the page's 12 columns it spans.
    #[serde(default = "full_width")]
    pub width: u8,
    /// Text, or data drawn as a chart.
    pub show: Show,
}

const fn full_width() -> u8 {
    12
}

/// What an element shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// Markdown.
    Text(PersonalText),
    /// The answer to a query.
    Data(Box<DataElement>),
}

/// An element that shows data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataElement {
    /// What is asked.
    pub query: Query,
    /// How the answer is drawn.
    pub chart: Chart,
    /// Control (or locked parameter) → the dimension of the query's explore that it filters.
    #[serde(default)]
    pub controls: BTreeMap<ControlName, FieldName>,
    /// Dimension of the query → the control that a click on one of its values sets.
    #[serde(default)]
    pub select: BTreeMap<FieldName, ControlName>,
    /// Dimensions from coarse to fine, one of them in the query: who may drill goes from a value of it to the next.
    #[serde(default)]
    pub drill: Vec<FieldName>,
    /// Dimensions of the rows underneath, for those who may see them; an empty list: nobody. Absent: the drill fields of the
    /// measures that are asked for.
    #[serde(default)]
    pub underlying: Option<Vec<FieldName>>,
}

impl Show {
    /// What it asks and draws, if it shows data.
    #[must_use]
    pub fn data(&self) -> Option<&DataElement> {
        match self {
            Self::Data(data) => Some(data),
            Self::Text(_) => None,
        }
    }
}

impl Page {
    /// The explores whose data it shows or offers in its controls.
    pub fn explores(&self) -> impl Iterator<Item = &ExplorePath> {
        let elements = self.elements.iter().filter_map(|element| Some(&element.show.data()?.query.explore));
        elements.chain(self.controls.iter().map(|control| &control.explore))
    }
}

impl DataElement {
    /// The fields it asks for, filters and sorts by, draws, and lets controls filter.
    pub fn fields(&self) -> impl Iterator<Item = &FieldName> {
        let query = &self.query;
        let filters = query.filters.iter().map(|filter| &filter.field);
        let sorts = query.sorts.iter().map(|sort| &sort.field);
        query.fields.iter().chain(filters).chain(sorts).chain(self.chart.fields()).chain(self.controls.values())
    }

    /// The dimensions that are shown of the rows underneath: those that it names, or else the drill fields of its measures. None:
    /// there is nothing underneath.
    #[must_use]
    pub fn shown_underneath<'a>(&'a self, explore: &'a Explore) -> Vec<&'a FieldName> {
        if let Some(named) = &self.underlying {
            return named.iter().collect();
        }
        let mut shown: Vec<&FieldName> = Vec::new();
        for field in self.query.fields.iter().flat_map(|field| explore.drill_fields(field)) {
            if !shown.contains(&field) {
                shown.push(field);
            }
        }
        shown
    }

    /// The dimension that stands in the query and is followed by others when people drill.
    #[must_use]
    pub fn drilled(&self) -> Option<&FieldName> {
        let last = self.drill.last()?;
        self.drill.iter().find(|field| *field != last && self.query.fields.contains(field))
    }
}
