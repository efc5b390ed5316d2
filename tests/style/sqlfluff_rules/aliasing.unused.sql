select customer_id from orders as ord
