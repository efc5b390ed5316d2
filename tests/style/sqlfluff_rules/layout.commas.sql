select
    customer_id
    , order_id
from orders
