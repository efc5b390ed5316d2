-- preferred_not_equal_style = "c_style"
select customer_id from orders
where line_type <> 'sale'
