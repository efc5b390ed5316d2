with this_run as (select * from {{ ref("this_run") }}),

-- Scores from 1 to 5 by rank; who is alike in a measure has one score in it.
scored as (
    select
        features.customer_id,
        features.as_of_date,
        features.recency_days,
        features.order_count,
        features.spend_total as spend,
        {{ fifth_of("features.recency_days desc") }} as recency_score,
        {{ fifth_of("features.order_count") }} as frequency_score,
        {{ fifth_of("features.spend_total") }} as monetary_score
    from {{ ref("customer_features") }} as features
    inner join this_run on features.as_of_date = this_run.as_of_date
),

segments as (select * from {{ ref("rfm_segments") }}),

actions as (select * from {{ ref("segment_actions") }}),

clusters as (
    select
        ledger.customer_id,
        ledger.behaviour_cluster
    from {{ ref("predictions") }} as ledger
    inner join this_run
        on ledger.run_id = this_run.run_id and ledger.as_of_date = this_run.as_of_date
),

final as (
    select
        scored.customer_id,
        scored.as_of_date,

        scored.recency_days,
        scored.order_count,
        scored.spend,

        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        scored.recency_score || '' || scored.frequency_score || scored.monetary_score
            as rfm_code,
        segments.rfm_segment,

        clusters.behaviour_cluster,
        actions.recommended_action
    from scored
    left join segments
        on
            scored.recency_score = segments.recency_score
            -- halves round up: 4 and 5 together stand for 5
            and (scored.frequency_score + scored.monetary_score + 1) // 2
            = segments.frequency_monetary_score
    left join actions on segments.rfm_segment = actions.rfm_segment
    left join clusters on scored.customer_id = clusters.customer_id
)

select * from final
