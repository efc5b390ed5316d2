-- extended_capitalisation_policy = "lower"
select MAX(net_amount) as largest_amount from orders
