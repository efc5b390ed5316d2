with days as (
    select
        *,
        order_date > as_of_date - 365 as is_last_year,
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
        min(order_date) as first_order_date,
        sum(order_count) as order_count,
        sum(order_count) filter (where extract(isodow from order_date) >= 6)
            as weekend_order_count,
        sum(order_count) filter (where is_last_year) as order_count_365d,
        sum(sale_amount) filter (where is_last_year) as sale_amount_365d,
        sum(order_count) filter (where is_season_ahead) as season_ahead_order_count,
        sum(sale_amount) filter (where is_season_ahead) as season_ahead_sale_amount
    from days
    group by customer_id, as_of_date
),

-- What the customers of a year ago did since: newer ones would make a growing shop look
-- as if its season were still to come.
shop as (
    select
        as_of_date,
        count(*) as established_customer_count,
        cast(sum(season_ahead_order_count) as double)
        / nullif(cast(sum(order_count_365d) as double), 0) as season_ahead_order_share,
        cast(sum(season_ahead_sale_amount) as double)
        / nullif(cast(sum(sale_amount_365d) as double), 0) as season_ahead_spend_share
    from counted
    where first_order_date <= as_of_date - 365
    group by as_of_date
),

final as (
    select
        counted.customer_id,
        counted.as_of_date,

        cast(coalesce(counted.weekend_order_count, 0) as double)
        / nullif(counted.order_count, 0) as weekend_order_share,
        cast(coalesce(counted.season_ahead_order_count, 0) as integer)
            as season_ahead_order_count,
        cast(coalesce(counted.season_ahead_sale_amount, 0) as double)
            as season_ahead_spend,

        cast(extract(doy from counted.as_of_date) as integer) as shop_day_of_year,
        cast(coalesce(shop.established_customer_count, 0) as integer)
            as shop_established_customer_count,
        shop.season_ahead_order_share as shop_season_ahead_order_share,
        shop.season_ahead_spend_share as shop_season_ahead_spend_share
    from counted
    left join shop on counted.as_of_date = shop.as_of_date
)

select * from final
