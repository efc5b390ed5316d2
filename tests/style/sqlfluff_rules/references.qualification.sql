select
    orders.customer_id,
    product_id
from orders
inner join lines using (order_id)
