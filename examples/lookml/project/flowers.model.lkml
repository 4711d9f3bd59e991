# A florist's orders, as Looker shows them.
connection: "warehouse"
label: "Flowers"

include: "/views/*.view"
include: "orders.explore"

access_grant: sees_margins {
  user_attribute: department
  allowed_values: ["finance", "board"]
}
