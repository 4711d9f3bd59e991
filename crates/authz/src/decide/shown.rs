//! What a version that somebody writes may ask for: what exists for them, so that what they publish or copy tells them of
//! nothing that is hidden from them.

use super::bounds::Decided as _;
use super::grants;
use super::target::{Asked, Target};
use crate::gates::Gates;
use crate::inspect::Own;
use crate::permit::RunQuery;
use crate::resume::Principal;
use model::enforcement::{Point, enforced};
use model::name::{FieldName, TableName};
use model::semantic::ExplorePath;
use model::snapshot::Snapshot;
use model::workbook::{Control, Element, Page, VersionBody, VersionName, Workbook};

/// The first place, written as a path into the version, that asks for something that there is not for the person. What
/// stands in the workbook like that already is let stand.
///
/// # Errors
/// Where it is.
pub fn may_show(
    principal: &Principal,
    snapshot: &Snapshot,
    name: &VersionName,
    workbook: &Workbook,
    body: &VersionBody,
) -> Result<(), String> {
    if !enforced(Point::ShownData) {
        return Ok(());
    }
    let author = Author { principal, snapshot, name, workbook };
    for (at, page) in body.pages.iter().enumerate() {
        let before = workbook.pages.iter().find(|other| other.name == page.name);
        let odd = |control: &&Control| !stands(before, control) && !author.sees(&control.explore, control.fields());
        if let Some(index) = page.controls.iter().position(|control| odd(&control)) {
            return Err(format!("pages[{at}].controls[{index}]"));
        }
        let odd = |element: &Element| match element.show.data() {
            Some(data) if !shown(before, element) => {
                let drilled = data.drill.iter().chain(data.underlying.iter().flatten());
                !author.sees(&data.query.explore, data.fields().chain(drilled))
            }
            _ => false,
        };
        if let Some(index) = page.elements.iter().position(odd) {
            return Err(format!("pages[{at}].elements[{index}].show.data.query"));
        }
    }
    Ok(())
}

fn stands(before: Option<&Page>, control: &Control) -> bool {
    before.is_some_and(|page| page.controls.iter().any(|other| other == control))
}

/// Names in other products and publications are no part of a version.
fn shown(before: Option<&Page>, element: &Element) -> bool {
    let is_same = |other: &Element| other.name == element.name && other.show == element.show;
    before.is_some_and(|page| page.elements.iter().any(is_same))
}

struct Author<'a> {
    principal: &'a Principal,
    snapshot: &'a Snapshot,
    name: &'a VersionName,
    workbook: &'a Workbook,
}

impl Author<'_> {
    /// Whether an explore and its fields exist for the person, and its data may be used.
    fn sees<'f>(&self, path: &ExplorePath, fields: impl Iterator<Item = &'f FieldName>) -> bool {
        let Some(model) = self.snapshot.models.named(&path.model) else { return false };
        let Some(explore) = model.explores.get(&path.explore) else { return false };
        let gates = Gates::new(self.principal, self.snapshot, model);
        let target = Target { name: self.name, workbook: self.workbook, page: None, asked: Asked::Explore(path) };
        let opened = |table: &TableName| grants::opens_table(self.principal, self.snapshot, &path.model, table);
        let fields: Vec<&FieldName> = fields.collect();
        let read = model.with_origins(explore.tables_of(fields.iter().copied()));
        if !gates.open_explore(explore) || !opened(&explore.table) || !read.into_iter().all(opened) {
            return false;
        }
        let Some(bounds) = RunQuery::bounds(self.principal, self.snapshot, &target) else { return false };
        let own = Own { name: &path.model, model, tables: &bounds.tables };
        let exists = |field: &FieldName| {
            explore.parameters.contains_key(field) || (bounds.fields.contains(field) && own.sees_field(explore, field))
        };
        fields.into_iter().all(exists)
    }
}
