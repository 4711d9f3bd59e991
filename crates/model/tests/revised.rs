//! A revision that is made of the one before and of what changed is the one that is built from all there is, or is refused
//! as that one is: for changes of every kind, by chance.

#![expect(clippy::indexing_slicing, reason = "a test that indexes what is not there has failed")]
#![expect(clippy::unwrap_used, reason = "a test that cannot build its own input should stop")]

use model::access::Definitions;
use model::files::read;
use model::item::{Item, Revised};
use model::snapshot::{Ids, Kind, Snapshot};
use model::workbook::VersionBody;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Things by kind and name as the store has them: their ids and bodies.
type Things = BTreeMap<(&'static str, String), (Kind, String, String)>;

/// The demo, read once.
static DEMO: LazyLock<Things> = LazyLock::new(|| {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo"));
    let texts = ["", "models", "workbooks"].into_iter().flat_map(|part| {
        let files = fs::read_dir(folder.join(part)).unwrap().map(|entry| entry.unwrap().path());
        let yaml = files.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        let name = |path: &PathBuf| path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
        yaml.map(|path| (name(&path), fs::read_to_string(&path).unwrap())).collect::<Vec<_>>()
    });
    let written = read(&texts.collect()).unwrap();
    let items = written.definitions().items().unwrap();
    let thing = |Item { kind, name, body }| ((kind.as_str(), name.clone()), (kind, format!("first {name}"), body));
    items.into_iter().map(thing).collect()
});

/// What happens to a thing.
#[derive(Debug, Clone)]
enum Edit {
    /// It goes.
    Gone(Index),
    /// A grant is made or changed: to a team, on something, at a level.
    Granted(Index, Index, Index),
    /// A team is made, maybe in another.
    Team(u8, Option<Index>),
    /// A folder is made.
    Folder(Index, u8),
    /// A version of a workbook is put under a tag.
    Tagged(Index, u8),
    /// A member of its body has another value.
    Changed(Index, Index, Index),
    /// It is as the demo has it.
    Restored(Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let index = any::<Index>;
    prop_oneof![
        index().prop_map(Edit::Gone),
        (index(), index(), index()).prop_map(|(to, on, level)| Edit::Granted(to, on, level)),
        (index(), index(), index()).prop_map(|(to, on, level)| Edit::Granted(to, on, level)),
        (any::<u8>(), any::<Option<Index>>()).prop_map(|(name, above)| Edit::Team(name, above)),
        (index(), any::<u8>()).prop_map(|(workspace, name)| Edit::Folder(workspace, name)),
        (index(), any::<u8>()).prop_map(|(workbook, tag)| Edit::Tagged(workbook, tag)),
        (index(), index(), index()).prop_map(|(thing, member, value)| Edit::Changed(thing, member, value)),
        index().prop_map(Edit::Restored),
    ]
}

impl Edit {
    /// What it makes of things; `number` is that of the revision, so that what comes back is something else.
    fn apply(&self, things: &mut Things, number: usize) {
        let of = |things: &Things, kind: Kind| -> Vec<String> {
            things.keys().filter(|(of, _)| *of == kind.as_str()).map(|(_, name)| name.clone()).collect()
        };
        let mut put = |kind: Kind, name: String, body: Value| {
            let id = format!("{number} {name}");
            let thing = things.entry((kind.as_str(), name)).or_insert((kind, id, String::new()));
            thing.2 = body.to_string();
        };
        match self {
            Self::Gone(thing) => {
                let place = thing.get(&things.keys().cloned().collect::<Vec<_>>()).clone();
                things.remove(&place);
            }
            Self::Granted(to, on, level) => {
                let teams: Vec<String> = of(&DEMO, Kind::Team).into_iter().chain(["New 1".to_owned()]).collect();
                let on = match on.index(5) {
                    4 => json!({"tag": format!("{}@tag-0", on.get(&of(&DEMO, Kind::Workbook)))}),
                    0 => json!({"workbook": on.get(&of(&DEMO, Kind::Workbook))}),
                    1 => json!({"model": on.get(&of(&DEMO, Kind::Model))}),
                    2 => json!({"folder": on.get(&of(&DEMO, Kind::Folder))}),
                    _ => json!({"table": "flights.flights"}),
                };
                let level = level.get(&["view", "explore", "use"]);
                let grant = json!({"to": {"team": to.get(&teams)}, "on": on, "level": level, "allow": [], "deny": []});
                let grant: model::access::Grant = serde_json::from_value(grant).unwrap();
                put(Kind::Grant, grant.name(), json!(grant));
            }
            Self::Team(name, above) => {
                let (name, teams) = (format!("New {}", name % 3), of(&DEMO, Kind::Team));
                let above: Vec<&String> = above.iter().map(|above| above.get(&teams)).collect();
                put(Kind::Team, name.clone(), json!({"name": name, "members_of": above}));
            }
            Self::Folder(workspace, name) => {
                let (name, workspaces) = (format!("new-{}", name % 3), of(&DEMO, Kind::Workspace));
                let path = format!("{}/{name}", workspace.get(&workspaces));
                put(Kind::Folder, path, json!({"name": name, "title": "New"}));
            }
            Self::Tagged(workbook, tag) => {
                let workbook = workbook.get(&of(&DEMO, Kind::Workbook)).clone();
                let (_, _, body) = &DEMO[&(Kind::Workbook.as_str(), workbook.clone())];
                let body = VersionBody::of(&serde_json::from_str(body).unwrap());
                put(Kind::Tag, format!("{workbook}@tag-{}", tag % 2), json!(body));
            }
            Self::Changed(thing, member, value) => {
                let place = thing.get(&things.keys().cloned().collect::<Vec<_>>()).clone();
                let (kind, _, body) = things[&place].clone();
                let name = place.1;
                let mut body: Value = serde_json::from_str(&body).unwrap();
                let members: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
                let values = [json!(true), json!(7), json!("another"), json!([]), json!({}), Value::Null];
                let member = member.get(&members);
                if member != "name" && member != "client_id" {
                    body[member] = value.get(&values).clone();
                }
                // What is no such thing is not written in the first place.
                let item = Item { kind, name: name.clone(), body: body.to_string() };
                if readable(&item) {
                    things.get_mut(&(kind.as_str(), name)).unwrap().2 = item.body;
                }
            }
            Self::Restored(thing) => {
                let (place, (kind, _, body)) = thing.get(&DEMO.iter().collect::<Vec<_>>()).to_owned();
                put(*kind, place.1.clone(), serde_json::from_str(body).unwrap());
            }
        }
    }
}

/// Whether a thing alone can be read.
fn readable(item: &Item) -> bool {
    let mut things = DEMO.clone();
    things.insert((item.kind.as_str(), item.name.clone()), (item.kind, String::new(), item.body.clone()));
    Definitions::from_items(things.into_iter().map(to_item)).is_ok()
}

fn to_item(((_, name), (kind, _, body)): ((&'static str, String), (Kind, String, String))) -> Item {
    Item { kind, name, body }
}

/// All of it at one revision.
#[derive(Clone)]
struct Built {
    definitions: Definitions,
    ids: Ids,
    snapshot: Snapshot,
}

impl Built {
    fn of(things: &Things, revision: u64) -> Option<Self> {
        let definitions = Definitions::from_items(things.clone().into_iter().map(to_item)).ok()?;
        let ids = things.iter().map(|((_, name), (kind, id, _))| ((*kind, name.clone()), id.clone()));
        let ids = Ids::new(ids);
        let snapshot = Snapshot::build(definitions.clone(), &ids, revision).ok()?;
        Some(Self { definitions, ids, snapshot })
    }

    fn revised(&self, revised: &[Revised], revision: u64) -> Option<Self> {
        let (mut definitions, mut ids) = (self.definitions.clone(), self.ids.clone());
        definitions.revise(revised).ok()?;
        ids.revise(revised);
        let snapshot = self.snapshot.revised(&definitions, &ids, revised, revision).ok()?;
        Some(Self { definitions, ids, snapshot })
    }
}

/// What differs, in the order of kinds and names.
fn differences(before: &Things, after: &Things) -> Vec<Revised> {
    let gone =
        before.iter().filter(|(place, _)| !after.contains_key(*place)).map(|(place, thing)| (place, thing, None));
    let made = after.iter().filter(|(place, thing)| before.get(*place) != Some(thing));
    let made = made.map(|(place, thing)| (place, thing, Some(thing.2.clone())));
    let mut all: Vec<_> = gone.chain(made).collect();
    all.sort_by_key(|(place, ..)| *place);
    let revised = |((_, name), (kind, id, _), body): (&(_, String), &(Kind, String, String), _)| Revised {
        kind: *kind,
        name: name.clone(),
        id: id.clone(),
        body,
    };
    all.into_iter().map(revised).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_revision_of_what_changed_is_the_one_of_all_there_is(
        revisions in prop::collection::vec(prop::collection::vec(edit(), 1..4), 1..8),
    ) {
        let mut things = DEMO.clone();
        let mut built = Built::of(&things, 1).unwrap();
        for (number, edits) in revisions.iter().enumerate() {
            let mut after = things.clone();
            edits.iter().for_each(|edit| edit.apply(&mut after, number));
            let revision = number as u64 + 2;
            let (whole, made) = (Built::of(&after, revision), built.revised(&differences(&things, &after), revision));
            prop_assert_eq!(whole.is_some(), made.is_some(), "only one of the two is refused");
            // What is refused never comes to be.
            let (Some(whole), Some(made)) = (whole, made) else { continue };
            prop_assert_eq!(&whole.definitions, &made.definitions);
            prop_assert_eq!(&whole.ids, &made.ids);
            prop_assert_eq!(&whole.snapshot, &made.snapshot);
            (things, built) = (after, made);
        }
    }
}

/// The test above compares something: revisions are made, and some are refused.
#[test]
fn a_grant_to_a_team_that_goes_is_found_though_the_grant_did_not_change() {
    let built = Built::of(&DEMO, 1).unwrap();
    let mut after = DEMO.clone();
    let team = after.remove(&("team", "Analysts".to_owned())).unwrap();
    let gone = [Revised { kind: Kind::Team, name: "Analysts".to_owned(), id: team.1, body: None }];
    assert!(built.revised(&gone, 2).is_none());
    assert!(Built::of(&after, 2).is_none());
    let mut next = built.clone();
    let one = Revised {
        kind: Kind::Team,
        name: "New".to_owned(),
        id: "new".to_owned(),
        body: Some(json!({"name": "New"}).to_string()),
    };
    next = next.revised(&[one], 2).unwrap();
    assert_ne!(next.snapshot.teams, built.snapshot.teams);
    assert_eq!(next.snapshot.grants, built.snapshot.grants);
}
