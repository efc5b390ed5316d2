-- group_by_and_order_by_style = "explicit"
select
    customer_id,
    count(*) as order_count
from orders
group by 1
