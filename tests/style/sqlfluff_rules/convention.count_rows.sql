select count(1) as order_count from orders
