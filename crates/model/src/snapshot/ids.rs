//! Ids by names, and names by ids.

use super::{Kind, Registry};
use crate::access::Definitions;
use crate::built_in;
use crate::item::Revised;
use crate::problem::{Position, Problem, Report};
use crate::shared::SharedMap;
use std::fmt::Display;

/// The ids of everything that has a name. Made by the store when definitions are applied.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ids {
    by_name: SharedMap<(Kind, String), String>,
    names: SharedMap<(Kind, String), String>,
}

impl Ids {
    /// Takes ids as the store keeps them.
    pub fn new(ids: impl IntoIterator<Item = ((Kind, String), String)>) -> Self {
        let mut taken = Self::default();
        ids.into_iter().for_each(|((kind, name), id)| taken.put(kind, &name, &id));
        taken
    }

    /// Ids made from names, for checks without a store.
    #[must_use]
    pub fn from_names(definitions: &Definitions) -> Self {
        Self::new(definitions.named().map(|(kind, name)| {
            let id = format!("{}:{name}", kind.as_str());
            ((kind, name), id)
        }))
    }

    /// The id of the thing of that kind and name.
    #[must_use]
    pub fn get(&self, kind: Kind, name: &str) -> Option<&str> {
        let written = self.by_name.get(&(kind, name.to_owned())).map(String::as_str);
        written.or_else(|| built_in::id(kind, name))
    }

    /// The name of the thing of that kind and id.
    #[must_use]
    pub fn name(&self, kind: Kind, id: &str) -> Option<&str> {
        self.names.get(&(kind, id.to_owned())).map(String::as_str)
    }

    /// The names of all things of that kind, in no order.
    pub fn names(&self, kind: Kind) -> impl Iterator<Item = &str> {
        let of_that_kind = move |((found, _), name): (&(Kind, String), _)| (*found == kind).then_some(name);
        self.names.iter().filter_map(of_that_kind).map(String::as_str)
    }

    /// Takes over what has become of things.
    pub fn revise(&mut self, revised: &[Revised]) {
        for Revised { kind, name, id, body } in revised {
            if let Some(before) = self.get(*kind, name).map(str::to_owned) {
                self.by_name.remove(&(*kind, name.clone()));
                self.names.remove(&(*kind, before));
            }
            if body.is_some() {
                self.put(*kind, name, id);
            }
        }
    }

    fn put(&mut self, kind: Kind, name: &str, id: &str) {
        self.by_name.insert((kind, name.to_owned()), id.to_owned());
        self.names.insert((kind, id.to_owned()), name.to_owned());
    }

    /// Whether everything that needs an id has one.
    pub(super) fn complete(&self, definitions: &Definitions) -> Result<(), Vec<Problem>> {
        let mut report = Report::default();
        for (kind, name) in definitions.named() {
            if self.get(kind, &name).is_none() {
                let position = Position::top(kind.file(&name));
                report.add(&position, format!("{} `{name}` has no id: expected one for it", kind.as_str()));
            }
        }
        report.finish(())
    }

    /// Things with their ids; one without an id would be left out, but [`Ids::complete`] has seen to that.
    pub(super) fn tie<I: Ord + Clone, N: Ord + Clone + Display, T: Clone>(
        &self,
        kind: Kind,
        new: fn(String) -> I,
        things: impl IntoIterator<Item = (N, T)>,
    ) -> Registry<I, N, T> {
        let id = |name: &N| self.get(kind, &name.to_string()).map(|id| new(id.to_owned()));
        Registry::new(things.into_iter().filter_map(|(name, thing)| Some((id(&name)?, name, thing))))
    }
}
