//! One model, from what its files say to what is checked.

use crate::Target;
use crate::explore::explore;
use crate::fields::{Draft, Places};
use crate::finding::Findings;
use crate::grants::Grants;
use crate::level;
use crate::project::ModelSource;
use crate::security::Attributes;
use crate::skeleton::{Making, Skeleton};
use crate::syntax::{Block, Place, Value};
use crate::tables::{Rows, Tables, Used, Wanted};
use crate::view::{Around, View};
use model::name::{AccessGrantName, ExploreName};
use model::semantic::{Explore, Model};
use std::collections::{BTreeMap, BTreeSet};

/// A model, and where its parts were written.
#[derive(Debug)]
pub(crate) struct Drafted {
    pub(crate) model: Model,
    pub(crate) place: Place,
    pub(crate) explores: BTreeMap<String, Place>,
    /// By explore, and by what it calls the joined view.
    pub(crate) joins: BTreeMap<(String, String), Place>,
    pub(crate) fields: Places,
}

/// What stands in files of a model beside views and explores.
struct Top {
    grants: Grants,
    required: Vec<String>,
    monday: bool,
}

pub(crate) fn translated(
    source: ModelSource,
    target: Target<'_>,
    attributes: &mut Attributes,
    findings: &mut Findings,
) -> Drafted {
    let ModelSource { name, place, properties, views, explores, complete } = source;
    let read = Block::new(Some(name), properties)
        .read(&level::MODEL, findings, |properties, findings| top(properties, attributes, findings));
    let Top { grants, required, monday } = read.value;
    let required = grants.known(&required).map_err(|error| {
        findings.closed(&place, format!("no explore of the model is made: {error}"));
    });
    let around = Around { sources: target.sources, monday };
    let views = views.into_iter().map(|(name, (block, place))| {
        let view = View::read(&name, block, place, around, findings);
        (name, view)
    });
    let views: BTreeMap<String, View<'_>> = views.collect();
    let is_closed = !(complete && read.understood) || required.is_err();
    // They are read in any case, so that all findings are there at once.
    let sources = explores.iter().map(|(name, (block, place))| explore(name, block.clone(), place, findings));
    let sources: Vec<_> = sources.collect();
    let mut used = Used::default();
    let mut making = Making { views: &views, grants: &grants, attributes, used: &mut used, findings };
    let skeletons: Vec<_> = sources.iter().filter_map(|source| making.skeleton(source)).collect();
    let skeletons = if is_closed { Vec::new() } else { skeletons };
    note_unused(&views, &skeletons, making.findings);
    let tables = Tables::of(skeletons.iter().flat_map(|skeleton| wanted(skeleton, &grants)).collect());
    let (made, fields) = filled(&skeletons, &tables, &mut making);
    let model = Model {
        connection: target.connection.name.clone(),
        tables: tables.made(&views, &used),
        access_grants: grants.by_name,
        required_access_grants: required.unwrap_or_default(),
        explores: made,
    };
    let joins = skeletons.iter().flat_map(|skeleton| {
        let of = |alias: &String| (skeleton.source.name.clone(), alias.clone());
        skeleton.joins.iter().map(move |join| (of(&join.alias), join.place.clone()))
    });
    let joins = joins.collect();
    let explores = sources.iter().map(|source| (source.name.clone(), source.place.clone())).collect();
    Drafted { model, place, explores, joins, fields }
}

/// The explores with their fields, and where these were written.
fn filled<'a>(
    skeletons: &[Skeleton<'a>],
    tables: &Tables,
    making: &mut Making<'a, '_>,
) -> (BTreeMap<ExploreName, Explore>, Places) {
    let (mut made, mut fields) = (BTreeMap::new(), Places::new());
    for skeleton in skeletons {
        let source = skeleton.source;
        let name = ExploreName::new(source.name.as_str());
        let draft = Draft::of(skeleton, tables, making);
        let (Ok(name), Some(draft)) = (name, draft) else {
            let message = format!("explore `{}` is not made: it cannot be called so", source.name);
            making.findings.closed(&source.place, message);
            continue;
        };
        let (explore, places) = draft.fill();
        made.insert(name, explore);
        fields.extend(places);
    }
    (made, fields)
}

fn top(properties: &mut crate::syntax::Properties, attributes: &mut Attributes, findings: &mut Findings) -> Top {
    let mut grants = Grants::default();
    for (block, place) in properties.blocks("access_grant") {
        grants.add(block, &place, attributes, findings);
    }
    let connections = properties.take_all("connection", Value::as_text);
    if let Some((_, place)) = connections.get(1) {
        findings.note(place, "another `connection`: the model reads the one that the import names");
    }
    let begin = properties.text("week_start_day");
    let monday = begin.is_none_or(|day| day == "monday");
    Top { grants, required: properties.names("required_access_grants"), monday }
}

fn note_unused(views: &BTreeMap<String, View<'_>>, skeletons: &[Skeleton<'_>], findings: &mut Findings) {
    let used: BTreeSet<&str> = skeletons.iter().flat_map(|one| &one.uses).map(|one| one.view.name.as_str()).collect();
    for view in views.values().filter(|view| !used.contains(view.name.as_str())) {
        findings.note(&view.place, format!("view `{}` is in no explore that is made: it is left out", view.name));
    }
}

/// The tables that an explore reads, by explore and alias.
fn wanted(skeleton: &Skeleton<'_>, grants: &Grants) -> Vec<((String, String), Wanted)> {
    let each = skeleton.uses.iter().enumerate().map(|(at, used)| {
        let joined = || skeleton.joined.get(used.alias).map_or(Rows::Shared, |rules| Rows::Where(rules.clone()));
        let rows = if at == 0 { skeleton.base.clone() } else { joined() };
        let grants: BTreeSet<AccessGrantName> = grants.known(&used.view.grants).unwrap_or_default();
        let key = (skeleton.source.name.clone(), used.alias.to_owned());
        (key, Wanted { view: used.view.name.clone(), rows, grants })
    });
    each.collect()
}
