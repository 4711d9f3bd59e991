//! Publications: everything that is opened is named, and no element shows more than its locked parameters let it.

use super::{Known, Policies, expect_distinct, expect_known};
use crate::access::{Definitions, EmbedKey};
use crate::dialect::Dialect;
use crate::name::{ControlName, ElementName, PageName};
use crate::problem::{Position, Report, one_of, unknown};
use crate::publication::{Audience, ParameterState, Publication, TablePath};
use crate::rule::{Applies, RowPolicy};
use crate::semantic::{Explore, ExplorePath};
use crate::workbook::{Control, DataElement, Page, Workbook};
use std::collections::BTreeSet;

/// What addresses of published content say beside parameters.
const RESERVED: &[&str] = &["parameters", "format_rows", "pivot_results", "value"];

pub(super) fn check(definitions: &Definitions, known: &Known<'_>, policies: &Policies, report: &mut Report) {
    let mut links = Vec::new();
    for (name, workbook) in &definitions.workbooks {
        let top = Position::top(format!("workbooks/{name}.yaml"));
        for (publications, closure, position) in published(workbook, &top) {
            let audiences = publications.iter().enumerate().map(|(i, one)| (position.item(i).member("to"), &one.to));
            let audiences: Vec<_> = audiences.map(|(position, to)| (position, written(to))).collect();
            expect_distinct(report, "publication to", audiences);
            for (index, publication) in publications.iter().enumerate() {
                let position = position.item(index);
                let published = Published { definitions, known, policies, publication, closure: &closure };
                published.check(&position, report);
                if let Audience::PublicLink(link) = &publication.to {
                    links.push((position.member("to").member("public_link"), link));
                }
            }
        }
    }
    // Which ids there are is nobody's business who reads a log: the message names none.
    let mut seen = BTreeSet::new();
    for (position, link) in links {
        report.expect(seen.insert(link), &position, || "the id of another link again: expected a new one".to_owned());
    }
}

fn written(audience: &Audience) -> String {
    match audience {
        Audience::GuestsOf(key) => format!("guests of {key}"),
        Audience::PublicLink(_) => "public link".to_owned(),
    }
}

/// What one thing opens when it is published.
struct Closure<'a> {
    elements: Vec<(&'a ElementName, &'a DataElement, &'a Page)>,
    controls: Vec<&'a Control>,
}

type Places<'a> = (&'a [Publication], Closure<'a>, Position);

/// The workbook and its elements, each with what it opens.
fn published<'a>(workbook: &'a Workbook, top: &Position) -> Vec<Places<'a>> {
    let mut places = vec![(workbook.publications.as_slice(), of_pages(&workbook.pages), top.member("publications"))];
    for (page_index, page) in workbook.pages.iter().enumerate() {
        for (index, element) in page.elements.iter().enumerate() {
            let position = top.member("pages").item(page_index).member("elements").item(index).member("publications");
            places.push((element.publications.as_slice(), of_element(page, &element.name), position));
        }
    }
    places
}

fn of_pages(pages: &[Page]) -> Closure<'_> {
    Closure {
        elements: pages.iter().flat_map(data_elements).collect(),
        controls: pages.iter().flat_map(|page| &page.controls).collect(),
    }
}

fn of_element<'a>(page: &'a Page, element: &ElementName) -> Closure<'a> {
    let elements = data_elements(page).filter(|(name, ..)| *name == element).collect::<Vec<_>>();
    let filtering = |control: &&Control| elements.iter().any(|(_, it, _)| it.controls.contains_key(&control.name));
    Closure { controls: page.controls.iter().filter(filtering).collect(), elements }
}

/// What a publication of a workbook, or of one of its elements, opens: the controls that it may name, and the tables that it
/// must.
#[must_use]
pub fn opened(
    definitions: &Definitions,
    workbook: &Workbook,
    element: Option<(&PageName, &ElementName)>,
) -> (BTreeSet<ControlName>, BTreeSet<TablePath>) {
    let closure = match element {
        None => of_pages(&workbook.pages),
        Some((page, element)) => {
            let page = workbook.pages.iter().find(|one| one.name == *page);
            page.map_or_else(|| of_pages(&[]), |page| of_element(page, element))
        }
    };
    let controls = closure.controls.iter().map(|control| control.name.clone()).collect();
    (controls, closure.tables(definitions))
}

fn data_elements(page: &Page) -> impl Iterator<Item = (&ElementName, &DataElement, &Page)> {
    page.elements.iter().filter_map(move |element| Some((&element.name, element.show.data()?, page)))
}

impl Closure<'_> {
    /// The tables that are read for it.
    fn tables(&self, definitions: &Definitions) -> BTreeSet<TablePath> {
        let elements = self.elements.iter().map(|(_, element, _)| (&element.query.explore, element.fields().collect()));
        let controls = self.controls.iter().map(|control| (&control.explore, control.fields().collect()));
        let asked = elements.chain::<Box<dyn Iterator<Item = _>>>(Box::new(controls));
        asked
            .flat_map(|(path, fields): (&ExplorePath, Vec<_>)| {
                let read = definitions.models.get(&path.model).and_then(|model| {
                    let explore = model.explores.get(&path.explore)?;
                    Some(model.with_origins(explore.tables_of(fields.into_iter())))
                });
                let read = read.unwrap_or_default().into_iter();
                read.map(|table| TablePath { model: path.model.clone(), table: table.clone() })
            })
            .collect()
    }
}

struct Published<'a> {
    definitions: &'a Definitions,
    known: &'a Known<'a>,
    policies: &'a Policies,
    publication: &'a Publication,
    closure: &'a Closure<'a>,
}

impl Published<'_> {
    fn check(&self, position: &Position, report: &mut Report) {
        if let Audience::GuestsOf(key) = &self.publication.to {
            let position = position.member("to").member("guests_of");
            expect_known(report, &position, "embed key", key, &self.known.keys);
            let has_guests = self
                .key()
                .is_none_or(|key| ![Dialect::Sigma, Dialect::Looker, Dialect::Tableau].contains(&key.dialect));
            report.expect(has_guests, &position, || {
                let dialect = self.key().map_or(Dialect::Sigma, |key| key.dialect);
                format!("key `{key}` is of the dialect `{dialect}`, which has no guests: expected a key of another one")
            });
        }
        self.parameters(&position.member("parameters"), report);
        self.every_table_is_opened(&position.member("data"), report);
        if matches!(self.publication.to, Audience::PublicLink(_)) {
            self.nobody_is_asked_for(&position.member("to"), report);
        }
    }

    fn key(&self) -> Option<&EmbedKey> {
        match &self.publication.to {
            Audience::GuestsOf(key) => self.known.keys.get(key).copied(),
            Audience::PublicLink(_) => None,
        }
    }

    fn parameters(&self, position: &Position, report: &mut Report) {
        for (name, state) in &self.publication.parameters {
            let position = position.member(name);
            report.expect(!RESERVED.contains(&name.as_str()), &position, || {
                format!("`{name}` means something else in addresses: expected another name for a published control")
            });
            let controls = self.closure.controls.iter().map(|control| &control.name).collect::<BTreeSet<_>>();
            let is_attribute = self.key().is_some_and(|key| key.guest_attributes.contains_key(name));
            report.expect(controls.contains(name) || is_attribute, &position, || unknown("control", name, &controls));
            if *state != ParameterState::Locked {
                continue;
            }
            report.expect(self.key().is_some(), &position, || {
                "locked, but a link locks nothing: expected `enabled` or `disabled`".to_owned()
            });
            if !is_attribute {
                self.every_element_consumes(name, &position, report);
            }
        }
    }

    fn every_element_consumes(&self, name: &ControlName, position: &Position, report: &mut Report) {
        // What sets a parameter of the explore keeps no row away.
        let filters = |element: &DataElement| {
            let explore = self.explore(&element.query.explore);
            let is_parameter = |field| explore.is_some_and(|explore| explore.parameters.contains_key(field));
            element.controls.get(name).is_some_and(|field| !is_parameter(field))
        };
        let unfiltered = self.closure.elements.iter().filter(|(_, element, _)| !filters(element));
        let unfiltered: Vec<String> = unfiltered.map(|(element, _, page)| format!("{}/{element}", page.name)).collect();
        report.expect(unfiltered.is_empty(), position, || {
            format!("locked, but not used by {}: expected every element to be filtered by it", listed(&unfiltered))
        });
    }

    fn every_table_is_opened(&self, position: &Position, report: &mut Report) {
        for path in &self.publication.data {
            let model = self.definitions.models.get(&path.model);
            let found = model.is_some_and(|model| model.tables.contains_key(&path.table));
            let known = self.definitions.models.iter().flat_map(|(name, model)| {
                model.tables.keys().map(move |table| TablePath { model: name.clone(), table: table.clone() })
            });
            report.expect(found, &position.entry(path), || unknown("table", path, known));
        }
        let missing = self.tables().into_iter().filter(|path| !self.publication.data.contains(path));
        let missing: Vec<String> = missing.map(|path| path.to_string()).collect();
        report.expect(missing.is_empty(), position, || {
            format!("what is published also shows data of {}: expected these tables too", listed(&missing))
        });
    }

    fn explore(&self, path: &ExplorePath) -> Option<&Explore> {
        self.definitions.models.get(&path.model)?.explores.get(&path.explore)
    }

    /// The tables that are read for what is opened.
    fn tables(&self) -> BTreeSet<TablePath> {
        self.closure.tables(self.definitions)
    }

    /// Of whoever has a link nothing is known: no policy on what is opened may ask.
    fn nobody_is_asked_for(&self, position: &Position, report: &mut Report) {
        let asks = |policy: &&RowPolicy| {
            let concerns = !matches!(policy.applies, Applies::PermitTeams(_) | Applies::PermitGuestsOf(_));
            concerns && policy.rule.asks_for_person()
        };
        for path in self.tables() {
            let connection = self.definitions.models.get(&path.model).map(|model| &model.connection);
            if connection.and_then(|name| self.known.connections.get(name)).is_some_and(|one| one.asks_for_person()) {
                report.add(position, format!(
                    "a public link to data of `{path}`, whose database or role is chosen by an attribute: expected data that anybody may see"
                ));
            }
            let policies = self.policies.get(&(path.model.clone(), path.table.clone()));
            for policy in policies.into_iter().flatten().filter(asks) {
                let name = &policy.name;
                report.add(position, format!(
                    "a public link to data of `{path}`, whose row policy `{name}` asks for the person: expected data that anybody may see"
                ));
            }
        }
    }
}

fn listed(names: &[String]) -> String {
    one_of(names).trim_start_matches("one of ").to_owned()
}
