-- force_enable = true: without it DuckDB takes `line` for a column with fields
select customer_id from orders
where
    exists (
        select 1 as found from lines
        where line.order_id = orders.order_id
    )
