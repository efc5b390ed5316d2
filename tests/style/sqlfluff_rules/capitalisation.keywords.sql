-- capitalisation_policy = "lower"
SELECT customer_id FROM orders
