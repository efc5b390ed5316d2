with segments as (select * from {{ ref("customer_segments") }}),

this_run as (select * from {{ ref("this_run") }}),

values_ahead as (select * from {{ ref("customer_value") }}),

moves as (
    select migration.*
    from {{ ref("segment_migration") }} as migration
    inner join this_run on migration.as_of_date = this_run.as_of_date
    where migration.segment_direction != 'stay'
),

entered as (
    select
        to_segment as rfm_segment,
        sum(customer_count) as customer_count
    from moves
    group by to_segment
),

departed as (
    select
        from_segment as rfm_segment,
        sum(customer_count) as customer_count
    from moves
    group by from_segment
),

-- Amounts and probabilities are added up in whole cents and millionths: whole numbers
-- give the same sum in any order.
summed as (
    select
        segments.as_of_date,
        segments.rfm_segment,
        this_run.value_basis,
        this_run.currency,
        this_run.horizon_days,

        count(*) as customer_count,
        count(values_ahead.customer_id) as scored_count,
        count(segments.recency_days) as buyer_count,
        sum(segments.order_count) as order_count,
        sum(segments.recency_days) as recency_days,
        sum(cast(round(segments.spend * 100) as bigint)) as spend_cents,
        coalesce(sum(cast(round(values_ahead.predicted_value * 100) as bigint)), 0)
            as predicted_cents,
        sum(cast(round(values_ahead.probability_active * 1000000) as bigint))
            as active_millionths
    from segments
    cross join this_run
    left join values_ahead on segments.customer_id = values_ahead.customer_id
    group by
        segments.as_of_date, segments.rfm_segment, this_run.value_basis,
        this_run.currency, this_run.horizon_days
),

final as (
    select
        summed.as_of_date,
        summed.rfm_segment,
        summed.value_basis,
        summed.currency,
        summed.horizon_days,

        summed.customer_count,
        summed.customer_count / sum(summed.customer_count) over () as customer_share,
        summed.spend_cents / 100 as spend,
        summed.spend_cents
        / nullif(greatest(sum(summed.spend_cents) over (), 0), 0) as spend_share,
        summed.predicted_cents / 100 as predicted_value,
        summed.predicted_cents
        / nullif(sum(summed.predicted_cents) over (), 0) as predicted_value_share,

        summed.recency_days / nullif(summed.buyer_count, 0) as average_recency_days,
        summed.order_count / summed.customer_count as average_order_count,
        summed.spend_cents / nullif(summed.order_count, 0) / 100 as average_order_value,
        summed.active_millionths
        / nullif(summed.scored_count, 0) / 1000000 as average_probability_active,

        cast(coalesce(entered.customer_count, 0) as bigint) as entered_count,
        cast(coalesce(departed.customer_count, 0) as bigint) as left_count
    from summed
    left join entered on summed.rfm_segment = entered.rfm_segment
    left join departed on summed.rfm_segment = departed.rfm_segment
)

select * from final
