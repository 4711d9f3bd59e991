//! The rows of the explore: each visible event with what it meets.

use super::masks;
use super::value::Held;
use crate::data::Of;
use crate::world::World;
use std::collections::BTreeMap;

/// An event with one place and one tag that it meets, if there are such.
pub(super) struct Row {
    /// Masked values by column: no two tables have one of the same name.
    pub(super) cells: BTreeMap<&'static str, Held>,
    event: usize,
    place: Option<usize>,
    tag: Option<usize>,
}

impl Row {
    /// Which row it is, where tags are looked at or not.
    pub(super) fn identity(&self, with_tag: bool) -> (usize, Option<usize>) {
        (self.event, self.tag.filter(|_| with_tag))
    }

    /// Which row of that table it has.
    pub(super) const fn number(&self, of: Of) -> Option<usize> {
        match of {
            Of::Events => Some(self.event),
            Of::Places => self.place,
            Of::Tags => self.tag,
        }
    }
}

/// All of them. A row that is not found, or hidden, is NULL; NULL finds nothing.
pub(super) fn joined(world: &World) -> Vec<Row> {
    let visible = |of: Of| world.seen[of].iter().map(|row| masks::row(world, of, row)).collect::<Vec<_>>();
    let (places, tags) = (visible(Of::Places), visible(Of::Tags));
    let mut rows = Vec::new();
    for (event, mut cells) in visible(Of::Events).into_iter().enumerate() {
        let place = places.iter().position(|place| place["key"].is_some() && place["key"] == cells["link"]);
        fill(&mut cells, Of::Places, place.map(|place| &places[place]));
        let mut met: Vec<Option<usize>> = match world.join.on() {
            Some(((_, left), right)) => {
                let fits = |tag: &usize| cells[left].is_some() && tags[*tag][right] == cells[left];
                (0..tags.len()).filter(fits).map(Some).collect()
            }
            None => Vec::new(),
        };
        if met.is_empty() {
            met.push(None);
        }
        for tag in met {
            let mut cells = cells.clone();
            fill(&mut cells, Of::Tags, tag.map(|tag| &tags[tag]));
            rows.push(Row { cells, event, place, tag });
        }
    }
    rows
}

fn fill(cells: &mut BTreeMap<&'static str, Held>, of: Of, found: Option<&BTreeMap<&'static str, Held>>) {
    cells.extend(of.names_of_columns().map(|name| (name, found.and_then(|found| found[name].clone()))));
}
