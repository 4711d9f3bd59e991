//! One organization: its policies, its rows, and two others that look the same to one person.

use crate::data::{Cell, Column, EVENTS, LABELS, PLACES, Row, csv};
use crate::database::Database;
use crate::person::{Person, TEAMS};
use crate::rules::{Names, OF_EVENTS, OF_PLACES, Rule};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::Path;

/// How wide the buckets of prices are, in hundredths.
const BUCKET: i64 = 10_000;

/// A policy on the rows of one table.
struct Policy {
    /// `None`: it restricts.
    permit: Option<Option<&'static str>>,
    except: Option<&'static str>,
    rule: Rule,
}

/// What one person sees, and everything else.
pub(crate) struct World {
    pub(crate) person: Person,
    events: Vec<Policy>,
    places: Vec<Policy>,
    columns: Value,
    pub(crate) seen: Tables,
    pub(crate) hidden: Tables,
}

/// Rows of both tables.
#[derive(Default, Clone)]
pub(crate) struct Tables {
    pub(crate) events: Vec<Row>,
    pub(crate) places: Vec<Row>,
}

impl World {
    /// Policies and rows. Of half of them between 20 and 80 % of the events are visible.
    pub(crate) fn random(random: &mut StdRng) -> Self {
        let wants_half: bool = random.random();
        let mut world = Self::attempt(random);
        for _ in 0..30 {
            let (seen, all) = (world.seen.events.len(), world.seen.events.len() + world.hidden.events.len());
            if !wants_half || (seen * 5 >= all && seen * 5 <= all * 4) {
                break;
            }
            world = Self::attempt(random);
        }
        world
    }

    fn attempt(random: &mut StdRng) -> Self {
        let events = policies(random, true);
        let places = policies(random, false);
        let columns = column_policies(random, &events);
        let mut world = Self {
            person: Person::random(random),
            events,
            places,
            columns,
            seen: Tables::default(),
            hidden: Tables::default(),
        };
        let many = random.random_range(20..120);
        for id in 0..many {
            world.add_event(Row::new(id, EVENTS, random));
        }
        for key in 0..6 {
            world.add_place(Row::new(key, PLACES, random));
        }
        world
    }

    fn add_event(&mut self, row: Row) {
        let visible = sees(&self.events, &row, EVENTS, OF_EVENTS, &self.person);
        if visible { &mut self.seen } else { &mut self.hidden }.events.push(row);
    }

    fn add_place(&mut self, row: Row) {
        let visible = sees(&self.places, &row, PLACES, OF_PLACES, &self.person);
        if visible { &mut self.seen } else { &mut self.hidden }.places.push(row);
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
        let events = others(&self.hidden.events, 1_000, EVENTS, random, |row| {
            !sees(&self.events, row, EVENTS, OF_EVENTS, &self.person)
        });
        let places = others(&self.hidden.places, 1_000, PLACES, random, |row| {
            !sees(&self.places, row, PLACES, OF_PLACES, &self.person)
        });
        Tables { events, places }
    }

    /// The visible rows with other values below a mask: prices within the bucket that is shown. No rule asks for prices.
    pub(crate) fn other_masked(&self, random: &mut StdRng) -> Vec<Row> {
        let mut rows = self.seen.events.clone();
        if self.columns.to_string().contains("bucket") {
            let cells = rows.iter_mut().flat_map(|row| &mut row.cells);
            for cell in cells {
                if let Cell::Cents(cents) = cell {
                    *cents = cents.div_euclid(BUCKET) * BUCKET + random.random_range(0..BUCKET);
                }
            }
        }
        rows
    }

    /// Writes definitions and data, with those hidden rows among the visible ones, in whatever order.
    pub(crate) fn write(
        &self,
        folder: &Path,
        database: Option<&Database>,
        (seen, hidden): (&[Row], &Tables),
        random: &mut StdRng,
    ) -> io::Result<()> {
        for (file, content) in self.definitions(database) {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
            fs::write(path, content.to_string())?;
        }
        let mixed = |seen: &[Row], hidden: &[Row], random: &mut StdRng| {
            let mut all = [seen, hidden].concat();
            all.shuffle(random);
            all
        };
        let events = mixed(seen, &hidden.events, random);
        let places = mixed(&self.seen.places, &hidden.places, random);
        let tables = [
            ("events", csv("id", EVENTS, &events)),
            ("places", csv("key", PLACES, &places)),
            ("entitlements", self.entitlements(!hidden.events.is_empty(), random)),
        ];
        match database {
            Some(database) => database.fill(&tables),
            None => {
                fs::create_dir_all(folder.join("data"))?;
                tables.iter().try_for_each(|(name, csv)| fs::write(folder.join(format!("data/{name}.csv")), csv))
            }
        }
    }

    /// The person's entitlements, and of others whatever there is.
    fn entitlements(&self, with_others: bool, random: &mut StdRng) -> String {
        let mut lines = Vec::new();
        if let Some(person) = self.person.label {
            lines.extend(self.person.entitled.iter().map(|label| format!("\"{person}\",\"{label}\"")));
            let others = LABELS.iter().filter(|label| with_others && **label != person);
            let label = |random: &mut StdRng| *LABELS.choose(random).expect("labels");
            lines.extend(others.map(|other| format!("\"{other}\",\"{}\"", label(random))));
        }
        lines.push(",".to_owned());
        lines.shuffle(random);
        format!("person,label\n{}\n", lines.join("\n"))
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
        let source = |table: &str| database.map_or_else(|| format!("{table}.csv"), |database| database.source(table));
        let typed = |key: &str, columns: &[Column]| {
            let mut all = json!({key: "integer"});
            columns.iter().for_each(|column| all[column.name] = json!(column.kind));
            all
        };
        let dimension = |table: &str, column: &str| json!({"column": format!("{table}.{column}")});
        let mut dimensions = json!({
            "id": dimension("events", "id"), "place": dimension("places", "name"), "size": dimension("places", "size"),
            "open": dimension("places", "open"), "month": {"column": "events.day", "grain": "month"},
            "hour": {"column": "events.at", "grain": "hour"}, "date": {"column": "events.at", "grain": "day"},
            "clock": {"column": "events.at", "grain": "hour_of_day"},
            "weekday": {"column": "events.at", "grain": "day_of_week"},
            "tens": {"column": "events.number", "bins": 10},
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
                    "row_policies": written(&self.events, OF_EVENTS), "column_policies": self.columns,
                },
                "places": {
                    "source": source("places"), "columns": typed("key", PLACES),
                    "row_policies": written(&self.places, OF_PLACES),
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
                    "mean": {"average": "events.price"}, "sizes": {"sum": "places.size"},
                    "flagged": {"count": "rows", "where": [{"field": "flag", "values": [true]}]},
                    "share": {"ratio": ["flagged", "events"]}, "so_far": {"running_total": "events"},
                    "part": {"percent_of_total": "total"},
                },
            }},
        })
    }

    /// Each kind of rule in it, for the count of what was tried.
    pub(crate) fn features(&self) -> Vec<&'static str> {
        let rules = self.events.iter().chain(&self.places).map(|policy| policy.rule.written(OF_EVENTS));
        let all: String = rules.collect::<Vec<_>>().join("\n") + &self.columns.to_string();
        let known = [
            "user_attribute('label')",
            "user_attribute_includes",
            "user_attribute_matches",
            "exists_in",
            "cast(",
            "* 2",
            "LIKE",
            "BETWEEN",
            "NOT (",
            " OR ",
            "IS NULL",
            "\"hide\"",
            "partial",
            "hash",
            "constant",
            "bucket",
            "\"with\"",
        ];
        let mut found: Vec<&str> = known.into_iter().filter(|feature| all.contains(feature)).collect();
        if self.events.iter().chain(&self.places).any(|policy| policy.permit.is_none()) {
            found.push("restrict");
        }
        found
    }
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

fn sees(policies: &[Policy], row: &Row, columns: &[Column], names: Names, person: &Person) -> bool {
    let is_true = |policy: &Policy| {
        !policy.rule.is_missing(person) && policy.rule.holds(row, columns, names, person) == Some(true)
    };
    let is_in = |team: &Option<&'static str>| team.is_none_or(|team| person.teams.contains(&team));
    let permitted = policies.iter().any(|policy| policy.permit.as_ref().is_some_and(is_in) && is_true(policy));
    let exempt = |policy: &Policy| policy.except.is_some_and(|team| person.teams.contains(&team));
    let mut binding = policies.iter().filter(|policy| policy.permit.is_none() && !exempt(policy));
    permitted && binding.all(is_true)
}

fn column_policies(random: &mut StdRng, events: &[Policy]) -> Value {
    let visible_to = if random.random() { json!("nobody") } else { json!({"teams": [TEAMS.choose(random)]}) };
    let mask = *["null", "hash", "partial"].choose(random).expect("masks");
    let mut policies = Vec::new();
    match random.random_range(0..5) {
        0 => policies.push(json!({"columns": ["label"], "visible_to": visible_to, "otherwise": "hide"})),
        1 => {
            policies.push(json!({"columns": ["label", "code"], "visible_to": visible_to, "otherwise": {"mask": mask}}))
        }
        2 => policies.push(json!({
            "columns": ["label"], "visible_to": visible_to, "otherwise": {"mask": {"constant": "masked"}},
        })),
        3 if events.iter().any(|policy| policy.permit.is_some()) => policies.push(json!({
            "columns": ["label"], "with": "p0", "visible_to": visible_to, "otherwise": {"mask": mask},
        })),
        _ => {}
    }
    if random.random_ratio(1, 4) {
        policies.push(
            json!({"columns": ["price"], "visible_to": "nobody", "otherwise": {"mask": {"bucket": BUCKET / 100}}}),
        );
    }
    json!(policies)
}

/// Hidden rows in place of others, all of them hidden too.
fn others(
    hidden: &[Row],
    first: i64,
    columns: &[Column],
    random: &mut StdRng,
    is_hidden: impl Fn(&Row) -> bool,
) -> Vec<Row> {
    let mut rows = Vec::new();
    let fresh = |id: i64, random: &mut StdRng| {
        let mut tries = (0..20).map(|_| Row::new(id, columns, random));
        tries.find(|row| is_hidden(row))
    };
    for row in hidden {
        match random.random_range(0..3) {
            0 => {}
            1 => rows.push(row.clone()),
            _ => rows.extend(fresh(row.id, random)),
        }
    }
    let more = random.random_range(0..20);
    for id in first..first + more {
        rows.extend(fresh(id, random));
    }
    rows
}
