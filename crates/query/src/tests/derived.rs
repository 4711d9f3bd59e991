//! Derived tables: what the viewer sees of the tables below, grouped, and what the table's own policies leave of that.

use super::world::{World, access_to, explore, integer, model, only, place, query_of, sale, sale_at, shown};
use crate::secure::access::Access;
use authz::permit::{ColumnAccess, Destination, ExploreAccess};
use model::enforcement::{Point, switch_off};
use model::filter::{Calculated, Condition, RowFilter};
use model::name::{ColumnName, FieldName, TableName};
use model::rule::Comparison;
use model::semantic::Mask;
use model::term::Term;
use model::value::Scalar;
use serde_json::{Value, json};

fn shop() -> World {
    let sales = [
        sale(1, Some(1), "anna", 100),
        sale(2, Some(2), "bert", 300),
        sale(3, Some(1), "anna", 500),
        sale(4, None, "cleo", 700),
    ];
    World::new(&sales, &[place(1, "Delft"), place(2, "Brno")])
}

fn column(name: &str) -> ColumnName {
    ColumnName::new(name).expect("a name")
}

/// Everything of derived tables, over those sales.
fn over(sales: RowFilter) -> Access {
    let model = model();
    let mut access = access_to(explore("cities"), &model, sales, RowFilter::Everything);
    let (amount, least) = (Term::Column(column("amount")), Term::Column(column("least")));
    let dear = Condition::CompareTerms { left: amount, op: Comparison::GreaterOrEqual, right: least };
    let calculated = [(FieldName::new("dear").expect("a name"), Calculated::Condition(dear))];
    access.behind = model
        .explores
        .iter()
        .map(|(name, explore)| {
            let fields = explore.dimensions.keys().chain(explore.measures.keys()).cloned().collect();
            (name.clone(), ExploreAccess { fields, calculated: calculated.clone().into() })
        })
        .collect();
    access
}

fn derived(mut access: Access) -> Access {
    access.derive(&model()).expect("an explore");
    access
}

fn of(access: &mut Access, table: &str) -> &'static str {
    let name = TableName::new(table).expect("a name");
    if access.tables.contains_key(&name) { "there" } else { "absent" }
}

async fn rows(access: &Access, question: Value) -> Vec<Vec<String>> {
    shown(&shop().ask(&query_of("cities", question), access).await.expect("an answer"))
}

fn mine() -> RowFilter {
    only("name", Comparison::Equal, Scalar::Text("anna".into()))
}

#[tokio::test]
async fn it_is_the_answer_that_the_viewer_would_get() {
    let question = json!({"fields": ["city", "dear", "rows"]});
    let all = rows(&derived(over(RowFilter::Everything)), question.clone()).await;
    assert_eq!(all, [["Brno", "true", "1"], ["Delft", "false", "1"], ["Delft", "true", "1"], ["-", "true", "1"]]);
    let own = rows(&derived(over(mine())), question).await;
    assert_eq!(own, [["Delft", "false", "1"], ["Delft", "true", "1"]]);
    let measured = json!({"fields": ["count", "best", "all"]});
    assert_eq!(rows(&derived(over(RowFilter::Everything)), measured.clone()).await, [["4", "7.00", "4"]]);
    assert_eq!(rows(&derived(over(mine())), measured).await, [["2", "5.00", "2"]]);
}

#[tokio::test]
async fn its_own_policy_comes_on_top() {
    let mut access = over(RowFilter::Everything);
    let cities = TableName::new("cities").expect("a name");
    access.tables.get_mut(&cities).expect("a table").rows =
        only("city", Comparison::Equal, Scalar::Text("Delft".into()));
    let access = derived(access);
    assert_eq!(rows(&access, json!({"fields": ["city", "rows"]})).await, [["Delft", "1"]]);
    assert_eq!(rows(&access, json!({"fields": ["count"]})).await, [["2"]]);
    let suggested = shop().suggest_of("cities", "city", "", &access).await.expect("an answer");
    assert_eq!(shown(&suggested), [["Delft"]]);
    let _off = switch_off(Point::BaseScanPolicy);
    assert_eq!(rows(&access, json!({"fields": ["count"]})).await, [["4"]]);
}

#[tokio::test]
async fn the_tables_below_keep_theirs() {
    let access = derived(over(mine()));
    assert_eq!(rows(&access, json!({"fields": ["city"]})).await, [["Delft"]]);
    let _off = switch_off(Point::DerivedScanPolicy);
    assert_eq!(rows(&access, json!({"fields": ["city"]})).await, [["Brno"], ["Delft"], ["-"]]);
}

#[tokio::test]
async fn it_is_joined_and_derived_from_in_turn() {
    let access = derived(over(RowFilter::Everything));
    let joined = rows(&access, json!({"fields": ["city", "size", "groups", "count"]})).await;
    assert_eq!(joined, [["Brno", "200", "1", "1"], ["Delft", "100", "2", "2"], ["-", "-", "-", "1"]]);
    // Only names with more than one sale.
    let names =
        rows(&access, json!({"fields": ["name", "date"], "filters": [{"field": "name", "operator": "is_not_null"}]}))
            .await;
    assert!(names.is_empty(), "two sales, and no group of two: {names:?}");
}

#[tokio::test]
async fn a_filter_on_a_measure_keeps_groups() {
    let world = World::new(
        &[sale(1, None, "anna", 1), sale(2, None, "anna", 2), sale(3, None, "bert", 3)],
        &[place(1, "Delft")],
    );
    let access = derived(over(RowFilter::Everything));
    let answer = world.ask(&query_of("cities", json!({"fields": ["rows", "name", "date"]})), &access).await;
    assert_eq!(shown(&answer.expect("an answer")), [["3", "-", "-"]], "no group of three names");
}

/// Whoever chooses a time zone must not see other rows of a table whose policy is on its days.
#[tokio::test]
async fn its_days_are_those_of_utc() {
    let at = ["2013-01-01T05:00:00Z", "2013-01-01T23:00:00Z"];
    let world = World::new(&[sale_at(1, at[0]), sale_at(2, at[1])], &[place(1, "Delft")]);
    let access = derived(over(RowFilter::Everything));
    let question = json!({"fields": ["rows", "name", "date"], "time_zone": "Pacific/Honolulu"});
    let answer = world.ask(&query_of("cities", question), &access).await.expect("an answer");
    assert_eq!(shown(&answer), [["2", "a", "2013-01-01"]]);
}

#[tokio::test]
async fn a_sum_that_does_not_fit_is_null_and_tells_nothing() {
    let mut big = sale(9_000_000_000_000_000_000, None, "anna", 1);
    big[1] = integer(1);
    let world = World::new(&[big.clone(), big], &[place(1, "Delft")]);
    let access = derived(over(RowFilter::Everything));
    let answer = world.ask(&query_of("cities", json!({"fields": ["city", "ids"]})), &access).await;
    assert_eq!(shown(&answer.expect("an answer")), [["Delft", "-"]]);
}

#[tokio::test]
async fn what_is_hidden_below_is_absent_above() {
    let places = TableName::new("places").expect("a name");
    let mut access = over(RowFilter::Everything);
    access.tables.get_mut(&places).expect("a table").columns.remove(&column("city"));
    let mut access = derived(access);
    let asked = shop().ask(&query_of("cities", json!({"fields": ["city"]})), &access).await;
    assert_eq!(asked.expect_err("an error").to_string(), "unknown field `city`");
    assert_eq!(of(&mut access, "busy"), "there", "it has its count left");
    assert_eq!(rows(&access, json!({"fields": ["rows", "count"]})).await, [["1", "1"], ["3", "1"]], "by what is left");
    // A policy on a column that is not there shows nothing.
    let cities = TableName::new("cities").expect("a name");
    access.tables.get_mut(&cities).expect("a table").rows =
        only("city", Comparison::Equal, Scalar::Text("Delft".into()));
    assert!(rows(&derived(access), json!({"fields": ["rows"]})).await.is_empty());
}

/// As of any table: its own column policy hides values and no rows, and its row policies read what is hidden.
#[tokio::test]
async fn what_its_own_policy_hides_it_is_still_grouped_and_told_by() {
    let cities = TableName::new("cities").expect("a name");
    let mut access = over(RowFilter::Everything);
    let of_cities = access.tables.get_mut(&cities).expect("a table");
    of_cities.columns.remove(&column("city"));
    assert_eq!(rows(&derived(access.clone()), json!({"fields": ["count"]})).await, [["4"]]);
    access.tables.get_mut(&cities).expect("a table").rows =
        only("city", Comparison::Equal, Scalar::Text("Delft".into()));
    let access = derived(access);
    assert_eq!(rows(&access, json!({"fields": ["dear", "rows"]})).await, [["false", "1"], ["true", "1"]]);
    let asked = shop().ask(&query_of("cities", json!({"fields": ["city"]})), &access).await;
    assert_eq!(asked.expect_err("an error").to_string(), "unknown field `city`");
}

/// Answers are kept for as long as the tables below stay as they are.
#[tokio::test]
async fn its_state_is_that_of_the_tables_below() {
    let world = shop();
    let source = world.catalog.source(&explore("cities"), &Destination::Usual).expect("tables in memory");
    assert_eq!(source.states.len(), 2, "sales and places: {source:?}");
}

#[tokio::test]
async fn without_what_it_is_told_by_it_is_absent() {
    let mut access = over(RowFilter::Everything);
    let fields = &mut access.behind.get_mut(&explore("sales").explore).expect("an explore").fields;
    fields.remove(&FieldName::new("rows").expect("a name"));
    let mut access = derived(access);
    assert_eq!(of(&mut access, "names"), "absent");
    assert_eq!(of(&mut access, "cities"), "there");
}

#[tokio::test]
async fn masks_below_and_above_are_what_is_seen() {
    let (places, cities) = (TableName::new("places").expect("a name"), TableName::new("cities").expect("a name"));
    let masked = |text: &str| ColumnAccess::Masked {
        shown: RowFilter::Nothing,
        masks: vec![(RowFilter::Everything, Mask::Constant(Scalar::Text(text.into())))],
    };
    let mut below = over(RowFilter::Everything);
    below.tables.get_mut(&places).expect("a table").columns.insert(column("city"), masked("x"));
    let question = json!({"fields": ["city", "rows"], "filters": [{"field": "dear", "values": [true]}]});
    assert_eq!(rows(&derived(below), question.clone()).await, [["x", "2"], ["-", "1"]], "grouped by the mask");
    let mut above = over(RowFilter::Everything);
    above.tables.get_mut(&cities).expect("a table").columns.insert(column("city"), masked("x"));
    assert_eq!(rows(&derived(above), question).await, [["x", "1"]], "grouped by the city, and masked then");
}
