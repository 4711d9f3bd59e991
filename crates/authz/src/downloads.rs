//! How many rows somebody may download: what the tables say of them.

use crate::permit::DownloadBounds;
use crate::resume::Principal;
use model::enforcement::{Point, enforced};
use model::name::TableName;
use model::publication::Audience;
use model::semantic::{DownloadLimit as Written, ExplorePath, PermitFor, Table};
use model::snapshot::Snapshot;
use std::collections::{BTreeMap, BTreeSet};

/// What a download from an explore must stay within. `None`: there is no such model.
pub(crate) fn bounds(principal: &Principal, snapshot: &Snapshot, explore: &ExplorePath) -> Option<DownloadBounds> {
    let rows = download_limits(principal, snapshot, explore)?;
    let rows = rows.into_iter().map(|(name, limit)| (name.clone(), limit.rows)).collect();
    Some(DownloadBounds { explore: explore.clone(), rows })
}

/// Whether the person may download any row of what reads all of these tables.
pub(crate) fn are_open(
    principal: &Principal,
    snapshot: &Snapshot,
    explore: &ExplorePath,
    tables: &BTreeSet<&TableName>,
) -> bool {
    let Some(bounds) = bounds(principal, snapshot, explore) else { return false };
    !enforced(Point::DownloadLimits) || tables.iter().all(|table| bounds.rows(table) != Some(0))
}

/// The most rows of a table that somebody may download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DownloadLimit<'a> {
    /// So many.
    pub rows: u32,
    /// Whom the table lets have as many. `None`: none of its limits is for them.
    pub to: Option<&'a PermitFor>,
}

/// The limits for somebody, of the tables of an explore's model that set any. `None`: there is no such model.
#[must_use]
pub fn download_limits<'a>(
    principal: &Principal,
    snapshot: &'a Snapshot,
    explore: &ExplorePath,
) -> Option<BTreeMap<&'a TableName, DownloadLimit<'a>>> {
    let tables = snapshot.models.named(&explore.model)?.tables.iter();
    Some(tables.filter_map(|(name, table)| Some((name, limit(principal, snapshot, table)?))).collect())
}

/// The highest limit that is for the person; of equal ones, the first. `None`: the table sets none.
fn limit<'a>(principal: &Principal, snapshot: &Snapshot, table: &'a Table) -> Option<DownloadLimit<'a>> {
    let theirs = table.download_limits.iter().filter(|limit| is_for(principal, snapshot, &limit.to));
    let most = theirs
        .fold(None::<&Written>, |most, one| if most.is_some_and(|it| it.rows >= one.rows) { most } else { Some(one) });
    let limit = DownloadLimit { rows: most.map_or(0, |it| it.rows), to: most.map(|it| &it.to) };
    (!table.download_limits.is_empty()).then_some(limit)
}

/// Nobody can say who is in teams of which one does not exist.
fn is_for(principal: &Principal, snapshot: &Snapshot, to: &PermitFor) -> bool {
    match to {
        PermitFor::All => true,
        PermitFor::Teams(teams) => {
            let all_exist = teams.iter().all(|team| snapshot.teams.named(team).is_some());
            all_exist && teams.iter().any(|team| principal.teams().contains(team))
        }
        PermitFor::GuestsOf(keys) => match principal.audience() {
            Some(Audience::GuestsOf(client_id)) => keys.contains(client_id),
            Some(Audience::PublicLink(_)) | None => false,
        },
    }
}
