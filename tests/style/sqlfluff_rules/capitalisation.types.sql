-- extended_capitalisation_policy = "lower"
select cast(net_amount as DOUBLE) as net_amount from orders
