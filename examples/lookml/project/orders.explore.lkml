explore: orders {
  label: "Orders"

  # Whoever looks sees the orders of customers in their region.
  access_filter: {
    field: customers.region
    user_attribute: region
  }
  # And of these what their company has sold; what is deleted nobody.
  sql_always_where: ${orders.company} = '{{ _user_attributes['company'] | sql_quote }}'
    AND ${orders.status} <> 'deleted' ;;

  join: customers {
    type: left_outer
    relationship: many_to_one
    sql_on: ${orders.customer_id} = ${customers.customer_id} ;;
  }
  join: sellers {
    from: people
    relationship: many_to_one
    sql_on: ${orders.seller_id} = ${sellers.person_id} ;;
  }
  join: flowers {
    foreign_key: flower_id
  }
}

# The same view without a filter, for the few who see prices.
explore: flowers {
  required_access_grants: [sees_margins]
}
