//! `fields` of explores and joins: which fields are there at all.

use crate::expression::{Resolver, Use};
use std::collections::BTreeSet;

/// How deep sets may be in sets.
const MAX_DEPTH: usize = 16;

type Names = BTreeSet<(String, String)>;

/// The fields that a list names.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    all: bool,
    named: Names,
    without: Names,
}

impl Selection {
    /// Reads a list of an explore, or of one of its joins. `Err`: what is not understood, so that nobody can say what is hidden.
    pub(crate) fn of(items: &[String], resolver: Resolver<'_>, within: Use<'_>) -> Result<Self, String> {
        let mut selection = Self::default();
        for item in items {
            match item.strip_prefix('-') {
                None if item == "ALL_FIELDS*" => selection.all = true,
                None => selection.named.extend(named(item, resolver, within, 0)?),
                Some(item) => selection.without.extend(named(item, resolver, within, 0)?),
            }
        }
        Ok(selection)
    }

    pub(crate) fn has(&self, alias: &str, field: &str) -> bool {
        let name = (alias.to_owned(), field.to_owned());
        (self.all || self.named.contains(&name)) && !self.without.contains(&name)
    }
}

fn named(item: &str, resolver: Resolver<'_>, within: Use<'_>, depth: usize) -> Result<Names, String> {
    let (used, name) = match item.split_once('.') {
        Some((alias, name)) => (resolver.used(alias)?, name),
        None => (within, item),
    };
    let Some(set) = name.strip_suffix('*') else {
        let is_there = used.view.has(name);
        let field = || BTreeSet::from([(used.alias.to_owned(), name.to_owned())]);
        return is_there.then(field).ok_or_else(|| format!("there is no field `{item}`"));
    };
    let items = used.view.sets.get(set).filter(|_| depth < MAX_DEPTH);
    let items = items.ok_or_else(|| format!("there is no set `{item}` that is understood"))?;
    let mut all = Names::new();
    for item in items {
        all.extend(named(item, resolver, used, depth + 1)?);
    }
    Ok(all)
}
