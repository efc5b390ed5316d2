-- preferred_type_casting_style = "cast"
select net_amount::double as net_amount from orders
