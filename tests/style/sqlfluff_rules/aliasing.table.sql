select
    ord.customer_id,
    lines.product_id
from orders ord
inner join lines using (order_id)
