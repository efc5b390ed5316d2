with segments as (select * from {{ ref("customer_segments") }}),

values_ahead as (select * from {{ ref("customer_value") }}),

-- Amounts and probabilities are added up in whole cents and millionths: whole numbers
-- give the same sum in any order.
summed as (
    select
        segments.as_of_date,
        segments.rfm_segment,
        values_ahead.currency,
        values_ahead.horizon_days,

        count(*) as customer_count,
        sum(segments.order_count) as order_count,
        sum(segments.recency_days) as recency_days,
        sum(cast(round(segments.spend * 100) as bigint)) as spend_cents,
        sum(cast(round(values_ahead.predicted_value * 100) as bigint))
            as predicted_cents,
        sum(cast(round(values_ahead.probability_active * 1000000) as bigint))
            as active_millionths
    from segments
    inner join values_ahead on segments.customer_id = values_ahead.customer_id
    group by
        segments.as_of_date, segments.rfm_segment, values_ahead.currency,
        values_ahead.horizon_days
),

final as (
    select
        as_of_date,
        rfm_segment,
        currency,
        horizon_days,

        customer_count,
        customer_count / sum(customer_count) over () as customer_share,
        spend_cents / 100 as spend,
        spend_cents / nullif(sum(spend_cents) over (), 0) as spend_share,
        predicted_cents / 100 as predicted_value,
        predicted_cents
        / nullif(sum(predicted_cents) over (), 0) as predicted_value_share,

        recency_days / customer_count as average_recency_days,
        order_count / customer_count as average_order_count,
        spend_cents / nullif(order_count, 0) / 100 as average_order_value,
        active_millionths / customer_count / 1000000 as average_probability_active
    from summed
)

select * from final
