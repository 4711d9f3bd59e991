//! Versions of a workbook by name: the published one, and those under tags.

use super::{Page, Workbook};
use crate::access::Definitions;
use crate::name::{NameError, SLUG, TagName, WorkbookName, pattern};
use crate::personal::PersonalText;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What no tag may be called, because these are versions already.
const RESERVED: &[&str] = &["draft", "published"];

/// What a version shows: everything of a workbook but where it lives, whose it is, and to whom it is opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionBody {
    /// Shown to people.
    pub title: PersonalText,
    /// Its pages, at least one. Publications and names in other products belong to the published version.
    pub pages: Vec<Page>,
}

impl VersionBody {
    /// What a workbook shows, without to whom it is opened and what other products called it.
    #[must_use]
    pub fn of(workbook: &Workbook) -> Self {
        let mut pages = workbook.pages.clone();
        for page in &mut pages {
            page.known_as.clear();
            for element in &mut page.elements {
                element.known_as.clear();
                element.publications.clear();
            }
        }
        Self { title: workbook.title.clone(), pages }
    }

    /// The workbook as it would be if this were what it shows. Pages and elements that keep their names stay opened to
    /// whom they were, and keep their names in other products.
    #[must_use]
    pub fn published_in(&self, workbook: &Workbook) -> Workbook {
        let mut pages = self.pages.clone();
        for page in &mut pages {
            let Some(before) = workbook.pages.iter().find(|other| other.name == page.name) else { continue };
            page.known_as = before.known_as.clone();
            for element in &mut page.elements {
                let Some(before) = before.elements.iter().find(|other| other.name == element.name) else { continue };
                element.known_as = before.known_as.clone();
                element.publications = before.publications.clone();
            }
        }
        Workbook { title: self.title.clone(), pages, ..workbook.clone() }
    }

    /// The workbook under a tag: it lives where the published one does and is of the same owner. It is opened to nobody
    /// by a publication, and other products have no name for it.
    #[must_use]
    pub fn tagged_in(&self, workbook: &Workbook) -> Workbook {
        Workbook {
            title: self.title.clone(),
            place: workbook.place.clone(),
            owner: workbook.owner.clone(),
            known_as: super::KnownAs::default(),
            publications: Vec::new(),
            pages: self.pages.clone(),
        }
    }
}

/// A workbook in one of the versions that people see: `sales` is the published one, `sales@production` the one under a
/// tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = r"^[a-z0-9][a-z0-9_-]{0,62}(@[a-z0-9][a-z0-9_-]{0,62})?$"))]
pub struct VersionName {
    /// The workbook.
    pub workbook: WorkbookName,
    /// `None`: the published version.
    pub tag: Option<TagName>,
}

/// A version of a workbook under a tag, written `workbook@tag`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(extend("pattern" = pattern([&SLUG, &SLUG], '@')))]
pub struct TagPath {
    /// The workbook.
    pub workbook: WorkbookName,
    /// The tag.
    pub tag: TagName,
}

impl VersionName {
    /// The tag with its workbook, if it is not the published version.
    #[must_use]
    pub fn tag_path(&self) -> Option<TagPath> {
        Some(TagPath { workbook: self.workbook.clone(), tag: self.tag.clone()? })
    }
}

impl TagPath {
    /// Whether the tag is the name of another version.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        RESERVED.contains(&self.tag.as_str())
    }
}

impl From<WorkbookName> for VersionName {
    fn from(workbook: WorkbookName) -> Self {
        Self { workbook, tag: None }
    }
}

impl From<&WorkbookName> for VersionName {
    fn from(workbook: &WorkbookName) -> Self {
        workbook.clone().into()
    }
}

impl From<TagPath> for VersionName {
    fn from(TagPath { workbook, tag }: TagPath) -> Self {
        Self { workbook, tag: Some(tag) }
    }
}

impl fmt::Display for VersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.tag {
            None => write!(f, "{}", self.workbook),
            Some(tag) => write!(f, "{}@{tag}", self.workbook),
        }
    }
}

impl fmt::Display for TagPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.workbook, self.tag)
    }
}

impl FromStr for VersionName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let (workbook, tag) = match text.split_once('@') {
            Some((workbook, tag)) => (workbook, Some(tag)),
            None => (text, None),
        };
        Ok(Self { workbook: workbook.parse()?, tag: tag.map(TagName::new).transpose()? })
    }
}

impl TryFrom<String> for VersionName {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl TryFrom<String> for TagPath {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        let (workbook, tag) = text.split_once('@').unwrap_or((&text, ""));
        Ok(Self { workbook: workbook.parse()?, tag: tag.parse()? })
    }
}

impl From<VersionName> for String {
    fn from(name: VersionName) -> Self {
        name.to_string()
    }
}

impl From<TagPath> for String {
    fn from(path: TagPath) -> Self {
        path.to_string()
    }
}

impl Definitions {
    /// Every version of every workbook that people see, with its pages.
    pub fn versions(&self) -> impl Iterator<Item = (VersionName, &[Page])> {
        let published = self.workbooks.iter().map(|(name, workbook)| (name.into(), workbook.pages.as_slice()));
        published.chain(self.tags.iter().map(|(path, body)| (path.clone().into(), body.pages.as_slice())))
    }

    /// The pages of one of them.
    #[must_use]
    pub fn pages(&self, version: &VersionName) -> Option<&[Page]> {
        match version.tag_path() {
            None => self.workbooks.get(&version.workbook).map(|workbook| workbook.pages.as_slice()),
            Some(path) => self.tags.get(&path).map(|body| body.pages.as_slice()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_written_as_they_are_read() {
        for text in ["sales", "sales@production"] {
            assert_eq!(text.parse::<VersionName>().map(|name| name.to_string()), Ok(text.to_owned()));
        }
        for bad in ["", "@", "sales@", "@production", "sales@a@b", "Sales", "sales@Production", "sales production"] {
            assert!(bad.parse::<VersionName>().is_err(), "{bad}");
        }
        assert!(TagPath::try_from("sales".to_owned()).is_err());
    }
}
