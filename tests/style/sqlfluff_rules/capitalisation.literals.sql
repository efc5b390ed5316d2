-- capitalisation_policy = "lower"
select
    customer_id,
    TRUE as is_customer
from orders
