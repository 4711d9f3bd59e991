//! Whatever is not used is told with its file and line, at every level.

use crate::support::{VIEWS, closed, explore, imported, is_closed, model, of_shop, table, told};
use lookml::Weight;

/// A block of each level, with `{}` where a property of it stands.
const LEVELS: &[(&str, &str)] = &[
    ("model", "explore: orders {}\n{}"),
    ("explore", "explore: orders {\n{}\n}"),
    ("join", "explore: orders { join: customers { sql_on: ${orders.customer_id} = ${customers.id} ;;\n{}\n} }"),
    ("access filter", "explore: orders { access_filter: { field: orders.region user_attribute: region\n{}\n} }"),
    ("access grant", "access_grant: a { user_attribute: b allowed_values: [\"c\"]\n{}\n}\nexplore: orders {}"),
    ("view", "explore: extra {} view: extra { sql_table_name: orders ;; dimension: id {}\n{}\n}"),
    ("set", "explore: extra {} view: extra { sql_table_name: orders ;; dimension: id {} set: s {\n{}\n} }"),
    ("dimension", "explore: extra {} view: extra { sql_table_name: orders ;; dimension: id {\n{}\n} }"),
    ("group", "explore: extra {} view: extra { sql_table_name: orders ;; dimension_group: at { type: time\n{}\n} }"),
    ("measure", "explore: extra {} view: extra { sql_table_name: orders ;; measure: n { type: count\n{}\n} }"),
    (
        "filter",
        "explore: extra {} view: extra { sql_table_name: orders ;; dimension: status {} measure: n { type: count filters: {\n\
         field: status value: \"a\"\n{}\n} } }",
    ),
];

#[test]
fn an_unknown_property_is_told_at_every_level() {
    for (level, text) in LEVELS {
        for unknown in
            ["frobnicate: yes", "frobnicate: \"a\"", "frobnicate: [a, b]", "frobnicate: x { a: b }", "sql_frob: 1 ;;"]
        {
            let text = text.replace("{}", unknown).replace("explore: orders \n", "explore: orders {}\n");
            let text = text.replace(&format!("explore: orders {unknown}"), "explore: orders {}");
            let text = text.replace(&format!("explore: extra {unknown}"), "explore: extra {}");
            let line = text.lines().position(|line| line == unknown).expect("the line") + 1;
            let imported = of_shop(&text);
            let name = unknown.split(':').next().expect("a name");
            let found = closed(&imported);
            let is_told =
                |told: &String| told.starts_with(&format!("{line}: `{name}")) && told.contains("is not understood");
            assert!(found.iter().any(is_told), "{level} with {unknown}: {found:?}");
        }
    }
}

#[test]
fn a_property_that_is_there_twice_or_of_another_form_is_told() {
    for (text, expected) in [
        ("explore: orders { label: \"A\" label: \"B\" }", "`label` of explore `orders`"),
        ("explore: orders { label: [a] }", "`label` of explore `orders`"),
        ("explore: orders { access_filter: [a] }", "`access_filter` of explore `orders`"),
        ("explore: orders { required_access_grants: a }", "`required_access_grants` of explore `orders`"),
        ("access_grant: [a]", "`access_grant` of the model `shop`"),
        ("view: { }", "`view` of the model `shop`"),
        ("include: [a]", "`include` of the model `shop`"),
    ] {
        let found = closed(&of_shop(text));
        assert!(found.iter().any(|told| told.contains(expected)), "{text}: {found:?}");
    }
}

/// Looks are left out, and told; nobody sees less.
#[test]
fn what_only_looks_different_is_a_note_and_closes_nothing() {
    let imported = of_shop(
        "label: \"Shop\"\nexplore: orders {\n description: \"x\"\n always_filter: { filters: [orders.status: \"open\"] } }\n\
         view: +orders {\n dimension: status {\n link: { label: \"a\" url: \"b\" }\n html: <i>{{ value }}</i> ;;\n } }",
    );
    assert_eq!(closed(&imported), [""; 0]);
    let notes = told(&imported, Weight::Note);
    for expected in [
        "1: `label` of the model `shop` is not carried over",
        "3: `description` of explore `orders` is not carried over",
        "4: `always_filter` of explore `orders` is not carried over",
        "7: `link` of field `status` is not carried over",
        "8: `html` of field `status` is not carried over",
    ] {
        assert!(notes.iter().any(|note| note == expected), "{expected}: {notes:?}");
    }
    let model = model(&imported);
    assert!(!is_closed(&table(&model, "orders")));
    assert!(explore(&model, "orders").dimensions.contains_key(&"status".parse().unwrap()));
}

#[test]
fn what_is_not_understood_closes_what_it_stands_in_and_nothing_else() {
    let open = of_shop("explore: orders {}\nexplore: customers { frobnicate: yes }");
    let shop = model(&open);
    assert!(is_closed(&table(&shop, "customers")) && !is_closed(&table(&shop, "orders")));

    let join = of_shop(
        "explore: orders { join: customers { sql_on: ${orders.customer_id} = ${customers.id} ;; frobnicate: yes } }",
    );
    assert_eq!(explore(&model(&join), "orders").joins, []);
    assert!(closed(&join)[1].starts_with("1: join `customers` of explore `orders` is not made"), "{:?}", closed(&join));

    let whole = of_shop("frobnicate: yes\nexplore: orders {}");
    let shop = model(&whole);
    assert!(shop.explores.is_empty() && shop.tables.is_empty());

    let missing = of_shop("include: \"//other/*.view\"\nexplore: orders {}");
    assert!(model(&missing).explores.is_empty());
    assert!(closed(&missing)[0].contains("finds no file of the project"), "{:?}", closed(&missing));

    let view = of_shop("explore: orders {} view: +orders { frobnicate: yes }");
    assert!(model(&view).explores.is_empty());
}

#[test]
fn files_that_nobody_includes_are_told() {
    let files = [
        ("shop.model.lkml", VIEWS),
        ("sales.explore.lkml", "explore: orders {}"),
        ("board.dashboard.lookml", "- dashboard: board"),
    ];
    let imported = imported(&files, &[]);
    let told: Vec<String> = imported.findings.iter().map(ToString::to_string).collect();
    assert!(told.contains(&"sales.explore.lkml:1: note: not read: no model includes it".to_owned()), "{told:?}");
    assert!(told.iter().any(|told| told.starts_with("board.dashboard.lookml:1: note: not read")), "{told:?}");
}

#[test]
fn sql_that_is_not_understood_makes_no_field() {
    for (field, why) in [
        ("dimension: x { sql: upper(${status}) ;; }", "function `upper` is not translated"),
        ("dimension: x { sql: ${status} || 'a' ;; }", "`|` in SQL is not understood"),
        ("dimension: x { sql: CASE WHEN ${status} = 'a' THEN 1 END ;; }", "`orders` has no column `CASE`"),
        ("dimension: x { sql: {% if true %} a {% endif %} ;; }", "`{` in SQL is not understood"),
        ("dimension: x { sql: ${TABLE}.secret ;; }", "`orders` has no column `secret`"),
        ("dimension: x { sql: ${x} ;; }", "in a circle"),
        ("dimension: x { sql: ;; }", "it has no SQL"),
        ("dimension: x { sql: ${elsewhere.id} ;; }", "`elsewhere` is no view of the explore"),
        ("dimension: x { sql: ${missing} ;; }", "there is no field `orders.missing`"),
        ("dimension: x { type: number sql: ${TABLE}.tier + 1 ;; }", "`orders` has no column `tier`"),
        ("dimension: x { type: yesno sql: ${TABLE}.id ;; }", "its column is integer: expected boolean"),
        ("dimension: x { type: yesno sql: ${amount} * 2 ;; }", "its SQL is a value"),
        ("dimension: x { type: tier tiers: [1] }", "type `tier` is not translated"),
        ("dimension: x { type: date datatype: epoch }", "type `date` of datatype `epoch` is not translated"),
        ("measure: x { type: list sql: ${status} ;; }", "a measure of type `list` is not translated"),
        ("measure: x { type: sum sql: ${status} ;; }", "column `orders.status` is text"),
        ("measure: x { type: number sql: ${total} - ${count} ;; }", "expected one measure divided by another"),
        ("measure: x { type: count filters: [made_date: \"7 days\"] }", "of type date is not translated"),
        ("measure: x { type: count filters: [status: \"a%\"] }", "filter `a%` of type text is not translated"),
        ("measure: x { type: count filters: [nothing: \"a\"] }", "field `orders.nothing` of its filter is not there"),
    ] {
        let imported = of_shop(&format!("explore: orders {{}}\nview: +orders {{\n{field}\n}}"));
        let found = closed(&imported);
        let is_told = |told: &String| told.starts_with("3: ") && told.contains("field `") && told.contains(why);
        assert!(found.iter().any(is_told), "{field}: {found:?}");
        let orders = explore(&model(&imported), "orders");
        let x = "x".parse().unwrap();
        assert!(!orders.dimensions.contains_key(&x) && !orders.measures.contains_key(&x), "{field}");
        assert!(orders.dimensions.contains_key(&"status".parse().unwrap()), "the others are there: {field}");
    }
}

/// References that lead to ten further ones each do not take for ever.
#[test]
fn what_comes_to_too_much_is_no_field() {
    let many = |level: u32| vec![format!("${{a{}}}", level + 1); 10].join(" + ");
    let chain: String =
        (0..12).map(|level| format!("dimension: a{level} {{ type: number sql: {} ;; }}\n", many(level))).collect();
    let imported =
        of_shop(&format!("explore: orders {{}} view: +orders {{ {chain} dimension: a12 {{ sql: ${{amount}} ;; }} }}"));
    let found = closed(&imported);
    assert!(found.iter().any(|told| told.contains("it comes to more than 1000 words and values")), "{found:?}");
    assert!(explore(&model(&imported), "orders").dimensions.contains_key(&"a12".parse().unwrap()));
}
