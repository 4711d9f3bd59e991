//! Places of content as people write them: `workbook/page`, `workbook/page/element`.

use crate::name::{ElementName, NameError, PageName, WorkbookName};
use crate::publication::{Audience, LinkId};
use crate::workbook::{VersionName, Workbook};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// One name in a path, and the first of a path to content, as JSON Schemas have them.
const SEGMENT: &str = "[a-z0-9][a-z0-9_-]{0,62}";
const VERSION: &str = "^[a-z0-9][a-z0-9_-]{0,62}(@[a-z0-9][a-z0-9_-]{0,62})?";

/// A page, written `workbook/page`, or `workbook@tag/page` of the version under a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = format!("{VERSION}/{SEGMENT}$")))]
pub struct PagePath {
    /// The workbook.
    pub workbook: VersionName,
    /// The page of it.
    pub page: PageName,
}

impl TryFrom<String> for PagePath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.split_once('/');
        let (workbook, page) = parts.ok_or_else(|| format!("`{text}` is not a page: expected `workbook/page`"))?;
        Ok(Self { workbook: parsed(workbook)?, page: parsed(page)? })
    }
}

impl From<PagePath> for String {
    fn from(path: PagePath) -> Self {
        path.to_string()
    }
}

impl fmt::Display for PagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.workbook, self.page)
    }
}

/// Something on a page, written `workbook/page/name`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String", bound = "N: FromStr<Err = NameError> + fmt::Display + Clone")]
#[schemars(extend("pattern" = format!("{VERSION}/{SEGMENT}/{SEGMENT}$")))]
pub struct InPage<N> {
    /// The page.
    pub page: PagePath,
    /// What is on it.
    pub name: N,
}

impl<N: FromStr<Err = NameError>> TryFrom<String> for InPage<N> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts = text.rsplit_once('/').filter(|(page, _)| page.contains('/'));
        let (page, name) =
            parts.ok_or_else(|| format!("`{text}` is no place on a page: expected `workbook/page/name`"))?;
        Ok(Self { page: page.to_owned().try_into()?, name: parsed(name)? })
    }
}

impl<N: fmt::Display> From<InPage<N>> for String {
    fn from(path: InPage<N>) -> Self {
        path.to_string()
    }
}

impl<N: fmt::Display> fmt::Display for InPage<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.page, self.name)
    }
}

/// What has a public link: a workbook, or `workbook/page/element`. An expectation names the content and never the
/// link's id, which is a credential.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
pub enum Published {
    /// A workbook.
    Workbook(WorkbookName),
    /// An element.
    Element(InPage<ElementName>),
}

impl Published {
    /// The workbook that it is, or is in.
    #[must_use]
    pub const fn workbook(&self) -> &WorkbookName {
        match self {
            Self::Workbook(name) => name,
            Self::Element(path) => &path.page.workbook.workbook,
        }
    }

    /// The link to it, if it has one in its workbook as that is.
    #[must_use]
    pub fn link_in<'a>(&self, workbook: &'a Workbook) -> Option<&'a LinkId> {
        let publications = match self {
            Self::Workbook(_) => &workbook.publications,
            Self::Element(path) => {
                let page = workbook.pages.iter().find(|page| page.name == path.page.page)?;
                &page.elements.iter().find(|element| element.name == path.name)?.publications
            }
        };
        publications.iter().find_map(|publication| match &publication.to {
            Audience::PublicLink(link) => Some(link),
            Audience::GuestsOf(_) => None,
        })
    }
}

impl TryFrom<String> for Published {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.contains('/') { InPage::try_from(text).map(Self::Element) } else { parsed(&text).map(Self::Workbook) }
    }
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workbook(name) => name.fmt(f),
            Self::Element(path) => path.fmt(f),
        }
    }
}

fn parsed<N: FromStr<Err = NameError>>(text: &str) -> Result<N, String> {
    text.parse().map_err(|error: NameError| error.to_string())
}
