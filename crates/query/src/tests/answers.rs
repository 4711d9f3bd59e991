//! What answers are made of.

use super::world::{World, access, date, everything, integer, only, place, query, sale, shown};
use crate::answer::Cell;
use model::filter::RowFilter;
use model::query::{Filter, FilterOperator};
use model::rule::Comparison;
use model::value::{ColumnType, Scalar};
use serde_json::json;

fn shop() -> World {
    let mut undated = sale(4, None, "d", 400);
    undated[4] = date("2013-02-28");
    undated[2] = None;
    World::new(
        &[sale(1, Some(1), "a", 100), sale(2, Some(1), "b", 201), sale(3, Some(2), "a", 300), undated],
        &[place(1, "Delft"), place(2, "Brno"), place(3, "Ghent")],
    )
}

#[tokio::test]
async fn measures_are_exact() {
    let fields =
        json!({"fields": ["rows", "total", "mean", "ids", "mean_id", "names", "first_name", "last_day", "sizes"]});
    let answer = shop().ask(&query(fields), &everything()).await.expect("an answer");
    let expected = ["4", "10.01", "2.502500", "10", "2.5000", "2", "a", "2013-02-28", "300"];
    assert_eq!(shown(&answer), [expected]);
    assert_eq!(answer.columns[1].kind, ColumnType::Decimal { precision: 20, scale: 2 });
    assert_eq!(answer.columns[3].kind, ColumnType::Integer);
}

#[tokio::test]
async fn a_hidden_row_of_the_joined_table_turns_into_nulls() {
    let delft = only("city", Comparison::Equal, Scalar::Text("Delft".into()));
    let question = query(json!({"fields": ["id", "city"]}));
    let answer = shop().ask(&question, &access(RowFilter::Everything, delft)).await.expect("an answer");
    assert_eq!(shown(&answer), [["1", "Delft"], ["2", "Delft"], ["3", "-"], ["4", "-"]]);
}

#[tokio::test]
async fn a_hidden_table_of_the_base_answers_nothing() {
    let question = query(json!({"fields": ["rows", "total"]}));
    let answer = shop().ask(&question, &access(RowFilter::Nothing, RowFilter::Everything)).await.expect("an answer");
    assert_eq!(shown(&answer), [["0", "-"]]);
}

#[tokio::test]
async fn sorts_come_first_then_all_fields_and_nulls_last() {
    let question = query(json!({"fields": ["name", "rows"], "sorts": [{"field": "name", "descending": true}]}));
    let answer = shop().ask(&question, &everything()).await.expect("an answer");
    assert_eq!(shown(&answer), [["b", "1"], ["a", "2"], ["-", "1"]]);
    let question = query(json!({"fields": ["name", "rows"], "sorts": [{"field": "rows"}]}));
    let answer = shop().ask(&question, &everything()).await.expect("an answer");
    assert_eq!(shown(&answer), [["b", "1"], ["-", "1"], ["a", "2"]]);
}

#[tokio::test]
async fn filters_compare_by_type() {
    for (filter, ids) in [
        (json!({"field": "name", "values": ["a"]}), vec!["1", "3"]),
        (json!({"field": "name", "values": []}), vec![]),
        (json!({"field": "name", "operator": "is_none_of", "values": ["a"]}), vec!["2"]),
        (json!({"field": "name", "operator": "is_none_of"}), vec!["1", "2", "3"]),
        (json!({"field": "name", "operator": "is_null"}), vec!["4"]),
        (json!({"field": "amount", "operator": "greater", "values": ["2.01"]}), vec!["3", "4"]),
        (json!({"field": "day", "operator": "less_or_equal", "values": ["2013-01-01"]}), vec!["1", "2", "3"]),
        (json!({"field": "month", "values": ["2013-02-01"]}), vec!["4"]),
        (json!({"field": "paid", "values": [false]}), vec![]),
        (json!({"field": "city", "values": ["Brno"]}), vec!["3"]),
        (json!({"field": "city", "operator": "is_null"}), vec!["4"]),
    ] {
        let answer = shop().ask(&query(json!({"fields": ["id"], "filters": [filter]})), &everything()).await;
        let expected: Vec<Vec<&str>> = ids.into_iter().map(|id| vec![id]).collect();
        assert_eq!(shown(&answer.expect("an answer")), expected, "{filter}");
    }
}

#[tokio::test]
async fn filter_expressions_keep_what_they_say() {
    let ids = async |filter: serde_json::Value| {
        let question = json!({"fields": ["id"], "filters": [filter]});
        let answer = shop().ask(&query(question), &everything()).await.map_err(|refused| refused.to_string())?;
        Ok::<_, String>(shown(&answer).concat().concat())
    };
    for (field, expression, expected) in [
        ("name", "a", "13"),
        ("name", "%a%,NULL", "134"),
        ("name", "-a", "2"),
        ("name", "%,-b", "13"),
        ("name", "A%", ""),
        ("id", "2,4", "24"),
        ("id", "NOT 2", "134"),
        ("id", "[2,3]", "23"),
        ("id", ">=2 AND <4", "23"),
        ("amount", ">2.01", "34"),
        ("day", "2013-02", "4"),
        ("day", "before 2013-02-01", "123"),
        ("city", "Delft,NULL", "124"),
        ("paid", "no", ""),
    ] {
        let filter = json!({"field": field, "operator": "matches", "values": [expression]});
        assert_eq!(ids(filter).await.as_deref(), Ok(expected), "{field} {expression}");
    }
    for (field, values, expected) in [
        ("name", json!([]), "one filter expression"),
        ("name", json!(["a", "b"]), "one filter expression"),
        ("id", json!([2]), "one filter expression"),
        ("id", json!(["two"]), "`two`: expected numbers"),
        ("day", json!(["today"]), "`today`: expected days"),
        ("name", json!([""]), "expected texts"),
    ] {
        let filter = json!({"field": field, "operator": "matches", "values": values});
        let refused = ids(filter).await.expect_err("a refusal");
        assert!(refused.contains(expected) && refused.contains(field), "{refused}");
    }
    let many = json!({"field": "name", "operator": "matches", "values": ["%a%,".repeat(2_400) + "b"]});
    assert_eq!(ids(many).await.as_deref(), Ok("123"), "as many as there is room for");
}

#[tokio::test]
async fn ranges_begin_below_their_numbers_and_cases_are_the_first_that_holds() {
    let mut unknown = sale(i64::MIN, None, "b", 0);
    unknown[3] = None;
    let sales = [
        sale(-1, None, "anna", -1),
        sale(0, None, "bert", 99),
        sale(9, None, "cleo", 100),
        sale(10, None, "b", 500),
        sale(i64::MAX, None, "Aa", 501),
        sale(-11, None, "x", -9_999_999_999),
        unknown,
    ];
    let world = World::new(&sales, &[]);
    let shown = async |question: serde_json::Value| {
        shown(&world.ask(&query(question), &everything()).await.expect("an answer"))
    };
    let by_id = shown(json!({"fields": ["id", "tens", "worth", "tier", "initial"]})).await;
    let expected = [
        ["-9223372036854775808", "-", "-", "none", "B"],
        ["-11", "-20", "-", "small", "-"],
        ["-1", "-10", "-2.50", "small", "A"],
        ["0", "0", "0.00", "small", "B"],
        ["9", "0", "0.00", "fair", "-"],
        ["10", "10", "5.00", "fair", "B"],
        ["9223372036854775807", "9223372036854775800", "5.00", "large", "A"],
    ];
    assert_eq!(by_id, expected, "NULL where the type has no number so low");
    let tiers = shown(json!({"fields": ["tier", "rows"], "sorts": [{"field": "rows", "descending": true}]})).await;
    assert_eq!(tiers, [["small", "3"], ["fair", "2"], ["large", "1"], ["none", "1"]]);
    let filter = json!({"field": "tier", "values": ["fair"]});
    assert_eq!(shown(json!({"fields": ["id"], "filters": [filter]})).await, [["9"], ["10"]]);
    let filter = json!({"field": "tens", "operator": "less", "values": [0]});
    assert_eq!(shown(json!({"fields": ["id"], "filters": [filter]})).await, [["-11"], ["-1"]]);
}

/// Page by page is the whole answer, in both directions and with nulls, which the last row of a page may hold.
#[tokio::test]
async fn pages_are_the_whole_answer_once() {
    let mut sales: Vec<_> =
        (1..=9).map(|id| sale(id, Some(id % 3), if id % 2 == 0 { "a" } else { "B" }, id % 4)).collect();
    sales[2][2] = None;
    sales[3][2] = None;
    sales[5][4] = None;
    let world = World::new(&sales, &[place(1, "Delft"), place(2, "Brno")]);
    let as_json = |cell: &Cell| match cell {
        Cell::Null => serde_json::Value::Null,
        Cell::Integer(number) => json!(number),
        Cell::Boolean(truth) => json!(truth),
        Cell::Text(text) | Cell::Decimal(text) => json!(text),
        Cell::Date(day) => json!(day.to_string()),
        Cell::Timestamp(at) => json!(at.to_rfc3339()),
    };
    for fields in [json!(["name", "city", "day", "total"]), json!(["ids", "paid", "name", "rows_so_far"])] {
        for sorts in [json!([]), json!([{"field": "name", "descending": true}])] {
            let whole = json!({"fields": fields, "sorts": sorts});
            let whole = world.ask(&query(whole), &everything()).await.expect("an answer").rows;
            let (mut paged, mut after): (Vec<Vec<Cell>>, _) = (Vec::new(), json!(null));
            while paged.len() < whole.len() {
                let page = json!({"fields": fields, "sorts": sorts, "limit": 2, "after": after});
                let page = world.ask(&query(page), &everything()).await.expect("an answer").rows;
                assert!(!page.is_empty(), "{fields} by {sorts}");
                after = page.last().map(|row| row.iter().map(as_json).collect()).expect("a row");
                paged.extend(page);
            }
            assert_eq!(paged, whole, "{fields} by {sorts}");
            let last = json!({"fields": fields, "sorts": sorts, "after": after});
            assert!(world.ask(&query(last), &everything()).await.expect("an answer").rows.is_empty());
        }
    }
    let wrong = |after: serde_json::Value| query(json!({"fields": ["id", "name"], "after": after}));
    let error = world.ask(&wrong(json!([1])), &everything()).await.expect_err("a refusal");
    assert_eq!(error.to_string(), "`after` is no row of the answer: expected 2 values, one for each field");
    let error = world.ask(&wrong(json!(["x", "a"])), &everything()).await.expect_err("a refusal");
    assert_eq!(error.to_string(), "wrong value for field `id`: expected values of type integer");
}

fn locked(values: Vec<serde_json::Value>) -> Filter {
    Filter { field: "name".parse().expect("a name"), operator: FilterOperator::IsAnyOf, values }
}

#[tokio::test]
async fn locked_filters_are_always_added_even_on_fields_that_are_not_admitted() {
    let mut access = everything();
    access.locked = vec![locked(vec![json!("a")])];
    access.fields.retain(|field| field.as_str() == "id");
    let answer = shop().ask(&query(json!({"fields": ["id"]})), &access).await.expect("an answer");
    assert_eq!(shown(&answer), [["1"], ["3"]]);
    access.locked = vec![locked(vec![])];
    let answer = shop().ask(&query(json!({"fields": ["id"]})), &access).await.expect("an answer");
    assert_eq!(answer.rows, Vec::<Vec<Cell>>::new(), "no value is met by no row");
}

#[tokio::test]
async fn only_the_tables_a_question_needs_are_read() {
    let plan = shop().plan(&query(json!({"fields": ["name", "rows"]})), &everything()).expect("a plan");
    assert!(!plan.explain().contains("places"), "{}", plan.explain());
}

#[tokio::test]
async fn suggestions_begin_with_the_text_ignoring_case_and_take_no_patterns() {
    let names = ["Delta", "delft", "Brno", "100%", "1000", "a_b", "aXb"];
    let sales: Vec<_> = names.iter().zip(1..).map(|(name, id)| sale(id, None, name, 0)).collect();
    let world = World::new(&sales, &[]);
    for (search, expected) in [
        ("DEL", vec!["Delta", "delft"]),
        ("100%", vec!["100%"]),
        ("a_", vec!["a_b"]),
        ("\\", vec![]),
        ("", vec!["100%", "1000", "Brno", "Delta", "aXb", "a_b", "delft"]),
    ] {
        let answer = world.suggest("name", search, &everything()).await.expect("an answer");
        let expected: Vec<Vec<&str>> = expected.into_iter().map(|name| vec![name]).collect();
        assert_eq!(shown(&answer), expected, "{search}");
    }
    let answer = world.suggest("id", "1", &everything()).await.expect("an answer");
    assert_eq!(answer.rows, [[Cell::Integer(1)]]);
}

#[tokio::test]
async fn suggestions_stay_behind_the_policy_and_do_not_offer_null() {
    let mine = only("id", Comparison::Less, integer(3).expect("a value"));
    let answer = shop().suggest("name", "", &access(mine, RowFilter::Everything)).await.expect("an answer");
    assert_eq!(shown(&answer), [["a"], ["b"]]);
    let answer = shop().suggest("name", "", &everything()).await.expect("an answer");
    assert_eq!(shown(&answer), [["a"], ["b"]], "the unnamed sale suggests nothing");
}
