with purchase_days as (
    select
        *,
        order_date - lag(order_date) over (
            partition by as_of_date, customer_id
            order by order_date
        ) as gap_days
    from {{ ref("known_days") }}
    where sale_line_count > 0
),

counted as (
    select
        customer_id,
        as_of_date,

        as_of_date - max(order_date) as recency_days,
        as_of_date - min(order_date) as tenure_days,
        max(order_date) - min(order_date) as active_span_days,

        sum(order_count) as order_count,
        sum(order_count) filter (where order_date > as_of_date - 30) as order_count_30d,
        sum(order_count) filter (where order_date > as_of_date - 90) as order_count_90d,
        sum(order_count) filter (where order_date > as_of_date - 180)
            as order_count_180d,
        sum(order_count) filter (where order_date > as_of_date - 365)
            as order_count_365d,

        -- a day that became known in two parts shows a gap of zero: it is no new day
        count(*) filter (where gap_days > 0) as repeat_purchase_days,
        sum(gap_days * gap_days) as squared_gap_days
    from purchase_days
    group by customer_id, as_of_date
    having {{ has_bought() }}
),

averaged as (
    select
        *,
        cast(active_span_days as double)
        / nullif(repeat_purchase_days, 0) as average_gap_days
    from counted
),

final as (
    select
        customer_id,
        as_of_date,

        cast(recency_days as integer) as recency_days,
        cast(tenure_days as integer) as tenure_days,
        cast(active_span_days as integer) as active_span_days,
        cast(repeat_purchase_days as integer) as repeat_purchase_days,

        cast(order_count as integer) as order_count,
        cast(coalesce(order_count_30d, 0) as integer) as order_count_30d,
        cast(coalesce(order_count_90d, 0) as integer) as order_count_90d,
        cast(coalesce(order_count_180d, 0) as integer) as order_count_180d,
        cast(coalesce(order_count_365d, 0) as integer) as order_count_365d,

        average_gap_days,
        {{ spread_of("repeat_purchase_days", "average_gap_days", "squared_gap_days") }}
            as gap_spread_days,
        recency_days / average_gap_days as recency_to_usual_gap
    from averaged
)

select * from final
