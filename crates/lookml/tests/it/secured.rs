//! What restricts somebody restricts them here, or closes.

use crate::support::{attribute, closed, explore, is_closed, model, of_shop, rule, table, with_attributes};
use model::attribute::AttributeKind;
use model::semantic::{Explore, SharedRows};

fn has_field(explore: &Explore, name: &str) -> bool {
    let name = name.parse().unwrap();
    explore.dimensions.contains_key(&name) || explore.measures.contains_key(&name)
}

#[test]
fn an_access_filter_on_the_own_view_is_a_rule_of_its_table() {
    let imported = of_shop("explore: orders { access_filter: { field: orders.region user_attribute: region } }");
    assert_eq!(rule(&table(&model(&imported), "orders")), "region = user_attribute('region')");
    assert_eq!(closed(&imported), [""; 0]);
    let names: Vec<_> = imported.attributes.iter().map(|one| (one.name.as_str(), one.kind)).collect();
    assert_eq!(names, [("region", AttributeKind::Text)]);
}

/// In Looker it takes whole rows away, not only what is joined to them.
#[test]
fn an_access_filter_on_a_joined_view_restricts_the_own_table_too() {
    let imported = of_shop(
        "explore: orders { access_filter: { field: customers.region user_attribute: region }
           join: customers { sql_on: ${orders.customer_id} = ${customers.id} ;; } }",
    );
    let shop = model(&imported);
    let expected = "exists_in(customers, id = row.customer_id AND (region = user_attribute('region')))";
    assert_eq!(rule(&table(&shop, "orders")), expected);
    assert_eq!(rule(&table(&shop, "customers")), "region = user_attribute('region')");
}

/// Of several rows that are joined, one must fit all filters.
#[test]
fn filters_on_one_joined_view_are_about_one_row() {
    let imported = of_shop(
        "explore: customers { access_filter: { field: orders.region user_attribute: region }
           sql_always_where: ${orders.status} <> 'deleted' AND ${customers.tier} > 1 ;;
           join: orders { relationship: one_to_many sql_on: ${orders.customer_id} = ${customers.id} ;; } }",
    );
    let expected = "(tier > 1) AND (exists_in(orders, customer_id = row.id AND (region = user_attribute('region')) AND \
                    (status <> 'deleted')))";
    assert_eq!(rule(&table(&model(&imported), "customers")), expected);
    let orders = "(region = user_attribute('region')) AND (status <> 'deleted')";
    assert_eq!(rule(&table(&model(&imported), "orders")), orders);
}

#[test]
fn an_access_grant_that_is_there_more_than_once_nobody_has() {
    let grant =
        |value: &str| format!("access_grant: money {{ user_attribute: department allowed_values: [\"{value}\"] }}\n");
    for times in 2..5 {
        let grants: String = (0..times).map(|value| grant(&value.to_string())).collect();
        let imported = of_shop(&format!("{grants} explore: orders {{ required_access_grants: [money] }}"));
        assert!(model(&imported).explores.is_empty() && model(&imported).access_grants.is_empty(), "{times}");
    }
}

#[test]
fn all_filters_hold_and_attributes_are_read_as_they_are_defined() {
    let text = "explore: orders {
      access_filter: { field: orders.region user_attribute: regions }
      access_filter: { field: orders.status user_attribute: states }
      access_filter: { field: orders.id user_attribute: order }
      sql_always_where: ${open} = true AND (${amount} > 10 OR ${status} = 'a''b') ;; }";
    let attributes = [
        attribute("regions", AttributeKind::Text, true),
        attribute("states", AttributeKind::Filter, false),
        attribute("order", AttributeKind::Text, false),
    ];
    let imported = with_attributes(text, &attributes);
    let expected = "(user_attribute_includes('regions', region)) AND (user_attribute_matches('states', status)) AND \
                    (id = user_attribute('order' as integer)) AND (open = true) AND (( amount > 10 OR status = 'a''b' ))";
    assert_eq!(rule(&table(&model(&imported), "orders")), expected);
    assert_eq!((closed(&imported), imported.attributes), (vec![], vec![]));
}

/// What Looker pastes as text is a value here.
#[test]
fn a_pasted_attribute_is_bound() {
    for (sql, expected) in [
        ("${region} = '{{ _user_attributes['region'] }}'", "region = user_attribute('region')"),
        ("${region} = {{ _user_attributes['region'] | sql_quote }}", "region = user_attribute('region')"),
        ("${TABLE}.id = {{ _user_attributes['id'] }}", "id = user_attribute('id' as integer)"),
        ("orders.id IN ({{ _user_attributes['id'] }}, 5)", "id IN ( user_attribute('id' as integer) , 5 )"),
        ("${made_raw} >= '2020-01-01T00:00:00Z'", "at >= '2020-01-01T00:00:00Z'"),
    ] {
        let imported = of_shop(&format!("explore: orders {{ sql_always_where: {sql} ;; }}"));
        assert_eq!(closed(&imported), [""; 0], "{sql}");
        assert_eq!(rule(&table(&model(&imported), "orders")), expected, "{sql}");
    }
}

#[test]
fn what_restricts_rows_and_is_not_understood_closes_the_explore() {
    for (inside, why) in [
        ("access_filter: { field: orders.nothing user_attribute: a }", "there is no field `orders.nothing`"),
        ("access_filter: { field: customers.region user_attribute: a }", "`customers` is no view of the explore"),
        ("access_filter: { field: region user_attribute: a }", "expected `view.field`"),
        ("access_filter: { field: orders.double user_attribute: a }", "field `orders.double` is no column"),
        ("access_filter: { field: orders.made_month user_attribute: a }", "is a period, not a column"),
        ("access_filter: { field: orders.count user_attribute: a }", "`count` is a measure"),
        ("access_filter: { field: orders.region }", "expected `field` and `user_attribute`"),
        ("access_filter: { field: orders.region user_attribute: \"a b\" }", "attribute name"),
        ("access_filter: { field: orders.region user_attribute: numbers }", "attribute `numbers` is number"),
        ("access_filter_fields: [orders.region]", "is not understood: nobody sees a row"),
        ("sql_always_where: ${region} = '{{ _user_attributes['a'] }}' OR 1=1 ;;", "is no rule"),
        ("sql_always_where: ${region} LIKE '{{ _user_attributes['a'] }}%' ;;", "expected the template alone"),
        ("sql_always_where: ${region} LIKE '{{ _user_attributes['a'] }}' ;;", "a pattern in single quotes"),
        ("sql_always_where: ${region} = '{{ _user_attributes['a'] | upcase }}' ;;", "is not understood"),
        ("sql_always_where: {% if true %} 1=1 {% endif %} ;;", "in SQL is not understood"),
        ("sql_always_where: upper(${region}) = 'A' ;;", "function `upper` is not translated"),
        ("sql_always_where: ${region} = \"north\" ;;", "has no column `north`"),
        ("sql_always_where: ${region} > 'm' ;;", "the order of texts is not translated"),
        ("sql_always_where: ${id} / 10 > 5 ;;", "databases differ in what it is"),
        ("sql_always_where: cast(${id} as text) = '7' ;;", "databases differ in what it is"),
        ("sql_always_where: ${region} = 'a' -- and more\n ;;", "a comment in SQL is not understood"),
        ("sql_always_where: 1 = 1 ;;", "a condition is not of one view"),
        ("sql_always_where: ${TABLE}.hidden = 'a' ;;", "has no column `hidden`"),
        ("sql_always_having: ${count} > 5 ;;", "is not understood: nobody sees a row"),
        ("sql_table_name: other ;;", "is not understood: nobody sees a row"),
        ("always_join: [customers]", "may take rows away"),
        ("acces_filter: { field: orders.region user_attribute: a }", "is not understood: nobody sees a row"),
    ] {
        let attributes = [attribute("numbers", AttributeKind::Number, false)];
        let imported = with_attributes(&format!("explore: orders {{ {inside} }}"), &attributes);
        let found = closed(&imported);
        assert!(
            found.iter().any(|told| told.contains(why) && told.contains("nobody sees a row")),
            "{inside}: {found:?}"
        );
        assert!(is_closed(&table(&model(&imported), "orders")), "{inside}");
    }
}

#[test]
fn a_rule_looks_one_join_far_and_what_is_farther_closes() {
    // The orders have a region too, which is not the one that countries are joined by.
    let joins = "join: customers { sql_on: ${orders.customer_id} = ${customers.id} ;; }
      join: countries { sql_on: ${customers.region} = ${countries.name} ;; }";
    let near = of_shop(&format!("explore: orders {{ {joins} }}"));
    assert_eq!(explore(&model(&near), "orders").joins.len(), 2);
    for inside in [
        "access_filter: { field: countries.name user_attribute: country }",
        "sql_always_where: ${countries.name} = 'x' ;;",
        "sql_always_where: ${countries.name} = 'x' OR ${region} = 'y' ;;",
    ] {
        let far = of_shop(&format!("explore: orders {{ {joins} {inside} }}"));
        assert!(is_closed(&table(&model(&far), "orders")), "{inside}");
    }
}

/// Two explores of one view with different filters read two tables.
#[test]
fn explores_with_other_filters_read_other_tables() {
    let imported = of_shop(
        "explore: orders { access_filter: { field: orders.region user_attribute: region } }
         explore: everything { from: orders }
         explore: also_everything { view_name: orders }
         explore: customers { join: orders { relationship: one_to_many sql_on: ${orders.customer_id} = ${customers.id} ;; } }",
    );
    let shop = model(&imported);
    let names: Vec<&str> = shop.tables.keys().map(|name| name.as_str()).collect();
    assert_eq!(names, ["customers", "orders_in_also_everything", "orders_in_orders"]);
    assert_eq!(rule(&table(&shop, "orders_in_orders")), "region = user_attribute('region')");
    assert_eq!(table(&shop, "orders_in_also_everything").rows, Some(SharedRows::Shared));
    for name in ["everything", "also_everything"] {
        assert_eq!(explore(&shop, name).table.as_str(), "orders_in_also_everything");
    }
    let fields: Vec<String> = explore(&shop, "customers").measures.keys().map(ToString::to_string).collect();
    assert_eq!(fields, ["count", "orders__count", "orders__total"]);
}

#[test]
fn refinements_and_extends_add_restrictions_and_take_none_away() {
    let imported = of_shop(
        "explore: base { extension: required view_name: orders
           access_filter: { field: orders.region user_attribute: region }
           sql_always_where: ${status} <> 'deleted' ;; }
         explore: orders { extends: [base] sql_always_where: ${open} = true ;; }
         explore: +orders { access_filter: { field: orders.id user_attribute: order } }",
    );
    let shop = model(&imported);
    let rule = rule(&table(&shop, "orders"));
    for part in [
        "region = user_attribute('region')",
        "id = user_attribute('order' as integer)",
        "status <> 'deleted'",
        "open = true",
    ] {
        assert!(rule.contains(part), "{part}: {rule}");
    }
    assert_eq!(shop.explores.len(), 1, "what is only there to be extended is not made");
    for broken in ["explore: orders { extends: [nothing] }", "explore: orders { extends: [orders] }"] {
        let imported = of_shop(broken);
        assert!(model(&imported).explores.is_empty() && closed(&imported)[0].contains("extends"), "{broken}");
    }
}

#[test]
fn access_grants_stand_where_looker_has_them() {
    let imported = of_shop(
        "access_grant: money { user_attribute: department allowed_values: [\"finance\"] }
         explore: orders { required_access_grants: [money]
           join: customers { required_access_grants: [money] sql_on: ${orders.customer_id} = ${customers.id} ;; } }
         view: +orders { dimension: amount { required_access_grants: [money] } }
         view: +customers { required_access_grants: [money] }
         explore: items {}",
    );
    assert_eq!(closed(&imported), [] as [String; 0]);
    let shop = model(&imported);
    let money = std::collections::BTreeSet::from(["money".parse().unwrap()]);
    let orders = explore(&shop, "orders");
    assert_eq!(orders.required_access_grants, money);
    assert_eq!(orders.joins[0].required_access_grants, money);
    assert_eq!(orders.dimensions[&"amount".parse().unwrap()].required_access_grants, money);
    assert_eq!(orders.dimensions[&"status".parse().unwrap()].required_access_grants.len(), 0);
    assert_eq!(table(&shop, "customers").required_access_grants, money);
    assert_eq!(explore(&shop, "items").required_access_grants.len(), 0);
}

#[test]
fn a_field_requires_what_the_fields_require_that_it_reads() {
    let imported = of_shop(
        "access_grant: money { user_attribute: department allowed_values: [\"finance\"] }
         explore: orders {}
         view: +orders { dimension: amount { required_access_grants: [money] }
           measure: share { type: number sql: ${total} / ${count} ;; } measure: twice { type: sum sql: ${double} ;; } }",
    );
    let orders = explore(&model(&imported), "orders");
    let money = std::collections::BTreeSet::from(["money".parse().unwrap()]);
    for field in ["double", "twice__value"] {
        assert_eq!(orders.dimensions[&field.parse().unwrap()].required_access_grants, money, "{field}");
    }
    for field in ["total", "share", "twice"] {
        assert_eq!(orders.measures[&field.parse().unwrap()].required_access_grants, money, "{field}");
    }
    assert!(orders.measures[&"count".parse().unwrap()].required_access_grants.is_empty());
}

#[test]
fn what_requires_an_unknown_grant_is_not_made() {
    let join =
        "join: customers { sql_on: ${orders.customer_id} = ${customers.id} ;; required_access_grants: [nobody] }";
    let imported =
        of_shop(&format!("explore: orders {{ {join} }} explore: items {{ required_access_grants: [nobody] }}"));
    let shop = model(&imported);
    assert_eq!((shop.explores.len(), explore(&shop, "orders").joins.len()), (1, 0));

    let field = of_shop("explore: orders {} view: +orders { dimension: amount { required_access_grants: [nobody] } }");
    let orders = explore(&model(&field), "orders");
    assert!(!has_field(&orders, "amount") && !has_field(&orders, "double") && !has_field(&orders, "total"));

    let view = of_shop("explore: orders {} view: +orders { required_access_grants: [nobody] }");
    assert!(model(&view).explores.is_empty());

    let whole = of_shop("required_access_grants: [nobody] explore: orders {}");
    assert!(model(&whole).explores.is_empty());

    for grant in [
        "access_grant: money { user_attribute: department }",
        "access_grant: money { user_attribute: department allowed_values: [\"a\"] but: not }",
        "access_grant: money { user_attribute: numbers allowed_values: [\"a\"] }",
    ] {
        let attributes = [attribute("numbers", AttributeKind::Number, false)];
        let text = format!("{grant} explore: orders {{ required_access_grants: [money] }} explore: items {{}}");
        let imported = with_attributes(&text, &attributes);
        let shop = model(&imported);
        assert!(!shop.explores.contains_key(&"orders".parse().unwrap()), "{grant}: {:?}", closed(&imported));
        assert!(shop.explores.contains_key(&"items".parse().unwrap()), "{grant}");
    }
}

#[test]
fn only_the_fields_of_a_list_are_made() {
    let join = "join: customers { fields: [name] sql_on: ${orders.customer_id} = ${customers.id} ;; }";
    let imported = of_shop(&format!(
        "explore: orders {{ fields: [ALL_FIELDS*, -orders.amount, -orders.hidden*] {join} }}
        view: +orders {{ set: hidden {{ fields: [status] }} }}"
    ));
    let orders = explore(&model(&imported), "orders");
    assert!(has_field(&orders, "region") && has_field(&orders, "customers__name"));
    for hidden in ["amount", "status", "customers__region", "customers__count", "double"] {
        assert!(!has_field(&orders, hidden), "{hidden}");
    }
    for list in ["[ALL_FIELDS*, -orders.nothing]", "[ALL_FIELDS*, -orders.none*]", "[orders.none*]"] {
        let imported = of_shop(&format!("explore: orders {{ fields: {list} }}"));
        assert!(model(&imported).explores.is_empty(), "{list}");
    }
}

/// A table in an address that depends on who asks is none.
#[test]
fn views_over_what_is_no_table_are_read_by_nobody() {
    for view in [
        "sql_table_name: {{ _user_attributes['schema'] }}.orders ;;",
        "sql_table_name: orders_{{ _user_attributes['company'] }} ;;",
        "sql_table_name: other.orders ;;",
        "sql_table_name: (SELECT * FROM orders) ;;",
        "derived_table: { sql: SELECT * FROM orders ;; }",
        "frobnicate: yes",
    ] {
        let imported = of_shop(&format!(
            "explore: orders {{ join: customers {{ sql_on: ${{orders.customer_id}} = ${{customers.id}} ;; }} }}
             explore: items {{ join: orders {{ sql_on: ${{items.order_id}} = ${{orders.id}} ;; }} }}
             view: +orders {{ {view} }}"
        ));
        let shop = model(&imported);
        assert_eq!(shop.explores.len(), 1, "{view}");
        assert_eq!(explore(&shop, "items").joins, [], "{view}");
        assert!(!closed(&imported).is_empty(), "{view}");
    }
}
