-- min_alias_length = 3
select
    od.customer_id,
    lines.product_id
from orders as od
inner join lines using (order_id)
