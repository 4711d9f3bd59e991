//! One organization: its policies, its rows, and two others that look the same to one person.

use crate::asked::Offered;
use crate::columns::{self, BUCKET, ColumnPolicy, Otherwise};
use crate::content::Content;
use crate::data::{Cell, Each, LABELS, Of, Row, Tables};
use crate::database::Database;
use crate::definitions;
use crate::formulas::Formulas;
use crate::joins::Join;
use crate::person::{Kind, Person, TEAMS, ZONES};
use crate::policies::{self, Policy};
use crate::storage::{BATCH, Storage, Table};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use std::fs;
use std::io;
use std::path::Path;

/// How often rows are mixed until each batch has its part of visible ones.
const MIXED: usize = 40;

/// How many rows of a table may be downloaded by whom; `None` is everybody.
pub(crate) type Limits = Vec<(Option<&'static str>, u32)>;

/// What one person sees, and everything else.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) person: Person,
    pub(crate) policies: Each<Vec<Policy>>,
    pub(crate) columns: Each<Vec<ColumnPolicy>>,
    pub(crate) limits: Each<Limits>,
    pub(crate) join: Join,
    pub(crate) formulas: Formulas,
    pub(crate) content: Content,
    /// The organization's.
    pub(crate) zone: Option<&'static str>,
    pub(crate) zone_of_tenants: Option<&'static str>,
    pub(crate) seen: Tables,
    pub(crate) hidden: Tables,
    pub(crate) storage: Storage,
    /// Whether rows with one label lie beside each other, so that readers leave whole parts of a file out.
    pub(crate) is_clustered: bool,
}

impl World {
    /// Policies and rows. Of half of them between 20 and 80 % of the events are visible.
    pub(crate) fn random(random: &mut StdRng) -> Self {
        let storage = if random.random() { Storage::Csv } else { Storage::Parquet };
        let (kind, wants_half): (Kind, bool) = (Kind::random(random), random.random());
        let mut world = Self::attempt(storage, kind, random);
        for _ in 0..30 {
            if !wants_half || is_part(world.seen[Of::Events].len(), world.hidden[Of::Events].len()) {
                break;
            }
            world = Self::attempt(storage, kind, random);
        }
        world.is_clustered = !wants_half && random.random();
        world
    }

    fn attempt(storage: Storage, kind: Kind, random: &mut StdRng) -> Self {
        let (person, join) = (Person::random(kind, random), Join::random(random));
        let zone = |random: &mut StdRng| if random.random_ratio(1, 3) { ZONES.choose(random).copied() } else { None };
        let mut world = Self {
            policies: Each::new(|of| policies::random(random, of, kind)),
            columns: Each::new(|of| columns::random(random, of, person.tenant.is_some())),
            limits: Each::new(|_| limits(random)),
            formulas: Formulas::random(join, random),
            content: Content::random(&person, &Offered::with(join), random),
            zone: zone(random),
            zone_of_tenants: zone(random),
            person,
            join,
            seen: Tables::default(),
            hidden: Tables::default(),
            storage,
            is_clustered: false,
        };
        let many = match storage {
            Storage::Csv => random.random_range(20..120),
            Storage::Parquet => BATCH as i64 * random.random_range(4..7),
        };
        let has_empty = world.has_empty();
        for (of, many) in [(Of::Events, many), (Of::Places, 6), (Of::Tags, 40)] {
            for id in 0..many {
                world.add(of, Row::new(id, of, has_empty, random));
            }
        }
        world
    }

    /// Whether anything but questions says whose days and hours are meant.
    pub(crate) const fn has_zone(&self) -> bool {
        self.zone.is_some() || self.zone_of_tenants.is_some() || self.person.zone.is_some()
    }

    /// The fields that there are.
    pub(crate) fn offered(&self) -> Offered {
        Offered::with(self.join)
    }

    /// Whether a text without characters is kept as one.
    fn has_empty(&self) -> bool {
        self.storage == Storage::Parquet
    }

    fn add(&mut self, of: Of, row: Row) {
        let tables = if self.shows(of, &row) { &mut self.seen } else { &mut self.hidden };
        tables[of].push(row);
    }

    fn shows(&self, of: Of, row: &Row) -> bool {
        policies::sees(&self.policies[of], row, of, &self.person)
    }

    /// The permit policies on events that admit that row for the person, by their places.
    pub(crate) fn permits(&self, row: &Row) -> Vec<usize> {
        let policies = self.policies[Of::Events].iter().enumerate();
        let admitting = policies.filter(|(_, policy)| policy.admits(row, Of::Events, &self.person));
        admitting.map(|(index, _)| index).collect()
    }

    /// Judges every row again, after policies have changed.
    pub(crate) fn judge_again(&mut self) {
        let (mut seen, mut hidden) = (std::mem::take(&mut self.seen), std::mem::take(&mut self.hidden));
        for of in Of::ALL {
            let rows = std::mem::take(&mut seen[of]).into_iter().chain(std::mem::take(&mut hidden[of]));
            rows.for_each(|row| self.add(of, row));
        }
    }

    /// The same rows and policies, and one more on events, until [`Self::forget_policy`].
    pub(crate) fn add_policy(&mut self, permits: bool, random: &mut StdRng) {
        self.policies[Of::Events].push(Policy::to_all(permits, Of::Events, self.person.kind, random));
    }

    /// Takes the last policy on events away.
    pub(crate) fn forget_policy(&mut self) {
        self.policies[Of::Events].pop();
    }

    /// Other hidden rows: some are gone, some are others, some are new.
    pub(crate) fn other_hidden(&self, random: &mut StdRng) -> Tables {
        let fresh = |of, id, random: &mut StdRng| Row::new(id, of, self.has_empty(), random);
        let others = Each::new(|of| others(&self.hidden[of], |id, random| fresh(of, id, random), random));
        self.only_hidden(others)
    }

    /// Of those rows the ones that are hidden.
    pub(crate) fn only_hidden(&self, mut tables: Tables) -> Tables {
        for of in Of::ALL {
            tables[of].retain(|row| !self.shows(of, row));
        }
        tables
    }

    /// The visible events with other values below a mask: prices within the bucket that is shown. No rule asks for prices.
    pub(crate) fn other_masked(&self, random: &mut StdRng) -> Vec<Row> {
        let mut rows = self.seen[Of::Events].clone();
        if self.columns[Of::Events].iter().any(|policy| policy.otherwise == Otherwise::Range(BUCKET)) {
            let cells = rows.iter_mut().flat_map(|row| &mut row.cells);
            for cell in cells {
                if let Cell::Cents(cents) = cell {
                    *cents = cents.div_euclid(BUCKET * 100) * BUCKET * 100 + random.random_range(0..BUCKET * 100);
                }
            }
        }
        rows
    }

    /// Writes definitions and data, with those hidden rows among the visible ones, in whatever order. Tells whether policies
    /// pass 20 to 80 % of each batch of events.
    pub(crate) fn write(
        &self,
        folder: &Path,
        database: Option<&Database>,
        (seen, hidden): (&[Row], &Tables),
        random: &mut StdRng,
    ) -> io::Result<bool> {
        for (file, content) in definitions::of(self, database) {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, content.to_string())?;
        }
        let events = self.mixed(seen, &hidden[Of::Events], random);
        let with_others = !hidden[Of::Events].is_empty();
        let mut tables = vec![
            Table::of(Of::Events, &events),
            self.entitlements(with_others, random),
            self.units(with_others, random),
        ];
        for of in [Of::Places, Of::Tags] {
            let mut rows = [self.seen[of].as_slice(), &hidden[of]].concat();
            rows.shuffle(random);
            tables.push(Table::of(of, &rows));
        }
        match database {
            Some(database) => database.fill(&tables)?,
            None => {
                let folder = folder.join("data");
                fs::create_dir_all(&folder)?;
                tables.iter().try_for_each(|table| table.write(&folder, self.storage))?;
            }
        }
        Ok(self.passes_part_of_each_batch(&events))
    }

    /// The events in whatever order; where a part of them is visible, a part of each batch is, if chance has it.
    fn mixed(&self, seen: &[Row], hidden: &[Row], random: &mut StdRng) -> Vec<Row> {
        let mut all = [seen, hidden].concat();
        for _ in 0..MIXED {
            all.shuffle(random);
            if !is_part(seen.len(), hidden.len()) || self.passes_part_of_each_batch(&all) {
                break;
            }
        }
        if self.is_clustered {
            all.sort_by_key(|row| row.cell(Of::Events, "label").to_string());
        }
        all
    }

    fn passes_part_of_each_batch(&self, rows: &[Row]) -> bool {
        rows.chunks_exact(BATCH).all(|batch| {
            let seen = batch.iter().filter(|row| self.shows(Of::Events, row)).count();
            is_part(seen, batch.len() - seen)
        })
    }

    /// The person's entitlements, and of others whatever there is.
    fn entitlements(&self, with_others: bool, random: &mut StdRng) -> Table {
        let mut rows = vec![vec![Cell::Null, Cell::Null]];
        if let Some(person) = self.person.label {
            rows.extend(self.person.entitled.iter().map(|label| vec![Cell::Text(person), Cell::Text(label)]));
            let others = LABELS.iter().filter(|label| with_others && **label != person);
            let label = |random: &mut StdRng| *LABELS.choose(random).expect("labels");
            rows.extend(others.map(|other| vec![Cell::Text(other), Cell::Text(label(random))]));
        }
        rows.shuffle(random);
        Table { name: "entitlements", columns: vec![("person", "text"), ("label", "text")], rows }
    }

    /// What stands beneath the person, with the steps between, and beneath others whatever there is.
    fn units(&self, with_others: bool, random: &mut StdRng) -> Table {
        let steps = |steps: i64| Cell::Integer(steps);
        let mut rows = vec![vec![Cell::Null, Cell::Null, steps(0)]];
        if let Some(person) = self.person.label {
            let beneath = self.person.beneath().into_iter();
            rows.extend(beneath.map(|(unit, many)| vec![Cell::Text(unit), Cell::Text(person), steps(many)]));
            let others = LABELS.iter().filter(|label| with_others && **label != person);
            let mut unit = || Cell::Text(LABELS.choose(random).expect("labels"));
            rows.extend(others.map(|other| vec![unit(), Cell::Text(other), steps(1)]));
        }
        rows.shuffle(random);
        Table { name: "units", columns: vec![("unit", "text"), ("above", "text"), ("steps", "integer")], rows }
    }
}

/// Whether between 20 and 80 % are seen.
pub(crate) const fn is_part(seen: usize, hidden: usize) -> bool {
    let all = seen + hidden;
    seen * 5 >= all && seen * 5 <= all * 4
}

/// How much of a table may be downloaded, mostly as much as everybody likes.
fn limits(random: &mut StdRng) -> Limits {
    if random.random_ratio(4, 5) {
        return Limits::new();
    }
    let rows = |random: &mut StdRng| *[0, 1, 3, 10, 30, 100].choose(random).expect("limits");
    let of_team = (TEAMS.choose(random).copied(), rows(random));
    let limits = vec![(None, rows(random)), of_team];
    limits.into_iter().filter(|_| random.random_ratio(3, 4)).collect()
}

/// In place of hidden rows others, of which some are new.
fn others(hidden: &[Row], fresh: impl Fn(i64, &mut StdRng) -> Row, random: &mut StdRng) -> Vec<Row> {
    let mut rows = Vec::new();
    for row in hidden {
        match random.random_range(0..3) {
            0 => {}
            1 => rows.push(row.clone()),
            _ => rows.push(fresh(row.id, random)),
        }
    }
    let more = random.random_range(0..40);
    rows.extend((1_000..1_000 + more).map(|id| fresh(id, random)));
    rows
}
