//! What Looker's permissions are here. Most of them need others, without which they have no effect.

use model::access::Permission::{
    self, Drill, Explore, ExportArrow, ExportCsv, ExportJson, ExportXlsx, SaveContent, Subscribe, View, ViewUnderlying,
};
use std::collections::BTreeSet;

/// A name, the one that it needs, and what it is here. Names that are not in the list are nothing here.
const NAMES: &[(&str, Option<&str>, &[Permission])] = &[
    ("access_data", None, &[]),
    ("see_lookml_dashboards", Some("access_data"), &[View]),
    ("see_looks", Some("access_data"), &[View]),
    ("see_user_dashboards", Some("see_looks"), &[View]),
    ("see_drill_overlay", Some("access_data"), &[Drill, ViewUnderlying]),
    ("explore", Some("see_looks"), &[Explore]),
    ("save_content", Some("see_looks"), &[SaveContent]),
    ("save_looks", Some("see_looks"), &[SaveContent]),
    ("save_dashboards", Some("see_looks"), &[SaveContent]),
    ("schedule_look_emails", Some("see_looks"), &[Subscribe]),
    ("download_with_limit", Some("see_looks"), &[ExportCsv, ExportXlsx, ExportJson, ExportArrow]),
    ("download_without_limit", Some("see_looks"), &[ExportCsv, ExportXlsx, ExportJson, ExportArrow]),
];

/// The permissions that a list of names comes to.
pub(super) fn held(names: &BTreeSet<&str>) -> BTreeSet<Permission> {
    let effective = NAMES.iter().filter(|(name, ..)| has(names, name));
    effective.flat_map(|(_, _, here)| here.iter().copied()).collect()
}

/// The name without which one has no effect.
#[must_use]
pub fn needed(name: &str) -> Option<&'static str> {
    NAMES.iter().find(|(known, ..)| *known == name).and_then(|(_, needed, _)| *needed)
}

/// Whether a name is something here, by itself or for others.
pub(super) fn is_known(name: &str) -> bool {
    NAMES.iter().any(|(known, ..)| *known == name)
}

/// Whether a name is in the list, and all that it needs.
fn has(names: &BTreeSet<&str>, name: &str) -> bool {
    names.contains(name) && needed(name).is_none_or(|needed| has(names, needed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Vec<&'static str> {
        held(&names.iter().copied().collect()).into_iter().map(Permission::as_str).collect()
    }

    #[test]
    fn a_permission_without_those_that_it_needs_has_no_effect() {
        assert_eq!(
            of(&["access_data"]),
            Vec::<&str>::new(),
            "data is reached, and there is nothing in which to see it"
        );
        assert_eq!(of(&["access_data", "see_looks"]), ["view"]);
        assert_eq!(of(&["see_looks", "explore", "save_content", "download_with_limit"]), Vec::<&str>::new());
        assert_eq!(of(&["access_data", "explore", "see_user_dashboards"]), Vec::<&str>::new(), "nor without see_looks");
        assert_eq!(of(&["access_data", "see_lookml_dashboards", "explore"]), ["view"]);
        assert_eq!(of(&["access_data", "see_looks", "explore", "see_sql", "flying"]), ["view", "explore"]);
    }
}
