with days as (select * from {{ ref("known_days") }}),

summed as (
    select
        customer_id,
        as_of_date,
        sum(return_amount) as return_amount,
        sum(sale_amount) as sale_amount,
        sum(return_amount) filter (where order_date > as_of_date - 365)
            as return_amount_365d,
        sum(sale_amount) filter (where order_date > as_of_date - 365)
            as sale_amount_365d,
        max(order_date) filter (where return_line_count > 0) as last_return_date
    from days
    group by customer_id, as_of_date
),

final as (
    select
        customer_id,
        as_of_date,

        cast(coalesce(return_amount_365d, 0) as double) as return_amount_365d,
        cast(return_amount_365d as double)
        / nullif(cast(sale_amount_365d as double), 0) as return_share_365d,
        cast(return_amount as double)
        / nullif(cast(sale_amount as double), 0) as return_share_total,
        cast(as_of_date - last_return_date as integer) as return_recency_days
    from summed
)

select * from final
