view: people {
  dimension: person_id {
    primary_key: yes
    type: number
    hidden: yes
  }
  dimension: name {
    label: "Name"
  }
}
