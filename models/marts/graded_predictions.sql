with slices as (select * from {{ ref("slices_to_grade") }}),

dates as (
    select distinct
        as_of_date,
        horizon_days,
        known_until
    from slices
),

bought as (
    {{ bought_after("dates") }}
),

final as (
    select
        ledger.slice_id,
        ledger.customer_id,
        -- what learnt from later outcomes has seen the answer
        case
            when ledger.score_source = 'baseline' then true
            else ledger.labels_until <= ledger.as_of_date
        end as is_out_of_time,

        ledger.predicted_value,
        ledger.predicted_value_lower,
        ledger.predicted_value_upper,
        ledger.probability_active,

        ledger.baseline_value,
        ledger.baseline_probability_active,

        cast(coalesce(bought.net_value, 0) as double) as realised_value,
        coalesce(bought.order_count, 0) > 0 as is_active,

        history.value_tier,
        history.rfm_segment
    from {{ ref("predictions") }} as ledger
    inner join slices
        on ledger.slice_id = slices.slice_id and ledger.as_of_date = slices.as_of_date
    left join bought
        on
            ledger.customer_id = bought.customer_id
            and ledger.as_of_date = bought.as_of_date
            and ledger.horizon_days = bought.horizon_days
    left join {{ ref("customer_history") }} as history
        on
            ledger.customer_id = history.customer_id
            and ledger.slice_id = history.slice_id
)

select * from final
