//! How many rows somebody may download: what the tables say of them.

use crate::permit::DownloadBounds;
use crate::resume::Principal;
use model::enforcement::{Point, enforced};
use model::name::TableName;
use model::publication::Audience;
use model::semantic::{ExplorePath, PermitFor, Table};
use model::snapshot::Snapshot;
use std::collections::BTreeSet;

/// What a download from an explore must stay within. `None`: there is no such model.
pub(crate) fn bounds(principal: &Principal, snapshot: &Snapshot, explore: &ExplorePath) -> Option<DownloadBounds> {
    let model = snapshot.models.named(&explore.model)?;
    let limited = model.tables.iter().filter_map(|(name, table)| Some((name, limit(principal, snapshot, table)?)));
    let rows = limited.map(|(name, rows)| (name.clone(), rows)).collect();
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

/// The most rows of the table for the person: the highest limit that is for them. `None`: the table sets none.
fn limit(principal: &Principal, snapshot: &Snapshot, table: &Table) -> Option<u32> {
    let theirs = table.download_limits.iter().filter(|limit| is_for(principal, snapshot, &limit.to));
    let most = theirs.map(|limit| limit.rows).max().unwrap_or(0);
    (!table.download_limits.is_empty()).then_some(most)
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
