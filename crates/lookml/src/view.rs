//! Views: a table, and fields that every explore of it has.

use crate::field::{Field, dimension, dimension_group, measure};
use crate::finding::Findings;
use crate::level;
use crate::source::{Source, Sources};
use crate::syntax::{Block, Place, Properties, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of the model around.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around<'a> {
    pub(crate) sources: &'a Sources,
    /// Whether weeks begin on Monday.
    pub(crate) monday: bool,
}

/// A view.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub(crate) name: String,
    pub(crate) place: Place,
    /// If it has one of its own.
    pub(crate) label: Option<String>,
    /// What it reads. `Err`: why no explore reads it.
    pub(crate) source: Result<Source<'a>, String>,
    pub(crate) grants: BTreeSet<String>,
    pub(crate) fields: BTreeMap<String, Field>,
    /// The names of what is there and was not understood.
    pub(crate) missing: BTreeSet<String>,
    pub(crate) sets: BTreeMap<String, Vec<String>>,
    pub(crate) primary_key: Option<String>,
}

impl<'a> View<'a> {
    pub(crate) fn read(name: &str, block: Block, place: Place, around: Around<'a>, findings: &mut Findings) -> Self {
        let read = block.read(&level::VIEW, findings, |properties, findings| {
            let source = source(name, properties, around.sources, findings);
            let mut view = View {
                name: name.to_owned(),
                place: place.clone(),
                label: properties.text("label"),
                source,
                grants: properties.names("required_access_grants").into_iter().collect(),
                fields: BTreeMap::new(),
                missing: BTreeSet::new(),
                sets: BTreeMap::new(),
                primary_key: None,
            };
            view.read_fields(properties, around.monday, findings);
            view
        });
        let mut view = read.value;
        if !read.understood {
            view.source = Err("it has what is not understood".to_owned());
        }
        view
    }

    fn read_fields(&mut self, properties: &mut Properties, monday: bool, findings: &mut Findings) {
        for (block, _) in properties.blocks("set") {
            let name = block.label.clone().unwrap_or_default();
            let read = block.read(&level::SET, findings, |properties, _| properties.names("fields"));
            if read.understood {
                self.sets.insert(name, read.value);
            }
        }
        for (block, place) in properties.blocks("dimension") {
            let name = block.label.clone().unwrap_or_default();
            let found = dimension(block, &place, monday, findings);
            if found.as_ref().is_some_and(|(_, is_key)| *is_key) && self.primary_key.replace(name.clone()).is_some() {
                findings.note(&place, format!("`{name}` is another primary key: the last one counts"));
            }
            self.add(name, found.map(|(field, _)| field), findings);
        }
        for (block, place) in properties.blocks("dimension_group") {
            let name = block.label.clone().unwrap_or_default();
            let group = dimension_group(block, &place, monday, findings);
            self.missing.insert(name);
            for (name, field) in group {
                self.add(name, field, findings);
            }
        }
        for (block, place) in properties.blocks("measure") {
            let name = block.label.clone().unwrap_or_default();
            let found = measure(block, &place, findings);
            self.add(name, found, findings);
        }
    }

    /// A field, or the name of one that was not understood. Of two with one name none is there.
    fn add(&mut self, name: String, field: Option<Field>, findings: &mut Findings) {
        let is_second = self.fields.remove(&name).is_some() || self.missing.contains(&name);
        match field {
            Some(field) if !is_second => drop(self.fields.insert(name, field)),
            Some(field) => {
                findings.closed(&field.place, format!("field `{name}` is there twice: none of them is made"));
                self.missing.insert(name);
            }
            None => drop(self.missing.insert(name)),
        }
    }

    /// Whether there is such a field, understood or not.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field) || self.missing.contains(field)
    }
}

fn source<'a>(
    name: &str,
    properties: &mut Properties,
    sources: &'a Sources,
    findings: &mut Findings,
) -> Result<Source<'a>, String> {
    let derived = properties.take_all("derived_table", Value::as_block);
    let table = properties.take("sql_table_name", Value::as_sql);
    if let Some((_, place)) = derived.first() {
        findings
            .closed(place, format!("`derived_table` of view `{name}` is not translated: no explore reads the view"));
        return Err("it is a derived table".to_owned());
    }
    let source = Source::of(sources, table.as_ref().map_or(name, |(table, _)| table));
    if let (Err(error), Some((_, place))) = (&source, &table) {
        findings.closed(place, format!("`sql_table_name` of view `{name}`: {error}: no explore reads the view"));
    }
    source
}

/// `order_items` as `Order Items`, as Looker shows it.
pub(crate) fn titled(name: &str) -> String {
    let words = name.split('_').filter(|word| !word.is_empty()).map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    });
    words.collect::<Vec<_>>().join(" ")
}
