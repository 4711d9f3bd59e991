//! Teams in teams: who is in one is in all that it is a member of.

use super::Snapshot;
use crate::name::TeamName;
use std::collections::BTreeMap;

impl Snapshot {
    /// Teams, and all that they are members of, each with how many steps it is away: 0, the team itself. Of names that
    /// nothing has, nothing.
    #[must_use]
    pub fn with_ancestors<'a>(
        &'a self,
        teams: impl IntoIterator<Item = &'a TeamName>,
    ) -> BTreeMap<&'a TeamName, usize> {
        let mut found = BTreeMap::new();
        let mut level: Vec<&TeamName> = teams.into_iter().collect();
        let mut steps = 0;
        while !level.is_empty() {
            let known = level.into_iter().filter_map(|name| Some((name, self.teams.named(name)?)));
            let mut above = Vec::new();
            for (name, team) in known {
                if !found.contains_key(name) {
                    found.insert(name, steps);
                    above.extend(&team.members_of);
                }
            }
            (level, steps) = (above, steps + 1);
        }
        found
    }
}
