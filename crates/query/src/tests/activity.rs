//! The activity as a table: read page by page within what the question needs, and filtered like any other.

use super::world::{World, access_to, query_of, shown};
use crate::catalog::{ActivityBounds, ActivityPage, ActivityTrail, Catalog, Passwords};
use crate::error::QueryError;
use crate::limits::Limits;
use crate::secure::access::Access;
use async_trait::async_trait;
use model::built_in::{ACTIVITY, ActivityEvent};
use model::filter::{Condition, RowFilter};
use model::name::{ColumnName, ModelName, TableName};
use model::query::Query;
use model::rule::Comparison;
use model::snapshot::{Ids, Snapshot};
use model::value::Scalar;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Twelve events of two tenants, an hour apart, two a page; it can be away.
#[derive(Debug, Default)]
struct Trail {
    is_away: bool,
    asked: Mutex<Vec<(ActivityBounds, Option<i64>)>>,
}

fn event(number: i64) -> ActivityEvent {
    let tenant = ["t1", "t2"][usize::try_from(number % 2).expect("a number")];
    ActivityEvent {
        number,
        at: format!("2026-01-01T{number:02}:00:00Z").parse().expect("an instant"),
        event: "run_query".to_owned(),
        outcome: if number % 3 == 0 { "refused" } else { "allowed" },
        person: Some(format!("person {number}")),
        member: None,
        tenant: Some(tenant.to_owned()),
        tenant_id: Some(tenant.to_owned()),
        session: None,
        embed_key: None,
        acting_for: None,
        action: None,
        resource: None,
        workbook: None,
        page: None,
        element: None,
        explore: None,
        reasons: None,
        revision: 1,
        correlation_id: None,
        rows: Some(number),
        bytes: None,
        ended_early: Some(false),
        milliseconds: Some(1500),
    }
}

#[async_trait]
impl ActivityTrail for Trail {
    async fn page(&self, bounds: &ActivityBounds, after: Option<i64>) -> Result<ActivityPage, QueryError> {
        if self.is_away {
            return Err(QueryError::Unreadable);
        }
        self.asked.lock().expect("the list").push((bounds.clone(), after));
        let events: Vec<_> = (0..12).rev().filter(|number| after.is_none_or(|after| *number < after)).take(2).collect();
        let next = events.last().copied().filter(|last| *last > 0);
        Ok(ActivityPage { events: events.into_iter().map(event).collect(), next })
    }
}

async fn world(trail: &Arc<Trail>) -> (World, Snapshot) {
    let texts = BTreeMap::from([("vitrine.yaml".to_owned(), "name: bare".to_owned())]);
    let bare = model::files::read(&texts).expect("definitions").definitions().clone();
    let ids = Ids::from_names(&bare);
    let snapshot = Snapshot::build(bare, &ids, 1).expect("a snapshot");
    let trail: Arc<dyn ActivityTrail> = Arc::<Trail>::clone(trail);
    let catalog = Catalog::open(&snapshot, &Passwords::default()).await.expect("a catalog").with_activity(&trail);
    (World { catalog, limits: Limits::default(), twin: None }, snapshot)
}

fn access(snapshot: &Snapshot, rows: RowFilter) -> Access {
    let model = snapshot.models.named(&ModelName::new(ACTIVITY).expect("a name")).expect("the model");
    let path = format!("{ACTIVITY}.events").try_into().expect("a path");
    let mut access = access_to(path, model, RowFilter::Nothing, RowFilter::Nothing);
    access.tables.get_mut(&TableName::new("events").expect("a name")).expect("the table").rows = rows;
    access
}

fn of_tenant(tenant: &str) -> RowFilter {
    let (term, value) = (ColumnName::new("tenant_id").expect("a name").into(), Scalar::Text(tenant.to_owned()));
    RowFilter::Where(Condition::Compare { term, op: Comparison::Equal, value })
}

fn question(question: Value) -> Query {
    let mut query = query_of("events", question);
    query.explore = format!("{ACTIVITY}.events").try_into().expect("a path");
    query
}

#[tokio::test]
async fn every_page_is_read_and_only_rows_of_the_policy_are_seen() {
    let trail = Arc::new(Trail::default());
    let (world, snapshot) = world(&trail).await;
    let all = access(&snapshot, RowFilter::Everything);
    let counted = question(json!({"fields": ["tenant", "events", "refusals", "rows", "slowest"]}));
    let answer = world.ask(&counted, &all).await.expect("an answer");
    assert_eq!(shown(&answer), [["t1", "6", "2", "30", "1.500"], ["t2", "6", "2", "36", "1.500"]]);
    assert_eq!(trail.asked.lock().expect("the list").len(), 6);
    let answer = world.ask(&counted, &access(&snapshot, of_tenant("t2"))).await.expect("an answer");
    assert_eq!(shown(&answer), [["t2", "6", "2", "36", "1.500"]], "though the trail gave others");
    let nothing = world.ask(&question(json!({"fields": ["events"]})), &access(&snapshot, RowFilter::Nothing)).await;
    assert_eq!(shown(&nothing.expect("an answer")), [["0"]]);
}

#[tokio::test]
async fn what_is_asked_bounds_what_is_read() {
    let trail = Arc::new(Trail::default());
    let (world, snapshot) = world(&trail).await;
    let filters = json!([
        {"field": "at", "operator": "greater_or_equal", "values": ["2026-01-01T03:00:00Z"]},
        {"field": "at", "operator": "less", "values": ["2026-01-01T08:00:00Z"]},
    ]);
    let asked = question(json!({"fields": ["number"], "filters": filters}));
    let answer = world.ask(&asked, &access(&snapshot, of_tenant("t1"))).await.expect("an answer");
    assert_eq!(shown(&answer), [["4"], ["6"]]);
    let instant = |text: &str| Some(text.parse().expect("an instant"));
    let expected = ActivityBounds {
        since: instant("2026-01-01T03:00:00Z"),
        until: instant("2026-01-01T08:00:00Z"),
        tenant: Some("t1".to_owned()),
    };
    let asked = trail.asked.lock().expect("the list").clone();
    assert!(asked.iter().all(|(bounds, _)| *bounds == expected), "{asked:?}");
    assert_eq!(asked.first().map(|(_, after)| *after), Some(None));
}

#[tokio::test]
async fn a_trail_that_is_away_is_no_answer_and_none_at_all_has_no_events() {
    let (world, snapshot) = world(&Arc::new(Trail { is_away: true, ..Trail::default() })).await;
    let all = access(&snapshot, RowFilter::Everything);
    let asked = question(json!({"fields": ["events"]}));
    assert_eq!(world.ask(&asked, &all).await, Err(QueryError::Unreadable));
    let catalog = Catalog::open(&snapshot, &Passwords::default()).await.expect("a catalog");
    let bare = World { catalog, limits: Limits::default(), twin: None };
    assert_eq!(shown(&bare.ask(&asked, &all).await.expect("an answer")), [["0"]]);
}
