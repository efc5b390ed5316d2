select ifnull(net_amount, 0) as net_amount from orders
