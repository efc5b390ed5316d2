with days as (select * from {{ ref("known_days") }}),

summed as (
    select
        customer_id,
        as_of_date,

        sum(net_amount) as spend_total,
        sum(net_amount) filter (where order_date > as_of_date - 30) as spend_30d,
        sum(net_amount) filter (where order_date > as_of_date - 90) as spend_90d,
        sum(net_amount) filter (where order_date > as_of_date - 180) as spend_180d,
        sum(net_amount) filter (where order_date > as_of_date - 365) as spend_365d,

        sum(order_count) as order_count,
        sum(sale_amount) as sale_amount,
        sum(squared_order_amount) as squared_order_amount
    from days
    group by customer_id, as_of_date
),

converted as (
    select
        customer_id,
        as_of_date,

        cast(spend_total as double) as spend_total,
        cast(coalesce(spend_30d, 0) as double) as spend_30d,
        cast(coalesce(spend_90d, 0) as double) as spend_90d,
        cast(coalesce(spend_180d, 0) as double) as spend_180d,
        cast(coalesce(spend_365d, 0) as double) as spend_365d,

        order_count,
        cast(sale_amount as double) / nullif(order_count, 0) as average_order_value,
        squared_order_amount
    from summed
),

final as (
    select
        customer_id,
        as_of_date,

        spend_total,
        spend_30d,
        spend_90d,
        spend_180d,
        spend_365d,

        average_order_value,
        {{ spread_of("order_count", "average_order_value", "squared_order_amount") }}
            as order_value_spread,
        (spend_90d - (spend_180d - spend_90d))
        / nullif(abs(spend_90d) + abs(spend_180d - spend_90d), 0) as spend_trend_180d
    from converted
)

select * from final
