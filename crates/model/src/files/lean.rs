//! Things without the members that they have anyway.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// The way to a member: names of members and indexes of items.
type Way = Vec<String>;

/// A thing as JSON, without every member that reads the same when it is not there. `defaults` says which may be such.
pub(super) fn lean<T: Serialize + DeserializeOwned>(
    thing: &T,
    defaults: &BTreeSet<(String, String)>,
) -> serde_json::Result<Json> {
    let whole = serde_json::to_value(thing)?;
    let mut idle = Vec::new();
    find_idle(&whole, &mut Vec::new(), defaults, &mut idle);
    let means_the_same = |json: &Json| {
        let again = T::deserialize(json).ok().and_then(|read| serde_json::to_value(read).ok());
        again.as_ref() == Some(&whole)
    };
    let mut lean = whole.clone();
    shed(&mut lean, &idle, &means_the_same);
    Ok(lean)
}

fn find_idle(json: &Json, way: &mut Way, defaults: &BTreeSet<(String, String)>, idle: &mut Vec<Way>) {
    match json {
        Json::Object(members) => {
            for (name, member) in members {
                way.push(name.clone());
                if is_empty(member) || defaults.contains(&(name.clone(), member.to_string())) {
                    idle.push(way.clone());
                }
                find_idle(member, way, defaults, idle);
                way.pop();
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                way.push(index.to_string());
                find_idle(item, way, defaults, idle);
                way.pop();
            }
        }
        _ => {}
    }
}

fn is_empty(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Takes away as many of the members as can be: all at once if that means the same, or else what can be of each half.
fn shed(json: &mut Json, idle: &[Way], means_the_same: &impl Fn(&Json) -> bool) {
    if idle.is_empty() {
        return;
    }
    let mut without = json.clone();
    idle.iter().for_each(|way| remove(&mut without, way));
    if means_the_same(&without) {
        *json = without;
    } else if idle.len() > 1 {
        let (first, second) = idle.split_at(idle.len() / 2);
        shed(json, first, means_the_same);
        shed(json, second, means_the_same);
    }
}

fn remove(json: &mut Json, way: &[String]) {
    let Some((name, to)) = way.split_last() else { return };
    let holder = to.iter().try_fold(json, |json, step| match json {
        Json::Object(members) => members.get_mut(step),
        Json::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    });
    if let Some(Json::Object(members)) = holder {
        members.shift_remove(name);
    }
}
