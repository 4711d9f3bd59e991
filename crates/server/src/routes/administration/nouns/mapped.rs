//! The things that have a file of their own.

use super::grant::without_grants;
use crate::problem::Problem;
use crate::routes::administration::noun::Noun;
use model::access::{Definitions, Granted, Permission};
use model::item::Item;
use model::name::{ModelName, WorkbookName};
use model::publication::TablePath;
use model::semantic::Model;
use model::snapshot::Kind;
use model::workbook::Workbook;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use store::Change;

macro_rules! mapped {
    ($(#[$doc:meta])* $noun:ident, $body:ty, $name:ty, $kind:ident, $path:literal, $map:ident, $granted:ident) => {
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
                format!("{}/{}.yaml: ", stringify!($map), self.name)
            }

            fn all(definitions: &Definitions) -> impl Iterator<Item = Cow<'_, Self>> {
                let named = |(name, body): (&$name, &$body)| Self { name: name.clone(), definition: body.clone() };
                definitions.$map.iter().map(move |entry| Cow::Owned(named(entry)))
            }

            fn named(definitions: &Definitions, name: &str) -> Option<Self> {
                let name = <$name>::new(name).ok()?;
                let definition = definitions.$map.get(&name)?.clone();
                Some(Self { name, definition })
            }

            fn put(self, definitions: &mut Definitions) {
                definitions.$map.insert(self.name, self.definition);
            }

            fn remove(&self, definitions: &mut Definitions) -> Vec<Change> {
                definitions.$map.remove(&self.name);
                let of_model = |path: &TablePath| path.model.as_str() == self.name.as_str();
                without_grants(definitions, |grant| match &grant.on {
                    Granted::$granted(name) => *name == self.name,
                    Granted::Table(path) => Self::KIND == Kind::Model && of_model(path),
                    _ => false,
                })
            }

            fn item(&self) -> Result<Item, Problem> {
                Item::new(Self::KIND, self.name.as_str(), &self.definition).map_err(|_| Problem::Internal)
            }
        }
    };
}

mapped!(
    /// A model by its name.
    NamedModel, Model, ModelName, Model, "/api/v1/models", models, Model
);
mapped!(
    /// A workbook by its name.
    NamedWorkbook, Workbook, WorkbookName, Workbook, "/api/v1/workbook-definitions", workbooks, Workbook
);
