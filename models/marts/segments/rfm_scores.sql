with cut_points as (select * from {{ ref("cut_points_in_force") }}),

this_run as (select * from {{ ref("this_run") }}),

segments as (
    select * from {{ ref("rfm_segments") }}
    where naming = '{{ var("segment_naming") }}'
),

customers as (
    select features.*
    from {{ ref("customer_features") }} as features
    inner join this_run on features.as_of_date = this_run.as_of_date
),

shop as (
    select coalesce(median(average_gap_days), {{ var("horizon_days") }}) as gap_days
    from customers
),

-- A customer's own gaps count as often as he has shown one, the shop's usual one once.
scored as (
    select
        customers.customer_id,
        customers.recency_days,
        customers.order_count,
        customers.spend_total as spend,
        {{ score_of("-customers.recency_days", "recency", "told.recency_score") }}
            as recency_score,
        {{ score_of("customers.order_count", "frequency", "told.frequency_score") }}
            as frequency_score,
        {{ score_of("customers.spend_total", "monetary", "told.monetary_score") }}
            as monetary_score,
        {{ lifecycle_stage(
            "customers.recency_days * (customers.repeat_purchase_days + 1)"
            ~ " / nullif(customers.active_span_days + shop.gap_days, 0)"
        ) }} as lifecycle_stage
    from customers
    cross join cut_points
    cross join shop
    left join {{ ref("told_before") }} as told
        on customers.customer_id = told.customer_id
),

everybody as (
    select
        *,
        -- halves round up: 4 and 5 together stand for 5
        (frequency_score + monetary_score + 1) // 2 as frequency_monetary_score
    from scored
    union all by name
    select
        customer_id,
        0 as order_count,
        spend,
        0 as recency_score,
        0 as frequency_score,
        0 as monetary_score,
        cast(has_lines as integer) as frequency_monetary_score,
        case when has_lines then 'only_returns' else 'prospect' end as lifecycle_stage
    from {{ ref("non_buyers") }}
),

final as (
    select
        everybody.customer_id,
        this_run.as_of_date,
        everybody.recency_days,
        everybody.order_count,
        everybody.spend,
        everybody.recency_score,
        everybody.frequency_score,
        everybody.monetary_score,
        segments.rfm_segment,
        everybody.lifecycle_stage
    from everybody
    cross join this_run
    left join segments
        on
            everybody.recency_score = segments.recency_score
            and everybody.frequency_monetary_score
            = segments.frequency_monetary_score
)

select * from final
