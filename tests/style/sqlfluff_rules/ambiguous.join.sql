select
    orders.customer_id,
    lines.product_id
from orders
join lines using (order_id)
