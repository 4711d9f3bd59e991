//! Workbooks: pages of elements and controls.

use crate::access::FolderPath;
use crate::chart::Chart;
use crate::dialect::KnownAs;
use crate::name::{ControlName, ElementName, FieldName, PageName, WorkspaceName};
use crate::publication::Publication;
use crate::query::Query;
use crate::semantic::ExplorePath;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A workbook as written in `workbooks/NAME.yaml`: its published version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workbook {
    /// Shown to people.
    pub title: String,
    /// Where it lives and inherits access from.
    #[serde(rename = "in")]
    pub place: Place,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Directly in a workspace.
    Workspace(WorkspaceName),
    /// In a folder, as `workspace/folder`.
    Folder(FolderPath),
}

/// A page of a workbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Stands in addresses.
    pub name: PageName,
    /// Shown to people.
    pub title: String,
    /// What other products called it.
    #[serde(default)]
    pub known_as: KnownAs,
    /// What people can set.
    #[serde(default)]
    pub controls: Vec<Control>,
    /// What they see.
    pub elements: Vec<Element>,
}

/// A list from which people pick values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Named by elements, in messages, and by locked parameters.
    pub name: ControlName,
    /// Shown to people.
    pub title: String,
    /// Where the suggested values come from.
    pub explore: ExplorePath,
    /// The dimension whose values are suggested.
    pub field: FieldName,
    /// A dimension of the same explore that names the values for people.
    #[serde(default)]
    pub label: Option<FieldName>,
    /// The values that are offered, in place of those of the field.
    #[serde(default)]
    pub values: Vec<OfferedValue>,
    /// Values set at first. None: no filter.
    #[serde(default)]
    pub default: Vec<serde_json::Value>,
    /// Whether upper and lower case are one. Only for texts, and only for what people set.
    #[serde(default)]
    pub ignore_case: bool,
}

/// A value that a control offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferedValue {
    /// The value.
    pub value: serde_json::Value,
    /// What people read instead.
    #[serde(default)]
    pub label: Option<String>,
}

/// What people see in one place of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// Stands in addresses.
    pub name: ElementName,
    /// Shown to people.
    #[serde(default)]
    pub title: String,
    /// What other products called it.
    #[serde(default)]
    pub known_as: KnownAs,
    /// To whom it is opened by itself whom nobody knows.
    #[serde(default)]
    pub publications: Vec<Publication>,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Show {
    /// Plain paragraphs, separated by blank lines.
    Text(String),
    /// The answer to a query.
    Data(DataElement),
}

/// An element that shows data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataElement {
    /// What is asked.
    pub query: Query,
    /// How the answer is drawn.
    pub chart: Chart,
    /// Control (or locked parameter) → the dimension of the query's explore that it filters.
    #[serde(default)]
    pub controls: BTreeMap<ControlName, FieldName>,
}

impl Page {
    /// The explores whose data it shows or offers in its controls.
    pub fn explores(&self) -> impl Iterator<Item = &ExplorePath> {
        let elements = self.elements.iter().filter_map(|element| match &element.show {
            Show::Data(data) => Some(&data.query.explore),
            Show::Text(_) => None,
        });
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
}

impl Control {
    /// The fields whose values it offers.
    pub fn fields(&self) -> impl Iterator<Item = &FieldName> {
        std::iter::once(&self.field).chain(&self.label)
    }
}
