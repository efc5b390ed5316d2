-- extended_capitalisation_policy = "lower"
select CUSTOMER_ID from ORDERS
