select customer_id from orders
where ordered_at = null
