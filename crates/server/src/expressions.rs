//! Filter expressions in questions of one's own. Periods that move with the calendar are the days that they are when somebody
//! asks, before anything else looks at the question.

use crate::callers::Viewer;
use model::filter_expression::settled;
use model::name::FieldName;
use model::query::{Filter, FilterOperator};
use model::semantic::ExplorePath;
use model::snapshot::Snapshot;
use model::time_zone::TimeZone;
use model::value::ColumnType;
use serde_json::Value;

/// Puts days in the place of periods such as `last 7 days`. What cannot be read stays as it is, and is refused when it is asked.
pub fn settle(viewer: &Viewer, explore: &ExplorePath, zone: TimeZone, filters: &mut [Filter]) {
    let today = viewer.today_in(zone);
    for filter in filters.iter_mut().filter(|filter| filter.operator == FilterOperator::Matches) {
        let Some(kind) = kind(&viewer.organization.snapshot, explore, &filter.field) else { continue };
        for value in &mut filter.values {
            if let Value::String(text) = value {
                *text = settled(text, kind, today);
            }
        }
    }
}

fn kind(snapshot: &Snapshot, path: &ExplorePath, field: &FieldName) -> Option<ColumnType> {
    let model = snapshot.models.named(&path.model)?;
    let explore = model.explores.get(&path.explore)?;
    match explore.measures.get(field) {
        Some(measure) => model.measure_type(explore, measure),
        None => model.dimension_type(explore, explore.dimensions.get(field)?),
    }
}
