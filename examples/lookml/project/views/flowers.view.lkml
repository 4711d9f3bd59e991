view: flowers {
  dimension: flower_id {
    primary_key: yes
    type: number
    hidden: yes
  }
  dimension: name {}
  dimension: price {
    type: number
    required_access_grants: [sees_margins]
  }
  measure: average_price {
    type: average
    sql: ${price} ;;
    value_format_name: eur
  }
}
