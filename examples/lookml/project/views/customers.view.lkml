view: customers {
  dimension: customer_id {
    primary_key: yes
    type: number
  }
  dimension: name {}
  dimension: region {}
  measure: customers {
    type: count
    drill_fields: [name, region]
  }
}
