select sum(net_amount) spend from orders
