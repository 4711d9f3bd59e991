view: orders {
  sql_table_name: orders ;;

  dimension: order_id {
    primary_key: yes
    type: number
    sql: ${TABLE}.order_id ;;
  }
  dimension: company {
    hidden: yes
    sql: ${TABLE}.company ;;
  }
  dimension: customer_id {
    type: number
    hidden: yes
    sql: ${TABLE}.customer_id ;;
  }
  dimension: seller_id {
    type: number
    hidden: yes
    sql: ${TABLE}.seller_id ;;
  }
  dimension: flower_id {
    type: number
    hidden: yes
    sql: ${TABLE}.flower_id ;;
  }
  dimension: status {
    sql: ${TABLE}.status ;;
    html: <b>{{ value }}</b> ;;
  }
  dimension: stems {
    type: number
    sql: ${TABLE}.stems ;;
  }
  dimension: is_paid {
    type: yesno
    sql: ${status} = 'paid' ;;
  }
  dimension_group: ordered {
    type: time
    datatype: date
    timeframes: [date, month, year, fiscal_quarter]
    sql: ${TABLE}.ordered_on ;;
  }

  measure: orders {
    type: count
  }
  measure: paid_orders {
    type: count
    filters: [is_paid: "yes"]
  }
  measure: total_stems {
    type: sum
    sql: ${stems} ;;
    value_format_name: decimal_0
  }
  measure: stems_per_order {
    type: number
    sql: 1.0 * ${total_stems} / NULLIF(${orders}, 0) ;;
    value_format_name: decimal_1
  }
  measure: margin {
    type: sum
    sql: ${TABLE}.margin ;;
    required_access_grants: [sees_margins]
    value_format_name: eur
  }
  # No parameter of LookML: it is listed, and the measure is not made.
  measure: weighted_stems {
    type: sum
    sql: ${stems} ;;
    weighted_by: freshness
  }
}
