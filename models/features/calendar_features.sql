with days as (
    select
        *,
        order_date > as_of_date - 365
        and order_date <= as_of_date - 365 + {{ var("horizon_days") }}
            as is_season_ahead
    from {{ ref("known_days") }}
    where sale_line_count > 0
),

counted as (
    select
        customer_id,
        as_of_date,
        sum(order_count) as order_count,
        sum(order_count) filter (where extract(isodow from order_date) >= 6)
            as weekend_order_count,
        sum(order_count) filter (where is_season_ahead) as season_ahead_order_count,
        sum(sale_amount) filter (where is_season_ahead) as season_ahead_sale_amount
    from days
    group by customer_id, as_of_date
),

final as (
    select
        customer_id,
        as_of_date,

        cast(coalesce(weekend_order_count, 0) as double)
        / nullif(order_count, 0) as weekend_order_share,
        cast(
            coalesce(season_ahead_order_count, 0) as integer
        ) as season_ahead_order_count,
        cast(coalesce(season_ahead_sale_amount, 0) as double) as season_ahead_spend
    from counted
)

select * from final
