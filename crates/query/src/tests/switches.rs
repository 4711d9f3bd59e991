//! Every enforcement point of this crate is needed: switched off, the leak appears.

use super::barrier::holds;
use super::masks::masked;
use super::probes::{Orders, PROBES, layouts};
use super::world::{World, access, everything, only, place, query, sale, sale_at, shown};
use crate::limits::Limits;
use crate::run::Engine;
use model::enforcement::{Point, switch_off};
use model::filter::RowFilter;
use model::name::{ColumnName, TableName};
use model::query::Query;
use model::rule::Comparison;
use model::semantic::Mask;
use model::value::Scalar;
use serde_json::json;

fn shop() -> World {
    World::new(
        &[sale(1, Some(1), "mine", 100), sale(2, Some(2), "theirs", 200)],
        &[place(1, "Delft"), place(2, "Brno")],
    )
}

fn mine() -> RowFilter {
    only("name", Comparison::Equal, Scalar::Text("mine".into()))
}

async fn rows(world: &World, question: &Query, access: &crate::secure::access::Access) -> Vec<Vec<String>> {
    shown(&world.ask(question, access).await.expect("an answer"))
}

/// How many of the thirteen probes see hidden rows, over every layout.
async fn leaking_probes() -> usize {
    let mut leaks = 0;
    for layout in layouts().filter(|layout| layout.one_in == 2) {
        let orders = Orders::new(layout).await;
        for (probe, sql) in PROBES {
            leaks += usize::from(holds(&orders, probe, sql).await.is_err());
        }
    }
    leaks
}

#[tokio::test]
async fn barrier() {
    let _off = switch_off(Point::Barrier);
    assert!(leaking_probes().await > 0);
}

/// Whoever chooses another time zone would see what lies beyond the locked day.
#[tokio::test]
async fn locked_time_zone() {
    let world = World::new(&[sale_at(1, "2013-01-01T05:00:00Z"), sale_at(2, "2013-01-02T05:00:00Z")], &[]);
    let question = query(json!({"fields": ["id"], "time_zone": "Pacific/Honolulu"}));
    for filters in [
        json!([{"field": "date", "values": ["2013-01-01"]}]),
        json!([{"field": "at", "operator": "greater_or_equal", "values": ["2013-01-01"]},
            {"field": "at", "operator": "less", "values": ["2013-01-02"]}]),
    ] {
        let mut access = everything();
        access.locked = serde_json::from_value(filters).expect("filters");
        assert_eq!(rows(&world, &question, &access).await, [["1"]]);
        let _off = switch_off(Point::LockedTimeZone);
        assert_eq!(rows(&world, &question, &access).await, [["2"]], "the day of Honolulu");
    }
}

#[tokio::test]
async fn harmless_list() {
    let _off = switch_off(Point::HarmlessList);
    assert!(leaking_probes().await > 0);
}

#[tokio::test]
async fn base_scan_policy() {
    let (world, question) = (shop(), query(json!({"fields": ["name"]})));
    let access = access(mine(), RowFilter::Everything);
    assert_eq!(rows(&world, &question, &access).await, [["mine"]]);
    let _off = switch_off(Point::BaseScanPolicy);
    assert_eq!(rows(&world, &question, &access).await, [["mine"], ["theirs"]]);
}

#[tokio::test]
async fn joined_scan_policy() {
    let (world, question) = (shop(), query(json!({"fields": ["city"]})));
    let delft = only("city", Comparison::Equal, Scalar::Text("Delft".into()));
    let access = access(RowFilter::Everything, delft);
    assert_eq!(rows(&world, &question, &access).await, [["Delft"], ["-"]]);
    let _off = switch_off(Point::JoinedScanPolicy);
    assert_eq!(rows(&world, &question, &access).await, [["Brno"], ["Delft"]]);
}

#[tokio::test]
async fn suggestion_policy() {
    let world = shop();
    let access = access(mine(), RowFilter::Everything);
    assert_eq!(shown(&world.suggest("name", "", &access).await.expect("an answer")), [["mine"]]);
    let _off = switch_off(Point::SuggestionPolicy);
    assert_eq!(shown(&world.suggest("name", "", &access).await.expect("an answer")), [["mine"], ["theirs"]]);
}

#[tokio::test]
async fn exposed_columns() {
    let (world, question) = (shop(), query(json!({"fields": ["name"]})));
    let mut access = everything();
    let sales = access.tables.get_mut(&TableName::new("sales").expect("a name")).expect("the table");
    sales.columns.remove(&ColumnName::new("name").expect("a name"));
    assert!(world.ask(&question, &access).await.is_err());
    let _off = switch_off(Point::ExposedColumns);
    assert_eq!(rows(&world, &question, &access).await, [["mine"], ["theirs"]]);
}

#[tokio::test]
async fn total_order() {
    let question = query(json!({"fields": ["id", "paid"], "sorts": [{"field": "paid"}], "limit": 1}));
    let stored: Vec<_> = (1..=50).map(|id| sale(id, None, "a", id)).collect();
    let reversed: Vec<_> = stored.iter().rev().cloned().collect();
    let (mut stored, mut reversed) = (World::new(&stored, &[]), World::new(&reversed, &[]));
    let access = everything();
    assert_eq!(rows(&stored, &question, &access).await, rows(&reversed, &question, &access).await);
    let _off = switch_off(Point::TotalOrder);
    (stored.twin, reversed.twin) = (None, None); // Whose order nobody can foretell either.
    let felt = rows(&stored, &question, &access).await != rows(&reversed, &question, &access).await;
    assert!(felt, "the order of storage, hidden rows among it, decides which row is cut");
}

#[tokio::test]
async fn masked_predicates() {
    let filtered = query(json!({"fields": ["id"], "filters": [{"field": "name", "values": ["mine"]}]}));
    let masked = masked("name", Mask::Constant(Scalar::Text("x".into())));
    assert!(rows(&shop(), &filtered, &masked).await.is_empty());
    let _off = switch_off(Point::MaskedPredicates);
    assert_eq!(rows(&shop(), &filtered, &masked).await, [["1"]], "a filter below the mask tells whose rows they are");
}

#[tokio::test]
async fn cache_key() {
    let (world, question) = (shop(), query(json!({"fields": ["name"]})));
    let engine = Engine::new(Limits::default()).caching(1 << 20);
    let names = async |access: &crate::secure::access::Access| {
        let plan = world.plan(&question, access).expect("a plan");
        shown(&engine.run(plan).await.expect("an answer")).concat()
    };
    let own = access(mine(), RowFilter::Everything);
    assert_eq!((names(&everything()).await.len(), names(&own).await), (2, vec!["mine".to_owned()]));
    let _off = switch_off(Point::CacheKey);
    assert_eq!((names(&everything()).await.len(), names(&own).await.len()), (2, 2), "the answer of somebody else");
}

#[tokio::test]
async fn kept_plans() {
    let (world, question) = (shop(), query(json!({"fields": ["name"]})));
    let own = access(mine(), RowFilter::Everything);
    let both = async || (rows(&world, &question, &everything()).await.len(), rows(&world, &question, &own).await.len());
    assert_eq!(both().await, (2, 1));
    assert_eq!(both().await, (2, 1), "of the plans that are kept");
    let _off = switch_off(Point::KeptPlans);
    assert_eq!(both().await, (2, 2), "the plan of somebody else");
}
