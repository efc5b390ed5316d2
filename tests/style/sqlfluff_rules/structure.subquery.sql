-- forbid_subquery_in = "both"
select old_orders.customer_id
from (select customer_id from orders) as old_orders
inner join (select customer_id from returns) as old_returns using (customer_id)
