//! One organization: its policies, its rows, and two others that look the same to one person.

use crate::columns::{self, BUCKET, ColumnPolicy, Otherwise};
use crate::data::{Cell, Column, EVENTS, LABELS, PLACES, Row, Tables};
use crate::database::Database;
use crate::person::{Person, TEAMS};
use crate::rules::{Names, OF_EVENTS, OF_PLACES, Rule};
use crate::storage::{BATCH, Storage, Table};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

/// How often rows are mixed until each batch has its part of visible ones.
const MIXED: usize = 40;

/// A policy on the rows of one table.
#[derive(Debug, Clone)]
pub(crate) struct Policy {
    /// `None`: it restricts.
    pub(crate) permit: Option<Option<&'static str>>,
    except: Option<&'static str>,
    pub(crate) rule: Rule,
}

/// What one person sees, and everything else.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) person: Person,
    pub(crate) events: Vec<Policy>,
    pub(crate) places: Vec<Policy>,
    /// On events, and on places.
    pub(crate) columns: (Vec<ColumnPolicy>, Vec<ColumnPolicy>),
    pub(crate) seen: Tables,
    pub(crate) hidden: Tables,
    pub(crate) storage: Storage,
    /// Whether rows with one label lie beside each other, so that readers leave whole parts of a file out.
    is_clustered: bool,
}

impl World {
    /// Policies and rows. Of half of them between 20 and 80 % of the events are visible.
    pub(crate) fn random(random: &mut StdRng) -> Self {
        let storage = if random.random() { Storage::Csv } else { Storage::Parquet };
        let wants_half: bool = random.random();
        let mut world = Self::attempt(storage, random);
        for _ in 0..30 {
            if !wants_half || is_part(world.seen.events.len(), world.hidden.events.len()) {
                break;
            }
            world = Self::attempt(storage, random);
        }
        world.is_clustered = !wants_half && random.random();
        world
    }

    fn attempt(storage: Storage, random: &mut StdRng) -> Self {
        let events = policies(random, true);
        let places = policies(random, false);
        let columns = (columns::of_events(random), columns::of_places(random));
        let mut world = Self {
            person: Person::random(random),
            events,
            places,
            columns,
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
        for id in 0..many {
            world.add_event(Row::new(id, EVENTS, has_empty, random));
        }
        for key in 0..6 {
            world.add_place(Row::new(key, PLACES, has_empty, random));
        }
        world
    }

    /// Whether a text without characters is kept as one.
    fn has_empty(&self) -> bool {
        self.storage == Storage::Parquet
    }

    fn add_event(&mut self, row: Row) {
        let tables = if self.shows_event(&row) { &mut self.seen } else { &mut self.hidden };
        tables.events.push(row);
    }

    fn add_place(&mut self, row: Row) {
        let tables = if self.shows_place(&row) { &mut self.seen } else { &mut self.hidden };
        tables.places.push(row);
    }

    fn shows_event(&self, row: &Row) -> bool {
        sees(&self.events, row, EVENTS, OF_EVENTS, &self.person)
    }

    fn shows_place(&self, row: &Row) -> bool {
        sees(&self.places, row, PLACES, OF_PLACES, &self.person)
    }

    /// The permit policies on events that admit that row for the person, by their places.
    pub(crate) fn permits(&self, row: &Row) -> Vec<usize> {
        let admits = |policy: &Policy| {
            policy.permit.as_ref().is_some_and(|team| self.person.is_in(*team))
                && is_true(policy, row, EVENTS, OF_EVENTS, &self.person)
        };
        (0..self.events.len()).filter(|index| admits(&self.events[*index])).collect()
    }

    /// Judges every row again, after policies have changed.
    pub(crate) fn judge_again(&mut self) {
        let (seen, hidden) = (std::mem::take(&mut self.seen), std::mem::take(&mut self.hidden));
        seen.events.into_iter().chain(hidden.events).for_each(|row| self.add_event(row));
        seen.places.into_iter().chain(hidden.places).for_each(|row| self.add_place(row));
    }

    /// The same rows and policies, and one more on events, until [`Self::forget_policy`].
    pub(crate) fn add_policy(&mut self, permits: bool, random: &mut StdRng) {
        let rule = Rule::random(random, 1, true, false);
        self.events.push(Policy { permit: permits.then_some(None), except: None, rule });
    }

    /// Takes the last policy on events away.
    pub(crate) fn forget_policy(&mut self) {
        self.events.pop();
    }

    /// Other hidden rows: some are gone, some are others, some are new.
    pub(crate) fn other_hidden(&self, random: &mut StdRng) -> Tables {
        let fresh = |id, columns, random: &mut StdRng| Row::new(id, columns, self.has_empty(), random);
        let events = others(&self.hidden.events, |id, random| fresh(id, EVENTS, random), random);
        let places = others(&self.hidden.places, |id, random| fresh(id, PLACES, random), random);
        self.only_hidden(Tables { events, places })
    }

    /// Of those rows the ones that are hidden.
    pub(crate) fn only_hidden(&self, mut tables: Tables) -> Tables {
        tables.events.retain(|row| !self.shows_event(row));
        tables.places.retain(|row| !self.shows_place(row));
        tables
    }

    /// The visible rows with other values below a mask: prices within the bucket that is shown. No rule asks for prices.
    pub(crate) fn other_masked(&self, random: &mut StdRng) -> Vec<Row> {
        let mut rows = self.seen.events.clone();
        if self.columns.0.iter().any(|policy| policy.otherwise == Otherwise::Range(BUCKET)) {
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
        for (file, content) in self.definitions(database) {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, content.to_string())?;
        }
        let events = self.mixed(seen, &hidden.events, random);
        let mut places = [self.seen.places.as_slice(), &hidden.places].concat();
        places.shuffle(random);
        let tables = [
            Table::of("events", "id", EVENTS, &events),
            Table::of("places", "key", PLACES, &places),
            self.entitlements(!hidden.events.is_empty(), random),
        ];
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
            all.sort_by_key(|row| row.cell(EVENTS, "label").to_string());
        }
        all
    }

    fn passes_part_of_each_batch(&self, rows: &[Row]) -> bool {
        rows.chunks_exact(BATCH).all(|batch| {
            let seen = batch.iter().filter(|row| self.shows_event(row)).count();
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

    /// The row and column policies of a table.
    pub(crate) fn policies(&self, table: &str) -> (Vec<Value>, Vec<Value>) {
        let written_columns = |policies: &[ColumnPolicy]| policies.iter().map(ColumnPolicy::written).collect();
        match table {
            "events" => (written(&self.events, OF_EVENTS), written_columns(&self.columns.0)),
            _ => (written(&self.places, OF_PLACES), written_columns(&self.columns.1)),
        }
    }

    fn definitions(&self, database: Option<&Database>) -> Vec<(&'static str, Value)> {
        let any = json!("any");
        let to_all = |on: Value, level: &str| {
            TEAMS.iter().map(move |team| json!({"to": {"team": team}, "on": on, "level": level})).collect::<Vec<_>>()
        };
        let grants = [to_all(json!({"workspace": "all"}), "explore"), to_all(json!({"model": "m"}), "use")].concat();
        vec![
            ("vitrine.yaml", json!({"name": "World", "automatic_creation": true, "capture_attributes": true})),
            ("issuers.yaml", json!({"issuers": [{"name": "host"}]})),
            ("teams.yaml", json!({"teams": TEAMS.iter().map(|name| json!({"name": name})).collect::<Vec<_>>()})),
            (
                "account_types.yaml",
                json!({"account_types": [
                    {"name": "View", "permissions": ["view"]},
                    {"name": "Analyze", "permissions": ["view", "explore", "export_csv"]},
                ]}),
            ),
            (
                "attributes.yaml",
                json!({"attributes": [
                    {"name": "label", "type": "text"}, {"name": "labels", "type": "text", "list": true},
                    {"name": "expression", "type": "filter"}, {"name": "number", "type": "number"},
                ]}),
            ),
            ("connections.yaml", json!({"connections": [connection(database)]})),
            ("workspaces.yaml", json!({"workspaces": [{"name": "all", "title": "All"}]})),
            ("grants.yaml", json!({"grants": grants})),
            (
                "embed_keys.yaml",
                json!({"embed_keys": [{
                    "client_id": "portal", "issuer": "host", "secrets": [{"secret_file": "secrets/portal"}],
                    "ceiling": {
                        "tenants": any, "teams": any, "account_types": ["Analyze"],
                        "permissions": ["view", "explore", "export_csv"],
                        "attributes": {"label": any, "labels": any, "expression": any, "number": any},
                        "content": [{"workspace": "all"}], "origins": ["https://portal.example"], "session_seconds": 3600,
                    },
                }]}),
            ),
            ("models/m.yaml", self.model(database)),
            (
                "workbooks/w.yaml",
                json!({
                    "title": "W", "in": {"workspace": "all"}, "pages": [{"name": "main", "title": "Main", "controls": [
                        {"name": "label", "title": "Label", "explore": "m.events", "field": "label"},
                        {"name": "place", "title": "Place", "explore": "m.events", "field": "place"},
                    ], "elements": [{"name": "count", "show": {"data": {
                        "query": {"explore": "m.events", "fields": ["events"]}, "chart": {"type": "kpi", "value": "events"},
                    }}}]}],
                }),
            ),
        ]
    }

    fn model(&self, database: Option<&Database>) -> Value {
        let file = |table: &str| format!("{table}.{}", self.storage.extension());
        let source = |table: &str| database.map_or_else(|| file(table), |database| database.source(table));
        let (of_events, of_places) = (self.policies("events"), self.policies("places"));
        let typed = |key: &str, columns: &[Column]| {
            let mut all = json!({key: "integer"});
            columns.iter().for_each(|column| all[column.name] = json!(column.kind));
            all
        };
        let dimension = |table: &str, column: &str| json!({"column": format!("{table}.{column}")});
        let mut dimensions = json!({
            "id": dimension("events", "id"), "place": dimension("places", "name"), "size": dimension("places", "size"),
            "open": dimension("places", "open"), "month": {"column": "events.day", "grain": "month"},
            "week": {"column": "events.at", "grain": "week"}, "hour": {"column": "events.at", "grain": "hour"},
            "date": {"column": "events.at", "grain": "day"}, "clock": {"column": "events.at", "grain": "hour_of_day"},
            "weekday": {"column": "events.at", "grain": "day_of_week"}, "tens": {"column": "events.number", "bins": 10},
            "sort": {"column": "events.label", "otherwise": "other", "cases": [
                {"is": "pole", "operator": "contains", "values": ["th"]}, {"is": "digit", "values": ["0", "7"]},
            ]},
        });
        EVENTS.iter().for_each(|column| dimensions[column.name] = dimension("events", column.name));
        json!({
            "connection": "data",
            "tables": {
                "events": {
                    "source": source("events"), "columns": typed("id", EVENTS),
                    "row_policies": of_events.0, "column_policies": of_events.1,
                },
                "places": {
                    "source": source("places"), "columns": typed("key", PLACES),
                    "row_policies": of_places.0, "column_policies": of_places.1,
                },
                "entitlements": {"source": source("entitlements"), "columns": {"person": "text", "label": "text"}},
            },
            "explores": {"events": {
                "table": "events", "joins": [{"table": "places", "on": {"events.link": "key"}}],
                "dimensions": dimensions,
                "measures": {
                    "events": {"count": "rows"}, "total": {"sum": "events.price"}, "numbers": {"sum": "events.number"},
                    "labels": {"count_distinct": "events.label"}, "last": {"max": "events.code"},
                    "middle": {"median": "events.price"}, "most": {"percentile": {"column": "events.number", "at": 0.9}},
                    "mean": {"average": "events.price"}, "first": {"min": "events.day"},
                    "usual": {"percentile": {"column": "events.at", "at": 0.5}},
                    "per": {"ratio": ["total", "numbers"]}, "sizes": {"sum": "places.size"},
                    "flagged": {"count": "rows", "where": [{"field": "flag", "values": [true]}]},
                    "share": {"ratio": ["flagged", "events"]}, "so_far": {"running_total": "events"},
                    "part": {"percent_of_total": "total"},
                },
            }},
        })
    }

    /// Each kind of rule, mask and trap in it, for the count of what was tried.
    pub(crate) fn features(&self) -> Vec<&'static str> {
        let policies: Vec<&Policy> = self.events.iter().chain(&self.places).collect();
        let rules: Vec<String> = policies.iter().map(|policy| policy.rule.written(OF_EVENTS)).collect();
        let columns = [self.policies("events").1, self.policies("places").1].concat();
        let all = rules.join("\n") + &json!(columns).to_string();
        let mut found: Vec<&str> = FORMS.iter().copied().filter(|form| all.contains(form)).collect();
        found.extend(policies.iter().any(|policy| policy.permit.is_none()).then_some("restrict"));
        found.extend(self.seen.traps().into_iter().chain(self.hidden.traps()).collect::<BTreeSet<_>>());
        found.push(match self.storage {
            Storage::Csv => "tables in CSV files",
            Storage::Parquet => "tables in Parquet files, in batches of 64 rows, by two parts",
        });
        found.extend(self.is_clustered.then_some("rows lie by their labels"));
        found.push(match (self.seen.events.len(), self.hidden.events.len()) {
            (0, _) => "policies pass no row",
            (_, 0) => "policies pass every row",
            (seen, hidden) if is_part(seen, hidden) => "policies pass 20 to 80 % of the rows",
            (seen, hidden) if seen < hidden => "policies pass fewer than 20 % of the rows",
            _ => "policies pass more than 80 % of the rows",
        });
        found
    }
}

/// How forms of rules and masks are known in what is written.
const FORMS: &[&str] = &[
    "user_attribute('label')",
    "user_attribute('number')",
    "user_attribute_includes",
    "user_attribute_matches",
    "exists_in",
    "cast(",
    "* 2",
    "100 / ",
    "7 % ",
    "timestamp '",
    "LIKE",
    "BETWEEN",
    "NOT (",
    " OR ",
    " AND ",
    "IS NULL",
    "\"hide\"",
    "\"null\"",
    "partial",
    "hash",
    "constant",
    "bucket",
    "\"month\"",
    "\"with\"",
];

/// Whether between 20 and 80 % are seen.
const fn is_part(seen: usize, hidden: usize) -> bool {
    let all = seen + hidden;
    seen * 5 >= all && seen * 5 <= all * 4
}

fn connection(database: Option<&Database>) -> Value {
    match database {
        Some(database) => json!({"name": "data", "postgres": database.place()}),
        None => json!({"name": "data", "folder": "data"}),
    }
}

fn policies(random: &mut StdRng, whole: bool) -> Vec<Policy> {
    let team = |random: &mut StdRng| if random.random() { TEAMS.choose(random).copied() } else { None };
    let permits = random.random_range(1..=3);
    let restricts = random.random_range(0..=1);
    let mut policies = Vec::new();
    for _ in 0..permits {
        let rule = Rule::random(random, 2, whole, false);
        policies.push(Policy { permit: Some(team(random)), except: None, rule });
    }
    for _ in 0..restricts {
        let rule = Rule::random(random, 1, whole, false);
        policies.push(Policy { permit: None, except: team(random), rule });
    }
    policies
}

fn written(policies: &[Policy], names: Names) -> Vec<Value> {
    let written = policies.iter().enumerate().map(|(index, policy)| {
        let (name, rule) = (format!("p{index}"), policy.rule.written(names));
        match (&policy.permit, policy.except) {
            (Some(Some(team)), _) => json!({"name": name, "permit": {"teams": [team]}, "rule": rule}),
            (Some(None), _) => json!({"name": name, "permit": "all", "rule": rule}),
            (None, Some(team)) => json!({"name": name, "restrict": {"except_teams": [team]}, "rule": rule}),
            (None, None) => json!({"name": name, "restrict": "all", "rule": rule}),
        }
    });
    written.collect()
}

fn is_true(policy: &Policy, row: &Row, columns: &[Column], names: Names, person: &Person) -> bool {
    !policy.rule.is_missing(person) && policy.rule.holds(row, columns, names, person) == Some(true)
}

fn sees(policies: &[Policy], row: &Row, columns: &[Column], names: Names, person: &Person) -> bool {
    let is_true = |policy: &Policy| is_true(policy, row, columns, names, person);
    let applies = |policy: &Policy| policy.permit.is_some_and(|team| person.is_in(team));
    let permitted = policies.iter().any(|policy| applies(policy) && is_true(policy));
    let exempt = |policy: &Policy| policy.except.is_some_and(|team| person.teams.contains(&team));
    let mut binding = policies.iter().filter(|policy| policy.permit.is_none() && !exempt(policy));
    permitted && binding.all(is_true)
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
