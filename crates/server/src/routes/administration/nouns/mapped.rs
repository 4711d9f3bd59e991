//! The things that have a file of their own.

use super::grant::without_grants;
use crate::problem::Problem;
use crate::routes::administration::noun::Noun;
use model::access::{Definitions, Granted, Permission};
use model::item::Item;
use model::name::{ModelName, WorkbookName};
use model::semantic::Model;
use model::snapshot::Kind;
use model::workbook::{TagPath, VersionBody, Workbook};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use store::Change;

macro_rules! mapped {
    ($(#[$doc:meta])* $noun:ident, $body:ty, $name:ty, $kind:ident, $path:literal, $map:ident, $folder:literal, |$it:ident, $definitions:ident| $gone:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $noun {
            /// Its name.
            name: $name,
            /// What its file says.
            definition: $body,
        }

        impl Noun for $noun {
            const KIND: Kind = Kind::$kind;
            const NEEDS: Permission = Permission::ManageModels;
            const PATH: &'static str = $path;

            fn name(&self) -> String {
                self.name.to_string()
            }

            fn at(&self, _: &Definitions) -> String {
                format!(concat!($folder, "/{}.yaml: "), self.name)
            }

            fn all(definitions: &Definitions) -> impl Iterator<Item = Cow<'_, Self>> {
                let named = |(name, body): (&$name, &$body)| Self { name: name.clone(), definition: body.clone() };
                definitions.$map.iter().map(move |entry| Cow::Owned(named(entry)))
            }

            fn named(definitions: &Definitions, name: &str) -> Option<Self> {
                let name = <$name>::try_from(name.to_owned()).ok()?;
                let definition = definitions.$map.get(&name)?.clone();
                Some(Self { name, definition })
            }

            fn some<'a>(definitions: &'a Definitions, names: &BTreeSet<&str>) -> Vec<Cow<'a, Self>> {
                names.iter().filter_map(|name| Self::named(definitions, name)).map(Cow::Owned).collect()
            }

            fn put(self, definitions: &mut Definitions) {
                definitions.$map.insert(self.name, self.definition);
            }

            fn remove(&self, definitions: &mut Definitions) -> Vec<Change> {
                definitions.$map.remove(&self.name);
                let ($it, $definitions) = (self, definitions);
                $gone
            }

            fn item(&self) -> Result<Item, Problem> {
                Item::new(Self::KIND, self.name.to_string(), &self.definition).map_err(|_| Problem::Internal)
            }
        }
    };
}

mapped!(
    /// A model by its name.
    NamedModel, Model, ModelName, Model, "/api/v1/models", models, "models",
    |it, definitions| without_grants(definitions, |grant| match &grant.on {
        Granted::Model(name) => *name == it.name,
        Granted::Table(path) => path.model == it.name,
        _ => false,
    })
);
mapped!(
    /// A workbook by its name.
    NamedWorkbook, Workbook, WorkbookName, Workbook, "/api/v1/workbook-definitions", workbooks, "workbooks",
    |it, definitions| without_versions(definitions, &it.name)
);
mapped!(
    /// The version of a workbook under a tag.
    NamedTag, VersionBody, TagPath, Tag, "/api/v1/tags", tags, "workbooks",
    |it, definitions| without_grants(definitions, |grant| grant.on == Granted::Tag(it.name.clone()))
);

/// Takes away the tags of a workbook that is gone and the grants on all of it, and says what became of them.
pub(crate) fn without_versions(definitions: &mut Definitions, workbook: &WorkbookName) -> Vec<Change> {
    let tags = std::mem::take(&mut definitions.tags);
    let (gone, kept): (BTreeMap<_, _>, _) = tags.into_iter().partition(|(path, _)| path.workbook == *workbook);
    definitions.tags = kept.into();
    let mut changes: Vec<Change> = gone.keys().map(|path| Change::gone(Kind::Tag, path.to_string())).collect();
    changes.extend(without_grants(definitions, |grant| match &grant.on {
        Granted::Workbook(name) => name == workbook,
        Granted::Tag(path) => path.workbook == *workbook,
        _ => false,
    }));
    changes
}
