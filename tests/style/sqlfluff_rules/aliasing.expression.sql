-- allow_scalar = false: a number on its own needs a name, too
select 1 from orders
