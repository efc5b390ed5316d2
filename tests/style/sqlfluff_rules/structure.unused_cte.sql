with orders as (
    select customer_id from raw_orders
),

final as (
    select customer_id from raw_orders
)

select * from final
